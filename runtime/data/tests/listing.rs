//! What a store says of itself: what is there, what is there instead, one file in detail.

mod files;

use std::fs;

use files::{HOUR, NEW_YEAR, btc, columns, hourly, hours, key, load_all, write};
use strat_data::{Origin, Range, Store, generate_sample};
use strat_market::parse_when;

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
    let june = Range {
        from: parse_when("2024-06-01").ok(),
        to: parse_when("2024-06-30").ok(),
        ..Range::default()
    };
    let loaded = store.load(&btc(), &june).unwrap();
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
