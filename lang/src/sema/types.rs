//! Values of a wanted type.

use super::Checker;
use super::scope::Value;
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Compare, Kind, NodeId, Ty};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident};

impl<'t> Checker<'t, '_> {
    pub(super) fn number(&mut self, e: &'t Expr) -> Option<NodeId> {
        let value = self.expr(e);
        self.want_number(&value, e.span)
    }

    pub(super) fn condition(&mut self, e: &'t Expr) -> Option<NodeId> {
        let value = self.expr(e);
        self.want_condition(&value, e.span)
    }

    /// What a value is, for a message.
    pub(super) fn type_name(&self, value: &Value) -> String {
        match value {
            Value::Node(id) => match self.builder.ty(*id) {
                Ty::Number => "a number".to_owned(),
                Ty::Bool => "a condition".to_owned(),
                Ty::Any => "any value".to_owned(),
            },
            Value::Record(fields) => format!(
                "a record with {}",
                listed(fields.iter().map(|(n, _)| n.as_str()))
            ),
            Value::Enum(id, _) => self.enum_words(*id),
            Value::Outputs(_) => "a regime".to_owned(),
            Value::Zone(fields) => format!(
                "a zone with {}",
                listed(fields.iter().map(|(n, _)| n.as_str()))
            ),
            Value::Bank(_) => "a bank of series".to_owned(),
            Value::Symbol(_) => "a leg".to_owned(),
            Value::Text => "a text".to_owned(),
            Value::Error => "an error".to_owned(),
        }
    }

    /// Whether a value is the literal `na` or arithmetic that gives it.
    pub(super) fn is_na(&self, value: &Value) -> bool {
        matches!(value, Value::Node(id) if self.builder.constant(*id).is_some_and(f64::is_nan))
    }

    pub(super) fn want_number(&mut self, value: &Value, span: Span) -> Option<NodeId> {
        self.want(value, span, Ty::Number)
    }

    pub(super) fn want_condition(&mut self, value: &Value, span: Span) -> Option<NodeId> {
        self.want(value, span, Ty::Bool)
    }

    pub(super) fn want(&mut self, value: &Value, span: Span, ty: Ty) -> Option<NodeId> {
        match value {
            Value::Error => None,
            Value::Node(id) if self.builder.ty(*id) == ty || self.builder.ty(*id) == Ty::Any => {
                Some(*id)
            }
            // `na` is missing whatever is expected.
            Value::Node(_) if ty == Ty::Bool && self.is_na(value) => {
                let na = self.builder.na(span);
                Some(self.builder.add(Kind::Compare(Compare::Lt, na, na), span))
            }
            other => {
                let report = self.wrong_type(other, span, ty);
                self.report(report);
                None
            }
        }
    }

    /// The report about a value of another type than `ty`.
    pub(super) fn wrong_type(&self, value: &Value, span: Span, ty: Ty) -> Diagnostic {
        let expected = match ty {
            Ty::Bool => "a condition",
            Ty::Number => "a number",
            Ty::Any => "a number or a condition",
        };
        let report = Diagnostic::error(
            Code::WrongType,
            span,
            format!("expected {expected}, found {}", self.type_name(value)),
        );
        match value {
            Value::Record(fields) | Value::Zone(fields) => match fields.first() {
                Some((first, _)) => report.hint(match self.words(span) {
                    Some(words) => format!("say which output is meant, such as `{words}.{first}`"),
                    None => format!("say which output is meant, such as `.{first}`"),
                }),
                None => report,
            },
            Value::Node(_) if ty == Ty::Bool => report.hint(match self.words(span) {
                Some("1") => "write `true`".to_owned(),
                Some("0") => "write `false`".to_owned(),
                Some(words) => format!("compare it with something, such as `{words} > 0`"),
                None => "compare it with something, such as `x > 0`".to_owned(),
            }),
            Value::Node(_) => report.hint(match self.words(span).map(unbracketed) {
                Some(words) => format!("`num({words})` is 1 where it holds and 0 where not"),
                None => "`num(condition)` is 1 where it holds and 0 where not".to_owned(),
            }),
            Value::Outputs(_) => report.hint(match self.words(span) {
                Some(words) => format!("say which output is meant, such as `{words}.confidence`"),
                None => "say which output is meant, such as `.confidence`".to_owned(),
            }),
            Value::Enum(..) => report.hint("a value of an enum is only compared with `==` or `!=`"),
            Value::Bank(_) => report.hint("say which one with an index, such as `[n]`"),
            Value::Symbol(_) => report.hint(match self.words(span) {
                Some(words) => format!("say which column is meant, such as `{words}.close`"),
                None => "say which column is meant, such as `.close`".to_owned(),
            }),
            Value::Text => match self.words(span).map(|w| w.trim_matches('"')) {
                Some(word) if super::name::INPUTS.iter().any(|(name, _)| *name == word) => {
                    report.suggest(format!("write `{word}`"), vec![(span, word.to_owned())])
                }
                _ => report.hint("only symbols, tags and time zones stand in quotes"),
            },
            Value::Error => report,
        }
    }

    /// Reports the name of a type that there is not.
    pub(super) fn unknown_type(&mut self, ty: &Ident, known: &[&str]) {
        let report = Diagnostic::error(
            Code::UnknownName,
            ty.span,
            format!("there is no type `{}`", ty.name),
        );
        // A number is one where its type is left out, too.
        if let "int" | "integer" | "float" | "double" | "real" | "f64" = ty.name.as_str()
            && let Some(colon) = self.colon_before(ty.span)
        {
            let what = match ty.name.as_str() {
                "int" | "integer" => "a count of bars is `bars`, any other number needs no type",
                _ => "a number needs no type",
            };
            let title = format!("leave out the type: {what}");
            self.report(report.suggest(title, vec![(colon.to(ty.span), String::new())]));
            return;
        }
        let report = match suggest::did_you_mean(&ty.name, known.iter().copied()) {
            Some(near) => report.did_you_mean(ty.span, &ty.name, near),
            None => report.hint(format!("the types are {}", known.join(", "))),
        };
        self.report(report);
    }

    /// The `:` before a type.
    fn colon_before(&self, ty: Span) -> Option<Span> {
        let head = self.program.map.slice(Span::new(ty.file, 0, ty.start));
        let colon = head.trim_end().strip_suffix(':')?.len();
        let colon = u32::try_from(colon).ok()?;
        Some(Span::new(ty.file, colon, colon + 1))
    }

    /// The one part of an expression that makes it change from bar to bar; the whole where there
    /// are several. The expression was looked at before and is without errors.
    pub(super) fn series_part(&mut self, mut e: &'t Expr) -> Span {
        loop {
            let mut series = parts(e).into_iter().filter(
                |part| matches!(self.expr(part), Value::Node(id) if self.builder.stage(id).series),
            );
            match (series.next(), series.next()) {
                (Some(only), None) => e = only,
                _ => return e.span,
            }
        }
    }
}

/// The operands of an expression whose stage is that of its operands.
fn parts(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Paren(inner) => vec![inner],
        ExprKind::Neg { operand, .. } | ExprKind::Not { operand, .. } => vec![operand],
        ExprKind::And(items) | ExprKind::Or(items) | ExprKind::List { items, .. } => {
            items.iter().collect()
        }
        ExprKind::Sum { first, rest } => std::iter::once(&**first)
            .chain(rest.iter().map(|(_, e)| e))
            .collect(),
        ExprKind::Product { first, rest } => std::iter::once(&**first)
            .chain(rest.iter().map(|(_, e)| e))
            .collect(),
        ExprKind::Compare { first, rest } => std::iter::once(&**first)
            .chain(rest.iter().map(|(_, e)| e))
            .collect(),
        _ => Vec::new(),
    }
}

/// A text without the brackets around it.
pub(super) fn unbracketed(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    match inner {
        Some(inner) if !inner.contains(['(', ')']) => inner,
        _ => text,
    }
}

/// Names in a message.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names
        .map(|n| format!("`{n}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
