//! Windows that compare all their values with one, eight bars to a register, [`SIDE`] at a time.
//!
//! The bars of a register take the values of their windows in step: value j of all of them lies
//! side by side in memory.

use std::arch::x86_64::{
    __m512d, _mm512_add_pd, _mm512_cmp_pd_mask, _mm512_loadu_pd, _mm512_mask_mov_pd, _mm512_max_pd,
    _mm512_setzero_pd, _mm512_sub_pd,
};

use crate::turn::registers::{load, store};

/// Lanes of a register.
const LANES: usize = 8;

/// Registers of bars that advance together: an addition takes four cycles, and two begin in one.
const WIDE: usize = 2;

/// Bars that advance together.
pub(crate) const SIDE: usize = WIDE * LANES;

/// The values of windows of `n` that begin at [`SIDE`] bars in a row.
struct Windows<'a> {
    xs: &'a [f64],
    n: usize,
}

impl<'a> Windows<'a> {
    fn at(xs: &'a [f64], at: usize, n: usize) -> Self {
        let xs = &xs[at..][..n + SIDE - 1];
        Self { xs, n }
    }

    /// Value `j` of each window.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn values(&self, j: usize) -> [__m512d; WIDE] {
        debug_assert!(j < self.n);
        let mut values = [_mm512_setzero_pd(); WIDE];
        for (k, value) in values.iter_mut().enumerate() {
            // SAFETY: j is below n, so the last of the doubles is at most n + SIDE - 2.
            #[allow(unsafe_code)]
            unsafe {
                *value = _mm512_loadu_pd(self.xs.as_ptr().add(j + k * LANES));
            }
        }
        values
    }
}

/// As [`crate::orders::sum_above`] of `xs[i..i + n]` and `ys[i]`, for as many whole [`SIDE`]s as
/// there are results; how many those are.
#[target_feature(enable = "avx512f")]
pub(crate) fn excesses(xs: &[f64], ys: &[f64], n: usize, out: &mut [f64]) -> usize {
    let zero = _mm512_setzero_pd();
    let (outs, bounds) = (out.as_chunks_mut::<SIDE>().0, ys.as_chunks::<SIDE>().0);
    let whole = outs.len().min(bounds.len());
    for (block, (out, bounds)) in outs.iter_mut().zip(bounds).enumerate() {
        let windows = Windows::at(xs, block * SIDE, n);
        let mut y = [zero; WIDE];
        for (k, y) in y.iter_mut().enumerate() {
            *y = load(&bounds[k * LANES..]);
        }
        let mut sums = [[zero; WIDE]; 4];
        // All four sums in each turn, so that they never leave their registers.
        let fours = n / 4 * 4;
        for j in (0..fours).step_by(4) {
            for (lane, sums) in sums.iter_mut().enumerate() {
                add_excesses(sums, windows.values(j + lane), y);
            }
        }
        let [mut a, mut b, mut c, d] = sums;
        for (sums, j) in [&mut a, &mut b, &mut c].into_iter().zip(fours..n) {
            add_excesses(sums, windows.values(j), y);
        }
        for k in 0..WIDE {
            let sum = _mm512_add_pd(_mm512_add_pd(a[k], b[k]), _mm512_add_pd(c[k], d[k]));
            let is_missing = _mm512_cmp_pd_mask::<UNORDERED>(y[k], y[k]);
            let sum = _mm512_mask_mov_pd(sum, is_missing, y[k]);
            store(sum, &mut out[k * LANES..]);
        }
    }
    whole * SIDE
}

/// Whether either is na.
const UNORDERED: i32 = 3;

/// As [`crate::orders::excess`], added.
#[inline]
#[target_feature(enable = "avx512f")]
fn add_excesses(sums: &mut [__m512d; WIDE], xs: [__m512d; WIDE], ys: [__m512d; WIDE]) {
    for ((sum, x), y) in sums.iter_mut().zip(xs).zip(ys) {
        // The maximum of na and 0 is its second number.
        let more = _mm512_max_pd(_mm512_sub_pd(x, y), _mm512_setzero_pd());
        *sum = _mm512_add_pd(*sum, more);
    }
}
