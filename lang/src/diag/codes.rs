//! Every diagnostic code, once. Ranges by phase; a number is never used again for another meaning.
//!
//! `E00xx` files and tokens, `E01xx` grammar, `E02xx` names, `E03xx` types and stages,
//! `E04xx` statements of items, `E05xx` limits; `W06xx` lints.

macro_rules! codes {
    ($($name:ident = $text:literal, $summary:literal;)*) => {
        /// A diagnostic code such as `E0201`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $name,)*
        }

        impl Code {
            /// All codes in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it is printed.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// What the code means, in a few words.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Code::$name => $summary,)* }
            }
        }
    };
}

codes! {
    UnreadableFile = "E0001", "a file cannot be read";
    NotText = "E0002", "a file is not UTF-8 text";
    UnknownCharacter = "E0003", "a character that no token begins with";
    BadNumber = "E0004", "a malformed or too large number";
    OpenString = "E0005", "a string without its closing quote";
    BadEscape = "E0006", "an escape that strings do not have";

    Syntax = "E0101", "the grammar expected something else";
    OpenBracket = "E0102", "a bracket that is never closed";
    StrayBracket = "E0103", "a closing bracket without its opening one";
    NestedTooDeep = "E0104", "brackets nested deeper than 256";
    StrayText = "E0105", "text between items";
    MergedCondition = "E0106", "a condition line that would continue the one before";
    MixedChain = "E0107", "a comparison chain that changes direction";
    ForeignOperator = "E0108", "an operator of another language";
    DetachedBracket = "E0109", "a space before the bracket of a call or an index";

    UnknownName = "E0201", "a name that is not defined";
    DuplicateName = "E0202", "a name defined twice in one scope";
    UnknownFunction = "E0203", "a function that is not defined";
    UnknownField = "E0204", "a record without that field";
    UnknownFile = "E0205", "a used file or item that is not found";
    RecursiveFunction = "E0206", "a function that calls itself";
    FutureReference = "E0207", "an index into the future";

    WrongType = "E0301", "a value of the wrong type";
    WrongArguments = "E0302", "arguments that do not fit the function";
    WrongStage = "E0303", "a series where a constant or a parameter is needed";
    BadLength = "E0304", "a window length or a lag that is not a whole number in range";
    CyclicState = "E0305", "members of a state that need each other's new value";
    WindowInState = "E0306", "a window or a recurrence over a member of a running state";
    MixedUnits = "E0307", "values of different units that are added, compared or chosen between";
    WrongUnit = "E0308", "a value of another unit than what is asked for";
    UnitDrift = "E0309", "a recurrence that does not keep its unit";

    BadTimeframe = "E0330", "a timeframe or schedule that does not fit that of the strategy";
    NeedsTimeframe = "E0331", "a construct that needs to know how long a bar is";
    OutsideTrade = "E0332", "a value of the open trade where there is none";
    BadLoop = "E0333", "a static loop or bank that is no range of whole numbers";
    BadSchedule = "E0334", "a schedule, session or time zone that there is not";

    MisplacedStatement = "E0401", "a statement that does not belong there";
    BadDomain = "E0402", "a parameter domain that is empty, too large or of the wrong values";
    BadDefault = "E0403", "a parameter default that is not a constant of its type";
    MissingReturn = "E0404", "a function without a return";
    // E0405 was a construct that no tier executed; tiers say so themselves now.
    BadStop = "E0406", "a stop that is not a share between 0% and 100%";
    RepeatedStatement = "E0407", "a statement that may stand once stands twice";
    MissingEntry = "E0408", "a strategy that never enters";

    UnknownEdition = "E0410", "an edition of the language that is not known";
    UnknownValue = "E0411", "a value that the enum, or a class that the regime, does not have";
    FewScores = "E0412", "a regime with fewer than two scores";
    BadMix = "E0413", "shares of strategies that do not add up to 100%";
    ForgottenClass = "E0414", "a router without a row for every class";
    BadSize = "E0415", "a size or a factor that is not a share between 0 and 1";
    UnknownLimit = "E0416", "a limit that there is not";
    BadLimit = "E0417", "a limit outside its bounds, or at odds with another";
    BadUniverse = "E0420", "a universe that is empty, or lists a symbol twice or wrongly";
    BadTest = "E0421", "a test whose bars or expectations do not fit together";
    MissingPart = "E0422", "an item without something that it needs";
    BadLadder = "E0440", "a profit target or a ladder of them that makes no sense";
    BadOrder = "E0441", "an order whose parts exclude each other";
    BadLeg = "E0442", "a leg of a trade that there is not";
    BadSetting = "E0443", "a setting that there is not, or out of range";
    BadPool = "E0444", "zones that are never born, or too many";
    BadEvent = "E0445", "an event, timer or quote that there is not";

    TooLarge = "E0501", "a program beyond the size limits";

    UnusedName = "W0601", "a name that is never used";
    NoExit = "W0602", "a strategy that enters and never exits";
    DefaultOutsideDomain = "W0603", "a default that its domain does not hold";
    NameStyle = "W0604", "a name in another style than its kind has";
    ShadowedName = "W0605", "a name that hides a column of the bar";
    ComparedWithNa = "W0606", "a comparison with na, which is always na";
    AllowWithoutReason = "W0607", "an `allow` without a reason";
    UselessAllow = "W0608", "an `allow` that silences nothing";
    NeverHolds = "W0610", "a condition that can never hold";
    AlwaysHolds = "W0611", "a condition that always holds";
    Contradiction = "W0612", "conditions that cannot hold together";
    DuplicateCondition = "W0613", "a condition that is listed twice";
    FixedRequire = "W0614", "a requirement that all parameter sets meet, or none";
    SeriesEquality = "W0615", "computed values that are compared for equality";
    DivisionByZero = "W0616", "a division by what can be 0";
    PercentSlip = "W0617", "a share compared with a number of another scale";
    ShadowedExit = "W0620", "an exit that an earlier one makes needless";
    UnreachableRow = "W0621", "a row of a router that is never reached";
    WideStop = "W0622", "a stop beyond the limit of risk";
    PoorReward = "W0623", "a target below the least reward for its risk";
    LargeGrid = "W0624", "a grid larger than stated";
    NoCosts = "W0625", "costs that are not stated";
    OddLimit = "W0626", "a limit, a size or a cost that is allowed but unusual";
    UnsweptParam = "W0627", "a parameter that a screen cannot sweep";
    ShortTest = "W0628", "a test with fewer bars than the warm-up";
    MixedRatios = "W0630", "a window over a spread whose ratio changes inside it";
}

