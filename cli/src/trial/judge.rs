//! What was expected, compared with what happened.

use strat_lang::hir::{ExpectedKind, Side, Signal, TestCase};

use super::observe::{Fill, Observed};

/// An expectation that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Index of the expectation.
    pub expect: usize,
    /// What was found instead.
    pub found: String,
    /// The bars that it is about.
    pub bars: Vec<usize>,
}

/// The expectations of a test that do not hold.
pub fn judge(test: &TestCase, observed: &Observed) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (i, expected) in test.expects.iter().enumerate() {
        let found = match &expected.what {
            ExpectedKind::Enter { none, side, entry } => {
                let entries = test.strategy.as_ref().map_or(&[][..], |(u, _)| &u.entries);
                let wanted = wanted(entries, *entry, *side);
                let bars = bars_of(observed, |d| d.entries & wanted);
                decided(*none, expected.bar, &bars, "entry")
            }
            ExpectedKind::Exit { none, exit } => {
                let exits = test.strategy.as_ref().map_or(&[][..], |(u, _)| &u.exits);
                let wanted = wanted(exits, *exit, None);
                let bars = bars_of(observed, |d| d.exits & wanted);
                decided(*none, expected.bar, &bars, "exit")
            }
            ExpectedKind::Fill { buys, price } => {
                filled(*buys, *price, expected.bar, &observed.fills)
            }
            ExpectedKind::Value {
                output,
                expected: values,
                within,
                labels,
            } => {
                let found = observed.values.get(*output).map_or(&[][..], |v| v);
                let first = expected.bar.unwrap_or(0);
                let wrong: Vec<usize> = values
                    .iter()
                    .enumerate()
                    .map(|(i, value)| (first + i, value))
                    .filter(|(bar, value)| {
                        let found = found.get(*bar).copied().unwrap_or(f64::NAN);
                        !is_near(found, **value, *within)
                    })
                    .map(|(bar, _)| bar)
                    .collect();
                (!wrong.is_empty()).then(|| {
                    let values: Vec<String> = wrong
                        .iter()
                        .map(|bar| shown(found.get(*bar).copied().unwrap_or(f64::NAN), labels))
                        .collect();
                    let text = if expected.bar.is_some() {
                        format!("it is {}", values.join(", "))
                    } else {
                        format!("on {} it is {}", listed(&wrong), few(&values))
                    };
                    (text, wrong)
                })
            }
        };
        if let Some((found, bars)) = found {
            faults.push(Fault {
                expect: i,
                found,
                bars,
            });
        }
    }
    faults
}

/// The bits of the statements that are meant.
fn wanted(signals: &[Signal], index: Option<usize>, side: Option<Side>) -> u64 {
    let mut bits = 0;
    for (i, signal) in signals.iter().enumerate().take(64) {
        let is_meant = index.is_none_or(|index| index == i);
        if is_meant && side.is_none_or(|side| side == signal.side) {
            bits |= 1 << i;
        }
    }
    bits
}

fn bars_of(observed: &Observed, holds: impl Fn(&strat_engine::abi::Decision) -> u64) -> Vec<usize> {
    let decisions = observed.decisions.iter().enumerate();
    decisions
        .filter(|(_, d)| holds(d) != 0)
        .map(|(bar, _)| bar)
        .collect()
}

/// What is wrong with the bars on which a statement decides.
fn decided(
    none: bool,
    bar: Option<usize>,
    bars: &[usize],
    what: &str,
) -> Option<(String, Vec<usize>)> {
    match (none, bar) {
        (false, Some(bar)) if bars.contains(&bar) => None,
        (false, None) if !bars.is_empty() => None,
        (true, Some(bar)) if !bars.contains(&bar) => None,
        (true, None) if bars.is_empty() => None,
        (false, _) => {
            let text = match bars {
                [] => format!("no {what} decides on any bar"),
                _ => format!("the {what} decides on {}", listed(bars)),
            };
            Some((text, bar.into_iter().collect()))
        }
        (true, Some(bar)) => Some((format!("the {what} decides there"), vec![bar])),
        (true, None) => Some((
            format!("the {what} decides on {}", listed(bars)),
            bars.to_vec(),
        )),
    }
}

fn filled(
    buys: bool,
    price: Option<f64>,
    bar: Option<usize>,
    fills: &[Fill],
) -> Option<(String, Vec<usize>)> {
    let what = if buys { "buy" } else { "sale" };
    let of_side = || fills.iter().filter(|f| f.buys == buys);
    let there: Vec<&Fill> = of_side()
        .filter(|f| bar.is_none_or(|b| b == f.bar))
        .collect();
    // Prices are arithmetic of a few steps: what differs by rounding alone is the same price.
    let is_price = |f: &&&Fill| price.is_none_or(|p| (f.price - p).abs() <= 1e-9 * p.abs());
    if there.iter().any(|f| is_price(&f)) {
        return None;
    }
    let bars: Vec<usize> = bar.into_iter().collect();
    if let Some(fill) = there.first() {
        return Some((format!("the {what} is at {}", fill.price), vec![fill.bar]));
    }
    let elsewhere: Vec<usize> = of_side().map(|f| f.bar).collect();
    let text = match &elsewhere[..] {
        [] => format!("there is no {what} at all"),
        _ => format!("there is a {what} on {}", listed(&elsewhere)),
    };
    Some((text, bars))
}

/// Whether a value is as expected; na is na.
fn is_near(found: f64, expected: f64, within: Option<f64>) -> bool {
    if found.is_nan() || expected.is_nan() {
        return found.is_nan() && expected.is_nan();
    }
    // Equal as numbers: 0 and -0 are not told apart by a reader.
    found == expected || within.is_some_and(|within| (found - expected).abs() <= within)
}

/// A value as it is written in a test.
pub fn shown(value: f64, labels: &[String]) -> String {
    if value.is_nan() {
        return "na".to_owned();
    }
    // An index: what is no label is shown as a number.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let label = labels.get(value as usize).filter(|_| value >= 0.0);
    label.cloned().unwrap_or_else(|| value.to_string())
}

/// `bar 3`, `bars 3, 4 and 9`.
fn listed(bars: &[usize]) -> String {
    let texts: Vec<String> = bars.iter().map(usize::to_string).collect();
    match &texts[..] {
        [one] => format!("bar {one}"),
        [rest @ .., last] if rest.len() <= 8 => format!("bars {} and {last}", rest.join(", ")),
        _ => format!(
            "{} bars, the first is {}",
            texts.len(),
            texts.first().map_or("", |t| t)
        ),
    }
}

fn few(values: &[String]) -> String {
    match values {
        [some @ .., _] if values.len() > 8 => {
            format!("{}, …", some.get(..8).unwrap_or_default().join(", "))
        }
        _ => values.join(", "),
    }
}
