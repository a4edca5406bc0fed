//! A column divided by one number, to the bit as the processor divides.
//!
//! Division is the slowest arithmetic there is, and no wider registers make it faster. With the
//! reciprocal at hand a product is corrected twice by its exact remainder instead: the first
//! correction comes within one unit of the last place, from where the second rounds correctly.
//! Source: Markstein, Computation of elementary functions on the IBM RISC System/6000 processor,
//! IBM Journal of Research and Development 34 (1990), theorem on division; the remainders are exact
//! as long as nothing comes near the ends of the range of doubles.

/// Values looked at together for whether they are near the ends of the range.
const CHUNK: usize = 64;

/// Sizes, and their reciprocals, between which nothing is near the ends of the range.
const MOST: f64 = 1e150;
const LEAST: f64 = 1e-150;

/// `out[i] = xs[i] / by`, for as many as both have.
pub fn quotients(xs: &[f64], by: f64, out: &mut [f64]) {
    #[cfg(target_arch = "x86_64")]
    if (LEAST..=MOST).contains(&by.abs())
        && std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512dq")
        && std::arch::is_x86_feature_detected!("fma")
    {
        for (xs, out) in xs.chunks(CHUNK).zip(out.chunks_mut(CHUNK)) {
            // SAFETY: the features were found on this machine.
            #[allow(unsafe_code)]
            let far = unsafe { corrected(xs, by, out) };
            if far {
                divided(xs, by, out);
            }
        }
        return;
    }
    divided(xs, by, out);
}

fn divided(xs: &[f64], by: f64, out: &mut [f64]) {
    for (x, out) in xs.iter().zip(out) {
        *out = x / by;
    }
}

/// Products with the reciprocal, corrected; true where a value is near the ends of the range, or
/// infinite, and none of them counts.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,fma")]
fn corrected(xs: &[f64], by: f64, out: &mut [f64]) -> bool {
    let share = 1.0 / by;
    let mut far = 0_u64;
    for (x, out) in xs.iter().zip(out) {
        let first = x * share;
        let near = (-first).mul_add(by, *x).mul_add(share, first);
        let right = (-near).mul_add(by, *x).mul_add(share, near);
        // The remainder of a zero is +0, whatever the sign of the zero.
        *out = if *x == 0.0 { first } else { right };
        let size = x.abs();
        far |= u64::from(size > MOST) | (u64::from(size < LEAST) & u64::from(size > 0.0));
    }
    far != 0
}

#[cfg(test)]
mod tests {
    use super::*;
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
        for (x, got) in xs.iter().zip(got) {
            let want = x / by;
            assert!(
                got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(),
                "{x} / {by}: {got} for {want}"
            );
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
