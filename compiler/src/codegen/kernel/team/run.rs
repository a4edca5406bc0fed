//! A team at work: parameter sets as lanes of rows, some bars at a time.

use std::cell::RefCell;

use rayon::prelude::{IntoParallelRefMutIterator, ParallelIterator};
use strat_abi::BarColumns;
use strat_abi::line::{LINE, first_line};
use strat_abi::turn::{LANES, to_rows};

use super::{Slot, Team};
use crate::codegen::kernel::action::{Action, Step};
use crate::codegen::kernel::leaf::Leaf;
use crate::codegen::kernel::steps::{Instance, Layout, Shared};
use crate::codegen::wide::{STRIP, Turning};

/// Fewest parameter sets for which registers of eight pay.
const FEWEST: usize = 5;
/// Doubles of all rows that are read at a time, so that they stay in the nearest memory, and most
/// bars of them.
const NEAR: usize = 1536;
const MOST_BARS: usize = 32;

thread_local! {
    /// Memory for rows and for columns that nobody reads, used again from block to block.
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

/// Some lanes of a team. It lasts from block to block, and what it keeps from bar to bar with it.
pub(in crate::codegen::kernel) struct Work {
    /// Its first parameter set.
    first: usize,
    lanes: usize,
    shared: Vec<*const f64>,
    /// Per leaf the columns of the lanes.
    own: Vec<Vec<*const f64>>,
    scalars: Vec<f64>,
    /// What is kept, and what was kept before the present block.
    state: Vec<f64>,
    before: Vec<f64>,
    /// The columns of the outputs, lane by lane.
    columns: Vec<*mut f64>,
    /// How its function turns rows into them, and where those rows and what nobody reads are put.
    turning: Option<(*mut f64, Turning)>,
}

// SAFETY: each work writes its own columns and reads others, which are complete.
unsafe impl Send for Work {}
// SAFETY: nothing is written through a shared one.
unsafe impl Sync for Work {}

impl Team {
    /// Runs a block for all parameter sets; false where the steps must be run one by one: there are
    /// too few sets, or something is missing. Nothing has happened then but to columns, which are
    /// written again. `works` are those of the block before, where it was run.
    pub(in crate::codegen::kernel) fn run(
        &self,
        works: &mut Vec<Work>,
        mates: &[Mate],
        instances: &mut [Vec<Instance<'_>>],
        place: &Place<'_>,
        layout: impl Fn(usize) -> Layout,
    ) -> bool {
        let width = LANES * self.groups;
        if works.is_empty() {
            let is_there = |step: &usize| instances[*step].len() == mates.len();
            if mates.len() < FEWEST
                || !self.steps.iter().all(is_there)
                || !mates.iter().all(|mate| mate.fits)
                || !(0..mates.len()).all(|k| self.goes_on(instances, k))
            {
                return false;
            }
            let firsts = (0..mates.len()).step_by(width);
            works.extend(firsts.map(|first| {
                let lanes = &mates[first..mates.len().min(first + width)];
                self.work(first, lanes, instances, place, &layout)
            }));
        }
        let here = layout(self.steps[0]);
        let run = |work: &mut Work| {
            work.aim(self, mates, place, &here);
            work.before.copy_from_slice(&work.state);
            work.run(self, here.len);
        };
        if place.parallel {
            works.par_iter_mut().for_each(run);
        } else {
            works.iter_mut().for_each(run);
        }
        let is_finite = |(slot, row): (&Slot, &[f64])| match slot {
            Slot::Last { must_be_finite, .. } => {
                !must_be_finite || row.iter().all(|x| x.is_finite())
            }
            Slot::Past { .. } | Slot::Before { .. } => true,
        };
        let all_finite = works
            .iter()
            .flat_map(|work| self.slots.iter().zip(work.rows(&work.state, width)))
            .all(is_finite);
        if all_finite {
            return true;
        }
        // The steps go on from where they stood before this block.
        for work in works.drain(..) {
            for (slot, row) in self.slots.iter().zip(work.rows(&work.before, width)) {
                for (k, value) in (work.first..work.first + work.lanes).zip(row) {
                    match *slot {
                        Slot::Last { step, .. } => instances[step][k].linear.last = *value,
                        Slot::Past { step, at } => instances[step][k].state[at] = *value,
                        Slot::Before { step, k: of } => {
                            let at = Self::cell(&instances[step][k], of, layout(step));
                            // SAFETY: the bar before the block in this instance's own column.
                            unsafe { *place.shared.at(at) = *value };
                        }
                    }
                }
            }
        }
        false
    }

    /// Whether all recurrences of a parameter set have started and miss nothing.
    fn goes_on(&self, instances: &[Vec<Instance<'_>>], k: usize) -> bool {
        self.slots.iter().all(|slot| match *slot {
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

    /// The place of the bar before the block, in column `k` of an instance.
    fn cell(instance: &Instance<'_>, k: usize, layout: Layout) -> usize {
        instance.out + k * layout.width + layout.history - 1
    }

    fn work(
        &self,
        first: usize,
        lanes: &[Mate],
        instances: &[Vec<Instance<'_>>],
        place: &Place<'_>,
        layout: impl Fn(usize) -> Layout,
    ) -> Work {
        let width = LANES * self.groups;
        // Lanes without a parameter set do what the first does.
        let lane = |i: usize| if i < lanes.len() { i } else { 0 };
        let here = layout(self.steps[0]);
        let pointer =
            |i: usize, k: usize| lanes[lane(i)].leaves[k].pointer(place.shared, &here, &place.bars);
        let shared = self.shared.len();
        let value = |slot: &Slot, i: usize| match *slot {
            Slot::Last { step, .. } => instances[step][first + lane(i)].linear.last,
            Slot::Past { step, at } => instances[step][first + lane(i)].state[at],
            Slot::Before { step, k } => {
                let at = Self::cell(&instances[step][first + lane(i)], k, layout(step));
                // SAFETY: the column is looked back at, so that it has a bar before the block.
                unsafe { *place.shared.at(at) }
            }
        };
        let table = |count: usize, value: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            (0..count * width)
                .map(|at| value(at / width, at % width))
                .collect()
        };
        let state = table(self.slots.len(), &|k, i| value(&self.slots[k], i));
        Work {
            first,
            lanes: lanes.len(),
            shared: (0..shared).map(|k| pointer(0, k)).collect(),
            own: (shared..shared + self.own.len())
                .map(|k| (0..width).map(|i| pointer(i, k)).collect())
                .collect(),
            scalars: table(self.scalars.len(), &|k, i| lanes[lane(i)].scalars[k]),
            before: state.clone(),
            state,
            columns: (0..lanes.len() * self.outs.len())
                .map(|i| {
                    let (step, k) = self.outs[i % self.outs.len()];
                    let layout = layout(step);
                    let at = instances[step][first + i / self.outs.len()].out + layout.history;
                    // SAFETY: the place of a column of this instance. One parameter set alone, whose
                    // outputs may lie elsewhere, has no team.
                    unsafe { place.shared.at(at).add(k * layout.width) }
                })
                .collect(),
            turning: None,
        }
    }
}

impl Work {
    /// What its lanes have of some slots.
    fn rows<'s>(&self, slots: &'s [f64], width: usize) -> impl Iterator<Item = &'s [f64]> {
        let lanes = self.lanes;
        slots.chunks(width).map(move |row| &row[..lanes])
    }

    /// Where the bars of the present block lie.
    fn aim(&mut self, team: &Team, mates: &[Mate], place: &Place<'_>, layout: &Layout) {
        let mates = &mates[self.first..][..self.lanes];
        let pointer = |leaf: &Leaf| leaf.pointer(place.shared, layout, &place.bars);
        // Other columns stay where they are.
        let is_of_bars = |k: &usize| mates[0].leaves[*k].bar.is_some();
        let shared = team.shared.len();
        for k in (0..shared).filter(is_of_bars) {
            self.shared[k] = pointer(&mates[0].leaves[k]);
        }
        for k in (shared..shared + team.own.len()).filter(is_of_bars) {
            // Lanes without a parameter set do what the first does.
            let all = mates.iter().chain(std::iter::repeat(&mates[0]));
            for (column, mate) in self.own[k - shared].iter_mut().zip(all) {
                *column = pointer(&mate.leaves[k]);
            }
        }
    }

    fn run(&mut self, team: &Team, len: usize) {
        ROWS.with_borrow_mut(|rows| self.run_with(team, len, rows));
    }

    fn run_with(&mut self, team: &Team, len: usize, memory: &mut Vec<f64>) {
        let width = LANES * team.groups;
        // All bars at a time where there are no rows to be made.
        let most = match self.own.len() {
            0 => len,
            own => (NEAR / (own * width)).clamp(LANES, MOST_BARS) / LANES * LANES,
        };
        let row = most * width;
        let (rows, room) = (
            self.own.len() * row,
            Turning::room(team.groups, team.outs.len()),
        );
        if memory.len() < rows + room + len + LINE {
            memory.resize(rows + room + len + LINE, 0.0);
        }
        let first = first_line(memory);
        let (of_leaves, of_outs) = memory[first..].split_at_mut(rows);
        let of_outs = of_outs.as_mut_ptr();
        let mut turning = match self.turning.take() {
            Some((rows, turning)) if rows == of_outs => turning,
            _ => self.turning(team, of_outs),
        };
        turning.begin();
        let mut leaves = self.shared.clone();
        // Rows are counted from the first bar of a turn on, columns from that of the block.
        leaves.extend(of_leaves.chunks(row.max(1)).map(<[f64]>::as_ptr));
        let is_half = self.lanes + LANES / 2 <= width;
        let function = if is_half { team.half } else { team.function };
        let mut columns: Vec<&[f64]> = Vec::with_capacity(width);
        for start in (0..len).step_by(most) {
            let end = len.min(start + most);
            for (own, rows) in self.own.iter().zip(of_leaves.chunks_mut(row.max(1))) {
                columns.clear();
                // SAFETY: leaves lie in complete columns, `len` doubles from here on.
                columns.extend(own.iter().map(|column| unsafe {
                    std::slice::from_raw_parts(column.add(start), end - start)
                }));
                to_rows(&columns, rows);
            }
            // SAFETY: the function of a team takes so many leaves, numbers and slots, and a table of
            // this kind; what it writes is written by these instances only, and read by nothing
            // while the team runs.
            unsafe {
                function(
                    leaves.as_ptr(),
                    self.scalars.as_ptr(),
                    self.state.as_mut_ptr(),
                    turning.argument(end == len),
                    end as i64,
                    start as i64,
                );
            }
        }
        // What is behind the last whole strip.
        for t in len - len % STRIP..len {
            for (i, column) in self.columns.iter().enumerate() {
                let (lane, out) = (i / team.outs.len(), i % team.outs.len());
                // SAFETY: the function has written this row, and nobody else writes to the column.
                unsafe { *column.add(t) = *of_outs.add(turning.last(t, out, lane)) };
            }
        }
        self.turning = Some((of_outs, turning));
    }

    /// Turns rows of outputs at `rows` into the columns of its lanes; behind them is room for the columns
    /// of lanes that no parameter set has.
    fn turning(&self, team: &Team, rows: *mut f64) -> Turning {
        let outs = team.outs.len();
        let nobodys = rows.wrapping_add(Turning::room(team.groups, outs));
        let column = |lane: usize, out: usize| {
            let column = self.columns.get(lane * outs + out);
            column.copied().unwrap_or(nobodys)
        };
        Turning::new(team.groups, self.lanes, outs, rows, column)
    }
}

/// Whether a step is a recurrence that has not started, in any of its instances.
pub(in crate::codegen::kernel) fn waits(step: &Step, instances: &[Instance<'_>]) -> bool {
    matches!(step.action, Action::Linear(..)) && !instances.iter().all(|i| i.linear.started)
}
