//! `run --tier backtest`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sandbox::{CROSS, SCREENS, Sandbox, daily, data, on_days};

fn backtest<'a>(paths: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [&["run"], paths, &["--tier", "backtest"], &daily(), more].concat()
}

#[test]
fn trades_equity_and_metrics() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let out = sandbox.succeed(&backtest(&["cross.strat"], &["--out", "o"]));
    assert_eq!(
        sandbox.names("o"),
        ["equity.csv", "metrics.json", "trades.csv"]
    );
    let trades = sandbox.read("o/trades.csv");
    let lines: Vec<&str> = trades.lines().collect();
    assert_eq!(
        lines[0],
        "symbol,side,entry_time,entry_price,exit_time,exit_price,quantity,fees,pnl,pnl_pct,bars_held,entry_tag,exit_tag"
    );
    assert!(lines.len() > 10);
    assert!(
        lines[1].starts_with("BTC/USDT,long,2024-") && lines[1].ends_with(",up,down"),
        "{}",
        lines[1]
    );

    let equity = sandbox.read("o/equity.csv");
    let lines: Vec<&str> = equity.lines().collect();
    assert_eq!(lines[0], "timestamp,equity,cash,drawdown");
    assert_eq!(lines[1], "2024-01-02T00:00:00Z,10000,10000,0");
    assert_eq!(lines.len(), 366);

    let metrics = sandbox.json("o/metrics.json");
    let last: f64 = lines[365].split(',').nth(1).unwrap().parse().unwrap();
    assert_eq!(metrics["final_equity"].as_f64(), Some(last));
    assert_eq!(
        metrics["num_trades"].as_u64(),
        Some(trades.lines().count() as u64 - 1)
    );
    assert!(
        metrics
            .as_object()
            .unwrap()
            .values()
            .all(|v| !v.is_object() && !v.is_array()),
        "flat"
    );
    for (key, expected) in [
        ("strategy", Value::from("Cross")),
        ("symbols", Value::from("BTC/USDT")),
        ("timeframe", Value::from("1d")),
        ("exchange", Value::from("binance")),
        ("convention", Value::from("strat")),
        ("fill", Value::from("next_open")),
        ("param_fast", Value::from(3)),
        ("param_slow", Value::from(10)),
        ("bars", Value::from(365)),
        // Nine bars before the slow average, and one for the cross.
        ("lookback", Value::from(10)),
    ] {
        assert_eq!(metrics[key], expected, "{key}");
    }
    for words in [
        "cross with fast = 3, slow = 10",
        "open of the next bar",
        "Stops are tested inside the bar",
        "fees 0.1% of each side, slippage 0%, cash 10000",
        "none was read",
        "ambiguous   0 bars",
        "unfilled",
        "BTC/USDT 1d from binance, 365 bars",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
}

#[test]
fn json_is_one_object_and_nothing_else() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let out = sandbox.succeed(&backtest(
        &["cross.strat"],
        &["--out", "o", "--format", "json"],
    ));
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["metrics"], sandbox.json("o/metrics.json"));
    assert_eq!(json["out"], "o");

    let args = backtest(&[SCREENS], &["--out", "all", "--format", "json"]);
    let json: Value = serde_json::from_str(&sandbox.succeed(&args)).unwrap();
    assert_eq!(json["metrics"].as_object().unwrap().len(), 5);
    assert_eq!(sandbox.names("all").len(), 5);
    for name in sandbox.names("all") {
        assert_eq!(
            sandbox.names(&format!("all/{name}")),
            ["equity.csv", "metrics.json", "trades.csv"]
        );
        assert_eq!(
            json["metrics"][&name],
            sandbox.json(&format!("all/{name}/metrics.json"))
        );
    }
}

/// `"name": text` lines of a pretty JSON object, as text.
fn fields(json: &str) -> BTreeMap<&str, &str> {
    json.lines()
        .filter_map(|line| line.trim().trim_end_matches(',').split_once(": "))
        .map(|(name, value)| (name.trim_matches('"'), value))
        .collect()
}

