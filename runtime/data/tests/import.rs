//! Files from elsewhere into a store.

mod files;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, Int64Array};
use files::{NEW_YEAR, bits, btc, hourly, load_all, write};
use proptest::prelude::*;
use strat_data::{DataError, Imported, Store, import};
use strat_market::{Bars, format_time};

struct Place {
    _dir: tempfile::TempDir,
    file: PathBuf,
    store: Store,
}

fn place(name: &str, bytes: impl AsRef<[u8]>) -> Place {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(name);
    fs::write(&file, bytes).unwrap();
    let store = Store::open(dir.path().join("data/processed"));
    Place {
        _dir: dir,
        file,
        store,
    }
}

fn imported(text: &str) -> (Imported, Bars) {
    let place = place("my.csv", text);
    let imported = import(&place.file, &btc(), &place.store).unwrap();
    (imported, load_all(&place.store).unwrap().bars)
}

fn refusal(bytes: impl AsRef<[u8]>) -> String {
    let place = place("my.csv", bytes);
    let error = import(&place.file, &btc(), &place.store).unwrap_err();
    assert!(!place.store.dir().exists(), "something was written");
    error.to_string()
}

#[test]
fn a_plain_file() {
    let (imported, bars) = imported(
        "timestamp,open,high,low,close,volume\n\
         2024-01-01T00:00:00Z,100,102.5,99,101,7\n\
         2024-01-01T01:00:00Z,101,103,100,102.25,8.5\n",
    );
    assert_eq!(
        (
            imported.rows,
            imported.saved.rows,
            imported.saved.added,
            imported.saved.replaced
        ),
        (2, 2, 2, 0)
    );
    assert!(imported.repairs.is_empty() && imported.notes.is_empty());
    assert_eq!(bars.time, hourly(2).time);
    assert_eq!(
        (bars.high, bars.close, bars.volume),
        (vec![102.5, 103.0], vec![101.0, 102.25], vec![7.0, 8.5])
    );
}

#[test]
fn other_headers_times_and_separators() {
    let row = "100;102;98;101;7.5";
    for (header, time) in [
        ("Date;Open;High;Low;Close;Volume", "2024-01-01"),
        ("Open Time;O;H;L;C;V", "1704067200000"),
        ("unix;open;high;low;close;vol", "1704067200"),
        ("ts;open;high;low;close;volume", "1704067200000000"),
        ("time;open;high;low;close;volume", "1704067200000000000"),
        (
            "\u{feff}DateTime;OPEN;HIGH;LOW;CLOSE;VOLUME",
            "2024-01-01 00:00:00+00:00",
        ),
    ] {
        for (separator, end) in [(";", "\n"), (",", "\r\n"), ("\t", "\n")] {
            let text = format!("{header}{end}{time};{row}{end}").replace(';', separator);
            assert_eq!(
                imported(&text).1,
                Bars {
                    close: vec![101.0],
                    ..hourly(1)
                },
                "{text}"
            );
        }
    }
    // Blanks, quotes, blank lines, further columns, no line end.
    let (_, bars) = imported(
        "x, timestamp ,open,high,low,close,volume\n\n\"a,b\",\"2024-01-01\", 100 ,102,98,101,7.5",
    );
    assert_eq!(
        bars,
        Bars {
            close: vec![101.0],
            ..hourly(1)
        }
    );
}

#[test]
fn rows_are_sorted_and_repeats_dropped() {
    let (imported, bars) = imported(
        "timestamp,open,high,low,close,volume\n\
         2024-01-01T02:00:00Z,1,1,1,1,1\n\
         2024-01-01T00:00:00Z,2,2,2,2,1\n\
         2024-01-01T01:00:00Z,3,3,3,3,1\n\
         2024-01-01T00:00:00Z,4,4,4,4,1\n\
         2024-01-01T03:00:00Z,,,,,\n",
    );
    assert_eq!(
        imported.repairs,
        [
            "sorted by time: 2 rows were earlier than the one before, first in line 3 at 2024-01-01T00:00:00Z",
            "dropped 1 row with a repeated time, keeping the last of each, first repeat in line 5 at 2024-01-01T00:00:00Z",
        ]
    );
    assert_eq!(
        imported.notes,
        [
            "1 bar has a missing price (NaN), at 2024-01-01T03:00:00Z",
            "1 bar has no volume (NaN), at 2024-01-01T03:00:00Z",
        ]
    );
    assert_eq!((imported.rows, imported.saved.rows), (5, 4));
    assert_eq!(bars.time, hourly(4).time);
    assert_eq!(bars.close[..3], [4.0, 3.0, 1.0]);
}

#[test]
fn a_second_import_joins_the_first() {
    let place = place(
        "a.csv",
        "time,o,h,l,c,v\n1704067200,1,1,1,1,1\n1704070800,2,2,2,2,2\n",
    );
    import(&place.file, &btc(), &place.store).unwrap();
    fs::write(
        &place.file,
        "time,o,h,l,c,v\n1704070800,3,3,3,3,3\n1704074400,4,4,4,4,4\n",
    )
    .unwrap();
    let second = import(&place.file, &btc(), &place.store).unwrap();
    assert_eq!(
        (second.saved.rows, second.saved.added, second.saved.replaced),
        (3, 1, 1)
    );
    assert_eq!(load_all(&place.store).unwrap().bars.close, [1.0, 3.0, 4.0]);
}

