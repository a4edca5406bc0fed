//! Values cut into parts of fewer bits, whose sums are doubles without rounding.
//!
//! Adding 1.5 * 2^(s+52) to a number and taking it away again rounds it to a multiple of 2^s (T. J.
//! Dekker, "A floating-point technique for extending the available precision", 1971; used on whole
//! vectors by S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point summation", SIAM J. Sci.
//! Comput. 31 (2008)). What that leaves is exact too, and at most half of 2^s, so the next part is
//! taken of it.
//!
//! Multiples of 2^s below 2^(s+53) are doubles. So where no sum of the values is more than 2^g of
//! the largest, below 2^p, the first part is cut at s = p + g - 53: as low as its sums allow. The
//! values of a region of prices are close together and need two parts.

use crate::wide::wide;

/// Parts at most.
pub(crate) const MOST: usize = 3;

/// Lowest place to cut at: one above the unit of the smallest doubles, so that half of it is a
/// double as well.
const LOWEST: i32 = -1073;

/// 2^e, for the exponents of normal doubles.
#[inline(always)]
fn power(e: i32) -> f64 {
    f64::from_bits(((e + 1023) as u64) << 52)
}

/// Where the parts are cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cuts {
    /// Of every part the number that rounds to its multiples.
    round: [f64; MOST],
}

impl Cuts {
    /// For values up to `largest` (finite, its bits) whose sums are up to 2^`growth` of it; nothing
    /// where a sum can be infinite or the parts have no bits left.
    pub(crate) fn of(largest: u64, growth: u32) -> Option<Self> {
        // `largest` < 2^top.
        let top = (largest >> 52) as i32 - 1022;
        let growth = growth.max(2) as i32;
        if top + growth > 1022 || growth > 50 {
            return None;
        }
        let mut round = [0.0; MOST];
        let mut at = top + growth - 53;
        for round in &mut round {
            at = at.max(LOWEST);
            *round = 1.5 * power(at + 52);
            // What is left is at most half of a multiple.
            at += growth - 54;
        }
        Some(Self { round })
    }
}

/// The bits of the largest magnitude, those of infinity or more where a value is missing.
pub(crate) fn largest(xs: &[f64]) -> u64 {
    let mut bits = 0;
    find_largest(xs, &mut bits);
    bits
}

wide!(fn find_largest = find_largest_here(xs: &[f64], bits: &mut u64));

#[inline(always)]
fn find_largest_here(xs: &[f64], bits: &mut u64) {
    // Magnitudes are ordered as their bits are.
    for x in xs {
        *bits = (*bits).max(x.to_bits() & !(1 << 63));
    }
}

/// Cuts the values into `parts`, all of the same length, and returns how many they need; 0 where
/// three are not enough. Parts that are not needed are not all written.
pub(crate) fn cut(xs: &[f64], cuts: Cuts, parts: [&mut [f64]; MOST]) -> usize {
    let [first, second, third] = parts;
    let mut left = [0; 2];
    cut_twice(xs, cuts, first, second, &mut left);
    match left {
        [0, _] => 1,
        [_, 0] => 2,
        _ => {
            let mut left = 0;
            cut_again(xs, cuts, (first, second), third, &mut left);
            if left == 0 { MOST } else { 0 }
        }
    }
}

wide!(fn cut_twice = cut_twice_here(
    xs: &[f64],
    cuts: Cuts,
    first: &mut [f64],
    second: &mut [f64],
    left: &mut [u64; 2],
));

/// `left` is 0 where nothing is left after the first part, and after the second.
#[inline(always)]
fn cut_twice_here(
    xs: &[f64],
    cuts: Cuts,
    first: &mut [f64],
    second: &mut [f64],
    left: &mut [u64; 2],
) {
    let [c, d, _] = cuts.round;
    let (mut after_first, mut after_second) = (0, 0);
    // Up to a whole vector of memory, and on from there: writing across its border is slow.
    let head = first.as_ptr().align_offset(64).min(xs.len());
    for range in [0..head, head..xs.len()] {
        let (first, second) = (&mut first[range.clone()], &mut second[range.clone()]);
        for ((x, first), second) in xs[range].iter().zip(first).zip(second) {
            let a = (x + c) - c;
            let rest = x - a;
            let b = (rest + d) - d;
            (*first, *second) = (a, b);
            after_first |= rest.to_bits();
            after_second |= (rest - b).to_bits();
        }
    }
    // The sign of a zero does not count.
    *left = [after_first << 1, after_second << 1];
}

wide!(fn cut_again = cut_again_here(
    xs: &[f64],
    cuts: Cuts,
    before: (&[f64], &[f64]),
    third: &mut [f64],
    left: &mut u64,
));

#[inline(always)]
fn cut_again_here(
    xs: &[f64],
    cuts: Cuts,
    before: (&[f64], &[f64]),
    third: &mut [f64],
    left: &mut u64,
) {
    let [_, _, e] = cuts.round;
    let mut after_third = 0;
    for (((x, a), b), third) in xs.iter().zip(before.0).zip(before.1).zip(third) {
        let rest = (x - a) - b;
        let c = (rest + e) - e;
        *third = c;
        after_third |= (rest - c).to_bits();
    }
    *left = after_third << 1;
}

/// The nearest double to the exact sum of up to three doubles, the even one of two that are equally
/// near.
///
/// Three are added as S. Boldo and G. Melquiond do ("Emulation of FMA and correctly rounded sums:
/// proved algorithms using rounding to odd", IEEE Trans. Comput. 57 (2008), figure 5): what two
/// additions round off is summed with the last bit set where that sum is not exact, so that it
/// cannot lie in the middle between two doubles by rounding.
#[inline(always)]
pub(crate) fn nearest<const PARTS: usize>(parts: [f64; PARTS]) -> f64 {
    if PARTS == 1 {
        return parts[0];
    }
    if PARTS == 2 {
        return parts[0] + parts[1];
    }
    let (upper, lower) = two_sum(parts[1], parts[2]);
    let (sum, lost) = two_sum(parts[0], upper);
    sum + odd_sum(lost, lower)
}

/// `a + b` and what rounding lost (Knuth).
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// `a + b`, or, where that is no double, the one of its two neighbours whose last bit is set.
#[inline(always)]
fn odd_sum(a: f64, b: f64) -> f64 {
    let (sum, lost) = two_sum(a, b);
    let bits = sum.to_bits();
    // Towards what was lost: outwards where both have the same sign.
    let is_inwards = (bits ^ lost.to_bits()) >> 63;
    let moved = bits.wrapping_add(1).wrapping_sub(2 * is_inwards);
    let is_settled = lost == 0.0 || bits & 1 == 1;
    f64::from_bits(if is_settled { bits } else { moved })
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use crate::exact::tests::{any_double, by_hand, power};
    use crate::lanes::tests::same;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn three_doubles_are_added_with_one_rounding(
            xs in prop::collection::vec(any_double(), 3),
            near in -3..3_i32,
        ) {
            let ulp = xs[0] * power(-53 + near);
            for parts in [[xs[0], xs[1], xs[2]], [xs[0], ulp, xs[2]], [xs[2], xs[0], -ulp]] {
                let terms = parts.map(|x| (x, 1));
                let want = by_hand(&terms, false);
                // Parts are far from the end of the range.
                if parts.iter().all(|x| x.abs() < 1e300) {
                    prop_assert!(same(nearest(parts), want), "{parts:?}");
                }
            }
        }
    }
}
