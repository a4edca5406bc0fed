//! The programs of the repository give no report at all, not even a warning.

use std::fs;
use std::path::{Path, PathBuf};

use strat_lang::sema::{check_expr_on, check_source};
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_tests::calls::{call, functions};
use strat_tests::{LIBRARY, root};

use crate::case::notes;

/// All `.strat` files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder of the repository");
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "strat") {
            found.push(path);
        }
    }
}

#[test]
fn programs_of_the_repository_give_no_report() {
    let mut paths = Vec::new();
    for folder in ["strategies", "examples", "stdlib"] {
        files(&root().join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 10, "{paths:?}");
    // A file uses those that lie beside it.
    let mut world = MemoryWorld::new();
    for path in &paths {
        let text = fs::read_to_string(path).expect("a program is text");
        world.insert(path.to_string_lossy().into_owned(), text);
    }
    let mut failures = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a program is text");
        let mut map = SourceMap::new();
        let name = path.to_string_lossy();
        // A file of the library is checked as a user's, so that its own functions are looked at.
        let checked = check_source(&mut map, &world, &LIBRARY, &name, &text);
        if !checked.diagnostics.is_empty() {
            failures.push(format!("{}\n{}", path.display(), notes(&checked, &map)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The library's functions with arguments that anyone would write.
#[test]
fn every_function_of_the_library_can_be_called() {
    let (mut called, mut wrong) = (0, Vec::new());
    for (_, text) in strat_stdlib::FILES {
        for f in functions(text) {
            let expr = call(&f, 0).expect("a call with defaults");
            let mut map = SourceMap::new();
            let checked = check_expr_on(
                &mut map,
                &MemoryWorld::new(),
                &LIBRARY,
                &expr,
                None,
                Some(3600.0),
            );
            if !checked.diagnostics.is_empty() || checked.units.len() != 1 {
                wrong.push(format!("{expr}\n{}", notes(&checked, &map)));
            }
            called += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(called > 20, "{called}");
}
