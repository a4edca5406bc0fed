//! One parameter set's walk over its masks.

use super::signals::Signals;
use super::tables::MarketTables;
use crate::convention::{Fill, StopTest};
use crate::costs::Costs;
use crate::price::stop_level;
use crate::spans::{Ledger, OpenSpan, Outcome, Span};

/// An open position.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Bar of the buy.
    bar: usize,
    /// Price paid per unit, slippage included.
    paid: f64,
    /// Price at or below which it is sold; meaningless without a stop.
    level: f64,
}

/// The account of one parameter set, fed a block of masks at a time; the rules are those of the
/// streaming loop ([`crate::stream`]).
#[derive(Debug, Clone, Copy)]
pub struct Walker<'t> {
    tables: &'t MarketTables<'t>,
    costs: Costs,
    stop: Option<f64>,
    ledger: Ledger,
    open: Option<Open>,
    /// Bar on which an order that waits for a price will fill; `usize::MAX` where the data end
    /// before there is one. A buy while flat, a sale while long.
    due: Option<usize>,
    /// First bar whose signals, and whose stop test, are still to come.
    next: usize,
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
            due: None,
            next: tables.start(),
        }
    }

    /// Takes the bits of bars `start..start + len`: bit `t % 64` of word `(t - start) / 64` says
    /// that an entry (an exit) holds at bar `t`. Blocks come in order and leave no bar out.
    pub fn advance(&mut self, start: usize, len: usize, entries: &[u64], exits: &[u64]) {
        debug_assert!(start <= self.next, "a block was left out");
        let len = len.min(self.tables.len().saturating_sub(start));
        let signals = Signals::new(start, len, entries, exits);
        if self.next >= signals.end() {
            return;
        }
        // One copy of the loop per kind of market and order, so that none pays for another; each
        // works on a copy of the account that the compiler can keep in registers.
        let next_open = self.tables.rules().fill == Fill::NextOpen;
        let walk = match (next_open, self.stop.is_some(), self.tables.has_holes()) {
            (false, false, false) => Self::walk::<false, false, false>,
            (false, true, false) => Self::walk::<false, true, false>,
            (true, false, false) => Self::walk::<true, false, false>,
            (true, true, false) => Self::walk::<true, true, false>,
            (false, _, true) => Self::walk::<false, true, true>,
            (true, _, true) => Self::walk::<true, true, true>,
        };
        *self = walk(*self, &signals);
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

    fn walk<const NEXT_OPEN: bool, const STOPS: bool, const HOLES: bool>(
        mut self,
        signals: &Signals<'_>,
    ) -> Self {
        let end = signals.end();
        while self.next < end {
            if HOLES && let Some(bar) = self.due {
                self.wait::<NEXT_OPEN, STOPS>(signals, bar);
            } else if let Some(open) = self.open {
                let exit = signals.next_exit(self.next, end);
                if STOPS && self.stopped(open, end.min(exit.saturating_add(1))) {
                    continue;
                }
                if exit == end {
                    self.next = end;
                    break;
                }
                self.next = exit + 1;
                self.order::<NEXT_OPEN, HOLES>(exit);
            } else {
                let entry = signals.next_entry(self.next, end);
                if entry == end {
                    self.next = end;
                    break;
                }
                self.next = entry + 1;
                self.order::<NEXT_OPEN, HOLES>(entry);
            }
        }
        self
    }

    /// Fills the order decided at the close of `bar`, or leaves it due.
    #[inline(always)]
    fn order<const NEXT_OPEN: bool, const HOLES: bool>(&mut self, bar: usize) {
        let earliest = if NEXT_OPEN { bar + 1 } else { bar };
        let fill = self.tables.next_fillable(earliest);
        if fill == earliest {
            self.fill(fill);
        } else {
            self.due = Some(fill);
            if !HOLES {
                // Only the last bar can leave an order behind: there is no next open.
                debug_assert_eq!(self.next, self.tables.len());
            }
        }
    }

    /// Goes on while an order waits for `bar`: an opposite signal before it cancels it, a stop
    /// takes its place, and otherwise it fills.
    fn wait<const NEXT_OPEN: bool, const STOPS: bool>(
        &mut self,
        signals: &Signals<'_>,
        bar: usize,
    ) {
        // Signals of the bar of a fill come before it at the close, after it at the open.
        let until = if NEXT_OPEN {
            bar
        } else {
            bar.saturating_add(1)
        };
        let end = until.min(signals.end());
        let against = match self.open {
            Some(_) => signals.next_entry(self.next, end),
            None => signals.next_exit(self.next, end),
        };
        let seen = end.min(against.saturating_add(1));
        if STOPS
            && let Some(open) = self.open
            && self.stopped(open, seen)
        {
            self.due = None;
            return;
        }
        self.next = seen;
        if against < end {
            self.due = None;
        } else if until <= signals.end() {
            self.due = None;
            self.fill(bar);
        }
    }

    /// Sells at the stop if a bar from the next one up to `until` (not included) reaches it.
    #[inline(always)]
    fn stopped(&mut self, open: Open, until: usize) -> bool {
        let bar = self.tables.first_stopped(open.level, self.next, until);
        if bar >= until {
            return false;
        }
        self.sell(open, bar, self.tables.stop_price(bar, open.level));
        self.next = match self.tables.rules().stops {
            StopTest::Intrabar => bar,
            StopTest::Closes => bar + 1,
        };
        true
    }

    /// Fills an order on `bar`: a buy while flat, a sale while long.
    #[inline(always)]
    fn fill(&mut self, bar: usize) {
        let price = self.tables.fill_price(bar);
        if let Some(open) = self.open {
            self.sell(open, bar, price);
        } else {
            let paid = self.costs.buy_price(price);
            let level = self.stop.map_or(f64::NEG_INFINITY, |share| {
                stop_level(price, paid, share, self.tables.rules().stops)
            });
            self.open = Some(Open { bar, paid, level });
        }
    }

    #[inline(always)]
    fn sell(&mut self, open: Open, bar: usize, price: f64) {
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
