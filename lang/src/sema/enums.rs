//! Enums: names for the values 0, 1, … and where each may stand alone.
//!
//! The classes of a regime are an enum, too: its scores in written order, and `unknown` last. A
//! value is written `Average.simple`, or `simple` where a value of that enum is expected: beside
//! `==` and `!=`, as an argument, as the default and in the domain of a parameter.

use super::Checker;
use super::scope::Value;
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Kind, NodeId, Param};
use crate::source::Span;
use crate::syntax::ast::{self, CompareOp, Domain, Expr, ExprKind, Ident, ItemKind, StmtKind};

/// The class of a bar that no score can judge.
pub(super) const UNKNOWN: &str = "unknown";

/// Index into the enums of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct EnumId(pub(super) u32);

/// An enum, or the classes of a regime.
#[derive(Debug)]
pub(super) struct EnumDef<'t> {
    /// The item that defines it.
    pub(super) item: &'t ast::Item,
    /// Number of the file it stands in.
    pub(super) module: usize,
    /// Its name.
    pub(super) name: &'t str,
    /// Its values.
    pub(super) values: Vec<&'t str>,
}

/// All enums of some files.
pub(super) fn collect<'t>(files: impl Iterator<Item = &'t ast::File>) -> Vec<EnumDef<'t>> {
    let mut found = Vec::new();
    let items = files
        .enumerate()
        .flat_map(|(module, f)| f.items.iter().map(move |i| (module, i)));
    for (module, item) in items {
        let (name, values) = match &item.kind {
            ItemKind::Enum(e) => (&e.name, e.values.iter().map(|v| v.name.as_str()).collect()),
            ItemKind::Regime(r) => {
                let mut classes: Vec<&str> = Vec::new();
                for stmt in &r.body {
                    if let StmtKind::Score { name, .. } = &stmt.kind
                        && !classes.contains(&name.name.as_str())
                    {
                        classes.push(&name.name);
                    }
                }
                classes.push(UNKNOWN);
                (&r.name, classes)
            }
            _ => continue,
        };
        found.push(EnumDef {
            item,
            module,
            name: &name.name,
            values,
        });
    }
    found
}

