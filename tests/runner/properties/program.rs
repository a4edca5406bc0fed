//! What the check reports and hands on.

use strat_lang::diag::render::{Format, render};
use strat_lang::diag::{Diagnostic, Sink};
use strat_lang::sema::{Checked, check_expr, check_source};
use strat_lang::source::{FileId, MemoryWorld, SourceMap};
use strat_lang::syntax::{parse, parse_expr};

use super::Reach;
use super::text::{places, reached, readable};
use crate::LIBRARY;

/// Further files begin at lines like `//@ parts.strat`, as in `tests/ui`.
const NEXT_FILE: &str = "//@ ";

/// The text as a file and as an expression: reports lie in their files and render in every form,
/// the same text gives the same reports, and errors and units go together.
pub fn check(text: &str) -> Reach {
    let (world, main) = files(text);
    let file = twice(|map| check_source(map, &world, &LIBRARY, "main.strat", main));
    let checked = twice(|map| check_expr(map, &world, &LIBRARY, text, None));
    assert_eq!(checked.units.is_empty(), checked.has_errors());
    if !checked.has_errors() || !file.has_errors() && has_items(main) {
        return Reach::Checked;
    }
    tree(text)
}

/// Whether a text would come as far as `goal`; nothing is run or asserted.
#[must_use]
pub fn reaches(text: &str, goal: Reach) -> bool {
    if goal <= Reach::Tree {
        return tree(text) >= goal;
    }
    let checked = program(text, &mut SourceMap::new());
    !checked.has_errors()
        && (!checked.units.is_empty() || goal == Reach::Checked && has_items(text))
}

/// How far a text comes that does not check.
pub(super) fn tree(text: &str) -> Reach {
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    if has_items(text) {
        return reached(sink.has_errors(), !file.items.is_empty());
    }
    let mut sink = Sink::new();
    let _ = parse_expr(FileId(0), text, &mut sink);
    reached(sink.has_errors(), true)
}

/// Whether a text is a file; else it may be an expression.
pub(super) fn has_items(text: &str) -> bool {
    !parse(FileId(0), text, &mut Sink::new()).items.is_empty()
}

/// The files of a text: those that can be used, and the first.
fn files(text: &str) -> (MemoryWorld, &str) {
    let mut world = MemoryWorld::new();
    let mut parts = text.split(NEXT_FILE);
    let main = parts.next().unwrap_or("");
    world.insert("main.strat", main);
    for part in parts {
        let (name, body) = part.split_once('\n').unwrap_or((part, ""));
        world.insert(name.trim(), body);
    }
    (world, main)
}

/// The text as a program, or as an expression where it holds no item.
pub(super) fn program(text: &str, map: &mut SourceMap) -> Checked {
    let (world, main) = files(text);
    let has_items = ["fn ", "strategy ", "use "]
        .iter()
        .any(|w| main.contains(w));
    if has_items {
        check_source(map, &world, &LIBRARY, "main.strat", main)
    } else {
        check_expr(map, &world, &LIBRARY, main, None)
    }
}

fn twice(check: impl Fn(&mut SourceMap) -> Checked) -> Checked {
    let mut map = SourceMap::new();
    let checked = check(&mut map);
    for report in &checked.diagnostics {
        fits(report, &map);
    }
    if checked.diagnostics.is_empty() {
        return checked;
    }
    for (name, format) in Format::ALL {
        for colour in [false, true] {
            let shown = render(*format, &checked.diagnostics, &map, colour);
            assert!(!shown.is_empty(), "{name} shows nothing");
        }
    }
    let mut again = SourceMap::new();
    let other = check(&mut again);
    assert_eq!(checked.diagnostics, other.diagnostics, "another check says");
    checked
}

/// A report lies in the user's files, and its repair can be applied.
fn fits(report: &Diagnostic, map: &SourceMap) {
    readable(report);
    for span in places(report) {
        let file = map.find(span.file).expect("a report lies in a file");
        let range = span.start as usize..span.end as usize;
        assert!(file.text.get(range).is_some(), "{report:?} lies outside");
    }
    let own = &map.get(report.span.file).name;
    assert!(!own.starts_with("stdlib/"), "{report:?} is in the library");
    let Some(fix) = &report.fix else { return };
    let mut edits: Vec<_> = fix.edits.iter().map(|(span, _)| *span).collect();
    edits.sort();
    for pair in edits.windows(2) {
        let apart = pair[0].file != pair[1].file || pair[0].end <= pair[1].start;
        assert!(apart, "edits of one repair overlap: {report:?}");
    }
}
