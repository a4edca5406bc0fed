//! What the grammar makes of well-formed text, and that it reads the same tokens as the lexer.

use std::fs;
use std::path::Path;

use crate::generate::program;
use proptest::prelude::*;
use strat_lang::diag::Sink;
use strat_lang::source::{FileId, SourceMap, Span};
use strat_lang::syntax::ast::{Expr, ExprKind, ItemKind, StmtKind};
use strat_lang::syntax::keyword::Keyword;
use strat_lang::syntax::visit::each_expr_of_file;
use strat_lang::syntax::{lex, parse, parse_expr, print_expr, print_tokens, print_tree};

fn expr(text: &str) -> Expr {
    let mut sink = Sink::new();
    let expr = parse_expr(FileId(0), text, &mut sink);
    assert!(!sink.has_errors(), "{text}: {:#?}", sink.into_sorted());
    expr
}

/// The printed tree on one line: children in parentheses.
fn shape(text: &str) -> String {
    let printed = print_expr(&expr(text));
    let mut out = String::new();
    let mut depth = 0;
    for (i, line) in printed.lines().enumerate() {
        let level = (line.len() - line.trim_start().len()) / 2;
        if level > depth {
            out.push_str(" (");
        } else {
            out.push_str(&")".repeat(depth - level));
            out.push_str(if i == 0 { "" } else { ", " });
        }
        depth = level;
        out.push_str(
            line.trim_start()
                .trim_start_matches("name ")
                .trim_start_matches("number "),
        );
    }
    out.push_str(&")".repeat(depth));
    out
}

#[test]
fn operators_bind_as_the_specification_says() {
    for (text, expected) in [
        (
            "a else b or c and not d",
            "else (a, or (b, and (c, not (d))))",
        ),
        (
            "a - b * -c[1]",
            "sum (a, - (product (b, * (neg (postfix (c, index (1)))))))",
        ),
        ("a - b - c", "sum (a, - (b), - (c))"),
        ("a mod b / c", "product (a, mod (b), / (c))"),
        ("not not a == b", "not x2 (compare (a, == (b)))"),
        ("not a and b", "and (not (a), b)"),
        ("--a", "neg x2 (a)"),
        (
            "a + b > c - d >= e",
            "compare (sum (a, + (b)), > (sum (c, - (d))), >= (e))",
        ),
        (
            "a crosses above b + 1 and c",
            "and (crosses above (a, sum (b, + (1))), c)",
        ),
        ("a is na or b is some", "or (is na (a), is some (b))"),
        (
            "a is not na and b is not some",
            "and (is some (a), is na (b))",
        ),
        (
            "x[1].upper[2]",
            "postfix (x, index (1), field upper, index (2))",
        ),
        ("f(a, least: b else c)", "call f (a, least (else (b, c)))"),
        ("(a + b)[1]", "postfix (paren (sum (a, + (b))), index (1))"),
        (
            "{ a, b: c + 1, if: d }",
            "record (a, b (sum (c, + (1))), if (d))",
        ),
        ("a after n - 1 bars", "after (a, sum (n, - (1)))"),
        ("a else b after 1 bar", "after (else (a, b), 1)"),
        (
            "all { a b(c) d[1] not e { f }.f }",
            "all (a, call b (c), postfix (d, index (1)), not (e), postfix (record (f), field f))",
        ),
        ("any { a > b  c }", "any (compare (a, > (b)), c)"),
        (
            "e[1] @ 4h > (e @ 4h)[1]",
            "compare (postfix (e, index (1), at 4h), > (postfix (paren (postfix (e, at 4h)), index (1))))",
        ),
        (
            "close of \"A/B\" @ 1d",
            "postfix (close, of \"A/B\", at 1d)",
        ),
        (
            "-f(x) since entry",
            "neg (postfix (call f (x), since entry))",
        ),
        (
            "rank(x) across universe",
            "postfix (call rank (x), across universe)",
        ),
        (
            "x + 1 between 40..n * 2 and y",
            "and (between (sum (x, + (1)), 40, product (n, * (2))), y)",
        ),
        (
            "f(x) after 3 bars every n + 1 bars",
            "every bars (after (call f (x), 3), sum (n, + (1)))",
        ),
        ("x every 4h", "every 4h (x)"),
        (
            "x every week on monday at 09:30 utc",
            "every week on monday at 09:30 \"utc\" (x)",
        ),
        ("x on event funding", "on event funding (x)"),
        (
            "within 09:30..16:00 \"Europe/Berlin\" and a",
            "and (within 09:30..16:00 \"Europe/Berlin\", a)",
        ),
        (
            "sum(i in 0..n - 1: x[i] * 2)",
            "loop sum i (0, sum (n, - (1)), product (postfix (x, index (i)), * (2)))",
        ),
        (
            "count(gap where a > b or c by lowest top - 1)",
            "call count (zone gap by lowest (or (compare (a, > (b)), c), sum (top, - (1))))",
        ),
        (
            "(gap where a).top",
            "postfix (paren (zone gap (a)), field top)",
        ),
    ] {
        assert_eq!(shape(text), expected, "{text}");
    }
}