#[test]
fn a_row_of_a_screen_is_the_backtest_of_its_parameters() {
    let sandbox = Sandbox::new();
    let range = [
        "--from",
        "2024-02-01",
        "--to",
        "2024-11-30",
        "--fees",
        "0.002",
        "--slippage",
        "0.0005",
    ];
    let args = [
        &["run", SCREENS, "--tier", "screen", "--out", "s"],
        &daily()[..],
        &range,
    ]
    .concat();
    sandbox.succeed(&args);
    let mut compared = 0;
    for stem in [
        "sma_crossover",
        "rsi_mean_reversion",
        "bollinger_breakout",
        "volatility_breakout",
    ] {
        let csv = sandbox.read(&format!("s/{stem}.csv"));
        let mut lines = csv.lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let params = names
            .iter()
            .position(|name| *name == "total_return")
            .unwrap();
        let rows: Vec<&str> = lines.collect();
        for row in [rows[0], rows[rows.len() / 3], rows[rows.len() - 1]] {
            let values: Vec<&str> = row.split(',').collect();
            let set: Vec<String> = (0..params)
                .map(|i| format!("{}={}", names[i], values[i]))
                .collect();
            let set: Vec<&str> = set.iter().flat_map(|s| ["--param", s.as_str()]).collect();
            let file = format!("{SCREENS}/{stem}.strat");
            let more = [
                &["--convention", "vectorbt", "--out", "b"],
                &range[..],
                &set,
            ]
            .concat();
            sandbox.succeed(&backtest(&[&file], &more));
            let metrics = sandbox.read("b/metrics.json");
            let fields = fields(&metrics);
            for at in params..params + 6 {
                // A missing value is empty in one and null in the other; so is infinity.
                let expected = match values[at] {
                    "" | "inf" => "null",
                    value => value,
                };
                assert_eq!(fields[names[at]], expected, "{stem} {row} {}", names[at]);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 4 * 3 * 6);
}

#[test]
fn executors_and_threads_change_no_byte() {
    let sandbox = Sandbox::new();
    let mut all = Vec::new();
    for (at, more) in [
        &["--executor", "kernel", "--threads", "1"][..],
        &["--executor", "interp", "--threads", "2"],
        &["--executor", "handler"],
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("o{at}");
        sandbox.succeed(&backtest(
            &[SCREENS],
            &[more, &["--from", "2024-06-01", "--out", &out]].concat(),
        ));
        let mut files = Vec::new();
        for folder in sandbox.names(&out) {
            for file in ["trades.csv", "equity.csv", "metrics.json"] {
                files.push(sandbox.read(&format!("{out}/{folder}/{file}")));
            }
        }
        assert_eq!(files.len(), 15);
        all.push(files);
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn earlier_bars_warm_up() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let preload = |more: &[&str]| {
        sandbox.succeed(&backtest(
            &["cross.strat"],
            &[&["--from", "2024-06-01", "--out", "o"], more].concat(),
        ));
        let metrics = sandbox.json("o/metrics.json");
        (
            metrics["preload"].as_u64().unwrap(),
            metrics["from"].clone(),
            metrics["bars"].clone(),
        )
    };
    let (bars, from, count) = preload(&[]);
    assert_eq!(
        (bars, from, count),
        (10, "2024-06-01T00:00:00Z".into(), 214.into())
    );
    assert_eq!(preload(&["--convention", "vectorbt"]).0, 0);
    assert_eq!(preload(&["--preload", "3"]).0, 3);
    assert_eq!(preload(&["--preload", "0"]).0, 0);
    assert_eq!(
        preload(&["--convention", "vectorbt", "--preload", "auto"]).0,
        10
    );
}

#[test]
fn what_no_warm_up_settles_is_told() {
    let text = "strategy A {\n    rec total = close then total[1] + close\n    enter long when close > total / (bar_index + 1)\n    exit when close < total / (bar_index + 1)\n}\n";
    let sandbox = Sandbox::with(&[("a.strat", text)]);
    let args = ["--from", "2024-06-01", "--out", "o"];
    let ran = sandbox.run(&backtest(&["a.strat"], &args));
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.err.contains("never forgets its first bar"),
        "{}",
        ran.err
    );
    let asked = [&args[..], &["--preload", "20"]].concat();
    let ran = sandbox.run(&backtest(&["a.strat"], &asked));
    assert!(!ran.err.contains("never forgets"), "{}", ran.err);
}

#[test]
fn several_symbols_share_the_cash() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let args = [
        "run",
        "cross.strat",
        "--tier",
        "backtest",
        "--symbol",
        "ETH/USDT,BTC/USDT",
        "--timeframe",
        "1d",
        "--data",
        data(),
        "--out",
        "o",
    ];
    let out = sandbox.succeed(&args);
    assert!(
        out.contains("ETH/USDT 1d from binance") && out.contains("equal parts"),
        "{out}"
    );
    let trades = sandbox.read("o/trades.csv");
    assert!(trades.contains("\nBTC/USDT,") && trades.contains("\nETH/USDT,"));
    let times: Vec<&str> = trades
        .lines()
        .skip(1)
        .map(|l| l.split(',').nth(2).unwrap())
        .collect();
    assert!(times.is_sorted());
    assert_eq!(
        sandbox.json("o/metrics.json")["symbols"],
        "ETH/USDT,BTC/USDT"
    );
    assert_eq!(
        sandbox.read("o/equity.csv").lines().nth(1),
        Some("2024-01-02T00:00:00Z,10000,10000,0")
    );
}

#[test]
fn parameters_are_checked() {
    let domains = "strategy A {\n    param size = 2% in 1%..5% step 0.5%\n    param free = 1.5\n    enter long when close > close[1] * (1 + size) * free\n    exit when close < close[1]\n}\n";
    let sandbox = Sandbox::with(&[("cross.strat", CROSS), ("a.strat", domains)]);
    sandbox.fail(
        1,
        &["no parameter `x`", "`fast` (2..4)"],
        &backtest(&["cross.strat"], &["--param", "x=1"]),
    );
    sandbox.fail(
        1,
        &["`slow` cannot be 9", "[8, 10]"],
        &backtest(&["cross.strat"], &["--param", "slow=9"]),
    );
    sandbox.fail(
        1,
        &["`fast` cannot be 2.5", "whole numbers"],
        &backtest(&["cross.strat"], &["--param", "fast=2.5"]),
    );
    sandbox.fail(
        1,
        &["2 values", "only a screen"],
        &backtest(&["cross.strat"], &["--param", "fast=2,3"]),
    );
    sandbox.fail(
        1,
        &["`size` cannot be 0.06"],
        &backtest(&["a.strat"], &["--param", "size=6%"]),
    );
    for given in ["size=3.5%", "size=0.035"] {
        sandbox.succeed(&backtest(
            &["a.strat"],
            &["--param", given, "--param", "free=-2", "--out", "o"],
        ));
        let metrics = sandbox.json("o/metrics.json");
        assert_eq!(metrics["param_size"], 0.035);
        assert_eq!(metrics["param_free"], -2);
    }
}

#[test]
fn an_excluded_set_is_told() {
    let text = "strategy A {\n    param n: bars = 3 in 2..9\n    require n < 5\n    enter long when close > sma(close, n)\n    exit when close < sma(close, n)\n}\n";
    let sandbox = Sandbox::with(&[("a.strat", text)]);
    sandbox.fail(
        1,
        &["excluded by the strategy", "require n < 5"],
        &backtest(&["a.strat"], &["--param", "n=7"]),
    );
}

#[test]
fn an_order_with_no_bar_left_is_counted() {
    let text = "strategy A {\n    enter long when close > 0\n    exit when close < 0\n}\n";
    let sandbox = Sandbox::with(&[("a.strat", text)]);
    // One bar: it decides, and there is no next open.
    let out = sandbox.succeed(&backtest(
        &["a.strat"],
        &["--from", "2024-12-31", "--preload", "0", "--out", "o"],
    ));
    assert!(out.contains("1 order at the end of the data"), "{out}");
    assert_eq!(sandbox.json("o/metrics.json")["unfilled_orders"], 1);
    assert_eq!(sandbox.json("o/metrics.json")["num_trades"], 0);
    assert_eq!(sandbox.json("o/metrics.json")["sharpe_ratio"], Value::Null);
    assert_eq!(sandbox.read("o/trades.csv").lines().count(), 1);
}

#[test]
fn costs_are_taken() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let total = |more: &[&str]| {
        sandbox.succeed(&backtest(
            &["cross.strat"],
            &[&["--out", "o"], more].concat(),
        ));
        sandbox.json("o/metrics.json")["total_return"]
            .as_f64()
            .unwrap()
    };
    let free = total(&["--fees", "0"]);
    assert!(free > total(&[]) && total(&[]) > total(&["--slippage", "0.001"]));
    let big = total(&["--fees", "0", "--cash", "1000000"]);
    assert!((big / free - 1.0).abs() < 1e-12);
    sandbox.fail(
        2,
        &["share from 0"],
        &on_days(&["run", "cross.strat", "--tier", "backtest", "--fees", "2"]),
    );
}

