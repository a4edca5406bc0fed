//! A compiled unit as something that turns data into columns.

use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::{BarColumns, Program};
use strat_lang::hir::Unit;
use strat_tests::compare::{Column, masks, outputs};
use strat_tests::data::Data;
use strat_tests::decided::decided;

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
