//! The typed tree of one runnable unit (a strategy, or the expression of `stratc eval`).
//!
//! Functions are already inlined and equal expressions are one node, so it is a graph in an
//! arena: every operand stands before its user. Each node knows its type, its unit, the range of its
//! values, its stage (on which parameters it depends, and whether on bars), its lookback and its
//! place in the source.

mod bounds;
mod dimension;
mod feed;
mod formula;
mod infer;
mod items;
mod known;
mod look;
mod operands;
mod plan;
mod pool;
mod print;
mod print_plan;
mod range;
mod risk;
mod route;
mod runs;
mod written;

pub use dimension::{Dimension, Powers};
pub use feed::{Calendar, Feed, FeedKind, Period};
pub use formula::look_formula;
pub use infer::{infer_ranges, ranges_at};
pub use items::{Enum, Items, Regime};
pub use known::Known;
pub use look::{Look, LookId, Looks};
pub use plan::{
    Cooldown, EventHandler, EventKind, Execution, Leg, LegOrder, Level, Order, OrderKind, Plan,
    Quote, Side, Size, Slicing, TimeInForce, Trail,
};
pub use pool::{Choose, Pool, PoolId, Query, QueryId};
pub use print::print_unit;
pub use range::Range;
pub use risk::{Breach, LIMITS, Limit, LimitKind, LimitRule, LimitUnit, Risk};
pub use route::{Route, Routed, Router, SuggestBelow};
pub use runs::{Expected, ExpectedKind, Portfolio, Screen, TestBars, TestCase};
pub use written::{Named, Worth, Written};

use crate::source::Span;

/// Index of a [`Node`] in [`Unit::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// Index of a [`Group`] in [`Unit::groups`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub u32);

/// What a node's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ty {
    /// A number; missing is `na`.
    Number,
    /// True, false or `na`.
    Bool,
    /// The free parameter of a function that is checked on its own; fits everywhere.
    Any,
}

/// When a value is known: constants at once, others per parameter set, series per bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Stage {
    /// Bit i: depends on parameter i.
    pub params: u64,
    /// Depends on the bar.
    pub series: bool,
}

impl Stage {
    /// The stage of what needs both.
    #[must_use]
    pub const fn join(self, other: Self) -> Self {
        Self {
            params: self.params | other.params,
            series: self.series || other.series,
        }
    }

    /// Neither parameters nor bars.
    #[must_use]
    pub const fn is_const(self) -> bool {
        self.params == 0 && !self.series
    }
}

/// A column of the bar, or a value that the engine hands over with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Input {
    /// Open price.
    Open,
    /// High price.
    High,
    /// Low price.
    Low,
    /// Close price.
    Close,
    /// Volume.
    Volume,
    /// Number of the bar, counted from 0 at the first bar that is read.
    BarIndex,
    /// Time of the bar's open, seconds since the epoch.
    Time,
    /// Extra column i of the unit's feeds.
    Extra(u32),
    /// Price at which the open trade was entered; na while there is none.
    EntryPrice,
    /// Seconds since the entry, at the close of the bar; na while there is no trade.
    Held,
    /// Bars since the entry, 0 on its own; na while there is no trade.
    HeldBars,
    /// Running mark of the trade in the tier's convention; na while there is none.
    Mark,
    /// Units of the base held; negative when short, 0 while there is no trade.
    Quantity,
    /// What entries remember: value i of the open trade; na while there is none.
    Kept(u32),
}

impl Input {
    /// Whether the value belongs to the open trade, which differs between conventions.
    #[must_use]
    pub const fn is_of_trade(self) -> bool {
        matches!(
            self,
            Self::EntryPrice
                | Self::Held
                | Self::HeldBars
                | Self::Mark
                | Self::Quantity
                | Self::Kept(_)
        )
    }
}

/// Arithmetic of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Math1 {
    /// `-x`
    Neg,
    /// Absolute value.
    Abs,
    /// Square root; of a negative number na.
    Sqrt,
    /// e to the x.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Sine of radians.
    Sin,
    /// Cosine of radians.
    Cos,
    /// Tangent of radians.
    Tan,
    /// Arc sine in radians.
    Asin,
    /// Arc cosine in radians.
    Acos,
    /// Arc tangent in radians.
    Atan,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
    /// Logarithm to base 10.
    Log10,
    /// Greatest whole number not above.
    Floor,
    /// Least whole number not below.
    Ceil,
    /// Nearest whole number, ties to even.
    Round,
    /// -1, 0 or 1.
    Sign,
}

