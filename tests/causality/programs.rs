//! Every strategy of the repository, for its default parameters and the ends of their domains.

use strat_compiler::{Executor, compile};
use strat_engine::abi::{ParamInfo, Program};
use strat_lang::sema::check_source;
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_tests::sources::strat_files;
use strat_tests::{LIBRARY, root};

use crate::run::check;

/// Folders that hold strategies.
const FOLDERS: &[&str] = &["strategies", "examples"];

#[test]
fn no_strategy_looks_ahead() {
    let files: Vec<(String, String)> = strat_files(FOLDERS)
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a program is text");
            let name = path.strip_prefix(root()).unwrap_or(&path);
            (name.to_string_lossy().replace('\\', "/"), text)
        })
        .collect();
    let mut world = MemoryWorld::new();
    for (path, text) in &files {
        world.insert(path, text);
    }
    let (mut found, mut covered, mut felt) = (0, 0, 0);
    for (path, text) in &files {
        found += text.lines().filter(|l| l.starts_with("strategy ")).count();
        let mut map = SourceMap::new();
        let checked = check_source(&mut map, &world, &LIBRARY, path, text);
        assert!(!checked.has_errors(), "{path}: {:#?}", checked.diagnostics);
        for unit in &checked.units {
            let name = &unit.name;
            let program = compile(unit, Executor::Interp).expect("the interpreter takes any unit");
            let sets = sets(&program.info().params);
            let some = check(unit, &sets).unwrap_or_else(|e| panic!("{path}: {name}: {e}"));
            covered += 1;
            felt += usize::from(some > 0);
        }
    }
    println!("{covered} strategies, {felt} of them decide otherwise for another future");
    assert_eq!(covered, found, "strategies left out");
    assert!(covered >= 6, "{covered}");
    // One that hardly ever decides may feel nothing in 600 bars; most do.
    assert!(felt * 3 >= covered * 2, "{felt} of {covered}");
}

/// The defaults, then all parameters at the first and all at the last value of their sweep.
fn sets(params: &[ParamInfo]) -> Vec<Vec<f64>> {
    let end = |last: bool| -> Vec<f64> {
        let value = |p: &ParamInfo| {
            let swept = if last {
                p.sweep.last()
            } else {
                p.sweep.first()
            };
            swept.copied().unwrap_or(p.default)
        };
        params.iter().map(value).collect()
    };
    let mut all = vec![params.iter().map(|p| p.default).collect()];
    for set in [end(false), end(true)] {
        if !all.contains(&set) {
            all.push(set);
        }
    }
    all
}
