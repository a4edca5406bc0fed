//! Hostile and broken input: whatever the bytes, there are reports instead of panics, and the time
//! grows with the size of the file and not faster.

use std::time::{Duration, Instant};

use strat_lang::diag::render::{Format, render};
use strat_lang::diag::{Code, Diagnostic, Sink};
use strat_lang::source::{FileId, SourceMap};
use strat_lang::syntax::ast::{Expr, ExprKind, File, ItemKind, StmtKind};
use strat_lang::syntax::{parse, parse_expr};

/// Far above what is needed, far below what quadratic work on a megabyte would take.
const PATIENCE: Duration = Duration::from_secs(20);

fn parsed(text: &str) -> (File, Vec<Diagnostic>) {
    let start = Instant::now();
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    let elapsed = start.elapsed();
    if std::env::var_os("STRATC_TIMES").is_some() {
        let head: String = text.chars().take(40).collect();
        println!("{elapsed:?} for {} bytes: {head:?}", text.len());
    }
    assert!(
        elapsed < PATIENCE,
        "took {elapsed:?} for {} bytes",
        text.len()
    );
    (file, sink.into_sorted())
}

fn codes(text: &str) -> Vec<Code> {
    let mut codes: Vec<Code> = parsed(text).1.iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

/// A strategy whose only statement is `let x = …`.
fn with_value(value: &str) -> String {
    format!("strategy S {{\n    let x = {value}\n}}\n")
}

fn value_of(file: &File) -> Option<&Expr> {
    let ItemKind::Strategy(strategy) = &file.items.first()?.kind else {
        return None;
    };
    match &strategy.body.first()?.kind {
        StmtKind::Let { value, .. } => Some(value),
        _ => None,
    }
}

#[test]
fn nothing_is_a_file_without_items() {
    for text in [
        "",
        "\u{feff}",
        "\n\n",
        " \t\r\n",
        "// only\n// comments",
        "/// doc\n",
    ] {
        let (file, reports) = parsed(text);
        assert!(file.items.is_empty(), "{text:?}");
        assert_eq!(reports, Vec::new(), "{text:?}");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let (file, reports) = parsed("\u{feff}strategy S { stop 3% }");
    assert_eq!(reports, Vec::new());
    assert_eq!(file.items.len(), 1);
    assert_eq!(file.items.first().map(|i| i.span.start), Some(3));
}

#[test]
fn binary_junk_is_reported() {
    let junk: String = (0u8..=255).cycle().take(50_000).map(char::from).collect();
    assert!(codes(&junk).contains(&Code::UnknownCharacter));
    assert_eq!(codes("\0\0\0"), [Code::UnknownCharacter]);
    assert_eq!(codes(&"\0".repeat(1_000_000)), [Code::UnknownCharacter]);
}

#[test]
fn brackets_too_deep_are_one_report() {
    for (open, close) in [
        ("(", ")"),
        ("f(", ")"),
        ("x[", "]"),
        ("{ a: ", "}"),
        ("all { ", "}"),
        ("-(", ")"),
    ] {
        let text = with_value(&format!("{}1{}", open.repeat(5_000), close.repeat(5_000)));
        assert_eq!(codes(&text), [Code::NestedTooDeep], "{open}");
    }
    assert_eq!(
        codes(&with_value(&"(".repeat(5_000))),
        [Code::NestedTooDeep]
    );
    assert_eq!(codes(&"{".repeat(5_000)), [Code::NestedTooDeep]);
    assert_eq!(codes(&")".repeat(5_000)), [Code::StrayBracket]);
}

#[test]
fn too_deep_an_item_hides_no_other() {
    let text = format!(
        "fn f(x) {{ return {}x{} }}\nfn g(x) {{ return x + }}\nfn h(x) {{ return x }}\n",
        "(".repeat(300),
        ")".repeat(300)
    );
    let (file, reports) = parsed(&text);
    let codes: Vec<Code> = reports.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::NestedTooDeep, Code::Syntax]);
    assert_eq!(file.items.len(), 2);
}

