//! Expressions to nodes.

use std::collections::BTreeMap;

use super::Checker;
use super::builder::Outgrown;
use super::loops::LoopParts;
use super::noted::Joined;
use super::scope::Value;
use super::units::Meeting;
use crate::diag::{Code, Diagnostic};
use crate::hir::{FeedKind, Kind, Math1, Math2, NodeId, Ty};
use crate::source::Span;
use crate::syntax::ast::{AddOp, Expr, ExprKind, Ident, ListKind, MulOp};

/// Deepest nesting of expressions, those of unfolded calls and of members that ask for each other
/// included. The stack of the check holds it.
pub(super) const DEEPEST: u32 = 20_000;

impl<'t> Checker<'t, '_> {
    pub(super) fn expr(&mut self, e: &'t Expr) -> Value {
        if self.builder.outgrown.is_none() {
            if !self.program.spend(1) {
                self.builder.outgrown = Some(Outgrown::Effort);
            } else if self.depth >= DEEPEST {
                self.builder.outgrown = Some(Outgrown::Depth);
            }
        }
        if self.builder.outgrown.is_some() {
            return Value::Error;
        }
        self.depth += 1;
        let value = self.plain_expr(e);
        self.depth -= 1;
        self.note_expr(e.span, &value);
        value
    }

    fn plain_expr(&mut self, e: &'t Expr) -> Value {
        let span = e.span;
        match &e.kind {
            ExprKind::Number(n) => {
                let unit = n.unit.dimension();
                Value::Node(self.builder.number_of(n.value, unit, span))
            }
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
                    Some(v) => {
                        let unit = self.builder.dimension(x);
                        self.builder.number_of(-v, unit, span)
                    }
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
                // A zone is there when its age is known.
                let asked_of = match &value {
                    Value::Node(x) => Some(*x),
                    Value::Zone(fields) => fields.last().map(|(_, age)| *age),
                    _ => None,
                };
                let Some(x) = asked_of else {
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
            ExprKind::And(items) => self.logic(items, Joined::All, span),
            ExprKind::Or(items) => self.logic(items, Joined::Any, span),
            ExprKind::List { kind, items } => match kind {
                ListKind::All => self.logic(items, Joined::All, span),
                ListKind::Any => self.logic(items, Joined::Any, span),
            },
            ExprKind::If { arms, otherwise } => self.branches(arms, otherwise, span),
            ExprKind::Else(items) => self.first_defined(items, span),
            ExprKind::Record(fields) => self.record(fields),
            ExprKind::After { value, bars } => self.after(value, bars, span),
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Between { operand, lo, hi } => self.between(operand, lo, hi, span),
            ExprKind::Every { value, schedule } => self.every(value, schedule, span),
            ExprKind::Feed(name) => {
                let kind = FeedKind::External(name.name.clone());
                Value::Node(self.feed(kind, 0, span))
            }
            ExprKind::Within { from, to, zone } => self.within(from, to, zone.as_ref(), span),
            ExprKind::Loop {
                callee,
                var,
                lo,
                hi,
                body,
            } => self.static_loop(LoopParts {
                callee,
                var,
                lo,
                hi,
                body,
                span,
            }),
            ExprKind::Zone {
                pool,
                condition,
                by,
            } => {
                let by = by.as_ref().map(|(order, e)| (*order, &**e));
                self.zone_query(pool, condition, by, span)
            }
            ExprKind::Error => {
                self.torn = true;
                self.silent()
            }
        }
    }

    fn chain(
        &mut self,
        first: &'t Expr,
        rest: impl Iterator<Item = (Math2, &'t Expr)>,
        span: Span,
    ) -> Value {
        let mut total = self.number(first);
        let mut so_far = first.span;
        for (op, e) in rest {
            let next = self.number(e);
            let piece = Span::new(span.file, span.start, e.span.end);
            total = match (total, next) {
                (Some(a), Some(b)) => self.combine(op, (a, so_far), (b, e.span), piece),
                _ => None,
            };
            if let (Math2::Div, Some(b)) = (op, next) {
                self.note_divisor((b, e.span));
            }
            so_far = piece;
        }
        total.map_or(Value::Error, Value::Node)
    }

    /// Windows keep their own history, which a running step cannot give them.
    pub(super) fn outside_steps(&mut self, operands: &[(NodeId, Span)], what: &str) -> bool {
        let inside = operands
            .iter()
            .find(|(x, _)| self.builder.open_body(*x).is_some() || self.in_zone(*x));
        let Some((x, span)) = inside else {
            return true;
        };
        if self.in_zone(*x) {
            self.report(
                Diagnostic::error(
                    Code::WindowInState,
                    *span,
                    format!("{what} cannot look at the past of a single zone"),
                )
                .hint("a zone remembers what it keeps, and one bar of its `next` values"),
            );
            return false;
        }
        self.report(
            Diagnostic::error(
                Code::WindowInState,
                *span,
                format!("{what} cannot look at a member of a state that is still being computed"),
            )
            .hint("take it outside, over the finished series"),
        );
        false
    }

    /// Whether a value belongs to a single zone.
    pub(super) fn in_zone(&self, x: NodeId) -> bool {
        self.builder.unit.node(x).zone.is_some()
    }

    fn logic(&mut self, items: &'t [Expr], joined: Joined, span: Span) -> Value {
        let join = match joined {
            Joined::Any => Kind::Or,
            Joined::All | Joined::Require => Kind::And,
        };
        let mut all: Option<NodeId> = None;
        let mut failed = items.is_empty();
        let mut noted = Vec::with_capacity(items.len());
        for e in items {
            match self.condition(e) {
                Some(one) => {
                    noted.push((one, e.span));
                    all = Some(match all {
                        Some(all) => self.builder.add(join(all, one), span),
                        None => one,
                    });
                }
                None => failed = true,
            }
        }
        match all {
            Some(id) if !failed => {
                self.note_list(joined, noted);
                Value::Node(id)
            }
            _ => Value::Error,
        }
    }

    fn branches(&mut self, arms: &'t [(Expr, Expr)], otherwise: &'t Expr, span: Span) -> Value {
        let conditions: Vec<Option<NodeId>> =
            self.in_guard(|this| arms.iter().map(|(c, _)| this.condition(c)).collect());
        let values = arms.iter().map(|(_, v)| v).chain([otherwise]);
        let values: Vec<(Value, Span)> =
            self.in_branch(|this| values.map(|v| (this.expr(v), v.span)).collect());
        // All branches are of one type: that of the first which is more than `na`.
        let nodes = self.alike(&values, "branch");
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
        let values: Vec<(Value, Span)> =
            self.in_branch(|this| items.iter().map(|e| (this.expr(e), e.span)).collect());
        let nodes = self.alike(&values, "value");
        let mut result = nodes.last().copied().flatten();
        for v in nodes.iter().rev().skip(1) {
            result = match (v, result) {
                (Some(v), Some(r)) => Some(self.builder.add(Kind::Coalesce(*v, r), span)),
                _ => None,
            };
        }
        result.map_or(Value::Error, Value::Node)
    }

    /// The nodes of values that stand for one another, all of the type of the first that is more
    /// than `na`.
    fn alike(&mut self, values: &[(Value, Span)], what: &str) -> Vec<Option<NodeId>> {
        let mut nodes = self.of_one_type(values, what);
        // The first whose unit is known is what the others are held against.
        let mut known: Option<(NodeId, Span)> = None;
        for (node, (_, span)) in nodes.iter_mut().zip(values) {
            let Some(id) = *node else { continue };
            match known {
                Some(first) if self.clashes(Meeting::Choice, first, (id, *span)) => *node = None,
                Some(first) if self.builder.dimension(first.0).is_known() => {}
                _ => known = Some((id, *span)),
            }
        }
        nodes
    }

    fn of_one_type(&mut self, values: &[(Value, Span)], what: &str) -> Vec<Option<NodeId>> {
        let first = values.iter().find_map(|(v, span)| match v {
            Value::Node(id) if !self.is_na(v) && self.builder.ty(*id) != Ty::Any => {
                Some((self.builder.ty(*id), *span))
            }
            _ => None,
        });
        let (ty, first) = match first {
            Some((ty, span)) => (ty, Some(span)),
            None => (Ty::Number, None),
        };
        values
            .iter()
            .map(|(v, span)| {
                let fits = match v {
                    Value::Node(id) => {
                        let found = self.builder.ty(*id);
                        found == ty || found == Ty::Any || (ty == Ty::Bool && self.is_na(v))
                    }
                    _ => true,
                };
                if fits {
                    return self.want(v, *span, ty);
                }
                let mut report = self.wrong_type(v, *span, ty);
                if let Some(first) = first {
                    let found = if ty == Ty::Bool {
                        "a condition"
                    } else {
                        "a number"
                    };
                    report = report.related(first, format!("the first {what} is {found}"));
                }
                self.report(report);
                None
            })
            .collect()
    }

    fn record(&mut self, fields: &'t [(Ident, Option<Expr>)]) -> Value {
        let mut out: Vec<(String, NodeId)> = Vec::new();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut failed = false;
        for (name, value) in fields {
            let (value, span) = match value {
                Some(e) => (self.expr(e), e.span),
                None => (self.name(&name.name, name.span), name.span),
            };
            if let Some(first) = seen.insert(&name.name, name.span) {
                let report = Diagnostic::error(
                    Code::DuplicateName,
                    name.span,
                    format!("the record has `{}` twice", name.name),
                );
                self.report(report.related(first, "first given here"));
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
            c.outside_steps(&[(x, value.span)], "`after`")
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
}