/// Arithmetic of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Math2 {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `a mod b`: remainder with the sign of `a`.
    Mod,
    /// The lesser; na when either is.
    Min,
    /// The greater; na when either is.
    Max,
    /// `a` to the power `b`.
    Pow,
}

/// Comparison of two numbers; na when either is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Compare {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `!=`
    Ne,
}

/// What a window of the last n values is reduced to. Values that are na (or infinite) are
/// missing; with fewer than `least` values the result is na.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WindowFn {
    /// Sum.
    Sum,
    /// Mean.
    Mean,
    /// Sum with weight 1 for the oldest to n for the newest.
    WeightedSum,
    /// Sum of the values times their distance in bars from the middle of the window, newer ones
    /// positive.
    Moment,
    /// Sum of squared distances from the mean of the window.
    SquaredDeviations,
    /// Greatest.
    Max,
    /// Least.
    Min,
    /// Bars since the greatest, the newest of equal ones.
    MaxAge,
    /// Bars since the least, the newest of equal ones.
    MinAge,
    /// Bars since the greatest, the oldest of equal ones.
    MaxAgeOldest,
    /// Bars since the least, the oldest of equal ones.
    MinAgeOldest,
    /// Share of the values that are not above the newest, itself included.
    Rank,
}

/// What a window of the last n bars of one series gives together with another. The window must be
/// whole: with a missing value in it the result is na.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PairFn {
    /// Sum of (x - mean of x)(y - mean of y).
    Products,
    /// The y-th smallest value of x.
    Nth,
    /// Sum of the distances of the values of x from this bar's y.
    Apart,
    /// The value of x that stood y bars ago; only this one must be there.
    At,
}

/// What a node computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A number, by its bits; na is a NaN.
    Number(u64),
    /// `true` or `false`.
    Bool(bool),
    /// A column of the bar.
    Input(Input),
    /// A parameter of the unit.
    Param(u32),
    /// The free parameter of a function that is checked on its own.
    Free(u32),
    /// Arithmetic.
    Math1(Math1, NodeId),
    /// Arithmetic.
    Math2(Math2, NodeId, NodeId),
    /// `a * b + c`, rounded once.
    Fma(NodeId, NodeId, NodeId),
    /// Comparison.
    Compare(Compare, NodeId, NodeId),
    /// Three-valued and.
    And(NodeId, NodeId),
    /// Three-valued or.
    Or(NodeId, NodeId),
    /// Three-valued not.
    Not(NodeId),
    /// Whether a value is missing; never na itself.
    IsNa(NodeId),
    /// The second where the first is true, else the third.
    Select(NodeId, NodeId, NodeId),
    /// The first unless it is na, else the second.
    Coalesce(NodeId, NodeId),
    /// 1 for true, 0 for false, na for na.
    NumOf(NodeId),
    /// The value n bars ago.
    Lag(NodeId, NodeId),
    /// The last n values reduced to one: function, values, n, least.
    Window(WindowFn, NodeId, NodeId, NodeId),
    /// A rolling window over two series: x, y, n.
    Pair(PairFn, NodeId, NodeId, NodeId),
    /// `a crosses above b`.
    Cross(NodeId, NodeId),
    /// Withholds the first n defined values.
    After(NodeId, NodeId),
    /// Inside a group's step: the new value of member i.
    New(GroupId, u32, NodeId),
    /// Inside a group's step: the value of member i, n bars ago.
    Prev(GroupId, u32, NodeId),
    /// Outside: the value of member i of a group.
    Member(GroupId, u32),
    /// Inside a zone: value i that was kept at birth.
    ZoneKept(PoolId, u32),
    /// Inside a zone: the new value of `next` i.
    ZoneNew(PoolId, u32, NodeId),
    /// Inside a zone: the last value of `next` i; na at birth.
    ZonePrev(PoolId, u32),
    /// Inside a zone: bars since its birth, 0 on that bar.
    ZoneAge(PoolId),
    /// Outside: output i of a query.
    Query(QueryId, u32),
}

