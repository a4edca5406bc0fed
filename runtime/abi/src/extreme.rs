//! Rolling greatest and least values for a block of bars, several window lengths at once.
//!
//! The greatest of 2, 4, 8, … values ending at each bar is made by doubling; a window of n values
//! is the greater of two overlapping powers of two. No rounding is involved, so this equals
//! [`crate::window::step_extreme`] to the bit; zeros (whose sign could differ) and missing values
//! take that path instead.

use crate::window::{Window, state_len, step_extreme};

/// One window of several over the same values.
#[derive(Debug)]
pub struct ExtremeLane<'a> {
    /// Its length, at most the history in front of the block.
    pub back: usize,
    /// Its length as written, which may be longer than there are bars.
    pub n: usize,
    /// Values it needs.
    pub least: usize,
    /// Its results, one per bar of the block.
    pub out: &'a mut [f64],
}

/// Extremes of several windows over the block `xs[front..]`; `xs[..front]` is what came before.
pub fn extremes(window: Window, xs: &[f64], front: usize, lanes: &mut [ExtremeLane<'_>]) {
    let longest = lanes.iter().map(|l| l.back).max().unwrap_or(1);
    let from = front + 1 - longest.min(front + 1);
    let clean = xs[from..].iter().all(|x| x.is_finite() && *x != 0.0);
    if !clean || lanes.iter().any(|l| l.n != l.back || l.least > l.n) {
        for lane in lanes {
            step_by_step(window, xs, front, lane);
        }
        return;
    }
    // Shortest first, so that each doubling is made once.
    let mut order: Vec<usize> = (0..lanes.len()).collect();
    order.sort_by_key(|i| lanes[*i].back);
    let mut level: Vec<f64> = xs[from..].to_vec();
    let mut width = 1;
    for i in order {
        let lane = &mut lanes[i];
        while width * 2 <= lane.back {
            double(window, &mut level, width);
            width *= 2;
        }
        let (first, rest) = (front - from, lane.back - width);
        let (now, before) = (&level[first..], &level[first - rest..]);
        join(window, now, before, lane.out);
    }
}

/// `level[t]` becomes the extreme of `level[t]` and `level[t - width]`, from the end on, so that
/// every value read is still the old one.
fn double(window: Window, level: &mut [f64], width: usize) {
    if width >= level.len() {
        return;
    }
    // In strides no longer than `width` source and destination do not overlap.
    let mut end = level.len();
    while end > width {
        let start = end.saturating_sub(width).max(width);
        let (sources, targets) = level.split_at_mut(start);
        let sources = &sources[start - width..end - width];
        better(window, &mut targets[..end - start], sources);
        end = start;
    }
}

fn better(window: Window, targets: &mut [f64], sources: &[f64]) {
    if window == Window::Max {
        for (t, s) in targets.iter_mut().zip(sources) {
            *t = if *s > *t { *s } else { *t };
        }
    } else {
        for (t, s) in targets.iter_mut().zip(sources) {
            *t = if *s < *t { *s } else { *t };
        }
    }
}

fn join(window: Window, now: &[f64], before: &[f64], out: &mut [f64]) {
    let values = out.iter_mut().zip(now).zip(before);
    if window == Window::Max {
        for ((out, a), b) in values {
            *out = if *a > *b { *a } else { *b };
        }
    } else {
        for ((out, a), b) in values {
            *out = if *a < *b { *a } else { *b };
        }
    }
}

/// The plain way, from as far back as the window reaches.
fn step_by_step(window: Window, xs: &[f64], front: usize, lane: &mut ExtremeLane<'_>) {
    let mut state = vec![0.0; state_len(window, lane.back)];
    let from = front - lane.back.min(front);
    for (i, x) in xs[from..].iter().enumerate() {
        let value = step_extreme(window, &mut state, *x, lane.n, lane.least, lane.back);
        if let Some(t) = (from + i).checked_sub(front) {
            lane.out[t] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// In any blocks, for any lengths, equals value by value.
        #[test]
        fn blocks_equal_steps(
            xs in prop::collection::vec(
                prop_oneof![200 => (-300..300i32).prop_map(|x| f64::from(x) / 10.0 + 0.05), 1 => Just(f64::NAN), 1 => Just(0.0)],
                1..400,
            ),
            ns in prop::collection::vec(1usize..40, 1..6),
            block in 1usize..200,
            part in 1usize..40,
        ) {
            const HISTORY: usize = 40;
            let mut padded = vec![f64::NAN; HISTORY];
            padded.extend(&xs);
            for window in [Window::Max, Window::Min] {
                let mut got = vec![vec![0.0; xs.len()]; ns.len()];
                let mut start = 0;
                while start < xs.len() {
                    let len = block.min(xs.len() - start);
                    let mut lanes: Vec<ExtremeLane<'_>> = got
                        .iter_mut()
                        .zip(&ns)
                        .map(|(out, &n)| ExtremeLane {
                            back: n,
                            n,
                            least: part.min(n),
                            out: &mut out[start..start + len],
                        })
                        .collect();
                    extremes(window, &padded[start..start + HISTORY + len], HISTORY, &mut lanes);
                    start += len;
                }
                for (got, &n) in got.iter().zip(&ns) {
                    let mut state = vec![0.0; state_len(window, n)];
                    for (t, g) in got.iter().enumerate() {
                        let want = step_extreme(window, &mut state, xs[t], n, part.min(n), n);
                        prop_assert!(
                            g.to_bits() == want.to_bits() || g.is_nan() && want.is_nan(),
                            "{window:?} n {n} bar {t}: {g} for {want}"
                        );
                    }
                }
            }
        }
    }
}
