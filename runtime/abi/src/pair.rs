//! Rolling windows that a second series takes part in, step by step over a flat state.
//!
//! A window of n bars has a result when it is whole: n bars have come, and none of its values is
//! missing (na or infinite). Only [`Pair::At`] looks at a single value and needs no more than that.

use crate::ladder::{self, Ladder};
use crate::order::Tree;
use crate::orders::{MOST, sum_apart};
#[cfg(target_arch = "x86_64")]
use crate::renew::{self, Bars, Window};

/// What a window over two series gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pair {
    /// Sum of (x - mean of x)(y - mean of y).
    Products,
    /// The y-th smallest of the values of x, y from 1 to n and whole; all zeros are +0.
    Nth,
    /// Sum of the distances of the values of x from this bar's y.
    Apart,
    /// The value of x that stood y bars ago, y from 0 to n - 1 and whole.
    At,
}

/// All of them.
pub const PAIRS: [Pair; 4] = [Pair::Products, Pair::Nth, Pair::Apart, Pair::At];

/// Slots before the ring: cursor, values there.
const HEAD: usize = 2;
const CURSOR: usize = 0;
const COUNT: usize = 1;

/// Longest window whose order is an array: up to here moving a block of memory and a plain sum
/// beat the tree.
const SHORT: usize = MOST;

/// Doubles of state for a window of `n` bars.
#[must_use]
pub fn state_len(pair: Pair, n: usize) -> usize {
    if pair == Pair::Products {
        return ladder::state_len(Ladder::Products, n);
    }
    HEAD + match pair {
        Pair::Nth if n <= SHORT => 2 * n,
        // Twice, so that the window lies in one piece.
        Pair::Apart if n <= SHORT => 2 * n,
        Pair::Nth | Pair::Apart => n + crate::order::state_len(n),
        _ => n,
    }
}

/// The state of a window that has seen nothing.
#[must_use]
pub fn fresh_state(pair: Pair, n: usize) -> Vec<f64> {
    let mut state = vec![0.0; state_len(pair, n)];
    if pair != Pair::Products {
        state[HEAD..HEAD + n].fill(f64::NAN);
    }
    if n <= SHORT {
        match pair {
            Pair::Nth => state[HEAD + n..].fill(known(f64::NAN)),
            Pair::Apart => state[HEAD..].fill(f64::NAN),
            _ => {}
        }
    }
    state
}

/// One more bar; `ring` is `n`, or less when fewer bars than that will ever come.
pub fn step(pair: Pair, state: &mut [f64], x: f64, y: f64, n: usize, ring: usize) -> f64 {
    if pair == Pair::Products {
        return ladder::step(Ladder::Products, state, x, y, n, n, ring);
    }
    let (head, rest) = state.split_at_mut(HEAD);
    let cursor = head[CURSOR] as usize;
    head[CURSOR] = if cursor + 1 == ring {
        0.0
    } else {
        (cursor + 1) as f64
    };
    match pair {
        Pair::Products | Pair::At => {
            rest[cursor] = x;
            let back = y as usize;
            if y.fract() != 0.0 || !(y >= 0.0 && y < n as f64) || back >= ring {
                return f64::NAN;
            }
            rest[if back <= cursor {
                cursor - back
            } else {
                cursor + ring - back
            }]
        }
        Pair::Nth | Pair::Apart => {
            let (values, sorted) = rest.split_at_mut(ring);
            let old = std::mem::replace(&mut values[cursor], x);
            let before = head[COUNT] as usize;
            let after = before - usize::from(old.is_finite()) + usize::from(x.is_finite());
            head[COUNT] = after as f64;
            let whole = after == n && !y.is_nan();
            match (pair, ring <= SHORT) {
                (Pair::Nth, true) => {
                    renew_sorted(sorted, known(old), known(x));
                    match place(y, n) {
                        Some(place) if after == n => sorted[place],
                        _ => f64::NAN,
                    }
                }
                (_, true) => {
                    sorted[cursor] = x;
                    if whole {
                        // From the oldest on: behind the cursor, then the second copy up to it.
                        let window = &rest[cursor + 1..][..n];
                        sum_apart(window, y)
                    } else {
                        f64::NAN
                    }
                }
                (_, false) => {
                    let mut tree = Tree(sorted);
                    if old.is_finite() {
                        tree.remove(cursor);
                    }
                    if x.is_finite() {
                        tree.insert(cursor, known(x));
                    }
                    if !whole || (pair == Pair::Nth && y.fract() != 0.0) {
                        f64::NAN
                    } else if pair == Pair::Nth {
                        tree.nth(if y < 1.0 { 0 } else { y as usize })
                    } else {
                        tree.apart(y)
                    }
                }
            }
        }
    }
}

