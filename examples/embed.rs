//! Embedding: compiles a strategy from a string and runs it over bars that the program holds.
//!
//! `cargo run -p strat-tests --example embed`

use strat_compiler::{Executor, compile};
use strat_engine::abi::Program;
use strat_engine::{Convention, Costs, SymbolBars, columns, run_backtest};
use strat_lang::sema::{Library, check_source};
use strat_lang::source::{MemoryWorld, SourceMap};

const SOURCE: &str = "
strategy Cross {
    param fast: bars = 10 in 5..50
    param slow: bars = 30 in 20..200
    require fast < slow
    enter long when ema(close, fast) crosses above ema(close, slow)
    exit when ema(close, fast) crosses below ema(close, slow)
}";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let library = Library {
        files: strat_stdlib::FILES,
    };
    let mut map = SourceMap::default();
    let checked = check_source(
        &mut map,
        &MemoryWorld::new(),
        &library,
        "cross.strat",
        SOURCE,
    );
    for d in &checked.diagnostics {
        eprintln!("{}: {}", d.code, d.message);
    }
    let unit = checked.units.first().ok_or("the strategy has errors")?;
    let program = compile(unit, Executor::Handler)?;

    let bars = strat_tests::candles::wild(7, 5_000, false);
    let symbol = SymbolBars {
        symbol: "MADE/UP",
        columns: columns(&bars),
        start: 0,
    };
    let params: Vec<f64> = program.info().params.iter().map(|p| p.default).collect();
    let result = run_backtest(
        &[symbol],
        &program,
        &params,
        Convention::Strat.rules(),
        Costs::default(),
        8760.0,
    )?;
    println!(
        "{}: {} trades, return {:.2}%, drawdown {:.2}%",
        program.info().name,
        result.metrics.num_trades,
        100.0 * result.metrics.total_return,
        100.0 * result.metrics.max_drawdown
    );
    Ok(())
}
