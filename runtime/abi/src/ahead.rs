//! Recurrences that forget where they came from, cut into parts that advance side by side.
//!
//! A recurrence that keeps less than all of its last value comes, from any two beginnings, to the
//! same bits after a while: the distance shrinks bar by bar until rounding swallows it. So all parts
//! of a block begin at once, the later ones from a guess; then each is computed again from where the
//! part before it ended, until it meets what it had. From there on nothing can differ. Where they do
//! not meet, the rest is computed bar by bar: a guess decides how long it takes, never the result.

use std::ops::Range;

use crate::linear::{Factor, Form, LinearLane, go_on};
use crate::runs::{Kind, Run, advance};

/// Bars computed again between two looks at whether a part has met what it had.
const ROUND: usize = 64;

/// Runs that keep the processor busy.
const BUSY: usize = 8;

/// Bars until two beginnings have come together, times the share of the last value that is not
/// kept: 53 bits of distance, and some luck with the last of them.
const UNTIL_MET: f64 = 45.0;

/// Whether it is worth cutting a recurrence of this factor and form, where `lanes` of them stand
/// side by side, into four parts or more; `forgets` is what was measured.
#[must_use]
pub fn is_worth_cutting(form: Form, a: f64, forgets: usize, bars: usize, lanes: usize) -> bool {
    cuts(expected(form, Factor::Number(a), forgets), bars, lanes) >= 4
}

/// Bars after which the beginning does not matter any more, as measured, else as expected.
fn expected(form: Form, a: Factor<'_>, measured: usize) -> f64 {
    if measured > 0 {
        return measured as f64;
    }
    let share = match (form, a) {
        (Form::Plus | Form::Known, _) | (_, Factor::None) => 0.0,
        (_, Factor::Column(_)) => 0.1,
        (Form::Towards | Form::TowardsFused, Factor::Number(a)) => a,
        (Form::Times | Form::TimesFused | Form::Into, Factor::Number(a)) => 1.0 - a,
    };
    if share > 0.0 && share < 2.0 {
        UNTIL_MET / share
    } else {
        f64::INFINITY
    }
}

/// Into how many parts it is worth cutting a block, where so many lanes stand side by side.
fn cuts(forgets: f64, bars: usize, lanes: usize) -> usize {
    let parts = ((bars as f64 / (1.25 * forgets)) as usize).min(BUSY / lanes.max(1));
    // What all parts take at once, and what is computed again.
    let share = 1.0 / parts.max(1) as f64 + forgets / bars.max(1) as f64;
    if share < 0.85 { parts } else { 1 }
}

/// A part of a lane: its bars, where it began the second time, and how far that has come.
struct Part {
    bars: Range<usize>,
    began: f64,
    at: usize,
    last: f64,
    is_open: bool,
}

/// Advances lanes of one kind, which have started, by a block of at least one bar, as if no value
/// were missing. Their states stay as they are, but for what they have forgotten when.
pub(crate) fn in_parts(kind: Kind, lanes: &mut [&mut LinearLane<'_>]) {
    let count = lanes.len();
    let mut parts: Vec<Vec<Part>> = lanes
        .iter()
        .map(|lane| {
            let bars = lane.out.len();
            cut(
                bars,
                cuts(expected(lane.form, lane.a, lane.state.forgets), bars, count),
            )
        })
        .collect();
    let mut runs = Vec::with_capacity(BUSY.max(count));
    for (lane, parts) in lanes.iter_mut().zip(&parts) {
        let last = lane.state.last;
        let begins = |part: &Part| match part.bars.start {
            0 => last,
            at => guess(lane.form, lane.a, lane.b[at - 1]),
        };
        let pieces: Vec<_> = parts.iter().map(|p| (p.bars.clone(), begins(p))).collect();
        add_runs(lane, pieces, &mut runs);
    }
    advance(kind, &mut runs);
    if parts.iter().all(|parts| parts.len() == 1) {
        return;
    }
    drop(runs);
    meet(kind, lanes, &mut parts);
    for (lane, parts) in lanes.iter_mut().zip(&parts) {
        if let [_, parts @ ..] = &parts[..] {
            finish(lane, parts);
        }
    }
}

fn cut(bars: usize, count: usize) -> Vec<Part> {
    let each = bars / count;
    let part = |k: usize| Part {
        bars: k * each..if k + 1 == count { bars } else { (k + 1) * each },
        began: 0.0,
        at: k * each,
        last: 0.0,
        is_open: k > 0,
    };
    (0..count).map(part).collect()
}

/// Where a recurrence may stand, going by what it went towards or was added.
fn guess(form: Form, a: Factor<'_>, b: f64) -> f64 {
    match (form, a) {
        (Form::Times | Form::TimesFused, Factor::Number(a)) => b / (1.0 - a),
        (Form::Into, _) => 0.0,
        _ => b,
    }
}

/// Runs over pieces of a lane, in their order, each from a value on.
fn add_runs<'r>(
    lane: &'r mut LinearLane<'_>,
    pieces: Vec<(Range<usize>, f64)>,
    runs: &mut Vec<Run<'r>>,
) {
    let (a, b) = (lane.a, lane.b);
    let (mut rest, mut at) = (&mut *lane.out, 0);
    for (bars, last) in pieces {
        let (_, from) = rest.split_at_mut(bars.start - at);
        let (out, more) = from.split_at_mut(bars.len());
        (rest, at) = (more, bars.end);
        runs.push(Run {
            a: match a {
                Factor::Column(a) => Factor::Column(&a[bars.clone()]),
                a => a,
            },
            b: &b[bars],
            last,
            out,
        });
    }
}

