//! The folder of data files: where a file is, loading a range of it, saving into it.

use std::fs;
use std::path::{Path, PathBuf};

use strat_market::{Bars, Timeframe, format_time};

use crate::absent;
use crate::columns::Naming;
use crate::describe::{Origin, extent};
use crate::error::DataError;
use crate::key::Key;
use crate::lock::Lock;
use crate::normalize::{first_disorder, normalize};
use crate::notes::remarks;
use crate::parquet::{self, Table};
use crate::range::{Preload, Range};

/// A folder of data files named `{exchange}_{BASE}_{QUOTE}_{timeframe}.parquet`, with the columns
/// `timestamp` (bar open, UTC), `open`, `high`, `low`, `close`, `volume`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    dir: PathBuf,
}

/// Bars as loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The bars, times strictly increasing; first the preloaded ones, then those of the range.
    pub bars: Bars,
    /// Index of the first bar inside the range, which is also the number of preloaded bars.
    pub start: usize,
    /// What a report should say about the data: missing and odd values, a range cut by the ends of
    /// the data, fewer preloaded bars than asked for, a synthetic origin.
    pub notes: Vec<String>,
}

/// What a save did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The file.
    pub file: PathBuf,
    /// Bars in it now.
    pub rows: usize,
    /// Bars that are new to it.
    pub added: usize,
    /// Bars it had before whose values were overwritten.
    pub replaced: usize,
}

