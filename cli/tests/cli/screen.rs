//! `run --tier screen`.

use serde_json::Value;

use crate::sandbox::{CROSS, SCREENS, Sandbox, daily, data, on_days};

const HEAD: &str =
    "fast,slow,total_return,sharpe_ratio,max_drawdown,win_rate,profit_factor,num_trades,flags";

fn screen<'a>(paths: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [&["run"], paths, &["--tier", "screen"], &daily(), more].concat()
}

#[test]
fn every_set_is_a_row_best_first() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let out = sandbox.succeed(&screen(&["cross.strat"], &["--out", "o"]));
    assert_eq!(sandbox.names("o"), ["cross.csv", "summary.json"]);
    let csv = sandbox.read("o/cross.csv");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], HEAD);
    assert_eq!(lines.len(), 1 + 6);
    let sharpes: Vec<f64> = lines[1..]
        .iter()
        .map(|l| l.split(',').nth(3).unwrap().parse().unwrap())
        .collect();
    assert!(sharpes.windows(2).all(|w| w[0] >= w[1]), "{sharpes:?}");
    assert!(
        lines[1..]
            .iter()
            .all(|l| !l.starts_with(['.', '-']) && !l.split(',').next().unwrap().contains('.'))
    );

    for words in [
        "cross: 6 parameter sets",
        "optimistic",
        "vectorbt",
        "In sample",
        "results",
        "o\n",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }

    let summary = sandbox.json("o/summary.json");
    let entry = &summary["cross"];
    assert_eq!(entry["total_combos"], 6);
    assert_eq!(entry["top_sharpe"].as_f64(), Some(sharpes[0]));
    assert_eq!(
        entry["top_return"].as_f64(),
        lines[1].split(',').nth(2).unwrap().parse().ok()
    );
    for (key, expected) in [
        ("convention", Value::from("vectorbt")),
        ("fill", Value::from("close")),
        ("fees", Value::from(0.001)),
        ("slippage", Value::from(0)),
        ("cash", Value::from(10_000)),
        ("bars", Value::from(365)),
        ("from", Value::from("2024-01-02T00:00:00Z")),
        ("to", Value::from("2024-12-31T00:00:00Z")),
        ("preload", Value::from(0)),
    ] {
        assert_eq!(entry[key], expected, "{key}");
    }
}

#[test]
fn a_folder_gives_one_results_folder() {
    let sandbox = Sandbox::new();
    let out = sandbox.succeed(&screen(&[SCREENS], &["--out", "deep/o"]));
    let stems = [
        "bollinger_breakout",
        "ema_rsi_combo",
        "rsi_mean_reversion",
        "sma_crossover",
        "volatility_breakout",
    ];
    let mut files: Vec<String> = stems.iter().map(|s| format!("{s}.csv")).collect();
    files.push("summary.json".to_owned());
    files.sort();
    assert_eq!(sandbox.names("deep/o"), files);
    let rows: Vec<usize> = stems
        .iter()
        .map(|s| sandbox.read(&format!("deep/o/{s}.csv")).lines().count() - 1)
        .collect();
    assert_eq!(rows, [20, 9, 64, 180, 60]);
    let summary = sandbox.json("deep/o/summary.json");
    let keys: Vec<&String> = summary.as_object().unwrap().keys().collect();
    assert_eq!(keys, stems);
    assert!(out.contains("20 excluded by `require`"), "{out}");
    // Sets without a trade have no Sharpe ratio and stand last.
    let idle = sandbox.read("deep/o/volatility_breakout.csv");
    let last = idle.lines().last().unwrap();
    assert!(last.contains(",0,,0,0,0,0,no_trades"), "{last}");
    let crossed = sandbox.read("deep/o/sma_crossover.csv");
    assert!(
        crossed.contains("no_trades;fast_not_below_slow\n")
            && crossed.contains(",fast_not_below_slow\n")
    );
}

#[test]
fn several_strategies_of_a_file_are_told_apart() {
    let two = format!("{CROSS}\n{}", CROSS.replace("Cross", "RSIMeanV2"));
    let sandbox = Sandbox::with(&[("two.strat", &two)]);
    sandbox.succeed(&screen(&["two.strat"], &["--out", "o"]));
    assert_eq!(
        sandbox.names("o"),
        ["summary.json", "two_cross.csv", "two_rsi_mean_v2.csv"]
    );
    assert_eq!(
        sandbox.read("o/two_cross.csv"),
        sandbox.read("o/two_rsi_mean_v2.csv")
    );
    assert!(sandbox.json("o/summary.json")["two_rsi_mean_v2"].is_object());
}

