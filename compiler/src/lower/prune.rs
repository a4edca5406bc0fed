//! Takes out what folding has left without a reader: nodes, and groups with all their members.
//!
//! A step is emitted whole, so a node that stayed in it without being read would ask for operands
//! that nothing computes.

use crate::ir::{Graph, Id, Look, Op, Start, operands};

/// Keeps what the statements, outputs, conditions on parameters and lookbacks reach.
pub(super) fn prune(graph: &mut Graph) {
    let (nodes, groups) = reached(graph);
    let node_at = numbers(&nodes);
    let group_at = numbers(&groups);
    let id = |id: Id| Id(node_at[id.index()]);

    let mut kept = nodes.iter();
    graph.nodes.retain(|_| kept.next().is_some_and(|k| *k));
    for node in &mut graph.nodes {
        node.op = renamed(node.op, id, |g| group_at[g as usize]);
        node.body = node.body.map(|g| group_at[g as usize]);
    }
    let mut kept = groups.iter();
    graph.groups.retain(|_| kept.next().is_some_and(|k| *k));
    for group in &mut graph.groups {
        if let Start::Bar(n) = &mut group.start {
            *n = id(*n);
        }
        for m in &mut group.members {
            (m.seed, m.step) = (id(m.seed), id(m.step));
        }
    }
    for look in &mut graph.looks {
        if let Look::Value(n) = look {
            *n = id(*n);
        }
    }
    for s in graph.entries.iter_mut().chain(&mut graph.exits) {
        s.when = id(s.when);
    }
    for (_, n, _) in &mut graph.outputs {
        *n = id(*n);
    }
    for (n, _) in &mut graph.requires {
        *n = id(*n);
    }
    for n in graph.flags.iter_mut().chain(&mut graph.stop) {
        *n = id(*n);
    }
}

/// Which nodes and which groups are reached.
fn reached(graph: &Graph) -> (Vec<bool>, Vec<bool>) {
    let mut nodes = vec![false; graph.nodes.len()];
    let mut groups = vec![false; graph.groups.len()];
    let signals = graph.entries.iter().chain(&graph.exits).map(|s| s.when);
    let looks = graph.looks.iter().filter_map(|look| match look {
        Look::Value(n) => Some(*n),
        _ => None,
    });
    let mut open: Vec<Id> = signals
        .chain(graph.outputs.iter().map(|(_, n, _)| *n))
        .chain(graph.requires.iter().map(|(n, _)| *n))
        .chain(graph.flags.iter().copied())
        .chain(graph.stop)
        .chain(looks)
        .collect();
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut nodes[id.index()], true) {
            continue;
        }
        let op = graph.node(id).op;
        open.extend(operands(op).iter().flatten());
        if let Op::New(g, ..) | Op::Prev(g, ..) | Op::Member(g, _) = op
            && !std::mem::replace(&mut groups[g as usize], true)
        {
            let group = &graph.groups[g as usize];
            open.extend(group.members.iter().flat_map(|m| [m.seed, m.step]));
            if let Start::Bar(n) = group.start {
                open.push(n);
            }
        }
    }
    (nodes, groups)
}

/// The new number of each that is kept.
fn numbers(kept: &[bool]) -> Vec<u32> {
    let mut next = 0;
    kept.iter()
        .map(|kept| {
            let number = next;
            next += u32::from(*kept);
            number
        })
        .collect()
}

fn renamed(op: Op, id: impl Fn(Id) -> Id, group: impl Fn(u32) -> u32) -> Op {
    match op {
        Op::Number(_) | Op::Input(_) | Op::Param(_) | Op::Bool(_) => op,
        Op::Math1(f, a) => Op::Math1(f, id(a)),
        Op::Math2(f, a, b) => Op::Math2(f, id(a), id(b)),
        Op::Compare(f, a, b) => Op::Compare(f, id(a), id(b)),
        Op::And(a, b) => Op::And(id(a), id(b)),
        Op::Or(a, b) => Op::Or(id(a), id(b)),
        Op::Not(a) => Op::Not(id(a)),
        Op::IsNa(a) => Op::IsNa(id(a)),
        Op::Select(c, a, b) => Op::Select(id(c), id(a), id(b)),
        Op::Coalesce(a, b) => Op::Coalesce(id(a), id(b)),
        Op::NumOf(a) => Op::NumOf(id(a)),
        Op::Lag(a, n) => Op::Lag(id(a), id(n)),
        Op::Window(w, x, n, least) => Op::Window(w, id(x), id(n), id(least)),
        Op::Cross(a, b) => Op::Cross(id(a), id(b)),
        Op::After(a, n) => Op::After(id(a), id(n)),
        Op::New(g, m, a) => Op::New(group(g), m, id(a)),
        Op::Prev(g, m, lag) => Op::Prev(group(g), m, lag),
        Op::Member(g, m) => Op::Member(group(g), m),
    }
}
