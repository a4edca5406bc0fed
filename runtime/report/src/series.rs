//! Columns of values over time, as `stratc eval` shows them.

use serde_json::{Map, Value};
use strat_market::format_time;

use crate::csv::Csv;
use crate::json;
use crate::number;
use crate::tables::Table;

/// Rows at each end of a table that is cut.
const ENDS: usize = 10;

/// One column of values.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its values; a missing one is NaN.
    pub values: &'a [f64],
    /// What the values 0, 1, … are called; empty where they are numbers.
    pub labels: &'a [String],
}

impl<'a> Column<'a> {
    fn value(&self, row: usize) -> f64 {
        self.values.get(row).copied().unwrap_or(f64::NAN)
    }

    /// What the value of a row is called, where it has a name.
    fn label(&self, row: usize) -> Option<&'a str> {
        let value = self.value(row);
        if self.labels.is_empty() || value.fract() != 0.0 || value < 0.0 {
            return None;
        }
        // A small whole number, as was just seen.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        self.labels.get(value as usize).map(String::as_str)
    }
}

/// Columns of one length over the times of bars; a missing value is NaN.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// Bar open times, nanoseconds since the epoch, UTC.
    pub time: &'a [i64],
    /// The columns.
    pub columns: &'a [Column<'a>],
}

impl Series<'_> {
    /// `timestamp` and one column per output, every number exact, a missing one empty.
    #[must_use]
    pub fn csv(&self) -> String {
        let names = self.columns.iter().map(|column| column.name);
        let mut csv = Csv::with_header(std::iter::once("timestamp").chain(names));
        for (row, time) in self.time.iter().enumerate() {
            csv.text(&format_time(*time));
            for column in self.columns {
                match column.label(row) {
                    Some(label) => csv.text(label),
                    None => csv.number(column.value(row)),
                };
            }
            csv.end_row();
        }
        csv.into_text()
    }

    /// An array of one object per bar, a missing or infinite value null.
    #[must_use]
    pub fn json(&self) -> String {
        let rows = self.time.iter().enumerate().map(|(row, time)| {
            let mut object = Map::new();
            object.insert("timestamp".to_owned(), Value::from(format_time(*time)));
            for column in self.columns {
                let value = match column.label(row) {
                    Some(label) => Value::from(label),
                    None => json::number(column.value(row)),
                };
                object.insert(column.name.to_owned(), value);
            }
            Value::Object(object)
        });
        json::lines(&Value::Array(rows.collect()))
    }

    /// A table for people: missing values are `na`. Where it is cut, the first and the last rows
    /// stand there with the number of those between.
    #[must_use]
    pub fn table(&self, cut: bool) -> String {
        let mut table = Table::new(
            std::iter::once(("timestamp", false))
                .chain(self.columns.iter().map(|c| (c.name, c.labels.is_empty()))),
        );
        let rows = self.time.len();
        let hidden = if cut && rows > 2 * ENDS + 1 {
            ENDS..rows - ENDS
        } else {
            0..0
        };
        let shown = |row: &usize| !hidden.contains(row);
        let cells: Vec<Vec<String>> = self
            .columns
            .iter()
            .map(|column| {
                let rows: Vec<usize> = (0..rows).filter(shown).collect();
                let values: Vec<f64> = rows.iter().map(|row| column.value(*row)).collect();
                let mut cells = number::column(&values);
                for (cell, row) in cells.iter_mut().zip(rows) {
                    if let Some(label) = column.label(row) {
                        label.clone_into(cell);
                    }
                }
                cells
            })
            .collect();
        let mut at = 0;
        for (row, time) in self.time.iter().enumerate() {
            if hidden.contains(&row) {
                if row == hidden.start {
                    table.row([format!("… {} rows between", hidden.len())]);
                }
                continue;
            }
            let values = cells.iter().filter_map(|column| column.get(at).cloned());
            table.row(std::iter::once(format_time(*time)).chain(values));
            at += 1;
        }
        let mut text = table.render();
        text.push_str(&format!(
            "{rows} {}\n",
            if rows == 1 { "bar" } else { "bars" }
        ));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000_000;

    fn numbers<'a>(name: &'a str, values: &'a [f64]) -> Column<'a> {
        Column {
            name,
            values,
            labels: &[],
        }
    }

    #[test]
    fn values_of_an_enum_have_their_names() {
        let labels = ["up".to_owned(), "unknown".to_owned()];
        let series = Series {
            time: &[0, HOUR, 2 * HOUR],
            columns: &[Column {
                name: "class",
                values: &[1.0, 0.0, f64::NAN],
                labels: &labels,
            }],
        };
        assert_eq!(
            series.csv(),
            "timestamp,class\n1970-01-01T00:00:00Z,unknown\n1970-01-01T01:00:00Z,up\n1970-01-01T02:00:00Z,\n"
        );
        assert!(series.json().contains("\"class\":\"up\""));
        assert!(series.table(false).contains("unknown"));
    }

    #[test]
    fn csv_and_json_are_exact() {
        let (upper, lower) = ([f64::NAN, 0.1 + 0.2], [1.0, f64::INFINITY]);
        let series = Series {
            time: &[0, HOUR],
            columns: &[numbers("upper", &upper), numbers("lower", &lower)],
        };
        assert_eq!(
            series.csv(),
            "timestamp,upper,lower\n1970-01-01T00:00:00Z,,1\n1970-01-01T01:00:00Z,0.30000000000000004,inf\n"
        );
        assert_eq!(
            series.json(),
            "[\n{\"timestamp\":\"1970-01-01T00:00:00Z\",\"upper\":null,\"lower\":1},\n{\"timestamp\":\"1970-01-01T01:00:00Z\",\"upper\":0.30000000000000004,\"lower\":null}\n]\n"
        );
        assert!(series.table(true).contains("na"));
    }

    #[test]
    fn a_long_table_is_cut_only_where_asked() {
        let time: Vec<i64> = (0..50).map(|i| i * HOUR).collect();
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        let series = Series {
            time: &time,
            columns: &[numbers("value", &values)],
        };
        let cut = series.table(true);
        assert_eq!(cut.lines().count(), 2 + 10 + 1 + 10 + 1);
        assert!(
            cut.contains("… 30 rows between") && cut.ends_with("50 bars\n"),
            "{cut}"
        );
        assert_eq!(series.table(false).lines().count(), 2 + 50 + 1);
    }
}
