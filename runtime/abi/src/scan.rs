//! Prefix sums of the parts of values ([`crate::parts`]), cut and added up in one go.
//!
//! As all sums are exact, their order is free. So a register holds the sums of the last eight values
//! up to each of its own: by twos, of these by fours, of these by eights. What is before them was
//! in the register before, and a prefix sum is the one eight values earlier and these eight more:
//! one addition that waits for another in eight values.

use crate::parts::{Cuts, MOST};
use crate::turn::LANES;

/// Where the prefix sums of a part go, and, unless it is empty, the prefix sums of these.
pub(crate) struct Row<'a> {
    pub(crate) plain: &'a mut [f64],
    pub(crate) double: &'a mut [f64],
}

/// Adds up the parts `FIRST..END` of the values, with `lead` zeros before them and zeros behind, up
/// to the end of the rows, which are whole registers long and begin with a register of zeros. `left`
/// is 0 for a part after which nothing is left.
pub(crate) fn scan<const FIRST: usize, const END: usize>(
    xs: &[f64],
    lead: usize,
    cuts: Cuts,
    rows: &mut [Row<'_>; MOST],
    left: &mut [u64; MOST],
) {
    for row in &mut rows[FIRST..END] {
        let all = row.plain.iter_mut().take(LANES);
        all.chain(row.double.iter_mut().take(LANES))
            .for_each(|x| *x = 0.0);
    }
    let is_double = !rows[FIRST].double.is_empty();
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the feature was found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            if is_double {
                registers::scan::<FIRST, END, true>(xs, lead, cuts, rows, left);
            } else {
                registers::scan::<FIRST, END, false>(xs, lead, cuts, rows, left);
            }
        }
        return;
    }
    one_by_one::<FIRST, END>(xs, lead, cuts, (rows, is_double), left);
}

