//! Stops, sizes and targets of a strategy that the tables of limits of its file refuse.
//!
//! Everything is judged at the defaults of the parameters, by the range of its values there: what
//! only some values of a domain or some bars would break is not certain, and nothing is said.

use super::Checker;
use crate::diag::{Code, Diagnostic};
use crate::hir::{
    Input, Kind, Level, LimitKind, Math2, NodeId, Range, Risk, Side, Signal, Size, ranges_at,
};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind, Expr, ItemKind, StmtKind, StrategyItem};

/// A share as it is at the defaults.
#[derive(Clone, Copy)]
struct Share {
    range: Range,
    /// Whether other parameters would make it another.
    by_default: bool,
}

impl Share {
    /// `5%`, `at least 5%`.
    fn least(self) -> String {
        self.told(self.range.lo, "at least ")
    }

    fn most(self) -> String {
        self.told(self.range.hi, "at most ")
    }

    fn told(self, end: f64, word: &str) -> String {
        let word = if self.range.is_point() { "" } else { word };
        format!("{word}{}", percent(end))
    }

    /// What is said where other parameters would help.
    fn note(self) -> &'static str {
        if self.by_default {
            " at the defaults"
        } else {
            ""
        }
    }
}

impl<'t> Checker<'t, '_> {
    /// Warns about stops, sizes and targets that every table of limits in sight refuses.
    pub(super) fn limit_lints(&mut self, item: &'t StrategyItem) {
        let is_whole = !self.torn && !self.incomplete && self.builder.outgrown.is_none();
        if !self.lints() || !is_whole || self.sink.errors() > self.errors_before {
            return;
        }
        let risks = self.visible_risks();
        if risks.is_empty() {
            return;
        }
        let ranges = ranges_at(&self.builder.unit, &[]);
        self.beyond_limits(item, &risks, &ranges);
    }

    /// The tables of limits that this file sees.
    fn visible_risks(&mut self) -> Vec<Risk> {
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
                Some(self.beside(item, |checker| checker.risk(item, body))?.1)
            })
            .collect()
    }

    /// A share, where its values are known.
    fn share_at(&self, ranges: &[Range], id: NodeId) -> Option<Share> {
        let range = *ranges.get(id.0 as usize)?;
        let is_known = !range.is_empty() && range.lo.is_finite() && range.hi.is_finite();
        is_known.then(|| Share {
            range,
            by_default: self.builder.stage(id).params != 0,
        })
    }

    /// Of a price `entry_price * f`, the factor.
    fn factor_of_entry(&self, ranges: &[Range], id: NodeId) -> Option<Share> {
        let unit = &self.builder.unit;
        let Kind::Math2(Math2::Mul, a, b) = unit.node(id).kind else {
            return None;
        };
        let is_entry = |x: NodeId| unit.node(x).kind == Kind::Input(Input::EntryPrice);
        match (is_entry(a), is_entry(b)) {
            (true, false) => self.share_at(ranges, b),
            (false, true) => self.share_at(ranges, a),
            _ => None,
        }
    }

    /// How far a price `entry_price * f` lies below the entry (`below`), or above it.
    fn distance(&self, ranges: &[Range], id: NodeId, below: bool) -> Option<Share> {
        // Of a short trade below is above.
        let unit = &self.builder.unit;
        if unit.entries.iter().any(|e| e.side == Side::Short) {
            return None;
        }
        let factor = self.factor_of_entry(ranges, id)?;
        let Range { lo, hi, .. } = factor.range;
        let (lo, hi) = if below {
            (1.0 - hi, 1.0 - lo)
        } else {
            (lo - 1.0, hi - 1.0)
        };
        (lo > 0.0).then(|| Share {
            range: Range::new(lo, hi),
            ..factor
        })
    }

    /// The distance of the tightest stop that is known, with its place.
    fn tightest_stop(&self, item: &StrategyItem, ranges: &[Range]) -> Option<(Share, Span)> {
        let unit = &self.builder.unit;
        let written = item.body.iter().find_map(|s| match &s.kind {
            StmtKind::Stop(ast::Level::Share(e)) => Some(e.span),
            _ => None,
        });
        let plain = unit
            .stop
            .and_then(|id| self.share_at(ranges, id))
            .zip(written);
        // One that cannot be measured may be tighter than all others.
        let mut tightest = plain;
        if unit.stop.is_some() && plain.is_none() || !unit.plan.trails.is_empty() {
            return None;
        }
        for (id, span) in &unit.plan.stops {
            let share = self.distance(ranges, *id, true)?;
            if tightest.is_none_or(|(t, _)| share.range.lo < t.range.lo) {
                tightest = Some((share, *span));
            }
        }
        tightest
    }

    /// Stops, sizes and targets that every table of limits refuses.
    fn beyond_limits(&mut self, item: &'t StrategyItem, risks: &[Risk], ranges: &[Range]) {
        let of = |kind: LimitKind| -> Option<(f64, Span)> {
            let mut loosest: Option<(f64, Span)> = None;
            for risk in risks {
                let limit = risk.limit(kind)?;
                let is_least = kind == LimitKind::MinRiskReward;
                let looser = loosest.is_none_or(|(v, _)| (limit.value > v) != is_least);
                if looser {
                    loosest = Some((limit.value, limit.span));
                }
            }
            loosest
        };
        let stop = self.tightest_stop(item, ranges);
        let risk = of(LimitKind::MaxSingleTradeRisk);
        if let (Some((stop, at)), Some((limit, limit_at))) = (stop, risk)
            && stop.range.lo > 2.0 * limit * (1.0 + 1e-9)
        {
            let most = percent(2.0 * limit);
            let (least, note) = (stop.least(), stop.note());
            self.report(
                Diagnostic::warning(
                    Code::WideStop,
                    at,
                    format!("a stop of {least} is refused{note}: the limits allow {most}"),
                )
                .related(limit_at, "a stop is at most twice this")
                .hint("tighten the stop, or raise `max_single_trade_risk`"),
            );
        }
        let stop = stop.map(|(stop, _)| stop);
        if let Some((limit, limit_at)) = risk {
            self.large_sizes(item, stop, (limit, limit_at), ranges);
        }
        if let (Some(stop), Some(least)) = (stop, of(LimitKind::MinRiskReward)) {
            self.poor_rewards(item, stop, least, ranges);
        }
    }

    /// Entries that risk more of the equity than one trade may.
    fn large_sizes(
        &mut self,
        item: &'t StrategyItem,
        stop: Option<Share>,
        (limit, limit_at): (f64, Span),
        ranges: &[Range],
    ) {
        let risked = |entry: &Signal| match entry.order.size? {
            Size::Risk(id) => self.share_at(ranges, id),
            Size::OfEquity(id) => {
                let (size, stop) = (self.share_at(ranges, id)?, stop?);
                let (lo, hi) = (size.range.lo.max(0.0), size.range.hi.max(0.0));
                Some(Share {
                    range: Range::new(lo * stop.range.lo, hi * stop.range.hi),
                    by_default: size.by_default || stop.by_default,
                })
            }
            Size::Units(_) => None,
        };
        let entries = self.builder.unit.entries.iter();
        let found: Vec<(Share, Span)> = entries
            .filter_map(|entry| {
                let share = risked(entry).filter(|s| s.range.lo > limit * (1.0 + 1e-9))?;
                Some((
                    share,
                    size_of(item, entry.span).map_or(entry.span, |e| e.span),
                ))
            })
            .collect();
        for (share, at) in found {
            self.report(
                Diagnostic::warning(
                    Code::WideStop,
                    at,
                    format!(
                        "this risks {} of the equity at its stop{}",
                        share.least(),
                        share.note()
                    ),
                )
                .related(limit_at, "one trade may risk no more than this")
                .hint("trade a smaller size, or tighten the stop"),
            );
        }
    }

    /// Targets nearer than the least reward for the stop's risk.
    fn poor_rewards(
        &mut self,
        item: &StrategyItem,
        stop: Share,
        (least, limit_at): (f64, Span),
        ranges: &[Range],
    ) {
        let plan = &self.builder.unit.plan;
        let targets: Vec<Option<Share>> = plan
            .targets
            .iter()
            .map(|(level, _)| match level {
                Level::Share(id) => self.share_at(ranges, *id),
                Level::At(id) => self.distance(ranges, *id, false),
            })
            .collect();
        let ladder: Option<Vec<Share>> = plan
            .ladder
            .iter()
            .map(|(_, id)| self.share_at(ranges, *id))
            .collect();
        // The nearest of several targets wins; of a ladder the first row asks for most.
        let nearest = targets
            .iter()
            .zip(&plan.targets)
            .filter_map(|(share, (_, span))| Some(((*share)?, *span)))
            .reduce(|a, b| if b.0.range.hi < a.0.range.hi { b } else { a });
        let most = ladder.filter(|_| plan.targets.is_empty()).and_then(|rows| {
            rows.into_iter()
                .reduce(|a, b| if b.range.hi > a.range.hi { b } else { a })
        });
        let (reward, at) = match (nearest, most) {
            (Some(near), _) => near,
            (None, Some(most)) => {
                let at = item.body.iter().find_map(|s| match &s.kind {
                    StmtKind::Ladder(_) => Some(Span::new(
                        s.span.file,
                        s.span.start,
                        s.span.start + "take_profit".len() as u32,
                    )),
                    _ => None,
                });
                let Some(at) = at else { return };
                (most, at)
            }
            _ => return,
        };
        let wins = reward.range.hi / stop.range.lo;
        if stop.range.lo <= 0.0 || wins >= least * (1.0 - 1e-9) {
            return;
        }
        let both = Share {
            by_default: reward.by_default || stop.by_default,
            ..reward
        };
        let at_most = if reward.range.is_point() && stop.range.is_point() {
            ""
        } else {
            "at most "
        };
        self.report(
            Diagnostic::warning(
                Code::PoorReward,
                at,
                format!(
                    "a target of {} over a stop of {} wins {at_most}{} for each 1 at risk{}",
                    reward.most(),
                    stop.least(),
                    (wins * 100.0).round() / 100.0,
                    both.note()
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
