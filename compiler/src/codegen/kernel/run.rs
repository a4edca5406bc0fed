//! A kernel at work: block after block of bars, and the bits of every parameter set at the end.

use std::sync::Arc;

use strat_abi::{BarColumns, ComboState, Scratch, Sweep};

use super::action::{Action, Step, is_passage};
use super::block::Running;
use super::layout::front;
use super::leaf::{Leaf, bar_column};
use super::open::Opening;
use super::plan::{Kernel, MaskTree};
use super::prepared::{Prepared, Slot};
use super::projection::Projection;
use super::steps::{Instance, Layout, Shared};
use super::team::{Mate, Place, Turn, Work, waits};
use super::visit::{Each, Visit};

/// A kernel over one chunk of parameter sets and one series of bars.
pub struct KernelRun<'a> {
    pub(super) kernel: Arc<Kernel>,
    pub(super) bars: BarColumns<'a>,
    pub(super) block: usize,
    /// Per step its instances.
    pub(super) instances: Vec<Vec<Instance<'a>>>,
    /// Per team its parameter sets.
    pub(super) mates: Vec<Vec<Mate>>,
    /// Per team its lanes, while it runs.
    pub(super) works: Vec<Vec<Work>>,
    /// Whether all recurrences have started.
    pub(super) started: bool,
    pub(super) opening: Opening,
    pub(super) projection: Vec<Arc<Projection>>,
    /// Parameter sets, and per set where the outputs lie.
    pub(super) sets: usize,
    pub(super) outputs: Vec<Leaf>,
    /// Per share of the parameter sets and slot what windows share.
    pub(super) prepared: Vec<Vec<Prepared>>,
    /// Per step its slot.
    pub(super) slots: Vec<Slot>,
    /// Per column: bars of history before the block, and doubles per instance.
    pub(super) history: Vec<usize>,
    /// Per column the bars of history that are read once all recurrences have started.
    pub(super) later: Vec<usize>,
    pub(super) width: Vec<usize>,
    pub(super) arena: Vec<f64>,
    pub(super) masks: Vec<u64>,
    /// Per parameter set and signal: bars before it decides anything.
    pub(super) gates: Vec<i64>,
    pub(super) start: usize,
    pub(super) len: usize,
    /// Whether columns of the bars were read where they are.
    pub(super) in_place: bool,
    pub(super) threads: usize,
}

