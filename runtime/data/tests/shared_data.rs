//! Real market data, and the files with known defects made from it.

mod files;
mod shared;

use std::fs;
use std::path::{Path, PathBuf};

use files::{HOUR, bits, btc, key};
use serde_json::Value;
use shared::shared_data;
use strat_data::{DataError, Imported, Loaded, Range, Store, import, resample};
use strat_market::{Bars, Timeframe, format_time, parse_when};

const DIRTY: [&str; 12] = [
    "clean_control",
    "gaps",
    "nan",
    "spikes",
    "high_lt_low",
    "ohlc_envelope",
    "duplicate_timestamps",
    "out_of_order_timestamps",
    "nonpositive",
    "stale",
    "misaligned_timestamps",
    "mixed",
];

/// A dirty file put into a store of its own under the name the store looks for.
fn load_dirty(data: &Path, name: &str) -> Result<Loaded, DataError> {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    fs::copy(
        data.join("dirty").join(format!("{name}.parquet")),
        store.path(&btc()),
    )
    .unwrap();
    store.load(&btc(), &Range::default())
}

fn import_dirty(file: &Path) -> (Imported, Bars) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let done = import(file, &btc(), &store).unwrap();
    (done, store.load(&btc(), &Range::default()).unwrap().bars)
}

fn rows(manifest: &Value, name: &str) -> usize {
    usize::try_from(manifest["files"][name]["rows"].as_u64().unwrap()).unwrap()
}

/// Rows of the defects of some kinds, as the manifest has them.
fn defects(manifest: &Value, name: &str, kinds: &[&str]) -> Vec<usize> {
    let defects = manifest["files"][name]["defects"].as_array().unwrap();
    let of_kind = defects
        .iter()
        .filter(|d| kinds.contains(&d["kind"].as_str().unwrap()));
    let mut rows: Vec<usize> = of_kind
        .map(|d| usize::try_from(d["row"].as_u64().unwrap()).unwrap())
        .collect();
    rows.sort_unstable();
    rows
}

/// The note that holds some words must count so many bars, the first in this row.
fn assert_note(notes: &[String], words: &str, count: usize, row: usize) {
    let note = notes
        .iter()
        .find(|note| note.contains(words))
        .unwrap_or_else(|| panic!("{words}: {notes:?}"));
    assert!(note.starts_with(&format!("{count} bar")), "{note}");
    assert!(
        note.ends_with(&format!("(row {row}, counted from 0)")),
        "{note}"
    );
}

#[test]
fn dirty_parquet_files_load_with_notes_or_say_the_row() {
    let Some(data) = shared_data() else { return };
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(data.join("dirty/manifest.json")).unwrap())
            .unwrap();
    let mut seen = 0;
    for name in DIRTY {
        let loaded = load_dirty(&data, name);
        let expect_order = matches!(
            name,
            "duplicate_timestamps" | "out_of_order_timestamps" | "mixed"
        );
        if expect_order {
            let error = loaded.unwrap_err();
            let row = match name {
                "duplicate_timestamps" => defects(
                    &manifest,
                    name,
                    &["duplicate_exact", "duplicate_conflicting"],
                )[0],
                "out_of_order_timestamps" => 91,
                _ => 501,
            };
            assert!(
                error
                    .to_string()
                    .contains(&format!("row {row} (counted from 0)")),
                "{error}"
            );
            assert!(error.to_string().contains("stratc data import"), "{error}");
            seen += 1;
            continue;
        }
        let Loaded { bars, start, notes } = loaded.unwrap();
        assert_eq!((bars.len(), start), (rows(&manifest, name), 0), "{name}");
        seen += 1;
        let expected = match name {
            "clean_control" | "gaps" | "spikes" | "stale" => 0,
            "nan" => {
                // Six rows without a price, three without a volume; the last of each is the same.
                assert_note(&notes, "missing price", 6, 50);
                assert_note(&notes, "no volume", 3, 120);
                assert!(
                    bars.close[50].is_nan() && bars.volume[120].is_nan() && bars.open[650].is_nan()
                );
                2
            }
            "high_lt_low" => {
                let rows = defects(&manifest, name, &["high_below_low"]);
                assert_note(&notes, "high below", rows.len(), rows[0]);
                1
            }
            "ohlc_envelope" => {
                let rows = defects(&manifest, name, &["ohlc_envelope"]);
                assert_note(&notes, "outside", rows.len(), rows[0]);
                1
            }
            "nonpositive" => {
                assert_note(&notes, "zero or below", 2, 33);
                assert_note(&notes, "negative volume", 1, 610);
                // The negated bar has its high and low exchanged as well.
                notes.len()
            }
            "misaligned_timestamps" => {
                let rows = defects(&manifest, name, &["off_grid"]);
                assert_note(&notes, "grid", rows.len(), rows[0]);
                1
            }
            _ => unreachable!("{name}"),
        };
        assert_eq!(notes.len(), expected, "{name}: {notes:?}");
    }
    assert_eq!(seen, 12);
}

