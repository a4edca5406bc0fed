//! Pointwise operations to instructions, for one bar or for two bars side by side.

use std::collections::HashMap;

use cranelift::prelude::{FloatCC, FunctionBuilder, InstBuilder, MemFlagsData, Type, Value, types};
use strat_lang::hir::{Compare, Math1, Math2};

use super::jit::{Imports, fuses};
use crate::ir::{Graph, Id, Op, operands};

/// How many bars an instruction works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lanes {
    /// One.
    One,
    /// One, in the lower half of a 128-bit vector: what a condition chooses is masked there, where
    /// plain code would jump.
    Masked,
    /// Two, as a 128-bit vector.
    Two,
}

/// A computed node.
#[derive(Debug, Clone, Copy)]
pub enum Val {
    /// A number.
    Num(Value),
    /// A condition: where it is true, where it is false; neither where it is na.
    Cond(Value, Value),
}

/// Emits the nodes of one graph into one function.
pub struct Emit<'g> {
    pub(super) graph: &'g Graph,
    pub(super) lanes: Lanes,
    values: HashMap<Id, Val>,
}

impl<'g> Emit<'g> {
    pub fn new(graph: &'g Graph, lanes: Lanes) -> Self {
        Self {
            graph,
            lanes,
            values: HashMap::new(),
        }
    }

    pub fn ty(&self) -> Type {
        match self.lanes {
            Lanes::One => types::F64,
            Lanes::Masked | Lanes::Two => types::F64X2,
        }
    }

    /// A node whose value comes from outside, as the double that stores it.
    pub fn set_stored(&mut self, b: &mut FunctionBuilder<'_>, id: Id, stored: Value) {
        let val = if self.graph.node(id).is_bool {
            self.cond_of_stored(b, stored)
        } else {
            Val::Num(stored)
        };
        self.values.insert(id, val);
    }

    pub fn set(&mut self, id: Id, val: Val) {
        self.values.insert(id, val);
    }

    pub fn known(&self, id: Id) -> bool {
        self.values.contains_key(&id)
    }

    /// Forgets values that hold in one branch only.
    pub fn forget(&mut self, ids: &[Id]) {
        for id in ids {
            self.values.remove(id);
        }
    }

    /// Reads the bars at an address.
    pub fn load(&self, b: &mut FunctionBuilder<'_>, address: Value, offset: i32) -> Value {
        // Columns are 8-byte aligned, vectors read from any bar.
        let flags = MemFlagsData::new().with_notrap();
        match self.lanes {
            Lanes::Two => b.ins().load(types::F64X2, flags, address, offset),
            _ => {
                let value = b.ins().load(types::F64, flags, address, offset);
                self.lift(b, value)
            }
        }
    }

    /// A plain double as this code holds it.
    fn lift(&self, b: &mut FunctionBuilder<'_>, value: Value) -> Value {
        match self.lanes {
            Lanes::One => value,
            Lanes::Masked => b.ins().scalar_to_vector(types::F64X2, value),
            Lanes::Two => b.ins().splat(types::F64X2, value),
        }
    }

    /// The value of the first bar, a plain double.
    pub fn first(&self, b: &mut FunctionBuilder<'_>, value: Value) -> Value {
        match self.lanes {
            Lanes::One => value,
            _ => b.ins().extractlane(value, 0),
        }
    }

    pub fn constant(&self, b: &mut FunctionBuilder<'_>, value: f64) -> Value {
        let c = b.ins().f64const(value);
        match self.lanes {
            Lanes::One => c,
            _ => b.ins().splat(types::F64X2, c),
        }
    }

    /// A condition read back from the double that stores it: 1, 0 or na.
    pub fn cond_of_stored(&self, b: &mut FunctionBuilder<'_>, stored: Value) -> Val {
        let one = self.constant(b, 1.0);
        let zero = self.constant(b, 0.0);
        Val::Cond(
            b.ins().fcmp(FloatCC::Equal, stored, one),
            b.ins().fcmp(FloatCC::Equal, stored, zero),
        )
    }

    fn truth(&self, b: &mut FunctionBuilder<'_>, value: bool) -> Value {
        match self.lanes {
            Lanes::One => b.ins().iconst(types::I8, i64::from(value)),
            _ => {
                let bits = b.ins().iconst(types::I64, if value { -1 } else { 0 });
                b.ins().splat(types::I64X2, bits)
            }
        }
    }

    /// The value of a node that has been emitted; one that has not is missing everywhere.
    pub fn val(&mut self, b: &mut FunctionBuilder<'_>, id: Id) -> Val {
        if let Some(val) = self.values.get(&id) {
            return *val;
        }
        let val = match self.graph.node(id).op {
            Op::Number(bits) => Val::Num(self.constant(b, f64::from_bits(bits))),
            Op::Bool(v) => {
                let (t, f) = (self.truth(b, v), self.truth(b, !v));
                Val::Cond(t, f)
            }
            _ => {
                debug_assert!(false, "node {id:?} is read before it is emitted");
                Val::Num(self.constant(b, f64::NAN))
            }
        };
        // Constants are made where they are used: a block that does not dominate others may be
        // current, so they are not kept.
        val
    }

