//! Drops the nodes that nothing needs, which folding leaves behind.

use crate::ir::{Choose, Graph, Id, Look, Op, Start, operands};

/// The graph of the nodes that something reads, renumbered; the order stays.
#[must_use]
pub fn drop_dead(mut graph: Graph) -> Graph {
    let live = live(&graph);
    let mut new = vec![Id(0); graph.nodes.len()];
    let mut count = 0;
    for (i, live) in live.iter().enumerate() {
        if *live {
            new[i] = Id(count);
            count += 1;
        }
    }
    let at = |id: Id| new[id.index()];
    let mut index = 0;
    graph.nodes.retain(|_| {
        index += 1;
        live[index - 1]
    });
    for node in &mut graph.nodes {
        node.op = renumbered(node.op, at);
    }
    for group in &mut graph.groups {
        // A group that nothing reads has lost its nodes.
        let kept = group.members.iter().all(|m| live[m.step.index()]);
        if !kept {
            group.members.clear();
            group.start = Start::FirstSeed;
        }
        for m in &mut group.members {
            (m.seed, m.step) = (at(m.seed), at(m.step));
        }
        if let Start::Bar(n) = &mut group.start {
            *n = at(*n);
        }
    }
    for pool in &mut graph.pools {
        // A pool that nothing asks has lost its nodes, too.
        if !pool.roots().all(|id| live.get(id.index()) == Some(&true)) {
            pool.keep.clear();
            pool.next.clear();
            (pool.born, pool.dies) = (Id(0), None);
            continue;
        }
        pool.roots_mut().for_each(|id| *id = at(*id));
    }
    for query in &mut graph.queries {
        if !query.roots().all(|id| live.get(id.index()) == Some(&true)) {
            (query.condition, query.choose) = (None, Choose::Count);
        }
        query.roots_mut().for_each(|id| *id = at(*id));
    }
    for look in &mut graph.looks {
        if let Look::Value(n) = look {
            *n = at(*n);
        }
    }
    for signal in graph.entries.iter_mut().chain(&mut graph.exits) {
        signal.when = at(signal.when);
    }
    for (_, id, _) in &mut graph.outputs {
        *id = at(*id);
    }
    for (id, _) in &mut graph.requires {
        *id = at(*id);
    }
    let others = graph.flags.iter_mut().chain(&mut graph.stop);
    for id in others.chain(&mut graph.values) {
        *id = at(*id);
    }
    graph
}

fn live(graph: &Graph) -> Vec<bool> {
    let mut live = vec![false; graph.nodes.len()];
    let mut groups = vec![false; graph.groups.len()];
    let mut pools = vec![false; graph.pools.len()];
    let mut queries = vec![false; graph.queries.len()];
    let mut open: Vec<Id> = graph.roots().collect();
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut live[id.index()], true) {
            continue;
        }
        let op = graph.node(id).op;
        open.extend(operands(op).iter().flatten());
        if let Op::Member(g, _) | Op::Prev(g, ..) | Op::New(g, ..) = op
            && !std::mem::replace(&mut groups[g as usize], true)
        {
            let group = &graph.groups[g as usize];
            open.extend(group.members.iter().flat_map(|m| [m.seed, m.step]));
            if let Start::Bar(n) = group.start {
                open.push(n);
            }
        }
        let pool = match op {
            Op::Query(q, _) => {
                let query = &graph.queries[q as usize];
                if !std::mem::replace(&mut queries[q as usize], true) {
                    open.extend(query.roots());
                }
                Some(query.pool)
            }
            _ => graph.node(id).zone,
        };
        if let Some(p) = pool
            && !std::mem::replace(&mut pools[p as usize], true)
        {
            open.extend(graph.pools[p as usize].roots());
        }
    }
    live
}

/// The same operation on other nodes.
pub(crate) fn renumbered(op: Op, at: impl Fn(Id) -> Id) -> Op {
    match op {
        Op::Number(_)
        | Op::Bool(_)
        | Op::Input(_)
        | Op::Param(_)
        | Op::Prev(..)
        | Op::Member(..)
        | Op::ZoneKept(..)
        | Op::ZonePrev(..)
        | Op::ZoneAge(_)
        | Op::Query(..) => op,
        Op::Math1(f, a) => Op::Math1(f, at(a)),
        Op::Math2(f, a, b) => Op::Math2(f, at(a), at(b)),
        Op::Fma(a, b, c) => Op::Fma(at(a), at(b), at(c)),
        Op::Compare(f, a, b) => Op::Compare(f, at(a), at(b)),
        Op::And(a, b) => Op::And(at(a), at(b)),
        Op::Or(a, b) => Op::Or(at(a), at(b)),
        Op::Not(a) => Op::Not(at(a)),
        Op::IsNa(a) => Op::IsNa(at(a)),
        Op::Select(c, a, b) => Op::Select(at(c), at(a), at(b)),
        Op::Coalesce(a, b) => Op::Coalesce(at(a), at(b)),
        Op::NumOf(a) => Op::NumOf(at(a)),
        Op::Lag(a, n) => Op::Lag(at(a), at(n)),
        Op::Window(w, x, n, least) => Op::Window(w, at(x), at(n), at(least)),
        Op::Pair(p, x, y, n) => Op::Pair(p, at(x), at(y), at(n)),
        Op::Cross(a, b) => Op::Cross(at(a), at(b)),
        Op::After(a, n) => Op::After(at(a), at(n)),
        Op::New(g, i, a) => Op::New(g, i, at(a)),
        Op::ZoneNew(p, i, a) => Op::ZoneNew(p, i, at(a)),
    }
}
