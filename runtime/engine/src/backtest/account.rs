//! The account over all symbols: its curve, and its figures from the sleeves.

use strat_abi::{ProgramInfo, Resolved};

use super::Lane;
use super::result::{BacktestResult, EquityCurve, Summary, SymbolResult, Trade, TradeStatus};
use crate::convention::Rules;
use crate::costs::Costs;
use crate::figures::Figures;
use crate::stream::{Exit, Mark, Refused, RoundTrip};

/// Sums the sleeves at every time and keeps the curve.
pub(super) struct Account {
    curve: EquityCurve,
    initial: f64,
    figures: Figures,
}

impl Account {
    pub(super) fn new(initial: f64, bars: usize) -> Self {
        Self {
            curve: EquityCurve {
                time: Vec::with_capacity(bars),
                equity: Vec::with_capacity(bars),
                cash: Vec::with_capacity(bars),
                drawdown: Vec::with_capacity(bars),
            },
            initial,
            figures: Figures::new(initial),
        }
    }

    /// Adds the account at `time`.
    pub(super) fn mark(&mut self, time: i64, sleeves: impl ExactSizeIterator<Item = Mark>) {
        let single = sleeves.len() == 1;
        let (mut equity, mut cash, mut inside) = (0.0, 0.0, 0.0);
        for mark in sleeves {
            equity += mark.equity;
            cash += mark.cash;
            inside = mark.drawdown;
        }
        self.figures.mark(equity);
        self.curve.time.push(time);
        self.curve.equity.push(equity);
        self.curve.cash.push(cash);
        // One sleeve is the account, and its drawdown is taken on prices.
        self.curve.drawdown.push(if single {
            inside
        } else {
            self.figures.drawdown()
        });
    }

    pub(super) fn finish(
        mut self,
        info: &ProgramInfo,
        lanes: Vec<Lane<'_>>,
        resolved: Resolved,
        rules: Rules,
        costs: Costs,
        bars_per_year: f64,
    ) -> BacktestResult {
        let mut trades = Vec::new();
        let mut symbols = Vec::with_capacity(lanes.len());
        for (index, lane) in lanes.into_iter().enumerate() {
            let finished = lane.trader.finish(bars_per_year);
            let time = lane.bars.columns.time;
            trades.extend(
                lane.trades
                    .iter()
                    .chain(&finished.open)
                    .map(|trip| trade(index, trip, time, info)),
            );
            symbols.push(SymbolResult {
                symbol: lane.bars.symbol.to_owned(),
                metrics: finished.metrics,
                final_equity: finished.final_equity,
                bars: lane.bars.columns.len() - lane.bars.start,
                bars_held: finished.bars_held,
                unfilled_order: finished.unfilled_order,
                ambiguous_bars: finished.ambiguous_bars,
                refused: finished.refused,
            });
        }
        // A stable sort keeps the symbols in the order given at one time of entry.
        trades.sort_by_key(|trade| trade.entry_time);

        let metrics = match symbols.as_slice() {
            [only] => only.metrics,
            _ => {
                for trade in &trades {
                    self.figures.book(trade.pnl);
                }
                self.figures.metrics(bars_per_year)
            }
        };
        let summary = self.summary(&trades, &symbols, bars_per_year);
        BacktestResult {
            metrics,
            summary,
            trades,
            equity: self.curve,
            symbols,
            resolved,
            rules,
            costs,
        }
    }

    fn summary(&self, trades: &[Trade], symbols: &[SymbolResult], bars_per_year: f64) -> Summary {
        let bars = self.curve.time.len();
        let years = bars as f64 / bars_per_year;
        let cagr = libm::pow(self.figures.equity() / self.initial, 1.0 / years) - 1.0;
        let shares = trades.iter().map(|trade| trade.pnl_pct);
        let exposures = symbols.iter().map(|s| s.bars_held as f64 / s.bars as f64);
        Summary {
            initial_cash: self.initial,
            final_equity: self.figures.equity(),
            fees_paid: trades.iter().map(|trade| trade.fees).sum(),
            avg_trade_pnl: if trades.is_empty() {
                0.0
            } else {
                trades.iter().map(|trade| trade.pnl).sum::<f64>() / trades.len() as f64
            },
            exposure: exposures.sum::<f64>() / symbols.len() as f64,
            best_trade: shares.clone().reduce(f64::max),
            worst_trade: shares.reduce(f64::min),
            cagr: cagr.is_finite().then_some(cagr),
            unfilled_orders: symbols.iter().filter(|s| s.unfilled_order).count(),
            ambiguous_bars: symbols.iter().map(|s| s.ambiguous_bars).sum(),
            best_case: None,
            refused: symbols
                .iter()
                .fold(Refused::default(), |sum, s| sum.plus(s.refused)),
            bars,
            first_time: self.curve.time.first().copied().unwrap_or_default(),
            last_time: self.curve.time.last().copied().unwrap_or_default(),
        }
    }
}

fn trade(symbol: usize, trip: &RoundTrip, time: &[i64], info: &ProgramInfo) -> Trade {
    let at = |bar: usize| time.get(bar).copied().unwrap_or_default();
    let tag = |tags: &[String], index: u32| tags.get(index as usize).cloned().unwrap_or_default();
    Trade {
        symbol,
        side: trip.side,
        entry_time: at(trip.entry_bar),
        entry_price: trip.entry_price,
        exit_time: at(trip.exit_bar),
        exit_price: trip.exit_price,
        quantity: trip.quantity,
        fees: trip.fees,
        pnl: trip.pnl,
        pnl_pct: trip.pnl_pct,
        bars_held: trip.exit_bar - trip.entry_bar,
        entry_tag: tag(&info.entries, trip.entry),
        exit_tag: match trip.exit {
            None => String::new(),
            Some(Exit::Signal(index)) => tag(&info.exits, index),
            Some(exit) => exit.tag().unwrap_or_default().to_owned(),
        },
        status: if trip.exit.is_some() {
            TradeStatus::Closed
        } else {
            TradeStatus::Open
        },
    }
}
