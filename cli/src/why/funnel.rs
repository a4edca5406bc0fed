//! Many bars: how many each condition of a statement left, how many it lets through on its own,
//! and which two of them exclude each other most.

use strat_compiler::Executor;
use strat_lang::hir::{NodeId, Unit};

use super::outline::Statement;
use super::values::{Source, columns};
use crate::failure::Done;
use crate::lookback::Lookbacks;

/// Fewest common bars that chance must promise before a pair is called excluding.
const LEAST_EXPECTED: f64 = 5.0;

/// Most bars that are named on which everything holds.
const MOST_TIMES: usize = 10;

/// What a statement's conditions let through.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// Bars of the range.
    pub bars: u64,
    /// Those on which the statement may decide: past its lookback.
    pub warm: u64,
    /// Bars left after each condition in turn.
    pub left: Vec<u64>,
    /// Bars that each condition alone lets through.
    pub alone: Vec<u64>,
    /// Bars that all the others let through.
    pub without: Vec<u64>,
    /// Bars on which each condition is na.
    pub unknown: Vec<u64>,
    /// Opening times of the first bars on which everything holds, nanoseconds since the epoch.
    pub first: Vec<i64>,
    /// Bars on which two conditions hold together: row by row, the second after the first.
    common: Vec<u64>,
}

/// Two conditions that hold together less often than if they were independent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Index of the first.
    pub first: usize,
    /// Index of the second.
    pub second: usize,
    /// Bars on which both hold.
    pub common: u64,
    /// Bars on which both would hold were they independent.
    pub expected: f64,
}

impl Pair {
    /// Common bars as a share of those expected: 0 where they exclude each other, 1 where they are
    /// independent.
    // Counts of bars are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    pub fn ratio(&self) -> f64 {
        self.common as f64 / self.expected
    }
}

impl Funnel {
    /// Nothing counted yet, for so many conditions.
    pub fn new(conditions: usize) -> Self {
        Self {
            bars: 0,
            warm: 0,
            left: vec![0; conditions],
            alone: vec![0; conditions],
            without: vec![0; conditions],
            first: Vec::new(),
            unknown: vec![0; conditions],
            common: vec![0; conditions * conditions],
        }
    }

    /// Bars on which everything holds.
    pub fn through(&self) -> u64 {
        self.left.last().copied().unwrap_or(self.warm)
    }

    /// Adds what was counted on other bars.
    pub fn add(&mut self, other: &Self) {
        let sum = |own: &mut Vec<u64>, theirs: &[u64]| {
            for (own, theirs) in own.iter_mut().zip(theirs) {
                *own += theirs;
            }
        };
        self.bars += other.bars;
        self.warm += other.warm;
        sum(&mut self.left, &other.left);
        sum(&mut self.alone, &other.alone);
        sum(&mut self.without, &other.without);
        sum(&mut self.unknown, &other.unknown);
        sum(&mut self.common, &other.common);
    }

    /// Pairs of conditions that meet less often than chance would have them, the most excluding
    /// first; only those for which chance promises enough bars to tell.
    // Counts of bars are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    pub fn excluding(&self) -> Vec<Pair> {
        let count = self.alone.len();
        let mut pairs = Vec::new();
        for first in 0..count {
            for second in first + 1..count {
                let of = |at: usize| self.alone.get(at).copied().unwrap_or(0) as f64;
                let common = self
                    .common
                    .get(first * count + second)
                    .copied()
                    .unwrap_or(0);
                let pair = Pair {
                    first,
                    second,
                    common,
                    expected: of(first) * of(second) / (self.warm as f64),
                };
                if pair.expected >= LEAST_EXPECTED && pair.ratio() < 1.0 {
                    pairs.push(pair);
                }
            }
        }
        pairs.sort_by(|a, b| {
            a.ratio()
                .total_cmp(&b.ratio())
                .then((a.first, a.second).cmp(&(b.first, b.second)))
        });
        pairs
    }

    /// Counts the bars from `from` on; `held` and `unknown` have one bit set per condition and bar.
    fn count(&mut self, from: usize, time: &[i64], held: &[Mask], unknown: &[Mask]) {
        let bars = time.len();
        self.warm += (bars.saturating_sub(from)) as u64;
        let conditions = held.len();
        let warm = Mask::ones(from, bars);
        let mut left = warm.clone();
        for (at, mask) in held.iter().enumerate() {
            let alone = mask.and(&warm);
            left = left.and(&alone);
            let others = held.iter().enumerate().filter(|(other, _)| *other != at);
            let without = others.fold(warm.clone(), |all, (_, theirs)| all.and(theirs));
            add_at(&mut self.without, at, without.count());
            add_at(&mut self.left, at, left.count());
            add_at(&mut self.alone, at, alone.count());
            for (other, theirs) in held.iter().enumerate().skip(at + 1) {
                let both = alone.and(theirs).count();
                add_at(&mut self.common, at * conditions + other, both);
            }
        }
        for (at, mask) in unknown.iter().enumerate() {
            add_at(&mut self.unknown, at, mask.and(&warm).count());
        }
        let through = left.indices().take(MOST_TIMES);
        self.first = through.filter_map(|at| time.get(at).copied()).collect();
    }
}

fn add_at(counts: &mut [u64], at: usize, more: u64) {
    if let Some(count) = counts.get_mut(at) {
        *count += more;
    }
}

/// One bit per bar.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mask(Vec<u64>);

