//! What the signals of a close become: an order, the end of one, or nothing.
//!
//! - **Flat.** An entry becomes an order, unless an exit holds too: they cancel each other, and so
//!   do a long and a short entry. During a cooldown entries are not heard.
//! - **Open.** An exit becomes an order, unless an entry of the position's own side holds too:
//!   they cancel each other. An entry of the other side closes the position and opens its own, at
//!   one price; it does not cancel an exit, which asks for the same. Where the strategy has a
//!   cooldown, it only closes. An entry of the position's own side adds to it while it has fewer
//!   entries than `pyramid` allows, and otherwise changes nothing.
//! - **Of several exits** the one that closes most acts, of equal ones the first written. An exit
//!   that closes a part acts at the first close of the trade at which it holds, and again only
//!   after a close at which it did not: a condition that stays true takes its part once.
//! - **While an order waits** for a bar with a price, an opposite signal cancels it.

use strat_abi::{Cooldown, Decision, Plan, Side, Size};

use super::levels::output;
use crate::stream::Exit;

/// The size of an entry, as it was at the deciding close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sizing {
    /// All capital.
    All,
    /// So many units.
    Units(f64),
    /// A share of the equity at the fill.
    OfEquity(f64),
    /// So much that this share of the equity at the fill is lost at the stop, costs included.
    Risk(f64),
}

/// An entry that has not filled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) side: Side,
    pub(super) statement: u32,
    pub(super) size: Sizing,
    /// What the trade will remember.
    pub(super) kept: Vec<f64>,
}

/// An exit that has not filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Leave {
    pub(super) why: Exit,
    /// Share of the position, 1 for all of it.
    pub(super) share: f64,
}

/// An order that has not filled.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Due {
    Enter(Entry),
    Leave(Leave),
    Reverse(Leave, Entry),
}

/// What a decision is made on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) plan: &'a Plan,
    pub(super) outputs: &'a [f64],
    /// Side and number of entries of the open position.
    pub(super) open: Option<(Side, usize)>,
    /// Exits that held at the close before, of this trade.
    pub(super) held: u64,
    /// Bars and seconds since the close of the bar that closed the last trade.
    pub(super) rested: Option<(f64, f64)>,
}

/// What two signals of a close say.
struct Signals {
    entry: Option<(Side, u32)>,
    exit: Option<Leave>,
    /// Whether any exit statement held; a flat account does not ask for its part.
    any_exit: bool,
}

impl Scene<'_> {
    /// The order that is due after this close.
    pub(super) fn decide(&self, decision: Decision, due: Option<Due>) -> Option<Due> {
        let signals = self.signals(decision);
        match self.open {
            None => self.flat(&signals, due),
            Some((side, entries)) => self.open(&signals, due, side, entries),
        }
    }

    fn signals(&self, decision: Decision) -> Signals {
        let mut sides = [None; 2];
        if !self.rests() {
            for statement in bits(decision.entries) {
                let side = self
                    .plan
                    .entries
                    .get(statement as usize)
                    .map_or(Side::Long, |entry| entry.side);
                sides[usize::from(side == Side::Short)].get_or_insert((side, statement));
            }
        }
        Signals {
            entry: match sides {
                [Some(_), Some(_)] => None,
                [long, short] => long.or(short),
            },
            exit: self.exit(decision.exits),
            any_exit: decision.exits != 0,
        }
    }

    fn flat(&self, signals: &Signals, due: Option<Due>) -> Option<Due> {
        let wanted = signals.entry.filter(|_| !signals.any_exit);
        match due {
            None => wanted.map(|(side, statement)| Due::Enter(self.entry(side, statement))),
            Some(Due::Enter(waiting)) => {
                let exit = signals.any_exit && signals.entry.is_none();
                let other = wanted.is_some_and(|(side, _)| side != waiting.side);
                (!exit && !other).then_some(Due::Enter(waiting))
            }
            // Nothing is left to leave.
            Some(Due::Leave(_) | Due::Reverse(..)) => None,
        }
    }

    fn open(&self, signals: &Signals, due: Option<Due>, own: Side, entries: usize) -> Option<Due> {
        let more = signals.entry.filter(|(side, _)| *side == own);
        let other = signals.entry.filter(|(side, _)| *side != own);
        let leave = signals.exit.filter(|_| more.is_none());
        let more = more.filter(|_| signals.exit.is_none());
        match due {
            None => match (leave, other, more) {
                (_, Some((side, statement)), _) => {
                    let leave = Leave {
                        why: signals
                            .exit
                            .filter(|exit| exit.share >= 1.0)
                            .map_or(Exit::Reverse, |exit| exit.why),
                        share: 1.0,
                    };
                    Some(if self.plan.cooldown.is_some() {
                        Due::Leave(leave)
                    } else {
                        Due::Reverse(leave, self.entry(side, statement))
                    })
                }
                (Some(leave), None, _) => Some(Due::Leave(leave)),
                (None, None, Some((side, statement))) if self.adds(entries) => {
                    Some(Due::Enter(self.entry(side, statement)))
                }
                _ => None,
            },
            Some(Due::Enter(waiting)) => {
                let cancelled = leave.is_some() || other.is_some();
                (!cancelled).then_some(Due::Enter(waiting))
            }
            Some(waiting) => more.is_none().then_some(waiting),
        }
    }

    /// Whether another entry may join a position of so many.
    fn adds(&self, entries: usize) -> bool {
        let most = self.plan.pyramid.map_or(1.0, |at| output(self.outputs, at));
        (entries as f64) < most
    }

    /// Whether the strategy is in its cooldown; `na` is none.
    fn rests(&self) -> bool {
        match (self.plan.cooldown, self.rested) {
            (Some(Cooldown::Bars(at)), Some((bars, _))) => bars < output(self.outputs, at),
            (Some(Cooldown::Seconds(at)), Some((_, seconds))) => seconds < output(self.outputs, at),
            _ => false,
        }
    }

    fn exit(&self, exits: u64) -> Option<Leave> {
        bits(exits)
            .filter_map(|statement| {
                let portion = self
                    .plan
                    .exits
                    .get(statement as usize)
                    .and_then(|exit| exit.portion);
                let share = portion.map_or(1.0, |at| output(self.outputs, at));
                let again = self.held >> statement & 1 == 1;
                // A share that is na closes nothing.
                (share >= 1.0 || share > 0.0 && !again).then_some(Leave {
                    why: Exit::Signal(statement),
                    share: share.min(1.0),
                })
            })
            .reduce(|a, b| if b.share > a.share { b } else { a })
    }

    fn entry(&self, side: Side, statement: u32) -> Entry {
        let asked = self.plan.entries.get(statement as usize);
        let size = match asked.and_then(|entry| entry.size) {
            None => Sizing::All,
            Some(Size::Units(at)) => Sizing::Units(output(self.outputs, at)),
            Some(Size::OfEquity(at)) => Sizing::OfEquity(output(self.outputs, at)),
            Some(Size::Risk(at)) => Sizing::Risk(output(self.outputs, at)),
        };
        let mut kept = vec![f64::NAN; self.plan.kept];
        for &(place, at) in asked.map_or(&[][..], |entry| &entry.keep) {
            if let Some(value) = kept.get_mut(place) {
                *value = output(self.outputs, at);
            }
        }
        Entry {
            side,
            statement,
            size,
            kept,
        }
    }
}

/// The numbers of the bits that are set, ascending.
fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(bit)
    })
}
