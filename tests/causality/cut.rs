//! Bars whose future is exchanged, and the comparison of what was known before.

use std::fmt;

use strat_market::Bars;
use strat_tests::candles::{Dice, wild};
use strat_tests::compare::{Column, first_difference};
use strat_tests::data::{Data, Other};

/// Bars of a run.
pub const BARS: usize = 600;

/// The last bars that stay as they are: the first bar, both sides of the words of a mask, odd
/// places, and the last bar but one.
pub const CUTS: [usize; 8] = [0, 1, 63, 64, 130, 255, 421, 598];

/// What becomes of the bars after a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Other prices and volumes of the usual size, at other times.
    Noise,
    /// Zeros, negative values, infinities, the largest and the smallest numbers.
    Extremes,
    /// Nothing is known.
    Missing,
    /// They have not happened yet.
    Gone,
}

/// All of them.
pub const TAILS: [Tail; 4] = [Tail::Noise, Tail::Extremes, Tail::Missing, Tail::Gone];

/// A change before the end of what was known.
#[derive(Debug)]
pub struct LookAhead {
    cut: usize,
    tail: Tail,
    what: String,
}

impl fmt::Display for LookAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cut, tail, what } = self;
        write!(f, "{tail:?} after bar {cut} changes {what}")
    }
}

/// The bars every run begins with.
pub fn bars() -> Bars {
    wild(2024, BARS, true)
}

/// Runs `run` over `data`, and again with the tail of every cut exchanged in every way: what it
/// gives for the bars up to the cut stays as it was. Returns how many exchanges changed anything
/// after their cut: where none did, the run says nothing.
///
/// # Errors
/// The first change of the past.
pub fn causal(data: &Data, run: impl Fn(&Data) -> Vec<Column>) -> Result<usize, LookAhead> {
    let whole = run(data);
    let mut felt = 0;
    for cut in CUTS {
        for tail in TAILS {
            let other = run(&exchanged(data, cut, tail));
            let difference = first_difference(&head(&whole, cut), &head(&other, cut));
            if let Some(difference) = difference {
                return Err(LookAhead {
                    cut,
                    tail,
                    what: difference.to_string(),
                });
            }
            let is_other = tail != Tail::Gone && first_difference(&whole, &other).is_some();
            felt += usize::from(is_other);
        }
    }
    Ok(felt)
}

/// The cells up to and with bar `cut`.
fn head(columns: &[Column], cut: usize) -> Vec<Column> {
    columns
        .iter()
        .map(|c| Column {
            name: c.name.clone(),
            cells: c.cells.iter().take(cut + 1).copied().collect(),
        })
        .collect()
}

/// `data` with everything after bar `cut` exchanged.
pub fn exchanged(data: &Data, cut: usize, tail: Tail) -> Data {
    let mut dice = Dice::new(cut as u64 + 17);
    let mut out = data.clone();
    // The first moment that is not yet known when the bar of the cut has closed.
    let next = data.bars.time.get(cut + 1).copied().unwrap_or(i64::MAX);
    exchange_bars(&mut out.bars, cut, tail, &mut dice);
    for other in &mut out.others {
        match other {
            Other::Bars(bars) => exchange_bars(bars, cut, tail, &mut dice),
            Other::Values { time, value } => {
                let known = time.iter().take_while(|t| **t <= next).count();
                if tail == Tail::Gone {
                    time.truncate(known);
                    value.truncate(known);
                }
                for x in value.iter_mut().skip(known) {
                    *x = other_value(*x, tail, &mut dice);
                }
            }
        }
    }
    out
}

fn exchange_bars(bars: &mut Bars, cut: usize, tail: Tail, dice: &mut Dice) {
    let from = (cut + 1).min(bars.len());
    if tail == Tail::Gone {
        *bars = bars.slice(0..from);
        return;
    }
    if tail == Tail::Noise {
        // Times to come are not known either; they still ascend.
        for time in bars.time.iter_mut().skip(from) {
            *time += 7_200_000_000_000;
        }
    }
    let columns = [
        &mut bars.open,
        &mut bars.high,
        &mut bars.low,
        &mut bars.close,
        &mut bars.volume,
    ];
    for column in columns {
        for x in column.iter_mut().skip(from) {
            *x = other_value(*x, tail, dice);
        }
    }
}

fn other_value(x: f64, tail: Tail, dice: &mut Dice) -> f64 {
    const EXTREMES: [f64; 9] = [
        0.0,
        -0.0,
        -1.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        5e-324,
        1e15,
    ];
    match tail {
        Tail::Noise => 40.0 + 120.0 * dice.roll(),
        Tail::Extremes => {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // below 18
            let at = (dice.roll() * 2.0 * EXTREMES.len() as f64) as usize;
            EXTREMES.get(at).copied().unwrap_or(x * 1e6)
        }
        Tail::Missing | Tail::Gone => f64::NAN,
    }
}
