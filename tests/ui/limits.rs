//! Programs that are too large to write down.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use strat_lang::diag::{Code, Diagnostic, Severity};
use strat_lang::sema::Checked;
use strat_tests::check;

/// A check that takes so long hangs, whatever else the machine does.
const LONG: Duration = Duration::from_secs(300);

fn timed(text: &str) -> Checked {
    let start = Instant::now();
    let checked = check(text);
    let took = start.elapsed();
    assert!(took < LONG, "checked in {took:?}");
    checked
}

fn errors(checked: &Checked) -> Vec<&Diagnostic> {
    checked
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .collect()
}

/// The one error of a text that is too large.
fn too_large(text: &str) -> String {
    let checked = timed(text);
    assert!(checked.units.is_empty());
    match errors(&checked)[..] {
        [only] => {
            assert_eq!(only.code, Code::TooLarge, "{only:?}");
            only.message.clone()
        }
        ref all => panic!("one cause is one report: {all:#?}"),
    }
}

fn strategy(condition: &str) -> String {
    format!("strategy S {{\n    enter when {condition} > 0\n    exit when close < 1\n}}\n")
}

/// `fn f0(x) { return x }`, then `count - 1` more, each with the body that `step` makes of the name
/// before it, and a strategy that calls the last.
fn chain(count: usize, step: impl Fn(&str) -> String) -> String {
    let mut text = String::from("fn f0(x) { return x }\n");
    for i in 1..count {
        let body = step(&format!("f{}", i - 1));
        let _ = writeln!(text, "fn f{i}(x) {{ return {body} }}");
    }
    text + &strategy(&format!("f{}(close)", count - 1))
}

#[test]
fn calls_nest_to_their_limit_and_no_deeper() {
    let text = chain(64, |f| format!("{f}(x) + 1"));
    assert_eq!(errors(&timed(&text)), [] as [&Diagnostic; 0]);
    let message = too_large(&chain(100, |f| format!("{f}(x) + 1")));
    assert_eq!(message, "calls are nested 65 deep here; 64 is the most");
}

#[test]
fn calls_that_double_at_each_step_are_refused() {
    let message = too_large(&chain(31, |f| format!("{f}(x * 2) + {f}(x + 1)")));
    assert!(
        message.contains("unfolds to more than 400000 operations"),
        "{message}"
    );
    // The same where no operation is new, only the arrangement of the arguments.
    let params = "a, b, c, d, e, f, g, h, i";
    let mut text = format!("fn f0({params}) {{ return a - b - c - d - e - f - g - h - i }}\n");
    for i in 1..31 {
        let _ = writeln!(
            text,
            "fn f{i}({params}) {{ return f{0}(b, a, c, d, e, f, g, h, i) \
             + f{0}(i, a, b, c, d, e, f, g, h) }}",
            i - 1
        );
    }
    text += &strategy("f30(open, high, low, close, volume, 1, 2, 3, 4)");
    too_large(&text);
}

#[test]
fn equal_calls_are_unfolded_once() {
    let checked = timed(&chain(60, |f| format!("{f}(x) + {f}(x)")));
    assert_eq!(errors(&checked), [] as [&Diagnostic; 0]);
    assert_eq!(checked.units.len(), 1);
}

#[test]
fn a_long_sum_is_checked_at_once() {
    let text = strategy(&format!("close{}", " + 1".repeat(100_000)));
    let start = Instant::now();
    let checked = check(&text);
    let took = start.elapsed();
    assert_eq!(checked.units.len(), 1, "{:?}", checked.diagnostics.first());
    assert!(took < LONG, "checked in {took:?}");
}

#[test]
fn a_long_chain_of_values_is_checked() {
    let mut text = String::from("strategy S {\n    let a0 = close\n");
    for i in 1..20_000 {
        let _ = writeln!(text, "    let a{i} = a{} + {i}", i - 1);
    }
    text += "    enter when a19999 > 0\n    exit when close < 1\n}\n";
    assert_eq!(timed(&text).units.len(), 1);
}

#[test]
fn brackets_and_calls_nest_together() {
    let open = "max(x, ".repeat(120) + &"(".repeat(120);
    let text = chain(64, |f| format!("{open}{f}(x){}", ")".repeat(240)));
    assert_eq!(errors(&timed(&text)), [] as [&Diagnostic; 0]);
}

#[test]
fn members_that_ask_for_each_other_fill_no_stack() {
    let mut text = String::from("fn s(x) {\n    state from bar 0 all 0 {\n");
    let open = "max(1, ".repeat(120) + &"(".repeat(120);
    for i in 0..999 {
        let _ = writeln!(text, "        m{i} = {open}m{}{}", i + 1, ")".repeat(240));
    }
    text += "        m999 = x\n    }\n    return m0\n}\n";
    text += &strategy("s(close)");
    let message = too_large(&text);
    assert!(
        message.contains("nests more than 20000 expressions"),
        "{message}"
    );
}

#[test]
fn a_state_has_a_limit_too() {
    let mut text = String::from("fn s(x) {\n    state from bar 0 all 0 {\n");
    for i in 0..1_001 {
        let _ = writeln!(text, "        m{i} = x");
    }
    text += "    }\n    return m0 + m1000\n}\n";
    text += &strategy("s(close)");
    assert_eq!(
        too_large(&text),
        "a state has at most 1000 lines, this one 1001"
    );
}

#[test]
fn statements_are_counted() {
    let many = |what: &str| -> String {
        (0..62)
            .map(|i| format!("    {}\n", what.replace('#', &i.to_string())))
            .collect()
    };
    let exit = "    exit when close < 1\n";
    let enter = "    enter when close > 1\n";
    for (text, word) in [
        (many("enter when close > #") + exit, "entries"),
        (many("exit when close > #") + enter, "exits"),
        (many("flag f# when 1 > 2") + enter + exit, "flags"),
    ] {
        let message = too_large(&format!("strategy S {{\n{text}}}\n"));
        assert_eq!(message, format!("a strategy has at most 60 {word}"));
    }
    // Names beyond the limit are known all the same.
    let uses: Vec<String> = (0..61).map(|i| format!("p{i} > 0")).collect();
    let params: String = (0..61).map(|i| format!("    param p{i} = 1\n")).collect();
    let text = format!(
        "strategy S {{\n{params}    require {}\n{enter}{exit}}}\n",
        uses.join(" and ")
    );
    assert_eq!(too_large(&text), "a strategy has at most 60 parameters");
}

#[test]
fn many_faults_take_no_longer() {
    let mut text = String::from("strategy S {\n");
    for i in 0..20_000 {
        let _ = writeln!(text, "    let momentum{i} = momentun{} + 1", 50_000 + i);
    }
    text += "    enter when close > 1\n    exit when close < 1\n}\n";
    assert!(errors(&timed(&text)).len() >= 1_000);
}
