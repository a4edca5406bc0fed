//! Straight code over registers of eight doubles, as values that are computed once: what
//! [`super::allot`] gives registers to.

use std::collections::HashMap;

use super::dividing::{Dividing, Slow};
use super::quotient::MARGIN;

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
    /// A bound of the reciprocal of a divisor that does not change ([`Line::held`]).
    Held(usize, Near),
}

/// The bounds between which a reciprocal lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Near {
    Below,
    Above,
}

impl Source {
    /// Whether it is the same on every turn.
    fn is_fixed(self) -> bool {
        matches!(
            self,
            Self::Scalar(_) | Self::Scalars(..) | Self::Constant(_)
        )
    }
}

/// A divisor as quotients need it ([`super::quotient`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divisor {
    pub value: Value,
    /// Bounds of its reciprocal.
    pub below: Value,
    pub above: Value,
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
    /// The second where no bit of the first is set.
    AndNot,
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
    /// The quotients of the lower four lanes; the upper ones are the same again.
    HalfDiv(Value, Value),
    /// A quotient by products and remainders, where the divider has enough to do.
    Quotient(Value, Divisor),
    /// A reciprocal, a little less than it.
    Share(Value),
    Root(Value),
    /// A root by products and remainders.
    NearRoot(Value),
    Round(Rounding, Value),
    /// `a * b + c`, rounded once.
    Fused(Value, Value, Value),
    /// `a * b - c`, rounded once.
    FusedLess(Value, Value, Value),
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
            Self::Take(_) | Self::Always(_) => [None; 4],
            Self::Root(a)
            | Self::NearRoot(a)
            | Self::Round(_, a)
            | Self::Share(a)
            | Self::Not(a)
            | Self::Keep(_, _, a)
            | Self::Bits(a) => [Some(a), None, None, None],
            Self::Two(_, a, b)
            | Self::HalfDiv(a, b)
            | Self::Compare(_, a, b)
            | Self::Both(a, b)
            | Self::Either(a, b) => [Some(a), Some(b), None, None],
            Self::Choose(c, a, b) | Self::Fused(c, a, b) | Self::FusedLess(c, a, b) => {
                [Some(c), Some(a), Some(b), None]
            }
            Self::Quotient(a, by) => [Some(a), Some(by.value), Some(by.below), Some(by.above)],
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

/// Of a divisor, whether the divider could divide by it.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// No: it is sooner done without.
    Never,
    /// Its reciprocal is made for quotients that stand for one that the divider could make.
    Once(usize),
    /// Each quotient anew: its reciprocal is at hand.
    Anew,
}

/// The operations of one turn of a loop, and what the state holds after it.
#[derive(Debug, Default)]
pub struct Line {
    pub ops: Vec<Op>,
    /// Per slot of the state its value after this turn.
    pub next: Vec<Value>,
    taken: HashMap<Source, Value>,
    /// Divisors that do not change, whose reciprocals are made before the loop.
    pub held: Vec<Source>,
    /// Divisors so far, and what is known of each.
    divisors: Vec<(Divisor, Asked)>,
    dividing: Dividing,
    /// Whether only the lower four lanes are wanted of what is made now; the upper ones are to be
    /// such numbers as well, for what follows.
    pub is_half: bool,
}

