//! What a node is computed from.

use super::{Choose, Kind, NodeId, Pool, Query};

impl Kind {
    /// The nodes that it reads on the same bar, in order. Members, queries and feeds read what
    /// their group, pool or unit reads.
    #[must_use]
    pub fn operands(self) -> [Option<NodeId>; 4] {
        match self {
            Kind::Number(_)
            | Kind::Bool(_)
            | Kind::Input(_)
            | Kind::Param(_)
            | Kind::Free(_)
            | Kind::Member(..)
            | Kind::ZoneKept(..)
            | Kind::ZonePrev(..)
            | Kind::ZoneAge(_)
            | Kind::Query(..) => [None; 4],
            Kind::Math1(_, a)
            | Kind::Not(a)
            | Kind::IsNa(a)
            | Kind::NumOf(a)
            | Kind::New(_, _, a)
            | Kind::ZoneNew(_, _, a) => [Some(a), None, None, None],
            Kind::Prev(_, _, n) => [Some(n), None, None, None],
            Kind::Math2(_, a, b)
            | Kind::Compare(_, a, b)
            | Kind::And(a, b)
            | Kind::Or(a, b)
            | Kind::Coalesce(a, b)
            | Kind::Lag(a, b)
            | Kind::Cross(a, b)
            | Kind::After(a, b) => [Some(a), Some(b), None, None],
            Kind::Select(a, b, c) | Kind::Fma(a, b, c) => [Some(a), Some(b), Some(c), None],
            Kind::Window(_, x, n, least) => [Some(x), Some(n), Some(least), None],
            Kind::Pair(_, x, y, n) => [Some(x), Some(y), Some(n), None],
        }
    }
}

impl Pool {
    /// The nodes that it reads, those of its zones included.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        std::iter::once(self.born)
            .chain(self.keep.iter().chain(&self.next).map(|(_, n)| *n))
            .chain(self.dies)
            .collect()
    }
}

impl Query {
    /// The nodes that it reads of each zone.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        let key = match self.choose {
            Choose::Nearest(n) | Choose::Highest(n) | Choose::Lowest(n) => Some(n),
            Choose::Newest | Choose::Count => None,
        };
        self.condition.into_iter().chain(key).collect()
    }
}
