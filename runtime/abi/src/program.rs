//! What a compiled strategy is to the runtime. The compiler implements these traits for each
//! executor (interpreter, kernel, handler); a hand-written Rust handler may implement them too.

/// Columns of one symbol's bars, all of one length, oldest first. Missing values are NaN.
#[derive(Debug, Clone, Copy)]
pub struct BarColumns<'a> {
    /// Bar open time, nanoseconds since the Unix epoch, UTC, strictly increasing.
    pub time: &'a [i64],
    /// Open price, quote units.
    pub open: &'a [f64],
    /// High price, quote units.
    pub high: &'a [f64],
    /// Low price, quote units.
    pub low: &'a [f64],
    /// Close price, quote units.
    pub close: &'a [f64],
    /// Volume, base units.
    pub volume: &'a [f64],
    /// What [`ProgramInfo::needs`] asks for, in that order; empty for a program that needs nothing
    /// but its own bars.
    pub others: &'a [OtherColumns<'a>],
}

/// Data beside the bars of a program's own symbol.
#[derive(Debug, Clone, Copy)]
pub enum OtherColumns<'a> {
    /// The bars of another symbol, of the same length; their times need not be the same.
    Bars(BarColumns<'a>),
    /// Values with the time of their publication, nanoseconds, ascending.
    Values {
        /// When each was published.
        time: &'a [i64],
        /// The values.
        value: &'a [f64],
    },
}

impl BarColumns<'_> {
    /// Number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.close.len()
    }

    /// Whether there is no bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.close.is_empty()
    }

    /// The values of bar `t` as a handler takes them.
    #[must_use]
    pub fn bar(&self, t: usize) -> BarValues {
        BarValues {
            // Whole nanoseconds as seconds: exact for any length of bar that is a whole number of
            // milliseconds.
            time: self.time[t] as f64 / 1e9,
            open: self.open[t],
            high: self.high[t],
            low: self.low[t],
            close: self.close[t],
            volume: self.volume[t],
        }
    }
}

/// One bar as a handler takes it. The layout is part of the contract with generated code.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarValues {
    /// Time of the bar's open, seconds since the epoch.
    pub time: f64,
    /// Open price, quote units.
    pub open: f64,
    /// High price, quote units.
    pub high: f64,
    /// Low price, quote units.
    pub low: f64,
    /// Close price, quote units.
    pub close: f64,
    /// Volume, base units.
    pub volume: f64,
}

/// What a parameter is to a grid and to a command line.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamInfo {
    /// Its name in the source.
    pub name: String,
    /// Whether it takes whole numbers only.
    pub integer: bool,
    /// Its default.
    pub default: f64,
    /// Least and greatest value allowed, where a domain is written.
    pub bounds: Option<(f64, f64)>,
    /// The values a grid sweeps, ascending or as listed; empty when it cannot be swept
    /// (no domain, or a real range without a step): then a grid keeps the default.
    pub sweep: Vec<f64>,
    /// Whether only the values of `sweep` are allowed (a list or a stepped range).
    pub only_sweep: bool,
    /// The domain as it is written, for messages.
    pub domain_text: String,
    /// What its values 0, 1, … are called, where it is of an enum.
    pub labels: Vec<String>,
}

impl ParamInfo {
    /// What a value of it is called; none where it is a number.
    #[must_use]
    pub fn label(&self, value: f64) -> Option<&str> {
        let is_index = value >= 0.0 && value.fract() == 0.0 && value < self.labels.len() as f64;
        is_index.then(|| self.labels[value as usize].as_str())
    }
}

/// What a strategy is to the runtime.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProgramInfo {
    /// Its name in the source.
    pub name: String,
    /// Its documentation, first line.
    pub doc: String,
    /// Length of its bars in seconds, where it says one.
    pub timeframe_seconds: Option<f64>,
    /// Its parameters in written order; a parameter set is a slice in this order.
    pub params: Vec<ParamInfo>,
    /// Tags of its entries in written order; at most 64.
    pub entries: Vec<String>,
    /// Tags of its exits in written order; at most 64.
    pub exits: Vec<String>,
    /// Names of its flags in written order; at most 64.
    pub flags: Vec<String>,
    /// What it reads beside its own bars, in the order of [`BarColumns::others`].
    pub needs: Vec<Need>,
    /// What it asks of the engine beside entries, exits and the stop of [`Resolved`].
    pub plan: Plan,
}

/// Data that a program reads beside its own bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Bars of this symbol.
    Symbol(String),
    /// An external column of this name.
    External(String),
}

