//! External columns: `feed NAME` and `--feed NAME=FILE`.

use crate::sandbox::{Sandbox, daily};

const CARRY: &str = "\
strategy Carry {
    enter long when feed funding < 0
    exit when feed funding > 0
}
";

const FUNDING: &str = "\
published,value
2024-01-10T12:00:00Z,-0.0001
2024-01-06T00:00:00Z,0.0002
2024-01-20T00:00:00Z,
";

fn eval<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let range = [
        "--from",
        "2024-01-04",
        "--to",
        "2024-01-21",
        "--format",
        "csv",
    ];
    [&["eval", "feed funding"], &daily()[..], &range, more].concat()
}

#[test]
fn a_value_is_seen_from_its_publication_on() {
    let sandbox = Sandbox::with(&[("f.csv", FUNDING)]);
    let ran = sandbox.run(&eval(&["--feed", "funding=f.csv"]));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let values: Vec<&str> = ran
        .out
        .lines()
        .skip(1)
        .map(|l| l.split_once(',').unwrap().1)
        .collect();
    // The bar of the 5th closes as the 6th begins; that of the 10th after noon.
    let mut expected = vec![""];
    expected.extend(["0.0002"; 5]);
    expected.extend(["-0.0001"; 9]);
    expected.extend([""; 3]);
    assert_eq!(values, expected, "{}", ran.out);
    assert!(ran.err.contains("sorted by time"), "{}", ran.err);
}

#[test]
fn every_command_over_bars_takes_it() {
    let sandbox = Sandbox::with(&[("f.csv", FUNDING), ("c.strat", CARRY)]);
    let given = ["--feed", "funding=f.csv"];
    for command in [
        &["run", "c.strat", "--tier", "backtest", "--out", "o"][..],
        &["run", "c.strat", "--tier", "screen", "--out", "p"],
        &["why", "c.strat", "--at", "2024-01-12"],
        &["why", "c.strat", "--funnel"],
    ] {
        let args = [command, &daily()[..]].concat();
        let ran = sandbox.run(&args);
        assert_eq!(ran.code, Some(1), "{args:?} {}", ran.err);
        assert!(
            ran.err.contains("--feed funding=FILE"),
            "{args:?} {}",
            ran.err
        );
        sandbox.succeed(&[&args[..], &given].concat());
    }
    let trades = sandbox.read("o/trades.csv");
    assert!(trades.contains("2024-01-11"), "{trades}");
}

#[test]
fn what_is_wrong_with_it_is_told() {
    let sandbox = Sandbox::with(&[
        ("f.csv", FUNDING),
        ("no_value.csv", "time,a,b\n2024-01-01,1,2\n"),
        ("no_number.csv", "time,value\n2024-01-01,much\n"),
        ("empty.csv", "time,value\n"),
    ]);
    for (feed, code, words) in [
        (
            "fundng=f.csv",
            1,
            "nothing reads `feed fundng`; it reads `funding`",
        ),
        ("funding=none.csv", 1, "none.csv"),
        ("funding=no_value.csv", 1, "has no column `value`"),
        (
            "funding=no_number.csv",
            1,
            "in the column `value`, which is not a number",
        ),
        ("funding=empty.csv", 1, "has no rows"),
        ("funding", 2, "expected name=file"),
    ] {
        let ran = sandbox.run(&eval(&["--feed", feed]));
        assert_eq!(ran.code, Some(code), "{feed} {}", ran.err);
        assert!(ran.err.contains(words), "{feed} {}", ran.err);
    }
    let ran = sandbox.run(&eval(&[
        "--feed",
        "funding=f.csv",
        "--feed",
        "funding=f.csv",
    ]));
    assert!(ran.err.contains("given twice"), "{}", ran.err);
}
