//! Strategies that ask for more than entries, exits and one stop.

use serde_json::Value;

use crate::sandbox::{CROSS, Sandbox, daily};

/// Long and short, sized by the stop, with a target and a trail.
const BOTH: &str = "\
strategy Both {
    param n: bars = 5 in [3, 5]
    enter long \"up\" size risk 2% when close crosses above sma(close, n)
    enter short \"down\" size risk 2% when close crosses below sma(close, n)
    exit \"stale\" when held > 6d and profit < 1%
    stop 4%
    trail 5% once profit > 3%
    take_profit 8%
    execution {
        fees 0.2%
        cash 5000
    }
}
";

fn run<'a>(path: &'a str, tier: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["run", path, "--tier", tier], &daily()[..], more].concat()
}

#[test]
fn a_report_names_sides_exits_and_what_is_ambiguous() {
    let sandbox = Sandbox::with(&[("both.strat", BOTH)]);
    let out = sandbox.succeed(&run("both.strat", "backtest", &["--out", "o"]));
    let trades = sandbox.read("o/trades.csv");
    for words in [",long,", ",short,", ",stop", ",take_profit", ",reverse"] {
        let words = words.trim_end();
        assert!(trades.contains(words), "{words}: {trades}");
    }
    for words in [
        "exit ",
        "take_profit  long",
        "Long or short, one position at a time, sized as written",
        "targets     Targets fill at their price without slippage",
        "reached a stop and a target",
        "fees 0.2% of each side, slippage 0%, cash 5000",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let metrics = sandbox.json("o/metrics.json");
    for (key, value) in [
        ("initial_cash", Value::from(5000)),
        ("fees", Value::from(0.002)),
        ("refused_entries", Value::from(0)),
    ] {
        assert_eq!(metrics[key], value, "{key}");
    }
    let ambiguous = metrics["ambiguous_bars"].as_u64().unwrap();
    assert_eq!(metrics["best_case_return"].is_null(), ambiguous == 0);
}

#[test]
fn the_command_line_wins_over_the_strategy() {
    let sandbox = Sandbox::with(&[("both.strat", BOTH)]);
    let args = run(
        "both.strat",
        "backtest",
        &["--out", "o", "--fees", "0", "--convention", "vectorbt"],
    );
    sandbox.succeed(&args);
    let metrics = sandbox.json("o/metrics.json");
    assert_eq!(metrics["fees"], Value::from(0));
    assert_eq!(metrics["initial_cash"], Value::from(5000));
    assert_eq!(metrics["convention"], Value::from("vectorbt"));
}

#[test]
fn strategies_with_settings_of_their_own_are_told_apart() {
    let sandbox = Sandbox::with(&[("a/both.strat", BOTH), ("a/cross.strat", CROSS)]);
    let out = sandbox.succeed(&run("a", "backtest", &["--out", "o"]));
    for words in [
        "of          both",
        "of          cross",
        "cash 5000",
        "cash 10000",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
}

#[test]
fn a_screen_of_it_is_slower_and_gives_the_numbers_of_the_backtest() {
    let sandbox = Sandbox::with(&[("both.strat", BOTH)]);
    let ran = sandbox.run(&run(
        "both.strat",
        "screen",
        &["--out", "s", "--convention", "strat"],
    ));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.err.contains("run bar by bar, which is slower"),
        "{ran:?}"
    );
    let csv = sandbox.read("s/both.csv");
    let row: Vec<&str> = csv.lines().nth(1).unwrap().split(',').collect();
    let param = format!("n={}", row[0]);
    let args = run(
        "both.strat",
        "backtest",
        &["--out", "o", "--param", &param, "--preload", "0"],
    );
    sandbox.succeed(&args);
    let metrics = sandbox.json("o/metrics.json");
    assert_eq!(
        metrics["total_return"].as_f64().unwrap().to_string(),
        row[1]
    );
    assert_eq!(metrics["num_trades"].to_string(), row[6]);
}

#[test]
fn what_no_tier_executes_is_refused_construct_by_construct() {
    let text = "\
strategy Resting {
    enter long limit close * 99% when close > sma(close, 5)
    exit twap over 2d when close < sma(close, 5)
}
";
    let sandbox = Sandbox::with(&[("resting.strat", text)]);
    for tier in ["backtest", "screen"] {
        let told = sandbox.fail(
            1,
            &[
                "error: resting.strat:2:16: `Resting` uses `limit` orders, which the tier",
                "error: resting.strat:3:10: `Resting` uses `twap` orders, which the tier",
                "does not execute yet",
            ],
            &run("resting.strat", tier, &["--out", "o"]),
        );
        assert_eq!(told.matches("error:").count(), 2, "{told}");
    }
    assert!(sandbox.names("o").is_empty());
}
