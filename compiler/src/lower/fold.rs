//! Folding: operations on what is known at compile time.

use super::Lower;
use crate::ir::{Id, Op, operands, query};

/// What becomes of an operation.
pub(super) enum SimpleOp {
    Same(Id),
    New(Op),
}

impl Lower<'_> {
    /// Folds what is known now. Every rule holds for na as well.
    pub(super) fn simplify(&self, op: Op) -> SimpleOp {
        let number = |id: Id| match self.graph.node(id).op {
            Op::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        };
        let truth = |id: Id| match self.graph.node(id).op {
            Op::Bool(b) => Some(b),
            _ => None,
        };
        match op {
            Op::Number(_) | Op::Bool(_) => return SimpleOp::New(op),
            Op::Lag(x, n) | Op::After(x, n) if number(n) == Some(0.0) => return SimpleOp::Same(x),
            Op::And(a, b) => match (truth(a), truth(b)) {
                (Some(true), _) => return SimpleOp::Same(b),
                (_, Some(true)) => return SimpleOp::Same(a),
                (Some(false), _) | (_, Some(false)) => return SimpleOp::New(Op::Bool(false)),
                _ if a == b => return SimpleOp::Same(a),
                _ => {}
            },
            Op::Or(a, b) => match (truth(a), truth(b)) {
                (Some(false), _) => return SimpleOp::Same(b),
                (_, Some(false)) => return SimpleOp::Same(a),
                (Some(true), _) | (_, Some(true)) => return SimpleOp::New(Op::Bool(true)),
                _ if a == b => return SimpleOp::Same(a),
                _ => {}
            },
            Op::Not(a) => {
                if let Op::Not(inner) = self.graph.node(a).op {
                    return SimpleOp::Same(inner);
                }
            }
            Op::Select(c, a, b) => match truth(c) {
                Some(true) => return SimpleOp::Same(a),
                Some(false) => return SimpleOp::Same(b),
                None if a == b => return SimpleOp::Same(a),
                None => {}
            },
            _ => {}
        }
        let all = operands(op);
        let constant = |id: Id| match self.graph.node(id).op {
            Op::Number(bits) => Some(f64::from_bits(bits)),
            Op::Bool(b) => Some(f64::from(u8::from(b))),
            _ => None,
        };
        let foldable = all[0].is_some()
            && all.iter().flatten().all(|id| constant(*id).is_some())
            && !matches!(op, Op::New(..) | Op::ZoneNew(..));
        if foldable && let Some(value) = query::apply(op, |id| constant(id).unwrap_or(f64::NAN)) {
            let is_bool = matches!(
                op,
                Op::Compare(..) | Op::And(..) | Op::Or(..) | Op::Not(_) | Op::IsNa(_)
            ) || matches!(op, Op::Select(_, a, _) | Op::Coalesce(a, _) if self.graph.node(a).is_bool);
            if !is_bool {
                let bits = if value.is_nan() {
                    f64::NAN.to_bits()
                } else {
                    value.to_bits()
                };
                return SimpleOp::New(Op::Number(bits));
            }
            if value == 1.0 {
                return SimpleOp::New(Op::Bool(true));
            }
            if value == 0.0 {
                return SimpleOp::New(Op::Bool(false));
            }
        }
        SimpleOp::New(op)
    }
}