/// [`step`] for every bar of a block.
pub fn steps(
    pair: Pair,
    state: &mut [f64],
    xs: &[f64],
    ys: &[f64],
    n: usize,
    ring: usize,
    out: &mut [f64],
) {
    #[cfg(target_arch = "x86_64")]
    if pair == Pair::Nth && ring <= renew::MOST && std::arch::is_x86_feature_detected!("avx512f") {
        return nths(state, xs, ys, n, ring, out);
    }
    for ((x, y), out) in xs.iter().zip(ys).zip(out) {
        *out = step(pair, state, *x, *y, n, ring);
    }
}

/// [`Pair::Nth`] for every bar of a block, the order in registers.
#[cfg(target_arch = "x86_64")]
fn nths(state: &mut [f64], xs: &[f64], ys: &[f64], n: usize, ring: usize, out: &mut [f64]) {
    let (head, rest) = state.split_at_mut(HEAD);
    let (values, sorted) = rest.split_at_mut(ring);
    let mut window = Window {
        sorted,
        there: head[COUNT] as usize,
        n,
    };
    let cursor = head[CURSOR] as usize;
    let bars = xs.len().min(ys.len()).min(out.len());
    // What leaves stands in the ring from the cursor on, then before it, then in the block.
    let (first, second) = ((ring - cursor).min(bars), ring.min(bars));
    let olds = [&values[cursor..], &values[..cursor], xs];
    for (olds, range) in olds
        .into_iter()
        .zip([0..first, first..second, second..bars])
    {
        let bars = Bars {
            olds,
            xs: &xs[range.clone()],
            ys: &ys[range.clone()],
        };
        // SAFETY: the feature was found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            window.run(bars, &mut out[range]);
        }
    }
    head[COUNT] = window.there as f64;
    head[CURSOR] = ((cursor + bars) % ring) as f64;
    for (i, x) in xs[..bars]
        .iter()
        .enumerate()
        .skip(bars.saturating_sub(ring))
    {
        values[(cursor + i) % ring] = *x;
    }
}

/// How a value stands in the order: a missing one behind all others, and all zeros as one.
#[inline(always)]
pub(crate) fn known(x: f64) -> f64 {
    if x.is_finite() {
        x + 0.0
    } else {
        f64::INFINITY
    }
}

/// Takes one value out of sorted ones and puts another in; only what lies between the two places
/// moves.
fn renew_sorted(sorted: &mut [f64], old: f64, new: f64) {
    let gone = sorted.partition_point(|v| *v < old);
    let come = sorted.partition_point(|v| *v <= new);
    if come > gone {
        sorted.copy_within(gone + 1..come, gone);
        sorted[come - 1] = new;
    } else {
        sorted.copy_within(come..gone, come + 1);
        sorted[come] = new;
    }
}

/// Where the `y`-th of `n` sorted values stands; nowhere where there is none.
#[inline(always)]
pub(crate) fn place(y: f64, n: usize) -> Option<usize> {
    // As a whole number na is 0.
    let k = y as usize;
    (k as f64 == y && k >= 1 && k <= n).then(|| k - 1)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "within the tolerance of a test")]
mod tests {
    use super::*;
    use crate::lanes::tests::same;
    use proptest::prelude::*;

    fn run(pair: Pair, xs: &[(f64, f64)], n: usize) -> Vec<f64> {
        let ring = n.min(xs.len()).max(1);
        let mut state = fresh_state(pair, ring);
        xs.iter()
            .map(|(x, y)| step(pair, &mut state, *x, *y, n, ring))
            .collect()
    }

    /// The definition, computed afresh for each bar.
    fn plain(pair: Pair, xs: &[(f64, f64)], n: usize, t: usize) -> f64 {
        let y = xs[t].1;
        if pair == Pair::At {
            let past = y >= 0.0 && y.fract() == 0.0 && y < n as f64 && y as usize <= t;
            return if past { xs[t - y as usize].0 } else { f64::NAN };
        }
        if t + 1 < n {
            return f64::NAN;
        }
        let window = &xs[t + 1 - n..=t];
        let missing = |x: f64| !x.is_finite();
        if window
            .iter()
            .any(|(x, y)| missing(*x) || (pair == Pair::Products && missing(*y)))
        {
            return f64::NAN;
        }
        let mean = |f: fn(&(f64, f64)) -> f64| window.iter().map(f).sum::<f64>() / n as f64;
        match pair {
            Pair::Products => {
                let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
                window.iter().map(|(x, y)| (x - mx) * (y - my)).sum()
            }
            Pair::Nth => {
                let mut sorted: Vec<f64> = window.iter().map(|p| p.0).collect();
                sorted.sort_by(f64::total_cmp);
                let k = y >= 1.0 && y.fract() == 0.0 && y <= n as f64;
                if k { sorted[y as usize - 1] } else { f64::NAN }
            }
            _ if y.is_nan() => f64::NAN,
            _ => window.iter().map(|(x, _)| (x - y).abs()).sum(),
        }
    }

