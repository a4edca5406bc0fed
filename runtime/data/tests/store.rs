//! Saving, loading a range, listing and describing.

mod files;

use std::fs;
use std::path::Path;

use files::{HOUR, NEW_YEAR, bits, btc, columns, hourly, hours, key, load_all, write};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use strat_data::{DataError, Loaded, Origin, Preload, Range, Store, generate_sample};
use strat_market::{Bar, Bars, When, parse_when};

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
fn missing_data_says_what_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    for (symbol, timeframe) in [("BTC/USDT", "4h"), ("BTC/USDT", "1h"), ("ETH/USDT", "1h")] {
        store.save(&key(symbol, timeframe), &hourly(2)).unwrap();
    }
    let error = |symbol: &str, timeframe: &str| {
        store
            .load(&key(symbol, timeframe), &Range::default())
            .unwrap_err()
            .to_string()
    };
    let dir_name = dir.path().display().to_string();
    assert_eq!(
        error("BTC/EUR", "1h"),
        format!(
            "no data for BTC/EUR 1h from binance in {dir_name}; there is: BTC/USDT 1h 4h, ETH/USDT 1h"
        )
    );
    assert_eq!(
        error("ETH/USDT", "1d"),
        format!(
            "no data for ETH/USDT 1d from binance in {dir_name}; there is: ETH/USDT 1h, BTC/USDT 1h 4h"
        )
    );
    assert_eq!(
        store.info(&key("ETH/USDT", "1d")).unwrap_err().to_string(),
        error("ETH/USDT", "1d")
    );

    let mut kraken = btc();
    kraken.exchange = "kraken".parse().unwrap();
    let text = store
        .load(&kraken, &Range::default())
        .unwrap_err()
        .to_string();
    assert!(
        text.ends_with("there is: from binance BTC/USDT 1h 4h, ETH/USDT 1h"),
        "{text}"
    );
    store.save(&kraken, &hourly(2)).unwrap();
    let text = error("BTC/USDT", "1d");
    assert!(
        text.ends_with("there is: BTC/USDT 1h 4h, ETH/USDT 1h; from kraken BTC/USDT 1h"),
        "{text}"
    );
    assert!(!error("ETH/USDT", "1d").contains("kraken"));

    Store::open(dir.path().join("old"))
        .save(&key("SOL/USDT", "1h"), &hourly(2))
        .unwrap();
    let text = error("SOL/USDT", "1h");
    assert!(
        text.contains("data in other folders (--data") && text.contains("old)"),
        "{text}"
    );
    assert!(!error("BTC/EUR", "1h").contains("old"));
}

#[test]
fn long_lists_are_cut() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    for i in 0..15 {
        fs::write(
            dir.path().join(format!("binance_C{i:02}_USDT_1h.parquet")),
            "",
        )
        .unwrap();
    }
    let text = store
        .load(&key("C99/USDT", "1h"), &Range::default())
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("C00/USDT 1h") && text.ends_with("C11/USDT 1h, and 3 more symbols"),
        "{text}"
    );
}

#[test]
fn a_missing_or_empty_folder_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Store::open(dir.path().join("none"));
    for text in [
        load_all(&missing).unwrap_err().to_string(),
        missing.list().unwrap_err().to_string(),
    ] {
        assert!(text.contains("none does not exist"), "{text}");
        assert!(
            text.contains("stratc data generate-sample") && text.contains("--data DIR"),
            "{text}"
        );
    }
    let empty = load_all(&Store::open(dir.path())).unwrap_err().to_string();
    assert!(
        empty.contains("no data for BTC/USDT 1h from binance"),
        "{empty}"
    );
    assert!(
        empty.contains("holds no data files") && empty.contains("stratc data generate-sample"),
        "{empty}"
    );
    fs::write(dir.path().join("file"), "").unwrap();
    let text = Store::open(dir.path().join("file"))
        .list()
        .unwrap_err()
        .to_string();
    assert!(text.contains("is not a folder"), "{text}");
    // Data one folder down is found where there is none at hand.
    Store::open(dir.path().join("processed"))
        .save(&btc(), &hourly(2))
        .unwrap();
    let text = load_all(&Store::open(dir.path())).unwrap_err().to_string();
    assert!(
        text.contains("there is: data in other folders") && text.contains("processed"),
        "{text}"
    );
}

