//! Pointwise nodes as operations of a [`Line`]: what `codegen::emit` and `codegen::choice` do with
//! two bars in a register, with eight.

use std::collections::HashMap;

use strat_lang::hir::{Compare, Math1, Math2};

use super::line::{self, Line, Predicate, Rounding, Source, Two, Value};
use crate::codegen::emit::is_call;
use crate::ir::{Graph, Id, Op};

/// A computed node.
#[derive(Debug, Clone, Copy)]
pub enum Val {
    /// Numbers.
    Num(Value),
    /// Conditions: where they are true, where they are false; neither where they are na.
    Cond(Value, Value),
}

/// Builds the operations of one turn; in lanes once per group of eight.
pub struct Pointwise<'g> {
    pub graph: &'g Graph,
    pub line: Line,
    values: HashMap<Id, Val>,
}

/// Whether the arithmetic of a node can be done eight at a time.
pub fn is_wide(op: Op) -> bool {
    !is_call(op)
        && !matches!(
            op,
            Op::ZoneNew(..) | Op::ZoneKept(..) | Op::ZonePrev(..) | Op::ZoneAge(_)
        )
}

impl<'g> Pointwise<'g> {
    pub fn new(graph: &'g Graph, line: Line) -> Self {
        Self {
            graph,
            line,
            values: HashMap::new(),
        }
    }

    /// Forgets all nodes, before another group of lanes.
    pub fn forget(&mut self) {
        self.values.clear();
    }

    pub fn is_known(&self, id: Id) -> bool {
        self.values.contains_key(&id)
    }

    /// A node whose value comes from memory as it is stored there: a condition as 1, 0, na.
    pub fn set_stored(&mut self, id: Id, stored: Value) {
        let val = if self.graph.node(id).is_bool {
            self.condition_of(stored)
        } else {
            Val::Num(stored)
        };
        self.values.insert(id, val);
    }

    pub fn set(&mut self, id: Id, val: Val) {
        self.values.insert(id, val);
    }

    /// Where the reciprocal of a node lies that is known.
    pub fn share(&mut self, id: Id, below: Source) {
        let value = self.num(id);
        let below = self.line.take(below);
        self.line.known_share(value, below);
    }

    fn condition_of(&mut self, stored: Value) -> Val {
        let (one, zero) = (self.line.constant(1.0), self.line.constant(0.0));
        Val::Cond(
            self.line.compare(Predicate::Equal, stored, one),
            self.line.compare(Predicate::Equal, stored, zero),
        )
    }

