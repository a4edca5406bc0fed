//! Notes what the expressions and names of a unit's own text became; see `hir::Written`.

use super::scope::{Binding, Value};
use super::{Checker, Place};
use crate::hir::{Named, Worth, Written};
use crate::source::Span;
use crate::syntax::ast::Ident;

impl Checker<'_, '_> {
    /// Whether the text at hand is the unit's own: not a function that it calls.
    fn is_own_text(&self) -> bool {
        self.calls.is_empty() && self.place != Place::Function
    }

    pub(super) fn note_expr(&mut self, span: Span, value: &Value) {
        if self.is_own_text()
            && let Some(worth) = worth(value)
        {
            self.builder.unit.written.push(Written { span, worth });
        }
    }

    pub(super) fn note_name(&mut self, name: &Ident, binding: &Binding) {
        if self.is_own_text()
            && let Binding::Value(value) = binding
            && let Some(worth) = worth(value)
        {
            self.builder.unit.names.push(Named {
                name: name.name.clone(),
                span: name.span,
                worth,
            });
        }
    }
}

fn worth(value: &Value) -> Option<Worth> {
    match value {
        Value::Node(id) | Value::Enum(_, id) => Some(Worth::One(*id)),
        Value::Record(fields) | Value::Zone(fields) => Some(Worth::Fields(fields.to_vec())),
        Value::Outputs(_) | Value::Bank(_) | Value::Symbol(_) | Value::Text | Value::Error => None,
    }
}
