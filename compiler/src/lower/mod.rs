//! Typed tree to IR: keeps what is needed, folds constants, makes equal operations one.

mod entering;
mod feeds;
mod fold;
pub mod missing;
mod needed;
pub mod plan;
mod zones;

use std::collections::{BTreeMap, HashMap};

use strat_abi::Need;
use strat_abi::pair::Pair;
use strat_abi::window::Window;
use strat_lang::hir::{self, Input, Kind, NodeId, Stage, Ty};

use self::fold::SimpleOp;
use crate::ir::{
    Graph, Group, Id, Interned, Look, MOST_MEMBER_LAG, Member, Node, Op, Signal, Start, operands,
};
use crate::passes::drop_dead;

/// Lowers a checked unit.
#[must_use]
pub fn hir_to_ir(unit: &hir::Unit) -> Graph {
    let mut needs = Vec::new();
    let bars = unit.timeframe.map(millis);
    let mut graph = lower(unit, unit.params.len(), bars, &mut needs);
    graph.needs = needs;
    graph
}

/// Lowers one unit of a program whose feeds need `needs` so far.
fn lower(unit: &hir::Unit, params: usize, bar_millis: Option<i64>, needs: &mut Vec<Need>) -> Graph {
    let values = plan::plan_of(unit).1;
    let needed = needed::needed(unit, &values);
    let mut lower = Lower {
        unit,
        graph: Graph {
            params,
            bar_millis,
            ..Graph::default()
        },
        interned: Interned::new(),
        map: vec![None; unit.nodes.len()],
        groups: BTreeMap::new(),
        looks: HashMap::new(),
        pool_stages: vec![None; unit.pools.len()],
    };
    lower.extra_columns(&needed, needs);
    for (i, node) in unit.nodes.iter().enumerate() {
        if needed[i] {
            lower.node(i, node);
        }
    }
    lower.finish(&values)
}

/// A length of time in whole milliseconds, at least one.
fn millis(seconds: f64) -> i64 {
    ((seconds * 1e3).round() as i64).max(1)
}

struct Lower<'u> {
    unit: &'u hir::Unit,
    graph: Graph,
    interned: Interned,
    map: Vec<Option<Id>>,
    groups: BTreeMap<u32, u32>,
    looks: HashMap<u32, u32>,
    /// On what a pool depends, where it is known already.
    pool_stages: Vec<Option<Stage>>,
}

