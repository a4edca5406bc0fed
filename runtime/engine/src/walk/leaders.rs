//! The highest or the lowest of any run of values, in constant time, from tables that take one pass.
//!
//! Bars are grouped by 64. Within a group nothing is scanned: per bar, one word marks the bars of
//! its group, up to it, that no later one has passed. Read from the first bar of a run on, the
//! lowest bit of such a word is the extreme of the run. A run over several groups joins the end of
//! one, the beginning of another, and whole groups between, of which a table by powers of two
//! gives any number in two looks. There is no branch on where a run lies: such branches cannot be
//! predicted, and they would cost more than the looks.

use crate::spans::order::{greater, lesser};

/// Bars in a group.
pub(super) const GROUP: usize = 64;

/// Leaders over a column: the highest values where `HIGH`, else the lowest.
#[derive(Debug)]
pub(super) struct Leaders<const HIGH: bool> {
    /// Per bar: bars of its group, up to it, whose value no later one reaches.
    bars: Vec<u64>,
    /// Row k holds, per group, the extreme of the 2^k groups from it on; one neutral value at the
    /// end of each row.
    groups: Vec<f64>,
    row: usize,
}

impl<const HIGH: bool> Leaders<HIGH> {
    /// Tables over `values`, none of them NaN.
    pub(super) fn new(values: &[f64]) -> Self {
        let mut bars = Vec::with_capacity(values.len());
        let count = values.len().div_ceil(GROUP);
        let row = count + 1;
        let rows = count.checked_ilog2().unwrap_or(0) as usize + 1;
        let mut groups = vec![Self::neutral(); rows * row];
        for (group, extreme) in values.chunks(GROUP).zip(&mut groups) {
            let mut leading = 0u64;
            for (at, &value) in group.iter().enumerate() {
                while leading != 0 {
                    let last = 63 - leading.leading_zeros() as usize;
                    if Self::beats(group[last], value) {
                        break;
                    }
                    leading ^= 1 << last;
                }
                leading |= 1 << at;
                bars.push(leading);
            }
            *extreme = group[leading.trailing_zeros() as usize];
        }
        for step in 1..rows {
            let (done, open) = groups.split_at_mut(step * row);
            let below = &done[(step - 1) * row..];
            let reach = 1 << (step - 1);
            for first in 0..=count - 2 * reach {
                open[first] = Self::pick(below[first], below[first + reach]);
            }
        }
        Self { bars, groups, row }
    }

    /// The extreme of `values[first..=last]`, the values the tables were made from.
    #[inline(always)]
    pub(super) fn of(&self, values: &[f64], first: usize, last: usize) -> f64 {
        let (from, to) = (first / GROUP, last / GROUP);
        let one = from == to;
        let head_end = if one {
            last
        } else {
            from * GROUP + (GROUP - 1)
        };
        let tail_skip = if one { first % GROUP } else { 0 };
        let head = self.in_group(values, head_end, first % GROUP);
        let tail = self.in_group(values, last, tail_skip);
        // Without a group between, both looks go to the neutral value.
        let between = (to - from).saturating_sub(1);
        let row = between.max(1).ilog2() as usize;
        let neutral = self.row - 1;
        let left = if between == 0 { neutral } else { from + 1 };
        let right = if between == 0 {
            neutral
        } else {
            to - (1 << row)
        };
        let middle = Self::pick(
            self.groups[row * self.row + left],
            self.groups[row * self.row + right],
        );
        Self::pick(Self::pick(head, tail), middle)
    }

    /// The extreme of the group `group`.
    #[inline]
    pub(super) fn of_group(&self, group: usize) -> f64 {
        self.groups[group]
    }

    /// The extreme of the group of `last`, from its bar `skip` up to `last`.
    #[inline(always)]
    fn in_group(&self, values: &[f64], last: usize, skip: usize) -> f64 {
        let leading = self.bars[last] >> skip;
        values[last - last % GROUP + skip + leading.trailing_zeros() as usize]
    }

    #[inline(always)]
    fn beats(a: f64, b: f64) -> bool {
        if HIGH { a > b } else { a < b }
    }

    #[inline(always)]
    fn pick(a: f64, b: f64) -> f64 {
        if HIGH { greater(a, b) } else { lesser(a, b) }
    }

    fn neutral() -> f64 {
        if HIGH {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_run_is_that_of_a_scan(
            // Few distinct values, so that ties are common.
            values in prop::collection::vec((1u32..40).prop_map(f64::from), 1..700),
            cuts in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0), 20),
        ) {
            let highs = Leaders::<true>::new(&values);
            let lows = Leaders::<false>::new(&values);
            for cut in cuts {
                let at = |share: f64| (share * values.len() as f64) as usize;
                let (first, last) = (at(cut.0).min(at(cut.1)), at(cut.0).max(at(cut.1)));
                let run = values[first..=last].iter().copied();
                prop_assert_eq!(highs.of(&values, first, last), run.clone().fold(0.0, f64::max));
                prop_assert_eq!(lows.of(&values, first, last), run.fold(99.0, f64::min));
            }
        }
    }
}