#[test]
fn the_list_is_sorted_and_shows_what_is_broken() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    store.save(&btc(), &hourly(30)).unwrap();
    store.save(&key("BTC/USDT", "5m"), &hourly(3)).unwrap();
    store.save(&key("ADA/USDT", "1d"), &hourly(1)).unwrap();
    write(
        &store.path(&key("ETH/USDT", "1h")),
        columns(&hours([3, 1, 2])),
        100,
    );
    fs::write(dir.path().join("binance_XRP_USDT_1h.parquet"), "").unwrap();
    fs::write(dir.path().join("notes.parquet"), "").unwrap();
    fs::write(dir.path().join("README.md"), "").unwrap();
    fs::create_dir(dir.path().join("binance_OLD_USDT_1h.parquet")).unwrap();
    let list = store.list().unwrap();
    let names: Vec<&str> = list.iter().map(|l| l.file.as_str()).collect();
    assert_eq!(
        names,
        [
            "binance_ADA_USDT_1d.parquet",
            "binance_BTC_USDT_5m.parquet",
            "binance_BTC_USDT_1h.parquet",
            "binance_ETH_USDT_1h.parquet",
            "binance_XRP_USDT_1h.parquet",
            "notes.parquet",
        ]
    );
    let extent = list[2].extent.as_ref().unwrap();
    assert_eq!(
        (extent.rows, extent.start, extent.end),
        (30, NEW_YEAR, NEW_YEAR + 29 * HOUR)
    );
    assert_eq!(extent.origin, Origin::Market);
    let unsorted = list[3].extent.as_ref().unwrap();
    assert_eq!(
        (unsorted.rows, unsorted.start, unsorted.end),
        (3, NEW_YEAR + HOUR, NEW_YEAR + 3 * HOUR)
    );
    assert!(list[4].extent.as_ref().unwrap_err().contains("is empty"));
    assert!(list[5].key.is_none());
    assert!(
        list[5]
            .extent
            .as_ref()
            .unwrap_err()
            .contains("expected EXCHANGE_BASE_QUOTE_TIMEFRAME")
    );
}

#[test]
fn a_file_in_detail() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let mut bars = hours([0, 1, 2, 5, 6, 8]);
    bars.volume = vec![0.0, 1.0, 2.0, f64::NAN, 0.0, 3.0];
    bars.low[5] = f64::NAN;
    store.save(&btc(), &bars).unwrap();
    let info = store.info(&btc()).unwrap();
    assert_eq!(
        (
            info.extent.rows,
            info.gaps,
            info.missing_bars,
            info.zero_volume
        ),
        (6, 2, 3, 2)
    );
    assert_eq!(
        (info.extent.start, info.extent.end),
        (NEW_YEAR, NEW_YEAR + 8 * HOUR)
    );
    let volume = &info.columns[4];
    assert_eq!(
        (volume.name, volume.min, volume.max, volume.mean, volume.nan),
        ("volume", 0.0, 3.0, 1.2, 1)
    );
    let open = &info.columns[0];
    assert_eq!(
        (open.name, open.min, open.max, open.nan),
        ("open", 100.0, 101.0, 0)
    );
    assert_eq!(info.columns[2].nan, 1);
    assert_eq!(info.notes.len(), 2, "{:?}", info.notes);

    // Times out of order are told, not refused.
    let mut bars = hours([0, 2, 1, 3]);
    bars.close = vec![f64::NAN; 4];
    write(&store.path(&btc()), columns(&bars), 100);
    let info = store.info(&btc()).unwrap();
    assert!(
        info.notes[0].contains("first at row 2 (counted from 0), 2024-01-01T01:00:00Z"),
        "{:?}",
        info.notes
    );
    assert!(info.columns[3].min.is_nan() && info.columns[3].mean.is_nan());
    assert_eq!(info.columns[3].nan, 4);
}