#[test]
fn json_is_one_object_and_nothing_else() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let out = sandbox.succeed(&screen(
        &["cross.strat"],
        &["--out", "o", "--format", "json", "--threads", "2"],
    ));
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["combos"], 6);
    assert_eq!(json["bars"], 365);
    assert_eq!(json["threads"], 2);
    assert_eq!(json["out"], "o");
    for key in ["load_ms", "compile_ms", "compute_ms"] {
        assert!(json[key].as_f64().unwrap() >= 0.0, "{key}");
    }
    let top = json["top"].as_array().unwrap();
    assert_eq!(top.len(), 6);
    let keys: Vec<&str> = top[0]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys.join(","), format!("file,{HEAD}"));
    assert_eq!(top[0]["file"], "cross");
    let csv = sandbox.read("o/cross.csv");
    let best: f64 = csv
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(3)
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(top[0]["sharpe_ratio"].as_f64(), Some(best));
}

#[test]
fn threads_and_executors_change_no_byte() {
    let sandbox = Sandbox::new();
    let mut all = Vec::new();
    for (at, more) in [
        &["--threads", "1"][..],
        &["--threads", "2"],
        &["--executor", "interp"],
        &["--executor", "handler", "--threads", "2"],
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("o{at}");
        sandbox.succeed(&screen(&[SCREENS], &[more, &["--out", &out]].concat()));
        let files: Vec<(String, String)> = sandbox
            .names(&out)
            .into_iter()
            .map(|name| (name.clone(), sandbox.read(&format!("{out}/{name}"))))
            .collect();
        assert_eq!(files.len(), 6);
        all.push(files);
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn without_out_the_folder_is_named_after_the_run() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    for count in 1..=2 {
        let out = sandbox.succeed(&screen(&["cross.strat"], &[]));
        let names = sandbox.names("results");
        assert_eq!(names.len(), count);
        let name = &names[0];
        assert!(
            name.starts_with("BTC_USDT_1d_20") && name.len() >= "BTC_USDT_1d_20240101_000000".len(),
            "{name}"
        );
        assert!(out.contains("results/BTC_USDT_1d_20"), "{out}");
    }
}

#[test]
fn conventions_and_single_flags() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let rules = |more: &[&str]| {
        let args = screen(
            &["cross.strat"],
            &[&["--out", "o", "--from", "2024-06-01"], more].concat(),
        );
        let out = sandbox.succeed(&args);
        let summary = sandbox.json("o/summary.json");
        let entry = summary["cross"].clone();
        (
            out,
            entry["convention"].clone(),
            entry["fill"].clone(),
            entry["preload"].clone(),
        )
    };
    let (out, convention, fill, preload) = rules(&["--convention", "strat"]);
    assert_eq!((convention, fill), ("strat".into(), "next_open".into()));
    // The longest need over the grid: the slow window of 10.
    assert_eq!(preload, 10);
    assert!(
        !out.contains("optimistic") && out.contains("10 were read"),
        "{out}"
    );

    let (out, convention, fill, preload) = rules(&["--fill", "next_open", "--preload", "5"]);
    assert_eq!(
        (convention, fill, preload),
        ("vectorbt".into(), "next_open".into(), 5.into())
    );
    assert!(out.contains("open of the next bar"), "{out}");

    let (_, _, _, preload) = rules(&["--preload", "auto"]);
    assert_eq!(preload, 10);
    let (_, _, _, preload) = rules(&["--convention", "strat", "--preload", "0"]);
    assert_eq!(preload, 0);
}

#[test]
fn warmed_up_a_screen_trades_from_its_first_bar() {
    let level = "strategy Level {\n    param n: bars = 20 in 20..22\n    enter long when close > sma(close, n)\n    exit when close < sma(close, n)\n}\n";
    let sandbox = Sandbox::with(&[("level.strat", level)]);
    let screened = |more: &[&str]| {
        let args = [&["--from", "2024-06-01", "--out", "o"], more].concat();
        sandbox.succeed(&screen(&["level.strat"], &args));
        sandbox.read("o/level.csv")
    };
    let cold = screened(&[]);
    let warm = screened(&["--preload", "auto"]);
    assert_ne!(cold, warm);
    // Once the longest window is filled, more bars before it change nothing.
    assert_eq!(warm, screened(&["--preload", "21"]));
    assert_eq!(warm, screened(&["--preload", "100"]));
    assert_ne!(warm, screened(&["--preload", "12"]));
}

