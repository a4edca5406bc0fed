//! The intermediate representation: a graph of series nodes in an arena.
//!
//! Operands stand before their users. Equal nodes are one node, constants are folded, and what
//! nothing needs is gone. Every executor reads this and nothing else.

mod feed;
mod linear;
mod pool;
mod print;
pub(crate) mod query;
mod settle;

pub use feed::{Feed, FeedKind};
pub use linear::Linear;
pub use pool::{Choose, Pool, Query};
pub use print::print;
pub use query::{Bounds, apply};

use std::collections::HashMap;

use strat_abi::Need;
use strat_abi::pair::Pair;
use strat_abi::window::Window;
use strat_lang::hir::{Compare, Input, Math1, Math2, Stage};
use strat_lang::source::Span;

/// Index of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u32);

impl Id {
    /// As an index into the node list.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node computes. Conditions are three-valued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// A number, by its bits.
    Number(u64),
    /// A column of the bar, or a value that is handed over with it ([`Graph::handed`]).
    Input(Input),
    /// Parameter i.
    Param(u32),
    /// Arithmetic.
    Math1(Math1, Id),
    /// Arithmetic.
    Math2(Math2, Id, Id),
    /// `a * b + c`, rounded once.
    Fma(Id, Id, Id),
    /// Comparison: a condition.
    Compare(Compare, Id, Id),
    /// `true` or `false`.
    Bool(bool),
    /// Both hold.
    And(Id, Id),
    /// Either holds.
    Or(Id, Id),
    /// Does not hold.
    Not(Id),
    /// Whether a number or a condition is missing.
    IsNa(Id),
    /// The second where the condition is true, else the third.
    Select(Id, Id, Id),
    /// The first unless it is na, else the second.
    Coalesce(Id, Id),
    /// A condition as 1, 0 or na.
    NumOf(Id),
    /// The value n bars ago: value, n.
    Lag(Id, Id),
    /// A rolling window: value, n, least.
    Window(Window, Id, Id, Id),
    /// A rolling window over two series: x, y, n.
    Pair(Pair, Id, Id, Id),
    /// `a crosses above b`.
    Cross(Id, Id),
    /// Withholds the first n defined values.
    After(Id, Id),
    /// Inside a group: the new value of member i.
    New(u32, u32, Id),
    /// Inside a group: member i, n bars ago; 1 to [`MOST_MEMBER_LAG`].
    Prev(u32, u32, u32),
    /// Outside: member i of a group.
    Member(u32, u32),
    /// Inside a zone: value i that was kept at birth.
    ZoneKept(u32, u32),
    /// Inside a zone: the new value of `next` i.
    ZoneNew(u32, u32, Id),
    /// Inside a zone: the last value of `next` i; na at birth.
    ZonePrev(u32, u32),
    /// Inside a zone: bars since its birth.
    ZoneAge(u32),
    /// Outside: output i of a query.
    Query(u32, u32),
}

/// Most bars that a member of a group looks back.
pub const MOST_MEMBER_LAG: u32 = 64;

/// One node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// What it computes.
    pub op: Op,
    /// Whether it is a condition.
    pub is_bool: bool,
    /// On what it depends.
    pub stage: Stage,
    /// The group whose step it belongs to.
    pub body: Option<u32>,
    /// The pool whose zones it looks at one by one.
    pub zone: Option<u32>,
    /// Where it was first written.
    pub span: Span,
}

/// When a group starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The first bar where the seed of member 0 is not na takes the seeds as values.
    FirstSeed,
    /// The first bar from this one on where no awaited seed is na reads the seeds as the values
    /// before it.
    Bar(Id),
}

/// A member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Value before the first step; computed outside the group.
    pub seed: Id,
    /// Its `New` node.
    pub step: Id,
    /// Whether an na step leaves the state as it is.
    pub keeps: bool,
    /// Whether a `state` waits for its seed: one that changes from bar to bar.
    pub awaited: bool,
    /// How far back it is read.
    pub depth: u32,
}

/// Members that advance together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// When it starts.
    pub start: Start,
    /// Its members.
    pub members: Vec<Member>,
    /// The nodes of its step in order.
    pub body: Vec<Id>,
    /// Series from outside that the step or the seeds read, each once, in order.
    pub reads: Vec<Id>,
}

/// A lookback formula; operands stand before their users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A number of bars.
    Bars(i64),
    /// The value of a node that does not depend on bars.
    Value(Id),
    /// Both together.
    Sum(u32, u32),
    /// The longer.
    Max(u32, u32),
    /// The shorter.
    Min(u32, u32),
}

/// A condition that decides something.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its tag.
    pub tag: String,
    /// The condition.
    pub when: Id,
    /// Its lookback: before that bar it decides nothing.
    pub look: u32,
}

