//! Steps of pools, and which steps nothing but the values of the plan needs.

use super::action::{Action, no_group};
use super::plan::{Pending, Planner};
use crate::codegen::emit::cone;
use crate::ir::Id;

impl Planner<'_> {
    /// The column of output `output` of query `q`.
    ///
    /// A pool is one step with its queries, as far as these can be asked together: a query that
    /// reads what stands after this place (an answer of this pool, say) gets a step of its own, in
    /// which the pool runs once more.
    pub(super) fn query(&mut self, q: usize, output: u32) -> usize {
        let at = |planner: &Self| {
            let place = planner.graph.queries[q].outputs.binary_search(&output);
            Some(planner.query_column[q]? + place.unwrap_or(0))
        };
        if let Some(known) = at(self) {
            return known;
        }
        let p = self.graph.queries[q].pool as usize;
        let deps = self.query_leaves(p, &[q]).1;
        let together: Vec<usize> = (0..self.graph.queries.len())
            .filter(|other| {
                let query = &self.graph.queries[*other];
                query.pool as usize == p
                    && self.query_column[*other].is_none()
                    && !query.outputs.is_empty()
                    && {
                        let (leaves, theirs) = self.query_leaves(p, &[*other]);
                        theirs == deps && leaves.iter().all(|id| self.is_ready(*id))
                    }
            })
            .collect();
        let (leaves, deps) = self.query_leaves(p, &together);
        let (views, scalars) = self.leaves(&leaves);
        let outs: usize = together
            .iter()
            .map(|q| self.graph.queries[*q].outputs.len())
            .sum();
        let state = self.graph.pools[p].state_len(usize::MAX);
        let step = self.add(Action::Pool(no_group, p, state), deps, outs);
        self.steps[step].0.views = views;
        self.steps[step].0.scalars = scalars;
        let mut column = self.steps[step].0.out;
        for q in &together {
            self.query_column[*q] = Some(column);
            column += self.graph.queries[*q].outputs.len();
        }
        self.steps[step].1 = Pending::Pool(p, together);
        at(self).unwrap_or(0)
    }

    /// What a pool and some of its queries read, and the parameters they depend on.
    fn query_leaves(&self, p: usize, queries: &[usize]) -> (Vec<Id>, u64) {
        let roots = query_roots(self.graph, p, queries);
        let (_, leaves) = cone(self.graph, &roots, |x| self.leaf(x));
        let deps = leaves
            .iter()
            .fold(0, |deps, id| deps | self.graph.node(*id).stage.params);
        (leaves, deps)
    }

    /// Whether the column of a leaf is there already.
    fn is_ready(&self, id: Id) -> bool {
        use crate::ir::Op;
        match self.graph.node(id).op {
            _ if !self.graph.node(id).stage.series || self.column_of.contains_key(&id) => true,
            Op::Lag(x, _) => self.column_of.contains_key(&x),
            _ => false,
        }
    }

    /// For each step whether no signal and no output needs it.
    pub(super) fn for_values(&self, outputs: &[usize]) -> Vec<bool> {
        if self.graph.values.is_empty() {
            return vec![false; self.steps.len()];
        }
        let mut only = vec![true; self.steps.len()];
        let mut open: Vec<usize> = outputs.iter().map(|c| self.column_step[*c]).collect();
        open.extend(&self.mask_step);
        while let Some(step) = open.pop() {
            if std::mem::replace(&mut only[step], false) {
                let views = &self.steps[step].0.views;
                open.extend(views.iter().map(|view| self.column_step[view.column]));
            }
        }
        only
    }
}

/// What is computed on a bar for a pool and some of its queries.
pub(super) fn query_roots(graph: &crate::ir::Graph, p: usize, queries: &[usize]) -> Vec<Id> {
    let pool = graph.pools[p].roots();
    let asked = queries.iter().flat_map(|q| graph.queries[*q].roots());
    pool.chain(asked).collect()
}
