//! Puts the pages of `src/diag/explain/` into one table, so that adding a page is adding a file.

// The only part of this crate that reads files: it runs before the crate is compiled.
#![allow(clippy::disallowed_methods)]

use std::path::Path;
use std::{env, fs, io};

/// Where the pages lie, from the folder of this crate.
const PAGES: &str = "src/diag/explain";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={PAGES}");
    let missing = |name: &str| io::Error::other(format!("cargo sets no {name}"));
    let root = env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| missing("CARGO_MANIFEST_DIR"))?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| missing("OUT_DIR"))?;
    let mut table = String::from("&[\n");
    let mut names = Vec::new();
    for entry in fs::read_dir(Path::new(&root).join(PAGES))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "md")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            names.push((name.to_owned(), path.clone()));
        }
    }
    names.sort();
    // The texts themselves and not their paths: a target folder outlives the checkout that filled it.
    for (name, path) in names {
        let text = fs::read_to_string(path)?;
        table.push_str(&format!("    ({name:?}, {text:?}),\n"));
    }
    table.push_str("]\n");
    fs::write(Path::new(&out).join("explain.rs"), table)
}