#[test]
fn the_deepest_allowed_nesting_parses() {
    // One level is the strategy's brace.
    for (open, close) in [
        ("(", ")"),
        ("f(", ")"),
        ("x[", "]"),
        ("{ a: ", "}"),
        ("all { ", "}"),
        ("not (", ")"),
        ("-(1 + 2 * ", ")"),
    ] {
        let depth = 255;
        let text = with_value(&format!("{}1{}", open.repeat(depth), close.repeat(depth)));
        let (file, reports) = parsed(&text);
        assert_eq!(reports, Vec::new(), "{open}");
        assert!(value_of(&file).is_some());
        // The tree is printed, compared and dropped on an ordinary stack.
        assert!(strat_lang::syntax::print_tree(&file).len() > depth);
        assert_eq!(file.clone(), file);
    }
}

/// Every construct whose reading may be given up late: with an error inside, the time must not double
/// with each level.
#[test]
fn errors_deep_inside_take_no_exponential_time() {
    for (open, close) in [
        ("all { f(", ") }"),
        ("all { a between all { b } .. all { ", "} }"),
        ("all { a where all { ", "} }"),
        ("f(i in 0..all { ", " < }: 1)"),
        ("f(i in 0..4: all { ", "})"),
        ("(a every (", ") bars)"),
        ("(a @ 4h after (", ") bars)"),
        ("any { a where b by nearest any { ", "} }"),
        ("{ a: all { b", "} }"),
        ("f(a: x[all { ", "}])"),
        ("all { 1 (", ") }"),
    ] {
        let depth = 120 / open.matches(['(', '{', '[']).count().max(1);
        let text = with_value(&format!(
            "{}< < 1{}",
            open.repeat(depth),
            close.repeat(depth)
        ));
        assert!(!codes(&text).is_empty(), "{open}");
        for head in [
            "enter size ",
            "stop at ",
            "take_profit { 0m => ",
            "quote bid[",
        ] {
            let text = format!(
                "strategy S {{\n    {head}{}< < 1{}\n}}\n",
                open.repeat(depth),
                close.repeat(depth)
            );
            assert!(!codes(&text).is_empty(), "{head}{open}");
        }
    }
}

#[test]
fn zone_queries_inside_each_other_count_as_nesting() {
    let (_, reports) = parsed(&with_value(&format!("{}c", "a where ".repeat(200))));
    assert_eq!(reports, Vec::new());
    assert_eq!(
        codes(&with_value(&format!("{}c", "a where ".repeat(100_000)))),
        [Code::NestedTooDeep]
    );
    assert_eq!(
        codes(&with_value(&format!("{}c", "a where not ".repeat(100_000)))),
        [Code::NestedTooDeep]
    );
    // One query each is no nesting.
    let lets = "let x = a where b > 1 by nearest c\n".repeat(2_000);
    let (_, reports) = parsed(&format!("strategy S {{\n{lets}}}"));
    assert_eq!(reports, Vec::new());
}

#[test]
fn blocks_inside_each_other() {
    let nested = |depth: usize| {
        format!(
            "strategy S {{ {}let a = 1{} }}",
            "for i in 0..4 { ".repeat(depth),
            " }".repeat(depth)
        )
    };
    let (file, reports) = parsed(&nested(255));
    assert_eq!(reports, Vec::new());
    assert!(strat_lang::syntax::print_tree(&file).contains("let a"));
    let formatted = strat_lang::fmt::format(&nested(255)).unwrap_or_default();
    assert!(formatted.contains("let a = 1"));
    assert_eq!(codes(&nested(5_000)), [Code::NestedTooDeep]);
}

#[test]
fn millions_of_brackets() {
    let count = 1_000_000;
    for text in [
        "(".repeat(count),
        "[".repeat(count),
        "{".repeat(count),
        "f(".repeat(count),
        "()".repeat(count),
    ] {
        assert!(!codes(&with_value(&text)).is_empty());
        assert!(!codes(&text).is_empty());
    }
    assert!(!codes(&format!("{}{}", "(".repeat(count), "]".repeat(count))).is_empty());
    assert!(!codes(&format!("{}{}", "(".repeat(count), ")".repeat(count))).is_empty());
    assert!(!codes(&format!("{}{}", "{(".repeat(count / 2), "}".repeat(count))).is_empty());
    assert!(!codes(&format!("strategy S {}", "x {\nlet ".repeat(500_000))).is_empty());
}

