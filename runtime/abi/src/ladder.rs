//! Squares and products over a rolling window by doubling: those of the last 2, 4, 8, … values, each
//! from two of half its length, and a window of n values from the rungs of this ladder that n is
//! made of. What is added up without more is summed exactly instead ([`crate::sums`]).
//!
//! A window of 13 is the newest 1, the 4 before them and the 8 before those. So a result depends
//! on the window's values alone, in an order of its own: it does not drift, a value that has left
//! leaves no trace, and the same prices give the same bits wherever a series begins. The error
//! grows with the logarithm of n (N. J. Higham, "The accuracy of floating point summation", SIAM
//! J. Sci. Comput. 14 (1993): pairwise summation; T. F. Chan, G. H. Golub, R. J. LeVeque,
//! "Updating formulae and a pairwise algorithm for computing sample variances", 1979). A block of
//! bars is computed side by side, since no bar waits for the one before it
//! ([`crate::ladders`]); the rungs serve windows of all lengths.
//!
//! Squares and products are taken of the distances from a value of the run itself, its newest:
//! neighbouring prices are close, so their distances are exact, and no digits are lost however
//! large the level. A flat window has exactly no deviation. Products are added fused, rounded once
//! together with the sum, which is a third fewer operations; where the processor cannot do that it is
//! computed, with the same result.

use crate::sums::{self, Weights};

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ladder {
    /// The values.
    Sum,
    /// The values times their distance in bars from the window's middle.
    Moment,
    /// The values times 1 for the oldest to n for the newest.
    Weighted,
    /// Squared distances from the mean.
    Squares,
    /// Products of the distances of two series from their means.
    Products,
}

impl Ladder {
    /// The weights of an exact sum; nothing where it is a ladder indeed.
    #[must_use]
    pub fn weights(self) -> Option<Weights> {
        match self {
            Self::Sum => Some(Weights::Equal),
            Self::Weighted => Some(Weights::Rising),
            Self::Moment => Some(Weights::Centred),
            Self::Squares | Self::Products => None,
        }
    }
}

/// A run of bars.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Run {
    /// How many have values.
    count: f64,
    /// The newest value of each series.
    x: f64,
    y: f64,
    /// The sums of the distances from it.
    dx: f64,
    dy: f64,
    /// Squares or products about the run's mean.
    third: f64,
}

/// Doubles of a [`Run`] in a state.
const RUN: usize = 6;
/// Slots before the runs: bars seen.
const HEAD: usize = 1;

/// Doubles of state for a window of `ring` values; it begins as zeros.
#[must_use]
pub fn state_len(ladder: Ladder, ring: usize) -> usize {
    if let Some(weights) = ladder.weights() {
        return sums::state_len(weights, ring);
    }
    HEAD + RUN * (2 * ring.next_power_of_two() - 1)
}

impl Run {
    fn of(x: f64, y: f64) -> Self {
        if !(x.is_finite() && y.is_finite()) {
            return Self::default();
        }
        Self {
            count: 1.0,
            x,
            y,
            ..Self::default()
        }
    }

    fn load(slots: &[f64], at: usize) -> Self {
        let s = &slots[RUN * at..][..RUN];
        Self {
            count: s[0],
            x: s[1],
            y: s[2],
            dx: s[3],
            dy: s[4],
            third: s[5],
        }
    }

    fn store(self, slots: &mut [f64], at: usize) {
        slots[RUN * at..][..RUN]
            .copy_from_slice(&[self.count, self.x, self.y, self.dx, self.dy, self.third]);
    }

    /// The run of twice `m` bars, of which `self` are the later ones.
    #[inline(always)]
    fn after(self, old: Self, m: f64) -> Self {
        if self.count == 0.0 {
            return old;
        }
        if old.count == 0.0 {
            return self;
        }
        let count = old.count + self.count;
        let (step_x, step_y) = (old.x - self.x, old.y - self.y);
        let third = if old.count == m && self.count == m {
            let gap_x = m.mul_add(step_x, old.dx - self.dx);
            let gap_y = m.mul_add(step_y, old.dy - self.dy);
            (gap_x * gap_y).mul_add(0.5 / m, old.third + self.third)
        } else {
            let gap_x = (old.dx / old.count - self.dx / self.count) + step_x;
            let gap_y = (old.dy / old.count - self.dy / self.count) + step_y;
            (old.third + self.third) + gap_x * gap_y * (old.count * self.count / count)
        };
        Self {
            count,
            dx: old.count.mul_add(step_x, old.dx + self.dx),
            dy: old.count.mul_add(step_y, old.dy + self.dy),
            third,
            ..self
        }
    }
}