    fn number(&self, id: Id) -> Option<f64> {
        match self.graph.node(id).op {
            Op::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    pub fn val(&mut self, id: Id) -> Val {
        if let Some(val) = self.values.get(&id) {
            return *val;
        }
        match self.graph.node(id).op {
            Op::Number(bits) => Val::Num(self.line.take(Source::Constant(bits))),
            Op::Bool(yes) => Val::Cond(
                self.line.push(line::Op::Always(yes)),
                self.line.push(line::Op::Always(!yes)),
            ),
            _ => {
                debug_assert!(false, "node {id:?} is read before it is computed");
                Val::Num(self.line.constant(f64::NAN))
            }
        }
    }

    pub fn num(&mut self, id: Id) -> Value {
        match self.val(id) {
            Val::Num(x) => x,
            Val::Cond(..) => self.stored(id),
        }
    }

    pub fn condition(&mut self, id: Id) -> (Value, Value) {
        let val = match self.val(id) {
            Val::Num(x) => self.condition_of(x),
            known => known,
        };
        match val {
            Val::Cond(yes, no) => (yes, no),
            Val::Num(x) => (x, x),
        }
    }

    /// A number, or a condition as 1, 0, na.
    pub fn stored(&mut self, id: Id) -> Value {
        match self.val(id) {
            Val::Num(x) => x,
            Val::Cond(yes, no) => {
                let (one, zero) = (self.line.constant(1.0), self.line.constant(0.0));
                let na = self.line.constant(f64::NAN);
                let rest = self.line.choose(no, zero, na);
                self.line.choose(yes, one, rest)
            }
        }
    }

    /// Computes a node whose operands are known.
    pub fn node(&mut self, id: Id) {
        if self.is_known(id) {
            return;
        }
        let node = *self.graph.node(id);
        let val = match node.op {
            Op::Number(_) | Op::Bool(_) => return,
            Op::Math1(f, a) => {
                let a = self.num(a);
                Val::Num(self.math1(f, a))
            }
            Op::Math2(f, a, b) => Val::Num(self.math2(f, a, b)),
            Op::Fma(a, b, c) => {
                let [a, b, c] = [a, b, c].map(|id| self.num(id));
                Val::Num(self.line.fused(a, b, c))
            }
            Op::Compare(f, a, b) => {
                let (a, b) = (self.num(a), self.num(b));
                let (yes, no) = match f {
                    Compare::Lt => (Predicate::Less, Predicate::GreaterOrEqual),
                    Compare::Le => (Predicate::LessOrEqual, Predicate::Greater),
                    Compare::Eq => (Predicate::Equal, Predicate::NotEqual),
                    Compare::Ne => (Predicate::NotEqual, Predicate::Equal),
                };
                Val::Cond(self.line.compare(yes, a, b), self.line.compare(no, a, b))
            }
            Op::And(a, b) => {
                let ((at, af), (bt, bf)) = (self.condition(a), self.condition(b));
                Val::Cond(self.both(at, bt), self.either(af, bf))
            }
            Op::Or(a, b) => {
                let ((at, af), (bt, bf)) = (self.condition(a), self.condition(b));
                Val::Cond(self.either(at, bt), self.both(af, bf))
            }
            Op::Not(a) => {
                let (yes, no) = self.condition(a);
                Val::Cond(no, yes)
            }
            Op::IsNa(a) => match self.val(a) {
                Val::Num(x) => Val::Cond(
                    self.line.compare(Predicate::Unordered, x, x),
                    self.line.compare(Predicate::Ordered, x, x),
                ),
                Val::Cond(yes, no) => {
                    let known = self.either(yes, no);
                    Val::Cond(self.line.push(line::Op::Not(known)), known)
                }
            },
            Op::Select(c, a, b) => {
                let (c, _) = self.condition(c);
                self.chosen(node.is_bool, c, a, b)
            }
            Op::Coalesce(a, b) => {
                let known = match self.val(a) {
                    Val::Num(x) => self.line.compare(Predicate::Ordered, x, x),
                    Val::Cond(yes, no) => self.either(yes, no),
                };
                self.chosen(node.is_bool, known, a, b)
            }
            Op::NumOf(a) => Val::Num(self.stored(a)),
            Op::New(_, _, a) => self.val(a),
            _ => {
                debug_assert!(false, "{:?} is not pointwise", node.op);
                Val::Num(self.line.constant(f64::NAN))
            }
        };
        self.values.insert(id, val);
    }

    fn both(&mut self, a: Value, b: Value) -> Value {
        self.line.push(line::Op::Both(a, b))
    }

    fn either(&mut self, a: Value, b: Value) -> Value {
        self.line.push(line::Op::Either(a, b))
    }

    fn chosen(&mut self, is_bool: bool, c: Value, a: Id, b: Id) -> Val {
        if !is_bool {
            let (a, b) = (self.num(a), self.num(b));
            return Val::Num(self.line.choose(c, a, b));
        }
        let ((at, af), (bt, bf)) = (self.condition(a), self.condition(b));
        let not = self.line.push(line::Op::Not(c));
        let mut choose = |a: Value, b: Value| {
            let (a, b) = (self.both(c, a), self.both(not, b));
            self.either(a, b)
        };
        let yes = choose(at, bt);
        Val::Cond(yes, choose(af, bf))
    }

    fn math1(&mut self, f: Math1, x: Value) -> Value {
        let sign = |line: &mut Line| line.constant(-0.0);
        match f {
            Math1::Neg => {
                let sign = sign(&mut self.line);
                self.line.two(Two::Xor, x, sign)
            }
            Math1::Abs => {
                let sign = sign(&mut self.line);
                self.line.two(Two::AndNot, sign, x)
            }
            Math1::Sqrt => self.line.root(x),
            Math1::Floor => self.line.push(line::Op::Round(Rounding::Down, x)),
            Math1::Ceil => self.line.push(line::Op::Round(Rounding::Up, x)),
            Math1::Round => self.line.push(line::Op::Round(Rounding::Nearest, x)),
            Math1::Sign => {
                let [zero, one, minus] = [0.0, 1.0, -1.0].map(|c| self.line.constant(c));
                let equal = self.line.compare(Predicate::Equal, x, zero);
                let less = self.line.compare(Predicate::Less, x, zero);
                let more = self.line.compare(Predicate::Greater, x, zero);
                // na stays what it is.
                let value = self.line.choose(equal, zero, x);
                let value = self.line.choose(less, minus, value);
                self.line.choose(more, one, value)
            }
            _ => {
                debug_assert!(false, "{f:?} is a function that is called");
                x
            }
        }
    }

    fn math2(&mut self, f: Math2, a: Id, b: Id) -> Value {
        let constants = [a, b].map(|id| self.number(id).filter(|c| !c.is_nan()));
        let (x, y) = (self.num(a), self.num(b));
        match f {
            Math2::Add => self.line.two(Two::Add, x, y),
            Math2::Sub => self.line.two(Two::Sub, x, y),
            Math2::Mul => self.line.two(Two::Mul, x, y),
            Math2::Div => self.line.quotient(x, y),
            Math2::Min => self.better(Two::Lesser, (x, y), constants),
            Math2::Max => self.better(Two::Greater, (x, y), constants),
            Math2::Mod | Math2::Pow => {
                debug_assert!(false, "{f:?} is a function that is called");
                x
            }
        }
    }

    /// As `strat_abi::math::min` and `max`: x where x is na or the better, else y. One instruction
    /// takes the better, and its second operand where there is none or one is na.
    fn better(&mut self, two: Two, (x, y): (Value, Value), constants: [Option<f64>; 2]) -> Value {
        match constants {
            [Some(_), _] => self.line.two(two, x, y),
            // Which of equal operands is taken matters for zeros only.
            [_, Some(c)] if c != 0.0 => self.line.two(two, y, x),
            _ => {
                let best = self.line.two(two, x, y);
                let na = self.line.compare(Predicate::Unordered, x, x);
                self.line.choose(na, x, best)
            }
        }
    }
}
