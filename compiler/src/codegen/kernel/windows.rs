//! Windows over one column (or two) of which several lengths are made at a time.

use std::cell::RefCell;
use std::ops::Range;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use strat_abi::BarColumns;
use strat_abi::ladders::{comoments, ladders};
use strat_abi::lanes::Lane;
use strat_abi::mean::{LANES, MeanLane, means};
use strat_abi::orders;
use strat_abi::pair::{self, Pair};
use strat_abi::window;

use super::action::Action;
use super::leaf::Leaf;
use super::steps::{Instance, Layout, Shared};
use crate::ir::Bounds;

thread_local! {
    /// Memory for the runs that windows are made of, used again from block to block.
    static ROWS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// Whether the instances of a step are run by [`side_by_side`].
pub(super) fn is_side_by_side(action: Action) -> bool {
    matches!(
        action,
        Action::Mean(_) | Action::Ordered(..) | Action::Pair(Pair::Apart, _)
    ) || matches!(action, Action::Sum(ladder, _) if ladder.weights().is_none())
}

/// Runs all instances of a step; those that read the same columns share their work.
pub(super) fn side_by_side(
    action: Action,
    instances: &mut [Instance<'_>],
    shared: Shared,
    layout: &Layout,
    bars: &BarColumns<'_>,
    parallel: bool,
) {
    let same = |a: &Instance<'_>, b: &Instance<'_>| a.leaves == b.leaves;
    // Means have registers for so many; of products more share their runs.
    let most = if parallel || matches!(action, Action::Mean(_)) {
        LANES
    } else {
        4 * LANES
    };
    let groups: Vec<&mut [Instance<'_>]> = instances
        .chunk_by_mut(same)
        .flat_map(|group| group.chunks_mut(most))
        .collect();
    let run = |group: &mut [Instance<'_>]| run_group(action, group, shared, layout, bars);
    if parallel {
        groups.into_par_iter().for_each(run);
    } else {
        groups.into_iter().for_each(run);
    }
}

/// The instances of a step, and where they lie.
#[derive(Clone, Copy)]
pub(super) struct Windows<'w, 'a> {
    pub(super) instances: &'w [Instance<'a>],
    pub(super) layout: Layout,
}

/// The squares of two columns, as far as they are asked for, and their products over the same windows:
/// what they have in common is computed once.
pub(super) fn together(
    [xx, yy]: [Option<Windows<'_, '_>>; 2],
    products: Windows<'_, '_>,
    shared: Shared,
    bars: &BarColumns<'_>,
    parallel: bool,
) {
    let most = if parallel { LANES } else { 4 * LANES };
    let mut ranges = Vec::new();
    let mut start = 0;
    let same = |a: &Instance<'_>, b: &Instance<'_>| a.leaves == b.leaves;
    for group in products.instances.chunk_by(same) {
        for group in group.chunks(most) {
            ranges.push(start..start + group.len());
            start += group.len();
        }
    }
    let run = |range: Range<usize>| {
        let lanes = |of: Option<Windows<'_, '_>>| -> Vec<Lane<'_>> {
            let of = of.map(|of| (&of.instances[range.clone()], of.layout));
            let (instances, layout) = of.unwrap_or((&[], products.layout));
            let lanes = instances.iter();
            lanes
                .filter_map(|i| lane(i, shared, &layout, bars))
                .collect()
        };
        let (mut xx, mut yy, mut xy) = (lanes(xx), lanes(yy), lanes(Some(products)));
        let front = xy.iter().map(|lane| lane.back).max();
        let (Some(front), [x, y]) = (front, &products.instances[range.start].leaves[..]) else {
            return;
        };
        let column = |leaf: &Leaf| behind(*leaf, front, shared, &products.layout, bars);
        let lanes = [&mut xx[..], &mut yy[..], &mut xy[..]];
        ROWS.with_borrow_mut(|rows| comoments(column(x), column(y), front, lanes, rows));
    };
    if parallel {
        ranges.into_par_iter().for_each(run);
    } else {
        ranges.into_iter().for_each(run);
    }
}

/// A column of the block with so many bars before it.
fn behind<'c>(
    leaf: Leaf,
    front: usize,
    shared: Shared,
    layout: &Layout,
    bars: &BarColumns<'_>,
) -> &'c [f64] {
    // SAFETY: the leaf's column keeps at least `front` bars before the block, and is not written while
    // its readers run.
    unsafe {
        let first = leaf.pointer(shared, layout, bars).sub(front);
        std::slice::from_raw_parts(first, front + layout.len)
    }
}

