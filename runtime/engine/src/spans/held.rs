//! What a position lived through: the closes at which it was held.

use super::Totals;
use super::order::{greater, lesser};

/// Extremes of a run of closes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Highest close.
    pub max: f64,
    /// Lowest close.
    pub min: f64,
    /// Least ratio of a close to the highest close up to it; 1 where closes never fall.
    pub worst: f64,
}

impl Extent {
    /// The extent of one close.
    #[inline]
    #[must_use]
    pub const fn of(close: f64) -> Self {
        Self {
            max: close,
            min: close,
            worst: 1.0,
        }
    }

    /// The extent of these closes followed by `later` ones.
    ///
    /// Exact however a run is cut into pieces: rounding is monotone, so the least of rounded
    /// ratios is the rounded least ratio, and dividing by a higher maximum never gives more.
    #[inline]
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        Self {
            max: greater(self.max, later.max),
            min: lesser(self.min, later.min),
            worst: lesser(lesser(self.worst, later.worst), later.min / self.max),
        }
    }
}

/// The closes of one span, from the close of the bar it was bought on to the last close before
/// the bar it was sold on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// Number of closes, at least 1.
    pub bars: usize,
    /// Close of the bar of the buy.
    pub first: f64,
    /// Last close held.
    pub last: f64,
    /// Extremes of these closes. [`Extent::worst`] need not be exact where it cannot lower the
    /// drawdown: there any value from [`Ledger::worst`](super::Ledger::worst) up to 1 will do.
    pub extent: Extent,
    /// Difference of the running totals at the last and the first close.
    pub totals: Totals,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_by_one(closes: &[f64]) -> Extent {
        let mut extent = Extent::of(closes[0]);
        for &close in &closes[1..] {
            extent = extent.then(Extent::of(close));
        }
        extent
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_bits(
            closes in prop::collection::vec(1.0f64..1000.0, 2..200),
            cut in 0.0f64..1.0,
        ) {
            let at = 1 + (cut * (closes.len() - 1) as f64) as usize;
            let (left, right) = closes.split_at(at.min(closes.len() - 1));
            let joined = one_by_one(left).then(one_by_one(right));
            let whole = one_by_one(&closes);
            prop_assert_eq!(joined, whole);
            let plain = (0..closes.len())
                .map(|t| closes[t] / closes[..=t].iter().copied().fold(0.0, f64::max))
                .fold(1.0, f64::min);
            prop_assert_eq!(whole.worst, plain);
        }
    }
}
