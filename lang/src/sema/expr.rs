//! Expressions to nodes.

use super::scope::{Binding, Value};
use super::{Checker, builtins};
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Input, Kind, Math1, Math2, NodeId, Ty};
use crate::source::Span;
use crate::syntax::ast::{AddOp, CompareOp, Expr, ExprKind, ListKind, MulOp, PostOp};

/// The columns of a bar by name.
pub(super) const INPUTS: &[(&str, Input)] = &[
    ("open", Input::Open),
    ("high", Input::High),
    ("low", Input::Low),
    ("close", Input::Close),
    ("volume", Input::Volume),
    ("bar_index", Input::BarIndex),
];

impl<'t> Checker<'t, '_> {
    pub(super) fn expr(&mut self, e: &'t Expr) -> Value {
        if self.builder.too_large {
            return Value::Error;
        }
        let span = e.span;
        match &e.kind {
            ExprKind::Number(n) => Value::Node(self.builder.number(n.value, span)),
            ExprKind::Str(_) => Value::Text,
            ExprKind::Bool(b) => Value::Node(self.builder.add(Kind::Bool(*b), span)),
            ExprKind::Na => Value::Node(self.builder.na(span)),
            ExprKind::Name(name) => self.name(name, span),
            ExprKind::Call { callee, args } => self.call(callee, args, span),
            ExprKind::Postfix { base, ops } => self.postfix(base, ops),
            ExprKind::Neg { count, operand } => {
                let Some(x) = self.number(operand) else {
                    return Value::Error;
                };
                if count % 2 == 0 {
                    return Value::Node(x);
                }
                // A negated constant is a constant, so that `-1` is one node.
                let id = match self.builder.constant(x) {
                    Some(v) => self.builder.number(-v, span),
                    None => self.builder.add(Kind::Math1(Math1::Neg, x), span),
                };
                Value::Node(id)
            }
            ExprKind::Sum { first, rest } => {
                let terms = rest.iter().map(|(op, e)| {
                    let op = match op {
                        AddOp::Add => Math2::Add,
                        AddOp::Sub => Math2::Sub,
                    };
                    (op, e)
                });
                self.chain(first, terms, span)
            }
            ExprKind::Product { first, rest } => {
                let terms = rest.iter().map(|(op, e)| {
                    let op = match op {
                        MulOp::Mul => Math2::Mul,
                        MulOp::Div => Math2::Div,
                        MulOp::Mod => Math2::Mod,
                    };
                    (op, e)
                });
                self.chain(first, terms, span)
            }
            ExprKind::Compare { first, rest } => self.comparison(first, rest, span),
            ExprKind::Cross { left, above, right } => self.cross(left, *above, right, span),
            ExprKind::IsNa { operand, negated } => {
                let value = self.expr(operand);
                let Value::Node(x) = value else {
                    if value != Value::Error {
                        self.want_number(&value, operand.span);
                    }
                    return Value::Error;
                };
                let asked = self.builder.add(Kind::IsNa(x), span);
                Value::Node(if *negated {
                    self.builder.add(Kind::Not(asked), span)
                } else {
                    asked
                })
            }
            ExprKind::Not { count, operand } => {
                let Some(x) = self.condition(operand) else {
                    return Value::Error;
                };
                Value::Node(if count % 2 == 0 {
                    x
                } else {
                    self.builder.add(Kind::Not(x), span)
                })
            }
            ExprKind::And(items) => self.logic(items, Kind::And, span),
            ExprKind::Or(items) => self.logic(items, Kind::Or, span),
            ExprKind::List { kind, items } => match kind {
                ListKind::All => self.logic(items, Kind::And, span),
                ListKind::Any => self.logic(items, Kind::Or, span),
            },
            ExprKind::If { arms, otherwise } => self.branches(arms, otherwise, span),
            ExprKind::Else(items) => self.first_defined(items, span),
            ExprKind::Record(fields) => self.record(fields),
            ExprKind::After { value, bars } => self.after(value, bars, span),
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Error => Value::Error,
        }
    }

    pub(super) fn number(&mut self, e: &'t Expr) -> Option<NodeId> {
        let value = self.expr(e);
        self.want_number(&value, e.span)
    }

    pub(super) fn condition(&mut self, e: &'t Expr) -> Option<NodeId> {
        let value = self.expr(e);
        self.want_condition(&value, e.span)
    }

    fn name(&mut self, name: &str, span: Span) -> Value {
        match self.lookup(name) {
            Some(Binding::Value(value)) => return value,
            Some(Binding::StateStep { frame, step }) => return self.state_value(frame, step, span),
            Some(Binding::StateLet { group, node }) => {
                return Value::Node(self.builder.export(group, node, span));
            }
            None => {}
        }
        if let Some((_, input)) = INPUTS.iter().find(|(n, _)| *n == name) {
            return Value::Node(self.builder.add(Kind::Input(*input), span));
        }
        // A function whose parameters all have defaults may stand without its brackets.
        if let Some(def) = self.find_fn(name) {
            if self.fns[def]
                .item
                .params
                .iter()
                .all(|p| p.default.is_some())
            {
                return self.call_fn(def, &[], span, span);
            }
            let params = self.signature(def);
            self.report(
                Diagnostic::error(
                    Code::WrongArguments,
                    span,
                    format!("`{name}` is a function and needs its arguments"),
                )
                .hint(format!("call it: `{params}`")),
            );
            return Value::Error;
        }
        let mut known = self.visible_names();
        known.extend(INPUTS.iter().map(|(n, _)| (*n).to_owned()));
        known.extend(self.modules[self.module].fns.keys().cloned());
        let mut report =
            Diagnostic::error(Code::UnknownName, span, format!("`{name}` is not defined"));
        if builtins::builtin(name).is_some() {
            report = report.hint(format!(
                "`{name}` is a function: call it with its arguments"
            ));
        } else if let Some(near) = suggest::did_you_mean(name, known.iter().map(String::as_str)) {
            report = report
                .hint(format!("did you mean `{near}`?"))
                .fix(format!("write `{near}`"), vec![(span, near.to_owned())]);
        }
        self.report(report);
        Value::Error
    }

    fn chain(
        &mut self,
        first: &'t Expr,
        rest: impl Iterator<Item = (Math2, &'t Expr)>,
        span: Span,
    ) -> Value {
        let mut total = self.number(first);
        for (op, e) in rest {
            let next = self.number(e);
            let piece = Span::new(span.file, span.start, e.span.end);
            total = match (total, next) {
                (Some(a), Some(b)) => Some(self.builder.math2(op, a, b, piece)),
                _ => None,
            };
        }
        total.map_or(Value::Error, Value::Node)
    }

    fn comparison(&mut self, first: &'t Expr, rest: &'t [(CompareOp, Expr)], span: Span) -> Value {
        let mut left = self.number(first);
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
                (Some(a), Some(b)) => {
                    let one = self.builder.compare(*op, a, b, piece);
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

    fn cross(&mut self, left: &'t Expr, above: bool, right: &'t Expr, span: Span) -> Value {
        let (a, b) = (self.number(left), self.number(right));
        let (Some(a), Some(b)) = (a, b) else {
            return Value::Error;
        };
        if !self.outside_steps(&[a, b], span, "`crosses`") {
            return Value::Error;
        }
        let (a, b) = if above { (a, b) } else { (b, a) };
        Value::Node(self.builder.add(Kind::Cross(a, b), span))
    }

    /// Windows keep their own history, which a running step cannot give them.
    pub(super) fn outside_steps(&mut self, operands: &[NodeId], span: Span, what: &str) -> bool {
        if operands
            .iter()
            .all(|x| self.builder.open_body(*x).is_none())
        {
            return true;
        }
        self.report(
            Diagnostic::error(
                Code::WindowInState,
                span,
                format!("{what} cannot look at a member of a state that is still being computed"),
            )
            .hint("take the window outside, over the finished series"),
        );
        false
    }

    fn logic(&mut self, items: &'t [Expr], join: fn(NodeId, NodeId) -> Kind, span: Span) -> Value {
        let mut all: Option<NodeId> = None;
        let mut failed = items.is_empty();
        for e in items {
            match self.condition(e) {
                Some(one) => {
                    all = Some(match all {
                        Some(all) => self.builder.add(join(all, one), span),
                        None => one,
                    });
                }
                None => failed = true,
            }
        }
        match all {
            Some(id) if !failed => Value::Node(id),
            _ => Value::Error,
        }
    }

    fn branches(&mut self, arms: &'t [(Expr, Expr)], otherwise: &'t Expr, span: Span) -> Value {
        let conditions: Vec<Option<NodeId>> = arms.iter().map(|(c, _)| self.condition(c)).collect();
        let mut values: Vec<(Value, Span)> =
            arms.iter().map(|(_, v)| (self.expr(v), v.span)).collect();
        values.push((self.expr(otherwise), otherwise.span));
        // All branches are of one type: that of the first which is more than `na`.
        let is_na = |c: &Self, v: &Value| matches!(v, Value::Node(id) if c.builder.constant(*id).is_some_and(f64::is_nan));
        let ty = values
            .iter()
            .find(|(v, _)| *v != Value::Error && !is_na(self, v))
            .map_or(Ty::Number, |(v, _)| match v {
                Value::Node(id) => self.builder.ty(*id),
                _ => Ty::Number,
            });
        let ty = if ty == Ty::Any { Ty::Number } else { ty };
        let nodes: Vec<Option<NodeId>> = values.iter().map(|(v, s)| self.want(v, *s, ty)).collect();
        let mut result = nodes.last().copied().flatten();
        for (c, v) in conditions.iter().zip(&nodes).rev() {
            result = match (c, v, result) {
                (Some(c), Some(v), Some(r)) => {
                    Some(self.builder.add(Kind::Select(*c, *v, r), span))
                }
                _ => None,
            };
        }
        result.map_or(Value::Error, Value::Node)
    }

    fn first_defined(&mut self, items: &'t [Expr], span: Span) -> Value {
        let values: Vec<(Value, Span)> = items.iter().map(|e| (self.expr(e), e.span)).collect();
        let ty = match values.first() {
            Some((Value::Node(id), _)) if self.builder.ty(*id) == Ty::Bool => Ty::Bool,
            _ => Ty::Number,
        };
        let nodes: Vec<Option<NodeId>> = values.iter().map(|(v, s)| self.want(v, *s, ty)).collect();
        let mut result = nodes.last().copied().flatten();
        for v in nodes.iter().rev().skip(1) {
            result = match (v, result) {
                (Some(v), Some(r)) => Some(self.builder.add(Kind::Coalesce(*v, r), span)),
                _ => None,
            };
        }
        result.map_or(Value::Error, Value::Node)
    }

    fn record(&mut self, fields: &'t [(crate::syntax::ast::Ident, Option<Expr>)]) -> Value {
        let mut out: Vec<(String, NodeId)> = Vec::new();
        let mut failed = false;
        for (name, value) in fields {
            let (value, span) = match value {
                Some(e) => (self.expr(e), e.span),
                None => (self.name(&name.name, name.span), name.span),
            };
            if out.iter().any(|(n, _)| *n == name.name) {
                self.error(
                    Code::DuplicateName,
                    name.span,
                    format!("the record has `{}` twice", name.name),
                );
                failed = true;
                continue;
            }
            match value {
                Value::Node(id) => out.push((name.name.clone(), id)),
                Value::Error => failed = true,
                other => {
                    self.want_number(&other, span);
                    failed = true;
                }
            }
        }
        if failed {
            Value::Error
        } else {
            Value::Record(std::rc::Rc::new(out))
        }
    }

    fn after(&mut self, value: &'t Expr, bars: &'t Expr, span: Span) -> Value {
        let of = self.expr(value);
        let Some(n) = self.length(bars, 0, "the bars of `after`") else {
            return Value::Error;
        };
        let one = |c: &mut Self, x: NodeId| -> Option<NodeId> {
            c.outside_steps(&[x], span, "`after`")
                .then(|| c.builder.add(Kind::After(x, n), span))
        };
        match of {
            Value::Node(x) => one(self, x).map_or(Value::Error, Value::Node),
            Value::Record(fields) => {
                let mut out = Vec::with_capacity(fields.len());
                for (name, x) in fields.iter() {
                    let Some(id) = one(self, *x) else {
                        return Value::Error;
                    };
                    out.push((name.clone(), id));
                }
                Value::Record(std::rc::Rc::new(out))
            }
            other => {
                self.want_number(&other, value.span);
                Value::Error
            }
        }
    }

    fn postfix(&mut self, base: &'t Expr, ops: &'t [PostOp]) -> Value {
        let mut rest = ops;
        let mut span = base.span;
        // `member[n]` is the past of a member whose new value may not be known yet.
        let mut value = match (&base.kind, ops.first()) {
            (ExprKind::Name(name), Some(PostOp::Index(n, at))) => match self.lookup(name) {
                Some(Binding::StateStep { frame, step }) => {
                    rest = &ops[1..];
                    span = span.to(*at);
                    self.state_past(frame, step, n, span)
                }
                _ => self.expr(base),
            },
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
                    value = self.field(value, field, base.span);
                }
            }
        }
        value
    }

    fn index(&mut self, value: Value, n: &'t Expr, base: Span, span: Span) -> Value {
        let Some(n) = self.lag_length(n) else {
            return Value::Error;
        };
        let nodes: Vec<NodeId> = match &value {
            Value::Node(x) => vec![*x],
            Value::Record(fields) => fields.iter().map(|(_, x)| *x).collect(),
            _ => Vec::new(),
        };
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
            Value::Record(fields) => Value::Record(std::rc::Rc::new(
                fields
                    .iter()
                    .zip(lagged)
                    .map(|((name, _), x)| (name.clone(), x))
                    .collect(),
            )),
            other => {
                self.want_number(&other, base);
                Value::Error
            }
        }
    }

    fn field(&mut self, value: Value, field: &crate::syntax::ast::Ident, base: Span) -> Value {
        match value {
            Value::Record(fields) => {
                if let Some((_, id)) = fields.iter().find(|(n, _)| *n == field.name) {
                    return Value::Node(*id);
                }
                let names: Vec<&str> = fields.iter().map(|(n, _)| n.as_str()).collect();
                let mut report = Diagnostic::error(
                    Code::UnknownField,
                    field.span,
                    format!("there is no output `{}`", field.name),
                )
                .label(format!("the outputs are {}", names.join(", ")));
                if let Some(near) = suggest::did_you_mean(&field.name, names.iter().copied()) {
                    report = report.hint(format!("did you mean `{near}`?")).fix(
                        format!("write `{near}`"),
                        vec![(field.span, near.to_owned())],
                    );
                }
                self.report(report);
                Value::Error
            }
            Value::Node(id) if self.builder.ty(id) == Ty::Any => Value::Node(id),
            Value::Error => Value::Error,
            other => {
                let found = self.type_name(&other);
                self.report(
                    Diagnostic::error(
                        Code::UnknownField,
                        field.span,
                        format!("`.{}` asks for an output, but this is {found}", field.name),
                    )
                    .related(base, format!("this is {found}")),
                );
                Value::Error
            }
        }
    }

    /// Inside a step only a short, fixed past is kept.
    pub(super) fn member_lag(&mut self, n: NodeId, span: Span) -> bool {
        let most = super::builder::MOST_MEMBER_LAG;
        if self.builder.constant(n).is_some_and(|n| n <= most) {
            return true;
        }
        self.report(
            Diagnostic::error(
                Code::BadLength,
                span,
                format!("a member's past must be a fixed number of bars, at most {most}"),
            )
            .hint("take the longer lag outside the state, over the finished series"),
        );
        false
    }

    pub(super) fn lag_length(&mut self, n: &'t Expr) -> Option<NodeId> {
        let id = self.number(n)?;
        if let Some(v) = self.builder.constant(id).filter(|v| *v < 0.0) {
            self.report(
                Diagnostic::error(
                    Code::FutureReference,
                    n.span,
                    format!("`[{v}]` would look into the future"),
                )
                .label("bars ago: 0 is this bar, 1 the bar before")
                .hint(format!("write `[{}]` for the bar {} bars ago", -v, -v)),
            );
            return None;
        }
        self.check_length(id, n.span, 0, "the number of bars ago")
    }

    /// A whole number of bars that is known before the first bar.
    pub(super) fn length(&mut self, e: &'t Expr, least: u32, what: &str) -> Option<NodeId> {
        let id = self.number(e)?;
        self.check_length(id, e.span, least, what)
    }

    pub(super) fn check_length(
        &mut self,
        id: NodeId,
        span: Span,
        least: u32,
        what: &str,
    ) -> Option<NodeId> {
        if self.builder.stage(id).series {
            self.report(
                Diagnostic::error(
                    Code::WrongStage,
                    span,
                    format!("{what} must be known before the first bar, but this changes from bar to bar"),
                )
                .hint("use a number or a `param`"),
            );
            return None;
        }
        if let Some(v) = self.builder.constant(id) {
            let whole = v.fract() == 0.0;
            if !whole || v < f64::from(least) || v > 1e9 {
                self.report(Diagnostic::error(
                    Code::BadLength,
                    span,
                    format!("{what} is {v}; it must be a whole number from {least} to 1000000000"),
                ));
                return None;
            }
        }
        Some(id)
    }
}
