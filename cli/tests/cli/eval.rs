//! `eval`: numbers to compare with.

use serde_json::Value;

use crate::sandbox::{CROSS, Sandbox, daily, data, on_days};

const RANGE: [&str; 4] = ["--from", "2024-03-01", "--to", "2024-03-05"];

fn csv(sandbox: &Sandbox, expr: &str, more: &[&str]) -> String {
    let args = [&["eval", expr, "--format", "csv"], &daily()[..], more].concat();
    sandbox.succeed(&args)
}

#[test]
fn a_value_per_bar_in_every_form() {
    let sandbox = Sandbox::new();
    let text = csv(&sandbox, "close - close[1]", &RANGE);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[0], "timestamp,value");
    // Nothing before the range is read, so the first bar has no bar before it.
    assert_eq!(lines[1], "2024-03-01T00:00:00Z,");
    assert!(lines[5].starts_with("2024-03-05T00:00:00Z,"));

    let args = on_days(&["eval", "close - close[1]", "--format", "json"]);
    let json: Value =
        serde_json::from_str(&sandbox.succeed(&[&args, &RANGE[..]].concat())).unwrap();
    assert_eq!(json[0]["timestamp"], "2024-03-01T00:00:00Z");
    assert_eq!(json[0]["value"], Value::Null);
    let second: f64 = lines[2].split(',').nth(1).unwrap().parse().unwrap();
    assert_eq!(json[1]["value"].as_f64(), Some(second));

    let table = sandbox.succeed(&[&on_days(&["eval", "close - close[1]"]), &RANGE[..]].concat());
    assert!(
        table.contains("na") && table.ends_with("5 bars\n"),
        "{table}"
    );
    // Without a terminal a table is not cut.
    let long = sandbox.succeed(&on_days(&["eval", "close"]));
    assert_eq!(long.lines().count(), 2 + 365 + 1);
}

#[test]
fn fields_are_columns_and_conditions_are_digits() {
    let sandbox = Sandbox::new();
    let text = csv(&sandbox, "bollinger(close, 3, 2.0)", &RANGE);
    assert!(text.starts_with("timestamp,upper,mid,lower"), "{text}");
    let text = csv(&sandbox, "close > close[1]", &RANGE);
    let values: Vec<&str> = text
        .lines()
        .skip(1)
        .map(|l| l.split(',').nth(1).unwrap())
        .collect();
    assert_eq!(values[0], "");
    assert!(
        values[1..].iter().all(|v| ["0", "1"].contains(v)),
        "{values:?}"
    );
}

#[test]
fn numbers_read_back_to_the_same_bits() {
    let sandbox = Sandbox::new();
    for expr in [
        "close",
        "close * 1e300",
        "close * 1e-300",
        "-close / 0",
        "volume * 1e9",
    ] {
        let text = csv(&sandbox, expr, &RANGE);
        let back = csv(&sandbox, &format!("({expr}) * 1.0"), &RANGE);
        assert_eq!(text, back);
        for line in text.lines().skip(1) {
            let value = line.split(',').nth(1).unwrap();
            assert!(!value.contains('e'), "{value}");
            let read: f64 = value.parse().unwrap();
            assert_eq!(format!("{read}"), value);
        }
    }
    assert!(csv(&sandbox, "-close / 0", &RANGE).contains(",-inf\n"));
}

#[test]
fn a_preload_warms_up_unseen() {
    let sandbox = Sandbox::new();
    let whole = csv(&sandbox, "sma(close, 20)", &["--to", "2024-03-05"]);
    let wanted: Vec<&str> = whole.lines().filter(|l| l.starts_with("2024-03")).collect();
    for preload in ["auto", "19", "1000000"] {
        let text = csv(
            &sandbox,
            "sma(close, 20)",
            &[&RANGE[..], &["--preload", preload]].concat(),
        );
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines.len(), 5, "{preload}");
        if preload == "1000000" {
            assert_eq!(lines, wanted);
        }
        assert!(lines.iter().all(|l| !l.ends_with(',')), "{preload}: {text}");
    }
    let short = csv(
        &sandbox,
        "sma(close, 20)",
        &[&RANGE[..], &["--preload", "17"]].concat(),
    );
    assert_eq!(
        short.lines().filter(|l| l.ends_with(',')).count(),
        2,
        "{short}"
    );
    // A recurrence settles to what it is on the whole of the data, to within a billionth.
    let whole = csv(&sandbox, "ema(close, 5)", &["--to", "2024-03-05"]);
    let settled = csv(
        &sandbox,
        "ema(close, 5)",
        &[&RANGE[..], &["--preload", "auto"]].concat(),
    );
    let last = |text: &str| -> f64 {
        text.lines()
            .last()
            .unwrap()
            .split(',')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    };
    assert!((last(&whole) / last(&settled) - 1.0).abs() < 1e-8);
}

#[test]
fn all_executors_print_the_same_bytes() {
    let sandbox = Sandbox::new();
    for expr in [
        "rsi(close, 14)",
        "bollinger(close, 20, 2.0)",
        "adx(14) > 20 or close crosses above ema(close, 9)",
    ] {
        let [a, b, c] =
            ["interp", "kernel", "handler"].map(|e| csv(&sandbox, expr, &["--executor", e]));
        assert!(a == b && b == c, "{expr}");
        assert_eq!(a.lines().count(), 366, "{expr}");
    }
}