/// Computes all parts but the first again, from where the part before ended, until each meets
/// what it had or ends.
fn meet(kind: Kind, lanes: &mut [&mut LinearLane<'_>], parts: &mut [Vec<Part>]) {
    for (lane, parts) in lanes.iter().zip(&mut *parts) {
        for part in parts.iter_mut().skip(1) {
            part.began = lane.out[part.bars.start - 1];
            part.last = part.began;
        }
    }
    loop {
        let (mut runs, mut had) = (Vec::new(), Vec::new());
        for (lane, parts) in lanes.iter_mut().zip(&*parts) {
            let open = parts.iter().filter(|part| part.is_open);
            let pieces: Vec<_> = open
                .map(|p| (p.at..p.bars.end.min(p.at + ROUND), p.last))
                .collect();
            had.extend(
                pieces
                    .iter()
                    .map(|(bars, _)| lane.out[bars.end - 1].to_bits()),
            );
            add_runs(lane, pieces, &mut runs);
        }
        if runs.is_empty() {
            return;
        }
        advance(kind, &mut runs);
        let open = parts.iter_mut().flatten().filter(|part| part.is_open);
        for ((part, run), had) in open.zip(&runs).zip(had) {
            part.at = part.bars.end.min(part.at + ROUND);
            part.last = run.last;
            part.is_open = run.last.to_bits() != had && part.at < part.bars.end;
        }
    }
}

/// Goes over the parts after the first once more where the part before came to another end, and
/// notes how long it took to meet.
fn finish(lane: &mut LinearLane<'_>, parts: &[Part]) {
    let mut longest = ROUND;
    for part in parts {
        longest = longest.max(part.at - part.bars.start);
        let mut last = lane.out[part.bars.start - 1];
        if last.to_bits() == part.began.to_bits() {
            continue;
        }
        longest = 2 * part.bars.len();
        for t in part.bars.clone() {
            let a = match lane.a {
                Factor::Column(a) => a[t],
                Factor::Number(a) => a,
                Factor::None => 1.0,
            };
            last = go_on(lane.form, last, a, lane.b[t]);
            if last.to_bits() == lane.out[t].to_bits() {
                break;
            }
            lane.out[t] = last;
        }
    }
    lane.state.forgets = longest;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::tests::form_with_a_factor;
    use crate::linear::{LinearState, linear};
    use proptest::prelude::*;

    fn lane<'a>(
        (form, a): (Form, Factor<'a>),
        b: &'a [f64],
        state: &'a mut LinearState,
        out: &'a mut [f64],
    ) -> LinearLane<'a> {
        LinearLane {
            form,
            a,
            b,
            seed: &[],
            keeps: true,
            state,
            out,
        }
    }

    proptest! {
        /// Whatever was expected of its memory, a lane in parts equals the lane bar by bar.
        #[test]
        fn parts_equal_the_whole(
            form in form_with_a_factor(),
            a in prop_oneof![3 => 0.01..1.0f64, 1 => Just(1.0), 1 => Just(0.999), 1 => -1.5..2.5f64],
            column in any::<bool>(),
            measured in prop_oneof![Just(0usize), Just(8), Just(64), Just(700)],
            values in prop::collection::vec(prop_oneof![-9.0..9.0f64, Just(0.0)], 1..40),
            bars in 1usize..4000,
        ) {
            let b: Vec<f64> = (0..bars).map(|t| values[t % values.len()] + values[t / 40 % values.len()]).collect();
            let column_of: Vec<f64> = (0..bars).map(|t| if t % 7 < 3 { a } else { a / 2.0 }).collect();
            let factor = if column { Factor::Column(&column_of) } else { Factor::Number(a) };
            let begin = LinearState { started: true, last: 2.5, forgets: measured };
            let (mut state, mut got) = (begin, vec![0.0; bars]);
            // Two blocks, so that the second goes by what the first has measured.
            for bars in [0..bars / 2, bars / 2..bars] {
                let factor = match factor {
                    Factor::Column(a) => Factor::Column(&a[bars.clone()]),
                    a => a,
                };
                linear(&mut [lane((form, factor), &b[bars.clone()], &mut state, &mut got[bars])]);
            }
            let (mut alone, mut want) = (begin, vec![0.0; bars]);
            lane((form, factor), &b, &mut alone, &mut want).step_by_step();
            for t in 0..bars {
                prop_assert!(
                    got[t].to_bits() == want[t].to_bits() || got[t].is_nan() && want[t].is_nan(),
                    "{:?} {} bar {}: {} for {}", form, a, t, got[t], want[t]
                );
            }
            prop_assert_eq!(state.last.to_bits(), alone.last.to_bits());
        }
    }

    #[test]
    fn an_average_of_thirty_bars_forgets_within_a_block() {
        let b: Vec<f64> = (0..8192)
            .map(|t| 100.0 + f64::from(t % 97) * 0.37)
            .collect();
        let (mut state, mut out) = (
            LinearState {
                started: true,
                last: 90.0,
                forgets: 0,
            },
            vec![0.0; 8192],
        );
        linear(&mut [lane(
            (Form::Towards, Factor::Number(2.0 / 31.0)),
            &b,
            &mut state,
            &mut out,
        )]);
        assert!((ROUND..1024).contains(&state.forgets), "{}", state.forgets);
    }
}
