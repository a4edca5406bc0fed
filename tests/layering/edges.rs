//! Imports go one way.
//!
//! ```text
//! lang <- compiler <- cli          stdlib: imports nothing; imported by cli, tests, benches
//! lang <- lsp      <- cli          runtime/abi <- compiler, runtime/engine
//! runtime/market <- runtime/{data,engine} <- runtime/{screen,report,live,portfolio} <- cli
//! ```
//!
//! A crate may import what stands to the left of it on its own line. The command line, the tests
//! and the benches may import everything.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::{none, root};

/// What each crate, named by its folder, may import of the others.
const PICTURE: &[(&str, &[&str])] = &[
    ("lang", &[]),
    ("stdlib", &[]),
    ("compiler", &["lang", "runtime/abi"]),
    ("lsp", &["lang"]),
    ("runtime/abi", &[]),
    ("runtime/market", &[]),
    ("runtime/data", &["runtime/market"]),
    ("runtime/engine", &["runtime/market", "runtime/abi"]),
    ("runtime/screen", UPPER),
    ("runtime/report", UPPER),
    ("runtime/live", UPPER),
    ("runtime/portfolio", UPPER),
];

/// What the upper floor of the runtime stands on.
const UPPER: &[&str] = &["runtime/market", "runtime/data", "runtime/engine"];

/// May import everything, and are imported by none but each other.
const TOP: &[&str] = &["cli", "tests", "benches"];

/// Whether an import is for the tests of a crate only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Normal,
    Dev,
}

/// An import: of another crate of the house by its folder, or of a foreign one by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: String,
    to: String,
    kind: Kind,
    house: bool,
}

/// Imports that the picture does not have, and foreign crates where they do not belong.
fn violations(edges: &[Edge]) -> Vec<String> {
    let mut found = Vec::new();
    for edge in edges {
        let wrong = if edge.house {
            wrong_neighbour(edge)
        } else {
            wrong_foreigner(edge)
        };
        if let Some(why) = wrong {
            let kind = if edge.kind == Kind::Dev { " (dev)" } else { "" };
            found.push(format!("{} -> {}{kind}: {why}", edge.from, edge.to));
        }
    }
    found.extend(cycle(edges));
    found
}

fn wrong_neighbour(edge: &Edge) -> Option<&'static str> {
    let (from, to, kind) = (edge.from.as_str(), edge.to.as_str(), edge.kind);
    if TOP.contains(&to) && !TOP.contains(&from) {
        return Some("the command line, the tests and the benches stand on top");
    }
    if TOP.contains(&from) {
        return None;
    }
    if to == "stdlib" && (from, kind) != ("compiler", Kind::Dev) {
        return Some("the library is an argument of the compiler, not an import");
    }
    let runtime = |name: &str| name.starts_with("runtime/");
    if runtime(from) && !runtime(to) {
        return Some("the runtime runs what it is handed through abi, also in its tests");
    }
    if from == "lang" {
        return Some("lang is pure: it imports no crate of the house");
    }
    if from == "compiler" && runtime(to) && to != "runtime/abi" {
        return Some("the compiler never imports an engine, not even in its tests");
    }
    let Some((_, allowed)) = PICTURE.iter().find(|(name, _)| *name == from) else {
        return Some("the importing crate is not in the picture; give it a place there");
    };
    if kind == Kind::Dev || allowed.contains(&to) {
        return None;
    }
    Some("not in the picture")
}

fn wrong_foreigner(edge: &Edge) -> Option<&'static str> {
    let (from, to) = (edge.from.as_str(), edge.to.as_str());
    let is = |family: &str| to == family || to.starts_with(&format!("{family}-"));
    if from == "lang" && ["cranelift", "arrow", "parquet"].into_iter().any(is) {
        return Some("lang knows neither code generation nor columns");
    }
    let measures = ["tests", "benches"].contains(&from) && edge.kind == Kind::Dev;
    if to == "ta-lib" && !measures {
        return Some("ta-lib is an oracle: a dev-dependency of tests and benches");
    }
    None
}

