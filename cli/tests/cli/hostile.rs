//! Input that is wrong on purpose: whatever it is, the answer is an error or a result, within
//! seconds, and never a crash ([`Sandbox::run`] asserts that).

use std::fs::{self, File};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

use crate::sandbox::{CROSS, Sandbox, data, on_days};

/// Far above what is needed with a slow build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn strategy(body: &str) -> String {
    format!("strategy A {{\n{body}\n    exit when close < 0\n}}\n")
}

#[test]
fn sources() {
    let nested = |open: &str, close: &str| {
        strategy(&format!(
            "    enter long when {}1{} > 0",
            open.repeat(5000),
            close.repeat(5000)
        ))
    };
    let deep = nested("(", ")");
    let calls = nested("abs(", ")");
    let chain = strategy(&format!(
        "    enter long when close > {}1",
        "1 + ".repeat(200_000)
    ));
    let window = |n: &str| strategy(&format!("    enter long when close > sma(close, {n})"));
    let grid = |domain: &str| {
        strategy(&format!(
            "    param n: bars = 1 in {domain}\n    enter long when close > sma(close, n)"
        ))
    };
    let recursion = "fn f(x) {\n    return f(x)\n}\n".to_owned() + &window("f(3)");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "nothing to run"),
        ("one megabyte in a line", vec![b'x'; 1 << 20], "E0105"),
        ("nine megabytes", vec![b'a'; 9 << 20], "E0501"),
        (
            "binary",
            (0..4096u32).map(|i| (i * 31 % 251) as u8).collect(),
            "E0002",
        ),
        ("zero bytes", vec![0; 4096], "E0003"),
        ("brackets", deep.into(), "E0104"),
        ("calls", calls.into(), "E0104"),
        (
            "unclosed",
            "strategy A { enter long when ((((".into(),
            "E0102",
        ),
        ("unknown name", window("nope").into(), "E0201"),
        ("unknown function", window("nope(3)").into(), "E0203"),
        ("step 0", grid("1..9 step 0").into(), "E0402"),
        ("step below 0", grid("1..9 step -1").into(), "E0402"),
        ("backward domain", grid("9..1").into(), "E0402"),
        ("too many values", grid("1..99999999").into(), "E0402"),
        ("window 0", window("0").into(), "E0304"),
        ("window below 0", window("-3").into(), "E0304"),
        (
            "window in the domain 0",
            grid("0..3").into(),
            "window length is 0",
        ),
        (
            "huge integer",
            window("99999999999999999999999999").into(),
            "E0004",
        ),
        ("recursion", recursion.into(), "E0206"),
    ];
    let sandbox = Sandbox::new();
    for (name, bytes, words) in cases {
        sandbox.write("a.strat", &bytes);
        for tier in ["screen", "backtest"] {
            let start = Instant::now();
            let ran = sandbox.run(&on_days(&["run", "a.strat", "--tier", tier, "--out", "o"]));
            assert!(start.elapsed() < PATIENCE, "{name}: {:?}", start.elapsed());
            // A backtest runs the default, which may be fine where the domain is not.
            if tier == "screen" || ran.code != Some(0) {
                assert_eq!(ran.code, Some(1), "{name}: {}", ran.err);
                assert!(
                    ran.err.contains(words),
                    "{name}: {}",
                    &ran.err.get(..2000).unwrap_or(&ran.err)
                );
            }
        }
        for format in ["human", "concise", "json"] {
            let ran = sandbox.run(&["check", "a.strat", "--format", format]);
            assert!(
                ran.out.len() < 4 << 20,
                "{name}: {} bytes of report",
                ran.out.len()
            );
        }
        sandbox.run(&["fmt", "a.strat", "--check"]);
        sandbox.run(&["emit", "tokens", "a.strat"]);
        sandbox.run(&["emit", "tree", "a.strat"]);
    }
    // Long, but nothing is wrong with it unless it is beyond the limits.
    sandbox.write("a.strat", &chain);
    let ran = sandbox.run(&["check", "a.strat"]);
    assert!(matches!(ran.code, Some(0 | 1)));
}

