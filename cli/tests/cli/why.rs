//! `why`: what a bar is told must be what `eval` computes there and what a backtest decides, and
//! what is counted must be what one counts by hand.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::{CROSS, Sandbox, data, on_days};

/// Times and values of a series.
type Column = Vec<(String, Option<f64>)>;

/// Every form of a condition: a list, a chain, parts, names that stand for conditions.
const FORMS: &str = "\
strategy Forms {
    param n: bars = 5 in 3..9
    param most = 70 in 50..90
    require n < 9
    let fast = sma(close, n)
    let bands = bollinger(close, 10, 2.0)
    let calm = rsi(close, 7) < most and volume > 0
    enter long \"in\" when all {
        close > fast > bands.lower
        calm  // a name
        close > close[1] or (high > high[1] and not (low < low[1]))
        close between bands.lower * 99%..bands.upper
    }
    exit \"down\" when close crosses below fast
    exit \"far\" when close > bands.upper
}
";

fn why(sandbox: &Sandbox, args: &[&str]) -> Value {
    let all = [&["why", "a.strat"], args, &["--format", "json"]].concat();
    serde_json::from_str(&sandbox.succeed(&on_days(&all))).unwrap()
}

/// The column of an expression over the range, by `eval`.
fn eval(sandbox: &Sandbox, expr: &str) -> Vec<(String, Option<f64>)> {
    let args = ["eval", expr, "--file", "a.strat", "--format", "json"];
    let rows: Value = serde_json::from_str(&sandbox.succeed(&on_days(&args))).unwrap();
    let row = |row: &Value| {
        let time = row["timestamp"].as_str().unwrap().to_owned();
        (time, row["value"].as_f64())
    };
    rows.as_array().unwrap().iter().map(row).collect()
}

fn truth(value: Option<f64>) -> Value {
    value.map_or(Value::Null, |v| Value::Bool(v == 1.0))
}

#[test]
fn values_are_those_of_eval_at_that_bar() {
    let sandbox = Sandbox::with(&[("a.strat", FORMS)]);
    let columns: Vec<(&str, Column)> = [
        "fast",
        "bands.lower",
        "bands.lower * 99%",
        "rsi(close, 7)",
        "close > fast > bands.lower",
        "calm",
        "close crosses below fast",
    ]
    .into_iter()
    .map(|expr| (expr, eval(&sandbox, expr)))
    .collect();
    let mut compared = 0;
    for at in [3, 40, 41, 42, 43, 200, 300] {
        let time = columns[0].1[at].0.clone();
        let told = why(&sandbox, &["--at", &time, "--preload", "0"]);
        assert_eq!(told["time"], time.as_str());
        assert_eq!(told["bars_before"], at);
        let mut open: Vec<&Value> = told["statements"].as_array().unwrap().iter().collect();
        while let Some(value) = open.pop() {
            for key in ["conditions", "parts", "operands"] {
                open.extend(value[key].as_array().into_iter().flatten());
            }
            let Some(text) = value["text"].as_str() else {
                continue;
            };
            let Some((_, column)) = columns.iter().find(|(expr, _)| *expr == text) else {
                continue;
            };
            let expected = column[at].1;
            match value.get("value") {
                Some(found) => assert_eq!(found.as_f64(), expected, "{text} at {at}"),
                None => assert_eq!(value["holds"], truth(expected), "{text} at {at}"),
            }
            if let Some(before) = value.get("before") {
                assert_eq!(before.as_f64(), column[at - 1].1, "{text} before {at}");
            }
            compared += 1;
        }
    }
    assert!(compared > 50, "only {compared} values were compared");
}