impl Lower<'_> {
    fn at(&self, id: NodeId) -> Id {
        // Operands stand before their users, and what a needed node reads is needed.
        self.map[id.0 as usize].unwrap_or(Id(0))
    }

    fn node(&mut self, i: usize, node: &hir::Node) {
        let at = |id: NodeId| self.at(id);
        let op = match node.kind {
            Kind::Number(bits) => Op::Number(bits),
            Kind::Bool(b) => Op::Bool(b),
            Kind::Input(input) => Op::Input(input),
            Kind::Param(p) => Op::Param(p),
            // Only a function on its own has free parameters, and that is never lowered.
            Kind::Free(_) => Op::Number(f64::NAN.to_bits()),
            Kind::Math1(f, a) => Op::Math1(f, at(a)),
            Kind::Math2(f, a, b) => Op::Math2(f, at(a), at(b)),
            Kind::Compare(f, a, b) => Op::Compare(f, at(a), at(b)),
            Kind::And(a, b) => Op::And(at(a), at(b)),
            Kind::Or(a, b) => Op::Or(at(a), at(b)),
            Kind::Not(a) => Op::Not(at(a)),
            Kind::IsNa(a) => Op::IsNa(at(a)),
            Kind::Fma(a, b, c) => Op::Fma(at(a), at(b), at(c)),
            Kind::Select(c, a, b) => Op::Select(at(c), at(a), at(b)),
            Kind::Coalesce(a, b) => Op::Coalesce(at(a), at(b)),
            Kind::NumOf(a) => Op::NumOf(at(a)),
            Kind::Lag(a, n) => Op::Lag(at(a), at(n)),
            Kind::Window(f, x, n, least) => Op::Window(window(f), at(x), at(n), at(least)),
            Kind::Pair(f, x, y, n) => Op::Pair(pair(f), at(x), at(y), at(n)),
            Kind::Cross(a, b) => Op::Cross(at(a), at(b)),
            Kind::After(a, n) => Op::After(at(a), at(n)),
            Kind::New(g, m, a) => {
                let a = at(a);
                Op::New(self.group(g), m, a)
            }
            Kind::Prev(g, m, n) => {
                let lag = match self.graph.node(at(n)).op {
                    Op::Number(bits) => f64::from_bits(bits) as u32,
                    _ => 1,
                };
                Op::Prev(self.group(g), m, lag.clamp(1, MOST_MEMBER_LAG))
            }
            Kind::Member(g, m) => Op::Member(self.group(g), m),
            Kind::ZoneKept(p, i) => Op::ZoneKept(p.0, i),
            Kind::ZoneNew(p, i, a) => Op::ZoneNew(p.0, i, at(a)),
            Kind::ZonePrev(p, i) => Op::ZonePrev(p.0, i),
            Kind::ZoneAge(p) => Op::ZoneAge(p.0),
            Kind::Query(q, i) => {
                self.query(q, node.span);
                Op::Query(q.0, i)
            }
        };
        let body = node.body.map(|g| self.group(g));
        let stage = match op {
            Op::Query(q, _) => self.query_stage(q),
            Op::Input(Input::Extra(i)) => Stage {
                params: self.graph.feeds.get(i as usize).map_or(0, |f| f.params),
                series: true,
            },
            _ => node.stage,
        };
        let id = self.add(op, node.ty == Ty::Bool, stage, body, node.span);
        self.map[i] = Some(id);
    }

    fn group(&mut self, g: hir::GroupId) -> u32 {
        if let Some(&known) = self.groups.get(&g.0) {
            return known;
        }
        let index = self.graph.groups.len() as u32;
        self.graph.groups.push(Group {
            start: Start::FirstSeed,
            members: Vec::new(),
            body: Vec::new(),
            reads: Vec::new(),
        });
        self.groups.insert(g.0, index);
        index
    }

    fn add(
        &mut self,
        op: Op,
        is_bool: bool,
        stage: Stage,
        body: Option<u32>,
        span: strat_lang::source::Span,
    ) -> Id {
        let op = self.simplify(op);
        if let SimpleOp::Same(id) = op {
            return id;
        }
        let SimpleOp::New(op) = op else {
            return Id(0);
        };
        if let Some(&id) = self.interned.get(&op) {
            return id;
        }
        let is_bool = match op {
            Op::Number(_) => false,
            Op::Bool(_) => true,
            _ => is_bool,
        };
        let (stage, body) = match op {
            Op::Number(_) | Op::Bool(_) => (Stage::default(), None),
            Op::Prev(g, ..) | Op::New(g, ..) => (stage, Some(g)),
            // Folding may have taken the operands that tied it to a group.
            _ => {
                let still = operands(op)
                    .iter()
                    .flatten()
                    .any(|o| self.graph.node(*o).body == body && body.is_some());
                (stage, if still { body } else { None })
            }
        };
        let stage = self.stage(op, stage);
        let zone = match op {
            Op::ZoneKept(p, _) | Op::ZoneNew(p, ..) | Op::ZonePrev(p, _) | Op::ZoneAge(p) => {
                Some(p)
            }
            _ => operands(op)
                .iter()
                .flatten()
                .find_map(|o| self.graph.node(*o).zone),
        };
        let id = Id(self.graph.nodes.len() as u32);
        self.graph.nodes.push(Node {
            op,
            is_bool,
            stage,
            body,
            zone,
            span,
        });
        self.interned.insert(op, id);
        id
    }

    /// On what an operation depends now: folding may have taken operands that `written` counts, and
    /// what is left may be a length, or shared over a grid.
    fn stage(&self, op: Op, written: Stage) -> Stage {
        let of_operands = operands(op)
            .iter()
            .flatten()
            .fold(Stage::default(), |all, o| {
                all.join(self.graph.node(*o).stage)
            });
        match op {
            // These have no operands, or some that are not all there is.
            Op::Input(_)
            | Op::Param(_)
            | Op::Member(..)
            | Op::Prev(..)
            | Op::New(..)
            | Op::Query(..) => written,
            // Of each zone, and so of each bar.
            Op::ZoneKept(..) | Op::ZonePrev(..) | Op::ZoneAge(_) | Op::ZoneNew(..) => Stage {
                series: true,
                ..of_operands
            },
            Op::Lag(..) | Op::Window(..) | Op::Pair(..) | Op::Cross(..) | Op::After(..) => Stage {
                series: true,
                ..of_operands
            },
            _ => of_operands,
        }
    }

    /// The longest lookback of some nodes.
    fn look_of_all(&mut self, nodes: impl Iterator<Item = NodeId>) -> u32 {
        let mut all: Option<u32> = None;
        for node in nodes {
            let look = self.look(self.unit.node(node).look);
            all = Some(match all {
                None => look,
                Some(longest) if longest == look => longest,
                Some(longest) => {
                    self.graph.looks.push(Look::Max(longest, look));
                    self.graph.looks.len() as u32 - 1
                }
            });
        }
        all.unwrap_or_else(|| self.look(hir::Looks::ZERO))
    }

    fn look(&mut self, id: hir::LookId) -> u32 {
        if let Some(&known) = self.looks.get(&id.0) {
            return known;
        }
        // Formulas stand after their operands: lower all before this one that it can reach.
        let mut reach = vec![false; id.0 as usize + 1];
        reach[id.0 as usize] = true;
        for i in (0..=id.0).rev() {
            if !reach[i as usize] {
                continue;
            }
            match self.unit.looks.get(hir::LookId(i)) {
                hir::Look::Sum(a, b) | hir::Look::Max(a, b) | hir::Look::Min(a, b) => {
                    reach[a.0 as usize] = true;
                    reach[b.0 as usize] = true;
                }
                _ => {}
            }
        }
        for i in 0..=id.0 {
            if !reach[i as usize] || self.looks.contains_key(&i) {
                continue;
            }
            let of = |l: hir::LookId| self.looks.get(&l.0).copied().unwrap_or(0);
            let look = match self.unit.looks.get(hir::LookId(i)) {
                hir::Look::Bars(n) => Look::Bars(n),
                hir::Look::Value(n) => Look::Value(self.at(n)),
                hir::Look::Sum(a, b) => Look::Sum(of(a), of(b)),
                hir::Look::Max(a, b) => Look::Max(of(a), of(b)),
                hir::Look::Min(a, b) => Look::Min(of(a), of(b)),
            };
            self.graph.looks.push(look);
            self.looks.insert(i, self.graph.looks.len() as u32 - 1);
        }
        self.looks.get(&id.0).copied().unwrap_or(0)
    }

    fn finish(mut self, values: &[NodeId]) -> Graph {
        let unit = self.unit;
        for (h, i) in self.groups.clone() {
            let group = &unit.groups[h as usize];
            let start = match group.start {
                hir::Start::FirstSeed => Start::FirstSeed,
                hir::Start::Bar(n) => Start::Bar(self.at(n)),
            };
            let members = group
                .members
                .iter()
                .map(|m| Member {
                    seed: self.at(m.seed),
                    step: self.at(m.step),
                    keeps: m.keeps,
                    awaited: {
                        let seed = self.at(m.seed);
                        self.graph.node(seed).stage.series
                    },
                    depth: 0,
                })
                .collect();
            let out = &mut self.graph.groups[i as usize];
            out.start = start;
            out.members = members;
        }
        let signal = |this: &mut Self, s: &hir::Signal| Signal {
            tag: s.tag.clone(),
            when: this.at(s.when),
            look: this.look_of_all(std::iter::once(s.when).chain(plan::values_of_signal(s))),
        };
        for s in &unit.entries {
            let s = signal(&mut self, s);
            self.graph.entries.push(s);
        }
        for s in &unit.exits {
            let s = signal(&mut self, s);
            self.graph.exits.push(s);
        }
        for (name, n) in &unit.outputs {
            let look = self.look(unit.node(*n).look);
            let id = self.at(*n);
            self.graph.outputs.push((name.clone(), id, look));
        }
        self.graph.requires = unit
            .requires
            .iter()
            .map(|(n, text)| (self.at(*n), text.clone()))
            .collect();
        self.graph.flags = unit.flags.iter().map(|(_, n)| self.at(*n)).collect();
        self.graph.stop = unit.stop.map(|n| self.at(n));
        self.graph.values = self.as_entered(values);
        if !values.is_empty() {
            self.graph.values_look = Some(self.look_of_all(values.iter().copied()));
        }
        self.pools();
        let mut graph = drop_dead(self.graph);
        bodies(&mut graph);
        zones::bodies(&mut graph);
        handed(&mut graph);
        graph
    }
}

