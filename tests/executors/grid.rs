//! Many lengths at once give the bits of each alone, and of the interpreter: in a grid the lengths
//! are the lanes of a register, alone a long series is cut into parts. With a length of 1 among them
//! averages are chosen away and steps go one by one; without it they go together.

use std::sync::Mutex;

use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::{BarColumns, Program};
use strat_engine::columns;
use strat_market::Bars;
use strat_tests::candles::wild;
use strat_tests::check_expression_in;

use crate::program::library::FUNCTIONS;

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

/// More lengths than a register has lanes, in no order.
const LONGER: [f64; 11] = [21.0, 4.0, 5.0, 37.0, 9.0, 13.0, 14.0, 26.0, 30.0, 6.0, 44.0];

fn program(call: &str, executor: Executor) -> Option<Compiled> {
    let file = format!(
        "strategy Grid {{\n    param length: bars = 5 in 1..200\n    let x = {call}\n    enter long when close > open\n}}\n"
    );
    let checked = check_expression_in("x", &file);
    if checked.has_errors() {
        return None;
    }
    let made = compile(&checked.units[0], executor);
    Some(made.unwrap_or_else(|error| panic!("{call}: {error}")))
}

/// Per length and output its values, from one sweep.
fn swept(
    program: &Compiled,
    lengths: &[f64],
    outputs: usize,
    bars: BarColumns<'_>,
) -> Vec<Vec<Vec<f64>>> {
    let of_set = || Mutex::new(vec![Vec::new(); outputs]);
    let out: Vec<Mutex<Vec<Vec<f64>>>> = lengths.iter().map(|_| of_set()).collect();
    let mut sweep = program.sweep(lengths, bars).expect("a kernel sweeps");
    for start in (0..bars.len()).step_by(sweep.block()) {
        let len = sweep.block().min(bars.len() - start);
        sweep.outputs(start, len, &|set, values| {
            let mut out = out[set].lock().unwrap();
            assert_eq!(values.len(), outputs, "so many outputs");
            assert_eq!(out[0].len(), start, "each set once in each block");
            for (out, values) in out.iter_mut().zip(values) {
                out.extend_from_slice(values);
            }
        });
    }
    out.into_iter()
        .map(|out| out.into_inner().unwrap())
        .collect()
}

/// Each share of the lengths has near columns of its own, whatever thread runs it.
#[test]
fn any_number_of_threads_gives_the_same_outputs() {
    let bars = wild(3, 3_000, true);
    let lengths: Vec<f64> = (2..42).map(f64::from).collect();
    for call in [
        "ta_midprice(length)",
        "ta_vortex(length)",
        "ta_kama(close, length)",
        "ta_macd(close, length)",
        "ta_mfi(length)",
    ] {
        let program = program(call, Executor::Kernel).expect("it compiles");
        let outputs = program.evaluate(&lengths[..1], columns(&bars)).len();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().expect("a pool");
            pool.install(|| swept(&program, &lengths, outputs, columns(&bars)))
        };
        let alone = bits(with(1));
        for threads in [2, 3, 7] {
            assert!(
                bits(with(threads)) == alone,
                "{call} with {threads} threads"
            );
        }
    }
}

fn bits(values: Vec<Vec<Vec<f64>>>) -> Vec<u64> {
    let all = values.into_iter().flatten().flatten();
    all.map(|x| if x.is_nan() { 0 } else { x.to_bits() })
        .collect()
}

/// Whether a call could be made with a `length`.
fn agrees(call: &str, lengths: &[f64], bars: &Bars) -> bool {
    let (Some(kernel), Some(interpreter)) = (
        program(call, Executor::Kernel),
        program(call, Executor::Interp),
    ) else {
        return false;
    };
    let bars = columns(bars);
    let plain: Vec<Vec<Vec<f64>>> = lengths
        .iter()
        .map(|length| interpreter.evaluate(&[*length], bars))
        .collect();
    let swept = swept(&kernel, lengths, plain[0].len(), bars);
    for ((length, swept), plain) in lengths.iter().zip(swept).zip(plain) {
        let alone = kernel.evaluate(&[*length], bars);
        assert_eq!((swept.len(), alone.len()), (plain.len(), plain.len()));
        for (i, plain) in plain.iter().enumerate() {
            for (t, want) in plain.iter().enumerate() {
                for got in [swept[i][t], alone[i][t]] {
                    assert!(
                        got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(),
                        "{call}, length {length}, output {i}, bar {t}: {got} for {want}"
                    );
                }
            }
        }
    }
    true
}

#[test]
fn a_grid_gives_the_bits_of_each_length_alone() {
    let whole = wild(7, 9_000, false);
    let missing = wild(8, 3_000, true);
    for call in CALLS {
        for lengths in [&LENGTHS[..], &LENGTHS[1..]] {
            assert!(agrees(call, lengths, &whole), "{call}");
            assert!(agrees(call, lengths, &missing), "{call}");
        }
    }
}

/// What withholds first values is left aside once it withholds nothing: in teams, before windows and
/// looks back, which still see what was withheld, one behind the other, and as an output.
#[test]
fn what_was_withheld_stays_withheld() {
    const WITHHELD: &[&str] = &[
        "close after length bars",
        "(close after length bars)[length]",
        "sma((close after length bars), 40) - sma((close after 2 * length bars), 150)",
        "sma((close after 5 * length bars), 190)",
        "(close after 5 * length bars)[length]",
        "window_max((high after length bars), length)",
        "window_sum((low after length bars)[3], length)",
        "ema((close after 7 * length bars), length)",
        "ema(close, length) after 9 * length bars",
        "(ema(close, length) after length bars)[1] - ema(close, length)",
        "ema(((ema(close, 9) after length bars) after length bars), 12)",
        "if length > 20 then (close after length bars) else sma((close after 3 bars), length)",
        "window_nth((close after length bars), 2, 5) + (window_at((close after length bars), 2, 5) after 3 bars)",
        "ta_macdext(close, length, SMA, 30, WMA, 9, EMA)",
    ];
    let (whole, missing) = (wild(11, 6_000, false), wild(12, 6_000, true));
    for call in WITHHELD {
        for lengths in [&LENGTHS[..], &LONGER] {
            assert!(agrees(call, lengths, &whole), "{call}");
            assert!(agrees(call, lengths, &missing), "{call}");
        }
    }
}

/// A window over what a choice reads some bars back reaches as far as both together.
#[test]
fn windows_behind_a_look_back() {
    let bars = [90, 300, 2_500].map(|count| wild(13, count, false));
    for call in [
        "sma((if length > 20 then close[length] else close), 10)",
        "window_max((if length > 20 then high[length] else low), length)",
        "window_sum((if length > 20 then (close - open)[2 * length] else close), 3 * length)",
        "window_squares((if length > 20 then close[length] else open), length + 1)",
    ] {
        for bars in &bars {
            for lengths in [&LENGTHS[..], &LONGER] {
                assert!(agrees(call, lengths, bars), "{call}");
            }
        }
    }
}

/// Every function of the library that takes a length.
#[test]
fn every_function_of_a_length_gives_its_bits_in_a_grid() {
    let (whole, missing) = (wild(9, 2_600, false), wild(10, 2_600, true));
    let mut made = 0;
    for f in FUNCTIONS.iter() {
        let Some(call) = f.call_of_length("length") else {
            continue;
        };
        if agrees(&call, &LONGER, &whole) {
            agrees(&call, &LONGER, &missing);
            made += 1;
        }
    }
    assert!(made > 200, "{made} functions");
}
