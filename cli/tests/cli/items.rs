//! `screen` items, files without a strategy, constructs that no tier executes.

use crate::sandbox::{CROSS, Sandbox, daily};

const ITEMS: &str = "
screen Small of Cross {
    timeframe 1d
    sweep fast in [2, 4]
    fees 0.2%
    slippage 1bp
    convention strat
    rank by num_trades
    keep top 3
}

screen Wide of Cross {
    sweep slow in [8]
    fees 0%
    slippage 0%
    cash 500
}
";

fn screen<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["run", file, "--tier", "screen"], &daily()[..], more].concat()
}

fn lines(sandbox: &Sandbox, file: &str) -> Vec<String> {
    sandbox
        .read(file)
        .lines()
        .skip(1)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_screen_of_a_file_runs_as_it_says() {
    let sandbox = Sandbox::with(&[("s.strat", &format!("{CROSS}{ITEMS}"))]);
    let out = sandbox.succeed(&screen("s.strat", &["--out", "o"]));
    assert_eq!(
        sandbox.names("o"),
        ["s_small.csv", "s_wide.csv", "summary.json"]
    );
    assert!(
        out.contains("s_small (screen `Small`): 4 parameter sets, the best 3 by number of trades"),
        "{out}"
    );
    let rows = lines(&sandbox, "o/s_small.csv");
    assert_eq!(rows.len(), 3);
    let trades: Vec<u32> = rows
        .iter()
        .map(|row| row.split(',').nth(7).unwrap().parse().unwrap())
        .collect();
    assert!(trades.windows(2).all(|w| w[0] >= w[1]), "{trades:?}");
    let summary = sandbox.json("o/summary.json");
    let small = &summary["s_small"];
    assert_eq!(small["total_combos"], 4);
    assert_eq!(small["rank"], "num_trades");
    assert_eq!(small["convention"], "strat");
    assert_eq!(small["fees"], 0.002);
    assert_eq!(small["slippage"], 0.0001);
    let wide = &summary["s_wide"];
    assert_eq!(wide["total_combos"], 3);
    assert_eq!(wide["convention"], "vectorbt");
    assert_eq!(wide["fees"], 0);
    assert_eq!(wide["cash"], 500);
}

#[test]
fn a_screen_gives_the_rows_that_its_settings_give() {
    let sandbox = Sandbox::with(&[("s.strat", &format!("{CROSS}{ITEMS}")), ("c.strat", CROSS)]);
    sandbox.succeed(&screen("s.strat", &["--out", "o", "--screen", "Small"]));
    let flags = [
        "--out",
        "p",
        "--param",
        "fast=2,4",
        "--fees",
        "0.002",
        "--slippage",
        "0.0001",
        "--convention",
        "strat",
        "--rank",
        "num_trades",
        "--keep",
        "3",
    ];
    sandbox.succeed(&screen("c.strat", &flags));
    assert_eq!(sandbox.names("o"), ["s_small.csv", "summary.json"]);
    assert_eq!(lines(&sandbox, "o/s_small.csv"), lines(&sandbox, "p/c.csv"));
}

#[test]
fn the_command_line_wins() {
    let sandbox = Sandbox::with(&[("s.strat", &format!("{CROSS}{ITEMS}"))]);
    let flags = [
        "--out",
        "o",
        "--screen",
        "Small",
        "--param",
        "fast=3",
        "--param",
        "slow=8",
        "--fees",
        "0",
        "--convention",
        "vectorbt",
        "--rank",
        "total_return",
        "--keep",
        "1",
    ];
    sandbox.succeed(&screen("s.strat", &flags));
    let rows = lines(&sandbox, "o/s_small.csv");
    assert_eq!(rows.len(), 1);
    assert!(rows[0].starts_with("3,8,"), "{rows:?}");
    let entry = &sandbox.json("o/summary.json")["s_small"];
    assert_eq!(entry["fees"], 0);
    assert_eq!(entry["convention"], "vectorbt");
    assert_eq!(entry["rank"], "total_return");
}

#[test]
fn a_screen_may_be_of_a_strategy_of_another_file() {
    let used = "use Cross\nscreen Other of Cross { sweep fast in [2]  fees 0%  slippage 0% }\n";
    let sandbox = Sandbox::with(&[("cross.strat", CROSS), ("s.strat", used)]);
    sandbox.succeed(&screen("s.strat", &["--out", "o"]));
    assert_eq!(lines(&sandbox, "o/s.csv").len(), 2);
}

#[test]
fn what_there_is_not_is_named() {
    let sandbox = Sandbox::with(&[("s.strat", &format!("{CROSS}{ITEMS}")), ("c.strat", CROSS)]);
    let fails = |args: &[&str], code: i32, words: &str| {
        let ran = sandbox.run(args);
        assert_eq!(ran.code, Some(code), "{args:?} {}", ran.err);
        assert!(ran.err.contains(words), "{args:?} {}", ran.err);
    };
    fails(
        &screen("s.strat", &["--screen", "Smal"]),
        1,
        "there is no screen `Smal`; there is `Small`, `Wide`",
    );
    fails(
        &screen("c.strat", &["--screen", "Small"]),
        1,
        "these files have no `screen` item",
    );
    fails(
        &screen("c.strat", &["--rank", "sharpe"]),
        2,
        "unknown figure `sharpe`; use `total_return`",
    );
    fails(&screen("c.strat", &["--keep", "0"]), 2, "from 1");
    let backtest = [
        &["run", "c.strat", "--tier", "backtest", "--keep", "3"],
        &daily()[..],
    ]
    .concat();
    fails(&backtest, 2, "--keep is for --tier screen");
}

#[test]
fn a_file_without_a_strategy_says_what_it_is_for() {
    let sandbox = Sandbox::with(&[
        (
            "regime.strat",
            "regime Market {\n    score up = num(close > open)\n    score down = num(close < open)\n}\n",
        ),
        ("risk.strat", "risk Account {\n    max_daily_loss 5%\n}\n"),
        ("f.strat", "fn half(x) {\n    return x / 2\n}\n"),
        (
            "s.strat",
            "use Cross\nscreen Other of Cross { fees 0%  slippage 0% }\n",
        ),
        ("cross.strat", CROSS),
    ]);
    for (file, words) in [
        ("regime.strat", "`stratc eval Market --file regime.strat"),
        (
            "risk.strat",
            "the table of limits `Account` (`stratc check` checks it",
        ),
        ("f.strat", "stratc eval 'name(…)' --file f.strat"),
        ("s.strat", "the screen `Other` (`--tier screen` runs it)"),
    ] {
        let ran = sandbox.run(&[&["run", file, "--tier", "backtest"], &daily()[..]].concat());
        assert_eq!(ran.code, Some(1), "{file} {}", ran.err);
        assert!(ran.err.contains(words), "{file} {}", ran.err);
    }
}

#[test]
fn what_no_tier_executes_is_told_with_its_place() {
    let sandbox = Sandbox::with(&[(
        "p.strat",
        "strategy Pairs {
    legs a = \"BTC/USDT\", b = \"ETH/USDT\"
    enter { sell a 1  buy b 1 } when a.close > b.close
    exit limit a.close ioc when a.close < b.close
}
",
    )]);
    for tier in ["screen", "backtest"] {
        let ran = sandbox.run(&[&["run", "p.strat", "--tier", tier], &daily()[..]].concat());
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        for words in [
            "p.strat:2:10: `Pairs` uses trades with several legs",
            "p.strat:4:10: `Pairs` uses `limit` orders",
            "p.strat:4:24: `Pairs` uses `ioc` orders",
            "Help: ",
        ] {
            assert!(ran.err.contains(words), "{words}: {}", ran.err);
        }
        assert!(ran.err.contains(&format!("the tier `{tier}` does not")));
    }
    for tier in ["tick", "paper", "live"] {
        let ran = sandbox.run(&[&["run", "p.strat", "--tier", tier], &daily()[..]].concat());
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        assert!(ran.err.contains("is not there yet: on bars"), "{}", ran.err);
    }
}

