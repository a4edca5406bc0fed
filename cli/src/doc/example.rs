//! The examples of documentation: `` `sma(close, 3)` over close 1, 2, 3, 4 is na, na, 2, 3. ``
//!
//! Columns are separated by `;`. Of what is not given, close is the first column that is, open,
//! high and low are the close, volume is 1. `3..9` stands for 3, 4, … 9 and `10 x5` for five tens.
//! Results are one per bar, or after `…` those of the last bars.

use strat_market::Bars;

/// Length of a bar of an example, an hour in nanoseconds.
const HOUR: i64 = 3_600_000_000_000;

/// Most bars that an example is read with: `1 x999999999` is no example.
const MOST: usize = 100_000;

/// An example that can be run.
#[derive(Debug, Clone)]
pub struct Example {
    /// The expression.
    pub expression: String,
    /// The columns that are given, with their values as they are written, one for each bar.
    pub columns: Vec<(String, Vec<String>)>,
    /// What the last bars give, oldest first, as it is written.
    pub results: Vec<String>,
    /// All columns as numbers.
    pub bars: Bars,
}

/// Reads what stands behind `Example:`; nothing where it is not in this form.
pub fn read(text: &str) -> Option<Example> {
    let (expression, rest) = text.strip_prefix('`')?.split_once('`')?;
    let (columns, results) = rest.trim().strip_prefix("over ")?.split_once(" is ")?;
    let columns: Vec<(String, Vec<String>)> = columns
        .split(';')
        .map(|column| {
            let (name, list) = column.trim().split_once(' ')?;
            let known = ["open", "high", "low", "close", "volume"].contains(&name);
            known.then_some((name.to_owned(), items(list)?))
        })
        .collect::<Option<_>>()?;
    let results = results.trim().strip_suffix('.')?;
    let is_tail = results.starts_with('…');
    let results = items(results.trim_start_matches('…').trim_start_matches(','))?;
    let bars = bars(&columns)?;
    let whole = results.len() == bars.len();
    let fits = whole || is_tail && results.len() < bars.len();
    (fits && !results.is_empty()).then(|| Example {
        expression: expression.to_owned(),
        columns,
        results,
        bars,
    })
}

/// The items of a list, runs written out.
fn items(list: &str) -> Option<Vec<String>> {
    let mut items = Vec::new();
    for item in list.split(',').map(str::trim) {
        let (item, times) = match item.split_once(" x") {
            Some((item, times)) => (item, times.trim().parse::<usize>().ok()?),
            None => (item, 1),
        };
        let many: Vec<String> = match item.split_once("..") {
            None => vec![item.to_owned()],
            Some((from, to)) => {
                let (from, to): (i64, i64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
                if from.abs_diff(to) > MOST as u64 {
                    return None;
                }
                match from <= to {
                    true => (from..=to).map(|n| n.to_string()).collect(),
                    false => (to..=from).rev().map(|n| n.to_string()).collect(),
                }
            }
        };
        if many.len().checked_mul(times)?.checked_add(items.len())? > MOST {
            return None;
        }
        for _ in 0..times {
            items.extend(many.iter().cloned());
        }
    }
    Some(items)
}

fn bars(columns: &[(String, Vec<String>)]) -> Option<Bars> {
    let number = |text: &String| match text.as_str() {
        "na" => Some(f64::NAN),
        text => text.parse().ok(),
    };
    let given: Vec<(&str, Vec<f64>)> = columns
        .iter()
        .map(|(name, values)| {
            let values: Option<Vec<f64>> = values.iter().map(number).collect();
            values.map(|values| (name.as_str(), values))
        })
        .collect::<Option<_>>()?;
    let (_, first) = given.first()?;
    let len = first.len();
    if given.iter().any(|(_, values)| values.len() != len) {
        return None;
    }
    let find = |name: &str| {
        let column = given.iter().find(|(given, _)| *given == name);
        column.map(|(_, values)| values.clone())
    };
    let close = find("close").unwrap_or_else(|| first.clone());
    let or_close = |name: &str| find(name).unwrap_or_else(|| close.clone());
    Some(Bars {
        time: (0..len as i64).map(|i| i * HOUR).collect(),
        open: or_close("open"),
        high: or_close("high"),
        low: or_close("low"),
        volume: find("volume").unwrap_or_else(|| vec![1.0; len]),
        close,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_read() {
        let text = "`sma(close, 3)` over close 1..3, 5 x2; volume 1, 2, na, 0, 3 is … 3.7, -5e-3.";
        let example = read(text).expect("an example");
        assert_eq!(example.expression, "sma(close, 3)");
        assert_eq!(example.bars.close, [1.0, 2.0, 3.0, 5.0, 5.0]);
        assert_eq!(example.bars.high, example.bars.close);
        assert!(example.bars.volume[2].is_nan());
        assert_eq!(example.results, ["3.7", "-5e-3"]);
        for wrong in [
            "sma over close 1 is 2.",
            "`x` over close 1, 2 is 1.",
            "`x` over close 1, 2; open 1 is 1, 2.",
            "`x` over price 1 is 1.",
            "`x` over close 1 is 1",
            "`x` over close 1 is … 1, 2.",
            "`x` over close 1 x99999999999 is … 1.",
            "`x` over close 0..9999999999 is … 1.",
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
