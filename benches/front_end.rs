//! `cargo bench -p strat-benches --bench front_end`: tokens, tree, check and formatting of a file
//! of 2,000 lines, and how they grow with the file. The goals: check under 20 ms, formatting under
//! 10 ms.
//!
//! With the name of one of them (`… --bench front_end -- check`) only this runs, many times: for a
//! profiler, and for `time` on a machine that does something else besides.

use strat_benches::time;
use strat_lang::diag::Sink;
use strat_lang::fmt::format;
use strat_lang::source::FileId;
use strat_lang::syntax::{lex, parse};
use strat_tests::{check, large};

const RUNS: usize = 40;

/// The size of the goals.
const LINES: usize = 2_000;

fn main() {
    if let Some(phase) = std::env::args().skip(1).find(|arg| !arg.starts_with('-')) {
        return only(&phase);
    }
    println!(
        "{:<12}{:>8}{:>12}{:>12}{:>12}{:>12}",
        "milliseconds", "lines", "lex", "parse", "format", "check"
    );
    // The empty file shows what every check costs: the library.
    for lines in [0, LINES / 4, LINES, 4 * LINES] {
        let text = if lines == 0 {
            String::new()
        } else {
            large::file(lines)
        };
        let checked = check(&text);
        assert!(
            checked.diagnostics.is_empty(),
            "the file is to be right: {:#?}",
            checked.diagnostics.first()
        );
        row("median", &text, 1);
        row("best", &text, 0);
    }
}

/// Runs of a single phase.
const MANY: usize = 200;

fn only(phase: &str) {
    let text = large::file(LINES);
    for _ in 0..MANY {
        match phase {
            "lex" => drop(std::hint::black_box(lex(
                FileId(0),
                &text,
                &mut Sink::new(),
            ))),
            "parse" => drop(std::hint::black_box(parse(
                FileId(0),
                &text,
                &mut Sink::new(),
            ))),
            "format" => drop(std::hint::black_box(format(&text))),
            "check" => drop(std::hint::black_box(check(&text))),
            _ => panic!("lex, parse, format or check, not {phase}"),
        }
    }
    println!("{MANY} times {phase} of {} lines", text.lines().count());
}

fn row(name: &str, text: &str, which: usize) {
    let of = |(best, median): (f64, f64)| [best, median][which] * 1e3;
    let lexed = of(time(RUNS, || lex(FileId(0), text, &mut Sink::new())));
    let parsed = of(time(RUNS, || parse(FileId(0), text, &mut Sink::new())));
    let formatted = of(time(RUNS, || format(text)));
    let checked = of(time(RUNS, || check(text)));
    println!(
        "{name:<12}{:>8}{lexed:>12.2}{parsed:>12.2}{formatted:>12.2}{checked:>12.2}",
        text.lines().count()
    );
}
