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
pub(crate) fn power(e: i32) -> f64 {
    f64::from_bits(((e + 1023) as u64) << 52)
}

/// Where the parts are cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cuts {
    /// Of every part the number that rounds to its multiples.
    pub(crate) round: [f64; MOST],
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

impl Cuts {
    /// The exponent of the number of which the first parts are multiples.
    pub(crate) fn unit(&self, parts: usize) -> i32 {
        (self.round[parts - 1].to_bits() >> 52) as i32 - 1023 - 52
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
    // Magnitudes are ordered as their bits are, as numbers with a sign as well. Side by side, since
    // one waits for the one before.
    const SIDE: usize = 32;
    let magnitude = |x: f64| x.abs().to_bits().cast_signed();
    let mut most = [0; SIDE];
    let (chunks, rest) = xs.as_chunks::<SIDE>();
    for chunk in chunks {
        for i in 0..SIDE {
            most[i] = most[i].max(magnitude(chunk[i]));
        }
    }
    for x in rest {
        most[0] = most[0].max(magnitude(*x));
    }
    *bits = most.into_iter().max().unwrap_or(0).cast_unsigned();
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
