//! A team at work: parameter sets as lanes of rows, some bars at a time.

use std::cell::RefCell;

use rayon::prelude::{IntoParallelRefMutIterator, ParallelIterator};
use strat_abi::BarColumns;
use strat_abi::turn::{LANES, to_columns, to_rows};

use super::{Slot, Team};
use crate::codegen::kernel::action::{Action, Step};
use crate::codegen::kernel::leaf::Leaf;
use crate::codegen::kernel::steps::{Instance, Layout, Shared};

/// Fewest parameter sets for which registers of eight pay.
const FEWEST: usize = 5;
/// Doubles of all rows that are made at a time, so that they stay in the nearest memory, and most
/// bars of them.
const NEAR: usize = 1536;
const MOST_BARS: usize = 128;

thread_local! {
    /// Memory for rows, used again from block to block.
    static ROWS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// What one parameter set gives a team.
pub(in crate::codegen::kernel) struct Mate {
    /// What all read alike, then what each reads for itself.
    pub(in crate::codegen::kernel) leaves: Vec<Leaf>,
    pub(in crate::codegen::kernel) scalars: Vec<f64>,
    /// Whether its parameters choose what the team takes to be chosen.
    pub(in crate::codegen::kernel) fits: bool,
}

/// Where a team runs.
pub(in crate::codegen::kernel) struct Place<'b> {
    pub(in crate::codegen::kernel) shared: Shared,
    pub(in crate::codegen::kernel) bars: BarColumns<'b>,
    pub(in crate::codegen::kernel) parallel: bool,
}

/// Some lanes of a team over a block.
struct Work<'t> {
    team: &'t Team,
    len: usize,
    shared: Vec<*const f64>,
    /// Per leaf the columns of the lanes.
    own: Vec<Vec<*const f64>>,
    scalars: Vec<f64>,
    state: Vec<f64>,
    /// Per output the columns of the lanes.
    outs: Vec<Vec<*mut f64>>,
}

// SAFETY: each work writes its own columns and reads others, which are complete.
unsafe impl Send for Work<'_> {}

impl Team {
    /// Runs a block for all parameter sets; false where the steps must be run one by one: there are
    /// too few sets, or something is missing. Nothing has happened then but to columns, which are
    /// written again.
    pub(in crate::codegen::kernel) fn run(
        &self,
        mates: &[Mate],
        instances: &mut [Vec<Instance<'_>>],
        place: &Place<'_>,
        layout: impl Fn(usize) -> Layout,
    ) -> bool {
        let is_there = |step: &usize| instances[*step].len() == mates.len();
        if mates.len() < FEWEST
            || !self.steps.iter().all(is_there)
            || !mates.iter().all(|mate| mate.fits)
            || !(0..mates.len()).all(|k| self.goes_on(instances, k))
        {
            return false;
        }
        let width = LANES * self.groups;
        let mut all: Vec<Work<'_>> = (0..mates.len())
            .step_by(width)
            .map(|first| {
                let lanes = &mates[first..mates.len().min(first + width)];
                self.work(first, lanes, instances, place, &layout)
            })
            .collect();
        if place.parallel {
            all.par_iter_mut().for_each(Work::run);
        } else {
            all.iter_mut().for_each(Work::run);
        }
        let is_finite = |(slot, row): (&Slot, &[f64])| match slot {
            Slot::Last { must_be_finite, .. } => {
                !must_be_finite || row.iter().all(|x| x.is_finite())
            }
            Slot::Past { .. } | Slot::Before { .. } => true,
        };
        let rows = |work: &Work<'_>| {
            self.slots
                .iter()
                .zip(work.state.chunks(width))
                .all(is_finite)
        };
        if !all.iter().all(rows) {
            return false;
        }
        for (first, work) in (0..mates.len()).step_by(width).zip(&all) {
            for (slot, row) in self.slots.iter().zip(work.state.chunks(width)) {
                for (k, value) in (first..mates.len()).zip(row) {
                    match *slot {
                        Slot::Last { step, .. } => instances[step][k].linear.last = *value,
                        Slot::Past { step, at } => instances[step][k].state[at] = *value,
                        // Where the next block looks back at.
                        Slot::Before { step, k: of } => {
                            let layout = layout(step);
                            let at = Self::cell(&instances[step][k], of, layout, layout.len);
                            // SAFETY: the last bar of this instance's own column.
                            unsafe { *place.shared.at(at) = *value };
                        }
                    }
                }
            }
        }
        true
    }

