//! The windows of [`crate::ladder`] for a block of bars, several lengths at once, as the kernel
//! runs them: the same operations in the same order, many bars side by side.

use crate::ladder::{Ladder, Rung, place, rungs, state_len, step};
use crate::lanes::{Lane, is_whole};
use crate::wide::wide;

/// Bars whose values are held in registers at a time.
const SIDE: usize = 16;

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
    let longest = lanes.iter().map(|l| l.back).max().unwrap_or(1).max(1);
    let from = front - (longest - 1).min(front);
    let (xs, ys, front) = (&xs[from..], &ys[from..], front - from);
    let two = ladder == Ladder::Products;
    let whole = is_whole(xs) && (!two || is_whole(ys));
    let mut levels = Levels::over(ladder, xs.len(), longest, rows);
    levels.first(xs, ys, whole);
    for power in 0..longest.ilog2() {
        levels.double(power as usize);
    }
    for lane in lanes {
        if lane.fits() {
            levels.windows(front, lane.n, lane.out);
        }
        let (n, least, ring) = (lane.n, lane.least, lane.ring(xs.len()));
        let mut state = Vec::new();
        lane.mend(xs, ys, front, whole, |x, y| {
            if state.is_empty() {
                state = vec![0.0; state_len(ring)];
            }
            step(ladder, &mut state, x, y, n, least, ring)
        });
    }
}

/// The values, and runs of 1, 2, 4, … bars ending at each bar: rows of the sums of their distances
/// from their newest value, and of their third figure.
struct Levels<'a> {
    ladder: Ladder,
    /// Bars of a row.
    len: usize,
    /// One row per series.
    values: &'a mut [f64],
    rows: &'a mut [f64],
}

/// Series that are read.
#[inline(always)]
fn series_of(ladder: Ladder) -> usize {
    1 + usize::from(ladder == Ladder::Products)
}

/// Rows of one level.
#[inline(always)]
fn rows_of(ladder: Ladder) -> usize {
    match ladder {
        Ladder::Sum => 1,
        Ladder::Moment | Ladder::Weighted | Ladder::Squares => 2,
        Ladder::Products => 3,
    }
}

impl<'a> Levels<'a> {
    fn over(ladder: Ladder, len: usize, longest: usize, rows: &'a mut Vec<f64>) -> Self {
        let values = series_of(ladder) * len;
        let needed = values + (longest.ilog2() as usize + 1) * rows_of(ladder) * len;
        if rows.len() < needed {
            rows.resize(needed, 0.0);
        }
        let (values, rows) = rows[..needed].split_at_mut(values);
        Self {
            ladder,
            len,
            values,
            rows,
        }
    }

    /// The runs of one bar; a missing value counts as nothing.
    fn first(&mut self, xs: &[f64], ys: &[f64], whole: bool) {
        let (x, y) = self.values.split_at_mut(self.len);
        x.copy_from_slice(xs);
        if !y.is_empty() {
            y.copy_from_slice(ys);
        }
        if !whole {
            for value in self.values.iter_mut() {
                *value = if value.is_finite() { *value } else { 0.0 };
            }
        }
        let first = &mut self.rows[..rows_of(self.ladder) * self.len];
        if self.ladder == Ladder::Sum {
            first.copy_from_slice(self.values);
        } else {
            first.fill(0.0);
        }
    }

    /// From the runs of 2^`power` bars those of twice as many.
    fn double(&mut self, power: usize) {
        let level = rows_of(self.ladder) * self.len;
        let (from, to) = self.rows[power * level..].split_at_mut(level);
        double(self.ladder, self.values, from, &mut to[..level], self.len, 1 << power);
    }

    /// The windows of `n` bars that end at the bars from `front` on.
    fn windows(&self, front: usize, n: usize, out: &mut [f64]) {
        let parts: Vec<Rung> = rungs(n).collect();
        windows(self.ladder, self.values, self.rows, self.len, front, &parts, n, out);
    }
}

wide!(fn double = double_here(
    ladder: Ladder,
    values: &[f64],
    from: &[f64],
    to: &mut [f64],
    len: usize,
    m: usize,
));

