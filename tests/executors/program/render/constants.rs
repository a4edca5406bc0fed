//! What may be known before the first bar. Such a value is taken for a length where a length can
//! stand without its source, and an index or a range of constants is checked at once.

use super::Writer;
use crate::program::{Callee, Expr, Op};

impl Writer<'_> {
    pub(super) fn constant(&self, e: &Expr) -> bool {
        let mut args = e.args.iter();
        match &e.op {
            Op::Number(_) | Op::Na | Op::Bool(_) | Op::Named(..) | Op::Builtin("lookback") => true,
            Op::Ref(id, _) | Op::Field(id, ..) => self.constants.contains(id),
            Op::Call(call) => match &call.callee {
                Callee::Library(_) => false,
                Callee::Own(id) => self.functions.get(id).is_none_or(|f| f.constant),
            },
            Op::Input(_)
            | Op::Past(..)
            | Op::Within(_)
            | Op::Trade(_)
            | Op::Since(_)
            | Op::Leg(_)
            | Op::Feed(_)
            | Op::Query { .. }
            | Op::Count(_) => false,
            // One constant can make the others unreachable.
            Op::And | Op::Or | Op::List(_) | Op::If | Op::Else => args.any(|a| self.constant(a)),
            _ => args.all(|a| self.constant(a)),
        }
    }
}
