//! The windows of [`crate::ladder`] for a block of bars, several lengths at once, as the kernel
//! runs them: the same operations in the same order, many bars side by side.

use crate::ladder::{Ladder, Rung, place, rungs, state_len, step};
use crate::lanes::{Lane, is_whole};
use crate::wide::wide;

/// Bars whose values are held in registers at a time.
const SIDE: usize = 16;

/// Least bars that are worked on at a time, so that their runs stay in the nearest memory.
const CHUNK: usize = 384;

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
    let chunk = CHUNK.max(4 * longest.next_power_of_two());
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
                levels.windows(front, parts, lane.n, &mut lane.out[start..end]);
            }
        }
    }
    for lane in lanes {
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

/// The values, and runs of 2, 4, 8, … bars ending at each bar: rows of the sums of their distances
/// from their newest value, and of their third figure. Runs of one bar have none.
struct Levels<'a> {
    ladder: Ladder,
    xs: &'a [f64],
    ys: &'a [f64],
    rows: &'a mut [f64],
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
    fn over(
        ladder: Ladder,
        xs: &'a [f64],
        ys: &'a [f64],
        longest: usize,
        rows: &'a mut Vec<f64>,
    ) -> Self {
        let needed = longest.ilog2() as usize * rows_of(ladder) * xs.len();
        if rows.len() < needed {
            rows.resize(needed, 0.0);
        }
        Self {
            ladder,
            xs,
            ys,
            rows: &mut rows[..needed],
        }
    }

    /// From the runs of 2^`power` bars those of twice as many.
    fn double(&mut self, power: usize) {
        let level = rows_of(self.ladder) * self.xs.len();
        let (before, to) = self.rows.split_at_mut(power * level);
        let from = &before[before.len().saturating_sub(level)..];
        double(
            self.ladder,
            self.xs,
            self.ys,
            from,
            &mut to[..level],
            1 << power,
        );
    }

    /// The windows of `n` bars that end at the bars from `front` on.
    fn windows(&self, front: usize, parts: &[Rung], n: usize, out: &mut [f64]) {
        windows(
            self.ladder,
            self.xs,
            self.ys,
            self.rows,
            front,
            parts,
            n,
            out,
        );
    }
}

wide!(fn double = double_here(
    ladder: Ladder,
    xs: &[f64],
    ys: &[f64],
    from: &[f64],
    to: &mut [f64],
    m: usize,
));

#[inline(always)]
fn double_here(ladder: Ladder, xs: &[f64], ys: &[f64], from: &[f64], to: &mut [f64], m: usize) {
    // One loop per kind, so that the kind is settled outside the loop; the first level apart.
    match (ladder, m) {
        (Ladder::Sum, _) => double_of(Ladder::Sum, xs, ys, from, to, m),
        (Ladder::Squares, 1) => double_of(Ladder::Squares, xs, ys, from, to, 1),
        (Ladder::Squares, _) => double_of(Ladder::Squares, xs, ys, from, to, m),
        (Ladder::Products, 1) => double_of(Ladder::Products, xs, ys, from, to, 1),
        (Ladder::Products, _) => double_of(Ladder::Products, xs, ys, from, to, m),
        (_, 1) => double_of(Ladder::Moment, xs, ys, from, to, 1),
        (_, _) => double_of(Ladder::Moment, xs, ys, from, to, m),
    }
}

