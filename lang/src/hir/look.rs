//! Lookbacks: the number of bars before the first value, as a formula of the parameters.

use super::NodeId;

/// Index of a [`Look`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LookId(pub u32);

/// One formula; operands stand before their users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Look {
    /// A number of bars.
    Bars(i64),
    /// The value of a node that is a constant or depends on parameters only.
    Value(NodeId),
    /// Both together.
    Sum(LookId, LookId),
    /// The longer.
    Max(LookId, LookId),
    /// The shorter.
    Min(LookId, LookId),
}

/// The formulas of one unit, each once.
#[derive(Debug, Clone, PartialEq)]
pub struct Looks {
    all: Vec<Look>,
    index: rustc_hash::FxHashMap<Look, LookId>,
}

impl Default for Looks {
    fn default() -> Self {
        let mut looks = Self {
            all: Vec::new(),
            index: rustc_hash::FxHashMap::default(),
        };
        looks.intern(Look::Bars(0));
        looks
    }
}

impl Looks {
    /// How many bars a formula is, where `value` gives the least that a node may be.
    pub fn least(&self, id: LookId, value: &impl Fn(NodeId) -> f64) -> f64 {
        let mut found: Vec<f64> = Vec::with_capacity(self.all.len());
        // Operands stand before their users.
        for look in self.all.iter().take(id.0 as usize + 1) {
            let of = |id: &LookId| found.get(id.0 as usize).copied().unwrap_or(0.0);
            found.push(match look {
                Look::Bars(bars) => *bars as f64,
                Look::Value(node) => value(*node),
                Look::Sum(a, b) => of(a) + of(b),
                Look::Max(a, b) => of(a).max(of(b)),
                Look::Min(a, b) => of(a).min(of(b)),
            });
        }
        found.last().copied().unwrap_or(0.0)
    }

    /// No bars.
    pub const ZERO: LookId = LookId(0);

    fn intern(&mut self, look: Look) -> LookId {
        if let Some(&id) = self.index.get(&look) {
            return id;
        }
        let id = LookId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(look);
        self.index.insert(look, id);
        id
    }

    /// The formula of an id.
    #[must_use]
    pub fn get(&self, id: LookId) -> Look {
        self.all[id.0 as usize]
    }

    /// All formulas; operands stand before their users.
    #[must_use]
    pub fn all(&self) -> &[Look] {
        &self.all
    }

    /// A fixed number of bars.
    pub fn bars(&mut self, bars: i64) -> LookId {
        self.intern(Look::Bars(bars))
    }

    /// The value of a node.
    pub fn value(&mut self, node: NodeId) -> LookId {
        self.intern(Look::Value(node))
    }

    /// Both together.
    pub fn sum(&mut self, a: LookId, b: LookId) -> LookId {
        match (self.get(a), self.get(b)) {
            (Look::Bars(x), Look::Bars(y)) => self.bars(x.saturating_add(y)),
            (Look::Bars(0), _) => b,
            (_, Look::Bars(0)) => a,
            _ => self.intern(Look::Sum(a, b)),
        }
    }

    /// The longer.
    pub fn max(&mut self, a: LookId, b: LookId) -> LookId {
        match (self.get(a), self.get(b)) {
            _ if a == b => a,
            (Look::Bars(x), Look::Bars(y)) => self.bars(x.max(y)),
            (Look::Bars(0), _) => b,
            (_, Look::Bars(0)) => a,
            _ => self.intern(Look::Max(a, b)),
        }
    }

    /// The shorter.
    pub fn min(&mut self, a: LookId, b: LookId) -> LookId {
        match (self.get(a), self.get(b)) {
            _ if a == b => a,
            (Look::Bars(x), Look::Bars(y)) => self.bars(x.min(y)),
            (Look::Bars(0), _) | (_, Look::Bars(0)) => Self::ZERO,
            _ => self.intern(Look::Min(a, b)),
        }
    }
}