#[test]
fn parts_are_told_as_they_are_written() {
    let sandbox = Sandbox::with(&[("a.strat", FORMS)]);
    let told = why(&sandbox, &["--at", "2024-06-03T14:00"]);
    let entry = &told["statements"][0];
    assert_eq!(
        (&entry["kind"], &entry["side"]),
        (&"enter".into(), &"long".into())
    );
    assert_eq!((&entry["tag"], &entry["line"]), (&"in".into(), &8.into()));
    let texts = |conditions: &Value| -> Vec<String> {
        let of = |c: &Value| c["text"].as_str().unwrap().to_owned();
        conditions.as_array().unwrap().iter().map(of).collect()
    };
    let conditions = &entry["conditions"];
    assert_eq!(
        texts(conditions),
        [
            "close > fast > bands.lower",
            "calm",
            "close > close[1] or (high > high[1] and not (low < low[1]))",
            "close between bands.lower * 99%..bands.upper",
        ]
    );
    assert_eq!(
        texts(&conditions[0]["operands"]),
        ["close", "fast", "bands.lower"]
    );
    assert_eq!(conditions[1]["joint"], "name");
    assert_eq!(
        texts(&conditions[1]["parts"][0]["parts"]),
        ["rsi(close, 7) < most", "volume > 0"]
    );
    assert_eq!(conditions[2]["joint"], "any");
    let second = &conditions[2]["parts"][1];
    assert_eq!(
        (&second["joint"], &second["parts"][1]["joint"]),
        (&"all".into(), &"not".into())
    );
    assert_eq!(
        texts(&conditions[3]["operands"]),
        ["close", "bands.lower * 99%", "bands.lower", "bands.upper"]
    );
    let crossing = &told["statements"][1]["conditions"][0];
    assert!(crossing["operands"][0]["before"].is_number(), "{crossing}");
}

#[test]
fn entries_decide_on_the_bar_before_a_backtest_buys() {
    let sandbox = Sandbox::with(&[("a.strat", CROSS)]);
    sandbox.succeed(&on_days(&[
        "run",
        "a.strat",
        "--tier",
        "backtest",
        "--out",
        "bt",
        "--from",
        "2024-03-01",
    ]));
    let trades = sandbox.read("bt/trades.csv");
    let head: Vec<&str> = trades.lines().next().unwrap().split(',').collect();
    let column = head.iter().position(|name| *name == "entry_time").unwrap();
    let entries: Vec<&str> = trades
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(column).unwrap())
        .collect();
    assert!(entries.len() > 5, "{trades}");
    for entry in entries.iter().take(6) {
        let bought: jiff::Timestamp = entry.parse().unwrap();
        let day = jiff::SignedDuration::from_hours(24);
        let decided = (bought - day).to_string();
        let told = why(&sandbox, &["--at", &decided, "--from", "2024-03-01"]);
        assert_eq!(told["statements"][0]["decides"], true, "{decided}: {told}");
        assert_eq!(told["statements"][1]["decides"], false, "{decided}");
        let after = why(&sandbox, &["--at", entry, "--from", "2024-03-01"]);
        assert_eq!(after["statements"][0]["decides"], false, "{entry}");
    }
}

#[test]
fn a_funnel_counts_what_eval_gives() {
    let sandbox = Sandbox::with(&[("a.strat", FORMS)]);
    let told = why(&sandbox, &["--funnel", "--exits", "--preload", "0"]);
    let entry = &told["statements"][0];
    let warm = usize::try_from(entry["lookback"].as_u64().unwrap()).unwrap();
    assert_eq!(warm, 9);
    let columns: Vec<Vec<bool>> = [
        "close > fast > bands.lower",
        "calm",
        "close > close[1] or (high > high[1] and not (low < low[1]))",
        "close between bands.lower * 99%..bands.upper",
    ]
    .into_iter()
    .map(|expr| {
        let column = eval(&sandbox, expr).into_iter().skip(warm);
        column.map(|(_, value)| value == Some(1.0)).collect()
    })
    .collect();
    let bars = columns[0].len();
    let total = &entry["total"];
    assert_eq!(total["bars"], bars + warm);
    assert_eq!(total["past_warm_up"], bars);
    let mut left = vec![true; bars];
    for (at, column) in columns.iter().enumerate() {
        for (left, holds) in left.iter_mut().zip(column) {
            *left &= holds;
        }
        let count = |bits: &[bool]| bits.iter().filter(|b| **b).count();
        assert_eq!(total["left"][at], count(&left), "left after {at}");
        assert_eq!(total["alone"][at], count(column), "alone {at}");
        let others: Vec<bool> = (0..bars)
            .map(|t| {
                let mut others = columns.iter().enumerate().filter(|(other, _)| *other != at);
                others.all(|(_, column)| column[t])
            })
            .collect();
        assert_eq!(total["without"][at], count(&others), "without {at}");
    }
    assert!(total["passing"].as_u64().unwrap() > 5, "{total}");
    assert_eq!(told["statements"].as_array().unwrap().len(), 3);
}

