//! Recurrences, and recurrences that follow one another, a register of them at a time: lane by lane
//! the operations of [`crate::runs`] and [`crate::chain`].
//!
//! Eight bars at a time are turned from columns into lanes, and back. Only where the processor
//! has registers of eight doubles; elsewhere the recurrences advance one by one.

use crate::linear::Form;

/// Lanes of a register.
const LANES: usize = 8;

/// Recurrences that advance together at most.
pub(crate) const MOST: usize = 3 * LANES;

/// Fewest recurrences for which a register pays.
pub(crate) const FEWEST: usize = 5;

/// Up to [`MOST`] chains of `LINKS` recurrences of one form. Link `k` of chain `i` stands at
/// `i * LINKS + k` of the factors, the last values and the results; the first link takes the series
/// of the chain, each other one the link before it. All series and results have one length.
pub(crate) struct Abreast<'a, 'o> {
    pub(crate) form: Form,
    /// One series per chain.
    pub(crate) bs: &'a [&'a [f64]],
    pub(crate) factors: &'a [f64],
    pub(crate) last: &'a mut [f64],
    pub(crate) outs: &'a mut [&'o mut [f64]],
}

/// Whether [`Abreast::run`] can be used here.
pub(crate) fn is_possible() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx512f")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

impl Abreast<'_, '_> {
    /// Advances them to the end of their series; false where they have not been touched.
    pub(crate) fn run<const LINKS: usize>(&mut self) -> bool {
        if self
            .bs
            .windows(2)
            .all(|pair| std::ptr::eq(pair[0], pair[1]))
        {
            self.run_over::<LINKS, true>()
        } else {
            self.run_over::<LINKS, false>()
        }
    }

    /// `SAME` says that all chains have the same series.
    fn run_over<const LINKS: usize, const SAME: bool>(&mut self) -> bool {
        #[cfg(target_arch = "x86_64")]
        if is_possible() {
            let wide = self.bs.len().div_ceil(LANES);
            // SAFETY: the feature was found on this machine.
            #[allow(unsafe_code)]
            unsafe {
                return match self.form {
                    Form::Times => self.of_form::<1, LINKS, SAME>(wide),
                    Form::Towards => self.of_form::<2, LINKS, SAME>(wide),
                    Form::Into => self.of_form::<3, LINKS, SAME>(wide),
                    Form::TimesFused => self.of_form::<4, LINKS, SAME>(wide),
                    Form::TowardsFused => self.of_form::<5, LINKS, SAME>(wide),
                    Form::Plus | Form::Known => false,
                };
            }
        }
        false
    }
}

#[cfg(target_arch = "x86_64")]
mod registers {
    use std::arch::x86_64::{
        __m512d, _mm512_add_pd, _mm512_fmadd_pd, _mm512_mul_pd, _mm512_set1_pd, _mm512_sub_pd,
    };

    use super::{Abreast, LANES};
    use crate::linear::{FORMS, Form, go_on};
    use crate::turn::registers::{load, store, turn};

    impl Abreast<'_, '_> {
        /// In so many registers; false where there are too many for them.
        #[target_feature(enable = "avx512f")]
        pub(super) fn of_form<const FORM: usize, const LINKS: usize, const SAME: bool>(
            &mut self,
            wide: usize,
        ) -> bool {
            match wide {
                1 => self.advance::<FORM, LINKS, 1, SAME>(),
                2 => self.advance::<FORM, LINKS, 2, SAME>(),
                3 => self.advance::<FORM, LINKS, 3, SAME>(),
                _ => return false,
            }
            true
        }

        #[target_feature(enable = "avx512f")]
        fn advance<const FORM: usize, const LINKS: usize, const WIDE: usize, const SAME: bool>(
            &mut self,
        ) {
            let chains = self.bs.len();
            let bars = self.bs.first().map_or(0, |b| b.len());
            let factors = spread::<LINKS, WIDE>(self.factors);
            let mut last = spread::<LINKS, WIDE>(self.last);
            let whole = bars - bars % LANES;
            for t in (0..whole).step_by(LANES) {
                let mut series = [[_mm512_set1_pd(0.0); LANES]; WIDE];
                if SAME {
                    for (j, b) in series[0].iter_mut().enumerate() {
                        *b = _mm512_set1_pd(self.bs[0][t + j]);
                    }
                } else {
                    for (w, series) in series.iter_mut().enumerate() {
                        let lanes = &self.bs[w * LANES..chains.min((w + 1) * LANES)];
                        let mut columns = [_mm512_set1_pd(0.0); LANES];
                        for (column, b) in columns.iter_mut().zip(lanes) {
                            *column = load(&b[t..t + LANES]);
                        }
                        *series = turn(&columns);
                    }
                }
                let mut rows = [[[_mm512_set1_pd(0.0); LANES]; WIDE]; LINKS];
                for j in 0..LANES {
                    for w in 0..WIDE {
                        let mut b = series[if SAME { 0 } else { w }][j];
                        for k in 0..LINKS {
                            b = step::<FORM>(last[k][w], factors[k][w], b);
                            last[k][w] = b;
                            rows[k][w][j] = b;
                        }
                    }
                }
                for (k, rows) in rows.iter().enumerate() {
                    for (w, rows) in rows.iter().enumerate() {
                        let columns = turn(rows);
                        let lanes = w * LANES..chains.min((w + 1) * LANES);
                        for (column, chain) in columns.iter().zip(lanes) {
                            store(*column, &mut self.outs[chain * LINKS + k][t..t + LANES]);
                        }
                    }
                }
            }
            for (k, last) in last.iter().enumerate() {
                for (w, last) in last.iter().enumerate() {
                    let mut lanes = [0.0; LANES];
                    store(*last, &mut lanes);
                    let chains = w * LANES..chains.min((w + 1) * LANES);
                    for (last, chain) in lanes.iter().zip(chains) {
                        self.last[chain * LINKS + k] = *last;
                    }
                }
            }
            for t in whole..bars {
                for (chain, b) in self.bs.iter().enumerate() {
                    let mut b = b[t];
                    for i in chain * LINKS..(chain + 1) * LINKS {
                        b = go_on(FORMS[FORM], self.last[i], self.factors[i], b);
                        self.last[i] = b;
                        self.outs[i][t] = b;
                    }
                }
            }
        }
    }

