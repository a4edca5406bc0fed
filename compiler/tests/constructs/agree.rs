//! One unit on all three executors, in every way in which it can be run: all give the same bits.

use strat_abi::{BarColumns, Decision, Program, Scratch, Stream, TradeValues};
use strat_compiler::{Compiled, Executor, compile};
use strat_lang::hir::Unit;

use crate::market::Trades;

const ALL: [Executor; 3] = [Executor::Interp, Executor::Handler, Executor::Kernel];

/// How much of what is not bars a stream may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Everything it reads comes with the bars, or the times of the bars are enough.
    Bars,
    /// It reads other symbols or external data, which a stream of unknown bars has not.
    Known,
}

fn bits(column: &[f64]) -> Vec<u64> {
    let one = |x: &f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
    column.iter().map(one).collect()
}

fn same_decisions(what: &str, want: &[Decision], got: &[Decision]) {
    assert_eq!(want.len(), got.len(), "{what}");
    if let Some(t) = (0..want.len()).find(|t| want[*t] != got[*t]) {
        panic!("{what}: bar {t}: {:?} and not {:?}", got[t], want[t]);
    }
}

fn same(what: &str, want: &[Vec<f64>], got: &[Vec<f64>]) {
    assert_eq!(want.len(), got.len(), "{what}");
    for (i, (want, got)) in want.iter().zip(got).enumerate() {
        let (want_bits, got_bits) = (bits(want), bits(got));
        assert_eq!(want_bits.len(), got_bits.len(), "{what}: column {i}");
        if let Some(t) = (0..want.len()).find(|t| want_bits[*t] != got_bits[*t]) {
            panic!(
                "{what}: column {i}, bar {t}: {} and not {}",
                got[t], want[t]
            );
        }
    }
}

/// What a stream gives when it is shown `bars` and the trades.
fn shown(
    mut stream: Box<dyn Stream + '_>,
    bars: BarColumns<'_>,
    trades: Option<&Trades>,
    values: usize,
) -> (Vec<Decision>, Vec<Vec<f64>>) {
    let mut decisions = Vec::new();
    let mut columns = vec![Vec::new(); values];
    let mut row = Vec::new();
    for t in 0..bars.len() {
        let trade = trades.map_or(TradeValues::FLAT, |trades| trades.at(t, &mut row));
        decisions.push(stream.on_bar(&bars.bar(t), &trade));
        assert_eq!(stream.outputs().len(), values);
        for (column, value) in columns.iter_mut().zip(stream.outputs()) {
            column.push(*value);
        }
    }
    (decisions, columns)
}

/// Which bars hold any entry, any exit, as a sweep of all sets gives them.
fn swept(
    program: &Compiled,
    sets: &[Vec<f64>],
    bars: BarColumns<'_>,
) -> Option<Vec<[Vec<bool>; 2]>> {
    let mut sweep = program.sweep(&sets.concat(), bars)?;
    let mut out = vec![[Vec::new(), Vec::new()]; sets.len()];
    let mut scratch = Scratch::default();
    let mut start = 0;
    while start < bars.len() {
        let len = sweep.block().min(bars.len() - start);
        sweep.begin_block(start, len);
        for (c, out) in out.iter_mut().enumerate() {
            let mut state = sweep.combo_state(c);
            let mut words = [vec![0; len.div_ceil(64)], vec![0; len.div_ceil(64)]];
            let [entries, exits] = &mut words;
            sweep.masks(c, &mut state, &mut scratch, entries, exits);
            for (out, words) in out.iter_mut().zip(&words) {
                out.extend((0..len).map(|t| words[t / 64] >> (t % 64) & 1 == 1));
            }
        }
        start += len;
    }
    Some(out)
}

/// Runs a unit for each set in every way; gives the outputs and values of the last set.
pub fn agree(
    unit: &Unit,
    sets: &[Vec<f64>],
    bars: BarColumns<'_>,
    trades: Option<&Trades>,
    beside: Beside,
) -> Vec<Vec<f64>> {
    let programs = ALL.map(|executor| (executor, compile(unit, executor).expect("code")));
    let interp = &programs[0].1;
    let mut last = Vec::new();
    let mut decided = Vec::new();
    for set in sets {
        interp.resolve(set).expect("a set that runs");
        let columns = trades.map(Trades::columns).unwrap_or_default();
        let run = |program: &Compiled| match trades {
            Some(_) => program.evaluate_with(set, bars, &columns),
            None => program.evaluate(set, bars),
        };
        let outputs = run(interp);
        let values = interp.info().plan.outputs;
        let (decisions, given) = shown(interp.stream_over(set, bars), bars, trades, values);
        for (executor, program) in &programs {
            let what = format!("{executor:?} with {set:?}");
            same(&what, &outputs, &run(program));
            if trades.is_some() {
                let (d, v) = program.decide_with(set, bars, &columns);
                same_decisions(&format!("{what}, decided over columns"), &decisions, &d);
                same(&what, &given, &v);
            }
            let (d, v) = shown(program.stream_over(set, bars), bars, trades, values);
            same_decisions(&format!("{what}, over known bars"), &decisions, &d);
            same(&what, &given, &v);
            if beside == Beside::Bars {
                for most in [bars.len(), 3 * bars.len() + 5] {
                    let (d, v) = shown(program.stream(set, most), bars, trades, values);
                    same_decisions(&format!("{what}, bar by bar"), &decisions, &d);
                    same(&what, &given, &v);
                }
            }
        }
        decided.push(decisions);
        last = outputs;
        last.extend(given);
    }
    for (executor, program) in &programs {
        let masks = swept(program, sets, bars);
        let plan = &program.info().plan;
        assert_eq!(
            masks.is_some(),
            *executor == Executor::Kernel && !plan.reads_trade
        );
        for (set, (want, got)) in sets
            .iter()
            .zip(decided.iter().zip(masks.unwrap_or_default()))
        {
            let any = |of: fn(&Decision) -> u64| -> Vec<bool> {
                want.iter().map(|d| of(d) != 0).collect()
            };
            assert_eq!(any(|d| d.entries), got[0], "entries swept with {set:?}");
            assert_eq!(any(|d| d.exits), got[1], "exits swept with {set:?}");
        }
    }
    last
}
