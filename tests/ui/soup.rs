//! Programs made up at random from valid words: most are wrong in several ways at once. The check
//! of any text ends soon, does not panic, reports places that are in the text, says the same twice,
//! and hands on only what is whole.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use strat_lang::diag::Severity;
use strat_lang::diag::render::{Format, render};
use strat_lang::sema::{Checked, check_expr, check_source};
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_tests::LIBRARY;

use crate::case::{assert_complete, notes};

/// Words of all kinds, the names among them known, unknown, and known for something else.
const WORDS: &[&str] = &[
    "fn",
    "strategy",
    "use",
    "timeframe",
    "param",
    "require",
    "flag",
    "let",
    "rec",
    "state",
    "return",
    "enter",
    "exit",
    "stop",
    "when",
    "in",
    "if",
    "then",
    "else",
    "and",
    "or",
    "not",
    "is",
    "crosses",
    "mod",
    "all",
    "any",
    "true",
    "false",
    "na",
    "long",
    "short",
    "step",
    "bar",
    "bars",
    "from",
    "after",
    "above",
    "below",
    "some",
    "close",
    "high",
    "volume",
    "bar_index",
    "a",
    "b",
    "x",
    "y",
    "S",
    "T",
    "f",
    "g",
    "sma",
    "ema",
    "rsi",
    "macd",
    "bollinger",
    "highest",
    "max",
    "num",
    "lookback",
    "window_sum",
    "least",
    "upper",
    "line",
    "0",
    "1",
    "2",
    "14",
    "2.5",
    "3%",
    "1h",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "{",
    "}",
    ",",
    ":",
    "=",
    "=",
    "..",
    ".",
    "+",
    "-",
    "*",
    "/",
    "<",
    ">",
    "<=",
    "==",
    "\"t\"",
    "\n",
];

/// Values, some of them wrong wherever they stand.
const ATOMS: &[&str] = &[
    "close",
    "open",
    "high",
    "volume",
    "bar_index",
    "a",
    "b",
    "c",
    "d",
    "p",
    "q",
    "n",
    "x",
    "unknown",
    "0",
    "1",
    "2",
    "20",
    "2.5",
    "-1",
    "3%",
    "1h",
    "na",
    "true",
    "false",
    "\"t\"",
    "rsi",
    "sma",
    "macd",
    "adx",
    "f",
    "g",
];

/// Ways to build on values; `#` stands for one.
const FORMS: &[&str] = &[
    "# + #",
    "# - #",
    "# * #",
    "# / #",
    "# mod #",
    "-#",
    "# > #",
    "# >= # > #",
    "# == #",
    "# crosses above #",
    "# is na",
    "# is some",
    "not #",
    "# and #",
    "# or #",
    "all { # # }",
    "any { # }",
    "(if # then # else #)",
    "(# else #)",
    "sma(#, #)",
    "ema(#, 20)",
    "rsi(#)",
    "macd(#).line",
    "macd(#)",
    "bollinger(#, #, #).upper",
    "highest(#, 20, least: #)",
    "max(#, #)",
    "min(#)",
    "clamp(#, #, #)",
    "num(#)",
    "lookback(#)",
    "window_mean(#, #)",
    "abs(#)",
    "f(#)",
    "g(#, #)",
    "g(n: #, x: #)",
    "h(#)",
    "{ u: #, v: # }.u",
    "{ u: # }",
    "f(#)[#]",
    "(#)",
    "atr(#)",
    "wilder(#, 14)",
    "unknown(#)",
    "a[#]",
    "close[1]",
    "close[#]",
];

/// Statements; `$` stands for a condition or value as deep as it comes.
const STATEMENTS: &[&str] = &[
    "let a = $",
    "let b = $",
    "let c = $",
    "let d = $",
    "let close = $",
    "rec a = $ then $",
    "rec b = $ then b[1] + $",
    "rec c = $ then $",
    "param p = $",
    "param p = 20 in 5..50",
    "param q: bars = $ in 0..5",
    "param q = $ in [1, $]",
    "param n = 1.5 in $..$ step $",
    "require $",
    "flag a when $",
    "enter when $",
    "enter long \"t\" when $",
    "exit when $",
    "exit \"t\" when $",
    "stop $",
    "stop 3%",
    "timeframe 1h",
    "timeframe 0m",
    "return $",
    "state from bar $ { a = $ b = $ } then { a = $ b = a[1] + $ let c = $ }",
    "state from bar 1 all $ { a = $ let b = $ c = $ }",
];