#[test]
fn long_windows() {
    let sandbox = Sandbox::new();
    for (n, words) in [
        ("1000", "looks back 999 bars"),
        ("1000000000", "looks back 999999999 bars"),
    ] {
        sandbox.write(
            "a.strat",
            strategy(&format!("    enter long when close > sma(close, {n})")),
        );
        for (tier, executor) in [
            ("screen", "kernel"),
            ("screen", "handler"),
            ("backtest", "kernel"),
            ("backtest", "interp"),
        ] {
            let ran = sandbox.run(&on_days(&[
                "run",
                "a.strat",
                "--tier",
                tier,
                "--executor",
                executor,
                "--out",
                "o",
            ]));
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert!(ran.err.contains(words), "{n} {tier}: {}", ran.err);
        }
    }
    sandbox.write(
        "a.strat",
        strategy("    enter long when close > sma(close, 1000000001)"),
    );
    let ran = sandbox.run(&on_days(&["run", "a.strat", "--tier", "screen"]));
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

/// A data folder with one file for BTC/USDT 1d.
fn with_file(bytes: &[u8]) -> Sandbox {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    sandbox.write("d/binance_BTC_USDT_1d.parquet", bytes);
    sandbox
}

const ON_IT: [&str; 6] = ["--symbol", "BTC/USDT", "--timeframe", "1d", "--data", "d"];

fn every_command_fails(sandbox: &Sandbox, words: &str) {
    for command in [
        &["run", "cross.strat", "--tier", "screen"][..],
        &["run", "cross.strat", "--tier", "backtest"],
        &["eval", "close"],
    ] {
        sandbox.fail(1, &[words], &[command, &ON_IT].concat());
    }
    sandbox.run(&["data", "list", "--data", "d"]);
    sandbox.fail(
        1,
        &[words],
        &[
            "data",
            "info",
            "BTC/USDT",
            "--timeframe",
            "1d",
            "--data",
            "d",
        ],
    );
}

#[test]
fn damaged_data() {
    let whole = fs::read(format!("{}/binance_BTC_USDT_1d.parquet", data())).unwrap();
    let name = "binance_BTC_USDT_1d.parquet";
    for (what, bytes) in [
        ("empty", &[][..]),
        ("half", &whole[..whole.len() / 2]),
        ("without its last byte", &whole[..whole.len() - 1]),
        ("text", b"time,open\n1,2\n"),
    ] {
        println!("{what}");
        every_command_fails(&with_file(bytes), name);
    }
    // A byte changed anywhere is an error or a value, never a crash.
    for at in (4..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let sandbox = with_file(&bytes);
        sandbox.run(
            &[
                &["run", "cross.strat", "--tier", "backtest", "--out", "o"],
                &ON_IT[..],
            ]
            .concat(),
        );
    }
}

fn parquet_of(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn data_of_another_shape() {
    let floats = |values: &[f64]| Arc::new(Float64Array::from(values.to_vec())) as ArrayRef;
    let other = parquet_of(vec![("a", floats(&[1.0])), ("b", floats(&[2.0]))]);
    every_command_fails(&with_file(&other), "timestamp");
    let texts = Arc::new(StringArray::from(vec!["1", "2"])) as ArrayRef;
    let times = Arc::new(Int64Array::from(vec![1_704_067_200_000, 1_704_153_600_000])) as ArrayRef;
    let mut columns = vec![("timestamp", times)];
    columns.extend(["open", "high", "low", "close"].map(|name| (name, floats(&[1.0, 2.0]))));
    columns.push(("volume", texts));
    every_command_fails(&with_file(&parquet_of(columns)), "volume");
}

#[test]
fn missing_values_in_the_data() {
    let mut csv = "time,open,high,low,close,volume\n".to_owned();
    for day in 0..200u32 {
        let price = 100 + day * 37 % 23;
        let row = match day % 17 {
            3 => format!("{price},,{price},{price},5"),
            9 => ",,,,".to_owned(),
            _ => format!("{price},{},{},{price},5", price + 1, price - 1),
        };
        csv.push_str(&format!(
            "{},{row}\n",
            1_704_067_200 + u64::from(day) * 86_400
        ));
    }
    let sandbox = Sandbox::with(&[("a.csv", &csv), ("cross.strat", CROSS)]);
    sandbox.succeed(&[
        "data",
        "import",
        "a.csv",
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "1d",
        "--data",
        "d",
    ]);
    let mut results = Vec::new();
    for executor in ["interp", "kernel", "handler"] {
        for tier in ["screen", "backtest"] {
            let args = [
                "run",
                "cross.strat",
                "--tier",
                tier,
                "--executor",
                executor,
                "--out",
                tier,
            ];
            let ran = sandbox.run(&[&args, &ON_IT[..]].concat());
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert!(ran.err.contains("missing price (NaN)"), "{}", ran.err);
        }
        results.push((
            sandbox.read("screen/cross.csv"),
            sandbox.read("backtest/trades.csv"),
            sandbox.read("backtest/equity.csv"),
        ));
        assert!(!sandbox.read("backtest/equity.csv").contains("NaN"));
    }
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_folder_that_leads_back_to_itself() {
    let sandbox = Sandbox::with(&[("s/a.strat", CROSS)]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(sandbox.path("s"), sandbox.path("s/again")).unwrap();
    assert_eq!(
        sandbox.succeed(&["check", "s"]),
        "1 file checked: no problems\n"
    );
}

#[test]
fn a_lock_in_the_way() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.path("d")).unwrap();
    File::create(sandbox.path("d/binance_BTC_USDT_1h.parquet.lock")).unwrap();
    sandbox.fail(
        1,
        &["another process is writing"],
        &["data", "generate-sample", "--data", "d"],
    );
}