#[inline(always)]
fn double_here(
    ladder: Ladder,
    values: &[f64],
    from: &[f64],
    to: &mut [f64],
    len: usize,
    m: usize,
) {
    if len <= m {
        return;
    }
    let count = len - m;
    // Value i of a row ends at bar i: the later run at i + m, the older one at i.
    let width = m as f64;
    match ladder {
        Ladder::Sum => {
            let (old, new) = (&from[..count], &from[m..]);
            let to = &mut to[m..];
            for i in 0..count {
                to[i] = old[i] + new[i];
            }
        }
        Ladder::Moment | Ladder::Weighted | Ladder::Squares => {
            let (d, third) = from.split_at(len);
            let (to_d, to_third) = to.split_at_mut(len);
            let (x_old, x_new) = (&values[..count], &values[m..]);
            let (d_old, d_new) = (&d[..count], &d[m..]);
            let (t_old, t_new) = (&third[..count], &third[m..]);
            let (to_d, to_third) = (&mut to_d[m..], &mut to_third[m..]);
            for i in 0..count {
                let step = width * (x_old[i] - x_new[i]);
                let gap = (d_old[i] - d_new[i]) + step;
                to_d[i] = (d_old[i] + d_new[i]) + step;
                to_third[i] = if ladder == Ladder::Squares {
                    (t_old[i] + t_new[i]) + gap * gap * (0.5 / width)
                } else {
                    (t_old[i] + t_new[i]) - gap * (width / 2.0)
                };
            }
        }
        Ladder::Products => {
            let (xs, ys) = values.split_at(len);
            let (dx, rest) = from.split_at(len);
            let (dy, third) = rest.split_at(len);
            let (to_dx, rest) = to.split_at_mut(len);
            let (to_dy, to_third) = rest.split_at_mut(len);
            let (x_old, x_new) = (&xs[..count], &xs[m..]);
            let (y_old, y_new) = (&ys[..count], &ys[m..]);
            let (dx_old, dx_new) = (&dx[..count], &dx[m..]);
            let (dy_old, dy_new) = (&dy[..count], &dy[m..]);
            let (t_old, t_new) = (&third[..count], &third[m..]);
            let (to_dx, to_dy) = (&mut to_dx[m..], &mut to_dy[m..]);
            let to_third = &mut to_third[m..];
            for i in 0..count {
                let step_x = width * (x_old[i] - x_new[i]);
                let step_y = width * (y_old[i] - y_new[i]);
                to_dx[i] = (dx_old[i] + dx_new[i]) + step_x;
                to_dy[i] = (dy_old[i] + dy_new[i]) + step_y;
                let gap_x = (dx_old[i] - dx_new[i]) + step_x;
                let gap_y = (dy_old[i] - dy_new[i]) + step_y;
                to_third[i] = (t_old[i] + t_new[i]) + gap_x * gap_y * (0.5 / width);
            }
        }
    }
}

wide!(fn windows = windows_here(
    ladder: Ladder,
    values: &[f64],
    rows: &[f64],
    len: usize,
    front: usize,
    parts: &[Rung],
    n: usize,
    out: &mut [f64],
));

#[allow(clippy::too_many_arguments, reason = "the parts of one loop over a block")]
#[inline(always)]
fn windows_here(
    ladder: Ladder,
    values: &[f64],
    rows: &[f64],
    len: usize,
    front: usize,
    parts: &[Rung],
    n: usize,
    out: &mut [f64],
) {
    let levels = Read {
        values,
        rows,
        len,
        parts,
        count: n as f64,
    };
    // One loop per kind, so that the kind is settled outside the loop.
    match ladder {
        Ladder::Sum => levels.blocks(Ladder::Sum, front, out),
        Ladder::Moment => levels.blocks(Ladder::Moment, front, out),
        Ladder::Weighted => levels.blocks(Ladder::Weighted, front, out),
        Ladder::Squares => levels.blocks(Ladder::Squares, front, out),
        Ladder::Products => levels.blocks(Ladder::Products, front, out),
    }
}

/// Levels as the windows of one length read them.
struct Read<'a> {
    values: &'a [f64],
    rows: &'a [f64],
    len: usize,
    parts: &'a [Rung],
    count: f64,
}

