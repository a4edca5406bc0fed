//! What counts as a price.
//!
//! Data have holes: NaN where a feed was down, zeros where an exporter wrote nothing. A price is
//! a number from 1e-100 to 1e100; anything else is missing. The bounds are far beyond any market
//! and keep ratios and quantities of prices away from overflow and from subnormal numbers, where
//! rounding is no longer relative.

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
pub fn can_fill(open: f64, close: f64, fill: Fill) -> bool {
    is_price(close) && (fill == Fill::Close || is_price(open))
}

/// The lowest price of the bar that a stop is tested against; infinite, which no stop reaches,
/// on a bar without a close. A missing low reads as the close.
#[inline]
#[must_use]
pub fn stop_reach(open: f64, low: f64, close: f64, stops: StopTest) -> f64 {
    if !is_price(close) {
        return f64::INFINITY;
    }
    match stops {
        StopTest::Closes => close,
        StopTest::Intrabar => {
            let low = if is_price(low) { low } else { close };
            if is_price(open) && open < low {
                open
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
pub fn stop_fill(open: f64, close: f64, level: f64, stops: StopTest) -> f64 {
    match stops {
        StopTest::Closes => close,
        StopTest::Intrabar => {
            if is_price(open) && open <= level {
                open
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
        for hole in [f64::NAN, 0.0] {
            assert!(!can_fill(10.0, hole, Fill::Close) && !can_fill(10.0, hole, Fill::NextOpen));
            for stops in [StopTest::Closes, StopTest::Intrabar] {
                assert_eq!(stop_reach(10.0, 8.0, hole, stops), f64::INFINITY);
            }
            assert!(can_fill(hole, 11.0, Fill::Close) && !can_fill(hole, 11.0, Fill::NextOpen));
        }
    }

    #[test]
    fn a_gap_fills_at_the_open_and_a_touch_at_the_level() {
        let reach = |open, low| stop_reach(open, low, 11.0, StopTest::Intrabar);
        let fill = |level, stops| stop_fill(10.0, 11.0, level, stops);
        assert_eq!(reach(10.0, 8.0), 8.0);
        assert_eq!(fill(9.0, StopTest::Intrabar), 9.0);
        assert_eq!(fill(10.5, StopTest::Intrabar), 10.0);
        assert_eq!(fill(11.5, StopTest::Closes), 11.0);
        // An open below the low is bad data; it is still where the bar opened.
        assert_eq!(reach(7.0, 8.0), 7.0);
        assert_eq!(reach(10.0, f64::NAN), 10.0);
        assert_eq!(reach(f64::NAN, f64::NAN), 11.0);
    }
}
