//! Fixes that are certain: slips put into good programs are undone by them, and on any text they
//! do no harm.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use strat_lang::diag::{Diagnostic, Sink};
use strat_lang::fix::{Fixed, certain, fix};
use strat_lang::source::FileId;
use strat_lang::syntax::ast::{ExprKind, StmtKind};
use strat_lang::syntax::keyword::Keyword;
use strat_lang::syntax::visit::{each_expr_of_file, stmts_of_file};
use strat_lang::syntax::{TokenKind, lex, parse};

use crate::check::{comments, reports, tree};
use crate::generate::{program, strategy_soup, token_soup};

const ID: FileId = FileId(0);

fn diagnostics(text: &str) -> (FileId, Vec<Diagnostic>) {
    let mut sink = Sink::new();
    let _ = parse(ID, text, &mut sink);
    (ID, sink.into_sorted())
}

fn fixed(text: &str) -> Fixed {
    fix(text, diagnostics)
}

/// Slips of a program with one meaning each: what stands from the first byte to before the second,
/// and what is written there instead. They do not overlap.
fn slips(text: &str) -> Vec<(usize, usize, String)> {
    let file = parse(ID, text, &mut Sink::new());
    // Names of arguments, and of values that a `let` begins.
    let mut args = BTreeSet::new();
    each_expr_of_file(&file, |e| {
        if let ExprKind::Call { args: found, .. } = &e.kind {
            args.extend(
                found
                    .iter()
                    .filter_map(|a| Some(a.name.as_ref()?.span.start)),
            );
        }
    });
    let mut lets = BTreeSet::new();
    for stmt in stmts_of_file(&file) {
        if let StmtKind::Let { .. } = stmt.kind {
            lets.insert(stmt.span.start);
        }
    }
    let tokens: Vec<_> = lex(ID, text, &mut Sink::new());
    let code: Vec<_> = tokens.iter().filter(|t| !t.kind.is_comment()).collect();
    let mut found = Vec::new();
    for (i, token) in code.iter().enumerate() {
        let (from, to) = (token.span.start as usize, token.span.end as usize);
        let before = i.checked_sub(1).and_then(|i| code.get(i));
        let next = code.get(i + 1);
        let mut put = |with: &str| found.push((from, to, with.to_owned()));
        match token.kind {
            TokenKind::Keyword(Keyword::And) => put("&&"),
            TokenKind::Keyword(Keyword::Or) => put("||"),
            // Behind that of a `state` stands a brace.
            TokenKind::Keyword(Keyword::Then)
                if next.is_some_and(|n| n.kind != TokenKind::LBrace) =>
            {
                put("then:");
            }
            TokenKind::EqEq => put("==="),
            TokenKind::NotEq => put("<>"),
            TokenKind::Le => put("=<"),
            TokenKind::Colon if before.is_some_and(|b| args.contains(&b.span.start)) => put(" = "),
            TokenKind::Assign if i >= 2 && lets.contains(&code[i - 2].span.start) => put(" := "),
            TokenKind::Number
                if token.text(text).starts_with("0.")
                    && before.is_some_and(|b| b.span.end < token.span.start) =>
            {
                found.push((from, from + 1, String::new()));
            }
            TokenKind::LParen
                if before
                    .is_some_and(|b| b.kind == TokenKind::Name && b.span.end as usize == from)
                    && code[..i]
                        .iter()
                        .nth_back(1)
                        .is_none_or(|b| b.text(text) != "fn") =>
            {
                found.push((from, from, " ".to_owned()));
            }
            TokenKind::Keyword(Keyword::Let)
                if next.is_some() && lets.contains(&token.span.start) =>
            {
                let head = &text[..from];
                let begins_line = head
                    .rfind('\n')
                    .is_some_and(|at| head[at..].trim().is_empty());
                if begins_line {
                    found.push((from, to, String::new()));
                }
            }
            _ => {}
        }
    }
    found
}

/// Puts the chosen slips into a good program, and lets the fixes find the way back.
fn check_undone(text: &str, slips: &[(usize, usize, String)], chosen: impl Fn(usize) -> bool) {
    let mut wrong = text.to_owned();
    for (i, (from, to, with)) in slips.iter().enumerate().rev() {
        if chosen(i) {
            wrong.replace_range(*from..*to, with);
        }
    }
    assert_ne!(tree(&wrong).2, 0, "{wrong}");
    let fixed = check_fixed(&wrong);
    let (_, found, errors) = tree(&fixed.text);
    let told = || format!("{}\n--- from\n{wrong}", fixed.text);
    assert_eq!(errors, 0, "{}\n{}", reports(&fixed.text), told());
    assert_eq!(found, tree(text).1, "{}", told());
    assert_eq!(comments(&fixed.text), comments(text));
}

/// What holds after the fixes of any text.
fn check_fixed(text: &str) -> Fixed {
    let fixed = fixed(text);
    assert_eq!(fixed.refused, [], "{text}");
    let (_, after) = diagnostics(&fixed.text);
    let left: Vec<_> = certain(&after, ID).map(|(_, fix)| &fix.title).collect();
    assert!(left.is_empty(), "{left:?} is left of\n{}", fixed.text);
    assert_eq!(self::fixed(&fixed.text).text, fixed.text, "{text}");
    if fixed.applied.is_empty() {
        assert_eq!(fixed.text, text);
    }
    fixed
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn good_programs_need_no_fix(text in program()) {
        prop_assert_eq!(fixed(&text).text, text);
    }

    #[test]
    fn fixes_of_soups_come_to_an_end(text in strategy_soup()) {
        check_fixed(&text);
    }

    #[test]
    fn fixes_of_token_soups_come_to_an_end(text in token_soup()) {
        check_fixed(&text);
    }
}

/// The programs of the repository, with one slip, with every second, and with all of them.
#[test]
fn slips_in_the_programs_of_the_repository_are_undone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut count = 0;
    for folder in ["strategies/screens", "examples", "lang/tests/programs"] {
        let entries = fs::read_dir(root.join(folder)).expect("a folder of the repository");
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.extension().is_none_or(|e| e != "strat") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a program is text");
            let slips = slips(&text);
            for at in 0..slips.len() {
                check_undone(&text, &slips, |i| i == at);
            }
            if slips.len() > 1 {
                check_undone(&text, &slips, |i| i % 2 == 0);
                check_undone(&text, &slips, |i| i % 2 == 1);
                check_undone(&text, &slips, |_| true);
            }
            count += slips.len();
        }
    }
    assert!(count > 100, "only {count} slips were tried");
}

#[test]
fn fixes_of_the_cases_come_to_an_end() {
    let mut applied = 0;
    for (_, program) in crate::ui::programs() {
        applied += check_fixed(&program).applied.len();
    }
    assert!(applied >= 20, "only {applied} fixes were tried");
}

/// Removing a separator must not join what it kept apart.
#[test]
fn conditions_stay_apart() {
    let list = |conditions: &str| {
        format!("strategy S {{\n    enter when all {{ {conditions} }}\n    exit when b\n}}\n")
    };
    for (wrong, right) in [
        ("a > b,c > d", "a > b c > d"),
        ("a > b;c > d", "a > b c > d"),
        ("a > b, c > d,", "a > b c > d"),
    ] {
        assert_eq!(tree(&fixed(&list(wrong)).text).1, tree(&list(right)).1);
    }
    for wrong in [
        "a > b, -c < d",
        "a > b; -c < d",
        "a > b,(c < d)",
        "a > b;\n [c]",
    ] {
        assert_eq!(fixed(&list(wrong)).applied, [], "{wrong}");
    }
}
