//! The programs of the design page parse and format as they stand, where they are at hand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::check::{check_format, reports, tree};
use strat_lang::fmt::format;

fn folder() -> PathBuf {
    let shared = std::env::var_os("STRATC_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    shared.unwrap_or(beside).join("design/programs")
}

#[test]
fn design_programs_parse_and_format() {
    let Ok(entries) = fs::read_dir(folder()) else {
        println!("skipped: no design programs");
        return;
    };
    let mut count = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != "strat") {
            continue;
        }
        count += 1;
        let text = fs::read_to_string(&path).expect("a program is text");
        let (_, _, errors) = tree(&text);
        assert_eq!(errors, 0, "{}:\n{}", path.display(), reports(&text));
        let formatted = format(&text).unwrap_or_default();
        check_format(&text, &formatted);
        if std::env::var_os("STRATC_SHOW").is_some() {
            println!("{formatted}");
        }
    }
    assert!(count >= 9, "only {count} programs");
}
