//! A call of a function, drawn over the sample that comes with the tool.
//!
//! What lies at the height of the price is drawn over it, everything else in a pane of its own
//! below; conditions are strips, and what is nothing on most bars is marks on candles.

mod market;
mod svg;

use strat_compiler::Executor;
use strat_engine::abi::{BarColumns, Need, OtherColumns, Program};
use strat_engine::columns;
use strat_lang::hir::{Ty, Unit};
use strat_market::{Bars, Timeframe, format_time};

pub use market::Samples;

use super::call::{Call, unit};
use strat_lang::example::Example;

/// Bars of a chart of lines.
const LINE_BARS: usize = 200;

/// Bars of a chart of candles with marks.
const MARK_BARS: usize = 90;

/// Most panes below the price.
const MOST_PANES: usize = 4;

/// How an output is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A line over the price.
    Overlay,
    /// A line in the pane of this number below.
    Pane(usize),
    /// Marks at candles: below for more than 0, above for less.
    Marks,
    /// A strip on the bars on which it holds.
    Strip,
    /// A part of candles that are drawn instead of those of the price.
    Candle,
    /// Not at all: there are too many.
    Left,
    /// Not at all: it has no value on these bars.
    Missing,
}

/// An output.
#[derive(Debug)]
pub(super) struct Series {
    /// Its name, and those of the outputs that are equal to it.
    pub name: String,
    /// One value per bar, NaN where there is none.
    pub values: Vec<f64>,
    pub role: Role,
    unit: String,
    /// Between which bounds it is known to lie.
    bounds: (f64, f64),
}

/// What is drawn.
#[derive(Debug)]
pub(super) struct Plot<'a> {
    pub bars: &'a Bars,
    pub series: Vec<Series>,
    /// First bar that is shown, and one past the last.
    pub window: (usize, usize),
    /// What is drawn, for those who do not see it.
    pub title: String,
    /// Whose bars they are.
    pub caption: String,
}

/// The chart of a call as HTML, or why there is none.
///
/// `documented` is the example of the function's documentation, shown where the sample has nothing.
pub fn chart(
    name: &str,
    call: &Call,
    documented: Option<&Example>,
    beside: Option<(&str, &str)>,
    samples: &Samples,
) -> Result<String, String> {
    let mut constant = None;
    let mut roles = Vec::new();
    for sample in samples.all() {
        let others = |needs: &[Need]| sample.others(needs);
        let other = match call.timeframe == sample.timeframe {
            true => None,
            false => unit(&call.text, sample.timeframe, beside),
        };
        let used = other.as_ref().unwrap_or(&call.unit);
        let Some(series) = evaluated(name, used, &sample.bars, others) else {
            continue;
        };
        roles = series.iter().map(|s| s.role).collect();
        if let Some(value) = the_same(&series) {
            constant = Some(value);
            continue;
        }
        let Some(window) = window(&series) else {
            continue;
        };
        let (first, last) = (window.0, window.1.saturating_sub(1));
        let day = |at: usize| {
            let time = sample.bars.time.get(at).copied().unwrap_or_default();
            format_time(time).chars().take(10).collect::<String>()
        };
        let caption = format!(
            "Synthetic sample, {} {}, {} to {}",
            sample.symbol,
            sample.timeframe,
            day(first),
            day(last)
        );
        return Ok(svg::figure(&plot(
            &sample.bars,
            series,
            window,
            &call.text,
            caption,
        )));
    }
    if let Some(value) = constant {
        return Err(format!(
            "No chart: `{}` is {} on every bar.",
            call.text,
            svg::number(value)
        ));
    }
    of_example(name, documented, beside, &roles)
        .ok_or_else(|| format!("No chart: `{}` gives nothing on the sample.", call.text))
}

