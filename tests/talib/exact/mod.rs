//! Exact arithmetic as a referee: the graph of a program walked bar by bar over numbers of 31
//! digits, of each window all that is in it and nothing that was.
//!
//! It follows the rules of the interpreter (`strat_compiler::interp`), and shares none of its
//! arithmetic: an indicator that cancels badly in doubles does not here. Elementary functions are
//! those of the language, good to a double. Constants are as the compiler folded them, good to
//! half a unit of a double's last place.

#[cfg(test)]
mod examples;
mod noisy;
mod number;
mod pair;
mod pointwise;
mod quantity;
mod sliding;
mod totals;
mod window;

use std::collections::VecDeque;

use strat_compiler::ir::{Graph, Id, Op, Start};
use strat_engine::abi::BarColumns;
use strat_lang::hir::Input;

pub use self::noisy::Noisy;
pub use self::number::Exact;
use self::pair::Pairs;
pub use self::quantity::{Quantity, Spread};
use self::window::{Values, wear};

/// The outputs of a graph over all bars, output by output; the program has no parameters and reads nothing but its bars.
pub fn outputs<Q: Quantity>(graph: &Graph, bars: BarColumns<'_>) -> Vec<Vec<Q>> {
    walk(Walk::<Q>::new(graph), graph, bars)
}

/// As [`outputs`], where the other arithmetic reads its series through a running total first.
pub fn outputs_of_worn<Q: Quantity>(graph: &Graph, bars: BarColumns<'_>) -> Vec<Vec<Q>> {
    let mut first = Walk::<Q>::new(graph);
    first.is_worn = true;
    walk(first, graph, bars)
}

fn walk<Q: Quantity>(mut walk: Walk<'_, Q>, graph: &Graph, bars: BarColumns<'_>) -> Vec<Vec<Q>> {
    let mut outputs = vec![Vec::with_capacity(bars.len()); graph.outputs.len()];
    for t in 0..bars.len() {
        walk.advance(bars, t);
        for (output, (_, id, _)) in outputs.iter_mut().zip(&graph.outputs) {
            output.push(walk.values[id.index()].clone());
        }
    }
    outputs
}

/// What a node remembers.
enum State<Q> {
    Nothing,
    Lag(VecDeque<Q>, usize),
    Window(Box<Values>),
    Pair(Box<Pairs>),
    Cross(Option<bool>),
    After(usize, usize),
}

/// What a group does on a bar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Undecided,
    Waiting,
    Seeding,
    Stepping,
}

/// What a group remembers: per member its last values, newest first.
struct GroupState<Q> {
    phase: Phase,
    started: bool,
    past: Vec<VecDeque<Q>>,
}

struct Walk<'g, Q> {
    graph: &'g Graph,
    values: Vec<Q>,
    states: Vec<State<Q>>,
    groups: Vec<GroupState<Q>>,
    /// Whether inputs carry the rounding of a running total.
    is_worn: bool,
    /// The greatest magnitude that an input had, by node.
    greatest: Vec<f64>,
}

fn na<Q: Quantity>() -> Q {
    Q::of(Exact::NA)
}

impl<'g, Q: Quantity> Walk<'g, Q> {
    fn new(graph: &'g Graph) -> Self {
        let scalars = graph.scalars(&[]);
        let states = (0..graph.nodes.len())
            .map(|i| {
                let id = Id(i as u32);
                match (graph.node(id).op, graph.bounds(id, &scalars, usize::MAX)) {
                    (Op::Lag(..), Some(b)) => State::Lag(VecDeque::new(), b.n),
                    (Op::Window(w, ..), Some(b)) => {
                        State::Window(Box::new(Values::new(w, b.n, b.least)))
                    }
                    (Op::Pair(p, ..), Some(b)) => State::Pair(Box::new(Pairs::new(p, b.n))),
                    (Op::After(..), Some(b)) => State::After(0, b.n),
                    (Op::Cross(..), _) => State::Cross(None),
                    _ => State::Nothing,
                }
            })
            .collect();
        let groups = graph.groups.iter().map(|g| GroupState {
            phase: Phase::Undecided,
            started: false,
            past: g
                .members
                .iter()
                .map(|m| VecDeque::from(vec![na(); m.depth as usize]))
                .collect(),
        });
        Self {
            graph,
            values: scalars.iter().map(|x| Q::of(Exact::of(*x))).collect(),
            states,
            groups: groups.collect(),
            is_worn: false,
            greatest: vec![0.0; graph.nodes.len()],
        }
    }

    fn advance(&mut self, bars: BarColumns<'_>, t: usize) {
        let graph = self.graph;
        for g in &mut self.groups {
            g.phase = Phase::Undecided;
        }
        for (i, node) in graph.nodes.iter().enumerate() {
            if !node.stage.series {
                continue;
            }
            self.values[i] = match node.body {
                Some(g) if self.phase(g as usize, t) != Phase::Stepping => na(),
                _ => self.node(i, node.op, bars, t),
            };
        }
        self.commit(t);
    }

