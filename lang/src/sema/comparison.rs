//! Comparisons, chains of them, and crossings.

use super::Checker;
use super::scope::Value;
use super::units::Meeting;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Compare, Kind, NodeId, Ty};
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Expr, ExprKind};

impl<'t> Checker<'t, '_> {
    /// `x between 40..70`: both ends belong to it.
    pub(super) fn between(&mut self, x: &'t Expr, lo: &'t Expr, hi: &'t Expr, span: Span) -> Value {
        let x_at = x.span;
        let (x, low, high) = (self.number(x), self.number(lo), self.number(hi));
        let (Some(x), Some(low), Some(high)) = (x, low, high) else {
            return Value::Error;
        };
        if self.clashes(Meeting::Comparison, (x, x_at), (low, lo.span))
            || self.clashes(Meeting::Comparison, (x, x_at), (high, hi.span))
        {
            return Value::Error;
        }
        if let (Some(l), Some(h)) = (self.builder.constant(low), self.builder.constant(high))
            && l > h
        {
            self.report(
                Diagnostic::error(
                    Code::WrongType,
                    lo.span.to(hi.span),
                    format!("nothing lies between {l} and {h}"),
                )
                .hint("write the lower end first"),
            );
            return Value::Error;
        }
        let above = self.builder.add(Kind::Compare(Compare::Le, low, x), span);
        let below = self.builder.add(Kind::Compare(Compare::Le, x, high), span);
        self.note_comparison(above, (x, x_at), (low, lo.span), span);
        self.note_comparison(below, (x, x_at), (high, hi.span), span);
        Value::Node(self.builder.add(Kind::And(above, below), span))
    }

    /// Warns of `x == na`, which never holds.
    fn compares_na(&mut self, first: &Expr, rest: &[(CompareOp, Expr)], span: Span) {
        let mut all = std::iter::once(first).chain(rest.iter().map(|(_, e)| e));
        let Some(na) = all.find(|e| e.kind == ExprKind::Na) else {
            return;
        };
        let mut report = Diagnostic::warning(
            Code::ComparedWithNa,
            na.span,
            "a comparison with `na` is always `na`, so it never holds",
        );
        report = match rest {
            [(CompareOp::Ne, second)] if second.kind == ExprKind::Na => {
                let edit = Span::new(span.file, first.span.end, span.end);
                report
                    .hint("ask `is some`")
                    .suggest("write `is some`", vec![(edit, " is some".to_owned())])
            }
            [(_, second)] if second.kind == ExprKind::Na => {
                let edit = Span::new(span.file, first.span.end, span.end);
                report
                    .hint("ask `is na`")
                    .suggest("write `is na`", vec![(edit, " is na".to_owned())])
            }
            _ => report.hint("ask `x is na`"),
        };
        self.report(report);
    }

    pub(super) fn comparison(
        &mut self,
        first: &'t Expr,
        rest: &'t [(CompareOp, Expr)],
        span: Span,
    ) -> Value {
        if let [(op @ (CompareOp::Eq | CompareOp::Ne), second)] = rest {
            let (first_value, value) = self.equated(first, second);
            self.compares_na(first, rest, span);
            if let Some(result) = self.compare_enums(&first_value, *op, &value, first, second) {
                return result;
            }
            if self.compares_conditions(first, &first_value, *op, second, &value, span) {
                return Value::Error;
            }
            let (a, b) = (
                self.want_number(&first_value, first.span),
                self.want_number(&value, second.span),
            );
            return match (a, b) {
                (Some(a), Some(b))
                    if !self.clashes(Meeting::Comparison, (a, first.span), (b, second.span)) =>
                {
                    let node = self.builder.compare(*op, a, b, span);
                    self.note_comparison(node, (a, first.span), (b, second.span), span);
                    Value::Node(node)
                }
                _ => Value::Error,
            };
        }
        let first_value = self.expr(first);
        self.compares_na(first, rest, span);
        let mut left = self.want_number(&first_value, first.span);
        let mut left_span = first.span;
        let mut all: Option<NodeId> = None;
        let mut failed = left.is_none();
        for (op, e) in rest {
            let right = self.number(e);
            let piece = if left_span.file == e.span.file {
                left_span.to(e.span)
            } else {
                span
            };
            match (left, right) {
                (Some(a), Some(b))
                    if !self.clashes(Meeting::Comparison, (a, left_span), (b, e.span)) =>
                {
                    let one = self.builder.compare(*op, a, b, piece);
                    self.note_comparison(one, (a, left_span), (b, e.span), piece);
                    all = Some(match all {
                        Some(all) => self.builder.add(Kind::And(all, one), span),
                        None => one,
                    });
                }
                _ => failed = true,
            }
            left = right;
            left_span = e.span;
        }
        match all {
            Some(id) if !failed => Value::Node(id),
            _ => Value::Error,
        }
    }

    /// Reports `condition == true` and its like, once.
    fn compares_conditions(
        &mut self,
        first: &Expr,
        a: &Value,
        op: CompareOp,
        second: &Expr,
        b: &Value,
        span: Span,
    ) -> bool {
        let is_condition =
            |v: &Value| matches!(v, Value::Node(id) if self.builder.ty(*id) == Ty::Bool);
        if !is_condition(a) || !is_condition(b) {
            return false;
        }
        let sign = if op == CompareOp::Eq { "==" } else { "!=" };
        let report = Diagnostic::error(
            Code::WrongType,
            span,
            format!("`{sign}` compares numbers, found two conditions"),
        );
        let hint = match (&first.kind, &second.kind) {
            (_, ExprKind::Bool(b)) | (ExprKind::Bool(b), _) => {
                let other = if matches!(second.kind, ExprKind::Bool(_)) {
                    first
                } else {
                    second
                };
                let words = match self.words(other.span).map(super::types::unbracketed) {
                    Some(words) => format!("`{words}`"),
                    None => "the condition".to_owned(),
                };
                if *b == (op == CompareOp::Eq) {
                    format!("write {words} alone")
                } else {
                    format!("write `not` before {words}")
                }
            }
            _ => format!("compare them as numbers: `num(a) {sign} num(b)`"),
        };
        self.report(report.hint(hint));
        true
    }

    pub(super) fn cross(
        &mut self,
        left: &'t Expr,
        above: bool,
        right: &'t Expr,
        span: Span,
    ) -> Value {
        let (a, b) = (self.number(left), self.number(right));
        let (Some(a), Some(b)) = (a, b) else {
            return Value::Error;
        };
        if !self.outside_steps(&[(a, left.span), (b, right.span)], "`crosses`")
            || self.clashes(Meeting::Crossing, (a, left.span), (b, right.span))
        {
            return Value::Error;
        }
        let placed = ((a, left.span), (b, right.span));
        let (a, b) = if above { (a, b) } else { (b, a) };
        let node = self.builder.add(Kind::Cross(a, b), span);
        self.note_comparison(node, placed.0, placed.1, span);
        Value::Node(node)
    }
}