/// One node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it computes.
    pub kind: Kind,
    /// Type of its value.
    pub ty: Ty,
    /// Unit of its value.
    pub dimension: Dimension,
    /// Between which bounds its values lie; of an unfinished unit not known.
    pub range: Range,
    /// On what it depends.
    pub stage: Stage,
    /// Bars before its first value.
    pub look: LookId,
    /// Where it was first written.
    pub span: Span,
    /// The group whose step it belongs to, while and after that group is built.
    pub body: Option<GroupId>,
    /// The pool whose zones it looks at one by one.
    pub zone: Option<PoolId>,
}

/// When a group starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Start {
    /// `rec`: the first bar where the seed is not na takes the seed; later bars step.
    FirstSeed,
    /// `state from bar n`: bar n reads the seeds as the values before it, and steps.
    Bar(NodeId),
}

/// One member of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name; a lag of an expression inside a step makes a nameless member.
    pub name: String,
    /// Value before the first step.
    pub seed: NodeId,
    /// Its `New` node.
    pub step: NodeId,
    /// Whether a step that is na leaves the state as it is; a plain lag does not.
    pub keeps: bool,
    /// Where it is defined.
    pub span: Span,
}

/// Members that advance together, one bar at a time. A step that is na leaves a member's state
/// as it is ([`Member::keeps`]) and yields na for that bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// When it starts.
    pub start: Start,
    /// Its members.
    pub members: Vec<Member>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Whole numbers only.
    pub integer: bool,
    /// Unit of its values.
    pub dimension: Dimension,
    /// Its default.
    pub default: f64,
    /// Least and greatest value allowed.
    pub bounds: Option<(f64, f64)>,
    /// The values a grid sweeps; empty when it cannot be swept.
    pub sweep: Vec<f64>,
    /// Whether nothing but the swept values is allowed.
    pub only_sweep: bool,
    /// The domain as written.
    pub domain_text: String,
    /// Names of its values 0, 1, … where it is of an enum.
    pub labels: Vec<String>,
    /// Its place.
    pub span: Span,
}

/// A tagged condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its tag.
    pub tag: String,
    /// Its condition.
    pub when: NodeId,
    /// The conditions that it consists of, with their places; one where it is no list.
    pub terms: Vec<(NodeId, Span)>,
    /// Long or short; an exit closes whatever is open.
    pub side: Side,
    /// Of an exit: the part of the position that is closed; all of it where nothing is written.
    pub portion: Option<NodeId>,
    /// How it trades.
    pub order: Order,
    /// What the trade remembers: index of [`Plan::kept`] and value.
    pub keep: Vec<(u32, NodeId)>,
    /// Orders for the legs; empty for a trade of one symbol.
    pub legs: Vec<LegOrder>,
    /// Its place.
    pub span: Span,
}

/// Something that runs: a strategy, or an expression to look at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unit {
    /// Its name; empty for an expression.
    pub name: String,
    /// First line of its documentation.
    pub doc: String,
    /// Seconds of a bar, where it says.
    pub timeframe: Option<f64>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Conditions on parameters that a parameter set must meet, with their text.
    pub requires: Vec<(NodeId, String)>,
    /// Marks on parameter sets.
    pub flags: Vec<(String, NodeId)>,
    /// Entries in written order.
    pub entries: Vec<Signal>,
    /// Exits in written order.
    pub exits: Vec<Signal>,
    /// Loss of the entry price at which a position is closed, as a share; the tightest of those
    /// that are written.
    pub stop: Option<NodeId>,
    /// What is asked of the engine besides.
    pub plan: Plan,
    /// Outputs of an expression: `value`, or the fields of its record.
    pub outputs: Vec<(String, NodeId)>,
    /// Names of the values 0, 1, … of an output that is an enum, by the output's name.
    pub labels: Vec<(String, Vec<String>)>,
    /// What the expressions of its own text became.
    pub written: Vec<Written>,
    /// The names of its own text, in the order of their definition.
    pub names: Vec<Named>,
    /// All nodes; operands stand before their users, but for the step of a group, which is
    /// reached through [`Member::step`].
    pub nodes: Vec<Node>,
    /// All groups.
    pub groups: Vec<Group>,
    /// Extra columns.
    pub feeds: Vec<Feed>,
    /// Pools of zones.
    pub pools: Vec<Pool>,
    /// Questions to the pools.
    pub queries: Vec<Query>,
    /// Lookbacks.
    pub looks: Looks,
}

impl Unit {
    /// The node of an id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }
}
