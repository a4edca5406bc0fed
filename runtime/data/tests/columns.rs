//! Which columns and types a file may have, and what is said of those it may not.

mod files;

use std::fs;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal128Array, Decimal256Array,
    DictionaryArray, Float16Array, Float32Array, Float64Array, Int32Array, Int64Array, StringArray,
    StructArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt16Array, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Int32Type, i256};
use files::{NEW_YEAR, btc, columns, hourly, key, load_all, with, write, write_with};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use strat_data::{Preload, Range, Store};
use strat_market::{Bars, Timeframe, When};

type Columns = Vec<(&'static str, ArrayRef)>;

fn store_of(columns: Columns) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    write(&store.path(&btc()), columns, 7);
    (dir, store)
}

fn loaded(columns: Columns) -> Bars {
    let (_dir, store) = store_of(columns);
    load_all(&store).unwrap().bars
}

fn refusal(columns: Columns) -> String {
    let (_dir, store) = store_of(columns);
    let error = load_all(&store).unwrap_err().to_string();
    assert!(error.contains("binance_BTC_USDT_1h.parquet: "), "{error}");
    error
}

/// Times of `bars` in units of so many nanoseconds.
fn counts(bars: &Bars, nanos: i64) -> Vec<i64> {
    bars.time.iter().map(|t| t / nanos).collect()
}

#[test]
fn times_of_every_type() {
    let bars = hourly(30);
    let seconds = || TimestampSecondArray::from(counts(&bars, 1_000_000_000));
    let milliseconds = || TimestampMillisecondArray::from(counts(&bars, 1_000_000));
    let microseconds = || TimestampMicrosecondArray::from(counts(&bars, 1000));
    let nanoseconds = || TimestampNanosecondArray::from(counts(&bars, 1));
    let times: Vec<ArrayRef> = vec![
        Arc::new(seconds()),
        Arc::new(seconds().with_timezone("UTC")),
        Arc::new(milliseconds()),
        Arc::new(milliseconds().with_timezone("UTC")),
        Arc::new(milliseconds().with_timezone("+00:00")),
        Arc::new(microseconds()),
        Arc::new(microseconds().with_timezone("UTC")),
        Arc::new(nanoseconds()),
        Arc::new(nanoseconds().with_timezone("UTC")),
        Arc::new(Int64Array::from(counts(&bars, 1_000_000_000))),
        Arc::new(Int64Array::from(counts(&bars, 1_000_000))),
        Arc::new(Int64Array::from(counts(&bars, 1000))),
        Arc::new(Int64Array::from(counts(&bars, 1))),
        Arc::new(Date64Array::from(counts(&bars, 1_000_000))),
    ];
    for time in times {
        let kind = time.data_type().clone();
        let (_dir, store) = store_of(with(columns(&bars), "timestamp", time));
        assert_eq!(load_all(&store).unwrap().bars, bars, "{kind}");
        // A range uses the times in the footer, which have the same unit.
        let from = Some(When::Instant(bars.time[20]));
        let part = store
            .load(
                &btc(),
                &Range {
                    from,
                    to: None,
                    preload: Preload::Bars(2),
                },
            )
            .unwrap();
        assert_eq!((part.start, part.bars), (2, bars.slice(18..30)), "{kind}");
        let extent = store.list().unwrap()[0].extent.clone().unwrap();
        assert_eq!(
            (extent.start, extent.end),
            (bars.time[0], bars.time[29]),
            "{kind}"
        );
    }
}

#[test]
fn dates_are_times_of_daily_bars() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let days = Arc::new(Date32Array::from(vec![19_723, 19_724, 19_725]));
    write(
        &store.path(&key("BTC/USDT", "1d")),
        with(columns(&hourly(3)), "timestamp", days),
        2,
    );
    let loaded = store
        .load(&key("BTC/USDT", "1d"), &Range::default())
        .unwrap();
    let day = Timeframe::D1.nanos();
    assert_eq!(
        loaded.bars.time,
        [NEW_YEAR, NEW_YEAR + day, NEW_YEAR + 2 * day]
    );
    assert_eq!(loaded.notes, Vec::<String>::new());
}

#[test]
fn whole_number_times_without_statistics_have_one_unit() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    // The first lies in the range of seconds by itself.
    let times = Arc::new(Int64Array::from(vec![0, 3_600_000, 1_704_067_200_000]));
    for statistics in [EnabledStatistics::None, EnabledStatistics::Chunk] {
        let properties = WriterProperties::builder()
            .set_statistics_enabled(statistics)
            .set_max_row_group_row_count(Some(1))
            .build();
        write_with(
            &store.path(&btc()),
            with(columns(&hourly(3)), "timestamp", times.clone()),
            properties,
        );
        let loaded = store
            .load(
                &btc(),
                &Range {
                    from: Some(When::Instant(1)),
                    ..Range::default()
                },
            )
            .unwrap();
        assert_eq!(loaded.bars.time, [3_600_000_000_000, NEW_YEAR]);
    }
}

