//! A checked unit on all three executors over the same bars: everything that is compared of it.

use strat_compiler::Compiled;
use strat_engine::abi::{BarColumns, Program as _};
use strat_lang::hir::Unit;
use strat_market::Bars;
use strat_screen::Grid;
use strat_tests::data::Data;

use crate::compare::{
    Column, Trio, any, check_decisions, check_outputs, decisions, first_difference, masks, outputs,
};
use crate::trades::{Trades, record};

/// What a comparison ran over.
pub struct Seen {
    /// Parameter sets that ran.
    pub sets: usize,
    /// Parameter sets that the program does not take.
    pub refused: usize,
    /// What the oracle gave for the first of them.
    pub columns: Vec<Column>,
}

/// Runs a unit for the sets of its own grid: an expression's outputs, or a strategy's decisions.
///
/// # Errors
/// The first difference, and what the code generator refuses.
pub fn agree(unit: &Unit, bars: &Bars) -> Result<Seen, String> {
    let trio = Trio::of(unit).map_err(|e| format!("no code: {}", e.0))?;
    let needs = &trio.interp.info().needs;
    Data::made_up(bars.clone(), needs).with_columns(|bars| over(unit, &trio, bars))
}

/// The same over the bars and all that the program asks for beside them.
fn over(unit: &Unit, trio: &Trio, bars: BarColumns<'_>) -> Result<Seen, String> {
    let (sets, refused) = sets(trio)?;
    // The first, the last and one between them say as much as all.
    let few = match &sets[..] {
        [first, .., last] => vec![first, &sets[sets.len() / 2], last],
        few => few.iter().collect(),
    };
    let columns = if unit.outputs.is_empty() {
        // One by one, three at a time, all at once.
        let chunks = [1, 3, sets.len()];
        for other in [&trio.handler, &trio.kernel, &trio.interp] {
            if trio.interp.info().needs.is_empty() {
                check_decisions(&trio.interp, other, &sets, &chunks, bars)?;
            } else {
                check_known(&trio.interp, other, &sets, &chunks, bars)?;
            }
            for set in &few {
                check_trades(&trio.interp, other, set, bars)?;
            }
        }
        let first = sets.first();
        first.map(|set| any(&decisions(&mut *trio.interp.stream_over(set, bars), bars)))
    } else {
        for set in few {
            for other in [&trio.handler, &trio.kernel] {
                check_outputs(&trio.interp, other, set, bars)?;
            }
        }
        sets.first().map(|set| outputs(&trio.interp, set, bars))
    };
    Ok(Seen {
        sets: sets.len(),
        refused,
        columns: columns.unwrap_or_default(),
    })
}

/// The parameter sets of the program's own grid that it takes, and how many it does not.
fn sets(trio: &Trio) -> Result<(Vec<Vec<f64>>, usize), String> {
    let grid = Grid::of(trio.interp.info()).map_err(|e| e.to_string())?;
    let all = (0..grid.len()).map(|number| {
        let mut set = Vec::new();
        grid.push_set(number, &mut set);
        set
    });
    let (taken, refused): (Vec<_>, Vec<_>) = all.partition(|set| trio.interp.resolve(set).is_ok());
    Ok((taken, refused.len()))
}

/// As [`check_decisions`] for a program that reads other data than its bars: a stream of bars that
/// are not known beforehand has none of it.
fn check_known(
    oracle: &Compiled,
    other: &Compiled,
    sets: &[Vec<f64>],
    chunks: &[usize],
    bars: BarColumns<'_>,
) -> Result<(), String> {
    let run = |p: &Compiled, set: &Vec<f64>| decisions(&mut *p.stream_over(set, bars), bars);
    let wanted: Vec<Vec<Column>> = sets.iter().map(|set| run(oracle, set)).collect();
    for (set, want) in sets.iter().zip(&wanted) {
        differ("stream over known data", set, want, &run(other, set))?;
    }
    for chunk in chunks {
        let Some(swept) = masks(other, sets, *chunk, bars) else {
            break;
        };
        for ((set, want), got) in sets.iter().zip(&wanted).zip(&swept) {
            differ(&format!("sweep in chunks of {chunk}"), set, &any(want), got)?;
        }
    }
    Ok(())
}

/// Holds what `other` decides when it is told of trades, and the values of its plan, against the
/// oracle: bar by bar and over columns.
fn check_trades(
    oracle: &Compiled,
    other: &Compiled,
    set: &[f64],
    bars: BarColumns<'_>,
) -> Result<(), String> {
    let trades = Trades::wild(bars.len() as u64, bars.len(), oracle.info().plan.kept);
    let want = trades.told(&mut *oracle.stream_over(set, bars), bars);
    let got = trades.told(&mut *other.stream_over(set, bars), bars);
    differ("told of trades", set, &want, &got)?;
    if other.info().needs.is_empty() {
        let got = trades.told(&mut *other.stream(set, bars.len()), bars);
        differ("told of trades, bar by bar", set, &want, &got)?;
    }
    let (decided, values) = other.decide_with(set, bars, &trades.columns());
    let (entries, exits) = decided.iter().map(|d| (d.entries, d.exits)).unzip();
    let values = if bars.is_empty() { Vec::new() } else { values };
    let got = record(entries, exits, values);
    differ("with columns of trades", set, &want, &got)
}

fn differ(how: &str, set: &[f64], want: &[Column], got: &[Column]) -> Result<(), String> {
    match first_difference(want, got) {
        None => Ok(()),
        Some(d) => Err(format!("{how} with {set:?}: {d}")),
    }
}
