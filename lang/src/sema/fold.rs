//! Arithmetic on constants, as far as every machine computes it alike.

use crate::hir::{Math1, Math2};

/// Arithmetic of one number that every machine computes alike.
pub(super) fn fold1(op: Math1, a: f64) -> Option<f64> {
    match op {
        Math1::Neg => Some(-a),
        Math1::Floor => Some(a.floor()),
        Math1::Ceil => Some(a.ceil()),
        Math1::Sqrt => Some(a.sqrt()),
        Math1::Round => Some(a.round_ties_even()),
        _ => None,
    }
}

/// Arithmetic of two numbers that every machine computes alike.
pub(super) fn fold2(op: Math2, a: f64, b: f64) -> Option<f64> {
    match op {
        Math2::Add => Some(a + b),
        Math2::Sub => Some(a - b),
        Math2::Mul => Some(a * b),
        Math2::Div => Some(a / b),
        Math2::Min if a <= b => Some(a),
        Math2::Min if b < a => Some(b),
        Math2::Max if a >= b => Some(a),
        Math2::Max if b > a => Some(b),
        _ => None,
    }
}
