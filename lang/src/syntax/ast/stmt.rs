//! Statements: what stands between the braces of an item.

use super::{
    Arg, EnterStmt, Event, ExitStmt, ExpectStmt, Expr, Ident, Level, LimitRow, QuoteStmt, RouteRow,
    Schedule, Setting, ZonesBlock,
};
use crate::source::Span;

/// A statement with its place and its documentation.
#[derive(Debug, Clone, PartialEq)]
pub struct Stmt {
    /// The `///` lines before it.
    pub doc: Option<String>,
    /// What it is.
    pub kind: StmtKind,
    /// From its keyword to its end.
    pub span: Span,
}

/// Which side an entry takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Buys first.
    Long,
    /// Sells first.
    Short,
}

/// What a statement is.
#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind {
    /// `timeframe 1h`: the duration literal as written and its seconds.
    Timeframe {
        /// As written.
        text: String,
        /// Length of a bar in seconds.
        seconds: f64,
        /// Place of the literal.
        span: Span,
    },
    /// `param fast: bars = 10 in 5..50 step 5`
    Param(ParamStmt),
    /// `require fast < slow`
    Require(Expr),
    /// `flag fast_not_below_slow when fast >= slow`: marks parameter sets in a screen's table.
    Flag {
        /// The mark.
        name: Ident,
        /// When it is set; constants and parameters only.
        when: Expr,
    },
    /// `let x = e`
    Let {
        /// The name.
        name: Ident,
        /// The value.
        value: Expr,
    },
    /// `rec y = seed then step`
    Rec {
        /// The name.
        name: Ident,
        /// Taken on the first bar where it is not na.
        seed: Expr,
        /// The next value, in terms of `y[1]`.
        step: Expr,
    },
    /// `state from bar 1 { … } then { … }`
    State(StateBlock),
    /// `return e`
    Return(Expr),
    /// `enter long "tag" limit close * 99% size risk 2% keep h0 = h when c`
    Enter(EnterStmt),
    /// `exit 50% "tag" when c`
    Exit(ExitStmt),
    /// `stop 3%`, `stop at zone.bottom * 99.5%`
    Stop(Level),
    /// `trail 1.5% once profit > 3.5%`, `trail at price - 2 * noise`
    Trail {
        /// Where the stop follows: a share below the best price since entry, or a price.
        level: Level,
        /// From when on.
        once: Option<Expr>,
    },
    /// `take_profit 4%`, `take_profit at entry_price * 1.1`
    TakeProfit(Level),
    /// `take_profit { 0m => 10%  1h => 6% }`: the profit accepted after holding so long.
    Ladder(Vec<(Expr, Expr)>),
    /// `pyramid 3`: most entries of one position.
    Pyramid(Expr),
    /// `cooldown 5 bars`, `cooldown 4h`: no entry for so long after a trade has closed.
    Cooldown {
        /// How many bars, or how long.
        length: Expr,
        /// Whether `bars` was written.
        is_bars: bool,
    },
    /// `legs a = "BTC/USDT", b = "ETH/USDT"`
    Legs(Vec<(Ident, String, Span)>),
    /// `zones gap max 64 drop oldest { … }`
    Zones(ZonesBlock),
    /// `within 09:30..16:00 "America/New_York"`: entries only inside the session.
    Within(Expr),
    /// `execution { fees 0.1%  slippage 5bp }`
    Execution(Vec<Setting>),
    /// `on fill { … }`, `every 100ms { … }`: what an event does.
    On {
        /// Which event.
        event: Event,
        /// What it does.
        body: Vec<Stmt>,
    },
    /// `for i in 0..4 { … }`: the statements once for each whole number, both ends included.
    For {
        /// The counter.
        var: Ident,
        /// First value.
        lo: Expr,
        /// Last value.
        hi: Expr,
        /// The statements.
        body: Vec<Stmt>,
    },
    /// `quote bid[i] at P size Q post_only when c`
    Quote(QuoteStmt),
    /// `score ranging = e`: a class of a regime.
    Score {
        /// The class.
        name: Ident,
        /// Its score.
        value: Expr,
    },
    /// `confidence = e`
    Confidence(Expr),
    /// `unknown when c`
    Unknown(Expr),
    /// `confirm 3 bars`
    Confirm(Expr),
    /// `transitions over 50 bars`
    Transitions(Expr),
    /// `ranging when alignment < 0 => A 70% + B 30% size 0.8`: a row of a router.
    Route(RouteRow),
    /// `override when confidence < 0.4 => size * 0.5`
    Override {
        /// When.
        when: Expr,
        /// What the size is multiplied by.
        factor: Expr,
    },
    /// `suggest switch when share < 50%`
    Suggest(Expr),
    /// `on switch keep open`, `on switch close open`
    OnSwitch {
        /// Whether open trades stay with the strategy that opened them.
        keeps: bool,
    },
    /// `max_daily_loss 5% => halt until next day`: a row of a risk table.
    Limit(LimitRow),
    /// `universe "BTC/USDT" "ETH/USDT"`
    Universe(Vec<(String, Span)>),
    /// `rebalance every week on monday at 00:00 utc`
    Rebalance(Schedule),
    /// `hold where place <= top weight 1 / vol`
    Hold {
        /// Which members.
        condition: Expr,
        /// Their weight before it is scaled; equal where nothing is written.
        weight: Option<Expr>,
    },
    /// `sweep fast in 5..50 step 5`: a domain of a screen.
    Sweep {
        /// The parameter.
        name: Ident,
        /// Its values.
        domain: Domain,
    },
    /// `fees 0.1%`, `convention vectorbt`, `rank by sharpe_ratio`, `gross 100%`: a named setting.
    Setting(Setting),
    /// `with SmaCross(fast: 2, slow: 3)`: what a test runs.
    With {
        /// The strategy.
        name: Ident,
        /// Its parameters.
        args: Vec<Arg>,
    },
    /// `close = [5, 4, 3]`: a column of a test's bars.
    Column {
        /// Which.
        name: Ident,
        /// Its values.
        values: Vec<Expr>,
        /// Place of the brackets.
        span: Span,
    },
    /// `expect enter long at bar 4`
    Expect(ExpectStmt),
    /// Something that did not parse; it was reported.
    Error,
}

