//! `cargo bench -p strat-benches --bench talib`: every function of TA-Lib beside the library's, on
//! a million bars, one thread.
//!
//! Single calls: the defaults, code compiled beforehand, the outputs that TA-Lib has into memory that
//! is used again, as TA-Lib's are. Grid: functions with a length, 20 lengths from 5 to 100 in one
//! sweep, which hands out all outputs block by block, against 20 calls of TA-Lib; per length.
//! `-- NAME …` measures some functions.
//!
//! Both are measured in turn, several rounds over all functions, and the fastest of each counts: what
//! else the machine does for some seconds slows ours more than TA-Lib, which waits for its own results
//! most of the time.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use strat_benches::{repeated, time};
use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::{BarColumns, Program};
use strat_engine::columns;
use strat_market::Bars;
use strat_tests::check_expression_in;
use ta_lib::Core;
use ta_lib::abstract_api::{FuncInfo, InputType, OptInputType, OutputType, get_func_handle};

const NAMES: &str = include_str!("../tests/talib/functions.txt");
const BARS: usize = 1_000_000;
const ROUNDS: usize = 4;
/// Runs of each in a round: of single calls, the first of which waits for memory, and of grids.
const RUNS: usize = 5;
const RUNS_OF_GRIDS: usize = 2;
const LENGTHS: std::ops::RangeInclusive<usize> = 1..=20;

/// What is measured: a call with the defaults, or a grid.
struct Case {
    info: &'static FuncInfo,
    program: Compiled,
    is_grid: bool,
}

/// One line of a table.
#[derive(Clone, Copy)]
struct Ratio {
    name: &'static str,
    ours: f64,
    theirs: f64,
}

fn main() {
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    // One thread, as TA-Lib.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global();
    assert!(pool.is_ok(), "the pool of threads is made once");
    let (bars, real) = repeated(BARS);
    println!(
        "candles: {}",
        if real {
            "BTC/USDT 1h, repeated"
        } else {
            "made up"
        }
    );
    let infos = NAMES
        .lines()
        .filter(|name| only.is_empty() || only.iter().any(|only| only == name))
        .filter_map(|name| Some(get_func_handle(name)?.info()));
    let infos: Vec<&'static FuncInfo> = infos.collect();
    let calls = infos.iter().filter_map(|info| single(info));
    report("Single calls with the defaults", calls.collect(), &bars);
    let grids = infos.iter().filter_map(|info| grid(info));
    report("A grid of 20 lengths, per value", grids.collect(), &bars);
}

/// The arguments that stand before the optional ones.
fn inputs(info: &FuncInfo) -> Vec<&'static str> {
    let reals = info.inputs.iter().filter(|i| i.kind == InputType::Real);
    reals
        .enumerate()
        .map(|(i, input)| match (input.param_name, i) {
            ("inPeriods", _) => "unitless(volume)",
            (_, 0) => "close",
            _ => "open",
        })
        .collect()
}

/// A call of our function with exactly the outputs that TA-Lib's has.
fn program(info: &FuncInfo, arguments: &str, params: &str) -> Option<Compiled> {
    let call = format!("ta_{}({arguments})", info.name.to_lowercase());
    let file = format!(
        "strategy Call {{\n    {params}\n    let x = {call}\n    enter long when close > open\n}}\n"
    );
    let all = check_expression_in("x", &file);
    let fields = &all.units.first()?.outputs;
    let outputs: Vec<String> = match info.outputs.len() {
        1 if fields.len() == 1 => Vec::new(),
        count => fields
            .iter()
            .take(count)
            .map(|(name, _)| format!("{name}: x.{name}"))
            .collect(),
    };
    let expression = match &outputs[..] {
        [] => "x".to_owned(),
        outputs => format!("{{ {} }}", outputs.join(", ")),
    };
    let checked = check_expression_in(&expression, &file);
    if checked.has_errors() {
        println!("{call}: does not compile");
        return None;
    }
    compile(checked.units.first()?, Executor::Kernel).ok()
}

fn single(info: &'static FuncInfo) -> Option<Case> {
    Some(Case {
        info,
        program: program(info, &inputs(info).join(", "), "")?,
        is_grid: false,
    })
}

impl Case {
    /// Fastest seconds of both in this round, per length.
    fn measure(&self, bars: &Bars) -> Option<Ratio> {
        let info = self.info;
        if self.is_grid {
            return self.measure_grid(bars);
        }
        let bars = &*bars_for(info, bars);
        let columns = columns(bars);
        let mut out = Vec::new();
        let (ours, _) = time(RUNS, || self.program.evaluate_into(&[], columns, &mut out));
        Some(Ratio {
            name: info.name,
            ours,
            theirs: theirs(info, bars, None, RUNS)?,
        })
    }

    fn measure_grid(&self, bars: &Bars) -> Option<Ratio> {
        let info = self.info;
        let sets: Vec<f64> = LENGTHS.map(|i| 5.0 * i as f64).collect();
        let outputs = info.outputs.len();
        let mut values = 0;
        let (ours, _) = time(RUNS_OF_GRIDS, || {
            values = sweep(&self.program, &sets, outputs, columns(bars))
        });
        assert_eq!(values, sets.len() * outputs * bars.len(), "{}", info.name);
        let mut all = 0.0;
        for length in &sets {
            all += theirs(info, bars, Some(*length as i32), RUNS_OF_GRIDS)?;
        }
        let values = sets.len() as f64;
        Some(Ratio {
            name: info.name,
            ours: ours / values,
            theirs: all / values,
        })
    }
}

