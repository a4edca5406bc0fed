//! `check --fix` and `explain`: what is done about a report.

use serde_json::Value;

use crate::sandbox::{CROSS, Sandbox};

/// Slips with one meaning each, and one that takes a person.
const SLIPS: &str = "\
strategy Slips {
    quick = sma(close, 10);
    let slow = sma(close, length = 50)
    enter when quick > slow && close = high
    exit when clse < slow
}
";

const REPAIRED: &str = "\
strategy Slips {
    let quick = sma(close, 10)
    let slow = sma(close, length: 50)
    enter when quick > slow and close == high
    exit when clse < slow
}
";

#[test]
fn what_is_certain_is_fixed_and_the_rest_reported() {
    let sandbox = Sandbox::with(&[("a.strat", SLIPS), ("b.strat", CROSS)]);
    let ran = sandbox.run(&["check", "--fix", "."]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(sandbox.read("a.strat"), REPAIRED);
    assert_eq!(sandbox.read("b.strat"), CROSS);
    assert_eq!(
        ran.err,
        "\
a.strat: fixed 5 problems
  E0101  write `let`
  E0108  remove it
  E0108  write `:`
  E0108  write `==`
  E0108  write `and`
"
    );
    for words in [
        "`clse` is not defined",
        "did you mean `close`?",
        "2 files checked: 5 problems fixed, 1 error, 0 warnings\n",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert_eq!(sandbox.names("."), ["a.strat", "b.strat"]);

    // Once more there is nothing to do.
    let again = sandbox.run(&["check", "--fix", "."]);
    assert_eq!(again.err, "");
    assert!(again.out.contains("2 files checked: 1 error, 0 warnings\n"));
    assert_eq!(sandbox.read("a.strat"), REPAIRED);
}

#[test]
fn a_guess_is_never_applied() {
    let guess = "strategy A {\n    enter when clse > open\n    exit when close < open\n}\n";
    let sandbox = Sandbox::with(&[("a.strat", guess)]);
    let ran = sandbox.run(&["check", "--fix", "a.strat", "--format", "json"]);
    assert_eq!(sandbox.read("a.strat"), guess);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(found[0]["fix"]["certainty"], "possible");

    // Only the case differs, so it is no guess.
    sandbox.write("a.strat", guess.replace("clse", "Close"));
    sandbox.succeed(&["check", "--fix", "a.strat"]);
    assert_eq!(sandbox.read("a.strat"), guess.replace("clse", "close"));
}

#[test]
fn a_diff_shows_what_would_change_and_writes_nothing() {
    let sandbox = Sandbox::with(&[("a.strat", SLIPS), ("b.strat", CROSS)]);
    for flag in ["--diff", "--dry-run"] {
        let ran = sandbox.run(&["check", "--fix", flag, "."]);
        assert_eq!(ran.code, Some(1));
        assert_eq!(sandbox.read("a.strat"), SLIPS);
        assert_eq!(
            ran.out,
            "\
--- a.strat
+++ a.strat
@@ -1,6 +1,6 @@
 strategy Slips {
-    quick = sma(close, 10);
-    let slow = sma(close, length = 50)
-    enter when quick > slow && close = high
+    let quick = sma(close, 10)
+    let slow = sma(close, length: 50)
+    enter when quick > slow and close == high
     exit when clse < slow
 }
"
        );
        for words in [
            "a.strat: would fix 5 problems\n",
            "1 error, 0 warnings would remain\n",
        ] {
            assert!(ran.err.contains(words), "{words}: {}", ran.err);
        }
    }
    let ran = sandbox.run(&["check", "--fix", "--diff", "b.strat"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    assert_eq!(ran.err, "nothing to fix; no problems\n");
}

#[test]
fn what_a_program_reads_stays_alone_on_standard_output() {
    for format in ["json", "sarif", "concise"] {
        let sandbox = Sandbox::with(&[("a.strat", SLIPS)]);
        let ran = sandbox.run(&["check", "--fix", "a.strat", "--format", format]);
        assert!(ran.err.contains("fixed 5 problems"), "{}", ran.err);
        if format == "concise" {
            let line = "a.strat:5:15: error[E0201]: `clse` is not defined\n";
            assert_eq!(ran.out, line);
        } else {
            let found: Value = serde_json::from_str(&ran.out).unwrap();
            let pointer = match format {
                "json" => "/0/code",
                _ => "/runs/0/results/0/ruleId",
            };
            assert_eq!(found.pointer(pointer), Some(&Value::from("E0201")));
        }
    }
}

#[test]
fn only_files_that_were_asked_for_are_changed() {
    let library = "fn twice(x) {\n    y = x * 2;\n    return y\n}\n";
    let user = "use twice from \"lib.strat\"\nstrategy A {\n    enter when twice(close) > 1 && close > 2\n    exit when close < 1\n}\n";
    let sandbox = Sandbox::with(&[("lib.strat", library), ("a.strat", user)]);
    let ran = sandbox.run(&["check", "--fix", "a.strat"]);
    assert_eq!(ran.code, Some(1), "the used file still has its errors");
    assert_eq!(sandbox.read("lib.strat"), library);
    assert_eq!(sandbox.read("a.strat"), user.replace("&&", "and"));
    assert!(ran.out.contains("lib.strat:2"), "{}", ran.out);

    let ran = sandbox.run(&["check", "--fix", "a.strat", "lib.strat"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        sandbox.read("lib.strat"),
        "fn twice(x) {\n    let y = x * 2\n    return y\n}\n"
    );
}

#[cfg(unix)]
#[test]
fn permissions_and_links_are_kept() {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    let sandbox = Sandbox::with(&[("real/a.strat", SLIPS)]);
    let real = sandbox.path("real/a.strat");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, sandbox.path("link.strat")).unwrap();
    sandbox.run(&["check", "--fix", "link.strat"]);
    assert_eq!(sandbox.read("real/a.strat"), REPAIRED);
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let link = fs::symlink_metadata(sandbox.path("link.strat")).unwrap();
    assert!(link.is_symlink());
    assert_eq!(sandbox.names("real"), ["a.strat"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_is_told_and_stays_whole() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with(&[("locked/a.strat", SLIPS)]);
    let folder = sandbox.path("locked");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let is_enforced = fs::write(sandbox.path("locked/b"), "").is_err();
    let ran = sandbox.run(&["check", "--fix", "locked/a.strat"]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    // The superuser may write anywhere.
    if is_enforced {
        assert_eq!(ran.code, Some(1));
        assert!(ran.err.contains("cannot write"), "{}", ran.err);
        assert_eq!(sandbox.read("locked/a.strat"), SLIPS);
    }
}

#[test]
fn what_cannot_be_read_is_reported_as_without_fixes() {
    let sandbox = Sandbox::new();
    sandbox.write("junk.strat", [0x73, 0xff]);
    let ran = sandbox.run(&["check", "--fix", "junk.strat", "missing.strat"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.err, "");
    assert!(
        ran.out.contains("E0001") && ran.out.contains("E0002"),
        "{}",
        ran.out
    );
}

#[test]
fn explain_prints_a_page_or_the_list() {
    let sandbox = Sandbox::new();
    let page = sandbox.succeed(&["explain", "E0201"]);
    assert!(
        page.starts_with("E0201: a name that is not defined\n\n"),
        "{page}"
    );
    assert!(
        page.contains("\n    strategy "),
        "programs are indented: {page}"
    );
    assert!(!page.contains("```") && !page.contains('\u{1b}'), "{page}");
    assert_eq!(sandbox.succeed(&["explain", "e0201"]), page);

    let json = sandbox.succeed(&["explain", "E0201", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["code"], "E0201");
    assert_eq!(json["summary"], "a name that is not defined");
    assert!(json["page"].as_str().unwrap().contains("```strat-error\n"));

    let list = sandbox.succeed(&["explain"]);
    assert!(list.starts_with("Files and tokens\n  E0001  "), "{list}");
    assert!(list.contains("\nLints, which are warnings\n"), "{list}");
    let all = sandbox.succeed(&["explain", "--format", "json"]);
    let all: Value = serde_json::from_str(&all).unwrap();
    assert!(all.as_array().unwrap().len() > 40);
    assert_eq!(all[0]["code"], "E0001");

    sandbox.fail(
        2,
        &["there is no code `E0210`; did you mean `E02"],
        &["explain", "E0210"],
    );
    sandbox.fail(
        2,
        &["`stratc explain` lists all of them"],
        &["explain", "nonsense"],
    );
}

#[test]
fn a_report_for_people_ends_with_one_pointer() {
    let one = "strategy A {\n    enter when clse > hgih\n    exit when close < open\n}\n";
    let two = one.replace("hgih", "foo(close)");
    let sandbox = Sandbox::with(&[
        ("one.strat", one),
        ("two.strat", &two),
        ("good.strat", CROSS),
    ]);
    let ran = sandbox.run(&["check", "one.strat"]);
    assert!(
        ran.out.ends_with(
            "1 file checked: 2 errors, 0 warnings\nfor more about E0201: stratc explain E0201\n"
        ),
        "{}",
        ran.out
    );
    let ran = sandbox.run(&["check", "."]);
    assert!(
        ran.out
            .ends_with("\nfor more about a code, such as E0201: stratc explain E0201\n"),
        "{}",
        ran.out
    );
    assert_eq!(ran.out.matches("stratc explain").count(), 1);
    assert!(
        !sandbox
            .succeed(&["check", "good.strat"])
            .contains("explain")
    );
    for format in ["concise", "json"] {
        let ran = sandbox.run(&["check", ".", "--format", format]);
        assert!(!ran.out.contains("stratc explain") && ran.err.is_empty());
    }
    // Where errors go to standard error, so does the pointer.
    let ran = sandbox.run(&["emit", "ir", "one.strat"]);
    assert!(
        ran.err
            .ends_with("for more about E0201: stratc explain E0201\n"),
        "{}",
        ran.err
    );
    sandbox.write("open1.strat", "strategy A {\n");
    sandbox.write("open2.strat", "strategy A {\n");
    let ran = sandbox.run(&["fmt", "open1.strat", "open2.strat"]);
    assert_eq!(
        ran.err.matches("stratc explain E0102").count(),
        1,
        "{}",
        ran.err
    );
}

#[test]
fn misuse_is_told() {
    let sandbox = Sandbox::with(&[("a.strat", CROSS)]);
    for args in [
        &["check", "a.strat", "--diff"][..],
        &["check", "a.strat", "--fix", "--diff", "--format", "json"],
        &["explain", "E0201", "E0202"],
        &["explain", "E0201", "--format", "sarif"],
    ] {
        let ran = sandbox.run(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {ran:?}");
    }
}
