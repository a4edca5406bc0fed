//! What the steps do: each instance computes its columns or bits for one block of bars.

use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use strat_abi::BarColumns;
use strat_abi::columns::{
    LastSide, TotalsAt, TotalsColumns, after_step, cross_masks, cross_step, totals, windows,
};
use strat_abi::extreme::{ExtremeLane, extremes};
use strat_abi::mean::{LANES, MeanLane, MeanState, means};
use strat_abi::pair;
use strat_abi::window::{self, Totals};
use strat_lang::hir::Input;

use super::plan::Action;
use crate::feeds::Column;
use crate::ir::Bounds;

/// One value of a step's parameters.
pub(super) struct Instance<'a> {
    /// Where its outputs begin in the arena (columns) or in the masks.
    pub(super) out: usize,
    /// What its function reads: offsets into the arena on the block's first bar.
    pub(super) leaves: Vec<usize>,
    pub(super) scalars: Vec<f64>,
    pub(super) bounds: Option<Bounds>,
    pub(super) state: Vec<f64>,
    /// Zones that a pool has room for.
    pub(super) capacity: usize,
    /// The column of an input beside the bars.
    pub(super) handed: Option<Column<'a>>,
    pub(super) totals: Totals,
    pub(super) mean: MeanState,
    pub(super) last: LastSide,
}

/// Shared memory whose parts are written by one instance each.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) arena: *mut f64,
    pub(super) masks: *mut u64,
}

impl Shared {
    /// # Safety
    /// `offset` lies in the arena.
    unsafe fn at(&self, offset: usize) -> *mut f64 {
        // SAFETY: as the caller says.
        unsafe { self.arena.add(offset) }
    }
}

// SAFETY: every instance writes its own part of the arena and reads parts of earlier steps,
// which are complete before its step begins.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

/// Where a step's outputs lie on the present block.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub(super) history: usize,
    pub(super) width: usize,
    pub(super) start: usize,
    pub(super) len: usize,
}

pub(super) fn run(
    action: Action,
    outs: usize,
    instance: &mut Instance<'_>,
    shared: Shared,
    layout: Layout,
    bars: BarColumns<'_>,
) {
    let Layout {
        history,
        width,
        start,
        len,
    } = layout;
    // SAFETY: `out` places this instance's own part of the arena, `outs` columns of `width`
    // doubles; leaves lie in other, complete parts, at least `len` (rounded up) doubles long.
    unsafe {
        let out = |i: usize| shared.arena.add(instance.out + i * width + history);
        let slice = |i: usize| std::slice::from_raw_parts_mut(out(i), len);
        let leaf = |i: usize| std::slice::from_raw_parts(shared.arena.add(instance.leaves[i]), len);
        match action {
            Action::Input(input) => {
                let column = slice(0);
                let from = match input {
                    Input::Open => bars.open,
                    Input::High => bars.high,
                    Input::Low => bars.low,
                    Input::Close => bars.close,
                    Input::Volume => bars.volume,
                    Input::BarIndex => {
                        for (i, x) in column.iter_mut().enumerate() {
                            *x = (start + i) as f64;
                        }
                        return;
                    }
                    Input::Time => {
                        for (i, x) in column.iter_mut().enumerate() {
                            *x = bars.bar(start + i).time;
                        }
                        return;
                    }
                    _ => {
                        match &instance.handed {
                            Some(handed) => handed.fill(start, column),
                            None => column.fill(f64::NAN),
                        }
                        return;
                    }
                };
                column.copy_from_slice(&from[start..start + len]);
            }
            Action::Map(f) => {
                let leaves: Vec<*const f64> = pointers(shared, instance);
                let even = len.next_multiple_of(2);
                f(
                    leaves.as_ptr(),
                    instance.scalars.as_ptr(),
                    out(0),
                    even as i64,
                );
            }
            Action::Mask(f) => {
                let leaves: Vec<*const f64> = pointers(shared, instance);
                let words = len.next_multiple_of(64);
                let out = shared.masks.add(instance.out);
                f(
                    leaves.as_ptr(),
                    instance.scalars.as_ptr(),
                    out,
                    words as i64,
                );
            }
            Action::Group(f, _) => {
                let leaves: Vec<*const f64> = pointers(shared, instance);
                let outs: Vec<*mut f64> = (0..outs).map(out).collect();
                f(
                    leaves.as_ptr(),
                    instance.scalars.as_ptr(),
                    instance.state.as_mut_ptr(),
                    outs.as_ptr(),
                    len as i64,
                    start as i64,
                );
            }
            Action::Pool(f, ..) => {
                let leaves: Vec<*const f64> = pointers(shared, instance);
                let outs: Vec<*mut f64> = (0..outs).map(out).collect();
                f(
                    leaves.as_ptr(),
                    instance.scalars.as_ptr(),
                    instance.state.as_mut_ptr(),
                    outs.as_ptr(),
                    len as i64,
                    instance.capacity as i64,
                );
            }
            Action::Totals(w) => {
                let wide = outs == 5;
                let mut columns = TotalsColumns {
                    count: slice(0),
                    first_hi: slice(1),
                    first_lo: slice(2),
                    second_hi: if wide { slice(3) } else { &mut [] },
                    second_lo: if wide { slice(4) } else { &mut [] },
                };
                totals(w, &mut instance.totals, start, leaf(0), &mut columns);
            }
            Action::Sums(w, _) => {
                let Some(b) = instance.bounds else { return };
                let wide = instance.leaves.len() == 5;
                let reach = b.n.min(bars.len());
                let at = |back: usize| {
                    let column = |i: usize| {
                        std::slice::from_raw_parts(
                            shared.arena.add(instance.leaves[i] - back).cast_const(),
                            len,
                        )
                    };
                    TotalsAt {
                        count: column(0),
                        first_hi: column(1),
                        first_lo: column(2),
                        second_hi: if wide { column(3) } else { &[] },
                        second_lo: if wide { column(4) } else { &[] },
                    }
                };
                windows(w, at(0), at(reach), b.n, b.least, start, slice(0));
            }
            // Several windows at a time: `run_side_by_side`.
            Action::Mean(_) | Action::Extreme(..) => {}
            Action::After(_) => {
                let Some(b) = instance.bounds else { return };
                let (from, to) = (leaf(0), slice(0));
                for (x, y) in from.iter().zip(to) {
                    *y = after_step(&mut instance.state[0], *x, b.n as f64);
                }
            }
            Action::Ordered(w, _) => {
                let Some(b) = instance.bounds else { return };
                let (from, to) = (leaf(0), slice(0));
                for (x, y) in from.iter().zip(to) {
                    *y = window::step(w, &mut instance.state, *x, b.n, b.least, b.ring);
                }
            }
            Action::Pair(p, _) => {
                let Some(b) = instance.bounds else { return };
                let (xs, ys, to) = (leaf(0), leaf(1), slice(0));
                for ((x, y), z) in xs.iter().zip(ys).zip(to) {
                    *z = pair::step(p, &mut instance.state, *x, *y, b.n, b.ring);
                }
            }
            Action::CrossColumn => {
                let (a, b, to) = (leaf(0), leaf(1), slice(0));
                for ((a, b), y) in a.iter().zip(b).zip(to) {
                    *y = cross_step(&mut instance.last, *a, *b);
                }
            }
            Action::CrossBits => {
                let words = len.div_ceil(64);
                let (up, down) = (
                    std::slice::from_raw_parts_mut(shared.masks.add(instance.out), words),
                    std::slice::from_raw_parts_mut(shared.masks.add(instance.out + width), words),
                );
                cross_masks(&mut instance.last, leaf(0), leaf(1), up, down);
            }
        }
    }
}

