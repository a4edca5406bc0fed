//! Linear recurrences that miss no value, side by side: each bar of one waits for the bar before
//! it, so that one alone leaves the processor idle most of the time.

use crate::abreast::{self, Abreast};
use crate::linear::{FORMS, Factor, Form, go_on};
use crate::math;

/// A recurrence on some bars, or a part of one.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(crate) a: Factor<'a>,
    pub(crate) b: &'a [f64],
    /// The value before the first bar; after it has been advanced that of the last bar.
    pub(crate) last: f64,
    pub(crate) out: &'a mut [f64],
}

/// The form, and whether the factor is a column.
pub(crate) type Kind = (Form, bool);

/// Runs side by side.
const SIDE: usize = 8;

/// Advances runs of one kind to their ends.
pub(crate) fn advance(kind: Kind, runs: &mut [Run<'_>]) {
    match kind {
        (Form::Plus | Form::Known, _) => in_groups::<0, false>(runs),
        (Form::Times, false) => in_groups::<1, false>(runs),
        (Form::Times, true) => in_groups::<1, true>(runs),
        (Form::Towards, false) => in_groups::<2, false>(runs),
        (Form::Towards, true) => in_groups::<2, true>(runs),
        (Form::Into, false) => in_groups::<3, false>(runs),
        (Form::Into, true) => in_groups::<3, true>(runs),
        (Form::TimesFused, false) => in_groups::<4, false>(runs),
        (Form::TimesFused, true) => in_groups::<4, true>(runs),
        (Form::TowardsFused, false) => in_groups::<5, false>(runs),
        (Form::TowardsFused, true) => in_groups::<5, true>(runs),
    }
}

fn in_groups<const FORM: u8, const COLUMN: bool>(runs: &mut [Run<'_>]) {
    // Those over the same series first, then all others of a length.
    let mut alone: Vec<&mut Run<'_>> = Vec::with_capacity(runs.len());
    let in_registers = FORM != 0 && !COLUMN && abreast::is_possible();
    let same = |a: &Run<'_>, b: &Run<'_>| std::ptr::eq(a.b, b.b);
    for group in runs.chunk_by_mut(same) {
        let mut group: Vec<&mut Run<'_>> = group.iter_mut().collect();
        if in_registers && group.len() >= abreast::FEWEST {
            group.chunks_mut(abreast::MOST).for_each(abreast_of::<FORM>);
        } else {
            alone.append(&mut group);
        }
    }
    if in_registers {
        while alone.len() >= abreast::FEWEST {
            let mut group = alone.split_off(alone.len().saturating_sub(abreast::MOST));
            abreast_of::<FORM>(&mut group);
        }
    }
    let mut rest = &mut alone[..];
    while rest.len() >= SIDE {
        let (group, more) = rest.split_at_mut(SIDE);
        side_by_side::<FORM, COLUMN, SIDE>(group);
        rest = more;
    }
    if rest.len() >= 4 {
        let (group, more) = rest.split_at_mut(4);
        side_by_side::<FORM, COLUMN, 4>(group);
        rest = more;
    }
    match rest.len() {
        3 => side_by_side::<FORM, COLUMN, 3>(rest),
        2 => side_by_side::<FORM, COLUMN, 2>(rest),
        1 => side_by_side::<FORM, COLUMN, 1>(rest),
        _ => {}
    }
}

/// Runs in registers, those that are longer than the shortest to the end.
fn abreast_of<const FORM: u8>(runs: &mut [&mut Run<'_>]) {
    let factor = |run: &Run<'_>| match run.a {
        Factor::Number(a) => a,
        _ => 1.0,
    };
    let len = runs.iter().map(|run| run.out.len()).min().unwrap_or(0);
    let factors: Vec<f64> = runs.iter().map(|run| factor(run)).collect();
    let mut last: Vec<f64> = runs.iter().map(|run| run.last).collect();
    let bs: Vec<&[f64]> = runs.iter().map(|run| &run.b[..len]).collect();
    let outs = runs.iter_mut().map(|run| &mut run.out[..len]);
    let mut outs: Vec<&mut [f64]> = outs.collect();
    Abreast {
        form: FORMS[FORM as usize],
        bs: &bs,
        factors: &factors,
        last: &mut last,
        outs: &mut outs,
    }
    .run::<1>();
    for (run, last) in runs.iter_mut().zip(last) {
        run.finish(FORMS[FORM as usize], len, last);
    }
}

impl Run<'_> {
    /// Goes on from bar `from`, before which the value was `last`.
    fn finish(&mut self, form: Form, from: usize, mut last: f64) {
        for t in from..self.out.len() {
            let a = match self.a {
                Factor::Column(a) => a[t],
                Factor::Number(a) => a,
                Factor::None => 1.0,
            };
            last = go_on(form, last, a, self.b[t]);
            self.out[t] = last;
        }
        self.last = last;
    }
}

/// Some runs, with the instruction for fused products where they need it and there is one.
fn side_by_side<const FORM: u8, const COLUMN: bool, const N: usize>(runs: &mut [&mut Run<'_>]) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "fma")]
        fn fused<const FORM: u8, const COLUMN: bool, const N: usize>(runs: &mut [&mut Run<'_>]) {
            side_by_side_here::<FORM, COLUMN, N>(runs);
        }
        if FORMS[FORM as usize].is_fused() && math::fma_is_fast() {
            // SAFETY: the feature was found on this machine.
            #[allow(unsafe_code)]
            return unsafe { fused::<FORM, COLUMN, N>(runs) };
        }
    }
    side_by_side_here::<FORM, COLUMN, N>(runs);
}

#[inline(always)]
fn side_by_side_here<const FORM: u8, const COLUMN: bool, const N: usize>(
    runs: &mut [&mut Run<'_>],
) {
    let form = FORMS[FORM as usize];
    let len = runs.iter().map(|run| run.out.len()).min().unwrap_or(0);
    let mut last: [f64; N] = std::array::from_fn(|i| runs[i].last);
    let number: [f64; N] = std::array::from_fn(|i| match runs[i].a {
        Factor::Number(a) => a,
        _ => 1.0,
    });
    {
        let mut runs = runs.iter_mut();
        let mut parts: [(&[f64], &[f64], &mut [f64]); N] = std::array::from_fn(|_| {
            runs.next().map_or((&[][..], &[][..], &mut [][..]), |run| {
                let a = match run.a {
                    Factor::Column(a) => &a[..len],
                    _ => &run.b[..len],
                };
                (a, &run.b[..len], &mut run.out[..len])
            })
        });
        for t in 0..len {
            for (i, (a, b, out)) in parts.iter_mut().enumerate() {
                // SAFETY: all slices have `len` values, as cut above.
                #[allow(unsafe_code)]
                unsafe {
                    let a = if COLUMN {
                        *a.get_unchecked(t)
                    } else {
                        number[i]
                    };
                    let y = go_on(form, last[i], a, *b.get_unchecked(t));
                    *out.get_unchecked_mut(t) = y;
                    last[i] = y;
                }
            }
        }
    }
    for (run, last) in runs.iter_mut().zip(last) {
        run.finish(form, len, last);
    }
}
