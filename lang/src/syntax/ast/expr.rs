//! Expressions.

use crate::source::Span;

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Its place.
    pub span: Span,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place, without surrounding white space.
    pub span: Span,
}

/// What a number literal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberUnit {
    /// A plain number without a fraction (`20`, `1_000`).
    Integer,
    /// A plain number with a fraction or exponent (`2.0`, `1e-3`).
    Real,
    /// `2%`: the value holds 0.02.
    Percent,
    /// `15bp`: the value holds 0.0015.
    BasisPoint,
    /// `250ms 15m 4h 7d`: the value holds seconds.
    Duration,
}

/// A number literal.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The value: of a percentage or basis points as a ratio, of a duration in seconds.
    pub value: f64,
    /// What it counts.
    pub unit: NumberUnit,
    /// As it was written, for the formatter.
    pub text: String,
}

/// An argument of a call: `20` or `least: 20`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// The name before the colon.
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// What follows a value directly: `[1]` or `.upper`.
#[derive(Debug, Clone, PartialEq)]
pub enum PostOp {
    /// `[n]`: the value n bars ago; the span covers the brackets.
    Index(Expr, Span),
    /// `.name`.
    Field(Ident),
}

/// `+` or `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOp {
    /// `+`
    Add,
    /// `-`
    Sub,
}

/// `*`, `/` or `mod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MulOp {
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `mod`: remainder with the sign of the dividend.
    Mod,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `==`
    Eq,
    /// `!=`
    Ne,
}

/// `all` or `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Every condition.
    All,
    /// At least one condition.
    Any,
}

/// What an expression is. Loosest first: `else`, `or`, `and`, `not`, comparison, `+ -`,
/// `* / mod`, sign, postfix.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `20`, `2.5`, `3%`, `4h`
    Number(Number),
    /// `"text"`, without the quotes.
    Str(String),
    /// `true`, `false`
    Bool(bool),
    /// `na`
    Na,
    /// `close`
    Name(String),
    /// `sma(close, 20)`
    Call {
        /// The function.
        callee: Ident,
        /// Its arguments in written order.
        args: Vec<Arg>,
    },
    /// `x[1].upper[2]`
    Postfix {
        /// What the operations apply to.
        base: Box<Expr>,
        /// From left to right; never empty.
        ops: Vec<PostOp>,
    },
    /// `-x`; an even number of signs is dropped by the parser only when it is zero.
    Neg {
        /// How many signs stand there.
        count: u32,
        /// What they apply to.
        operand: Box<Expr>,
    },
    /// `a + b - c`
    Sum {
        /// The first term.
        first: Box<Expr>,
        /// Sign and term; never empty.
        rest: Vec<(AddOp, Expr)>,
    },
    /// `a * b / c`
    Product {
        /// The first factor.
        first: Box<Expr>,
        /// Operator and factor; never empty.
        rest: Vec<(MulOp, Expr)>,
    },
    /// `a > b > c`: every neighbouring pair holds. One direction only: `<`/`<=`, or `>`/`>=`; `==` and `!=` stand alone.
    Compare {
        /// The first operand.
        first: Box<Expr>,
        /// Operator and operand; never empty.
        rest: Vec<(CompareOp, Expr)>,
    },
    /// `a crosses above b`, `a crosses below b`
    Cross {
        /// Left side.
        left: Box<Expr>,
        /// `above` is true, `below` is false.
        above: bool,
        /// Right side.
        right: Box<Expr>,
    },
    /// `x is na`, `x is not na`, `x is some`
    IsNa {
        /// What is asked about.
        operand: Box<Expr>,
        /// Whether the question is for a value (`is some`, `is not na`).
        negated: bool,
    },
    /// `not a`
    Not {
        /// How many `not` stand there.
        count: u32,
        /// What they apply to.
        operand: Box<Expr>,
    },
    /// `a and b and c`; at least two.
    And(Vec<Expr>),
    /// `a or b or c`; at least two.
    Or(Vec<Expr>),
    /// `all { … }`, `any { … }`
    List {
        /// All or any.
        kind: ListKind,
        /// The conditions.
        items: Vec<Expr>,
    },
    /// `if c then a else if d then b else e`
    If {
        /// Condition and value of each branch; never empty.
        arms: Vec<(Expr, Expr)>,
        /// The value of the last `else`.
        otherwise: Box<Expr>,
    },
    /// `a else b else c`: the first that is not na; at least two.
    Else(Vec<Expr>),
    /// `{ upper, lower: a - b }`
    Record(Vec<(Ident, Option<Expr>)>),
    /// `x after 13 bars`: withholds the first 13 defined values.
    After {
        /// What is withheld.
        value: Box<Expr>,
        /// How many defined values.
        bars: Box<Expr>,
    },
    /// `( x )`, kept for the formatter.
    Paren(Box<Expr>),
    /// Something that did not parse; it was reported.
    Error,
}
