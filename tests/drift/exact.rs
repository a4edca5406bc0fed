//! What windows over whole numbers come to, in whole numbers: nothing is ever rounded before the
//! result is.

use std::collections::VecDeque;

use crate::walk::QUANTUM_BITS;

/// Sums over the last n values of both series.
pub struct Sums {
    n: usize,
    last: VecDeque<(i128, i128)>,
    x: i128,
    y: i128,
    xx: i128,
    yy: i128,
    xy: i128,
    /// With weights 1 for the oldest to n for the newest.
    weighted: i128,
}

impl Sums {
    pub fn new(n: usize) -> Self {
        Self {
            n,
            last: VecDeque::with_capacity(n + 1),
            x: 0,
            y: 0,
            xx: 0,
            yy: 0,
            xy: 0,
            weighted: 0,
        }
    }

    pub fn push(&mut self, (x, y): (i64, i64)) {
        let (x, y) = (i128::from(x), i128::from(y));
        self.last.push_back((x, y));
        if self.last.len() > self.n {
            // All weights become one less, and the oldest value has had 1.
            self.weighted -= self.x;
            if let Some((x, y)) = self.last.pop_front() {
                self.add(x, y, -1);
            }
        }
        self.weighted += x * self.last.len() as i128;
        self.add(x, y, 1);
    }

    fn add(&mut self, x: i128, y: i128, sign: i128) {
        self.x += sign * x;
        self.y += sign * y;
        self.xx += sign * x * x;
        self.yy += sign * y * y;
        self.xy += sign * x * y;
    }

    pub fn is_full(&self) -> bool {
        self.last.len() == self.n
    }

    /// How many values, as a number.
    pub fn count(&self) -> f64 {
        self.n as f64
    }

    /// Sum of x.
    pub fn sum(&self) -> f64 {
        quanta(self.x, 1)
    }

    /// Mean of x.
    pub fn mean(&self) -> f64 {
        self.sum() / self.count()
    }

    /// Weighted mean of x.
    pub fn weighted_mean(&self) -> f64 {
        quanta(self.weighted, 1) / (self.count() * (self.count() + 1.0) / 2.0)
    }

    /// Sum of squared distances of x from its mean.
    pub fn squares(&self) -> f64 {
        quanta(self.n as i128 * self.xx - self.x * self.x, 2) / self.count()
    }

    fn squares_of_y(&self) -> f64 {
        quanta(self.n as i128 * self.yy - self.y * self.y, 2) / self.count()
    }

    /// Sum of products of distances from the means.
    pub fn products(&self) -> f64 {
        quanta(self.n as i128 * self.xy - self.x * self.y, 2) / self.count()
    }

    /// What products are at most.
    pub fn most_products(&self) -> f64 {
        self.squares().sqrt() * self.squares_of_y().sqrt()
    }

    pub fn correlation(&self) -> f64 {
        self.products() / self.most_products()
    }

    /// Slope of the line through x, per bar.
    pub fn slope(&self) -> f64 {
        quanta(self.distances(), 1) / 2.0 / self.time_squares()
    }

    /// Twice the sum of x times its distance in bars from the middle of the window.
    fn distances(&self) -> i128 {
        2 * self.weighted - (self.n as i128 + 1) * self.x
    }

    /// What the slope is at most, for these squares.
    pub fn most_slope(&self) -> f64 {
        (self.squares() / self.time_squares()).sqrt()
    }

    fn time_squares(&self) -> f64 {
        self.count() * (self.count() * self.count() - 1.0) / 12.0
    }

    /// The line through x at the newest bar.
    pub fn line(&self) -> f64 {
        // Mean and slope (n - 1) / 2 over one denominator, since they may all but cancel.
        let n = self.n as i128;
        let both = (n + 1) * self.x + 3 * self.distances();
        quanta(both, 1) / (self.count() * (self.count() + 1.0))
    }
}

/// So many quanta, or quanta of quanta, as a price; rounded once.
fn quanta(count: i128, power: i32) -> f64 {
    let bits = QUANTUM_BITS * power;
    count as f64 / (1_u128 << bits) as f64
}

#[test]
fn sums_are_those_of_the_window() {
    let unit = 1_i64 << QUANTUM_BITS;
    let mut sums = Sums::new(3);
    for (x, y) in [(900, 7), (1, 2), (2, 4), (6, 3)] {
        sums.push((x * unit, y * unit));
    }
    assert!(sums.is_full());
    assert_eq!((sums.sum(), sums.mean()), (9.0, 3.0));
    assert_eq!(sums.weighted_mean(), (1.0 + 4.0 + 18.0) / 6.0);
    assert_eq!(sums.squares(), 14.0);
    assert_eq!(sums.products(), 1.0 * 2.0 + -1.0 + 0.0);
    assert_eq!((sums.slope(), sums.line()), (2.5, 5.5));
}