#[test]
fn the_sample_is_marked_and_kept_apart() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let written = generate_sample(&store).unwrap();
    let rows: Vec<usize> = written.iter().map(|w| w.rows).collect();
    assert_eq!(rows, [8760, 2190, 365].repeat(5));
    let first = fs::read(store.path(&btc())).unwrap();
    generate_sample(&store).unwrap();
    assert_eq!(
        fs::read(store.path(&btc())).unwrap(),
        first,
        "the same bytes each time"
    );

    let list = store.list().unwrap();
    assert_eq!(list.len(), 15);
    assert!(
        list.iter()
            .all(|l| l.extent.as_ref().unwrap().origin == Origin::Sample)
    );
    let loaded = store
        .load(&btc(), &range("2024-06-01", "2024-06-30"))
        .unwrap();
    assert_eq!((loaded.bars.len(), loaded.notes.len()), (720, 1));
    assert!(loaded.notes[0].contains("synthetic"), "{:?}", loaded.notes);

    let error = store.save(&btc(), &hourly(5)).unwrap_err().to_string();
    assert!(
        error.contains("holds the synthetic sample") && error.contains("--data DIR"),
        "{error}"
    );
    assert_eq!(fs::read(store.path(&btc())).unwrap(), first);

    // Other data in the way: nothing at all is written.
    let other = tempfile::tempdir().unwrap();
    let store = Store::open(other.path());
    store.save(&key("XRP/USDT", "1d"), &hourly(5)).unwrap();
    let error = generate_sample(&store).unwrap_err().to_string();
    assert!(
        error.contains("binance_XRP_USDT_1d.parquet holds data that are not the synthetic sample"),
        "{error}"
    );
    assert_eq!(store.list().unwrap().len(), 1);
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

/// Any double, with the special ones often.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => any::<u64>().prop_map(f64::from_bits),
        2 => Just(f64::NAN),
        1 => Just(f64::from_bits(0x7ff8_0000_0000_0001)),
        1 => Just(-0.0),
        1 => Just(0.0),
        4 => (1u32..1_000_000).prop_map(|cents| f64::from(cents) / 100.0),
    ]
}

fn bars() -> impl Strategy<Value = Bars> {
    let unit = prop_oneof![
        Just(1i64),
        Just(1000),
        Just(1_000_000),
        Just(3_600_000_000_000)
    ];
    let row = (1i64..1000, [value(), value(), value(), value(), value()]);
    (unit, -1000i64..1000, proptest::collection::vec(row, 1..60)).prop_map(|(unit, start, rows)| {
        let mut time = start * unit;
        let mut out = Bars::default();
        for (step, [open, high, low, close, volume]) in rows {
            time += step * unit;
            out.push(Bar {
                time,
                open,
                high,
                low,
                close,
                volume,
            });
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn load_gives_what_save_took_bit_for_bit(bars in bars()) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path());
        store.save(&btc(), &bars).unwrap();
        let loaded = load_all(&store).unwrap();
        prop_assert_eq!(bits(&loaded.bars), bits(&bars));
    }

    #[test]
    fn a_range_is_the_same_slice_however_the_file_is_cut(
        hours_there in proptest::collection::btree_set(0i64..100, 1..60),
        group in 1usize..70,
        from in -10i64..110,
        length in 0i64..120,
        preload in prop_oneof![Just(Preload::None), Just(Preload::All), (0usize..80).prop_map(Preload::Bars)],
    ) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path());
        let all = hours(hours_there.iter().copied());
        write(&store.path(&btc()), columns(&all), group);
        let (first, last) = (NEW_YEAR + from * HOUR, NEW_YEAR + (from + length) * HOUR);
        let range = Range { from: Some(When::Instant(first)), to: Some(When::Instant(last)), preload };
        let inside: Vec<usize> = (0..all.len()).filter(|&t| (first..=last).contains(&all.time[t])).collect();
        match (inside.first(), store.load(&btc(), &range)) {
            (None, result) => {
                let nothing = matches!(result, Err(DataError::NoBarsInRange { .. }));
                prop_assert!(nothing);
            }
            (Some(&start), result) => {
                let loaded = result.unwrap();
                let before = match preload {
                    Preload::None => 0,
                    Preload::Bars(bars) => bars.min(start),
                    Preload::All => start,
                };
                prop_assert_eq!(loaded.start, before);
                prop_assert_eq!(loaded.bars, all.slice(start - before..start + inside.len()));
            }
        }
    }
}
