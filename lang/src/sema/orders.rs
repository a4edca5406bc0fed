//! Entries and exits: sides, conditions, prices, sizes and memory.

use std::rc::Rc;

use super::Checker;
use super::scope::{Binding, Lint, Value};
use crate::diag::{Code, Diagnostic};
use crate::hir::{self, Input, Kind, NodeId, Order, OrderKind, Signal, Size, Slicing};
use crate::source::Span;
use crate::syntax::ast::{
    Clause, ClauseKind, EnterStmt, ExitStmt, Expr, ExprKind, Ident, LegOrder, ListKind, NumberUnit,
    Side, TimeInForce,
};

/// What the clauses of a statement say.
#[derive(Default)]
struct Said {
    order: Order,
    keep: Vec<(u32, NodeId)>,
    failed: bool,
}

impl<'t> Checker<'t, '_> {
    /// `enter …`
    pub(super) fn enter_stmt(&mut self, enter: &'t EnterStmt, span: Span) {
        let terms = self.terms(&enter.when);
        let said = self.clauses(&enter.clauses, "an entry");
        let legs = self.leg_orders(&enter.legs);
        let count = self.builder.unit.entries.len();
        let tag = self.tag(enter.tag.as_ref(), "entry", count);
        self.at_most(count + 1, "entries", span);
        let (Some((when, terms)), Some(legs)) = (terms, legs) else {
            return;
        };
        if said.failed {
            return;
        }
        self.builder.unit.entries.push(Signal {
            tag,
            when,
            terms,
            side: side(enter.side),
            portion: None,
            order: said.order,
            keep: said.keep,
            legs,
            span,
        });
    }

    /// `exit …`
    pub(super) fn exit_stmt(&mut self, exit: &'t ExitStmt, span: Span) {
        let terms = self.terms(&exit.when);
        let said = self.clauses(&exit.clauses, "an exit");
        let portion = exit
            .portion
            .as_ref()
            .map(|e| self.share(e, "the part that is closed"));
        if exit.all
            && let Some(e) = &exit.portion
        {
            self.error(
                Code::BadOrder,
                e.span,
                "`all` and a part exclude each other",
            );
            return;
        }
        let count = self.builder.unit.exits.len();
        let tag = self.tag(exit.tag.as_ref(), "exit", count);
        self.at_most(count + 1, "exits", span);
        let Some((when, terms)) = terms else { return };
        if said.failed || portion == Some(None) {
            return;
        }
        self.builder.unit.exits.push(Signal {
            tag,
            when,
            terms,
            side: hir::Side::Long,
            portion: portion.flatten(),
            order: said.order,
            keep: Vec::new(),
            legs: Vec::new(),
            span,
        });
    }

    /// A condition, and the conditions that it lists, each with its place.
    pub(super) fn terms(&mut self, when: &'t Expr) -> Option<(NodeId, Vec<(NodeId, Span)>)> {
        let id = self.condition(when)?;
        let mut plain = when;
        while let ExprKind::Paren(inner) = &plain.kind {
            plain = inner;
        }
        let items: Vec<&'t Expr> = match &plain.kind {
            ExprKind::And(items)
            | ExprKind::List {
                kind: ListKind::All,
                items,
            } => items.iter().collect(),
            _ => vec![plain],
        };
        let mut terms = Vec::with_capacity(items.len());
        for e in items {
            // Equal expressions are one node: nothing is built or reported again.
            terms.push((self.condition(e)?, e.span));
        }
        Some((id, terms))
    }

    /// A share between 0% and 100% that is known before the first bar.
    fn share(&mut self, e: &'t Expr, what: &str) -> Option<NodeId> {
        let id = self.number(e)?;
        if self.builder.stage(id).series {
            let part = self.series_part(e);
            self.error(
                Code::WrongStage,
                part,
                format!(
                    "{what} must be known before the first bar, but this changes from bar to bar"
                ),
            );
            return None;
        }
        if let Some(v) = self.builder.constant(id)
            && !(v > 0.0 && v <= 1.0)
        {
            let report = Diagnostic::error(
                Code::BadOrder,
                e.span,
                format!("{what} is {v}; it must lie between 0% and 100%"),
            );
            self.report(if v > 1.0 && v <= 100.0 {
                let text = format!("{v}%");
                report.suggest(format!("write `{text}`"), vec![(e.span, text)])
            } else {
                report
            });
            return None;
        }
        Some(id)
    }

    /// The clauses of an order; of those that exclude each other one may stand.
    fn clauses(&mut self, clauses: &'t [Clause], what: &str) -> Said {
        let mut said = Said::default();
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for clause in clauses {
            let (group, word) = subject(&clause.kind);
            if !matches!(clause.kind, ClauseKind::Keep(..)) {
                if let Some((_, first)) = seen.iter().find(|(g, _)| *g == group) {
                    self.report(
                        Diagnostic::error(
                            Code::BadOrder,
                            clause.span,
                            format!("{what} has one {group}, so `{word}` is one too many"),
                        )
                        .related(*first, "the first stands here"),
                    );
                    said.failed = true;
                }
                seen.push((group, clause.span));
                if word != "market" {
                    said.order.words.push((word, clause.span));
                }
            }
            said.failed |= self
                .clause(clause, &mut said.order, &mut said.keep)
                .is_none();
        }
        let market = matches!(said.order.kind, OrderKind::Market);
        let passive = clauses.iter().find(|c| c.kind == ClauseKind::PostOnly);
        if let (true, Some(clause), false) = (market, passive, what == "a quote") {
            self.report(
                Diagnostic::error(
                    Code::BadOrder,
                    clause.span,
                    "a market order always takes liquidity, so `post_only` would refuse it",
                )
                .hint("give it a price: `limit …`"),
            );
            said.failed = true;
        }
        said
    }

    fn clause(
        &mut self,
        clause: &'t Clause,
        order: &mut Order,
        keep: &mut Vec<(u32, NodeId)>,
    ) -> Option<()> {
        match &clause.kind {
            ClauseKind::Market => order.kind = OrderKind::Market,
            ClauseKind::Limit(p) => {
                order.kind = OrderKind::Limit(self.price(p, "the price of an order")?)
            }
            ClauseKind::Stop(p) => {
                order.kind = OrderKind::Stop(self.price(p, "the price of an order")?)
            }
            ClauseKind::StopLimit(p, q) => {
                let what = "the price of an order";
                let (p, q) = (self.price(p, what), self.price(q, what));
                order.kind = OrderKind::StopLimit(p?, q?);
            }
            ClauseKind::Trailing(d) => {
                order.kind = OrderKind::Trailing(self.share(d, "the distance of the order")?);
            }
            ClauseKind::Bracket(p, q) => {
                let what = "the price of an order";
                let (p, q) = (self.price(p, what), self.price(q, what));
                order.kind = OrderKind::Bracket(p?, q?);
            }
            ClauseKind::Oco(p, q) => {
                let what = "the price of an order";
                let (p, q) = (self.price(p, what), self.price(q, what));
                order.kind = OrderKind::Oco(p?, q?);
            }
            ClauseKind::Size(e) => order.size = Some(self.plain_size(e)?),
            ClauseKind::SizeOfEquity(e) => {
                order.size = Some(Size::OfEquity(self.share(e, "the size")?));
            }
            ClauseKind::SizeRisk(e) => order.size = Some(Size::Risk(self.share(e, "the risk")?)),
            ClauseKind::TimeInForce(t) => {
                order.time_in_force = Some(match t {
                    TimeInForce::Day => hir::TimeInForce::Day,
                    TimeInForce::Gtc => hir::TimeInForce::Gtc,
                    TimeInForce::Ioc => hir::TimeInForce::Ioc,
                    TimeInForce::Fok => hir::TimeInForce::Fok,
                });
            }
            ClauseKind::PostOnly => order.post_only = true,
            ClauseKind::ReduceOnly => order.reduce_only = true,
            ClauseKind::Iceberg(e) => order.iceberg = Some(self.number(e)?),
            ClauseKind::Twap(e) => order.slicing = Some(Slicing::Twap(self.number(e)?)),
            ClauseKind::Vwap(e) => order.slicing = Some(Slicing::Vwap(self.number(e)?)),
            ClauseKind::Tolerance(e) => order.tolerance = Some(self.number(e)?),
            ClauseKind::Keep(name, e) => self.keep(name, e, keep)?,
        }
        Some(())
    }

    /// `size 0.5`; a percentage says of what.
    fn plain_size(&mut self, e: &'t Expr) -> Option<Size> {
        if let ExprKind::Number(n) = &e.kind
            && matches!(n.unit, NumberUnit::Percent | NumberUnit::BasisPoint)
        {
            let end = Span::new(e.span.file, e.span.end, e.span.end);
            self.report(
                Diagnostic::error(
                    Code::BadOrder,
                    e.span,
                    format!("{} of what?", n.text),
                )
                .hint(format!(
                    "`size {0} of equity` uses {0} of the capital, `size risk {0}` loses it at the stop",
                    n.text
                ))
                .suggest("write `of equity`", vec![(end, " of equity".to_owned())]),
            );
            return None;
        }
        let id = self.number(e)?;
        if let Some(v) = self.builder.constant(id)
            && (v.is_nan() || v <= 0.0)
        {
            self.error(
                Code::BadOrder,
                e.span,
                format!("the size is {v}; it must be above 0"),
            );
            return None;
        }
        Some(Size::Units(id))
    }

    /// `keep h0 = h`: what the trade remembers, read by that name from here on.
    fn keep(&mut self, name: &'t Ident, e: &'t Expr, keep: &mut Vec<(u32, NodeId)>) -> Option<()> {
        let value = self.expr(e);
        let fields: Vec<(String, NodeId)> = match &value {
            Value::Node(id) => vec![(String::new(), *id)],
            Value::Record(fields) | Value::Zone(fields) => fields.to_vec(),
            other => {
                self.want_number(&other.clone(), e.span);
                if !self.is_defined_here(&name.name) {
                    self.define(name, Binding::Value(Value::Error), Lint::Off);
                }
                return None;
            }
        };
        let mut kept = Vec::with_capacity(fields.len());
        for (field, id) in fields {
            let full = match field.as_str() {
                "" => name.name.clone(),
                field => format!("{}.{field}", name.name),
            };
            let names = &mut self.builder.unit.plan.kept;
            let at = match names.iter().position(|n| *n == full) {
                Some(at) => at,
                None => {
                    names.push(full);
                    names.len() - 1
                }
            };
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            keep.push((at, id));
            let read = self.builder.add(Kind::Input(Input::Kept(at)), name.span);
            kept.push((field, read));
        }
        let remembered = match (&value, &kept[..]) {
            (Value::Zone(_), _) => Value::Zone(Rc::new(kept)),
            (Value::Record(_), _) => Value::Record(Rc::new(kept)),
            (_, [(_, id)]) => Value::Node(*id),
            _ => Value::Error,
        };
        // Several entries may remember under one name.
        let known = self.scopes.last().and_then(|s| s.names.get(&name.name));
        match known.map(|entry| (&entry.binding, entry.span)) {
            None => self.define(name, Binding::Value(remembered), Lint::Off),
            Some((Binding::Value(v), _)) if *v == remembered => {}
            Some((_, first)) => self.twice(name, first),
        }
        Some(())
    }

    /// `{ sell a 1  buy b h }`
    fn leg_orders(&mut self, legs: &'t [LegOrder]) -> Option<Vec<hir::LegOrder>> {
        let mut found: Vec<hir::LegOrder> = Vec::with_capacity(legs.len());
        let mut failed = false;
        for order in legs {
            let ratio = self.number(&order.ratio);
            let at = (self.builder.unit.plan.legs.iter()).position(|l| l.name == order.leg.name);
            let Some(at) = at.and_then(|at| u32::try_from(at).ok()) else {
                let names: Vec<String> = self
                    .builder
                    .unit
                    .plan
                    .legs
                    .iter()
                    .map(|l| format!("`{}`", l.name))
                    .collect();
                let report = Diagnostic::error(
                    Code::BadLeg,
                    order.leg.span,
                    format!("there is no leg `{}`", order.leg.name),
                );
                self.report(if names.is_empty() {
                    report.hint("name the legs first: `legs a = \"BTC/USDT\", b = \"ETH/USDT\"`")
                } else {
                    report.hint(format!("the legs are {}", names.join(", ")))
                });
                failed = true;
                continue;
            };
            if found.iter().any(|l| l.leg == at) {
                self.error(
                    Code::BadLeg,
                    order.leg.span,
                    format!("the leg `{}` is ordered twice", order.leg.name),
                );
                failed = true;
                continue;
            }
            match ratio {
                Some(ratio) => found.push(hir::LegOrder {
                    leg: at,
                    side: side(order.side),
                    ratio,
                }),
                None => failed = true,
            }
        }
        (!failed).then_some(found)
    }

    /// The clauses of a quote.
    pub(super) fn quote_order(&mut self, clauses: &'t [Clause]) -> Option<Order> {
        let said = self.clauses(clauses, "a quote");
        if let Some(clause) = clauses
            .iter()
            .find(|c| matches!(c.kind, ClauseKind::Keep(..)))
        {
            self.error(
                Code::BadOrder,
                clause.span,
                "a quote is no trade yet, so it cannot `keep` anything",
            );
            return None;
        }
        (!said.failed).then_some(said.order)
    }
}

