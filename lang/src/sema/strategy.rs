//! Strategies: statements to parameters, signals and stops.

use super::Checker;
use super::scope::{Binding, Value};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Kind, NodeId, Signal};
use crate::source::Span;
use crate::syntax::ast::{Expr, Side, Stmt, StmtKind, StrategyItem};

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
        StmtKind::Enter { .. } => "enter",
        StmtKind::Exit { .. } => "exit",
        StmtKind::Stop(_) => "stop",
        StmtKind::Error => "this",
    }
}

impl<'t> Checker<'t, '_> {
    /// Fills the unit from a strategy's statements.
    pub(super) fn strategy(&mut self, item: &'t StrategyItem, text: &str) {
        self.builder.unit.name.clone_from(&item.name.name);
        self.params(&item.body);
        let mut broken = false;
        for stmt in &item.body {
            broken |= stmt.kind == StmtKind::Error;
            self.strategy_statement(stmt, text);
        }
        let unit = &self.builder.unit;
        let enters = item
            .body
            .iter()
            .any(|s| matches!(s.kind, StmtKind::Enter { .. }));
        let leaves = !unit.exits.is_empty()
            || item
                .body
                .iter()
                .any(|s| matches!(s.kind, StmtKind::Exit { .. } | StmtKind::Stop(_)));
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

    /// Parameters first: a `require` may stand before the parameter that it names.
    pub(super) fn params(&mut self, body: &'t [Stmt]) {
        for stmt in body {
            let StmtKind::Param(p) = &stmt.kind else {
                continue;
            };
            if self.builder.unit.params.len() >= MOST {
                self.error(
                    Code::TooLarge,
                    stmt.span,
                    format!("more than {MOST} parameters"),
                );
                return;
            }
            let value = match self.param(p) {
                Some(param) => {
                    let i = u32::try_from(self.builder.unit.params.len()).unwrap_or(u32::MAX);
                    self.builder.unit.params.push(param);
                    Value::Node(self.builder.add(Kind::Param(i), p.name.span))
                }
                None => Value::Error,
            };
            self.define(&p.name, Binding::Value(value), true);
        }
    }

    fn strategy_statement(&mut self, stmt: &'t Stmt, text: &str) {
        match &stmt.kind {
            StmtKind::Timeframe { seconds, span, .. } => {
                if self.builder.unit.timeframe.is_some() {
                    self.error(
                        Code::RepeatedStatement,
                        stmt.span,
                        "a strategy has one `timeframe`",
                    );
                } else if !seconds.is_finite() || *seconds <= 0.0 {
                    self.error(
                        Code::WrongType,
                        *span,
                        "a bar must last longer than nothing",
                    );
                } else {
                    self.builder.unit.timeframe = Some(*seconds);
                }
            }
            StmtKind::Param(_) | StmtKind::Error => {}
            StmtKind::Require(e) => {
                if let Some(id) = self.parameter_condition(e, "`require`") {
                    let words = slice(text, e.span);
                    self.builder.unit.requires.push((id, words));
                }
            }
            StmtKind::Flag { name, when } => {
                let id = self.parameter_condition(when, "`flag`");
                if self.builder.unit.flags.iter().any(|(n, _)| *n == name.name) {
                    self.error(
                        Code::DuplicateName,
                        name.span,
                        format!("the flag `{}` stands twice", name.name),
                    );
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
            StmtKind::Enter { side, tag, when } => {
                let when_id = self.condition(when);
                if *side == Side::Short {
                    self.report(
                        Diagnostic::error(
                            Code::NotExecutable,
                            stmt.span,
                            "no tier executes short entries yet",
                        )
                        .hint("enter long, or leave the entry out"),
                    );
                    return;
                }
                let count = self.builder.unit.entries.len();
                let tag = self.tag(tag.as_ref(), "entry", count);
                if let Some(when) = when_id {
                    self.builder.unit.entries.push(Signal {
                        tag,
                        when,
                        span: stmt.span,
                    });
                }
                self.at_most(count + 1, "entries", stmt.span);
            }
            StmtKind::Exit { tag, when } => {
                let when_id = self.condition(when);
                let count = self.builder.unit.exits.len();
                let tag = self.tag(tag.as_ref(), "exit", count);
                if let Some(when) = when_id {
                    self.builder.unit.exits.push(Signal {
                        tag,
                        when,
                        span: stmt.span,
                    });
                }
                self.at_most(count + 1, "exits", stmt.span);
            }
            StmtKind::Stop(e) => self.stop(e, stmt.span),
        }
    }

    fn at_most(&mut self, count: usize, what: &str, span: Span) {
        if count == MOST + 1 {
            self.error(Code::TooLarge, span, format!("more than {MOST} {what}"));
        }
    }

    fn tag(&mut self, tag: Option<&(String, Span)>, default: &str, count: usize) -> String {
        match tag {
            Some((text, _)) => text.clone(),
            None if count == 0 => default.to_owned(),
            None => format!("{default} {}", count + 1),
        }
    }

    fn parameter_condition(&mut self, e: &'t Expr, what: &str) -> Option<NodeId> {
        let id = self.condition(e)?;
        if self.builder.stage(id).series {
            self.report(
                Diagnostic::error(
                    Code::WrongStage,
                    e.span,
                    format!("{what} is about parameters, but this changes from bar to bar"),
                )
                .hint("put a condition on bars into `enter` or `exit`"),
            );
            return None;
        }
        Some(id)
    }

    fn stop(&mut self, e: &'t Expr, span: Span) {
        let Some(id) = self.number(e) else {
            return;
        };
        if self.builder.stage(id).series {
            self.report(
                Diagnostic::error(
                    Code::WrongStage,
                    e.span,
                    "a stop is a share of the entry price, but this changes from bar to bar",
                )
                .hint("use a percentage or a `param`"),
            );
            return;
        }
        if let Some(v) = self.builder.constant(id)
            && !(v > 0.0 && v < 1.0)
        {
            self.report(
                Diagnostic::error(
                    Code::BadStop,
                    e.span,
                    format!("a stop of {v} of the entry price cannot be reached"),
                )
                .label("expected a share between 0% and 100%")
                .hint(format!("did you mean `{v}%`?")),
            );
            return;
        }
        if self.builder.unit.stop.replace(id).is_some() {
            self.error(Code::RepeatedStatement, span, "a strategy has one `stop`");
        }
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
