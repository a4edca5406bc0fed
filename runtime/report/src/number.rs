//! How numbers are written.
//!
//! Machines get the shortest decimal that reads back to the same bits, without an exponent, the
//! same text in every CSV and every JSON file. People get a few digits.

use std::fmt;

/// A number for machines: `0.1`, `-3`, `inf`; a missing one (NaN) is empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exact(pub f64);

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_nan() {
            Ok(())
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// A share as a percentage with two digits: `0.1234` as `12.34%`.
#[must_use]
pub fn percent(share: f64) -> String {
    if share.is_nan() {
        return "-".to_owned();
    }
    format!("{}%", rounded(share * 100.0, 2))
}

/// A number for people with so many digits after the point; `-` where it is missing.
#[must_use]
pub fn rounded(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "-".to_owned();
    }
    let text = format!("{value:.digits$}");
    // What rounds to nothing has no sign.
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|b| b == b'0' || b == b'.') => rest.to_owned(),
        _ => text,
    }
}

/// A number for people, with about eight significant digits, whatever its magnitude.
#[must_use]
pub fn readable(value: f64) -> String {
    if value.is_nan() {
        return "-".to_owned();
    }
    let size = value.abs();
    if value == 0.0 || !value.is_finite() {
        return format!("{}", if value == 0.0 { 0.0 } else { value });
    }
    if !(1e-6..1e12).contains(&size) {
        return format!("{value:.6e}");
    }
    let digits = digits_for(size);
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Numbers for people that stand in one column, with their points below each other; `na` where one
/// is missing.
#[must_use]
pub fn column(values: &[f64]) -> Vec<String> {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let largest = finite
        .clone()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    let whole = finite.clone().all(|value| value.fract() == 0.0);
    let digits = if whole { 0 } else { digits_for(largest) };
    let fits = largest < 1e12 && (largest >= 1e-6 || largest == 0.0);
    let cells = values.iter().map(|&value| {
        if value.is_nan() {
            "na".to_owned()
        } else if fits {
            rounded(value, digits)
        } else {
            readable(value)
        }
    });
    cells.collect()
}

/// Digits after the point that show about eight significant ones of a number of this size.
fn digits_for(size: f64) -> usize {
    match size {
        s if s >= 1e6 => 2,
        s if s >= 1e3 => 4,
        s if s >= 1.0 => 6,
        s if s >= 1e-3 => 8,
        _ => 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exact_numbers_have_no_exponent_and_no_padding() {
        for (value, text) in [
            (0.1, "0.1"),
            (-3.0, "-3"),
            (0.0, "0"),
            (1e16, "10000000000000000"),
            (1e-7, "0.0000001"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, ""),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(Exact(value).to_string(), text);
        }
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(percent(0.12345), "12.35%");
        assert_eq!(percent(-0.00001), "0.00%");
        assert_eq!(percent(f64::NAN), "-");
        assert_eq!(percent(f64::INFINITY), "inf%");
        assert_eq!(rounded(-1.0055, 1), "-1.0");
        assert_eq!(readable(42_123.5), "42123.5");
        assert_eq!(readable(0.000_012_345), "0.000012345");
        assert_eq!(readable(50.0), "50");
        assert_eq!(readable(-0.0), "0");
        assert_eq!(readable(1e300), "1.000000e300");
        assert_eq!(readable(f64::NAN), "-");
    }

    #[test]
    fn a_column_has_its_points_below_each_other() {
        let nan = f64::NAN;
        assert_eq!(column(&[1000.5, nan, 2.0]), ["1000.5000", "na", "2.0000"]);
        assert_eq!(column(&[1.0, 0.0, nan]), ["1", "0", "na"]);
        assert_eq!(column(&[0.25, f64::INFINITY]), ["0.25000000", "inf"]);
        assert_eq!(column(&[1e300, 0.0]), ["1.000000e300", "0"]);
        assert_eq!(column(&[nan, nan]), ["na", "na"]);
        assert_eq!(column(&[]), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn exact_numbers_read_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(!value.is_nan());
            let text = Exact(value).to_string();
            prop_assert!(!text.contains('e'));
            let read: f64 = text.parse().unwrap();
            prop_assert_eq!(read.to_bits(), bits);
        }

        #[test]
        fn numbers_for_people_stay_near(value in -1e15f64..1e15) {
            let read: f64 = readable(value).parse().unwrap();
            prop_assert!((read - value).abs() <= 1e-5 * value.abs());
        }
    }
}
