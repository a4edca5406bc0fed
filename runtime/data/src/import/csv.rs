//! Bars from comma-separated text with a header line.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use strat_market::Bars;

use super::times::{self, Cell, shown};
use crate::columns::{self, Naming};
use crate::error::DataError;

/// Reads a file: its rows as they stand, and the line of each, counted from 1 with the header.
/// Fields are separated by commas, semicolons or tabs, whichever the header line has most of.
///
/// # Errors
/// When the file is not text, lacks a column, or a row cannot be read, with its line.
pub(super) fn read(file: &Path, naming: Naming) -> Result<(Bars, Vec<u64>), DataError> {
    let refused = |e| DataError::io(file, "read", e);
    let mut head = Vec::new();
    File::open(file)
        .map_err(refused)?
        .take(4096)
        .read_to_end(&mut head)
        .map_err(refused)?;
    if head.is_empty() {
        return Err(DataError::bad_file(
            file,
            "is empty; expected CSV with a header line, or Parquet",
        ));
    }
    if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(b"PK\x03\x04") {
        return Err(DataError::bad_file(
            file,
            "is compressed; unpack it first (expected CSV with a header line, or Parquet)",
        ));
    }
    if head.contains(&0) {
        return Err(DataError::bad_file(
            file,
            "is not text; expected CSV with a header line in UTF-8, or Parquet",
        ));
    }
    let text = BufReader::new(File::open(file).map_err(refused)?);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(&head))
        .trim(Trim::All)
        .from_reader(text);
    let header = reader.headers().map_err(|e| wrong(file, &e))?;
    let names: Vec<String> = header.iter().map(str::to_owned).collect();
    let at = columns::find(&names, naming).map_err(|problem| DataError::bad_file(file, problem))?;

    let mut cells: Vec<Cell> = Vec::new();
    let mut lines: Vec<u64> = Vec::new();
    let mut values: [Vec<f64>; 5] = Default::default();
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|e| wrong(file, &e))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        let bad = |problem: String| DataError::BadLine {
            file: file.to_owned(),
            line,
            problem,
        };
        let field = |place: usize| {
            at.get(place)
                .and_then(|&i| record.get(i))
                .unwrap_or_default()
        };
        cells.push(times::cell(field(0)).map_err(bad)?);
        for (place, out) in (1..).zip(&mut values) {
            out.push(number(field(place), naming.called(place)).map_err(bad)?);
        }
        lines.push(line);
    }
    let time = times::to_nanos(&cells).map_err(|row| DataError::BadLine {
        file: file.to_owned(),
        line: lines.get(row).copied().unwrap_or_default(),
        problem: "has a time out of range; expected a time in the years 1678 to 2261".to_owned(),
    })?;
    let [open, high, low, close, volume] = values;
    Ok((
        Bars {
            time,
            open,
            high,
            low,
            close,
            volume,
        },
        lines,
    ))
}

/// The separator the first line has most of.
fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|&b| b == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| line.iter().filter(|&&b| b == wanted).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

fn number(text: &str, name: &str) -> Result<f64, String> {
    let missing = ["", "nan", "null", "na", "n/a", "none"];
    if missing.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Ok(f64::NAN);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!(
            "has `{}` in the column `{name}`, which is not finite; expected a number, or nothing where it is missing",
            shown(text)
        )),
        Err(_) => Err(format!(
            "has `{}` in the column `{name}`, which is not a number; expected one like 1234.5, or nothing where it is missing",
            shown(text)
        )),
    }
}

/// An error of the reader, with its line where it has one.
fn wrong(file: &Path, error: &csv::Error) -> DataError {
    let line = error.position().map_or(0, csv::Position::line);
    let at = |problem: String| DataError::BadLine {
        file: file.to_owned(),
        line,
        problem,
    };
    match error.kind() {
        ErrorKind::Io(e) => {
            DataError::io(file, "read", std::io::Error::new(e.kind(), e.to_string()))
        }
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => at(format!(
            "has {len} fields; expected {expected_len}, as in the header line"
        )),
        ErrorKind::Utf8 { .. } => at("is not text in UTF-8; expected CSV in UTF-8".to_owned()),
        _ => at(format!("cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_the_separator() {
        assert_eq!(delimiter(b"a,b,c\n1;2;3;4\n"), b',');
        assert_eq!(delimiter(b"a;b;c\n"), b';');
        assert_eq!(delimiter(b"a\tb\tc"), b'\t');
        assert_eq!(delimiter(b"a"), b',');
    }

    #[test]
    fn numbers_and_their_absence() {
        assert_eq!(number("1234.5", "open").unwrap(), 1234.5);
        assert_eq!(number("1e-7", "open").unwrap(), 1e-7);
        assert_eq!(number("-0", "open").unwrap().to_bits(), (-0.0f64).to_bits());
        for text in ["", "NaN", "nan", "null", "NA", "None", "N/A"] {
            assert!(number(text, "open").unwrap().is_nan(), "{text}");
        }
        for (text, words) in [
            (
                "1,234.5",
                "`1,234.5` in the column `open`, which is not a number",
            ),
            ("abc", "expected one like 1234.5"),
            ("1.2.3", "not a number"),
            ("0x10", "not a number"),
            ("inf", "not finite"),
            ("1e999", "not finite"),
        ] {
            let error = number(text, "open").unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