/// A way from a crate back to itself, dev-dependencies included; cargo itself only refuses cycles
/// of normal ones.
fn cycle(edges: &[Edge]) -> Option<String> {
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.house) {
        imports.entry(&edge.from).or_default().insert(&edge.to);
    }
    // Leaves are taken away until only what lies on or above a cycle is left.
    loop {
        let left: BTreeSet<&str> = imports.keys().copied().collect();
        for targets in imports.values_mut() {
            targets.retain(|to| left.contains(to));
        }
        let before = imports.len();
        imports.retain(|_, targets| !targets.is_empty());
        if imports.is_empty() {
            return None;
        }
        if imports.len() == before {
            let names: Vec<&str> = imports.keys().copied().collect();
            return Some(format!("a cycle among {}", names.join(", ")));
        }
    }
}

/// The imports of every crate of the workspace, as cargo knows them.
fn workspace() -> Vec<Edge> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {told}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    edges_of(&metadata)
}

fn edges_of(metadata: &Value) -> Vec<Edge> {
    let base = text(metadata, "workspace_root");
    let folder = |path: &str| {
        let inside = path.strip_prefix(base).unwrap_or(path).replace('\\', "/");
        let inside = inside.strip_suffix("Cargo.toml").unwrap_or(&inside);
        inside.trim_matches('/').to_owned()
    };
    let mut edges = Vec::new();
    for package in list(metadata, "packages") {
        let from = folder(text(package, "manifest_path"));
        for dependency in list(package, "dependencies") {
            let path = dependency.get("path").and_then(Value::as_str);
            let dev = dependency.get("kind").and_then(Value::as_str) == Some("dev");
            edges.push(Edge {
                from: from.clone(),
                to: path.map_or_else(|| text(dependency, "name").to_owned(), folder),
                kind: if dev { Kind::Dev } else { Kind::Normal },
                house: path.is_some(),
            });
        }
    }
    edges.sort();
    edges
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).expect(key)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).expect(key)
}

#[test]
fn imports_go_one_way() {
    let edges = workspace();
    let known = |from: &str, to: &str| edges.iter().any(|e| e.from == from && e.to == to);
    assert!(
        known("compiler", "lang") && known("runtime/engine", "runtime/abi"),
        "the imports were not read: {edges:#?}"
    );
    none(&violations(&edges));
}

#[test]
fn a_wrong_import_is_found() {
    let edge = |from: &str, to: &str, kind, house| Edge {
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
        house,
    };
    let wrong = [
        edge("lang", "runtime/market", Kind::Normal, true),
        edge("lang", "stdlib", Kind::Dev, true),
        edge("compiler", "stdlib", Kind::Normal, true),
        edge("compiler", "runtime/engine", Kind::Dev, true),
        edge("runtime/market", "runtime/engine", Kind::Normal, true),
        edge("runtime/engine", "lang", Kind::Dev, true),
        edge("runtime/data", "runtime/engine", Kind::Normal, true),
        edge("runtime/screen", "runtime/report", Kind::Normal, true),
        edge("runtime/engine", "cli", Kind::Dev, true),
        edge("attic", "lang", Kind::Normal, true),
        edge("lang", "cranelift-codegen", Kind::Normal, false),
        edge("lang", "arrow", Kind::Dev, false),
        edge("runtime/engine", "ta-lib", Kind::Dev, false),
        edge("tests", "ta-lib", Kind::Normal, false),
    ];
    for edge in wrong {
        let found = violations(std::slice::from_ref(&edge));
        assert_eq!(found.len(), 1, "{edge:?} gave {found:?}");
        assert!(found[0].contains(&edge.to), "{found:?}");
    }
    let right = [
        edge("compiler", "lang", Kind::Normal, true),
        edge("compiler", "stdlib", Kind::Dev, true),
        edge("runtime/screen", "runtime/engine", Kind::Normal, true),
        edge("runtime/market", "runtime/abi", Kind::Dev, true),
        edge("cli", "runtime/report", Kind::Normal, true),
        edge("benches", "tests", Kind::Normal, true),
        edge("tests", "ta-lib", Kind::Dev, false),
        edge("runtime/data", "arrow", Kind::Normal, false),
    ];
    assert_eq!(violations(&right), Vec::<String>::new());
}

#[test]
fn a_cycle_through_tests_is_found() {
    let edge = |from: &str, to: &str, kind| Edge {
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
        house: true,
    };
    let edges = [
        edge("runtime/engine", "runtime/abi", Kind::Normal),
        edge("runtime/abi", "runtime/engine", Kind::Dev),
        edge("compiler", "runtime/abi", Kind::Normal),
        edge("runtime/data", "runtime/market", Kind::Normal),
    ];
    let found = violations(&edges);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("runtime/abi") && !found[0].contains("runtime/data"),
        "{found:?}"
    );
}
