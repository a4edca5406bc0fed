//! Quotients in the plan that are made in passing, and divisors that several parameter sets share.

use strat_lang::hir::Math2;

use super::action::{Action, View, no_map};
use super::plan::{Pending, Planner};
use crate::codegen::emit::cone;
use crate::codegen::wide::is_possible;
use crate::ir::{Id, Op};

impl Planner<'_> {
    /// The divisors of some pointwise arithmetic that lie in columns of fewer parameters, and where
    /// their reciprocals do: made once for all parameter sets, since that takes as long as the rest of
    /// a quotient.
    pub(super) fn shares(&mut self, root: Id, deps: u64) -> Vec<(Id, View)> {
        if deps == 0 || !is_possible() {
            return Vec::new();
        }
        let (nodes, leaves) = cone(self.graph, &[root], |id| self.is_leaf_of(root, id));
        let mut shares: Vec<(Id, View)> = Vec::new();
        for id in nodes {
            let Op::Math2(Math2::Div, _, by) = self.graph.node(id).op else {
                continue;
            };
            let node = self.graph.node(by);
            let is_known = shares.iter().any(|(known, _)| *known == by);
            if is_known || !leaves.contains(&by) || !node.stage.series || node.is_bool {
                continue;
            }
            let View { column, lag } = self.view(by);
            let of_column = self.steps[self.column_step[column]].0.deps;
            if of_column & deps == of_column && of_column != deps {
                let column = self.share(column, of_column);
                shares.push((by, View { column, lag }));
            }
        }
        shares
    }

    /// The column of the reciprocals of a column.
    fn share(&mut self, of: usize, deps: u64) -> usize {
        if let Some(known) = self.share_of.get(&of) {
            return *known;
        }
        let step = self.add(Action::Map(no_map), deps, 1);
        let view = View {
            column: of,
            lag: None,
        };
        self.steps[step].0.views = vec![view];
        self.steps[step].1 = Pending::Share;
        let out = self.steps[step].0.out;
        self.share_of.insert(of, out);
        out
    }

    /// Sums of windows of which only a quotient by a number is read are divided where they are made:
    /// the quotient's column is theirs then, and its step is gone.
    pub(super) fn divide_sums(&mut self, outputs: &[usize], values: &[usize]) {
        let mut gone: Vec<bool> = Vec::with_capacity(self.steps.len());
        for i in 0..self.steps.len() {
            gone.push(false);
            let step = &self.steps[i].0;
            let (Action::Quotient, [view]) = (step.action, &step.views[..]) else {
                continue;
            };
            let from = self.column_step[view.column];
            let readers = self.steps.iter().flat_map(|(step, _)| &step.views);
            let is_read_once = readers.filter(|v| v.column == view.column).count() == 1;
            let is_result = outputs.iter().chain(values).any(|c| *c == view.column);
            let sum = &self.steps[from].0;
            if view.lag.is_none()
                && is_read_once
                && !is_result
                && matches!(sum.action, Action::Sum(..))
                && sum.deps == step.deps
            {
                let (out, by) = (step.out, step.scalars.clone());
                let sum = &mut self.steps[from].0;
                (sum.out, sum.scalars) = (out, by);
                self.column_step[out] = from;
                gone[i] = true;
            }
        }
        let mut place = Vec::with_capacity(gone.len());
        let mut next = 0;
        for gone in &gone {
            place.push(next);
            next += usize::from(!gone);
        }
        let mut left = gone.iter();
        self.steps.retain(|_| left.next() == Some(&false));
        for step in self.column_step.iter_mut().chain(&mut self.mask_step) {
            *step = place[*step];
        }
    }
}