/// Value i of a row ends at bar i: the later run at i + m, the older one at i.
#[inline(always)]
fn double_of(ladder: Ladder, xs: &[f64], ys: &[f64], from: &[f64], to: &mut [f64], m: usize) {
    let len = xs.len();
    if len <= m {
        return;
    }
    let count = len - m;
    let width = m as f64;
    let (x_old, x_new) = (&xs[..count], &xs[m..][..count]);
    match ladder {
        Ladder::Sum => {
            let from = if m == 1 { xs } else { from };
            let (old, new) = (&from[..count], &from[m..]);
            for ((to, old), new) in to[m..].iter_mut().zip(old).zip(new) {
                *to = old + new;
            }
        }
        Ladder::Moment | Ladder::Weighted | Ladder::Squares => {
            let (to_d, to_third) = to.split_at_mut(len);
            let (to_d, to_third) = (&mut to_d[m..][..count], &mut to_third[m..][..count]);
            // A run of one bar has nothing in its rows.
            let (d, third) = from.split_at(len.min(from.len()));
            let ((d_old, d_new), (t_old, t_new)) = (sides(d, m, count), sides(third, m, count));
            for i in 0..count {
                let at = |row: &[f64]| if m == 1 { 0.0 } else { row[i] };
                let (d_old, d_new) = (at(d_old), at(d_new));
                let (t_old, t_new) = (at(t_old), at(t_new));
                let step = width * (x_old[i] - x_new[i]);
                let gap = (d_old - d_new) + step;
                to_d[i] = (d_old + d_new) + step;
                to_third[i] = if ladder == Ladder::Squares {
                    (t_old + t_new) + gap * gap * (0.5 / width)
                } else {
                    (t_old + t_new) - gap * (width / 2.0)
                };
            }
        }
        Ladder::Products => {
            let (to_dx, rest) = to.split_at_mut(len);
            let (to_dy, to_third) = rest.split_at_mut(len);
            let (to_dx, to_dy) = (&mut to_dx[m..][..count], &mut to_dy[m..][..count]);
            let to_third = &mut to_third[m..][..count];
            let (y_old, y_new) = (&ys[..count], &ys[m..][..count]);
            let (dx, rest) = from.split_at(len.min(from.len()));
            let (dy, third) = rest.split_at(len.min(rest.len()));
            let ((dx_old, dx_new), (dy_old, dy_new)) = (sides(dx, m, count), sides(dy, m, count));
            let (t_old, t_new) = sides(third, m, count);
            for i in 0..count {
                let at = |row: &[f64]| if m == 1 { 0.0 } else { row[i] };
                let (dx_old, dx_new) = (at(dx_old), at(dx_new));
                let (dy_old, dy_new) = (at(dy_old), at(dy_new));
                let (t_old, t_new) = (at(t_old), at(t_new));
                let step_x = width * (x_old[i] - x_new[i]);
                let step_y = width * (y_old[i] - y_new[i]);
                to_dx[i] = (dx_old + dx_new) + step_x;
                to_dy[i] = (dy_old + dy_new) + step_y;
                let gap_x = (dx_old - dx_new) + step_x;
                let gap_y = (dy_old - dy_new) + step_y;
                to_third[i] = (t_old + t_new) + gap_x * gap_y * (0.5 / width);
            }
        }
    }
}

/// A row as its older and its later runs of `m` bars; nothing for runs of one bar.
#[inline(always)]
fn sides(row: &[f64], m: usize, count: usize) -> (&[f64], &[f64]) {
    if m == 1 {
        (&[], &[])
    } else {
        (&row[..count], &row[m..][..count])
    }
}

wide!(fn windows = windows_here(
    ladder: Ladder,
    xs: &[f64],
    ys: &[f64],
    rows: &[f64],
    front: usize,
    parts: &[Rung],
    n: usize,
    out: &mut [f64],
));

#[allow(
    clippy::too_many_arguments,
    reason = "the parts of one loop over a block"
)]
#[inline(always)]
fn windows_here(
    ladder: Ladder,
    xs: &[f64],
    ys: &[f64],
    rows: &[f64],
    front: usize,
    parts: &[Rung],
    n: usize,
    out: &mut [f64],
) {
    let levels = Read {
        xs,
        ys,
        rows,
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
    xs: &'a [f64],
    ys: &'a [f64],
    rows: &'a [f64],
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
            return if ladder == Ladder::Sum {
                self.value(0, at - part.newer)
            } else {
                [0.0; W]
            };
        }
        let row = (part.power as usize - 1) * rows_of(ladder) + i;
        let mut values = [0.0; W];
        values.copy_from_slice(&self.rows[row * self.xs.len() + at - part.newer..][..W]);
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
            let mean: [f64; W] = scaled(self.row(ladder, big, 0, at), share);
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
        let mean_x = scaled(big_x, share);
        let (y, mean_y) = if two {
            let y = self.value::<W>(1, at);
            let big_y = self.far(ladder, big, 1, at, &y);
            (y, scaled(big_y, share))
        } else {
            (x, mean_x)
        };
        let (mut sum, mut dx, mut dy, mut third) = ([0.0; W], [0.0; W], [0.0; W], [0.0; W]);
        for part in small {
            let (width, share) = (part.width(), 1.0 / part.width());
            let far_x = self.far(ladder, part, 0, at, &x);
            let far_y = if two {
                self.far(ladder, part, 1, at, &y)
            } else {
                far_x
            };
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
        let mut lanes = [Lane {
            back: 10,
            n: 1 << 29,
            least: 1,
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
        let mut state = vec![0.0; state_len(10)];
        for (t, x) in xs.iter().enumerate() {
            let want = step(Ladder::Squares, &mut state, *x, *x, 1 << 29, 1, 10);
            assert_eq!(out[t].to_bits(), want.to_bits(), "bar {t}");
        }
        assert!((out[9] - 99.825).abs() < 1e-9, "{}", out[9]);
    }
}
