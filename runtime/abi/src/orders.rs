//! Windows that compare all their values with one, for a block of bars: the ranks of
//! [`crate::rank`] and the distances of [`crate::pair`], many bars side by side. For windows up to
//! [`MOST`] values, which is fewer operations than keeping them in order.

#[cfg(target_arch = "x86_64")]
use crate::compare::{self, Ranked};
use crate::lanes::{Lane, is_whole};
use crate::pair::{self, Pair};
use crate::rank;
use crate::wide::wide;

/// Longest window that is computed this way.
pub const MOST: usize = 1024;

/// Shares of the values of each window that are not above its newest, for the bars `xs[front..]`.
pub fn ranks(xs: &[f64], front: usize, lanes: &mut [Lane<'_>]) {
    ranks_of(xs, front, lanes);
    for lane in lanes {
        let from = (front + 1).saturating_sub(lane.back);
        let (xs, front) = (&xs[from..], front - from);
        let (least, ring) = (lane.least, lane.ring(xs.len()));
        let mut state = Vec::new();
        let whole = is_whole(xs);
        lane.mend(xs, xs, front, whole, |x, _| {
            if state.is_empty() {
                state = vec![0.0; rank::state_len(ring)];
                rank::clear(&mut state, ring);
            }
            rank::step(&mut state, x, least, ring)
        });
    }
}

/// Those of the windows that fit.
fn ranks_of(xs: &[f64], front: usize, lanes: &mut [Lane<'_>]) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        let mut windows: Vec<Ranked<'_>> = lanes
            .iter_mut()
            .filter(|lane| lane.fits())
            .map(|lane| Ranked {
                n: lane.n,
                out: &mut *lane.out,
            })
            .collect();
        windows.sort_unstable_by_key(|window| window.n);
        // SAFETY: the feature was found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            done = compare::ranks(xs, front, &mut windows);
        }
    }
    for lane in lanes.iter_mut().filter(|lane| lane.fits()) {
        let from = front + 1 - lane.n + done;
        ranks_one_by_one(&xs[from..], lane.n, &mut lane.out[done..]);
    }
}

wide!(fn ranks_one_by_one = ranks_here(xs: &[f64], n: usize, out: &mut [f64]));

/// Window i is `xs[i..i + n]`.
#[inline(always)]
fn ranks_here(xs: &[f64], n: usize, out: &mut [f64]) {
    for (out, window) in out.iter_mut().zip(xs.windows(n)) {
        let newest = window[n - 1];
        *out = window.iter().filter(|x| **x <= newest).count() as f64 / n as f64;
    }
}

/// Sums of the distances of the values of each window from the y of its newest bar.
pub fn distances(xs: &[f64], ys: &[f64], front: usize, lanes: &mut [Lane<'_>]) {
    for lane in lanes {
        let from = (front + 1).saturating_sub(lane.back);
        let (xs, ys, front) = (&xs[from..], &ys[from..], front - from);
        if lane.fits() {
            distances_of(xs, &ys[front..], lane.n, lane.out);
        }
        let (n, ring) = (lane.n, lane.ring(xs.len()));
        let mut state = Vec::new();
        if !lane.fits() || !is_whole(xs) {
            // A y that is missing withholds its own bar only, as computed.
            lane.mend(xs, xs, front, false, |x, y| {
                if state.is_empty() {
                    state = pair::fresh_state(Pair::Apart, ring);
                }
                pair::step(Pair::Apart, &mut state, x, y, n, ring)
            });
        }
    }
}

/// Window i is `xs[i..i + n]`, compared with `ys[i]`.
fn distances_of(xs: &[f64], ys: &[f64], n: usize, out: &mut [f64]) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the feature was found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            done = compare::distances(xs, ys, n, out);
        }
    }
    distances_one_by_one(&xs[done..], &ys[done..], n, &mut out[done..]);
}

wide!(fn distances_one_by_one = distances_here(xs: &[f64], ys: &[f64], n: usize, out: &mut [f64]));

#[inline(always)]
fn distances_here(xs: &[f64], ys: &[f64], n: usize, out: &mut [f64]) {
    for (i, (out, y)) in out.iter_mut().zip(ys).enumerate() {
        *out = sum_apart(&xs[i..i + n], *y);
    }
}

/// Sum of the distances of the values from y, from the oldest on, in four lanes that are added at
/// the end; na where y is.
#[must_use]
#[inline(always)]
pub(crate) fn sum_apart(values: &[f64], y: f64) -> f64 {
    let mut lanes = [0.0; 4];
    let chunks = values.chunks_exact(4);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += (*x - y).abs();
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *lane += (*x - y).abs();
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::tests::{in_blocks, same};
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            200 => (-30..30i32).prop_map(|x| f64::from(x) / 10.0),
            4 => Just(-0.0),
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
            1 => Just(f64::NEG_INFINITY),
        ]
    }

    proptest! {
        /// In any blocks, for any lengths, equals value by value.
        #[test]
        fn blocks_equal_steps(
            pairs in prop::collection::vec((value(), value()), 1..300),
            ns in prop::collection::vec(1usize..40, 1..4),
            block in 1usize..200,
            part in 1usize..45,
        ) {
            let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            for apart in [false, true] {
                let least = |n: usize| if apart { n } else { if part > 40 { n + 1 } else { part.min(n) } };
                let got = in_blocks((&xs, &ys), &ns, least, block, |x, y, front, lanes| {
                    if apart {
                        distances(x, y, front, lanes);
                    } else {
                        ranks(x, front, lanes);
                    }
                });
                for (got, &n) in got.iter().zip(&ns) {
                    let mut state = if apart {
                        pair::fresh_state(Pair::Apart, n)
                    } else {
                        let mut state = vec![0.0; rank::state_len(n)];
                        rank::clear(&mut state, n);
                        state
                    };
                    for (t, g) in got.iter().enumerate() {
                        let want = if apart {
                            pair::step(Pair::Apart, &mut state, xs[t], ys[t], n, n)
                        } else {
                            rank::step(&mut state, xs[t], least(n), n)
                        };
                        prop_assert!(
                            same(*g, want),
                            "apart {apart} n {n} bar {t}: {g} for {want}"
                        );
                    }
                }
            }
        }
    }
}