/// A whole program.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The groups.
    pub groups: Vec<Group>,
    /// The lookback formulas.
    pub looks: Vec<Look>,
    /// Conditions on parameters, with their text.
    pub requires: Vec<(Id, String)>,
    /// Marks on parameter sets.
    pub flags: Vec<Id>,
    /// Entries.
    pub entries: Vec<Signal>,
    /// Exits.
    pub exits: Vec<Signal>,
    /// The stop.
    pub stop: Option<Id>,
    /// Outputs of an expression, with their lookback.
    pub outputs: Vec<(String, Id, u32)>,
    /// Values that the engine is given every bar, in the order of `abi::Plan`.
    pub values: Vec<Id>,
    /// Lookback of the values, where there are any.
    pub values_look: Option<u32>,
    /// Extra columns, by the index of `Input::Extra`.
    pub feeds: Vec<Feed>,
    /// Pools of zones.
    pub pools: Vec<Pool>,
    /// Questions to the pools.
    pub queries: Vec<Query>,
    /// Inputs beyond the columns of the bar, each once, in order: what is handed over with a bar.
    pub handed: Vec<Input>,
    /// Length of its bars in milliseconds, where it is known.
    pub bar_millis: Option<i64>,
    /// Data beside its own bars, of the whole program; feeds point into it.
    pub needs: Vec<Need>,
    /// Number of parameters.
    pub params: usize,
}

impl Graph {
    /// The node of an id.
    #[must_use]
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id.index()]
    }

    /// Where an input lies among those that are handed over.
    #[must_use]
    pub fn slot(&self, input: Input) -> Option<usize> {
        self.handed.binary_search(&input).ok()
    }

    /// Whether anything depends on the open trade.
    #[must_use]
    pub fn reads_trade(&self) -> bool {
        self.handed.iter().any(|input| input.is_of_trade())
    }

    /// All nodes that something outside the arena asks for: what decides, what is given out.
    pub(crate) fn roots(&self) -> impl Iterator<Item = Id> {
        let signals = self.entries.iter().chain(&self.exits).map(|s| s.when);
        let outputs = self.outputs.iter().map(|(_, id, _)| *id);
        let requires = self.requires.iter().map(|(id, _)| *id);
        let lengths = self.looks.iter().filter_map(|look| match look {
            Look::Value(id) => Some(*id),
            _ => None,
        });
        signals
            .chain(outputs)
            .chain(requires)
            .chain(lengths)
            .chain(self.flags.iter().copied())
            .chain(self.stop)
            .chain(self.values.iter().copied())
    }
}

/// The operands of an operation, in order; a group's member reads its group instead, a
/// query its pool.
#[must_use]
pub fn operands(op: Op) -> [Option<Id>; 4] {
    match op {
        Op::Number(_)
        | Op::Input(_)
        | Op::Param(_)
        | Op::Bool(_)
        | Op::Prev(..)
        | Op::Member(..)
        | Op::ZoneKept(..)
        | Op::ZonePrev(..)
        | Op::ZoneAge(_)
        | Op::Query(..) => [None; 4],
        Op::Math1(_, a)
        | Op::Not(a)
        | Op::IsNa(a)
        | Op::NumOf(a)
        | Op::New(_, _, a)
        | Op::ZoneNew(_, _, a) => [Some(a), None, None, None],
        Op::Math2(_, a, b)
        | Op::Compare(_, a, b)
        | Op::And(a, b)
        | Op::Or(a, b)
        | Op::Coalesce(a, b)
        | Op::Lag(a, b)
        | Op::Cross(a, b)
        | Op::After(a, b) => [Some(a), Some(b), None, None],
        Op::Select(a, b, c) | Op::Fma(a, b, c) => [Some(a), Some(b), Some(c), None],
        Op::Window(_, x, n, least) => [Some(x), Some(n), Some(least), None],
        Op::Pair(_, x, y, n) => [Some(x), Some(y), Some(n), None],
    }
}

/// Whether the operation looks at one bar only, given its operands on that bar.
#[must_use]
pub fn is_pointwise(op: Op) -> bool {
    !matches!(
        op,
        Op::Lag(..)
            | Op::Window(..)
            | Op::Pair(..)
            | Op::Cross(..)
            | Op::After(..)
            | Op::Member(..)
            | Op::Input(_)
            | Op::Prev(..)
            | Op::New(..)
            | Op::ZoneKept(..)
            | Op::ZoneNew(..)
            | Op::ZonePrev(..)
            | Op::ZoneAge(_)
            | Op::Query(..)
    )
}

/// Finds equal operations.
pub(crate) type Interned = HashMap<Op, Id>;
