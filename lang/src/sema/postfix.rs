//! What follows a value directly: its past, and its outputs.

use super::name::INPUTS;
use super::scope::{Binding, Value};
use super::{Checker, foreign};
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Kind, NodeId, Ty};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, PostOp};

impl<'t> Checker<'t, '_> {
    pub(super) fn postfix(&mut self, base: &'t Expr, ops: &'t [PostOp]) -> Value {
        let mut rest = ops;
        let mut span = base.span;
        // `member[n]` is the past of a member whose new value may not be known yet.
        let mut value = match (&base.kind, ops.first()) {
            (ExprKind::Name(name), Some(PostOp::Field(field)))
                if let Some(id) = self.enum_named(name) =>
            {
                rest = &ops[1..];
                span = span.to(field.span);
                self.enum_value(id, &field.name, field.span)
            }
            (ExprKind::Name(name), Some(PostOp::Index(n, _)))
                if matches!(n.kind, ExprKind::Str(_))
                    && foreign::is_prefix(name)
                    && self.lookup(name).is_none() =>
            {
                // The name is reported; its text is no second mistake.
                return self.name(name, base.span);
            }
            (ExprKind::Name(name), Some(PostOp::Index(n, at))) => match self.lookup(name) {
                Some(Binding::StateStep { frame, step }) => {
                    rest = &ops[1..];
                    span = span.to(*at);
                    self.state_past(frame, step, n, span)
                }
                Some(Binding::ZoneNext { pool, index, .. }) => {
                    rest = &ops[1..];
                    span = span.to(*at);
                    self.zone_past(pool, index, name, n, span)
                }
                _ => self.expr(base),
            },
            (ExprKind::Name(name), Some(PostOp::Field(field)))
                if foreign::is_prefix(name) && self.lookup(name).is_none() =>
            {
                return self.prefixed(name, base.span, field);
            }
            (ExprKind::Call { callee, args }, Some(PostOp::Since(word))) => {
                rest = &ops[1..];
                span = span.to(word.span);
                self.since_entry(callee, args, word, span)
            }
            (ExprKind::Call { callee, args }, Some(PostOp::Across(word)))
                if callee.name == "rank" =>
            {
                rest = &ops[1..];
                span = span.to(word.span);
                self.rank(args, word, span)
            }
            _ => self.expr(base),
        };
        for op in rest {
            match op {
                PostOp::Index(n, at) => {
                    span = span.to(*at);
                    value = self.index(value, n, base.span, span);
                }
                PostOp::Field(field) => {
                    span = span.to(field.span);
                    value = self.field(value, field);
                }
                PostOp::At(n, at) => {
                    span = span.to(*at);
                    value = self.at_timeframe(value, n, *at, span);
                }
                PostOp::Of(symbol, at) => {
                    span = span.to(*at);
                    value = self.of_symbol(value, symbol, *at, span);
                }
                PostOp::Since(word) => {
                    self.report(
                        Diagnostic::error(
                            Code::WrongArguments,
                            word.span,
                            "only a function of a window can begin with the entry",
                        )
                        .hint("as in `highest(high) since entry`"),
                    );
                    return Value::Error;
                }
                PostOp::Across(word) => {
                    self.report(
                        Diagnostic::error(
                            Code::WrongArguments,
                            word.span,
                            "only a rank compares members",
                        )
                        .hint("as in `rank(x) across universe`"),
                    );
                    return Value::Error;
                }
            }
        }
        value
    }

    /// `self.fast`, `df.close`: a value behind a prefix of another tool.
    fn prefixed(&mut self, prefix: &str, base: Span, field: &Ident) -> Value {
        let name = &field.name;
        let report = Diagnostic::error(
            Code::UnknownName,
            base,
            format!("`{prefix}` is not defined: names stand without a prefix"),
        );
        let is_known = self.lookup(name).is_some() || INPUTS.iter().any(|(n, _)| n == name);
        let place = Span::new(base.file, base.start, field.span.start);
        self.report(if is_known {
            report.fix(format!("write `{name}`"), vec![(place, String::new())])
        } else {
            report.hint(format!("write `{name}`"))
        });
        Value::Error
    }

    fn index(&mut self, value: Value, n: &'t Expr, base: Span, span: Span) -> Value {
        if let Value::Bank(bank) = &value {
            return self.bank_index(&bank.clone(), n, span);
        }
        let Some(n) = self.lag_length(n) else {
            return Value::Error;
        };
        let nodes: Vec<NodeId> = match &value {
            Value::Node(x) => vec![*x],
            Value::Record(fields) | Value::Zone(fields) => fields.iter().map(|(_, x)| *x).collect(),
            Value::Enum(_, x) => vec![*x],
            _ => Vec::new(),
        };
        if let Some(x) = nodes.iter().find(|x| self.in_zone(**x)) {
            self.outside_steps(&[(*x, span)], "a lag");
            return Value::Error;
        }
        if nodes.iter().any(|x| self.builder.open_body(*x).is_some()) && !self.member_lag(n, span) {
            return Value::Error;
        }
        let mut lagged = Vec::with_capacity(nodes.len());
        for x in nodes {
            let id = self.builder.lag(x, n, span);
            // The past of a past adds up.
            if let Kind::Prev(_, _, both) = self.builder.unit.node(id).kind
                && !self.member_lag(both, span)
            {
                return Value::Error;
            }
            lagged.push(id);
        }
        match value {
            Value::Node(_) => lagged.first().map_or(Value::Error, |x| Value::Node(*x)),
            Value::Enum(id, _) => lagged.first().map_or(Value::Error, |x| Value::Enum(id, *x)),
            Value::Record(ref fields) | Value::Zone(ref fields) => {
                let names = fields.iter().map(|(name, _)| name.clone());
                let fields = std::rc::Rc::new(names.zip(lagged).collect());
                match value {
                    Value::Zone(_) => Value::Zone(fields),
                    _ => Value::Record(fields),
                }
            }
            other => {
                self.want_number(&other, base);
                Value::Error
            }
        }
    }

    fn field(&mut self, value: Value, field: &Ident) -> Value {
        match value {
            Value::Outputs(outputs) => {
                if let Some((_, value)) = outputs.iter().find(|(n, _)| *n == field.name) {
                    return value.clone();
                }
                let names: Vec<&str> = outputs.iter().map(|(n, _)| n.as_str()).collect();
                self.no_output(field, &names);
                Value::Error
            }
            Value::Symbol(symbol) => self.leg_field(&symbol, field, field.span),
            Value::Record(fields) | Value::Zone(fields) => {
                if let Some((_, id)) = fields.iter().find(|(n, _)| *n == field.name) {
                    return Value::Node(*id);
                }
                let names: Vec<&str> = fields.iter().map(|(n, _)| n.as_str()).collect();
                self.no_output(field, &names);
                Value::Error
            }
            Value::Node(id) if self.builder.ty(id) == Ty::Any => Value::Node(id),
            Value::Error => Value::Error,
            other => {
                let found = self.type_name(&other);
                let name = &field.name;
                let report = Diagnostic::error(
                    Code::UnknownField,
                    field.span,
                    format!("`.{name}` asks for an output, but this is {found}"),
                );
                self.report(report.hint(format!("leave out `.{name}`")));
                Value::Error
            }
        }
    }

    fn no_output(&mut self, field: &Ident, names: &[&str]) {
        let mut report = Diagnostic::error(
            Code::UnknownField,
            field.span,
            format!(
                "there is no output `{}`, only {}",
                field.name,
                super::types::listed(names.iter().copied())
            ),
        );
        // `lowerband` says `lower` and more.
        let mut within = (names.iter().copied())
            .filter(|n| n.len() >= 3 && field.name.to_ascii_lowercase().contains(n));
        let said = match (within.next(), within.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        };
        let near = suggest::did_you_mean(&field.name, names.iter().copied());
        if let Some(near) = near.or(said) {
            report = report.did_you_mean(field.span, &field.name, near);
        }
        self.report(report);
    }
}