#[test]
fn regimes_and_portfolios_are_seen_like_strategies() {
    let regime = "regime Market {\n    let mean = sma(close, 20)\n    score up = num(close > mean)\n    score down = num(close < mean)\n}\n";
    let sandbox = Sandbox::with(&[("regime.strat", regime)]);
    let out = sandbox.succeed(&["emit", "hir", "regime.strat"]);
    assert!(out.starts_with("unit Market"), "{out}");
    let out = sandbox.succeed(&["emit", "ir", "regime.strat"]);
    assert!(out.contains("window_mean"), "{out}");
    let out = sandbox.succeed(&["check", "regime.strat", "--explain-warmup"]);
    assert!(out.contains("let mean") && out.contains("19"), "{out}");
    assert!(out.contains("confidence"), "{out}");
}

#[test]
fn a_name_of_one_of_several_strategies_is_not_seen() {
    let both = format!("{CROSS}{}", CROSS.replace("Cross", "Other"));
    let sandbox = Sandbox::with(&[("s.strat", &both)]);
    let ran = sandbox.run(&[&["eval", "fast", "--file", "s.strat"], &daily()[..]].concat());
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(
        ran.err
            .contains("has several strategies (`Cross`, `Other`)"),
        "{}",
        ran.err
    );
}

#[test]
fn a_strategy_of_another_file_with_errors_is_told() {
    let sandbox = Sandbox::with(&[
        (
            "broken.strat",
            &CROSS.replace("sma(close, slow)", "smaa(close, slow)"),
        ),
        (
            "s.strat",
            "use Cross from \"broken.strat\"\nscreen Other of Cross { fees 0%  slippage 0% }\n",
        ),
    ]);
    let ran = sandbox.run(&screen("s.strat", &[]));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(
        ran.err.contains("there is no function `smaa`"),
        "{}",
        ran.err
    );
}

#[test]
fn a_convention_that_is_not_there_yet_can_be_overridden() {
    let own = CROSS.replace(
        "    enter",
        "    execution { fees 0%  slippage 0%  convention freqtrade }\n    enter",
    );
    let sandbox = Sandbox::with(&[("c.strat", &own)]);
    let ran = sandbox.run(&screen("c.strat", &[]));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(
        ran.err
            .contains("its convention `freqtrade` is not executed yet"),
        "{}",
        ran.err
    );
    sandbox.succeed(&screen("c.strat", &["--convention", "strat", "--out", "o"]));
}