/// Which side a trade takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// Buys first.
    #[default]
    Long,
    /// Sells first.
    Short,
}

/// A distance or a price: index into [`Stream::outputs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A share of the entry price (of the best price since entry, for a trail).
    Share(usize),
    /// A price, quote units.
    Price(usize),
}

/// How much an entry trades: index into [`Stream::outputs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Units of the base.
    Units(usize),
    /// A share of the equity.
    OfEquity(usize),
    /// So much that this share of the equity is lost at the stop.
    Risk(usize),
}

/// A trailing stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trail {
    /// Its distance or its price.
    pub level: Level,
    /// Output that is 1 from when on it follows; from the entry where there is none.
    pub once: Option<usize>,
}

/// How long no entry is made after a trade has closed: index into [`Stream::outputs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cooldown {
    /// So many bars.
    Bars(usize),
    /// So many seconds.
    Seconds(usize),
}

/// What one entry statement asks beside its signal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryPlan {
    /// Its side.
    pub side: Side,
    /// Its size; all the capital of the strategy where nothing is written.
    pub size: Option<Size>,
    /// What the trade remembers: index of [`TradeValues::kept`] and of the output.
    pub keep: Vec<(usize, usize)>,
    /// Words of the order that only later tiers execute, such as `limit` or `twap`.
    pub order: Vec<&'static str>,
}

/// What one exit statement asks beside its signal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExitPlan {
    /// Output with the share of the position that it closes; all of it where there is none.
    pub portion: Option<usize>,
    /// Words of the order that only later tiers execute.
    pub order: Vec<&'static str>,
}

/// What a program asks of the engine. Indices are of [`Stream::outputs`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Number of outputs.
    pub outputs: usize,
    /// Per entry statement.
    pub entries: Vec<EntryPlan>,
    /// Per exit statement.
    pub exits: Vec<ExitPlan>,
    /// Stops at a price; the tightest wins.
    pub stops: Vec<usize>,
    /// Trailing stops; the tightest wins.
    pub trails: Vec<Trail>,
    /// Targets; the nearest wins.
    pub targets: Vec<Level>,
    /// Seconds held and the output with the profit accepted from then on, ascending.
    pub ladder: Vec<(u64, usize)>,
    /// Most entries of one position.
    pub pyramid: Option<usize>,
    /// Pause after a trade.
    pub cooldown: Option<Cooldown>,
    /// Number of values that a trade remembers.
    pub kept: usize,
    /// Whether a decision reads [`TradeValues`]: then it cannot be computed before the trades are
    /// known.
    pub reads_trade: bool,
    /// Constructs of the program that no tier executes yet, in words for a message.
    pub not_yet: Vec<String>,
}

impl Plan {
    /// Whether entries, exits and one stop are all there is.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain_entry = |e: &EntryPlan| *e == EntryPlan::default();
        let plain_exit = |e: &ExitPlan| *e == ExitPlan::default();
        self.entries.iter().all(plain_entry)
            && self.exits.iter().all(plain_exit)
            && self.stops.is_empty()
            && self.trails.is_empty()
            && self.targets.is_empty()
            && self.ladder.is_empty()
            && self.pyramid.is_none()
            && self.cooldown.is_none()
            && self.kept == 0
            && !self.reads_trade
            && self.not_yet.is_empty()
    }
}

/// What the engine knows of the open trade at the close of a bar, after the orders of that bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradeValues<'a> {
    /// Price paid (got, when short) per unit at the entry; NaN while there is no trade.
    pub entry_price: f64,
    /// Seconds from the entry's fill to this close; NaN while there is no trade.
    pub held: f64,
    /// Bars since the bar of the entry, 0 on it; NaN while there is no trade.
    pub held_bars: f64,
    /// Running mark of the tier's convention, quote units; NaN while there is no trade.
    pub mark: f64,
    /// Units of the base, negative when short; 0 while there is no trade.
    pub quantity: f64,
    /// What the entry remembered; empty while there is no trade.
    pub kept: &'a [f64],
}

impl TradeValues<'static> {
    /// No trade is open.
    pub const FLAT: Self = Self {
        entry_price: f64::NAN,
        held: f64::NAN,
        held_bars: f64::NAN,
        mark: f64::NAN,
        quantity: 0.0,
        kept: &[],
    };
}

