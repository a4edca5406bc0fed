//! Tests: bars written out, a strategy with its parameters, and what is expected of them.

use super::check::first_line;
use super::strategy::{quoted, statement_word};
use super::{Checker, Place};
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{self, NodeId, TestBars, TestCase, Unit, ranges_at};
use crate::source::Span;
use crate::syntax::ast::{
    Arg, ExpectStmt, Expr, Ident, Item, ItemKind, StmtKind, StrategyItem, TestItem,
};

/// The columns that a test may write.
const COLUMNS: &[&str] = &["open", "high", "low", "close", "volume"];

/// Most bars of a test.
const MOST_BARS: usize = 100_000;

/// A column of a test: its name, its values, the place of its brackets.
type Column<'t> = (&'t Ident, Vec<f64>, Span);

impl<'t> Checker<'t, '_> {
    /// Checks a test.
    pub(super) fn test(&mut self, item: &'t Item, test: &'t TestItem) -> Option<TestCase> {
        let at = test.name.1;
        let mut torn = false;
        let mut with: Option<(&'t Ident, &'t [Arg], Span)> = None;
        let mut columns: Vec<Column<'t>> = Vec::new();
        let mut expects: Vec<(&'t ExpectStmt, Span)> = Vec::new();
        for stmt in &test.body {
            match &stmt.kind {
                StmtKind::With { name, args } => {
                    if let Some((_, _, first)) = with {
                        self.stated_twice("a test", stmt.span, first, "with");
                    } else {
                        with = Some((name, args, stmt.span));
                    }
                }
                StmtKind::Column { name, values, span } => {
                    self.column(name, values, *span, &mut columns);
                }
                StmtKind::Expect(expect) => expects.push((expect, stmt.span)),
                StmtKind::Error => {
                    torn = true;
                    self.unread(stmt);
                }
                other => {
                    let word = quoted(statement_word(other));
                    self.report(
                        Diagnostic::error(
                            Code::MisplacedStatement,
                            stmt.span,
                            format!("{word} does not belong in a test"),
                        )
                        .hint("a test holds `with`, columns such as `close = [5, 4, 3]`, and `expect`"),
                    );
                }
            }
        }
        if expects.is_empty() && !torn {
            self.report(
                Diagnostic::error(Code::MissingPart, at, "this test expects nothing")
                    .hint("add what it should show, such as `expect enter long at bar 4`"),
            );
        }
        let strategy = with.map(|(name, args, _)| self.tested(name, args));
        let bars = self.bars(at, &columns, torn);
        let unit = strategy
            .as_ref()
            .map(|s| s.as_ref().map(|(_, unit, _)| unit));
        self.place = Place::Expression;
        if let Some(Some((tested, _, _))) = &strategy {
            self.values_of(tested);
        }
        let count = bars.as_ref().map(|b| b.close.len());
        let mut out = Vec::with_capacity(expects.len());
        for (expect, span) in expects {
            if let Some(expected) = self.expected(expect, span, unit, count) {
                out.push(expected);
            }
        }
        self.outgrown(at, "this test");
        let failed = self.incomplete || self.sink.errors() > self.errors_before;
        let mut bars = bars?;
        if failed {
            return None;
        }
        let strategy = match strategy {
            None => None,
            Some(found) => {
                let (_, unit, params) = found?;
                Some((unit, params))
            }
        };
        if let Some((unit, params)) = &strategy {
            self.short_of_bars(at, unit, params, bars.close.len());
        }
        if let Some(seconds) = strategy.as_ref().and_then(|(u, _)| u.timeframe) {
            bars.seconds = seconds;
        }
        Some(TestCase {
            name: test.name.0.clone(),
            strategy,
            values: std::mem::take(&mut self.builder.unit),
            bars,
            expects: out,
            span: item.span,
        })
    }

    /// Warns of bars that no entry of the strategy decides on, because all are its warm-up.
    fn short_of_bars(&mut self, at: Span, unit: &Unit, params: &[f64], bars: usize) {
        if !self.lints() || unit.entries.is_empty() {
            return;
        }
        let ranges = ranges_at(unit, params);
        let least = |node: NodeId| ranges.get(node.0 as usize).map_or(0.0, |r| r.lo);
        let looks = unit.entries.iter().map(|entry| {
            let look = unit.node(entry.when).look;
            unit.looks.least(look, &least)
        });
        let shortest = looks.fold(f64::INFINITY, f64::min);
        if shortest.is_finite() && shortest >= bars as f64 {
            self.report(
                Diagnostic::warning(
                    Code::ShortTest,
                    at,
                    format!(
                        "`{}` decides nothing in this test: it looks back {shortest} bars, and there are {bars}",
                        unit.name
                    ),
                )
                .hint("write more bars, or give it shorter lengths: `with Name(length: 2)`"),
            );
        }
    }

    /// The strategy that a test runs, with the value of each parameter.
    fn tested(&mut self, name: &'t Ident, args: &'t [Arg]) -> Option<(&'t Item, Unit, Vec<f64>)> {
        let item = self.item_of(name, "strategy", |k| matches!(k, ItemKind::Strategy(_)))?;
        let unit = self.strategy_unit(item)?;
        let mut values: Vec<f64> = unit.params.iter().map(|p| p.default).collect();
        let mut given: Vec<Option<Span>> = vec![None; values.len()];
        let mut failed = false;
        for (i, arg) in args.iter().enumerate() {
            let at = match &arg.name {
                Some(n) => unit.params.iter().position(|p| p.name == n.name),
                None => (i < unit.params.len()).then_some(i),
            };
            let span = arg.name.as_ref().map_or(arg.value.span, |n| n.span);
            let Some((at, param)) = at.and_then(|at| Some((at, unit.params.get(at)?))) else {
                self.no_param(&unit, arg, span);
                failed = true;
                continue;
            };
            if let Some(first) = given[at].replace(span) {
                self.report(
                    Diagnostic::error(
                        Code::WrongArguments,
                        span,
                        format!("`{}` is given twice", param.name),
                    )
                    .related(first, "first given here"),
                );
                failed = true;
                continue;
            }
            match self.param_value(param, &arg.value) {
                Some(value) => values[at] = value,
                None => failed = true,
            }
        }
        (!failed).then_some((item, unit, values))
    }

    fn no_param(&mut self, unit: &Unit, arg: &Arg, span: Span) {
        let names: Vec<&str> = unit.params.iter().map(|p| p.name.as_str()).collect();
        let has = match names.len() {
            0 => "it has none".to_owned(),
            _ => format!("it has {}", super::types::listed(names.iter().copied())),
        };
        let report = match &arg.name {
            Some(n) => {
                let report = Diagnostic::error(
                    Code::WrongArguments,
                    span,
                    format!("`{}` has no parameter `{}`", unit.name, n.name),
                );
                match suggest::did_you_mean(&n.name, names.iter().copied()) {
                    Some(near) => report.did_you_mean(span, &n.name, near),
                    None => report.hint(has),
                }
            }
            None => Diagnostic::error(
                Code::WrongArguments,
                span,
                format!("`{}` has no further parameter", unit.name),
            )
            .hint(has),
        };
        self.report(report);
    }

    /// The value that a test gives a parameter. It need not lie in the domain: that is for grids.
    fn param_value(&mut self, param: &hir::Param, e: &'t Expr) -> Option<f64> {
        if !param.labels.is_empty() {
            let name = match &e.kind {
                crate::syntax::ast::ExprKind::Name(name) => Some(name.as_str()),
                crate::syntax::ast::ExprKind::Postfix { ops, .. } => match ops.last() {
                    Some(crate::syntax::ast::PostOp::Field(f)) => Some(f.name.as_str()),
                    _ => None,
                },
                _ => None,
            };
            let at = name.and_then(|n| param.labels.iter().position(|l| l == n));
            if at.is_none() {
                let labels = super::types::listed(param.labels.iter().map(String::as_str));
                self.report(
                    Diagnostic::error(
                        Code::UnknownValue,
                        e.span,
                        format!("`{}` has no such value", param.name),
                    )
                    .hint(format!("there are {labels}")),
                );
            }
            #[allow(clippy::cast_precision_loss)] // far below 2^53
            return at.map(|at| at as f64);
        }
        let what = format!("`{}`", param.name);
        let value = self.plain_number(e, Code::WrongArguments, &what)?;
        if param.integer && value.fract() != 0.0 {
            self.error(
                Code::WrongArguments,
                e.span,
                format!("{what} counts bars, so {value} is no value for it"),
            );
            return None;
        }
        Some(value)
    }

    /// Brings the parameters and `let`s of a strategy into scope, for the values that are looked at.
    fn values_of(&mut self, item: &'t Item) {
        let ItemKind::Strategy(strategy): &'t ItemKind = &item.kind else {
            return;
        };
        let strategy: &'t StrategyItem = strategy;
        let module = self.module_of(item).unwrap_or(self.module);
        let module = std::mem::replace(&mut self.module, module);
        self.muted += 1;
        self.definitions(strategy);
        self.muted -= 1;
        self.module = module;
        self.builder.unit.doc = first_line(item.doc.as_deref());
    }

    fn column(
        &mut self,
        name: &'t Ident,
        values: &'t [Expr],
        span: Span,
        columns: &mut Vec<Column<'t>>,
    ) {
        if !COLUMNS.contains(&name.name.as_str()) {
            let report = Diagnostic::error(
                Code::UnknownName,
                name.span,
                format!("bars have no column `{}`", name.name),
            );
            let near = suggest::did_you_mean(&name.name, COLUMNS.iter().copied());
            self.report(match near {
                Some(near) => report.did_you_mean(name.span, &name.name, near),
                None => report.hint(format!(
                    "they have {}",
                    super::types::listed(COLUMNS.iter().copied())
                )),
            });
            self.silent();
            return;
        }
        if let Some((first, ..)) = columns.iter().find(|(n, ..)| n.name == name.name) {
            let first = first.span;
            self.twice(name, first);
            return;
        }
        let mut numbers = Vec::with_capacity(values.len().min(MOST_BARS));
        for e in values.iter().take(MOST_BARS + 1) {
            let Some(v) = self.written(e, "a bar") else {
                self.silent();
                return;
            };
            numbers.push(v);
        }
        columns.push((name, numbers, span));
    }

    /// A number that is written out; `na` is one.
    pub(super) fn written(&mut self, e: &'t Expr, what: &str) -> Option<f64> {
        let id = self.number(e)?;
        let value = self.builder.constant(id);
        if value.is_none() {
            self.error(
                Code::BadTest,
                e.span,
                format!("{what} is a written number or `na`"),
            );
        }
        value
    }

    /// The bars of a test, whole.
    fn bars(&mut self, at: Span, columns: &[Column<'t>], torn: bool) -> Option<TestBars> {
        let of = |name: &str| columns.iter().find(|(n, ..)| n.name == name);
        let Some((_, close, close_at)) = of("close") else {
            if !torn && !self.incomplete {
                self.report(
                    Diagnostic::error(Code::BadTest, at, "this test has no bars")
                        .hint("write their closes, such as `close = [5, 4, 3, 4, 6, 8]`"),
                );
            }
            return None;
        };
        if close.is_empty() || close.len() > MOST_BARS {
            self.error(
                Code::BadTest,
                *close_at,
                format!("a test has 1 to {MOST_BARS} bars"),
            );
            return None;
        }
        for (name, values, span) in columns {
            if values.len() != close.len() {
                self.report(
                    Diagnostic::error(
                        Code::BadTest,
                        *span,
                        format!(
                            "`{}` has {} bars, but `close` has {}",
                            name.name,
                            values.len(),
                            close.len()
                        ),
                    )
                    .related(*close_at, "the closes"),
                );
                return None;
            }
        }
        let written = |name: &str| of(name).map(|(_, values, _)| values.clone());
        let open = written("open").unwrap_or_else(|| close.clone());
        let outer = |pick: fn(f64, f64) -> f64| -> Vec<f64> {
            open.iter().zip(close).map(|(o, c)| pick(*o, *c)).collect()
        };
        let bars = TestBars {
            high: written("high").unwrap_or_else(|| outer(f64::max)),
            low: written("low").unwrap_or_else(|| outer(f64::min)),
            volume: written("volume").unwrap_or_else(|| vec![1.0; close.len()]),
            close: close.clone(),
            open,
            seconds: 3_600.0,
        };
        for (i, close) in bars.close.iter().enumerate() {
            let (open, high, low) = (bars.open[i], bars.high[i], bars.low[i]);
            let fault = if high < low {
                Some(format!("its high {high} is below its low {low}"))
            } else if [open, *close].iter().any(|p| *p > high) {
                Some(format!("its high {high} is below its open or close"))
            } else if [open, *close].iter().any(|p| *p < low) {
                Some(format!("its low {low} is above its open or close"))
            } else {
                None
            };
            if let Some(fault) = fault {
                let span = of("high").or(of("low")).map_or(*close_at, |(_, _, s)| *s);
                self.error(Code::BadTest, span, format!("bar {i} cannot be: {fault}"));
                return None;
            }
        }
        Some(bars)
    }
}
