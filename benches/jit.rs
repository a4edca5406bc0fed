//! `cargo bench -p strat-benches --bench jit`: from the source to code, for every strategy in
//! `strategies/production`, or in `strategies/screens` where that is empty. The goal: check,
//! lowering and code of the largest of them under 20 ms.

use std::fs;

use strat_benches::time;
use strat_compiler::lower::hir_to_ir;
use strat_compiler::{Executor, compile};
use strat_tests::sources::strat_files;
use strat_tests::{check, unit};

const RUNS: usize = 40;

fn main() {
    let mut files = strat_files(&["strategies/production"]);
    if files.is_empty() {
        files = strat_files(&["strategies/screens"]);
    }
    println!(
        "{:<28}{:>7}{:>9}{:>9}{:>9}{:>9}{:>9}{:>14}{:>14}",
        "median milliseconds",
        "nodes",
        "check",
        "lower",
        "interp",
        "handler",
        "kernel",
        "to handler",
        "to kernel"
    );
    for path in files {
        let text = fs::read_to_string(&path).expect("a program is text");
        let checked = check(&text);
        if checked.units.is_empty() {
            continue;
        }
        let unit = unit(checked, &text);
        let ms = |(_, median): (f64, f64)| median * 1e3;
        let checks = ms(time(RUNS, || check(&text)));
        let lowers = ms(time(RUNS, || hir_to_ir(&unit)));
        let [interp, handler, kernel] = [Executor::Interp, Executor::Handler, Executor::Kernel]
            .map(|executor| ms(time(RUNS, || compile(&unit, executor).expect("code"))));
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        println!(
            "{name:<28}{:>7}{checks:>9.2}{lowers:>9.2}{interp:>9.2}{handler:>9.2}{kernel:>9.2}{:>14.2}{:>14.2}",
            unit.nodes.len(),
            checks + handler,
            checks + kernel
        );
    }
}
