//! One Parquet file of bars, opened: its columns found and their types checked, nothing read yet.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::array::Array;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::file::reader::Length;
use strat_market::Bars;

use super::check::{self, Group};
use super::column::{Unit, append_numbers, append_times, unit_by_magnitude};
use super::guard::guard;
use super::source::Source;
use crate::columns::{self, Naming};
use crate::describe::Origin;
use crate::error::DataError;

/// Rows decoded at a time: what a read reserves before it knows how many rows there are.
const BATCH: usize = 65_536;

/// An open data file.
pub(crate) struct Table {
    path: PathBuf,
    source: Source,
    meta: ArrowReaderMetadata,
    /// Position of each of [`NAMES`](columns::NAMES) among the columns of the file.
    roots: [usize; 6],
    /// Nanoseconds per count of the time column; unknown until all of it is read where neither
    /// its type nor the footer tells.
    scale: Option<i64>,
    groups: Vec<Group>,
    origin: Origin,
    naming: Naming,
}

impl Table {
    /// Opens a file and checks that it can hold bars.
    ///
    /// # Errors
    /// [`DataError::Io`] when it cannot be opened, else [`DataError::BadFile`] with what is wrong.
    pub(crate) fn open(path: &Path, naming: Naming) -> Result<Table, DataError> {
        let source = Source::open(path).map_err(|e| DataError::io(path, "read", e))?;
        let bad = |problem: String| DataError::bad_file(path, problem);
        check::frame(&source).map_err(bad)?;
        // The types of the Parquet schema itself: a copy of the Arrow schema in the file could only
        // differ from it by being wrong.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let meta = guard(
            || ArrowReaderMetadata::load(&source, options).map_err(|e| damaged(&e)),
            in_footer,
        )
        .map_err(bad)?;
        let names: Vec<String> = meta
            .schema()
            .fields()
            .iter()
            .map(|f| f.name().clone())
            .collect();
        let roots = columns::find(&names, naming).map_err(bad)?;
        let unit = check::types(&meta, &roots, naming).map_err(bad)?;
        let leaves = check::leaves(&meta, &roots)
            .ok_or_else(|| bad("is damaged: its columns do not match its schema".to_owned()))?;
        let mut groups = Vec::new();
        for group in meta.metadata().row_groups() {
            groups.push(check::group(group, &leaves, source.len()).map_err(bad)?);
        }
        let scale = match unit {
            Unit::Nanos(scale) => Some(scale),
            Unit::Unsaid => counts(&groups)
                .map(|c| unit_by_magnitude(largest(c.iter().flat_map(|&(l, m)| [l, m])))),
        };
        let origin = check::origin(&meta);
        Ok(Table {
            path: path.to_owned(),
            source,
            meta,
            roots,
            scale,
            groups,
            origin,
            naming,
        })
    }

    /// The number of rows the footer claims.
    pub(crate) fn rows(&self) -> usize {
        self.rows_of(&self.all())
    }

    /// Whether the file is marked as synthetic.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// Every row group.
    pub(crate) fn all(&self) -> Range<usize> {
        0..self.groups.len()
    }

    /// Rows of some row groups, by the footer.
    pub(crate) fn rows_of(&self, groups: &Range<usize>) -> usize {
        let groups = self.groups.get(groups.clone()).unwrap_or_default();
        groups
            .iter()
            .fold(0usize, |sum, group| sum.saturating_add(group.rows))
    }

    /// First and last time of each row group in nanoseconds, where the footer has them for all of
    /// them and the groups follow each other in time; else nothing, and all must be read.
    pub(crate) fn bounds(&self) -> Option<Vec<(i64, i64)>> {
        let counts = counts(&self.groups)?;
        let scale = self.scale?;
        let mut bounds: Vec<(i64, i64)> = Vec::with_capacity(counts.len());
        for (least, most) in counts {
            let (least, most) = (least.checked_mul(scale)?, most.checked_mul(scale)?);
            if least > most || bounds.last().is_some_and(|&(_, before)| before >= least) {
                return None;
            }
            bounds.push((least, most));
        }
        Some(bounds)
    }

    /// Times of all rows of some row groups, nanoseconds since the epoch, as they stand in the file.
    ///
    /// # Errors
    /// When a time is null or out of range, or the file is damaged.
    pub(crate) fn times(&self, groups: &Range<usize>) -> Result<Vec<i64>, DataError> {
        let mut counts: Vec<i64> = Vec::new();
        let before = self.rows_of(&(0..groups.start));
        self.read(groups, &self.roots[..1], None, |columns| {
            let Some(column) = columns.first() else {
                return Err("is damaged: its time column cannot be read".to_owned());
            };
            let read = counts.len();
            append_times(*column, &mut counts).map_err(|row| {
                format!(
                    "row {} (counted from 0) has no time in the column `timestamp`; expected a time in every row",
                    before.saturating_add(read + row)
                )
            })
        })?;
        let claimed = self.rows_of(groups);
        if counts.len() != claimed {
            return Err(self.bad(format!(
                "is damaged: its footer claims {claimed} rows and {} can be read",
                counts.len()
            )));
        }
        // Without footer times there is no pruning, so these counts are the whole column.
        let scale = self
            .scale
            .unwrap_or_else(|| unit_by_magnitude(largest(counts.iter().copied())));
        for (row, count) in counts.iter_mut().enumerate() {
            *count = count.checked_mul(scale).ok_or_else(|| {
                self.bad(format!(
                    "row {} (counted from 0) has a time out of range in the column `timestamp`; expected a time in the years 1678 to 2261",
                    before.saturating_add(row)
                ))
            })?;
        }
        if let Some(bounds) = self.bounds() {
            let stated = bounds.get(groups.clone()).unwrap_or_default();
            let stated = (stated.first().map(|b| b.0), stated.last().map(|b| b.1));
            if stated != (counts.iter().min().copied(), counts.iter().max().copied()) {
                return Err(self.bad(
                    "is damaged: the times in its footer are not those of its rows".to_owned(),
                ));
            }
        }
        Ok(counts)
    }

    /// The bars of some rows, counted within some row groups whose times were read before.
    ///
    /// # Errors
    /// When a value cannot be kept exactly, or the file is damaged.
    pub(crate) fn bars(
        &self,
        groups: &Range<usize>,
        times: &[i64],
        rows: Range<usize>,
    ) -> Result<Bars, DataError> {
        let before = self.rows_of(&(0..groups.start)).saturating_add(rows.start);
        let mut values: [Vec<f64>; 5] = Default::default();
        let selection = (rows != (0..times.len())).then(|| {
            RowSelection::from_consecutive_ranges(std::iter::once(rows.clone()), times.len())
        });
        let value_roots = self.roots.get(1..).unwrap_or_default();
        self.read(groups, value_roots, selection, |columns| {
            for ((out, column), place) in values.iter_mut().zip(columns).zip(1..) {
                let name = self.naming.called(place);
                let read = out.len();
                append_numbers(*column, out).map_err(|(row, value)| {
                    format!(
                        "row {} (counted from 0) has {value} in the column `{name}`, which 64-bit floating point cannot hold exactly; expected a price or volume",
                        before.saturating_add(read + row)
                    )
                })?;
            }
            Ok(())
        })?;
        let time = times.get(rows).unwrap_or_default().to_vec();
        let [open, high, low, close, volume] = values;
        let bars = Bars {
            time,
            open,
            high,
            low,
            close,
            volume,
        };
        if bars.is_rectangular() {
            Ok(bars)
        } else {
            Err(self.bad("is damaged: its columns differ in length".to_owned()))
        }
    }

    /// Hands the chosen columns, in the order of `roots`, batch by batch to `take`.
    fn read(
        &self,
        groups: &Range<usize>,
        roots: &[usize],
        selection: Option<RowSelection>,
        mut take: impl FnMut(&[&dyn Array]) -> Result<(), String>,
    ) -> Result<(), DataError> {
        // A batch has its columns in file order, whatever order they are asked for in.
        let mut order: Vec<usize> = roots.to_vec();
        order.sort_unstable();
        order.dedup();
        let places: Vec<usize> = roots
            .iter()
            .filter_map(|root| order.binary_search(root).ok())
            .collect();
        let read = || {
            for batch in self.reader(groups, roots, selection)? {
                let batch = batch.map_err(|e| format!("is damaged: {e}"))?;
                let arrays: Option<Vec<&dyn Array>> = places
                    .iter()
                    .map(|&place| batch.columns().get(place).map(|array| &**array))
                    .collect();
                take(&arrays.ok_or("is damaged: a column is missing from its rows")?)?;
            }
            Ok(())
        };
        guard(read, || "is damaged: its rows cannot be decoded".to_owned())
            .map_err(|problem| self.bad(problem))
    }

    fn reader(
        &self,
        groups: &Range<usize>,
        roots: &[usize],
        selection: Option<RowSelection>,
    ) -> Result<ParquetRecordBatchReader, String> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
            self.source.clone(),
            self.meta.clone(),
        );
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots.iter().copied());
        let mut builder = builder
            .with_projection(mask)
            .with_row_groups(groups.clone().collect())
            .with_batch_size(BATCH);
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        builder.build().map_err(|e| damaged(&e))
    }

    /// An error about this file.
    pub(crate) fn bad(&self, problem: String) -> DataError {
        DataError::bad_file(&self.path, problem)
    }
}

fn in_footer() -> String {
    "is damaged: its footer cannot be decoded".to_owned()
}

fn damaged(error: &parquet::errors::ParquetError) -> String {
    format!("is damaged or of an unsupported kind: {error}")
}

/// The times in the footer, if every row group has them.
fn counts(groups: &[Group]) -> Option<Vec<(i64, i64)>> {
    groups.iter().map(|group| group.counts).collect()
}

fn largest(counts: impl Iterator<Item = i64>) -> u64 {
    counts.map(i64::unsigned_abs).max().unwrap_or(0)
}

/// Whether opening failed only because there is no such file.
pub(crate) fn is_absent(error: &DataError) -> bool {
    matches!(error, DataError::Io { source, .. } if source.kind() == ErrorKind::NotFound)
}
