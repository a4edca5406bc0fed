//! Drawing: panes of SVG, stretched to the width of the page, with their words beside them in HTML
//! so that those keep their size on a narrow screen.

use std::fmt::Write as _;

use super::{Plot, Role, Series, extent};
use crate::doc::html::text::{escaped, inline};

/// Width of a bar in units of the drawing; a candle leaves two of them free.
const STEP: i64 = 6;

/// Bars that a drawing has room for at least: a few candles need not fill the page.
const LEAST: i64 = 30;

/// Units of the drawing to a pixel of height.
const FINE: f64 = 4.0;

/// Colours of lines that the style sheet knows.
const COLOURS: usize = 7;

/// A scale from values to units of height.
struct Scale {
    lo: f64,
    hi: f64,
    /// Of the whole pane, in units.
    height: f64,
    /// Left free at top and bottom, in units.
    margin: f64,
}

impl Scale {
    fn new((lo, hi): (f64, f64), pixels: u32, margin: f64) -> Self {
        Self {
            lo,
            hi,
            height: f64::from(pixels) * FINE,
            margin: margin * FINE,
        }
    }

    /// Units from the top.
    fn at(&self, value: f64) -> i64 {
        let span = self.hi - self.lo;
        let share = match span > 0.0 {
            true => (value - self.lo) / span,
            false => 0.5,
        };
        let inner = self.height - 2.0 * self.margin;
        (self.margin + inner * (1.0 - share)).round() as i64
    }
}

/// The whole figure.
pub(super) fn figure(plot: &Plot<'_>) -> String {
    let of = |role: Role| plot.series.iter().filter(move |s| s.role == role);
    let has = |role: Role| of(role).next().is_some();
    let with_candles = has(Role::Marks) || has(Role::Candle);
    let main = with_candles || has(Role::Overlay);
    let events_only = (plot.series.iter()).all(|s| matches!(s.role, Role::Marks | Role::Strip));

    let mut out = format!(
        "<figure class=\"chart\" role=\"img\" aria-label=\"{}\">\n",
        escaped(&plot.title)
    );
    let mut key = String::new();
    let colour = |series: &Series| {
        let at = plot.series.iter().position(|s| std::ptr::eq(s, series));
        at.unwrap_or_default() % COLOURS + 1
    };
    for series in &plot.series {
        let name = escaped(&series.name);
        let _ = match series.role {
            Role::Left | Role::Missing | Role::Candle => Ok(()),
            Role::Marks => write!(key, "<span class=\"km\">{name}</span>"),
            _ => write!(key, "<span class=\"k k{}\">{name}</span>", colour(series)),
        };
    }
    let price = match (has(Role::Candle), with_candles || events_only) {
        (true, _) => "",
        (false, true) => "<span class=\"k k0\">price</span>",
        (false, false) => "<span class=\"k k0\">close</span>",
    };
    let _ = writeln!(out, "<div class=\"key\">{price}{key}</div>");

    let height = if main || events_only { 150 } else { 64 };
    price_pane(plot, height, with_candles || events_only, &colour, &mut out);
    for series in of(Role::Strip) {
        strip(plot, series, colour(series), &mut out);
    }
    let panes = (0..).take_while(|at| has(Role::Pane(*at))).count();
    let height = match panes {
        0 | 1 => 110,
        2 => 80,
        _ => 60,
    };
    for at in 0..panes {
        let lines: Vec<&Series> = of(Role::Pane(at)).collect();
        let (lo, hi) = extent(&lines, plot.window);
        let scale = Scale::new((lo, hi), height, 3.0);
        let mut inside = String::new();
        if lo < 0.0 && hi > 0.0 {
            let (y, width) = (scale.at(0.0), width(plot));
            let _ = write!(inside, "<path class=\"z\" d=\"M0 {y}h{width}\"/>");
        }
        for line in &lines {
            let _ = write!(inside, "{}", path(plot, line, colour(line), &scale));
        }
        pane(plot, height, &inside, &[number(hi), number(lo)], &mut out);
    }
    let without = |role: Role, words: &str| {
        let names: Vec<&str> = of(role).map(|s| s.name.as_str()).collect();
        match names.is_empty() {
            true => String::new(),
            false => format!("; {words}: {}", names.join(", ")),
        }
    };
    let left = without(Role::Left, "not drawn");
    let missing = without(Role::Missing, "`na` on all these bars");
    let caption = inline(&format!("{}{left}{missing}.", plot.caption));
    let _ = writeln!(out, "<figcaption>{caption}</figcaption>\n</figure>");
    out
}

