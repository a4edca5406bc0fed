//! The rungs of a ladder for a block of bars: from runs of m bars ending at each bar, runs of twice
//! as many, all bars side by side, as [`crate::ladder`] joins two runs.

use crate::line::{LINE, first_line, lead};
use crate::wide::wide;

/// What windows over two series x and y are made for, as bits: squares of x, squares of y, products.
/// They read the same sums of distances.
pub(crate) type Wanted = u8;

pub(crate) const SQUARES: Wanted = 1;
pub(crate) const SQUARES_OF_Y: Wanted = 2;
pub(crate) const PRODUCTS: Wanted = 4;

/// Whether there are two series.
#[inline(always)]
pub(crate) const fn has_y(wanted: Wanted) -> bool {
    wanted & (SQUARES_OF_Y | PRODUCTS) != 0
}

/// Rows of one level: the sums of the distances in x, those in y, and a third figure for each thing that is
/// wanted.
#[inline(always)]
pub(crate) const fn rows_of(wanted: Wanted) -> usize {
    1 + has_y(wanted) as usize + wanted.count_ones() as usize
}

/// The row of the third figure of one thing that is wanted.
#[inline(always)]
pub(crate) const fn third_row(wanted: Wanted, thing: Wanted) -> usize {
    1 + has_y(wanted) as usize + (wanted & (thing - 1)).count_ones() as usize
}

/// The values, and runs of 2, 4, 8, … bars ending at each bar: rows, of one length, of the sums of their distances
/// from their newest value, and of their third figures. Runs of one bar have none.
pub(crate) struct Levels<'a> {
    wanted: Wanted,
    pub(crate) xs: &'a [f64],
    pub(crate) ys: &'a [f64],
    pub(crate) rows: &'a mut [f64],
}

impl<'a> Levels<'a> {
    /// For runs in windows of up to `longest` values, of which the first ends at place `front`.
    pub(crate) fn over(
        wanted: Wanted,
        (xs, ys): (&[f64], &[f64]),
        (front, longest): (usize, usize),
        rows: &'a mut Vec<f64>,
    ) -> Self {
        let lead = lead(front);
        let row = (lead + xs.len()).next_multiple_of(LINE);
        let series = 1 + usize::from(has_y(wanted));
        let needed = (series + longest.ilog2() as usize * rows_of(wanted)) * row;
        if rows.len() < needed + LINE {
            rows.resize(needed + LINE, 0.0);
        }
        let first = first_line(rows);
        let (values, rows) = rows[first..][..needed].split_at_mut(series * row);
        for (to, from) in values.chunks_exact_mut(row).zip([xs, ys]) {
            to[..lead].fill(0.0);
            to[lead..][..from.len()].copy_from_slice(from);
        }
        // Where there is one series, it is y as well.
        let (xs, ys) = (&values[..row], &values[(series - 1) * row..]);
        Self {
            wanted,
            xs,
            ys,
            rows,
        }
    }

    /// From the runs of 2^`power` bars those of twice as many.
    pub(crate) fn double(&mut self, power: usize) {
        let level = rows_of(self.wanted) * self.xs.len();
        let (before, to) = self.rows.split_at_mut(power * level);
        let from = &before[before.len().saturating_sub(level)..];
        double(
            self.wanted,
            self.xs,
            self.ys,
            from,
            &mut to[..level],
            1 << power,
        );
    }
}

wide!(fn double = double_here(
    wanted: Wanted,
    xs: &[f64],
    ys: &[f64],
    from: &[f64],
    to: &mut [f64],
    m: usize,
));

