//! The steps of a block, one after the other: what stands side by side together, the rest parameter
//! set by parameter set.

use std::ops::Range;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use strat_abi::BarColumns;
use strat_abi::ladder::Ladder;

use super::action::{Action, Step};
use super::chain::Part;
use super::linear;
use super::plan::Kernel;
use super::prepared::{Prepared, Slot};
use super::steps::{Instance, Layout, Shared, run};
use super::visit::Visit;
use super::windows::{Windows, side_by_side, together};

/// A block that is being computed.
pub(super) struct Running<'r, 'a, L> {
    pub(super) kernel: &'r Kernel,
    pub(super) shared: Shared,
    pub(super) bars: BarColumns<'a>,
    pub(super) parallel: bool,
    pub(super) instances: &'r mut [Vec<Instance<'a>>],
    /// Per share of the parameter sets and slot what windows share.
    pub(super) prepared: &'r mut [Vec<Prepared>],
    /// Per step its slot.
    pub(super) slots: &'r [Slot],
    pub(super) layout: &'r L,
    /// Whether nothing is withheld any more.
    pub(super) is_open: bool,
}

/// Values of a chain's steps of fewer bars than this in all are not worth several threads.
const WORTH_THREADS: usize = 1 << 14;

impl<L: Fn(&Step) -> Layout + Sync> Running<'_, '_, L> {
    /// Runs some steps in their order; where the outputs of all parameter sets are asked for behind
    /// them, they are handed out in the last chain.
    pub(super) fn parts(&mut self, parts: &[Part], visit: Option<&Visit<'_>>) {
        let (kernel, layout, bars) = (self.kernel, self.layout, self.bars);
        let recurrences = linear::Block {
            kernel,
            shared: self.shared,
            bars: &bars,
            parallel: self.parallel,
        };
        // Steps that have been run with others already.
        let mut done = Vec::new();
        for (i, part) in parts.iter().enumerate() {
            let visit = visit.filter(|_| i + 1 == parts.len());
            match part {
                Part::Recurrences(steps) => {
                    done.resize(kernel.steps.len(), false);
                    recurrences.run(steps, self.instances, layout, &mut done);
                }
                Part::SideBySide(step) if done.get(*step) == Some(&true) => {}
                Part::SideBySide(step) => {
                    if let Some((squares, products)) = self.comoments(&parts[i..]) {
                        done.resize(kernel.steps.len(), false);
                        let steps = squares.into_iter().flatten().chain([products]);
                        steps.for_each(|step| done[step] = true);
                        let of = |step: usize| Windows {
                            instances: &self.instances[step],
                            layout: layout(&kernel.steps[step]),
                        };
                        let squares = squares.map(|step| step.map(of));
                        together(
                            squares,
                            of(products),
                            self.shared,
                            &self.bars,
                            self.parallel,
                        );
                    } else if self.is_needed(*step) {
                        let of = &kernel.steps[*step];
                        side_by_side(
                            of.action,
                            &mut self.instances[*step],
                            self.shared,
                            &layout(of),
                            &self.bars,
                            self.parallel,
                        );
                    }
                }
                Part::Chain(steps) => {
                    self.chain(steps, visit);
                    continue;
                }
            }
            if let Some(visit) = visit {
                visit.all();
            }
        }
    }

    /// Squares and products that stand side by side at the beginning of some parts, over the same columns
    /// and windows, one of them the first part: the squares of x and those of y, of which one may be
    /// missing, and the products.
    fn comoments(&self, parts: &[Part]) -> Option<([Option<usize>; 2], usize)> {
        let of = |part: &Part| match part {
            Part::SideBySide(step) => match self.kernel.steps[*step].action {
                Action::Sum(ladder @ (Ladder::Squares | Ladder::Products), _) => {
                    Some((*step, ladder))
                }
                _ => None,
            },
            _ => None,
        };
        let all: Vec<(usize, Ladder)> = parts.iter().map_while(of).collect();
        let (first, _) = *all.first()?;
        let those = |wanted: Ladder| {
            let are = all.iter().filter(move |(_, ladder)| *ladder == wanted);
            are.map(|(step, _)| *step)
                .filter(|step| self.is_needed(*step))
        };
        those(Ladder::Products)
            .map(|products| {
                let squares = [0, 1].map(|k| {
                    let view = self.kernel.steps[products].views.get(k);
                    those(Ladder::Squares).find(|step| {
                        self.kernel.steps[*step].views.first() == view
                            && self.has_windows_of(*step, products)
                    })
                });
                (squares, products)
            })
            .find(|(squares, products)| {
                // Products of a series with itself are its squares.
                squares[0] != squares[1] && (squares.contains(&Some(first)) || *products == first)
            })
    }