fn width(plot: &Plot<'_>) -> i64 {
    ((plot.window.1 - plot.window.0) as i64).max(LEAST) * STEP
}

/// One drawing and the words at its right, the topmost first.
fn pane(plot: &Plot<'_>, height: u32, inside: &str, words: &[String], out: &mut String) {
    let width = width(plot);
    let units = (f64::from(height) * FINE) as i64;
    let words: String = words.iter().map(|w| format!("<span>{w}</span>")).collect();
    let _ = writeln!(
        out,
        "<div class=\"pane\"><svg viewBox=\"0 0 {width} {units}\" preserveAspectRatio=\"none\" height=\"{height}\">{inside}</svg><div>{words}</div></div>"
    );
}

fn price_pane(
    plot: &Plot<'_>,
    height: u32,
    as_candles: bool,
    colour: &dyn Fn(&Series) -> usize,
    out: &mut String,
) {
    let (from, to) = plot.window;
    let of = |role: Role| plot.series.iter().filter(move |s| s.role == role);
    let own: Vec<&Series> = of(Role::Candle).collect();
    let parts: [&[f64]; 4] = match own[..] {
        [open, high, low, close] => [open, high, low, close].map(|s| &s.values[..]),
        _ => {
            let bars = plot.bars;
            [&bars.open, &bars.high, &bars.low, &bars.close].map(|column| &column[..])
        }
    };
    let [_, high, low, close] = parts;
    let mut values: Vec<f64> = match as_candles {
        true => [high, low].concat(),
        false => close.to_vec(),
    };
    let len = plot.bars.len();
    values = values
        .chunks(len.max(1))
        .flat_map(|column| column.get(from..to).unwrap_or_default())
        .copied()
        .collect();
    let overlays: Vec<&Series> = of(Role::Overlay).collect();
    for overlay in &overlays {
        values.extend(overlay.values.get(from..to).unwrap_or_default());
    }
    let known = values.iter().copied().filter(|v| !v.is_nan());
    let (lo, hi) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
        (lo.min(v), hi.max(v))
    });
    let marks: Vec<&Series> = of(Role::Marks).collect();
    let margin = if marks.is_empty() { 3.0 } else { 14.0 };
    let scale = Scale::new((lo, hi), height, margin);
    let mut inside = String::new();
    match as_candles {
        true => candles(parts, plot.window, &scale, &mut inside),
        false => inside.push_str(&line(close, plot.window, &scale, "p")),
    }
    for overlay in overlays {
        inside.push_str(&path(plot, overlay, colour(overlay), &scale));
    }
    for series in marks {
        let (mut up, mut down) = (String::new(), String::new());
        let at = |column: &[f64], i: usize| scale.at(column.get(i).copied().unwrap_or(f64::NAN));
        for i in from..to {
            let value = series.values.get(i).copied().unwrap_or(f64::NAN);
            let x = (i - from) as i64 * STEP + STEP / 2;
            let far = (8.0 * FINE) as i64;
            if value > 0.0 {
                let _ = write!(up, "M{x} {}h0", at(low, i) + far);
            } else if value < 0.0 {
                let _ = write!(down, "M{x} {}h0", at(high, i) - far);
            }
        }
        let _ = write!(
            inside,
            "<path class=\"mu\" d=\"{up}\"/><path class=\"md\" d=\"{down}\"/>"
        );
    }
    pane(plot, height, &inside, &[number(hi), number(lo)], out);
}

/// Candles: one path for those that close higher, one for the others, and one for the wicks.
fn candles(
    [open, high, low, close]: [&[f64]; 4],
    (from, to): (usize, usize),
    scale: &Scale,
    out: &mut String,
) {
    let (mut up, mut down, mut wicks) = (String::new(), String::new(), String::new());
    for i in from..to {
        let get = |column: &[f64]| column.get(i).copied().unwrap_or(f64::NAN);
        let parts = [get(open), get(high), get(low), get(close)];
        if parts.iter().any(|v| v.is_nan()) {
            continue;
        }
        let [open, high, low, close] = parts.map(|v| scale.at(v));
        let x = (i - from) as i64 * STEP;
        let _ = write!(wicks, "M{} {high}V{low}", x + STEP / 2);
        // A candle without a body is still a line.
        let (top, tall) = (open.min(close), (open - close).abs().max(3));
        let side = if open >= close { &mut up } else { &mut down };
        let _ = write!(side, "M{} {top}h4v{tall}h-4z", x + 1);
    }
    let _ = write!(
        out,
        "<path class=\"w\" d=\"{wicks}\"/><path class=\"cu\" d=\"{up}\"/><path class=\"cd\" d=\"{down}\"/>"
    );
}

