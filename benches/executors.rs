//! `cargo bench -p strat-benches --bench executors`: nanoseconds per bar of the three executors.

use strat_benches::candles;
use strat_compiler::{Executor, compile};
use strat_engine::abi::Program;
use strat_engine::columns;
use strat_tests::{check_expression, strategy, unit};

fn main() {
    divan::main();
}

const EXECUTORS: [Executor; 3] = [Executor::Interp, Executor::Handler, Executor::Kernel];

const EXPRESSIONS: [&str; 6] = [
    "sma(close, 20)",
    "ema(close, 20)",
    "rsi(close, 14)",
    "adx(14)",
    "bollinger(close, 20, 2.0)",
    "highest(high, 20)",
];

/// Items are bars.
#[divan::bench(args = EXPRESSIONS, consts = [0, 1, 2])]
fn expression<const E: usize>(bencher: divan::Bencher<'_, '_>, text: &str) {
    let (bars, _) = candles(8760);
    let program = compile(&unit(check_expression(text), text), EXECUTORS[E]).expect("code");
    bencher
        .counter(divan::counter::ItemsCount::new(bars.len()))
        .bench_local(|| program.evaluate(&[], columns(&bars)));
}

/// A whole strategy, bar by bar; items are bars. Only interpreter and handler work that way.
#[divan::bench(consts = [0, 1])]
fn strategy_stream<const E: usize>(bencher: divan::Bencher<'_, '_>) {
    let (bars, _) = candles(8760);
    let program = strategy("strategies/screens/volatility_breakout.strat", EXECUTORS[E]);
    let params: Vec<f64> = program.info().params.iter().map(|p| p.default).collect();
    let columns = columns(&bars);
    bencher
        .counter(divan::counter::ItemsCount::new(bars.len()))
        .bench_local(|| {
            let mut stream = program.stream(&params, bars.len());
            let mut bits = 0;
            for t in 0..columns.len() {
                bits ^= stream.on_bar(&columns.bar(t)).entries;
            }
            bits
        });
}
