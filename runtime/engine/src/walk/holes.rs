//! The walk over a market where some bars have no price to fill at.
//!
//! An order may have to wait, and signals that come while it waits may cancel it, so what is wanted
//! depends on prices too: from set bit to set bit, with the state of the streaming loop.

use super::signals::Signals;
use super::walker::Walker;

impl Walker<'_> {
    pub(super) fn walk_holes<const NEXT_OPEN: bool>(&mut self, signals: &Signals<'_>) {
        let end = signals.end();
        while self.next < end {
            if let Some(bar) = self.due {
                self.wait::<NEXT_OPEN>(signals, bar);
                continue;
            }
            let order = match self.open {
                Some(open) => {
                    let exit = signals.next_exit(self.next, end);
                    if self.has_stop() && self.stopped(open, end.min(exit + 1)) {
                        continue;
                    }
                    exit
                }
                None => signals.next_entry(self.next, end),
            };
            if order == end {
                self.next = end;
                break;
            }
            self.next = order + 1;
            let earliest = if NEXT_OPEN { order + 1 } else { order };
            let fill = self.tables.next_fillable(earliest);
            if fill == earliest {
                self.fill(fill);
            } else {
                self.due = Some(fill);
            }
        }
    }

    /// Goes on while an order waits for `bar`: an opposite signal before it cancels it, a stop
    /// takes its place, and otherwise it fills.
    fn wait<const NEXT_OPEN: bool>(&mut self, signals: &Signals<'_>, bar: usize) {
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
        let seen = end.min(against + 1);
        if let Some(open) = self.open
            && self.has_stop()
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

    /// Fills an order on `bar`: a buy while flat, a sale while long.
    fn fill(&mut self, bar: usize) {
        match self.open {
            Some(open) => self.sell(open, bar),
            None => self.buy(bar),
        }
    }
}
