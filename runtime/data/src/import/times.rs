//! A column of times as text.
//!
//! Whole numbers mean seconds, milliseconds, microseconds or nanoseconds since 1970 by the largest
//! of the whole column, so that one column has one unit; so they are kept as they are until the
//! last row is read.

use strat_market::parse_when;

use crate::parquet::unit_by_magnitude;

/// One cell, read as far as it can be by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nanoseconds since the epoch.
    At(i64),
    /// A whole number whose unit the column decides.
    Count(i64),
}

/// Reads one cell.
///
/// # Errors
/// What was found and what was expected.
pub(super) fn cell(text: &str) -> Result<Cell, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("has no time; expected a time in every row".to_owned());
    }
    // Spreadsheets and data frames write whole numbers with a fraction of zeros.
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_count = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    // Eight digits that are a date are one (20240131); as seconds they would lie before 1974.
    if is_count && let (8, Ok(when)) = (whole.len(), parse_when(whole)) {
        return Ok(Cell::At(when.first()));
    }
    if is_count {
        let count = whole.parse::<i64>();
        return count
            .map(Cell::Count)
            .map_err(|_| format!("has the time `{}`, which is out of range", shown(text)));
    }
    parse_when(text)
        .map(|when| Cell::At(when.first()))
        .map_err(|e| format!("has a wrong time: {e}"))
}

/// All cells as nanoseconds since the epoch.
///
/// # Errors
/// The row of the first time that is out of range.
pub(super) fn to_nanos(cells: &[Cell]) -> Result<Vec<i64>, usize> {
    let counts = cells.iter().filter_map(|cell| match cell {
        Cell::Count(count) => Some(count.unsigned_abs()),
        Cell::At(_) => None,
    });
    let scale = unit_by_magnitude(counts.max().unwrap_or(0));
    let nanos = |(row, cell): (usize, &Cell)| match cell {
        Cell::At(at) => Ok(*at),
        Cell::Count(count) => count.checked_mul(scale).ok_or(row),
    };
    cells.iter().enumerate().map(nanos).collect()
}

/// A text from outside as a message may show it.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let mut out: String = text
        .chars()
        .take(MOST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEAR: i64 = 1_704_067_200; // 2024-01-01, seconds

    fn one(text: &str) -> i64 {
        to_nanos(&[cell(text).unwrap()]).unwrap()[0]
    }

    #[test]
    fn every_form_gives_the_same_instant() {
        for text in [
            "2024-01-01",
            "20240101",
            "2024-01-01T00:00:00Z",
            "2024-01-01 00:00",
            "2024-01-01 01:00:00+01:00",
            "1704067200",
            "1704067200.0",
            "1704067200000",
            "1704067200000000",
            "1704067200000000000",
        ] {
            assert_eq!(one(text), NEW_YEAR * 1_000_000_000, "{text}");
        }
        assert_eq!(one("-86400"), -86_400_000_000_000);
    }

    #[test]
    fn the_largest_decides_for_the_column() {
        let cells: Vec<Cell> = ["0", "1704067200000"]
            .iter()
            .map(|t| cell(t).unwrap())
            .collect();
        assert_eq!(to_nanos(&cells).unwrap(), [0, NEW_YEAR * 1_000_000_000]);
        // A day in 1970 in milliseconds would be seconds by itself.
        let cells: Vec<Cell> = ["86400000", "1704067200000"]
            .iter()
            .map(|t| cell(t).unwrap())
            .collect();
        assert_eq!(to_nanos(&cells).unwrap()[0], 86_400_000_000_000);
    }

    #[test]
    fn what_is_not_a_time_says_so() {
        for (text, words) in [
            ("", "has no time"),
            ("NaN", "is not a date or time"),
            ("01/02/2024", "is not a date or time"),
            ("1704067200.5", "is not a date or time"),
            ("99999999999999999999", "out of range"),
            ("-", "is not a date or time"),
            (".0", "is not a date or time"),
        ] {
            let error = cell(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        assert_eq!(
            to_nanos(&[Cell::At(1), Cell::Count(99_999_999_999)]),
            Err(1)
        );
    }
}
