//! A checked unit on all three executors over the same bars: everything that is compared of it.

use strat_engine::abi::{BarColumns, Program as _};
use strat_lang::hir::Unit;
use strat_screen::Grid;

use crate::compare::{Column, Trio, any, check_decisions, check_outputs, decisions, outputs};

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
pub fn agree(unit: &Unit, bars: BarColumns<'_>) -> Result<Seen, String> {
    let trio = Trio::of(unit).map_err(|e| format!("no code: {}", e.0))?;
    let (sets, refused) = sets(&trio)?;
    let columns = if unit.outputs.is_empty() {
        // One by one, three at a time, all at once.
        let chunks = [1, 3, sets.len()];
        for other in [&trio.handler, &trio.kernel, &trio.interp] {
            check_decisions(&trio.interp, other, &sets, &chunks, bars)?;
        }
        let first = sets.first();
        first.map(|set| any(&decisions(&mut *trio.interp.stream(set, bars.len()), bars)))
    } else {
        // The first, the last and one between them say as much as all.
        let few = match &sets[..] {
            [first, .., last] => vec![first, &sets[sets.len() / 2], last],
            few => few.iter().collect(),
        };
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
