//! The windows of [`crate::ladder`] for a block of bars, several lengths at once, as the kernel
//! runs them: the same operations in the same order, many bars side by side. Exact sums
//! ([`crate::sums`]) are handed on to a kernel of their own.

use crate::ladder::{Ladder, Rung, rungs, state_len, step};
use crate::lanes::{Lane, is_whole};
use crate::levels::{Levels, rows_of};
use crate::regions::sums;
use crate::wide::wide;

/// Bars whose values are held in registers at a time, of one series and of two; and of the rest.
const SIDE: usize = 32;
const SIDE_OF_TWO: usize = 16;
const REST: usize = 8;

/// Least bars that are worked on at a time, so that their runs stay in the nearest memory.
const CHUNK: usize = 192;

/// Windows over the block `xs[front..]` (and `ys`, which is `xs` where there is one series);
/// `xs[..front]` is what came before it. `rows` is memory that is used again.
pub fn ladders(
    ladder: Ladder,
    xs: &[f64],
    ys: &[f64],
    front: usize,
    lanes: &mut [Lane<'_>],
    rows: &mut Vec<f64>,
) {
    if let Some(weights) = ladder.weights() {
        return sums(weights, xs, front, lanes);
    }
    let longest = lanes.iter().map(|l| l.back).max().unwrap_or(1).max(1);
    let from = front - (longest - 1).min(front);
    let (xs, ys, front) = (&xs[from..], &ys[from..], front - from);
    let two = ladder == Ladder::Products;
    let whole = is_whole(xs) && (!two || is_whole(ys));
    let clean = |xs: &[f64]| -> Vec<f64> {
        let known = |x: &f64| if x.is_finite() { *x } else { 0.0 };
        xs.iter().map(known).collect()
    };
    let cleaned = (!whole).then(|| (clean(xs), if two { clean(ys) } else { Vec::new() }));
    let values = cleaned.as_ref().map_or((xs, ys), |(xs, ys)| (xs, ys));
    let parts: Vec<Vec<Rung>> = lanes
        .iter()
        .map(|lane| {
            if lane.fits() {
                rungs(lane.n).collect()
            } else {
                Vec::new()
            }
        })
        .collect();
    let chunk = CHUNK.max(2 * longest.next_power_of_two());
    for start in (0..xs.len() - front).step_by(chunk) {
        let end = (start + chunk).min(xs.len() - front);
        let seen = |xs: &'_ [f64]| (start.min(xs.len()), (front + end).min(xs.len()));
        let ((a, b), (c, d)) = (seen(values.0), seen(values.1));
        let mut levels = Levels::over(ladder, &values.0[a..b], &values.1[c..d], longest, rows);
        for power in 0..longest.ilog2() {
            levels.double(power as usize);
        }
        for (lane, parts) in lanes.iter_mut().zip(&parts) {
            if lane.fits() {
                let read = Read {
                    xs: levels.xs,
                    ys: levels.ys,
                    rows: levels.rows,
                    parts,
                    count: lane.n as f64,
                };
                windows(ladder, &read, front, &mut lane.out[start..end]);
            }
        }
    }
    for lane in lanes {
        let (n, least, ring) = (lane.n, lane.least, lane.ring(xs.len()));
        let mut state = Vec::new();
        lane.mend(xs, ys, front, whole, |x, y| {
            if state.is_empty() {
                state = vec![0.0; state_len(ladder, ring)];
            }
            step(ladder, &mut state, x, y, n, least, ring)
        });
        lane.divide();
    }
}

wide!(fn windows = windows_here(ladder: Ladder, read: &Read<'_>, front: usize, out: &mut [f64]));

#[inline(always)]
fn windows_here(ladder: Ladder, read: &Read<'_>, front: usize, out: &mut [f64]) {
    // One loop per kind, so that the kind is settled outside the loop.
    match ladder {
        Ladder::Products => read.blocks::<SIDE_OF_TWO>(Ladder::Products, front, out),
        _ => read.blocks::<SIDE>(Ladder::Squares, front, out),
    }
}

/// Levels as the windows of one length read them.
struct Read<'a> {
    xs: &'a [f64],
    ys: &'a [f64],
    rows: &'a [f64],
    parts: &'a [Rung],
    count: f64,
}

impl Read<'_> {
    #[inline(always)]
    fn blocks<const W: usize>(&self, ladder: Ladder, front: usize, out: &mut [f64]) {
        let mut at = 0;
        while at + W <= out.len() {
            let values = self.side_by_side::<W>(ladder, front + at);
            out[at..at + W].copy_from_slice(&values);
            at += W;
        }
        while at + REST <= out.len() {
            let values = self.side_by_side::<REST>(ladder, front + at);
            out[at..at + REST].copy_from_slice(&values);
            at += REST;
        }
        while at < out.len() {
            let [value] = self.side_by_side::<1>(ladder, front + at);
            out[at] = value;
            at += 1;
        }
    }

    /// The values of series `i` from bar `at` on.
    #[inline(always)]
    fn value<const W: usize>(&self, i: usize, at: usize) -> [f64; W] {
        let mut values = [0.0; W];
        let from = if i == 0 { self.xs } else { self.ys };
        values.copy_from_slice(&from[at..at + W]);
        values
    }

    /// Row `i` of the level of a part, for the windows that end at bars from `at` on.
    #[inline(always)]
    fn row<const W: usize>(&self, ladder: Ladder, part: &Rung, i: usize, at: usize) -> [f64; W] {
        if part.power == 0 {
            return [0.0; W];
        }
        let row = (part.power as usize - 1) * rows_of(ladder) + i;
        let mut values = [0.0; W];
        values.copy_from_slice(&self.rows[row * self.xs.len() + at - part.newer..][..W]);
        values
    }

    /// Sums of the distances of a part from a distance from the newest values of its windows.
    #[inline(always)]
    fn from<const W: usize>(
        &self,
        ladder: Ladder,
        (part, i): (&Rung, usize),
        at: usize,
        newest: &[f64; W],
        mean: &[f64; W],
    ) -> [f64; W] {
        let (width, value) = (part.width(), self.value::<W>(i, at - part.newer));
        let mut sums = self.row(ladder, part, i, at);
        for j in 0..W {
            let from_newest = width.mul_add(value[j] - newest[j], sums[j]);
            sums[j] = (-width).mul_add(mean[j], from_newest);
        }
        sums
    }

    /// `W` windows; as [`crate::ladder`] joins one.
    #[inline(always)]
    fn side_by_side<const W: usize>(&self, ladder: Ladder, at: usize) -> [f64; W] {
        let Some((big, small)) = self.parts.split_last() else {
            return [f64::NAN; W];
        };
        let share = 1.0 / big.width();
        let two = ladder == Ladder::Products;
        let third_row = rows_of(ladder) - 1;
        let x = self.value::<W>(0, at);
        let big_x = self.from(ladder, (big, 0), at, &x, &[0.0; W]);
        let mean_x = scaled(big_x, share);
        let (y, mean_y) = if two {
            let y = self.value::<W>(1, at);
            let big_y = self.from(ladder, (big, 1), at, &y, &[0.0; W]);
            (y, scaled(big_y, share))
        } else {
            (x, mean_x)
        };
        let (mut dx, mut dy, mut third) = ([0.0; W], [0.0; W], [0.0; W]);
        for part in small {
            let share = 1.0 / part.width();
            let ex = self.from(ladder, (part, 0), at, &x, &mean_x);
            let ey = if two {
                self.from(ladder, (part, 1), at, &y, &mean_y)
            } else {
                ex
            };
            let own = self.row::<W>(ladder, part, third_row, at);
            for j in 0..W {
                dx[j] += ex[j];
                dy[j] += ey[j];
                third[j] += (ex[j] * ey[j]).mul_add(share, own[j]);
            }
        }
        let mut out = self.row::<W>(ladder, big, third_row, at);
        let each = 1.0 / self.count;
        for j in 0..W {
            out[j] += (dx[j] * dy[j]).mul_add(-each, third[j]);
        }
        out
    }
}

/// A loop, since the compiler calls `map` of an array as a function.
#[inline(always)]
fn scaled<const W: usize>(mut xs: [f64; W], share: f64) -> [f64; W] {
    for x in &mut xs {
        *x *= share;
    }
    xs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::tests::{in_blocks, same};
    use proptest::prelude::*;

    const ALL: [Ladder; 2] = [Ladder::Squares, Ladder::Products];

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            100 => -100.0..100.0f64,
            20 => Just(5.0),
            10 => Just(1e8),
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
        ]
    }

    proptest! {
        /// In any blocks, for any lengths, equals value by value.
        #[test]
        fn blocks_equal_steps(
            pairs in prop::collection::vec((value(), value()), 1..400),
            ns in prop::collection::vec(1usize..40, 1..6),
            block in 1usize..200,
            part in 1usize..45,
            over in prop_oneof![Just(None), (-9.0..100.0f64).prop_map(Some)],
        ) {
            let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let mut rows = Vec::new();
            for ladder in ALL {
                let ys = if ladder == Ladder::Products { &ys } else { &xs };
                let least = |n: usize| match ladder {
                    Ladder::Squares => if part > 40 { n + 1 } else { part.min(n) },
                    _ => n,
                };
                let got = in_blocks((&xs, ys), &ns, least, block, |x, y, front, lanes| {
                    lanes.iter_mut().for_each(|lane| lane.over = over);
                    ladders(ladder, x, y, front, lanes, &mut rows);
                });
                for (got, &n) in got.iter().zip(&ns) {
                    let mut state = vec![0.0; state_len(ladder, n)];
                    for (t, g) in got.iter().enumerate() {
                        let sum = step(ladder, &mut state, xs[t], ys[t], n, least(n), n);
                        let want = over.map_or(sum, |by| sum / by);
                        prop_assert!(
                            same(*g, want),
                            "{ladder:?} n {n} bar {t}: {g} for {want}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn fewer_bars_than_the_window_is_long() {
        let xs: Vec<f64> = (0..10).map(|i| f64::from(i) * 1.1).collect();
        let mut padded = vec![f64::NAN; 10];
        padded.extend(&xs);
        let mut out = vec![0.0; 10];
        let mut lanes = [Lane {
            back: 10,
            n: 1 << 29,
            least: 1,
            over: None,
            out: &mut out,
        }];
        ladders(
            Ladder::Squares,
            &padded,
            &padded,
            10,
            &mut lanes,
            &mut Vec::new(),
        );
        let mut state = vec![0.0; state_len(Ladder::Squares, 10)];
        for (t, x) in xs.iter().enumerate() {
            let want = step(Ladder::Squares, &mut state, *x, *x, 1 << 29, 1, 10);
            assert_eq!(out[t].to_bits(), want.to_bits(), "bar {t}");
        }
        assert!((out[9] - 99.825).abs() < 1e-9, "{}", out[9]);
    }
}
