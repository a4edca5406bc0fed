//! Quotients in the plan that are made in passing.

use super::action::Action;
use super::plan::Planner;

impl Planner<'_> {
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