/// The reciprocal of a power of two, where both are normal: multiplying by it is dividing.
fn inverse(x: f64) -> Option<f64> {
    const MANTISSA: u64 = (1 << 52) - 1;
    let inverse = 1.0 / x;
    (x.to_bits() & MANTISSA == 0 && x.is_normal() && inverse.is_normal()).then_some(inverse)
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

    /// `a * b + c`, rounded once.
    pub fn fused(&mut self, a: Value, b: Value, c: Value) -> Value {
        if let Op::Two(Two::Xor, minus, sign) = self.ops[c.index()]
            && self.ops[sign.index()] == Op::Take(Source::Constant((-0.0_f64).to_bits()))
        {
            return self.push(Op::FusedLess(a, b, minus));
        }
        self.push(Op::Fused(a, b, c))
    }

    /// A quotient: by the divider where [`Dividing`] says so, else by products
    /// ([`super::quotient`]), which is always better where the divisor has been divided by before,
    /// or does not change.
    pub fn quotient(&mut self, a: Value, b: Value) -> Value {
        let fixed = match self.ops[b.index()] {
            Op::Take(source) if source.is_fixed() => Some(source),
            _ => None,
        };
        if let Some(Source::Constant(bits)) = fixed
            && let Some(inverse) = inverse(f64::from_bits(bits))
        {
            let by = self.constant(inverse);
            return self.two(Two::Mul, a, by);
        }
        let known = self.divisors.iter().find(|(known, _)| known.value == b);
        if let Some(&(divisor, asked)) = known {
            match asked {
                Asked::Never => {}
                Asked::Once(i) => self.dividing.again(i),
                Asked::Anew => {
                    let what = self.half(Slow::Known, Slow::HalfKnown);
                    if let (_, true) = self.dividing.ask(what) {
                        return self.divided(a, b);
                    }
                }
            }
            return self.push(Op::Quotient(a, divisor));
        }
        let mut asked = Asked::Never;
        let (below, above) = match fixed {
            Some(source) => {
                let i = self.held.len();
                self.held.push(source);
                let [below, above] =
                    [Near::Below, Near::Above].map(|near| self.take(Source::Held(i, near)));
                (below, above)
            }
            None => {
                if !self.is_shared(b) {
                    let what = self.half(Slow::Quotient, Slow::Half);
                    let (i, is_for_divider) = self.dividing.ask(what);
                    if is_for_divider {
                        return self.divided(a, b);
                    }
                    asked = Asked::Once(i);
                }
                let below = self.push(Op::Share(b));
                (below, self.above(below))
            }
        };
        let divisor = Divisor {
            value: b,
            below,
            above,
        };
        self.divisors.push((divisor, asked));
        self.push(Op::Quotient(a, divisor))
    }

    /// A quotient of the divider.
    fn divided(&mut self, a: Value, b: Value) -> Value {
        self.push(self.half(Op::Two(Two::Div, a, b), Op::HalfDiv(a, b)))
    }

    /// What is taken where half a register is wanted, or a whole one.
    fn half<T>(&self, whole: T, half: T) -> T {
        if self.is_half { half } else { whole }
    }

    /// The upper bound of a reciprocal from the lower one.
    fn above(&mut self, below: Value) -> Value {
        let margin = self.constant(1.0 + 2.0 * MARGIN);
        self.two(Two::Mul, below, margin)
    }

    /// A divisor whose reciprocal is at hand, as [`Op::Share`] makes it.
    pub fn known_share(&mut self, value: Value, below: Value) {
        if self.divisors.iter().all(|(known, _)| known.value != value) {
            let above = self.above(below);
            let divisor = Divisor {
                value,
                below,
                above,
            };
            self.divisors.push((divisor, Asked::Anew));
        }
    }

    /// Whether a value is the same for all groups of lanes.
    fn is_shared(&self, value: Value) -> bool {
        matches!(self.ops[value.index()], Op::Take(Source::Bar(_)))
    }

    /// A root, likewise.
    pub fn root(&mut self, a: Value) -> Value {
        match self.dividing.ask(Slow::Root) {
            (_, true) => self.push(Op::Root(a)),
            (_, false) => self.push(Op::NearRoot(a)),
        }
    }

    /// A line that leaves so much to the divider that nothing waits for it, where it is built in the
    /// same way as this one, which leaves it nothing. What is kept takes `keep` half slots later.
    pub fn balanced(&self, keep: usize) -> Self {
        Self {
            dividing: self.dividing.balanced(&self.ops, &self.next, keep),
            ..Self::default()
        }
    }

    pub fn compare(&mut self, predicate: Predicate, a: Value, b: Value) -> Value {
        self.push(Op::Compare(predicate, a, b))
    }

    pub fn choose(&mut self, condition: Value, yes: Value, no: Value) -> Value {
        self.push(Op::Choose(condition, yes, no))
    }
}