fn expr() -> impl Strategy<Value = String> + Clone {
    let atom = prop::sample::select(ATOMS).prop_map(str::to_owned);
    atom.prop_recursive(4, 24, 3, |inner| {
        (prop::sample::select(FORMS), prop::collection::vec(inner, 3))
            .prop_map(|(form, parts)| fill(form, '#', &parts))
    })
}

/// A form with its places taken in turn.
fn fill(form: &str, place: char, parts: &[String]) -> String {
    let mut parts = parts.iter().cycle();
    form.chars()
        .map(|c| {
            if c == place {
                parts.next().cloned().unwrap_or_default()
            } else {
                c.to_string()
            }
        })
        .collect()
}

fn body() -> impl Strategy<Value = String> {
    let statement = (
        prop::sample::select(STATEMENTS),
        prop::collection::vec(expr(), 5),
    )
        .prop_map(|(form, parts)| format!("    {}\n", fill(form, '$', &parts)));
    prop::collection::vec(statement, 0..8).prop_map(|lines| lines.concat())
}

fn program() -> impl Strategy<Value = String> {
    (body(), expr(), body(), expr(), body(), expr()).prop_map(|(f, ef, g, eg, s, es)| {
        format!(
            "fn f(x) {{\n{f}    return {ef}\n}}\n\
             fn g(x, n: bars = 14) {{\n{g}    return {eg}\n}}\n\
             strategy S {{\n{s}    enter when {es}\n}}\n"
        )
    })
}

/// What holds for the check of any text.
fn check_any(what: &str, check: impl Fn(&mut SourceMap) -> Checked) -> Checked {
    let mut map = SourceMap::new();
    let start = Instant::now();
    let checked = check(&mut map);
    let took = start.elapsed();
    assert!(
        took < Duration::from_secs(5),
        "checked in {took:?}:\n{what}"
    );
    for d in &checked.diagnostics {
        let spans = std::iter::once(d.span)
            .chain(d.related.iter().map(|l| l.span))
            .chain(d.fix.iter().flat_map(|f| f.edits.iter().map(|e| e.0)));
        for span in spans {
            let file = map.find(span.file).expect("a report lies in a file");
            let range = span.start as usize..span.end as usize;
            assert!(file.text.get(range).is_some(), "{d:?} lies outside\n{what}");
        }
        let library = map
            .find(d.span.file)
            .is_some_and(|f| f.name.starts_with("stdlib/"));
        assert!(!library, "{d:?} is shown in the library\n{what}");
        assert!(!d.message.is_empty() && !d.message.ends_with('.'), "{d:?}");
        assert!(
            !d.message.contains("an error"),
            "{d:?} is a second report\n{what}"
        );
    }
    let shown = render(Format::Terminal, &checked.diagnostics, &map, false);
    assert_eq!(shown.is_empty(), checked.diagnostics.is_empty());
    let mut again = SourceMap::new();
    let other = check(&mut again);
    assert_eq!(notes(&checked, &map), notes(&other, &again), "{what}");
    checked
}

fn has_errors(checked: &Checked) -> bool {
    checked
        .diagnostics
        .iter()
        .any(|d| d.severity == Severity::Error)
}

fn check_program(text: &str) {
    let checked = check_any(text, |map| {
        check_source(map, &MemoryWorld::new(), &LIBRARY, "main.strat", text)
    });
    assert_complete(&checked, text);
    assert!(!checked.units.is_empty() || has_errors(&checked) || !text.contains("strategy"));
}

fn check_expression(text: &str, file: Option<&str>) {
    let checked = check_any(text, |map| {
        let file = file.map(|text| ("main.strat", text));
        check_expr(map, &MemoryWorld::new(), &LIBRARY, text, file)
    });
    // Either there is something to run, or a reason why not.
    assert_eq!(checked.units.is_empty(), has_errors(&checked), "{text}");
    for unit in &checked.units {
        assert!(!unit.outputs.is_empty(), "{text}");
    }
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 0..60).prop_map(|words| words.join(" "))
}

/// Cases of each property.
const CASES: u32 = 300;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_are_checked(text in words()) {
        check_program(&text);
        check_expression(&text, None);
    }

    #[test]
    fn any_statements_are_checked(text in program()) {
        check_program(&text);
    }

    #[test]
    fn any_expression_is_checked(text in expr(), file in program()) {
        check_expression(&text, None);
        check_expression(&text, Some(&file));
    }
}
