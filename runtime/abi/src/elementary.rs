//! Functions of one number for many numbers at once, with the bits of [`crate::math`].
//!
//! The functions of `libm` branch on their argument, which keeps them to one value at a time. Here
//! the same operations in the same order run without branches: the constants of a branch are chosen,
//! not the branch, so that a register holds eight values. Values that leave the common path are done
//! again one by one.

mod arctangent;
mod exponential;
mod logarithm;

use crate::wide::wide;

/// The functions that have a form for many values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elementary {
    /// [`crate::math::atan`]
    Atan,
    /// [`crate::math::ln`]
    Ln,
    /// [`crate::math::log10`]
    Log10,
    /// [`crate::math::exp`]
    Exp,
}

/// `out[i] = f(xs[i])` for as many as both have.
pub fn elementary(f: Elementary, xs: &[f64], out: &mut [f64]) {
    let len = xs.len().min(out.len());
    let (xs, out) = (&xs[..len], &mut out[..len]);
    match f {
        Elementary::Atan => atan(xs, out),
        Elementary::Ln => ln(xs, out),
        Elementary::Log10 => log10(xs, out),
        Elementary::Exp => exp(xs, out),
    }
}

wide!(fn atan = atan_here(xs: &[f64], out: &mut [f64]));
wide!(fn ln = ln_here(xs: &[f64], out: &mut [f64]));
wide!(fn log10 = log10_here(xs: &[f64], out: &mut [f64]));
wide!(fn exp = exp_here(xs: &[f64], out: &mut [f64]));

#[inline(always)]
fn atan_here(xs: &[f64], out: &mut [f64]) {
    blocks::<arctangent::Atan>(xs, out);
}

#[inline(always)]
fn ln_here(xs: &[f64], out: &mut [f64]) {
    blocks::<logarithm::Ln>(xs, out);
}

#[inline(always)]
fn log10_here(xs: &[f64], out: &mut [f64]) {
    blocks::<logarithm::Log10>(xs, out);
}

#[inline(always)]
fn exp_here(xs: &[f64], out: &mut [f64]) {
    blocks::<exponential::Exp>(xs, out);
}

/// A function as it is done for many values; what is inlined has no branches.
trait Lanes {
    /// Its value where `is_rare` is false.
    fn common(x: f64) -> f64;
    /// Whether [`Lanes::scalar`] must do this value.
    fn is_rare(x: f64) -> bool;
    /// The function, one value at a time.
    fn scalar(x: f64) -> f64;
}

/// Values that are looked through for rare ones together. Many registers, so that the compiler sees a
/// loop, which it makes vectors of, and the operations of several overlap.
const BLOCK: usize = 64;

#[inline(always)]
fn blocks<F: Lanes>(xs: &[f64], out: &mut [f64]) {
    let (blocks, rest) = xs.as_chunks::<BLOCK>();
    let (outs, rest_out) = out.as_chunks_mut::<BLOCK>();
    for (xs, out) in blocks.iter().zip(outs) {
        block::<F>(xs, out);
    }
    if !rest.is_empty() {
        // No function finds 1 rare.
        let (mut last, mut values) = ([1.0; BLOCK], [0.0; BLOCK]);
        last[..rest.len()].copy_from_slice(rest);
        block::<F>(&last, &mut values);
        rest_out.copy_from_slice(&values[..rest.len()]);
    }
}

#[inline(always)]
fn block<F: Lanes>(xs: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
    let mut any = 0;
    for (out, &x) in out.iter_mut().zip(xs) {
        *out = F::common(x);
        any |= u64::from(F::is_rare(x));
    }
    if any != 0 {
        one_by_one::<F>(xs, out);
    }
}

#[cold]
#[inline(never)]
fn one_by_one<F: Lanes>(xs: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
    for (out, &x) in out.iter_mut().zip(xs) {
        if F::is_rare(x) {
            *out = F::scalar(x);
        }
    }
}

/// The least positive number with this upper half of its bits: `libm` looks at that half alone.
const fn upper(half: u32) -> f64 {
    f64::from_bits((half as u64) << 32)
}

#[cfg(test)]
mod tests;
