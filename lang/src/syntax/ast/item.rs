//! Items and their statements.

use super::{Expr, Ident};
use crate::source::{FileId, Span};

/// A whole file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Which file.
    pub id: FileId,
    /// Its items in written order; a broken one is left out.
    pub items: Vec<Item>,
}

/// One item of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The `///` lines before it, joined by newlines, without the slashes.
    pub doc: Option<String>,
    /// What it is.
    pub kind: ItemKind,
    /// From its keyword to its closing brace.
    pub span: Span,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// `fn`
    Fn(FnItem),
    /// `strategy`
    Strategy(StrategyItem),
    /// `use`
    Use(UseItem),
}

/// `use a, b from "indicators.strat"`; without `from` each name lies in `<snake_name>.strat` beside this file.
#[derive(Debug, Clone, PartialEq)]
pub struct UseItem {
    /// The names.
    pub names: Vec<Ident>,
    /// The file and the place of its string.
    pub from: Option<(String, Span)>,
}

/// `fn name(params) { body }`
#[derive(Debug, Clone, PartialEq)]
pub struct FnItem {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<FnParam>,
    /// `let`, `rec`, `state`, `return`.
    pub body: Vec<Stmt>,
}

/// `length: bars = 10`
#[derive(Debug, Clone, PartialEq)]
pub struct FnParam {
    /// The name.
    pub name: Ident,
    /// The type after the colon.
    pub ty: Option<Ident>,
    /// The default after `=`.
    pub default: Option<Expr>,
}

/// `strategy Name { body }`
#[derive(Debug, Clone, PartialEq)]
pub struct StrategyItem {
    /// Its name.
    pub name: Ident,
    /// Its statements.
    pub body: Vec<Stmt>,
}

/// A statement with its place and its documentation.
#[derive(Debug, Clone, PartialEq)]
pub struct Stmt {
    /// The `///` lines before it.
    pub doc: Option<String>,
    /// What it is.
    pub kind: StmtKind,
    /// From its keyword to its end.
    pub span: Span,
}

/// Which side an entry takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Buys first.
    Long,
    /// Sells first.
    Short,
}

/// What a statement is.
#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind {
    /// `timeframe 1h`: the duration literal as written and its seconds.
    Timeframe {
        /// As written.
        text: String,
        /// Length of a bar in seconds.
        seconds: f64,
        /// Place of the literal.
        span: Span,
    },
    /// `param fast: bars = 10 in 5..50 step 5`
    Param(ParamStmt),
    /// `require fast < slow`
    Require(Expr),
    /// `flag fast_not_below_slow when fast >= slow`: marks parameter sets in a screen's table.
    Flag {
        /// The mark.
        name: Ident,
        /// When it is set; constants and parameters only.
        when: Expr,
    },
    /// `let x = e`
    Let {
        /// The name.
        name: Ident,
        /// The value.
        value: Expr,
    },
    /// `rec y = seed then step`
    Rec {
        /// The name.
        name: Ident,
        /// Taken on the first bar where it is not na.
        seed: Expr,
        /// The next value, in terms of `y[1]`.
        step: Expr,
    },
    /// `state from bar 1 { … } then { … }`
    State(StateBlock),
    /// `return e`
    Return(Expr),
    /// `enter long "tag" when c`
    Enter {
        /// Long when nothing is written.
        side: Side,
        /// The tag and its place.
        tag: Option<(String, Span)>,
        /// The condition.
        when: Expr,
    },
    /// `exit "tag" when c`
    Exit {
        /// The tag and its place.
        tag: Option<(String, Span)>,
        /// The condition.
        when: Expr,
    },
    /// `stop 3%`
    Stop(Expr),
    /// Something that did not parse; it was reported.
    Error,
}

/// `param name: type = default in domain`
#[derive(Debug, Clone, PartialEq)]
pub struct ParamStmt {
    /// The name.
    pub name: Ident,
    /// The type after the colon.
    pub ty: Option<Ident>,
    /// The default: arithmetic on literals.
    pub default: Expr,
    /// The values it may take.
    pub domain: Option<Domain>,
}

/// The values a parameter may take.
// A program has a few of these, and most are ranges: boxing them would buy nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Domain {
    /// `lo..hi step s`
    Range {
        /// Least value.
        lo: Expr,
        /// Greatest value.
        hi: Expr,
        /// Distance of neighbours.
        step: Option<Expr>,
    },
    /// `[7, 10, 14, 21]` and the place of the brackets.
    List(Vec<Expr>, Span),
}

/// Mutually recursive members that advance together.
#[derive(Debug, Clone, PartialEq)]
pub struct StateBlock {
    /// First bar that runs the step.
    pub from: Expr,
    /// Values before the first step.
    pub seeds: StateSeeds,
    /// `let` and assignments, in written order.
    pub steps: Vec<StateStep>,
}

/// Values of the members before the first step.
#[derive(Debug, Clone, PartialEq)]
pub enum StateSeeds {
    /// `{ a = e  b = e } then`
    Members(Vec<(Ident, Expr)>),
    /// `all 0`: every assigned name is a member with this seed.
    All(Expr),
}

/// One line of a state's step.
#[derive(Debug, Clone, PartialEq)]
pub enum StateStep {
    /// `let d = e`: a name of this bar, no member.
    Let(Ident, Expr),
    /// `a = e`: the member's new value.
    Assign(Ident, Expr),
}
