//! Exact sums of doubles, rounded once.
//!
//! Every finite double is a whole number of 2^-1074. A sum is kept as such a number, written in
//! base 2^64 with 33 places (R. M. Neal, "Fast exact summation using small and large
//! superaccumulators", arXiv:1505.05571, 2015). A place is 128 bits wide, twice its base, so
//! nothing is ever carried while adding: a place holds the plain sum of what its terms have there.
//! So whatever was added and is taken away again leaves zeros, and only reading carries.

use std::ops::Range;

/// Places of a sum: doubles reach from 2^-1074 to below 2^1024.
pub(crate) const PLACES: usize = 33;
/// Doubles that hold a sum: two for each place, as bits.
pub(crate) const SLOTS: usize = 2 * PLACES;
/// Bits of the base.
const BASE: u32 = 64;
/// Exponent of the unit.
const UNIT: i32 = -1074;

/// A double as whole numbers at two neighbouring places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    /// The lower of the places.
    pub(crate) place: usize,
    low: i128,
    high: i128,
}

impl Term {
    /// `x` must be finite.
    #[inline(always)]
    pub(crate) fn of(x: f64) -> Self {
        let bits = x.to_bits();
        let exponent = (bits >> 52) as u32 & 0x7ff;
        let fraction = bits & ((1 << 52) - 1);
        // Numbers below 2^-1022 have the unit of those just above, and no leading bit.
        let (shift, mantissa) = if exponent == 0 {
            (0, fraction)
        } else {
            (exponent - 1, fraction | (1 << 52))
        };
        let wide = u128::from(mantissa) << (shift % BASE);
        // All bits set where x is negative: exclusive or, then less that, negates.
        let sign = i128::from((bits as i64) >> 63);
        let signed = |digit: u64| (i128::from(digit) ^ sign) - sign;
        Self {
            place: (shift / BASE) as usize,
            low: signed(wide as u64),
            high: signed((wide >> BASE) as u64),
        }
    }
}

/// What stands at a place.
#[inline(always)]
pub(crate) fn place(sum: &[f64], i: usize) -> i128 {
    let (low, high) = (sum[2 * i].to_bits(), sum[2 * i + 1].to_bits());
    (u128::from(low) | u128::from(high) << 64).cast_signed()
}

/// Puts `value` at a place.
#[inline(always)]
pub(crate) fn put(sum: &mut [f64], i: usize, value: i128) {
    sum[2 * i] = f64::from_bits(value as u64);
    sum[2 * i + 1] = f64::from_bits((value >> 64) as u64);
}

/// Adds `times` times the term; `|times|` summed over all terms of a sum is below 2^62.
#[inline(always)]
pub(crate) fn add(sum: &mut [f64], term: Term, times: i64) {
    let (i, times) = (term.place, i128::from(times));
    put(sum, i, place(sum, i) + term.low * times);
    put(sum, i + 1, place(sum, i + 1) + term.high * times);
}

/// The number whose places `at` gives, all others being 0, times 2^`scale`: the nearest double,
/// the even one of two that are equally near, +0 for 0. `scale` is 0 or -1, the number itself at
/// most 2^126 at any place.
#[inline(always)]
pub(crate) fn nearest(at: impl Fn(usize) -> i128, places: Range<usize>, scale: i32) -> f64 {
    let (mut high, mut moved) = (places.end, 0_i128);
    while high > places.start {
        // From the lowest place up: `top` with what was carried into it, the digit below it, and
        // whether there is anything below that.
        let (mut top, mut digit, mut rest) = (0_i128, 0_u64, false);
        for i in places.start..high {
            rest |= digit != 0;
            digit = top as u64;
            top = at(i) + (top >> BASE);
        }
        top = top.wrapping_add(moved);
        let negative = top < 0;
        if negative {
            // Two's complement; the rest below is the one that is added, unless there is none.
            let (below, carried) = (!digit).overflowing_add(u64::from(!rest));
            digit = below;
            top = !top + i128::from(carried);
        }
        let top = top.unsigned_abs();
        if top == 0 && rest {
            // Cancelled: what is carried into this place takes away what stands there, so move
            // that one place down and begin again there.
            high -= 1;
            moved = at(high).wrapping_add(moved) << BASE;
            continue;
        }
        // The 128 bits that begin in `top`; the place of their lowest bit is two below `high`
        // where `digit` is part of them.
        let (bits, sticky, lowest) = if top >> BASE == 0 {
            (top << BASE | u128::from(digit), rest, 2)
        } else {
            (top, rest || digit != 0, 1)
        };
        if bits == 0 {
            return 0.0;
        }
        // The first 63 of them, which hold a double's 53 and more; the last tells whether there is
        // anything beyond.
        let zeros = bits.leading_zeros();
        let bits = bits << zeros;
        let is_more = sticky || bits << 63 != 0;
        let first = (bits >> 65) as i64 | i64::from(is_more);
        let value = (if negative { -first } else { first }) as f64;
        let exponent = UNIT + scale + BASE as i32 * (high as i32 - lowest) + (65 - zeros as i32);
        return scaled(value, exponent);
    }
    0.0
}

