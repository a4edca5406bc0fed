//! Extra columns: what a graph reads besides the bars of its own symbol.

use std::sync::Arc;

use strat_lang::hir::Calendar;

use super::Graph;

/// One extra column.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// Where its values come from.
    pub kind: FeedKind,
    /// On which parameters it depends, bit i for parameter i.
    pub params: u64,
}

/// Where the values of an extra column come from. Needs are indices of [`Graph::needs`] of the
/// whole program, also inside a graph of a graph.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedKind {
    /// Output 0 of a graph over longer bars.
    Timeframe {
        /// Length of its bars, milliseconds.
        millis: i64,
        /// What is computed on them.
        graph: Arc<Graph>,
    },
    /// Output 0 of a graph over the bars of another symbol.
    Symbol {
        /// The symbol.
        need: usize,
        /// What is computed on its bars.
        graph: Arc<Graph>,
    },
    /// 1 on the bar on which a schedule falls due, else 0.
    Due(Calendar),
    /// 1 on a bar that opens inside a session, else 0.
    Within {
        /// Begin, seconds since midnight.
        from: f64,
        /// End (excluded), seconds since midnight.
        to: f64,
        /// Time zone.
        zone: String,
    },
    /// The value published last.
    External(usize),
    /// 1 on a bar in which something was published, else 0.
    Event(usize),
    /// Known to a later tier only; na.
    Later(String),
}

impl Feed {
    /// What is computed on its bars, where it has bars of its own.
    #[must_use]
    pub fn graph(&self) -> Option<&Arc<Graph>> {
        match &self.kind {
            FeedKind::Timeframe { graph, .. } | FeedKind::Symbol { graph, .. } => Some(graph),
            _ => None,
        }
    }
}
