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

/// The bits of the largest power of two that is not above the largest magnitude (0 where that is 0 or
/// below the range of normal doubles), those of infinity where a value is missing.
pub(crate) fn largest(xs: &[f64]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512dq")
    {
        // SAFETY: the features were found on this machine.
        #[allow(unsafe_code)]
        return unsafe { registers::largest(xs) };
    }
    // What is missing has the exponent of infinity.
    let powers = xs.iter().map(|x| x.to_bits() & f64::INFINITY.to_bits());
    powers.max().unwrap_or(0)
}

#[cfg(target_arch = "x86_64")]
mod registers {
    use std::arch::x86_64::{
        __m512d, _mm512_and_pd, _mm512_max_pd, _mm512_reduce_max_pd, _mm512_set1_pd,
        _mm512_setzero_pd,
    };

    use crate::turn::LANES;
    use crate::turn::registers::{load, some};

    /// Registers side by side, since one maximum waits for the one before.
    const WIDE: usize = 4;

    #[target_feature(enable = "avx512f,avx512dq")]
    pub(super) fn largest(xs: &[f64]) -> u64 {
        let exponent = _mm512_set1_pd(f64::INFINITY);
        // As doubles powers of two are in order, and none is na.
        let most = |most: __m512d, x: __m512d| _mm512_max_pd(_mm512_and_pd(x, exponent), most);
        let mut all = [_mm512_setzero_pd(); WIDE];
        let (chunks, rest) = xs.as_chunks::<{ WIDE * LANES }>();
        for chunk in chunks {
            for (i, all) in all.iter_mut().enumerate() {
                *all = most(*all, load(&chunk[i * LANES..]));
            }
        }
        for (rest, all) in rest.chunks(LANES).zip(&mut all) {
            *all = most(*all, some(rest));
        }
        let [a, b, c, d] = all;
        let all = _mm512_max_pd(_mm512_max_pd(a, b), _mm512_max_pd(c, d));
        _mm512_reduce_max_pd(all).to_bits()
    }
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
    use super::{largest, nearest};
    use crate::exact::tests::{any_double, by_hand, power};
    use crate::lanes::tests::same;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        /// The exponent of the largest magnitude, that of infinity where one is missing.
        #[test]
        fn the_largest_is_found(
            mut xs in prop::collection::vec(any_double(), 0..80),
            missing in prop::option::weighted(0.2, (any::<prop::sample::Index>(), any::<bool>())),
        ) {
            if let (false, Some((at, is_na))) = (xs.is_empty(), missing) {
                let at = at.index(xs.len());
                xs[at] = if is_na { -f64::NAN } else { f64::NEG_INFINITY };
            }
            let want = xs.iter().map(|x| x.to_bits() << 1 >> 53).max().unwrap_or(0);
            prop_assert_eq!(largest(&xs), want << 52, "{:?}", xs);
        }

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
