//! Programs as a tree of these tests' own: made by [`generate`], written as source text by
//! [`render`], made smaller by [`reduce`].
//!
//! The tree names things by number. A number that is not visible where it stands (because what it
//! named was removed, say) is written as a plain price, so that every tree is a program and
//! removing a part leaves the rest as it was.

pub mod generate;
pub mod library;
pub mod reduce;
pub mod render;

/// Names a parameter, a value, a function or a member.
pub type Id = u32;

/// What an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ty {
    Number,
    Condition,
}

/// A number of bars that is known before the first bar.
#[derive(Debug, Clone, PartialEq)]
pub enum Length {
    Const(u32),
    /// `times * param + plus`, or `otherwise` where the parameter is not visible.
    Of {
        param: Id,
        times: u32,
        plus: u32,
        otherwise: u32,
    },
}

/// What an expression computes of its operands.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// As it is written.
    Number(&'static str),
    Na,
    Bool(bool),
    Input(&'static str),
    /// A value, a member on this bar, or a parameter.
    Ref(Id, Ty),
    /// An output of a record.
    Field(Id, usize, Ty),
    /// A member of the state whose step this is, some bars ago.
    Past(Id, u32, Ty),
    Neg,
    /// `+ - * / mod`
    Binary(&'static str),
    /// A function of the language itself, with plain operands.
    Builtin(&'static str),
    /// A comparison, or a chain of them.
    Chain(Vec<&'static str>),
    And,
    Or,
    Not(u32),
    /// `all { … }` or `any { … }`
    List(bool),
    /// `is na`, `is some`, `is not na`
    Is(&'static str),
    Else,
    /// Conditions and values in turn, then the last value.
    If,
    Lag(Length),
    Window {
        name: &'static str,
        n: Length,
        least: Option<Length>,
    },
    Cross(&'static str),
    Call(Box<Call>),
    /// `x between a..b`
    Between,
    /// `sum(i in 0..3: e)`, `min`, `max`, or `bank(i in 0..3: e)[chosen]`.
    Loop {
        name: &'static str,
        var: Id,
        lo: u32,
        hi: u32,
    },
    /// On other bars, or at some times only, as it is written behind the value.
    Sampled(&'static str),
    /// A session, as written behind `within`.
    Within(&'static str),
    /// A value of the open trade.
    Trade(&'static str),
    /// A window that begins with the open trade.
    Since(&'static str),
    /// A column of a leg.
    Leg(&'static str),
    /// An external column.
    Feed(&'static str),
    /// Whether a parameter that takes names has this one.
    Named(Id, &'static str),
    /// A value of one zone: which zones, and what orders them where `by` says so.
    Query {
        pool: Id,
        by: Option<&'static str>,
        value: usize,
    },
    /// How many zones there are, or of how many the condition holds.
    Count(Id),
}

/// A call of a function written in the language; the operands are its series and conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub callee: Callee,
    pub lengths: Vec<Length>,
    pub numbers: Vec<&'static str>,
    /// Leaves out the source in front, which has a default.
    pub without_source: bool,
    /// Leaves out as many parameters at the end as have a default.
    pub short: bool,
    /// Names its arguments.
    pub named: bool,
    /// Looks back at the whole result, before one output of it is taken.
    pub lag: Option<Length>,
    pub field: usize,
    pub ty: Ty,
}

/// What is called.
#[derive(Debug, Clone, PartialEq)]
pub enum Callee {
    /// A function of the library, by its place in the table.
    Library(usize),
    /// A function of the program.
    Own(Id),
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub op: Op,
    pub args: Vec<Expr>,
}

impl Expr {
    pub fn new(op: Op, args: Vec<Expr>) -> Self {
        Self { op, args }
    }

    pub fn leaf(op: Op) -> Self {
        Self::new(op, Vec::new())
    }

    /// The plainest expression of a type.
    pub fn plain(ty: Ty) -> Self {
        match ty {
            Ty::Number => Self::leaf(Op::Input("close")),
            Ty::Condition => Self::new(
                Op::Chain(vec![">"]),
                vec![
                    Self::leaf(Op::Input("close")),
                    Self::leaf(Op::Input("open")),
                ],
            ),
        }
    }

    pub fn ty(&self) -> Ty {
        match &self.op {
            Op::Number(_)
            | Op::Na
            | Op::Input(_)
            | Op::Neg
            | Op::Binary(_)
            | Op::Builtin(_)
            | Op::Window { .. }
            | Op::Loop { .. }
            | Op::Trade(_)
            | Op::Since(_)
            | Op::Leg(_)
            | Op::Feed(_)
            | Op::Query { .. }
            | Op::Count(_) => Ty::Number,
            Op::Bool(_)
            | Op::Chain(_)
            | Op::And
            | Op::Or
            | Op::Not(_)
            | Op::List(_)
            | Op::Is(_)
            | Op::Cross(_)
            | Op::Between
            | Op::Within(_)
            | Op::Named(..) => Ty::Condition,
            Op::Ref(_, ty) | Op::Field(_, _, ty) | Op::Past(_, _, ty) => *ty,
            Op::Call(call) => call.ty,
            Op::Else | Op::Lag(_) | Op::Sampled(_) => {
                self.args.first().map_or(Ty::Number, Self::ty)
            }
            Op::If => self.args.last().map_or(Ty::Number, Self::ty),
        }
    }
}

/// A definition: what a function or a strategy computes before its result.
#[derive(Debug, Clone, PartialEq)]
pub enum Def {
    Let {
        id: Id,
        value: Expr,
        after: Option<Length>,
    },
    Record {
        id: Id,
        fields: Vec<Expr>,
        after: Option<Length>,
    },
    Rec {
        id: Id,
        seed: Expr,
        step: Expr,
    },
    State(State),
    Zones(Zones),
}

/// A pool of zones.
#[derive(Debug, Clone, PartialEq)]
pub struct Zones {
    pub id: Id,
    /// Most zones, and which is dropped.
    pub room: &'static str,
    pub born: Expr,
    pub keep: Vec<(Id, Expr)>,
    /// Each sees the new values of those before it, and the last of all.
    pub next: Vec<(Id, Expr)>,
    pub dies: Expr,
}

/// Members that advance together.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub from: Length,
    /// One seed for all.
    pub all: Option<Expr>,
    /// Each sees the new values of those before it, and the past of all.
    pub lines: Vec<Line>,
    /// Whether they are written last first.
    pub backwards: bool,
}

/// A line of a state; without a seed it is a `let`.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub id: Id,
    pub seed: Option<Expr>,
    pub step: Expr,
}

/// A parameter of a function of the program.
#[derive(Debug, Clone, PartialEq)]
pub struct FnParam {
    pub id: Id,
    pub takes: Takes,
    pub default: bool,
}

/// What a parameter of a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Series,
    Condition,
    Bars,
    /// A factor, as written.
    Number,
    /// A value of an enum.
    Choice,
}

/// A function of the program.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub id: Id,
    pub params: Vec<FnParam>,
    pub body: Vec<Def>,
    /// One value, or the outputs of a record.
    pub result: Vec<Expr>,
    pub after: Option<Length>,
}

/// A parameter of the strategy, its values as they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    pub id: Id,
    pub ty: &'static str,
    pub default: &'static str,
    /// With `in`; empty for none.
    pub domain: &'static str,
}

/// An entry or an exit.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    pub words: &'static str,
    pub tagged: bool,
    pub clauses: Vec<Rule>,
    pub when: Expr,
}

/// A clause or a statement: words, with `{}` where a value stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub words: &'static str,
    pub values: Vec<Expr>,
}

/// A file with one strategy, and expressions to look at beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Program {
    pub functions: Vec<Function>,
    pub timeframe: bool,
    /// A parameter that takes names.
    pub named: Option<Id>,
    pub legs: bool,
    pub params: Vec<Param>,
    pub requires: Vec<Expr>,
    pub flags: Vec<(Id, Expr)>,
    pub body: Vec<Def>,
    pub entries: Vec<Signal>,
    pub exits: Vec<Signal>,
    /// A share as written, or a parameter.
    pub stop: Option<(&'static str, Option<Id>)>,
    pub rules: Vec<Rule>,
    /// What `eval` looks at.
    pub shown: Vec<Expr>,
    /// Whether windows inside a step may be given what the step still computes; mostly refused.
    pub careless: bool,
}
