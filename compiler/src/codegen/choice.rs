//! What a condition chooses: of two numbers, of two conditions, the greater and the lesser.

use cranelift::prelude::{
    FloatCC, FunctionBuilder, InstBuilder, IntCC, MemFlagsData, Value, types,
};

use super::emit::{Emit, Lanes, Val};
use crate::ir::{Id, Op};

impl Emit<'_> {
    /// The number that a node is in the source.
    pub(super) fn number(&self, id: Id) -> Option<f64> {
        match self.graph.node(id).op {
            Op::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// A number, or a condition as 1, 0, na.
    pub fn stored(&mut self, b: &mut FunctionBuilder<'_>, id: Id) -> Value {
        match self.val(b, id) {
            Val::Num(x) => x,
            Val::Cond(t, f) => {
                let one = self.constant(b, 1.0);
                if self.lanes == Lanes::One {
                    let (zero, na) = (self.constant(b, 0.0), self.constant(b, f64::NAN));
                    let rest = self.select(b, f, zero, na);
                    return self.select(b, t, one, rest);
                }
                let (one, known) = (self.masked(b, one, t), b.ins().bor(t, f));
                let unknown = b.ins().bnot(known);
                self.na_where(b, one, unknown)
            }
        }
    }

    /// `x` where `c` is true, else `y`.
    pub fn select(&self, b: &mut FunctionBuilder<'_>, c: Value, x: Value, y: Value) -> Value {
        match self.lanes {
            Lanes::One => b.ins().select(c, x, y),
            _ => {
                let c = bits(b, c);
                b.ins().bitselect(c, x, y)
            }
        }
    }

    /// As [`Emit::select`] of two nodes: a mask alone chooses between something and 0 or na.
    pub(super) fn select_of(
        &mut self,
        b: &mut FunctionBuilder<'_>,
        c: Value,
        x: Id,
        y: Id,
    ) -> Value {
        let is_zero = |n: Option<f64>| n.is_some_and(|n| n.to_bits() == 0);
        let is_na = |n: Option<f64>| n.is_some_and(f64::is_nan);
        let ids = (self.number(x), self.number(y));
        let (x, y) = (self.num(b, x), self.num(b, y));
        match ids {
            _ if self.lanes == Lanes::One => self.select(b, c, x, y),
            (n, _) if is_na(n) => self.na_where(b, y, c),
            (_, n) if is_na(n) => {
                let not = self.not(b, c);
                self.na_where(b, x, not)
            }
            (_, n) if is_zero(n) => self.masked(b, x, c),
            (n, _) if is_zero(n) => {
                let c = bits(b, c);
                b.ins().band_not(y, c)
            }
            _ => self.select(b, c, x, y),
        }
    }

    /// `x` where `c` is true, else 0; not for one lane.
    fn masked(&self, b: &mut FunctionBuilder<'_>, x: Value, c: Value) -> Value {
        let c = bits(b, c);
        b.ins().band(x, c)
    }

    /// na where `c` is true, else `x`: all bits set are na, too. Not for one lane.
    fn na_where(&self, b: &mut FunctionBuilder<'_>, x: Value, c: Value) -> Value {
        let c = bits(b, c);
        b.ins().bor(x, c)
    }

    pub(super) fn not(&self, b: &mut FunctionBuilder<'_>, c: Value) -> Value {
        match self.lanes {
            Lanes::One => b.ins().icmp_imm_u(IntCC::Equal, c, 0),
            _ => b.ins().bnot(c),
        }
    }

    /// A condition chosen by another.
    pub(super) fn choose(
        &self,
        b: &mut FunctionBuilder<'_>,
        c: Value,
        x: Value,
        y: Value,
    ) -> Value {
        let x = b.ins().band(c, x);
        let not = self.not(b, c);
        let y = b.ins().band(not, y);
        b.ins().bor(x, y)
    }

    /// As `strat_abi::math::min` and `max`: x where x is na or the better, else y. One instruction
    /// takes the better, and its second operand where there is none or one is na.
    pub(super) fn extreme(
        &self,
        b: &mut FunctionBuilder<'_>,
        greatest: bool,
        (x, y): (Value, Value),
        constants: [Option<f64>; 2],
    ) -> Value {
        let take = |b: &mut FunctionBuilder<'_>, x: Value, y: Value| {
            let (less, more) = if greatest { (y, x) } else { (x, y) };
            let better = b.ins().fcmp(FloatCC::LessThan, less, more);
            self.select(b, better, x, y)
        };
        match constants {
            [Some(_), _] => take(b, x, y),
            // Which of equal operands is taken matters for zeros only.
            [_, Some(c)] if c != 0.0 => take(b, y, x),
            [_, Some(c)] if c.is_sign_positive() => {
                let best = take(b, y, x);
                let zero = self.constant(b, 0.0);
                b.ins().fadd(best, zero)
            }
            _ => {
                let best = take(b, x, y);
                let na = b.ins().fcmp(FloatCC::Unordered, x, x);
                match self.lanes {
                    Lanes::One => self.select(b, na, x, best),
                    // All bits set are na, too.
                    _ => self.na_where(b, best, na),
                }
            }
        }
    }
}

/// A mask as the bits of doubles.
fn bits(b: &mut FunctionBuilder<'_>, mask: Value) -> Value {
    b.ins().bitcast(types::F64X2, MemFlagsData::new(), mask)
}
