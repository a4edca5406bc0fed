//! Loading a range, and saving.

mod files;

use std::fs;
use std::path::Path;

use files::{HOUR, NEW_YEAR, btc, columns, hourly, hours, load_all, write};
use parquet::file::reader::{FileReader, SerializedFileReader};
use strat_data::{DataError, Loaded, Preload, Range, Store};
use strat_market::{Bars, When, parse_when};

fn at(text: &str) -> Option<When> {
    Some(parse_when(text).unwrap())
}

fn range(from: &str, to: &str) -> Range {
    Range {
        from: at(from),
        to: at(to),
        preload: Preload::None,
    }
}

/// Ten days of hourly bars, 2024-01-01 00:00 to 2024-01-10 23:00, in row groups of so many rows.
fn ten_days(group: usize) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    write(&store.path(&btc()), columns(&hourly(240)), group);
    (dir, store)
}

fn hours_of(loaded: &Loaded) -> (i64, i64) {
    let hour = |time: Option<&i64>| (time.unwrap() - NEW_YEAR) / HOUR;
    (
        hour(loaded.bars.time.first()),
        hour(loaded.bars.time.last()),
    )
}

#[test]
fn ranges_have_both_ends() {
    // The same answers whether the file is one row group or many.
    for group in [1000, 100, 24, 7, 1] {
        let (_dir, store) = ten_days(group);
        let load = |range: Range| store.load(&btc(), &range);
        for (from, to, expected) in [
            ("2024-01-02", "2024-01-02", (24, 47)),
            ("2024-01-01", "2024-01-10", (0, 239)),
            ("2024-01-02", "2024-01-03T00:00", (24, 48)),
            ("2024-01-02T05:00", "2024-01-02T05:00", (29, 29)),
            ("2024-01-02T04:30", "2024-01-02T06:59:59.999", (29, 30)),
            ("2024-01-02T05:00Z", "2024-01-02", (29, 47)),
        ] {
            let loaded = load(range(from, to)).unwrap();
            assert_eq!(hours_of(&loaded), expected, "{from} {to} {group}");
            assert_eq!(loaded.start, 0);
            assert_eq!(loaded.notes, Vec::<String>::new());
            assert_eq!(loaded.bars, hours(expected.0..=expected.1));
        }
        let open_start = load(Range {
            to: at("2024-01-01"),
            ..Range::default()
        })
        .unwrap();
        assert_eq!(hours_of(&open_start), (0, 23));
        let open_end = load(Range {
            from: at("2024-01-10"),
            ..Range::default()
        })
        .unwrap();
        assert_eq!(hours_of(&open_end), (216, 239));
    }
}

#[test]
fn a_range_without_bars_is_an_error() {
    let (_dir, store) = ten_days(24);
    let error = |from: &str, to: &str| {
        store
            .load(&btc(), &range(from, to))
            .unwrap_err()
            .to_string()
    };
    let text = error("2024-01-03", "2024-01-02");
    assert!(
        text.contains(
            "begins at 2024-01-03T00:00:00Z and ends before that, at 2024-01-02T23:59:59.999999999Z"
        ),
        "{text}"
    );
    assert!(text.contains("--from"), "{text}");
    for (from, to) in [
        ("2023-01-01", "2023-12-31"),
        ("2025-01-01", "2025-12-31"),
        ("2024-01-02T05:10", "2024-01-02T05:50"),
    ] {
        let text = error(from, to);
        assert!(
            text.contains("binance_BTC_USDT_1h.parquet has no bar from"),
            "{text}"
        );
        assert!(
            text.contains("its bars open from 2024-01-01T00:00:00Z to 2024-01-10T23:00:00Z"),
            "{text}"
        );
    }
    let text = error("2025-01-01", "2025-12-31");
    assert!(
        text.contains("from 2025-01-01T00:00:00Z to the end of 2025-12-31"),
        "{text}"
    );
}

