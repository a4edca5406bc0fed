//! A column divided by one number, to the bit as the processor divides.
//!
//! Division is the slowest arithmetic there is, and no wider registers make it faster. With the
//! reciprocal s at hand, x / y = q + d / y with q = x s and the remainder d = x - q y, which a fused
//! product gives with one rounding at most, and d / y lies between d s (1 - 2^-38) and
//! d s (1 + 2^-38). Where q plus either of these rounds to the same double, the quotient rounds to
//! it, too; where not (one in some 2^26), the divider is asked, and where d could be below the range
//! of normal doubles, or anything is infinite or na. See Muller et al., Handbook of Floating-Point
//! Arithmetic (2018), chapter 4.7; the check needs nothing of how the products round.

/// `out[i] = xs[i] / by`, for as many as both have.
pub fn quotients(xs: &[f64], by: f64, out: &mut [f64]) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if registers::are_possible(by) {
        // SAFETY: the feature was found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            done = registers::quotients(xs, by, out);
        }
    }
    for (x, out) in xs.iter().zip(out).skip(done) {
        *out = x / by;
    }
}

/// Divides every value by `by`.
pub(crate) fn divide(values: &mut [f64], by: f64) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if registers::are_possible(by) {
        // SAFETY: the feature was found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            done = registers::divide(values, by);
        }
    }
    for x in &mut values[done..] {
        *x /= by;
    }
}

/// A divisor of few bits, whose reciprocal is the sum of two doubles but for 2^-106 of it.
///
/// With N, the divisor without its power of two, below 2^40 and x a double, a quotient x / N that is
/// no double is at least 2^-54 / N of it, so 2^-94, away from the middle of two: were it m / 2 for an odd m of
/// 54 bits, x would be m N / 2, which is no double. So x share + x rest, of which a fused product rounds
/// only the last sum, is the quotient, as long as nothing comes near the ends of the range.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact {
    pub(crate) share: f64,
    pub(crate) rest: f64,
}