    /// Whether the instances of two steps have the same windows, in order.
    fn has_windows_of(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.instances[a], &self.instances[b]);
        let length = |i: &Instance<'_>| i.bounds.map(|b| b.n);
        a.len() == b.len()
            && !a.is_empty()
            && a.iter()
                .zip(b)
                .all(|(a, b)| length(a).is_some() && length(a) == length(b))
    }

    /// One parameter set after the other through steps of the same parameters, so that what one
    /// writes for the next stays in the nearest memory.
    fn chain(&mut self, all: &[usize], visit: Option<&Visit<'_>>) {
        let (kernel, layout, shared, bars) = (self.kernel, self.layout, self.shared, &self.bars);
        // Steps for values that a sweep does not ask for have no instances.
        let is_needed = |step: &usize| !self.instances[*step].is_empty() && self.is_needed(*step);
        let needed: Vec<usize> = all.iter().copied().filter(is_needed).collect();
        let Some(&first) = needed.first() else {
            if let Some(visit) = visit {
                visit.all();
            }
            return;
        };
        let count = self.instances[first].len();
        let steps: Vec<Of<'_, '_>> = needed
            .into_iter()
            .map(|place| {
                let step = &kernel.steps[place];
                Of {
                    step,
                    slot: self.slots[place],
                    layout: layout(step),
                    instances: self.instances[place].as_mut_ptr(),
                }
            })
            .collect();
        let steps = Steps(&steps);
        let visit = visit.map(|visit| (visit, visit.projection(first)));
        let share = |(sets, prepared): (Range<usize>, &mut Vec<Prepared>)| {
            let steps = &steps;
            for of in steps.0 {
                prepared[of.slot.index].forget();
            }
            for k in sets {
                for of in steps.0 {
                    // SAFETY: each step has so many instances, and no other share has this one.
                    let instance = unsafe { &mut *of.instances.add(k) };
                    let action = of.step.action;
                    let at = (shared, &of.layout);
                    if !prepared[of.slot.index].run(action, instance, of.slot, at, bars) {
                        run(action, of.step.outs, instance, shared, &of.layout, bars);
                    }
                }
                if let Some((visit, projection)) = &visit {
                    projection.sets_of(k).iter().for_each(|set| visit.set(*set));
                }
            }
        };
        let shares = self.prepared.len();
        let of_share = |i: usize| first_of(i, shares, count)..first_of(i + 1, shares, count);
        let values = count * steps.0.len() * layout(&kernel.steps[first]).len;
        let shares = self.prepared.iter_mut().enumerate();
        let shares = shares.map(|(i, own)| (of_share(i), own));
        if self.parallel && values >= WORTH_THREADS {
            let shares: Vec<_> = shares.collect();
            shares.into_par_iter().for_each(share);
        } else {
            shares.for_each(share);
        }
    }

    /// Whether a step has anything to do.
    fn is_needed(&self, step: usize) -> bool {
        let instances = &*self.instances;
        // What serves seeds only is not needed once all of them are sown.
        let seeds_of = &self.kernel.seeds_of[step];
        let sown = |step: &usize| instances[*step].iter().all(|i| i.linear.started);
        if !seeds_of.is_empty() && seeds_of.iter().all(sown) {
            return false;
        }
        // What is passed on is read where it is, but for outputs that have a place of their own.
        let has_place = |i: &Instance<'_>| i.result.is_some();
        let is_read = match self.kernel.steps[step].action {
            Action::Choice(_) => false,
            Action::After(_) => !self.is_open,
            _ => true,
        };
        is_read || instances[step].iter().any(has_place)
    }
}

/// A step of a chain.
struct Of<'k, 'a> {
    step: &'k Step,
    slot: Slot,
    layout: Layout,
    instances: *mut Instance<'a>,
}

/// The steps of a chain.
struct Steps<'s, 'k, 'a>(&'s [Of<'k, 'a>]);

// SAFETY: threads take different instances of each step.
unsafe impl Sync for Steps<'_, '_, '_> {}

/// The first of `count` instances of a share, of so many shares.
pub(super) fn first_of(share: usize, shares: usize, count: usize) -> usize {
    (share * count).div_ceil(shares)
}

/// The share of an instance.
pub(super) fn share_of(instance: usize, shares: usize, count: usize) -> usize {
    instance * shares / count
}