    proptest! {
        #[test]
        fn windows_equal_their_definition(
            xs in prop::collection::vec(
                prop_oneof![
                    8 => (-100.0..100.0f64, prop_oneof![(0..12i32).prop_map(f64::from), -9.0..9.0f64]),
                    1 => Just((f64::NAN, 2.0)),
                    1 => Just((5.0, f64::NAN)),
                    1 => Just((f64::INFINITY, 1.0)),
                ],
                1..60,
            ),
            n in 1usize..12,
        ) {
            for pair in PAIRS {
                for (t, got) in run(pair, &xs, n).into_iter().enumerate() {
                    let want = plain(pair, &xs, n, t);
                    prop_assert!(
                        got == want || got.is_nan() && want.is_nan() || (got - want).abs() <= 1e-9 * want.abs().max(100.0),
                        "{pair:?} n {n} bar {t}: {got} for {want}"
                    );
                }
            }
        }
    }

    proptest! {
        /// Blocks of any length, with ties, zeros of both signs and missing values.
        #[test]
        fn blocks_equal_steps(
            bars in prop::collection::vec(
                (
                    prop_oneof![
                        40 => (-9..9i32).prop_map(f64::from),
                        40 => -9.0..9.0f64,
                        2 => Just(-0.0),
                        1 => Just(f64::NAN),
                        1 => Just(f64::INFINITY),
                        1 => Just(f64::NEG_INFINITY),
                    ],
                    prop_oneof![
                        8 => (-2..12i32).prop_map(f64::from),
                        1 => Just(f64::NAN),
                        1 => Just(f64::INFINITY),
                        1 => Just(2.5),
                        1 => Just(-0.0),
                    ],
                ),
                1..700,
            ),
            n in prop_oneof![2 => 1usize..40, 2 => 1usize..140, 1 => 140usize..600],
            many in any::<bool>(),
            blocks in prop::collection::vec(1usize..200, 1..5),
        ) {
            let (xs, mut ys): (Vec<f64>, Vec<f64>) = bars.iter().copied().unzip();
            if many {
                ys.fill((n / 2 + 1) as f64);
            }
            let ring = n.min(xs.len());
            for pair in PAIRS {
                let (mut state, mut stepped) = (fresh_state(pair, ring), fresh_state(pair, ring));
                let (mut start, mut lens) = (0, blocks.iter().cycle());
                while start < xs.len() {
                    let end = xs.len().min(start + lens.next().unwrap_or(&1));
                    let mut got = vec![0.0; end - start];
                    steps(pair, &mut state, &xs[start..end], &ys[start..end], n, ring, &mut got);
                    for (t, got) in (start..).zip(&got) {
                        let want = step(pair, &mut stepped, xs[t], ys[t], n, ring);
                        prop_assert!(same(*got, want), "{pair:?} n {n} bar {t}: {got} for {want}");
                    }
                    let is_same = state.iter().zip(&stepped).all(|(a, b)| same(*a, *b));
                    prop_assert!(is_same, "{pair:?} n {n}: {state:?} for {stepped:?}");
                    start = end;
                }
            }
        }
    }

    #[test]
    fn long_windows_agree_with_their_definition() {
        let xs: Vec<(f64, f64)> = (0..4_000_u32)
            .map(|i| {
                (
                    f64::from(i.wrapping_mul(2_654_435_761) >> 12),
                    f64::from(i % 1500 + 1),
                )
            })
            .collect();
        for pair in [Pair::Nth, Pair::Apart] {
            let got = run(pair, &xs, SHORT + 300);
            for t in (0..xs.len()).step_by(97) {
                let want = plain(pair, &xs, SHORT + 300, t);
                assert!(
                    got[t].is_nan() && want.is_nan() || (got[t] - want).abs() <= 1e-12 * want.abs(),
                    "{pair:?} {t}: {} for {want}",
                    got[t]
                );
            }
        }
    }

    #[test]
    fn a_flat_side_has_no_products_and_levels_cost_no_digits() {
        let mut xs = vec![(1e8, 3.0)];
        xs.extend((0..2_000).map(|i| (1e5 + f64::from(i % 5) * 1e-3, 0.1 * f64::from(i % 5))));
        let got = run(Pair::Products, &xs, 5);
        assert!((got[2_000] - 1e-3).abs() < 1e-12, "{}", got[2_000]);
        xs.extend((0..50).map(|i| (1.0 / 3.0, f64::from(i).sin())));
        assert_eq!(run(Pair::Products, &xs, 20)[2_050], 0.0);
    }
}