/// `param name: type = default in domain`
#[derive(Debug, Clone, PartialEq)]
pub struct ParamStmt {
    /// The name.
    pub name: Ident,
    /// The type after the colon.
    pub ty: Option<Ident>,
    /// The default: arithmetic on literals.
    pub default: Expr,
    /// The values it may take.
    pub domain: Option<Domain>,
}

/// The values a parameter may take.
// A program has a few of these, and most are ranges: boxing them would buy nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Domain {
    /// `lo..hi step s`
    Range {
        /// Least value.
        lo: Expr,
        /// Greatest value.
        hi: Expr,
        /// Distance of neighbours.
        step: Option<Expr>,
    },
    /// `[7, 10, 14, 21]` and the place of the brackets.
    List(Vec<Expr>, Span),
}

/// Mutually recursive members that advance together.
#[derive(Debug, Clone, PartialEq)]
pub struct StateBlock {
    /// First bar that runs the step.
    pub from: Expr,
    /// Values before the first step.
    pub seeds: StateSeeds,
    /// `let` and assignments, in written order.
    pub steps: Vec<StateStep>,
}

/// Values of the members before the first step.
#[derive(Debug, Clone, PartialEq)]
pub enum StateSeeds {
    /// `{ a = e  b = e } then`
    Members(Vec<(Ident, Expr)>),
    /// `all 0`: every assigned name is a member with this seed.
    All(Expr),
}

/// One line of a state's step.
#[derive(Debug, Clone, PartialEq)]
pub enum StateStep {
    /// `let d = e`: a name of this bar, no member.
    Let(Ident, Expr),
    /// `a = e`: the member's new value.
    Assign(Ident, Expr),
}
