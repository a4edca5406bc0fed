//! Arithmetic on constants, as far as every machine computes it alike.

use super::builder::Builder;
use crate::hir::{Compare, Kind, Math1, Math2, NodeId};

impl Builder {
    /// Plain arithmetic, comparisons and choices on constants (a condition is 1, 0 or na);
    /// everything else is left to the compiler, which computes with the same library as at run
    /// time.
    pub(super) fn fold(&self, kind: Kind) -> Option<f64> {
        let of = |id: NodeId| self.constant(id);
        match kind {
            Kind::Number(bits) => Some(f64::from_bits(bits)),
            Kind::Bool(b) => Some(truth(b)),
            Kind::Math1(op, a) => fold1(op, of(a)?),
            Kind::Math2(op, a, b) => fold2(op, of(a)?, of(b)?),
            Kind::Fma(a, b, c) => Some(of(a)?.mul_add(of(b)?, of(c)?)),
            Kind::Compare(op, a, b) => Some(fold_comparison(op, of(a)?, of(b)?)),
            Kind::Not(a) => of(a).map(|a| 1.0 - a),
            Kind::And(a, b) => fold_logic(0.0, of(a), of(b)),
            Kind::Or(a, b) => fold_logic(1.0, of(a), of(b)),
            Kind::IsNa(a) => of(a).map(|a| truth(a.is_nan())),
            Kind::NumOf(a) => of(a),
            // Where the condition is na, the second branch is taken.
            Kind::Select(c, a, b) => of(if of(c)? == 1.0 { a } else { b }),
            _ => None,
        }
    }
}

/// A condition as a constant.
fn truth(b: bool) -> f64 {
    if b { 1.0 } else { 0.0 }
}

/// A comparison: 1, 0, or na where either side is.
fn fold_comparison(op: Compare, a: f64, b: f64) -> f64 {
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
fn fold_logic(decides: f64, a: Option<f64>, b: Option<f64>) -> Option<f64> {
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