/// What a parameter set resolves to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolved {
    /// Longest lookback of any statement, in bars.
    pub lookback: usize,
    /// Earlier bars after which recurrences have forgotten their seed to 1e-9 of it;
    /// `None` where a recurrence never forgets.
    pub settle: Option<usize>,
    /// Loss at which an open position is closed, as a share of the entry price (0.03 = 3%).
    pub stop: Option<f64>,
    /// Bit i: flag i is set.
    pub flags: u64,
}

/// Why a parameter set cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamError {
    /// A `require` does not hold: the set is not part of any grid.
    Excluded(String),
    /// A window length, lag or stop is out of range for these values.
    Invalid(String),
}

/// What a strategy decides at the close of one bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decision {
    /// Bit i: entry statement i holds.
    pub entries: u64,
    /// Bit i: exit statement i holds.
    pub exits: u64,
}

/// One parameter set running bar by bar over one symbol.
pub trait Stream: Send {
    /// Advances by one closed bar; a statement decides nothing before its lookback. `trade` is
    /// [`TradeValues::FLAT`] for a program that does not ask ([`Plan::reads_trade`]).
    fn on_bar(&mut self, bar: &BarValues, trade: &TradeValues<'_>) -> Decision;

    /// The values that [`Plan`] points into, of the bar advanced last: numbers, and conditions as
    /// 1, 0 or NaN.
    fn outputs(&self) -> &[f64] {
        &[]
    }
}

/// Per parameter set state of a [`Sweep`] that lasts from block to block.
#[derive(Debug, Clone, Default)]
pub struct ComboState(pub Vec<f64>);

/// Working memory of one thread of a [`Sweep`].
#[derive(Debug, Default)]
pub struct Scratch(pub Vec<u64>);

/// Many parameter sets running over the same bars, a block of bars at a time.
///
/// Blocks begin at multiples of [`Sweep::block`] and are visited in order: for each block
/// `begin_block` once, then `masks` for every set, from any thread.
pub trait Sweep: Send + Sync {
    /// Bars in a block; a multiple of 64.
    fn block(&self) -> usize;

    /// A fresh state of parameter set `combo`.
    fn combo_state(&self, combo: usize) -> ComboState;

    /// Computes what several sets share for bars `start..start + len`.
    fn begin_block(&mut self, start: usize, len: usize);

    /// Entry and exit bits of one set for the block begun last: bit `t % 64` of word
    /// `(t - start) / 64` says that any entry (any exit) statement holds at bar `t`.
    /// Both slices hold `len` rounded up to whole words; bits past `len` are 0.
    fn masks(
        &self,
        combo: usize,
        state: &mut ComboState,
        scratch: &mut Scratch,
        entries: &mut [u64],
        exits: &mut [u64],
    );

    /// In place of [`Sweep::begin_block`] for an expression: computes the block and hands out the
    /// outputs of every set as soon as they are known, one value per bar. `each` takes the set and
    /// its outputs, from any thread and in any order of the sets, each set once; what it is given is
    /// overwritten once it returns. Nothing where this sweep has no outputs.
    fn outputs(&mut self, start: usize, len: usize, _each: &(dyn Fn(usize, &[&[f64]]) + Sync)) {
        self.begin_block(start, len);
    }
}

/// A compiled strategy.
pub trait Program: Send + Sync {
    /// Names, parameters, tags.
    fn info(&self) -> &ProgramInfo;

    /// Checks one parameter set (in the order of `info().params`).
    ///
    /// # Errors
    /// A `require` that does not hold, or a length that is out of range.
    fn resolve(&self, params: &[f64]) -> Result<Resolved, ParamError>;

    /// One resolved parameter set, ready for its first bar; `most_bars` bounds how many bars it
    /// will be shown, so that a window longer than the data allocates no more than the data.
    fn stream(&self, params: &[f64], most_bars: usize) -> Box<dyn Stream + '_>;

    /// As [`Program::stream`], for bars that are known beforehand: it will be shown exactly
    /// `bars`, in order. An executor that works on columns computes them all here.
    fn stream_over<'a>(&'a self, params: &[f64], bars: BarColumns<'a>) -> Box<dyn Stream + 'a> {
        self.stream(params, bars.len())
    }

    /// Resolved parameter sets, one after the other in `combos`, over `bars`.
    /// `None` when this executor has no columns (interpreter, handler): then the caller streams.
    fn sweep<'a>(&'a self, combos: &[f64], bars: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>>;

    /// Bytes a sweep keeps per parameter set and block, for choosing how many sets run together.
    fn sweep_bytes_per_combo(&self) -> usize {
        4096
    }
}