/// A line of the colour, or dots where most values stand alone.
fn path(plot: &Plot<'_>, series: &Series, colour: usize, scale: &Scale) -> String {
    let (from, to) = plot.window;
    let shown = series.values.get(from..to).unwrap_or_default();
    let known = |at: usize| shown.get(at).is_some_and(|v| !v.is_nan());
    let alone = |at: &usize| known(*at) && (*at == 0 || !known(at - 1)) && !known(at + 1);
    let all = (0..shown.len()).filter(|at| known(*at)).count();
    let dots = 2 * (0..shown.len()).filter(alone).count() > all;
    let class = match dots {
        true => format!("s{colour} o"),
        false => format!("s{colour}"),
    };
    line(&series.values, plot.window, scale, &class)
}

/// A line through the values; it is broken where one is missing.
fn line(values: &[f64], (from, to): (usize, usize), scale: &Scale, class: &str) -> String {
    let shown = values.get(from..to).unwrap_or_default();
    let mut d = String::new();
    // The height of the last point, and the steps to the right that were not written yet.
    let (mut last, mut level): (Option<i64>, i64) = (None, 0);
    let flush = |level: &mut i64, d: &mut String| {
        if *level > 0 {
            let _ = write!(d, "h{level}");
            *level = 0;
        }
    };
    for (at, value) in shown.iter().enumerate() {
        if value.is_nan() {
            flush(&mut level, &mut d);
            last = None;
            continue;
        }
        let y = scale.at(*value);
        match last {
            None => {
                let _ = write!(d, "M{} {y}h0", at as i64 * STEP + STEP / 2);
            }
            Some(before) if before == y => level += STEP,
            Some(before) => {
                flush(&mut level, &mut d);
                let space = if y > before { " " } else { "" };
                let _ = write!(d, "l{STEP}{space}{}", y - before);
            }
        }
        last = Some(y);
    }
    flush(&mut level, &mut d);
    format!("<path class=\"{class}\" d=\"{d}\"/>")
}

/// Where a condition holds.
fn strip(plot: &Plot<'_>, series: &Series, colour: usize, out: &mut String) {
    let (from, to) = plot.window;
    let shown = series.values.get(from..to).unwrap_or_default();
    let mut d = String::new();
    let mut at = 0;
    while at < shown.len() {
        let holds = |at: usize| shown.get(at).is_some_and(|v| *v > 0.0);
        let run = (at..).take_while(|at| holds(*at)).count();
        if run > 0 {
            let wide = run as i64 * STEP - 1;
            let _ = write!(d, "M{} 8h{wide}v32h-{wide}z", at as i64 * STEP);
        }
        at += run.max(1);
    }
    let inside = format!("<path class=\"f{colour}\" d=\"{d}\"/>");
    let words = [escaped(&series.name)];
    pane(plot, 12, &inside, &words, out);
}

/// A number beside a scale: about four digits of it.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    let text = if size == 0.0 {
        return "0".to_owned();
    } else if !(1e-4..1e15).contains(&size) {
        return format!("{value:.1e}");
    } else if size >= 1e9 {
        return format!("{:.1} bn", value / 1e9);
    } else if size >= 1e6 {
        return format!("{:.1} m", value / 1e6);
    } else if size >= 1000.0 {
        return format!("{value:.0}");
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 1.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.4}")
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_where_nothing_is() {
        let scale = Scale::new((0.0, 10.0), 10, 0.0);
        let values = [0.0, 10.0, 10.0, 10.0, f64::NAN, 5.0];
        assert_eq!(
            line(&values, (0, 6), &scale, "p"),
            "<path class=\"p\" d=\"M3 40h0l6-40h12M33 20h0\"/>"
        );
    }

    #[test]
    fn numbers_are_short() {
        let all = [0.0, 42391.4, 123.4, 70.0, 0.05, -1.5, 2.5e7, 1e-9, 1e300];
        let texts = all.map(number);
        let wanted = [
            "0", "42391", "123.4", "70", "0.05", "-1.5", "25.0 m", "1.0e-9", "1.0e300",
        ];
        assert_eq!(texts, wanted);
    }
}
