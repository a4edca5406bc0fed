//! `cargo bench -p strat-benches --bench screens`: the 333 combos of the five screens, one thread.
//!
//! Prints nanoseconds per bar and combo for each screen and for all. Code is compiled beforehand;
//! columns, masks, walks and ranking are inside, and the tables that all screens of a market share
//! are a row of their own.

use strat_benches::{candles, time};
use strat_compiler::Executor;
use strat_engine::{Convention, Costs, MarketTables, columns};
use strat_screen::{ScreenOptions, run_screen};
use strat_tests::{SCREENS, strategy};

/// Runs of each screen; the fastest and the median are shown.
const RUNS: usize = 60;

fn main() {
    let (bars, real) = candles(8760);
    let columns = columns(&bars);
    let source = if real {
        "BTC/USDT 1h"
    } else {
        "made-up candles"
    };
    println!("{source}, {} bars, one thread, kernel", bars.len());
    println!(
        "{:<22}{:>7}{:>12}{:>12}{:>22}",
        "screen", "combos", "best ms", "median ms", "median ns/bar*combo"
    );
    let rules = Convention::Vectorbt.rules();
    let (best, median) = time(RUNS, || MarketTables::new(columns, 0, rules).len());
    let (mut all_best, mut all_median, mut all_combos) = (best, median, 0);
    row("tables of the market", 0, all_best, all_median, bars.len());
    let tables = MarketTables::new(columns, 0, rules);
    for (stem, path) in SCREENS {
        let program = strategy(path, Executor::Kernel);
        let options = ScreenOptions {
            threads: 1,
            tables: Some(&tables),
            ..ScreenOptions::default()
        };
        let mut combos = 0;
        let (best, median) = time(RUNS, || {
            let result = run_screen(
                &program,
                columns,
                0,
                rules,
                Costs::default(),
                8760.0,
                &options,
            );
            combos = result.map_or(0, |r| r.rows.len());
        });
        row(stem, combos, best, median, bars.len());
        all_best += best;
        all_median += median;
        all_combos += combos;
    }
    row("all", all_combos, all_best, all_median, bars.len());
}

#[allow(clippy::cast_precision_loss)] // thousands
fn row(name: &str, combos: usize, best: f64, median: f64, bars: usize) {
    println!(
        "{name:<22}{combos:>7}{:>12.3}{:>12.3}{:>22.2}",
        best * 1e3,
        median * 1e3,
        median * 1e9 / (bars * combos.max(1)) as f64
    );
}
