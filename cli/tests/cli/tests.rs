//! `test`, and parameters of an enum: what items of a file mean on the command line.

use serde_json::Value;

use crate::sandbox::{Sandbox, on_days};

const GOOD: &str = "enum Average { simple exponential }

fn average(x, length: bars, kind: Average) {
    return if kind == simple then sma(x, length) else ema(x, length)
}

regime Trend {
    let slow = sma(close, 20)
    score up = close / slow
    score down = slow / close
    unknown when slow is na
    confirm 2 bars
}

strategy Cross {
    param length: bars = 3
    param kind: Average = simple
    let line = average(close, length, kind)
    enter long \"up\" when close crosses above line
    exit \"down\" when close crosses below line
}

test \"up and down\" {
    with Cross(length: 2)
    close = [5, 4, 3, 4, 6, 8, 7]
    expect enter long \"up\" at bar 3
    expect buy at bar 4 price 6
    expect exit \"down\" at bar 6
    expect line = [na, 4.5, 3.5, 3.5, 5, 7, 7.5]
    expect Trend.class at bar 6 = unknown
}

test \"exponential\" {
    with Cross(kind: exponential, length: 3)
    close = [4, 8]
    expect line at bar 1 = 6 within 1e-12
    expect no enter
}
";

const BAD: &str = "test \"average\" {
    close = [1, 2, 3]
    expect sma(close, 2) = [na, 1.5, 3]
}

strategy Up {
    param length: bars = 3
    require length > 1
    enter when close > close[length]
    stop 5%
}

test \"enters\" {
    with Up(length: 2)
    close = [1, 2, 3, 4]
    expect enter at bar 1
    expect no exit
}

test \"excluded\" {
    with Up(length: 1)
    close = [1, 2]
    expect no enter
}
";

#[test]
fn tests_that_pass() {
    let sandbox = Sandbox::with(&[("a.strat", GOOD)]);
    assert_eq!(
        sandbox.succeed(&["test", "a.strat"]),
        "test a.strat: up and down ... ok\ntest a.strat: exponential ... ok\n\n2 tests passed\n"
    );
    assert_eq!(
        sandbox.succeed(&["test", "a.strat", "--filter", "expo"]),
        "test a.strat: exponential ... ok\n\n1 test passed\n"
    );
    assert_eq!(
        sandbox.succeed(&["test", "a.strat", "--filter", "nothing"]),
        "0 tests passed\n"
    );
    let json: Value =
        serde_json::from_str(&sandbox.succeed(&["test", "a.strat", "--format", "json"])).unwrap();
    assert_eq!((&json["passed"], &json["failed"]), (&2.into(), &0.into()));
    assert_eq!(json["tests"][0]["status"], "ok");
}

#[test]
fn a_failed_test_shows_its_bars() {
    let sandbox = Sandbox::with(&[("a.strat", BAD)]);
    let run = sandbox.run(&["test", "a.strat"]);
    assert_eq!(run.code, Some(1));
    let expected = "test a.strat: average ... FAILED
test a.strat: enters ... FAILED
test a.strat: excluded ... FAILED

average (a.strat:1)
  expect sma(close, 2) = [na, 1.5, 3]: on bar 2 it is 2.5

    bar  close  sma(close, 2)
    ---  -----  -------------  -------------
      0      1             na
      1      2            1.5
      2      3            2.5  <- expected 3

enters (a.strat:13)
  expect enter at bar 1: the entry decides on bars 2 and 3

    bar  close  decided  filled
    ---  -----  -------  ------  ------------------------
      0      1
      1      2                   <- expect enter at bar 1
      2      3  enter
      3      4  enter    buy 4

excluded (a.strat:20)
  these parameter values are excluded: require length > 1

0 tests passed, 3 failed
";
    assert_eq!(run.out, expected);
    let run = sandbox.run(&["test", "a.strat", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    let json: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["failed"], 3);
    let fault = &json["tests"][1]["faults"][0];
    assert_eq!(fault["expected"], "expect enter at bar 1");
    assert_eq!(fault["bars"][0], 1);
}

#[test]
fn what_is_wrong_is_not_tried() {
    let sandbox = Sandbox::with(&[("a.strat", "test \"x\" {\n    expect clse at bar 0 = 1\n}\n")]);
    let run = sandbox.run(&["test", "a.strat"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(run.err.contains("E0421"), "{}", run.err);
}

#[test]
fn parameters_of_an_enum_are_given_by_name() {
    let sandbox = Sandbox::with(&[("a.strat", GOOD)]);
    let screen = on_days(&["run", "a.strat", "--tier", "screen"]);
    let table = sandbox.succeed(&[&screen[..], &["--format", "json"]].concat());
    assert!(table.contains("\"kind\": \"simple\"") || table.contains("\"kind\":\"simple\""));
    assert!(table.contains("exponential"), "{table}");
    let one = [&screen[..], &["--param", "kind=exponential"]].concat();
    let text = sandbox.succeed(&one);
    assert!(
        text.contains("exponential") && !text.contains("simple"),
        "{text}"
    );
    let wrong = [&screen[..], &["--param", "kind=weighted"]].concat();
    let run = sandbox.run(&wrong);
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("`weighted`") && run.err.contains("simple, exponential"),
        "{}",
        run.err
    );
    let run = sandbox.run(&[&screen[..], &["--param", "length=many"]].concat());
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("expected a number, found `many`"),
        "{}",
        run.err
    );
}

#[test]
fn a_regime_is_printed_with_its_classes() {
    let sandbox = Sandbox::with(&[("a.strat", GOOD)]);
    let args = on_days(&["eval", "Trend", "--file", "a.strat", "--format", "csv"]);
    let text = sandbox.succeed(&args);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "timestamp,class,raw,confidence,best,second,up,down,slow"
    );
    assert!(lines[1].contains(",unknown,unknown,0,"), "{}", lines[1]);
    assert!(
        lines[40].contains(",up,") || lines[40].contains(",down,"),
        "{}",
        lines[40]
    );
}
