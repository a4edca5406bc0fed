//! Windows that compare all their values with one, eight bars to a register, several registers at a
//! time: an operation takes some cycles, and one or two begin in each.
//!
//! The bars take the values of their windows in step: value j of all of them lies side by side in
//! memory.

use std::arch::x86_64::{
    __m512d, __m512i, _mm512_abs_pd, _mm512_add_pd, _mm512_castpd_si512, _mm512_castsi512_pd,
    _mm512_cmp_pd_mask, _mm512_fmadd_pd, _mm512_fnmadd_pd, _mm512_mask_add_epi64, _mm512_mul_pd,
    _mm512_set1_epi64, _mm512_set1_pd, _mm512_setzero_pd, _mm512_sub_pd,
};

use crate::turn::LANES;
use crate::turn::registers::{load, store};

/// Registers of bars for distances.
const WIDE: usize = 2;
/// Registers of bars for ranks.
const RANKED: usize = 4;

/// Not above.
const NOT_ABOVE: i32 = 2;

/// The values from `j` on, one to each lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn beside<const WIDE: usize>(xs: &[f64], j: usize) -> [__m512d; WIDE] {
    let xs = &xs[j..j + WIDE * LANES];
    let mut values = [_mm512_setzero_pd(); WIDE];
    for (k, value) in values.iter_mut().enumerate() {
        *value = load(&xs[k * LANES..]);
    }
    values
}

/// As [`crate::orders::sum_apart`] of `xs[i..i + n]` and `ys[i]`, for whole registers of bars; how
/// many bars those are.
#[target_feature(enable = "avx512f")]
pub(crate) fn distances(xs: &[f64], ys: &[f64], n: usize, out: &mut [f64]) -> usize {
    const SIDE: usize = WIDE * LANES;
    let outs = out.as_chunks_mut::<SIDE>().0;
    let done = outs.len() * SIDE;
    for (block, out) in outs.iter_mut().enumerate() {
        let at = block * SIDE;
        let xs = &xs[at..at + n + SIDE - 1];
        let y = beside(ys, at);
        let mut sums = [[_mm512_setzero_pd(); WIDE]; 4];
        // All four sums in each turn, so that they never leave their registers.
        let fours = n - n % 4;
        for j in (0..fours).step_by(4) {
            for (lane, sums) in sums.iter_mut().enumerate() {
                add_distances(sums, beside(xs, j + lane), y);
            }
        }
        let [mut a, mut b, mut c, d] = sums;
        for (sums, j) in [&mut a, &mut b, &mut c].into_iter().zip(fours..n) {
            add_distances(sums, beside(xs, j), y);
        }
        for k in 0..WIDE {
            let sum = _mm512_add_pd(_mm512_add_pd(a[k], b[k]), _mm512_add_pd(c[k], d[k]));
            store(sum, &mut out[k * LANES..]);
        }
    }
    done
}

/// The distances, added.
#[inline]
#[target_feature(enable = "avx512f")]
fn add_distances(sums: &mut [__m512d; WIDE], xs: [__m512d; WIDE], ys: [__m512d; WIDE]) {
    for ((sum, x), y) in sums.iter_mut().zip(xs).zip(ys) {
        *sum = _mm512_add_pd(*sum, _mm512_abs_pd(_mm512_sub_pd(x, y)));
    }
}

/// A window and where the shares of its values go that are not above its newest.
pub(crate) struct Ranked<'a> {
    pub(crate) n: usize,
    pub(crate) out: &'a mut [f64],
}

/// Shares for the bars `xs[front..]`, of windows from the shortest to the longest, for whole
/// registers of bars; how many bars those are.
///
/// From the newest value back, so that a window goes on from where a shorter one ended.
#[target_feature(enable = "avx512f")]
pub(crate) fn ranks(xs: &[f64], front: usize, windows: &mut [Ranked<'_>]) -> usize {
    const SIDE: usize = RANKED * LANES;
    let one = _mm512_set1_epi64(1);
    let done = (xs.len() - front) / SIDE * SIDE;
    for at in (0..done).step_by(SIDE) {
        let newest: [__m512d; RANKED] = beside(xs, front + at);
        // Numbers are counted in the last bits of a double whose bits are worth 1.
        let mut counts = [_mm512_castpd_si512(_mm512_set1_pd(NONE)); RANKED];
        let mut counted = 0;
        for window in &mut *windows {
            for back in counted..window.n {
                let values = beside::<RANKED>(xs, front + at - back);
                for k in 0..RANKED {
                    let is_counted = _mm512_cmp_pd_mask::<NOT_ABOVE>(values[k], newest[k]);
                    counts[k] = _mm512_mask_add_epi64(counts[k], is_counted, counts[k], one);
                }
            }
            counted = window.n;
            let n = window.n as f64;
            for (k, count) in counts.iter().enumerate() {
                store(share(*count, n), &mut window.out[at + k * LANES..]);
            }
        }
    }
    done
}

/// Zero, as it is counted from.
const NONE: f64 = (1_u64 << 52) as f64;

/// `count / n`, to the bit as the processor divides, which takes sixteen cycles: the product with
/// the reciprocal, corrected by its remainder. Right for all windows that are computed here, as a
/// test shows.
#[inline]
#[target_feature(enable = "avx512f")]
fn share(count: __m512i, n: f64) -> __m512d {
    let count = _mm512_sub_pd(_mm512_castsi512_pd(count), _mm512_set1_pd(NONE));
    let (by, share) = (_mm512_set1_pd(n), _mm512_set1_pd(1.0 / n));
    let near = _mm512_mul_pd(count, share);
    _mm512_fmadd_pd(_mm512_fnmadd_pd(near, by, count), share, near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::MOST;

    #[test]
    fn shares_are_quotients() {
        if !std::arch::is_x86_feature_detected!("avx512f") {
            return;
        }
        #[target_feature(enable = "avx512f")]
        fn shares(n: usize) {
            for count in 0..=n {
                let bits = (NONE + count as f64).to_bits().cast_signed();
                let mut got = [0.0; LANES];
                store(share(_mm512_set1_epi64(bits), n as f64), &mut got);
                let want = count as f64 / n as f64;
                assert_eq!(got[0].to_bits(), want.to_bits(), "{count} / {n}");
            }
        }
        for n in 1..=MOST {
            // SAFETY: the feature was found on this machine.
            #[allow(unsafe_code)]
            unsafe {
                shares(n);
            }
        }
    }
}
