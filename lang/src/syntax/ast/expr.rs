//! Expressions.

use crate::source::Span;

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Its place.
    pub span: Span,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place, without surrounding white space.
    pub span: Span,
}

/// What a number literal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberUnit {
    /// A plain number without a fraction (`20`, `1_000`).
    Integer,
    /// A plain number with a fraction or exponent (`2.0`, `1e-3`).
    Real,
    /// `2%`: the value holds 0.02.
    Percent,
    /// `15bp`: the value holds 0.0015.
    BasisPoint,
    /// `250ms 15m 4h 7d`: the value holds seconds.
    Duration,
    /// `09:30`: the value holds seconds since midnight.
    TimeOfDay,
}

impl NumberUnit {
    /// The unit of the value.
    #[must_use]
    pub const fn dimension(self) -> crate::hir::Dimension {
        use crate::hir::Dimension;
        match self {
            Self::Integer | Self::Real => Dimension::Literal,
            Self::Percent | Self::BasisPoint => Dimension::Ratio,
            Self::Duration | Self::TimeOfDay => Dimension::DURATION,
        }
    }
}

/// A number literal.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The value: of a percentage or basis points as a ratio, of a duration or a time of day in
    /// seconds.
    pub value: f64,
    /// What it counts.
    pub unit: NumberUnit,
    /// As it was written, for the formatter.
    pub text: String,
}

/// An argument of a call: `20` or `least: 20`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// The name before the colon.
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// What follows a value directly: `[1]` or `.upper`.
#[derive(Debug, Clone, PartialEq)]
pub enum PostOp {
    /// `[n]`: the value n bars ago; the span covers the brackets.
    Index(Expr, Span),
    /// `.name`.
    Field(Ident),
    /// `@ 4h`: the value on bars of that length, seen when they have closed.
    At(Number, Span),
    /// `of "ETH/USDT"`: the value on another symbol, aligned by time.
    Of(String, Span),
    /// `since entry`: a window that begins with the open trade.
    Since(Ident),
    /// `across universe`: the value compared with that of the other members.
    Across(Ident),
}

/// When something happens again.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// How often.
    pub every: Every,
    /// `at 09:30`, in seconds since midnight.
    pub at: Option<Number>,
    /// `utc`, or a zone such as `"America/New_York"`; UTC where nothing is written.
    pub zone: Option<Zone>,
    /// From its first to its last word.
    pub span: Span,
}

/// How often a schedule falls due. Phases are anchored to the epoch.
#[derive(Debug, Clone, PartialEq)]
pub enum Every {
    /// `every 20 bars`
    Bars(Box<Expr>),
    /// `every 4h`
    Duration(Number),
    /// `every day`
    Day,
    /// `every week on monday`; Monday where no day is written.
    Week(Option<Ident>),
    /// `every month`: its first day.
    Month,
    /// `on event funding`
    Event(Ident),
}

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// `utc`, or the name in the quotes.
    pub name: String,
    /// Its place.
    pub span: Span,
}

/// Which zone of a pool is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneOrder {
    /// The one whose value is nearest to the close.
    Nearest,
    /// The one with the greatest value.
    Highest,
    /// The one with the least value.
    Lowest,
}

/// `+` or `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOp {
    /// `+`
    Add,
    /// `-`
    Sub,
}

/// `*`, `/` or `mod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MulOp {
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `mod`: remainder with the sign of the dividend.
    Mod,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `==`
    Eq,
    /// `!=`
    Ne,
}

/// `all` or `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Every condition.
    All,
    /// At least one condition.
    Any,
}

