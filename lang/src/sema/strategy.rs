//! Strategies: statements to parameters, signals and stops.

use super::Checker;
use super::scope::{Binding, Lint, Value};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Event, Expr, ExprKind, NumberUnit, Stmt, StmtKind, StrategyItem};

/// Most parameters, entries, exits or flags of one strategy: one bit each.
const MOST: usize = 60;

/// The word a statement begins with.
pub(super) fn statement_word(kind: &StmtKind) -> &'static str {
    match kind {
        StmtKind::Timeframe { .. } => "timeframe",
        StmtKind::Param(_) => "param",
        StmtKind::Require(_) => "require",
        StmtKind::Flag { .. } => "flag",
        StmtKind::Let { .. } => "let",
        StmtKind::Rec { .. } => "rec",
        StmtKind::State(_) => "state",
        StmtKind::Return(_) => "return",
        StmtKind::Enter(_) => "enter",
        StmtKind::Exit(_) => "exit",
        StmtKind::Stop(_) => "stop",
        StmtKind::Trail { .. } => "trail",
        StmtKind::TakeProfit(_) | StmtKind::Ladder(_) => "take_profit",
        StmtKind::Pyramid(_) => "pyramid",
        StmtKind::Cooldown { .. } => "cooldown",
        StmtKind::Legs(_) => "legs",
        StmtKind::Zones(_) => "zones",
        StmtKind::Within(_) => "within",
        StmtKind::Execution(_) => "execution",
        StmtKind::On { event, .. } => match event {
            Event::Named(_) => "on",
            Event::Every(..) => "every",
        },
        StmtKind::For { .. } => "for",
        StmtKind::Quote(_) => "quote",
        StmtKind::Score { .. } => "score",
        StmtKind::Confidence(_) => "confidence",
        StmtKind::Unknown(_) => "unknown",
        StmtKind::Confirm(_) => "confirm",
        StmtKind::Transitions(_) => "transitions",
        StmtKind::Route(_) => "a row of a router",
        StmtKind::Override { .. } => "override",
        StmtKind::Suggest(_) => "suggest",
        StmtKind::OnSwitch { .. } => "on switch",
        StmtKind::Limit(_) => "a limit",
        StmtKind::Universe(_) => "universe",
        StmtKind::Rebalance(_) => "rebalance",
        StmtKind::Hold { .. } => "hold",
        StmtKind::Sweep { .. } => "sweep",
        StmtKind::Setting(_) => "a setting",
        StmtKind::With { .. } => "with",
        StmtKind::Column { .. } => "a column",
        StmtKind::Expect(_) => "expect",
        StmtKind::Error => "this",
    }
}

