//! Arithmetic on constants, as far as every machine computes it alike.

use crate::hir::{Compare, Math1, Math2};

/// A condition as a constant.
pub(super) fn truth(b: bool) -> f64 {
    if b { 1.0 } else { 0.0 }
}

/// A comparison: 1, 0, or na where either side is.
pub(super) fn fold_comparison(op: Compare, a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    truth(match op {
        Compare::Lt => a < b,
        Compare::Le => a <= b,
        Compare::Eq => a == b,
        Compare::Ne => a != b,
    })
}

/// Three-valued `and` (decided by 0) or `or` (decided by 1).
pub(super) fn fold_logic(decides: f64, a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(x), _) | (_, Some(x)) if x == decides => Some(decides),
        (Some(a), Some(b)) if a.is_nan() || b.is_nan() => Some(f64::NAN),
        (Some(_), Some(_)) => Some(1.0 - decides),
        _ => None,
    }
}

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
