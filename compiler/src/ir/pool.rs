//! Pools of zones and the questions to them.
//!
//! What happens on a bar, in which order, is written at [`strat_lang::hir::Pool`]. Executors keep
//! the zones that are alive side by side, oldest first, in one block of doubles.

use super::Id;

/// A pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Most zones alive.
    pub max: u32,
    /// Whether the oldest zone gives way when the pool is full; else none is born.
    pub drops_oldest: bool,
    /// When a zone is born.
    pub born: Id,
    /// What is frozen at birth.
    pub keep: Vec<Id>,
    /// The `ZoneNew` nodes.
    pub next: Vec<Id>,
    /// When a zone dies.
    pub dies: Option<Id>,
    /// The nodes that are computed for each zone, in order.
    pub body: Vec<Id>,
}

impl Pool {
    /// Doubles that one zone takes: kept values, `next` values, their last values, age.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.keep.len() + 2 * self.next.len() + 1
    }

    /// Place of `next` value i in a zone.
    #[must_use]
    pub fn next_at(&self, i: usize) -> usize {
        self.keep.len() + i
    }

    /// Place of the last value of `next` i in a zone.
    #[must_use]
    pub fn last_at(&self, i: usize) -> usize {
        self.keep.len() + self.next.len() + i
    }

    /// Place of the age in a zone.
    #[must_use]
    pub fn age_at(&self) -> usize {
        self.stride() - 1
    }

    /// Place in a zone of output i of a query.
    #[must_use]
    pub fn output_at(&self, i: usize) -> usize {
        if i < self.keep.len() + self.next.len() {
            i
        } else {
            self.age_at()
        }
    }

    /// Zones that there is room for when at most `most_bars` bars come: no bar brings two.
    #[must_use]
    pub fn capacity(&self, most_bars: usize) -> usize {
        (self.max as usize).min(most_bars.max(1))
    }

    /// Doubles of state: the number of zones alive, and the zones.
    #[must_use]
    pub fn state_len(&self, most_bars: usize) -> usize {
        1 + self.capacity(most_bars) * self.stride()
    }

    /// What it asks for.
    pub fn roots(&self) -> impl Iterator<Item = Id> {
        std::iter::once(self.born)
            .chain(self.keep.iter().copied())
            .chain(self.next.iter().copied())
            .chain(self.dies)
    }

    pub(crate) fn roots_mut(&mut self) -> impl Iterator<Item = &mut Id> {
        std::iter::once(&mut self.born)
            .chain(&mut self.keep)
            .chain(&mut self.next)
            .chain(&mut self.dies)
    }
}

/// A question to a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The pool.
    pub pool: u32,
    /// Which zones; all where nothing is asked.
    pub condition: Option<Id>,
    /// Which of them.
    pub choose: Choose,
    /// The nodes that are computed for each zone, in order. `ZoneNew` is read, not computed.
    pub body: Vec<Id>,
    /// The outputs that something reads, ascending.
    pub outputs: Vec<u32>,
}

/// Which zone a query gives. A zone whose value is na is left out; of equal ones the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choose {
    /// The one born last.
    Newest,
    /// The one with the greatest value.
    Highest(Id),
    /// The one with the least value.
    Lowest(Id),
    /// Their number.
    Count,
}

impl Query {
    /// What it asks for, of each zone.
    pub fn roots(&self) -> impl Iterator<Item = Id> {
        let value = match self.choose {
            Choose::Highest(v) | Choose::Lowest(v) => Some(v),
            Choose::Newest | Choose::Count => None,
        };
        self.condition.into_iter().chain(value)
    }

    pub(crate) fn roots_mut(&mut self) -> impl Iterator<Item = &mut Id> {
        let value = match &mut self.choose {
            Choose::Highest(v) | Choose::Lowest(v) => Some(v),
            Choose::Newest | Choose::Count => None,
        };
        self.condition.iter_mut().chain(value)
    }
}
