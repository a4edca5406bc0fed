//! What all parameter sets of one market share.

use std::borrow::Cow;

use strat_abi::BarColumns;

use super::extremes::{Extremes, GROUP, SLACK};
use super::signals::next_set;
use crate::convention::{Fill, Rules};
use crate::price::{can_fill, is_price, stop_fill, stop_reach};
use crate::spans::{Extent, Held, RunningTotals, Totals};

/// Tables of one market under one set of rules, built once and read by every [`Walker`](super::Walker).
///
/// About 60 bytes per bar; nothing depends on parameter sets or on costs.
#[derive(Debug)]
pub struct MarketTables<'a> {
    columns: BarColumns<'a>,
    rules: Rules,
    start: usize,
    /// Closes with holes filled: carried over, and before the first price the first price.
    closes: Cow<'a, [f64]>,
    totals: Vec<Totals>,
    extremes: Extremes,
    /// Per bar, the lowest price a stop is tested against.
    reaches: Cow<'a, [f64]>,
    /// Lowest reach of each group of bars.
    group_reaches: Vec<f64>,
    /// Bars on which an order can fill; `None` where that is all of them.
    fillable: Option<Vec<u64>>,
}

impl<'a> MarketTables<'a> {
    /// Tables over `columns`, which have one length, trading from bar `start` on.
    #[must_use]
    pub fn new(columns: BarColumns<'a>, start: usize, rules: Rules) -> Self {
        let bars = columns.len();
        let start = start.min(bars);
        let mut running = RunningTotals::new();
        let mut totals = vec![Totals::default(); bars];
        for (at, &close) in totals.iter_mut().zip(columns.close).skip(start) {
            *at = running.push(close);
        }
        let closes = filled(columns.close, start);

        let reaches: Vec<f64> = (0..bars)
            .map(|t| stop_reach(&columns.bar(t), rules.stops))
            .collect();
        let group_reaches = reaches
            .chunks(GROUP)
            .map(|group| group.iter().copied().fold(f64::INFINITY, f64::min))
            .collect();

        let mut fillable = vec![0u64; bars.div_ceil(64)];
        let mut every = true;
        for t in start..bars {
            if can_fill(&columns.bar(t), rules.fill) {
                fillable[t / 64] |= 1 << (t % 64);
            } else {
                every = false;
            }
        }

        Self {
            columns,
            rules,
            start,
            totals,
            extremes: Extremes::new(&closes),
            closes,
            reaches: Cow::Owned(reaches),
            group_reaches,
            fillable: (!every).then_some(fillable),
        }
    }

    /// Number of bars, those before the start included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.closes.len()
    }

    /// Whether there is no bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.closes.is_empty()
    }

    /// First bar that trades.
    #[must_use]
    pub const fn start(&self) -> usize {
        self.start
    }

    /// The rules the tables were built for.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether some bar has no price to fill at.
    #[inline]
    pub(super) const fn has_holes(&self) -> bool {
        self.fillable.is_some()
    }

    /// First bar at or after `from` on which an order can fill; `usize::MAX` where there is none.
    #[inline]
    pub(super) fn next_fillable(&self, from: usize) -> usize {
        match &self.fillable {
            Some(bits) => next_set(bits, from, usize::MAX),
            None if from < self.len() => from,
            None => usize::MAX,
        }
    }

    /// The price an order fills at on bar `t`, before slippage.
    #[inline]
    pub(super) fn fill_price(&self, t: usize) -> f64 {
        match self.rules.fill {
            Fill::Close => self.columns.close[t],
            Fill::NextOpen => self.columns.open[t],
        }
    }

    /// The price a stop at `level` fills at on bar `t`, before slippage.
    #[inline]
    pub(super) fn stop_price(&self, t: usize, level: f64) -> f64 {
        stop_fill(&self.columns.bar(t), level, self.rules.stops)
    }

    /// First bar in `from..until` that reaches a stop at `level`, or `until`.
    #[inline]
    pub(super) fn first_stopped(&self, level: f64, from: usize, until: usize) -> usize {
        let mut t = from;
        while t < until {
            let group = t / GROUP;
            let end = until.min((group + 1) * GROUP);
            if self.group_reaches[group] <= level
                && let Some(at) = self.reaches[t..end]
                    .iter()
                    .position(|&reach| reach <= level)
            {
                return t + at;
            }
            t = end;
        }
        until
    }

    /// The closes `first..=last` of a span of an account whose drawdown ratio so far is `worst`.
    #[inline]
    pub(super) fn held(&self, first: usize, last: usize, worst: f64) -> Held {
        let closes = &*self.closes;
        let (max, min) = self.extremes.range(closes, first, last);
        // No close can lie further below an earlier one than the lowest below the highest.
        let worst = if min >= max * (worst * SLACK) {
            worst
        } else {
            self.extremes.worst(closes, first, last, worst)
        };
        Held {
            bars: last - first + 1,
            first: closes[first],
            last: closes[last],
            extent: Extent { max, min, worst },
            totals: self.totals[last].since(self.totals[first]),
        }
    }
}

/// `closes` with what is not a price replaced by the last price from `start` on, or by the next
/// one where there is none yet. A position is only ever bought on a bar with a price, so only
/// carried prices are ever part of a span.
fn filled(closes: &[f64], start: usize) -> Cow<'_, [f64]> {
    if closes.iter().all(|&close| is_price(close)) {
        return Cow::Borrowed(closes);
    }
    let mut filled = closes.to_vec();
    let range = &mut filled[start..];
    let mut last = range
        .iter()
        .copied()
        .find(|&close| is_price(close))
        .unwrap_or(1.0);
    for close in range {
        if is_price(*close) {
            last = *close;
        } else {
            *close = last;
        }
    }
    for close in &mut filled[..start] {
        if !is_price(*close) {
            *close = 1.0;
        }
    }
    Cow::Owned(filled)
}
