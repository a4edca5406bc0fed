//! The one place where spans become equity, drawdown, returns and profits.

use super::Held;
use super::order::{SLACK, greater, lesser};
use crate::costs::Costs;
use crate::metrics::{Metrics, Sums};

/// Account of one long position at a time, bought with all cash.
///
/// Fed one span after the other in time order, [`close`](Self::close) for every sale and
/// [`finish`](Self::finish) at the end. Every figure of a run comes from these calls alone, so
/// whoever makes the same calls gets the same bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ledger {
    fees: f64,
    initial: f64,
    /// Equity after the last sale.
    cash: f64,
    /// Bar of the last sale, whose return is still to be counted: the next buy may be on it too.
    sold: usize,
    /// Equity at the last close whose return has been counted.
    mark: f64,
    /// Highest equity at any close counted, initial cash included.
    peak: f64,
    /// Least ratio of equity to its running maximum.
    worst: f64,
    returns: f64,
    squares: f64,
    trades: u32,
    wins: u32,
    won: f64,
    lost: f64,
    held: usize,
}

/// What all cash buys.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Base units.
    pub quantity: f64,
    /// Quantity times price paid, without the fee.
    pub cost: f64,
    /// Fee of the buy.
    pub fee: f64,
}

/// From a buy to its sale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Bar of the buy.
    pub bought: usize,
    /// Price paid per unit, slippage included.
    pub paid: f64,
    /// Bar of the sale.
    pub sold: usize,
    /// Price got per unit, slippage included.
    pub got: f64,
    /// The closes from the buy up to the bar before the sale; `None` when both are on one bar.
    pub held: Option<Held>,
}

/// A span that has not been sold when the run ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenSpan {
    /// Bar of the buy.
    pub bought: usize,
    /// Price paid per unit, slippage included.
    pub paid: f64,
    /// The closes from the buy to the end.
    pub held: Held,
}

/// What a span brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sale {
    /// What was bought and sold.
    pub position: Position,
    /// Fee of the sale; 0 for a position valued at the end.
    pub fee: f64,
    /// Profit net of both fees.
    pub profit: f64,
}

impl Sale {
    /// Profit as a share of the cost of the position.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.profit / self.position.cost
    }
}

/// What a run ends with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The figures of a screen's row.
    pub metrics: Metrics,
    /// Equity at the last close, quote units.
    pub final_equity: f64,
    /// Number of bars at whose close a position was open.
    pub bars_held: usize,
    /// The trade that is still open, valued at the last close.
    pub open: Option<Sale>,
}

impl Ledger {
    /// An account that starts from the cash of `costs`.
    #[must_use]
    pub fn new(costs: &Costs) -> Self {
        Self {
            fees: costs.fees(),
            initial: costs.cash(),
            cash: costs.cash(),
            // No bar: counting the return of this sale that never was changes nothing.
            sold: usize::MAX,
            mark: costs.cash(),
            peak: costs.cash(),
            worst: 1.0,
            returns: 0.0,
            squares: 0.0,
            trades: 0,
            wins: 0,
            won: 0.0,
            lost: 0.0,
            held: 0,
        }
    }

    /// What all cash buys at `price` per unit (slippage included), the fee paid from it too.
    #[inline(always)]
    #[must_use]
    pub fn position(&self, price: f64) -> Position {
        let quantity = self.cash / (price * (1.0 + self.fees));
        let cost = quantity * price;
        Position {
            quantity,
            cost,
            fee: cost * self.fees,
        }
    }

    /// Counts a span that ends with a sale.
    #[inline(always)]
    pub fn close(&mut self, span: &Span) -> Sale {
        let position = self.position(span.paid);
        self.settle(span.bought);
        if let Some(held) = &span.held {
            self.hold(position.quantity, held);
        }
        let proceeds = position.quantity * span.got;
        let sale = self.book(position, proceeds, proceeds * self.fees);
        self.cash = proceeds - sale.fee;
        self.sold = span.sold;
        sale
    }

    /// Ends a run of `bars` bars, `bars_per_year` of which make a year, with or without a position.
    #[must_use]
    pub fn finish(mut self, open: Option<&OpenSpan>, bars: usize, bars_per_year: f64) -> Outcome {
        let open = open.map(|span| {
            let position = self.position(span.paid);
            self.settle(span.bought);
            self.hold(position.quantity, &span.held);
            self.cash = self.mark;
            self.book(position, self.mark, 0.0)
        });
        if open.is_none() {
            self.settle(usize::MAX - 1);
        }
        let sums = Sums {
            initial: self.initial,
            equity: self.cash,
            worst: self.worst,
            returns: self.returns,
            squares: self.squares,
            bars,
            trades: self.trades,
            wins: self.wins,
            won: self.won,
            lost: self.lost,
        };
        Outcome {
            metrics: sums.metrics(bars_per_year),
            final_equity: self.cash,
            bars_held: self.held,
            open,
        }
    }

    /// Cash after the last sale; while a position is open, what it was bought with.
    #[inline]
    #[must_use]
    pub const fn cash(&self) -> f64 {
        self.cash
    }

    /// Least ratio of equity to its running maximum so far, 1 at the start.
    #[inline]
    #[must_use]
    pub const fn worst(&self) -> f64 {
        self.worst
    }

    /// Highest equity at any close before a span that begins on bar `next`, initial cash included.
    #[must_use]
    pub fn peak_before(&self, next: usize) -> f64 {
        if self.sold == next {
            self.peak
        } else {
            self.peak.max(self.cash)
        }
    }

    /// Counts the closes of a span: the return of its first bar, which the fill is part of, then
    /// the price returns up to its last.
    #[inline(always)]
    fn hold(&mut self, quantity: f64, held: &Held) {
        self.count(quantity * held.first / self.mark - 1.0);
        self.returns += held.totals.sum;
        self.squares += held.totals.squares;
        self.mark = quantity * held.last;
        self.worst = lesser(self.worst, held.extent.worst);
        self.fall(quantity * held.extent.min);
        self.peak = greater(self.peak, quantity * held.extent.max);
        self.held += held.bars;
    }

    /// Counts the return of the bar of the last sale, unless the `next` buy is on that bar too:
    /// then one return covers both fills.
    #[inline(always)]
    fn settle(&mut self, next: usize) {
        if self.sold != next {
            self.count(self.cash / self.mark - 1.0);
            self.mark = self.cash;
            self.fall(self.cash);
            self.peak = greater(self.peak, self.cash);
        }
    }

    #[inline(always)]
    fn count(&mut self, change: f64) {
        self.returns += change;
        self.squares += change * change;
    }

    /// Takes the ratio of `equity` to the peak into the drawdown.
    #[inline(always)]
    fn fall(&mut self, equity: f64) {
        // The products save a division where the ratio is certainly not lower.
        if equity < self.peak * (self.worst * SLACK) {
            self.worst = lesser(self.worst, equity / self.peak);
        }
    }

    #[inline(always)]
    fn book(&mut self, position: Position, proceeds: f64, fee: f64) -> Sale {
        // In this order a trade at one price without fees has a profit of exactly 0, as in vectorbt.
        let profit = proceeds - position.cost - position.fee - fee;
        self.trades += 1;
        self.wins += u32::from(profit > 0.0);
        self.won += greater(profit, 0.0);
        self.lost += greater(-profit, 0.0);
        Sale {
            position,
            fee,
            profit,
        }
    }
}