impl Store {
    /// A store in `dir`. Nothing is touched yet: a missing folder is an error when something is
    /// read from it, and is made when something is saved.
    #[must_use]
    pub fn open(dir: impl Into<PathBuf>) -> Store {
        Store { dir: dir.into() }
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the bars of `key` are, whether the file exists or not.
    #[must_use]
    pub fn path(&self, key: &Key) -> PathBuf {
        self.dir.join(key.file_name())
    }

    /// Loads the bars of a range, after as many earlier ones as its preload asks for and there are.
    ///
    /// Only what the range needs is read, so rows outside of it are checked as far as they share a
    /// row group with it.
    ///
    /// # Errors
    /// When there is no such data (saying what there is), the range is backward or holds no bar,
    /// times do not strictly increase, or the file is not a Parquet file of bars.
    pub fn load(&self, key: &Key, range: &Range) -> Result<Loaded, DataError> {
        let (from, to) = range.bounds()?;
        let table = self.open_table(key)?;
        let extent = extent(&table)?;
        let nothing = || DataError::NoBarsInRange {
            file: self.path(key),
            wanted: range.in_words(),
            first: extent.start,
            last: extent.end,
        };
        let groups = match table.bounds() {
            Some(bounds) => {
                let groups = overlapping(&bounds, from, to).ok_or_else(nothing)?;
                with_preload(groups, range.preload, |groups| table.rows_of(groups))
            }
            None => table.all(),
        };
        let times = table.times(&groups)?;
        let before = table.rows_of(&(0..groups.start));
        if let Some(row) = first_disorder(&times) {
            return Err(DataError::Disorder {
                file: self.path(key),
                row: before.saturating_add(row),
                time: times.get(row).copied().unwrap_or_default(),
                previous: times
                    .get(row.saturating_sub(1))
                    .copied()
                    .unwrap_or_default(),
                key: Box::new(key.clone()),
            });
        }
        let first = times.partition_point(|&time| time < from);
        let end = times.partition_point(|&time| time <= to);
        if first == end {
            return Err(nothing());
        }
        let begin = first.saturating_sub(range.preload.most());
        let bars = table.bars(&groups, &times, begin..end)?;
        let start = first - begin;

        let mut notes = Vec::new();
        if extent.origin == Origin::Sample {
            notes.push(format!(
                "{} is synthetic sample data, not a market: results on it mean nothing beyond showing how the tool works",
                self.path(key).display()
            ));
        }
        notes.extend(cut_by_the_ends(
            range,
            key.timeframe,
            extent.start,
            extent.end,
        ));
        if let Preload::Bars(wanted) = range.preload
            && start < wanted
            && range.from.is_some()
        {
            notes.push(format!(
                "{wanted} earlier bars were asked for to warm up on; the data has {start}"
            ));
        }
        notes.extend(remarks(
            &bars,
            key.timeframe,
            Some(before.saturating_add(begin)),
        ));
        Ok(Loaded { bars, start, notes })
    }

    /// Saves bars of a market: joined with what the file has, a bar given here taking the place of
    /// one with the same time, sorted by time. The file is replaced in one step.
    ///
    /// # Errors
    /// When another process is saving the same file, the file there cannot be read or is the
    /// synthetic sample, the columns differ in length, or the file system refuses.
    pub fn save(&self, key: &Key, bars: &Bars) -> Result<Saved, DataError> {
        let path = self.path(key);
        let _lock = self.lock_for_writing(&path, bars)?;
        let (new, _) = normalize(bars);
        let old = match Table::open(&path, Naming::Exact) {
            Ok(table) if table.origin() == Origin::Sample => {
                return Err(DataError::Mixed {
                    file: path,
                    file_is_sample: true,
                });
            }
            Ok(table) => {
                let all = table.all();
                let times = table.times(&all)?;
                normalize(&table.bars(&all, &times, 0..times.len())?).0
            }
            Err(error) if absent::is_absent(&error) => Bars::default(),
            Err(error) => return Err(error),
        };
        let mut joined = old.clone();
        joined.append(&new);
        let (joined, _) = normalize(&joined);
        parquet::write(&path, &joined, Origin::Market)?;
        let replaced = old.len() + new.len() - joined.len();
        Ok(Saved {
            file: path,
            rows: joined.len(),
            added: new.len() - replaced,
            replaced,
        })
    }

    /// Writes a file of the synthetic sample, marked as such, over an earlier one of the same kind.
    pub(crate) fn save_sample(&self, key: &Key, bars: &Bars) -> Result<Saved, DataError> {
        let path = self.path(key);
        let _lock = self.lock_for_writing(&path, bars)?;
        self.require_sample_or_nothing(key)?;
        parquet::write(&path, bars, Origin::Sample)?;
        Ok(Saved {
            file: path,
            rows: bars.len(),
            added: bars.len(),
            replaced: 0,
        })
    }

    /// # Errors
    /// When there is a file for `key` that is not the synthetic sample.
    pub(crate) fn require_sample_or_nothing(&self, key: &Key) -> Result<(), DataError> {
        let path = self.path(key);
        match Table::open(&path, Naming::Exact) {
            Ok(table) if table.origin() == Origin::Sample => Ok(()),
            Err(error) if absent::is_absent(&error) => Ok(()),
            _ => Err(DataError::Mixed {
                file: path,
                file_is_sample: false,
            }),
        }
    }

    fn lock_for_writing(&self, path: &Path, bars: &Bars) -> Result<Lock, DataError> {
        if !bars.is_rectangular() {
            let columns = bars.value_columns();
            let lengths: Vec<String> = std::iter::once(("timestamp", bars.len()))
                .chain(columns.iter().map(|(name, column)| (*name, column.len())))
                .map(|(name, length)| format!("{name} {length}"))
                .collect();
            return Err(DataError::UnevenColumns {
                file: path.to_owned(),
                lengths: lengths.join(", "),
            });
        }
        fs::create_dir_all(&self.dir)
            .map_err(|e| DataError::io(&self.dir, "create the folder", e))?;
        Lock::take(path)
    }

    /// Opens the file of `key`, or says what there is instead.
    pub(crate) fn open_table(&self, key: &Key) -> Result<Table, DataError> {
        match Table::open(&self.path(key), Naming::Exact) {
            Err(error) if absent::is_absent(&error) => {
                self.require_folder()?;
                Err(DataError::NoData {
                    key: Box::new(key.clone()),
                    dir: self.dir.clone(),
                    instead: absent::instead(self, key),
                })
            }
            opened => opened,
        }
    }

    /// # Errors
    /// When the folder does not exist or is a file.
    pub(crate) fn require_folder(&self) -> Result<(), DataError> {
        if self.dir.is_dir() {
            return Ok(());
        }
        if self.dir.exists() {
            return Err(DataError::bad_file(
                &self.dir,
                "is not a folder; expected the folder of the data files (--data DIR)",
            ));
        }
        Err(DataError::NoFolder {
            dir: self.dir.clone(),
        })
    }
}

/// The row groups that can hold a bar of the range, if any can. They follow each other in time.
fn overlapping(bounds: &[(i64, i64)], from: i64, to: i64) -> Option<std::ops::Range<usize>> {
    let first = bounds.partition_point(|&(_, last)| last < from);
    let end = bounds.partition_point(|&(first, _)| first <= to);
    (first < end).then_some(first..end)
}

/// The same row groups and as many before them as the preload can need.
fn with_preload(
    groups: std::ops::Range<usize>,
    preload: Preload,
    rows_of: impl Fn(&std::ops::Range<usize>) -> usize,
) -> std::ops::Range<usize> {
    let mut start = groups.start;
    while start > 0 && rows_of(&(start..groups.start)) < preload.most() {
        start -= 1;
    }
    start..groups.end
}

/// Where a range reaches beyond what there is.
fn cut_by_the_ends(range: &Range, timeframe: Timeframe, first: i64, last: i64) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(from) = range.from
        && from.first() < first
    {
        notes.push(format!(
            "the range begins at {from}; the data begins later, at {}",
            format_time(first)
        ));
    }
    if let Some(to) = range.to
        && to.last() >= last.saturating_add(timeframe.nanos())
    {
        notes.push(format!(
            "the range ends at {to}; the data ends earlier, with the bar of {}",
            format_time(last)
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_groups_of_a_range() {
        let bounds = [(0, 9), (10, 19), (30, 39)];
        assert_eq!(overlapping(&bounds, i64::MIN, i64::MAX), Some(0..3));
        assert_eq!(overlapping(&bounds, 9, 10), Some(0..2));
        assert_eq!(overlapping(&bounds, 10, 19), Some(1..2));
        assert_eq!(overlapping(&bounds, 20, 29), None);
        assert_eq!(overlapping(&bounds, 25, 30), Some(2..3));
        assert_eq!(overlapping(&bounds, 40, 50), None);
        assert_eq!(overlapping(&bounds, -5, -1), None);
        assert_eq!(overlapping(&[], 0, 1), None);
    }

    #[test]
    fn a_preload_adds_row_groups() {
        let rows = |groups: &std::ops::Range<usize>| 10 * groups.len();
        assert_eq!(with_preload(2..3, Preload::None, rows), 2..3);
        assert_eq!(with_preload(2..3, Preload::Bars(1), rows), 1..3);
        assert_eq!(with_preload(2..3, Preload::Bars(10), rows), 1..3);
        assert_eq!(with_preload(2..3, Preload::Bars(11), rows), 0..3);
        assert_eq!(with_preload(2..3, Preload::All, rows), 0..3);
        assert_eq!(with_preload(0..1, Preload::All, rows), 0..1);
    }
}
