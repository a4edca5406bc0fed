//! Logarithms, after `log.rs` and `log10.rs` of the crate `libm` 0.2 (FreeBSD's `e_log.c` and
//! `e_log10.c`).
//!
//! Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at `SunSoft`, a Sun
//! Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is
//! freely granted, provided that this notice is preserved.

#![allow(clippy::excessive_precision, clippy::unreadable_literal)]

use super::Lanes;

const LN2_HI: f64 = 6.93147180369123816490e-01;
const LN2_LO: f64 = 1.90821492927058770002e-10;
const IVLN10_HI: f64 = 4.34294481878168880939e-01;
const IVLN10_LO: f64 = 2.50829467116452752298e-11;
const LOG10_2_HI: f64 = 3.01029995663611771306e-01;
const LOG10_2_LO: f64 = 3.69423907715893078616e-13;
const LG1: f64 = 6.666666666666735130e-01;
const LG2: f64 = 3.999999999940941908e-01;
const LG3: f64 = 2.857142874366239149e-01;
const LG4: f64 = 2.222219843214978396e-01;
const LG5: f64 = 1.818357216161805012e-01;
const LG6: f64 = 1.531383769920937332e-01;
const LG7: f64 = 1.479819860511658591e-01;

/// The bits of 1, and of the root of a half, from where on the number is reduced to.
const ONE: u64 = 0x3ff0_0000 << 32;
const ROOT_OF_HALF: u64 = 0x3fe6_a09e << 32;
const FRACTION: u64 = (1 << 52) - 1;

/// A double whose last bit is worth 1: whole numbers in the last bits of it are added to it.
const WHOLE: f64 = (1_u64 << 52) as f64;

/// A positive number as `2^exponent * (1 + fraction)`, and what its logarithms are made of.
struct Reduced {
    exponent: f64,
    fraction: f64,
    /// Half of the square of the fraction.
    half: f64,
    /// With `fraction - half` the logarithm of `1 + fraction`.
    rest: f64,
}

#[inline(always)]
fn reduced(x: f64) -> Reduced {
    // Only upper halves are added, so that the lower half of the bits stays as it is.
    let bits = x.to_bits().wrapping_add(ONE - ROOT_OF_HALF);
    let exponent = f64::from_bits(bits >> 52 | WHOLE.to_bits()) - (WHOLE + 1023.0);
    let fraction = f64::from_bits((bits & FRACTION) + ROOT_OF_HALF) - 1.0;
    let half = 0.5 * fraction * fraction;
    let s = fraction / (2.0 + fraction);
    let z = s * s;
    let w = z * z;
    let odd = w * (LG2 + w * (LG4 + w * LG6));
    let even = z * (LG1 + w * (LG3 + w * (LG5 + w * LG7)));
    let r = even + odd;
    Reduced {
        exponent,
        fraction,
        half,
        rest: s * (half + r),
    }
}

/// Infinity and na are their own logarithms.
#[inline(always)]
fn or_itself(x: f64, logarithm: f64) -> f64 {
    if x < f64::INFINITY { logarithm } else { x }
}

/// Zero, what is below, and what has no exponent of its own.
#[inline(always)]
fn is_not_normal(x: f64) -> bool {
    x < f64::MIN_POSITIVE
}

pub(super) struct Ln;

impl Lanes for Ln {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let Reduced {
            exponent,
            fraction,
            half,
            rest,
        } = reduced(x);
        let sum = rest + exponent * LN2_LO - half + fraction + exponent * LN2_HI;
        or_itself(x, sum)
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        is_not_normal(x)
    }

    fn scalar(x: f64) -> f64 {
        crate::math::ln(x)
    }
}

pub(super) struct Log10;

impl Lanes for Log10 {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let Reduced {
            exponent,
            fraction,
            half,
            rest,
        } = reduced(x);
        // The natural logarithm in two parts, the first with so few bits that its product is exact.
        let high = f64::from_bits((fraction - half).to_bits() & (u64::MAX << 32));
        let low = fraction - high - half + rest;
        let main = high * IVLN10_HI;
        let whole = exponent * LOG10_2_HI;
        let small = exponent * LOG10_2_LO + (low + high) * IVLN10_LO + low * IVLN10_HI;
        let sum = whole + main;
        let small = small + ((whole - sum) + main);
        or_itself(x, small + sum)
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        is_not_normal(x)
    }

    fn scalar(x: f64) -> f64 {
        crate::math::log10(x)
    }
}