    pub fn num(&mut self, b: &mut FunctionBuilder<'_>, id: Id) -> Value {
        match self.val(b, id) {
            Val::Num(x) => x,
            Val::Cond(..) => self.stored(b, id),
        }
    }

    pub fn cond(&mut self, b: &mut FunctionBuilder<'_>, id: Id) -> (Value, Value) {
        match self.val(b, id) {
            Val::Cond(t, f) => (t, f),
            Val::Num(x) => match self.cond_of_stored(b, x) {
                Val::Cond(t, f) => (t, f),
                Val::Num(x) => (x, x),
            },
        }
    }

    /// Emits one pointwise node whose operands are known.
    pub fn node(&mut self, b: &mut FunctionBuilder<'_>, imports: &mut Imports<'_>, id: Id) {
        if self.known(id) {
            return;
        }
        let node = *self.graph.node(id);
        let val = match node.op {
            Op::Number(_) | Op::Bool(_) => return,
            Op::Math1(f, a) => {
                let a = self.num(b, a);
                Val::Num(self.math1(b, imports, f, a))
            }
            Op::Math2(f @ (Math2::Min | Math2::Max), x, y) => {
                let constants = [x, y].map(|id| self.number(id).filter(|c| !c.is_nan()));
                let (x, y) = (self.num(b, x), self.num(b, y));
                Val::Num(self.extreme(b, f == Math2::Max, (x, y), constants))
            }
            Op::Math2(f, x, y) => {
                let (x, y) = (self.num(b, x), self.num(b, y));
                Val::Num(self.math2(b, imports, f, x, y))
            }
            Op::Fma(x, y, z) => {
                let [x, y, z] = [x, y, z].map(|id| self.num(b, id));
                Val::Num(if fuses() {
                    b.ins().fma(x, y, z)
                } else {
                    call(b, imports, "math_fma", &[x, y, z])
                })
            }
            Op::Compare(f, x, y) => {
                let (x, y) = (self.num(b, x), self.num(b, y));
                let (yes, no) = match f {
                    Compare::Lt => (FloatCC::LessThan, FloatCC::GreaterThanOrEqual),
                    Compare::Le => (FloatCC::LessThanOrEqual, FloatCC::GreaterThan),
                    Compare::Eq => (FloatCC::Equal, FloatCC::OrderedNotEqual),
                    Compare::Ne => (FloatCC::OrderedNotEqual, FloatCC::Equal),
                };
                Val::Cond(self.compare(b, yes, x, y), self.compare(b, no, x, y))
            }
            Op::And(x, y) => {
                let ((xt, xf), (yt, yf)) = (self.cond(b, x), self.cond(b, y));
                Val::Cond(b.ins().band(xt, yt), b.ins().bor(xf, yf))
            }
            Op::Or(x, y) => {
                let ((xt, xf), (yt, yf)) = (self.cond(b, x), self.cond(b, y));
                Val::Cond(b.ins().bor(xt, yt), b.ins().band(xf, yf))
            }
            Op::Not(x) => {
                let (t, f) = self.cond(b, x);
                Val::Cond(f, t)
            }
            Op::IsNa(x) => match self.val(b, x) {
                Val::Num(x) => Val::Cond(
                    b.ins().fcmp(FloatCC::Unordered, x, x),
                    b.ins().fcmp(FloatCC::Ordered, x, x),
                ),
                Val::Cond(t, f) => {
                    let known = b.ins().bor(t, f);
                    Val::Cond(self.not(b, known), known)
                }
            },
            Op::Select(c, x, y) => {
                let (c, _) = self.cond(b, c);
                if node.is_bool {
                    let ((xt, xf), (yt, yf)) = (self.cond(b, x), self.cond(b, y));
                    Val::Cond(self.choose(b, c, xt, yt), self.choose(b, c, xf, yf))
                } else {
                    Val::Num(self.select_of(b, c, x, y))
                }
            }
            Op::Coalesce(x, y) => {
                if node.is_bool {
                    let ((xt, xf), (yt, yf)) = (self.cond(b, x), self.cond(b, y));
                    let known = b.ins().bor(xt, xf);
                    Val::Cond(self.choose(b, known, xt, yt), self.choose(b, known, xf, yf))
                } else {
                    let (x, y) = (self.num(b, x), self.num(b, y));
                    let known = b.ins().fcmp(FloatCC::Ordered, x, x);
                    Val::Num(self.select(b, known, x, y))
                }
            }
            Op::NumOf(x) => Val::Num(self.stored(b, x)),
            Op::New(_, _, x) | Op::ZoneNew(_, _, x) => self.val(b, x),
            _ => {
                debug_assert!(false, "{:?} is not pointwise", node.op);
                Val::Num(self.constant(b, f64::NAN))
            }
        };
        self.values.insert(id, val);
    }

