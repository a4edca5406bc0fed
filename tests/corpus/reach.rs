//! Which share of the inputs of some folders comes how far: tokens only, a tree without errors, a
//! check without errors, code that ran.
//!
//! `cargo run --release -p strat-tests --example reach -- tests/corpus/inputs fuzz/corpus/parse …`
//!
//! With `--each` in front, one line per input instead: 0 to 3 and its path, as `fuzz/pick.py` reads it.

use std::path::Path;

use strat_tests::properties::{LONGEST, Reach, end_to_end, text_of};

fn main() -> std::io::Result<()> {
    let mut folders: Vec<String> = std::env::args().skip(1).collect();
    let each = folders.first().is_some_and(|first| first == "--each");
    if each {
        folders.remove(0);
    } else {
        println!(
            "{:<28}{:>8}{:>10}{:>10}{:>10}",
            "folder", "inputs", "tree %", "check %", "code %"
        );
    }
    for folder in folders {
        let (mut all, mut tree, mut checked, mut code) = (0, 0, 0, 0);
        for entry in std::fs::read_dir(Path::new(&folder))? {
            let path = entry?.path();
            if !path.is_file() {
                continue;
            }
            let bytes = std::fs::read(&path)?;
            if bytes.len() > LONGEST {
                continue;
            }
            let reach = end_to_end(&text_of(&bytes));
            if each {
                println!("{} {}", reach as u8, path.display());
            }
            all += 1;
            tree += usize::from(reach >= Reach::Tree);
            checked += usize::from(reach >= Reach::Checked);
            code += usize::from(reach >= Reach::Code);
        }
        #[allow(clippy::cast_precision_loss)] // thousands of files
        let share = |n: usize| 100.0 * n as f64 / all.max(1) as f64;
        if each {
            continue;
        }
        println!(
            "{folder:<28}{all:>8}{:>10.1}{:>10.1}{:>10.1}",
            share(tree),
            share(checked),
            share(code)
        );
    }
    Ok(())
}
