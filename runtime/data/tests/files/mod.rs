//! Small data files made on the spot, good and bad.
#![allow(dead_code)] // Each test program uses a part of it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, TimestampMillisecondArray};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use strat_data::{DataError, Key, Loaded, Range, Store};
use strat_market::{Bar, Bars, Timeframe};

/// One hour in nanoseconds.
pub const HOUR: i64 = 3_600_000_000_000;
/// 2024-01-01 00:00 UTC in nanoseconds.
pub const NEW_YEAR: i64 = 1_704_067_200_000_000_000;

/// `symbol` at `timeframe` from binance.
pub fn key(symbol: &str, timeframe: &str) -> Key {
    Key {
        exchange: "binance".parse().unwrap(),
        symbol: symbol.parse().unwrap(),
        timeframe: timeframe.parse::<Timeframe>().unwrap(),
    }
}

/// BTC/USDT 1h from binance.
pub fn btc() -> Key {
    key("BTC/USDT", "1h")
}

/// So many clean hourly bars from the new year of 2024 on.
pub fn hourly(bars: usize) -> Bars {
    hours(0..bars as i64)
}

/// Clean bars at hours counted from the new year of 2024.
pub fn hours(hours: impl IntoIterator<Item = i64>) -> Bars {
    let bar = |hour: i64| {
        let x = 100.0 + hour as f64 / 8.0;
        Bar {
            time: NEW_YEAR + hour * HOUR,
            open: x,
            high: x + 2.0,
            low: x - 2.0,
            close: x + 1.0,
            volume: 7.5,
        }
    };
    hours.into_iter().map(bar).collect()
}

/// The columns of `bars` by name, for a test to change before they are written.
pub fn columns(bars: &Bars) -> Vec<(&'static str, ArrayRef)> {
    let times =
        TimestampMillisecondArray::from_iter_values(bars.time.iter().map(|t| t / 1_000_000));
    let mut out: Vec<(&'static str, ArrayRef)> =
        vec![("timestamp", Arc::new(times.with_timezone("UTC")))];
    for (name, values) in bars.value_columns() {
        out.push((name, Arc::new(Float64Array::from(values.to_vec()))));
    }
    out
}

/// The same columns with one in the place of the one of its name.
pub fn with(
    mut columns: Vec<(&'static str, ArrayRef)>,
    name: &str,
    array: ArrayRef,
) -> Vec<(&'static str, ArrayRef)> {
    for column in &mut columns {
        if column.0 == name {
            column.1 = array.clone();
        }
    }
    columns
}

/// Writes columns as they are, in row groups of `group` rows.
pub fn write(path: &Path, columns: Vec<(&'static str, ArrayRef)>, group: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group));
    write_with(path, columns, properties.build());
}

/// Writes columns as they are.
pub fn write_with(
    path: &Path,
    columns: Vec<(&'static str, ArrayRef)>,
    properties: WriterProperties,
) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
            .unwrap();
    let mut writer = ArrowWriter::try_new(
        File::create(path).unwrap(),
        batch.schema(),
        Some(properties),
    )
    .unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Everything of BTC/USDT 1h.
pub fn load_all(store: &Store) -> Result<Loaded, DataError> {
    store.load(&btc(), &Range::default())
}

/// Bits of every value: NaN equals itself, 0 differs from -0.
pub fn bits(bars: &Bars) -> (Vec<i64>, Vec<u64>) {
    let values = bars.value_columns();
    (
        bars.time.clone(),
        values
            .iter()
            .flat_map(|(_, column)| column.iter().map(|v| v.to_bits()))
            .collect(),
    )
}
