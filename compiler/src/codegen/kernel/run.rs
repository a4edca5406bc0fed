//! A kernel at work: the instances of a grid, their memory, block after block of bars.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use strat_abi::columns::{
    LastSide, TotalsAt, TotalsColumns, after_step, cross_masks, cross_step, totals, windows,
};
use strat_abi::extreme::{ExtremeLane, extremes};
use strat_abi::mean::{LANES, MeanLane, MeanState, means};
use strat_abi::window::Totals;
use strat_abi::{BarColumns, ComboState, Scratch, Sweep};
use strat_lang::hir::Input;

use super::plan::{Action, Kernel, MaskTree};
use crate::codegen::group::state_len;
use crate::ir::{Bounds, Graph};

/// Bars of a block where no window reaches further back.
const BLOCK: usize = 1024;
/// Most bars of a block.
const MOST_BLOCK: usize = 1 << 16;

/// One value of a step's parameters.
struct Instance {
    /// Where its outputs begin in the arena (columns) or in the masks.
    out: usize,
    /// What its function reads: offsets into the arena on the block's first bar.
    leaves: Vec<usize>,
    scalars: Vec<f64>,
    bounds: Option<Bounds>,
    state: Vec<f64>,
    totals: Totals,
    mean: MeanState,
    last: LastSide,
}

/// What differs between instances of one set of parameters.
struct Projection {
    /// For each parameter set its instance.
    of: Vec<u32>,
    /// For each instance a parameter set that has it.
    representative: Vec<usize>,
}

/// A kernel over one chunk of parameter sets and one series of bars.
pub struct KernelRun<'a> {
    kernel: Arc<Kernel>,
    bars: BarColumns<'a>,
    block: usize,
    /// Per step its instances.
    instances: Vec<Vec<Instance>>,
    projection: Vec<Arc<Projection>>,
    /// Per column: bars of history before the block, and doubles per instance.
    history: Vec<usize>,
    width: Vec<usize>,
    arena: Vec<f64>,
    masks: Vec<u64>,
    /// Per parameter set and signal: bars before it decides anything.
    gates: Vec<i64>,
    start: usize,
    len: usize,
}