#[test]
fn parameters_can_be_held_or_swept_otherwise() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let rows = |more: &[&str]| {
        sandbox.succeed(&screen(&["cross.strat"], &[&["--out", "o"], more].concat()));
        sandbox.read("o/cross.csv").lines().count() - 1
    };
    assert_eq!(rows(&["--param", "fast=2"]), 2);
    assert_eq!(rows(&["--param", "fast=2,4", "--param", "slow=8"]), 2);
    let fail = |words: &[&str], more: &[&str]| {
        sandbox.fail(1, words, &screen(&["cross.strat"], more));
    };
    fail(
        &["no parameter `fasst`", "`fast` (2..4)", "`slow` ([8, 10])"],
        &["--param", "fasst=3"],
    );
    fail(&["`fast` cannot be 9", "2..4"], &["--param", "fast=9"]);
    fail(&["`slow` cannot be 9", "[8, 10]"], &["--param", "slow=9"]);
    fail(
        &["given twice"],
        &["--param", "slow=8", "--param", "slow=10"],
    );
    assert!(!sandbox.path("results").exists());
}

#[test]
fn an_empty_screen_has_no_key() {
    let empty = "strategy Empty {\n    param n: bars = 3 in 2..4\n    require n > 10\n    enter long when close > sma(close, n)\n    exit when close < sma(close, n)\n}\n";
    let sandbox = Sandbox::with(&[("s/empty.strat", empty), ("s/cross.strat", CROSS)]);
    let ran = sandbox.run(&screen(&["s"], &["--out", "o"]));
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.err
            .contains("empty: no parameter set is left to run: all 3 are excluded"),
        "{}",
        ran.err
    );
    assert_eq!(sandbox.names("o"), ["cross.csv", "summary.json"]);
    assert_eq!(sandbox.json("o/summary.json").as_object().unwrap().len(), 1);
    sandbox.fail(
        1,
        &["no parameter set is left"],
        &screen(&["s/empty.strat"], &["--out", "p"]),
    );
    assert!(!sandbox.path("p").exists());
}

#[test]
fn what_cannot_be_screened_is_told() {
    let simple = |name: &str, body: &str| {
        format!(
            "strategy {name} {{\n{body}\n    enter long when close > 1\n    exit when close < 1\n}}\n"
        )
    };
    let huge = (0..4)
        .map(|i| format!("    param p{i}: bars = 1 in 1..50000\n    let x{i} = sma(close, p{i})\n"))
        .collect::<String>();
    let sandbox = Sandbox::with(&[
        ("tf.strat", &simple("A", "    timeframe 4h")),
        (
            "column.strat",
            &simple("A", "    param flags = 1 in 1..3\n    require flags > 0"),
        ),
        ("f.strat", "fn f(x) {\n    return x\n}\n"),
        ("a/x.strat", CROSS),
        ("b/x.strat", CROSS),
        ("huge.strat", &simple("A", &huge)),
    ]);
    sandbox.fail(
        1,
        &["written for 4h bars", "--timeframe is 1d", "--timeframe 4h"],
        &screen(&["tf.strat"], &[]),
    );
    sandbox.fail(
        1,
        &["`flags` has the name of a column"],
        &screen(&["column.strat"], &[]),
    );
    sandbox.fail(
        1,
        &["nothing to run: f.strat has no strategy"],
        &screen(&["f.strat"], &[]),
    );
    sandbox.fail(
        1,
        &["a/x.strat", "b/x.strat", "both be called `x`"],
        &screen(&["a/x.strat", "b/x.strat"], &[]),
    );
    sandbox.fail(
        1,
        &["more than the 100000000"],
        &screen(&["huge.strat"], &[]),
    );
    sandbox.fail(1, &["E0001"], &screen(&["missing.strat"], &[]));
    for tier in ["tick", "paper", "live"] {
        sandbox.fail(
            1,
            &[tier, "not there yet", "--tier backtest runs a strategy"],
            &on_days(&["run", "f.strat", "--tier", tier]),
        );
    }
    let elsewhere = [
        "run",
        "a/x.strat",
        "--tier",
        "screen",
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "5m",
        "--data",
        data(),
    ];
    sandbox.fail(
        1,
        &["no data for BTC/USDT 5m", "BTC/USDT 1h 4h 1d"],
        &elsewhere,
    );
    assert!(!sandbox.path("results").exists());
}

#[test]
fn a_file_without_a_strategy_is_passed_over() {
    let sandbox = Sandbox::with(&[
        ("s/lib.strat", "fn f(x) {\n    return x\n}\n"),
        ("s/cross.strat", CROSS),
    ]);
    let ran = sandbox.run(&screen(&["s"], &["--out", "o"]));
    assert_eq!(ran.code, Some(0));
    assert!(ran.err.contains("lib.strat has no strategy"), "{}", ran.err);
    assert_eq!(sandbox.names("o"), ["cross.csv", "summary.json"]);
}
