//! The deepest fall of any run of closes below its running maximum.
//!
//! Whole groups of bars are known; a run scans at most the two groups it begins and ends in. It is
//! asked for only where the drawdown of an account may get deeper, which is rare after its first
//! few trades, and it divides only there.

use super::leaders::GROUP;
use crate::spans::Extent;
use crate::spans::order::SLACK;

/// Extremes of every group of bars.
#[derive(Debug)]
pub(super) struct Falls {
    groups: Vec<Extent>,
}

impl Falls {
    /// Extremes of the groups of `closes`.
    pub(super) fn new(closes: &[f64]) -> Self {
        let groups = closes
            .chunks(GROUP)
            .map(|group| {
                let mut extent = Extent::of(group[0]);
                for &close in &group[1..] {
                    extent = extent.then(Extent::of(close));
                }
                extent
            })
            .collect();
        Self { groups }
    }

    /// The lesser of `worst` and the worst ratio of `closes[first..=last]`.
    pub(super) fn worst(&self, closes: &[f64], first: usize, last: usize, worst: f64) -> f64 {
        let mut fall = Fall {
            max: 0.0,
            worst,
            safe: 0.0,
        };
        let from = first / GROUP;
        let to = last / GROUP;
        if from == to {
            fall.scan(&closes[first..=last]);
            return fall.worst;
        }
        fall.scan(&closes[first..(from + 1) * GROUP]);
        for group in &self.groups[from + 1..to] {
            fall.join(group);
        }
        fall.scan(&closes[to * GROUP..=last]);
        fall.worst
    }
}

/// A running maximum and the deepest fall below it.
struct Fall {
    max: f64,
    worst: f64,
    /// A close at or above this is certainly no deeper fall than `worst`.
    safe: f64,
}

impl Fall {
    fn scan(&mut self, closes: &[f64]) {
        for &close in closes {
            if close > self.max {
                self.rise(close);
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
            self.rise(group.max);
        }
    }

    fn rise(&mut self, max: f64) {
        self.max = max;
        self.safe = max * (self.worst * SLACK);
    }

    fn deepen(&mut self, ratio: f64) {
        if ratio < self.worst {
            self.worst = ratio;
            self.rise(self.max);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_worst_is_that_of_a_scan(
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
            let falls = Falls::new(&closes);
            prop_assert_eq!(falls.worst(&closes, first, last, 1.0), scan.worst);
            prop_assert_eq!(falls.worst(&closes, first, last, before), scan.worst.min(before));
        }
    }
}