#[test]
fn symbols_are_counted_each_and_together() {
    let sandbox = Sandbox::with(&[("a.strat", CROSS)]);
    let args = |symbols: &[&str]| -> Value {
        let all = [
            &[
                "why",
                "a.strat",
                "--funnel",
                "--timeframe",
                "1d",
                "--data",
                data(),
            ],
            symbols,
            &["--format", "json"],
        ]
        .concat();
        serde_json::from_str(&sandbox.succeed(&all)).unwrap()
    };
    let all = args(&[]);
    let symbols = all["statements"][0]["symbols"].as_array().unwrap().clone();
    assert_eq!(symbols.len(), 5, "all symbols of the folder");
    let sum = |key: &str| {
        symbols
            .iter()
            .map(|s| s[key].as_u64().unwrap())
            .sum::<u64>()
    };
    for key in ["bars", "past_warm_up", "passing"] {
        assert_eq!(all["statements"][0]["total"][key], sum(key), "{key}");
    }
    let two = args(&["--symbols", "ETH/USDT,BTC/USDT,ETH/USDT"]);
    let two = two["statements"][0]["symbols"].as_array().unwrap().clone();
    assert_eq!(two.len(), 2, "a symbol named twice counts once");
    for one in &two {
        assert!(symbols.contains(one), "{one}");
    }
}

#[test]
fn executors_tell_the_same() {
    let sandbox = Sandbox::with(&[("a.strat", FORMS)]);
    for question in [&["--at", "2024-05-05"][..], &["--funnel", "--exits"]] {
        let told = |executor: &str| why(&sandbox, &[question, &["--executor", executor]].concat());
        let first = told("interp");
        assert_eq!(first, told("kernel"));
        assert_eq!(first, told("handler"));
    }
}

#[test]
fn warm_up_and_require_are_gates() {
    let sandbox = Sandbox::with(&[("a.strat", FORMS)]);
    let first = why(&sandbox, &["--at", "2024-01-02", "--preload", "0"]);
    let entry = &first["statements"][0];
    assert_eq!(
        (&entry["gate"], &entry["decides"]),
        (&"warm-up".into(), &false.into())
    );
    assert_eq!(entry["lookback"], 9);
    let text = sandbox.succeed(&on_days(&[
        "why",
        "a.strat",
        "--at",
        "2024-01-02",
        "--preload",
        "0",
    ]));
    assert!(
        text.contains("decides nothing on its first 9 bars"),
        "{text}"
    );

    let excluded = why(&sandbox, &["--at", "2024-05-05", "-p", "n=9"]);
    let entry = &excluded["statements"][0];
    assert_eq!(
        (&entry["gate"], &entry["require"]),
        (&"require".into(), &"n < 9".into())
    );
    sandbox.fail(
        1,
        &["`require n < 9` excludes these parameters"],
        &on_days(&["why", "a.strat", "--funnel", "-p", "n=9"]),
    );
}

#[test]
fn a_bar_is_found_by_any_time_within_it() {
    let sandbox = Sandbox::with(&[("a.strat", CROSS)]);
    let opens = why(&sandbox, &["--at", "2024-05-05"]);
    assert_eq!(opens, why(&sandbox, &["--at", "2024-05-05T23:59:59"]));
    assert_ne!(opens, why(&sandbox, &["--at", "2024-05-06"]));
    // Nothing after the bar is seen.
    assert_eq!(
        opens,
        why(&sandbox, &["--at", "2024-05-05", "--to", "2024-05-05"])
    );
}

