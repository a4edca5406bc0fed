//! Rows of a router that are never reached, because an earlier row of the class takes every bar on
//! which their condition holds.

use super::joint::{Fact, facts};
use super::noted::Placed;
use super::verdicts::Judge;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Kind, NodeId};
use crate::source::Span;

/// Deepest nesting of conditions that is taken apart.
const DEEPEST: u32 = 32;

impl Judge<'_> {
    /// Warns of rows that earlier rows of their class leave nothing to.
    pub(super) fn routes(&mut self, rows: &[(u32, NodeId, Span)]) {
        for (i, (class, when, span)) in rows.iter().enumerate() {
            let holds = facts(self.unit, *when, true);
            if self.exclusive(&holds) {
                continue;
            }
            let before: Vec<Placed> = rows[..i]
                .iter()
                .filter(|(c, ..)| c == class)
                .map(|(_, when, span)| (*when, *span))
                .collect();
            let one = before
                .iter()
                .find(|(earlier, _)| self.implied(&holds, *earlier, DEEPEST));
            let report = |text: &str| {
                Diagnostic::warning(
                    Code::UnreachableRow,
                    *span,
                    format!("this row of `{}` is never reached", self.map.slice(*span)),
                )
                .hint(text.to_owned())
            };
            let report = if let Some((_, at)) = one {
                report("put the narrower condition first")
                    .related(*at, "this row takes every bar on which its condition holds")
            } else if self.together(&holds, &before) {
                before.iter().fold(
                    report("remove the row, or put it first"),
                    |report, (_, at)| report.related(*at, "what this row leaves"),
                )
            } else {
                continue;
            };
            self.say(report);
        }
    }

    /// Whether a condition is true wherever some facts hold; false where that is not certain.
    fn implied(&self, holds: &[Fact], condition: NodeId, depth: u32) -> bool {
        if depth == 0 {
            return false;
        }
        match self.unit.node(condition).kind {
            Kind::And(a, b) => {
                self.implied(holds, a, depth - 1) && self.implied(holds, b, depth - 1)
            }
            Kind::Or(a, b) => {
                self.implied(holds, a, depth - 1) || self.implied(holds, b, depth - 1)
            }
            _ => {
                let fails = facts(self.unit, condition, false);
                self.is_known(holds, &fails) && self.exclusive(&[holds, &fails[..]].concat())
            }
        }
    }

    /// Whether several conditions leave nothing that some facts allow, each a comparison of what is
    /// known there.
    fn together(&self, holds: &[Fact], before: &[Placed]) -> bool {
        let mut fails = Vec::new();
        let mut used = 0;
        for (condition, _) in before {
            let more = facts(self.unit, *condition, false);
            if self.is_known(holds, &more) {
                fails.extend(more);
                used += 1;
            }
        }
        used == before.len() && used > 1 && self.exclusive(&[holds, &fails[..]].concat())
    }

    /// Whether a condition that fails with these facts can only be false, not na, where others hold:
    /// all that it compares is compared there, too, or known before the first bar.
    fn is_known(&self, holds: &[Fact], fails: &[Fact]) -> bool {
        let is_there = |x: NodeId| {
            let asked = |f: &Fact| matches!(f, Fact::Order(a, b, _) if *a == x || *b == x);
            !self.unit.node(x).stage.series || holds.iter().any(asked)
        };
        fails.iter().all(|fact| match fact {
            Fact::Order(a, b, _) => is_there(*a) && is_there(*b),
            Fact::Truth(c, _) => {
                holds.contains(&Fact::Truth(*c, true))
                    || matches!(
                        self.unit.node(*c).kind,
                        Kind::Compare(..) | Kind::Not(_) | Kind::Or(..)
                    )
            }
            Fact::Missing(_) => false,
        })
    }
}
