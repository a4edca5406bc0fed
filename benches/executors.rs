//! `cargo bench -p strat-benches --bench executors`: nanoseconds per bar of the three executors,
//! the median of many runs, code compiled beforehand.

use strat_benches::{candles, time};
use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::Program;
use strat_engine::abi::TradeValues;
use strat_engine::columns;
use strat_tests::{SCREENS, check_expression, strategy, unit};

const EXECUTORS: [Executor; 3] = [Executor::Interp, Executor::Handler, Executor::Kernel];
const RUNS: usize = 100;

const EXPRESSIONS: [&str; 12] = [
    "sma(close, 20)",
    "ema(close, 20)",
    "wma(close, 20)",
    "rsi(close, 14)",
    "macd(close, 12, 26, 9)",
    "atr(14)",
    "adx(14)",
    "bollinger(close, 20, 2.0)",
    "highest(high, 20)",
    "highest(high, 200)",
    "ta_rsi(close, 14)",
    "ta_adx(14)",
];

fn main() {
    let (bars, real) = candles(8760);
    let source = if real {
        "BTC/USDT 1h"
    } else {
        "made-up candles"
    };
    println!("{source}, {} bars, ns per bar, one thread", bars.len());
    println!(
        "{:<30}{:>10}{:>10}{:>10}",
        "", "interp", "handler", "kernel"
    );
    let columns = columns(&bars);
    for text in EXPRESSIONS {
        let unit = unit(check_expression(text), text);
        let ns = EXECUTORS.map(|executor| {
            let program = compile(&unit, executor).expect("code");
            time(RUNS, || program.evaluate(&[], columns)).1
        });
        row(text, ns, bars.len());
    }
    println!("\nA whole strategy with its defaults, every decision:");
    for (stem, path) in SCREENS {
        let ns = EXECUTORS.map(|executor| {
            let program: Compiled = strategy(path, executor);
            let params: Vec<f64> = program.info().params.iter().map(|p| p.default).collect();
            let decide = || {
                let mut stream = program.stream_over(&params, columns);
                (0..columns.len()).fold(0, |bits, t| {
                    bits ^ stream.on_bar(&columns.bar(t), &TradeValues::FLAT).entries
                })
            };
            time(RUNS, decide).1
        });
        row(stem, ns, bars.len());
    }
}

#[allow(clippy::cast_precision_loss)] // thousands
fn row(name: &str, seconds: [f64; 3], bars: usize) {
    let [a, b, c] = seconds.map(|s| s * 1e9 / bars as f64);
    println!("{name:<30}{a:>10.1}{b:>10.1}{c:>10.1}");
}
