//! `cargo bench -p strat-benches --bench windows`: nanoseconds per bar of the handler for every
//! function of the library that has a length, at lengths of 10, 100 and 1000 bars; the fastest of
//! some runs, one thread, code compiled beforehand.
//!
//! All lengths of a call are the same. At the end stand those that cost more the longer the window
//! is. `-- NAME` measures the functions whose name holds NAME.

use strat_benches::{candles, time};
use strat_compiler::{Executor, compile};
use strat_engine::abi::{BarColumns, Program, TradeValues};
use strat_engine::columns;
use strat_lang::syntax::ast::FnItem;
use strat_tests::calls::{call_of_length, functions};
use strat_tests::{LIBRARY, check_expression};

const BARS: usize = 20_000;
const RUNS: usize = 3;
const LENGTHS: [usize; 3] = [10, 100, 1000];

/// How many times as much the longest may cost of a function that costs the same for all: memory
/// further away, and more of the bars before the window is full.
const SAME: f64 = 3.0;

/// One line of the table.
struct Row {
    name: String,
    ns: [f64; LENGTHS.len()],
}

impl Row {
    /// The longest that compiles against the first.
    fn ratio(&self) -> f64 {
        let last = self.ns.iter().rev().find(|ns| !ns.is_nan());
        last.map_or(f64::NAN, |last| last / self.ns[0])
    }
}

fn main() {
    let only = std::env::args().skip(1).find(|a| !a.starts_with("--"));
    let (bars, real) = candles(BARS);
    let source = if real { "BTC/USDT 1h" } else { "made up" };
    println!(
        "candles: {source}, {} bars; ns per bar of the handler",
        bars.len()
    );
    println!(
        "{:<32}{:>10}{:>10}{:>10}{:>12}",
        "", LENGTHS[0], LENGTHS[1], LENGTHS[2], "last/first"
    );
    let all = LIBRARY.files.iter().flat_map(|(_, text)| functions(text));
    let mut rows = Vec::new();
    for f in all {
        let name = &f.name.name;
        if only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let Some(row) = row(&f, columns(&bars)) else {
            continue;
        };
        let [a, b, c] = row.ns;
        println!("{name:<32}{a:>10.1}{b:>10.1}{c:>10.1}{:>12.1}", row.ratio());
        rows.push(row);
    }
    let slower = rows.iter().filter(|row| row.ratio() > SAME);
    println!(
        "\n{} functions have a length. More than {SAME} times as much at the longest as at {}:",
        rows.len(),
        LENGTHS[0]
    );
    for row in slower {
        println!("    {:<28}{:>8.1}", row.name, row.ratio());
    }
}

/// Nothing for a function without a length.
fn row(f: &FnItem, bars: BarColumns<'_>) -> Option<Row> {
    let mut ns = [f64::NAN; LENGTHS.len()];
    for (ns, length) in ns.iter_mut().zip(LENGTHS) {
        let call = call_of_length(f, length)?;
        let checked = check_expression(&call);
        if checked.has_errors() {
            println!("{call}: does not compile");
            continue;
        }
        let program = compile(checked.units.first()?, Executor::Handler).ok()?;
        let (fastest, _) = time(RUNS, || stream(&program, bars));
        *ns = fastest * 1e9 / bars.len() as f64;
    }
    Some(Row {
        name: f.name.name.to_string(),
        ns,
    })
}

/// All bars, one after the other.
fn stream(program: &dyn Program, bars: BarColumns<'_>) -> u64 {
    let mut stream = program.stream(&[], bars.len());
    (0..bars.len()).fold(0, |bits, t| {
        bits ^ stream.on_bar(&bars.bar(t), &TradeValues::FLAT).entries
    })
}