/// The window of an instance, where it has one.
fn lane<'l>(
    instance: &Instance<'_>,
    shared: Shared,
    layout: &Layout,
    bars: &BarColumns<'_>,
) -> Option<Lane<'l>> {
    let b = instance.bounds?;
    // SAFETY: this part of the arena is written by its instance only, and is no leaf.
    let out = unsafe {
        let first = shared.out(instance, instance.out + layout.history);
        std::slice::from_raw_parts_mut(first, layout.len)
    };
    Some(Lane {
        back: b.n.min(bars.len()),
        n: b.n,
        least: b.least,
        over: instance.scalars.first().copied(),
        out,
    })
}

fn run_group(
    action: Action,
    group: &mut [Instance<'_>],
    shared: Shared,
    layout: &Layout,
    bars: &BarColumns<'_>,
) {
    let reach = |b: Bounds| b.n.min(bars.len());
    let front = group.iter().filter_map(|i| i.bounds).map(reach).max();
    let leaves = group
        .first()
        .map(|i| (i.leaves.first().copied(), i.leaves.get(1).copied()));
    let (Some(front), Some((Some(x), y))) = (front, leaves) else {
        return;
    };
    let column = |leaf: Leaf| behind(leaf, front, shared, layout, bars);
    let (xs, ys) = (column(x), column(y.unwrap_or(x)));
    let out = |i: &Instance<'_>| {
        // SAFETY: this part of the arena is written by its instance only, and is no leaf.
        unsafe {
            let first = shared.out(i, i.out + layout.history);
            std::slice::from_raw_parts_mut(first, layout.len)
        }
    };
    if let Action::Mean(_) = action {
        let mut lanes: Vec<MeanLane<'_>> = group
            .iter_mut()
            .filter_map(|i| {
                let b = i.bounds?;
                Some(MeanLane {
                    back: reach(b),
                    n: b.n,
                    least: b.least,
                    out: out(i),
                    state: &mut i.mean,
                })
            })
            .collect();
        return means(xs, front, &mut lanes);
    }
    let is_order = matches!(action, Action::Ordered(..) | Action::Pair(..));
    if is_order {
        // Long windows keep their order from bar to bar.
        for instance in group.iter_mut() {
            let Some(b) = instance.bounds.filter(|b| b.n > orders::MOST) else {
                continue;
            };
            let out = out(instance);
            for ((x, y), out) in xs[front..].iter().zip(&ys[front..]).zip(out) {
                let state = &mut instance.state;
                *out = match action {
                    Action::Ordered(w, _) => window::step(w, state, *x, b.n, b.least, b.ring),
                    _ => pair::step(Pair::Apart, state, *x, *y, b.n, b.ring),
                };
            }
        }
    }
    let mut lanes: Vec<Lane<'_>> = group
        .iter()
        .filter(|i| !is_order || i.bounds.is_some_and(|b| b.n <= orders::MOST))
        .filter_map(|i| lane(i, shared, layout, bars))
        .collect();
    ROWS.with_borrow_mut(|rows| match action {
        Action::Sum(ladder, _) => ladders(ladder, xs, ys, front, &mut lanes, rows),
        Action::Ordered(..) => orders::ranks(xs, front, &mut lanes),
        Action::Pair(..) => orders::distances(xs, ys, front, &mut lanes),
        _ => {}
    });
}
