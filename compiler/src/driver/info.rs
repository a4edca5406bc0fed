//! What the runtime is told of a unit.

use strat_abi::{ParamInfo, Plan, ProgramInfo};
use strat_lang::hir::Unit;

use crate::ir::Graph;
use crate::lower::plan::plan_of;

/// What the runtime is told of a unit.
pub(super) fn describe(unit: &Unit, graph: &Graph) -> ProgramInfo {
    ProgramInfo {
        name: unit.name.clone(),
        doc: unit.doc.clone(),
        timeframe_seconds: unit.timeframe,
        params: unit
            .params
            .iter()
            .map(|p| ParamInfo {
                name: p.name.clone(),
                integer: p.integer,
                default: p.default,
                bounds: p.bounds,
                sweep: p.sweep.clone(),
                only_sweep: p.only_sweep,
                domain_text: p.domain_text.clone(),
                labels: p.labels.clone(),
            })
            .collect(),
        entries: unit.entries.iter().map(|s| s.tag.clone()).collect(),
        exits: unit.exits.iter().map(|s| s.tag.clone()).collect(),
        flags: unit.flags.iter().map(|(name, _)| name.clone()).collect(),
        needs: graph.needs.clone(),
        plan: Plan {
            reads_trade: graph.reads_trade(),
            ..plan_of(unit).0
        },
    }
}
