//! Linear recurrences of several steps and instances, side by side.

use rayon::prelude::{IndexedParallelIterator, ParallelIterator, ParallelSliceMut};
use strat_abi::BarColumns;
use strat_abi::ahead::is_worth_cutting;
use strat_abi::chain::{Chain, Link, MOST, chains};
use strat_abi::linear::{Factor, LinearLane, linear};

use super::action::{Action, Step};
use super::plan::Kernel;
use super::steps::{Instance, Layout, Shared};

/// Lanes that one thread takes at a time.
const TOGETHER: usize = 16;

/// What all recurrences of a block share.
pub(super) struct Block<'k, 'b> {
    pub(super) kernel: &'k Kernel,
    pub(super) shared: Shared,
    pub(super) bars: &'k BarColumns<'b>,
    pub(super) parallel: bool,
}

impl Block<'_, '_> {
    /// Runs some steps, which do not need each other, and those that follow them in the same
    /// loop; `done` says which have been run already.
    pub(super) fn run(
        &self,
        steps: &[usize],
        instances: &mut [Vec<Instance<'_>>],
        layout: impl Fn(&Step) -> Layout,
        done: &mut [bool],
    ) {
        let mut alone = Vec::new();
        for &first in steps {
            if std::mem::replace(&mut done[first], true) {
                continue;
            }
            let started = |step: usize| instances[step].iter().all(|i| i.linear.started);
            let mut steps = vec![first];
            let mut last = first;
            while steps.len() < MOST
                && let Some(next) = self.kernel.followed_by[last]
                && started(first)
                && started(next)
                && self.takes(&instances[next], (last, &instances[last]), &layout)
            {
                steps.push(next);
                last = next;
            }
            let step = &self.kernel.steps[first];
            if steps.len() == 2 && is_best_cut(step, &instances[first], layout(step).len) {
                steps.truncate(1);
            }
            for step in &steps {
                done[*step] = true;
            }
            if steps.len() == 1 {
                alone.push(first);
            } else {
                self.run_chains(&steps, instances, &layout);
            }
        }
        self.run_alone(&alone, instances, &layout);
    }

    /// Whether a step takes what the step before gives, in all its instances.
    fn takes(
        &self,
        next: &[Instance<'_>],
        (before, given): (usize, &[Instance<'_>]),
        layout: impl Fn(&Step) -> Layout,
    ) -> bool {
        let front = layout(&self.kernel.steps[before]).history;
        next.iter()
            .zip(given)
            .all(|(next, given)| next.leaves[0].at == given.out + front)
    }

    fn run_chains(
        &self,
        steps: &[usize],
        instances: &mut [Vec<Instance<'_>>],
        layout: impl Fn(&Step) -> Layout,
    ) {
        let Action::Linear(form, _) = self.kernel.steps[steps[0]].action else {
            return;
        };
        let first = layout(&self.kernel.steps[steps[0]]);
        let heads = instances[steps[0]].iter();
        let mut all: Vec<Chain<'_>> = heads
            .map(|head| {
                let b = head.leaves[0].pointer(self.shared, &first, self.bars);
                Chain {
                    form,
                    // SAFETY: a leaf lies in a complete column, `len` doubles from here on.
                    b: unsafe { std::slice::from_raw_parts(b, first.len) },
                    links: Vec::with_capacity(steps.len()),
                }
            })
            .collect();
        for (step, of_step) in instances.iter_mut().enumerate() {
            if !steps.contains(&step) {
                continue;
            }
            let Action::Linear(_, keeps) = self.kernel.steps[step].action else {
                continue;
            };
            let layout = layout(&self.kernel.steps[step]);
            for (chain, instance) in all.iter_mut().zip(of_step) {
                // SAFETY: this part of the arena is written by its instance only, and read by
                // nothing while the chain runs.
                let out = unsafe {
                    let out = self.shared.out(instance, instance.out + layout.history);
                    std::slice::from_raw_parts_mut(out, layout.len)
                };
                chain.links.push(Link {
                    a: instance.scalars.first().copied().unwrap_or(f64::NAN),
                    keeps,
                    state: &mut instance.linear,
                    out,
                });
            }
        }
        if self.parallel && all.len() > TOGETHER {
            all.par_chunks_mut(TOGETHER)
                .with_max_len(1)
                .for_each(chains);
        } else {
            chains(&mut all);
        }
    }

    fn run_alone(
        &self,
        steps: &[usize],
        instances: &mut [Vec<Instance<'_>>],
        layout: impl Fn(&Step) -> Layout,
    ) {
        let mut lanes = Vec::new();
        for (step, of_step) in instances.iter_mut().enumerate() {
            if !steps.contains(&step) {
                continue;
            }
            let Action::Linear(form, keeps) = self.kernel.steps[step].action else {
                continue;
            };
            let layout = layout(&self.kernel.steps[step]);
            for instance in of_step {
                // SAFETY: leaves lie in complete columns, `len` doubles from the block's first bar
                // on; `out` is written by this instance only, and is no leaf.
                let ((b, seed, a), out) = unsafe {
                    let leaf = |i: usize| {
                        let at = instance.leaves[i].pointer(self.shared, &layout, self.bars);
                        std::slice::from_raw_parts(at, layout.len)
                    };
                    let out = self.shared.out(instance, instance.out + layout.history);
                    let factor = match (instance.leaves.len(), instance.scalars.first()) {
                        (3.., _) => Factor::Column(leaf(2)),
                        (_, Some(a)) => Factor::Number(*a),
                        _ => Factor::None,
                    };
                    (
                        (leaf(0), leaf(1), factor),
                        std::slice::from_raw_parts_mut(out, layout.len),
                    )
                };
                lanes.push(LinearLane {
                    form,
                    a,
                    b,
                    seed,
                    keeps,
                    state: &mut instance.linear,
                    out,
                });
            }
        }
        if self.parallel && lanes.len() > TOGETHER {
            lanes
                .par_chunks_mut(TOGETHER)
                .with_max_len(1)
                .for_each(linear);
        } else {
            linear(&mut lanes);
        }
    }
}

/// Whether two recurrences are sooner done one after the other, each in parts, than in one loop.
/// With three and more the loop has enough to do.
fn is_best_cut(step: &Step, instances: &[Instance<'_>], bars: usize) -> bool {
    let Action::Linear(form, _) = step.action else {
        return false;
    };
    instances.iter().all(|i| {
        let a = i.scalars.first().copied().unwrap_or(f64::NAN);
        is_worth_cutting(form, a, i.linear.forgets, bars, instances.len())
    })
}
