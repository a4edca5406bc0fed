//! `check`, `fmt`, `emit`: what looks at source only.

use serde_json::Value;

use crate::sandbox::{CROSS, SCREENS, Sandbox};

const WRONG: &str = "strategy A {\n    enter long when clse > 1\n    exit when foo(close) < 0\n}\n";

#[test]
fn clean_files_are_clean() {
    let sandbox = Sandbox::with(&[("a.strat", CROSS)]);
    assert_eq!(
        sandbox.succeed(&["check", "a.strat"]),
        "1 file checked: no problems\n"
    );
    assert_eq!(
        sandbox.succeed(&["check", "a.strat", "--format", "json"]),
        "[]\n"
    );
    assert_eq!(
        sandbox.succeed(&["check", "a.strat", "--format", "concise"]),
        ""
    );
    assert_eq!(
        sandbox.succeed(&["check", SCREENS]),
        "5 files checked: no problems\n"
    );
}

#[test]
fn all_errors_are_told_in_every_form() {
    let sandbox = Sandbox::with(&[("a.strat", WRONG)]);
    let human = sandbox.run(&["check", "a.strat"]);
    assert_eq!(human.code, Some(1));
    assert_eq!(human.err, "");
    for word in [
        "E0201",
        "E0203",
        "`clse`",
        "did you mean `close`?",
        "2 errors, 0 warnings",
    ] {
        assert!(human.out.contains(word), "{word}: {}", human.out);
    }
    assert!(!human.out.contains('\u{1b}'), "colours without a terminal");

    let concise = sandbox.run(&["check", "a.strat", "--format", "concise"]);
    assert_eq!(concise.code, Some(1));
    let lines: Vec<&str> = concise.out.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("a.strat:2:21: error[E0201]: "),
        "{lines:?}"
    );

    let json = sandbox.run(&["check", "a.strat", "--format", "json"]);
    assert_eq!(json.code, Some(1));
    let found: Value = serde_json::from_str(&json.out).unwrap();
    let first = &found[0];
    for (key, expected) in [
        ("code", Value::from("E0201")),
        ("severity", Value::from("error")),
        ("file", Value::from("a.strat")),
        ("line", Value::from(2)),
        ("column", Value::from(21)),
        ("end_line", Value::from(2)),
        ("end_column", Value::from(25)),
    ] {
        assert_eq!(first[key], expected, "{key}");
    }
    for key in ["message", "hint", "fix"] {
        assert!(first.get(key).is_some(), "{key}");
    }
    assert_eq!(found.as_array().unwrap().len(), 2);
}

#[test]
fn warnings_are_no_failure() {
    let text = "strategy A {\n    let unused = close\n    enter long when close > 1\n    exit when close < 1\n}\n";
    let sandbox = Sandbox::with(&[("a.strat", text)]);
    let out = sandbox.succeed(&["check", "a.strat"]);
    assert!(
        out.contains("W0601") && out.contains("0 errors, 1 warning"),
        "{out}"
    );
}

#[test]
fn folders_are_searched_and_each_file_is_checked_once() {
    let sandbox = Sandbox::with(&[
        ("all/b.strat", CROSS),
        ("all/deep/er/a.strat", WRONG),
        ("all/notes.txt", "no strategy"),
    ]);
    let ran = sandbox.run(&[
        "check",
        "all",
        "all/b.strat",
        "./all/deep",
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, Some(1));
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!(found[0]["file"], "all/deep/er/a.strat");
}

#[test]
fn an_error_in_a_used_file_is_told_once() {
    let library = "fn twice(x) {\n    return 2 * y\n}\n";
    let user = "use twice from \"lib.strat\"\nstrategy A {\n    enter long when twice(close) > 1\n    exit when close < 1\n}\n";
    let sandbox = Sandbox::with(&[("lib.strat", library), ("a.strat", user)]);
    let ran = sandbox.run(&["check", ".", "--format", "json"]);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    let of_y = found
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["message"].as_str().unwrap().contains("`y`"));
    assert_eq!(of_y.count(), 1, "{}", ran.out);
}

#[test]
fn what_cannot_be_read_is_a_diagnostic() {
    let sandbox = Sandbox::with(&[("empty/readme.txt", "")]);
    sandbox.write("junk.strat", [0x73, 0xff, 0xfe, 0x00]);
    for (path, code, words) in [
        ("missing.strat", "E0001", "no such file"),
        ("junk.strat", "E0002", "not UTF-8 text (byte 1)"),
        ("empty", "E0001", "no .strat file in this folder"),
    ] {
        let json = sandbox.run(&["check", path, "--format", "json"]);
        assert_eq!(json.code, Some(1));
        let found: Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(found[0]["code"], code);
        assert_eq!(found[0]["file"], path);
        let human = sandbox.run(&["check", path]);
        assert!(
            human.out.contains(code) && human.out.contains(words),
            "{}",
            human.out
        );
    }
}

