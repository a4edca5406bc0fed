//! Programs made up at random from valid words: most are wrong in several ways at once. The check
//! of any text ends soon, does not panic, reports places that are in the text, says the same twice,
//! and hands on only what is whole. Programs that are right give no error.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use strat_lang::diag::Severity;
use strat_lang::diag::render::{Format, render};
use strat_lang::sema::{Checked, check_expr, check_source};
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_tests::LIBRARY;
use strat_tests::candles::Dice;

use crate::case::{assert_complete, notes};

/// Words of all kinds, the names among them known, unknown, and known for something else.
const WORDS: &str = "fn strategy use timeframe param require flag let rec state return enter exit \
    stop when in if then else and or not is crosses mod all any true false na long short step bar \
    bars from after above below some close high volume bar_index a b x y S T f g sma ema rsi macd \
    bollinger highest max num lookback window_sum least upper line 0 1 2 14 2.5 3% 1h ( ) [ ] { } ( \
    ) { } , : = = .. . + - * / < > <= == \"t\" \n";

/// Values, some of them wrong wherever they stand.
#[rustfmt::skip] // a table
const STRAY: &[&str] = &[
    "unknown", "0", "-1", "2.5", "3%", "1h", "na", "true", "\"t\"", "rsi", "sma", "macd", "adx", "f",
    "g", "h", "close", "v1", "v2", "p1", "macd(close)", "bollinger(open, 20)", "x", "n", "v1[-1]",
    "sma(close, 0)", "f(close, 1, 2)", "g(open).y", "unknown(close)", "ema(20, close)", "{ u: 1 }",
];

/// Places in a form: a number, a condition, a length.
const NUMBER: char = '#';
const CONDITION: char = '?';
const LENGTH: char = '$';

#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "# + unitless(#)", "# - unitless(#) * 2", "unitless(#) / unitless(#)", "-#", "# mod 7", "abs(#)", "max(#, unitless(#))",
    "clamp(#, 0, unitless(#))",
    "(if ? then # else unitless(#))", "(# else unitless(#))", "num(?)", "sma(#, $)", "ema(#, $)", "rsi(#, $)", "stdev(#, $)",
    "macd(x: #).line", "bollinger(#, $, 2).upper", "highest(#, $, least: 1)", "window_sum(#, $)",
    "close[$]", "lookback(#)", "f(#)", "g(#, n: $).v", "g(#).u", "wilder(#, $)", "(#)[$]", "atr($)",
    "{ u: #, v: # }.v", "h(?, #)",
];
#[rustfmt::skip]
const CONDITIONS: &[&str] = &[
    "# > unitless(#)", "# <= unitless(#) < unitless(#)", "# == unitless(#)", "# crosses above unitless(#)", "# is na", "# is some", "not ?", "(? and ?)",
    "(? or ?)", "any { ? }", "(? else true)", "(if ? then ? else ?)", "h(?, #) > unitless(#)",
];
#[rustfmt::skip]
const LEAVES: &[&str] = &["close", "open", "high", "low", "volume", "bar_index", "1", "2.5", "98%", "na"];
#[rustfmt::skip]
const LENGTHS: &[&str] = &["1", "2", "14", "20", "1 + 2", "20"];

/// Statements of a body; `@` stands for a new name.
#[rustfmt::skip]
const DEFINITIONS: &[(&str, bool)] = &[
    ("let @ = #", false),
    ("let @ = ?", true),
    ("rec @ = # then @[1] + unitless(#)", false),
    ("rec @ = ? then not @[1]", true),
    ("state from bar $ { @ = # } then { @ = @[1] + unitless(#) }", false),
    ("state from bar 1 all (#) { @ = max(@[2], unitless(#)) }", false),
];

/// Statements that are wrong in most places.
#[rustfmt::skip]
const MISPLACED: &[&str] = &[
    "let close = #", "let v1 = #", "let v1 = v1 + #", "let _ = later", "rec v2 = v2 then #",
    "rec v1 = # then ?", "rec v2 = na then ?", "param p1 = #", "param p1 = 20 in 5..50 step 0",
    "param q: bars = # in 0..5", "param q = 7 in [1, #]", "require #", "require ?", "flag v1 when ?",
    "enter when #", "exit \"t\" when #", "stop #", "stop 3", "stop 3%", "timeframe 0m", "timeframe 1h",
    "return #", "enter short when ?", "use f", "let =", "enter when", "state from bar # all ? { v1 = # }",
    "state from bar 1 { a = # b = ? } then { a = b[1] b = a[1] let c = b }",
    "state from bar 0 { a = # } then { a = a + # let d = d[1] }",
];

/// Writes programs, of which a share of the parts is wrong.
struct Writer {
    dice: Dice,
    wrong: f64,
    numbers: Vec<String>,
    conditions: Vec<String>,
    /// Functions that stand before: what calls only these goes in no circle.
    callable: &'static str,
    next: usize,
}