/// `x` times 2^`exponent`. In two factors, neither of which is out of range; only the second can
/// round, and does so only where `scale` in [`nearest`] halves a number below 2^-1021, of which
/// `x` has all bits.
#[inline(always)]
fn scaled(x: f64, exponent: i32) -> f64 {
    let power = |e: i32| f64::from_bits(((e + 1023) as u64) << 52);
    let half = exponent / 2;
    x * power(half) * power(exponent - half)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The sum of whole multiples of doubles, halved where asked for, by long addition of single
    /// bits and rounding as it is done by hand: how often every power of two occurs, then carries
    /// from the lowest up, then the first 53 digits and a look at those that follow.
    pub(crate) fn by_hand(terms: &[(f64, i128)], halved: bool) -> f64 {
        // Digit i stands for 2^(i - 1075), so halving has room.
        let mut counts = vec![0_i128; 2_300];
        for &(x, times) in terms {
            let (bits, sign) = (x.abs().to_bits(), if x < 0.0 { -1 } else { 1 });
            let (exponent, fraction) = (bits >> 52, bits & ((1 << 52) - 1));
            let lowest = exponent.max(1) as usize - usize::from(halved);
            let mantissa = fraction | u64::from(exponent > 0) << 52;
            for i in (0..53).filter(|i| mantissa >> i & 1 == 1) {
                counts[lowest + i] += sign * times;
            }
        }
        let carried = |counts: &[i128]| {
            let mut carry = 0;
            let digit = |count: &i128| {
                let here: i128 = count + carry;
                carry = here.div_euclid(2);
                here.rem_euclid(2)
            };
            let digits: Vec<i128> = counts.iter().map(digit).collect();
            (digits, carry)
        };
        let (mut digits, carry) = carried(&counts);
        let negative = carry < 0;
        if negative {
            counts.iter_mut().for_each(|count| *count = -*count);
            digits = carried(&counts).0;
        }
        let Some(first) = digits.iter().rposition(|d| *d == 1) else {
            return 0.0;
        };
        // The last digit that a double has: the 53rd, or that of 2^-1074.
        let last = first.saturating_sub(52).max(1);
        let mut kept = 0_u64;
        for i in (last..=first).rev() {
            kept = 2 * kept + digits[i] as u64;
        }
        let is_above_half = digits[last - 1] == 1 && digits[..last - 1].contains(&1);
        let is_half = digits[last - 1] == 1 && !is_above_half;
        if is_above_half || is_half && kept % 2 == 1 {
            kept += 1;
        }
        let mut value = kept as f64;
        let exponent = last as i32 - 1075;
        // Halving step by step is exact down to the last digit.
        for _ in 0..exponent.abs() {
            value *= if exponent < 0 { 0.5 } else { 2.0 };
        }
        if negative { -value } else { value }
    }

    /// Any finite double: all exponents alike, full and short mantissas, zeros.
    pub(crate) fn any_double() -> impl Strategy<Value = f64> {
        let of_bits = |bits: u64| f64::from_bits((bits & !(1 << 62)) | ((bits % 3) << 60));
        prop_oneof![
            4 => any::<f64>().prop_filter("finite", |x| x.is_finite()),
            2 => any::<u64>().prop_map(of_bits).prop_filter("finite", |x| x.is_finite()),
            2 => (-1074..1023_i32, -9..9_i32).prop_map(|(e, m)| f64::from(m) * power(e)),
            1 => Just(0.0),
            1 => Just(-0.0),
            1 => (1_u64..9, any::<bool>()).prop_map(|(bits, negative)| {
                f64::from_bits(bits | u64::from(negative) << 63)
            }),
        ]
    }

    /// 2^e, subnormal ones too.
    pub(crate) fn power(e: i32) -> f64 {
        scaled(1.0, e)
    }

    fn summed(terms: &[(f64, i64)], scale: i32) -> f64 {
        let mut sum = vec![0.0; SLOTS];
        for &(x, times) in terms {
            add(&mut sum, Term::of(x), times);
        }
        nearest(|i| place(&sum, i), 0..PLACES, scale)
    }

    fn check(terms: &[(f64, i64)]) {
        let whole: Vec<(f64, i128)> = terms.iter().map(|t| (t.0, t.1.into())).collect();
        for scale in [0, -1] {
            let (got, want) = (summed(terms, scale), by_hand(&whole, scale == -1));
            assert_eq!(
                got.to_bits(),
                want.to_bits(),
                "{terms:?} {scale}: {got} for {want}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn sums_are_those_made_by_hand(
            terms in prop::collection::vec((any_double(), -1_000_000_000..1_000_000_000_i64), 1..6)
        ) {
            check(&terms);
        }

        #[test]
        fn what_cancels_leaves_the_rest(
            x in any_double(),
            y in any_double(),
            z in any_double(),
            times in 1..1_000_i64,
        ) {
            check(&[(x, times), (y, 1), (x, -times)]);
            check(&[(x, times), (y, 1), (x, 1 - times), (z, -1), (-x, 1)]);
        }
    }

    #[test]
    fn halves_go_to_the_even_one() {
        let ulp = f64::EPSILON;
        for tiny in [0.0, f64::from_bits(1), -f64::from_bits(1), 1e-40, -1e-40] {
            check(&[(1.0, 1), (ulp / 2.0, 1), (tiny, 1)]);
            check(&[(1.0 + ulp, 1), (ulp / 2.0, 1), (tiny, 1)]);
            check(&[(-1.0, 1), (ulp / 4.0, 1), (tiny, 1)]);
        }
        assert_eq!(summed(&[(1.0, 1), (ulp / 2.0, 1)], 0), 1.0);
        assert_eq!(
            summed(&[(1.0 + ulp, 1), (ulp / 2.0, 1)], 0),
            1.0 + 2.0 * ulp
        );
    }

    #[test]
    fn the_ends_of_the_range() {
        let (least, most) = (f64::from_bits(1), f64::MAX);
        check(&[(least, 1)]);
        check(&[(least, 3), (f64::MIN_POSITIVE, -1)]);
        check(&[(most, 1), (most, 1)]);
        check(&[(most, 1_000_000), (most, -999_999), (least, -1)]);
        check(&[(most, 1), (power(970), 1)]);
        check(&[(most, 1), (power(970), 1), (least, -1)]);
        assert_eq!(summed(&[(most, 1), (power(970), 1)], 0), f64::INFINITY);
        assert_eq!(summed(&[(most, 2)], -1), most);
        assert_eq!(summed(&[(-0.0, 1)], 0).to_bits(), 0);
        assert_eq!(summed(&[(-1.0, 1), (1.0, 1)], 0).to_bits(), 0);
    }

    #[test]
    fn leading_places_that_cancel() {
        // A place each at 1 and 2^64 or 2^128, which stand for nothing but what is below.
        for far in [power(64), power(128), power(640)] {
            check(&[(far, 1), (-1.0, 1), (far, -1)]);
            check(&[(far, 1), (-(far - far * f64::EPSILON), 1), (1e-30, 1)]);
            check(&[(far, 1 << 40), (-far, (1 << 40) - 1), (-far, 1), (0.1, -7)]);
        }
    }
}
