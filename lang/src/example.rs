//! Examples in documentation: `` `sma(close, 3)` over close 1, 2, 3, 4 is na, na, 2, 3. ``
//!
//! Columns are separated by `;`. Of what is not given, close is the first column that is, open,
//! high and low are the close, volume is 1. `3..9` stands for 3, 4, … 9 and `10 x5` for five tens.
//! Results are one per bar, or after `…` those of the last bars. Bars are an hour long.

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
    numbers: Vec<Vec<f64>>,
}

impl Example {
    /// How many bars there are.
    #[must_use]
    pub fn bars(&self) -> usize {
        self.numbers.first().map_or(0, Vec::len)
    }

    /// A column as numbers, given or not: `open`, `high`, `low`, `close` or `volume`.
    #[must_use]
    pub fn column(&self, name: &str) -> Vec<f64> {
        let given = |name: &str| {
            let at = self.columns.iter().position(|(given, _)| given == name)?;
            self.numbers.get(at).cloned()
        };
        given(name).unwrap_or_else(|| match name {
            "volume" => vec![1.0; self.bars()],
            _ => given("close")
                .or_else(|| self.numbers.first().cloned())
                .unwrap_or_default(),
        })
    }
}

/// Reads what stands behind `Example:`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Example, String> {
    let rest = text.strip_prefix('`').ok_or("no expression in backticks")?;
    let (expression, rest) = rest.split_once('`').ok_or("no second backtick")?;
    let rest = rest.trim().strip_prefix("over ").ok_or("no ` over `")?;
    let (columns, results) = rest.split_once(" is ").ok_or("no ` is `")?;
    let mut given = Vec::new();
    let mut numbers: Vec<Vec<f64>> = Vec::new();
    for column in columns.split(';').map(str::trim) {
        let (name, list) = column.split_once(' ').ok_or("a column without values")?;
        if !["open", "high", "low", "close", "volume"].contains(&name) {
            return Err(format!("`{name}` is no column"));
        }
        let values = items(list)?;
        let column: Vec<f64> = values.iter().map(|x| number(x)).collect::<Result<_, _>>()?;
        if let Some(first) = numbers.first()
            && first.len() != column.len()
        {
            let (found, wanted) = (column.len(), first.len());
            return Err(format!("{name} has {found} values, not {wanted}"));
        }
        numbers.push(column);
        given.push((name.to_owned(), values));
    }
    let results = results.trim().strip_suffix('.').ok_or("no full stop")?;
    let tail = results.strip_prefix('…');
    let results = items(tail.unwrap_or(results).trim().trim_start_matches(','))?;
    let example = Example {
        expression: expression.to_owned(),
        columns: given,
        results,
        numbers,
    };
    let (found, bars) = (example.results.len(), example.bars());
    if found > bars || (tail.is_none() && found != bars) {
        return Err(format!("{found} results for {bars} bars"));
    }
    Ok(example)
}

/// A number or `na`.
fn number(text: &str) -> Result<f64, String> {
    match text {
        "na" => Ok(f64::NAN),
        text => text.parse().map_err(|_| format!("`{text}` is no number")),
    }
}

/// The items of a list, runs written out; never none.
fn items(list: &str) -> Result<Vec<String>, String> {
    let mut items = Vec::new();
    for item in list.split(',').map(str::trim) {
        let unread = || format!("`{item}` is no value");
        let (one, times) = match item.split_once(" x") {
            Some((one, times)) => (one, times.trim().parse::<usize>().map_err(|_| unread())?),
            None => (item, 1),
        };
        let many: Vec<String> = match one.split_once("..") {
            None => vec![one.to_owned()],
            Some((from, to)) => {
                let whole = |text: &str| text.trim().parse::<i64>().map_err(|_| unread());
                let (from, to) = (whole(from)?, whole(to)?);
                if from.abs_diff(to) > MOST as u64 {
                    return Err(format!("more than {MOST} bars"));
                }
                if from <= to {
                    (from..=to).map(|n| n.to_string()).collect()
                } else {
                    (to..=from).rev().map(|n| n.to_string()).collect()
                }
            }
        };
        let all = many.len().saturating_mul(times).saturating_add(items.len());
        if all > MOST {
            return Err(format!("more than {MOST} bars"));
        }
        for _ in 0..times {
            items.extend(many.iter().cloned());
        }
    }
    if items.is_empty() {
        return Err("a list without values".to_owned());
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_read() {
        let text = "`sma(close, 3)` over close 1..3, 5 x2; volume 1, 2, na, 0, 3 is … 3.7, -5e-3.";
        let example = read(text).expect("an example");
        assert_eq!(example.expression, "sma(close, 3)");
        assert_eq!(example.column("close"), [1.0, 2.0, 3.0, 5.0, 5.0]);
        assert_eq!(example.column("high"), example.column("close"));
        assert!(example.column("volume")[2].is_nan());
        assert_eq!(example.results, ["3.7", "-5e-3"]);
        for wrong in [
            "sma over close 1 is 2.",
            "`x` over close 1, 2 is 1.",
            "`x` over close 1, 2; open 1 is 1, 2.",
            "`x` over price 1 is 1.",
            "`x` over close 1 is 1",
            "`x` over close one is 1.",
            "`x` over close 1 is … 1, 2.",
            "`x` over close 1 x0 is … 1.",
            "`x` over close 1 x99999999999 is … 1.",
            "`x` over close 0..9999999999 is … 1.",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
