//! The corpus of the fuzz targets, replayed: every input holds every property (see `fuzz/`).
//!
//! `STRATC_CORPUS=fuzz/corpus/check` replays another folder, so that what fuzzing gathered meets new
//! code without nightly.

use std::fs;
use std::path::{Path, PathBuf};

use strat_tests::properties::{self, LONGEST, Reach, text_of};
use strat_tests::root;

/// Most inputs, and most bytes of all together: the corpus is read at each run of the tests.
const MOST: (usize, u64) = (320, 512 << 10);

/// The folder of the repository.
fn committed() -> PathBuf {
    root().join("tests/corpus/inputs")
}

/// Another folder to replay.
fn other() -> Option<PathBuf> {
    std::env::var_os("STRATC_CORPUS").map(|folder| root().join(folder))
}

/// The inputs of a folder: names and bytes. Their names have no ending, because most are no programs.
fn inputs(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of the corpus")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).expect("an input can be read");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_input_holds_every_property() {
    let other = other();
    let inputs = inputs(other.as_deref().unwrap_or(&committed()));
    let mut reached = [0_usize; 4];
    for (path, bytes) in &inputs {
        let text = text_of(bytes);
        for (name, property) in properties::ALL {
            let held = std::panic::catch_unwind(|| property(&text));
            let Ok(reach) = held else {
                panic!("{name} does not hold for {}", path.display());
            };
            if *name == "end_to_end" {
                reached[reach as usize] += 1;
            }
        }
    }
    println!(
        "{} inputs: {reached:?} reach text, tree, check, code",
        inputs.len()
    );
    if other.is_some() {
        return;
    }
    // A corpus that never gets past the tokens would replay nothing.
    assert!(reached[Reach::Code as usize] >= 50, "{reached:?}");
    assert!(reached[Reach::Text as usize] >= 20, "{reached:?}");
}

#[test]
fn the_corpus_stays_small() {
    let inputs = inputs(&committed());
    let bytes: usize = inputs.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(
        inputs.len() <= MOST.0 && bytes as u64 <= MOST.1,
        "{} inputs of {bytes} bytes",
        inputs.len()
    );
    for (path, bytes) in &inputs {
        assert!(bytes.len() <= LONGEST, "{} is too long", path.display());
    }
}