#[test]
fn files_without_statistics_and_other_compressions() {
    let bars = hourly(30);
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        let properties = WriterProperties::builder()
            .set_statistics_enabled(EnabledStatistics::None)
            .set_compression(compression)
            .set_max_row_group_row_count(Some(7));
        write_with(&store.path(&btc()), columns(&bars), properties.build());
        let range = Range {
            from: Some(When::Instant(bars.time[9])),
            to: Some(When::Instant(bars.time[11])),
            preload: Preload::Bars(1),
        };
        assert_eq!(store.load(&btc(), &range).unwrap().bars, bars.slice(8..12));
        let extent = store.list().unwrap()[0].extent.clone().unwrap();
        assert_eq!(
            (extent.rows, extent.start, extent.end),
            (30, bars.time[0], bars.time[29])
        );
    }
}

#[test]
fn numbers_of_every_type() {
    let all = |array: ArrayRef| {
        let mut columns = columns(&hourly(4));
        for name in ["open", "high", "low", "close", "volume"] {
            columns = with(columns, name, array.clone());
        }
        let bars = loaded(columns);
        assert_eq!(bars.open.len(), 4);
        bars.close
    };
    let exact = 1i64 << 53;
    let close = all(Arc::new(Float64Array::from(vec![
        Some(0.1),
        None,
        Some(f64::NAN),
        Some(-0.0),
    ])));
    assert_eq!(close[0], 0.1);
    assert!(close[1].is_nan() && close[2].is_nan() && close[3].is_sign_negative());
    assert_eq!(
        all(Arc::new(Float32Array::from(vec![0.1, 2.0, 3.0, 4.0]))),
        [f64::from(0.1f32), 2.0, 3.0, 4.0]
    );
    let halves = [0.5f32, 1.0, 2.0, 65504.0].map(half);
    assert_eq!(
        all(Arc::new(Float16Array::from(halves.to_vec()))),
        [0.5, 1.0, 2.0, 65504.0]
    );
    assert_eq!(
        all(Arc::new(Int64Array::from(vec![-exact, 0, 1, exact]))),
        [-9007199254740992.0, 0.0, 1.0, 9007199254740992.0]
    );
    assert_eq!(
        all(Arc::new(Int32Array::from(vec![1, 2, 3, i32::MIN]))),
        [1.0, 2.0, 3.0, -2147483648.0]
    );
    assert_eq!(
        all(Arc::new(UInt16Array::from(vec![1, 2, 3, 65535]))),
        [1.0, 2.0, 3.0, 65535.0]
    );
    assert_eq!(
        all(Arc::new(UInt64Array::from(vec![1, 2, 3, 4]))),
        [1.0, 2.0, 3.0, 4.0]
    );
    let nulls = all(Arc::new(Int64Array::from(vec![
        Some(1),
        None,
        Some(3),
        Some(4),
    ])));
    assert!(nulls[1].is_nan() && nulls[3] == 4.0);
    // 0.1, and a number whose digits no double holds.
    for precision in [9, 18, 38] {
        let decimals =
            Decimal128Array::from(vec![Some(10_000_000), None, Some(1), Some(123_456_789)]);
        let close = all(Arc::new(
            decimals.with_precision_and_scale(precision, 8).unwrap(),
        ));
        assert!((close[0], close[2], close[3]) == (0.1, 1e-8, 1.23456789) && close[1].is_nan());
    }
    let long = Decimal128Array::from(vec![12_345_678_901_234_567_890_123_456_789i128; 4]);
    let close = all(Arc::new(long.with_precision_and_scale(38, 10).unwrap()));
    assert_eq!(close[0], 1_234_567_890_123_456_789.012_345_678_9);
    let categories: DictionaryArray<Int32Type> = DictionaryArray::new(
        Int32Array::from(vec![0, 1, 0, 1]),
        Arc::new(Float64Array::from(vec![1.5, 2.5])),
    );
    assert_eq!(all(Arc::new(categories)), [1.5, 2.5, 1.5, 2.5]);
}

fn half(
    value: f32,
) -> <arrow::datatypes::Float16Type as arrow::datatypes::ArrowPrimitiveType>::Native {
    <arrow::datatypes::Float16Type as arrow::datatypes::ArrowPrimitiveType>::Native::from_f32(value)
}

#[test]
fn further_columns_and_another_order_do_not_matter() {
    let bars = hourly(20);
    let mut mixed = columns(&bars);
    mixed.reverse();
    let nested = StructArray::from(vec![
        (
            Arc::new(Field::new("a", DataType::Int32, true)),
            Arc::new(Int32Array::from(vec![1; 20])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("b", DataType::Int32, true)),
            Arc::new(Int32Array::from(vec![2; 20])) as ArrayRef,
        ),
    ]);
    mixed.insert(2, ("nested", Arc::new(nested)));
    mixed.insert(0, ("note", Arc::new(StringArray::from(vec!["x"; 20]))));
    mixed.push(("trades", Arc::new(Int64Array::from(vec![None; 20]))));
    assert_eq!(loaded(mixed), bars);
}