/// Shared memory whose parts are written by one instance each.
#[derive(Clone, Copy)]
struct Shared {
    arena: *mut f64,
    masks: *mut u64,
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

impl<'a> KernelRun<'a> {
    /// Prepares `combos` (parameter sets one after the other, already resolved) over `bars`.
    #[must_use]
    pub fn new(kernel: Arc<Kernel>, graph: &Graph, combos: &[f64], bars: BarColumns<'a>) -> Self {
        let params = graph.params.max(1);
        let count = if graph.params == 0 {
            1
        } else {
            combos.len() / params
        };
        let set = |c: usize| -> &[f64] {
            if graph.params == 0 {
                &[]
            } else {
                &combos[c * params..(c + 1) * params]
            }
        };
        let most = bars.len().max(1);
        let mut projections: HashMap<u64, Arc<Projection>> = HashMap::new();
        let mut scalars_of: HashMap<usize, Arc<Vec<f64>>> = HashMap::new();
        let mut projection = Vec::with_capacity(kernel.steps.len());
        for step in &kernel.steps {
            let p = projections
                .entry(step.deps)
                .or_insert_with(|| Arc::new(project(step.deps, count, set)));
            projection.push(Arc::clone(p));
        }
        // How far back each column is read.
        let mut history = vec![0usize; kernel.column_step.len()];
        let mut lags: Vec<Vec<Vec<usize>>> = Vec::with_capacity(kernel.steps.len());
        for (step, p) in kernel.steps.iter().zip(&projection) {
            let mut step_lags = Vec::with_capacity(p.representative.len());
            for &c in &p.representative {
                let scalars = scalars_of
                    .entry(c)
                    .or_insert_with(|| Arc::new(graph.scalars(set(c))));
                let reach = match step.action {
                    Action::Sums(_, id) | Action::Mean(id) | Action::Extreme(_, id) => {
                        graph.bounds(id, scalars, most).map_or(0, |b| b.n.min(most))
                    }
                    _ => 0,
                };
                let mut view_lags = Vec::with_capacity(step.views.len());
                for view in &step.views {
                    let lag = view
                        .lag
                        .map_or(0, |n| (scalars[n.index()] as usize).min(most));
                    history[view.column] = history[view.column].max(lag.max(reach));
                    view_lags.push(lag);
                }
                step_lags.push(view_lags);
            }
            lags.push(step_lags);
        }
        // Columns of one step share their layout: a group's or the totals' lie side by side.
        for step in &kernel.steps {
            if matches!(step.action, Action::Mask(_) | Action::CrossBits) {
                continue;
            }
            let range = step.out..step.out + step.outs;
            let most = history[range.clone()].iter().copied().max().unwrap_or(0);
            history[range].fill(most);
        }
        let reach = history.iter().copied().max().unwrap_or(0);
        let block = reach
            .next_power_of_two()
            .clamp(BLOCK, MOST_BLOCK)
            .min(most.next_multiple_of(64));
        let width: Vec<usize> = history
            .iter()
            .map(|h| h.next_multiple_of(2) + block)
            .collect();
        // Places in the arena, step by step.
        let mut arena_len = 0;
        let mut masks_len = 0;
        let words = block / 64;
        let mut base = vec![0usize; kernel.steps.len()];
        for (i, (step, p)) in kernel.steps.iter().zip(&projection).enumerate() {
            let count = p.representative.len();
            if matches!(step.action, Action::Mask(_) | Action::CrossBits) {
                base[i] = masks_len;
                masks_len += count * step.outs * words;
            } else {
                base[i] = arena_len;
                arena_len += count * step.outs * width[step.out];
            }
        }
        let column_at = |column: usize, instance: usize| {
            let step = kernel.column_step[column];
            let s = &kernel.steps[step];
            base[step] + (instance * s.outs + column - s.out) * width[column]
        };
        let mut arena = vec![f64::NAN; arena_len];
        for (column, totals) in kernel.column_totals.iter().enumerate() {
            if *totals {
                let step = kernel.column_step[column];
                for instance in 0..projection[step].representative.len() {
                    let at = column_at(column, instance);
                    arena[at..at + width[column]].fill(0.0);
                }
            }
        }
        let mut instances = Vec::with_capacity(kernel.steps.len());
        for (i, (step, p)) in kernel.steps.iter().zip(&projection).enumerate() {
            let is_mask = matches!(step.action, Action::Mask(_) | Action::CrossBits);
            let mut of_step = Vec::with_capacity(p.representative.len());
            for (k, &c) in p.representative.iter().enumerate() {
                let scalars = &scalars_of[&c];
                let bounds = match step.action {
                    Action::Sums(_, id)
                    | Action::Mean(id)
                    | Action::Extreme(_, id)
                    | Action::After(id) => graph.bounds(id, scalars, most),
                    _ => None,
                };
                let state = match step.action {
                    Action::Group(_, g) => vec![0.0; state_len(graph, g)],
                    Action::After(_) => vec![0.0],
                    _ => Vec::new(),
                };
                let leaves = step
                    .views
                    .iter()
                    .zip(&lags[i][k])
                    .map(|(view, lag)| {
                        let from = kernel.column_step[view.column];
                        let instance = projection[from].of[c] as usize;
                        column_at(view.column, instance) + history[view.column].next_multiple_of(2)
                            - lag
                    })
                    .collect();
                let outs = step.outs;
                of_step.push(Instance {
                    out: if is_mask {
                        base[i] + k * outs * words
                    } else {
                        base[i] + k * outs * width[step.out]
                    },
                    leaves,
                    scalars: step.scalars.iter().map(|id| scalars[id.index()]).collect(),
                    bounds,
                    state,
                    totals: Totals::default(),
                    mean: MeanState::default(),
                    last: LastSide::default(),
                });
            }
            instances.push(of_step);
        }
        let mut gates = Vec::with_capacity(count * kernel.signals.len());
        for c in 0..count {
            if kernel.signals.is_empty() {
                break;
            }
            let scalars = match scalars_of.get(&c) {
                Some(known) => Arc::clone(known),
                None => Arc::new(graph.scalars(set(c))),
            };
            let looks = graph.lookbacks(&scalars);
            gates.extend(kernel.signals.iter().map(|(_, look)| looks[*look as usize]));
        }
        Self {
            kernel,
            bars,
            block,
            instances,
            projection,
            history,
            width,
            arena,
            masks: vec![0; masks_len],
            gates,
            start: 0,
            len: 0,
        }
    }

    fn run_block(&mut self, start: usize, len: usize) {
        self.shift(self.len);
        self.start = start;
        self.len = len;
        let shared = Shared {
            arena: self.arena.as_mut_ptr(),
            masks: self.masks.as_mut_ptr(),
        };
        let kernel = Arc::clone(&self.kernel);
        let (history, width, bars, block) = (&self.history, &self.width, self.bars, self.block);
        let threads = rayon::current_num_threads();
        for (step, instances) in kernel.steps.iter().zip(&mut self.instances) {
            let layout = Layout {
                history: if matches!(step.action, Action::Mask(_) | Action::CrossBits) {
                    0
                } else {
                    history[step.out].next_multiple_of(2)
                },
                width: if matches!(step.action, Action::Mask(_) | Action::CrossBits) {
                    block / 64
                } else {
                    width[step.out]
                },
                start,
                len,
            };
            if matches!(step.action, Action::Mean(_) | Action::Extreme(..)) {
                run_side_by_side(step.action, instances, shared, layout, bars, threads > 1);
            } else if threads > 1 && instances.len() * len >= 1 << 14 {
                instances.into_par_iter().for_each(|instance| {
                    run(step.action, step.outs, instance, shared, layout, bars)
                });
            } else {
                for instance in instances {
                    run(step.action, step.outs, instance, shared, layout, bars);
                }
            }
        }
    }