#[test]
fn an_if_is_one_operand_of_else() {
    for (text, expected) in [
        ("if a then b else c", "if (a, b, c)"),
        ("if a then b else if c then d else e", "if (a, b, c, d, e)"),
        // A further `else` replaces the whole choice where it is na.
        ("if a then b else c else d", "else (if (a, b, c), d)"),
        ("a else if b then c else d", "else (a, if (b, c, d))"),
        (
            "if a then b else c else if d then e else f",
            "else (if (a, b, c), if (d, e, f))",
        ),
        (
            "if a or b then c + 1 else d > e",
            "if (or (a, b), sum (c, + (1)), compare (d, > (e)))",
        ),
        (
            "if (a else b) then (if c then d else e) else f",
            "if (paren (else (a, b)), paren (if (c, d, e)), f)",
        ),
    ] {
        assert_eq!(shape(text), expected, "{text}");
    }
}

#[test]
fn spans_leave_surrounding_space_out() {
    let text = "  a  +  b  >  f( c )  [ 1 ]  and  d  ";
    let text = text.replace("f( c )  [", "f( c )[");
    let mut seen = Vec::new();
    strat_lang::syntax::visit::each_expr(&expr(&text), |e| {
        seen.push(
            text.get(e.span.start as usize..e.span.end as usize)
                .unwrap_or("")
                .to_owned(),
        );
    });
    assert_eq!(
        seen,
        [
            "a  +  b  >  f( c )[ 1 ]  and  d",
            "a  +  b  >  f( c )[ 1 ]",
            "a  +  b",
            "a",
            "b",
            "f( c )[ 1 ]",
            "f( c )",
            "c",
            "1",
            "d"
        ]
    );
}

#[test]
fn values_of_literals() {
    let number = |text: &str| match expr(text).kind {
        ExprKind::Number(number) => number.value,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(number("0.1%").to_bits(), 0.001f64.to_bits());
    assert_eq!(number("15bp").to_bits(), 0.0015f64.to_bits());
    assert_eq!(number("1_000.5"), 1000.5);
    assert_eq!(number("250ms"), 0.25);
    assert_eq!(
        expr("\"a \\\"b\\\" \\\\\"").kind,
        ExprKind::Str("a \"b\" \\".to_owned())
    );
}

#[test]
fn every_keyword_is_reserved_and_every_other_word_is_a_name() {
    for (word, _) in Keyword::ALL {
        let mut sink = Sink::new();
        let _ = parse(
            FileId(0),
            &format!("fn f() {{ let {word} = 1 }}"),
            &mut sink,
        );
        assert!(sink.has_errors(), "`{word}` is no name");
        assert_eq!(
            shape(&format!("x.{word} + {{ {word}: y }}.{word}")),
            format!(
                "sum (postfix (x, field {word}), + (postfix (record ({word} (y)), field {word})))"
            )
        );
        assert_eq!(shape(&format!("{word}s")), format!("{word}s"));
    }
    for word in [
        "step", "bar", "bars", "after", "from", "above", "below", "some", "long", "short", "size",
        "on", "of", "at",
    ] {
        let text = format!(
            "fn f({word}) {{\n    let a = {word}\n    let {word} = a + {word}[1]\n    return {word}\n}}\n"
        );
        let mut sink = Sink::new();
        let _ = parse(FileId(0), &text, &mut sink);
        assert!(!sink.has_errors(), "{word}: {:#?}", sink.into_sorted());
    }
}

#[test]
fn statements_as_the_tree_has_them() {
    let text = "/// Doc one.\n///\n///  two\nfn f(x, n: bars = 3) {\n    /// seed\n    rec y = x else 0 then y[1]\n    return { y }\n}\nuse a, B from \"c.strat\"\nstrategy S on bar {\n    timeframe 15m\n    param p: bars = -1 in -5..5 step 2\n    param q = 7 in [7, 9]\n    enter short \"t\" when a\n    enter when b\n    exit when c\n    state from bar n { a = 1  b = na } then { let c = 1  a = c  b = a }\n    state from bar 2 all 0 { d = d[1] }\n}\n";
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    assert!(!sink.has_errors(), "{:#?}", sink.into_sorted());
    assert_eq!(
        print_tree(&file),
        "\
fn f
  doc \"Doc one.\\n\\n two\"
  parameter x
  parameter n: bars
    number 3
  rec y
    doc \"seed\"
    else
      name x
      number 0
    postfix
      name y
      index
        number 1
  return
    record
      y
use a, B from \"c.strat\"
strategy S on bar
  timeframe 15m (900 s)
  param p: bars
    neg
      number 1
    range
      neg
        number 5
      number 5
      number 2
  param q
    number 7
    list
      number 7
      number 9
  enter short \"t\"
    name a
  enter long
    name b
  exit
    name c
  state
    from
      name n
    seed a
      number 1
    seed b
      na
    let c
      number 1
    step a
      name c
    step b
      name a
  state
    from
      number 2
    all
      number 0
    step d
      postfix
        name d
        index
          number 1
"
    );
}

#[test]
fn statements_of_every_item_as_the_tree_has_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tree");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder of the trees") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "strat") {
            continue;
        }
        count += 1;
        let text = fs::read_to_string(&path).expect("a program is text");
        let mut sink = Sink::new();
        let file = parse(FileId(0), &text, &mut sink);
        assert!(!sink.has_errors(), "{:#?}", sink.into_sorted());
        let found = print_tree(&file);
        let beside = path.with_extension("tree");
        if std::env::var_os("STRATC_BLESS").is_some() {
            fs::write(&beside, &found).expect("the tree can be written");
        }
        let expected = fs::read_to_string(&beside).expect("the tree stands beside the program");
        assert_eq!(found, expected, "{}", path.display());
    }
    assert!(count >= 3);
}

