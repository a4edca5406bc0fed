//! `why`: what a bar is told must be what `eval` computes there and what a backtest decides, and
//! what is counted must be what one counts by hand.

use serde_json::Value;

use crate::sandbox::{CROSS, Sandbox, data, on_days};

/// Times and values of a series.
type Column = Vec<(String, Option<f64>)>;

/// Every form of a condition: a list, a chain, parts, names that stand for conditions.
pub const FORMS: &str = "\
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

/// What `why` tells of `a.strat` on days, as JSON.
pub fn why(sandbox: &Sandbox, args: &[&str]) -> Value {
    let all = [&["why", "a.strat"], args, &["--format", "json"]].concat();
    serde_json::from_str(&sandbox.succeed(&on_days(&all))).unwrap()
}

/// The column of an expression over the range, by `eval`.
pub fn eval(sandbox: &Sandbox, expr: &str) -> Vec<(String, Option<f64>)> {
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
