//! Linear recurrences in the plan, and the order of the steps around them.

use strat_abi::linear::Form;

use super::action::{Action, Step};
use super::chain::by_parameters;
use super::plan::{Pending, Planner};
use crate::ir::Linear;

impl Planner<'_> {
    /// Plans a linear recurrence; returns its column.
    pub(super) fn linear(&mut self, linear: Linear) -> usize {
        let series = |id| self.graph.node(id).stage.series;
        let mut deps = 0;
        for id in [Some(linear.rest), Some(linear.seed), linear.factor]
            .into_iter()
            .flatten()
        {
            deps |= self.graph.node(id).stage.params;
        }
        let step = self.add(Action::Linear(linear.form, linear.keeps), deps, 1);
        let mut views = vec![self.view(linear.rest), self.view(linear.seed)];
        match linear.factor {
            Some(id) if series(id) => views.push(self.view(id)),
            Some(id) => self.steps[step].0.scalars = vec![id],
            None => {}
        }
        self.steps[step].0.views = views;
        self.steps[step].0.out
    }

    /// Orders the steps so that recurrences that do not need each other stand together and can
    /// advance side by side. Returns for each step how many recurrences stand before it, one behind
    /// the other.
    pub(super) fn order_steps(&mut self) -> Vec<usize> {
        // How many recurrences stand one behind the other before a step.
        let mut depth: Vec<usize> = Vec::with_capacity(self.steps.len());
        for (step, _) in &self.steps {
            let before = step.views.iter().map(|view| {
                let from = self.column_step[view.column];
                depth[from] + usize::from(is_linear(&self.steps[from].0))
            });
            depth.push(before.max().unwrap_or(0));
        }
        let mut order: Vec<usize> = (0..self.steps.len()).collect();
        order.sort_by_key(|i| {
            let step = &self.steps[*i].0;
            (depth[*i], is_linear(step), by_parameters(step))
        });
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let mut old: Vec<Option<(Step, Pending)>> = std::mem::take(&mut self.steps)
            .into_iter()
            .map(Some)
            .collect();
        self.steps = order.iter().filter_map(|i| old[*i].take()).collect();
        for step in self.column_step.iter_mut().chain(&mut self.mask_step) {
            *step = place[*step];
        }
        order.iter().map(|i| depth[*i]).collect()
    }

    /// For each recurrence one of the same form that takes it bar by bar, with the same parameters;
    /// behind a choice, where that is what is chosen.
    pub(super) fn followed_by(&self) -> Vec<Option<usize>> {
        let mut followed: Vec<Option<usize>> = vec![None; self.steps.len()];
        for (i, (step, _)) in self.steps.iter().enumerate() {
            let Some(form) = link(step).filter(|_| step.views[0].lag.is_none()) else {
                continue;
            };
            let from = self.column_step[step.views[0].column];
            let candidates = match self.steps[from].0.action {
                Action::Choice(_) => self.steps[from].0.views.iter(),
                _ => step.views[..1].iter(),
            };
            for view in candidates.filter(|view| view.lag.is_none()) {
                let from = self.column_step[view.column];
                let before = &self.steps[from].0;
                if link(before) == Some(form)
                    && before.deps == step.deps
                    && followed[from].is_none()
                {
                    followed[from] = Some(i);
                    break;
                }
            }
        }
        followed
    }

    /// For each step the recurrences whose seeds alone it serves.
    pub(super) fn seeds_of(&self, outputs: &[usize], values: &[usize]) -> Vec<Vec<usize>> {
        let mut serves: Vec<Vec<usize>> = vec![Vec::new(); self.steps.len()];
        // Needed as long as there are bars.
        let mut always = vec![false; self.steps.len()];
        for column in outputs.iter().chain(values) {
            always[self.column_step[*column]] = true;
        }
        for step in &self.mask_step {
            always[*step] = true;
        }
        for i in (0..self.steps.len()).rev() {
            let step = &self.steps[i].0;
            for (k, view) in step.views.iter().enumerate() {
                let from = self.column_step[view.column];
                if is_linear(step) && k == 1 {
                    serves[from].push(i);
                } else if always[i] || serves[i].is_empty() || is_linear(step) {
                    always[from] = true;
                } else {
                    let inner = serves[i].clone();
                    serves[from].extend(inner);
                }
            }
        }
        for (serves, always) in serves.iter_mut().zip(always) {
            if always {
                serves.clear();
            }
            serves.sort_unstable();
            serves.dedup();
        }
        serves
    }
}

/// The form of a recurrence that takes something by the same factor on every bar.
fn link(step: &Step) -> Option<Form> {
    match step.action {
        Action::Linear(form @ (Form::Towards | Form::TowardsFused | Form::Into), _)
            if step.views.len() == 2 =>
        {
            Some(form)
        }
        _ => None,
    }
}

pub(super) fn is_linear(step: &Step) -> bool {
    matches!(step.action, Action::Linear(..))
}
