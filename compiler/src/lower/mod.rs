//! Typed tree to IR: keeps what is needed, folds constants, makes equal operations one.

use std::collections::{BTreeMap, HashMap};

use strat_abi::window::Window;
use strat_lang::hir::{self, Kind, NodeId, Stage, Ty};

use crate::ir::{
    Graph, Group, Id, Interned, Look, MOST_MEMBER_LAG, Member, Node, Op, Signal, Start, operands,
    query,
};
use crate::passes::drop_dead;

/// Lowers a checked unit.
#[must_use]
pub fn hir_to_ir(unit: &hir::Unit) -> Graph {
    let needed = needed(unit);
    let mut lower = Lower {
        unit,
        graph: Graph {
            params: unit.params.len(),
            ..Graph::default()
        },
        interned: Interned::new(),
        map: vec![None; unit.nodes.len()],
        groups: BTreeMap::new(),
        looks: HashMap::new(),
    };
    for (i, node) in unit.nodes.iter().enumerate() {
        if needed[i] {
            lower.node(i, node);
        }
    }
    lower.finish()
}

/// Nodes that something reads, through groups and lookbacks as well.
fn needed(unit: &hir::Unit) -> Vec<bool> {
    let mut seen = vec![false; unit.nodes.len()];
    let mut looks_seen = vec![false; unit.looks.all().len()];
    let mut groups_seen = vec![false; unit.groups.len()];
    let mut nodes: Vec<NodeId> = Vec::new();
    let mut looks: Vec<hir::LookId> = Vec::new();
    nodes.extend(unit.requires.iter().map(|(n, _)| *n));
    nodes.extend(unit.flags.iter().map(|(_, n)| *n));
    nodes.extend(unit.stop);
    let roots = unit
        .entries
        .iter()
        .chain(&unit.exits)
        .map(|s| s.when)
        .chain(unit.outputs.iter().map(|(_, n)| *n));
    for n in roots {
        nodes.push(n);
        looks.push(unit.node(n).look);
    }
    loop {
        if let Some(n) = nodes.pop() {
            if std::mem::replace(&mut seen[n.0 as usize], true) {
                continue;
            }
            let group = match unit.node(n).kind {
                Kind::Member(g, _) | Kind::New(g, ..) | Kind::Prev(g, ..) => Some(g),
                _ => None,
            };
            if let Some(g) = group
                && !std::mem::replace(&mut groups_seen[g.0 as usize], true)
            {
                let group = &unit.groups[g.0 as usize];
                nodes.extend(group.members.iter().flat_map(|m| [m.seed, m.step]));
                if let hir::Start::Bar(b) = group.start {
                    nodes.push(b);
                }
            }
            nodes.extend(hir_operands(unit.node(n).kind));
        } else if let Some(l) = looks.pop() {
            if std::mem::replace(&mut looks_seen[l.0 as usize], true) {
                continue;
            }
            match unit.looks.get(l) {
                hir::Look::Bars(_) => {}
                hir::Look::Value(n) => nodes.push(n),
                hir::Look::Sum(a, b) | hir::Look::Max(a, b) | hir::Look::Min(a, b) => {
                    looks.extend([a, b]);
                }
            }
        } else {
            return seen;
        }
    }
}

fn hir_operands(kind: Kind) -> Vec<NodeId> {
    match kind {
        Kind::Number(_)
        | Kind::Bool(_)
        | Kind::Input(_)
        | Kind::Param(_)
        | Kind::Free(_)
        | Kind::Member(..)
        | Kind::ZoneKept(..)
        | Kind::ZonePrev(..)
        | Kind::ZoneAge(_)
        | Kind::Query(..) => Vec::new(),
        Kind::Math1(_, a)
        | Kind::Not(a)
        | Kind::IsNa(a)
        | Kind::NumOf(a)
        | Kind::New(_, _, a)
        | Kind::Prev(_, _, a)
        | Kind::ZoneNew(_, _, a) => vec![a],
        Kind::Math2(_, a, b)
        | Kind::Compare(_, a, b)
        | Kind::And(a, b)
        | Kind::Or(a, b)
        | Kind::Coalesce(a, b)
        | Kind::Lag(a, b)
        | Kind::Cross(a, b)
        | Kind::After(a, b) => vec![a, b],
        Kind::Select(a, b, c) => vec![a, b, c],
        Kind::Window(_, x, n, least) => vec![x, n, least],
    }
}

