//! The rolling mean.
//!
//! It is made with the operations of pandas' `rolling().mean()` in their order
//! (`pandas/_libs/window/aggregations.pyx`, `roll_mean`): one running sum, a Kahan compensation
//! for the values that leave and another for those that enter, the leaving value first, and a
//! window of equal values giving exactly that value. Prices are short decimals, so two averages of
//! them can be exactly equal; which of the two doubles is then the greater decides a crossing, and
//! only these operations decide it as vectorbt does. The compensations keep the error near one
//! unit in the last place however long the series.

use crate::wide::wide;

/// The running sum of one window.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct MeanState {
    /// The running sum.
    pub total: f64,
    /// Compensation of the values that left.
    pub left: f64,
    /// Compensation of the values that entered.
    pub entered: f64,
    /// Values in the window.
    pub count: f64,
    /// Negative values in the window.
    pub negatives: f64,
    /// How many of the last values were equal.
    pub run: f64,
    /// The last value.
    pub last: f64,
}

/// Doubles of a [`MeanState`].
pub const MEAN_STATE: usize = 7;

impl Default for MeanState {
    fn default() -> Self {
        Self {
            total: 0.0,
            left: 0.0,
            entered: 0.0,
            count: 0.0,
            negatives: 0.0,
            run: 0.0,
            last: f64::NAN,
        }
    }
}

impl MeanState {
    /// From its place in a flat state.
    #[must_use]
    pub fn load(slots: &[f64]) -> Self {
        Self {
            total: slots[0],
            left: slots[1],
            entered: slots[2],
            count: slots[3],
            negatives: slots[4],
            run: slots[5],
            last: slots[6],
        }
    }

    /// Back to its place.
    pub fn store(&self, slots: &mut [f64]) {
        slots[..MEAN_STATE].copy_from_slice(&[
            self.total,
            self.left,
            self.entered,
            self.count,
            self.negatives,
            self.run,
            self.last,
        ]);
    }

    /// The mean after `old` has left the window and `new` entered it. Values that are na or
    /// infinite are missing.
    #[inline]
    pub fn step(&mut self, old: f64, new: f64, least: f64) -> f64 {
        if old.is_finite() {
            self.count -= 1.0;
            let y = -old - self.left;
            let t = self.total + y;
            self.left = t - self.total - y;
            self.total = t;
            self.negatives -= sign_bit(old);
        }
        if new.is_finite() {
            self.count += 1.0;
            let y = new - self.entered;
            let t = self.total + y;
            self.entered = t - self.total - y;
            self.total = t;
            self.negatives += sign_bit(new);
            self.run = if new == self.last {
                self.run + 1.0
            } else {
                1.0
            };
            self.last = new;
        }
        if self.count < least {
            return f64::NAN;
        }
        let mean = self.total / self.count;
        if self.run >= self.count {
            self.last
        } else if (self.negatives == 0.0 && mean < 0.0)
            || (self.negatives == self.count && mean > 0.0)
        {
            // Rounding cannot change the sign of a mean.
            0.0
        } else {
            mean
        }
    }
}

fn sign_bit(x: f64) -> f64 {
    if x.is_sign_negative() { 1.0 } else { 0.0 }
}

/// One window of several over the same values.
#[derive(Debug)]
pub struct MeanLane<'a> {
    /// Its running sum.
    pub state: &'a mut MeanState,
    /// Its length, at most the history in front of the block.
    pub back: usize,
    /// Its length as written, which may be longer than there are bars.
    pub n: usize,
    /// Values it needs.
    pub least: usize,
    /// Its results, one per bar of the block.
    pub out: &'a mut [f64],
}

/// Windows computed side by side.
pub const LANES: usize = 16;

