//! `check --explain-warmup`: lookbacks as formulas, checked against the bars on which values begin.

use serde_json::Value;

use crate::sandbox::{Sandbox, on_days};

const SLOW: &str = "\
strategy Slow {
    param fast: bars = 3 in 2..6
    param slow: bars = 20 in 10..40
    require fast < slow
    let quick = sma(close, fast)
    let steady = sma(close, slow)
    let bands = { top: highest(high, 30), mean: ema(close, 5) }
    enter long \"up\" when quick crosses above steady and close < bands.top
    exit \"down\" when close < bands.mean
    stop 3%
}
";

/// The cells of the line that begins with a name.
fn row(text: &str, name: &str) -> Vec<String> {
    let line = text.lines().find(|line| line.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no line {name} in\n{text}"));
    let rest = line.strip_prefix(name).unwrap();
    let cells = rest
        .split("  ")
        .map(str::trim)
        .filter(|cell| !cell.is_empty());
    cells.map(str::to_owned).collect()
}

#[test]
fn each_statement_has_its_formula() {
    let sandbox = Sandbox::with(&[("a.strat", SLOW)]);
    let text = sandbox.succeed(&["check", "a.strat", "--explain-warmup"]);
    for (name, cells) in [
        ("let quick ", ["fast - 1", "2", "5", "2"]),
        ("let steady ", ["slow - 1", "19", "39", "19"]),
        ("let bands.top ", ["29", "29", "29", "29"]),
        // A crossing needs one bar more, the band 29; slow is at least 10.
        ("enter \"up\" ", ["max(slow, 29)", "29", "40", "29"]),
        ("stop ", ["0", "0", "0", "0"]),
    ] {
        assert_eq!(row(&text, name), cells, "{name}");
    }
    let mean = row(&text, "let bands.mean ");
    assert_eq!(mean[..3], ["0", "0", "0"]);
    // ln 1e-9 / ln(2/3) = 51.1
    assert_eq!(mean[3], "52");
    assert!(
        text.contains("`enter \"up\"` needs the longest: 29 bars at the defaults. It reads `let bands.top` (29 bars)."),
        "{text}"
    );
}

#[test]
fn values_begin_after_so_many_bars() {
    let sandbox = Sandbox::with(&[("a.strat", SLOW)]);
    let text = sandbox.succeed(&["check", "a.strat", "--explain-warmup"]);
    for name in ["quick", "steady", "bands.top", "bands.mean"] {
        let args = ["eval", name, "--file", "a.strat", "--format", "json"];
        let rows: Value = serde_json::from_str(&sandbox.succeed(&on_days(&args))).unwrap();
        let rows = rows.as_array().unwrap();
        let first = rows
            .iter()
            .position(|row| row["value"].is_number())
            .unwrap();
        assert_eq!(
            row(&text, &format!("let {name} "))[1],
            first.to_string(),
            "{name}"
        );
    }
}

#[test]
fn tables_are_for_people() {
    let sandbox = Sandbox::with(&[("a.strat", SLOW)]);
    sandbox.fail(
        2,
        &["leave out --format"],
        &["check", "a.strat", "--explain-warmup", "--format", "json"],
    );
}
