//! What `// allow W0601: why` silences, and what it does not.

use strat_lang::diag::{Certainty, Code, Diagnostic};
use strat_lang::fix::fix;
use strat_lang::sema::{Library, check_source};
use strat_lang::source::{MemoryWorld, SourceMap};

const NONE: Library = Library { files: &[] };

fn check(text: &str) -> Vec<Diagnostic> {
    let mut map = SourceMap::new();
    check_source(&mut map, &MemoryWorld::new(), &NONE, "a.strat", text).diagnostics
}

/// Code and first character of each report.
fn found(text: &str) -> Vec<(Code, &str)> {
    let slice = |d: &Diagnostic| &text[d.span.start as usize..d.span.end as usize];
    let reports = check(text);
    reports.iter().map(|d| (d.code, slice(d))).collect()
}

/// A strategy with lines of its own in front of two that make it whole.
fn strategy(lines: &str) -> String {
    format!("strategy S {{\n{lines}\n    enter when close > open\n    exit when close < open\n}}\n")
}

#[test]
fn without_it_the_lint_is_reported() {
    assert_eq!(
        found(&strategy("    let a = close")),
        [(Code::UnusedName, "a")]
    );
}

#[test]
fn a_reason_silences_before_a_statement_and_at_the_end_of_its_line() {
    for lines in [
        "    // allow W0601: for the next version\n    let a = close",
        "    let a = close  // allow W0601: for the next version",
        "    //allow W0601:kept\n    let a = close",
        "    // allow W0601: kept\n\n    // Another comment.\n    /// And documentation.\n    let a = close",
        "    // allow W0605, W0601: both\n    let low = open",
        "    // allow W0605 W0601: both\n    let low = open",
        "    // allow W0605: one\n    // allow W0601: two\n    let low = open",
        "    // allow W0601: kept\n    let a = close +\n        open",
        "    // allow W0601: the whole statement\n    state from bar 0 { a = 0 } then {\n        let d = close\n        a = d\n    }",
    ] {
        assert_eq!(found(&strategy(lines)), [], "{lines}");
    }
}

#[test]
fn before_an_item_it_covers_the_whole_item_and_no_other() {
    let body = strategy("    let a = close\n    let b = close");
    let second = body.replace("S {", "T {");
    let text = format!("// allow W0601: a sketch\n{body}{second}");
    assert_eq!(
        found(&text),
        [(Code::UnusedName, "a"), (Code::UnusedName, "b")]
    );
    let from_second = check(&text);
    let at = text.find("strategy T").expect("the second") as u32;
    assert!(from_second.iter().all(|d| d.span.start > at));
}

#[test]
fn it_covers_no_neighbour() {
    for (lines, left) in [
        (
            "    // allow W0601: kept\n    let a = close\n    let b = close",
            "b",
        ),
        (
            "    let a = close\n    let b = close  // allow W0601: kept",
            "a",
        ),
        (
            "    let a = close  // allow W0601: kept\n    let b = close",
            "b",
        ),
    ] {
        assert_eq!(
            found(&strategy(lines)),
            [(Code::UnusedName, left)],
            "{lines}"
        );
    }
}

#[test]
fn inside_a_statement_it_covers_the_next_line() {
    let text = strategy(
        "    state from bar 0 { a = 0 } then {\n        // allow W0605: as the book has it\n        let high = close\n        let low = close\n        a = high + low\n    }\n    flag f when a is na",
    );
    let codes = found(&text);
    assert!(codes.contains(&(Code::ShadowedName, "low")), "{codes:?}");
    assert!(!codes.contains(&(Code::ShadowedName, "high")), "{codes:?}");
}

#[test]
fn without_a_reason_it_silences_and_is_reported_itself() {
    for comment in ["// allow W0601", "// allow W0601:", "// allow W0601:  "] {
        let text = strategy(&format!("    {comment}\n    let a = close"));
        assert_eq!(found(&text), [(Code::AllowWithoutReason, "allow W0601")]);
    }
    let text = strategy("    // allow W0601 for the next version\n    let a = close");
    let reports = check(&text);
    let [report] = &reports[..] else {
        panic!("{reports:?}")
    };
    assert_eq!(report.code, Code::AllowWithoutReason);
    // This one is certain: a comment with a colon more.
    let fixed = fix(&text, |text| {
        let mut map = SourceMap::new();
        let found = check_source(&mut map, &MemoryWorld::new(), &NONE, "a.strat", text);
        let (id, _) = map.iter().last().expect("the file");
        (id, found.diagnostics)
    });
    assert_eq!(check(&fixed.text), []);
    assert!(
        fixed
            .text
            .contains("// allow W0601: for the next version\n")
    );
}

