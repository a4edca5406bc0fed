//! Writing bars: Snappy Parquet, whole, or not at all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Array, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use strat_market::Bars;

use super::{ORIGIN, SAMPLE};
use crate::describe::Origin;
use crate::error::DataError;

/// Small enough that a range of a long 1m file leaves most of it unread, large enough that a
/// year of 1h bars is one group.
const ROWS_PER_GROUP: usize = 131_072;

/// Writes `bars` to `path` by way of a temporary file beside it, so that a reader sees the old
/// file or the new one and never a part.
///
/// # Errors
/// When the columns differ in length or the file system refuses; the temporary file is removed.
pub(crate) fn write(path: &Path, bars: &Bars, origin: Origin) -> Result<(), DataError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let written = write_all(&temporary, path, bars, origin)
        .and_then(|()| fs::rename(&temporary, path).map_err(|e| DataError::io(path, "write", e)));
    if written.is_err() {
        // What is left of the attempt; if it cannot be removed, the next one overwrites it.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_all(temporary: &Path, path: &Path, bars: &Bars, origin: Origin) -> Result<(), DataError> {
    let refused = |e: ParquetError| DataError::bad_file(path, format!("cannot be written: {e}"));
    let batch = to_batch(bars).map_err(|problem| DataError::bad_file(path, problem))?;
    let file = File::create(temporary).map_err(|e| DataError::io(temporary, "create", e))?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP));
    if origin == Origin::Sample {
        let mark = KeyValue::new(ORIGIN.to_owned(), SAMPLE.to_owned());
        properties = properties.set_key_value_metadata(Some(vec![mark]));
    }
    let mut writer =
        ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).map_err(refused)?;
    writer.write(&batch).map_err(refused)?;
    let file = writer.into_inner().map_err(refused)?;
    // The bytes must be on the disk before the name points at them.
    file.sync_all()
        .map_err(|e| DataError::io(temporary, "write", e))
}

fn to_batch(bars: &Bars) -> Result<RecordBatch, String> {
    // Milliseconds are what exchanges give; finer units only where a time needs them.
    let divisible = |by: i64| bars.time.iter().all(|time| time % by == 0);
    let scaled = |by: i64| bars.time.iter().map(move |time| time / by);
    let (unit, time): (TimeUnit, ArrayRef) = if divisible(1_000_000) {
        let times = TimestampMillisecondArray::from_iter_values(scaled(1_000_000));
        (TimeUnit::Millisecond, Arc::new(times.with_timezone("UTC")))
    } else if divisible(1000) {
        let times = TimestampMicrosecondArray::from_iter_values(scaled(1000));
        (TimeUnit::Microsecond, Arc::new(times.with_timezone("UTC")))
    } else {
        let times = TimestampNanosecondArray::from_iter_values(scaled(1));
        (TimeUnit::Nanosecond, Arc::new(times.with_timezone("UTC")))
    };
    let mut fields = vec![Field::new(
        "timestamp",
        DataType::Timestamp(unit, Some("UTC".into())),
        false,
    )];
    let mut columns = vec![time];
    for (name, values) in bars.value_columns() {
        fields.push(Field::new(name, DataType::Float64, false));
        columns.push(Arc::new(Float64Array::from_iter_values(
            values.iter().copied(),
        )));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|e| format!("cannot be written: {e}"))
}
