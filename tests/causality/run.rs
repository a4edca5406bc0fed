//! A compiled unit as something that turns data into columns.

use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::{BarColumns, Program, Stream, TradeValues};
use strat_lang::hir::Unit;
use strat_tests::compare::{Cell, Column, masks, outputs};
use strat_tests::data::Data;

use crate::cut::{bars, causal};

const EXECUTORS: [Executor; 3] = [Executor::Interp, Executor::Kernel, Executor::Handler];

/// Holds a unit's past against exchanged futures, on each executor and for each of `sets` that the
/// unit takes. Returns how many exchanges were felt, of all executors together.
///
/// # Errors
/// Who looked ahead, with which parameters, and where it showed.
pub fn check(unit: &Unit, sets: &[Vec<f64>]) -> Result<usize, String> {
    let mut felt = 0;
    for executor in EXECUTORS {
        let program = compile(unit, executor).map_err(|e| format!("no code: {}", e.0))?;
        let data = Data::made_up(bars(), &program.info().needs);
        for set in sets {
            if program.resolve(set).is_err() {
                continue;
            }
            let run = |data: &Data| data.with_columns(|bars| columns_of(&program, unit, set, bars));
            felt += causal(&data, run).map_err(|e| format!("{executor:?} with {set:?}: {e}"))?;
        }
    }
    Ok(felt)
}

/// Everything that a program gives for some bars: the outputs of an expression; of a strategy the
/// decisions bar by bar with what its plan points into, over known bars, and swept.
fn columns_of(program: &Compiled, unit: &Unit, set: &[f64], bars: BarColumns<'_>) -> Vec<Column> {
    if !unit.outputs.is_empty() {
        return outputs(program, set, bars);
    }
    let mut all = decided("stream", &mut *program.stream(set, bars.len()), bars);
    all.extend(decided(
        "known bars",
        &mut *program.stream_over(set, bars),
        bars,
    ));
    let swept = masks(program, &[set.to_vec()], 1, bars);
    all.extend(swept.into_iter().flatten().flatten());
    all
}

fn decided(how: &str, stream: &mut dyn Stream, bars: BarColumns<'_>) -> Vec<Column> {
    let mut columns = vec![column(how, "entries"), column(how, "exits")];
    for t in 0..bars.len() {
        let decision = stream.on_bar(&bars.bar(t), &trade(t));
        for (i, x) in stream.outputs().iter().enumerate() {
            if columns.len() < i + 3 {
                columns.push(column(how, &format!("output {i}")));
            }
            columns[i + 2].cells.push(Cell::Number(*x));
        }
        columns[0].cells.push(Cell::Bits(decision.entries));
        columns[1].cells.push(Cell::Bits(decision.exits));
    }
    columns
}

fn column(how: &str, name: &str) -> Column {
    Column {
        name: format!("{name} ({how})"),
        cells: Vec::new(),
    }
}

/// The open trade at bar `t`, made up from the number of the bar alone: 30 bars of a trade, 10 of
/// none. What a program makes of it depends on the past only if the program does.
fn trade(t: usize) -> TradeValues<'static> {
    const KEPT: [f64; 16] = [101.0; 16];
    let held = t % 40;
    if held >= 30 {
        return TradeValues::FLAT;
    }
    #[allow(clippy::cast_precision_loss)] // below 40
    let held_bars = held as f64;
    TradeValues {
        entry_price: 100.0,
        held: 3600.0 * held_bars,
        held_bars,
        mark: 98.0 + 0.2 * held_bars,
        quantity: 1.0,
        kept: &KEPT,
    }
}