#[test]
fn what_silences_nothing_is_reported() {
    let text = strategy("    // allow W0601: no more\n    let a = close");
    let used = text.replace("when close >", "when a >");
    let reports = check(&used);
    let [report] = &reports[..] else {
        panic!("{reports:?}")
    };
    assert_eq!(report.code, Code::UselessAllow);
    // The comment may stand in the wrong place: a person decides.
    let fix = report.fix.as_ref().expect("a fix");
    assert_eq!(fix.certainty, Certainty::Possible);
    let (span, with) = &fix.edits[0];
    let mut without = used.clone();
    without.replace_range(span.start as usize..span.end as usize, with);
    assert_eq!(without, used.replace("    // allow W0601: no more\n", ""));

    let behind = strategy("    let a = close  // allow W0601: no more").replace("close >", "a >");
    let reports = check(&behind);
    let (span, _) = &reports[0].fix.as_ref().expect("a fix").edits[0];
    let mut without = behind.clone();
    without.replace_range(span.start as usize..span.end as usize, "");
    assert_eq!(without, behind.replace("  // allow W0601: no more", ""));
}

#[test]
fn one_in_the_wrong_place_names_what_it_misses() {
    let text = strategy("    let a = close\n    // allow W0601: kept\n    timeframe 1h");
    let reports = check(&text);
    let codes: Vec<Code> = reports.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::UnusedName, Code::UselessAllow]);
    assert_eq!(reports[1].related[0].span, reports[0].span);
    assert!(reports[1].fix.is_none());
}

#[test]
fn errors_and_its_own_lints_are_not_silenced() {
    let text = strategy("    // allow E0201: no\n    let a = clse").replace("close >", "a >");
    assert_eq!(
        found(&text),
        [(Code::UselessAllow, "E0201"), (Code::UnknownName, "clse")]
    );
    for own in ["W0607", "W0608"] {
        let text = strategy(&format!("    // allow {own}: no"));
        assert_eq!(found(&text), [(Code::UselessAllow, own)]);
    }
    // No such code: what may have been meant.
    for (written, fixed) in [
        ("W0661", Certainty::Possible),
        ("w0602", Certainty::Certain),
    ] {
        let text = strategy(&format!("    // allow {written}: no"));
        assert_eq!(found(&text), [(Code::UselessAllow, written)]);
        let fix = check(&text)[0].fix.clone().expect("a guess");
        assert_eq!(fix.certainty, fixed, "{}", fix.title);
    }
}

#[test]
fn beside_errors_nothing_is_called_useless() {
    // With an error the lint of unused names is held back, so its absence means nothing.
    let text = strategy("    // allow W0601: kept\n    let a = clse");
    assert_eq!(found(&text), [(Code::UnknownName, "clse")]);
}

#[test]
fn other_comments_are_left_alone() {
    for comment in [
        "// allow for slippage",
        "// allow H1 bars only",
        "// allow W06: too short for a code",
        "// allowed W0601: no",
        "// We allow W0601: no",
        "/// allow W0601: documentation",
        "//// allow W0601: a rule",
        "// allow",
    ] {
        let text = strategy(&format!("    {comment}\n    let a = close"));
        assert_eq!(found(&text), [(Code::UnusedName, "a")], "{comment}");
    }
    let string =
        strategy("    let a = close").replace("exit when", "exit \"// allow W0601: x\" when");
    assert_eq!(found(&string), [(Code::UnusedName, "a")]);
}

#[test]
fn it_may_stand_anywhere_without_harm() {
    for text in [
        "// allow W0601: x",
        "// allow W0601: x\n",
        "strategy S {\n// allow W0601: x\n}",
        "\u{feff}// allow W0601: é",
        "// allow W0601: x\r\nstrategy S {\r\n}\r\n",
        "fn // allow W0601: x",
        "// allow W0601,,, ,: x",
    ] {
        for report in check(text) {
            let span = report.span.start as usize..report.span.end as usize;
            assert!(text.get(span).is_some(), "{report:?}");
        }
    }
}