impl Writer {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        // The first numbers of neighbouring seeds are alike.
        for _ in 0..8 {
            dice.roll();
        }
        let wrong = [0.0, 0.01, 0.05, 0.3][(dice.roll() * 4.0) as usize % 4];
        Self {
            dice,
            wrong,
            numbers: Vec::new(),
            conditions: Vec::new(),
            callable: "",
            next: 0,
        }
    }

    fn below(&mut self, n: usize) -> usize {
        ((self.dice.roll() * n as f64) as usize).min(n.saturating_sub(1))
    }

    fn of(&mut self, choices: &[&str]) -> String {
        let at = self.below(choices.len());
        choices[at].to_owned()
    }

    fn value(&mut self, place: char, depth: u32) -> String {
        if self.dice.roll() < self.wrong {
            return self.of(STRAY);
        }
        let known = if place == CONDITION {
            self.conditions.clone()
        } else {
            self.numbers.clone()
        };
        match place {
            LENGTH => self.of(LENGTHS),
            _ if !known.is_empty() && self.dice.roll() < 0.3 => {
                known[self.below(known.len())].clone()
            }
            NUMBER if depth == 0 => self.of(LEAVES),
            CONDITION if depth == 0 => self.of(&["close > open", "true", "volume is na"]),
            _ => {
                let forms = if place == NUMBER { NUMBERS } else { CONDITIONS };
                let form = self.form(forms);
                self.fill(&form, depth - 1)
            }
        }
    }

    /// One of `forms` that calls none of the functions to come.
    fn form(&mut self, forms: &[&str]) -> String {
        loop {
            let form = self.of(forms);
            let callee = form.get(..2).and_then(|start| start.strip_suffix('('));
            if callee.is_none_or(|f| f.is_empty() || self.callable.contains(f)) {
                return form;
            }
        }
    }

    fn fill(&mut self, form: &str, depth: u32) -> String {
        let mut out = String::new();
        for c in form.chars() {
            match c {
                NUMBER | CONDITION | LENGTH => out += &self.value(c, depth),
                _ => out.push(c),
            }
        }
        out
    }

    fn body(&mut self) -> String {
        let mut out = String::new();
        for _ in 0..self.below(5) {
            if self.dice.roll() < self.wrong {
                let form = self.of(MISPLACED);
                out += &format!("    {}\n", self.fill(&form, 2));
                continue;
            }
            let (form, is_condition) = DEFINITIONS[self.below(DEFINITIONS.len())];
            self.next += 1;
            let name = format!("v{}", self.next);
            let text = self.fill(form, 2).replace('@', &name);
            out += &format!("    {text}\n");
            let known = if is_condition {
                &mut self.conditions
            } else {
                &mut self.numbers
            };
            known.push(name);
        }
        out
    }

    fn function(&mut self, header: &str, params: &[&str], result: &str) -> String {
        self.numbers = params.iter().map(|p| (*p).to_owned()).collect();
        self.conditions.clear();
        let body = self.body();
        let result = self.fill(result, 2);
        format!("fn {header} {{\n{body}    return {result}\n}}\n")
    }

    fn program(&mut self) -> String {
        let mut text = self.function("f(x)", &["x"], "# + unitless(#)");
        self.callable = "f";
        text += &self.function("g(x, n: bars = 14)", &["x"], "{ u: #, v: # }");
        self.callable = "fg";
        text += &self.function("h(c: condition, x)", &["x"], "if c then # else unitless(#)");
        self.callable = "fgh";
        self.numbers = vec!["p1".to_owned()];
        self.conditions.clear();
        let body = self.body();
        let (enter, exit) = (self.value(CONDITION, 3), self.value(CONDITION, 2));
        text + &format!(
            "strategy S {{\n    param p1 = 3 in 1..5\n{body}    enter when {enter}\n    exit when {exit}\n}}\n"
        )
    }
}

/// A program, and the share of its parts that is wrong.
fn program() -> impl Strategy<Value = (String, f64)> {
    any::<u64>().prop_map(|seed| {
        let mut writer = Writer::new(seed);
        (writer.program(), writer.wrong)
    })
}

/// A number over the library.
fn expr() -> impl Strategy<Value = (String, f64)> {
    any::<u64>().prop_map(|seed| {
        let mut writer = Writer::new(seed);
        (writer.value(NUMBER, 4), writer.wrong)
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

fn check_program(text: &str, is_right: bool) {
    let checked = check_any(text, |map| {
        check_source(map, &MemoryWorld::new(), &LIBRARY, "main.strat", text)
    });
    assert_complete(&checked, text);
    assert!(
        !is_right || !has_errors(&checked),
        "{text}\n{:#?}",
        checked.diagnostics
    );
    assert!(!checked.units.is_empty() || has_errors(&checked) || !text.contains("strategy"));
}

fn check_expression(text: &str, file: Option<&str>, is_right: bool) {
    let checked = check_any(text, |map| {
        let file = file.map(|text| ("main.strat", text));
        check_expr(map, &MemoryWorld::new(), &LIBRARY, text, file)
    });
    // Either there is something to run, or a reason why not.
    assert_eq!(checked.units.is_empty(), has_errors(&checked), "{text}");
    assert!(
        !is_right || !has_errors(&checked),
        "{text}\n{:#?}",
        checked.diagnostics
    );
    for unit in &checked.units {
        assert!(!unit.outputs.is_empty(), "{text}");
    }
}

fn words() -> impl Strategy<Value = String> {
    let all: Vec<&str> = WORDS.split(' ').filter(|w| !w.is_empty()).collect();
    prop::collection::vec(prop::sample::select(all), 0..60).prop_map(|words| words.join(" "))
}

/// Cases of each property.
const CASES: u32 = 300;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_are_checked(text in words()) {
        check_program(&text, false);
        check_expression(&text, None, false);
    }

    #[test]
    fn any_statements_are_checked((text, wrong) in program()) {
        check_program(&text, wrong == 0.0);
    }

    #[test]
    fn any_expression_is_checked((text, wrong) in expr(), (file, in_file) in program()) {
        check_expression(&text, None, wrong == 0.0);
        check_expression(&text, Some(&file), wrong == 0.0 && in_file == 0.0);
    }
}
