//! Sums over a rolling window by doubling: the sum of the last 2, 4, 8, … values, each from two of
//! half its length, and a window of n values from the rungs of this ladder that n is made of.
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
//! Squares, products and moments are taken of the distances from a value of the run itself, its
//! newest: neighbouring prices are close, so their distances are exact, and no digits are lost
//! however large the level. A flat window has exactly its level and exactly no deviation, and sums
//! that fit into a double, such as those of differences of prices, come out exactly.

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ladder {
    /// The values.
    Sum,
    /// The values, and the values times their distance from the window's middle.
    Moment,
    /// As [`Ladder::Moment`], given as the sum with weights 1 to n.
    Weighted,
    /// Squared distances from the mean.
    Squares,
    /// Products of the distances of two series from their means.
    Products,
}

/// A run of bars.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Run {
    /// How many have values.
    count: f64,
    /// The newest value of each series; nothing for a plain sum.
    x: f64,
    y: f64,
    /// The sums of the distances from it; the sum itself for a plain sum.
    dx: f64,
    dy: f64,
    /// Squares or products about the run's mean, or the moment about its middle.
    third: f64,
}

/// Doubles of a [`Run`] in a state.
const RUN: usize = 6;
/// Slots before the runs: bars seen.
const HEAD: usize = 1;

/// Doubles of state for a window of `ring` values.
#[must_use]
pub fn state_len(ring: usize) -> usize {
    HEAD + RUN * (2 * ring.next_power_of_two() - 1)
}

impl Run {
    fn of(ladder: Ladder, x: f64, y: f64) -> Self {
        if !(x.is_finite() && y.is_finite()) {
            return Self::default();
        }
        if ladder == Ladder::Sum {
            return Self {
                count: 1.0,
                dx: x,
                ..Self::default()
            };
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
    fn after(self, old: Self, ladder: Ladder, m: f64) -> Self {
        if self.count == 0.0 {
            return old;
        }
        if old.count == 0.0 {
            return self;
        }
        let count = old.count + self.count;
        if ladder == Ladder::Sum {
            return Self {
                count,
                dx: old.dx + self.dx,
                ..self
            };
        }
        let (step_x, step_y) = (old.x - self.x, old.y - self.y);
        let third = if matches!(ladder, Ladder::Moment | Ladder::Weighted) {
            // Of a whole window only, so both runs are whole.
            (old.third + self.third) - ((old.dx - self.dx) + m * step_x) * (m / 2.0)
        } else if old.count == m && self.count == m {
            let gap_x = (old.dx - self.dx) + m * step_x;
            let gap_y = (old.dy - self.dy) + m * step_y;
            (old.third + self.third) + gap_x * gap_y * (0.5 / m)
        } else {
            let gap_x = (old.dx / old.count - self.dx / self.count) + step_x;
            let gap_y = (old.dy / old.count - self.dy / self.count) + step_y;
            (old.third + self.third) + gap_x * gap_y * (old.count * self.count / count)
        };
        Self {
            count,
            dx: (old.dx + self.dx) + old.count * step_x,
            dy: (old.dy + self.dy) + old.count * step_y,
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
    let (head, slots) = state.split_at_mut(HEAD);
    let t = head[0] as usize;
    head[0] += 1.0;
    let top = n.ilog2().min(ring.next_power_of_two().ilog2());
    let mut now = Run::of(ladder, x, y);
    for power in 0..=top {
        let (width, base) = (1 << power, (1 << power) - 1);
        // A slot that was never written is a run without values.
        let at = base + (t & (width - 1));
        let old = Run::load(slots, at);
        now.store(slots, at);
        now = now.after(old, ladder, width as f64);
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
    join(ladder, part, n, least.max(1) as f64)
}

/// The window that is made of the runs that `part` gives, the newest and shortest first.
#[inline(always)]
fn join(ladder: Ladder, part: impl Fn(Rung) -> Run, n: usize, least: f64) -> f64 {
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
    if ladder == Ladder::Sum {
        // From the largest part on, with what each addition rounds off (T. J. Dekker, "A floating-point
        // technique for extending the available precision", 1971).
        let (mut sum, mut lost) = (largest.dx, 0.0);
        for rung in smaller() {
            let x = part(rung).dx;
            let next = sum + x;
            lost += x - (next - sum);
            sum = next;
        }
        return sum + lost;
    }
    let (x, y) = (newest.x, newest.y);
    let far = |run: &Run| {
        let (step_x, step_y) = (run.x - x, run.y - y);
        (run.dx + run.count * step_x, run.dy + run.count * step_y)
    };
    let (big_x, big_y) = far(&largest);
    let (mean_x, mean_y) = (big_x / largest.count, big_y / largest.count);
    // Sums of the distances from the newest values, of those from the largest part's means, and
    // what the parts add of their own.
    let (mut sum, mut dx, mut dy, mut third) = (0.0, 0.0, 0.0, 0.0);
    for rung in smaller() {
        let run = part(rung);
        let (ex, ey) = far(&run);
        sum += ex;
        let (ex, ey) = (ex - run.count * mean_x, ey - run.count * mean_y);
        dx += ex;
        dy += ey;
        third += match ladder {
            Ladder::Moment | Ladder::Weighted => run.third + ex * place(rung, n as f64),
            _ if run.count > 0.0 => run.third + ex * ey * (1.0 / run.count),
            _ => 0.0,
        };
    }
    match ladder {
        Ladder::Moment => largest.third + third,
        Ladder::Weighted => {
            let sum = count * x + (sum + big_x);
            sum * ((n as f64 + 1.0) / 2.0) + (largest.third + third)
        }
        _ => largest.third + (third - dx * dy * (1.0 / count)),
    }
}

/// How far the middle of a run lies behind the middle of its window of `n` bars, towards newer
/// ones.
#[must_use]
pub fn place(rung: Rung, n: f64) -> f64 {
    let width = rung.width();
    let older = n - width - rung.newer as f64;
    older + (width - n) / 2.0
}

impl Rung {
    /// Bars of the run.
    #[must_use]
    pub fn width(self) -> f64 {
        (1_u64 << self.power) as f64
    }
}
