//! Examples of doc comments: `` `sma(close, 3)` over close 1, 2, 3, 4 is na, na, 2, 3. ``
//!
//! Columns are separated by `;`. Of what is not given, close is the first column that is, open,
//! high and low are the close, volume is 1. `3..9` stands for 3, 4, … 9 and `10 x5` for five tens.
//! Results are one per bar, or after `…` those of the last bars; they are met to the digits that
//! are written.

use strat_market::Bars;

/// A bar length of an hour.
const HOUR: i64 = 3_600_000_000_000;

/// An example that can be run.
#[derive(Debug)]
pub struct Example {
    pub expression: String,
    pub bars: Bars,
    /// What the last bars give, oldest first.
    pub results: Vec<Wanted>,
}

/// One wanted result.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// As it is written.
    pub text: String,
    value: f64,
    /// Half a unit of the last digit that is written.
    within: f64,
}

impl Wanted {
    /// Whether a result is what is written.
    pub fn is_met(&self, x: f64) -> bool {
        // A written number is itself rounded, and a value may lie on the edge.
        let within = self.within * (1.0 + 1e-9) + 1e-12 * self.value.abs();
        x.is_nan() && self.value.is_nan() || x == self.value || (x - self.value).abs() <= within
    }
}

/// Reads an example.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str) -> Result<Example, String> {
    let rest = text.strip_prefix('`').ok_or("no expression in backticks")?;
    let (expression, rest) = rest.split_once('`').ok_or("no second backtick")?;
    let rest = rest.trim().strip_prefix("over ").ok_or("no ` over `")?;
    let (columns, results) = rest.split_once(" is ").ok_or("no ` is `")?;
    let bars = bars(columns)?;
    let results = results.trim().strip_suffix('.').ok_or("no full stop")?;
    let tail = results.strip_prefix('…');
    let written = tail.unwrap_or(results).trim().trim_start_matches(',');
    let results: Vec<Wanted> = items(written)?
        .iter()
        .map(wanted)
        .collect::<Result<_, _>>()?;
    if results.is_empty() || results.len() > bars.len() {
        return Err(format!("{} results for {} bars", results.len(), bars.len()));
    }
    if tail.is_none() && results.len() != bars.len() {
        return Err(format!("{} results for {} bars", results.len(), bars.len()));
    }
    Ok(Example {
        expression: expression.to_owned(),
        bars,
        results,
    })
}

/// The items of a list, runs written out.
fn items(list: &str) -> Result<Vec<String>, String> {
    let mut items = Vec::new();
    for item in list.split(',').map(str::trim) {
        let (item, times) = match item.split_once(" x") {
            Some((item, times)) => {
                let times: usize = times
                    .trim()
                    .parse()
                    .map_err(|_| format!("`{item} x{times}`"))?;
                (item, times)
            }
            None => (item, 1),
        };
        let many: Vec<String> = match item.split_once("..") {
            Some((from, to)) => {
                let whole = |s: &str| s.trim().parse::<i64>().map_err(|_| format!("`{item}`"));
                let (from, to) = (whole(from)?, whole(to)?);
                if from <= to {
                    (from..=to).map(|n| n.to_string()).collect()
                } else {
                    (to..=from).rev().map(|n| n.to_string()).collect()
                }
            }
            None => vec![item.to_owned()],
        };
        for _ in 0..times {
            items.extend(many.iter().cloned());
        }
    }
    Ok(items)
}

fn number(text: &str) -> Result<f64, String> {
    match text {
        "na" => Ok(f64::NAN),
        "true" => Ok(1.0),
        "false" => Ok(0.0),
        text => {
            let plain = text.replace('−', "-");
            plain.parse().map_err(|_| format!("`{text}` is no number"))
        }
    }
}

fn wanted(text: &String) -> Result<Wanted, String> {
    let value = number(text)?;
    if value.is_nan() || matches!(text.as_str(), "true" | "false") {
        return Ok(Wanted {
            text: text.clone(),
            value,
            within: 0.0,
        });
    }
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, d)| d.len() as i32);
    let exponent: i32 = exponent.parse().map_err(|_| format!("`{text}`"))?;
    let within = format!("5e{}", exponent - decimals - 1);
    Ok(Wanted {
        text: text.clone(),
        value,
        within: within.parse().unwrap_or(0.0),
    })
}

fn bars(columns: &str) -> Result<Bars, String> {
    let mut given: Vec<(&str, Vec<f64>)> = Vec::new();
    for column in columns.split(';').map(str::trim) {
        let (name, list) = column.split_once(' ').ok_or("a column without values")?;
        let values = items(list)?;
        let values: Vec<f64> = values.iter().map(|x| number(x)).collect::<Result<_, _>>()?;
        if !["open", "high", "low", "close", "volume"].contains(&name) {
            return Err(format!("`{name}` is no column"));
        }
        given.push((name, values));
    }
    let (_, first) = given.first().ok_or("no column")?;
    let len = first.len();
    if let Some((name, values)) = given.iter().find(|(_, v)| v.len() != len) {
        return Err(format!("{name} has {} values, not {len}", values.len()));
    }
    let find = |name: &str| {
        given
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, v)| v.clone())
    };
    let close = find("close").unwrap_or_else(|| first.clone());
    let or_close = |name: &str| find(name).unwrap_or_else(|| close.clone());
    Ok(Bars {
        time: (0..len as i64).map(|i| i * HOUR).collect(),
        open: or_close("open"),
        high: or_close("high"),
        low: or_close("low"),
        volume: find("volume").unwrap_or_else(|| vec![1.0; len]),
        close,
    })
}

#[test]
fn examples_are_read() {
    let text = "`sma(close, 3)` over close 1..3, 5 x2; volume 1, 2, na, 0, 3 is … 3.7, -5e-3.";
    let example = read(text).expect("an example");
    assert_eq!(example.bars.close, [1.0, 2.0, 3.0, 5.0, 5.0]);
    assert_eq!(example.bars.high, example.bars.close);
    assert!(example.bars.volume[2].is_nan());
    assert_eq!(example.results.len(), 2);
    assert!(example.results[0].is_met(3.666) && !example.results[0].is_met(3.76));
    let truth = wanted(&"true".to_owned()).expect("a truth");
    assert!(truth.is_met(1.0) && !truth.is_met(0.0) && !truth.is_met(f64::NAN));
    assert!(example.results[1].is_met(-0.005) && !example.results[1].is_met(-0.0056));
    for wrong in [
        "sma over close 1 is 2.",
        "`x` over close 1, 2 is 1.",
        "`x` over close 1, 2; open 1 is 1, 2.",
        "`x` over price 1 is 1.",
        "`x` over close 1 is 1",
        "`x` over close 1 is one.",
        "`x` over close 1 is … 1, 2.",
        "`x` over close 1 is truth.",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