/// What an expression is. Loosest first: `else`, `or`, `and`, `not`, comparison, `+ -`,
/// `* / mod`, sign, postfix.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `20`, `2.5`, `3%`, `4h`
    Number(Number),
    /// `"text"`, without the quotes.
    Str(String),
    /// `true`, `false`
    Bool(bool),
    /// `na`
    Na,
    /// `close`
    Name(String),
    /// `sma(close, 20)`
    Call {
        /// The function.
        callee: Ident,
        /// Its arguments in written order.
        args: Vec<Arg>,
    },
    /// `x[1].upper[2]`
    Postfix {
        /// What the operations apply to.
        base: Box<Expr>,
        /// From left to right; never empty.
        ops: Vec<PostOp>,
    },
    /// `-x`; an even number of signs is dropped by the parser only when it is zero.
    Neg {
        /// How many signs stand there.
        count: u32,
        /// What they apply to.
        operand: Box<Expr>,
    },
    /// `a + b - c`
    Sum {
        /// The first term.
        first: Box<Expr>,
        /// Sign and term; never empty.
        rest: Vec<(AddOp, Expr)>,
    },
    /// `a * b / c`
    Product {
        /// The first factor.
        first: Box<Expr>,
        /// Operator and factor; never empty.
        rest: Vec<(MulOp, Expr)>,
    },
    /// `a > b > c`: every neighbouring pair holds. One direction only: `<`/`<=`, or `>`/`>=`; `==` and `!=` stand alone.
    Compare {
        /// The first operand.
        first: Box<Expr>,
        /// Operator and operand; never empty.
        rest: Vec<(CompareOp, Expr)>,
    },
    /// `a crosses above b`, `a crosses below b`
    Cross {
        /// Left side.
        left: Box<Expr>,
        /// `above` is true, `below` is false.
        above: bool,
        /// Right side.
        right: Box<Expr>,
    },
    /// `x is na`, `x is not na`, `x is some`
    IsNa {
        /// What is asked about.
        operand: Box<Expr>,
        /// Whether the question is for a value (`is some`, `is not na`).
        negated: bool,
    },
    /// `not a`
    Not {
        /// How many `not` stand there.
        count: u32,
        /// What they apply to.
        operand: Box<Expr>,
    },
    /// `a and b and c`; at least two.
    And(Vec<Expr>),
    /// `a or b or c`; at least two.
    Or(Vec<Expr>),
    /// `all { … }`, `any { … }`
    List {
        /// All or any.
        kind: ListKind,
        /// The conditions.
        items: Vec<Expr>,
    },
    /// `if c then a else if d then b else e`
    If {
        /// Condition and value of each branch; never empty.
        arms: Vec<(Expr, Expr)>,
        /// The value of the last `else`.
        otherwise: Box<Expr>,
    },
    /// `a else b else c`: the first that is not na; at least two.
    Else(Vec<Expr>),
    /// `{ upper, lower: a - b }`
    Record(Vec<(Ident, Option<Expr>)>),
    /// `x after 13 bars`: withholds the first 13 defined values.
    After {
        /// What is withheld.
        value: Box<Expr>,
        /// How many defined values.
        bars: Box<Expr>,
    },
    /// `x between 40..70`: both ends belong to it.
    Between {
        /// What is compared.
        operand: Box<Expr>,
        /// Least value.
        lo: Box<Expr>,
        /// Greatest value.
        hi: Box<Expr>,
    },
    /// `x every 20 bars`, `x on event funding`: sampled when the schedule is due, held until the next.
    Every {
        /// What is sampled.
        value: Box<Expr>,
        /// When.
        schedule: Schedule,
    },
    /// `within 09:30..16:00 "America/New_York"`: whether the bar opens inside the session.
    Within {
        /// Begin.
        from: Number,
        /// End; the session excludes it.
        to: Number,
        /// Zone; UTC where nothing is written.
        zone: Option<Zone>,
    },
    /// `feed funding`: an external column, seen from its times of publication on.
    Feed(Ident),
    /// `sum(i in 0..4: …)`, `bank(p in 2..30: …)`: the body once for each whole number, both ends
    /// included.
    Loop {
        /// `sum`, `min`, `max`, `bank`.
        callee: Ident,
        /// The counter.
        var: Ident,
        /// First value.
        lo: Box<Expr>,
        /// Last value.
        hi: Box<Expr>,
        /// What is computed for each.
        body: Box<Expr>,
    },
    /// `gap where close > top by nearest top`: one zone of a pool, or na. Without `by` the newest.
    Zone {
        /// The pool.
        pool: Ident,
        /// Which zones; reads the zone's own names.
        condition: Box<Expr>,
        /// Which of them.
        by: Option<(ZoneOrder, Box<Expr>)>,
    },
    /// `( x )`, kept for the formatter.
    Paren(Box<Expr>),
    /// Something that did not parse; it was reported.
    Error,
}
