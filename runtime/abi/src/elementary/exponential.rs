//! The exponential function, after `exp.rs` of the crate `libm` 0.2 (FreeBSD's `e_exp.c`).
//!
//! Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify,
//! and distribute this software is freely granted, provided that this notice is preserved.

#![allow(clippy::excessive_precision, clippy::unreadable_literal)]

use super::{Lanes, upper};

const LN2_HI: f64 = 6.93147180369123816490e-01;
const LN2_LO: f64 = 1.90821492927058770002e-10;
const INV_LN2: f64 = std::f64::consts::LOG2_E;
const P1: f64 = 1.66666666666666019037e-01;
const P2: f64 = -2.77777777770155933842e-03;
const P3: f64 = 6.61375632143793436117e-05;
const P4: f64 = -1.65339022054652515390e-06;
const P5: f64 = 4.13813679705723846039e-08;

/// From here on the function is one more than its argument, and from there on no power of two is
/// taken from it. `libm` looks for halves above these, so that the least of them are the next.
const NOT_TINY: f64 = upper(0x3e30_0001);
const REDUCED: f64 = upper(0x3fd6_2e43);
/// From here on the result may be infinite, zero or subnormal.
const LARGE: f64 = upper(0x4086_232b);

/// A double whose last bit is worth 1: whole numbers below it are cut off when it is added.
const WHOLE: f64 = (1_u64 << 52) as f64;

pub(super) struct Exp;

impl Lanes for Exp {
    #[inline(always)]
    fn common(argument: f64) -> f64 {
        let size = argument.abs();
        // How many twos, cut to a whole number: rounded, and one less where that is more. `libm`
        // takes one up to 1.5 ln 2 without a product, which has the same result.
        let twos = INV_LN2 * size + 0.5;
        let near = (twos + WHOLE) - WHOLE;
        let cut = if near > twos { near - 1.0 } else { near };
        let twos = if size < REDUCED { 0.0 } else { cut }.copysign(argument);
        // With no twos these are the argument and zero.
        let high = argument - twos * LN2_HI;
        let low = twos * LN2_LO;
        let x = high - low;
        let square = x * x;
        let c = x - square * (P1 + square * (P2 + square * (P3 + square * (P4 + square * P5))));
        let bent = x * c / (2.0 - c);
        let bent = if size < NOT_TINY { 0.0 } else { bent };
        let y = 1.0 + (bent - low + high);
        // The power of two: its exponent stands in the last bits of the sum.
        let scale = f64::from_bits((twos + (WHOLE + 1023.0)).to_bits() << 52);
        y * scale
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        x.abs() >= LARGE
    }

    fn scalar(x: f64) -> f64 {
        crate::math::exp(x)
    }
}
