//! Many lengths at once give the bits of each alone, and of the interpreter: in a grid the lengths
//! are the lanes of a register, alone a long series is cut into parts.

use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::{BarColumns, Program};
use strat_engine::columns;
use strat_market::Bars;
use strat_tests::candles::wild;
use strat_tests::check_expression_in;

/// Functions of a `length`: averages, averages of averages, and what is chosen where it is 1.
const CALLS: &[&str] = &[
    "ta_sma(close, length)",
    "ta_ema(close, length)",
    "ta_dema(close, length)",
    "ta_tema(close, length)",
    "ta_t3(close, length)",
    "ta_wma(close, length)",
    "ta_kama(close, length)",
    "ta_trix(close, length)",
    "ta_tsi(close, length, 13)",
    "ta_rsi(close, length + 1)",
    "ta_adx(length + 1)",
    "ta_dx(length + 1)",
    "ta_atr(length)",
    "ta_macd(close, length + 1, 30).macd",
    "ta_macd(close, length + 1, 30).macdhist",
    "ta_bbands(close, length + 1).upperband",
    "ta_supertrend(length + 1).supertrend",
    "ema(close, length)[length]",
];

const LENGTHS: [f64; 12] = [
    1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 14.0, 21.0, 30.0, 34.0, 55.0, 200.0,
];

fn program(call: &str, executor: Executor) -> Compiled {
    let file = format!(
        "strategy Grid {{\n    param length: bars = 5 in 1..200\n    let x = {call}\n    enter long when close > open\n}}\n"
    );
    let checked = check_expression_in("x", &file);
    assert!(!checked.has_errors(), "{call}: {:#?}", checked.diagnostics);
    compile(&checked.units[0], executor).unwrap_or_else(|error| panic!("{call}: {error}"))
}

/// The outputs of all lengths, from one sweep.
fn swept(program: &Compiled, bars: BarColumns<'_>) -> Vec<Vec<f64>> {
    let mut out = vec![Vec::new(); LENGTHS.len()];
    let mut sweep = program.sweep(&LENGTHS, bars).expect("a kernel sweeps");
    for start in (0..bars.len()).step_by(sweep.block()) {
        sweep.begin_block(start, sweep.block().min(bars.len() - start));
        for (set, out) in out.iter_mut().enumerate() {
            out.extend_from_slice(sweep.output(set, 0));
            assert!(sweep.output(set, 1).is_empty(), "one output");
        }
    }
    out
}

fn assert_equal(call: &str, bars: &Bars) {
    let kernel = program(call, Executor::Kernel);
    let interpreter = program(call, Executor::Interp);
    let bars = columns(bars);
    for (length, swept) in LENGTHS.iter().zip(swept(&kernel, bars)) {
        let alone = kernel.evaluate(&[*length], bars).remove(0);
        let plain = interpreter.evaluate(&[*length], bars).remove(0);
        assert_eq!((swept.len(), alone.len()), (plain.len(), plain.len()));
        for (t, want) in plain.iter().enumerate() {
            for got in [swept[t], alone[t]] {
                assert!(
                    got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(),
                    "{call}, length {length}, bar {t}: {got} for {want}"
                );
            }
        }
    }
}

#[test]
fn a_grid_gives_the_bits_of_each_length_alone() {
    let whole = wild(7, 9_000, false);
    let missing = wild(8, 3_000, true);
    for call in CALLS {
        assert_equal(call, &whole);
        assert_equal(call, &missing);
    }
}
