//! Running totals of bar returns and of their squares.

use crate::price::is_price;

/// Totals at one bar, or the difference of the totals at two.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    /// Sum of bar returns.
    pub sum: f64,
    /// Sum of squared bar returns.
    pub squares: f64,
}

impl Totals {
    /// What was added between `earlier` and this.
    #[inline]
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            sum: self.sum - earlier.sum,
            squares: self.squares - earlier.squares,
        }
    }
}

/// Totals over the bars shown so far.
///
/// Each total is accumulated in twice the working precision and rounded once when it is read, so
/// that the difference of two totals is as good as a sum of its own over those bars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunningTotals {
    close: f64,
    sum: TwoPart,
    squares: TwoPart,
}

impl RunningTotals {
    /// Before the first bar.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            close: f64::NAN,
            sum: TwoPart::ZERO,
            squares: TwoPart::ZERO,
        }
    }

    /// Adds the return of a bar with this close and gives the totals at it. A missing close is
    /// carried over: its return is 0, and the next close is measured from the last price.
    #[inline]
    pub fn push(&mut self, close: f64) -> Totals {
        if is_price(close) {
            // NaN before the first price: nothing to measure its return from.
            if !self.close.is_nan() {
                let change = close / self.close - 1.0;
                self.sum.add(change);
                self.squares.add(change * change);
            }
            self.close = close;
        }
        Totals {
            sum: self.sum.rounded(),
            squares: self.squares.rounded(),
        }
    }

    /// The last price seen, NaN before the first.
    #[inline]
    #[must_use]
    pub const fn close(&self) -> f64 {
        self.close
    }
}

impl Default for RunningTotals {
    fn default() -> Self {
        Self::new()
    }
}

/// A sum and, apart from it, what its roundings have lost.
#[derive(Debug, Clone, Copy, PartialEq)]
struct TwoPart {
    sum: f64,
    lost: f64,
}

impl TwoPart {
    const ZERO: Self = Self {
        sum: 0.0,
        lost: 0.0,
    };

    #[inline]
    fn add(&mut self, value: f64) {
        // Knuth's two-sum: exactly what `sum` loses.
        let sum = self.sum + value;
        let shadow = sum - self.sum;
        self.lost += (self.sum - (sum - shadow)) + (value - shadow);
        self.sum = sum;
    }

    #[inline]
    fn rounded(&self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_far_out_keeps_its_digits() {
        // A million returns of about 1e-3, then ten: a plain running sum of squares would leave
        // some 1e-14 of noise, two-part sums leave the rounding of the total itself.
        let mut totals = RunningTotals::new();
        let mut close = 100.0;
        let mut at = Totals::default();
        for t in 0..1_000_000u32 {
            close *= if t % 2 == 0 { 1.001 } else { 1.0 / 1.001 };
            at = totals.push(close);
        }
        let mut expected = Totals::default();
        let before = at;
        for _ in 0..10 {
            let next = close * 1.0005;
            let change = next / close - 1.0;
            expected.sum += change;
            expected.squares += change * change;
            close = next;
            at = totals.push(close);
        }
        let found = at.since(before);
        assert!((found.sum - expected.sum).abs() <= 1e-13, "{found:?}");
        assert!(
            (found.squares - expected.squares).abs() <= 2.3e-16,
            "{found:?}"
        );
    }

    #[test]
    fn a_missing_close_is_carried() {
        let mut totals = RunningTotals::new();
        let read: Vec<f64> = [f64::NAN, 100.0, f64::NAN, 0.0, 110.0]
            .into_iter()
            .map(|close| totals.push(close).sum)
            .collect();
        assert_eq!(read, [0.0, 0.0, 0.0, 0.0, 110.0 / 100.0 - 1.0]);
    }
}