impl Mask {
    fn of(column: &[f64], holds: impl Fn(f64) -> bool) -> Self {
        let word = |values: &[f64]| {
            values.iter().enumerate().fold(0, |word, (bit, value)| {
                word | u64::from(holds(*value)) << bit
            })
        };
        Self(column.chunks(64).map(word).collect())
    }

    /// Set for the bars from `from` on.
    fn ones(from: usize, bars: usize) -> Self {
        let word = |first: usize| {
            let bit = |bit: usize| u64::from(first + bit >= from && first + bit < bars);
            (0..64).fold(0, |word, at| word | bit(at) << at)
        };
        Self((0..bars).step_by(64).map(word).collect())
    }

    fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// The bars that are set, in order.
    fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| at * 64 + bit)
        })
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// What is counted.
pub struct Asked<'a> {
    /// The strategy.
    pub unit: &'a Unit,
    /// The statements whose conditions are counted.
    pub statements: &'a [&'a Statement],
    /// The parameter set.
    pub params: &'a [f64],
    /// All bars of one symbol, and what stands beside them.
    pub source: Source<'a>,
    /// Index of the first bar of the range; those before it warm up.
    pub start: usize,
    /// What computes it.
    pub executor: Executor,
}

/// The funnel of each statement on one symbol.
pub fn count(asked: &Asked<'_>) -> Done<Vec<Funnel>> {
    let mut nodes: Vec<NodeId> = asked
        .statements
        .iter()
        .flat_map(|s| s.conditions.iter().map(|c| c.node))
        .collect();
    nodes.sort_unstable();
    nodes.dedup();
    let bars = asked.source.bars.len();
    let mut held = vec![Mask(Vec::new()); nodes.len()];
    let mut unknown = held.clone();
    columns(
        asked.unit,
        &nodes,
        asked.params,
        asked.source,
        asked.executor,
        |at, column| {
            if let (Some(held), Some(unknown)) = (held.get_mut(at), unknown.get_mut(at)) {
                *held = Mask::of(column, |value| value == 1.0);
                *unknown = Mask::of(column, f64::is_nan);
            }
        },
    )?;
    let whens: Vec<NodeId> = asked.statements.iter().map(|s| s.when).collect();
    let lookbacks = Lookbacks::new(asked.unit, &whens).at(asked.params);
    let funnels = asked
        .statements
        .iter()
        .zip(lookbacks)
        .map(|(statement, lookback)| {
            let pick = |masks: &[Mask]| -> Vec<Mask> {
                let found = statement.conditions.iter().filter_map(|condition| {
                    let at = nodes.binary_search(&condition.node).ok()?;
                    masks.get(at).cloned()
                });
                found.collect()
            };
            let mut funnel = Funnel::new(statement.conditions.len());
            funnel.bars = bars.saturating_sub(asked.start) as u64;
            let from = asked.start.max(lookback).min(bars);
            funnel.count(from, asked.source.bars.time, &pick(&held), &pick(&unknown));
            funnel
        });
    Ok(funnels.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn funnel(columns: &[&[f64]], from: usize) -> Funnel {
        let bars = columns.first().map_or(0, |c| c.len());
        let held: Vec<Mask> = columns.iter().map(|c| Mask::of(c, |v| v == 1.0)).collect();
        let unknown: Vec<Mask> = columns.iter().map(|c| Mask::of(c, f64::is_nan)).collect();
        let mut funnel = Funnel::new(columns.len());
        funnel.bars = bars as u64;
        let time: Vec<i64> = (0..bars as i64).collect();
        funnel.count(from, &time, &held, &unknown);
        funnel
    }

    #[test]
    fn bars_are_counted_past_the_warm_up() {
        let na = f64::NAN;
        let a = [1.0, 1.0, 1.0, 0.0, 1.0, na];
        let b = [1.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        let found = funnel(&[&a, &b], 2);
        assert_eq!((found.bars, found.warm), (6, 4));
        assert_eq!(found.left, [2, 2]);
        assert_eq!(found.alone, [2, 4]);
        assert_eq!(found.unknown, [1, 0]);
        assert_eq!(found.without, [4, 2]);
        assert_eq!((found.through(), &found.first[..]), (2, &[2, 4][..]));
        let mut twice = found.clone();
        twice.add(&found);
        assert_eq!((twice.warm, twice.through()), (8, 4));
    }

    #[test]
    fn the_most_excluding_pair_comes_first() {
        // 200 bars: the first two never meet, the third is independent of both.
        let on = |f: &dyn Fn(usize) -> bool| -> Vec<f64> {
            (0..200).map(|t| f64::from(u8::from(f(t)))).collect()
        };
        let (a, b) = (on(&|t| t < 100), on(&|t| t >= 100));
        let c = on(&|t| t % 2 == 0);
        let d = on(&|t| t % 4 == 0 && t < 160);
        let found = funnel(&[&a, &b, &c, &d], 0).excluding();
        assert_eq!((found[0].first, found[0].second), (0, 1));
        assert_eq!((found[0].common, found[0].expected), (0, 50.0));
        // b and d meet on 15 bars, 20 were expected.
        assert_eq!((found[1].first, found[1].second), (1, 3));
        assert_eq!((found[1].common, found[1].expected), (15, 20.0));
        assert_eq!(found.len(), 2, "independent pairs are not excluding");
    }

    #[test]
    fn few_bars_prove_nothing() {
        let a = [1.0, 0.0, 0.0, 0.0];
        let b = [0.0, 1.0, 0.0, 0.0];
        assert_eq!(funnel(&[&a, &b], 0).excluding(), []);
    }
}