#[test]
fn a_megabyte_on_one_line_parses() {
    let long = 100_000;
    for (text, terms) in [
        (vec!["close > open"; long].join(" and "), long),
        (vec!["a"; long].join(" or "), long),
        (vec!["a"; long].join(" else "), long),
        (vec!["a"; 2 * long].join(" + "), 2 * long),
        (vec!["a"; 2 * long].join(" * "), 2 * long),
        (vec!["a"; long].join(" < "), long),
    ] {
        let (file, reports) = parsed(&with_value(&text));
        assert_eq!(reports, Vec::new());
        let found = match &value_of(&file).map(|v| &v.kind) {
            Some(ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Else(parts)) => parts.len(),
            Some(ExprKind::Sum { rest, .. }) => rest.len() + 1,
            Some(ExprKind::Product { rest, .. }) => rest.len() + 1,
            Some(ExprKind::Compare { rest, .. }) => rest.len() + 1,
            other => panic!("another tree: {other:?}"),
        };
        assert_eq!(found, terms);
        assert!(strat_lang::syntax::print_tree(&file).len() > terms);
    }
}

#[test]
fn long_runs_of_every_prefix_and_postfix_parse() {
    for text in [
        format!("{}a", "not ".repeat(250_000)),
        format!("{}a", "-".repeat(900_000)),
        format!("a{}", "[1]".repeat(300_000)),
        format!("a{}", ".b".repeat(400_000)),
        format!("{}c", "if a then b else ".repeat(60_000)),
        format!("all {{ {} }}", "a ".repeat(400_000)),
        format!("f({}a)", "a, ".repeat(300_000)),
        format!("{{ {}a }}", "a, ".repeat(300_000)),
        format!("a{}", " @ 4h".repeat(200_000)),
        format!("a{}", " since entry".repeat(100_000)),
        format!("all {{ {} }}", "a between 1..2 ".repeat(80_000)),
    ] {
        let (file, reports) = parsed(&with_value(&text));
        assert_eq!(reports, Vec::new());
        assert!(value_of(&file).is_some());
    }
}

#[test]
fn a_megabyte_with_an_error_at_its_end_is_one_report() {
    for text in [
        format!("{} and", vec!["close > open"; 80_000].join(" and ")),
        format!("{}a then", "if a then b else ".repeat(60_000)),
        format!("f({}a b)", "a, ".repeat(300_000)),
        format!("all {{ {} < }}", "a ".repeat(400_000)),
        format!("{} b c", "a + ".repeat(250_000)),
    ] {
        assert_eq!(codes(&with_value(&text)), [Code::Syntax]);
    }
}

#[test]
fn a_statement_beyond_the_limit_is_refused() {
    let text = with_value(&vec!["a"; 600_000].join("+"));
    assert_eq!(codes(&text), [Code::TooLarge]);
    assert_eq!(codes(&"a".repeat(9 << 20)), [Code::TooLarge]);
}

#[test]
fn many_small_statements_and_items() {
    let (file, reports) = parsed(&format!(
        "strategy S {{\n{}}}",
        "let x = 1\n".repeat(100_000)
    ));
    assert_eq!(reports, Vec::new());
    assert_eq!(file.items.len(), 1);
    let (file, reports) = parsed(&"fn f(x) { return x }\n".repeat(50_000));
    assert_eq!(reports, Vec::new());
    assert_eq!(file.items.len(), 50_000);
    // Every one of them wrong.
    assert!(!codes(&"fn f(x) { return }\n".repeat(50_000)).is_empty());
    assert!(!codes(&"strategy S {\n".repeat(80_000)).is_empty());
    assert!(!codes(&"let x = (\n".repeat(100_000)).is_empty());
    assert!(
        !codes(&format!(
            "strategy S {{\n{}}}",
            "let x = ;;; && || (\n".repeat(50_000)
        ))
        .is_empty()
    );
    for (head, row, count) in [
        ("router D by R", "up => A 70% + B 30% size 1\n", 50_000),
        ("risk D", "max_x 5% => halt\n", 60_000),
        ("regime R", "score a = b\n", 80_000),
        ("test \"t\"", "expect a at bar 4 = 5\n", 50_000),
        ("strategy S", "enter size 1 keep a = b when c\n", 40_000),
        ("strategy S", "enter\nstop 1\n", 80_000),
        ("strategy S", "on fill { let a = b }\n", 50_000),
        ("strategy S", "on fill {\n", 50_000),
        ("strategy S", "}\n", 200_000),
    ] {
        let _ = parsed(&format!("{head} {{\n{}}}\n", row.repeat(count)));
    }
    let rows = "up => A 70% + B 30% size 1\n".repeat(30_000);
    let (_, reports) = parsed(&format!("router D by R {{\n{rows}}}\n"));
    assert_eq!(reports, Vec::new());
    assert!(!codes(&";".repeat(1_000_000)).is_empty());
    assert!(!codes(&with_value(&";".repeat(1_000_000))).is_empty());
    assert!(!codes(&with_value(&"; a".repeat(300_000))).is_empty());
}