#[test]
fn dirty_files_import_from_both_forms_alike() {
    let Some(data) = shared_data() else { return };
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(data.join("dirty/manifest.json")).unwrap())
            .unwrap();
    let (_, clean) = import_dirty(&data.join("dirty/clean_control.csv"));
    for name in DIRTY {
        let (csv, from_csv) = import_dirty(&data.join("dirty").join(format!("{name}.csv")));
        let (parquet, from_parquet) =
            import_dirty(&data.join("dirty").join(format!("{name}.parquet")));
        assert_eq!(bits(&from_csv), bits(&from_parquet), "{name}");
        assert_eq!(
            (csv.rows, csv.notes),
            (parquet.rows, parquet.notes),
            "{name}"
        );
        assert_eq!(csv.rows, rows(&manifest, name), "{name}");
        assert!(from_csv.time.windows(2).all(|t| t[0] < t[1]));
        let repairs = csv.repairs.join("\n");
        match name {
            "duplicate_timestamps" => {
                // Line 73 is row 71: the header is line 1.
                assert!(
                    repairs.contains("dropped 5 rows") && repairs.contains("line 73"),
                    "{repairs}"
                );
                assert_eq!(from_csv.len(), 744);
                // The later of two conflicting rows is kept.
                let conflicts = manifest["files"][name]["defects"]
                    .as_array()
                    .unwrap()
                    .iter();
                for conflict in conflicts.filter(|d| d["kind"] == "duplicate_conflicting") {
                    let time = parse_when(conflict["timestamp"].as_str().unwrap())
                        .unwrap()
                        .first();
                    let at = from_csv.time.binary_search(&time).unwrap();
                    assert_eq!(
                        from_csv.close[at],
                        conflict["close_second"].as_f64().unwrap()
                    );
                }
            }
            "out_of_order_timestamps" => {
                assert!(
                    repairs.contains("3 rows were earlier") && repairs.contains("line 93"),
                    "{repairs}"
                );
                // Nothing but the order was wrong.
                assert_eq!(from_csv, clean);
            }
            "mixed" => {
                assert!(
                    repairs.contains("1 row was earlier") && repairs.contains("dropped 1 row"),
                    "{repairs}"
                );
                assert_eq!(from_csv.len(), 739);
            }
            _ => assert_eq!(repairs, "", "{name}"),
        }
    }
}

#[test]
fn the_clean_control_is_the_slice_it_was_made_from() {
    let Some(data) = shared_data() else { return };
    let store = Store::open(&data);
    let range = Range {
        from: Some(parse_when("2023-05-01").unwrap()),
        to: Some(parse_when("2023-05-31").unwrap()),
        ..Range::default()
    };
    let slice = store.load(&btc(), &range).unwrap();
    assert_eq!(
        slice.bars,
        import_dirty(&data.join("dirty/clean_control.csv")).1
    );
    assert_eq!(format_time(slice.bars.time[743]), "2023-05-31T23:00:00Z");
}

#[test]
fn every_real_file_loads_without_a_note() {
    let Some(data) = shared_data() else { return };
    let mut files = 0;
    for dir in [data.clone(), data.join("equities")] {
        let store = Store::open(dir);
        for listed in store.list().unwrap() {
            let extent = listed.extent.unwrap();
            let loaded = store.load(&listed.key.unwrap(), &Range::default()).unwrap();
            assert_eq!(loaded.notes, Vec::<String>::new(), "{}", listed.file);
            assert_eq!(loaded.bars.len(), extent.rows, "{}", listed.file);
            assert_eq!(loaded.bars.time.first(), Some(&extent.start));
            assert_eq!(loaded.bars.time.last(), Some(&extent.end));
            files += 1;
        }
    }
    assert!(files >= 47, "{files}");
}

