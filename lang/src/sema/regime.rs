//! Regimes: scores to a class, its confidence, and a class that changes only when it is confirmed.
//!
//! On each bar the greatest score gives the raw class, the first written of equal ones. A bar on
//! which `unknown when` holds, or no score is known, has the class `unknown` and confidence 0,
//! and leaves the rest as it is. Of the other bars the first is accepted at once; later the class
//! changes on the last of `confirm` bars in a row, unknown ones left out, with one and the same
//! new raw class. All of it is built of ordinary nodes, so every executor runs it.

use std::rc::Rc;

use super::check::{first_line, item_style};
use super::enums::{EnumId, UNKNOWN};
use super::scope::{Binding, Lint, Value};
use super::{Checker, Place};
use crate::diag::{Code, Diagnostic};
use crate::hir::{self, Compare, Kind, Math2, NodeId, Start};
use crate::source::Span;
use crate::syntax::ast::{BodyItem, Expr, Ident, Item, ItemKind, StateStep, Stmt, StmtKind};

/// What every regime gives beside its scores and `let`s.
const GIVEN: &[&str] = &["class", "raw", "confidence", "best", "second"];

/// Bars that transitions are counted over where nothing is written.
const TRANSITIONS: u32 = 50;

/// A regime's statements while they are read.
#[derive(Default)]
struct Parts<'t> {
    scores: Vec<(&'t Ident, Option<NodeId>)>,
    confidence: Option<&'t Expr>,
    unknown: Option<&'t Expr>,
    confirm: Option<NodeId>,
    transitions: Option<u32>,
    failed: bool,
}

/// A regime that was built, its names still in scope.
pub(super) struct Built {
    /// Everything that it gives, by name.
    pub(super) outputs: Vec<(String, Value)>,
    confirm: NodeId,
    transitions: u32,
}

