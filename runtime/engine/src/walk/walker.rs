//! The account of one parameter set, and what every way to walk does with it.

use super::signals::Signals;
use super::tables::MarketTables;
use crate::convention::{Fill, StopTest};
use crate::costs::Costs;
use crate::price::stop_level;
use crate::spans::{Ledger, OpenSpan, Outcome, Span};

/// An open position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    /// Bar of the buy.
    pub(super) bar: usize,
    /// Price paid per unit, slippage included.
    paid: f64,
    /// Price at or below which it is sold, below every price without a stop.
    pub(super) level: f64,
}

/// The account of one parameter set, fed a block of masks at a time; the rules are those of the
/// streaming loop ([`crate::stream`]).
#[derive(Debug, Clone, Copy)]
pub struct Walker<'t> {
    pub(super) tables: &'t MarketTables<'t>,
    costs: Costs,
    stop: Option<f64>,
    ledger: Ledger,
    pub(super) open: Option<Open>,
    /// Whether the signals alone, were there no stop, would have it long.
    pub(super) wanted: bool,
    /// Bar on which an order that waits for a price will fill; `usize::MAX` where the data end
    /// before there is one. A buy while flat, a sale while long.
    pub(super) due: Option<usize>,
    /// First bar whose signals, and whose stop test, are still to come.
    pub(super) next: usize,
}

impl<'t> Walker<'t> {
    /// A flat account with the cash of `costs`; `stop` is the loss at which a position is closed,
    /// as a share of its entry price.
    #[must_use]
    pub fn new(tables: &'t MarketTables<'t>, costs: Costs, stop: Option<f64>) -> Self {
        Self {
            tables,
            costs,
            stop,
            ledger: Ledger::new(&costs),
            open: None,
            wanted: false,
            due: None,
            next: tables.start(),
        }
    }

    /// Takes the bits of bars `start..start + len`: bit `t % 64` of word `(t - start) / 64` says
    /// that an entry (an exit) holds at bar `t`. Blocks begin at multiples of 64, come in order
    /// and leave no bar out.
    pub fn advance(&mut self, start: usize, len: usize, entries: &[u64], exits: &[u64]) {
        debug_assert!(start <= self.next, "a block was left out");
        let len = len.min(self.tables.len().saturating_sub(start));
        let signals = Signals::new(start, len, entries, exits);
        if self.next >= signals.end() {
            return;
        }
        // One copy of each loop per kind of order, so that none pays for another.
        let next_open = self.tables.rules().fill == Fill::NextOpen;
        let walk = match (self.tables.has_holes(), next_open, self.stop.is_some()) {
            (false, false, false) => Self::walk_whole::<false, false>,
            (false, false, true) => Self::walk_whole::<false, true>,
            (false, true, false) => Self::walk_whole::<true, false>,
            (false, true, true) => Self::walk_whole::<true, true>,
            (true, false, _) => Self::walk_holes::<false>,
            (true, true, _) => Self::walk_holes::<true>,
        };
        walk(self, &signals);
    }

    /// Ends the run after the last bar; `bars_per_year` of its bars make a year.
    #[must_use]
    pub fn finish(self, bars_per_year: f64) -> Outcome {
        let bars = self.tables.len();
        let open = self.open.map(|open| OpenSpan {
            bought: open.bar,
            paid: open.paid,
            held: self.tables.held(open.bar, bars - 1, self.ledger.worst()),
        });
        let traded = bars.saturating_sub(self.tables.start());
        self.ledger.finish(open.as_ref(), traded, bars_per_year)
    }

    /// Whether an order is waiting for a price.
    #[must_use]
    pub const fn has_due_order(&self) -> bool {
        self.due.is_some()
    }

    /// Buys with the order that fills on `bar`.
    #[inline(always)]
    pub(super) fn buy(&mut self, bar: usize) {
        let price = self.tables.fill_price(bar);
        let paid = self.costs.buy_price(price);
        let level = self.stop.map_or(f64::NEG_INFINITY, |share| {
            stop_level(price, paid, share, self.tables.rules().stops)
        });
        self.open = Some(Open { bar, paid, level });
    }

    /// Sells with the order that fills on `bar`.
    #[inline(always)]
    pub(super) fn sell(&mut self, open: Open, bar: usize) {
        self.sell_at(open, bar, self.tables.fill_price(bar));
    }

    /// Whether there is a stop at all.
    pub(super) const fn has_stop(&self) -> bool {
        self.stop.is_some()
    }

    /// Sells at the stop if a bar from the next one up to `until` (not included) reaches it.
    #[inline(always)]
    pub(super) fn stopped(&mut self, open: Open, until: usize) -> bool {
        let bar = self.tables.first_stopped(open.level, self.next, until);
        if bar >= until {
            return false;
        }
        self.sell_at(open, bar, self.tables.stop_price(bar, open.level));
        self.next = match self.tables.rules().stops {
            StopTest::Intrabar => bar,
            StopTest::Closes => bar + 1,
        };
        true
    }

    #[inline(always)]
    fn sell_at(&mut self, open: Open, bar: usize, price: f64) {
        let worst = self.ledger.worst();
        self.ledger.close(&Span {
            bought: open.bar,
            paid: open.paid,
            sold: bar,
            got: self.costs.sell_price(price),
            held: (bar > open.bar).then(|| self.tables.held(open.bar, bar - 1, worst)),
        });
        self.open = None;
    }
}