#[cfg(target_arch = "x86_64")]
impl Exact {
    // Written into its caller it divides even where there is no divisor, by whatever is in its place:
    // by a subnormal number it takes long.
    #[inline(never)]
    pub(crate) fn of(by: f64) -> Option<Self> {
        const BITS: u32 = 40;
        const SIZES: std::ops::RangeInclusive<u64> = 1023 - 60..=1023 + 60;
        let bits = by.to_bits();
        let is_short = bits.trailing_zeros() >= f64::MANTISSA_DIGITS - BITS;
        if !is_short || !SIZES.contains(&(bits << 1 >> 53)) {
            return None;
        }
        let share = 1.0 / by;
        let rest = (-by).mul_add(share, 1.0) / by;
        Some(Self { share, rest })
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod registers {
    use std::arch::x86_64::{
        __m512d, __mmask8, _CMP_NEQ_UQ, _mm512_and_si512, _mm512_castpd_si512, _mm512_castsi512_pd,
        _mm512_cmp_pd_mask, _mm512_div_pd, _mm512_fmadd_pd, _mm512_fnmadd_pd, _mm512_mul_pd,
        _mm512_or_si512, _mm512_range_pd, _mm512_set1_epi64, _mm512_set1_pd, _mm512_setzero_pd,
        _mm512_testn_epi64_mask,
    };

    use crate::turn::LANES;
    use crate::turn::registers::{load, store};

    /// Registers that are looked at together for quotients that are not settled.
    pub(crate) const WIDE: usize = 4;
    pub(crate) const SIDE: usize = WIDE * LANES;

    /// Half of what the bounds of the remainder's share are apart.
    const MARGIN: f64 = 1.0 / (1_u64 << 38) as f64;
    /// The upper bits of the exponent: none is set below 2^-895.
    const RANGE: i64 = 0x7800_0000_0000_0000;
    /// Sizes of divisors: 2^-800 to 2^800.
    const LEAST: f64 = f64::from_bits((1023 - 800) << 52);
    const MOST: f64 = f64::from_bits((1023 + 800) << 52);

    /// Whether there are such registers, and nothing about the divisor is out of the ordinary.
    pub(crate) fn are_possible(by: f64) -> bool {
        (LEAST..=MOST).contains(&by.abs())
            && std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512dq")
    }

    /// As many quotients as are whole groups of registers; how many those are.
    #[target_feature(enable = "avx512f,avx512dq")]
    pub(super) fn quotients(xs: &[f64], by: f64, out: &mut [f64]) -> usize {
        let divisor = Divisor::new(by);
        let (xs, out) = (xs.as_chunks::<SIDE>().0, out.as_chunks_mut::<SIDE>().0);
        let groups = xs.len().min(out.len());
        for (xs, out) in xs.iter().zip(out) {
            put(divisor.of(taken(xs)), out);
        }
        groups * SIDE
    }

    #[target_feature(enable = "avx512f,avx512dq")]
    pub(super) fn divide(values: &mut [f64], by: f64) -> usize {
        let divisor = Divisor::new(by);
        let groups = values.as_chunks_mut::<SIDE>().0;
        let done = groups.len() * SIDE;
        for values in groups {
            put(divisor.of(taken(values)), values);
        }
        done
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn taken(from: &[f64; SIDE]) -> [__m512d; WIDE] {
        let mut values = [_mm512_setzero_pd(); WIDE];
        for (k, value) in values.iter_mut().enumerate() {
            *value = load(&from[k * LANES..]);
        }
        values
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    pub(crate) fn put(values: [__m512d; WIDE], to: &mut [f64; SIDE]) {
        for (k, value) in values.into_iter().enumerate() {
            store(value, &mut to[k * LANES..]);
        }
    }

    /// A divisor in registers.
    pub(crate) struct Divisor {
        by: __m512d,
        /// The reciprocal, and a little more and less.
        share: __m512d,
        more: __m512d,
        less: __m512d,
    }

    impl Divisor {
        #[target_feature(enable = "avx512f,avx512dq")]
        pub(crate) fn new(by: f64) -> Self {
            let share = 1.0 / by;
            Self {
                by: _mm512_set1_pd(by),
                share: _mm512_set1_pd(share),
                more: _mm512_set1_pd(share * (1.0 + MARGIN)),
                less: _mm512_set1_pd(share * (1.0 - MARGIN)),
            }
        }

        #[inline]
        #[target_feature(enable = "avx512f,avx512dq")]
        pub(crate) fn of(&self, xs: [__m512d; WIDE]) -> [__m512d; WIDE] {
            let mut quotients = [_mm512_setzero_pd(); WIDE];
            let mut doubtful = 0;
            for (quotient, x) in quotients.iter_mut().zip(xs) {
                let (q, unsettled) = self.settled(x, _mm512_mul_pd(x, self.share));
                *quotient = q;
                doubtful |= unsettled;
            }
            let least = smaller(smaller(xs[0], xs[1]), smaller(xs[2], xs[3]));
            if doubtful | small(least) != 0 {
                for (quotient, x) in quotients.iter_mut().zip(xs) {
                    *quotient = self.carefully(x);
                }
            }
            quotients
        }

        /// The quotient from one that is near, and where that is not known to be it.
        #[inline]
        #[target_feature(enable = "avx512f,avx512dq")]
        fn settled(&self, x: __m512d, near: __m512d) -> (__m512d, __mmask8) {
            let left = _mm512_fnmadd_pd(near, self.by, x);
            let more = _mm512_fmadd_pd(left, self.more, near);
            let less = _mm512_fmadd_pd(left, self.less, near);
            (more, _mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(more, less))
        }

        /// With zeros, whose quotients are settled but for the sign, and the divider for the rest.
        #[inline]
        #[target_feature(enable = "avx512f,avx512dq")]
        fn carefully(&self, x: __m512d) -> __m512d {
            let near = _mm512_mul_pd(x, self.share);
            let (quotient, unsettled) = self.settled(x, near);
            let is_some = _mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(x, _mm512_setzero_pd());
            if unsettled | (small(x) & is_some) != 0 {
                return _mm512_div_pd(x, self.by);
            }
            let sign = _mm512_and_si512(_mm512_castpd_si512(near), _mm512_set1_epi64(i64::MIN));
            _mm512_castsi512_pd(_mm512_or_si512(_mm512_castpd_si512(quotient), sign))
        }
    }

    /// The smaller magnitudes; where one is na, the other.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn smaller(x: __m512d, y: __m512d) -> __m512d {
        const MAGNITUDE: i32 = 0b10;
        const POSITIVE: i32 = 0b10 << 2;
        _mm512_range_pd::<{ MAGNITUDE | POSITIVE }>(x, y)
    }

    /// Where a value is below 2^-895, or 0.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn small(x: __m512d) -> __mmask8 {
        _mm512_testn_epi64_mask(_mm512_castpd_si512(x), _mm512_set1_epi64(RANGE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::tests::same;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => any::<f64>(),
            4 => -1e6..1e6f64,
            2 => (0u64..1 << 53, -200i32..200).prop_map(|(m, e)| m as f64 * f64::from_bits(((1023 + e) as u64) << 52)),
            1 => Just(0.0),
            1 => Just(-0.0),
            1 => Just(f64::NAN),
        ]
    }

    fn assert_divided(xs: &[f64], by: f64) {
        let mut got = vec![0.0; xs.len()];
        quotients(xs, by, &mut got);
        for (x, got) in xs.iter().zip(&got) {
            let want = x / by;
            assert!(same(*got, want), "{x} / {by}: {got} for {want}");
        }
        let mut divided = xs.to_vec();
        divide(&mut divided, by);
        for (a, b) in divided.iter().zip(&got) {
            assert!(same(*a, *b), "in place: {a} for {b}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// Equals division, whatever is divided by what.
        #[test]
        fn quotients_are_divisions(
            xs in prop::collection::vec(value(), 0..150),
            by in prop_oneof![3 => (1u32..2000).prop_map(f64::from), 2 => value()],
        ) {
            assert_divided(&xs, by);
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn assert_exact(x: f64, by: f64) {
        let Some(exact) = Exact::of(by) else {
            return;
        };
        let got = x.mul_add(exact.share, x * exact.rest);
        assert!(same(got, x / by), "{x} / {by}: {got} for {}", x / by);
    }

    #[cfg(target_arch = "x86_64")]
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// A divisor of few bits divides exactly, and next to the middle of two doubles as well.
        #[test]
        fn short_divisors_divide(
            by in 1u64..1 << 40,
            scale in -20i32..20,
            bits in 1u64 << 52..1 << 53,
            size in -700i32..700,
        ) {
            let power = |e: i32| f64::from_bits(((1023 + e) as u64) << 52);
            let by = by as f64 * power(scale);
            prop_assert!(Exact::of(by).is_some());
            for by in [by, -by] {
                assert_exact(bits as f64 * power(size), by);
                // The quotient is near the middle of two doubles.
                let middle = (bits as f64 * power(size)) * by;
                for near in [middle.to_bits() - 1, middle.to_bits(), middle.to_bits() + 1] {
                    assert_exact(f64::from_bits(near), by);
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn divisors_of_many_bits_are_not_short() {
        for by in [
            0.1,
            std::f64::consts::PI,
            0.0,
            f64::NAN,
            f64::INFINITY,
            1e300,
            1e-300,
        ] {
            assert!(Exact::of(by).is_none(), "{by}");
        }
    }

    /// Divisors just below a power of two, where one correction is not enough, and numerators whose
    /// quotient lies next to the middle of two doubles.
    #[test]
    fn hard_quotients_are_divisions() {
        let below = |x: f64, n: u64| f64::from_bits(x.to_bits() - n);
        for by in (0..40).map(|n| below(2.0, n)).chain((3..60).map(f64::from)) {
            let middles = (1..3000u64).map(|m| {
                let quotient = f64::from_bits(1.5f64.to_bits() + m * 7_919_993);
                quotient * by
            });
            let xs: Vec<f64> = middles
                .flat_map(|x| [below(x, 1), x, f64::from_bits(x.to_bits() + 1)])
                .collect();
            assert_divided(&xs, by);
        }
    }
}
