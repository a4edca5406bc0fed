//! Rules about files: where `unsafe` may stand, how large a file may get, what it may be called.

use std::fs;
use std::path::Path;

use crate::{none, root};

/// Where code may be `unsafe`: generated code is made, called and laid out there.
const UNSAFE: &[&str] = &[
    "compiler/src/codegen/",
    "runtime/abi/",
    "runtime/engine/src/host.rs",
];

/// Most lines of a source file.
const MOST_LINES: usize = 500;

/// Files that may be longer: up to how many lines, and why they are one file.
const LONGER: &[(&str, usize, &str)] = &[];

/// Names that say nothing about what a file owns.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// Crates that give the same result everywhere; clippy reads one list of bans for each.
const DETERMINISTIC: &[&str] = &[
    "lang",
    "compiler",
    "runtime/abi",
    "runtime/market",
    "runtime/engine",
    "runtime/screen",
];

/// A file of the house: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

/// Every file of these kinds below the root, hidden and ignored folders left out.
fn files(kinds: &[&str]) -> Vec<Source> {
    let base = root();
    let mut found = Vec::new();
    let mut open = vec![base.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)
            .expect("a folder of the house")
            .flatten()
        {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let generated =
                folder == base && ["target", "data", "results"].contains(&name.as_str());
            if name.starts_with('.') || generated {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if kinds.iter().any(|kind| name.ends_with(kind)) {
                let text = fs::read_to_string(&path).expect("a source is text");
                found.push(Source {
                    path: inside(&base, &path),
                    text,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn inside(base: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(base).expect("below the root");
    relative.to_string_lossy().replace('\\', "/")
}

fn unsafe_in_the_wrong_place(sources: &[Source]) -> Vec<String> {
    // In two parts, so that this file does not find itself.
    let lint = concat!("unsafe", "_code");
    let lifted = |line: &str| {
        line.contains(lint)
            && ["allow(", "expect(", "warn("]
                .iter()
                .any(|word| line.contains(word))
    };
    let mut found = Vec::new();
    for source in sources {
        if UNSAFE.iter().any(|place| source.path.starts_with(place)) {
            continue;
        }
        for (at, line) in source.text.lines().enumerate() {
            if lifted(line) {
                found.push(format!("{}:{}: {}", source.path, at + 1, line.trim()));
            }
        }
    }
    found
}

fn too_long(sources: &[Source], longer: &[(&str, usize, &str)]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        let listed = longer.iter().find(|(path, ..)| *path == source.path);
        let most = listed.map_or(MOST_LINES, |(_, most, _)| *most);
        if lines > most {
            found.push(format!(
                "{}: {lines} lines, at most {most}; split it",
                source.path
            ));
        } else if listed.is_some() && lines <= MOST_LINES {
            found.push(format!(
                "{}: short enough now; take it off the list",
                source.path
            ));
        }
    }
    for (path, ..) in longer {
        if !sources.iter().any(|source| source.path == *path) {
            found.push(format!("{path}: gone; take it off the list"));
        }
    }
    found
}

fn empty_names(sources: &[Source]) -> Vec<String> {
    let says_nothing = |part: &str| {
        let stem = part.split('.').next().unwrap_or(part);
        EMPTY_NAMES.contains(&stem)
    };
    sources
        .iter()
        .filter(|source| source.path.split('/').any(says_nothing))
        .map(|source| format!("{}: name it after what it owns", source.path))
        .collect()
}

#[test]
fn unsafe_stands_where_it_belongs() {
    let sources = files(&[".rs"]);
    assert!(
        sources.len() > 100,
        "only {} sources were found",
        sources.len()
    );
    none(&unsafe_in_the_wrong_place(&sources));
}

#[test]
fn no_file_is_too_long() {
    none(&too_long(&files(&[".rs", ".pest", ".strat"]), LONGER));
}

#[test]
fn every_name_says_something() {
    none(&empty_names(&files(&[".rs", ".strat", ".py"])));
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let mut found = Vec::new();
    let manifests = files(&["Cargo.toml"]);
    assert!(
        manifests.len() > 10,
        "only {} manifests were found",
        manifests.len()
    );
    for manifest in manifests.iter().filter(|m| m.path != "Cargo.toml") {
        let text = manifest.text.replace("\r\n", "\n");
        if !text.contains("[lints]\nworkspace = true\n") {
            found.push(format!(
                "{}: expected `[lints] workspace = true`",
                manifest.path
            ));
        }
    }
    none(&found);
}

#[test]
fn the_bans_of_deterministic_crates_agree() {
    let bans = |folder: &str| {
        let path = root().join(folder).join("clippy.toml");
        fs::read_to_string(&path)
            .unwrap_or_default()
            .replace("\r\n", "\n")
    };
    let first = bans("lang");
    let mut found = Vec::new();
    for line in bans("").lines().filter(|line| line.contains("path = ")) {
        if !first.contains(line) {
            found.push(format!("lang/clippy.toml: lacks {}", line.trim()));
        }
    }
    for folder in DETERMINISTIC {
        if first.is_empty() || bans(folder) != first {
            found.push(format!(
                "{folder}/clippy.toml: differs from that of lang; copy it"
            ));
        }
    }
    none(&found);
}

#[test]
fn a_broken_rule_is_found() {
    let source = |path: &str, text: String| Source {
        path: path.to_owned(),
        text,
    };
    let lift = format!("#![allow({})]\n", concat!("unsafe", "_code"));
    let keep = format!("#![deny({})]\n", concat!("unsafe", "_code"));
    let sources = [
        source("lang/src/lib.rs", lift.clone()),
        source("runtime/abi/src/host.rs", lift),
        source("runtime/data/src/store.rs", keep),
        source("lang/src/utils.rs", "\n".repeat(MOST_LINES + 1)),
        source("lang/tests/common/mod.rs", "\n".repeat(MOST_LINES)),
        source("cli/src/commonplace.rs", String::new()),
    ];
    assert_eq!(
        unsafe_in_the_wrong_place(&sources),
        [format!(
            "lang/src/lib.rs:1: #![allow({})]",
            concat!("unsafe", "_code")
        )]
    );
    let named = empty_names(&sources);
    assert_eq!(named.len(), 2, "{named:?}");
    assert_eq!(too_long(&sources, &[]).len(), 1);
    let reason = "a table";
    assert_eq!(
        too_long(&sources, &[("lang/src/utils.rs", 600, reason)]),
        Vec::<String>::new()
    );
    let stale = [
        ("lang/src/lib.rs", 600, reason),
        ("lang/src/gone.rs", 600, reason),
    ];
    assert_eq!(too_long(&sources, &stale).len(), 3);
}
