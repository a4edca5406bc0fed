//! What a backtest gives back.

use strat_abi::{Resolved, Side};

use crate::convention::Rules;
use crate::costs::Costs;
use crate::metrics::Metrics;
use crate::stream::Refused;

/// Whether a trade has been closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TradeStatus {
    /// Its exit has filled.
    Closed,
    /// Still held at the end, valued at the last close.
    Open,
}

impl TradeStatus {
    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
        }
    }
}

/// One trade: a position, or the part of one that an exit closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// Index of its symbol in the symbols of the run.
    pub symbol: usize,
    /// Its side.
    pub side: Side,
    /// Time of the bar of the entry, nanoseconds since the Unix epoch, UTC.
    pub entry_time: i64,
    /// Price paid (got, when short) per unit, slippage included; the mean by quantity where several
    /// entries made the position.
    pub entry_price: f64,
    /// Time of the bar of the exit; the last bar of the symbol where the trade is open.
    pub exit_time: i64,
    /// Price got (paid, when short) per unit, slippage included; the last close where the trade is
    /// open.
    pub exit_price: f64,
    /// Base units, positive on either side.
    pub quantity: f64,
    /// Fees of its fills, quote units; of the entry only where the trade is open.
    pub fees: f64,
    /// Profit net of fees, quote units.
    pub pnl: f64,
    /// Profit as a share of quantity times entry price.
    pub pnl_pct: f64,
    /// Bars from the entry to the exit.
    pub bars_held: usize,
    /// Tag of the entry statement, the first that held on the deciding bar.
    pub entry_tag: String,
    /// Tag of the exit statement that closed it, or of what else did ([`Exit::tag`]): `stop`,
    /// `trail`, `take_profit`, `roi`, `reverse`, `liquidation`; empty while open.
    ///
    /// [`Exit::tag`]: crate::stream::Exit::tag
    pub exit_tag: String,
    /// Whether it has been closed.
    pub status: TradeStatus,
}

/// The account at every close of the run, as columns of one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EquityCurve {
    /// Bar open time, nanoseconds since the Unix epoch, UTC.
    pub time: Vec<i64>,
    /// Cash plus quantities times closes, quote units.
    pub equity: Vec<f64>,
    /// Cash, quote units.
    pub cash: Vec<f64>,
    /// Equity over its running maximum, less 1: 0 or negative.
    pub drawdown: Vec<f64>,
}

/// Further figures of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Cash at the start, quote units.
    pub initial_cash: f64,
    /// Equity at the last close, quote units.
    pub final_equity: f64,
    /// Fees of all fills, quote units.
    pub fees_paid: f64,
    /// Mean profit of a trade, quote units; 0 without trades.
    pub avg_trade_pnl: f64,
    /// Share of the bars that closed with a position open; the mean of the symbols.
    pub exposure: f64,
    /// Highest profit of a trade as a share of its cost; `None` without trades.
    pub best_trade: Option<f64>,
    /// Lowest profit of a trade as a share of its cost; `None` without trades.
    pub worst_trade: Option<f64>,
    /// Growth per year at which the initial cash would have become the final equity; `None`
    /// where the range is so short that it is beyond a number.
    pub cagr: Option<f64>,
    /// Orders that never filled because the data ended.
    pub unfilled_orders: usize,
    /// Bars that reached a stop and a target, in an order that the bar does not tell; the stop was
    /// taken.
    pub ambiguous_bars: usize,
    /// Total return with the targets taken on those bars; `None` where there are none.
    pub best_case: Option<f64>,
    /// Entries that were ordered and did not fill.
    pub refused: Refused,
    /// Number of bars, counted over the times at which any symbol has one.
    pub bars: usize,
    /// Time of the first bar that trades.
    pub first_time: i64,
    /// Time of the last bar.
    pub last_time: i64,
}

/// One symbol's part of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolResult {
    /// Its name.
    pub symbol: String,
    /// Figures of its sleeve.
    pub metrics: Metrics,
    /// Equity of its sleeve at its last close, quote units.
    pub final_equity: f64,
    /// Bars it traded on.
    pub bars: usize,
    /// Bars at whose close it was held.
    pub bars_held: usize,
    /// Whether an order was waiting for a price when its data ended.
    pub unfilled_order: bool,
    /// Bars that reached a stop and a target, where the stop was taken.
    pub ambiguous_bars: usize,
    /// Entries that were ordered and did not fill.
    pub refused: Refused,
}

/// What a backtest gives back.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestResult {
    /// Figures of the account, defined as for a screen.
    pub metrics: Metrics,
    /// Further figures of the account.
    pub summary: Summary,
    /// Trades by time of entry; at one time, by symbol in the order given.
    pub trades: Vec<Trade>,
    /// The account at every close.
    pub equity: EquityCurve,
    /// The symbols, in the order given.
    pub symbols: Vec<SymbolResult>,
    /// Lookback, settling, stop and flags of the parameter set.
    pub resolved: Resolved,
    /// The rules it ran by.
    pub rules: Rules,
    /// The costs it ran with.
    pub costs: Costs,
}