#[test]
fn preload_hands_over_earlier_bars() {
    for group in [1000, 24, 7, 1] {
        let (_dir, store) = ten_days(group);
        let load = |from: Option<When>, preload| {
            store
                .load(
                    &btc(),
                    &Range {
                        from,
                        to: at("2024-01-05"),
                        preload,
                    },
                )
                .unwrap()
        };
        let day4 = at("2024-01-04");
        for (preload, start) in [
            (Preload::None, 0),
            (Preload::Bars(0), 0),
            (Preload::Bars(1), 1),
            (Preload::Bars(50), 50),
            (Preload::Bars(72), 72),
            (Preload::All, 72),
        ] {
            let loaded = load(day4, preload);
            assert_eq!(loaded.start, start, "{preload:?} {group}");
            assert_eq!(hours_of(&loaded), (72 - start as i64, 119));
            assert_eq!(loaded.bars.time[loaded.start], NEW_YEAR + 72 * HOUR);
            assert_eq!(loaded.notes, Vec::<String>::new());
        }
        let loaded = load(day4, Preload::Bars(500));
        assert_eq!((loaded.start, hours_of(&loaded)), (72, (0, 119)));
        assert_eq!(
            loaded.notes,
            ["500 earlier bars were asked for to warm up on; the data has 72"]
        );
        // Without a beginning of the range nothing lies before it.
        let loaded = load(None, Preload::Bars(5));
        assert_eq!((loaded.start, hours_of(&loaded)), (0, (0, 119)));
        assert_eq!(loaded.notes, Vec::<String>::new());
    }
}

#[test]
fn what_lies_before_the_range_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let mut bars = hourly(48);
    // Rows of the first day repeat a time; the second day has a row group of its own.
    bars.time[5] = bars.time[4];
    bars.close[3] = f64::NAN;
    write(&store.path(&btc()), columns(&bars), 24);
    let loaded = store
        .load(&btc(), &range("2024-01-02", "2024-01-02"))
        .unwrap();
    assert_eq!((loaded.bars.len(), loaded.notes.len()), (24, 0));
    let one_before = Range {
        preload: Preload::Bars(1),
        ..range("2024-01-02", "2024-01-02")
    };
    assert!(matches!(
        store.load(&btc(), &one_before),
        Err(DataError::Disorder { row: 5, .. })
    ));
}

#[test]
fn ends_of_the_data_inside_the_range_are_told() {
    let (_dir, store) = ten_days(1000);
    let loaded = store
        .load(&btc(), &range("2023-12-31", "2024-01-11"))
        .unwrap();
    assert_eq!(
        loaded.notes,
        [
            "the range begins at 2023-12-31; the data begins later, at 2024-01-01T00:00:00Z",
            "the range ends at 2024-01-11; the data ends earlier, with the bar of 2024-01-10T23:00:00Z",
        ]
    );
}

#[test]
fn order_is_required_and_the_repair_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    for group in [1000, 4] {
        write(
            &store.path(&btc()),
            columns(&hours([0, 1, 2, 5, 4, 6])),
            group,
        );
        let error = load_all(&store).unwrap_err().to_string();
        assert!(
            error.contains("row 4 (counted from 0) has the time 2024-01-01T04:00:00Z"),
            "{error}"
        );
        assert!(
            error.contains("earlier than the row before it, 2024-01-01T05:00:00Z"),
            "{error}"
        );
        assert!(error.contains("`stratc data import"), "{error}");
        assert!(
            error.contains("--symbol BTC/USDT --timeframe 1h --exchange binance"),
            "{error}"
        );
        write(
            &store.path(&btc()),
            columns(&hours([0, 1, 2, 3, 3, 4])),
            group,
        );
        let error = load_all(&store).unwrap_err().to_string();
        assert!(
            error.contains("row 4 (counted from 0)") && error.contains("repeats the time"),
            "{error}"
        );
    }
    // And it does repair it.
    let file = store.path(&btc());
    let imported = strat_data::import(&file, &btc(), &store).unwrap();
    assert_eq!(imported.saved.rows, 5);
    assert_eq!(load_all(&store).unwrap().bars.time, hourly(5).time);
}