    /// Whether all recurrences of a parameter set have started and miss nothing, and nothing is
    /// withheld any more.
    fn goes_on(&self, instances: &[Vec<Instance<'_>>], k: usize) -> bool {
        let is_open = |step: &usize| {
            let instance = &instances[*step][k];
            instance
                .bounds
                .is_some_and(|b| instance.state[0] >= b.n as f64)
        };
        self.open.iter().all(is_open)
            && self.slots.iter().all(|slot| match *slot {
                Slot::Last {
                    step,
                    must_be_finite,
                } => {
                    let linear = &instances[step][k].linear;
                    linear.started && (!must_be_finite || linear.last.is_finite())
                }
                // The first place of a group's state says whether it has started.
                Slot::Past { step, .. } => instances[step][k].state[0].to_bits() != 0,
                Slot::Before { .. } => true,
            })
    }

    /// The place of the bar before bar `bar` of a block, in column `k` of an instance.
    fn cell(instance: &Instance<'_>, k: usize, layout: Layout, bar: usize) -> usize {
        instance.out + k * layout.width + layout.history + bar - 1
    }

    fn work(
        &self,
        first: usize,
        lanes: &[Mate],
        instances: &[Vec<Instance<'_>>],
        place: &Place<'_>,
        layout: impl Fn(usize) -> Layout,
    ) -> Work<'_> {
        let width = LANES * self.groups;
        // Lanes without a parameter set do what the first does.
        let lane = |i: usize| if i < lanes.len() { i } else { 0 };
        let here = layout(self.steps[0]);
        let pointer =
            |i: usize, k: usize| lanes[lane(i)].leaves[k].pointer(place.shared, here, &place.bars);
        let shared = self.shared.len();
        let value = |slot: &Slot, i: usize| match *slot {
            Slot::Last { step, .. } => instances[step][first + lane(i)].linear.last,
            Slot::Past { step, at } => instances[step][first + lane(i)].state[at],
            Slot::Before { step, k } => {
                let at = Self::cell(&instances[step][first + lane(i)], k, layout(step), 0);
                // SAFETY: the column is looked back at, so that it has a bar before the block.
                unsafe { *place.shared.at(at) }
            }
        };
        let table = |count: usize, value: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            (0..count * width)
                .map(|at| value(at / width, at % width))
                .collect()
        };
        Work {
            team: self,
            len: here.len,
            shared: (0..shared).map(|k| pointer(0, k)).collect(),
            own: (shared..shared + self.own.len())
                .map(|k| (0..width).map(|i| pointer(i, k)).collect())
                .collect(),
            scalars: table(self.scalars.len(), &|k, i| lanes[lane(i)].scalars[k]),
            state: table(self.slots.len(), &|k, i| value(&self.slots[k], i)),
            outs: self
                .outs
                .iter()
                .map(|&(step, k)| {
                    let layout = layout(step);
                    let of_step = instances[step][first..first + lanes.len()].iter();
                    of_step
                        .map(|instance| {
                            // SAFETY: the place of a column of this instance.
                            unsafe {
                                let at = instance.out + layout.history;
                                place.shared.out(instance, at).add(k * layout.width)
                            }
                        })
                        .collect()
                })
                .collect(),
        }
    }
}

impl Work<'_> {
    fn run(&mut self) {
        ROWS.with_borrow_mut(|rows| self.run_with(rows));
    }

    fn run_with(&mut self, rows: &mut Vec<f64>) {
        let width = LANES * self.team.groups;
        let count = self.own.len() + self.outs.len();
        let most = (NEAR / (count.max(1) * width)).clamp(LANES, MOST_BARS);
        let most = most - most % LANES;
        let row = most * width;
        if rows.len() < count * row + LANES {
            rows.resize(count * row + LANES, 0.0);
        }
        let aligned = rows.as_ptr().align_offset(8 * LANES).min(LANES);
        let rows = &mut rows[aligned..aligned + count * row];
        let (of_leaves, of_outs) = rows.split_at_mut(self.own.len() * row);
        let mut leaves = self.shared.clone();
        leaves.extend(of_leaves.chunks(row).map(<[f64]>::as_ptr));
        let outs: Vec<*mut f64> = of_outs.chunks_mut(row).map(<[f64]>::as_mut_ptr).collect();
        let mut columns: Vec<&[f64]> = Vec::with_capacity(width);
        let mut results: Vec<&mut [f64]> = Vec::with_capacity(width);
        for start in (0..self.len).step_by(most) {
            let bars = most.min(self.len - start);
            for (own, rows) in self.own.iter().zip(of_leaves.chunks_mut(row)) {
                columns.clear();
                // SAFETY: leaves lie in complete columns, `len` doubles from here on.
                columns.extend(
                    own.iter().map(|column| unsafe {
                        std::slice::from_raw_parts(column.add(start), bars)
                    }),
                );
                to_rows(&columns, rows);
            }
            for (leaf, column) in leaves.iter_mut().zip(&self.shared) {
                // SAFETY: as above.
                *leaf = unsafe { column.add(start) };
            }
            // SAFETY: the function of a team takes so many leaves, numbers and slots, and writes
            // `bars` rows of each output.
            unsafe {
                (self.team.function)(
                    leaves.as_ptr(),
                    self.scalars.as_ptr(),
                    self.state.as_mut_ptr(),
                    outs.as_ptr(),
                    bars as i64,
                    0,
                );
            }
            for (out, rows) in self.outs.iter().zip(of_outs.chunks(row)) {
                results.clear();
                // SAFETY: these parts of the arena are written by their instances only, and read by
                // nothing while the team runs.
                results.extend(out.iter().map(|column| unsafe {
                    std::slice::from_raw_parts_mut(column.add(start), bars)
                }));
                to_columns(rows, width, &mut results);
            }
        }
    }
}

/// Whether a step is a recurrence that has not started, in any of its instances.
pub(in crate::codegen::kernel) fn waits(step: &Step, instances: &[Instance<'_>]) -> bool {
    matches!(step.action, Action::Linear(..)) && !instances.iter().all(|i| i.linear.started)
}
