//! Turns decisions into fills, positions, equity and figures.
//!
//! | module | owns |
//! |---|---|
//! | [`mod@columns`] | bars as the columns a program takes |
//! | [`convention`] | how decisions become fills: bundles and their rules |
//! | [`costs`] | fees, slippage, initial cash |
//! | [`price`] | what counts as a price, what a stop tests and fills at |
//! | [`spans`] | the accounting: spans, totals, drawdown, profits |
//! | [`stream`] | the streaming loop of one symbol: plain programs, and those with a plan |
//! | [`walk`] | the mask walk of a sweep, with the tables its parameter sets share |
//! | [`backtest`] | a whole backtest: trades, equity curve, figures |
//! | [`metrics`] | the figures of a run |

mod assumptions;
pub mod backtest;
pub mod columns;
pub mod convention;
pub mod costs;
pub mod figure;
mod figures;
pub mod metrics;
pub mod price;
pub mod spans;
pub mod stream;
pub mod walk;

pub use strat_abi as abi;

pub use backtest::{
    BacktestError, BacktestResult, EquityCurve, Summary, SymbolBars, SymbolResult, Trade,
    TradeStatus, run_backtest, unsupported,
};
pub use columns::columns;
pub use convention::{Convention, Fill, Rules, StopTest, UnknownName, Warmup};
pub use costs::{CostError, Costs};
pub use figure::Figure;
pub use metrics::Metrics;
pub use spans::Outcome;
pub use stream::{Exit, Finished, Mark, PlannedSleeve, Refused, RoundTrip, Sleeve, Trader};
pub use walk::{MarketTables, Walker};