#[test]
fn wrong_columns_are_named() {
    let bars = || columns(&hourly(4));
    let without = |name: &str| {
        bars()
            .into_iter()
            .filter(|c| c.0 != name)
            .collect::<Columns>()
    };
    let error = refusal(without("close"));
    assert!(
        error.contains("has no column `close`; found `timestamp`, `open`, `high`, `low`, `volume`"),
        "{error}"
    );
    assert!(
        error.contains("expected timestamp, open, high, low, close, volume"),
        "{error}"
    );
    let error = refusal(bars().into_iter().take(1).collect());
    assert!(
        error.contains("has no columns `open`, `high`, `low`, `close`, `volume`"),
        "{error}"
    );
    let mut twice = bars();
    twice.push(("low", twice[3].1.clone()));
    let error = refusal(twice);
    assert!(error.contains("the column `low` twice"), "{error}");

    let texts = || Arc::new(StringArray::from(vec!["1"; 4])) as ArrayRef;
    let flags = Arc::new(BooleanArray::from(vec![true; 4])) as ArrayRef;
    let wide = Decimal256Array::from(vec![i256::ONE; 4])
        .with_precision_and_scale(60, 2)
        .unwrap();
    for (name, array, words) in [
        (
            "close",
            texts(),
            "has a column `close` of type Utf8; expected a number (Float64)",
        ),
        (
            "volume",
            flags,
            "has a column `volume` of type Boolean; expected a number",
        ),
        (
            "open",
            Arc::new(wide) as ArrayRef,
            "has a column `open` of type Decimal256(60, 2); expected a number",
        ),
        (
            "high",
            columns(&hourly(4))[0].1.clone(),
            "has a column `high` of type Timestamp(ms, \"UTC\"); expected a number",
        ),
        (
            "timestamp",
            texts(),
            "has a column `timestamp` of type Utf8; expected a timestamp, a date, or whole numbers",
        ),
        (
            "timestamp",
            columns(&hourly(4))[1].1.clone(),
            "has a column `timestamp` of type Float64; expected a timestamp",
        ),
    ] {
        let error = refusal(with(bars(), name, array));
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn wrong_values_are_named_with_their_row() {
    // Row 9 is in the second row group.
    let bars = || columns(&hourly(10));
    let mut times: Vec<Option<i64>> = counts(&hourly(10), 1_000_000)
        .into_iter()
        .map(Some)
        .collect();
    times[9] = None;
    let error = refusal(with(
        bars(),
        "timestamp",
        Arc::new(TimestampMillisecondArray::from(times)),
    ));
    assert!(
        error.contains("row 9 (counted from 0) has no time in the column `timestamp`"),
        "{error}"
    );

    let mut times = counts(&hourly(10), 1_000_000_000);
    times[9] = 99_999_999_999;
    let error = refusal(with(
        bars(),
        "timestamp",
        Arc::new(TimestampSecondArray::from(times)),
    ));
    assert!(
        error.contains("row 9 (counted from 0) has a time out of range"),
        "{error}"
    );
    assert!(error.contains("the years 1678 to 2261"), "{error}");

    let mut whole = vec![5i64; 10];
    whole[9] = (1 << 53) + 1;
    let error = refusal(with(bars(), "volume", Arc::new(Int64Array::from(whole))));
    assert!(
        error.contains("row 9 (counted from 0) has 9007199254740993 in the column `volume`"),
        "{error}"
    );
}

#[test]
fn files_that_hold_nothing() {
    let (_dir, store) = store_of(columns(&Bars::default()));
    for error in [
        load_all(&store).unwrap_err().to_string(),
        store.info(&btc()).unwrap_err().to_string(),
        store.list().unwrap()[0].extent.clone().unwrap_err(),
    ] {
        assert!(
            error.contains("has no rows; expected at least one bar"),
            "{error}"
        );
    }
    for (bytes, words) in [
        (&b""[..], "is empty; expected a Parquet file"),
        (
            b"timestamp,open,high,low,close,volume\n",
            "is not a Parquet file (it does not begin with PAR1); `stratc data import` reads CSV",
        ),
        (b"PAR1", "is cut short"),
        (b"PAR1....PARE", "is encrypted"),
        (
            b"PAR1\xff\xff\xff\x7fPAR1",
            "its footer claims 2147483647 of its 12 bytes",
        ),
        (b"PAR1\x00\x00\x00\x00PAR1", "is damaged"),
    ] {
        fs::write(store.path(&btc()), bytes).unwrap();
        let error = load_all(&store).unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains("binance_BTC_USDT_1h.parquet"),
            "{error}"
        );
    }
}
