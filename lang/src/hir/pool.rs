//! Pools of zones: a bounded number of records that are born, updated every bar, and die.
//!
//! On each bar, in this order:
//!
//! 1. every zone alive grows one bar older, its `next` values are computed (their past is the zone's
//!    last value), then `dies` is asked; where it is true the zone is gone from this bar on;
//! 2. where `born` is true, a new zone takes the kept values of this bar, age 0, and its `next`
//!    values with an na past; is the pool full, the oldest zone gives way, or the new one is not
//!    born ([`Pool::drops_oldest`]);
//! 3. queries look at the zones that are alive now.

use super::NodeId;
use crate::source::Span;

/// Index of a [`Pool`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PoolId(pub u32);

/// A pool. Its `next` and `dies` nodes read `Kind::ZoneKept`, `Kind::ZoneNew`, `Kind::ZonePrev` and
/// `Kind::ZoneAge` of the zone at hand beside series from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Most zones alive.
    pub max: u32,
    /// Whether the oldest zone gives way when the pool is full.
    pub drops_oldest: bool,
    /// When a zone is born; a series from outside.
    pub born: NodeId,
    /// Name and value of what is frozen at birth; series from outside.
    pub keep: Vec<(String, NodeId)>,
    /// Name and `Kind::ZoneNew` node of what is updated, each after those that it reads.
    pub next: Vec<(String, NodeId)>,
    /// When a zone dies.
    pub dies: Option<NodeId>,
    /// Its place.
    pub span: Span,
}

/// Index of a [`Query`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueryId(pub u32);

/// A question to a pool. Its outputs (`Kind::Query`) are the kept values, then the `next` values,
/// then the age of the zone that was chosen, all na where there is none; of `Count` the number.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The pool.
    pub pool: PoolId,
    /// Which zones; read like `Pool::dies`. All where nothing is asked.
    pub condition: Option<NodeId>,
    /// Which of them.
    pub choose: Choose,
    /// Its place.
    pub span: Span,
}

/// Which zone a query gives. A zone whose value is na is left out; of equal ones the oldest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choose {
    /// The one born last.
    Newest,
    /// The one whose value is nearest to the close.
    Nearest(NodeId),
    /// The one with the greatest value.
    Highest(NodeId),
    /// The one with the least value.
    Lowest(NodeId),
    /// Their number.
    Count,
}
