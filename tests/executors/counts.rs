//! Every form of the language and every function of the library is made up often enough. Programs
//! are only made and written here, which is cheap; that such programs run is [`crate::property`]'s.

use std::collections::BTreeMap;

use crate::program::library::FUNCTIONS;
use crate::program::{generate, render};

/// How many programs.
const PROGRAMS: u64 = 10_000;

/// How often each form stands in them at least.
const LEAST: u32 = 100;

/// What is written; the functions of the library come on top.
const CONSTRUCTS: &[&str] = &[
];

#[test]
fn every_form_and_every_function_is_made_up_often() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..PROGRAMS {
        // As a run draws them: far apart.
        let text = render::text(&generate::program(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        for (construct, count) in text.counts {
            *counts.entry(construct).or_default() += count;
        }
    }
    let library: Vec<String> = FUNCTIONS
        .iter()
        .map(|f| format!("library: {}", f.name))
        .collect();
    let wanted = || {
        CONSTRUCTS
            .iter()
            .copied()
            .chain(library.iter().map(String::as_str))
    };
    let rare: Vec<(&str, u32)> = wanted()
        .map(|name| (name, counts.get(name).copied().unwrap_or(0)))
        .filter(|(_, count)| *count < LEAST)
        .collect();
    assert!(rare.is_empty(), "too rare: {rare:?}");
    let unknown: Vec<(&String, &u32)> = counts
        .iter()
        .filter(|(name, _)| !wanted().any(|w| w == name.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "written, but nobody asks for it: {unknown:?}"
    );
}
