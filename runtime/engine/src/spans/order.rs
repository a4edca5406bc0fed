//! Lesser and greater of two numbers as one instruction each.
//!
//! `f64::min` and `f64::max` look for NaN first; prices and equity that reach the accounting are
//! never NaN, and this is the inner loop of a screen.

/// The lesser of two numbers.
#[inline]
pub(crate) fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The greater of two numbers.
#[inline]
pub(crate) fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Slightly more than 1: more than the rounding of two products and a quotient takes away. Where
/// `a >= b * (c * SLACK)`, certainly `a / b >= c` as rounded.
pub(crate) const SLACK: f64 = 1.0 + 1e-15;