impl<'t> Checker<'t, '_> {
    /// Fills the unit from a strategy's statements.
    pub(super) fn strategy(&mut self, item: &'t StrategyItem, text: &str) {
        self.builder.unit.name.clone_from(&item.name.name);
        self.push_body(&item.body, false);
        self.timeframe_of(&item.body);
        let on = item.on.as_ref().and_then(|word| self.event_name(word));
        self.builder.unit.plan.on_span = item.on.as_ref().map(|word| word.span);
        self.is_tick = on.as_deref().is_some_and(|on| on != "bar");
        self.builder.unit.plan.on = on.unwrap_or_else(|| "bar".to_owned());
        self.params(&item.body);
        for stmt in &item.body {
            self.strategy_statement(stmt, &item.body, text);
        }
        let mut sessions = Vec::new();
        for stmt in &item.body {
            if let StmtKind::Within(e) = &stmt.kind {
                sessions.extend(self.condition(e).map(|id| (id, stmt.span)));
            }
        }
        self.sessions(&sessions);
        self.pop_scope();
        let broken = item.body.iter().any(|s| s.kind == StmtKind::Error);
        let unit = &self.builder.unit;
        let enters = item
            .body
            .iter()
            .any(|s| matches!(s.kind, StmtKind::Enter(_) | StmtKind::On { .. }));
        let leaves = !unit.exits.is_empty() || item.body.iter().any(|s| leaves(&s.kind));
        if !broken && !enters {
            self.report(
                Diagnostic::error(
                    Code::MissingEntry,
                    item.name.span,
                    format!("`{}` never enters", item.name.name),
                )
                .hint("add `enter long when …`"),
            );
        } else if !broken && !leaves {
            self.report(
                Diagnostic::warning(
                    Code::NoExit,
                    item.name.span,
                    format!("`{}` enters but never exits", item.name.name),
                )
                .hint("add `exit when …` or `stop 5%`"),
            );
        }
    }

    /// A strategy's parameters and `let`s alone, for an expression over them.
    pub(super) fn definitions(&mut self, item: &'t StrategyItem) {
        self.push_body(&item.body, false);
        self.timeframe_of(&item.body);
        self.params(&item.body);
        for stmt in &item.body {
            match &stmt.kind {
                StmtKind::Zones(block) => self.zones(block),
                StmtKind::Legs(legs) => self.legs(legs),
                _ => self.definition(stmt),
            }
        }
    }

    /// The timeframe is known before anything is computed.
    pub(super) fn timeframe_of(&mut self, body: &[Stmt]) {
        let first = body.iter().find_map(|s| match &s.kind {
            StmtKind::Timeframe { seconds, .. } => Some(*seconds),
            _ => None,
        });
        if let Some(seconds) = first.filter(|s| s.is_finite() && *s > 0.0) {
            self.builder.unit.timeframe = Some(seconds);
        }
    }

    /// Parameters first: a `require` may stand before the parameter that it names.
    pub(super) fn params(&mut self, body: &'t [Stmt]) {
        let params = body.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Param(p) => Some(p),
            _ => None,
        });
        for (count, p) in params.enumerate() {
            self.at_most(count + 1, "parameters", p.name.span);
            let value = match self.param(p) {
                Some(param) if count < MOST => {
                    let i = u32::try_from(self.builder.unit.params.len()).unwrap_or(u32::MAX);
                    self.builder.unit.params.push(param);
                    let node = self.builder.add(Kind::Param(i), p.name.span);
                    match self.enum_of_type(p.ty.as_ref()) {
                        Some(of) => Value::Enum(of, node),
                        None => Value::Node(node),
                    }
                }
                // One parameter too many was reported.
                Some(_) => self.silent(),
                None => Value::Error,
            };
            self.name_lints(&p.name);
            self.define(&p.name, Binding::Value(value), Lint::Unused);
        }
    }

    fn strategy_statement(&mut self, stmt: &'t Stmt, body: &'t [Stmt], text: &str) {
        match &stmt.kind {
            StmtKind::Timeframe { seconds, span, .. } => {
                if let Some(first) = self.first_of(stmt, body) {
                    self.twice_stated(stmt.span, first, "timeframe");
                } else if !seconds.is_finite() || *seconds <= 0.0 {
                    self.error(Code::WrongType, *span, "a bar lasts longer than nothing");
                }
            }
            StmtKind::Param(_) => {}
            StmtKind::Error => self.unread(stmt),
            StmtKind::Require(e) => {
                if let Some(id) = self.parameter_condition(e, "`require`") {
                    let words = slice(text, e.span);
                    self.builder.unit.requires.push((id, words));
                }
            }
            StmtKind::Flag { name, when } => {
                let id = self.parameter_condition(when, "`flag`");
                if self.builder.unit.flags.iter().any(|(n, _)| *n == name.name) {
                    let first = body.iter().find_map(|s| match &s.kind {
                        StmtKind::Flag { name: n, .. } if n.name == name.name => Some(n.span),
                        _ => None,
                    });
                    self.twice(name, first.unwrap_or(name.span));
                } else if let Some(id) = id {
                    self.builder.unit.flags.push((name.name.clone(), id));
                    self.at_most(self.builder.unit.flags.len(), "flags", stmt.span);
                }
            }
            StmtKind::Let { .. } | StmtKind::Rec { .. } | StmtKind::State(_) => {
                self.definition(stmt);
            }
            StmtKind::Return(_) => {
                self.report(Diagnostic::error(
                    Code::MisplacedStatement,
                    stmt.span,
                    "`return` belongs in a function",
                ));
            }
            StmtKind::Enter(enter) => self.enter_stmt(enter, stmt.span),
            StmtKind::Exit(exit) => self.exit_stmt(exit, stmt.span),
            StmtKind::Stop(level) => self.stop_level(level, stmt.span),
            StmtKind::Trail { level, once } => self.trail(level, once.as_ref(), stmt.span),
            StmtKind::TakeProfit(level) => self.target(level, stmt.span),
            StmtKind::Ladder(rows) => self.ladder(rows, stmt.span),
            StmtKind::Zones(block) => self.zones(block),
            StmtKind::Legs(legs) => self.legs(legs),
            StmtKind::Within(_) => {}
            StmtKind::On { event, body } => self.event_handler(event, body, stmt.span),
            StmtKind::For { var, .. } => self.stray_loop(var, stmt.span),
            StmtKind::Pyramid(_) | StmtKind::Cooldown { .. } | StmtKind::Execution(_) => {
                if let Some(first) = self.first_of(stmt, body) {
                    self.twice_stated(stmt.span, first, statement_word(&stmt.kind));
                    return;
                }
                match &stmt.kind {
                    StmtKind::Pyramid(e) => self.pyramid(e),
                    StmtKind::Cooldown { length, is_bars } => self.cooldown(length, *is_bars),
                    StmtKind::Execution(settings) => self.execution(settings),
                    _ => {}
                }
            }
            other => {
                let word = statement_word(other);
                self.torn = true;
                self.error(
                    Code::MisplacedStatement,
                    stmt.span,
                    format!("{} does not belong in a strategy", quoted(word)),
                );
            }
        }
    }

    /// The earlier statement of the same kind, for one that may stand once.
    pub(super) fn first_of(&self, stmt: &Stmt, body: &[Stmt]) -> Option<Span> {
        body.iter()
            .take_while(|s| s.span != stmt.span)
            .find(|s| std::mem::discriminant(&s.kind) == std::mem::discriminant(&stmt.kind))
            .map(|s| s.span)
    }

    fn twice_stated(&mut self, span: Span, first: Span, word: &str) {
        self.stated_twice("a strategy", span, first, word);
    }

    /// Reports a statement that may stand once; `what` is the item.
    pub(super) fn stated_twice(&mut self, what: &str, span: Span, first: Span, word: &str) {
        self.report(
            Diagnostic::error(
                Code::RepeatedStatement,
                span,
                format!("{what} has one `{word}`"),
            )
            .related(first, "the first stands here"),
        );
    }

    pub(super) fn at_most(&mut self, count: usize, what: &str, span: Span) {
        if count == MOST + 1 {
            self.error(
                Code::TooLarge,
                span,
                format!("a strategy has at most {MOST} {what}"),
            );
        }
    }

    pub(super) fn tag(
        &mut self,
        tag: Option<&(String, Span)>,
        default: &str,
        count: usize,
    ) -> String {
        match tag {
            Some((text, _)) => text.clone(),
            None if count == 0 => default.to_owned(),
            None => format!("{default} {}", count + 1),
        }
    }

    pub(super) fn parameter_condition(&mut self, e: &'t Expr, what: &str) -> Option<NodeId> {
        let id = self.of_parameters(|this| this.condition(e))?;
        if self.builder.stage(id).series {
            let part = self.series_part(e);
            self.report(
                Diagnostic::error(
                    Code::WrongStage,
                    part,
                    format!("{what} is about parameters, but this changes from bar to bar"),
                )
                .hint("put a condition on bars into `enter` or `exit`"),
            );
            return None;
        }
        if what == "`require`" {
            self.noted.requires.push((id, e.span));
        }
        Some(id)
    }

    /// `stop 3%`: a share of the entry price that is known before the first bar.
    pub(super) fn stop_share(&mut self, e: &'t Expr) -> Option<NodeId> {
        let id = self.number(e)?;
        if !self.is_share_of_price(id, e.span) {
            return None;
        }
        if self.builder.stage(id).series {
            let part = self.series_part(e);
            self.report(
                Diagnostic::error(
                    Code::WrongStage,
                    part,
                    "a stop is a share of the entry price, but this changes from bar to bar",
                )
                .hint("a level that changes is `stop at …`, with a price"),
            );
            return None;
        }
        let is_share = |v: f64| v > 0.0 && v < 1.0;
        if let Some(v) = self.builder.constant(id) {
            if !is_share(v) {
                let report = self.bad_stop(e, v);
                self.report(report);
                return None;
            }
        } else if let Some(over) = self.over_domain(id, |v| !is_share(v)) {
            let report = Diagnostic::error(
                Code::BadStop,
                e.span,
                format!("the stop is {}", self.values_in_words(&over)),
            )
            .label("expected a share between 0% and 100%")
            .hint("a loss of 3% is written `3%`, not `3`");
            let report = self.with_param(report, &over);
            self.report(report);
            return None;
        }
        Some(id)
    }

    /// The report about a stop of a number that is no share.
    fn bad_stop(&self, e: &Expr, v: f64) -> Diagnostic {
        let report = |text: String| Diagnostic::error(Code::BadStop, e.span, text);
        let is_percent = matches!(&e.kind, ExprKind::Number(n) if n.unit == NumberUnit::Percent);
        if v < 0.0 {
            let text = self.words(e.span).unwrap_or_default();
            let report = report("a stop is a loss, written without a sign".to_owned())
                .label("expected a share between 0% and 100%");
            match text.strip_prefix('-').map(str::trim_start) {
                Some(plain) if -v < 1.0 => {
                    report.fix(format!("write `{plain}`"), vec![(e.span, plain.to_owned())])
                }
                _ => report,
            }
        } else if v == 0.0 {
            report("a stop of nothing would close at the entry price".to_owned())
                .label("expected a share between 0% and 100%")
        } else if v.is_nan() {
            report("a stop of `na` is never reached".to_owned())
                .label("expected a share between 0% and 100%")
        } else if is_percent || v >= 100.0 {
            report("a stop at a loss of 100% or more is never reached".to_owned())
                .label("expected a share between 0% and 100%")
        } else {
            let text = format!("{v}%");
            let much = if v > 1.0 { "more than " } else { "" };
            report(format!("a stop of {v} is {much}the whole entry price"))
                .label("expected a share between 0% and 100%")
                // Three times the range, or three dollars, may have been meant as well.
                .suggest(format!("write `{text}`"), vec![(e.span, text)])
        }
    }
}

/// Whether a statement closes trades.
fn leaves(kind: &StmtKind) -> bool {
    matches!(
        kind,
        StmtKind::Exit(_)
            | StmtKind::Stop(_)
            | StmtKind::Trail { .. }
            | StmtKind::TakeProfit(_)
            | StmtKind::Ladder(_)
            | StmtKind::On { .. }
    )
}

/// A statement's word in a message; what is described in words stands without marks.
pub(super) fn quoted(word: &str) -> String {
    if word.starts_with("a ") {
        word.to_owned()
    } else {
        format!("`{word}`")
    }
}

/// The source text of a span on one line.
pub(super) fn slice(text: &str, span: Span) -> String {
    text.get(span.start as usize..span.end as usize)
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