/// Means of several windows over the block `xs[front..]`; `xs[..front]` is what came before it.
///
/// Where all values are there and none is negative, the windows advance side by side in vectors;
/// the operations and their order are those of [`MeanState::step`].
pub fn means(xs: &[f64], front: usize, lanes: &mut [MeanLane<'_>]) {
    for lanes in lanes.chunks_mut(LANES) {
        let longest = lanes.iter().map(|l| l.back).max().unwrap_or(0);
        let whole = lanes.iter().all(|l| l.n == l.back && l.least <= l.n);
        // The first bar from which every window, and the value that leaves it, is clean.
        let dirty = xs
            .iter()
            .rposition(|x| !(x.is_finite() && x.is_sign_positive()));
        let clean = dirty.map_or(0, |d| d + 1);
        let len = xs.len() - front;
        let fast = if whole {
            (clean + longest).max(front) - front
        } else {
            len
        }
        .min(len);
        for lane in lanes.iter_mut() {
            for (t, out) in lane.out.iter_mut().enumerate().take(fast) {
                let at = front + t;
                *out = lane
                    .state
                    .step(xs[at - lane.back], xs[at], lane.least as f64);
            }
        }
        if fast < len {
            side_by_side(xs, front + fast, fast, lanes);
        }
    }
}

wide!(fn side_by_side = side_by_side_here(
    xs: &[f64],
    at: usize,
    from: usize,
    lanes: &mut [MeanLane<'_>],
));

/// Bars per tile: results are gathered bar by bar and then handed out lane by lane.
const TILE: usize = 32;

#[inline(always)]
fn side_by_side_here(xs: &[f64], at: usize, from: usize, lanes: &mut [MeanLane<'_>]) {
    let count = lanes.len();
    let lane = |i: usize| i.min(count - 1);
    let mut total = [0.0; LANES];
    let mut left = [0.0; LANES];
    let mut entered = [0.0; LANES];
    let mut n = [0.0; LANES];
    let mut back = [0; LANES];
    for i in 0..LANES {
        let l = &lanes[lane(i)];
        total[i] = l.state.total;
        left[i] = l.state.left;
        entered[i] = l.state.entered;
        n[i] = l.n as f64;
        back[i] = l.back;
    }
    // All windows have seen the same values.
    let (mut run, mut last) = (lanes[0].state.run, lanes[0].state.last);
    let mut tile = [[0.0; LANES]; TILE];
    let mut t = at;
    while t < xs.len() {
        let bars = TILE.min(xs.len() - t);
        let news = &xs[t..t + bars];
        let olds: [&[f64]; LANES] = std::array::from_fn(|i| &xs[t - back[i]..t - back[i] + bars]);
        for (k, row) in tile.iter_mut().enumerate().take(bars) {
            let new = news[k];
            let old: [f64; LANES] = std::array::from_fn(|i| olds[i][k]);
            for i in 0..LANES {
                let y = -old[i] - left[i];
                let s = total[i] + y;
                left[i] = s - total[i] - y;
                total[i] = s;
                let y = new - entered[i];
                let s = total[i] + y;
                entered[i] = s - total[i] - y;
                total[i] = s;
            }
            run = if new == last { run + 1.0 } else { 1.0 };
            last = new;
            for i in 0..LANES {
                let mean = total[i] / n[i];
                let mean = if mean < 0.0 { 0.0 } else { mean };
                row[i] = if run >= n[i] { new } else { mean };
            }
        }
        let place = from + (t - at);
        for (i, lane) in lanes.iter_mut().enumerate() {
            for (out, row) in lane.out[place..place + bars].iter_mut().zip(&tile) {
                *out = row[i];
            }
        }
        t += bars;
    }
    for (i, lane) in lanes.iter_mut().enumerate() {
        *lane.state = MeanState {
            total: total[i],
            left: left[i],
            entered: entered[i],
            count: n[i],
            negatives: 0.0,
            run,
            last,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Side by side, in any blocks, equals step by step.
        #[test]
        fn lanes_equal_steps(
            xs in prop::collection::vec(
                prop_oneof![60 => (1..5000i32).prop_map(|x| f64::from(x) / 100.0), 20 => Just(7.7), 1 => Just(f64::NAN), 1 => Just(-3.0)],
                1..700,
            ),
            ns in prop::collection::vec(1usize..60, 1..12),
            block in 1usize..300,
        ) {
            const HISTORY: usize = 64;
            let mut padded = vec![f64::NAN; HISTORY];
            padded.extend(&xs);
            let mut states = vec![MeanState::default(); ns.len()];
            let mut got = vec![vec![0.0; xs.len()]; ns.len()];
            let mut start = 0;
            while start < xs.len() {
                let len = block.min(xs.len() - start);
                let mut lanes: Vec<MeanLane<'_>> = states
                    .iter_mut()
                    .zip(&mut got)
                    .zip(&ns)
                    .map(|((state, out), &n)| MeanLane {
                        state,
                        back: n,
                        n,
                        least: n,
                        out: &mut out[start..start + len],
                    })
                    .collect();
                means(&padded[start..start + HISTORY + len], HISTORY, &mut lanes);
                start += len;
            }
            for (got, &n) in got.iter().zip(&ns) {
                let mut state = MeanState::default();
                for (t, g) in got.iter().enumerate() {
                    let old = padded[HISTORY + t - n];
                    let want = state.step(old, xs[t], n as f64);
                    prop_assert!(
                        g.to_bits() == want.to_bits() || g.is_nan() && want.is_nan(),
                        "n {n} bar {t}: {g} for {want}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_spike_is_forgotten() {
        // Around 1e5 after a spike of 1e8: the sum has been a thousand times larger.
        let mut state = MeanState::default();
        let xs: Vec<f64> = std::iter::once(1e8)
            .chain((0..100_000).map(|i| 1e5 + f64::from(i % 7) * 1e-3))
            .collect();
        let mut mean = 0.0;
        for (t, x) in xs.iter().enumerate() {
            let old = if t < 7 { f64::NAN } else { xs[t - 7] };
            mean = state.step(old, *x, 7.0);
        }
        assert!((mean - (1e5 + 3e-3)).abs() < 3e-11, "{mean}");
    }
}
