//! The interpreter: walks the graph node by node, bar by bar. Slow and plain on purpose; it is
//! what every other executor is compared with.

mod zones;

use std::collections::VecDeque;

use strat_abi::columns::{LastSide, after_step, cross_step};
use strat_abi::{BarValues, Decision, Stream, TradeValues, pair, window};
use strat_lang::hir::Input;

use self::zones::{Answer, Zones};
use crate::ir::{Bounds, Graph, Id, Op, Start, query};

/// One parameter set running bar by bar.
pub struct Interpreter<'g> {
    graph: &'g Graph,
    values: Vec<f64>,
    states: Vec<State>,
    groups: Vec<GroupState>,
    looks: Vec<i64>,
    pools: Vec<Zones>,
    answers: Vec<Answer>,
    /// The values that the plan points into.
    given: Vec<f64>,
    bar: usize,
}

/// What a node remembers.
enum State {
    Nothing,
    Lag(VecDeque<f64>, usize),
    Window(Vec<f64>, Bounds),
    Cross(LastSide),
    After(f64, f64),
}

/// What a group remembers: per member its last values, newest first.
struct GroupState {
    phase: Phase,
    started: bool,
    past: Vec<VecDeque<f64>>,
}

/// What a group does on the present bar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Undecided,
    Waiting,
    Seeding,
    Stepping,
}

impl<'g> Interpreter<'g> {
    /// Ready for the first bar; `scalars` as [`Graph::scalars`] computes them.
    #[must_use]
    pub fn new(graph: &'g Graph, scalars: &[f64], most_bars: usize) -> Self {
        let states = (0..graph.nodes.len())
            .map(|i| {
                let id = Id(i as u32);
                let bounds = graph.bounds(id, scalars, most_bars);
                match (graph.node(id).op, bounds) {
                    (Op::Lag(..), Some(b)) => State::Lag(VecDeque::new(), b.n),
                    (Op::Window(w, ..), Some(b)) => State::Window(b.window_state(w), b),
                    (Op::Pair(p, ..), Some(b)) => State::Window(b.pair_state(p), b),
                    (Op::After(..), Some(b)) => State::After(0.0, b.n as f64),
                    (Op::Cross(..), _) => State::Cross(LastSide::default()),
                    _ => State::Nothing,
                }
            })
            .collect();
        Self {
            graph,
            values: scalars.to_vec(),
            states,
            groups: graph
                .groups
                .iter()
                .map(|g| GroupState {
                    phase: Phase::Undecided,
                    started: false,
                    past: g
                        .members
                        .iter()
                        .map(|m| VecDeque::from(vec![f64::NAN; m.depth as usize]))
                        .collect(),
                })
                .collect(),
            looks: graph.lookbacks(scalars),
            pools: vec![Zones::default(); graph.pools.len()],
            answers: vec![Answer::default(); graph.queries.len()],
            given: vec![f64::NAN; graph.values.len()],
            bar: 0,
        }
    }

    /// Computes every node for one bar; `handed` as [`Graph::handed`] lists it.
    pub fn advance(&mut self, bar: &BarValues, handed: &[f64]) {
        let graph = self.graph;
        for g in &mut self.groups {
            g.phase = Phase::Undecided;
        }
        for (i, node) in graph.nodes.iter().enumerate() {
            // What belongs to a zone is computed with its pool.
            if !node.stage.series || node.zone.is_some() {
                continue;
            }
            if let Some(g) = node.body
                && self.phase(g as usize) != Phase::Stepping
            {
                self.values[i] = f64::NAN;
                continue;
            }
            let get = |values: &[f64], id: Id| values[id.index()];
            self.values[i] = match node.op {
                Op::Input(input) => match input {
                    Input::Open => bar.open,
                    Input::High => bar.high,
                    Input::Low => bar.low,
                    Input::Close => bar.close,
                    Input::Volume => bar.volume,
                    Input::BarIndex => self.bar as f64,
                    Input::Time => bar.time,
                    beside => {
                        let slot = graph.slot(beside);
                        let value = slot.and_then(|slot| handed.get(slot));
                        value.copied().unwrap_or(f64::NAN)
                    }
                },
                Op::Query(q, output) => self.ask(q as usize, output as usize),
                Op::Lag(x, _) => {
                    let x = get(&self.values, x);
                    match &mut self.states[i] {
                        State::Lag(past, n) => {
                            past.push_back(x);
                            if past.len() > *n {
                                past.pop_front().unwrap_or(f64::NAN)
                            } else {
                                f64::NAN
                            }
                        }
                        _ => f64::NAN,
                    }
                }
                Op::Window(w, x, ..) => {
                    let x = get(&self.values, x);
                    match &mut self.states[i] {
                        State::Window(state, b) => window::step(w, state, x, b.n, b.least, b.ring),
                        _ => f64::NAN,
                    }
                }
                Op::Pair(p, x, y, _) => {
                    let (x, y) = (get(&self.values, x), get(&self.values, y));
                    match &mut self.states[i] {
                        State::Window(state, b) => pair::step(p, state, x, y, b.n, b.ring),
                        _ => f64::NAN,
                    }
                }
                Op::Cross(a, b) => {
                    let (a, b) = (get(&self.values, a), get(&self.values, b));
                    match &mut self.states[i] {
                        State::Cross(last) => cross_step(last, a, b),
                        _ => f64::NAN,
                    }
                }
                Op::After(x, _) => {
                    let x = get(&self.values, x);
                    match &mut self.states[i] {
                        State::After(seen, n) => after_step(seen, x, *n),
                        _ => f64::NAN,
                    }
                }
                Op::Prev(g, m, lag) => self.groups[g as usize].past[m as usize][lag as usize - 1],
                Op::Member(g, m) => {
                    let phase = self.phase(g as usize);
                    let member = graph.groups[g as usize].members[m as usize];
                    match phase {
                        Phase::Stepping => get(&self.values, member.step),
                        Phase::Seeding => get(&self.values, member.seed),
                        _ => f64::NAN,
                    }
                }
                op => {
                    let values = &self.values;
                    query::apply(op, |id| values[id.index()]).unwrap_or(f64::NAN)
                }
            };
        }
        self.commit();
        for (given, id) in self.given.iter_mut().zip(&graph.values) {
            *given = self.values[id.index()];
        }
        self.bar += 1;
    }