/// Windows over one column, several lengths at a time.
pub(super) fn run_side_by_side(
    action: Action,
    instances: &mut [Instance<'_>],
    shared: Shared,
    layout: Layout,
    bars: BarColumns<'_>,
    parallel: bool,
) {
    let same = |a: &Instance<'_>, b: &Instance<'_>| a.leaves == b.leaves;
    let groups: Vec<&mut [Instance<'_>]> = instances
        .chunk_by_mut(same)
        .flat_map(|group| group.chunks_mut(LANES))
        .collect();
    let run = |group: &mut [Instance<'_>]| {
        let reach = |b: Bounds| b.n.min(bars.len());
        let front = group.iter().filter_map(|i| i.bounds).map(reach).max();
        let leaf = group.first().and_then(|i| i.leaves.first()).copied();
        let (Some(front), Some(leaf)) = (front, leaf) else {
            return;
        };
        // SAFETY: the leaf's column keeps at least `front` bars before the block.
        let xs = unsafe {
            std::slice::from_raw_parts(shared.at(leaf - front).cast_const(), front + layout.len)
        };
        let out = |i: &Instance<'_>| {
            // SAFETY: this part of the arena is written by its instance only, and is no leaf.
            unsafe { std::slice::from_raw_parts_mut(shared.at(i.out + layout.history), layout.len) }
        };
        if let Action::Extreme(w, _) = action {
            let mut lanes: Vec<ExtremeLane<'_>> = group
                .iter()
                .filter_map(|i| {
                    let b = i.bounds?;
                    Some(ExtremeLane {
                        back: reach(b),
                        n: b.n,
                        least: b.least,
                        out: out(i),
                    })
                })
                .collect();
            extremes(w, xs, front, &mut lanes);
        } else {
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
            means(xs, front, &mut lanes);
        }
    };
    if parallel {
        groups.into_par_iter().for_each(run);
    } else {
        groups.into_iter().for_each(run);
    }
}

/// # Safety
/// The leaves of an instance lie in the arena.
unsafe fn pointers(shared: Shared, instance: &Instance<'_>) -> Vec<*const f64> {
    instance
        .leaves
        .iter()
        // SAFETY: as the caller says.
        .map(|at| unsafe { shared.arena.add(*at).cast_const() })
        .collect()
}
