//! `data`.

use serde_json::Value;

use crate::sandbox::Sandbox;

const CSV: &str = "time,open,high,low,close,volume\n\
    2024-01-01T00:00:00Z,1,2,0.5,1.5,10\n\
    2024-01-01T01:00:00Z,1.5,2,1,1.25,11\n\
    2024-01-01T03:00:00Z,1.25,2,1,1.75,0\n";

const BTC: [&str; 4] = ["--symbol", "BTC/USDT", "--timeframe", "1h"];

#[test]
fn a_sample_is_made_listed_and_described() {
    let sandbox = Sandbox::new();
    let out = sandbox.succeed(&["data", "generate-sample"]);
    assert!(
        out.contains("15 files") && out.contains("mean nothing"),
        "{out}"
    );
    assert_eq!(sandbox.names("data/processed").len(), 15);
    sandbox.succeed(&["data", "generate-sample"]);

    let list = sandbox.succeed(&["data", "list"]);
    assert_eq!(list.lines().count(), 2 + 15);
    assert!(
        list.contains("binance_BTC_USDT_1h.parquet (synthetic)"),
        "{list}"
    );
    let json: Value =
        serde_json::from_str(&sandbox.succeed(&["data", "list", "--format", "json"])).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 15);
    let hourly = json
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["file"] == "binance_BTC_USDT_1h.parquet")
        .unwrap();
    assert_eq!(hourly["rows"], 8760);
    assert_eq!(hourly["symbol"], "BTC/USDT");
    assert_eq!(hourly["start"], "2024-01-02T00:00:00Z");
    assert_eq!(hourly["synthetic"], true);
    assert_eq!(hourly["problem"], Value::Null);

    let info = sandbox.succeed(&["data", "info", "BTC/USDT"]);
    for words in [
        "8760",
        "synthetic",
        "gaps         none",
        "close",
        "2024-12-31T23:00:00Z",
    ] {
        assert!(info.contains(words), "{words}: {info}");
    }
    let json: Value = serde_json::from_str(&sandbox.succeed(&[
        "data",
        "info",
        "ETH/USDT",
        "--timeframe",
        "4h",
        "--format",
        "json",
    ]))
    .unwrap();
    assert_eq!(json["rows"], 2190);
    assert!(json["columns"]["close"]["mean"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_csv_is_imported_and_merged() {
    let sandbox = Sandbox::with(&[
        ("a.csv", CSV),
        (
            "b.csv",
            "time,open,high,low,close,volume\n2024-01-01T03:00:00Z,1.25,2,1,1.8,5\n2024-01-01T02:00:00Z,1.25,,1,1.5,5\n",
        ),
    ]);
    let import = |file| [&["data", "import", file], &BTC[..]].concat();
    let out = sandbox.succeed(&import("a.csv"));
    assert!(out.contains("3 rows read from a.csv, 3 new, 0 replaced; 3 bars in data/processed/binance_BTC_USDT_1h.parquet"), "{out}");
    let info = sandbox.succeed(&["data", "info", "BTC/USDT"]);
    assert!(
        info.contains("1, with 1 missing bars") && info.contains("zero volume  1 bar"),
        "{info}"
    );
    let ran = sandbox.run(&import("b.csv"));
    assert!(ran.out.contains("1 new, 1 replaced; 4 bars"), "{ran:?}");
    assert!(ran.err.contains("missing price"), "{ran:?}");
    let closes = sandbox.succeed(&[&["eval", "close", "--format", "csv"], &BTC[..]].concat());
    assert_eq!(
        closes
            .lines()
            .map(|l| l.split(',').nth(1).unwrap())
            .collect::<Vec<_>>(),
        ["value", "1.5", "1.25", "1.5", "1.8"]
    );
    assert_eq!(
        sandbox.names("data/processed"),
        ["binance_BTC_USDT_1h.parquet"]
    );
}

#[test]
fn what_is_wrong_is_told() {
    let sandbox = Sandbox::with(&[
        (
            "bad.csv",
            "time,open,high,low,close,volume\n2024-01-01,1,2,x,1,1\n",
        ),
        ("d/notes.txt", ""),
    ]);
    let import = |file| [&["data", "import", file], &BTC[..]].concat();
    sandbox.fail(1, &["bad.csv:2"], &import("bad.csv"));
    sandbox.fail(1, &["missing.csv"], &import("missing.csv"));
    sandbox.fail(1, &["does not exist"], &["data", "list"]);
    sandbox.fail(
        1,
        &["is not a folder"],
        &["data", "list", "--data", "bad.csv"],
    );
    sandbox.fail(
        1,
        &["does not exist", "generate-sample"],
        &["data", "info", "BTC/USDT"],
    );
    let out = sandbox.succeed(&["data", "list", "--data", "d"]);
    assert!(out.contains("there is no data in d"), "{out}");
    assert_eq!(
        sandbox.succeed(&["data", "list", "--data", "d", "--format", "json"]),
        "[]\n"
    );
    sandbox.write("d/binance_BTC_USDT_1h.parquet", "junk");
    sandbox.write("d/odd.parquet", "junk");
    let list = sandbox.succeed(&["data", "list", "--data", "d"]);
    assert_eq!(list.lines().count(), 4, "{list}");
    let json: Value = serde_json::from_str(
        &sandbox.succeed(&["data", "list", "--data", "d", "--format", "json"]),
    )
    .unwrap();
    assert!(
        json[0]["problem"].is_string() && json[1]["symbol"].is_null(),
        "{json}"
    );
}

#[test]
fn real_bars_are_not_mixed_with_the_sample() {
    let sandbox = Sandbox::with(&[("a.csv", CSV)]);
    sandbox.succeed(&[&["data", "import", "a.csv"], &BTC[..]].concat());
    sandbox.fail(
        1,
        &["not the synthetic sample", "--data"],
        &["data", "generate-sample"],
    );
    assert_eq!(
        sandbox.names("data/processed"),
        ["binance_BTC_USDT_1h.parquet"]
    );
}