#[test]
fn known_facts_of_the_btc_file() {
    let Some(data) = shared_data() else { return };
    let store = Store::open(&data);
    let info = store.info(&btc()).unwrap();
    assert_eq!(info.extent.rows, 35_050);
    assert_eq!(format_time(info.extent.start), "2021-01-01T00:00:00Z");
    assert_eq!(format_time(info.extent.end), "2024-12-31T23:00:00Z");
    // Seven trading halts, fourteen bars, and two hours in which nothing traded.
    assert_eq!((info.gaps, info.missing_bars, info.zero_volume), (7, 14, 2));
    assert!(
        info.columns.iter().all(|column| column.nan == 0
            && column.min <= column.mean
            && column.mean <= column.max)
    );

    let day = Range {
        from: Some(parse_when("2024-12-31").unwrap()),
        to: Some(parse_when("2024-12-31").unwrap()),
        ..Range::default()
    };
    let loaded = store.load(&btc(), &day).unwrap();
    assert_eq!(loaded.bars.len(), 24);
    assert_eq!(loaded.notes, Vec::<String>::new());
}

#[test]
fn the_exchange_and_the_resampler_agree() {
    let Some(data) = shared_data() else { return };
    let store = Store::open(&data);
    let all = |symbol: &str, timeframe: &str| {
        store
            .load(&key(symbol, timeframe), &Range::default())
            .unwrap()
            .bars
    };
    for symbol in ["BTC/USDT", "SOL/USDT", "XRP/USDT"] {
        let hourly = all(symbol, "1h");
        for timeframe in ["4h", "1d"] {
            let exchange = all(symbol, timeframe);
            let ours = resample(&hourly, Timeframe::H1, timeframe.parse().unwrap()).unwrap();
            let mut differing = 0;
            for bar in exchange.iter() {
                let at = ours.time.binary_search(&bar.time);
                let Some(mine) = at.ok().and_then(|t| ours.get(t)) else {
                    panic!("{symbol} {timeframe}: no bar at {}", format_time(bar.time))
                };
                let prices = (mine.open, mine.high, mine.low, mine.close)
                    == (bar.open, bar.high, bar.low, bar.close);
                // A sum of volumes depends on how many terms it has: the exchange adds trades.
                let volume = (mine.volume - bar.volume).abs() <= 1e-9 * bar.volume.abs();
                // The one window that the data's own description names.
                let named = format_time(bar.time) == "2023-03-24T12:00:00Z";
                if !(prices && volume) {
                    assert!(
                        named,
                        "{symbol} {timeframe} {}: {mine:?} {bar:?}",
                        format_time(bar.time)
                    );
                    differing += 1;
                }
            }
            assert!(differing <= 1);
            assert!(exchange.len() > 1000);
        }
    }
    let five = all("BTC/USDT", "5m");
    let hourly = all("BTC/USDT", "1h");
    let joined = resample(&five, Timeframe::M5, Timeframe::H1).unwrap();
    let start = hourly.first_at_or_after(joined.time[0]);
    assert_eq!(hourly.time[start..], joined.time);
    assert_eq!(hourly.close[start..], joined.close);
    assert_eq!(hourly.low[start..], joined.low);
    assert_eq!(joined.time[1] - joined.time[0], HOUR);
}

#[test]
fn a_missing_symbol_points_at_the_equities() {
    let Some(data) = shared_data() else { return };
    let mut spy = key("SPY/USD", "1d");
    spy.exchange = "us".parse().unwrap();
    let error = Store::open(&data)
        .load(&spy, &Range::default())
        .unwrap_err()
        .to_string();
    let equities: PathBuf = data.join("equities");
    assert!(
        error.contains(&format!(
            "data in other folders (--data {})",
            equities.display()
        )),
        "{error}"
    );
    assert_eq!(
        Store::open(equities)
            .load(&spy, &Range::default())
            .unwrap()
            .bars
            .len(),
        1195
    );
}
