//! The rungs of a ladder for a block of bars: from runs of m bars ending at each bar, runs of twice
//! as many, all bars side by side, as [`crate::ladder`] joins two runs.

use crate::ladder::Ladder;
use crate::wide::wide;

/// The values, and runs of 2, 4, 8, … bars ending at each bar: rows of the sums of their distances
/// from their newest value, and of their third figure. Runs of one bar have none.
pub(crate) struct Levels<'a> {
    ladder: Ladder,
    pub(crate) xs: &'a [f64],
    pub(crate) ys: &'a [f64],
    pub(crate) rows: &'a mut [f64],
}

/// Rows of one level.
#[inline(always)]
pub(crate) fn rows_of(ladder: Ladder) -> usize {
    match ladder {
        Ladder::Products => 3,
        _ => 2,
    }
}

impl<'a> Levels<'a> {
    pub(crate) fn over(
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
    pub(crate) fn double(&mut self, power: usize) {
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
        (Ladder::Products, 1) => double_of(Ladder::Products, xs, ys, from, to, 1),
        (Ladder::Products, _) => double_of(Ladder::Products, xs, ys, from, to, m),
        (_, 1) => double_of(Ladder::Squares, xs, ys, from, to, 1),
        (_, _) => double_of(Ladder::Squares, xs, ys, from, to, m),
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
                let (step_x, step_y) = (x_old[i] - x_new[i], y_old[i] - y_new[i]);
                to_dx[i] = width.mul_add(step_x, dx_old + dx_new);
                to_dy[i] = width.mul_add(step_y, dy_old + dy_new);
                let gap_x = width.mul_add(step_x, dx_old - dx_new);
                let gap_y = width.mul_add(step_y, dy_old - dy_new);
                to_third[i] = (gap_x * gap_y).mul_add(0.5 / width, t_old + t_new);
            }
        }
        _ => {
            let (to_d, to_third) = to.split_at_mut(len);
            let (to_d, to_third) = (&mut to_d[m..][..count], &mut to_third[m..][..count]);
            // A run of one bar has nothing in its rows.
            let (d, third) = from.split_at(len.min(from.len()));
            let ((d_old, d_new), (t_old, t_new)) = (sides(d, m, count), sides(third, m, count));
            for i in 0..count {
                let at = |row: &[f64]| if m == 1 { 0.0 } else { row[i] };
                let (d_old, d_new) = (at(d_old), at(d_new));
                let (t_old, t_new) = (at(t_old), at(t_new));
                let step = x_old[i] - x_new[i];
                let gap = width.mul_add(step, d_old - d_new);
                to_d[i] = width.mul_add(step, d_old + d_new);
                to_third[i] = (gap * gap).mul_add(0.5 / width, t_old + t_new);
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
