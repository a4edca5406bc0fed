//! The open trade of each bar, as a backtest shows it to the strategy.
//!
//! The engine hands each bar's trade to the program; a program that only writes down what it is
//! handed, and asks the real one, gives exactly what the strategy saw.

use std::sync::{Mutex, PoisonError};

use strat_compiler::TradeColumns;
use strat_engine::abi::{
    BarColumns, BarValues, Decision, ParamError, Program, ProgramInfo, Resolved, Stream, Sweep,
    TradeValues,
};
use strat_engine::{BacktestError, BacktestResult, Costs, Rules, SymbolBars, run_backtest};
use strat_market::Timeframe;

/// The trade of each bar; NaN while there is none.
#[derive(Debug, Clone, Default)]
pub struct Trades {
    entry_price: Vec<f64>,
    held: Vec<f64>,
    held_bars: Vec<f64>,
    mark: Vec<f64>,
    quantity: Vec<f64>,
    kept: Vec<Vec<f64>>,
    /// Entry time and tag of each trade.
    tags: Vec<(i64, String)>,
}

/// The trade that is open on a bar.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenTrade {
    /// Opening time of the bar on which it was entered, nanoseconds since the epoch.
    pub since: i64,
    /// Price at the entry, quote units.
    pub price: f64,
    /// Bars since the entry.
    pub bars: usize,
    /// Units of the base; negative when short.
    pub quantity: f64,
    /// Running mark, quote units.
    pub mark: f64,
    /// Tag of its entry.
    pub tag: String,
}

impl Trades {
    /// As many bars without a trade.
    fn with_capacity(bars: usize) -> Self {
        Self {
            entry_price: Vec::with_capacity(bars),
            held: Vec::with_capacity(bars),
            held_bars: Vec::with_capacity(bars),
            mark: Vec::with_capacity(bars),
            quantity: Vec::with_capacity(bars),
            ..Self::default()
        }
    }

    fn push(&mut self, trade: &TradeValues<'_>) {
        let bar = self.entry_price.len();
        self.entry_price.push(trade.entry_price);
        self.held.push(trade.held);
        self.held_bars.push(trade.held_bars);
        self.mark.push(trade.mark);
        self.quantity.push(trade.quantity);
        while self.kept.len() < trade.kept.len() {
            self.kept.push(Vec::new());
        }
        for (at, column) in self.kept.iter_mut().enumerate() {
            column.resize(bar, f64::NAN);
            column.push(trade.kept.get(at).copied().unwrap_or(f64::NAN));
        }
    }

    /// The columns that a program is evaluated with.
    pub fn columns(&self) -> TradeColumns<'_> {
        TradeColumns {
            entry_price: &self.entry_price,
            held: &self.held,
            held_bars: &self.held_bars,
            mark: &self.mark,
            quantity: &self.quantity,
            kept: self.kept.iter().map(Vec::as_slice).collect(),
        }
    }

    /// The trade that is open at the close of a bar; `time` are the opening times of the bars.
    // A number of bars is whole and far below 2^53.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn open_at(&self, bar: usize, time: &[i64]) -> Option<OpenTrade> {
        let of = |column: &[f64]| column.get(bar).copied().unwrap_or(f64::NAN);
        let price = of(&self.entry_price);
        if price.is_nan() {
            return None;
        }
        let bars = of(&self.held_bars).max(0.0) as usize;
        let since = time.get(bar.saturating_sub(bars)).copied()?;
        let tag = self.tags.iter().rev().find(|(entered, _)| *entered == since);
        Some(OpenTrade {
            since,
            price,
            bars,
            quantity: of(&self.quantity),
            mark: of(&self.mark),
            tag: tag.map(|(_, tag)| tag.clone()).unwrap_or_default(),
        })
    }
}

/// A program that writes down the trades that it is shown.
struct Witness<'p> {
    program: &'p dyn Program,
    seen: Mutex<Trades>,
}

/// One run of it.
struct Watching<'p> {
    inner: Box<dyn Stream + 'p>,
    seen: &'p Mutex<Trades>,
}

impl Stream for Watching<'_> {
    fn on_bar(&mut self, bar: &BarValues, trade: &TradeValues<'_>) -> Decision {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(trade);
        self.inner.on_bar(bar, trade)
    }

    fn outputs(&self) -> &[f64] {
        self.inner.outputs()
    }
}

impl Program for Witness<'_> {
    fn info(&self) -> &ProgramInfo {
        self.program.info()
    }

    fn resolve(&self, params: &[f64]) -> Result<Resolved, ParamError> {
        self.program.resolve(params)
    }

    fn stream(&self, params: &[f64], most_bars: usize) -> Box<dyn Stream + '_> {
        Box::new(Watching {
            inner: self.program.stream(params, most_bars),
            seen: &self.seen,
        })
    }

    fn stream_over<'a>(&'a self, params: &[f64], bars: BarColumns<'a>) -> Box<dyn Stream + 'a> {
        Box::new(Watching {
            inner: self.program.stream_over(params, bars),
            seen: &self.seen,
        })
    }

    fn sweep<'a>(&'a self, _: &[f64], _: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        None
    }
}

/// How the trades come about.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How decisions become fills.
    pub rules: Rules,
    /// Fees, slippage, cash.
    pub costs: Costs,
    /// Length of the bars.
    pub timeframe: Timeframe,
}

/// Backtests a strategy on one symbol and gives the trade of each bar, the warm-up bars included.
///
/// # Errors
/// What the backtest refuses.
pub fn trades(
    program: &dyn Program,
    params: &[f64],
    symbol: &str,
    columns: BarColumns<'_>,
    start: usize,
    terms: Terms,
) -> Result<Trades, BacktestError> {
    let witness = Witness {
        program,
        seen: Mutex::new(Trades::with_capacity(columns.len())),
    };
    let bars = [SymbolBars {
        symbol,
        columns,
        start,
    }];
    let result: BacktestResult = run_backtest(
        &bars,
        &witness,
        params,
        terms.rules,
        terms.costs,
        terms.timeframe.bars_per_year(),
    )?;
    let mut seen = witness
        .seen
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    seen.tags = result
        .trades
        .into_iter()
        .map(|trade| (trade.entry_time, trade.entry_tag))
        .collect();
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_kept_bar_by_bar() {
        let mut trades = Trades::default();
        trades.push(&TradeValues::FLAT);
        let kept = [7.0];
        let open = TradeValues {
            entry_price: 10.0,
            held: 3600.0,
            held_bars: 0.0,
            mark: 11.0,
            quantity: 2.0,
            kept: &kept,
        };
        trades.push(&open);
        trades.push(&TradeValues {
            held_bars: 1.0,
            ..open
        });
        trades.tags.push((200, "up".to_owned()));
        assert!(trades.kept[0][0].is_nan() && trades.kept[0][2] == 7.0);
        let time = [100, 200, 300];
        assert_eq!(trades.open_at(0, &time), None);
        let found = trades.open_at(2, &time).unwrap();
        assert_eq!((found.since, found.bars, found.price), (200, 1, 10.0));
        assert_eq!(found.tag, "up");
    }
}
