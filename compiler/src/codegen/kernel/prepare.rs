//! Preparing a chunk of parameter sets: which of them share what, and where everything lies.

use std::collections::HashMap;
use std::sync::Arc;

use strat_abi::BarColumns;
use strat_abi::columns::LastSide;
use strat_abi::line::{LINE, first_line};
use strat_abi::linear::LinearState;
use strat_abi::mean::MeanState;
use strat_abi::orders::MOST;
use strat_abi::pair::Pair;
use strat_lang::hir::Input;

use super::action::{Action, View};
use super::block::share_of;
use super::layout::{block, column_width, front};
use super::leaf::{Leaf, bar_column};
use super::near::Places;
use super::open::Opening;
use super::order::is_linear;
use super::plan::Kernel;
use super::prepared::prepared;
use super::projection::{Projection, project};
use super::run::KernelRun;
use super::steps::Instance;
use super::team::{Mate, Team};
use crate::codegen::group::state_len;
use crate::feeds::Column;
use crate::ir::Graph;

/// Gives the columns of an input beside the bars, one per parameter set.
pub(crate) type Hand<'h, 'a> = &'h dyn Fn(Input, &[&[f64]]) -> Vec<Column<'a>>;

impl<'a> KernelRun<'a> {
    /// Prepares `combos` (parameter sets one after the other, already resolved) over `bars`.
    ///
    /// `hand` gives the columns of an input beside the bars; `with_values` says
    /// whether the values of the plan are computed, which a sweep does not ask for.
    #[must_use]
    pub(crate) fn new(
        kernel: Arc<Kernel>,
        graph: &Graph,
        combos: &[f64],
        bars: BarColumns<'a>,
        hand: Hand<'_, 'a>,
        with_values: bool,
    ) -> Self {
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
        let nothing = Arc::new(Projection::default());
        for (step, for_values) in kernel.steps.iter().zip(&kernel.for_values) {
            if *for_values && !with_values {
                projection.push(Arc::clone(&nothing));
                continue;
            }
            let p = projections
                .entry(step.deps)
                .or_insert_with(|| Arc::new(project(step.deps, count, set)));
            projection.push(Arc::clone(p));
        }
        // How far back each column is read.
        let mut history = vec![0usize; kernel.column_step.len()];
        // The same once all recurrences have started and their seeds are not needed any more.
        let mut later = history.clone();
        let mut reads: Vec<Vec<Vec<[Read; 2]>>> = Vec::with_capacity(kernel.steps.len());
        let mut reach_of = vec![0; kernel.steps.len()];
        for (i, (step, p)) in kernel.steps.iter().zip(&projection).enumerate() {
            let mut of_step = Vec::with_capacity(p.representative.len());
            for &c in &p.representative {
                let scalars = scalars_of
                    .entry(c)
                    .or_insert_with(|| Arc::new(graph.scalars(set(c))));
                let reach = match step.action {
                    Action::Sum(_, id) | Action::Mean(id) | Action::Extreme(_, id) => {
                        graph.bounds(id, scalars, most).map_or(0, |b| b.n.min(most))
                    }
                    Action::Ordered(_, id) | Action::Pair(Pair::Apart, id) => graph
                        .bounds(id, scalars, most)
                        .filter(|b| b.n <= MOST)
                        .map_or(0, |b| b.n.min(most)),
                    _ => 0,
                };
                reach_of[i] = reach_of[i].max(reach);
                let mut step_reads = Vec::with_capacity(step.views.len());
                let own = View {
                    column: step.out,
                    lag: None,
                };
                let views = match step.action {
                    Action::Choice(_) => std::slice::from_ref(&own),
                    _ => &step.views[..],
                };
                for (k, view) in views.iter().enumerate() {
                    let reads =
                        [false, true].map(|is_open| read(&kernel, *view, scalars, most, is_open));
                    for read in &reads {
                        // A window reaches back from where it looks.
                        let back = read.lag + reach;
                        history[read.column] = history[read.column].max(back);
                        if kernel.seeds_of[i].is_empty() && !(is_linear(step) && k == 1) {
                            later[read.column] = later[read.column].max(back);
                        }
                    }
                    step_reads.push(reads);
                }
                of_step.push(step_reads);
            }
            reads.push(of_step);
        }
        // Teams read both sides of a choice, and run when nothing is withheld any more.
        let reads_of_team = |team: &Team, c: usize| -> Vec<Read> {
            let scalars = &scalars_of[&c];
            let views = team.shared.iter().chain(&team.own);
            views
                .map(|view| read(&kernel, *view, scalars, most, true))
                .collect()
        };
        // A team does nothing where a step of it is not asked for.
        let sets_of_team = |team: &Team| -> &[usize] {
            let sets = team
                .steps
                .iter()
                .map(|i| &projection[*i].representative[..]);
            sets.min_by_key(|sets| sets.len()).unwrap_or(&[])
        };
        for team in &kernel.teams {
            for &c in sets_of_team(team) {
                for read in reads_of_team(team, c) {
                    history[read.column] = history[read.column].max(read.lag);
                    later[read.column] = later[read.column].max(read.lag);
                }
            }
        }
        // Columns of one step share their layout: a group's lie side by side.
        for step in &kernel.steps {
            if matches!(step.action, Action::Mask(_) | Action::CrossBits) {
                continue;
            }
            let range = step.out..step.out + step.outs;
            let most = history[range.clone()].iter().copied().max().unwrap_or(0);
            history[range].fill(most);
        }
        let reach = history.iter().copied().max().unwrap_or(0);
        let places = Places::of(&kernel.steps, &kernel.spans, |i| {
            history[kernel.steps[i].out] == 0
        });
        let block = block(reach, &kernel, &projection, &places).min(most.next_multiple_of(64));
        let width: Vec<usize> = history.iter().map(|h| column_width(*h, block)).collect();
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
            } else if places.of[i].is_none() {
                base[i] = arena_len;
                arena_len += count * step.outs * width[step.out];
            }
        }
        // Each share of the parameter sets has near columns of its own.
        let threads = rayon::current_num_threads();
        let (shares, near) = (threads.max(1), arena_len);
        let mut in_share = vec![0; places.columns.len()];
        let mut share_len = 0;
        for (place, columns) in in_share.iter_mut().zip(&places.columns) {
            *place = share_len;
            share_len += columns * column_width(0, block);
        }
        arena_len += shares * share_len;
        let arena = vec![f64::NAN; arena_len + LINE];
        let aligned = first_line(&arena);
        for (base, step) in base.iter_mut().zip(&kernel.steps) {
            if !matches!(step.action, Action::Mask(_) | Action::CrossBits) {
                *base += aligned;
            }
        }
        let column_at = |column: usize, instance: usize| {
            let step = kernel.column_step[column];
            let (s, of_step) = (&kernel.steps[step], column - kernel.steps[step].out);
            let count = projection[step].representative.len();
            match places.of[step] {
                Some(place) => {
                    let share = near + share_of(instance, shares, count) * share_len;
                    aligned + share + in_share[place] + of_step * width[column]
                }
                None => base[step] + (instance * s.outs + of_step) * width[column],
            }
        };
        let leaf = |read: &Read, c: usize| {
            let from = kernel.column_step[read.column];
            let instance = projection[from].of[c] as usize;
            let first = front(history[read.column]);
            Leaf {
                at: column_at(read.column, instance) + first - read.lag,
                bar: match kernel.steps[from].action {
                    Action::Input(input) => bar_column(&bars, input).map(|_| (input, read.lag)),
                    _ => None,
                },
            }
        };
        let mut instances = Vec::with_capacity(kernel.steps.len());
        for (i, (step, p)) in kernel.steps.iter().zip(&projection).enumerate() {
            let is_mask = matches!(step.action, Action::Mask(_) | Action::CrossBits);
            let mut of_step = Vec::with_capacity(p.representative.len());
            for (k, &c) in p.representative.iter().enumerate() {
                let scalars = &scalars_of[&c];
                let bounds = match step.action {
                    Action::Sum(_, id)
                    | Action::Mean(id)
                    | Action::Extreme(_, id)
                    | Action::Ordered(_, id)
                    | Action::Pair(_, id)
                    | Action::After(id) => graph.bounds(id, scalars, most),
                    _ => None,
                };
                let state = match step.action {
                    Action::Group(_, g) => vec![0.0; state_len(graph, g)],
                    Action::After(_) => vec![0.0],
                    Action::Ordered(w, _) => bounds.map_or_else(Vec::new, |b| b.window_state(w)),
                    Action::Pair(p, _) => bounds.map_or_else(Vec::new, |b| b.pair_state(p)),
                    Action::Pool(_, p, _) => vec![0.0; graph.pools[p].state_len(most)],
                    _ => Vec::new(),
                };
                let capacity = match step.action {
                    Action::Pool(_, p, _) => graph.pools[p].capacity(most),
                    _ => 0,
                };
                let [leaves, open] = [0, 1].map(|which| {
                    let reads = reads[i][k].iter();
                    reads
                        .map(|reads| leaf(&reads[which], c))
                        .collect::<Vec<Leaf>>()
                });
                let open = if open == leaves { Vec::new() } else { open };
                let outs = step.outs;
                of_step.push(Instance {
                    out: if is_mask {
                        base[i] + k * outs * words
                    } else {
                        column_at(step.out, k)
                    },
                    leaves,
                    open,
                    scalars: step.scalars.iter().map(|id| scalars[id.index()]).collect(),
                    bounds,
                    state,
                    capacity,
                    handed: None,
                    mean: MeanState::default(),
                    linear: LinearState::default(),
                    last: LastSide::default(),
                    result: None,
                });
            }
            if let Action::Input(input) = step.action
                && graph.slot(input).is_some()
            {
                let sets: Vec<&[f64]> = p.representative.iter().map(|c| set(*c)).collect();
                for (instance, column) in of_step.iter_mut().zip(hand(input, &sets)) {
                    instance.handed = Some(column);
                }
            }
            instances.push(of_step);
        }
        let mates = kernel
            .teams
            .iter()
            .map(|team| {
                let sets = sets_of_team(team).iter();
                sets.map(|&c| Mate {
                    leaves: reads_of_team(team, c)
                        .iter()
                        .map(|read| leaf(read, c))
                        .collect(),
                    scalars: team
                        .scalars
                        .iter()
                        .map(|id| scalars_of[&c][id.index()])
                        .collect(),
                    fits: team
                        .taken
                        .iter()
                        .all(|(id, yes)| (scalars_of[&c][id.index()] == 1.0) == *yes),
                })
                .collect()
            })
            .collect();
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
        let sets = if kernel.outputs.is_empty() { 0 } else { count };
        let mut outputs = Vec::with_capacity(sets * kernel.outputs.len());
        let mut open_outputs = Vec::with_capacity(outputs.capacity());
        for c in 0..sets {
            for &column in &kernel.outputs {
                let view = View { column, lag: None };
                let scalars = scalars_of
                    .entry(c)
                    .or_insert_with(|| Arc::new(graph.scalars(set(c))));
                outputs.push(leaf(&read(&kernel, view, scalars, most, false), c));
                open_outputs.push(leaf(&read(&kernel, view, scalars, most, true), c));
            }
        }
        let works = kernel.teams.iter().map(|_| Vec::new()).collect();
        let (slots, prepared) = prepared(&kernel.steps, &instances, &reach_of, shares);
        let opening = Opening::new(&kernel, reach, reach_of, open_outputs);
        Self {
            sets,
            outputs,
            prepared,
            slots,
            kernel,
            bars,
            block,
            instances,
            mates,
            works,
            started: false,
            opening,
            projection,
            history,
            later,
            width,
            arena,
            masks: vec![0; masks_len],
            gates,
            start: 0,
            len: 0,
            in_place: false,
            threads,
        }
    }
}

/// A column that a step reads, and how many bars back.
struct Read {
    column: usize,
    lag: usize,
}

/// What is read through a view: behind a choice that the parameters make is what they choose, and
/// where nothing is withheld any more what was withheld.
fn read(kernel: &Kernel, view: View, scalars: &[f64], most: usize, is_open: bool) -> Read {
    let lag = |view: View| {
        view.lag
            .map_or(0, |n| (scalars[n.index()] as usize).min(most))
    };
    let mut read = Read {
        column: view.column,
        lag: lag(view),
    };
    loop {
        let step = &kernel.steps[kernel.column_step[read.column]];
        let side = match step.action {
            Action::Choice(condition) => usize::from(scalars[condition.index()] != 1.0),
            Action::After(_) if is_open => 0,
            _ => return read,
        };
        let chosen = step.views[side];
        read = Read {
            column: chosen.column,
            lag: (read.lag + lag(chosen)).min(most),
        };
    }
}
