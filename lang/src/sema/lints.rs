//! Warnings about a whole strategy: exits that never get their turn, stops and targets at odds with
//! the file's limits, costs left out, windows that mix ratios of different days.

use std::collections::BTreeSet;

use super::Checker;
use crate::diag::{Code, Diagnostic};
use crate::hir::{
    FeedKind, Input, Kind, Level, LimitKind, Math2, NodeId, Risk, Signal, Size, Start,
};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind, Expr, ItemKind, StmtKind, StrategyItem};

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
        let risks = self.visible_risks();
        if !risks.is_empty() {
            self.beyond_limits(item, &risks);
        }
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

    /// The tables of limits that this file sees, each with its name's place.
    fn visible_risks(&mut self) -> Vec<(Risk, Span)> {
        let Some(module) = self.program.modules.get(self.module) else {
            return Vec::new();
        };
        let items: Vec<&'t ast::Item> = module
            .items
            .values()
            .map(|def| def.item)
            .filter(|item| matches!(item.kind, ItemKind::Risk(_)))
            .collect();
        items
            .into_iter()
            .filter_map(|item| {
                let ItemKind::Risk(body) = &item.kind else {
                    return None;
                };
                let (_, risk) = self.beside(item, |checker| checker.risk(item, body))?;
                Some((risk, body.name.span))
            })
            .collect()
    }

    /// Stops, sizes and targets that every table of limits refuses.
    fn beyond_limits(&mut self, item: &'t StrategyItem, risks: &[(Risk, Span)]) {
        let of = |kind: LimitKind| -> Option<(f64, Span)> {
            let mut loosest: Option<(f64, Span)> = None;
            for (risk, _) in risks {
                let limit = risk.limit(kind)?;
                let is_least = kind == LimitKind::MinRiskReward;
                let looser = loosest.is_none_or(|(v, _)| (limit.value > v) != is_least);
                if looser {
                    loosest = Some((limit.value, limit.span));
                }
            }
            loosest
        };
        let stop = self
            .builder
            .unit
            .stop
            .and_then(|id| self.builder.constant(id));
        let stop_at = item.body.iter().find_map(|s| match &s.kind {
            StmtKind::Stop(ast::Level::Share(e)) => Some(e.span),
            _ => None,
        });
        let risk = of(LimitKind::MaxSingleTradeRisk);
        if let (Some(stop), Some(at), Some((limit, limit_at))) = (stop, stop_at, risk)
            && stop > 2.0 * limit * (1.0 + 1e-9)
        {
            let most = percent(2.0 * limit);
            self.report(
                Diagnostic::warning(
                    Code::WideStop,
                    at,
                    format!(
                        "a stop of {} is refused: the limits allow {most}",
                        percent(stop)
                    ),
                )
                .related(limit_at, "a stop is at most twice this")
                .hint("tighten the stop, or raise `max_single_trade_risk`"),
            );
        }
        if let Some((limit, limit_at)) = risk {
            self.large_sizes(item, stop, limit, limit_at);
        }
        if let (Some(stop), Some((least, limit_at))) = (stop, of(LimitKind::MinRiskReward)) {
            self.poor_rewards(item, stop, least, limit_at);
        }
    }

    /// Entries that risk more of the equity than one trade may.
    fn large_sizes(
        &mut self,
        item: &'t StrategyItem,
        stop: Option<f64>,
        limit: f64,
        limit_at: Span,
    ) {
        let entries = std::mem::take(&mut self.builder.unit.entries);
        for entry in &entries {
            let risked = match entry.order.size {
                Some(Size::Risk(id)) => self.builder.constant(id),
                Some(Size::OfEquity(id)) => self
                    .builder
                    .constant(id)
                    .zip(stop)
                    .map(|(s, stop)| s * stop),
                _ => None,
            };
            let Some(risked) = risked.filter(|r| *r > limit * (1.0 + 1e-9)) else {
                continue;
            };
            let at = size_of(item, entry.span).map_or(entry.span, |e| e.span);
            self.report(
                Diagnostic::warning(
                    Code::WideStop,
                    at,
                    format!("this risks {} of the equity at its stop", percent(risked)),
                )
                .related(limit_at, "one trade may risk no more than this")
                .hint("trade a smaller size, or tighten the stop"),
            );
        }
        self.builder.unit.entries = entries;
    }

    /// Targets nearer than the least reward for the stop's risk.
    fn poor_rewards(&mut self, item: &StrategyItem, stop: f64, least: f64, limit_at: Span) {
        let plan = &self.builder.unit.plan;
        let shares: Vec<Option<f64>> = plan
            .targets
            .iter()
            .map(|(level, _)| match level {
                Level::Share(id) => self.builder.constant(*id),
                Level::At(_) => None,
            })
            .collect();
        let ladder: Vec<Option<f64>> = plan
            .ladder
            .iter()
            .map(|(_, id)| self.builder.constant(*id))
            .collect();
        let target_at = plan.targets.first().map(|(_, span)| *span);
        // The nearest of several targets wins; of a ladder the first row asks for most.
        let nearest = shares.iter().copied().flatten().reduce(f64::min);
        let most = ladder.iter().copied().flatten().reduce(f64::max);
        let is_known = shares.iter().chain(&ladder).all(Option::is_some);
        let (reward, at) = match (nearest, most) {
            (Some(near), _) => (near, target_at),
            (None, Some(most)) if is_known => {
                let ladder_at = item.body.iter().find_map(|s| match &s.kind {
                    StmtKind::Ladder(_) => Some(Span::new(
                        s.span.file,
                        s.span.start,
                        s.span.start + "take_profit".len() as u32,
                    )),
                    _ => None,
                });
                (most, ladder_at)
            }
            _ => return,
        };
        let Some(at) = at else { return };
        if reward / stop >= least * (1.0 - 1e-9) {
            return;
        }
        let ratio = (reward / stop * 100.0).round() / 100.0;
        self.report(
            Diagnostic::warning(
                Code::PoorReward,
                at,
                format!(
                    "a target of {} over a stop of {} wins {ratio} for each 1 at risk",
                    percent(reward),
                    percent(stop)
                ),
            )
            .related(limit_at, format!("the least is {least}"))
            .hint("move the target away, or tighten the stop"),
        );
    }
}

/// The size that an entry writes.
fn size_of(item: &StrategyItem, entry: Span) -> Option<&Expr> {
    let stmt = item.body.iter().find(|s| s.span == entry)?;
    let StmtKind::Enter(enter) = &stmt.kind else {
        return None;
    };
    enter.clauses.iter().find_map(|clause| match &clause.kind {
        ClauseKind::SizeRisk(e) | ClauseKind::SizeOfEquity(e) => Some(e),
        _ => None,
    })
}

/// A share as a percentage, rounded where its last digits are noise.
fn percent(share: f64) -> String {
    format!("{}%", (share * 1e8).round() / 1e6)
}
