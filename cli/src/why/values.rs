//! Nodes of a strategy evaluated over bars.
//!
//! The strategy's unit becomes one whose outputs are the nodes that are asked for, so every
//! executor can compute them, with the bits that the strategy itself sees.

use strat_compiler::{Compiled, Executor};
use strat_engine::abi::{BarColumns, ParamError, Program};
use strat_lang::hir::{NodeId, Unit};

use super::trades::Trades;
use crate::args::BarsArgs;
use crate::failure::{Done, Failure};
use crate::others::Others;

/// Most values that are held at once: columns beyond are computed in further passes.
const MOST_VALUES: usize = 1 << 25;

/// A unit that computes `nodes` as its outputs and decides nothing.
pub fn asking(unit: &Unit, nodes: &[NodeId]) -> Unit {
    let mut asking = unit.clone();
    asking.outputs = nodes
        .iter()
        .enumerate()
        .map(|(at, id)| (format!("value {at}"), *id))
        .collect();
    asking.requires.clear();
    asking.flags.clear();
    asking.entries.clear();
    asking.exits.clear();
    asking.stop = None;
    asking.plan = strat_lang::hir::Plan {
        kept: unit.plan.kept.clone(),
        legs: unit.plan.legs.clone(),
        ..strat_lang::hir::Plan::default()
    };
    asking
}

/// Compiles a unit that computes `nodes`, and checks that the parameters give it lengths it can use.
pub fn compiled(
    unit: &Unit,
    nodes: &[NodeId],
    params: &[f64],
    executor: Executor,
) -> Done<Compiled> {
    let program = strat_compiler::compile(&asking(unit, nodes), executor)?;
    program.resolve(params).map_err(refused)?;
    Ok(program)
}

/// What a parameter set that gives no lengths comes to.
pub fn refused(error: ParamError) -> Failure {
    let (ParamError::Excluded(why) | ParamError::Invalid(why)) = error;
    Failure::mistake(format!("these parameters cannot be used: {why}"))
}

/// What nodes are evaluated over.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The bars, warm-up bars first.
    pub bars: BarColumns<'a>,
    /// Where data beside them come from.
    pub args: &'a BarsArgs,
    /// Warm-up bars that such data have at most.
    pub preload: usize,
    /// The open trade of each bar, where one is known.
    pub trades: Option<&'a Trades>,
}

/// Hands the column of each node to `take`, one after the other in order; conditions are 1, 0, NaN.
pub fn columns(
    unit: &Unit,
    nodes: &[NodeId],
    params: &[f64],
    source: Source<'_>,
    executor: Executor,
    mut take: impl FnMut(usize, &[f64]),
) -> Done {
    let at_once = (MOST_VALUES / source.bars.len().max(1)).max(1);
    for (pass, nodes) in nodes.chunks(at_once).enumerate() {
        let program = compiled(unit, nodes, params, executor)?;
        let others = Others::load(&program.info().needs, source.args, source.preload)?;
        let beside = others.columns();
        let bars = BarColumns {
            others: &beside,
            ..source.bars
        };
        let columns = match source.trades {
            Some(trades) => program.evaluate_with(params, bars, &trades.columns()),
            None => program.evaluate(params, bars),
        };
        for (at, column) in columns.iter().enumerate() {
            take(pass * at_once + at, column);
        }
    }
    Ok(())
}
