//! Straight code over registers of eight doubles, as values that are computed once: what
//! [`super::allot`] gives registers to.

use std::collections::HashMap;

/// What an operation gives: eight doubles, or eight conditions as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(u32);

impl Value {
    /// What operation i of a line gives.
    pub fn at(i: usize) -> Self {
        Self(i as u32)
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where eight doubles lie outside of registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Eight bars of a leaf: which eight of a turn.
    Bars(usize, usize),
    /// One bar of a leaf, the same for all lanes.
    Bar(usize),
    /// A row of a leaf: one bar of the lanes of a group of eight.
    Row(usize, usize),
    /// A number that is passed, the same for all lanes.
    Scalar(usize),
    /// Numbers that are passed, one per lane of a group.
    Scalars(usize, usize),
    /// A number of the source, by its bits.
    Constant(u64),
    /// What a slot of the state held before this bar.
    Past(usize),
}

/// An operation on two registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Two {
    Add,
    Sub,
    Mul,
    Div,
    /// The first where it is less, else the second.
    Lesser,
    /// The first where it is greater, else the second.
    Greater,
    And,
    /// The second where no bit of the first is set.
    AndNot,
    Or,
    Xor,
}

/// A comparison; na compares to nothing but as [`Predicate::Unordered`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Predicate {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Ordered,
    Unordered,
}

/// How a value is rounded to a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    Nearest,
    Down,
    Up,
}

/// One operation. Conditions are marked in the comments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Op {
    Take(Source),
    Two(Two, Value, Value),
    /// A quotient by products and remainders, where the divider has enough to do.
    Quotient(Value, Value),
    Root(Value),
    /// A root by products and remainders.
    NearRoot(Value),
    Round(Rounding, Value),
    /// Where the condition holds the second, else the third.
    Choose(Value, Value, Value),
    /// A condition.
    Compare(Predicate, Value, Value),
    /// Conditions of conditions.
    Both(Value, Value),
    Either(Value, Value),
    Not(Value),
    Always(bool),
    /// Writes to a column, or to a row of an output and group.
    Keep(usize, usize, Value),
    /// Writes eight conditions as bits.
    Bits(Value),
}

impl Op {
    /// What it works on.
    pub fn operands(self) -> impl Iterator<Item = Value> {
        match self {
            Self::Take(_) | Self::Always(_) => [None; 3],
            Self::Root(a)
            | Self::NearRoot(a)
            | Self::Round(_, a)
            | Self::Not(a)
            | Self::Keep(_, _, a)
            | Self::Bits(a) => [Some(a), None, None],
            Self::Two(_, a, b)
            | Self::Quotient(a, b)
            | Self::Compare(_, a, b)
            | Self::Both(a, b)
            | Self::Either(a, b) => [Some(a), Some(b), None],
            Self::Choose(c, a, b) => [Some(c), Some(a), Some(b)],
        }
        .into_iter()
        .flatten()
    }

    /// Whether it gives conditions.
    pub fn is_condition(self) -> bool {
        matches!(
            self,
            Self::Compare(..) | Self::Both(..) | Self::Either(..) | Self::Not(_) | Self::Always(_)
        )
    }
}

/// The operations of one turn of a loop, and what the state holds after it.
#[derive(Debug, Default)]
pub struct Line {
    pub ops: Vec<Op>,
    /// Per slot of the state its value after this turn.
    pub next: Vec<Value>,
    taken: HashMap<Source, Value>,
    /// Quotients and roots so far.
    divided: usize,
}

impl Line {
    /// Adds an operation.
    pub fn push(&mut self, op: Op) -> Value {
        self.ops.push(op);
        Value::at(self.ops.len() - 1)
    }

    /// What lies at a source.
    pub fn take(&mut self, source: Source) -> Value {
        if let Some(known) = self.taken.get(&source) {
            return *known;
        }
        let value = self.push(Op::Take(source));
        self.taken.insert(source, value);
        value
    }

    pub fn constant(&mut self, value: f64) -> Value {
        self.take(Source::Constant(value.to_bits()))
    }

    pub fn two(&mut self, two: Two, a: Value, b: Value) -> Value {
        self.push(Op::Two(two, a, b))
    }

    /// A quotient. The divider takes 16 cycles for eight; meanwhile there is room for three more that
    /// are made by products ([`super::quotient`]).
    pub fn quotient(&mut self, a: Value, b: Value) -> Value {
        if self.divider_is_free() {
            self.two(Two::Div, a, b)
        } else {
            self.push(Op::Quotient(a, b))
        }
    }

    /// A root, likewise.
    pub fn root(&mut self, a: Value) -> Value {
        if self.divider_is_free() {
            self.push(Op::Root(a))
        } else {
            self.push(Op::NearRoot(a))
        }
    }

    fn divider_is_free(&mut self) -> bool {
        self.divided += 1;
        self.divided % 4 == 1
    }

    pub fn compare(&mut self, predicate: Predicate, a: Value, b: Value) -> Value {
        self.push(Op::Compare(predicate, a, b))
    }

    pub fn choose(&mut self, condition: Value, yes: Value, no: Value) -> Value {
        self.push(Op::Choose(condition, yes, no))
    }
}