impl<'t> Checker<'t, '_> {
    /// Checks a regime on its own.
    pub(super) fn regime(&mut self, item: &'t Item, body: &'t BodyItem) -> Option<hir::Regime> {
        let id = self.enum_id(item)?;
        if self.lint {
            item_style(&body.name, self.sink);
        }
        let built = self.regime_unit(id, item, body);
        self.pop_scope();
        self.outgrown(body.name.span, &format!("`{}`", body.name.name));
        let failed = self.incomplete || self.torn || self.sink.errors() > self.errors_before;
        let built = built.filter(|_| !failed)?;
        self.verdicts();
        Some(hir::Regime {
            name: body.name.name.clone(),
            classes: self.enum_labels(id),
            unit: std::mem::take(&mut self.builder.unit),
            confirm: built.confirm,
            transitions: built.transitions,
            span: item.span,
        })
    }

    /// Fills the unit with a regime, whose names stay in scope.
    pub(super) fn regime_unit(
        &mut self,
        id: EnumId,
        item: &'t Item,
        body: &'t BodyItem,
    ) -> Option<Built> {
        self.builder.unit.name.clone_from(&body.name.name);
        self.builder.unit.doc = first_line(item.doc.as_deref());
        self.place = Place::Regime;
        self.push_body(&body.body, true);
        self.timeframe_of(&body.body);
        self.params(&body.body);
        self.open_regimes.push(id);
        let built = self.regime_body(id, body, true);
        self.open_regimes.pop();
        for (name, value) in built.iter().flat_map(|b| &b.outputs) {
            self.output(name, value);
        }
        built
    }

    /// A regime where its name is read: what it gives with its parameters at their defaults.
    pub(super) fn regime_value(&mut self, id: EnumId, span: Span) -> Value {
        if let Some(known) = self.regimes.get(&id) {
            return known.clone();
        }
        let Some(def) = self.program.enums.get(id.0 as usize) else {
            return self.silent();
        };
        let ItemKind::Regime(body) = &def.item.kind else {
            return self.silent();
        };
        if self.open_regimes.contains(&id) {
            // Reported even where the regime is unfolded for another one: it may be seen nowhere else.
            if !self.program.circular.replace(true) {
                self.sink.push(
                    Diagnostic::error(
                        Code::RecursiveFunction,
                        span,
                        format!("`{}` needs its own class", body.name.name),
                    )
                    .hint("take what both need into a function"),
                );
            }
            return self.silent();
        }
        let module = std::mem::replace(&mut self.module, def.module);
        let place = std::mem::replace(&mut self.place, Place::Regime);
        self.muted += 1;
        self.open_regimes.push(id);
        self.push_body(&body.body, true);
        for stmt in &body.body {
            if let StmtKind::Param(p) = &stmt.kind {
                let value = match self.param(p) {
                    Some(param) => {
                        let node = self.builder.number(param.default, p.default.span);
                        match self.enum_of_type(p.ty.as_ref()) {
                            Some(of) => Value::Enum(of, node),
                            None => Value::Node(node),
                        }
                    }
                    None => Value::Error,
                };
                self.define(&p.name, Binding::Value(value), Lint::Off);
            }
        }
        let built = self.regime_body(id, body, false);
        self.scopes.pop();
        self.open_regimes.pop();
        self.muted -= 1;
        self.module = module;
        self.place = place;
        let value = match built {
            Some(built) => Value::Outputs(Rc::new(built.outputs)),
            // Its faults are reported where it stands.
            None => self.silent(),
        };
        self.regimes.insert(id, value.clone());
        value
    }

    /// The statements of a regime whose parameters are in scope; `own` where it is the unit.
    fn regime_body(&mut self, id: EnumId, body: &'t BodyItem, own: bool) -> Option<Built> {
        let mut parts = Parts::default();
        for stmt in &body.body {
            self.regime_statement(stmt, &body.body, own, &mut parts);
        }
        let torn = body.body.iter().any(|s| s.kind == StmtKind::Error);
        if parts.scores.len() < 2 && !torn {
            let count = if parts.scores.is_empty() { "no" } else { "one" };
            self.report(
                Diagnostic::error(
                    Code::FewScores,
                    body.name.span,
                    format!(
                        "`{}` has {count} score, so there is nothing to choose",
                        body.name.name
                    ),
                )
                .hint("give each class a line `score name = …`, at least two"),
            );
            parts.failed = true;
        }
        let at = body.name.span;
        // Names are in scope to the end, whatever comes of the scores.
        let ranked = self.ranked(&parts.scores, at);
        let names = [
            ("best", ranked.map(|r| r.1)),
            ("second", ranked.map(|r| r.2)),
        ];
        for (name, node) in names {
            let value = node.map_or(Value::Error, Value::Node);
            self.give(name, value, at);
        }
        let confidence = match parts.confidence {
            Some(e) => self.number(e),
            None => Some(self.builder.number(1.0, at)),
        };
        let unknown = match parts.unknown {
            Some(e) => self.condition(e),
            None => Some(self.builder.add(Kind::Bool(false), at)),
        };
        let confirm = match parts.confirm {
            Some(n) => n,
            None => self.builder.number(1.0, at),
        };
        let lets = self.regime_lets(&body.body);
        let (raw, best, second) = ranked?;
        let (confidence, unknown) = (confidence?, unknown?);
        if parts.failed || torn {
            return None;
        }
        #[allow(clippy::cast_precision_loss)] // far below 2^53
        let none = self.builder.number(parts.scores.len() as f64, at);
        let missing = self.builder.add(Kind::IsNa(best), at);
        let invalid = self.builder.add(Kind::Or(unknown, missing), at);
        let raw = self.builder.add(Kind::Select(invalid, none, raw), at);
        let zero = self.builder.number(0.0, at);
        let confidence = self
            .builder
            .add(Kind::Select(invalid, zero, confidence), at);
        let held = self.confirmed(raw, invalid, none, confirm, at);
        let class = self.builder.add(Kind::Select(invalid, none, held), at);
        self.give("class", Value::Enum(id, class), at);
        self.give("raw", Value::Enum(id, raw), at);
        self.give("confidence", Value::Node(confidence), at);
        let mut outputs = vec![
            ("class".to_owned(), Value::Enum(id, class)),
            ("raw".to_owned(), Value::Enum(id, raw)),
            ("confidence".to_owned(), Value::Node(confidence)),
            ("best".to_owned(), Value::Node(best)),
            ("second".to_owned(), Value::Node(second)),
        ];
        for (name, score) in &parts.scores {
            outputs.push((name.name.clone(), Value::Node((*score)?)));
        }
        outputs.extend(lets);
        Some(Built {
            outputs,
            confirm,
            transitions: parts.transitions.unwrap_or(TRANSITIONS),
        })
    }

    fn regime_statement(
        &mut self,
        stmt: &'t Stmt,
        body: &'t [Stmt],
        own: bool,
        parts: &mut Parts<'t>,
    ) {
        let once = match &stmt.kind {
            StmtKind::Confidence(_) => Some("confidence"),
            StmtKind::Unknown(_) => Some("unknown when"),
            StmtKind::Confirm(_) => Some("confirm"),
            StmtKind::Transitions(_) => Some("transitions"),
            StmtKind::Timeframe { .. } => Some("timeframe"),
            _ => None,
        };
        if let Some(word) = once
            && let Some(first) = self.first_of(stmt, body)
        {
            self.stated_twice("a regime", stmt.span, first, word);
            parts.failed = true;
            return;
        }
        match &stmt.kind {
            // The timeframe and the parameters were read first.
            StmtKind::Param(_) | StmtKind::Timeframe { .. } => {}
            StmtKind::Error => self.unread(stmt),
            StmtKind::Require(e) => {
                if let (Some(id), true) = (self.parameter_condition(e, "`require`"), own) {
                    let words = self.program.map.slice(e.span).to_owned();
                    self.builder.unit.requires.push((id, words));
                }
            }
            StmtKind::Let { .. } | StmtKind::Rec { .. } | StmtKind::State(_) => {
                self.definition(stmt);
            }
            StmtKind::Score { name, value } => self.score(name, value, parts),
            StmtKind::Confidence(e) => parts.confidence = Some(e),
            StmtKind::Unknown(e) => parts.unknown = Some(e),
            StmtKind::Confirm(e) => match self.length(e, 1, "`confirm`") {
                Some(n) => parts.confirm = Some(n),
                None => parts.failed = true,
            },
            StmtKind::Transitions(e) => match self.transitions(e) {
                Some(n) => parts.transitions = Some(n),
                None => parts.failed = true,
            },
            other => {
                let word = super::strategy::statement_word(other);
                self.torn = true;
                parts.failed = true;
                self.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        stmt.span,
                        format!("{} does not belong in a regime", super::strategy::quoted(word)),
                    )
                    .hint(
                        "a regime holds `timeframe`, `param`, `require`, `let`, `rec`, `state`, `score`, `confidence`, `unknown when`, `confirm` and `transitions`",
                    ),
                );
            }
        }
    }

    fn score(&mut self, name: &'t Ident, value: &'t Expr, parts: &mut Parts<'t>) {
        let score = self.number(value);
        parts.failed |= score.is_none();
        self.style_lint(name);
        if name.name == UNKNOWN || GIVEN.contains(&name.name.as_str()) {
            let report = Diagnostic::error(
                Code::DuplicateName,
                name.span,
                format!("every regime has `{}` of its own", name.name),
            );
            self.report(report.hint(if name.name == UNKNOWN {
                "say with `unknown when …` when a bar cannot be judged"
            } else {
                "give the class another name"
            }));
            parts.failed = true;
            return;
        }
        if let Some((first, _)) = parts.scores.iter().find(|(n, _)| n.name == name.name) {
            let first = first.span;
            self.twice(name, first);
            parts.failed = true;
            return;
        }
        parts.scores.push((name, score));
    }

    /// The number of bars in `transitions over n bars`.
    fn transitions(&mut self, e: &'t Expr) -> Option<u32> {
        let id = self.length(e, 2, "`transitions over`")?;
        let Some(n) = self.builder.constant(id) else {
            self.report(
                Diagnostic::error(
                    Code::WrongStage,
                    e.span,
                    "`transitions over` takes a written number of bars",
                )
                .hint("it describes the past and is no part of the class, so it is not swept"),
            );
            return None;
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a checked length
        Some(n as u32)
    }

    /// Binds what a regime gives by itself; a `let` of that name is reported.
    fn give(&mut self, name: &str, value: Value, at: Span) {
        let taken = self.scopes.last().and_then(|s| s.names.get(name));
        if let Some(span) = taken.map(|entry| entry.span).filter(|span| *span != at) {
            self.report(
                Diagnostic::error(
                    Code::DuplicateName,
                    span,
                    format!("every regime has `{name}` of its own"),
                )
                .hint("give it another name"),
            );
            self.silent();
            return;
        }
        let name = Ident {
            name: name.to_owned(),
            span: at,
        };
        self.define(&name, Binding::Value(value), Lint::Off);
    }

    /// The `let`s of a regime with their values, in written order. They count as used: who names
    /// the regime sees them.
    fn regime_lets(&mut self, body: &'t [Stmt]) -> Vec<(String, Value)> {
        let mut names: Vec<&'t Ident> = Vec::new();
        for stmt in body {
            match &stmt.kind {
                StmtKind::Let { name, .. } | StmtKind::Rec { name, .. } => names.push(name),
                StmtKind::State(block) => {
                    names.extend(block.steps.iter().map(|s| match s {
                        StateStep::Let(name, _) | StateStep::Assign(name, _) => name,
                    }));
                }
                _ => {}
            }
        }
        let mut out: Vec<(String, Value)> = Vec::with_capacity(names.len());
        for name in names {
            if self.is_defined_here(&name.name) && !out.iter().any(|(n, _)| *n == name.name) {
                out.push((name.name.clone(), self.name(&name.name, name.span)));
            }
        }
        out
    }

    /// The number of the greatest score, it, and the next; missing scores are passed over.
    fn ranked(
        &mut self,
        scores: &[(&'t Ident, Option<NodeId>)],
        at: Span,
    ) -> Option<(NodeId, NodeId, NodeId)> {
        let mut all = scores
            .iter()
            .map(|(name, score)| Some(((*score)?, name.span)));
        let (mut best, _) = all.next()??;
        let mut winner = self.builder.number(0.0, at);
        let mut second = self.builder.na(at);
        let mut count = 0.0;
        for score in all {
            let (score, span) = score?;
            count += 1.0;
            let number = self.builder.number(count, at);
            let above = self.exceeds(score, best, span);
            let next = {
                let above = self.exceeds(score, second, span);
                self.builder.add(Kind::Select(above, score, second), span)
            };
            second = self.builder.add(Kind::Select(above, best, next), span);
            best = self.builder.add(Kind::Select(above, score, best), span);
            winner = self.builder.add(Kind::Select(above, number, winner), span);
        }
        Some((winner, best, second))
    }

    /// Whether a is above b, or b is missing.
    fn exceeds(&mut self, a: NodeId, b: NodeId, span: Span) -> NodeId {
        let above = self.builder.add(Kind::Compare(Compare::Lt, b, a), span);
        let missing = self.builder.add(Kind::IsNa(b), span);
        self.builder.add(Kind::Or(above, missing), span)
    }

    /// The class that is held: the first that is known, then each that `confirm` bars agree on.
    fn confirmed(
        &mut self,
        raw: NodeId,
        invalid: NodeId,
        none: NodeId,
        confirm: NodeId,
        at: Span,
    ) -> NodeId {
        let zero = self.builder.number(0.0, at);
        let one = self.builder.number(1.0, at);
        let b = &mut self.builder;
        let group = b.open_group(Start::Bar(zero));
        let last = b.add_member(group, "last", none, true, at);
        let streak = b.add_member(group, "streak", zero, true, at);
        let held = b.add_member(group, "held", none, true, at);
        let last_before = b.add(Kind::Prev(group, last, one), at);
        let streak_before = b.add(Kind::Prev(group, streak, one), at);
        let held_before = b.add(Kind::Prev(group, held, one), at);

        let keep = b.add(Kind::Select(invalid, last_before, raw), at);
        b.set_step(group, last, keep, at);

        let again = b.add(Kind::Compare(Compare::Eq, raw, last_before), at);
        let more = b.math2(Math2::Add, streak_before, one, at);
        let count = b.add(Kind::Select(again, more, one), at);
        let keep = b.add(Kind::Select(invalid, streak_before, count), at);
        let count = b.set_step(group, streak, keep, at);

        let first = b.add(Kind::Compare(Compare::Eq, held_before, none), at);
        let enough = b.add(Kind::Compare(Compare::Le, confirm, count), at);
        let accept = b.add(Kind::Or(first, enough), at);
        let next = b.add(Kind::Select(accept, raw, held_before), at);
        let keep = b.add(Kind::Select(invalid, held_before, next), at);
        b.set_step(group, held, keep, at);
        b.close_group(group);
        b.add(Kind::Member(group, held), at)
    }
}
