//! Extra columns of a unit: their graphs, and the data that they need.

use std::sync::Arc;

use strat_abi::Need;
use strat_lang::hir::{self, Input, Kind};

use super::{Lower, lower, millis};
use crate::ir::{Feed, FeedKind, Graph};

impl Lower<'_> {
    /// Lowers the feeds that a needed node reads; the others keep their place only.
    pub(super) fn extra_columns(&mut self, needed: &[bool], needs: &mut Vec<Need>) {
        let mut read = vec![false; self.unit.feeds.len()];
        for (node, needed) in self.unit.nodes.iter().zip(needed) {
            if let (Kind::Input(Input::Extra(i)), true) = (node.kind, needed)
                && let Some(read) = read.get_mut(i as usize)
            {
                *read = true;
            }
        }
        for (feed, read) in self.unit.feeds.iter().zip(read) {
            let kind = if read {
                self.feed(&feed.kind, needs)
            } else {
                FeedKind::Later(String::new())
            };
            self.graph.feeds.push(Feed {
                kind,
                params: feed.params,
            });
        }
    }

    fn feed(&self, kind: &hir::FeedKind, needs: &mut Vec<Need>) -> FeedKind {
        match kind {
            hir::FeedKind::Timeframe { seconds, unit } => {
                let millis = millis(*seconds);
                FeedKind::Timeframe {
                    millis,
                    graph: Arc::new(self.inner(unit, Some(millis), needs)),
                }
            }
            hir::FeedKind::Symbol { symbol, unit } => {
                let need = need(needs, Need::Symbol(symbol.clone()));
                FeedKind::Symbol {
                    need,
                    graph: Arc::new(self.inner(unit, self.graph.bar_millis, needs)),
                }
            }
            hir::FeedKind::Due(calendar) => FeedKind::Due(calendar.clone()),
            hir::FeedKind::Within { from, to, zone } => FeedKind::Within {
                from: *from,
                to: *to,
                zone: zone.clone(),
            },
            hir::FeedKind::External(name) => {
                FeedKind::External(need(needs, Need::External(name.clone())))
            }
            hir::FeedKind::Event(name) => {
                FeedKind::Event(need(needs, Need::External(name.clone())))
            }
            hir::FeedKind::Book { name, .. } => FeedKind::Later(name.clone()),
            hir::FeedKind::Rank { .. } => FeedKind::Later("rank".to_owned()),
        }
    }

    /// A graph that feeds this one, of which only output 0 is asked for. It is run with the
    /// parameters of its owner, however many of them it names.
    fn inner(&self, unit: &hir::Unit, bar_millis: Option<i64>, needs: &mut Vec<Need>) -> Graph {
        lower(unit, self.graph.params, bar_millis, needs)
    }
}

/// The place of a need, each once.
fn need(needs: &mut Vec<Need>, need: Need) -> usize {
    if let Some(known) = needs.iter().position(|n| *n == need) {
        return known;
    }
    needs.push(need);
    needs.len() - 1
}
