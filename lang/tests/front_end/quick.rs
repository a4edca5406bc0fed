//! The parser's short way for plain statements gives what the grammar alone gives: the same tree
//! with the same places, and the same reports.

use std::path::Path;

use proptest::prelude::*;
use strat_lang::diag::Sink;
use strat_lang::source::FileId;
use strat_lang::syntax::{parse, parse_by_grammar, print_tree_with_spans};

use crate::generate::{program, strategy_soup};

fn check(text: &str) {
    let (mut short, mut long) = (Sink::new(), Sink::new());
    let tree = parse(FileId(0), text, &mut short);
    let by_grammar = parse_by_grammar(FileId(0), text, &mut long);
    assert_eq!(short.into_sorted(), long.into_sorted(), "{text}");
    assert!(
        tree == by_grammar,
        "{text}\n{}\n{}",
        print_tree_with_spans(&tree),
        print_tree_with_spans(&by_grammar)
    );
}

#[test]
fn programs_have_one_tree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = vec![
        root.join("tests"),
        root.join("../stdlib"),
        root.join("../tests/ui"),
    ];
    let mut found = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "strat") {
                check(&std::fs::read_to_string(path).expect("a program is text"));
                found += 1;
            }
        }
    }
    assert!(found > 50, "{found}");
}

#[test]
fn every_statement_of_the_short_way_has_one_tree() {
    let expressions = [
        "a",
        "-a.b[1] * --2%",
        "a else b or c and not d > e + f * -g[1]",
        "if a then b else if c then d else e else 0",
        "x is not na and y is some or not not z is na",
        "close crosses above highest(high, 20)[1].upper",
        "{ upper, lower: upper - 2 * width, stop: 1 }.stop",
        "percent_rank(width, 100, least: 20) mod f()",
        "all { close > open  volume > 0\n any { a\n b(c) } -1 < 2 }",
        "(a\n  - b) == \"t\" or a < b <= c",
        "x after 3 + n bars",
        // None of these is plain.
        "a < b > c",
        "a == b == c",
        "sma (close, 3)",
        "all { a\n -b }",
        "all { a (b) }",
        "all { a elif b }",
        "close[-1] [2]",
        "a && b",
        "x between 1..2",
        "if a then b",
        "f(a: 1, b = 2)",
        "a . b",
        "x @ 4h",
        "close of \"ETH\"",
        "a every 3 bars",
        "f(,)",
        "all {}",
        "{ }",
        "x after 3",
        "a +",
        "",
    ];
    for e in expressions {
        for form in [
            "let x = #",
            "return #",
            "require #",
            "rec y = # then #",
            "enter when #",
            "enter short \"t\" when #",
            "exit \"t\" when #",
            "exit when #",
            "state from bar 1 { m = # } then { let d = # m = # }",
            "state from bar 1 all 0 { m = # }",
            "let x := #",
            "enter long long when #",
        ] {
            let statement = form.replace('#', e);
            check(&format!(
                "strategy S {{\n    {statement}\n    stop 3%\n}}\n"
            ));
            check(&format!("fn f(x) {{\n    {statement}\n}}\n"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_programs_have_one_tree(text in program()) {
        check(&text);
    }

    #[test]
    fn soups_have_one_tree(text in strategy_soup()) {
        check(&text);
    }
}
