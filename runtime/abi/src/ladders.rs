//! The windows of [`crate::ladder`] for a block of bars, several lengths at once, as the kernel
//! runs them: the same operations in the same order, many bars side by side. Exact sums
//! ([`crate::sums`]) are handed on to a kernel of their own.

use crate::ladder::{Ladder, Rung, rungs, state_len, step};
use crate::lanes::{Lane, is_whole};
use crate::levels::{Levels, PRODUCTS, SQUARES, SQUARES_OF_Y, Wanted, has_y, rows_of, third_row};
use crate::line::lead;
use crate::regions::sums;
use crate::wide::wide;

/// Bars whose values are held in registers at a time, of one series and of two; and of the rest.
const SIDE: usize = 32;
const SIDE_OF_TWO: usize = 16;
const REST: usize = 8;

/// Least bars that are worked on at a time, so that their runs stay in the nearest memory.
const CHUNK: usize = 192;

/// What is made for windows over two series.
const THINGS: [(Wanted, Ladder); 3] = [
    (SQUARES, Ladder::Squares),
    (SQUARES_OF_Y, Ladder::Squares),
    (PRODUCTS, Ladder::Products),
];

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
    match (ladder.weights(), ladder) {
        (Some(weights), _) => sums(weights, xs, front, lanes),
        (None, Ladder::Products) => comoments(xs, ys, front, [&mut [], &mut [], lanes], rows),
        (None, _) => comoments(xs, xs, front, [lanes, &mut [], &mut []], rows),
    }
}

