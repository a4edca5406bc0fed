//! Static loops: a body once for each whole number of a constant range.

use std::rc::Rc;

use super::Checker;
use super::scope::{Binding, Lint, Scope, Value};
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Compare, Kind, Math2, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident};

/// Most turns of one loop.
const MOST_TURNS: f64 = 1_000.0;

/// The series that a bank chooses from, by the number of the first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Bank {
    first: i64,
    items: Rc<Vec<NodeId>>,
}

/// A loop as it is written.
#[derive(Clone, Copy)]
pub(super) struct LoopParts<'t> {
    pub(super) callee: &'t Ident,
    pub(super) var: &'t Ident,
    pub(super) lo: &'t Expr,
    pub(super) hi: &'t Expr,
    pub(super) body: &'t Expr,
    pub(super) span: Span,
}

impl<'t> Checker<'t, '_> {
    /// `sum(i in 0..4: …)`, `bank(p in 2..30: …)`
    pub(super) fn static_loop(&mut self, parts: LoopParts<'t>) -> Value {
        const KINDS: &[&str] = &["sum", "min", "max", "bank"];
        let LoopParts {
            callee,
            var,
            lo,
            hi,
            body,
            span,
        } = parts;
        let known = KINDS.contains(&callee.name.as_str());
        if !known {
            let report = Diagnostic::error(
                Code::UnknownFunction,
                callee.span,
                format!("there is no loop `{}`", callee.name),
            );
            let report = match suggest::did_you_mean(&callee.name, KINDS.iter().copied()) {
                Some(near) => report.did_you_mean(callee.span, &callee.name, near),
                None => report.hint("the loops are `sum`, `min`, `max` and `bank`"),
            };
            self.report(report);
        }
        let Some((lo, hi)) = self.loop_ends(lo, hi) else {
            return Value::Error;
        };
        let mut items = Vec::new();
        let mut failed = !known;
        for i in lo..=hi {
            self.push_turn(var, i);
            let item = self.number(body);
            self.pop_scope();
            match item {
                Some(item) => items.push(item),
                None => {
                    // The next turn would say the same.
                    failed = true;
                    break;
                }
            }
        }
        if failed {
            return Value::Error;
        }
        let join = match callee.name.as_str() {
            "bank" => {
                return Value::Bank(Bank {
                    first: lo,
                    items: Rc::new(items),
                });
            }
            "sum" => Math2::Add,
            "min" => Math2::Min,
            _ => Math2::Max,
        };
        let mut all: Option<NodeId> = None;
        for item in items {
            all = Some(match all {
                Some(all) => self.builder.math2(join, all, item, span),
                None => item,
            });
        }
        all.map_or(Value::Error, Value::Node)
    }

    /// Opens the scope of one turn, with the counter as a constant.
    pub(super) fn push_turn(&mut self, var: &'t Ident, i: i64) {
        self.scopes.push(Scope::default());
        #[allow(clippy::cast_precision_loss)] // at most a thousand turns around a small number
        let value = self.builder.number(i as f64, var.span);
        self.define(var, Binding::Value(Value::Node(value)), Lint::Off);
    }

    /// Whether a value hangs on free parameters alone.
    fn known_to_callers(&self, id: NodeId) -> bool {
        let stage = self.builder.stage(id);
        !stage.series && stage.params == 1 << 63
    }

    /// First and last number of a loop, both included.
    pub(super) fn loop_ends(&mut self, lo: &'t Expr, hi: &'t Expr) -> Option<(i64, i64)> {
        let mut end = |e: &'t Expr, what: &str| -> Option<Option<f64>> {
            let id = self.number(e)?;
            match self.builder.constant(id) {
                Some(v) if v.fract() == 0.0 && v.abs() <= 1e9 => Some(Some(v)),
                Some(v) => {
                    self.error(
                        Code::BadLoop,
                        e.span,
                        format!("the {what} of a loop is {v}; it must be a whole number"),
                    );
                    None
                }
                // A parameter of a function that is checked on its own: its callers say.
                None if self.free > 0 && self.known_to_callers(id) => Some(None),
                None => {
                    self.report(
                        Diagnostic::error(
                            Code::BadLoop,
                            e.span,
                            format!("the {what} of a loop must be a constant"),
                        )
                        .hint("a loop is written out when the program is compiled"),
                    );
                    None
                }
            }
        };
        let (first, last) = (end(lo, "first number"), end(hi, "last number"));
        // Where an end is not known, one turn stands for all.
        let (first, last) = match (first?, last?) {
            (Some(first), Some(last)) => (first, last),
            (Some(one), None) | (None, Some(one)) => (one, one),
            (None, None) => (0.0, 0.0),
        };
        let place = lo.span.to(hi.span);
        if last < first {
            self.error(
                Code::BadLoop,
                place,
                format!("the loop is empty: {first} is above {last}"),
            );
            return None;
        }
        if last - first >= MOST_TURNS {
            self.error(
                Code::BadLoop,
                place,
                format!("a loop has at most {MOST_TURNS} turns"),
            );
            return None;
        }
        #[allow(clippy::cast_possible_truncation)] // whole and small
        Some((first as i64, last as i64))
    }

    /// `bank[n]`: the series of that number; na where there is none.
    pub(super) fn bank_index(&mut self, bank: &Bank, n: &'t Expr, span: Span) -> Value {
        let Some(n) = self.number(n) else {
            return Value::Error;
        };
        if let Some(v) = self.builder.constant(n) {
            #[allow(clippy::cast_possible_truncation)] // saturates, and is then out of range
            let at = usize::try_from((v as i64).saturating_sub(bank.first)).ok();
            if let Some(item) = at
                .filter(|_| v.fract() == 0.0)
                .and_then(|i| bank.items.get(i))
            {
                return Value::Node(*item);
            }
            let last = bank.first + i64::try_from(bank.items.len()).unwrap_or(0) - 1;
            self.error(
                Code::BadLoop,
                span,
                format!("the bank goes from {} to {last}, not to {v}", bank.first),
            );
            return Value::Error;
        }
        let mut chosen = self.builder.na(span);
        for (i, item) in bank.items.iter().enumerate().rev() {
            #[allow(clippy::cast_precision_loss)] // small whole numbers
            let number = (bank.first + i64::try_from(i).unwrap_or(0)) as f64;
            let number = self.builder.number(number, span);
            let is_it = self
                .builder
                .add(Kind::Compare(Compare::Eq, n, number), span);
            chosen = self.builder.add(Kind::Select(is_it, *item, chosen), span);
        }
        Value::Node(chosen)
    }
}