/// Which inputs are handed over with a bar.
fn handed(graph: &mut Graph) {
    let beside = |input: &Input| {
        !matches!(
            input,
            Input::Open
                | Input::High
                | Input::Low
                | Input::Close
                | Input::Volume
                | Input::BarIndex
                | Input::Time
        )
    };
    let inputs = graph.nodes.iter().filter_map(|node| match node.op {
        Op::Input(input) => Some(input),
        _ => None,
    });
    let mut handed: Vec<Input> = inputs.filter(beside).collect();
    handed.sort_unstable();
    handed.dedup();
    graph.handed = handed;
}

/// Which nodes a group's step is made of, what it reads, and how far back its members go.
fn bodies(graph: &mut Graph) {
    let mut depths: HashMap<(u32, u32), u32> = HashMap::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        if let Op::Prev(g, m, lag) = node.op {
            let depth = depths.entry((g, m)).or_default();
            *depth = (*depth).max(lag);
        }
        if let Some(g) = node.body {
            graph.groups[g as usize].body.push(Id(i as u32));
        }
    }
    for (g, group) in graph.groups.iter_mut().enumerate() {
        for (m, member) in group.members.iter_mut().enumerate() {
            let lag = depths.get(&(g as u32, m as u32)).copied().unwrap_or(0);
            member.depth = lag.max(1);
        }
        let mut reads: Vec<Id> = Vec::new();
        let inner = group
            .body
            .iter()
            .flat_map(|id| operands(graph.nodes[id.index()].op))
            .flatten()
            .chain(group.members.iter().map(|m| m.seed));
        for id in inner {
            let node = &graph.nodes[id.index()];
            if node.stage.series && node.body != Some(g as u32) {
                reads.push(id);
            }
        }
        reads.sort_unstable();
        reads.dedup();
        group.reads = reads;
    }
}

fn window(f: hir::WindowFn) -> Window {
    match f {
        hir::WindowFn::Sum => Window::Sum,
        hir::WindowFn::Mean => Window::Mean,
        hir::WindowFn::WeightedSum => Window::Weighted,
        hir::WindowFn::Moment => Window::Moment,
        hir::WindowFn::SquaredDeviations => Window::Squares,
        hir::WindowFn::Max => Window::Max,
        hir::WindowFn::Min => Window::Min,
        hir::WindowFn::MaxAge => Window::MaxAge,
        hir::WindowFn::MinAge => Window::MinAge,
        hir::WindowFn::MaxAgeOldest => Window::MaxAgeOldest,
        hir::WindowFn::MinAgeOldest => Window::MinAgeOldest,
        hir::WindowFn::Rank => Window::Rank,
    }
}

fn pair(f: hir::PairFn) -> Pair {
    match f {
        hir::PairFn::Products => Pair::Products,
        hir::PairFn::Nth => Pair::Nth,
        hir::PairFn::Apart => Pair::Apart,
        hir::PairFn::At => Pair::At,
    }
}
