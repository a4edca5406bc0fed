//! Rolling windows: the last n values reduced to one, step by step over a flat state.
//!
//! A value that is na or infinite is missing; with fewer than `least` values in the window the
//! result is na. Sums are exact, rounded once ([`crate::sums`]), squares are made by doubling
//! ([`crate::ladder`]), so they depend on the values of the window alone and do not drift.
//!
//! The state of a window is a slice of doubles, at first as [`fresh_state`] makes it.
//! Interpreter and handler call [`step`] bar by bar; the kernel calls [`crate::ladders`],
//! [`crate::extreme`] and [`crate::mean`], which do the same arithmetic for a block of bars.

use crate::ladder::{self, Ladder};
use crate::mean::{MEAN_STATE, MeanState};

/// What a window reduces its values to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Window {
    /// Sum.
    Sum,
    /// Mean of the values that are there; see [`crate::mean`].
    Mean,
    /// Sum with weight 1 for the oldest to n for the newest; the window must be whole.
    Weighted,
    /// Sum of the values times their distance in bars from the window's middle; the window must be
    /// whole.
    Moment,
    /// Sum of squared distances from the window's mean.
    Squares,
    /// Greatest.
    Max,
    /// Least.
    Min,
    /// Bars since the greatest, the newest of equal ones.
    MaxAge,
    /// Bars since the least, the newest of equal ones.
    MinAge,
    /// Bars since the greatest, the oldest of equal ones.
    MaxAgeOldest,
    /// Bars since the least, the oldest of equal ones.
    MinAgeOldest,
    /// Share of the values that are not above the newest; see [`crate::rank`].
    Rank,
}

/// All of them.
pub const WINDOWS: [Window; 12] = [
    Window::Sum,
    Window::Mean,
    Window::Weighted,
    Window::Moment,
    Window::Squares,
    Window::Max,
    Window::Min,
    Window::MaxAge,
    Window::MinAge,
    Window::MaxAgeOldest,
    Window::MinAgeOldest,
    Window::Rank,
];

/// Doubles of state for a window of `n` values.
#[must_use]
pub fn state_len(window: Window, n: usize) -> usize {
    match window {
        Window::Mean => MEAN_HEAD + n,
        Window::Rank => crate::rank::state_len(n),
        _ => match ladder_of(window) {
            Some(ladder) => ladder::state_len(ladder, n),
            // A queue of candidates.
            None => HEAD + 3 * n,
        },
    }
}

/// The sum that a window is made of, where it is one.
#[must_use]
pub fn ladder_of(window: Window) -> Option<Ladder> {
    match window {
        Window::Sum => Some(Ladder::Sum),
        Window::Weighted => Some(Ladder::Weighted),
        Window::Moment => Some(Ladder::Moment),
        Window::Squares => Some(Ladder::Squares),
        _ => None,
    }
}

/// The state of a window that has seen nothing.
#[must_use]
pub fn fresh_state(window: Window, n: usize) -> Vec<f64> {
    let mut state = vec![0.0; state_len(window, n)];
    if window == Window::Mean {
        MeanState::default().store(&mut state[1..]);
        state[MEAN_HEAD..].fill(f64::NAN);
    }
    if window == Window::Rank {
        crate::rank::clear(&mut state, n);
    }
    state
}

/// Slots before the ring of a mean: cursor, then its sums.
const MEAN_HEAD: usize = 1 + MEAN_STATE;

/// Slots before the ring of a queue: cursor, bars seen, count, place and length of the queue.
const HEAD: usize = 5;
const CURSOR: usize = 0;
const BARS: usize = 1;
const COUNT: usize = 2;
const FRONT: usize = 3;
const LENGTH: usize = 4;

/// One more value into a window of the greatest (or least) value, or of its age.
///
/// A queue of candidates, each greater than all after it (or not less, where the oldest of equal
/// ones is asked for): amortised constant cost per bar.
pub fn step_extreme(
    window: Window,
    state: &mut [f64],
    x: f64,
    n: usize,
    least: usize,
    ring: usize,
) -> f64 {
    let greatest = matches!(window, Window::Max | Window::MaxAge | Window::MaxAgeOldest);
    let keeps_equal = matches!(window, Window::MaxAgeOldest | Window::MinAgeOldest);
    let (head, rings) = state.split_at_mut(HEAD);
    let (counts, rest) = rings.split_at_mut(ring);
    let (bars, values) = rest.split_at_mut(ring);
    let wrap = |i: usize| if i >= ring { i - ring } else { i };
    let t = head[BARS];
    head[BARS] = t + 1.0;
    let mut front = head[FRONT] as usize;
    let mut length = head[LENGTH] as usize;
    // At most one candidate leaves per bar, since each bar adds at most one.
    if length > 0 && bars[front] + n as f64 <= t {
        front = wrap(front + 1);
        length -= 1;
    }
    if x.is_finite() {
        while length > 0 {
            let last = values[wrap(front + length - 1)];
            if (greatest && last > x) || (!greatest && last < x) || (keeps_equal && last == x) {
                break;
            }
            length -= 1;
        }
        let at = wrap(front + length);
        bars[at] = t;
        values[at] = x;
        length += 1;
        head[COUNT] += 1.0;
    }
    head[FRONT] = front as f64;
    head[LENGTH] = length as f64;
    let cursor = head[CURSOR] as usize;
    let inside = head[COUNT] - counts[cursor];
    counts[cursor] = head[COUNT];
    head[CURSOR] = wrap(cursor + 1) as f64;
    if inside < least as f64 {
        f64::NAN
    } else if matches!(window, Window::Max | Window::Min) {
        values[front]
    } else {
        t - bars[front]
    }
}

