//! The walk over a market where an order can fill on every bar.
//!
//! Every order fills at once, so what the signals want at a bar depends on signals alone: a latch,
//! set by an entry and reset by an exit. One addition works the latch for 64 bars, and the bars
//! on which it changes are the buys and the sales. A stop sells in between; then the entries before
//! the next sale may buy again.

use super::signals::Signals;
use super::walker::Walker;

impl Walker<'_> {
    pub(super) fn walk_whole<const NEXT_OPEN: bool, const STOPS: bool>(
        &mut self,
        signals: &Signals<'_>,
    ) {
        let live = self.next;
        let mut wanted = self.wanted;
        for word in signals.words_from(live) {
            let mut bits;
            (bits, wanted) = signals.changes(word, live, wanted);
            while bits != 0 {
                let bar = signals.start() + word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                self.turn::<NEXT_OPEN, STOPS>(signals, bar);
            }
        }
        if STOPS && self.wanted {
            self.hold::<NEXT_OPEN>(signals, signals.end());
        }
        self.next = signals.end();
    }

    /// Acts on a change of what the signals want.
    #[inline(always)]
    fn turn<const NEXT_OPEN: bool, const STOPS: bool>(
        &mut self,
        signals: &Signals<'_>,
        bar: usize,
    ) {
        if self.wanted {
            if STOPS {
                self.hold::<NEXT_OPEN>(signals, bar + 1);
            }
            if let Some(open) = self.open {
                match self.filled_on::<NEXT_OPEN>(bar) {
                    Some(fill) => self.sell(open, fill),
                    None => self.due = Some(usize::MAX),
                }
            }
        } else {
            self.next = bar + 1;
            self.enter::<NEXT_OPEN>(bar);
        }
        self.wanted = !self.wanted;
    }

    /// Tests the stop on the bars from the next one up to `until` (not included), and buys again
    /// where an entry follows it.
    #[inline(always)]
    fn hold<const NEXT_OPEN: bool>(&mut self, signals: &Signals<'_>, until: usize) {
        while self.next < until {
            if let Some(open) = self.open {
                if !self.stopped(open, until) {
                    break;
                }
            } else {
                let entry = signals.next_entry(self.next, until);
                if entry == until {
                    break;
                }
                self.next = entry + 1;
                self.enter::<NEXT_OPEN>(entry);
            }
        }
        self.next = until;
    }

    #[inline(always)]
    fn enter<const NEXT_OPEN: bool>(&mut self, bar: usize) {
        match self.filled_on::<NEXT_OPEN>(bar) {
            Some(fill) => self.buy(fill),
            None => self.due = Some(usize::MAX),
        }
    }

    /// The bar on which an order decided on `bar` fills; none where that is past the data.
    #[inline(always)]
    fn filled_on<const NEXT_OPEN: bool>(&self, bar: usize) -> Option<usize> {
        let fill = if NEXT_OPEN { bar + 1 } else { bar };
        (fill < self.tables.len()).then_some(fill)
    }
}