/// The squares of one series, those of the other, and their products, over the same windows of the
/// block `xs[front..]` and `ys[front..]`: all that are asked for as many, of the same lengths in the same order, or none.
/// What they have in common is computed once; each is what it is alone.
pub fn comoments(
    xs: &[f64],
    ys: &[f64],
    front: usize,
    mut lanes: [&mut [Lane<'_>]; 3],
    rows: &mut Vec<f64>,
) {
    let asked = THINGS.iter().zip(&lanes).filter(|(_, l)| !l.is_empty());
    let wanted: Wanted = asked.map(|((thing, _), _)| thing).sum();
    let longest = lanes.iter().flat_map(|l| l.iter()).map(|l| l.back).max();
    let longest = longest.unwrap_or(1).max(1);
    let from = front - (longest - 1).min(front);
    let (xs, ys, front) = (&xs[from..], &ys[from..], front - from);
    let two = has_y(wanted);
    let whole = [is_whole(xs), !two || is_whole(ys)];
    let clean = |xs: &[f64]| -> Vec<f64> {
        let known = |x: &f64| if x.is_finite() { *x } else { 0.0 };
        xs.iter().map(known).collect()
    };
    let cleaned = [(xs, whole[0]), (ys, whole[1])].map(|(xs, whole)| (!whole).then(|| clean(xs)));
    let [of_x, of_y] = &cleaned;
    let values = (of_x.as_deref().unwrap_or(xs), of_y.as_deref().unwrap_or(ys));
    let count = lanes.iter().map(|l| l.len()).max().unwrap_or(0);
    let parts: Vec<(Vec<Rung>, f64)> = (0..count)
        .map(|k| {
            let lane = lanes.iter().find_map(|l| l.get(k));
            match lane.filter(|lane| lane.fits()) {
                Some(lane) => (rungs(lane.n).collect(), lane.n as f64),
                None => (Vec::new(), 0.0),
            }
        })
        .collect();
    let chunk = CHUNK.max(2 * longest.next_power_of_two());
    for start in (0..xs.len() - front).step_by(chunk) {
        let end = (start + chunk).min(xs.len() - front);
        let seen = |xs: &'_ [f64]| (start.min(xs.len()), (front + end).min(xs.len()));
        let ((a, b), (c, d)) = (seen(values.0), seen(values.1));
        let series = (&values.0[a..b], &values.1[c..d]);
        let mut levels = Levels::over(wanted, series, (front, longest), rows);
        for power in 0..longest.ilog2() {
            levels.double(power as usize);
        }
        for (k, (parts, count)) in parts.iter().enumerate().filter(|(_, p)| !p.0.is_empty()) {
            let read = Read {
                xs: levels.xs,
                ys: levels.ys,
                rows: levels.rows,
                parts,
                count: *count,
            };
            let outs = lanes.each_mut().map(|of| match of.get_mut(k) {
                Some(lane) => &mut lane.out[start..end],
                None => &mut [],
            });
            windows(wanted, &read, front + lead(front), outs);
        }
    }
    for ((thing, ladder), lanes) in THINGS.into_iter().zip(lanes) {
        let (a, b, whole) = match thing {
            SQUARES => (xs, xs, whole[0]),
            SQUARES_OF_Y => (ys, ys, whole[1]),
            _ => (xs, ys, whole == [true; 2]),
        };
        for lane in lanes {
            let (n, least, ring) = (lane.n, lane.least, lane.ring(xs.len()));
            let mut state = Vec::new();
            lane.mend(a, b, front, whole, |x, y| {
                if state.is_empty() {
                    state = vec![0.0; state_len(ladder, ring)];
                }
                step(ladder, &mut state, x, y, n, least, ring)
            });
            lane.divide();
        }
    }
}

wide!(fn windows = windows_here(
    wanted: Wanted,
    read: &Read<'_>,
    front: usize,
    outs: [&mut [f64]; 3],
));

#[inline(always)]
fn windows_here(wanted: Wanted, read: &Read<'_>, front: usize, outs: [&mut [f64]; 3]) {
    // One loop for each that occurs, so that it is settled outside the loop.
    match wanted {
        SQUARES => read.blocks::<1, SIDE>(front, outs),
        PRODUCTS => read.blocks::<4, SIDE_OF_TWO>(front, outs),
        5 => read.blocks::<5, SIDE_OF_TWO>(front, outs),
        6 => read.blocks::<6, SIDE_OF_TWO>(front, outs),
        _ => read.blocks::<7, SIDE_OF_TWO>(front, outs),
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
    fn blocks<const WANTED: Wanted, const W: usize>(&self, front: usize, outs: [&mut [f64]; 3]) {
        let [xx, yy, xy] = outs;
        let len = xx.len().max(yy.len()).max(xy.len());
        let mut at = 0;
        while at + W <= len {
            self.side_by_side::<WANTED, W>((front, at), [xx, yy, xy]);
            at += W;
        }
        while at + REST <= len {
            self.side_by_side::<WANTED, REST>((front, at), [xx, yy, xy]);
            at += REST;
        }
        while at < len {
            self.side_by_side::<WANTED, 1>((front, at), [xx, yy, xy]);
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
    fn row<const WANTED: Wanted, const W: usize>(
        &self,
        part: &Rung,
        i: usize,
        at: usize,
    ) -> [f64; W] {
        if part.power == 0 {
            return [0.0; W];
        }
        let row = (part.power as usize - 1) * rows_of(WANTED) + i;
        let mut values = [0.0; W];
        values.copy_from_slice(&self.rows[row * self.xs.len() + at - part.newer..][..W]);
        values
    }

    /// Sums of the distances of a part from a distance from the newest values of its windows.
    #[inline(always)]
    fn from<const WANTED: Wanted, const W: usize>(
        &self,
        (part, i): (&Rung, usize),
        at: usize,
        newest: &[f64; W],
        mean: &[f64; W],
    ) -> [f64; W] {
        let (width, value) = (part.width(), self.value::<W>(i, at - part.newer));
        let mut sums = self.row::<WANTED, W>(part, i, at);
        for j in 0..W {
            let from_newest = width.mul_add(value[j] - newest[j], sums[j]);
            sums[j] = (-width).mul_add(mean[j], from_newest);
        }
        sums
    }

    /// `W` windows of each thing that is wanted, from value `to` of the results on; as
    /// [`crate::ladder`] joins one.
    #[inline(always)]
    fn side_by_side<const WANTED: Wanted, const W: usize>(
        &self,
        (front, to): (usize, usize),
        [xx, yy, xy]: [&mut [f64]; 3],
    ) {
        let Some((big, small)) = self.parts.split_last() else {
            return;
        };
        let at = front + to;
        let share = 1.0 / big.width();
        let two = has_y(WANTED);
        let x = self.value::<W>(0, at);
        let mean_x = scaled(self.from::<WANTED, W>((big, 0), at, &x, &[0.0; W]), share);
        let (y, mean_y) = if two {
            let y = self.value::<W>(1, at);
            let big_y = self.from::<WANTED, W>((big, 1), at, &y, &[0.0; W]);
            (y, scaled(big_y, share))
        } else {
            (x, mean_x)
        };
        // One by one, since an array of them would not be held in registers.
        let third = |part: &Rung, thing: Wanted| -> [f64; W] {
            self.row::<WANTED, W>(part, third_row(WANTED, thing), at)
        };
        let (mut dx, mut dy) = ([0.0; W], [0.0; W]);
        let (mut of_xx, mut of_yy, mut of_xy) = ([0.0; W], [0.0; W], [0.0; W]);
        for part in small {
            let share = 1.0 / part.width();
            let ex = self.from::<WANTED, W>((part, 0), at, &x, &mean_x);
            let ey = if two {
                self.from::<WANTED, W>((part, 1), at, &y, &mean_y)
            } else {
                ex
            };
            added(&mut dx, &ex);
            if two {
                added(&mut dy, &ey);
            }
            if WANTED & SQUARES != 0 {
                joined(&mut of_xx, (&ex, &ex), share, &third(part, SQUARES));
            }
            if WANTED & SQUARES_OF_Y != 0 {
                joined(&mut of_yy, (&ey, &ey), share, &third(part, SQUARES_OF_Y));
            }
            if WANTED & PRODUCTS != 0 {
                joined(&mut of_xy, (&ex, &ey), share, &third(part, PRODUCTS));
            }
        }
        let each = -1.0 / self.count;
        if WANTED & SQUARES != 0 {
            let mut out = third(big, SQUARES);
            joined(&mut out, (&dx, &dx), each, &of_xx);
            xx[to..to + W].copy_from_slice(&out);
        }
        if WANTED & SQUARES_OF_Y != 0 {
            let mut out = third(big, SQUARES_OF_Y);
            joined(&mut out, (&dy, &dy), each, &of_yy);
            yy[to..to + W].copy_from_slice(&out);
        }
        if WANTED & PRODUCTS != 0 {
            let mut out = third(big, PRODUCTS);
            let dy = if two { &dy } else { &dx };
            joined(&mut out, (&dx, dy), each, &of_xy);
            xy[to..to + W].copy_from_slice(&out);
        }
    }
}

#[inline(always)]
fn added<const W: usize>(sums: &mut [f64; W], more: &[f64; W]) {
    for j in 0..W {
        sums[j] += more[j];
    }
}

/// `sums + (a * b * share + more)`
#[inline(always)]
fn joined<const W: usize>(
    sums: &mut [f64; W],
    (a, b): (&[f64; W], &[f64; W]),
    share: f64,
    more: &[f64; W],
) {
    for j in 0..W {
        sums[j] += (a[j] * b[j]).mul_add(share, more[j]);
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

    proptest! {
        /// What is made together is what is made alone.
        #[test]
        fn together_as_alone(
            pairs in prop::collection::vec((value(), value()), 1..300),
            ns in prop::collection::vec(1usize..40, 1..6),
            block in 1usize..200,
            asked in prop::sample::select(vec![[true, true, true], [true, false, true], [false, true, true]]),
        ) {
            let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let mut rows = Vec::new();
            // The lengths once per thing that is asked for.
            let count = asked.iter().filter(|is_asked| **is_asked).count();
            let all: Vec<usize> = (0..count).flat_map(|_| ns.clone()).collect();
            let got = in_blocks((&xs, &ys), &all, |n| n, block, |x, y, front, lanes| {
                let mut of_each = lanes.chunks_mut(ns.len());
                let lanes = asked.map(|is_asked| match is_asked.then(|| of_each.next()).flatten() {
                    Some(lanes) => lanes,
                    None => &mut [],
                });
                comoments(x, y, front, lanes, &mut rows);
            });
            let mut got = got.chunks(ns.len());
            for ((thing, ladder), is_asked) in THINGS.into_iter().zip(asked) {
                let Some(got) = is_asked.then(|| got.next()).flatten() else {
                    continue;
                };
                let (a, b) = match thing {
                    SQUARES => (&xs, &xs),
                    SQUARES_OF_Y => (&ys, &ys),
                    _ => (&xs, &ys),
                };
                let want = in_blocks((a, b), &ns, |n| n, block, |x, y, front, lanes| {
                    ladders(ladder, x, y, front, lanes, &mut Vec::new());
                });
                for ((got, want), n) in got.iter().zip(&want).zip(&ns) {
                    for (t, (got, want)) in got.iter().zip(want).enumerate() {
                        prop_assert!(same(*got, *want), "{thing} n {n} bar {t}: {got} for {want}");
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