/// One more value into a mean.
pub fn step_mean(state: &mut [f64], x: f64, least: usize, ring: usize) -> f64 {
    let (head, values) = state.split_at_mut(MEAN_HEAD);
    let cursor = head[0] as usize;
    let old = std::mem::replace(&mut values[cursor], x);
    head[0] = if cursor + 1 == ring {
        0.0
    } else {
        (cursor + 1) as f64
    };
    let mut sums = MeanState::load(&head[1..]);
    let mean = sums.step(old, x, least as f64);
    sums.store(&mut head[1..]);
    mean
}

/// One more value into any window.
pub fn step(window: Window, state: &mut [f64], x: f64, n: usize, least: usize, ring: usize) -> f64 {
    match window {
        Window::Mean => step_mean(state, x, least, ring),
        Window::Rank => crate::rank::step(state, x, least, ring),
        _ => match ladder_of(window) {
            Some(ladder) => ladder::step(ladder, state, x, x, n, least, ring),
            None => step_extreme(window, state, x, n, least, ring),
        },
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "within the tolerance of a test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(window: Window, xs: &[f64], n: usize, least: usize) -> Vec<f64> {
        let ring = n.min(xs.len()).max(1);
        let mut state = fresh_state(window, ring);
        xs.iter()
            .map(|&x| step(window, &mut state, x, n, least, ring))
            .collect()
    }

    /// The definition, computed afresh for each bar.
    fn plain(window: Window, xs: &[f64], n: usize, least: usize) -> Vec<f64> {
        (0..xs.len())
            .map(|t| {
                let from = (t + 1).saturating_sub(n);
                let values: Vec<(usize, f64)> = (from..=t)
                    .map(|i| (i, xs[i]))
                    .filter(|(_, x)| x.is_finite())
                    .collect();
                if values.len() < least {
                    return f64::NAN;
                }
                let count = values.len() as f64;
                let sum: f64 = values.iter().map(|(_, x)| x).sum();
                match window {
                    Window::Sum => sum,
                    Window::Mean => sum / count,
                    Window::Weighted => values.iter().map(|(i, x)| (n - (t - i)) as f64 * x).sum(),
                    Window::Moment => values
                        .iter()
                        .map(|(i, x)| ((n - 1) as f64 / 2.0 - (t - i) as f64) * x)
                        .sum(),
                    Window::Squares => values.iter().map(|(_, x)| (x - sum / count).powi(2)).sum(),
                    Window::Max => values.iter().map(|(_, x)| *x).fold(f64::MIN, f64::max),
                    Window::Min => values.iter().map(|(_, x)| *x).fold(f64::MAX, f64::min),
                    Window::MaxAge
                    | Window::MinAge
                    | Window::MaxAgeOldest
                    | Window::MinAgeOldest => {
                        let greatest = matches!(window, Window::MaxAge | Window::MaxAgeOldest);
                        let oldest = matches!(window, Window::MaxAgeOldest | Window::MinAgeOldest);
                        let mut best = values[0];
                        for v in &values[1..] {
                            let better = if greatest { v.1 > best.1 } else { v.1 < best.1 };
                            if better || (v.1 == best.1 && !oldest) {
                                best = *v;
                            }
                        }
                        (t - best.0) as f64
                    }
                    Window::Rank if !xs[t].is_finite() => f64::NAN,
                    Window::Rank => {
                        values.iter().filter(|(_, x)| *x <= xs[t]).count() as f64 / count
                    }
                }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn windows_equal_their_definition(
            xs in prop::collection::vec(
                prop_oneof![8 => -100.0..100.0f64, 1 => Just(f64::NAN), 1 => Just(5.0), 1 => Just(f64::INFINITY)],
                1..80,
            ),
            n in 1usize..20,
            part in 1usize..20,
        ) {
            for window in WINDOWS {
                let is_whole = matches!(window, Window::Weighted | Window::Moment);
                let least = if is_whole { n } else { part.min(n) };
                let (got, want) = (run(window, &xs, n, least), plain(window, &xs, n, least));
                for (t, (g, w)) in got.iter().zip(&want).enumerate() {
                    prop_assert!(
                        g.is_nan() && w.is_nan() || (g - w).abs() <= 1e-9 * w.abs().max(1.0),
                        "{window:?} n {n} least {least} bar {t}: {g} for {w}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_flat_window_has_its_level_and_no_deviation() {
        for level in [0.1, 1.0 / 3.0, 42_387.17, 1e-7] {
            let mut xs = vec![1e5, 3.3, 7.7];
            xs.extend(std::iter::repeat_n(level, 300));
            for n in [3, 7, 20, 25, 190] {
                let mean = run(Window::Mean, &xs, n, n);
                let squares = run(Window::Squares, &xs, n, n);
                assert_eq!((mean[302], squares[302]), (level, 0.0), "{level} {n}");
            }
        }
    }

    #[test]
    fn variance_survives_large_levels() {
        // Moves of 1e-3 around 1e5, after a spike of 1e8.
        let mut xs = vec![1e8];
        xs.extend((0..5_000).map(|i| 1e5 + f64::from(i % 7) * 1e-3));
        let got = run(Window::Squares, &xs, 7, 7);
        // A whole cycle of 0..6 has 28 squares of 1e-3 around its mean; 1e5 + k * 1e-3 itself is rounded to 1.5e-11.
        assert!((got[5_000] - 28e-6).abs() < 1e-12, "{}", got[5_000]);
    }
}