#[test]
fn a_broken_value_keeps_its_name() {
    let text = "strategy S {\n    let a = 1 +\n    param b = in 3\n    rec c = 1\n    state from bar 0 { d = } then { d = 1  e = + }\n}\n";
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    assert_eq!(sink.errors(), 5);
    let Some(ItemKind::Strategy(strategy)) = file.items.first().map(|i| &i.kind) else {
        panic!("the strategy is lost");
    };
    let names: Vec<&str> = strategy
        .body
        .iter()
        .map(|stmt| match &stmt.kind {
            StmtKind::Let { name, .. } | StmtKind::Rec { name, .. } => name.name.as_str(),
            StmtKind::Param(param) => param.name.name.as_str(),
            StmtKind::State(block) if block.steps.len() == 2 => "state",
            _ => "lost",
        })
        .collect();
    assert_eq!(names, ["a", "b", "c", "state"]);
}

#[test]
fn tokens_print_with_their_places() {
    let text = "let é\n  x >= 98% // c";
    let mut map = SourceMap::new();
    let id = map.add("a.strat".to_owned(), text.to_owned());
    let tokens = lex(id, text, &mut Sink::new());
    assert_eq!(
        print_tokens(map.get(id), &tokens),
        "1:1 Keyword let\n1:5 Unknown é\n2:3 Name x\n2:5 Ge >=\n2:8 Number 98%\n2:12 Comment // c\n"
    );
}

/// The grammar reads characters again where the lexer made tokens; every leaf must be one token.
fn check_leaves(text: &str) -> usize {
    let tokens = lex(FileId(0), text, &mut Sink::new());
    let is_token = |span: Span| tokens.iter().any(|t| t.span == span);
    let file = parse(FileId(0), text, &mut Sink::new());
    let mut leaves = 0;
    each_expr_of_file(&file, |e| {
        let is_leaf = matches!(
            e.kind,
            ExprKind::Number(_)
                | ExprKind::Str(_)
                | ExprKind::Bool(_)
                | ExprKind::Na
                | ExprKind::Name(_)
        );
        if let ExprKind::Call { callee, .. } = &e.kind {
            assert!(is_token(callee.span));
        }
        if is_leaf {
            leaves += 1;
            assert!(is_token(e.span), "{:?} is no token of {text}", e.kind);
        }
    });
    leaves
}

#[test]
fn grammar_and_lexer_agree_on_the_programs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    for entry in fs::read_dir(folder).expect("the folder of the programs") {
        let path = entry.expect("an entry").path();
        check_leaves(&fs::read_to_string(path).expect("a program is text"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn grammar_and_lexer_agree(text in program()) {
        check_leaves(&text);
    }
}