/// What a clause decides, and the word it begins with.
fn subject(kind: &ClauseKind) -> (&'static str, &'static str) {
    match kind {
        ClauseKind::Market => ("kind of order", "market"),
        ClauseKind::Limit(_) => ("kind of order", "limit"),
        ClauseKind::Stop(_) => ("kind of order", "stop"),
        ClauseKind::StopLimit(..) => ("kind of order", "stop_limit"),
        ClauseKind::Trailing(_) => ("kind of order", "trailing"),
        ClauseKind::Bracket(..) => ("kind of order", "bracket"),
        ClauseKind::Oco(..) => ("kind of order", "oco"),
        ClauseKind::Size(_) | ClauseKind::SizeOfEquity(_) | ClauseKind::SizeRisk(_) => {
            ("size", "size")
        }
        ClauseKind::TimeInForce(t) => (
            "time in force",
            match t {
                TimeInForce::Day => "day",
                TimeInForce::Gtc => "gtc",
                TimeInForce::Ioc => "ioc",
                TimeInForce::Fok => "fok",
            },
        ),
        ClauseKind::PostOnly => ("`post_only`", "post_only"),
        ClauseKind::ReduceOnly => ("`reduce_only`", "reduce_only"),
        ClauseKind::Iceberg(_) => ("shown quantity", "iceberg"),
        ClauseKind::Twap(_) => ("slicing", "twap"),
        ClauseKind::Vwap(_) => ("slicing", "vwap"),
        ClauseKind::Tolerance(_) => ("tolerance", "tolerance"),
        ClauseKind::Keep(..) => ("memory", "keep"),
    }
}

fn side(side: Side) -> hir::Side {
    match side {
        Side::Long => hir::Side::Long,
        Side::Short => hir::Side::Short,
    }
}
