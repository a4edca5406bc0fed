//! Warnings about a whole strategy: exits that never get their turn, costs left out, windows that
//! mix ratios of different days.

use std::collections::BTreeSet;

use super::Checker;
use crate::diag::{Code, Diagnostic};
use crate::hir::{FeedKind, Input, Kind, Math2, NodeId, Signal, Start};
use crate::source::Span;
use crate::syntax::ast::{StmtKind, StrategyItem};

/// Most conditions of one exit that are compared with those of another.
const MOST_TERMS: usize = 64;

impl<'t> Checker<'t, '_> {
    /// Warns about a strategy that is right.
    pub(super) fn strategy_lints(&mut self, item: &'t StrategyItem) {
        let is_whole = !self.torn && !self.incomplete && self.builder.outgrown.is_none();
        if !self.lints() || !is_whole || self.sink.errors() > self.errors_before {
            return;
        }
        self.shadowed_exits();
        self.mixed_ratios(item);
        self.unstated_costs(item);
    }

    /// Exits that hold only where an earlier one holds, which then closes the trade.
    fn shadowed_exits(&mut self) {
        let exits = std::mem::take(&mut self.builder.unit.exits);
        for (i, later) in exits.iter().enumerate() {
            let terms = self.conjuncts(later.when);
            let earlier = exits.iter().take(i).find(|earlier| {
                let closes_all = earlier.portion.is_none()
                    && earlier.order == crate::hir::Order::default()
                    && later.order == crate::hir::Order::default();
                closes_all && self.implies(&terms, later, earlier)
            });
            let Some(earlier) = earlier else { continue };
            let same = earlier.when == later.when;
            let report = Diagnostic::warning(
                Code::ShadowedExit,
                later.span,
                if same {
                    "this exit has the condition of an earlier one"
                } else {
                    "whenever this exit holds, an earlier one does, too"
                },
            )
            .related(earlier.span, "the earlier exit")
            .hint("the first that holds closes the trade and gives it its tag: remove this one, or put it first");
            self.report(report);
        }
        self.builder.unit.exits = exits;
    }

    /// Whether the conditions of an exit include all of an earlier one, or are one of its cases.
    fn implies(&self, terms: &BTreeSet<NodeId>, later: &Signal, earlier: &Signal) -> bool {
        let before = self.conjuncts(earlier.when);
        before.is_subset(terms) || self.disjuncts(earlier.when).contains(&later.when)
    }

    /// The conditions that all hold where this one does.
    fn conjuncts(&self, root: NodeId) -> BTreeSet<NodeId> {
        self.flat(root, |kind| match kind {
            Kind::And(a, b) => Some((a, b)),
            _ => None,
        })
    }

    /// The conditions of which one holds where this one does.
    fn disjuncts(&self, root: NodeId) -> BTreeSet<NodeId> {
        self.flat(root, |kind| match kind {
            Kind::Or(a, b) => Some((a, b)),
            _ => None,
        })
    }

    fn flat(&self, root: NodeId, split: fn(Kind) -> Option<(NodeId, NodeId)>) -> BTreeSet<NodeId> {
        let mut out = BTreeSet::new();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if out.len() + open.len() > MOST_TERMS {
                return BTreeSet::from([root]);
            }
            match split(self.builder.unit.node(id).kind) {
                Some((a, b)) => open.extend([a, b]),
                None => {
                    out.insert(id);
                }
            }
        }
        out
    }

    /// Windows and recurrences over `x - h * y` of two prices, where h changes from bar to bar.
    fn mixed_ratios(&mut self, item: &StrategyItem) {
        let unit = &self.builder.unit;
        let mut read: Vec<NodeId> = Vec::new();
        for node in &unit.nodes {
            if let Kind::Window(_, x, ..) = node.kind {
                read.push(x);
            }
        }
        for group in &unit.groups {
            if group.start != Start::FirstSeed {
                continue;
            }
            // A value that is sampled and held has no name, and mixes nothing.
            let named = group.members.iter().filter(|m| !m.name.is_empty());
            read.extend(named.map(|m| m.seed));
        }
        let mut found: Vec<(Span, Span)> = Vec::new();
        for x in read {
            if let Some(ratio) = self.spread_ratio(x) {
                let span = self.builder.unit.node(x).span;
                let ratio = self.builder.unit.node(ratio).span;
                let is_new = found.iter().all(|(s, _)| *s != span);
                if span.file == item.name.span.file && is_new {
                    found.push((span, ratio));
                }
            }
        }
        for (span, ratio) in found {
            let report = Diagnostic::warning(
                Code::MixedRatios,
                span,
                "the ratio of this spread changes inside the window over it",
            )
            .hint("take a window over each price, and combine these with the ratio of today");
            self.report(if ratio.file == span.file {
                report.related(ratio, "this changes from bar to bar")
            } else {
                report
            });
        }
    }

    /// The changing ratio of `x - h * y` or `x + h * y`, where x and y are prices.
    fn spread_ratio(&self, spread: NodeId) -> Option<NodeId> {
        let unit = &self.builder.unit;
        let (a, b) = match unit.node(spread).kind {
            Kind::Math2(Math2::Sub | Math2::Add, a, b) => (a, b),
            _ => return None,
        };
        for (price, product) in [(a, b), (b, a)] {
            let Kind::Math2(Math2::Mul, h, y) = unit.node(product).kind else {
                continue;
            };
            if !self.is_price_column(price) {
                continue;
            }
            for (h, y) in [(h, y), (y, h)] {
                let changes = unit.node(h).stage.series && !self.is_price_column(h);
                if changes && self.is_price_column(y) {
                    return Some(h);
                }
            }
        }
        None
    }

    /// Whether a node is a price as it comes, of its own symbol or another.
    fn is_price_column(&self, id: NodeId) -> bool {
        let unit = &self.builder.unit;
        match unit.node(id).kind {
            Kind::Input(Input::Open | Input::High | Input::Low | Input::Close) => true,
            Kind::Input(Input::Extra(i)) => {
                let feed = unit.feeds.get(i as usize).map(|f| &f.kind);
                matches!(feed, Some(FeedKind::Symbol { .. }))
            }
            _ => false,
        }
    }

    /// An `execution` that leaves out what a fill costs.
    fn unstated_costs(&mut self, item: &StrategyItem) {
        for stmt in &item.body {
            let StmtKind::Execution(settings) = &stmt.kind else {
                continue;
            };
            let states = |name: &str| settings.iter().any(|s| s.name.name == name);
            let missing: Vec<&str> = ["fees", "slippage"]
                .into_iter()
                .filter(|name| !states(name))
                .collect();
            let Some(first) = missing.first() else {
                continue;
            };
            let value = if *first == "fees" { "0.1%" } else { "5bp" };
            let word = Span::new(
                stmt.span.file,
                stmt.span.start,
                stmt.span.start + "execution".len() as u32,
            );
            self.report(
                Diagnostic::warning(
                    Code::NoCosts,
                    word,
                    format!("this does not state {}", missing.join(" and ")),
                )
                .hint(format!(
                    "write `{first} {value}`, or `{first} 0%` to mean none"
                )),
            );
        }
    }
}
