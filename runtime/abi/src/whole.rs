//! Prefix sums of a region whose values are whole multiples of one number, as whole numbers.
//!
//! Doubles of about the same size, as prices are, are multiples of the last place of the smallest,
//! and as such whole numbers of not many more than 53 bits. Where the sum of every window has 63
//! bits at most, whole numbers of 64 bits hold it, and since these go around in a circle it does not
//! matter that the sum of all bars does not fit: the difference of two prefix sums is the sum of a
//! window. It is rounded once, where it becomes a double.

use std::arch::x86_64::{
    __m512d, _CMP_NEQ_UQ, _mm512_add_epi64, _mm512_alignr_epi64, _mm512_castpd_si512,
    _mm512_castsi512_pd, _mm512_cmp_pd_mask, _mm512_cvtepi64_pd, _mm512_cvtpd_epi64,
    _mm512_fmadd_pd, _mm512_mul_pd, _mm512_set1_pd, _mm512_setzero_si512, _mm512_sub_epi64,
};

use crate::parts::power;
use crate::quotient::Exact;
use crate::scan::registers::values;
use crate::turn::LANES;
use crate::turn::registers::{load, store};

/// Exponents of the units with which nothing comes near the ends of the range of doubles.
const UNITS: std::ops::Range<i32> = -800..800;

/// The exponent of a unit of which sums of `longest` values have 63 bits at most, where the bits of
/// the largest are `largest`; nothing where there is none, or no such registers.
pub(crate) fn unit(largest: u64, longest: usize) -> Option<i32> {
    let is_possible = std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512dq");
    // All values are below 2^top.
    let top = (largest >> 52) as i32 - 1022;
    let unit = top + longest.next_power_of_two().ilog2() as i32 - 63;
    (is_possible && UNITS.contains(&unit)).then_some(unit)
}

/// Prefix sums of `xs`, with `lead` zeros before them and zeros behind, in units of 2^`unit`, up to the
/// end of `row`, which is whole registers long and begins with a register of zeros. False where a
/// value is not a multiple of it.
#[target_feature(enable = "avx512f,avx512dq")]
pub(crate) fn scan(xs: &[f64], lead: usize, unit: i32, row: &mut [f64]) -> bool {
    row[..LANES].fill(0.0);
    let zero = _mm512_setzero_si512();
    let mut before = [zero; 3];
    let mut all = zero;
    let (units, of_unit) = (_mm512_set1_pd(power(-unit)), _mm512_set1_pd(power(unit)));
    for at in (0..row.len() - LANES).step_by(LANES) {
        let x = values(xs, at, lead);
        let one = _mm512_cvtpd_epi64(_mm512_mul_pd(x, units));
        // Back again, since a value much smaller than the unit has become 0.
        let back = _mm512_mul_pd(_mm512_cvtepi64_pd(one), of_unit);
        if _mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(back, x) != 0 {
            return false;
        }
        // As in [`crate::scan`]: the last eight up to each, by twos, by fours, by eights.
        let two = _mm512_add_epi64(one, _mm512_alignr_epi64::<7>(one, before[0]));
        let four = _mm512_add_epi64(two, _mm512_alignr_epi64::<6>(two, before[1]));
        let eight = _mm512_add_epi64(four, _mm512_alignr_epi64::<4>(four, before[2]));
        all = _mm512_add_epi64(all, eight);
        before = [one, two, four];
        store(_mm512_castsi512_pd(all), &mut row[LANES + at..]);
    }
    true
}

/// Windows of `n` values, of which the first ends before place `end` of a row of prefix sums, divided
/// by a number.
#[target_feature(enable = "avx512f,avx512dq")]
pub(crate) fn windows(
    row: &[f64],
    (end, n): (usize, usize),
    unit: i32,
    over: Option<Exact>,
    out: &mut [f64],
) {
    let new = &row[end..][..out.len()];
    let old = &row[end - n..][..out.len()];
    let unit = power(unit);
    if let Some(by) = over {
        each::<true>(new, old, (by.share * unit, by.rest * unit), out);
    } else {
        each::<false>(new, old, (unit, 0.0), out);
    }
}

/// The differences of two rows times a number and, where it has a rest, that.
#[target_feature(enable = "avx512f,avx512dq")]
fn each<const HAS_REST: bool>(
    new: &[f64],
    old: &[f64],
    (factor, rest): (f64, f64),
    out: &mut [f64],
) {
    let (factors, rests) = (_mm512_set1_pd(factor), _mm512_set1_pd(rest));
    let (groups, last) = out.as_chunks_mut::<LANES>();
    let (new, last_new) = new.as_chunks::<LANES>();
    let (old, last_old) = old.as_chunks::<LANES>();
    for ((out, new), old) in groups.iter_mut().zip(new).zip(old) {
        let sum = difference(load(new), load(old));
        let value = if HAS_REST {
            _mm512_fmadd_pd(sum, factors, _mm512_mul_pd(sum, rests))
        } else {
            _mm512_mul_pd(sum, factors)
        };
        store(value, out);
    }
    if !last.is_empty() {
        let (mut new, mut old) = ([0.0; LANES], [0.0; LANES]);
        new[..last.len()].copy_from_slice(last_new);
        old[..last.len()].copy_from_slice(last_old);
        let mut out = [0.0; LANES];
        each::<HAS_REST>(&new, &old, (factor, rest), &mut out);
        last.copy_from_slice(&out[..last.len()]);
    }
}

/// The difference of two registers of whole numbers, as doubles.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn difference(new: __m512d, old: __m512d) -> __m512d {
    let (new, old) = (_mm512_castpd_si512(new), _mm512_castpd_si512(old));
    _mm512_cvtepi64_pd(_mm512_sub_epi64(new, old))
}
