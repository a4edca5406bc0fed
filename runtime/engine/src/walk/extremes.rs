//! Extremes of any run of closes, from tables that take one pass to build.
//!
//! Bars are grouped by 64. Within a group the maximum of any run is found without a scan: per bar,
//! one word marks the bars of its group, up to it, that no later one has passed. Reading such a
//! word from the first bar of a run on, its lowest bit is the highest close of the run. Longer runs
//! join the end of one group, whole groups, and the beginning of another.

use crate::spans::Extent;

/// Bars in a group.
pub(super) const GROUP: usize = 64;

/// Per group of bars, its extremes; per bar, where the extremes up to it lie.
#[derive(Debug)]
pub(super) struct Extremes {
    /// Per bar: bars of its group, up to it, whose close no later one reaches (highest, lowest).
    leaders: Vec<[u64; 2]>,
    groups: Vec<Extent>,
}

impl Extremes {
    /// Tables over `closes`, all of them prices.
    pub(super) fn new(closes: &[f64]) -> Self {
        let mut leaders = Vec::with_capacity(closes.len());
        let mut groups = Vec::with_capacity(closes.len().div_ceil(GROUP));
        for group in closes.chunks(GROUP) {
            let (mut high, mut low) = (0u64, 0u64);
            let mut extent: Option<Extent> = None;
            for (at, &close) in group.iter().enumerate() {
                high = lead(high, at, |earlier| group[earlier] <= close);
                low = lead(low, at, |earlier| group[earlier] >= close);
                leaders.push([high, low]);
                let one = Extent::of(close);
                extent = Some(extent.map_or(one, |before| before.then(one)));
            }
            groups.extend(extent);
        }
        Self { leaders, groups }
    }

    /// Highest and lowest of `closes[first..=last]`.
    #[inline]
    pub(super) fn range(&self, closes: &[f64], first: usize, last: usize) -> (f64, f64) {
        let from = first / GROUP;
        let to = last / GROUP;
        let skip = first % GROUP;
        if from == to {
            return self.lead_by(closes, last, skip);
        }
        let (mut max, mut min) = self.lead_by(closes, from * GROUP + (GROUP - 1), skip);
        for group in &self.groups[from + 1..to] {
            max = max.max(group.max);
            min = min.min(group.min);
        }
        let (end_max, end_min) = self.lead_by(closes, last, 0);
        (max.max(end_max), min.min(end_min))
    }

    /// Highest and lowest close of the group of `last`, from its bar `skip` up to `last`.
    #[inline]
    fn lead_by(&self, closes: &[f64], last: usize, skip: usize) -> (f64, f64) {
        let [high, low] = self.leaders[last];
        let base = last - last % GROUP + skip;
        (
            closes[base + (high >> skip).trailing_zeros() as usize],
            closes[base + (low >> skip).trailing_zeros() as usize],
        )
    }

    /// The lesser of `worst` and the worst ratio of `closes[first..=last]`.
    pub(super) fn worst(&self, closes: &[f64], first: usize, last: usize, worst: f64) -> f64 {
        let mut fall = Fall::new(closes[first], worst);
        let from = first / GROUP;
        let to = last / GROUP;
        if from == to {
            fall.scan(&closes[first + 1..=last]);
            return fall.worst;
        }
        fall.scan(&closes[first + 1..(from + 1) * GROUP]);
        for group in &self.groups[from + 1..to] {
            fall.join(group);
        }
        fall.scan(&closes[to * GROUP..=last]);
        fall.worst
    }
}

/// Bars that lead after bar `at`: those that led before it and that it has not `passed`, and itself.
#[inline]
fn lead(mut leaders: u64, at: usize, passed: impl Fn(usize) -> bool) -> u64 {
    while leaders != 0 {
        let last = 63 - leaders.leading_zeros() as usize;
        if !passed(last) {
            break;
        }
        leaders &= !(1 << last);
    }
    leaders | 1 << at
}

/// The deepest fall below a running maximum, dividing only where it may get deeper.
struct Fall {
    max: f64,
    worst: f64,
    /// A close at or above this is certainly no deeper fall than `worst`.
    safe: f64,
}

/// Slightly more than the rounding of the two products and the quotient it stands against.
pub(super) const SLACK: f64 = 1.0 + 1e-15;

impl Fall {
    fn new(close: f64, worst: f64) -> Self {
        Self {
            max: close,
            worst,
            safe: close * (worst * SLACK),
        }
    }

    fn scan(&mut self, closes: &[f64]) {
        for &close in closes {
            if close > self.max {
                self.max = close;
                self.safe = close * (self.worst * SLACK);
            } else if close < self.safe {
                self.deepen(close / self.max);
            }
        }
    }

    fn join(&mut self, group: &Extent) {
        self.deepen(group.worst);
        if group.min < self.safe {
            self.deepen(group.min / self.max);
        }
        if group.max > self.max {
            self.max = group.max;
            self.safe = self.max * (self.worst * SLACK);
        }
    }

    fn deepen(&mut self, ratio: f64) {
        if ratio < self.worst {
            self.worst = ratio;
            self.safe = self.max * (ratio * SLACK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_are_those_of_a_scan(
            // Few distinct values, so that ties are common.
            closes in prop::collection::vec((1u32..40).prop_map(f64::from), 1..400),
            cut in (0.0f64..1.0, 0.0f64..1.0),
            before in 0.0f64..=1.0,
        ) {
            let at = |share: f64| (share * closes.len() as f64) as usize;
            let (first, last) = (at(cut.0).min(at(cut.1)), at(cut.0).max(at(cut.1)));
            let run = &closes[first..=last];
            let scan = run[1..]
                .iter()
                .fold(Extent::of(run[0]), |extent, &close| extent.then(Extent::of(close)));
            let tables = Extremes::new(&closes);
            prop_assert_eq!(tables.range(&closes, first, last), (scan.max, scan.min));
            prop_assert_eq!(tables.worst(&closes, first, last, 1.0), scan.worst);
            prop_assert_eq!(tables.worst(&closes, first, last, before), scan.worst.min(before));
        }
    }
}
