//! Recurrences that are linear in their own past for a block of bars: `y = y[1] * a + b`,
//! `y = (y[1] + b) * a`, and `y = y[1] + (b - y[1]) * a`, which goes a share of the way towards b,
//! the first and the last also fused; and the last value that is known.
//!
//! Those that do not depend on each other advance side by side (`runs`), and so do the
//! parts of one that forgets where it came from ([`crate::ahead`]). The operations of one bar keep
//! their order, and none is fused that is not written so.

use crate::ahead::in_parts;
use crate::lanes::is_whole;
use crate::runs::Kind;

/// The factor a.
#[derive(Debug, Clone, Copy)]
pub enum Factor<'a> {
    /// None: `y[1] + b`.
    None,
    /// The same on every bar.
    Number(f64),
    /// One value per bar.
    Column(&'a [f64]),
}

/// How the last value goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `y[1] + b`
    Plus,
    /// `y[1] * a + b`
    Times,
    /// `y[1] + (b - y[1]) * a`
    Towards,
    /// `(y[1] + b) * a`
    Into,
    /// `y[1] * a + b`, rounded once
    TimesFused,
    /// `y[1] + (b - y[1]) * a`, product and sum rounded once
    TowardsFused,
    /// b, where it is not na, else `y[1]`
    Known,
}

/// The forms that go on by arithmetic, by the number that stands for each in a loop made for it.
pub(crate) const FORMS: [Form; 6] = [
    Form::Plus,
    Form::Times,
    Form::Towards,
    Form::Into,
    Form::TimesFused,
    Form::TowardsFused,
];

impl Form {
    /// Whether it has a fused product.
    pub(crate) const fn is_fused(self) -> bool {
        matches!(self, Self::TimesFused | Self::TowardsFused)
    }
}

#[inline(always)]
pub(crate) fn go_on(form: Form, last: f64, a: f64, b: f64) -> f64 {
    match form {
        Form::Plus => last + b,
        Form::Times => last * a + b,
        Form::Towards => last + (b - last) * a,
        Form::Into => (last + b) * a,
        Form::TimesFused => last.mul_add(a, b),
        Form::TowardsFused => (b - last).mul_add(a, last),
        Form::Known if b.is_nan() => last,
        Form::Known => b,
    }
}

/// Where a recurrence stands between blocks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LinearState {
    /// Whether a seed has been seen.
    pub started: bool,
    /// The last value that is not na, or the last one.
    pub last: f64,
    /// Bars after which it did not matter where it came from, as last measured; 0 before that.
    pub forgets: usize,
}

/// One recurrence of several; all columns have one value per bar of the block.
#[derive(Debug)]
pub struct LinearLane<'a> {
    /// How it goes on.
    pub form: Form,
    /// The factor.
    pub a: Factor<'a>,
    /// What is added, or gone towards.
    pub b: &'a [f64],
    /// The value on the first bar where this is not na.
    pub seed: &'a [f64],
    /// Whether an na step leaves the state as it is.
    pub keeps: bool,
    /// Where it stands.
    pub state: &'a mut LinearState,
    /// Its results.
    pub out: &'a mut [f64],
}