    /// Decides once per bar what a group does on it; its seeds are known by then.
    fn phase(&mut self, g: usize) -> Phase {
        let group = &self.graph.groups[g];
        let state = &mut self.groups[g];
        if state.phase != Phase::Undecided {
            return state.phase;
        }
        let seeds = |state: &mut GroupState, values: &[f64]| {
            state.started = true;
            for (past, m) in state.past.iter_mut().zip(&group.members) {
                past.iter_mut().for_each(|p| *p = values[m.seed.index()]);
            }
        };
        state.phase = if state.started {
            Phase::Stepping
        } else {
            match group.start {
                Start::FirstSeed => {
                    let first = group.members.first().map(|m| self.values[m.seed.index()]);
                    if first.is_some_and(|s| !s.is_nan()) {
                        seeds(state, &self.values);
                        Phase::Seeding
                    } else {
                        Phase::Waiting
                    }
                }
                Start::Bar(n) => {
                    let mut awaited = group.members.iter().filter(|m| m.awaited);
                    if self.bar as f64 >= self.values[n.index()]
                        && awaited.all(|m| !self.values[m.seed.index()].is_nan())
                    {
                        seeds(state, &self.values);
                        Phase::Stepping
                    } else {
                        Phase::Waiting
                    }
                }
            }
        };
        state.phase
    }

    /// The new values become the past, once all nodes have been computed.
    fn commit(&mut self) {
        for g in 0..self.groups.len() {
            if self.phase(g) != Phase::Stepping {
                continue;
            }
            let members = &self.graph.groups[g].members;
            for (past, m) in self.groups[g].past.iter_mut().zip(members) {
                let new = self.values[m.step.index()];
                let kept = if m.keeps && new.is_nan() {
                    past[0]
                } else {
                    new
                };
                past.pop_back();
                past.push_front(kept);
            }
        }
    }

    /// The value of a node on the bar advanced to last.
    #[must_use]
    pub fn value(&self, id: Id) -> f64 {
        self.values[id.index()]
    }

    /// Output i of an expression on the bar advanced to last.
    #[must_use]
    pub fn output(&self, i: usize) -> f64 {
        let output = self.graph.outputs.get(i);
        output.map_or(f64::NAN, |(_, id, _)| self.value(*id))
    }

    /// The values of the plan on the bar advanced to last.
    #[must_use]
    pub fn given(&self) -> &[f64] {
        &self.given
    }

    /// What holds on the bar advanced to last.
    #[must_use]
    pub fn decision(&self) -> Decision {
        let t = self.bar as i64 - 1;
        let bits = |signals: &[crate::ir::Signal]| {
            let mut bits = 0;
            for (i, s) in signals.iter().enumerate() {
                let open = t >= self.looks[s.look as usize];
                bits |= u64::from(open && self.value(s.when) == 1.0) << i;
            }
            bits
        };
        Decision {
            entries: bits(&self.graph.entries),
            exits: bits(&self.graph.exits),
        }
    }
}

impl Stream for Interpreter<'_> {
    fn on_bar(&mut self, bar: &BarValues, _: &TradeValues<'_>) -> Decision {
        self.advance(bar, &[]);
        self.decision()
    }

    fn outputs(&self) -> &[f64] {
        &self.given
    }
}
