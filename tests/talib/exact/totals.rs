//! What the values of a window are taken together to.

use std::cmp::Ordering;

use super::Exact;
use super::sliding::{Sliding, Total};

fn whole(n: usize) -> Exact {
    Exact::of(n as f64)
}

/// Values that are there, their sum, and their sum with weights from 1 for the first.
#[derive(Debug, Clone)]
pub struct Sum {
    /// Places, empty ones included.
    places: usize,
    pub count: usize,
    pub sum: Exact,
    pub weighted: Exact,
}

impl Sum {
    pub fn of(x: Exact) -> Self {
        let is_there = x.is_finite();
        let x = if is_there { x } else { Exact::ZERO };
        Self {
            places: 1,
            count: usize::from(is_there),
            sum: x,
            weighted: x,
        }
    }
}

impl Total for Sum {
    fn and(&self, newer: &Self) -> Self {
        // The weights of the newer go on after those of the older.
        let shifted = newer.sum.times(whole(self.places)).plus(newer.weighted);
        Self {
            places: self.places + newer.places,
            count: self.count + newer.count,
            sum: self.sum.plus(newer.sum),
            weighted: self.weighted.plus(shifted),
        }
    }
}

/// Pairs that are there: sums, and sums of squares and products of distances from the means.
#[derive(Debug, Clone)]
pub struct Moments {
    pub count: usize,
    sum: (Exact, Exact),
    pub squares: (Exact, Exact),
    pub products: Exact,
}

impl Moments {
    pub fn of(x: Exact, y: Exact) -> Self {
        let is_there = x.is_finite() && y.is_finite();
        Self {
            count: usize::from(is_there),
            sum: if is_there {
                (x, y)
            } else {
                (Exact::ZERO, Exact::ZERO)
            },
            squares: (Exact::ZERO, Exact::ZERO),
            products: Exact::ZERO,
        }
    }
}

impl Total for Moments {
    /// Distances from the common means: those from the means of either part, and the distance of
    /// those means (Chan, Golub, LeVeque, 1979).
    fn and(&self, newer: &Self) -> Self {
        if self.count == 0 {
            return newer.clone();
        }
        if newer.count == 0 {
            return self.clone();
        }
        let (n, m) = (whole(self.count), whole(newer.count));
        let between = |a: Exact, b: Exact| a.times(m).minus(b.times(n));
        let (dx, dy) = (
            between(self.sum.0, newer.sum.0),
            between(self.sum.1, newer.sum.1),
        );
        let scale = Exact::of(1.0).over(n.times(m).times(n.plus(m)));
        let joined = |a: Exact, b: Exact, d: Exact| a.plus(b).plus(d.times(scale));
        Self {
            count: self.count + newer.count,
            sum: (self.sum.0.plus(newer.sum.0), self.sum.1.plus(newer.sum.1)),
            squares: (
                joined(self.squares.0, newer.squares.0, dx.times(dx)),
                joined(self.squares.1, newer.squares.1, dy.times(dy)),
            ),
            products: joined(self.products, newer.products, dx.times(dy)),
        }
    }
}

/// The greatest or least value that is there, and the bar it stood on.
#[derive(Debug, Clone)]
pub struct Best {
    pub best: Option<(Exact, usize)>,
    pub count: usize,
    wanted: Ordering,
    /// Of equal ones.
    oldest: bool,
}

impl Best {
    pub fn of(x: Exact, bar: usize, wanted: Ordering, oldest: bool) -> Self {
        let best = x.is_finite().then_some((x, bar));
        Self {
            best,
            count: usize::from(best.is_some()),
            wanted,
            oldest,
        }
    }
}

impl Total for Best {
    fn and(&self, newer: &Self) -> Self {
        let best = match (self.best, newer.best) {
            (Some(a), Some(b)) => Some(match a.0.compare(b.0) {
                Some(order) if order == self.wanted || self.oldest && order.is_eq() => a,
                _ => b,
            }),
            (a, b) => a.or(b),
        };
        Self {
            best,
            count: self.count + newer.count,
            ..*self
        }
    }
}

