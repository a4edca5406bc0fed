//! Every function of the library and of the example files, with three sets of arguments. The
//! functions are read from the sources, so one that is added is covered by being there.

use std::collections::BTreeSet;

use strat_tests::calls::{SETS, call, functions, headers};
use strat_tests::sources::strat_files;
use strat_tests::{check_expression_in, root, unit};

use crate::run::check;

/// Covers the functions of a file, and returns their names.
fn cover(path: &str, file: &str) -> BTreeSet<String> {
    let (mut covered, mut blind) = (BTreeSet::new(), Vec::new());
    for f in functions(file) {
        let (mut felt, mut moves) = (0, false);
        for set in 0..SETS {
            let Some(text) = call(&f, set) else { continue };
            let checked = check_expression_in(&text, file);
            // Made-up arguments may be of another unit than the function takes; the usual ones fit.
            if set > 0 && checked.has_errors() {
                continue;
            }
            let unit = unit(checked, &text);
            moves |= unit.outputs.iter().any(|(_, x)| unit.node(*x).stage.series);
            felt += check(&unit, &[Vec::new()]).unwrap_or_else(|e| panic!("{path}: {text}: {e}"));
        }
        // What feels no exchange of its future would pass whatever it did. What is known before the
        // first bar has no future.
        if felt == 0 && moves {
            blind.push(f.name.name.clone());
        }
        covered.insert(f.name.name.clone());
    }
    assert!(
        blind.is_empty(),
        "{path}: {blind:?} take no notice of the data"
    );
    assert_eq!(covered.len(), headers(file), "{path}: functions left out");
    covered
}

#[test]
fn no_function_of_the_library_looks_ahead() {
    let mut covered = BTreeSet::new();
    let mut found = 0;
    for (name, text) in strat_stdlib::FILES {
        covered.extend(cover(name, text));
        found += headers(text);
    }
    println!("{} functions of the library", covered.len());
    assert_eq!(covered.len(), found);
    assert!(found > 25, "{found}");
}

#[test]
fn no_function_of_a_program_looks_ahead() {
    let mut found = 0;
    for path in strat_files(&["examples", "strategies"]) {
        let text = std::fs::read_to_string(&path).expect("a program is text");
        if headers(&text) > 0 {
            let name = path.strip_prefix(root()).unwrap_or(&path);
            found += cover(&name.display().to_string(), &text).len();
        }
    }
    println!("{found} functions of programs");
    assert!(found >= 3, "{found}");
}