#[test]
fn huge_literals() {
    assert_eq!(codes(&with_value(&"9".repeat(300_000))), [Code::BadNumber]);
    assert_eq!(
        codes(&with_value(&format!("0.{}", "9".repeat(300_000)))),
        []
    );
    assert_eq!(codes(&with_value(&"1e".repeat(300_000))), [Code::BadNumber]);
    let (_, reports) = parsed(&with_value(&"a".repeat(1_000_000)));
    assert_eq!(reports, Vec::new());
    let (_, reports) = parsed(&with_value(&format!("\"{}\"", "a".repeat(1_000_000))));
    assert_eq!(reports, Vec::new());
    assert_eq!(
        codes(&with_value(&format!("\"{}", "a".repeat(1_000_000)))),
        [Code::OpenString]
    );
    // No message repeats a literal in full.
    for text in [
        with_value(&"9".repeat(300_000)),
        with_value(&format!("{} b", "a".repeat(300_000))),
    ] {
        assert!(parsed(&text).1.iter().all(|d| d.message.len() < 300));
    }
}

#[test]
fn an_open_string_breaks_its_statement_only() {
    let text = "strategy S {\n    enter \"tag when close > open\n    exit when close < open\n}\n";
    let (file, reports) = parsed(text);
    assert_eq!(
        reports.iter().map(|d| d.code).collect::<Vec<_>>(),
        [Code::OpenString]
    );
    let Some(ItemKind::Strategy(strategy)) = file.items.first().map(|i| &i.kind) else {
        panic!("the strategy is lost");
    };
    let kinds: Vec<bool> = strategy
        .body
        .iter()
        .map(|s| s.kind == StmtKind::Error)
        .collect();
    assert_eq!(kinds, [true, false]);
}

#[test]
fn single_expressions() {
    for text in [
        "",
        " ",
        "// nothing",
        "(",
        "1 +",
        "1 2",
        "\"",
        "§",
        "let x = 1",
        "}",
        &"(".repeat(10_000),
    ] {
        let mut sink = Sink::new();
        let expr = parse_expr(FileId(0), text, &mut sink);
        assert_eq!(expr.kind, ExprKind::Error, "{text:.20}");
        assert!(sink.has_errors(), "{text:.20}");
    }
    let mut sink = Sink::new();
    let expr = parse_expr(FileId(0), "  1 + 2 after 3 bars ", &mut sink);
    assert!(!sink.has_errors());
    assert!(matches!(expr.kind, ExprKind::After { .. }));
    assert_eq!((expr.span.start, expr.span.end), (2, 20));
}

#[test]
fn reports_about_a_long_line_render_fast() {
    let start = Instant::now();
    let mut map = SourceMap::new();
    let id = map.add(
        "long.strat".to_owned(),
        with_value(&"all { a, é } + 5x § ".repeat(50_000)),
    );
    let mut sink = Sink::new();
    let _ = parse(id, &map.get(id).text, &mut sink);
    let reports = sink.into_sorted();
    assert!(reports.len() > 500);
    for (_, format) in Format::ALL {
        assert!(render(*format, &reports, &map, false).len() < 10_000_000);
    }
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
}

#[test]
fn large_programs_format_fast() {
    let start = Instant::now();
    for text in [
        "// comment\n".repeat(100_000),
        format!(
            "strategy S {{\n{}}}\n",
            "let x = a // b\n// c\n".repeat(30_000)
        ),
        "fn f(x) { return x }\n".repeat(30_000),
        with_value(&vec!["a > b"; 50_000].join(" and ")),
        with_value(&format!("all {{ {} }}", "a ".repeat(100_000))),
        with_value(&format!("{}a", "- ".repeat(200_000))),
        format!("fn f(x) {{ {} return x }}\n", "// c\n".repeat(100_000)),
    ] {
        let formatted = strat_lang::fmt::format(&text).unwrap_or_default();
        assert!(formatted.len() > 100_000);
        assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    }
}
