//! Every file of this folder gives exactly the reports that stand at its end.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use strat_lang::diag::Code;
use strat_tests::root;

use crate::case::{Case, assert_complete};

/// Most cases of one code: these are to be read.
const MOST: usize = 5;

fn cases() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("tests/ui"))
        .expect("the folder of the cases")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "strat"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a case is text");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// The code that a case is named after: `e0201_unknown.strat` shows E0201.
fn code_of(path: &std::path::Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.split('_').next().unwrap_or_default().to_uppercase()
}

#[test]
fn every_case_gives_exactly_the_reports_it_states() {
    let bless = std::env::var_os("STRATC_BLESS").is_some();
    let mut failures = Vec::new();
    for (path, text) in cases() {
        let case = Case::read(&text);
        let (checked, found) = case.check();
        let code = code_of(&path);
        if checked.diagnostics.iter().all(|d| d.code.text() != code) {
            failures.push(format!("{}: does not give {code}", path.display()));
        }
        assert_complete(&checked, case.files[0].1);
        if found == case.notes {
            continue;
        }
        if bless {
            let program = case.program.trim_end();
            fs::write(&path, format!("{program}\n{found}")).expect("a case can be written");
        } else {
            failures.push(format!(
                "{}\n--- found\n{found}--- wanted\n{}",
                path.display(),
                case.notes
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_code_of_the_check_has_its_cases() {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (path, _) in cases() {
        *count.entry(code_of(&path)).or_default() += 1;
    }
    for code in Code::ALL {
        let is_ours = code.text() > "E0199";
        let cases = count.remove(code.text()).unwrap_or_default();
        assert!(!is_ours || cases > 0, "no case shows {code}");
        assert!(cases <= MOST, "{cases} cases show {code}");
    }
    assert!(count.is_empty(), "cases of no code: {count:?}");
}