    fn node(&mut self, i: usize, op: Op, bars: BarColumns<'_>, t: usize) -> Q {
        let graph = self.graph;
        match op {
            Op::Input(input) => {
                let x = column(input, bars, t);
                if !self.is_worn {
                    return Q::of(Exact::of(x));
                }
                self.greatest[i] = self.greatest[i].max(x.abs());
                Q::of_window(Exact::of(x), [0.0; 2], wear(t) * self.greatest[i])
            }
            Op::Lag(x, _) => {
                let x = self.values[x.index()].clone();
                match &mut self.states[i] {
                    State::Lag(past, n) => {
                        past.push_back(x);
                        if past.len() > *n {
                            past.pop_front().unwrap_or_else(na)
                        } else {
                            na()
                        }
                    }
                    _ => na(),
                }
            }
            Op::Window(_, x, ..) => {
                let x = &self.values[x.index()];
                match &mut self.states[i] {
                    State::Window(values) => {
                        values.push(x.main(), x.noises());
                        let moved = [values.moved(0), values.moved(1)];
                        Q::of_window(values.reduce(), moved, values.worn())
                    }
                    _ => na(),
                }
            }
            Op::Pair(_, x, y, _) => {
                let (x, y) = (&self.values[x.index()], &self.values[y.index()]);
                match &mut self.states[i] {
                    State::Pair(pairs) => {
                        pairs.push((x.main(), x.noises()), (y.main(), y.noises()));
                        let moved = [pairs.moved(0), pairs.moved(1)];
                        Q::of_window(pairs.reduce(), moved, pairs.worn())
                    }
                    _ => na(),
                }
            }
            Op::Cross(a, b) => {
                let (a, b) = (self.values[a.index()].main(), self.values[b.index()].main());
                match &mut self.states[i] {
                    State::Cross(was_below) => Q::of(pointwise::cross(was_below, a, b)),
                    _ => na(),
                }
            }
            Op::After(x, _) => {
                let x = self.values[x.index()].clone();
                match &mut self.states[i] {
                    State::After(seen, n) if !x.main().is_na() => {
                        *seen += 1;
                        if *seen > *n { x } else { na() }
                    }
                    _ => na(),
                }
            }
            Op::Prev(g, m, lag) => {
                self.groups[g as usize].past[m as usize][lag as usize - 1].clone()
            }
            Op::Member(g, m) => {
                let phase = self.phase(g as usize, t);
                let member = graph.groups[g as usize].members[m as usize];
                match phase {
                    Phase::Stepping => self.values[member.step.index()].clone(),
                    Phase::Seeding => self.values[member.seed.index()].clone(),
                    _ => na(),
                }
            }
            Op::Compare(how, a, b) => {
                Q::compare(how, &self.values[a.index()], &self.values[b.index()])
            }
            op => pointwise::apply(op, &self.values),
        }
    }

    fn phase(&mut self, g: usize, t: usize) -> Phase {
        let group = &self.graph.groups[g];
        let state = &mut self.groups[g];
        if state.phase != Phase::Undecided {
            return state.phase;
        }
        let opens = match group.start {
            _ if state.started => None,
            Start::FirstSeed => {
                let first = group.members.first().map(|m| &self.values[m.seed.index()]);
                first
                    .is_some_and(|s| !s.main().is_na())
                    .then_some(Phase::Seeding)
            }
            Start::Bar(n) => {
                let first = self.values[n.index()].main().hi;
                let mut awaited = group.members.iter().filter(|m| m.awaited);
                let is_known = awaited.all(|m| !self.values[m.seed.index()].main().is_na());
                (t as f64 >= first && is_known).then_some(Phase::Stepping)
            }
        };
        if opens.is_some() {
            state.started = true;
            for (past, m) in state.past.iter_mut().zip(&group.members) {
                past.iter_mut()
                    .for_each(|p| *p = self.values[m.seed.index()].clone());
            }
        }
        state.phase = match opens {
            Some(phase) => phase,
            None if state.started => Phase::Stepping,
            None => Phase::Waiting,
        };
        state.phase
    }

    fn commit(&mut self, t: usize) {
        for g in 0..self.groups.len() {
            if self.phase(g, t) != Phase::Stepping {
                continue;
            }
            let members = &self.graph.groups[g].members;
            for (past, m) in self.groups[g].past.iter_mut().zip(members) {
                let new = self.values[m.step.index()].clone();
                let kept = match past.front() {
                    Some(last) if m.keeps && new.main().is_na() => last.clone(),
                    _ => new,
                };
                past.pop_back();
                past.push_front(kept);
            }
        }
    }
}

fn column(input: Input, bars: BarColumns<'_>, t: usize) -> f64 {
    let bar = bars.bar(t);
    match input {
        Input::Open => bar.open,
        Input::High => bar.high,
        Input::Low => bar.low,
        Input::Close => bar.close,
        Input::Volume => bar.volume,
        Input::Time => bar.time,
        Input::BarIndex => t as f64,
        other => unreachable!("an indicator of one market reads {other:?}"),
    }
}