/// The chart of the documented example. `roles` are those on the sample: a few bars do not show that
/// a number is nothing on most.
fn of_example(
    name: &str,
    documented: Option<&Example>,
    beside: Option<(&str, &str)>,
    roles: &[Role],
) -> Option<String> {
    let example = documented?;
    let unit = unit(&example.expression, Timeframe::H1, beside)?;
    let bars = bars(example);
    let mut series = evaluated(name, &unit, &bars, |_| None)?;
    if series.len() == roles.len() {
        for (one, role) in series.iter_mut().zip(roles) {
            one.role = *role;
        }
    }
    let any = series.iter().flat_map(|s| &s.values).any(|v| is_seen(*v));
    let caption = format!(
        "The bars of its example; the sample has nothing for `{}`",
        example.expression
    );
    any.then(|| {
        let window = (0, bars.len());
        svg::figure(&plot(&bars, series, window, &example.expression, caption))
    })
}

/// The bars of an example.
fn bars(example: &Example) -> Bars {
    Bars {
        time: (0_i64..).map(|i| i * HOUR).take(example.bars()).collect(),
        open: example.column("open"),
        high: example.column("high"),
        low: example.column("low"),
        close: example.column("close"),
        volume: example.column("volume"),
    }
}

/// Nanoseconds.
const HOUR: i64 = 3_600_000_000_000;

fn is_seen(value: f64) -> bool {
    value.is_finite() && value != 0.0
}

/// The outputs over the bars, equal ones joined, each with its role but for panes.
fn evaluated<'a>(
    name: &str,
    unit: &Unit,
    bars: &'a Bars,
    others: impl Fn(&[Need]) -> Option<Vec<OtherColumns<'a>>>,
) -> Option<Vec<Series>> {
    let program = strat_compiler::compile(unit, Executor::Interp).ok()?;
    let needs = &program.info().needs;
    let others = match needs.is_empty() {
        true => Vec::new(),
        false => others(needs)?,
    };
    let columns = BarColumns {
        others: &others,
        ..columns(bars)
    };
    let values = program.evaluate(&[], columns);
    let mut all: Vec<Series> = Vec::new();
    for ((output, id), values) in unit.outputs.iter().zip(values) {
        let node = unit.node(*id);
        let output = match output.as_str() {
            // A single value has no name that says anything.
            _ if unit.outputs.len() == 1 => name,
            output => output,
        };
        let values: Vec<f64> = values
            .into_iter()
            .map(|v| if v.is_finite() { v } else { f64::NAN })
            .collect();
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<u64>>();
        let equal = all
            .iter_mut()
            .find(|other| bits(&other.values) == bits(&values));
        if let Some(equal) = equal {
            equal.name.push_str(", ");
            equal.name.push_str(output);
            continue;
        }
        let unit = match node.dimension.is_known() {
            true => node.dimension.text(),
            false => "number".to_owned(),
        };
        let role = match node.ty {
            Ty::Bool => Role::Strip,
            _ if is_marks(&values, &unit) => Role::Marks,
            _ if is_at_price(&values, &bars.close, &unit) => Role::Overlay,
            _ => Role::Pane(0),
        };
        all.push(Series {
            name: output.to_owned(),
            values,
            role,
            unit,
            bounds: (node.range.lo, node.range.hi),
        });
    }
    let parts = ["open", "high", "low", "close"];
    let are_candle = all.len() == parts.len()
        && (all.iter().zip(parts))
            .all(|(s, part)| s.role == Role::Overlay && s.name.ends_with(part));
    if are_candle {
        all.iter_mut().for_each(|s| s.role = Role::Candle);
    }
    Some(all)
}

/// Whether a number is a signal: 0 on most bars, else 1, or 80 to 200 as candles are given, or one
/// of them negative.
fn is_marks(values: &[f64], unit: &str) -> bool {
    let known = || values.iter().copied().filter(|v| !v.is_nan());
    let (all, nothing) = (known().count(), known().filter(|v| *v == 0.0).count());
    let is_signal = |v: f64| [0.0, 1.0, 80.0, 100.0, 200.0].contains(&v.abs());
    unit == "number" && known().all(is_signal) && all > 0 && 5 * nothing >= 3 * all
}

/// Whether values stand at the height of the price. A price may also be a difference of prices.
fn is_at_price(values: &[f64], close: &[f64], unit: &str) -> bool {
    let reach = match unit {
        "price" => 2.0,
        "number" => 1.25,
        _ => return false,
    };
    let pairs = values.iter().zip(close).rev().filter(|(v, _)| !v.is_nan());
    let near: Vec<bool> = pairs
        .take(LINE_BARS)
        .map(|(v, close)| *v * reach >= *close && *v <= *close * reach)
        .collect();
    let count = near.iter().filter(|near| **near).count();
    !near.is_empty() && 10 * count >= 9 * near.len()
}