fn one_by_one<const FIRST: usize, const END: usize>(
    xs: &[f64],
    lead: usize,
    cuts: Cuts,
    (rows, is_double): (&mut [Row<'_>; MOST], bool),
    left: &mut [u64; MOST],
) {
    let (mut sums, mut doubles) = ([0.0; MOST], [0.0; MOST]);
    for i in 0..rows[FIRST].plain.len() - LANES {
        let x = i.checked_sub(lead).and_then(|i| xs.get(i));
        let mut rest = x.copied().unwrap_or(0.0);
        for k in 0..END {
            let part = (rest + cuts.round[k]) - cuts.round[k];
            rest -= part;
            if k >= FIRST {
                // The sign of a zero does not count.
                left[k] |= rest.to_bits() << 1;
                sums[k] += part;
                rows[k].plain[LANES + i] = sums[k];
                if is_double {
                    doubles[k] += sums[k];
                    rows[k].double[LANES + i] = doubles[k];
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod registers {
    use std::arch::x86_64::{
        __m512d, _mm512_add_pd, _mm512_alignr_epi64, _mm512_castpd_si512, _mm512_castsi512_pd,
        _mm512_maskz_loadu_pd, _mm512_or_si512, _mm512_reduce_or_epi64, _mm512_set1_pd,
        _mm512_setzero_pd, _mm512_setzero_si512, _mm512_sub_pd,
    };

    use super::Row;
    use crate::parts::{Cuts, MOST};
    use crate::turn::LANES;
    use crate::turn::registers::{load, store};

    #[target_feature(enable = "avx512f")]
    pub(super) fn scan<const FIRST: usize, const END: usize, const DOUBLE: bool>(
        xs: &[f64],
        lead: usize,
        cuts: Cuts,
        rows: &mut [Row<'_>; MOST],
        left: &mut [u64; MOST],
    ) {
        let mut sums = [Sums::new(); MOST];
        let mut doubles = [Sums::new(); MOST];
        let mut rests = [_mm512_setzero_si512(); MOST];
        for at in (0..rows[FIRST].plain.len() - LANES).step_by(LANES) {
            let mut rest = values(xs, at, lead);
            for k in 0..END {
                let cut = _mm512_set1_pd(cuts.round[k]);
                let part = _mm512_sub_pd(_mm512_add_pd(rest, cut), cut);
                rest = _mm512_sub_pd(rest, part);
                if k >= FIRST {
                    rests[k] = _mm512_or_si512(rests[k], _mm512_castpd_si512(rest));
                    let sum = sums[k].next(part);
                    store(sum, &mut rows[k].plain[LANES + at..]);
                    if DOUBLE {
                        store(doubles[k].next(sum), &mut rows[k].double[LANES + at..]);
                    }
                }
            }
        }
        for k in FIRST..END {
            // The sign of a zero does not count.
            left[k] = _mm512_reduce_or_epi64(rests[k]).cast_unsigned() << 1;
        }
    }

    /// Eight values from place `at` on, where `xs` follows `lead` zeros and is followed by zeros.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn values(xs: &[f64], at: usize, lead: usize) -> __m512d {
        let (from, all) = (at.wrapping_sub(lead), u32::from(u8::MAX));
        if from < xs.len() && xs.len() - from >= LANES {
            return load(&xs[from..]);
        }
        // Lanes before the first value, and those from the last one on, are none.
        let before = lead.saturating_sub(at).min(LANES);
        let until = (lead + xs.len()).saturating_sub(at).min(LANES);
        let is_there = (all << before) & !(all << until);
        // SAFETY: only the lanes are read that are values.
        #[allow(unsafe_code)]
        unsafe {
            _mm512_maskz_loadu_pd(is_there as u8, xs.as_ptr().wrapping_add(from))
        }
    }

    /// Sums up to each value of the register before.
    #[derive(Clone, Copy)]
    struct Sums {
        /// Of one value, two, four, and all.
        one: __m512d,
        two: __m512d,
        four: __m512d,
        all: __m512d,
    }

    impl Sums {
        #[inline]
        #[target_feature(enable = "avx512f")]
        fn new() -> Self {
            let zero = _mm512_setzero_pd();
            Self {
                one: zero,
                two: zero,
                four: zero,
                all: zero,
            }
        }

        /// Of all values up to each of these.
        #[inline]
        #[target_feature(enable = "avx512f")]
        fn next(&mut self, one: __m512d) -> __m512d {
            let two = _mm512_add_pd(one, back::<7>(self.one, one));
            let four = _mm512_add_pd(two, back::<6>(self.two, two));
            let eight = _mm512_add_pd(four, back::<4>(self.four, four));
            let all = _mm512_add_pd(self.all, eight);
            *self = Self {
                one,
                two,
                four,
                all,
            };
            all
        }
    }

    /// The eight values that begin at lane `FROM` of `before`, where `x` follows.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn back<const FROM: i32>(before: __m512d, x: __m512d) -> __m512d {
        let (before, x) = (_mm512_castpd_si512(before), _mm512_castpd_si512(x));
        _mm512_castsi512_pd(_mm512_alignr_epi64::<FROM>(x, before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::largest;
    use proptest::prelude::*;

    /// What is left after each part, and the sums.
    type Scanned = ([u64; MOST], Vec<Vec<f64>>);

    fn scanned(
        len: usize,
        is_double: bool,
        run: impl FnOnce(&mut [Row<'_>; MOST], &mut [u64; MOST]),
    ) -> Scanned {
        let mut memory = vec![vec![f64::NAN; len + LANES]; 2 * MOST];
        let mut rest = memory.iter_mut();
        let mut next = || rest.next().map_or(&mut [][..], |row| &mut row[..]);
        let mut rows = [(); MOST].map(|()| Row {
            plain: next(),
            double: if is_double { next() } else { &mut [] },
        });
        let mut left = [0; MOST];
        run(&mut rows, &mut left);
        (left, memory)
    }

    proptest! {
        /// In registers as one by one.
        #[test]
        fn registers_hold_the_sums(
            xs in prop::collection::vec(
                prop_oneof![8 => -1e4..1e4f64, 1 => Just(-0.0), 1 => -1e-9..1e-9f64],
                0..100,
            ),
            lead in 0..LANES,
            is_double in any::<bool>(),
        ) {
            let len = (lead + xs.len()).next_multiple_of(LANES);
            let Some(cuts) = Cuts::of(largest(&xs), 14) else { return Ok(()) };
            let got = scanned(len, is_double, |rows, left| {
                scan::<0, 2>(&xs, lead, cuts, rows, left);
                scan::<2, 3>(&xs, lead, cuts, rows, left);
            });
            let want = scanned(len, is_double, |rows, left| {
                one_by_one::<0, 3>(&xs, lead, cuts, (&mut *rows, is_double), left);
                for row in rows {
                    row.plain[..LANES].fill(0.0);
                    row.double.iter_mut().take(LANES).for_each(|x| *x = 0.0);
                }
            });
            prop_assert_eq!(got.0.map(|left| left == 0), want.0.map(|left| left == 0));
            for (got, want) in got.1.iter().zip(&want.1) {
                let bits = |xs: &[f64]| -> Vec<u64> { xs.iter().map(|x| x.to_bits()).collect() };
                prop_assert_eq!(bits(got), bits(want));
            }
        }
    }
}
