//! What withholds first values withholds nothing from some bar on. Then it is left aside: what it
//! passed on is read where it is, so that several parameter sets that withhold different numbers of
//! values of one column share it.

use super::action::Action;
use super::leaf::Leaf;
use super::plan::Kernel;
use super::prepared::prepared;
use super::run::KernelRun;

/// How far the opening is.
pub(super) struct Opening {
    /// Whether nothing is withheld any more, as far back as anything looks.
    pub(super) is_open: bool,
    /// The first block at whose beginning nothing was withheld any more.
    since: Option<usize>,
    /// Bars that anything looks back at most.
    most: usize,
    /// Per step the bars that its windows reach back.
    reach: Vec<usize>,
    /// Where the outputs lie then.
    outputs: Vec<Leaf>,
}

impl Opening {
    pub(super) fn new(kernel: &Kernel, most: usize, reach: Vec<usize>, outputs: Vec<Leaf>) -> Self {
        let mut steps = kernel.steps.iter();
        Self {
            is_open: !steps.any(|step| matches!(step.action, Action::After(_))),
            since: None,
            most,
            reach,
            outputs,
        }
    }
}

impl KernelRun<'_> {
    /// Leaves aside what withholds nothing any more, before the block that begins with this bar.
    pub(super) fn open(&mut self, start: usize) {
        if self.opening.is_open {
            return;
        }
        let mut steps = self.kernel.steps.iter().zip(&self.instances).enumerate();
        // What serves seeds only may never get so far; nothing else reads it.
        let is_open = steps.all(|(i, (step, instances))| {
            !matches!(step.action, Action::After(_))
                || !self.kernel.seeds_of[i].is_empty()
                || instances.iter().all(|instance| {
                    let n = instance.bounds.map(|b| b.n as f64);
                    n.is_some_and(|n| instance.state[0] >= n)
                })
        });
        if !is_open {
            return;
        }
        // Windows are not to reach bars on which something was withheld.
        let since = *self.opening.since.get_or_insert(start);
        if start - since < self.opening.most {
            return;
        }
        self.opening.is_open = true;
        for instance in self.instances.iter_mut().flatten() {
            if !instance.open.is_empty() {
                instance.leaves = std::mem::take(&mut instance.open);
            }
        }
        self.outputs = std::mem::take(&mut self.opening.outputs);
        (self.slots, self.prepared) = prepared(
            &self.kernel.steps,
            &self.instances,
            &self.opening.reach,
            self.prepared.len(),
        );
    }
}
