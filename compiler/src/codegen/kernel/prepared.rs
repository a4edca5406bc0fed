//! Windows of a chain, one length at a time: what all lengths share is made when the first of them
//! is asked for.

use strat_abi::BarColumns;
use strat_abi::extreme::ExtremeBlock;
use strat_abi::lanes::Lane;
use strat_abi::regions::SumBlock;

use super::action::Action;
use super::leaf::Leaf;
use super::steps::{Instance, Layout, Shared};

/// What the windows of a step share on the present block, where they read the same column.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// The column it was made of; none before the first window of a block.
    of: Option<Leaf>,
    sums: SumBlock,
    extremes: ExtremeBlock,
}

impl Prepared {
    /// A new block has begun.
    pub(super) fn forget(&mut self) {
        self.of = None;
    }

    /// The window of one instance, where windows of the step reach `reach` bars back at most; false
    /// where the step is of another kind.
    pub(super) fn run(
        &mut self,
        action: Action,
        instance: &Instance<'_>,
        reach: usize,
        (shared, layout): (Shared, Layout),
        bars: &BarColumns<'_>,
    ) -> bool {
        let weights = match action {
            Action::Sum(ladder, _) => ladder.weights(),
            Action::Extreme(..) => None,
            _ => return false,
        };
        let (Some(bounds), Some(&leaf)) = (instance.bounds, instance.leaves.first()) else {
            return true;
        };
        // SAFETY: the leaf's column keeps at least `reach` bars before the block; this part of the
        // arena is written by its instance only, and is no leaf.
        let (xs, out) = unsafe {
            let first = leaf.pointer(shared, layout, bars).sub(reach);
            let out = shared.out(instance, instance.out + layout.history);
            (
                std::slice::from_raw_parts(first, reach + layout.len),
                std::slice::from_raw_parts_mut(out, layout.len),
            )
        };
        let mut lane = Lane {
            back: bounds.n.min(bars.len()),
            n: bounds.n,
            least: bounds.least,
            over: instance.scalars.first().copied(),
            out,
        };
        let is_new = self.of != Some(leaf);
        self.of = Some(leaf);
        match (action, weights) {
            (Action::Sum(..), Some(weights)) => {
                if is_new {
                    self.sums.begin(weights, xs, reach, reach);
                }
                self.sums.window(weights, xs, reach, &mut lane);
            }
            (Action::Extreme(window, _), _) => {
                if is_new {
                    self.extremes.begin(window, xs, reach, reach);
                }
                self.extremes.window(window, xs, reach, &mut lane);
            }
            _ => return false,
        }
        true
    }
}