#[inline(always)]
fn double_here(wanted: Wanted, xs: &[f64], ys: &[f64], from: &[f64], to: &mut [f64], m: usize) {
    // One loop for each that occurs, so that it is settled outside the loop; the first level apart.
    match (wanted, m) {
        (SQUARES, 1) => double_of::<1, true>(xs, ys, from, to, m),
        (SQUARES, _) => double_of::<1, false>(xs, ys, from, to, m),
        (PRODUCTS, 1) => double_of::<4, true>(xs, ys, from, to, m),
        (PRODUCTS, _) => double_of::<4, false>(xs, ys, from, to, m),
        (5, 1) => double_of::<5, true>(xs, ys, from, to, m),
        (5, _) => double_of::<5, false>(xs, ys, from, to, m),
        (6, 1) => double_of::<6, true>(xs, ys, from, to, m),
        (6, _) => double_of::<6, false>(xs, ys, from, to, m),
        (_, 1) => double_of::<7, true>(xs, ys, from, to, m),
        (_, _) => double_of::<7, false>(xs, ys, from, to, m),
    }
}

/// Value i of a row ends at bar i: the later run at i + m, the older one at i.
#[inline(always)]
fn double_of<const WANTED: Wanted, const FIRST: bool>(
    xs: &[f64],
    ys: &[f64],
    from: &[f64],
    to: &mut [f64],
    m: usize,
) {
    let len = xs.len();
    if len <= m {
        return;
    }
    let count = len - m;
    let width = m as f64;
    let two = has_y(WANTED);
    // A run of one bar has nothing in its rows.
    let side = |row: usize| -> (&[f64], &[f64]) {
        if FIRST {
            (&[], &[])
        } else {
            let row = &from[row * len..][..len];
            (&row[..count], &row[m..][..count])
        }
    };
    let mut rows = to.chunks_exact_mut(len);
    let mut next = |is_there: bool| -> &mut [f64] {
        match is_there.then(|| rows.next()).flatten() {
            Some(row) => &mut row[m..][..count],
            None => &mut [],
        }
    };
    let (to_dx, to_dy) = (next(true), next(two));
    let to_xx = next(WANTED & SQUARES != 0);
    let to_yy = next(WANTED & SQUARES_OF_Y != 0);
    let to_xy = next(WANTED & PRODUCTS != 0);
    let (x_old, x_new) = (&xs[..count], &xs[m..][..count]);
    let (y_old, y_new) = if two {
        (&ys[..count], &ys[m..][..count])
    } else {
        (x_old, x_new)
    };
    let third = |thing: Wanted| {
        if WANTED & thing != 0 {
            side(third_row(WANTED, thing))
        } else {
            (&[][..], &[][..])
        }
    };
    let (dx_old, dx_new) = side(0);
    let (dy_old, dy_new) = if two { side(1) } else { (dx_old, dx_new) };
    let (xx_old, xx_new) = third(SQUARES);
    let (yy_old, yy_new) = third(SQUARES_OF_Y);
    let (xy_old, xy_new) = third(PRODUCTS);
    for i in 0..count {
        let at = |row: &[f64]| if FIRST { 0.0 } else { row[i] };
        let both = |old: &[f64], new: &[f64]| at(old) + at(new);
        let step_x = x_old[i] - x_new[i];
        to_dx[i] = width.mul_add(step_x, at(dx_old) + at(dx_new));
        let gap_x = width.mul_add(step_x, at(dx_old) - at(dx_new));
        let mut gap_y = gap_x;
        if two {
            let step_y = y_old[i] - y_new[i];
            to_dy[i] = width.mul_add(step_y, at(dy_old) + at(dy_new));
            gap_y = width.mul_add(step_y, at(dy_old) - at(dy_new));
        }
        if WANTED & SQUARES != 0 {
            to_xx[i] = (gap_x * gap_x).mul_add(0.5 / width, both(xx_old, xx_new));
        }
        if WANTED & SQUARES_OF_Y != 0 {
            to_yy[i] = (gap_y * gap_y).mul_add(0.5 / width, both(yy_old, yy_new));
        }
        if WANTED & PRODUCTS != 0 {
            to_xy[i] = (gap_x * gap_y).mul_add(0.5 / width, both(xy_old, xy_new));
        }
    }
}
