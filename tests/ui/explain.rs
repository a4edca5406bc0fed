//! The pages of `stratc explain`: every code has one, and its programs do what it says.

use std::collections::BTreeSet;

use strat_lang::diag::Code;
use strat_lang::diag::explain::{Part, page, page_names, parts};
use strat_lang::fix::fix;
use strat_lang::sema::check_source;
use strat_lang::source::{FileId, MemoryWorld, SourceMap};
use strat_tests::LIBRARY;

use crate::case::notes;

/// Longest line of a page; it is read on a terminal.
const WIDEST: usize = 120;

/// The programs of a page, as a test runs them.
#[derive(Default)]
struct Programs<'p> {
    /// Name and text of the files that both programs use.
    files: Vec<(&'p str, &'p str)>,
    failing: Vec<&'p str>,
    right: Vec<&'p str>,
    /// Why there are none.
    none: Option<&'p str>,
}

/// Takes a page apart; what is wrong with its form.
fn programs(page: &str) -> Result<Programs<'_>, String> {
    let mut found = Programs::default();
    let all = parts(page);
    let sentences = |text: &str| {
        text.split_whitespace()
            .filter(|word| word.ends_with('.'))
            .count()
    };
    if !matches!(all.first(), Some(Part::Prose(text)) if sentences(text) > 1) {
        return Err("begin with two or three sentences about what it means".to_owned());
    }
    for part in all {
        match part {
            Part::Prose(_) => {}
            Part::NoProgram(reason) => found.none = Some(reason),
            Part::Block { kind, text } => match kind {
                "strat-error" => found.failing.push(text),
                "strat" => found.right.push(text),
                "console" | "text" => {}
                _ => match kind.strip_prefix("strat file=") {
                    Some(name) => found.files.push((name, text)),
                    None => return Err(format!("a fence of an unknown kind: `{kind}`")),
                },
            },
        }
    }
    let count = (found.failing.len(), found.right.len());
    match found.none {
        None if count != (1, 1) => {
            return Err(format!(
                "it needs one fence `strat-error` and one `strat`, found {} and {}",
                count.0, count.1
            ));
        }
        Some("") => return Err("say why there is no program".to_owned()),
        Some(_) if count != (0, 0) => {
            return Err("it has programs and says that there are none".to_owned());
        }
        _ => {}
    }
    if let Some(line) = page.lines().find(|line| line.chars().count() > WIDEST) {
        return Err(format!("a line is wider than {WIDEST}: {line}"));
    }
    Ok(found)
}

/// The reports about a program beside the files of its page: codes, and their text.
fn check(files: &[(&str, &str)], program: &str) -> (Vec<Code>, String) {
    let mut world = MemoryWorld::new();
    for (name, text) in files {
        world.insert(*name, *text);
    }
    let mut map = SourceMap::new();
    let checked = check_source(&mut map, &world, &LIBRARY, "main.strat", program);
    let codes = checked.diagnostics.iter().map(|d| d.code).collect();
    (codes, notes(&checked, &map))
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let mut faults = Vec::new();
    for code in Code::ALL {
        if page(*code).is_none() {
            faults.push(format!(
                "lang/src/diag/explain/{code}.md is missing: say what {code} ({}) means and what the mistake would \
                 cost a trader, then a fence `strat-error` with a program that gives it and a fence `strat` with one \
                 that is right",
                code.summary()
            ));
        }
    }
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.text()).collect();
    for name in page_names().filter(|name| !codes.contains(name)) {
        faults.push(format!(
            "lang/src/diag/explain/{name}.md: there is no code {name}"
        ));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_programs_of_the_pages_do_what_they_say() {
    let mut faults = Vec::new();
    for code in Code::ALL {
        let Some(page) = page(*code) else { continue };
        let programs = match programs(page) {
            Ok(programs) => programs,
            Err(fault) => {
                faults.push(format!("{code}: {fault}"));
                continue;
            }
        };
        for program in &programs.failing {
            let (codes, notes) = check(&programs.files, program);
            if codes.is_empty() || codes.iter().any(|found| found != code) {
                faults.push(format!(
                    "{code}: the failing program must give {code} and nothing else, it gives\n{notes}"
                ));
            }
        }
        for program in &programs.right {
            let (codes, notes) = check(&programs.files, program);
            if !codes.is_empty() {
                faults.push(format!(
                    "{code}: the right program must check clean, it gives\n{notes}"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a fence shows is in the style that `stratc fmt` gives.
#[test]
fn the_programs_of_the_pages_are_formatted() {
    let mut faults = Vec::new();
    for code in Code::ALL {
        let Some(Ok(programs)) = page(*code).map(programs) else {
            continue;
        };
        let files = programs.files.iter().map(|(_, text)| *text);
        for program in programs.right.iter().copied().chain(files) {
            match strat_lang::fmt::format(program) {
                Ok(formatted) if formatted == program => {}
                Ok(formatted) => faults.push(format!("{code} should be\n{formatted}")),
                Err(_) => faults.push(format!("{code} does not parse\n{program}")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The fixes that `--fix` would apply to the failing programs leave nothing that is worse.
#[test]
fn fixes_of_the_pages_are_good() {
    let mut applied = 0;
    for code in Code::ALL {
        let Some(Ok(programs)) = page(*code).map(programs) else {
            continue;
        };
        for program in &programs.failing {
            let mut world = MemoryWorld::new();
            for (name, text) in &programs.files {
                world.insert(*name, *text);
            }
            let fixed = fix(program, |text| {
                let mut map = SourceMap::new();
                let checked = check_source(&mut map, &world, &LIBRARY, "main.strat", text);
                let id = map.iter().nth(LIBRARY.files.len());
                (id.map_or(FileId(0), |(id, _)| id), checked.diagnostics)
            });
            assert_eq!(fixed.refused, [], "{code}");
            if !fixed.applied.is_empty() {
                let (before, _) = check(&programs.files, program);
                let (left, notes) = check(&programs.files, &fixed.text);
                assert!(
                    left.len() < before.len(),
                    "{code}:\n{}\n{notes}",
                    fixed.text
                );
                applied += 1;
            }
        }
    }
    assert!(
        applied >= 3,
        "only {applied} pages show something that `--fix` mends"
    );
}
