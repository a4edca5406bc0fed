//! The `.strat` files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// All `.strat` files below `folders` (paths from the root of the workspace), sorted; a folder that
/// is not there holds none.
#[must_use]
pub fn strat_files(folders: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders {
        collect(&crate::root().join(folder), &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "strat") {
            found.push(path);
        }
    }
}