struct Lower<'u> {
    unit: &'u hir::Unit,
    graph: Graph,
    interned: Interned,
    map: Vec<Option<Id>>,
    groups: BTreeMap<u32, u32>,
    looks: HashMap<u32, u32>,
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
            Kind::Select(c, a, b) => Op::Select(at(c), at(a), at(b)),
            Kind::Coalesce(a, b) => Op::Coalesce(at(a), at(b)),
            Kind::NumOf(a) => Op::NumOf(at(a)),
            Kind::Lag(a, n) => Op::Lag(at(a), at(n)),
            Kind::Window(f, x, n, least) => Op::Window(window(f), at(x), at(n), at(least)),
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
            Kind::ZoneKept(..)
            | Kind::ZoneNew(..)
            | Kind::ZonePrev(..)
            | Kind::ZoneAge(_)
            | Kind::Query(..) => Op::Number(f64::NAN.to_bits()),
        };
        let body = node.body.map(|g| self.group(g));
        let id = self.add(op, node.ty == Ty::Bool, node.stage, body, node.span);
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
        let id = Id(self.graph.nodes.len() as u32);
        self.graph.nodes.push(Node {
            op,
            is_bool,
            stage,
            body,
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
            Op::Input(_) | Op::Param(_) | Op::Member(..) | Op::Prev(..) | Op::New(..) => written,
            Op::Lag(..) | Op::Window(..) | Op::Cross(..) | Op::After(..) => Stage {
                series: true,
                ..of_operands
            },
            _ => of_operands,
        }
    }

    /// Folds what is known now. Every rule holds for na as well.
    fn simplify(&self, op: Op) -> SimpleOp {
        let number = |id: Id| match self.graph.node(id).op {
            Op::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        };
        let truth = |id: Id| match self.graph.node(id).op {
            Op::Bool(b) => Some(b),
            _ => None,
        };
        match op {
            Op::Number(_) | Op::Bool(_) => return SimpleOp::New(op),
            Op::Lag(x, n) if number(n) == Some(0.0) => return SimpleOp::Same(x),
            Op::And(a, b) => match (truth(a), truth(b)) {
                (Some(true), _) => return SimpleOp::Same(b),
                (_, Some(true)) => return SimpleOp::Same(a),
                (Some(false), _) | (_, Some(false)) => return SimpleOp::New(Op::Bool(false)),
                _ if a == b => return SimpleOp::Same(a),
                _ => {}
            },
            Op::Or(a, b) => match (truth(a), truth(b)) {
                (Some(false), _) => return SimpleOp::Same(b),
                (_, Some(false)) => return SimpleOp::Same(a),
                (Some(true), _) | (_, Some(true)) => return SimpleOp::New(Op::Bool(true)),
                _ if a == b => return SimpleOp::Same(a),
                _ => {}
            },
            Op::Not(a) => {
                if let Op::Not(inner) = self.graph.node(a).op {
                    return SimpleOp::Same(inner);
                }
            }
            Op::Select(c, a, b) => match truth(c) {
                Some(true) => return SimpleOp::Same(a),
                Some(false) => return SimpleOp::Same(b),
                None if a == b => return SimpleOp::Same(a),
                None => {}
            },
            _ => {}
        }
        let all = operands(op);
        let constant = |id: Id| match self.graph.node(id).op {
            Op::Number(bits) => Some(f64::from_bits(bits)),
            Op::Bool(b) => Some(f64::from(u8::from(b))),
            _ => None,
        };
        let foldable = all[0].is_some()
            && all.iter().flatten().all(|id| constant(*id).is_some())
            && !matches!(op, Op::New(..));
        if foldable && let Some(value) = query::apply(op, |id| constant(id).unwrap_or(f64::NAN)) {
            let is_bool = matches!(
                op,
                Op::Compare(..) | Op::And(..) | Op::Or(..) | Op::Not(_) | Op::IsNa(_)
            ) || matches!(op, Op::Select(_, a, _) | Op::Coalesce(a, _) if self.graph.node(a).is_bool);
            if !is_bool {
                let bits = if value.is_nan() {
                    f64::NAN.to_bits()
                } else {
                    value.to_bits()
                };
                return SimpleOp::New(Op::Number(bits));
            }
            if value == 1.0 {
                return SimpleOp::New(Op::Bool(true));
            }
            if value == 0.0 {
                return SimpleOp::New(Op::Bool(false));
            }
        }
        SimpleOp::New(op)
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

    fn finish(mut self) -> Graph {
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
            look: this.look(unit.node(s.when).look),
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
        let mut graph = drop_dead(self.graph);
        bodies(&mut graph);
        graph
    }
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

enum SimpleOp {
    Same(Id),
    New(Op),
}

fn window(f: hir::WindowFn) -> Window {
    match f {
        hir::WindowFn::Sum => Window::Sum,
        hir::WindowFn::Mean => Window::Mean,
        hir::WindowFn::WeightedSum => Window::Weighted,
        hir::WindowFn::SquaredDeviations => Window::Squares,
        hir::WindowFn::Max => Window::Max,
        hir::WindowFn::Min => Window::Min,
    }
}