    /// The end of the last block becomes the history of the next.
    fn shift(&mut self, last: usize) {
        if last == 0 {
            return;
        }
        for (step, instances) in self.kernel.steps.iter().zip(&self.instances) {
            if matches!(step.action, Action::Mask(_) | Action::CrossBits) {
                continue;
            }
            let history = self.history[step.out];
            if history == 0 {
                continue;
            }
            let (width, front) = (self.width[step.out], history.next_multiple_of(2));
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

    /// The column of output i on the present block.
    fn output(&self, i: usize) -> &[f64] {
        let column = self.kernel.outputs[i];
        let step = self.kernel.column_step[column];
        let s = &self.kernel.steps[step];
        let at = self.instances[step][0].out
            + (column - s.out) * self.width[column]
            + self.history[column].next_multiple_of(2);
        &self.arena[at..at + self.len]
    }

    /// Adds the bits of one signal to `words`.
    fn signal(&self, combo: usize, i: usize, words: &mut [u64], scratch: &mut Vec<u64>) {
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

/// Which parameter sets share an instance of a step that depends on `deps`.
fn project<'c>(deps: u64, count: usize, set: impl Fn(usize) -> &'c [f64]) -> Projection {
    let mut of = Vec::with_capacity(count);
    let mut representative = Vec::new();
    let mut seen: HashMap<Vec<u64>, u32> = HashMap::new();
    let mut key = Vec::new();
    for c in 0..count {
        key.clear();
        for (p, value) in set(c).iter().enumerate() {
            if deps >> p & 1 == 1 {
                key.push(value.to_bits());
            }
        }
        let instance = match seen.get(&key) {
            Some(known) => *known,
            None => {
                let new = representative.len() as u32;
                seen.insert(key.clone(), new);
                representative.push(c);
                new
            }
        };
        of.push(instance);
    }
    Projection { of, representative }
}

/// Where a step's outputs lie on the present block.
#[derive(Clone, Copy)]
struct Layout {
    history: usize,
    width: usize,
    start: usize,
    len: usize,
}

fn run(
    action: Action,
    outs: usize,
    instance: &mut Instance,
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
fn run_side_by_side(
    action: Action,
    instances: &mut [Instance],
    shared: Shared,
    layout: Layout,
    bars: BarColumns<'_>,
    parallel: bool,
) {
    let same = |a: &Instance, b: &Instance| a.leaves == b.leaves;
    let groups: Vec<&mut [Instance]> = instances
        .chunk_by_mut(same)
        .flat_map(|group| group.chunks_mut(LANES))
        .collect();
    let run = |group: &mut [Instance]| {
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
        let out = |i: &Instance| {
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
unsafe fn pointers(shared: Shared, instance: &Instance) -> Vec<*const f64> {
    instance
        .leaves
        .iter()
        // SAFETY: as the caller says.
        .map(|at| unsafe { shared.arena.add(*at).cast_const() })
        .collect()
}

impl Sweep for KernelRun<'_> {
    fn block(&self) -> usize {
        self.block
    }

    fn combo_state(&self, _combo: usize) -> ComboState {
        ComboState::default()
    }

    fn begin_block(&mut self, start: usize, len: usize) {
        self.run_block(start, len);
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

/// The outputs of an expression over all bars.
#[must_use]
pub fn evaluate(
    kernel: &Arc<Kernel>,
    graph: &Graph,
    params: &[f64],
    bars: BarColumns<'_>,
) -> Vec<Vec<f64>> {
    let mut run = KernelRun::new(Arc::clone(kernel), graph, params, bars);
    let mut out: Vec<Vec<f64>> = vec![Vec::with_capacity(bars.len()); kernel.outputs.len()];
    let mut start = 0;
    while start < bars.len() {
        let len = run.block.min(bars.len() - start);
        run.run_block(start, len);
        for (i, out) in out.iter_mut().enumerate() {
            out.extend_from_slice(run.output(i));
        }
        start += len;
    }
    out
}

/// For each bar the bits of the entries and of the exits that hold.
#[must_use]
pub fn signals(
    kernel: &Arc<Kernel>,
    graph: &Graph,
    params: &[f64],
    bars: BarColumns<'_>,
) -> Vec<(u64, u64)> {
    let mut run = KernelRun::new(Arc::clone(kernel), graph, params, bars);
    let mut out = vec![(0, 0); bars.len()];
    let mut scratch = Vec::new();
    let mut start = 0;
    while start < bars.len() {
        let len = run.block.min(bars.len() - start);
        run.run_block(start, len);
        for i in 0..kernel.signals.len() {
            let mut words = vec![0; len.div_ceil(64)];
            run.signal(0, i, &mut words, &mut scratch);
            for (t, decision) in out[start..start + len].iter_mut().enumerate() {
                let bit = words[t / 64] >> (t % 64) & 1;
                if i < kernel.entries {
                    decision.0 |= bit << i;
                } else {
                    decision.1 |= bit << (i - kernel.entries);
                }
            }
        }
        start += len;
    }
    out
}
