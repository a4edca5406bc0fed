//! One of several windows that a kernel computes over the same values of a block.

use crate::parts::largest;
use crate::quotient::divide;

/// A window and where its results go.
#[derive(Debug)]
pub struct Lane<'a> {
    /// Its length, at most the history in front of the block.
    pub back: usize,
    /// Its length as written, which may be longer than there are bars.
    pub n: usize,
    /// Values it needs.
    pub least: usize,
    /// What its results are divided by, where they are those of [`crate::ladders`].
    pub over: Option<f64>,
    /// Its results, one per bar of the block.
    pub out: &'a mut [f64],
}

impl Lane<'_> {
    /// Divides its results by what they are to be divided by.
    pub(crate) fn divide(&mut self) {
        if let Some(by) = self.over {
            divide(self.out, by);
        }
    }

    /// Whether all bars of the window can lie in the history.
    pub(crate) fn fits(&self) -> bool {
        self.n == self.back
    }

    /// Bars that a state of its own must hold for [`Lane::mend`] over `bars` bars.
    pub(crate) fn ring(&self, bars: usize) -> usize {
        if self.fits() { self.back } else { bars }
    }

    /// Sets right the results that missing values change, where `out` was computed as if there
    /// were none. `xs[front..]` are the bars of the block (`ys` is `xs` where there is one
    /// series), `whole` says that none is missing; `step` takes the values one by one.
    pub(crate) fn mend(
        &mut self,
        xs: &[f64],
        ys: &[f64],
        front: usize,
        whole: bool,
        step: impl FnMut(f64, f64) -> f64,
    ) {
        if self.least > self.n {
            // More values are asked for than the window holds.
            self.out.fill(f64::NAN);
        } else if !self.fits() {
            self.step_by_step(xs, ys, front, xs.len(), step);
        } else if whole {
            // All stands as it was computed.
        } else if self.least < self.n {
            // Until no missing value is in reach.
            let last = last_missing(xs, ys);
            let until = last.map_or(0, |last| last + self.back).min(xs.len());
            self.step_by_step(xs, ys, front, until, step);
        } else {
            self.withhold(xs, ys, front, self.least);
        }
    }

    /// The bars of the block before `until`, each by `step`, which takes the values in front first.
    pub(crate) fn step_by_step(
        &mut self,
        xs: &[f64],
        ys: &[f64],
        front: usize,
        until: usize,
        mut step: impl FnMut(f64, f64) -> f64,
    ) {
        for i in (front + 1).saturating_sub(self.back)..until {
            let value = step(xs[i], ys[i]);
            if let Some(t) = i.checked_sub(front) {
                self.out[t] = value;
            }
        }
    }

    /// No result for windows with fewer values than `least`.
    pub(crate) fn withhold(&mut self, xs: &[f64], ys: &[f64], front: usize, least: usize) {
        let from = (front + 1).saturating_sub(self.back);
        // Behind it all windows are whole.
        let last = last_missing(xs, ys).map_or(0, |last| last + self.n);
        let is_there = |i: usize| usize::from(!is_missing(xs[i], ys[i]));
        let mut there = 0;
        for i in from..xs.len().min(last) {
            there += is_there(i);
            if i >= from + self.n {
                there -= is_there(i - self.n);
            }
            if there < least
                && let Some(t) = i.checked_sub(front)
            {
                self.out[t] = f64::NAN;
            }
        }
    }
}

fn is_missing(x: f64, y: f64) -> bool {
    !(x.is_finite() && y.is_finite())
}

/// The last bar on which a value of either is missing.
fn last_missing(xs: &[f64], ys: &[f64]) -> Option<usize> {
    const SIDE: usize = 128;
    let len = xs.len().min(ys.len());
    let mut ends = (0..=len / SIDE).map(|k| len - k * SIDE);
    let end = ends.find(|end| {
        let side = end.saturating_sub(SIDE)..*end;
        !(is_whole(&xs[side.clone()]) && is_whole(&ys[side]))
    })?;
    (0..end).rposition(|i| is_missing(xs[i], ys[i]))
}

/// Whether no value is missing (na or infinite).
pub(crate) fn is_whole(xs: &[f64]) -> bool {
    largest(xs) < f64::INFINITY.to_bits()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Lane;

    /// Bars in front of every block of [`in_blocks`].
    const HISTORY: usize = 40;

    /// What `run` makes of windows of several lengths, block by block. It is given the bars of a
    /// block behind those before it, of both series, how many bars those are, and the windows.
    pub(crate) fn in_blocks(
        (xs, ys): (&[f64], &[f64]),
        ns: &[usize],
        least: impl Fn(usize) -> usize,
        block: usize,
        mut run: impl FnMut(&[f64], &[f64], usize, &mut [Lane<'_>]),
    ) -> Vec<Vec<f64>> {
        let pad = |x: &[f64]| [vec![f64::NAN; HISTORY], x.to_vec()].concat();
        let (px, py) = (pad(xs), pad(ys));
        let mut got = vec![vec![0.0; xs.len()]; ns.len()];
        for start in (0..xs.len()).step_by(block) {
            let len = block.min(xs.len() - start);
            let mut lanes: Vec<Lane<'_>> = got
                .iter_mut()
                .zip(ns)
                .map(|(out, &n)| Lane {
                    back: n,
                    n,
                    least: least(n),
                    over: None,
                    out: &mut out[start..start + len],
                })
                .collect();
            let seen = start..start + HISTORY + len;
            run(&px[seen.clone()], &py[seen], HISTORY, &mut lanes);
        }
        got
    }

    /// Whether both are the same bits, or both na.
    pub(crate) fn same(a: f64, b: f64) -> bool {
        a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
    }
}
