//! Which nodes of a typed tree are lowered at all.

use strat_lang::hir::{self, Kind, NodeId};

/// Nodes that something reads, through groups, pools and lookbacks as well.
pub(super) fn needed(unit: &hir::Unit, values: &[NodeId]) -> Vec<bool> {
    let mut seen = vec![false; unit.nodes.len()];
    let mut looks_seen = vec![false; unit.looks.all().len()];
    let mut groups_seen = vec![false; unit.groups.len()];
    let mut pools_seen = vec![false; unit.pools.len()];
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
        .chain(unit.outputs.iter().map(|(_, n)| *n))
        .chain(values.iter().copied());
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
            let pool = match unit.node(n).kind {
                Kind::Query(q, _) => {
                    let query = &unit.queries[q.0 as usize];
                    nodes.extend(query.nodes());
                    Some(query.pool)
                }
                Kind::ZoneKept(p, _)
                | Kind::ZoneNew(p, ..)
                | Kind::ZonePrev(p, _)
                | Kind::ZoneAge(p) => Some(p),
                _ => None,
            };
            if let Some(p) = pool
                && !std::mem::replace(&mut pools_seen[p.0 as usize], true)
            {
                nodes.extend(unit.pools[p.0 as usize].nodes());
            }
            nodes.extend(unit.node(n).kind.operands().into_iter().flatten());
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
