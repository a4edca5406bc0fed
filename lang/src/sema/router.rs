//! Routers: every class has its row, every row can be reached, every mix adds up.

use super::Checker;
use super::check::{first_line, item_style};
use super::enums::EnumId;
use super::scope::Value;
use super::strategy::quoted;
use super::types::listed;
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Kind, NodeId, Route, Router, SuggestBelow};
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident, Item, ItemKind, RouteRow, RouterItem, Stmt, StmtKind};

/// A router while its rows are read.
#[derive(Default)]
struct Table<'t> {
    rows: Vec<Route>,
    /// The condition of each row, as its text has it, and the row.
    seen: Vec<(u32, Option<NodeId>, Span)>,
    conditions: Vec<(NodeId, &'t Expr)>,
    overrides: Vec<(u32, f64)>,
    suggest: Option<SuggestBelow>,
    keeps_open: Option<bool>,
    failed: bool,
    /// Whether a row is missing because it, or its class, could not be read.
    torn: bool,
}

impl<'t> Checker<'t, '_> {
    /// Checks a router.
    pub(super) fn router(&mut self, item: &'t Item, router: &'t RouterItem) -> Option<Router> {
        if self.lint {
            item_style(&router.name, self.sink);
        }
        let regime = self.router_regime(&router.regime);
        let module = self.module;
        let mut built = false;
        if let Some((id, regime_item)) = regime
            && let ItemKind::Regime(body) = &regime_item.kind
        {
            // Its faults are reported where it stands.
            self.module = self.program.enums[id.0 as usize].module;
            self.muted += 1;
            built = self.regime_unit(id, regime_item, body).is_some();
            self.muted -= 1;
            self.module = module;
        } else {
            self.push_body(&[], true);
        }
        self.builder.unit.name.clone_from(&router.name.name);
        self.builder.unit.doc = first_line(item.doc.as_deref());
        let mut table = Table::default();
        for stmt in &router.body {
            self.router_statement(
                stmt,
                &router.body,
                regime.map(|(id, _)| id),
                built,
                &mut table,
            );
        }
        self.scopes.pop();
        if let Some((id, _)) = regime
            && !table.torn
        {
            self.forgotten(id, router, &mut table);
        }
        self.outgrown(router.name.span, &format!("`{}`", router.name.name));
        let failed = !built
            || table.failed
            || self.incomplete
            || self.torn
            || self.sink.errors() > self.errors_before;
        if failed {
            return None;
        }
        let (id, _) = regime?;
        for (node, e) in &table.conditions {
            let words = self.program.map.slice(e.span).to_owned();
            self.builder.unit.outputs.push((words, *node));
        }
        self.verdicts();
        Some(Router {
            name: router.name.name.clone(),
            doc: first_line(item.doc.as_deref()),
            regime: router.regime.name.clone(),
            classes: self.enum_labels(id),
            unit: std::mem::take(&mut self.builder.unit),
            conditions: table.conditions.iter().map(|(n, _)| *n).collect(),
            rows: table.rows,
            overrides: table.overrides,
            suggest: table.suggest,
            keeps_open: table.keeps_open.unwrap_or(true),
            span: item.span,
        })
    }

    /// The regime that a router routes by.
    fn router_regime(&mut self, name: &Ident) -> Option<(EnumId, &'t Item)> {
        let item = self.item_of(name, "regime", |k| matches!(k, ItemKind::Regime(_)))?;
        Some((self.enum_id(item)?, item))
    }

    /// The item of a kind that a name stands for; what there is not is reported.
    pub(super) fn item_of(
        &mut self,
        name: &Ident,
        kind: &str,
        is: fn(&ItemKind) -> bool,
    ) -> Option<&'t Item> {
        let module = self.program.modules.get(self.module)?;
        if module.failed.contains(&name.name) {
            self.silent();
            return None;
        }
        match module.items.get(&name.name) {
            Some(def) if is(&def.item.kind) => return Some(def.item),
            Some(def) => {
                let report = Diagnostic::error(
                    Code::WrongType,
                    name.span,
                    format!("`{}` is not a {kind}", name.name),
                )
                .related(def.item.span, "it is defined here");
                let mut report = report;
                if let Some(at) = def.item.kind.name() {
                    report.related.clear();
                    report = report.related(at.span, "it is defined here");
                }
                self.report(report);
                return None;
            }
            None => {}
        }
        let mut report = Diagnostic::error(
            Code::UnknownName,
            name.span,
            format!("there is no {kind} `{}`", name.name),
        );
        let known = module.items.iter().filter(|(_, d)| is(&d.item.kind));
        report = match suggest::did_you_mean(&name.name, known.map(|(n, _)| n.as_str())) {
            Some(near) => report.did_you_mean(name.span, &name.name, near),
            None => report.hint(format!(
                "if it stands in a file beside this one: `use {}`",
                name.name
            )),
        };
        self.report(report);
        None
    }

    fn router_statement(
        &mut self,
        stmt: &'t Stmt,
        body: &'t [Stmt],
        regime: Option<EnumId>,
        built: bool,
        table: &mut Table<'t>,
    ) {
        let once = match &stmt.kind {
            StmtKind::Suggest(_) => Some("suggest switch"),
            StmtKind::OnSwitch { .. } => Some("on switch"),
            _ => None,
        };
        if let Some(word) = once
            && let Some(first) = self.first_of(stmt, body)
        {
            self.stated_twice("a router", stmt.span, first, word);
            table.failed = true;
            return;
        }
        match &stmt.kind {
            StmtKind::Route(row) => self.route(row, stmt.span, regime, built, table),
            StmtKind::Override { when, factor } => {
                let condition = self.route_condition(when, built, table);
                let factor = self.share_of_one(factor, "the factor of an override", false);
                if let (Some((index, _)), Some(factor)) = (condition, factor) {
                    table.overrides.push((index, factor));
                }
            }
            StmtKind::Suggest(e) => table.suggest = self.suggest(e),
            StmtKind::OnSwitch { keeps } => table.keeps_open = Some(*keeps),
            StmtKind::Error => {
                table.torn = true;
                self.unread(stmt);
            }
            other => {
                let word = quoted(super::strategy::statement_word(other));
                table.failed = true;
                self.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        stmt.span,
                        format!("{word} does not belong in a router"),
                    )
                    .hint(
                        "a router holds rows such as `ranging => Name size 1.0`, `override`, `suggest` and `on switch`",
                    ),
                );
            }
        }
    }

    fn route(
        &mut self,
        row: &'t RouteRow,
        span: Span,
        regime: Option<EnumId>,
        built: bool,
        table: &mut Table<'t>,
    ) {
        let class = match regime {
            Some(id) => match self.enum_value(id, &row.class.name, row.class.span) {
                Value::Enum(_, node) => self.builder.constant(node),
                _ => None,
            },
            None => None,
        };
        table.torn |= class.is_none();
        let when = row
            .when
            .as_ref()
            .map(|e| self.route_condition(e, built, table));
        let mix = self.mix(row);
        let size = match &row.size {
            Some(e) => self.share_of_one(e, "a size", true),
            None => Some(1.0),
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // an index
        let Some(class) = class.map(|c| c as u32) else {
            table.failed = true;
            return;
        };
        let node = match when {
            None => None,
            Some(Some((_, node))) => Some(node),
            // A condition that was reported: the row counts, but proves nothing.
            Some(None) => {
                table.failed = true;
                return;
            }
        };
        if !self.reachable(row, class, node, table)
            && let Some(node) = node
            && self.lints()
        {
            // Whether earlier conditions hold wherever this one does needs the ranges.
            self.noted.routes.push((class, node, row.class.span));
        }
        table.seen.push((class, node, row.class.span));
        let (Some(mix), Some(size)) = (mix, size) else {
            table.failed = true;
            return;
        };
        table.rows.push(Route {
            class,
            when: when.flatten().map(|(index, _)| index),
            mix,
            size,
            span,
        });
    }

    /// A condition over the regime of the same bar: its index and its node.
    fn route_condition(
        &mut self,
        e: &'t Expr,
        built: bool,
        table: &mut Table<'t>,
    ) -> Option<(u32, NodeId)> {
        if !built {
            // Its names are not known.
            self.silent();
            return None;
        }
        let node = self.condition(e)?;
        let known = table.conditions.iter().position(|(n, _)| *n == node);
        let index = known.unwrap_or_else(|| {
            table.conditions.push((node, e));
            table.conditions.len() - 1
        });
        Some((u32::try_from(index).unwrap_or(u32::MAX), node))
    }

    /// Warns of a row that no bar reaches; whether it does.
    fn reachable(
        &mut self,
        row: &RouteRow,
        class: u32,
        node: Option<NodeId>,
        table: &Table<'t>,
    ) -> bool {
        if !self.lints() {
            return false;
        }
        let report = Diagnostic::warning(
            Code::UnreachableRow,
            row.class.span,
            format!("this row of `{}` is never reached", row.class.name),
        );
        let never = node.is_some_and(|n| self.builder.unit.node(n).kind == Kind::Bool(false));
        if never {
            let at = row.when.as_ref().map_or(row.class.span, |e| e.span);
            self.report(
                report
                    .related(at, "this never holds")
                    .hint("remove the row"),
            );
            return true;
        }
        let earlier = table
            .seen
            .iter()
            .find(|(c, n, _)| *c == class && (n.is_none() || *n == node || self.always(*n)));
        if let Some((_, before, span)) = earlier {
            let report = if before.is_none() {
                let report = report.related(*span, "this row takes every bar of the class");
                if node.is_some() {
                    report.hint("put the row with the condition first")
                } else {
                    report.hint("remove one of the two")
                }
            } else {
                report
                    .related(*span, "this row has the same condition")
                    .hint("remove one of the two")
            };
            self.report(report);
        }
        earlier.is_some()
    }

    fn always(&self, node: Option<NodeId>) -> bool {
        node.is_some_and(|n| self.builder.unit.node(n).kind == Kind::Bool(true))
    }

    /// Reports the classes that have no row for every bar.
    fn forgotten(&mut self, id: EnumId, router: &RouterItem, table: &mut Table<'t>) {
        let labels = self.enum_labels(id);
        let covered = |class: usize| {
            table
                .seen
                .iter()
                .any(|(c, n, _)| *c as usize == class && (n.is_none() || self.always(*n)))
        };
        let missing: Vec<&str> = (0..labels.len())
            .filter(|i| !covered(*i))
            .filter_map(|i| labels.get(i).map(String::as_str))
            .collect();
        let Some(first) = missing.first() else {
            return;
        };
        let class = labels.iter().position(|l| l == first);
        let partly = table
            .seen
            .iter()
            .find(|(c, ..)| Some(*c as usize) == class)
            .map(|(.., span)| *span);
        let report = Diagnostic::error(
            Code::ForgottenClass,
            router.name.span,
            format!(
                "`{}` has no row for {}",
                router.name.name,
                listed(missing.iter().copied())
            ),
        );
        let report = match partly {
            Some(span) => report
                .related(
                    span,
                    "this row has a condition: what when it does not hold?",
                )
                .hint(format!("add `{first} => Name size 1.0` after it")),
            None => report.hint(format!("add `{first} => Name size 1.0`")),
        };
        self.report(report);
        table.failed = true;
    }
}