#[test]
fn odd_values_are_told_with_their_rows() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let mut bars = hourly(72);
    bars.close[30] = f64::NAN;
    bars.low[40] = -1.0;
    bars.time[50] += 60_000_000_000;
    write(&store.path(&btc()), columns(&bars), 24);
    let notes = store
        .load(&btc(), &range("2024-01-02", "2024-01-03"))
        .unwrap()
        .notes;
    assert_eq!(
        notes,
        [
            "1 bar has a missing price (NaN), at 2024-01-02T06:00:00Z (row 30, counted from 0)",
            "1 bar has a price of zero or below, at 2024-01-02T16:00:00Z (row 40, counted from 0)",
            "1 bar does not open on the timeframe's grid, at 2024-01-03T02:01:00Z (row 50, counted from 0)",
        ]
    );
}

#[test]
fn a_save_merges() {
    let dir = tempfile::tempdir().unwrap();
    // The folder is made.
    let store = Store::open(dir.path().join("a/b"));
    let saved = store.save(&btc(), &hours([3, 1, 2])).unwrap();
    assert_eq!((saved.rows, saved.added, saved.replaced), (3, 3, 0));
    assert_eq!(saved.file, store.path(&btc()));
    let mut newer = hours([5, 2, 2, 0]);
    newer.close[1] = 111.0;
    newer.close[2] = 222.0;
    let saved = store.save(&btc(), &newer).unwrap();
    assert_eq!((saved.rows, saved.added, saved.replaced), (5, 2, 1));
    let bars = load_all(&store).unwrap().bars;
    assert_eq!(bars.time, hours([0, 1, 2, 3, 5]).time);
    assert_eq!(bars.close[2], 222.0);
    // Nothing but the file is left behind.
    let left: Vec<_> = fs::read_dir(store.dir())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["binance_BTC_USDT_1h.parquet"]);
}

#[test]
fn a_save_never_destroys() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let path = store.path(&btc());
    let lock = dir.path().join("binance_BTC_USDT_1h.parquet.lock");
    store.save(&btc(), &hourly(10)).unwrap();

    fs::write(&lock, "123\n").unwrap();
    let error = store.save(&btc(), &hourly(20)).unwrap_err().to_string();
    assert!(
        error.contains("binance_BTC_USDT_1h.parquet.lock exists (made by process 123)"),
        "{error}"
    );
    assert!(error.contains("delete that file"), "{error}");
    assert!(lock.exists());
    fs::remove_file(&lock).unwrap();

    let torn = Bars {
        close: vec![1.0],
        ..hourly(20)
    };
    let error = store.save(&btc(), &torn).unwrap_err().to_string();
    assert!(
        error.contains("timestamp 20, open 20, high 20, low 20, close 1, volume 20"),
        "{error}"
    );
    assert_eq!(load_all(&store).unwrap().bars, hourly(10));

    fs::write(&path, "not parquet").unwrap();
    let error = store.save(&btc(), &hourly(20)).unwrap_err().to_string();
    assert!(error.contains("is not a Parquet file"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"not parquet");
    assert!(!lock.exists());
}

#[test]
fn what_is_written_is_what_the_format_says() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    store.save(&btc(), &hourly(10)).unwrap();
    let reader = SerializedFileReader::new(fs::File::open(store.path(&btc())).unwrap()).unwrap();
    let meta = reader.metadata();
    let chunk = meta.row_group(0).column(0);
    assert_eq!(chunk.compression(), parquet::basic::Compression::SNAPPY);
    assert!(chunk.statistics().is_some());
    let schema = format!(
        "{:?}",
        meta.file_metadata()
            .schema_descr()
            .column(0)
            .logical_type_ref()
    );
    assert!(
        schema.contains("MILLIS") || schema.contains("Millis"),
        "{schema}"
    );
    assert!(schema.contains("is_adjusted_to_u_t_c: true"), "{schema}");
    let names: Vec<&str> = meta
        .file_metadata()
        .schema()
        .get_fields()
        .iter()
        .map(|f| f.name())
        .collect();
    assert_eq!(
        names,
        ["timestamp", "open", "high", "low", "close", "volume"]
    );
}

#[test]
fn paths_are_as_documented() {
    let store = Store::open("data/processed");
    assert_eq!(
        store.path(&btc()),
        Path::new("data/processed/binance_BTC_USDT_1h.parquet")
    );
    assert_eq!(store.dir(), Path::new("data/processed"));
}