#[test]
fn a_file_lends_its_functions_parameters_and_names() {
    let file = "fn twice(x) {\n    return 2 * x\n}\n\nstrategy A {\n    param n: bars = 4 in 2..9\n    let average = sma(close, n)\n    enter long when close > average\n    exit when close < average\n}\n";
    let sandbox = Sandbox::with(&[
        ("a.strat", file),
        (
            "two.strat",
            &format!("{CROSS}{}", CROSS.replace("Cross", "B")),
        ),
    ]);
    let own = csv(&sandbox, "twice(average)", &["--file", "a.strat"]);
    let plain = csv(&sandbox, "2 * sma(close, 4)", &[]);
    assert_eq!(own, plain);
    sandbox.fail(1, &["E0201", "`average`"], &on_days(&["eval", "average"]));
    sandbox.fail(
        1,
        &["E0201"],
        &on_days(&["eval", "fast", "--file", "two.strat"]),
    );
    sandbox.fail(
        1,
        &["E0001", "no such file"],
        &on_days(&["eval", "close", "--file", "no.strat"]),
    );
}

#[test]
fn an_expression_may_begin_with_a_minus() {
    let sandbox = Sandbox::new();
    assert_eq!(
        csv(&sandbox, "-close", &RANGE),
        csv(&sandbox, "0 - close", &RANGE)
    );
}

#[test]
fn a_file_takes_the_output() {
    let sandbox = Sandbox::with(&[("a.csv", "old")]);
    let wanted = csv(&sandbox, "close", &[]);
    for name in ["a.csv", "b.txt"] {
        let ran = sandbox.run(&on_days(&["eval", "close", "--out", name]));
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
        assert!(ran.err.contains("365 bars written to"), "{}", ran.err);
        assert_eq!(sandbox.read(name), wanted);
    }
    sandbox.succeed(&on_days(&["eval", "close", "--out", "c.json"]));
    assert_eq!(sandbox.json("c.json").as_array().unwrap().len(), 365);
    assert_eq!(sandbox.names("."), ["a.csv", "b.txt", "c.json"]);
    sandbox.fail(
        1,
        &["is a folder"],
        &on_days(&["eval", "close", "--out", "."]),
    );
    sandbox.fail(
        1,
        &["cannot write no/such/a.csv"],
        &on_days(&["eval", "close", "--out", "no/such/a.csv"]),
    );
}

#[test]
fn what_cannot_be_evaluated_is_told() {
    let sandbox = Sandbox::new();
    sandbox.fail(1, &["E0203"], &on_days(&["eval", "smaa(close, 3)"]));
    sandbox.fail(1, &["E0101"], &on_days(&["eval", ""]));
    sandbox.fail(1, &["E0304"], &on_days(&["eval", "sma(close, 0)"]));
    let backward = ["--from", "2024-03-05", "--to", "2024-03-01"];
    sandbox.fail(
        1,
        &["--from to be no later than --to"],
        &[&on_days(&["eval", "close"]), &backward[..]].concat(),
    );
    let beyond = ["--from", "2030-01-01"];
    sandbox.fail(
        1,
        &["has no bar from 2030-01-01"],
        &[&on_days(&["eval", "close"]), &beyond[..]].concat(),
    );
    sandbox.fail(
        1,
        &["no data for DOGE/USDT 1d", "BTC/USDT"],
        &[
            "eval",
            "close",
            "--symbol",
            "DOGE/USDT",
            "--timeframe",
            "1d",
            "--data",
            data(),
        ],
    );
    sandbox.fail(
        1,
        &["does not exist", "generate-sample"],
        &["eval", "close", "--symbol", "BTC/USDT", "--timeframe", "1d"],
    );
}

#[test]
fn a_window_longer_than_the_data_is_warned_of() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&on_days(&["eval", "sma(close, 1000)", "--format", "csv"]));
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.err
            .contains("looks back 999 bars, but there are only 365"),
        "{}",
        ran.err
    );
    assert!(ran.out.lines().skip(1).all(|l| l.ends_with(',')));
}

#[test]
fn a_series_of_a_function_is_a_source_whatever_is_given_for_it() {
    let text = "fn mean(x: series = close, length: bars = 3) {
    return sma(x, length)
}

fn of(x: series) {
    let y = x + 1
    return mean(y)
}
";
    let sandbox = Sandbox::with(&[("f.strat", text)]);
    let more = [&["--file", "f.strat"], &RANGE[..]].concat();
    let values = |expr: &str| -> Vec<String> {
        let lines = csv(&sandbox, expr, &more);
        let last = lines
            .lines()
            .skip(1)
            .map(|l| l.split_once(',').unwrap().1.to_owned());
        last.collect()
    };
    // The mean of three times 8, not the mean of eight closes.
    assert_eq!(values("of(7)"), ["", "", "8", "8", "8"]);
    assert_eq!(values("mean(2)"), values("mean(close, 2)"));
}

#[test]
fn a_value_that_is_na_with_another_looks_back_as_far() {
    let sandbox = Sandbox::new();
    let look = |expr: &str| {
        let lines = csv(&sandbox, &format!("lookback({expr})"), &RANGE);
        lines
            .lines()
            .last()
            .unwrap()
            .split_once(',')
            .unwrap()
            .1
            .to_owned()
    };
    assert_eq!(look("ta_mama(close).mama"), "32");
    assert_eq!(look("ta_ma(close, 5, MAMA)"), "32");
    assert_eq!(look("if sma(close, 9) is na then na else close"), "8");
    assert_eq!(look("if sma(close, 9) is na then 1 else close"), "0");
}
