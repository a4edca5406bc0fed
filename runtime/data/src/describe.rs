//! What is in a store: a line per file, and one file in detail.

use std::fs;
use std::path::PathBuf;

use strat_market::{Timeframe, format_time};

use crate::columns::Naming;
use crate::error::DataError;
use crate::key::Key;
use crate::normalize::first_disorder;
use crate::notes::remarks;
use crate::parquet::Table;
use crate::store::Store;

/// Where bars come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A market, as far as the file says.
    Market,
    /// The generator of synthetic samples.
    Sample,
}

/// One file of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The name of the file.
    pub file: String,
    /// What it is about, where its name says so.
    pub key: Option<Key>,
    /// What it holds, or why it cannot be used.
    pub extent: Result<Extent, String>,
}

/// How much a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Number of bars.
    pub rows: usize,
    /// Open time of the earliest bar, nanoseconds since the epoch.
    pub start: i64,
    /// Open time of the latest bar, nanoseconds since the epoch.
    pub end: i64,
    /// Where they come from.
    pub origin: Origin,
}

/// One file in detail.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// What it is about.
    pub key: Key,
    /// Where it is.
    pub file: PathBuf,
    /// How much it holds.
    pub extent: Extent,
    /// Open, high, low, close, volume.
    pub columns: Vec<Column>,
    /// Places where more than one timeframe lies between two bars that follow each other.
    pub gaps: usize,
    /// Bars missing in those places together.
    pub missing_bars: u64,
    /// Bars with a volume of exactly zero.
    pub zero_volume: usize,
    /// Whatever else is odd, one sentence each; times out of order first.
    pub notes: Vec<String>,
}

/// One column in numbers. Missing values are left out of least, greatest and mean, which are NaN
/// when nothing is left.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Mean, summed in row order.
    pub mean: f64,
    /// Missing values.
    pub nan: usize,
}

impl Store {
    /// Every Parquet file of the folder itself, sorted by exchange, symbol and timeframe; files
    /// with other names come last. A file that cannot be used is listed with the reason.
    ///
    /// # Errors
    /// When there is no such folder, or it cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, DataError> {
        let mut out: Vec<Listed> = self
            .file_names()?
            .into_iter()
            .map(|file| self.listed(file))
            .collect();
        // `None` sorts first by itself; a file without a key belongs at the end.
        out.sort_by(|a, b| {
            (a.key.is_none(), &a.key, &a.file).cmp(&(b.key.is_none(), &b.key, &b.file))
        });
        Ok(out)
    }

    fn listed(&self, file: String) -> Listed {
        let (key, extent) = match Key::from_file_name(&file) {
            Err(problem) => (None, Err(problem)),
            Ok(key) => {
                let extent = Table::open(&self.dir().join(&file), Naming::Exact)
                    .and_then(|table| extent(&table));
                (Some(key), extent.map_err(|e| e.to_string()))
            }
        };
        Listed { file, key, extent }
    }

    /// Names of the Parquet files of the folder itself, sorted.
    pub(crate) fn file_names(&self) -> Result<Vec<String>, DataError> {
        self.require_folder()?;
        let mut names = Vec::new();
        let refused = |e| DataError::io(self.dir(), "read", e);
        for entry in fs::read_dir(self.dir()).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".parquet") && !entry.path().is_dir() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// One file in detail. Times out of order are told in the notes, not an error.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be read.
    pub fn info(&self, key: &Key) -> Result<Info, DataError> {
        let table = self.open_table(key)?;
        let extent = extent(&table)?;
        let all = table.all();
        let times = table.times(&all)?;
        let bars = table.bars(&all, &times, 0..times.len())?;
        let (gaps, missing_bars) = gaps(&bars.time, key.timeframe);
        let mut notes = Vec::new();
        if let Some(row) = first_disorder(&bars.time) {
            let time = bars.time.get(row).copied().unwrap_or_default();
            notes.push(format!(
                "times do not strictly increase, first at row {row} (counted from 0), {}; gaps are counted between rows as they stand",
                format_time(time)
            ));
        }
        notes.extend(remarks(&bars, key.timeframe, Some(0)));
        Ok(Info {
            key: key.clone(),
            file: self.path(key),
            extent,
            columns: bars
                .value_columns()
                .iter()
                .map(|(name, values)| column(name, values))
                .collect(),
            gaps,
            missing_bars,
            zero_volume: bars.volume.iter().filter(|&&v| v == 0.0).count(),
            notes,
        })
    }
}

/// Rows and time span of a file, from its footer where that says.
pub(crate) fn extent(table: &Table) -> Result<Extent, DataError> {
    let rows = table.rows();
    let empty = || table.bad("has no rows; expected at least one bar".to_owned());
    if rows == 0 {
        return Err(empty());
    }
    let span = match table.bounds() {
        Some(bounds) => bounds.first().map(|b| b.0).zip(bounds.last().map(|b| b.1)),
        None => {
            let times = table.times(&table.all())?;
            times.iter().min().copied().zip(times.iter().max().copied())
        }
    };
    let (start, end) = span.ok_or_else(empty)?;
    Ok(Extent {
        rows,
        start,
        end,
        origin: table.origin(),
    })
}

fn column(name: &'static str, values: &[f64]) -> Column {
    let mut out = Column {
        name,
        min: f64::NAN,
        max: f64::NAN,
        mean: f64::NAN,
        nan: 0,
    };
    let mut sum = 0.0;
    for &value in values {
        if value.is_nan() {
            out.nan += 1;
            continue;
        }
        if out.min.is_nan() || value < out.min {
            out.min = value;
        }
        if out.max.is_nan() || value > out.max {
            out.max = value;
        }
        sum += value;
    }
    let there = values.len() - out.nan;
    if there > 0 {
        out.mean = sum / there as f64;
    }
    out
}

/// Places with a step longer than the timeframe, and whole bars missing in them together.
fn gaps(times: &[i64], timeframe: Timeframe) -> (usize, u64) {
    let interval = timeframe.nanos();
    let mut count = 0;
    let mut missing = 0u64;
    for pair in times.windows(2) {
        let step = pair[1].saturating_sub(pair[0]);
        if step > interval {
            count += 1;
            missing = missing.saturating_add(u64::try_from(step / interval - 1).unwrap_or(0));
        }
    }
    (count, missing)
}
