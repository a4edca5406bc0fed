//! What all parameter sets of one market share.

use std::borrow::Cow;
use std::sync::OnceLock;

use strat_abi::BarColumns;

use super::falls::Falls;
use super::leaders::{GROUP, Leaders};
use super::signals::next_set;
use crate::convention::{Fill, Rules, StopTest};
use crate::price::{can_fill, is_price, stop_fill, stop_reach};
use crate::spans::order::SLACK;
use crate::spans::{Extent, Held, RunningTotals, Totals};

/// Tables of one market under one set of rules, built once and read by every [`Walker`](super::Walker).
///
/// 56 bytes per bar where no price is missing, 16 more with stops inside the bar; nothing depends on parameter sets or on costs.
#[derive(Debug)]
pub struct MarketTables<'a> {
    columns: BarColumns<'a>,
    rules: Rules,
    start: usize,
    /// Closes with holes filled: carried over, and before the first price the first price.
    closes: Cow<'a, [f64]>,
    totals: Vec<Totals>,
    highs: Leaders<true>,
    lows: Leaders<false>,
    falls: Falls,
    /// What stops are tested against, made when the first stop asks; `None` where that is the closes.
    reaches: Option<OnceLock<Reaches>>,
    /// Bars on which an order can fill.
    fillable: Vec<u64>,
    /// Whether there are others, from the start on.
    holes: bool,
}

/// Per bar, the lowest price a stop is tested against.
#[derive(Debug)]
struct Reaches {
    bars: Vec<f64>,
    lows: Leaders<false>,
}

impl Reaches {
    fn new(columns: &BarColumns<'_>, stops: StopTest) -> Self {
        let prices = columns.open.iter().zip(columns.low).zip(columns.close);
        let bars: Vec<f64> = prices
            .map(|((&open, &low), &close)| stop_reach(open, low, close, stops))
            .collect();
        Self {
            lows: Leaders::new(&bars),
            bars,
        }
    }
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
        let whole = matches!(closes, Cow::Borrowed(_));
        let (fillable, holes) = fillable(columns, start, rules.fill);
        Self {
            columns,
            rules,
            start,
            totals,
            highs: Leaders::new(&closes),
            lows: Leaders::new(&closes),
            falls: Falls::new(&closes),
            closes,
            reaches: (rules.stops != StopTest::Closes || !whole).then(OnceLock::new),
            fillable,
            holes,
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
        self.holes
    }

    /// First bar at or after `from` on which an order can fill; `usize::MAX` where there is none.
    #[inline]
    pub(super) fn next_fillable(&self, from: usize) -> usize {
        next_set(&self.fillable, from, usize::MAX)
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
        stop_fill(
            self.columns.open[t],
            self.columns.close[t],
            level,
            self.rules.stops,
        )
    }

    /// First bar in `from..until` that reaches a stop at `level`, or `until`.
    #[inline(always)]
    pub(super) fn first_stopped(&self, level: f64, from: usize, until: usize) -> usize {
        let (values, lows) = match &self.reaches {
            Some(made) => {
                let reaches = made.get_or_init(|| Reaches::new(&self.columns, self.rules.stops));
                (&*reaches.bars, &reaches.lows)
            }
            None => (&*self.closes, &self.lows),
        };
        // Most asks find no such bar, and learn it without a look at the bars.
        if from >= until || lows.of(values, from, until - 1) > level {
            return until;
        }
        find(values, lows, level, from, until)
    }

    /// The closes `first..=last` of a span of an account whose drawdown ratio so far is `worst`.
    #[inline(always)]
    pub(super) fn held(&self, first: usize, last: usize, worst: f64) -> Held {
        let closes = &*self.closes;
        let max = self.highs.of(closes, first, last);
        let min = self.lows.of(closes, first, last);
        // No close can lie further below an earlier one than the lowest below the highest.
        let worst = if min >= max * (worst * SLACK) {
            worst
        } else {
            self.falls.worst(closes, first, last, worst)
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

/// First bar in `from..until` whose value is at or below `level`, or `until`.
fn find(values: &[f64], lows: &Leaders<false>, level: f64, from: usize, until: usize) -> usize {
    let mut t = from;
    while t < until {
        let group = t / GROUP;
        let end = until.min((group + 1) * GROUP);
        if lows.of_group(group) <= level
            && let Some(at) = values[t..end].iter().position(|&value| value <= level)
        {
            return t + at;
        }
        t = end;
    }
    until
}

/// Bars from `start` on that an order can fill on, as bits, and whether there are others.
fn fillable(columns: BarColumns<'_>, start: usize, fill: Fill) -> (Vec<u64>, bool) {
    let mut bits = vec![0u64; columns.len().div_ceil(64)];
    let mut holes = false;
    let prices = columns.open.iter().zip(columns.close);
    for (t, (&open, &close)) in prices.enumerate().skip(start) {
        let fills = can_fill(open, close, fill);
        bits[t / 64] |= u64::from(fills) << (t % 64);
        holes |= !fills;
    }
    (bits, holes)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::Convention;
    use proptest::prelude::*;

    proptest! {
        /// Held closes are those of a scan, whatever drawdown the account has had: next to the
        /// span's own, to the last bit, above all.
        #[test]
        fn held_closes_are_those_of_a_scan(
            closes in prop::collection::vec((100u32..140).prop_map(f64::from), 1..300),
            cut in (0.0f64..1.0, 0.0f64..1.0),
            near in -3i32..4,
        ) {
            let at = |share: f64| (share * closes.len() as f64) as usize;
            let (first, last) = (at(cut.0).min(at(cut.1)), at(cut.0).max(at(cut.1)));
            let columns = BarColumns {
                time: &[],
                open: &closes,
                high: &closes,
                low: &closes,
                close: &closes,
                volume: &closes,
            others: &[],
            };
            let tables = MarketTables::new(columns, 0, Convention::Vectorbt.rules());
            let run = &closes[first..=last];
            let scan = run[1..]
                .iter()
                .fold(Extent::of(run[0]), |extent, &close| extent.then(Extent::of(close)));
            let mut before = scan.worst;
            for _ in 0..near.abs() {
                before = if near < 0 { before.next_down() } else { before.next_up().min(1.0) };
            }
            let held = tables.held(first, last, before);
            prop_assert_eq!(held.extent.worst.min(before), scan.worst.min(before));
            prop_assert_eq!((held.extent.max, held.extent.min), (scan.max, scan.min));
            prop_assert_eq!((held.bars, held.first, held.last), (run.len(), run[0], run[run.len() - 1]));
        }
    }
}
