//! Windows of prefix sums ([`crate::prefix`]) divided by a number before they leave the registers:
//! writing sums waits for memory, in which time the quotients are made.

use std::arch::x86_64::{
    __m512d, _mm512_add_pd, _mm512_fmadd_pd, _mm512_mul_pd, _mm512_set1_pd, _mm512_setzero_pd,
    _mm512_sub_pd,
};

use crate::prefix::Tables;
use crate::quotient::Exact;
use crate::quotient::registers::{Divisor, SIDE, WIDE, put};
use crate::sums::Weights;
use crate::turn::LANES;
use crate::turn::registers::load;

/// The kinds by number, and the numbers.
const KINDS: [Weights; 3] = [Weights::Equal, Weights::Rising, Weights::Centred];
const EQUAL: usize = 0;
const RISING: usize = 1;
const CENTRED: usize = 2;

/// Windows of `n` values, of which the first ends before value `end`, divided by `by`: as many as
/// are whole groups of registers, none where there are three parts; how many those are.
#[target_feature(enable = "avx512f,avx512dq")]
pub(crate) fn windows(
    weights: Weights,
    tables: &Tables<'_>,
    (end, n): (usize, usize),
    by: f64,
    out: &mut [f64],
) -> usize {
    if tables.parts > 2 {
        return 0;
    }
    let groups = out.as_chunks_mut::<SIDE>().0;
    if let Some(by) = Exact::of(by).filter(|_| tables.unit >= LEAST) {
        let (share, rest) = (_mm512_set1_pd(by.share), _mm512_set1_pd(by.rest));
        each(weights, tables, (end, n), groups, |mut sums| {
            for sum in &mut sums {
                *sum = _mm512_fmadd_pd(*sum, share, _mm512_mul_pd(*sum, rest));
            }
            sums
        });
    } else {
        let by = Divisor::new(by);
        each(weights, tables, (end, n), groups, |sums| by.of(sums));
    }
    groups.len() * SIDE
}

/// Least exponent of the unit of sums that are divided without looking at them: none that is not 0
/// is smaller.
const LEAST: i32 = -800;

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn each(
    weights: Weights,
    tables: &Tables<'_>,
    window: (usize, usize),
    groups: &mut [[f64; SIDE]],
    by: impl Fn([__m512d; WIDE]) -> [__m512d; WIDE],
) {
    match (weights, tables.parts) {
        (Weights::Equal, 1) => divided::<EQUAL, 1>(tables, window, by, groups),
        (Weights::Equal, _) => divided::<EQUAL, 2>(tables, window, by, groups),
        (Weights::Rising, 1) => divided::<RISING, 1>(tables, window, by, groups),
        (Weights::Rising, _) => divided::<RISING, 2>(tables, window, by, groups),
        (Weights::Centred, 1) => divided::<CENTRED, 1>(tables, window, by, groups),
        (Weights::Centred, _) => divided::<CENTRED, 2>(tables, window, by, groups),
    }
}

#[target_feature(enable = "avx512f,avx512dq")]
fn divided<const KIND: usize, const PARTS: usize>(
    tables: &Tables<'_>,
    (end, n): (usize, usize),
    by: impl Fn([__m512d; WIDE]) -> [__m512d; WIDE],
    groups: &mut [[f64; SIDE]],
) {
    let width = n as f64;
    let len = groups.len() * SIDE;
    let weights = KINDS[KIND];
    let tables: [Pair<'_>; PARTS] = std::array::from_fn(|k| {
        let double = tables.double[k];
        Pair {
            new: &tables.plain[k][end..][..len],
            old: &tables.plain[k][end - n..][..len],
            new_double: double.get(end..end + len).unwrap_or_default(),
            old_double: double.get(end - n..end - n + len).unwrap_or_default(),
        }
    });
    for (group, out) in groups.iter_mut().enumerate() {
        let mut sums = [_mm512_setzero_pd(); WIDE];
        for (i, sum) in sums.iter_mut().enumerate() {
            let at = group * SIDE + i * LANES;
            *sum = tables[0].difference(weights, width, at);
            if PARTS == 2 {
                *sum = _mm512_add_pd(*sum, tables[1].difference(weights, width, at));
            }
        }
        put(by(sums), out);
    }
}

/// Sums of a part up to the ends of windows, and up to their beginnings.
struct Pair<'a> {
    new: &'a [f64],
    old: &'a [f64],
    new_double: &'a [f64],
    old_double: &'a [f64],
}

impl Pair<'_> {
    /// The windows of this part, as in [`crate::prefix`].
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn difference(&self, weights: Weights, width: f64, at: usize) -> __m512d {
        let (new, old) = (load(&self.new[at..]), load(&self.old[at..]));
        let plain = match weights {
            Weights::Equal => return _mm512_sub_pd(new, old),
            Weights::Rising => _mm512_mul_pd(_mm512_set1_pd(width), new),
            Weights::Centred => {
                let (before, after) = ((width - 1.0) / 2.0, (width + 1.0) / 2.0);
                let new = _mm512_mul_pd(_mm512_set1_pd(after), new);
                _mm512_add_pd(new, _mm512_mul_pd(_mm512_set1_pd(before), old))
            }
        };
        let (new, old) = (load(&self.new_double[at..]), load(&self.old_double[at..]));
        _mm512_sub_pd(plain, _mm512_sub_pd(new, old))
    }
}