/// The value of all bars, where it is one.
fn the_same(series: &[Series]) -> Option<f64> {
    let mut values = series
        .iter()
        .flat_map(|s| &s.values)
        .filter(|v| !v.is_nan());
    let first = *values.next()?;
    (first != 0.0 && values.all(|v| *v == first)).then_some(first)
}

/// The last bars on which there is something to see.
fn window(series: &[Series]) -> Option<(usize, usize)> {
    let len = series.first().map_or(0, |s| s.values.len());
    let is_event = |s: &&Series| matches!(s.role, Role::Marks | Role::Strip);
    let events: Vec<&Series> = series.iter().filter(is_event).collect();
    let last = |series: &[&Series], seen: fn(f64) -> bool| {
        let of_one = |s: &&Series| s.values.iter().rposition(|v| seen(*v));
        series.iter().filter_map(of_one).max()
    };
    let alone = events.len() == series.len();
    let (bars, end) = match alone {
        // Some bars behind the last mark.
        true => (MARK_BARS, last(&events, is_seen)? + MARK_BARS / 8),
        false => {
            // Something moves: a line may stand still for good.
            let moves = |s: &Series| {
                let pairs = s.values.windows(2).rev();
                let still = pairs.take_while(|w| !matches!(w, [a, b] if a != b && !b.is_nan()));
                s.values.len().checked_sub(still.count() + 1)
            };
            let lines = series.iter().filter(|s| !is_event(s));
            let last = lines.filter_map(moves).max().filter(|at| *at > 0)?;
            (LINE_BARS, last + LINE_BARS / 8)
        }
    };
    let bars = match series.iter().any(|s| s.role == Role::Candle) {
        true => MARK_BARS,
        false => bars,
    };
    let end = end.clamp(bars.min(len), len);
    Some((end.saturating_sub(bars), end))
}

fn plot<'a>(
    bars: &'a Bars,
    mut series: Vec<Series>,
    window: (usize, usize),
    call: &str,
    caption: String,
) -> Plot<'a> {
    panes(&mut series, window);
    Plot {
        bars,
        series,
        window,
        title: format!("Chart of {call}"),
        caption,
    }
}

/// Gives each line that is not drawn over the price its pane: lines of one unit and of about the
/// same size share one.
fn panes(series: &mut [Series], window: (usize, usize)) {
    let mut groups: Vec<(String, f64)> = Vec::new();
    for one in series.iter_mut().filter(|s| s.role == Role::Pane(0)) {
        let shown = one.values.get(window.0..window.1).unwrap_or_default();
        if shown.iter().all(|v| v.is_nan()) {
            one.role = Role::Missing;
            continue;
        }
        let size = shown.iter().fold(0.0f64, |most, v| most.max(v.abs()));
        let fits = |(unit, other): &(String, f64)| {
            *unit == one.unit && size <= 8.0 * other && *other <= 8.0 * size
        };
        let at = groups.iter().position(fits).unwrap_or_else(|| {
            groups.push((one.unit.clone(), size));
            groups.len() - 1
        });
        one.role = match at < MOST_PANES {
            true => Role::Pane(at),
            false => Role::Left,
        };
    }
}

/// The least and the greatest value that a pane shows.
pub(super) fn extent(series: &[&Series], window: (usize, usize)) -> (f64, f64) {
    let shown = |s: &&Series| {
        s.values
            .get(window.0..window.1)
            .unwrap_or_default()
            .to_vec()
    };
    let values = series.iter().flat_map(shown).filter(|v| !v.is_nan());
    let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
        (lo.min(v), hi.max(v))
    });
    // Known bounds, 0 and 100 say, where the values fill enough of them.
    let whole = series.iter().fold((lo, hi), |(lo, hi), s| {
        (lo.min(s.bounds.0), hi.max(s.bounds.1))
    });
    match (hi - lo) * 4.0 >= whole.1 - whole.0 {
        true => whole,
        false => (lo, hi),
    }
}
