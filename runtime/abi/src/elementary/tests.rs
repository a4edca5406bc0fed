//! Forms for many values against those for one.

use proptest::prelude::*;

use super::{Elementary, elementary};
use crate::math;

/// Each function, as it is for one value, and between which values most of its work lies.
const ALL: [(Elementary, extern "C" fn(f64) -> f64, [f64; 2]); 4] = [
    (Elementary::Atan, math::atan, [-4.0, 4.0]),
    (Elementary::Ln, math::ln, [0.0, 1000.0]),
    (Elementary::Log10, math::log10, [0.0, 1000.0]),
    (Elementary::Exp, math::exp, [-50.0, 50.0]),
];

/// Upper halves of bits that `libm` compares with, in one function or another.
const BORDERS: [u32; 27] = [
    0x0000_0000,
    0x0000_0001,
    0x0010_0000,
    0x3fdc_0000,
    0x3fe6_0000,
    0x3ff3_0000,
    0x4003_8000,
    0x4410_0000,
    0x3e40_0000,
    0x3fe6_a09e,
    0x3ff0_0000,
    0x3ff6_a09e,
    0x7ff0_0000,
    0x3e30_0000,
    0x3e30_0001,
    0x3fd6_2e42,
    0x3fd6_2e43,
    0x3ff0_a2b2,
    0x4086_232b,
    0x4086_2e42,
    0x4087_4910,
    0x4000_0000,
    0x3fe0_0000,
    0x3fef_ffff,
    0x3ca0_0000,
    0x3ff8_0000,
    0x7fef_ffff,
];

fn special() -> Vec<f64> {
    let mut values = vec![
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        709.782_712_893_384,
        -708.396_418_532_264_1,
        -745.133_219_101_941_1,
    ];
    for half in BORDERS {
        for lower in [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xfefa_39ef, 0x3f3b_ab73] {
            let at = f64::from_bits(u64::from(half) << 32 | lower);
            values.extend([at.next_down(), at, at.next_up()]);
        }
    }
    values.extend((-1100..1100).map(|k| f64::from(k) * 0.5 * std::f64::consts::LN_2));
    values.extend((-1080..1024).map(|k| libm::scalbn(1.0, k)));
    let near = values.iter().flat_map(|x| [x.next_down(), *x, x.next_up()]);
    near.flat_map(|x| [x, -x]).collect()
}

fn check(xs: &[f64]) -> Result<(), String> {
    for (f, one, _) in ALL {
        let mut out = vec![f64::NAN; xs.len()];
        elementary(f, xs, &mut out);
        for (x, got) in xs.iter().zip(out) {
            let want = one(*x);
            if got.to_bits() != want.to_bits() && !(got.is_nan() && want.is_nan()) {
                return Err(format!(
                    "{f:?} of {x:e} ({:x}): {got:e}, not {want:e}",
                    x.to_bits()
                ));
            }
        }
    }
    Ok(())
}

/// Numbers that look random, the same in each run.
fn random() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(0x9e37_79b9_7f4a_7c15_u64), |x| {
        let x = x ^ x << 13;
        let x = x ^ x >> 7;
        Some(x ^ x << 17)
    })
}

#[test]
fn special_values_are_the_same() {
    check(&special()).unwrap();
}

#[test]
fn a_million_common_values_are_the_same() {
    for (_, _, [low, high]) in ALL {
        let share = |bits: u64| (bits >> 11) as f64 / (1_u64 << 53) as f64;
        let xs: Vec<f64> = random()
            .take(1_000_000)
            .map(|r| low + share(r) * (high - low))
            .collect();
        check(&xs).unwrap();
    }
}

#[test]
fn a_million_values_of_common_sizes_are_the_same() {
    // Exponents from -32 to 31: each range of each function, and what is near 0, 1 and 10.
    let bits = random().map(|r| r & !(0x7ff << 52) | (0x3df + (r >> 52 & 63)) << 52);
    let xs: Vec<f64> = bits.map(f64::from_bits).take(1_000_000).collect();
    check(&xs).unwrap();
}

#[test]
fn a_million_bit_patterns_are_the_same() {
    let xs: Vec<f64> = random().map(f64::from_bits).take(1_000_000).collect();
    check(&xs).unwrap();
}

#[test]
fn the_shorter_slice_counts() {
    let (xs, mut out) = ([1.0; 70], [7.0; 67]);
    elementary(Elementary::Exp, &xs[..66], &mut out);
    assert_eq!(
        (out[65].to_bits(), out[66]),
        (math::exp(1.0).to_bits(), 7.0)
    );
    elementary(Elementary::Ln, &xs, &mut out);
    assert_eq!(out, [0.0; 67]);
}

proptest! {
    /// Any bits, among common and special values, in slices of all lengths.
    #[test]
    fn mixed_slices_are_the_same(
        xs in proptest::collection::vec(prop_oneof![
            4 => any::<u64>().prop_map(f64::from_bits),
            8 => -800.0..800.0,
            8 => -3.0..3.0,
            4 => proptest::sample::select(special()),
        ], 0..200),
    ) {
        check(&xs).map_err(TestCaseError::fail)?;
    }
}