/// The part of the compiler that reports a code; the second and third character of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// `E00xx`
    Tokens,
    /// `E01xx`
    Grammar,
    /// `E02xx`
    Names,
    /// `E03xx`
    Types,
    /// `E04xx`
    Statements,
    /// `E05xx`
    Limits,
    /// `W06xx`
    Lints,
}

impl Phase {
    /// All phases in order.
    pub const ALL: &'static [Phase] = &[
        Self::Tokens,
        Self::Grammar,
        Self::Names,
        Self::Types,
        Self::Statements,
        Self::Limits,
        Self::Lints,
    ];

    /// What its codes are about.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Tokens => "files and tokens",
            Self::Grammar => "grammar",
            Self::Names => "names",
            Self::Types => "types and stages",
            Self::Statements => "statements of items",
            Self::Limits => "limits",
            Self::Lints => "lints, which are warnings",
        }
    }
}

impl Code {
    /// The code that is printed so, whatever the case of its letter.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let same = |code: &&Self| code.text().eq_ignore_ascii_case(text);
        Self::ALL.iter().find(same).copied()
    }

    /// Which part of the compiler reports it.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self.text().as_bytes() {
            [_, b'0', b'0', ..] => Phase::Tokens,
            [_, b'0', b'1', ..] => Phase::Grammar,
            [_, b'0', b'2', ..] => Phase::Names,
            [_, b'0', b'3', ..] => Phase::Types,
            [_, b'0', b'4', ..] => Phase::Statements,
            [_, b'0', b'5', ..] => Phase::Limits,
            _ => Phase::Lints,
        }
    }

    /// Whether it is a warning: the program is accepted.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        matches!(self.text().as_bytes(), [b'W', ..])
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}
