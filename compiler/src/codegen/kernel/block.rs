//! The steps of a block, one after the other: what stands side by side together, the rest parameter
//! set by parameter set.

use rayon::prelude::{ParallelIterator, ParallelSliceMut};
use strat_abi::BarColumns;

use super::action::{Action, Step};
use super::linear;
use super::order::is_linear;
use super::plan::Kernel;
use super::steps::{Instance, Layout, Shared, run};
use super::windows::{is_side_by_side, side_by_side};

/// A block that is being computed.
pub(super) struct Running<'r, 'a, L> {
    pub(super) kernel: &'r Kernel,
    pub(super) shared: Shared,
    pub(super) bars: BarColumns<'a>,
    pub(super) parallel: bool,
    pub(super) instances: &'r mut [Vec<Instance<'a>>],
    pub(super) layout: &'r L,
}

impl<L: Fn(&Step) -> Layout + Sync> Running<'_, '_, L> {
    /// Runs some steps in their order.
    pub(super) fn steps(&mut self, order: &[usize]) {
        let (kernel, layout) = (self.kernel, self.layout);
        let recurrences = linear::Block {
            kernel,
            shared: self.shared,
            bars: self.bars,
            parallel: self.parallel,
        };
        let mut done = vec![false; kernel.steps.len()];
        let mut rest = order;
        while let Some(&first) = rest.first() {
            let step = &kernel.steps[first];
            let alike = |i: &&usize| {
                let other = &kernel.steps[**i];
                if is_linear(step) {
                    // They do not need each other.
                    is_linear(other) && kernel.depth[**i] == kernel.depth[first]
                } else {
                    !is_linear(other) && !is_side_by_side(other.action) && other.deps == step.deps
                }
            };
            let together = rest.iter().take_while(alike).count().max(1);
            let (steps, more) = rest.split_at(together);
            rest = more;
            if is_linear(step) {
                recurrences.run(steps, self.instances, layout, &mut done);
            } else if is_side_by_side(step.action) {
                if is_needed(kernel, self.instances, first) {
                    let instances = &mut self.instances[first];
                    let (shared, bars) = (self.shared, self.bars);
                    side_by_side(
                        step.action,
                        instances,
                        shared,
                        layout(step),
                        bars,
                        self.parallel,
                    );
                }
            } else {
                self.maps(steps);
            }
        }
    }

    /// One parameter set after the other through steps of the same parameters, so that what one
    /// writes for the next stays in the nearest memory.
    fn maps(&mut self, steps: &[usize]) {
        let (kernel, layout, shared, bars) = (self.kernel, self.layout, self.shared, self.bars);
        // Steps for values that a sweep does not ask for have no instances.
        let is_needed = |step: &usize| {
            !self.instances[*step].is_empty() && is_needed(kernel, self.instances, *step)
        };
        let steps: Vec<usize> = steps.iter().copied().filter(is_needed).collect();
        let each = |(place, instance): &mut (usize, &mut Instance<'_>)| {
            let step = &kernel.steps[*place];
            run(step.action, step.outs, instance, shared, layout(step), bars);
        };
        let len = steps.first().map_or(0, |i| layout(&kernel.steps[*i]).len);
        let mut all = in_turn(&steps, self.instances);
        if self.parallel && all.len() * len >= 1 << 14 {
            all.par_chunks_mut(steps.len().max(1))
                .for_each(|steps| steps.iter_mut().for_each(each));
        } else {
            all.iter_mut().for_each(each);
        }
    }
}

/// Whether a step has anything to do.
fn is_needed(kernel: &Kernel, instances: &[Vec<Instance<'_>>], step: usize) -> bool {
    // What serves seeds only is not needed once all of them are sown.
    let seeds_of = &kernel.seeds_of[step];
    let sown = |step: &usize| instances[*step].iter().all(|i| i.linear.started);
    if !seeds_of.is_empty() && seeds_of.iter().all(sown) {
        return false;
    }
    // What is chosen is read where it is, but for outputs that have a place of their own.
    let has_place = |i: &Instance<'_>| i.result.is_some();
    !matches!(kernel.steps[step].action, Action::Choice(_)) || instances[step].iter().any(has_place)
}

/// The instances of some steps of the same parameters: all of one parameter set, then all of the
/// next.
fn in_turn<'i, 'a>(
    steps: &[usize],
    instances: &'i mut [Vec<Instance<'a>>],
) -> Vec<(usize, &'i mut Instance<'a>)> {
    let Some(first) = steps.first() else {
        return Vec::new();
    };
    let count = instances[*first].len();
    let mut all = Vec::with_capacity(count * steps.len());
    let mut of_steps: Vec<_> = instances
        .iter_mut()
        .enumerate()
        .filter(|(step, _)| steps.contains(step))
        .map(|(step, of_step)| (step, of_step.iter_mut()))
        .collect();
    for _ in 0..count {
        for (step, of_step) in &mut of_steps {
            all.extend(of_step.next().map(|instance| (*step, instance)));
        }
    }
    all
}
