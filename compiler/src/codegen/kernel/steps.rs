//! What the steps do: each instance computes its columns or bits for one block of bars.

use strat_abi::BarColumns;
use strat_abi::columns::{LastSide, after_step, cross_masks, cross_step};
use strat_abi::mean::MeanState;
use strat_abi::pair;
use strat_abi::window;
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
    pub(super) unsafe fn at(&self, offset: usize) -> *mut f64 {
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
            // Several windows at a time: `side_by_side`.
            Action::Sum(..) | Action::Mean(_) | Action::Extreme(..) => {}
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
