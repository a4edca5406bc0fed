//! The words of the language as a dictionary of libFuzzer: reserved words, words that begin a
//! statement, and every name and sign that the programs of the repository write.
//!
//! `cargo run -p strat-tests --example dictionary > fuzz/strat.dict` (`fuzz/seed.sh` does it). With a
//! folder behind it, it also writes seeds there: a call of each function, and one function and one
//! strategy of the usual size.

use std::collections::BTreeSet;
use std::path::Path;

use strat_lang::diag::Sink;
use strat_lang::source::FileId;
use strat_lang::syntax::{keyword, lex, words};
use strat_tests::calls::{SETS, call, functions};
use strat_tests::large;
use strat_tests::sources::strat_files;

/// Longest word: a comment or a tag is no word.
const LONGEST: usize = 24;

fn main() -> std::io::Result<()> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    let reserved = keyword::Keyword::ALL.iter().map(|(text, _)| *text);
    let items = words::ItemWord::ALL.iter().map(|(text, _)| *text);
    let places = [
        words::Place::Strategy,
        words::Place::Regime,
        words::Place::Router,
        words::Place::Screen,
        words::Place::Portfolio,
        words::Place::Test,
        words::Place::Zones,
        words::Place::Execution,
    ];
    let leads = places
        .into_iter()
        .flat_map(|place| place.words().iter().copied());
    let clauses = words::CLAUSES.iter().copied();
    let known = reserved.chain(items).chain(leads).chain(clauses);
    all.extend(known.map(str::to_owned));
    for path in strat_files(&["stdlib", "strategies", "examples", "tests/ui", "lang/tests"]) {
        let text = std::fs::read_to_string(&path)?;
        for token in lex(FileId(0), &text, &mut Sink::new()) {
            let word = token.text(&text);
            if !token.kind.is_comment() && word.len() <= LONGEST && word.is_ascii() {
                all.insert(word.to_owned());
            }
        }
    }
    for word in all.iter().filter(|word| !word.is_empty()) {
        let escaped = word.replace('\\', "\\\\").replace('"', "\\\"");
        println!("\"{escaped}\"");
    }
    match std::env::args().nth(1) {
        Some(folder) => seeds(Path::new(&folder)),
        None => Ok(()),
    }
}

/// Expressions and a program that check.
fn seeds(folder: &Path) -> std::io::Result<()> {
    for (_, text) in strat_stdlib::FILES {
        for f in functions(text) {
            for (set, text) in (0..SETS).filter_map(|set| Some((set, call(&f, set)?))) {
                std::fs::write(folder.join(format!("call-{}-{set}", f.name.name)), text)?;
            }
        }
    }
    std::fs::write(folder.join("usual"), large::file(1))
}