#[test]
fn what_cannot_be_told_says_why() {
    let two = format!("{CROSS}{}", CROSS.replace("Cross", "Other"));
    let sandbox = Sandbox::with(&[
        ("a.strat", CROSS),
        ("two.strat", &two),
        ("none.strat", "fn f(x) {\n    return x\n}\n"),
        (
            "wrong.strat",
            "strategy A {\n    enter long when clse > 1\n    exit when close < 1\n}\n",
        ),
    ]);
    let fail = |code: i32, words: &[&str], args: &[&str]| {
        sandbox.fail(code, words, &on_days(&[&["why"], args].concat()));
    };
    fail(2, &["--at", "--funnel"], &["a.strat"]);
    fail(
        2,
        &["cannot be used with"],
        &["a.strat", "--at", "2024-05-05", "--funnel"],
    );
    fail(
        1,
        &[
            "there is no bar at 2030-01-01T00:00:00Z",
            "the bars go from",
        ],
        &["a.strat", "--at", "2030-01-01"],
    );
    fail(
        1,
        &["`Cross`, `Other`", "--strategy"],
        &["two.strat", "--at", "2024-05-05"],
    );
    fail(
        1,
        &["no strategy `Third`"],
        &["two.strat", "--strategy", "Third", "--at", "2024-05-05"],
    );
    fail(
        1,
        &["has no strategy"],
        &["none.strat", "--at", "2024-05-05"],
    );
    fail(1, &["E0201"], &["wrong.strat", "--at", "2024-05-05"]);
    fail(
        1,
        &["no parameter `speed`"],
        &["a.strat", "--at", "2024-05-05", "-p", "speed=1"],
    );
    let named = [
        "why",
        "two.strat",
        "--strategy",
        "Other",
        "--at",
        "2024-05-05",
    ];
    assert!(sandbox.succeed(&on_days(&named)).starts_with("Other with "));
    sandbox.fail(
        2,
        &["--timeframe"],
        &["why", "a.strat", "--funnel", "--data", data()],
    );
    sandbox.fail(
        2,
        &["--symbol"],
        &[
            "why",
            "a.strat",
            "--at",
            "2024-05-05",
            "--timeframe",
            "1d",
            "--data",
            data(),
        ],
    );
}

#[test]
fn conditions_that_unfold_without_end_are_cut() {
    // Ten names of ten names of …: shown whole where it gets too much.
    let mut text = String::from("strategy Deep {\n    let a0 = close > open\n");
    for level in 1..12 {
        let last = format!("a{}", level - 1);
        let names = [last.as_str(); 10].join(" and ");
        text.push_str(&format!("    let a{level} = {names}\n"));
    }
    text.push_str("    enter long when a11\n    exit when close < open\n}\n");
    let sandbox = Sandbox::with(&[("a.strat", &text)]);
    let told = why(&sandbox, &["--at", "2024-05-05"]);
    assert!(told.to_string().len() < 200_000);
}

/// A strategy whose exits look at the trade.
const HELD: &str = "\
strategy Held {
    enter long \"up\" when close crosses above sma(close, 5)
    exit \"late\" when held > 5d and profit < 20%
    exit \"down\" when profit < -4%
    execution {
        fees 0.2%
        slippage 0%
    }
}
";

#[test]
fn the_open_trade_is_that_of_the_backtest() {
    let sandbox = Sandbox::with(&[("a.strat", HELD)]);
    sandbox.succeed(&on_days(&[
        "run", "a.strat", "--tier", "backtest", "--out", "bt",
    ]));
    let trades = sandbox.read("bt/trades.csv");
    let head: Vec<&str> = trades.lines().next().unwrap().split(',').collect();
    let column = |name: &str| head.iter().position(|h| *h == name).unwrap();
    let rows: Vec<Vec<&str>> = trades
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect())
        .collect();
    assert!(rows.len() > 5, "{trades}");
    let mut late = 0;
    for row in rows.iter().take(12) {
        let cell = |name: &str| row[column(name)];
        let day = jiff::SignedDuration::from_hours(24);
        let (bought, sold) = (cell("entry_time"), cell("exit_time"));
        // On the bar of the buy the trade is open, at the price paid.
        let told = why(&sandbox, &["--at", bought]);
        let trade = &told["trade"];
        assert_eq!(trade["since"], bought);
        assert_eq!(trade["bars"], 0);
        assert_eq!(trade["entry_tag"], "up");
        let price: f64 = cell("entry_price").parse().unwrap();
        assert_eq!(trade["entry_price"].as_f64(), Some(price));
        // The exit that closed it decided one bar before the sale.
        if !["late", "down"].contains(&cell("exit_tag")) {
            continue;
        }
        let sold: jiff::Timestamp = sold.parse().unwrap();
        let told = why(&sandbox, &["--at", &(sold - day).to_string()]);
        let exit = told["statements"].as_array().unwrap().iter();
        let deciding = exit.filter(|s| s["kind"] == "exit" && s["decides"] == true);
        let tags: Vec<&str> = deciding.map(|s| s["tag"].as_str().unwrap()).collect();
        assert!(tags.contains(&cell("exit_tag")), "{row:?}: {told}");
        late += usize::from(cell("exit_tag") == "late");
    }
    assert!(late > 0, "{trades}");
}