/// Bounds on how far values may be off, in both kinds of arithmetic.
#[derive(Debug, Clone)]
pub struct Noise {
    places: f64,
    pub sum: [f64; 2],
    pub weighted: [f64; 2],
    pub squares: [f64; 2],
    pub greatest: [f64; 2],
}

impl Noise {
    fn of(x: [f64; 2]) -> Self {
        Self {
            places: 1.0,
            sum: x,
            weighted: x,
            squares: x.map(|x| x * x),
            greatest: x,
        }
    }

    /// The mean of the bounds.
    pub fn mean(&self, kind: usize) -> f64 {
        self.sum[kind] / self.places
    }

    /// The sum of the squares of each bound and the bound on the mean.
    pub fn squares_with_mean(&self, kind: usize) -> f64 {
        self.squares[kind] + 3.0 * self.sum[kind] * self.mean(kind)
    }
}

impl Total for Noise {
    fn and(&self, newer: &Self) -> Self {
        let both = |f: &dyn Fn(usize) -> f64| [f(0), f(1)];
        // Nothing times anything is nothing.
        let shifted = |k: usize| {
            if newer.sum[k] == 0.0 {
                0.0
            } else {
                self.places * newer.sum[k] + newer.weighted[k]
            }
        };
        Self {
            places: self.places + newer.places,
            sum: both(&|k| self.sum[k] + newer.sum[k]),
            weighted: both(&|k| self.weighted[k] + shifted(k)),
            squares: both(&|k| self.squares[k] + newer.squares[k]),
            greatest: both(&|k| self.greatest[k].max(newer.greatest[k])),
        }
    }
}

/// The bounds of a window; as long as all are 0, which they are of prices, nothing is kept.
#[derive(Debug)]
pub struct Noises {
    quiet: usize,
    held: Option<Sliding<Noise>>,
}

impl Noises {
    pub fn new() -> Self {
        Self {
            quiet: 0,
            held: None,
        }
    }

    pub fn push(&mut self, x: [f64; 2], most: usize) {
        if self.held.is_none() && x == [0.0; 2] {
            self.quiet = most.min(self.quiet + 1);
            return;
        }
        let quiet = self.quiet;
        let held = self.held.get_or_insert_with(|| {
            let mut held = Sliding::new();
            (0..quiet).for_each(|_| held.push(Noise::of([0.0; 2]), most));
            held
        });
        held.push(Noise::of(x), most);
    }

    /// Nothing where no value is off.
    pub fn total(&self, kind: usize) -> Option<Noise> {
        let total = self.held.as_ref()?.total()?;
        (total.sum[kind] != 0.0).then_some(total)
    }
}

/// Values in ascending order.
#[derive(Debug, Default)]
pub struct Sorted(Vec<Exact>);

impl Sorted {
    fn place(&self, x: Exact) -> usize {
        self.0
            .partition_point(|y| y.compare(x).is_some_and(Ordering::is_lt))
    }

    pub fn insert(&mut self, x: Exact) {
        self.0.insert(self.place(x), x);
    }

    /// Removes one value that is in it.
    pub fn remove(&mut self, x: Exact) {
        self.0.remove(self.place(x));
    }

    /// How many are at most `x`.
    pub fn up_to(&self, x: Exact) -> usize {
        self.0
            .partition_point(|y| y.compare(x).is_some_and(Ordering::is_le))
    }

    /// The `place`-th, from 0.
    pub fn get(&self, place: usize) -> Option<Exact> {
        self.0.get(place).copied()
    }

    /// The sum of what is left of the values when `y` is taken from each, where that is above 0.
    pub fn apart(&self, y: Exact) -> Exact {
        let (below, above) = self.0.split_at(self.up_to(y));
        let more = above
            .iter()
            .fold(Exact::ZERO, |sum, x| sum.plus(x.minus(y)));
        below.iter().fold(more, |sum, x| sum.plus(y.minus(*x)))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}
