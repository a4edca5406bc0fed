//! The one style, on written programs: `tests/programs` are in it, `tests/format` are brought to it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::check::check_format;
use strat_lang::diag::Code;
use strat_lang::fmt::format;

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of the programs")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "strat"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a program is text");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn programs_in_style_stay_as_they_are() {
    for (path, text) in files("tests/programs") {
        assert_eq!(
            format(&text).as_deref(),
            Ok(text.as_str()),
            "{}",
            path.display()
        );
        check_format(&text, &text);
    }
}

#[test]
fn untidy_programs_become_what_stands_beside_them() {
    for (path, text) in files("tests/format") {
        let formatted = format(&text).unwrap_or_else(|e| panic!("{}: {e:#?}", path.display()));
        check_format(&text, &formatted);
        let beside = path.with_extension("out");
        if std::env::var_os("STRATC_BLESS").is_some() {
            fs::write(&beside, &formatted).expect("the result can be written");
        }
        let expected = fs::read_to_string(&beside).expect("the result stands beside the program");
        assert_eq!(formatted, expected, "{}", path.display());
    }
}

#[test]
fn the_layout_of_a_program_does_not_matter() {
    // One token a line, as far as calls and indices let it: still the same program.
    for (_, text) in files("tests/programs") {
        let without_blank_lines: String = text
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(|l| format!("\t {l}  \r\n"))
            .collect();
        let formatted = format(&without_blank_lines).unwrap_or_default();
        let kept: String = text
            .lines()
            .filter(|l| !l.is_empty())
            .map(|l| format!("{l}\n"))
            .collect();
        assert_eq!(formatted, kept);
    }
}

#[test]
fn a_program_with_errors_is_left_alone() {
    let errors = format("strategy S {\n    let x = 1 +\n}\n")
        .err()
        .unwrap_or_default();
    assert_eq!(
        errors.iter().map(|d| d.code).collect::<Vec<_>>(),
        [Code::Syntax]
    );
}

#[test]
fn nothing_and_comments_alone() {
    assert_eq!(format("").as_deref(), Ok(""));
    assert_eq!(format("\n\n  \n").as_deref(), Ok(""));
    assert_eq!(
        format("\u{feff}  // a  \r\n\n\n\n/// b").as_deref(),
        Ok("// a\n\n/// b\n")
    );
}