#[test]
fn without_a_trade_its_conditions_are_na() {
    let sandbox = Sandbox::with(&[("a.strat", HELD)]);
    let told = why(&sandbox, &["--at", "2024-01-02"]);
    assert_eq!(told["trade"], Value::Null);
    let condition = &told["statements"][1]["conditions"][0];
    assert_eq!(condition["text"], "held > 5d");
    assert_eq!(
        (&condition["holds"], &condition["reads_trade"]),
        (&Value::Null, &true.into())
    );
    let text = sandbox.succeed(&on_days(&["why", "a.strat", "--at", "2024-01-02"]));
    for words in [
        "no trade is open (backtest by the convention strat)",
        "na held > 5d",
    ] {
        assert!(text.contains(words), "{text}");
    }
    // Counted, they hold on some bars with a trade, and are na on those without.
    let counted = why(&sandbox, &["--funnel", "--exits"]);
    let held = &counted["statements"][1]["total"];
    assert!(held["na"][0].as_u64().unwrap() > 0, "{held}");
    assert!(held["alone"][0].as_u64().unwrap() > 0, "{held}");
}

/// The shared market data, where this machine has them.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("STRATC_SHARED").map_or(beside, PathBuf::from);
    let data = folder.join("data");
    data.join("binance_BTC_USDT_1h.parquet")
        .exists()
        .then_some(data)
}

#[test]
fn the_production_strategy_trades_once_because_two_conditions_exclude_each_other() {
    let Some(data) = shared() else {
        println!("skipped: no market data");
        return;
    };
    let strategy = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../strategies/production/crypto_investor_v1.strat"
    );
    let symbols = "BTC/USDT,ETH/USDT,SOL/USDT,BNB/USDT,XRP/USDT,ADA/USDT,DOGE/USDT,AVAX/USDT,DOT/USDT,LINK/USDT";
    let args = [
        "why",
        strategy,
        "--funnel",
        "--symbols",
        symbols,
        "--from",
        "2022-01-01",
        "--to",
        "2024-12-31",
        "--data",
        data.to_str().unwrap(),
        "--format",
        "json",
    ];
    let told: Value = serde_json::from_str(&Sandbox::new().succeed(&args)).unwrap();
    let entry = &told["statements"][0];
    let total = &entry["total"];
    assert_eq!(entry["symbols"].as_array().unwrap().len(), 10);
    assert_eq!(total["passing"], 1, "it enters once in three years");
    let pair = &entry["excluding_pairs"][0];
    assert_eq!((&pair["first"], &pair["second"]), (&0.into(), &1.into()));
    assert_eq!(entry["conditions"][0]["text"], "close > fast > slow");
    assert_eq!(entry["conditions"][1]["text"], "momentum < buy_rsi");
    assert!(pair["ratio"].as_f64().unwrap() < 0.01, "{pair}");
    assert!(pair["expected"].as_f64().unwrap() > 10_000.0, "{pair}");
    // Each of the two alone is common.
    assert!(total["alone"][0].as_u64().unwrap() > 50_000, "{total}");
    assert!(total["alone"][1].as_u64().unwrap() > 40_000, "{total}");
    let human: Vec<&str> = args[..args.len() - 2].to_vec();
    let text = Sandbox::new().succeed(&human);
    assert!(
        text.contains(
            "1 `close > fast > slow` and 2 `momentum < buy_rsi` nearly exclude each other"
        ),
        "{text}"
    );
}
