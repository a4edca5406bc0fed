//! The same arithmetic as [`crate::window`] for a block of bars at a time, as the kernel runs it.
//!
//! Loops without branches on data, compiled a second time for wider vectors where the machine has
//! them. No fused multiply-add is ever used, so the bits do not depend on the machine.

use crate::running::Double;
use crate::window::{Totals, Window};

/// Running totals of one column over a grid of window lengths: five columns.
#[derive(Debug)]
pub struct TotalsColumns<'a> {
    /// Number of values so far.
    pub count: &'a mut [f64],
    /// Sum, rounded.
    pub first_hi: &'a mut [f64],
    /// Sum, what rounding lost.
    pub first_lo: &'a mut [f64],
    /// Second sum, rounded; empty for plain sums.
    pub second_hi: &'a mut [f64],
    /// Second sum, what rounding lost; empty for plain sums.
    pub second_lo: &'a mut [f64],
}

/// Totals after each of `xs`, the values of bars `t0..`, going on from `carry`.
pub fn totals(
    window: Window,
    carry: &mut Totals,
    t0: usize,
    xs: &[f64],
    out: &mut TotalsColumns<'_>,
) {
    let mut now = *carry;
    let wide = !out.second_hi.is_empty();
    for (i, &x) in xs.iter().enumerate() {
        now = now.step(window, x, (t0 + i) as f64);
        out.count[i] = now.count;
        out.first_hi[i] = now.first.hi;
        out.first_lo[i] = now.first.lo;
        if wide {
            out.second_hi[i] = now.second.hi;
            out.second_lo[i] = now.second.lo;
        }
    }
    *carry = now;
}

/// Columns of totals at the bars of a block, or n bars before them.
#[derive(Debug, Clone, Copy)]
pub struct TotalsAt<'a> {
    /// Number of values so far.
    pub count: &'a [f64],
    /// Sum, rounded.
    pub first_hi: &'a [f64],
    /// Sum, what rounding lost.
    pub first_lo: &'a [f64],
    /// Second sum, rounded.
    pub second_hi: &'a [f64],
    /// Second sum, what rounding lost.
    pub second_lo: &'a [f64],
}

/// Results of the windows of `n` values that end at bars `t0..`; all slices as long as `out`,
/// but for the second sums of a plain sum, which are empty.
pub fn windows(
    window: Window,
    now: TotalsAt<'_>,
    old: TotalsAt<'_>,
    n: usize,
    least: usize,
    t0: usize,
    out: &mut [f64],
) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the features were found on this machine.
            #[allow(unsafe_code)]
            unsafe {
                return windows_avx512(window, now, old, n, least, t0, out);
            }
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the feature was found on this machine.
            #[allow(unsafe_code)]
            unsafe {
                return windows_avx2(window, now, old, n, least, t0, out);
            }
        }
    }
    windows_here(window, now, old, n, least, t0, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq")]
fn windows_avx512(
    window: Window,
    now: TotalsAt<'_>,
    old: TotalsAt<'_>,
    n: usize,
    least: usize,
    t0: usize,
    out: &mut [f64],
) {
    windows_here(window, now, old, n, least, t0, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn windows_avx2(
    window: Window,
    now: TotalsAt<'_>,
    old: TotalsAt<'_>,
    n: usize,
    least: usize,
    t0: usize,
    out: &mut [f64],
) {
    windows_here(window, now, old, n, least, t0, out);
}

#[inline(always)]
fn windows_here(
    window: Window,
    now: TotalsAt<'_>,
    old: TotalsAt<'_>,
    n: usize,
    least: usize,
    t0: usize,
    out: &mut [f64],
) {
    let len = out.len();
    let (n, least) = (n as f64, least as f64);
    let at = |c: &TotalsAt<'_>, i: usize, wide: bool| Totals {
        count: c.count[i],
        first: Double {
            hi: c.first_hi[i],
            lo: c.first_lo[i],
        },
        second: if wide {
            Double {
                hi: c.second_hi[i],
                lo: c.second_lo[i],
            }
        } else {
            Double::default()
        },
    };
    // One loop per kind, so that the kind is settled outside the loop.
    match window {
        Window::Squares => {
            for (i, out) in out.iter_mut().enumerate().take(len) {
                let (now, old) = (at(&now, i, true), at(&old, i, true));
                *out = now.since(old, Window::Squares, n, least, 0.0);
            }
        }
        Window::Weighted => {
            for (i, out) in out.iter_mut().enumerate().take(len) {
                let (now, old) = (at(&now, i, true), at(&old, i, true));
                *out = now.since(old, Window::Weighted, n, least, (t0 + i) as f64);
            }
        }
        _ => {
            let (now, old) = (
                TotalsAt {
                    count: &now.count[..len],
                    first_hi: &now.first_hi[..len],
                    first_lo: &now.first_lo[..len],
                    ..now
                },
                TotalsAt {
                    count: &old.count[..len],
                    first_hi: &old.first_hi[..len],
                    first_lo: &old.first_lo[..len],
                    ..old
                },
            );
            for (i, out) in out.iter_mut().enumerate() {
                let (now, old) = (at(&now, i, false), at(&old, i, false));
                *out = now.since(old, Window::Sum, n, least, 0.0);
            }
        }
    }
}

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

    #[test]
    fn wide_and_narrow_windows_agree() {
        let xs: Vec<f64> = (0..500)
            .map(|i| (f64::from(i) * 0.7).sin() * 1e3 + 1e5)
            .collect();
        let mut columns: Vec<Vec<f64>> = vec![vec![0.0; 500 + 20]; 5];
        let mut carry = Totals::default();
        {
            let [count, fh, fl, sh, sl] = &mut columns[..] else {
                unreachable!()
            };
            let mut out = TotalsColumns {
                count: &mut count[20..],
                first_hi: &mut fh[20..],
                first_lo: &mut fl[20..],
                second_hi: &mut sh[20..],
                second_lo: &mut sl[20..],
            };
            totals(Window::Squares, &mut carry, 0, &xs, &mut out);
        }
        let at = |from: usize| TotalsAt {
            count: &columns[0][from..from + 500],
            first_hi: &columns[1][from..from + 500],
            first_lo: &columns[2][from..from + 500],
            second_hi: &columns[3][from..from + 500],
            second_lo: &columns[4][from..from + 500],
        };
        for window in [Window::Sum, Window::Squares] {
            let (mut wide, mut narrow) = (vec![0.0; 500], vec![0.0; 500]);
            windows(window, at(20), at(0), 20, 20, 0, &mut wide);
            windows_here(window, at(20), at(0), 20, 20, 0, &mut narrow);
            let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&wide), bits(&narrow));
        }
    }
}