/// Advances all of them by a block.
pub fn linear(lanes: &mut [LinearLane<'_>]) {
    // Those that go straight through, of one kind together.
    let mut plain: Vec<(Kind, &mut LinearLane<'_>)> = Vec::with_capacity(lanes.len());
    for lane in lanes {
        match lane.kind() {
            _ if lane.form == Form::Known => lane.known(),
            Some(kind) => plain.push((kind, lane)),
            None => lane.step_by_step(),
        }
    }
    plain.sort_by_key(|(kind, _)| *kind);
    let kinds: Vec<Kind> = plain.iter().map(|(kind, _)| *kind).collect();
    let mut lanes: Vec<&mut LinearLane<'_>> = plain.into_iter().map(|(_, lane)| lane).collect();
    let mut rest = &mut lanes[..];
    for same in kinds.chunk_by(|a, b| a == b) {
        let (lanes, more) = rest.split_at_mut(same.len());
        rest = more;
        let forgets: Vec<usize> = lanes.iter().map(|lane| lane.state.forgets).collect();
        in_parts(same[0], lanes);
        for (lane, forgets) in lanes.iter_mut().zip(forgets) {
            match lane.out.last() {
                Some(last) if last.is_finite() => lane.state.last = *last,
                // Something is missing, or beyond the range of doubles: from there on nothing was
                // finite, and na steps may have to be left out.
                _ => {
                    lane.state.forgets = forgets;
                    lane.step_by_step();
                }
            }
        }
    }
}

impl LinearLane<'_> {
    /// Its kind, where it can go straight on.
    fn kind(&self) -> Option<Kind> {
        let (a, column) = match self.a {
            Factor::None => (true, false),
            Factor::Number(a) => (a.is_finite(), false),
            Factor::Column(_) => (true, true),
        };
        let plain = a && !self.out.is_empty() && self.state.started && self.state.last.is_finite();
        plain.then_some((self.form, column))
    }

    /// What is known does not wait for anything where nothing is missing.
    fn known(&mut self) {
        match self.b.last() {
            Some(last) if self.state.started && is_whole(self.b) => {
                self.out.copy_from_slice(self.b);
                self.state.last = *last;
            }
            _ => self.step_by_step(),
        }
    }

    /// One bar after the other, whatever is missing.
    pub(crate) fn step_by_step(&mut self) {
        for t in 0..self.out.len() {
            self.out[t] = if self.state.started {
                let last = self.state.last;
                let a = match self.a {
                    Factor::None => 1.0,
                    Factor::Number(a) => a,
                    Factor::Column(a) => a[t],
                };
                let value = go_on(self.form, last, a, self.b[t]);
                if !(self.keeps && value.is_nan()) {
                    self.state.last = value;
                }
                value
            } else {
                let seed = self.seed[t];
                if !seed.is_nan() {
                    *self.state = LinearState {
                        started: true,
                        last: seed,
                        ..*self.state
                    };
                }
                seed
            };
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A form that goes on by arithmetic with a factor.
    pub(crate) fn form_with_a_factor() -> impl Strategy<Value = Form> {
        let with_a_factor: Vec<Form> = FORMS.into_iter().filter(|f| *f != Form::Plus).collect();
        prop::sample::select(with_a_factor)
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            100 => -100.0..100.0f64,
            2 => Just(0.0),
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
            1 => Just(1e308),
        ]
    }

    fn run(block: usize, lanes: &[(u8, f64, bool)], columns: &[[Vec<f64>; 3]]) -> Vec<Vec<f64>> {
        let bars = columns[0][0].len();
        let mut out = vec![vec![0.0; bars]; lanes.len()];
        let mut states = vec![LinearState::default(); lanes.len()];
        for start in (0..bars).step_by(block) {
            let end = (start + block).min(bars);
            let mut parts: Vec<LinearLane<'_>> = lanes
                .iter()
                .zip(columns)
                .zip(states.iter_mut().zip(&mut out))
                .map(|((lane, [a, b, seed]), (state, out))| LinearLane {
                    form: match lane.0 {
                        0 => Form::Plus,
                        1 | 2 => Form::Times,
                        3 | 4 => Form::Towards,
                        5 | 6 => Form::Into,
                        8 | 9 => Form::TimesFused,
                        10 | 11 => Form::TowardsFused,
                        _ => Form::Known,
                    },
                    a: match lane.0 {
                        0 | 7 => Factor::None,
                        1 | 3 | 5 | 8 | 10 => Factor::Number(lane.1),
                        _ => Factor::Column(&a[start..end]),
                    },
                    b: &b[start..end],
                    seed: &seed[start..end],
                    keeps: lane.2,
                    state,
                    out: &mut out[start..end],
                })
                .collect();
            linear(&mut parts);
        }
        out
    }

    proptest! {
        /// In any blocks and any company, equals bar by bar and alone.
        #[test]
        fn side_by_side_equals_alone(
            lanes in prop::collection::vec((0u8..12, -2.0..2.0f64, any::<bool>()), 1..20),
            values in prop::collection::vec(value(), 600),
            bars in 1usize..200,
            block in 1usize..64,
        ) {
            let columns: Vec<[Vec<f64>; 3]> = (0..lanes.len())
                .map(|i| [0, 1, 2].map(|k| values.iter().cycle().skip(i * 31 + k * 200).take(bars).copied().collect()))
                .collect();
            let together = run(block, &lanes, &columns);
            for (i, got) in together.iter().enumerate() {
                let alone = run(1, &lanes[i..=i], &columns[i..=i]);
                let bits = |v: &[f64]| v.iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect::<Vec<_>>();
                prop_assert_eq!(bits(got), bits(&alone[0]), "lane {}", i);
            }
        }
    }
}
