//! The arithmetic of the language, one definition for every executor.
//!
//! Functions that differ between platforms come from the pinned `libm` crate, so that a program
//! has the same bits everywhere. Generated code either calls these or emits instructions with
//! exactly their meaning. A NaN is `na`; its bits do not matter.

/// The lesser of two; na when either is.
#[must_use]
pub fn min(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b { a } else { b }
}

/// The greater of two; na when either is.
#[must_use]
pub fn max(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

/// -1, 0 or 1; na for na.
#[must_use]
pub fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else if x == 0.0 {
        0.0
    } else {
        f64::NAN
    }
}

/// Remainder with the sign of the dividend.
pub extern "C" fn modulo(a: f64, b: f64) -> f64 {
    // Products and differences of whole numbers below this are exact, and a quotient is never
    // rounded below the whole number that it is cut to.
    const MOST: f64 = (1_u64 << 52) as f64;
    let whole = |x: f64| (x as i64) as f64;
    let (x, y) = (a.abs(), b.abs());
    if x < MOST && (1.0..MOST).contains(&y) && whole(x) == x && whole(y) == y {
        let rest = x - whole(x / y) * y;
        return if rest < 0.0 { rest + y } else { rest }.copysign(a);
    }
    libm::fmod(a, b)
}

/// `a` to the power `b`.
pub extern "C" fn pow(a: f64, b: f64) -> f64 {
    // IEEE has 1 for anything to the power 0, also for a missing base.
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        libm::pow(a, b)
    }
}

/// `a * b + c`, rounded once.
#[inline]
#[must_use]
pub extern "C" fn fma(a: f64, b: f64, c: f64) -> f64 {
    a.mul_add(b, c)
}

/// Whether this machine has an instruction for [`fma`]. Elsewhere it is computed, with the same
/// result.
#[must_use]
pub fn fma_is_fast() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("fma")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        cfg!(target_arch = "aarch64")
    }
}

/// e to the power `x`.
pub extern "C" fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm; na below 0.
pub extern "C" fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Sine of radians.
pub extern "C" fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine of radians.
pub extern "C" fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Tangent of radians.
pub extern "C" fn tan(x: f64) -> f64 {
    libm::tan(x)
}

/// Arc sine in radians; na outside -1 to 1.
pub extern "C" fn asin(x: f64) -> f64 {
    libm::asin(x)
}

/// Arc cosine in radians; na outside -1 to 1.
pub extern "C" fn acos(x: f64) -> f64 {
    libm::acos(x)
}

/// Hyperbolic sine.
pub extern "C" fn sinh(x: f64) -> f64 {
    libm::sinh(x)
}

/// Hyperbolic cosine.
pub extern "C" fn cosh(x: f64) -> f64 {
    libm::cosh(x)
}

/// Hyperbolic tangent.
pub extern "C" fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}

/// Logarithm to base 10; na below 0.
pub extern "C" fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// Arc tangent in radians.
pub extern "C" fn atan(x: f64) -> f64 {
    libm::atan(x)
}

/// Three-valued and of 1 (true), 0 (false) and NaN (na).
#[must_use]
pub fn and(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        0.0
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        1.0
    }
}

/// Three-valued or of 1 (true), 0 (false) and NaN (na).
#[must_use]
pub fn or(a: f64, b: f64) -> f64 {
    if a == 1.0 || b == 1.0 {
        1.0
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn na_wins_in_min_and_max() {
        assert!(min(f64::NAN, 1.0).is_nan() && min(1.0, f64::NAN).is_nan());
        assert!(max(f64::NAN, 1.0).is_nan() && max(1.0, f64::NAN).is_nan());
        assert_eq!((min(1.0, 2.0), max(1.0, 2.0)), (1.0, 2.0));
        assert_eq!((sign(-3.0), sign(0.0), sign(-0.0)), (-1.0, 0.0, 0.0));
        assert!(pow(f64::NAN, 0.0).is_nan());
    }

    proptest! {
        /// Whole numbers or not, the remainder is that of `fmod`, to the bit.
        #[test]
        fn modulo_is_fmod(
            a in prop_oneof![any::<f64>(), (-1i64 << 54..1 << 54).prop_map(|x| x as f64), (-900..900i32).prop_map(f64::from)],
            b in prop_oneof![any::<f64>(), (-1i64 << 54..1 << 54).prop_map(|x| x as f64), (-40..40i32).prop_map(f64::from)],
            times in -3i32..4,
        ) {
            // Multiples, and their neighbours, too.
            for a in [a, b * f64::from(times), b * f64::from(times) + 1.0, b * f64::from(times) - 1.0] {
                let (got, want) = (modulo(a, b), libm::fmod(a, b));
                prop_assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(), "{a} {b}: {got} {want}");
            }
        }
    }

    #[test]
    fn logic_has_three_values() {
        let na = f64::NAN;
        assert_eq!(and(0.0, na), 0.0);
        assert!(and(1.0, na).is_nan());
        assert_eq!(or(1.0, na), 1.0);
        assert!(or(0.0, na).is_nan());
        assert_eq!((and(1.0, 1.0), or(0.0, 0.0)), (1.0, 0.0));
    }
}