#[test]
fn misuse_is_2() {
    let sandbox = Sandbox::new();
    for args in [
        &["check"][..],
        &["check", "a", "--format", "xml"],
        &["emit", "bytecode", "a"],
        &[
            "run",
            "a",
            "--tier",
            "screen",
            "--symbol",
            "BTCUSDT",
            "--timeframe",
            "1h",
        ],
        &[
            "run",
            "a",
            "--tier",
            "screen",
            "--symbol",
            "BTC/USDT",
            "--timeframe",
            "1y",
        ],
        &[
            "run",
            "a",
            "--tier",
            "screen",
            "--symbol",
            "BTC/USDT,ETH/USDT",
            "--timeframe",
            "1h",
        ],
        &[
            "run",
            "a",
            "--tier",
            "backtest",
            "--symbol",
            "BTC/USDT,btc/usdt",
            "--timeframe",
            "1h",
        ],
        &[
            "run",
            "a",
            "--tier",
            "backtest",
            "--symbol",
            "BTC/USDT",
            "--timeframe",
            "1h",
            "--fees",
            "-1",
        ],
        &[
            "run",
            "a",
            "--tier",
            "backtest",
            "--symbol",
            "BTC/USDT",
            "--timeframe",
            "1h",
            "--threads",
            "0",
        ],
        &[
            "run",
            "a",
            "--tier",
            "backtest",
            "--symbol",
            "BTC/USDT",
            "--timeframe",
            "1h",
            "--param",
            "x",
        ],
        &[
            "run",
            "a",
            "--tier",
            "backtest",
            "--symbol",
            "BTC/USDT",
            "--timeframe",
            "1h",
            "--convention",
            "zipline",
        ],
        &["eval", "close", "--timeframe", "1h"],
        &[
            "eval",
            "close",
            "--symbol",
            "BTC/USDT",
            "--timeframe",
            "1h",
            "--from",
            "yesterday",
        ],
        &["sing"],
        &[],
    ] {
        let ran = sandbox.run(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {ran:?}");
        assert_eq!(ran.out, "", "{args:?}");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn help_and_version_are_no_failure() {
    let sandbox = Sandbox::new();
    assert!(sandbox.succeed(&["--version"]).starts_with("stratc "));
    for command in [
        "check",
        "explain",
        "fmt",
        "emit",
        "eval",
        "run",
        "why",
        "doc",
        "data",
        "quickstart",
    ] {
        let help = sandbox.succeed(&[command, "--help"]);
        assert!(help.contains("Example"), "{command}: {help}");
    }
}

#[test]
fn formatting_changes_a_file_once() {
    let messy = "strategy A{\nenter long   when close>1\n      exit when close<1\n}";
    let sandbox = Sandbox::with(&[("a.strat", messy), ("b/c.strat", messy)]);
    let ran = sandbox.run(&["fmt", ".", "--check"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.out, "a.strat\nb/c.strat\n");
    assert!(ran.err.contains("2 files would change"), "{}", ran.err);
    assert_eq!(sandbox.read("a.strat"), messy);

    assert_eq!(sandbox.succeed(&["fmt", "."]), "a.strat\nb/c.strat\n");
    let formatted = sandbox.read("a.strat");
    assert!(
        formatted.contains("    enter long when close > 1\n"),
        "{formatted}"
    );
    assert_eq!(sandbox.succeed(&["fmt", "."]), "");
    assert_eq!(sandbox.succeed(&["fmt", ".", "--check"]), "");
    assert_eq!(sandbox.read("a.strat"), formatted);
    assert_eq!(sandbox.names("b"), ["c.strat"]);
}

#[test]
fn a_broken_file_is_not_formatted() {
    let broken = "strategy A {   enter long when (close > 1\n}";
    let sandbox = Sandbox::with(&[("a.strat", broken), ("b.strat", CROSS)]);
    let ran = sandbox.run(&["fmt", "a.strat", "b.strat", "missing.strat"]);
    assert_eq!(ran.code, Some(1));
    for words in ["E0102", "E0001", "1 left as it is because of errors"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    assert_eq!(sandbox.read("a.strat"), broken);
}

#[test]
fn every_stage_prints() {
    let sandbox = Sandbox::with(&[("a.strat", CROSS)]);
    for (stage, words) in [
        ("tokens", "1:1 Keyword strategy"),
        ("tree", "strategy Cross"),
        ("hir", "unit Cross"),
        ("ir", "cross("),
        ("clif", "function u0:0"),
    ] {
        let out = sandbox.succeed(&["emit", stage, "a.strat"]);
        assert!(out.contains(words), "{stage}: {out}");
    }
    let two = format!("{CROSS}\n{}", CROSS.replace("Cross", "Other"));
    sandbox.write("two.strat", two);
    let out = sandbox.succeed(&["emit", "ir", "two.strat"]);
    assert!(
        out.starts_with("// Cross\n") && out.contains("\n\n// Other\n"),
        "{out}"
    );
}

#[test]
fn a_stage_of_a_broken_file_fails() {
    let sandbox = Sandbox::with(&[
        ("a.strat", WRONG),
        ("f.strat", "fn f(x) {\n    return x\n}\n"),
    ]);
    let tokens = sandbox.succeed(&["emit", "tokens", "a.strat"]);
    assert!(tokens.contains("clse"), "{tokens}");
    sandbox.fail(1, &["E0201"], &["emit", "ir", "a.strat"]);
    sandbox.fail(1, &["has no strategy"], &["emit", "ir", "f.strat"]);
    sandbox.fail(1, &["E0001"], &["emit", "tokens", "missing.strat"]);
}