impl Read<'_> {
    #[inline(always)]
    fn blocks(&self, ladder: Ladder, front: usize, out: &mut [f64]) {
        let mut at = 0;
        while at + SIDE <= out.len() {
            let values = self.side_by_side::<SIDE>(ladder, front + at);
            out[at..at + SIDE].copy_from_slice(&values);
            at += SIDE;
        }
        while at < out.len() {
            let [value] = self.side_by_side::<1>(ladder, front + at);
            out[at] = value;
            at += 1;
        }
    }

    /// Row `i` of the values, from bar `at` on.
    #[inline(always)]
    fn value<const W: usize>(&self, i: usize, at: usize) -> [f64; W] {
        let mut values = [0.0; W];
        values.copy_from_slice(&self.values[i * self.len + at..][..W]);
        values
    }

    /// Row `i` of the level of a part, for the windows that end at bars from `at` on.
    #[inline(always)]
    fn row<const W: usize>(&self, ladder: Ladder, part: &Rung, i: usize, at: usize) -> [f64; W] {
        let row = part.power as usize * rows_of(ladder) + i;
        let mut values = [0.0; W];
        values.copy_from_slice(&self.rows[row * self.len + at - part.newer..][..W]);
        values
    }

    /// Sums of the distances of a part from the newest values of its windows.
    #[inline(always)]
    fn far<const W: usize>(
        &self,
        ladder: Ladder,
        part: &Rung,
        i: usize,
        at: usize,
        newest: &[f64; W],
    ) -> [f64; W] {
        let (width, value) = (part.width(), self.value::<W>(i, at - part.newer));
        let mut far = self.row(ladder, part, i, at);
        for j in 0..W {
            far[j] += width * (value[j] - newest[j]);
        }
        far
    }

    /// `W` windows; as [`crate::ladder`] joins one.
    #[inline(always)]
    fn side_by_side<const W: usize>(&self, ladder: Ladder, at: usize) -> [f64; W] {
        let Some((big, small)) = self.parts.split_last() else {
            return [f64::NAN; W];
        };
        let share = 1.0 / big.width();
        let mut out = [0.0; W];
        if ladder == Ladder::Sum {
            let mean = self.row::<W>(ladder, big, 0, at).map(|x| x * share);
            for part in small {
                let (width, x) = (part.width(), self.row::<W>(ladder, part, 0, at));
                for j in 0..W {
                    out[j] += x[j] - width * mean[j];
                }
            }
            for j in 0..W {
                out[j] += self.count * mean[j];
            }
            return out;
        }
        let two = ladder == Ladder::Products;
        let third_row = rows_of(ladder) - 1;
        let x = self.value::<W>(0, at);
        let big_x = self.far(ladder, big, 0, at, &x);
        let mean_x = big_x.map(|x| x * share);
        let (y, mean_y) = if two {
            let y = self.value::<W>(1, at);
            let big_y = self.far(ladder, big, 1, at, &y);
            (y, big_y.map(|y| y * share))
        } else {
            (x, mean_x)
        };
        let (mut sum, mut dx, mut dy, mut third) = ([0.0; W], [0.0; W], [0.0; W], [0.0; W]);
        for part in small {
            let (width, share) = (part.width(), 1.0 / part.width());
            let far_x = self.far(ladder, part, 0, at, &x);
            let far_y = if two { self.far(ladder, part, 1, at, &y) } else { far_x };
            let own = self.row::<W>(ladder, part, third_row, at);
            let place = place(*part, self.count);
            for j in 0..W {
                let ex = far_x[j] - width * mean_x[j];
                sum[j] += far_x[j];
                dx[j] += ex;
                third[j] += match ladder {
                    Ladder::Moment | Ladder::Weighted => own[j] + ex * place,
                    Ladder::Squares => own[j] + ex * ex * share,
                    _ => {
                        let ey = far_y[j] - width * mean_y[j];
                        dy[j] += ey;
                        own[j] + ex * ey * share
                    }
                };
            }
        }
        let own = self.row::<W>(ladder, big, third_row, at);
        let each = 1.0 / self.count;
        for j in 0..W {
            out[j] = match ladder {
                Ladder::Moment => own[j] + third[j],
                Ladder::Weighted => {
                    let sum = self.count * x[j] + (sum[j] + big_x[j]);
                    sum * ((self.count + 1.0) / 2.0) + (own[j] + third[j])
                }
                Ladder::Squares => own[j] + (third[j] - dx[j] * dx[j] * each),
                _ => own[j] + (third[j] - dx[j] * dy[j] * each),
            };
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Ladder; 5] = [
        Ladder::Sum,
        Ladder::Moment,
        Ladder::Weighted,
        Ladder::Squares,
        Ladder::Products,
    ];

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
            part in 1usize..40,
        ) {
            const HISTORY: usize = 40;
            let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let pad = |xs: &[f64]| {
                let mut padded = vec![f64::NAN; HISTORY];
                padded.extend(xs);
                padded
            };
            let mut rows = Vec::new();
            for ladder in ALL {
                let ys = if ladder == Ladder::Products { &ys } else { &xs };
                let (px, py) = (pad(&xs), pad(ys));
                let least = |n: usize| match ladder {
                    Ladder::Sum | Ladder::Squares => part.min(n),
                    _ => n,
                };
                let mut got = vec![vec![0.0; xs.len()]; ns.len()];
                for start in (0..xs.len()).step_by(block) {
                    let len = block.min(xs.len() - start);
                    let mut lanes: Vec<Lane<'_>> = got
                        .iter_mut()
                        .zip(&ns)
                        .map(|(out, &n)| Lane { back: n, n, least: least(n), out: &mut out[start..start + len] })
                        .collect();
                    let seen = start..start + HISTORY + len;
                    ladders(ladder, &px[seen.clone()], &py[seen], HISTORY, &mut lanes, &mut rows);
                }
                for (got, &n) in got.iter().zip(&ns) {
                    let mut state = vec![0.0; state_len(n)];
                    for (t, g) in got.iter().enumerate() {
                        let want = step(ladder, &mut state, xs[t], ys[t], n, least(n), n);
                        prop_assert!(
                            g.to_bits() == want.to_bits() || g.is_nan() && want.is_nan(),
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
        let mut lanes = [Lane { back: 10, n: 1 << 29, least: 1, out: &mut out }];
        ladders(Ladder::Squares, &padded, &padded, 10, &mut lanes, &mut Vec::new());
        let mut state = vec![0.0; state_len(10)];
        for (t, x) in xs.iter().enumerate() {
            let want = step(Ladder::Squares, &mut state, *x, *x, 1 << 29, 1, 10);
            assert_eq!(out[t].to_bits(), want.to_bits(), "bar {t}");
        }
        assert!((out[9] - 99.825).abs() < 1e-9, "{}", out[9]);
    }
}
