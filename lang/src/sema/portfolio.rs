//! Portfolios: a universe, what is held of it, how much, and when that is renewed.

use std::collections::BTreeMap;

use super::check::{first_line, item_style};
use super::scope::{Binding, Value};
use super::strategy::{quoted, statement_word};
use super::{Checker, Place};
use crate::diag::{Code, Diagnostic};
use crate::hir::{NodeId, Portfolio};
use crate::source::Span;
use crate::syntax::ast::{BodyItem, Expr, Ident, Item, Setting, Stmt, StmtKind};

/// The settings of a portfolio.
const SETTINGS: &[&str] = &["gross", "drift"];

/// Most members of a universe.
const MOST_MEMBERS: usize = 1_000;

/// A portfolio while its statements are read.
#[derive(Default)]
struct Parts<'t> {
    universe: Option<&'t [(String, Span)]>,
    hold: Option<(&'t Expr, Option<&'t Expr>)>,
    rebalance: Option<NodeId>,
    gross: Option<f64>,
    drift: Option<f64>,
}

impl<'t> Checker<'t, '_> {
    /// Checks a portfolio.
    pub(super) fn portfolio(&mut self, item: &'t Item, body: &'t BodyItem) -> Option<Portfolio> {
        if self.lint {
            item_style(&body.name, self.sink);
        }
        self.builder.unit.name.clone_from(&body.name.name);
        self.builder.unit.doc = first_line(item.doc.as_deref());
        self.place = Place::Portfolio;
        self.push_body(&body.body, true);
        self.timeframe_of(&body.body);
        self.params(&body.body);
        let mut parts = Parts::default();
        for stmt in &body.body {
            self.portfolio_statement(stmt, &body.body, &mut parts);
        }
        let hold = parts.hold.map(|(condition, weight)| {
            let hold = self.condition(condition);
            let weight = weight.map(|e| self.number(e));
            (hold, weight)
        });
        self.missing(body, &parts);
        // Each `let` is given out, so that a report can show it.
        let lets: Vec<&'t Ident> = body
            .body
            .iter()
            .filter_map(|s| match &s.kind {
                StmtKind::Let { name, .. } | StmtKind::Rec { name, .. } => Some(name),
                _ => None,
            })
            .collect();
        let mut outputs: Vec<(String, Value)> = Vec::new();
        for name in lets {
            let entry = self.scopes.last().and_then(|s| s.names.get(&name.name));
            if let Some(Binding::Value(value)) = entry.map(|e| e.binding.clone()) {
                outputs.push((name.name.clone(), value));
            }
        }
        self.pop_scope();
        self.outgrown(body.name.span, &format!("`{}`", body.name.name));
        let failed = self.incomplete || self.torn || self.sink.errors() > self.errors_before;
        let (hold, weight) = hold?;
        let hold = hold?;
        let weight = match weight {
            Some(weight) => Some(weight?),
            None => None,
        };
        if failed {
            return None;
        }
        self.output("hold", &Value::Node(hold));
        if let Some(weight) = weight {
            self.output("weight", &Value::Node(weight));
        }
        for (name, value) in &outputs {
            self.output(name, value);
        }
        self.verdicts();
        Some(Portfolio {
            name: body.name.name.clone(),
            doc: first_line(item.doc.as_deref()),
            universe: parts.universe?.iter().map(|(s, _)| s.clone()).collect(),
            unit: std::mem::take(&mut self.builder.unit),
            hold,
            weight,
            rebalance: parts.rebalance,
            gross: parts.gross.unwrap_or(1.0),
            drift: parts.drift.unwrap_or(0.0),
            span: item.span,
        })
    }

    fn portfolio_statement(&mut self, stmt: &'t Stmt, body: &'t [Stmt], parts: &mut Parts<'t>) {
        let once = match &stmt.kind {
            StmtKind::Universe(_) => Some("universe"),
            StmtKind::Rebalance(_) => Some("rebalance"),
            StmtKind::Hold { .. } => Some("hold"),
            StmtKind::Timeframe { .. } => Some("timeframe"),
            _ => None,
        };
        if let Some(word) = once
            && let Some(first) = self.first_of(stmt, body)
        {
            self.stated_twice("a portfolio", stmt.span, first, word);
            return;
        }
        match &stmt.kind {
            StmtKind::Param(_) | StmtKind::Timeframe { .. } => {}
            StmtKind::Error => self.unread(stmt),
            StmtKind::Require(e) => {
                if let Some(id) = self.parameter_condition(e, "`require`") {
                    let words = self.program.map.slice(e.span).to_owned();
                    self.builder.unit.requires.push((id, words));
                }
            }
            StmtKind::Let { .. } | StmtKind::Rec { .. } | StmtKind::State(_) => {
                self.definition(stmt);
            }
            StmtKind::Universe(symbols) => {
                self.universe(symbols, stmt.span);
                parts.universe = Some(symbols);
            }
            StmtKind::Rebalance(schedule) => {
                parts.rebalance = self.due(schedule).map(|(due, _)| due);
            }
            StmtKind::Hold { condition, weight } => {
                parts.hold = Some((condition, weight.as_ref()));
            }
            StmtKind::Setting(setting) => {
                let twice = body.iter().take_while(|s| s.span != stmt.span);
                let twice = twice.into_iter().find_map(|s| match &s.kind {
                    StmtKind::Setting(n) if n.name.name == setting.name.name => Some(n.name.span),
                    _ => None,
                });
                match twice {
                    Some(first) => self.twice(&setting.name, first),
                    None => self.portfolio_setting(setting, parts),
                }
            }
            other => {
                let word = quoted(statement_word(other));
                self.torn = true;
                self.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        stmt.span,
                        format!("{word} does not belong in a portfolio"),
                    )
                    .hint(
                        "a portfolio holds `universe`, `timeframe`, `param`, `let`, `rebalance`, `hold where`, `gross` and `drift`",
                    ),
                );
            }
        }
    }

    fn portfolio_setting(&mut self, setting: &'t Setting, parts: &mut Parts<'t>) {
        let name = setting.name.name.as_str();
        if !SETTINGS.contains(&name) {
            self.unknown_setting(&setting.name, SETTINGS);
            return;
        }
        let what = format!("`{name}`");
        let Some(v) = self.plain_number(&setting.value, Code::BadSetting, &what) else {
            return;
        };
        // More than ten times the equity is no portfolio of spot holdings.
        let (fits, expected) = if name == "gross" {
            (v > 0.0 && v <= 10.0, "a share above 0%, at most 1000%")
        } else {
            ((0.0..1.0).contains(&v), "a share from 0% to below 100%")
        };
        if !fits {
            self.report(
                Diagnostic::error(
                    Code::BadSetting,
                    setting.value.span,
                    format!("{what} is {v}"),
                )
                .label(format!("expected {expected}")),
            );
            return;
        }
        if name == "gross" {
            parts.gross = Some(v);
        } else {
            parts.drift = Some(v);
        }
    }

    /// The members of a universe.
    fn universe(&mut self, symbols: &'t [(String, Span)], span: Span) {
        if symbols.is_empty() {
            self.report(
                Diagnostic::error(Code::BadUniverse, span, "the universe has no members")
                    .hint("list its symbols: `universe \"BTC/USDT\" \"ETH/USDT\"`"),
            );
        }
        if symbols.len() > MOST_MEMBERS {
            self.error(
                Code::TooLarge,
                span,
                format!("a universe has at most {MOST_MEMBERS} members"),
            );
            return;
        }
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for (symbol, at) in symbols {
            if let Some(first) = seen.insert(symbol, *at) {
                self.report(
                    Diagnostic::error(
                        Code::BadUniverse,
                        *at,
                        format!("`{symbol}` stands twice in the universe"),
                    )
                    .related(first, "first listed here"),
                );
            } else if let Some(fault) = symbol_fault(symbol) {
                self.report(
                    Diagnostic::error(
                        Code::BadUniverse,
                        *at,
                        format!("`{symbol}` is no symbol: {fault}"),
                    )
                    .hint("a symbol is written like \"BTC/USDT\""),
                );
            }
        }
    }

    /// Reports what every portfolio needs.
    fn missing(&mut self, body: &BodyItem, parts: &Parts<'_>) {
        if body.body.iter().any(|s| s.kind == StmtKind::Error) {
            return;
        }
        let missing = if parts.universe.is_none() {
            Some((
                "no `universe`",
                "list its symbols: `universe \"BTC/USDT\" \"ETH/USDT\"`",
            ))
        } else if parts.hold.is_none() {
            Some((
                "no `hold where`",
                "say what it holds: `hold where place <= 3`",
            ))
        } else {
            None
        };
        if let Some((what, hint)) = missing {
            self.report(
                Diagnostic::error(
                    Code::MissingPart,
                    body.name.span,
                    format!("`{}` has {what}", body.name.name),
                )
                .hint(hint),
            );
        }
    }
}

/// What is wrong with a symbol: a base and a quote with a `/` between.
fn symbol_fault(symbol: &str) -> Option<&'static str> {
    let Some((base, quote)) = symbol.split_once('/') else {
        return Some("it has no `/` between base and quote");
    };
    let is_word = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || c == '.' || c == '-')
    };
    if !is_word(base) || !is_word(quote) {
        return Some("base and quote are letters and digits");
    }
    let is_lower = symbol.chars().any(char::is_lowercase);
    is_lower.then_some("base and quote are written in capitals")
}
