//! Screens: a strategy, the values that its parameters are swept over, and the settings.

use super::check::{first_line, item_style};
use super::strategy::{quoted, statement_word};
use super::{Checker, Place};
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{self, Screen, Unit};
use crate::syntax::ast::{
    Domain, Expr, ExprKind, Ident, Item, ItemKind, ScreenItem, Setting, Stmt, StmtKind,
};

/// The settings of a screen.
const SETTINGS: &[&str] = &[
    "fees",
    "slippage",
    "convention",
    "cash",
    "rank",
    "keep",
    "grid",
];

/// What the rows of a screen may be ranked by.
const FIGURES: &[&str] = &[
    "total_return",
    "sharpe_ratio",
    "max_drawdown",
    "win_rate",
    "profit_factor",
    "num_trades",
];

/// Largest grid that a screen goes through.
const LARGEST_GRID: f64 = 1e12;

impl<'t> Checker<'t, '_> {
    /// Checks a screen.
    pub(super) fn screen(&mut self, item: &'t Item, screen: &'t ScreenItem) -> Option<Screen> {
        if self.lint {
            item_style(&screen.name, self.sink);
        }
        let strategy = self.item_of(&screen.strategy, "strategy", |k| {
            matches!(k, ItemKind::Strategy(_))
        });
        let unit = strategy.and_then(|s| self.strategy_unit(s));
        let mut out = Screen {
            name: screen.name.name.clone(),
            doc: first_line(item.doc.as_deref()),
            strategy: screen.strategy.name.clone(),
            unit: Unit::default(),
            timeframe: None,
            sweep: Vec::new(),
            execution: hir::Execution::default(),
            rank: None,
            keep: None,
            most: None,
            grid: 1.0,
            span: item.span,
        };
        let mut most = None;
        for stmt in &screen.body {
            self.screen_statement(stmt, &screen.body, unit.as_ref(), &mut out, &mut most);
        }
        out.execution = std::mem::take(&mut self.builder.unit.plan.execution);
        let failed = self.incomplete || self.torn || self.sink.errors() > self.errors_before;
        let unit = unit?;
        if failed {
            return None;
        }
        for (i, param) in unit.params.iter().enumerate() {
            let swept = out.sweep.iter().find(|(p, _)| *p as usize == i);
            let values = swept.map_or(param.sweep.len(), |(_, values)| values.len());
            #[allow(clippy::cast_precision_loss)] // a domain has at most 100,000 values
            let values = values.max(1) as f64;
            out.grid *= values;
        }
        out.timeframe = out.timeframe.or(unit.timeframe);
        self.screen_lints(screen, &out, &unit, most);
        out.unit = unit;
        Some(out)
    }

    fn screen_statement(
        &mut self,
        stmt: &'t Stmt,
        body: &'t [Stmt],
        unit: Option<&Unit>,
        out: &mut Screen,
        most: &mut Option<&'t Expr>,
    ) {
        match &stmt.kind {
            StmtKind::Sweep { name, domain } => {
                let twice = body.iter().take_while(|s| s.span != stmt.span);
                let twice = twice.into_iter().find_map(|s| match &s.kind {
                    StmtKind::Sweep { name: n, .. } if n.name == name.name => Some(n.span),
                    _ => None,
                });
                if let Some(first) = twice {
                    self.twice(name, first);
                    return;
                }
                let Some(unit) = unit else {
                    self.silent();
                    return;
                };
                if let Some((param, values)) = self.sweep(name, domain, unit) {
                    out.sweep.push((param, values));
                }
            }
            StmtKind::Setting(setting) => {
                let twice = body.iter().take_while(|s| s.span != stmt.span);
                let twice = twice.into_iter().find_map(|s| match &s.kind {
                    StmtKind::Setting(n) if n.name.name == setting.name.name => Some(n.name.span),
                    _ => None,
                });
                match twice {
                    Some(first) => self.twice(&setting.name, first),
                    None => self.screen_setting(setting, out, most),
                }
            }
            StmtKind::Timeframe { seconds, span, .. } => {
                if let Some(first) = self.first_of(stmt, body) {
                    self.stated_twice("a screen", stmt.span, first, "timeframe");
                } else if !seconds.is_finite() || *seconds <= 0.0 {
                    self.error(Code::WrongType, *span, "a bar lasts longer than nothing");
                } else if let Some(own) = unit.and_then(|u| u.timeframe)
                    && own != *seconds
                {
                    self.report(
                        Diagnostic::error(
                            Code::BadSetting,
                            *span,
                            format!("the strategy is written for bars of {own} seconds"),
                        )
                        .hint("leave out the `timeframe` of the screen"),
                    );
                } else {
                    out.timeframe = Some(*seconds);
                }
            }
            StmtKind::Error => self.unread(stmt),
            other => {
                let word = quoted(statement_word(other));
                self.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        stmt.span,
                        format!("{word} does not belong in a screen"),
                    )
                    .hint("a screen holds `sweep` and settings such as `fees 0.1%` and `rank by sharpe_ratio`"),
                );
            }
        }
    }

    /// The values that a parameter of the strategy is swept over.
    fn sweep(
        &mut self,
        name: &'t Ident,
        domain: &'t Domain,
        unit: &Unit,
    ) -> Option<(u32, Vec<f64>)> {
        let at = unit.params.iter().position(|p| p.name == name.name);
        let Some((at, param)) = at.and_then(|at| Some((at, unit.params.get(at)?))) else {
            let report = Diagnostic::error(
                Code::UnknownName,
                name.span,
                format!("`{}` has no parameter `{}`", unit.name, name.name),
            );
            let names: Vec<&str> = unit.params.iter().map(|p| p.name.as_str()).collect();
            self.report(
                match suggest::did_you_mean(&name.name, names.iter().copied()) {
                    Some(near) => report.did_you_mean(name.span, &name.name, near),
                    None if names.is_empty() => report.hint("it has none"),
                    None => report.hint(format!(
                        "it has {}",
                        super::types::listed(names.iter().copied())
                    )),
                },
            );
            return None;
        };
        if !param.labels.is_empty() {
            return self.sweep_labels(domain, param, at);
        }
        let (values, places) = self.domain_values(&name.name, domain, param.integer)?;
        let allowed = |v: f64| {
            let inside = param.bounds.is_none_or(|(lo, hi)| (lo..=hi).contains(&v));
            inside && (!param.only_sweep || param.sweep.contains(&v))
        };
        if values.is_empty() {
            self.report(
                Diagnostic::error(
                    Code::BadDomain,
                    name.span,
                    format!(
                        "`{}` is no whole number, so its range needs a step",
                        name.name
                    ),
                )
                .hint("write `in 1.5..3.5 step 0.1`, or list the values"),
            );
            return None;
        }
        if let Some(wrong) = values.iter().find(|v| !allowed(**v)) {
            let span = places
                .iter()
                .find(|(v, _)| v == wrong)
                .or(places.first())
                .map_or(name.span, |(_, span)| *span);
            self.report(
                Diagnostic::error(
                    Code::BadDomain,
                    span,
                    format!(
                        "`{}` cannot be {wrong}: its domain is {}",
                        name.name, param.domain_text
                    ),
                )
                .related(param.span, "the parameter")
                .hint("sweep values of the domain, or widen it where it is declared"),
            );
            return None;
        }
        u32::try_from(at).ok().map(|at| (at, values))
    }

    /// Values of a parameter of an enum.
    fn sweep_labels(
        &mut self,
        domain: &'t Domain,
        param: &hir::Param,
        at: usize,
    ) -> Option<(u32, Vec<f64>)> {
        let Domain::List(items, _) = domain else {
            let Domain::Range { lo, .. } = domain else {
                return None;
            };
            self.report(
                Diagnostic::error(
                    Code::BadDomain,
                    lo.span,
                    format!("`{}` has names for values, and no range", param.name),
                )
                .hint(format!("list them: `in {}`", param.domain_text)),
            );
            return None;
        };
        let mut values = Vec::with_capacity(items.len());
        for e in items {
            let name = match &e.kind {
                ExprKind::Name(name) => Some(name.as_str()),
                ExprKind::Postfix { ops, .. } => match ops.last() {
                    Some(crate::syntax::ast::PostOp::Field(f)) => Some(f.name.as_str()),
                    _ => None,
                },
                _ => None,
            };
            let i = name.and_then(|n| param.labels.iter().position(|l| l == n));
            #[allow(clippy::cast_precision_loss)] // far below 2^53
            let value = i.map(|i| i as f64).filter(|v| param.sweep.contains(v));
            let Some(value) = value.filter(|v| !values.contains(v)) else {
                self.report(Diagnostic::error(
                    Code::BadDomain,
                    e.span,
                    format!("`{}` takes {}, each once", param.name, param.domain_text),
                ));
                return None;
            };
            values.push(value);
        }
        u32::try_from(at).ok().map(|at| (at, values))
    }

    fn screen_setting(
        &mut self,
        setting: &'t Setting,
        out: &mut Screen,
        most: &mut Option<&'t Expr>,
    ) {
        let name = setting.name.name.as_str();
        match name {
            "fees" | "slippage" | "cash" | "convention" => {
                self.execution(std::slice::from_ref(setting));
            }
            "rank" => {
                let word = match &setting.value.kind {
                    ExprKind::Name(word) => Some(word.as_str()),
                    _ => None,
                };
                if let Some(word) = word.filter(|w| FIGURES.contains(w)) {
                    out.rank = Some(word.to_owned());
                    return;
                }
                let report = Diagnostic::error(
                    Code::BadSetting,
                    setting.value.span,
                    "rows are ranked by a figure of the table",
                );
                let mut holding = FIGURES
                    .iter()
                    .copied()
                    .filter(|f| word.is_some_and(|w| w.len() > 2 && f.contains(w)));
                let only = holding.next().filter(|_| holding.next().is_none());
                let near = word
                    .and_then(|w| suggest::did_you_mean(w, FIGURES.iter().copied()))
                    .or(only);
                self.report(match near {
                    Some(near) => report.hint(format!("did you mean `{near}`?")).suggest(
                        format!("write `{near}`"),
                        vec![(setting.value.span, near.to_owned())],
                    ),
                    None => report.hint(format!(
                        "the figures are {}",
                        super::types::listed(FIGURES.iter().copied())
                    )),
                });
            }
            "keep" | "grid" => {
                let what = format!("`{name}`");
                let Some(v) = self.plain_number(&setting.value, Code::BadSetting, &what) else {
                    return;
                };
                if v.fract() != 0.0 || !(1.0..=LARGEST_GRID).contains(&v) {
                    self.report(
                        Diagnostic::error(
                            Code::BadSetting,
                            setting.value.span,
                            format!("{what} is {v}"),
                        )
                        .label("expected a whole number above 0"),
                    );
                } else if name == "keep" {
                    out.keep = Some(v);
                } else {
                    out.most = Some(v);
                    *most = Some(&setting.value);
                }
            }
            _ => self.unknown_setting(&setting.name, SETTINGS),
        }
    }

    fn screen_lints(
        &mut self,
        screen: &ScreenItem,
        out: &Screen,
        unit: &Unit,
        most: Option<&'t Expr>,
    ) {
        if !self.lints() {
            return;
        }
        if let (Some(limit), Some(e)) = (out.most, most)
            && out.grid > limit
        {
            self.report(
                Diagnostic::warning(
                    Code::LargeGrid,
                    e.span,
                    format!(
                        "the grid has {} parameter sets, more than {limit}",
                        out.grid
                    ),
                )
                .hint("take larger steps, or raise the number"),
            );
        }
        for (i, param) in unit.params.iter().enumerate() {
            let is_held = param.sweep.is_empty() && param.bounds.is_some();
            if !is_held || out.sweep.iter().any(|(p, _)| *p as usize == i) {
                continue;
            }
            let (name, default) = (&param.name, param.default);
            self.report(
                Diagnostic::warning(
                    Code::UnsweptParam,
                    screen.name.span,
                    format!("every set of the grid has {name} = {default}: its range has no step"),
                )
                .related(param.span, "the parameter")
                .hint(format!(
                    "write `sweep {name} in {} step …`, or `sweep {name} in [{default}]` to mean that",
                    param.domain_text
                )),
            );
        }
        let own = &unit.plan.execution;
        let missing: Vec<&str> = [
            ("fees", out.execution.fees.or(own.fees)),
            ("slippage", out.execution.slippage.or(own.slippage)),
        ]
        .into_iter()
        .filter(|(_, v)| v.is_none())
        .map(|(name, _)| name)
        .collect();
        if let Some(first) = missing.first() {
            let value = if *first == "fees" { "0.1%" } else { "5bp" };
            self.report(
                Diagnostic::warning(
                    Code::NoCosts,
                    screen.name.span,
                    format!("`{}` does not state its {}", screen.name.name, missing.join(" and ")),
                )
                .hint(format!(
                    "a screen without costs prefers sets that trade often: write `{first} {value}`, or `{first} 0%`"
                )),
            );
        }
    }

    /// A strategy as a unit of its own; its faults are reported where it stands. None where it has
    /// any.
    pub(super) fn strategy_unit(&mut self, item: &'t Item) -> Option<Unit> {
        let ItemKind::Strategy(strategy) = &item.kind else {
            return None;
        };
        let unit = self.beside(item, |checker| {
            let text = &checker.program.map.get(item.span.file).text;
            checker.place = Place::Strategy;
            checker.strategy(strategy, text);
            Some(())
        });
        let (mut unit, ()) = match unit {
            Some(found) => found,
            None => {
                self.silent();
                return None;
            }
        };
        unit.doc = first_line(item.doc.as_deref());
        Some(unit)
    }

    /// A unit of its own, built in the file of an item and without reports.
    pub(super) fn beside<T>(
        &mut self,
        item: &'t Item,
        build: impl FnOnce(&mut Checker<'t, '_>) -> Option<T>,
    ) -> Option<(Unit, T)> {
        let module = self.module_of(item)?;
        let mut checker = Checker::new(self.program, module, self.broken, false, self.sink);
        checker.muted = 1;
        let built = build(&mut checker)?;
        let fails = checker.incomplete || checker.torn || checker.builder.outgrown.is_some();
        let unit = std::mem::take(&mut checker.builder.unit);
        (!fails).then_some((unit, built))
    }

    /// The number of the file that an item stands in.
    pub(super) fn module_of(&self, item: &Item) -> Option<usize> {
        self.program.modules.iter().find_map(|m| {
            let mut defs = m.items.values();
            defs.find(|d| std::ptr::eq(d.item, item)).map(|d| d.module)
        })
    }
}
