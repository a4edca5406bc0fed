//! A column from elsewhere: values with the times of their publication.

use std::path::Path;

use super::sorted_rows;
use crate::columns::Naming;
use crate::error::DataError;

/// Values with their times of publication, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// When each was published, nanoseconds since the epoch.
    pub time: Vec<i64>,
    /// The values; what is missing is NaN.
    pub value: Vec<f64>,
    /// What was repaired on the way, one sentence each.
    pub repairs: Vec<String>,
}

/// Reads a CSV or Parquet file of times and values, as [`import`](super::import()) reads bars: a
/// column of times, and `value` (or a usual other name, or the only other column).
///
/// # Errors
/// When the file cannot be read so (with the line), or has no rows.
pub fn read_values(file: &Path) -> Result<Values, DataError> {
    let (_, rows, repairs) = sorted_rows(file, Naming::Value, "value")?;
    Ok(Values {
        time: rows.time,
        value: rows.close,
        repairs,
    })
}
