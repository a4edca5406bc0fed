//! Bringing a CSV or Parquet file from elsewhere into a store.
//!
//! Rows may be in any order and repeat; they are sorted, the last of each repeated time is kept,
//! and what was repaired is told. What cannot be read is refused with its line: a number is never
//! guessed.

mod csv;
mod times;
mod values;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use values::{Values, read_values};

use crate::columns::Naming;
use crate::error::DataError;
use crate::key::Key;
use crate::normalize::normalize;
use crate::notes::remarks;
use crate::parquet::Table;
use crate::store::{Saved, Store};
use strat_market::Bars;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What is in the store now.
    pub saved: Saved,
    /// Rows read from the file.
    pub rows: usize,
    /// What was repaired on the way, one sentence each; empty when nothing had to be.
    pub repairs: Vec<String>,
    /// What is odd about the imported bars without being an error, one sentence each.
    pub notes: Vec<String>,
}

/// Reads a file of bars into a store, joined with what is there for `key`.
///
/// The kind of file is told by its content. Column names are matched in any case and with their
/// usual other forms; there must be a time, open, high, low, close and volume. Times are ISO 8601
/// (UTC where there is no offset), dates, or whole numbers since 1970 in seconds, milliseconds,
/// microseconds or nanoseconds, told apart by the largest of the column. An empty field, `NaN`,
/// `null` and `na` are missing values.
///
/// # Errors
/// When the file cannot be read as bars (with the line), has no rows, or cannot be saved.
pub fn import(file: &Path, key: &Key, store: &Store) -> Result<Imported, DataError> {
    let (rows, sorted, repairs) = sorted_rows(file, Naming::Usual, "bar")?;
    let notes = remarks(&sorted, key.timeframe, None);
    let saved = store.save(key, &sorted)?;
    Ok(Imported {
        saved,
        rows,
        repairs,
        notes,
    })
}

/// The number of rows of a file, the rows by time, and what was repaired; at least one `what`.
fn sorted_rows(
    file: &Path,
    naming: Naming,
    what: &str,
) -> Result<(usize, Bars, Vec<String>), DataError> {
    let (bars, lines) = if is_parquet(file)? {
        let table = Table::open(file, naming)?;
        let all = table.all();
        let times = table.times(&all)?;
        (table.bars(&all, &times, 0..times.len())?, None)
    } else {
        let (bars, lines) = csv::read(file, naming)?;
        (bars, Some(lines))
    };
    if bars.is_empty() {
        return Err(DataError::bad_file(
            file,
            format!("has no rows; expected at least one {what}"),
        ));
    }
    let (sorted, repairs) = normalize(&bars);
    let repairs = repairs.in_words(
        |row| match lines.as_ref().and_then(|lines| lines.get(row)) {
            Some(line) => format!("in line {line}"),
            None => format!("in row {row} (counted from 0)"),
        },
    );
    Ok((bars.len(), sorted, repairs))
}

/// Whether a file begins as a Parquet file does.
fn is_parquet(file: &Path) -> Result<bool, DataError> {
    let refused = |e| DataError::io(file, "read", e);
    let mut head = Vec::new();
    File::open(file)
        .map_err(refused)?
        .take(4)
        .read_to_end(&mut head)
        .map_err(refused)?;
    Ok(head == b"PAR1")
}
