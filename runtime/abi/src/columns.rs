//! Crossings and `after`: one bar at a time, and crossings for a block of bars as bit masks.

/// Which side the left was on when the two last differed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LastSide {
    /// Not known: nothing seen yet, or a missing value forgot it.
    #[default]
    Unknown,
    /// The left was above.
    Above,
    /// The left was below.
    Below,
}

/// `a crosses above b` on one bar: above now, and below when they last differed. Three-valued.
pub fn cross_step(last: &mut LastSide, a: f64, b: f64) -> f64 {
    if a > b {
        let crossed = *last == LastSide::Below;
        *last = LastSide::Above;
        if crossed { 1.0 } else { 0.0 }
    } else if a < b {
        *last = LastSide::Below;
        0.0
    } else if a == b {
        0.0
    } else {
        *last = LastSide::Unknown;
        f64::NAN
    }
}

/// `a crosses above b` and `b crosses above a` for a block of bars as bit masks: bit `t % 64` of
/// word `t / 64`. `up` and `down` hold whole words; bits past the end are 0.
pub fn cross_masks(last: &mut LastSide, a: &[f64], b: &[f64], up: &mut [u64], down: &mut [u64]) {
    for (w, (a, b)) in a.chunks(64).zip(b.chunks(64)).enumerate() {
        let (above, below) = compare_words(a, b);
        let full = if a.len() == 64 {
            u64::MAX
        } else {
            (1u64 << a.len()) - 1
        };
        let mut equal = 0u64;
        if above | below != full {
            // Rare: bars where the two are equal pass the memory on, missing ones drop it.
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                equal |= u64::from(x == y) << i;
            }
        }
        let before_below = after(below, equal, *last == LastSide::Below);
        let before_above = after(above, equal, *last == LastSide::Above);
        up[w] = above & before_below;
        down[w] = below & before_above;
        let known = (above | below | !equal) & full;
        if known != 0 {
            let at = 63 - known.leading_zeros() as usize;
            *last = if above >> at & 1 == 1 {
                LastSide::Above
            } else if below >> at & 1 == 1 {
                LastSide::Below
            } else {
                LastSide::Unknown
            };
        }
    }
}

/// Bits whose bar before, looking back through `equal` bars, is set in `side`.
#[inline(always)]
fn after(side: u64, equal: u64, carry: bool) -> u64 {
    let start = side << 1 | u64::from(carry);
    if equal == 0 {
        return start;
    }
    // A start bit on an equal bar runs up through the equal bars to the first that is not:
    // adding it to the run of ones carries to exactly there.
    let runs = start & equal;
    start | (equal.wrapping_add(runs) & !equal) | (equal & !equal.wrapping_add(runs))
}

/// Bits where a > b and where a < b, up to 64 bars.
#[inline(always)]
fn compare_words(a: &[f64], b: &[f64]) -> (u64, u64) {
    #[cfg(target_arch = "x86_64")]
    {
        if a.len() == 64 && b.len() == 64 {
            if std::arch::is_x86_feature_detected!("avx512f") {
                // SAFETY: the feature was found, and both slices hold 64 values.
                #[allow(unsafe_code)]
                return unsafe { compare_avx512(a, b) };
            }
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the feature was found, and both slices hold 64 values.
                #[allow(unsafe_code)]
                return unsafe { compare_avx2(a, b) };
            }
        }
    }
    let (mut above, mut below) = (0u64, 0u64);
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        above |= u64::from(x > y) << i;
        below |= u64::from(x < y) << i;
    }
    (above, below)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[allow(unsafe_code)]
unsafe fn compare_avx512(a: &[f64], b: &[f64]) -> (u64, u64) {
    use std::arch::x86_64::{_CMP_GT_OQ, _CMP_LT_OQ, _mm512_cmp_pd_mask, _mm512_loadu_pd};
    let (mut above, mut below) = (0u64, 0u64);
    for i in 0..8 {
        // SAFETY: the caller passes 64 values; i * 8 + 7 < 64.
        let (x, y) = unsafe {
            (
                _mm512_loadu_pd(a.as_ptr().add(i * 8)),
                _mm512_loadu_pd(b.as_ptr().add(i * 8)),
            )
        };
        above |= u64::from(_mm512_cmp_pd_mask::<_CMP_GT_OQ>(x, y)) << (i * 8);
        below |= u64::from(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(x, y)) << (i * 8);
    }
    (above, below)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
unsafe fn compare_avx2(a: &[f64], b: &[f64]) -> (u64, u64) {
    use std::arch::x86_64::{
        _CMP_GT_OQ, _CMP_LT_OQ, _mm256_cmp_pd, _mm256_loadu_pd, _mm256_movemask_pd,
    };
    let (mut above, mut below) = (0u64, 0u64);
    for i in 0..16 {
        // SAFETY: the caller passes 64 values; i * 4 + 3 < 64.
        let (x, y) = unsafe {
            (
                _mm256_loadu_pd(a.as_ptr().add(i * 4)),
                _mm256_loadu_pd(b.as_ptr().add(i * 4)),
            )
        };
        let gt = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(x, y));
        let lt = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_LT_OQ>(x, y));
        above |= u64::from(gt.cast_unsigned()) << (i * 4);
        below |= u64::from(lt.cast_unsigned()) << (i * 4);
    }
    (above, below)
}

/// Withholds the first `n` values that are not missing; `seen` counts them.
pub fn after_step(seen: &mut f64, x: f64, n: f64) -> f64 {
    if x.is_nan() || *seen >= n {
        x
    } else {
        *seen += 1.0;
        f64::NAN
    }
}

/// [`after_step`] for a block of bars.
pub fn after_steps(seen: &mut f64, xs: &[f64], n: f64, out: &mut [f64]) {
    let waiting = if *seen >= n {
        0
    } else {
        let mut counted = *seen;
        let is_last = |x: &f64| {
            counted += if x.is_nan() { 0.0 } else { 1.0 };
            counted >= n
        };
        xs.iter().position(is_last).map_or(xs.len(), |at| at + 1)
    };
    for (x, out) in xs[..waiting].iter().zip(&mut *out) {
        *out = after_step(seen, *x, n);
    }
    out[waiting..].copy_from_slice(&xs[waiting..]);
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "within the tolerance of a test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![Just(1.0), Just(2.0), Just(3.0), Just(f64::NAN)]
    }

    proptest! {
        #[test]
        fn masks_equal_steps(
            pairs in prop::collection::vec((value(), value()), 1..300),
            block in prop_oneof![Just(64usize), Just(128)],
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let (mut up, mut down) = (LastSide::default(), LastSide::default());
            let want: Vec<(bool, bool)> = a.iter().zip(&b).map(|(&x, &y)| {
                (cross_step(&mut up, x, y) == 1.0, cross_step(&mut down, y, x) == 1.0)
            }).collect();
            let mut last = LastSide::default();
            for (i, (a, b)) in a.chunks(block).zip(b.chunks(block)).enumerate() {
                let words = a.len().div_ceil(64);
                let (mut up, mut down) = (vec![0; words], vec![0; words]);
                cross_masks(&mut last, a, b, &mut up, &mut down);
                for t in 0..a.len() {
                    let got = (up[t / 64] >> (t % 64) & 1 == 1, down[t / 64] >> (t % 64) & 1 == 1);
                    prop_assert_eq!(got, want[i * block + t], "bar {}", i * block + t);
                }
            }
        }
    }
}