#[test]
fn a_parquet_file_with_other_names_and_types() {
    let place = place("x", "");
    let one = |x: f32| Arc::new(Float32Array::from(vec![x, x + 1.0])) as ArrayRef;
    let times = Arc::new(Int64Array::from(vec![1_704_070_800_000, 1_704_067_200_000])) as ArrayRef;
    let columns = vec![
        ("v", one(5.0)),
        ("c", one(4.0)),
        ("l", one(3.0)),
        ("h", one(2.0)),
        ("o", one(1.0)),
        ("open_time", times),
    ];
    write(&place.file, columns, 10);
    let done = import(&place.file, &btc(), &place.store).unwrap();
    assert_eq!(done.repairs.len(), 1);
    assert!(
        done.repairs[0].contains("first in row 1 (counted from 0)"),
        "{:?}",
        done.repairs
    );
    let bars = load_all(&place.store).unwrap().bars;
    assert_eq!(bars.time, hourly(2).time);
    assert_eq!((bars.open[0], bars.volume[0]), (2.0, 6.0));
    assert_eq!(done.notes.len(), 1, "high below low: {:?}", done.notes);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line() {
    let header = "timestamp,open,high,low,close,volume\n";
    let good = "2024-01-01T00:00:00Z,1,1,1,1,1\n";
    for (row, words) in [
        (
            "2024-01-01T01:00:00Z,1,1,1,abc,1\n",
            ":3: has `abc` in the column `close`, which is not a number",
        ),
        (
            "2024-01-01T01:00:00Z,1,\"1,5\",1,1,1\n",
            ":3: has `1,5` in the column `high`",
        ),
        (
            "2024-01-01T01:00:00Z,1,1,1,1,inf\n",
            ":3: has `inf` in the column `volume`, which is not finite",
        ),
        (
            "yesterday,1,1,1,1,1\n",
            ":3: has a wrong time: `yesterday` is not a date or time",
        ),
        (",1,1,1,1,1\n", ":3: has no time"),
        (
            "2024-01-01T01:00:00Z,1,1,1,1\n",
            ":3: has 5 fields; expected 6",
        ),
        (
            "2024-01-01T01:00:00Z,1,1,1,1,1,1\n",
            ":3: has 7 fields; expected 6",
        ),
        (
            "2250-01-01T01:00:00Z,1,1,1,1,1\n99999999999,1,1,1,1,1\n",
            ":4: has a time out of range",
        ),
    ] {
        let error = refusal(format!("{header}{good}{row}{good}"));
        assert!(error.contains("my.csv") && error.contains(words), "{error}");
    }
    // The line counts blank lines and line breaks within quotes.
    let error = refusal(format!("{header}\n{good}2024-01-01T01:00:00Z,x,1,1,1,1\n"));
    assert!(error.contains("my.csv:4: has `x`"), "{error}");
    let mut latin = format!("{header}2024-01-01T01:00:00Z,1,1,1,1,").into_bytes();
    latin.extend(b"\xff\n");
    let error = refusal(latin);
    assert!(error.contains("my.csv:2: is not text in UTF-8"), "{error}");
}

#[test]
fn what_is_no_table_is_refused() {
    for (bytes, words) in [
        (&b""[..], "my.csv: is empty"),
        (
            b"timestamp,open,high,low,close,volume\n",
            "has no rows; expected at least one bar",
        ),
        (b"\n", "has no columns `timestamp`"),
        (
            b"1704067200000,1,1,1,1,1\n1704070800000,1,1,1,1,1\n",
            "in a header line",
        ),
        (
            b"timestamp,open,high,low,volume\n2024-01-01,1,1,1,1\n",
            "has no column `close`; found `timestamp`, `open`",
        ),
        (b"\x1f\x8b\x08\x00", "is compressed; unpack it first"),
        (b"PK\x03\x04", "is compressed"),
        (b"\x89PNG\x00\x00", "is not text"),
        (b"PAR1", "is cut short"),
    ] {
        let error = refusal(bytes);
        assert!(error.contains("my.csv") && error.contains(words), "{error}");
    }
    let place = place("x", "");
    let missing = import(&place.file.with_file_name("none.csv"), &btc(), &place.store).unwrap_err();
    assert!(matches!(missing, DataError::Io { .. }));
    assert!(missing.to_string().contains("none.csv"), "{missing}");
    assert!(import(place.file.parent().unwrap(), &btc(), &place.store).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Numbers written in their shortest form come back to the bit.
    #[test]
    fn text_keeps_every_bit(values in proptest::collection::vec(any::<f64>(), 5..40)) {
        let values: Vec<f64> = values.into_iter().map(|v| if v.is_finite() { v } else { f64::NAN }).collect();
        let rows = values.len() / 5;
        let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
        let mut expected = hourly(rows);
        for (row, v) in values.chunks_exact(5).enumerate() {
            let time = format_time(expected.time[row]);
            text.push_str(&format!("{time},{},{},{},{},{}\n", v[0], v[1], v[2], v[3], v[4]));
            (expected.open[row], expected.high[row], expected.low[row]) = (v[0], v[1], v[2]);
            (expected.close[row], expected.volume[row]) = (v[3], v[4]);
        }
        prop_assert_eq!(bits(&imported(&text).1), bits(&expected));
    }

    #[test]
    fn no_text_breaks_it(text in "(timestamp,open,high,low,close,volume\n)?[-0-9T:Z.,\n\"; aN]{0,60}") {
        let place = place("my.csv", &text);
        if let Ok(done) = import(&place.file, &btc(), &place.store) {
            prop_assert!(done.saved.rows > 0);
        }
    }
}

#[test]
fn the_new_year_is_where_the_tests_think() {
    assert_eq!(format_time(NEW_YEAR), "2024-01-01T00:00:00Z");
}