impl<'t> Checker<'t, '_> {
    pub(super) fn enum_def(&self, id: EnumId) -> Option<&EnumDef<'t>> {
        self.program.enums.get(id.0 as usize)
    }

    /// The enum, or the regime, that a module knows by a name.
    pub(super) fn enum_in(&self, module: usize, name: &str) -> Option<EnumId> {
        let def = self.program.modules.get(module)?.items.get(name)?;
        self.enum_id(def.item)
    }

    /// The enum that an item defines.
    pub(super) fn enum_id(&self, item: &ast::Item) -> Option<EnumId> {
        let at = self
            .program
            .enums
            .iter()
            .position(|e| std::ptr::eq(e.item, item))?;
        u32::try_from(at).ok().map(EnumId)
    }

    /// The enum of a name that nothing nearer hides; no regime.
    pub(super) fn enum_named(&self, name: &str) -> Option<EnumId> {
        if self.is_bound(name) {
            return None;
        }
        let id = self.enum_in(self.module, name)?;
        let is_enum = |e: &EnumDef<'_>| matches!(e.item.kind, ItemKind::Enum(_));
        self.enum_def(id).is_some_and(is_enum).then_some(id)
    }

    /// The enum that the type of a parameter names.
    pub(super) fn enum_of_type(&self, ty: Option<&Ident>) -> Option<EnumId> {
        self.enum_in(self.module, &ty?.name)
    }

    /// Whether a name is bound in the body at hand.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        for scope in self.scopes.iter().rev() {
            if scope.names.contains_key(name) {
                return true;
            }
            if scope.root {
                break;
            }
        }
        false
    }

    /// The name of an expression that is a name which means nothing by itself.
    fn bare(&self, e: &'t Expr) -> Option<&'t str> {
        let ExprKind::Name(name) = &e.kind else {
            return None;
        };
        let module = self.program.modules.get(self.module)?;
        let known = self.is_bound(name)
            || super::name::INPUTS.iter().any(|(n, _)| n == name)
            || module.fns.contains_key(name)
            || module.items.contains_key(name)
            || module.failed.contains(name);
        (!known).then_some(name)
    }

    /// What an enum is called in a message.
    pub(super) fn enum_words(&self, id: EnumId) -> String {
        match self.enum_def(id) {
            Some(def) if matches!(def.item.kind, ItemKind::Regime(_)) => {
                format!("a class of `{}`", def.name)
            }
            Some(def) => format!("a value of `{}`", def.name),
            None => "a value of an enum".to_owned(),
        }
    }

    /// The names of an enum's values.
    pub(super) fn enum_labels(&self, id: EnumId) -> Vec<String> {
        self.enum_def(id)
            .map(|def| def.values.iter().map(|v| (*v).to_owned()).collect())
            .unwrap_or_default()
    }

    fn enum_number(&self, id: EnumId, value: &str) -> Option<usize> {
        self.enum_def(id)?.values.iter().position(|v| *v == value)
    }

    /// The value of an enum that a name stands for; an unknown one is reported.
    pub(super) fn enum_value(&mut self, id: EnumId, name: &str, span: Span) -> Value {
        if let Some(i) = self.enum_number(id, name) {
            #[allow(clippy::cast_precision_loss)] // far below 2^53
            return Value::Enum(id, self.builder.number(i as f64, span));
        }
        let labels = self.enum_labels(id);
        let report = Diagnostic::error(
            Code::UnknownValue,
            span,
            format!("`{name}` is not {}", self.enum_words(id)),
        );
        let names = labels.iter().map(String::as_str);
        let report = match suggest::did_you_mean(name, names.clone()) {
            Some(near) => report.did_you_mean(span, name, near),
            None => report.hint(format!("there are {}", super::types::listed(names))),
        };
        self.report(report);
        Value::Error
    }

    /// An expression where a value of an enum is expected: a bare name is one.
    pub(super) fn value_of(&mut self, id: EnumId, e: &'t Expr) -> Value {
        match self.bare(e) {
            Some(name) => self.enum_value(id, name, e.span),
            None => self.expr(e),
        }
    }

    /// Whether a value is of an enum; what is not is reported.
    pub(super) fn is_of(&mut self, value: &Value, id: EnumId, span: Span) -> bool {
        match value {
            Value::Error => return false,
            Value::Enum(of, _) if *of == id => return true,
            Value::Node(node) if self.builder.ty(*node) == crate::hir::Ty::Any => return true,
            _ => {}
        }
        let expected = self.enum_words(id);
        let found = self.type_name(value);
        let labels = self.enum_labels(id);
        let names = super::types::listed(labels.iter().map(String::as_str));
        self.report(
            Diagnostic::error(
                Code::WrongType,
                span,
                format!("expected {expected}, found {found}"),
            )
            .hint(format!("write one of {names}")),
        );
        false
    }

    /// An argument of a function: a bare name may be a value of its parameter's enum.
    pub(super) fn argument(&mut self, def: usize, arg: &'t ast::Arg) -> Value {
        let Some(name) = self.bare(&arg.value) else {
            return self.expr(&arg.value);
        };
        let of = self.program.fns[def];
        let mut fits: Option<EnumId> = None;
        for param in &of.item.params {
            let named = arg.name.as_ref().map(|n| n.name == param.name.name);
            let id = param
                .ty
                .as_ref()
                .and_then(|t| self.enum_in(of.module, &t.name));
            let Some(id) = id.filter(|_| named != Some(false)) else {
                continue;
            };
            if named == Some(true) || self.enum_number(id, name).is_some() {
                fits = Some(id);
                break;
            }
        }
        match fits {
            Some(id) => self.enum_value(id, name, arg.value.span),
            None => self.expr(&arg.value),
        }
    }

    /// Both sides of `==` or `!=`: a bare name is a value of the enum of the other side.
    pub(super) fn equated(&mut self, first: &'t Expr, second: &'t Expr) -> (Value, Value) {
        match (self.bare(first), self.bare(second)) {
            (None, Some(name)) => {
                let a = self.expr(first);
                let b = match &a {
                    Value::Enum(id, _) => self.enum_value(*id, name, second.span),
                    // What the name would have meant is not known.
                    Value::Error => self.silent(),
                    _ => self.expr(second),
                };
                (a, b)
            }
            (Some(name), None) => {
                let b = self.expr(second);
                let a = match &b {
                    Value::Enum(id, _) => self.enum_value(*id, name, first.span),
                    Value::Error => self.silent(),
                    _ => self.expr(first),
                };
                (a, b)
            }
            _ => (self.expr(first), self.expr(second)),
        }
    }

    /// `==` or `!=` where a side is a value of an enum; None where none is.
    pub(super) fn compare_enums(
        &mut self,
        a: &Value,
        op: CompareOp,
        b: &Value,
        first: &'t Expr,
        second: &'t Expr,
    ) -> Option<Value> {
        let span = if first.span.file == second.span.file {
            first.span.to(second.span)
        } else {
            first.span
        };
        Some(match (a, b) {
            (Value::Enum(x, m), Value::Enum(y, n)) if x == y => {
                let known = self.builder.constant(*m).zip(self.builder.constant(*n));
                Value::Node(match known {
                    Some((m, n)) => {
                        let holds = (m == n) == (op == CompareOp::Eq);
                        self.builder.add(Kind::Bool(holds), span)
                    }
                    None => self.builder.compare(op, *m, *n, span),
                })
            }
            (Value::Enum(..), Value::Error) | (Value::Error, Value::Enum(..)) => Value::Error,
            (Value::Enum(id, _), other) => {
                if !self.is_of(other, *id, second.span) {
                    return Some(Value::Error);
                }
                self.equal_nodes(a, op, other, span)
            }
            (other, Value::Enum(id, _)) => {
                if !self.is_of(other, *id, first.span) {
                    return Some(Value::Error);
                }
                self.equal_nodes(other, op, b, span)
            }
            _ => return None,
        })
    }

    fn equal_nodes(&mut self, a: &Value, op: CompareOp, b: &Value, span: Span) -> Value {
        let node = |v: &Value| match v {
            Value::Enum(_, n) | Value::Node(n) => Some(*n),
            _ => None,
        };
        match (node(a), node(b)) {
            (Some(a), Some(b)) => Value::Node(self.builder.compare(op, a, b, span)),
            _ => Value::Error,
        }
    }

    /// A parameter of an enum: it counts the values, and a grid goes through those of its domain.
    pub(super) fn enum_param(&mut self, p: &'t ast::ParamStmt, id: EnumId) -> Option<Param> {
        let labels = self.enum_labels(id);
        let default = self.enum_constant(&p.default, id);
        let mut failed = default.is_none();
        let mut sweep: Vec<f64> = Vec::new();
        match &p.domain {
            None => {
                #[allow(clippy::cast_precision_loss)] // far below 2^53
                sweep.extend((0..labels.len()).map(|i| i as f64));
            }
            Some(Domain::List(items, _)) => {
                let mut seen: Vec<(f64, Span)> = Vec::new();
                for e in items {
                    let Some(v) = self.enum_constant(e, id) else {
                        failed = true;
                        continue;
                    };
                    if let Some((_, first)) = seen.iter().find(|(s, _)| *s == v) {
                        let first = *first;
                        let words = self.words(e.span).unwrap_or("a value").to_owned();
                        self.report(
                            Diagnostic::error(
                                Code::BadDomain,
                                e.span,
                                format!("the domain of `{}` lists {words} twice", p.name.name),
                            )
                            .related(first, "first listed here"),
                        );
                        failed = true;
                    }
                    seen.push((v, e.span));
                }
                sweep = seen.iter().map(|(v, _)| *v).collect();
            }
            Some(Domain::Range { lo, hi, .. }) => {
                let at = Span::new(lo.span.file, lo.span.start, hi.span.end);
                let expected = self.enum_words(id);
                self.report(
                    Diagnostic::error(
                        Code::BadDomain,
                        at,
                        format!("`{}` is {expected}, which has no range", p.name.name),
                    )
                    .hint(format!("list its values: `in [{}]`", labels.join(", "))),
                );
                failed = true;
            }
        }
        if failed {
            return None;
        }
        let default = default?;
        let names: Vec<&str> = sweep
            .iter()
            .filter_map(|v| labels.iter().enumerate().find(|(i, _)| *i as f64 == *v))
            .map(|(_, l)| l.as_str())
            .collect();
        let domain_text = format!("[{}]", names.join(", "));
        if !sweep.contains(&default) && self.lints() {
            let words = self.words(p.default.span).unwrap_or("another").to_owned();
            self.report(
                Diagnostic::warning(
                    Code::DefaultOutsideDomain,
                    p.default.span,
                    format!(
                        "the default of `{}` is {words}, which its domain {domain_text} does not hold",
                        p.name.name
                    ),
                )
                .hint("a run with defaults uses a value that no grid tries"),
            );
        }
        let ends = (
            sweep.iter().copied().fold(f64::INFINITY, f64::min),
            sweep.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        );
        Some(Param {
            name: p.name.name.clone(),
            integer: true,
            default,
            bounds: Some(ends),
            sweep,
            only_sweep: true,
            domain_text,
            labels,
            dimension: crate::hir::Dimension::Plain,
            span: p.name.span,
        })
    }

    /// The number of a value of an enum that is written out.
    fn enum_constant(&mut self, e: &'t Expr, id: EnumId) -> Option<f64> {
        let value = self.value_of(id, e);
        if !self.is_of(&value, id, e.span) {
            return None;
        }
        let node: Option<NodeId> = match value {
            Value::Enum(_, node) => Some(node),
            _ => None,
        };
        node.and_then(|n| self.builder.constant(n))
    }
}
