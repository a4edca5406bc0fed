//! What counts as a price.
//!
//! Data have holes: NaN where a feed was down, zeros where an exporter wrote nothing. A price is
//! a number from 1e-100 to 1e100; anything else is missing. The bounds are far beyond any market
//! and keep ratios and quantities of prices away from overflow and from subnormal numbers, where
//! rounding is no longer relative.

use strat_abi::BarValues;

use crate::convention::{Fill, StopTest};

/// Whether `value` is a price rather than a hole in the data.
#[inline]
#[must_use]
pub fn is_price(value: f64) -> bool {
    (1e-100..=1e100).contains(&value)
}

/// Whether an order can fill on this bar: the bar has a close (a bar without one has not traded)
/// and the price the order fills at.
#[inline]
#[must_use]
pub fn can_fill(bar: &BarValues, fill: Fill) -> bool {
    is_price(bar.close) && (fill == Fill::Close || is_price(bar.open))
}

/// The lowest price of the bar that a stop is tested against; infinite, which no stop reaches,
/// on a bar without a close. A missing low reads as the close.
#[inline]
#[must_use]
pub fn stop_reach(bar: &BarValues, stops: StopTest) -> f64 {
    if !is_price(bar.close) {
        return f64::INFINITY;
    }
    match stops {
        StopTest::Closes => bar.close,
        StopTest::Intrabar => {
            let low = if is_price(bar.low) {
                bar.low
            } else {
                bar.close
            };
            if is_price(bar.open) && bar.open < low {
                bar.open
            } else {
                low
            }
        }
    }
}

/// The price, before slippage, at which a stop fills on a bar whose [`stop_reach`] is at or
/// below `level`.
#[inline]
#[must_use]
pub fn stop_fill(bar: &BarValues, level: f64, stops: StopTest) -> f64 {
    match stops {
        StopTest::Closes => bar.close,
        StopTest::Intrabar => {
            if is_price(bar.open) && bar.open <= level {
                bar.open
            } else {
                level
            }
        }
    }
}

/// The level of a stop that allows a loss of `share`: below the undisturbed price of the entry
/// when closes are tested, below the price paid when the test is inside the bar.
#[inline]
#[must_use]
pub fn stop_level(market: f64, paid: f64, share: f64, stops: StopTest) -> f64 {
    match stops {
        StopTest::Closes => market * (1.0 - share),
        StopTest::Intrabar => paid * (1.0 - share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAR: BarValues = BarValues {
        open: 10.0,
        high: 12.0,
        low: 8.0,
        close: 11.0,
        volume: 1.0,
    };

    #[test]
    fn holes_are_not_prices() {
        for hole in [
            f64::NAN,
            0.0,
            -1.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e-320,
        ] {
            assert!(!is_price(hole), "{hole}");
        }
        assert!(is_price(1e-12) && is_price(1e12));
    }

    #[test]
    fn a_bar_without_a_close_neither_fills_nor_stops() {
        let bar = BarValues {
            close: f64::NAN,
            ..BAR
        };
        assert!(!can_fill(&bar, Fill::Close) && !can_fill(&bar, Fill::NextOpen));
        assert_eq!(stop_reach(&bar, StopTest::Intrabar), f64::INFINITY);
        let bar = BarValues { open: 0.0, ..BAR };
        assert!(can_fill(&bar, Fill::Close) && !can_fill(&bar, Fill::NextOpen));
    }

    #[test]
    fn a_gap_fills_at_the_open_and_a_touch_at_the_level() {
        assert_eq!(stop_reach(&BAR, StopTest::Intrabar), 8.0);
        assert_eq!(stop_fill(&BAR, 9.0, StopTest::Intrabar), 9.0);
        assert_eq!(stop_fill(&BAR, 10.5, StopTest::Intrabar), 10.0);
        assert_eq!(stop_fill(&BAR, 10.5, StopTest::Closes), 11.0);
        let gap = BarValues { open: 7.0, ..BAR };
        assert_eq!(stop_reach(&gap, StopTest::Intrabar), 7.0);
        let no_low = BarValues {
            low: f64::NAN,
            ..BAR
        };
        assert_eq!(stop_reach(&no_low, StopTest::Intrabar), 10.0);
    }
}
