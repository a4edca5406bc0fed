//! The figures of an account that is marked bar by bar.

use crate::metrics::{Metrics, Sums};
use crate::spans::order::greater;

/// Sums over the marks and the trades of one account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figures {
    initial: f64,
    mark: f64,
    peak: f64,
    worst: f64,
    returns: f64,
    squares: f64,
    bars: usize,
    trades: u32,
    wins: u32,
    won: f64,
    lost: f64,
}

impl Figures {
    pub(crate) const fn new(initial: f64) -> Self {
        Self {
            initial,
            mark: initial,
            peak: initial,
            worst: 1.0,
            returns: 0.0,
            squares: 0.0,
            bars: 0,
            trades: 0,
            wins: 0,
            won: 0.0,
            lost: 0.0,
        }
    }

    /// Takes the equity at a close.
    pub(crate) fn mark(&mut self, equity: f64) {
        // An account that has lost everything stands still.
        let change = if self.mark > 0.0 {
            equity / self.mark - 1.0
        } else {
            0.0
        };
        self.returns += change;
        self.squares += change * change;
        self.mark = equity;
        self.peak = self.peak.max(equity);
        self.worst = self.worst.min(equity / self.peak);
        self.bars += 1;
    }

    /// Takes the profit of a trade.
    pub(crate) fn book(&mut self, pnl: f64) {
        self.trades += 1;
        self.wins += u32::from(pnl > 0.0);
        self.won += greater(pnl, 0.0);
        self.lost += greater(-pnl, 0.0);
    }

    /// Equity at the last close.
    pub(crate) const fn equity(&self) -> f64 {
        self.mark
    }

    /// Equity at the last close over its running maximum, less 1.
    pub(crate) fn drawdown(&self) -> f64 {
        self.mark / self.peak - 1.0
    }

    pub(crate) fn metrics(&self, bars_per_year: f64) -> Metrics {
        Sums {
            initial: self.initial,
            equity: self.mark,
            worst: self.worst,
            returns: self.returns,
            squares: self.squares,
            bars: self.bars,
            trades: self.trades,
            wins: self.wins,
            won: self.won,
            lost: self.lost,
        }
        .metrics(bars_per_year)
    }
}