/// A power of two that a window is made of: its exponent, and how many newer bars the window has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rung {
    /// The run has 2^`power` bars.
    pub power: u32,
    /// Newer bars of the window.
    pub newer: usize,
}

/// The rungs of a window of `n` bars, the newest and shortest first.
pub fn rungs(n: usize) -> impl Iterator<Item = Rung> {
    let mut rest = n;
    std::iter::from_fn(move || {
        let power = rest.trailing_zeros();
        if power == usize::BITS {
            return None;
        }
        rest &= rest - 1;
        Some(Rung {
            power,
            newer: n & ((1 << power) - 1),
        })
    })
}

/// One more bar into a window of `n`; `y` is `x` itself where there is one series.
///
/// `ring` is `n`, or less when fewer bars than that will ever come. A value that is na or infinite
/// is missing; with fewer than `least` bars that have values the result is na.
pub fn step(
    ladder: Ladder,
    state: &mut [f64],
    x: f64,
    y: f64,
    n: usize,
    least: usize,
    ring: usize,
) -> f64 {
    if let Some(weights) = ladder.weights() {
        return sums::step(weights, state, x, n, least, ring);
    }
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "fma")]
        fn fused(state: &mut [f64], xy: (f64, f64), n: usize, least: usize, ring: usize) -> f64 {
            step_here(state, xy, n, least, ring)
        }
        if std::arch::is_x86_feature_detected!("fma") {
            // SAFETY: the feature was found on this machine.
            #[allow(unsafe_code)]
            return unsafe { fused(state, (x, y), n, least, ring) };
        }
    }
    step_here(state, (x, y), n, least, ring)
}

#[inline(always)]
fn step_here(state: &mut [f64], (x, y): (f64, f64), n: usize, least: usize, ring: usize) -> f64 {
    let (head, slots) = state.split_at_mut(HEAD);
    let t = head[0] as usize;
    head[0] += 1.0;
    let top = n.ilog2().min(ring.next_power_of_two().ilog2());
    let mut now = Run::of(x, y);
    for power in 0..=top {
        let (width, base) = (1 << power, (1 << power) - 1);
        // A slot that was never written is a run without values.
        let at = base + (t & (width - 1));
        let old = Run::load(slots, at);
        now.store(slots, at);
        now = now.after(old, width as f64);
    }
    let part = |rung: Rung| {
        // Longer runs hold no more than the longest that is kept, for there are no older bars.
        if rung.power > top && rung.newer > t {
            return Run::default();
        }
        let power = rung.power.min(top);
        let (width, base) = (1 << power, (1 << power) - 1);
        Run::load(slots, base + (t.wrapping_sub(rung.newer) & (width - 1)))
    };
    join(part, n, least.max(1) as f64)
}

/// The window that is made of the runs that `part` gives, the newest and shortest first.
#[inline(always)]
fn join(part: impl Fn(Rung) -> Run, n: usize, least: f64) -> f64 {
    let (mut count, mut newest, mut big) = (0.0, None, None);
    for rung in rungs(n) {
        let run = part(rung);
        if run.count > 0.0 {
            count += run.count;
            newest = newest.or(Some(run));
            big = Some((rung.power, run));
        }
    }
    let (Some(newest), Some((power, largest))) = (newest, big) else {
        return f64::NAN;
    };
    if count < least {
        return f64::NAN;
    }
    let smaller = || rungs(n).take_while(move |rung| rung.power < power);
    let (x, y) = (newest.x, newest.y);
    // Sums of the distances of a run from a distance from the newest values.
    let from = |run: &Run, mean_x: f64, mean_y: f64| {
        let (sum_x, sum_y) = (
            run.count.mul_add(run.x - x, run.dx),
            run.count.mul_add(run.y - y, run.dy),
        );
        (
            (-run.count).mul_add(mean_x, sum_x),
            (-run.count).mul_add(mean_y, sum_y),
        )
    };
    let (big_x, big_y) = from(&largest, 0.0, 0.0);
    let (mean_x, mean_y) = (big_x / largest.count, big_y / largest.count);
    // Sums of the distances from the largest part's means, and what the parts add of their own.
    let (mut dx, mut dy, mut third) = (0.0, 0.0, 0.0);
    for rung in smaller() {
        let run = part(rung);
        let (ex, ey) = from(&run, mean_x, mean_y);
        dx += ex;
        dy += ey;
        if run.count > 0.0 {
            third += (ex * ey).mul_add(1.0 / run.count, run.third);
        }
    }
    largest.third + (dx * dy).mul_add(-(1.0 / count), third)
}

impl Rung {
    /// Bars of the run.
    #[must_use]
    pub fn width(self) -> f64 {
        (1_u64 << self.power) as f64
    }
}