    /// Figures of chains in registers; lanes without a chain are 0.
    #[target_feature(enable = "avx512f")]
    fn spread<const LINKS: usize, const WIDE: usize>(from: &[f64]) -> [[__m512d; WIDE]; LINKS] {
        let mut registers = [[_mm512_set1_pd(0.0); WIDE]; LINKS];
        for (k, registers) in registers.iter_mut().enumerate() {
            for (w, register) in registers.iter_mut().enumerate() {
                let mut lanes = [0.0; LANES];
                for (lane, to) in lanes.iter_mut().enumerate() {
                    let chain = w * LANES + lane;
                    *to = from.get(chain * LINKS + k).copied().unwrap_or(0.0);
                }
                *register = load(&lanes);
            }
        }
        registers
    }

    /// As [`go_on`], in eight lanes.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn step<const FORM: usize>(last: __m512d, a: __m512d, b: __m512d) -> __m512d {
        match FORMS[FORM] {
            Form::Times => _mm512_add_pd(_mm512_mul_pd(last, a), b),
            Form::Into => _mm512_mul_pd(_mm512_add_pd(last, b), a),
            Form::TimesFused => _mm512_fmadd_pd(last, a, b),
            Form::TowardsFused => _mm512_fmadd_pd(_mm512_sub_pd(b, last), a, last),
            _ => _mm512_add_pd(last, _mm512_mul_pd(_mm512_sub_pd(b, last), a)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::go_on;
    use crate::linear::tests::form_with_a_factor;
    use proptest::prelude::*;

    fn equals_one_by_one<const LINKS: usize>(
        form: Form,
        chains: usize,
        series: &[Vec<f64>],
        values: &[f64],
    ) {
        let bars = series.iter().map(Vec::len).min().unwrap_or(0);
        let bs: Vec<&[f64]> = (0..chains)
            .map(|i| &series[i % series.len()][..bars])
            .collect();
        let count = chains * LINKS;
        let factors: Vec<f64> = values.iter().cycle().take(count).copied().collect();
        let begin: Vec<f64> = values.iter().rev().cycle().take(count).copied().collect();
        let mut got = vec![vec![0.0; bars]; count];
        let mut last = begin.clone();
        let mut outs: Vec<&mut [f64]> = got.iter_mut().map(|out| &mut out[..]).collect();
        let mut all = Abreast {
            form,
            bs: &bs,
            factors: &factors,
            last: &mut last,
            outs: &mut outs,
        };
        if !all.run::<LINKS>() {
            return;
        }
        let mut want = begin;
        for t in 0..bars {
            for (chain, b) in bs.iter().enumerate() {
                let mut b = b[t];
                for i in chain * LINKS..(chain + 1) * LINKS {
                    b = go_on(form, want[i], factors[i], b);
                    want[i] = b;
                    assert_eq!(got[i][t].to_bits(), b.to_bits(), "chain {chain}, bar {t}");
                }
            }
        }
        assert_eq!(last, want);
    }

    proptest! {
        /// Equals one recurrence after the other.
        #[test]
        fn abreast_equals_one_by_one(
            form in form_with_a_factor(),
            chains in 1usize..=MOST,
            series in prop::collection::vec(prop::collection::vec(-9.0..9.0f64, 0..40), 1..4),
            values in prop::collection::vec(-0.9..0.9f64, 1..60),
        ) {
            equals_one_by_one::<1>(form, chains, &series, &values);
            equals_one_by_one::<2>(form, chains, &series, &values);
            equals_one_by_one::<3>(form, chains, &series, &values);
            equals_one_by_one::<6>(form, chains, &series, &values);
        }
    }
}
