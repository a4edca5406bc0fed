//! The fixes of all cases: what is certain removes its cause and brings no other.

use std::fs;

use strat_lang::diag::{Certainty, Diagnostic, Phase, Severity};
use strat_lang::fix::{certain, fix};
use strat_lang::sema::check_source;
use strat_lang::source::{FileId, MemoryWorld, SourceMap};
use strat_tests::{LIBRARY, root};

use crate::case::Case;

/// Programs with the files beside them.
fn programs() -> Vec<(String, MemoryWorld, String)> {
    let mut found = Vec::new();
    for folder in ["tests/ui", "lang/tests/ui"] {
        let entries = fs::read_dir(root().join(folder)).expect("a folder of cases");
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // Programs beyond the limits take their time and have no fix.
            if !name.ends_with(".strat") || name.starts_with("e0501") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a case is text");
            let case = Case::read(&text);
            let mut world = MemoryWorld::new();
            for (name, text) in &case.files {
                world.insert(*name, *text);
            }
            found.push((
                path.display().to_string(),
                world,
                case.files[0].1.to_owned(),
            ));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn check(world: &MemoryWorld, text: &str) -> (FileId, Vec<Diagnostic>) {
    let mut map = SourceMap::new();
    let checked = check_source(&mut map, world, &LIBRARY, "main.strat", text);
    let main = map.iter().nth(LIBRARY.files.len());
    (main.map_or(FileId(0), |(id, _)| id), checked.diagnostics)
}

/// Errors, and reports of the same words as one of them.
fn count(found: &[Diagnostic], of: &Diagnostic) -> (usize, usize) {
    let errors = found.iter().filter(|d| d.severity == Severity::Error);
    let same = found
        .iter()
        .filter(|d| (d.code, &d.message) == (of.code, &of.message));
    (errors.count(), same.count())
}

#[test]
fn all_that_is_certain_comes_to_an_end() {
    for (name, world, text) in programs() {
        let fixed = fix(&text, |text| check(&world, text));
        assert_eq!(fixed.refused, [], "{name}");
        let (main, found) = check(&world, &fixed.text);
        assert_eq!(certain(&found, main).count(), 0, "{name}\n{}", fixed.text);
        let again = fix(&fixed.text, |text| check(&world, text));
        assert_eq!(again.text, fixed.text, "{name}");
    }
}

/// One at a time, so that a bad fix cannot hide behind a good one.
#[test]
fn each_certain_fix_removes_its_report() {
    let mut tried = 0;
    for (name, world, text) in programs() {
        let (main, found) = check(&world, &text);
        for report in &found {
            let alone = std::slice::from_ref(report);
            if certain(alone, main).next().is_none() {
                continue;
            }
            tried += 1;
            let mut is_first = true;
            let fixed = fix(&text, |text| match std::mem::take(&mut is_first) {
                true => (main, vec![report.clone()]),
                false => (check(&world, text).0, Vec::new()),
            });
            let (_, after) = check(&world, &fixed.text);
            let told = format!("{name}: {}\n{}", report.message, fixed.text);
            let (before, left) = (count(&found, report), count(&after, report));
            assert!(left.1 < before.1, "it stays: {told}");
            // What a mistake of grammar hides comes to light with its repair.
            let may_hide = matches!(report.code.phase(), Phase::Tokens | Phase::Grammar);
            if !may_hide {
                assert!(left.0 <= before.0, "it brings others: {told}\n{after:#?}");
            }
        }
    }
    assert!(tried >= 30, "only {tried} fixes were tried");
}

/// A warning is about a program that runs: what is certain may not change what it does, so the
/// program has the same tree of meaning before and after.
#[test]
fn certain_fixes_of_warnings_change_no_meaning() {
    for (name, world, text) in programs() {
        let (_, found) = check(&world, &text);
        for report in found.iter().filter(|d| d.severity == Severity::Warning) {
            let Some(certain) = &report.fix else { continue };
            if certain.certainty != Certainty::Certain {
                continue;
            }
            let printed = |text: &str| {
                let mut map = SourceMap::new();
                let checked = check_source(&mut map, &world, &LIBRARY, "main.strat", text);
                let units = checked.units.iter();
                units.map(strat_lang::hir::print_unit).collect::<Vec<_>>()
            };
            let mut is_first = true;
            let fixed = fix(&text, |text| match std::mem::take(&mut is_first) {
                true => (check(&world, text).0, vec![report.clone()]),
                false => (check(&world, text).0, Vec::new()),
            });
            assert_eq!(
                printed(&fixed.text),
                printed(&text),
                "{name}: {}",
                certain.title
            );
        }
    }
}
