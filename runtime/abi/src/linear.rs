//! Recurrences that are linear in their own past for a block of bars: `y = y[1] * a + b`, and
//! `y = y[1] + (b - y[1]) * a`, which goes a share of the way towards b.
//!
//! Each bar waits for the one before it, so one recurrence alone leaves the processor idle most of
//! the time; several that do not depend on each other advance side by side. A product, then a sum:
//! the operations of one bar, in their order.

use crate::lanes::is_whole;

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
}

#[inline(always)]
fn go_on(form: Form, last: f64, a: f64, b: f64) -> f64 {
    match form {
        Form::Plus => last + b,
        Form::Times => last * a + b,
        Form::Towards => last + (b - last) * a,
    }
}

/// Where a recurrence stands between blocks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LinearState {
    /// Whether a seed has been seen.
    pub started: bool,
    /// The last value that is not na, or the last one.
    pub last: f64,
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

/// Recurrences side by side.
const SIDE: usize = 8;

/// Advances all of them by a block.
pub fn linear(lanes: &mut [LinearLane<'_>]) {
    // Those that go straight through, of one kind together.
    let mut plain: Vec<(Kind, &mut LinearLane<'_>)> = Vec::with_capacity(lanes.len());
    for lane in lanes {
        match lane.kind() {
            Some(kind) => plain.push((kind, lane)),
            None => lane.step_by_step(),
        }
    }
    plain.sort_by_key(|(kind, _)| *kind);
    for same in plain.chunk_by_mut(|(a, _), (b, _)| a == b) {
        match same[0].0 {
            (Form::Plus, _) => in_groups::<0, false>(same),
            (Form::Times, false) => in_groups::<1, false>(same),
            (Form::Times, true) => in_groups::<1, true>(same),
            (Form::Towards, false) => in_groups::<2, false>(same),
            (Form::Towards, true) => in_groups::<2, true>(same),
        }
    }
}

/// The form, and whether the factor is a column.
type Kind = (Form, bool);

impl LinearLane<'_> {
    /// Its kind, where it has started, and nothing it reads is missing.
    fn kind(&self) -> Option<Kind> {
        let (a, column) = match self.a {
            Factor::None => (true, false),
            Factor::Number(a) => (a.is_finite(), false),
            Factor::Column(a) => (is_whole(a), true),
        };
        let plain = a && self.state.started && self.state.last.is_finite() && is_whole(self.b);
        plain.then_some((self.form, column))
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
                    };
                }
                seed
            };
        }
    }
}

fn in_groups<const FORM: u8, const COLUMN: bool>(lanes: &mut [(Kind, &mut LinearLane<'_>)]) {
    let mut rest = lanes;
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

/// `N` recurrences that have started and miss no value.
fn side_by_side<const FORM: u8, const COLUMN: bool, const N: usize>(
    lanes: &mut [(Kind, &mut LinearLane<'_>)],
) {
    let form = [Form::Plus, Form::Times, Form::Towards][FORM as usize];
    let len = lanes.iter().map(|(_, l)| l.out.len()).min().unwrap_or(0);
    let before: [f64; N] = std::array::from_fn(|i| lanes[i].1.state.last);
    let number: [f64; N] = std::array::from_fn(|i| match lanes[i].1.a {
        Factor::Number(a) => a,
        _ => 1.0,
    });
    let mut last = before;
    {
        let mut lanes = lanes.iter_mut();
        let mut parts: [(&[f64], &[f64], &mut [f64]); N] = std::array::from_fn(|_| {
            lanes
                .next()
                .map_or((&[][..], &[][..], &mut [][..]), |(_, lane)| {
                    let a = match lane.a {
                        Factor::Column(a) => &a[..len],
                        _ => &lane.b[..len],
                    };
                    (a, &lane.b[..len], &mut lane.out[..len])
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
    for (i, (_, lane)) in lanes.iter_mut().enumerate() {
        if last[i].is_finite() {
            lane.state.last = last[i];
        } else {
            // Beyond the range of doubles somewhere on the way, where na steps are left out.
            lane.step_by_step();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
                        _ => Form::Towards,
                    },
                    a: match lane.0 {
                        0 => Factor::None,
                        1 | 3 => Factor::Number(lane.1),
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
            lanes in prop::collection::vec((0u8..5, -2.0..2.0f64, any::<bool>()), 1..20),
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
