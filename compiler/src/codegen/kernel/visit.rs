//! The outputs of an expression on the present block, handed out parameter set by parameter set.

use strat_abi::BarColumns;

use super::leaf::Leaf;
use super::projection::Projection;
use super::steps::{Layout, Shared};

/// Takes the outputs of one parameter set.
pub(super) type Each<'e> = dyn Fn(usize, &[&[f64]]) + Sync + 'e;

/// Outputs that are asked for.
pub(super) struct Visit<'v> {
    pub(super) each: &'v Each<'v>,
    /// Per parameter set where its outputs lie, one after the other.
    pub(super) leaves: &'v [Leaf],
    pub(super) outputs: usize,
    /// Per step which parameter sets share which of its instances.
    pub(super) projection: &'v [std::sync::Arc<Projection>],
    pub(super) sets: usize,
    pub(super) shared: Shared,
    pub(super) layout: Layout,
    pub(super) bars: BarColumns<'v>,
}

/// Outputs that are handed out without memory of their own.
const FEW: usize = 8;

impl Visit<'_> {
    /// The outputs of all parameter sets.
    pub(super) fn all(&self) {
        (0..self.sets).for_each(|set| self.set(set));
    }

    /// The outputs of one parameter set.
    pub(super) fn set(&self, set: usize) {
        let leaves = &self.leaves[set * self.outputs..][..self.outputs];
        let column = |leaf: &Leaf| {
            let at = leaf.pointer(self.shared, &self.layout, &self.bars);
            // SAFETY: a complete column, `len` doubles from here on, which nothing writes until the
            // next parameter set is run.
            unsafe { std::slice::from_raw_parts(at, self.layout.len) }
        };
        let mut few: [&[f64]; FEW] = [&[]; FEW];
        if leaves.len() <= FEW {
            for (to, leaf) in few.iter_mut().zip(leaves) {
                *to = column(leaf);
            }
            (self.each)(set, &few[..leaves.len()]);
        } else {
            let many: Vec<&[f64]> = leaves.iter().map(column).collect();
            (self.each)(set, &many);
        }
    }

    /// Which parameter sets share each instance of a step.
    pub(super) fn projection(&self, step: usize) -> &Projection {
        &self.projection[step]
    }
}
