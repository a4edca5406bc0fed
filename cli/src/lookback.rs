//! Lookbacks of single statements and values: as a number for a parameter set, and the greatest
//! over the domains of the parameters.

use strat_compiler::Executor;
use strat_compiler::ir::Graph;
use strat_compiler::lower::hir_to_ir;
use strat_engine::abi::Program;
use strat_lang::hir::{Look, LookId, NodeId, Unit};

use crate::failure::Done;
use crate::why::values::asking;

/// Most parameter sets that are tried one by one; of more only the ends of each domain are.
const MOST_SETS: usize = 4096;

/// The lookbacks of some nodes of a unit.
pub struct Lookbacks<'u> {
    unit: &'u Unit,
    graph: Graph,
    /// The nodes; the conditions of the `require`s stand after them in the graph.
    nodes: Vec<NodeId>,
}

impl<'u> Lookbacks<'u> {
    /// Prepares to compute them.
    pub fn new(unit: &'u Unit, nodes: &[NodeId]) -> Self {
        let requires = unit.requires.iter().map(|(id, _)| *id);
        let all: Vec<NodeId> = nodes.iter().copied().chain(requires).collect();
        Self {
            unit,
            graph: hir_to_ir(&asking(unit, &all)),
            nodes: nodes.to_vec(),
        }
    }

    /// The lookback of each node in bars, for a parameter set.
    pub fn at(&self, params: &[f64]) -> Vec<usize> {
        let scalars = self.graph.scalars(params);
        let looks = self.graph.lookbacks(&scalars);
        let outputs = self.graph.outputs.iter().take(self.nodes.len());
        outputs
            .map(|(.., look)| looks.get(*look as usize).copied().unwrap_or(0))
            .map(|look| usize::try_from(look).unwrap_or(0))
            .collect()
    }

    /// The `require` that excludes a parameter set, in its own words.
    pub fn excluded(&self, params: &[f64]) -> Option<String> {
        let scalars = self.graph.scalars(params);
        let conditions = self.graph.outputs.iter().skip(self.nodes.len());
        let mut requires = conditions.zip(&self.unit.requires);
        requires
            .find(|((_, id, _), _)| scalars.get(id.index()) != Some(&1.0))
            .map(|(_, (_, text))| text.clone())
    }

    /// The greatest lookback of each node over the domains of the parameters, in bars.
    pub fn greatest(&self) -> Vec<usize> {
        let mut most = vec![0; self.nodes.len()];
        let mut excluded_all = true;
        for set in self.sets() {
            if self.excluded(&set).is_some() {
                continue;
            }
            excluded_all = false;
            for (most, look) in most.iter_mut().zip(self.at(&set)) {
                *most = look.max(*most);
            }
        }
        if excluded_all {
            let defaults: Vec<f64> = self.unit.params.iter().map(|p| p.default).collect();
            return self.at(&defaults);
        }
        most
    }

    /// The sets to try: all that a lookback depends on where they are few, else the ends of each
    /// domain, which is exact for all that grows or falls with each parameter.
    fn sets(&self) -> Vec<Vec<f64>> {
        let asked = self.nodes.iter().fold(0, |all, id| {
            all | look_params(self.unit, self.unit.node(*id).look)
        });
        let of_requires = (self.unit.requires.iter())
            .fold(0, |all, (id, _)| all | self.unit.node(*id).stage.params);
        let values = |ends_only: bool| -> Vec<Vec<f64>> {
            let domain = self.unit.params.iter().enumerate().map(|(i, p)| {
                if (asked | of_requires) >> (i % 64) & 1 == 0 {
                    return vec![p.default];
                }
                let mut all = match (&p.sweep[..], p.bounds) {
                    ([], Some((lo, hi))) => vec![lo, hi],
                    ([], None) => vec![p.default],
                    (all, _) => all.to_vec(),
                };
                if ends_only {
                    all.sort_by(f64::total_cmp);
                    all = [all.last(), all.first()]
                        .into_iter()
                        .flatten()
                        .copied()
                        .collect();
                    all.dedup();
                }
                all
            });
            domain.collect()
        };
        let count = |domains: &[Vec<f64>]| {
            domains
                .iter()
                .fold(1_usize, |all, domain| all.saturating_mul(domain.len()))
        };
        let mut domains = values(false);
        if count(&domains) > MOST_SETS {
            domains = values(true);
        }
        let total = count(&domains).min(MOST_SETS);
        (0..total)
            .map(|mut number| {
                let pick = domains.iter().map(|domain| {
                    let at = number % domain.len().max(1);
                    number /= domain.len().max(1);
                    domain.get(at).copied().unwrap_or(f64::NAN)
                });
                pick.collect()
            })
            .collect()
    }
}

/// The parameters that a lookback depends on, bit i for parameter i.
fn look_params(unit: &Unit, id: LookId) -> u64 {
    let mut known: Vec<u64> = Vec::with_capacity(id.0 as usize + 1);
    // Formulas stand after their operands.
    for look in unit.looks.all().iter().take(id.0 as usize + 1) {
        let of = |l: LookId| known.get(l.0 as usize).copied().unwrap_or(0);
        let own = match *look {
            Look::Bars(_) => 0,
            Look::Value(node) => unit.node(node).stage.params,
            Look::Sum(a, b) | Look::Max(a, b) | Look::Min(a, b) => of(a) | of(b),
        };
        known.push(own);
    }
    known.last().copied().unwrap_or(0)
}

/// Bars after which the recurrences behind a node have forgotten their seed to 1e-9 of it, its
/// lookback included; `None` where one never does, or where the parameters give it no length.
pub fn settling(unit: &Unit, node: NodeId, params: &[f64]) -> Done<Option<usize>> {
    let program = strat_compiler::compile(&asking(unit, &[node]), Executor::Interp)?;
    Ok(program.resolve(params).ok().and_then(|r| r.settle))
}