    fn compare(&self, b: &mut FunctionBuilder<'_>, cc: FloatCC, x: Value, y: Value) -> Value {
        // The vector unit has no "ordered and not equal" of its own.
        if cc == FloatCC::OrderedNotEqual {
            let less = b.ins().fcmp(FloatCC::LessThan, x, y);
            let more = b.ins().fcmp(FloatCC::GreaterThan, x, y);
            return b.ins().bor(less, more);
        }
        b.ins().fcmp(cc, x, y)
    }

    fn math1(
        &self,
        b: &mut FunctionBuilder<'_>,
        imports: &mut Imports<'_>,
        f: Math1,
        x: Value,
    ) -> Value {
        match f {
            Math1::Neg => b.ins().fneg(x),
            Math1::Abs => b.ins().fabs(x),
            Math1::Sqrt => b.ins().sqrt(x),
            Math1::Floor => b.ins().floor(x),
            Math1::Ceil => b.ins().ceil(x),
            Math1::Round => b.ins().nearest(x),
            Math1::Sign => {
                let zero = self.constant(b, 0.0);
                let one = self.constant(b, 1.0);
                let minus = self.constant(b, -1.0);
                let na = self.constant(b, f64::NAN);
                let equal = b.ins().fcmp(FloatCC::Equal, x, zero);
                let more = b.ins().fcmp(FloatCC::GreaterThan, x, zero);
                let less = b.ins().fcmp(FloatCC::LessThan, x, zero);
                let v = self.select(b, equal, zero, na);
                let v = self.select(b, less, minus, v);
                self.select(b, more, one, v)
            }
            _ => match called(f) {
                Some(name) => call(b, imports, name, &[x]),
                None => x,
            },
        }
    }

    fn math2(
        &self,
        b: &mut FunctionBuilder<'_>,
        imports: &mut Imports<'_>,
        f: Math2,
        x: Value,
        y: Value,
    ) -> Value {
        match f {
            Math2::Add => b.ins().fadd(x, y),
            Math2::Sub => b.ins().fsub(x, y),
            Math2::Mul => b.ins().fmul(x, y),
            Math2::Div => b.ins().fdiv(x, y),
            Math2::Mod => call(b, imports, "math_modulo", &[x, y]),
            Math2::Pow => call(b, imports, "math_pow", &[x, y]),
            Math2::Min | Math2::Max => self.extreme(b, f == Math2::Max, (x, y), [None; 2]),
        }
    }
}

fn call(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    name: &'static str,
    args: &[Value],
) -> Value {
    let f = imports.get(b, name);
    let call = b.ins().call(f, args);
    b.inst_results(call)[0]
}

/// The host function of what no instruction computes.
fn called(f: Math1) -> Option<&'static str> {
    Some(match f {
        Math1::Exp => "math_exp",
        Math1::Ln => "math_ln",
        Math1::Log10 => "math_log10",
        Math1::Sin => "math_sin",
        Math1::Cos => "math_cos",
        Math1::Tan => "math_tan",
        Math1::Asin => "math_asin",
        Math1::Acos => "math_acos",
        Math1::Atan => "math_atan",
        Math1::Sinh => "math_sinh",
        Math1::Cosh => "math_cosh",
        Math1::Tanh => "math_tanh",
        Math1::Neg
        | Math1::Abs
        | Math1::Sqrt
        | Math1::Floor
        | Math1::Ceil
        | Math1::Round
        | Math1::Sign => return None,
    })
}

/// Whether an operation must be done one bar at a time, because it calls a function.
pub fn is_call(op: Op) -> bool {
    match op {
        Op::Math1(f, _) => called(f).is_some(),
        Op::Math2(f, ..) => matches!(f, Math2::Mod | Math2::Pow),
        Op::Fma(..) => !fuses(),
        _ => false,
    }
}

/// The nodes that `roots` need on one bar, in order, and the leaves they are made of:
/// `is_leaf` says where to stop.
pub fn cone(graph: &Graph, roots: &[Id], is_leaf: impl Fn(Id) -> bool) -> (Vec<Id>, Vec<Id>) {
    cone_along(roots, is_leaf, |id| operands(graph.node(id).op))
}

/// The same where `reads` says what each node needs.
pub fn cone_along<const MOST: usize>(
    roots: &[Id],
    is_leaf: impl Fn(Id) -> bool,
    reads: impl Fn(Id) -> [Option<Id>; MOST],
) -> (Vec<Id>, Vec<Id>) {
    let (mut inner, mut leaves) = (Vec::new(), Vec::new());
    let mut seen = std::collections::HashSet::new();
    let mut open: Vec<Id> = roots.to_vec();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        if is_leaf(id) {
            leaves.push(id);
            continue;
        }
        inner.push(id);
        open.extend(reads(id).iter().flatten());
    }
    inner.sort_unstable();
    leaves.sort_unstable();
    (inner, leaves)
}
