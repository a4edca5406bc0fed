//! Windows of a chain, one length at a time: what all lengths share is made when the first of them
//! is asked for.

use strat_abi::BarColumns;
use strat_abi::extreme::ExtremeBlock;
use strat_abi::lanes::Lane;
use strat_abi::regions::SumBlock;

use super::action::{Action, Step};
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

/// Where a step finds what its windows share, and how many bars those reach back.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slot {
    /// 0 for what nothing is shared with: memory that many use in turn.
    pub(super) index: usize,
    pub(super) reach: usize,
}

/// A slot for each step, and memory for them, once per share of the parameter sets.
pub(super) fn prepared(
    steps: &[Step],
    instances: &[Vec<Instance<'_>>],
    reach: &[usize],
    shares: usize,
) -> (Vec<Slot>, Vec<Vec<Prepared>>) {
    let (slots, count) = slots(steps, instances, reach);
    let of_share = || (0..count).map(|_| Prepared::default()).collect();
    (slots, (0..shares).map(|_| of_share()).collect())
}

/// A slot for each step, where windows of the steps reach so many bars back, and how many there are.
/// Steps that look at the same column in the same way share one.
fn slots(steps: &[Step], instances: &[Vec<Instance<'_>>], reach: &[usize]) -> (Vec<Slot>, usize) {
    // Extremes are made for ascending lengths, so those of two steps in turn share nothing.
    let is_alike = |a: &Step, b: &Step| match (a.action, b.action) {
        (Action::Sum(x, _), Action::Sum(y, _)) => x == y && a.views[0] == b.views[0],
        _ => false,
    };
    let mut slots = vec![Slot::default(); steps.len()];
    let mut count = 1;
    for (i, step) in steps.iter().enumerate() {
        let is_window = matches!(step.action, Action::Sum(..) | Action::Extreme(..));
        if !is_window || slots[i].index != 0 {
            continue;
        }
        slots[i].reach = reach[i];
        let alike = (i + 1..steps.len()).filter(|other| is_alike(step, &steps[*other]));
        let alike: Vec<usize> = [i].into_iter().chain(alike).collect();
        let is_shared = match &instances[i][..] {
            [first, second, ..] => first.leaves == second.leaves,
            _ => false,
        };
        if alike.len() > 1 || is_shared {
            let most = alike.iter().map(|other| reach[*other]).max().unwrap_or(0);
            for other in alike {
                slots[other] = Slot {
                    index: count,
                    reach: most,
                };
            }
            count += 1;
        }
    }
    (slots, count)
}

impl Prepared {
    /// A new block has begun, or another step.
    pub(super) fn forget(&mut self) {
        self.of = None;
    }

    /// The window of one instance of a step with this slot; false where the step is of another kind.
    pub(super) fn run(
        &mut self,
        action: Action,
        instance: &Instance<'_>,
        Slot { index, reach }: Slot,
        (shared, layout): (Shared, &Layout),
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
        let is_new = index == 0 || self.of != Some(leaf);
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
