//! Rows: zones, routing tables, limits, settings and the expectations of tests.

use super::{Expr, Ident, Side};
use crate::source::Span;

/// A bounded pool of zones.
#[derive(Debug, Clone, PartialEq)]
pub struct ZonesBlock {
    /// The pool.
    pub name: Ident,
    /// Most zones alive.
    pub max: Expr,
    /// What gives way to a new zone when the pool is full.
    pub drop: ZoneDrop,
    /// When a zone is born.
    pub born: Option<Expr>,
    /// Frozen at birth, in written order.
    pub keep: Vec<(Ident, Expr)>,
    /// Updated every bar, in written order.
    pub next: Vec<(Ident, Expr)>,
    /// When a zone dies.
    pub dies: Option<Expr>,
}

/// What gives way when a pool is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneDrop {
    /// The oldest zone.
    Oldest,
    /// The new one: it is not born.
    Newest,
}

/// A row of a router.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteRow {
    /// The class of the regime.
    pub class: Ident,
    /// A further condition.
    pub when: Option<Expr>,
    /// The strategies with their shares; one alone may leave out its share.
    pub mix: Vec<(Ident, Option<Expr>)>,
    /// The size; 1 where nothing is written.
    pub size: Option<Expr>,
}

/// A row of a risk table.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitRow {
    /// Which limit.
    pub name: Ident,
    /// Its value.
    pub value: Expr,
    /// What a breach does, as written: `halt`, `halt until next day`, `reject`, `warn`.
    pub action: Option<(LimitAction, Span)>,
}

/// What the breach of a limit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitAction {
    /// The order is refused.
    Reject,
    /// No entry until somebody resumes.
    Halt,
    /// No entry until the next day (UTC).
    HaltUntilNextDay,
    /// It is reported.
    Warn,
}

/// `fees 0.1%`
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Which; `rank` for `rank by …`.
    pub name: Ident,
    /// Its value: a number, or a name such as that of a convention.
    pub value: Expr,
}

/// `expect …`
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectStmt {
    /// What is expected.
    pub what: Expectation,
    /// `at bar 4`; of an event that is expected nowhere, none.
    pub bar: Option<Expr>,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// `enter long "tag" at bar 4`: the entry decides on that bar. `no enter`: nowhere.
    Enter {
        /// Whether none is expected.
        none: bool,
        /// Which side, where one is written.
        side: Option<Side>,
        /// Which tag, where one is written.
        tag: Option<(String, Span)>,
    },
    /// `exit "tag" at bar 4`, `no exit`
    Exit {
        /// Whether none is expected.
        none: bool,
        /// Which tag, where one is written.
        tag: Option<(String, Span)>,
    },
    /// `buy at bar 5 price 6`, `sell at bar 9 price 8.5`: a fill.
    Fill {
        /// Buy or sell.
        side: Side,
        /// At which price.
        price: Option<Expr>,
    },
    /// `sma(close, 2) = [na, 4.5]`, `ema(close, 3) at bar 4 = 5.5 within 1e-9`
    Value {
        /// What is looked at.
        value: Expr,
        /// One value at a bar, or one for each bar.
        expected: Vec<Expr>,
        /// How far off it may be; bits must be equal where nothing is written.
        within: Option<Expr>,
    },
}
