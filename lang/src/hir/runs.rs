//! What is run over many parameter sets or many symbols, and what is tried on bars written out.

use super::{Execution, NodeId, Side, Unit};
use crate::source::Span;

/// A screen: a strategy over a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// Its name.
    pub name: String,
    /// First line of its documentation.
    pub doc: String,
    /// Name of the strategy.
    pub strategy: String,
    /// The strategy.
    pub unit: Unit,
    /// Seconds of a bar, where the screen or its strategy says.
    pub timeframe: Option<f64>,
    /// Index of a parameter and the values that it takes; the others take those of their domains.
    pub sweep: Vec<(u32, Vec<f64>)>,
    /// Fees, slippage, convention, cash, where they are stated.
    pub execution: Execution,
    /// The figure that rows are ranked by; the Sharpe ratio where nothing is written.
    pub rank: Option<String>,
    /// How many rows are kept; all where nothing is written.
    pub keep: Option<f64>,
    /// The largest grid that is meant.
    pub most: Option<f64>,
    /// Parameter sets of the grid, before any `require`.
    pub grid: f64,
    /// Its place.
    pub span: Span,
}

/// A portfolio: members of a universe, held by rank and weight.
///
/// Its unit is computed for each member; what stands `across universe` is an extra column that the
/// portfolio's engine fills in between.
#[derive(Debug, Clone, PartialEq)]
pub struct Portfolio {
    /// Its name.
    pub name: String,
    /// First line of its documentation.
    pub doc: String,
    /// The symbols, in written order.
    pub universe: Vec<String>,
    /// What is computed for each member; its outputs are `hold`, `weight`, then each `let`.
    pub unit: Unit,
    /// Whether a member is held; a condition of the unit.
    pub hold: NodeId,
    /// Its weight before weights are scaled to the gross exposure; equal where nothing is written.
    pub weight: Option<NodeId>,
    /// When weights are renewed; a condition of the unit. On every bar where nothing is written.
    pub rebalance: Option<NodeId>,
    /// Sum of all weights, a share of the equity.
    pub gross: f64,
    /// How far a weight may move from its target before it is traded back, a share of the equity.
    pub drift: f64,
    /// Its place.
    pub span: Span,
}

/// A test: bars written out, and what is expected on them.
#[derive(Debug, Clone, PartialEq)]
pub struct TestCase {
    /// Its name.
    pub name: String,
    /// The strategy that it runs, with the value of each parameter.
    pub strategy: Option<(Unit, Vec<f64>)>,
    /// The values that it looks at, as outputs; its parameters are those of the strategy.
    pub values: Unit,
    /// Its bars.
    pub bars: TestBars,
    /// What it expects, in written order; never empty.
    pub expects: Vec<Expected>,
    /// Its place.
    pub span: Span,
}

/// The bars of a test. A column that is not written is made of the close: `open`, `high` and
/// `low` are the close (`high` and `low` hold the open, too, where that is written), the volume is 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestBars {
    /// Opens.
    pub open: Vec<f64>,
    /// Highs.
    pub high: Vec<f64>,
    /// Lows.
    pub low: Vec<f64>,
    /// Closes.
    pub close: Vec<f64>,
    /// Volumes.
    pub volume: Vec<f64>,
    /// Length of a bar in seconds: that of the strategy, else an hour. The first opens at the epoch.
    pub seconds: f64,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// What.
    pub what: ExpectedKind,
    /// On which bar, counted from 0; none for what is expected nowhere, or on every bar.
    pub bar: Option<usize>,
    /// As it is written.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// What is expected.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectedKind {
    /// An entry decides (or none does).
    Enter {
        /// Whether none is expected.
        none: bool,
        /// The side, where one is written.
        side: Option<Side>,
        /// Index of the entry, where a tag is written.
        entry: Option<usize>,
    },
    /// An exit decides (or none does).
    Exit {
        /// Whether none is expected.
        none: bool,
        /// Index of the exit, where a tag is written.
        exit: Option<usize>,
    },
    /// An order fills.
    Fill {
        /// Whether it buys.
        buys: bool,
        /// At which price, where one is written.
        price: Option<f64>,
    },
    /// An output of [`TestCase::values`] has these values: one for the bar, else one for each.
    Value {
        /// Index of the output.
        output: usize,
        /// The values; na is NaN.
        expected: Vec<f64>,
        /// How far off each may be; equal where nothing is written.
        within: Option<f64>,
        /// Names of the values 0, 1, … where it is of an enum.
        labels: Vec<String>,
    },
}
