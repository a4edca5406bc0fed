//! What the steps do: each instance computes its columns or bits for one block of bars.

use strat_abi::BarColumns;
use strat_abi::columns::{LastSide, after_steps, cross_masks, cross_step};
use strat_abi::elementary::elementary;
use strat_abi::linear::LinearState;
use strat_abi::mean::MeanState;
use strat_abi::pair;
use strat_abi::quotient::quotients;
use strat_lang::hir::Input;

use super::action::Action;
use super::code::MAP_TURN;
use super::leaf::{Leaf, bar_column};
use crate::feeds::Column;
use crate::ir::Bounds;

/// One value of a step's parameters.
pub(super) struct Instance<'a> {
    /// Where its outputs begin in the arena (columns) or in the masks.
    pub(super) out: usize,
    /// What its function reads.
    pub(super) leaves: Vec<Leaf>,
    /// What it reads once nothing is withheld any more; empty where that changes nothing.
    pub(super) open: Vec<Leaf>,
    pub(super) scalars: Vec<f64>,
    pub(super) bounds: Option<Bounds>,
    pub(super) state: Vec<f64>,
    /// Zones that a pool has room for.
    pub(super) capacity: usize,
    /// The column of an input beside the bars.
    pub(super) handed: Option<Column<'a>>,
    pub(super) mean: MeanState,
    pub(super) linear: LinearState,
    pub(super) last: LastSide,
    /// The output of the evaluation that takes its column, which nothing else reads.
    pub(super) result: Option<usize>,
}

/// Shared memory whose parts are written by one instance each.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) arena: *mut f64,
    pub(super) masks: *mut u64,
    /// Where the outputs of the evaluation have this block.
    pub(super) results: *const *mut f64,
}

impl Shared {
    /// Where an instance writes its first column.
    ///
    /// # Safety
    /// `offset` lies in the arena; an instance with a result is run with the outputs at hand.
    pub(super) unsafe fn out(&self, instance: &Instance<'_>, offset: usize) -> *mut f64 {
        // SAFETY: as the caller says.
        unsafe {
            match instance.result {
                Some(i) => *self.results.add(i),
                None => self.arena.add(offset),
            }
        }
    }

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
    /// Whether columns of the bars are read where they are; else they are copied.
    pub(super) in_place: bool,
}

pub(super) fn run(
    action: Action,
    outs: usize,
    instance: &mut Instance<'_>,
    shared: Shared,
    layout: &Layout,
    bars: &BarColumns<'_>,
) {
    let Layout {
        history,
        width,
        start,
        len,
        ..
    } = *layout;
    // SAFETY: `out` places this instance's own part of the arena, `outs` columns of `width`
    // doubles, or one output of the evaluation, whole turns long; leaves lie in other, complete parts, at least `len` (rounded up) doubles long.
    unsafe {
        let first = shared.out(instance, instance.out + history);
        let out = |i: usize| first.add(i * width);
        let slice = |i: usize| std::slice::from_raw_parts_mut(out(i), len);
        let leaf = |i: usize| {
            std::slice::from_raw_parts(instance.leaves[i].pointer(shared, layout, bars), len)
        };
        match action {
            Action::Input(input) => {
                if let Some(from) = bar_column(bars, input) {
                    if !layout.in_place {
                        // With what is looked back at: missing before the first bar.
                        let before = history.min(start);
                        let all = std::slice::from_raw_parts_mut(
                            shared.arena.add(instance.out),
                            history + len,
                        );
                        let (missing, there) = all.split_at_mut(history - before);
                        missing.fill(f64::NAN);
                        there.copy_from_slice(&from[start - before..start + len]);
                    }
                    return;
                }
                let column = slice(0);
                match input {
                    Input::BarIndex => {
                        for (i, x) in column.iter_mut().enumerate() {
                            *x = (start + i) as f64;
                        }
                    }
                    Input::Time => {
                        for (i, x) in column.iter_mut().enumerate() {
                            *x = bars.bar(start + i).time;
                        }
                    }
                    _ => match &instance.handed {
                        Some(handed) => handed.fill(start, column),
                        None => column.fill(f64::NAN),
                    },
                }
            }
            Action::Map(f) => {
                let turns = len.next_multiple_of(MAP_TURN);
                with_pointers((shared, layout), instance, bars, |leaves| {
                    f(leaves, instance.scalars.as_ptr(), out(0), turns as i64);
                });
            }
            Action::Choice(_) => slice(0).copy_from_slice(leaf(0)),
            Action::Elementary(f) => elementary(f, leaf(0), slice(0)),
            Action::Quotient => quotients(leaf(0), instance.scalars[0], slice(0)),
            Action::Mask(f) => {
                let words = len.next_multiple_of(64);
                let out = shared.masks.add(instance.out);
                with_pointers((shared, layout), instance, bars, |leaves| {
                    f(leaves, instance.scalars.as_ptr(), out, words as i64);
                });
            }
            Action::Group(f, _) => {
                let outs: Vec<*mut f64> = (0..outs).map(out).collect();
                let state = instance.state.as_mut_ptr();
                with_pointers((shared, layout), instance, bars, |leaves| {
                    let scalars = instance.scalars.as_ptr();
                    f(
                        leaves,
                        scalars,
                        state,
                        outs.as_ptr(),
                        len as i64,
                        start as i64,
                    );
                });
            }
            Action::Pool(f, ..) => {
                let outs: Vec<*mut f64> = (0..outs).map(out).collect();
                let (state, capacity) = (instance.state.as_mut_ptr(), instance.capacity as i64);
                with_pointers((shared, layout), instance, bars, |leaves| {
                    let scalars = instance.scalars.as_ptr();
                    f(leaves, scalars, state, outs.as_ptr(), len as i64, capacity);
                });
            }
            // Several windows at a time: `side_by_side`, or what they share: `Prepared`.
            Action::Sum(..)
            | Action::Mean(_)
            | Action::Extreme(..)
            | Action::Ordered(..)
            | Action::Linear(..) => {}
            Action::After(_) => {
                let Some(b) = instance.bounds else { return };
                let (from, to) = (leaf(0), slice(0));
                after_steps(&mut instance.state[0], from, b.n as f64, to);
            }
            Action::Pair(p, _) => {
                let Some(b) = instance.bounds else { return };
                let (xs, ys, to) = (leaf(0), leaf(1), slice(0));
                pair::steps(p, &mut instance.state, xs, ys, b.n, b.ring, to);
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

/// Pointers that are held without memory of their own.
const FEW: usize = 16;

/// What an instance reads, as its function takes it.
fn with_pointers(
    (shared, layout): (Shared, &Layout),
    instance: &Instance<'_>,
    bars: &BarColumns<'_>,
    run: impl FnOnce(*const *const f64),
) {
    let mut few = [std::ptr::null(); FEW];
    let pointers = instance
        .leaves
        .iter()
        .map(|leaf| leaf.pointer(shared, layout, bars));
    if instance.leaves.len() <= FEW {
        for (to, pointer) in few.iter_mut().zip(pointers) {
            *to = pointer;
        }
        run(few.as_ptr());
    } else {
        let many: Vec<*const f64> = pointers.collect();
        run(many.as_ptr());
    }
}