#[test]
fn bars_are_as_long_as_the_strategy_says() {
    let body = "enter long when close > open  exit when close < open";
    let on = |name: &str, bars: &str| format!("strategy {name} {{ {bars} {body} }}\n");
    let sandbox = Sandbox::with(&[
        ("day.strat", &on("Day", "timeframe 1d")),
        ("hour.strat", &on("Hour", "timeframe 1h")),
        ("any.strat", &on("Any", "")),
    ]);
    let run = |files: &[&'static str], tier: &'static str| {
        let rest = [
            "--tier",
            tier,
            "--symbol",
            "BTC/USDT",
            "--data",
            data(),
            "--out",
            "o",
        ];
        [&["run"][..], files, &rest].concat()
    };
    for tier in ["backtest", "screen"] {
        let out = sandbox.succeed(&run(&["day.strat"], tier));
        assert!(out.contains("BTC/USDT 1d from binance"), "{out}");
        sandbox.fail(
            2,
            &["`Any` does not say how long its bars are; add --timeframe"],
            &run(&["any.strat"], tier),
        );
        sandbox.fail(
            2,
            &["hour.strat: `Hour` is written for 1h bars, another strategy of this run is written for 1d bars"],
            &run(&["day.strat", "hour.strat"], tier),
        );
        sandbox.fail(
            2,
            &["any.strat: `Any` does not say how long its bars are, another"],
            &run(&["day.strat", "any.strat"], tier),
        );
    }
    let both = [
        &run(&["hour.strat"], "backtest")[..],
        &["--timeframe", "1d"],
    ]
    .concat();
    sandbox.fail(1, &["run it with --timeframe 1h"], &both);
}
