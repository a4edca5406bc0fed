//! The arc tangent, after `atan.rs` of the crate `libm` 0.2 (FreeBSD's `s_atan.c`).
//!
//! Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at `SunPro`, a Sun
//! Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is
//! freely granted, provided that this notice is preserved.

#![allow(clippy::excessive_precision, clippy::unreadable_literal)]

use super::{Lanes, upper};

/// The coefficients of the series of the reduced argument.
const AT: [f64; 11] = [
    3.33333333333329318027e-01,
    -1.99999999998764832476e-01,
    1.42857142725034663711e-01,
    -1.11111104054623557880e-01,
    9.09088713343650656196e-02,
    -7.69187620504482999495e-02,
    6.66107313738753120669e-02,
    -5.83357013379057348645e-02,
    4.97687799461593236017e-02,
    -3.65315727442169155270e-02,
    1.62858201153657823623e-02,
];

/// From here on the arc tangent is that of infinity.
const HUGE: f64 = upper(0x4410_0000);

/// How an argument `x` is reduced: to `(times * x - less) / (more + by * x)`, whose arc tangent is
/// less than that of `x` by `high + low`.
///
/// The products are with 0, 1 and 2, so exact, but for 1.5, which `libm` multiplies by too.
#[derive(Clone, Copy)]
struct Reduction {
    times: f64,
    less: f64,
    more: f64,
    by: f64,
    high: f64,
    low: f64,
}

const NONE: Reduction = Reduction {
    times: 1.0,
    less: 0.0,
    more: 1.0,
    by: 0.0,
    high: 0.0,
    low: 0.0,
};

const BY_HALF: Reduction = Reduction {
    times: 2.0,
    less: 1.0,
    more: 2.0,
    by: 1.0,
    high: 4.63647609000806093515e-01,
    low: 2.26987774529616870924e-17,
};

const BY_ONE: Reduction = Reduction {
    times: 1.0,
    less: 1.0,
    more: 1.0,
    by: 1.0,
    high: std::f64::consts::FRAC_PI_4,
    low: 3.06161699786838301793e-17,
};

const BY_THREE_HALVES: Reduction = Reduction {
    times: 1.0,
    less: 1.5,
    more: 1.0,
    by: 1.5,
    high: 9.82793723247329054082e-01,
    low: 1.39033110312309984516e-17,
};

const BY_INFINITY: Reduction = Reduction {
    times: 0.0,
    less: 1.0,
    more: 0.0,
    by: 1.0,
    high: std::f64::consts::FRAC_PI_2,
    low: 6.12323399573676603587e-17,
};

pub(super) struct Atan;

impl Lanes for Atan {
    /// All values: na stays na in each operation, what is too small for a series is its own arc
    /// tangent in the series too, and what is too large is made smaller first.
    #[inline(always)]
    fn common(argument: f64) -> f64 {
        let x = argument.abs();
        let x = if x > HUGE { HUGE } else { x };
        let by = if x < upper(0x3fdc_0000) {
            NONE
        } else if x < upper(0x3fe6_0000) {
            BY_HALF
        } else if x < upper(0x3ff3_0000) {
            BY_ONE
        } else if x < upper(0x4003_8000) {
            BY_THREE_HALVES
        } else {
            BY_INFINITY
        };
        let x = (by.times * x - by.less) / (by.more + by.by * x);
        let z = x * x;
        let w = z * z;
        let even = z * (AT[0] + w * (AT[2] + w * (AT[4] + w * (AT[6] + w * (AT[8] + w * AT[10])))));
        let odd = w * (AT[1] + w * (AT[3] + w * (AT[5] + w * (AT[7] + w * AT[9]))));
        let z = by.high - (x * (even + odd) - by.low - x);
        z.copysign(argument)
    }

    #[inline(always)]
    fn is_rare(_: f64) -> bool {
        false
    }

    fn scalar(x: f64) -> f64 {
        crate::math::atan(x)
    }
}
