//! Pools and queries: what belongs to a zone, and on what a query depends.

use strat_lang::hir::{Choose, Input, Math1, Math2, NodeId, QueryId, Stage};
use strat_lang::source::Span;

use super::Lower;
use crate::ir::{self, Graph, Id, Op, operands};

impl Lower<'_> {
    /// Makes what a query needs beside what is written: the distance to the close.
    pub(super) fn query(&mut self, q: QueryId, span: Span) {
        let query = &self.unit.queries[q.0 as usize];
        if self.graph.queries.is_empty() {
            self.graph.queries = vec![NO_QUERY; self.unit.queries.len()];
        }
        let choose = match query.choose {
            Choose::Newest => ir::Choose::Newest,
            Choose::Count => ir::Choose::Count,
            Choose::Highest(v) => ir::Choose::Highest(self.at(v)),
            Choose::Lowest(v) => ir::Choose::Lowest(self.at(v)),
            // The nearest is the one with the least distance.
            Choose::Nearest(v) => {
                let series = Stage {
                    params: 0,
                    series: true,
                };
                let close = self.add(Op::Input(Input::Close), false, series, None, span);
                let apart = Op::Math2(Math2::Sub, self.at(v), close);
                let apart = self.add(apart, false, series, None, span);
                let distance = Op::Math1(Math1::Abs, apart);
                ir::Choose::Lowest(self.add(distance, false, series, None, span))
            }
        };
        self.graph.queries[q.0 as usize] = ir::Query {
            pool: query.pool.0,
            condition: query.condition.map(|c| self.at(c)),
            choose,
            body: Vec::new(),
            outputs: Vec::new(),
        };
    }

    /// On what a query depends: what its pool and its own questions depend on.
    pub(super) fn query_stage(&mut self, q: u32) -> Stage {
        let query = &self.unit.queries[q as usize];
        let p = query.pool.0 as usize;
        let pool = match self.pool_stages[p] {
            Some(known) => known,
            None => {
                let stage = self.join(&self.unit.pools[p].nodes());
                self.pool_stages[p] = Some(stage);
                stage
            }
        };
        Stage {
            series: true,
            ..pool.join(self.join(&query.nodes()))
        }
    }

    fn join(&self, nodes: &[NodeId]) -> Stage {
        nodes.iter().fold(Stage::default(), |all, n| {
            all.join(self.graph.node(self.at(*n)).stage)
        })
    }

    /// The pools, once all their nodes are there.
    pub(super) fn pools(&mut self) {
        self.graph.pools = self
            .unit
            .pools
            .iter()
            .map(|p| ir::Pool {
                name: p.name.clone(),
                max: p.max,
                drops_oldest: p.drops_oldest,
                born: self.at(p.born),
                keep: p.keep.iter().map(|(_, n)| self.at(*n)).collect(),
                next: p.next.iter().map(|(_, n)| self.at(*n)).collect(),
                dies: p.dies.map(|n| self.at(n)),
                body: Vec::new(),
            })
            .collect();
        if self.graph.queries.is_empty() {
            self.graph.queries = vec![NO_QUERY; self.unit.queries.len()];
        }
    }
}

/// A query that nothing reads.
const NO_QUERY: ir::Query = ir::Query {
    pool: 0,
    condition: None,
    choose: ir::Choose::Count,
    body: Vec::new(),
    outputs: Vec::new(),
};

/// Which nodes are computed for each zone, and which outputs of a query are read.
pub(super) fn bodies(graph: &mut Graph) {
    for p in 0..graph.pools.len() {
        let pool = &graph.pools[p];
        let roots: Vec<Id> = pool.next.iter().copied().chain(pool.dies).collect();
        graph.pools[p].body = of_zone(graph, &roots, |_| false);
    }
    for q in 0..graph.queries.len() {
        let roots: Vec<Id> = graph.queries[q].roots().collect();
        // What `next` has computed on this bar is kept in the zone.
        let stored = |op: Op| matches!(op, Op::ZoneNew(..));
        graph.queries[q].body = of_zone(graph, &roots, stored);
    }
    for i in 0..graph.nodes.len() {
        if let Op::Query(q, output) = graph.nodes[i].op {
            graph.queries[q as usize].outputs.push(output);
        }
    }
    for query in &mut graph.queries {
        query.outputs.sort_unstable();
        query.outputs.dedup();
    }
}

/// The nodes of a zone that `roots` are made of, in order; `is_leaf` says where to stop.
fn of_zone(graph: &Graph, roots: &[Id], is_leaf: impl Fn(Op) -> bool) -> Vec<Id> {
    let mut seen = std::collections::BTreeSet::new();
    let mut open = roots.to_vec();
    while let Some(id) = open.pop() {
        let node = graph.node(id);
        if node.zone.is_none() || !seen.insert(id) || is_leaf(node.op) {
            continue;
        }
        open.extend(operands(node.op).iter().flatten());
    }
    seen.into_iter().collect()
}