/// The bars, with a period for each in place of its volume where the function takes periods.
fn bars_for<'a>(info: &FuncInfo, bars: &'a Bars) -> Cow<'a, Bars> {
    if info.inputs.iter().all(|i| i.param_name != "inPeriods") {
        return Cow::Borrowed(bars);
    }
    let mut bars = bars.clone();
    for (t, volume) in bars.volume.iter_mut().enumerate() {
        *volume = 2.0 + (t % 29) as f64;
    }
    Cow::Owned(bars)
}

/// Fastest seconds of TA-Lib with its defaults, or the first length changed.
fn theirs(info: &FuncInfo, bars: &Bars, length: Option<i32>, runs: usize) -> Option<f64> {
    let core = Core::new();
    let mut real = vec![vec![0.0; bars.len()]; info.outputs.len()];
    let mut whole = vec![vec![0_i32; bars.len()]; info.outputs.len()];
    let mut call = info.id.new_call(&core);
    let mut reals = 0;
    for (slot, input) in info.inputs.iter().enumerate() {
        if input.kind == InputType::Price {
            let [o, h, l, c, v] = [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume]
                .map(|column| Some(column.as_slice()));
            call.set_price_input(slot, o, h, l, c, v, None).ok()?;
        } else {
            let column = match (input.param_name, reals) {
                ("inPeriods", _) => &bars.volume,
                (_, 0) => &bars.close,
                _ => &bars.open,
            };
            call.set_input(slot, column).ok()?;
            reals += 1;
        }
    }
    if let Some(length) = length {
        call.set_opt_input(window(info)?, length).ok()?;
    }
    for (i, (real, whole)) in real.iter_mut().zip(&mut whole).enumerate() {
        match info.outputs[i].kind {
            OutputType::Real => call.set_output(i, real).ok()?,
            OutputType::Integer => call.set_int_output(i, whole).ok()?,
        };
    }
    let mut fastest = f64::INFINITY;
    for _ in 0..runs {
        let start = Instant::now();
        std::hint::black_box(call.call(0, bars.len() - 1).ok()?);
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    Some(fastest)
}

/// The place of the first optional parameter, where that is a length.
fn window(info: &FuncInfo) -> Option<usize> {
    let first = info.opt_inputs.first()?;
    let is_whole = matches!(first.kind, OptInputType::IntegerRange { .. });
    let is_length = first.param_name.contains("Period") && first.param_name != "optInMinPeriod";
    (is_whole && is_length).then_some(0)
}

fn grid(info: &'static FuncInfo) -> Option<Case> {
    window(info)?;
    let mut arguments = inputs(info);
    arguments.push("length");
    let param = "param length: bars = 5 in 5..100 step 5";
    Some(Case {
        info,
        program: program(info, &arguments.join(", "), param)?,
        is_grid: true,
    })
}

/// All outputs of a sweep; the number of values.
fn sweep(program: &Compiled, sets: &[f64], outputs: usize, bars: BarColumns<'_>) -> usize {
    let Some(mut sweep) = program.sweep(sets, bars) else {
        return 0;
    };
    let values = AtomicUsize::new(0);
    for start in (0..bars.len()).step_by(sweep.block()) {
        let len = sweep.block().min(bars.len() - start);
        sweep.outputs(start, len, &|_, columns| {
            for column in columns.iter().take(outputs) {
                values.fetch_add(std::hint::black_box(column).len(), Ordering::Relaxed);
            }
        });
    }
    values.into_inner()
}

fn report(title: &str, cases: Vec<Case>, bars: &Bars) {
    let mut ratios: Vec<Option<Ratio>> = vec![None; cases.len()];
    for _ in 0..ROUNDS {
        for (best, case) in ratios.iter_mut().zip(&cases) {
            *best = case.measure(bars).map(|now| {
                let best = best.unwrap_or(now);
                Ratio {
                    name: now.name,
                    ours: now.ours.min(best.ours),
                    theirs: now.theirs.min(best.theirs),
                }
            });
        }
    }
    let ratios: Vec<Ratio> = ratios.into_iter().flatten().collect();
    if ratios.is_empty() {
        return;
    }
    let mut sorted: Vec<&Ratio> = ratios.iter().collect();
    let ratio = |r: &Ratio| r.theirs / r.ours;
    sorted.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    let logs: f64 = ratios
        .iter()
        .map(|r| strat_engine::abi::math::ln(ratio(r)))
        .sum();
    let mean = strat_engine::abi::math::exp(logs / ratios.len() as f64);
    println!(
        "\n{title}: {} functions, {BARS} bars, ns per bar",
        ratios.len()
    );
    println!("{:<24}{:>10}{:>10}{:>10}", "", "ours", "TA-Lib", "ratio");
    for r in &sorted {
        let ns = |s: f64| s * 1e9 / BARS as f64;
        println!(
            "{:<24}{:>10.2}{:>10.2}{:>10.2}",
            r.name,
            ns(r.ours),
            ns(r.theirs),
            ratio(r)
        );
    }
    println!("Geometric mean of the ratios (above 1: ours is faster): {mean:.2}");
    println!("The ten slowest:");
    for r in sorted.iter().take(10) {
        println!("    {:<20}{:>8.2}", r.name, ratio(r));
    }
}