impl KernelRun<'_> {
    /// Computes a block; `results` are the places of the outputs that [`KernelRun::hand_over`] has
    /// named, `each` takes all outputs of each parameter set.
    pub(super) fn run_block(
        &mut self,
        start: usize,
        len: usize,
        results: &[*mut f64],
        each: Option<&Each<'_>>,
    ) {
        self.shift(self.len);
        self.open(start);
        self.start = start;
        self.len = len;
        let shared = Shared {
            arena: self.arena.as_mut_ptr(),
            masks: self.masks.as_mut_ptr(),
            results: results.as_ptr(),
        };
        // Borrowed part by part: counting a reference would wait for all that was stored.
        let Self {
            kernel,
            history,
            width,
            bars,
            block,
            instances,
            mates,
            works,
            started,
            threads,
            in_place: was_in_place,
            projection,
            sets,
            outputs,
            prepared,
            slots,
            opening,
            ..
        } = self;
        let (kernel, bars, block, threads) = (&**kernel, *bars, *block, *threads);
        // What a step looks back at, and what it reads past the end, up to whole words.
        let whole = start + len.next_multiple_of(64) <= bars.len();
        let in_place = whole && history.iter().all(|back| *back <= start);
        *was_in_place = in_place;
        let layout = |step: &Step| {
            let is_mask = matches!(step.action, Action::Mask(_) | Action::CrossBits);
            Layout {
                history: if is_mask { 0 } else { front(history[step.out]) },
                width: if is_mask { block / 64 } else { width[step.out] },
                start,
                len,
                in_place,
            }
        };
        let visit = each.map(|each| Visit {
            each,
            leaves: outputs,
            outputs: kernel.outputs.len(),
            projection,
            sets: *sets,
            shared,
            layout: Layout {
                history: 0,
                width: 0,
                start,
                len,
                in_place,
            },
            bars,
        });
        let visit = visit.as_ref();
        let mut block = Running {
            kernel,
            shared,
            bars,
            parallel: threads > 1,
            instances,
            prepared,
            slots,
            layout: &layout,
            is_open: opening.is_open,
        };
        let waits = |i: usize| waits(&kernel.steps[i], &block.instances[i]);
        *started = *started || !(0..kernel.steps.len()).any(waits);
        if kernel.turns.is_empty() || !*started || !opening.is_open {
            return block.parts(&kernel.parts, visit);
        }
        let place = Place {
            shared,
            bars,
            parallel: threads > 1,
        };
        for (at, turn) in kernel.turns.iter().enumerate() {
            let visit = visit.filter(|_| at + 1 == kernel.turns.len());
            match turn {
                Turn::Steps(parts) => block.parts(parts, visit),
                Turn::Team(i) => {
                    let team = &kernel.teams[*i];
                    let layout = |step: usize| layout(&kernel.steps[step]);
                    let works = &mut works[*i];
                    if !team.run(works, &mates[*i], block.instances, &place, layout) {
                        block.parts(&team.alone, None);
                    }
                    if let Some(visit) = visit {
                        visit.all();
                    }
                }
            }
        }
    }

    /// Which outputs are written where they belong: columns that nothing reads again. From now on
    /// blocks are run with the places of the outputs, each with room for whole turns of a map.
    pub(super) fn hand_over(&mut self) -> Vec<bool> {
        let kernel = &self.kernel;
        let is_read = |column: usize| {
            let mut views = kernel.steps.iter().flat_map(|step| &step.views);
            views.any(|view| view.column == column)
        };
        let count = |column: usize| kernel.outputs.iter().filter(|c| **c == column).count();
        let handed: Vec<bool> = kernel
            .outputs
            .iter()
            .map(|&column| {
                let step = &kernel.steps[kernel.column_step[column]];
                !is_read(column)
                    && count(column) == 1
                    && step.outs == 1
                    && !matches!(step.action, Action::Input(_))
            })
            .collect();
        for (i, column) in kernel
            .outputs
            .iter()
            .enumerate()
            .filter(|(i, _)| handed[*i])
        {
            for instance in &mut self.instances[kernel.column_step[*column]] {
                instance.result = Some(i);
            }
        }
        handed
    }

    /// The end of the last block becomes the history of the next.
    fn shift(&mut self, last: usize) {
        if last == 0 {
            return;
        }
        let steps = self.kernel.steps.iter().zip(&self.instances);
        let kept = if self.started {
            &self.later
        } else {
            &self.history
        };
        for (step, instances) in steps {
            if matches!(step.action, Action::Mask(_) | Action::CrossBits)
                || self.is_bars(step)
                || self.is_passed_on(step)
            {
                continue;
            }
            let columns = step.out..step.out + step.outs;
            let history = kept[columns].iter().copied().max().unwrap_or(0);
            if history == 0 {
                continue;
            }
            let (width, front) = (self.width[step.out], front(self.history[step.out]));
            for instance in instances {
                for out in 0..step.outs {
                    let at = instance.out + out * width;
                    let from = at + front + last - history;
                    self.arena
                        .copy_within(from..from + history, at + front - history);
                }
            }
        }
    }

    /// Whether a step's column is one of the bars.
    fn is_bars(&self, step: &Step) -> bool {
        matches!(step.action, Action::Input(input) if bar_column(&self.bars, input).is_some())
    }

    /// Whether what a step reads is read in its place.
    fn is_passed_on(&self, step: &Step) -> bool {
        is_passage(step) && (self.opening.is_open || !matches!(step.action, Action::After(_)))
    }

    /// A column of a parameter set on the present block, which is not near.
    pub(super) fn column(&self, column: usize, combo: usize) -> &[f64] {
        let step = self.kernel.column_step[column];
        let s = &self.kernel.steps[step];
        if let Action::Input(input) = s.action
            && let Some(bars) = bar_column(&self.bars, input)
        {
            return &bars[self.start..self.start + self.len];
        }
        let instance = &self.instances[step][self.projection[step].of[combo] as usize];
        let at = match s.action {
            // What is passed on is read where it is.
            _ if self.is_passed_on(s) => match instance.leaves[0] {
                Leaf { bar: Some(_), at } if !self.in_place => at,
                Leaf {
                    bar: Some((input, lag)),
                    ..
                } => match bar_column(&self.bars, input) {
                    Some(bars) => return &bars[self.start - lag..][..self.len],
                    None => return &[],
                },
                Leaf { at, .. } => at,
            },
            _ => instance.out + (column - s.out) * self.width[column] + front(self.history[column]),
        };
        &self.arena[at..at + self.len]
    }

    /// Adds the bits of one signal to `words`.
    pub(super) fn signal(&self, combo: usize, i: usize, words: &mut [u64], scratch: &mut Vec<u64>) {
        let (tree, _) = &self.kernel.signals[i];
        let gate = self.gates[combo * self.kernel.signals.len() + i];
        let end = (self.start + self.len) as i64;
        if gate >= end {
            return;
        }
        let count = words.len();
        scratch.clear();
        scratch.resize(count, 0);
        self.tree(tree, combo, scratch);
        // Before its lookback a statement decides nothing.
        let closed = usize::try_from(gate - self.start as i64).unwrap_or(0);
        for word in scratch.iter_mut().take(closed / 64) {
            *word = 0;
        }
        if closed % 64 != 0
            && let Some(word) = scratch.get_mut(closed / 64)
        {
            *word &= u64::MAX << (closed % 64);
        }
        if !self.len.is_multiple_of(64)
            && let Some(word) = scratch.get_mut(self.len / 64)
        {
            *word &= (1 << (self.len % 64)) - 1;
        }
        for (word, bits) in words.iter_mut().zip(scratch) {
            *word |= *bits;
        }
    }

    fn leaf(&self, mask: usize, combo: usize) -> &[u64] {
        let step = self.kernel.mask_step[mask];
        let s = &self.kernel.steps[step];
        let instance = self.projection[step].of[combo] as usize;
        let words = self.block / 64;
        let at = self.instances[step][instance].out + (mask - s.out) * words;
        &self.masks[at..at + words]
    }

    fn tree(&self, tree: &MaskTree, combo: usize, out: &mut [u64]) {
        match tree {
            MaskTree::Always(b) => out.fill(if *b { u64::MAX } else { 0 }),
            MaskTree::Leaf(mask) => {
                let words = self.leaf(*mask, combo);
                out.copy_from_slice(&words[..out.len()]);
            }
            MaskTree::And(parts) | MaskTree::Or(parts) => {
                let all = matches!(tree, MaskTree::And(_));
                out.fill(if all { u64::MAX } else { 0 });
                let mut nested: Option<Vec<u64>> = None;
                for part in parts {
                    let words: &[u64] = if let MaskTree::Leaf(mask) = part {
                        &self.leaf(*mask, combo)[..out.len()]
                    } else {
                        let words = nested.get_or_insert_with(|| vec![0; out.len()]);
                        self.tree(part, combo, words);
                        words
                    };
                    for (o, w) in out.iter_mut().zip(words) {
                        *o = if all { *o & w } else { *o | w };
                    }
                }
            }
        }
    }
}

impl Sweep for KernelRun<'_> {
    fn block(&self) -> usize {
        self.block
    }

    fn combo_state(&self, _combo: usize) -> ComboState {
        ComboState::default()
    }

    fn begin_block(&mut self, start: usize, len: usize) {
        self.run_block(start, len, &[], None);
    }

    fn outputs(&mut self, start: usize, len: usize, each: &Each<'_>) {
        self.run_block(start, len, &[], Some(each));
    }

    fn masks(
        &self,
        combo: usize,
        _state: &mut ComboState,
        scratch: &mut Scratch,
        entries: &mut [u64],
        exits: &mut [u64],
    ) {
        entries.fill(0);
        exits.fill(0);
        let words = &mut scratch.0;
        for i in 0..self.kernel.signals.len() {
            let out = if i < self.kernel.entries {
                &mut *entries
            } else {
                &mut *exits
            };
            self.signal(combo, i, out, words);
        }
    }
}
