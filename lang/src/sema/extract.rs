//! A part of a unit as a unit of its own: what is computed on the bars of another timeframe or
//! symbol.

use std::collections::{BTreeMap, BTreeSet};

use crate::hir::{
    Choose, FeedKind, Group, GroupId, Input, Kind, Look, LookId, Member, Node, NodeId, Pool,
    PoolId, Query, QueryId, Start, Unit,
};
/// Why a node cannot be computed elsewhere.
pub(super) enum Refusal {
    /// It reads the open trade.
    Trade,
    /// It belongs to a state or a zone that is still being computed.
    Inside,
}

/// The nodes, groups and pools that a root needs.
#[derive(Default)]
struct Needed {
    nodes: BTreeSet<NodeId>,
    groups: BTreeSet<GroupId>,
    pools: BTreeSet<PoolId>,
    queries: BTreeSet<QueryId>,
    looks: BTreeSet<LookId>,
    feeds: BTreeSet<u32>,
}

/// The unit whose only output is `root`; parameters are filled in by its owner.
pub(super) fn extract(unit: &Unit, root: NodeId) -> Result<Unit, Refusal> {
    let needed = needed(unit, root)?;
    let mut copy = Copy {
        nodes: BTreeMap::new(),
        groups: index(&needed.groups),
        pools: index(&needed.pools),
        queries: index(&needed.queries),
        feeds: index(&needed.feeds),
        looks: BTreeMap::new(),
    };
    let mut out = Unit {
        timeframe: unit.timeframe,
        ..Unit::default()
    };
    for (i, id) in needed.nodes.iter().enumerate() {
        copy.nodes.insert(*id, NodeId(number(i)));
    }
    for id in &needed.nodes {
        let node = unit.node(*id);
        out.nodes.push(Node {
            kind: copy.kind(node.kind),
            look: LookId(0),
            body: node
                .body
                .and_then(|g| copy.groups.get(&g))
                .map(|i| GroupId(*i)),
            zone: node
                .zone
                .and_then(|p| copy.pools.get(&p))
                .map(|i| PoolId(*i)),
            ..node.clone()
        });
    }
    for g in &needed.groups {
        let group = &unit.groups[g.0 as usize];
        out.groups.push(Group {
            start: match group.start {
                Start::FirstSeed => Start::FirstSeed,
                Start::Bar(n) => Start::Bar(copy.node(n)),
            },
            members: (group.members.iter())
                .map(|m| Member {
                    seed: copy.node(m.seed),
                    step: copy.node(m.step),
                    ..m.clone()
                })
                .collect(),
        });
    }
    for p in &needed.pools {
        let pool = &unit.pools[p.0 as usize];
        let named = |list: &[(String, NodeId)]| -> Vec<(String, NodeId)> {
            list.iter()
                .map(|(n, id)| (n.clone(), copy.node(*id)))
                .collect()
        };
        out.pools.push(Pool {
            born: copy.node(pool.born),
            keep: named(&pool.keep),
            next: named(&pool.next),
            dies: pool.dies.map(|n| copy.node(n)),
            ..pool.clone()
        });
    }
    for q in &needed.queries {
        let query = &unit.queries[q.0 as usize];
        out.queries.push(Query {
            pool: copy.pool(query.pool),
            condition: query.condition.map(|n| copy.node(n)),
            choose: match query.choose {
                Choose::Nearest(n) => Choose::Nearest(copy.node(n)),
                Choose::Highest(n) => Choose::Highest(copy.node(n)),
                Choose::Lowest(n) => Choose::Lowest(copy.node(n)),
                other => other,
            },
            span: query.span,
        });
    }
    for f in &needed.feeds {
        out.feeds.push(unit.feeds[*f as usize].clone());
    }
    // Formulas stand after their operands.
    for l in &needed.looks {
        let at = |l: LookId| copy.looks.get(&l).copied().unwrap_or(LookId(0));
        let look = match unit.looks.get(*l) {
            Look::Bars(n) => out.looks.bars(n),
            Look::Value(n) => out.looks.value(copy.node(n)),
            Look::Sum(a, b) => out.looks.sum(at(a), at(b)),
            Look::Max(a, b) => out.looks.max(at(a), at(b)),
            Look::Min(a, b) => out.looks.min(at(a), at(b)),
        };
        copy.looks.insert(*l, look);
    }
    let root_look = copy.looks.get(&unit.node(root).look).copied();
    let root = copy.node(root);
    if let Some(node) = out.nodes.get_mut(root.0 as usize) {
        node.look = root_look.unwrap_or(LookId(0));
    }
    out.outputs.push(("value".to_owned(), root));
    Ok(out)
}

fn number(i: usize) -> u32 {
    u32::try_from(i).unwrap_or(u32::MAX)
}

fn index<T: Ord + std::marker::Copy>(set: &BTreeSet<T>) -> BTreeMap<T, u32> {
    set.iter()
        .enumerate()
        .map(|(i, x)| (*x, number(i)))
        .collect()
}

fn needed(unit: &Unit, root: NodeId) -> Result<Needed, Refusal> {
    let mut found = Needed::default();
    let mut looks = vec![unit.node(root).look];
    let mut nodes = vec![root];
    if unit.node(root).zone.is_some() {
        return Err(Refusal::Inside);
    }
    loop {
        if let Some(id) = nodes.pop() {
            if !found.nodes.insert(id) {
                continue;
            }
            let node = unit.node(id);
            nodes.extend(node.kind.operands().into_iter().flatten());
            match node.kind {
                Kind::Input(Input::Extra(f)) => {
                    if matches!(unit.feeds[f as usize].kind, FeedKind::Rank { .. }) {
                        return Err(Refusal::Inside);
                    }
                    found.feeds.insert(f);
                }
                Kind::Input(input) if input.is_of_trade() => return Err(Refusal::Trade),
                Kind::Member(g, _) | Kind::New(g, ..) | Kind::Prev(g, ..)
                    if found.groups.insert(g) =>
                {
                    let group = &unit.groups[g.0 as usize];
                    nodes.extend(group.members.iter().flat_map(|m| [m.seed, m.step]));
                    if let Start::Bar(n) = group.start {
                        nodes.push(n);
                    }
                }
                Kind::Query(q, _) if found.queries.insert(q) => {
                    let query = &unit.queries[q.0 as usize];
                    nodes.extend(query.nodes());
                    if found.pools.insert(query.pool) {
                        nodes.extend(unit.pools[query.pool.0 as usize].nodes());
                    }
                }
                _ => {}
            }
        } else if let Some(look) = looks.pop() {
            if !found.looks.insert(look) {
                continue;
            }
            match unit.looks.get(look) {
                Look::Bars(_) => {}
                Look::Value(n) => nodes.push(n),
                Look::Sum(a, b) | Look::Max(a, b) | Look::Min(a, b) => looks.extend([a, b]),
            }
        } else {
            return Ok(found);
        }
    }
}

/// Where everything stands in the copy.
struct Copy {
    nodes: BTreeMap<NodeId, NodeId>,
    groups: BTreeMap<GroupId, u32>,
    pools: BTreeMap<PoolId, u32>,
    queries: BTreeMap<QueryId, u32>,
    feeds: BTreeMap<u32, u32>,
    looks: BTreeMap<LookId, LookId>,
}

impl Copy {
    fn node(&self, id: NodeId) -> NodeId {
        self.nodes.get(&id).copied().unwrap_or(NodeId(0))
    }

    fn group(&self, g: GroupId) -> GroupId {
        GroupId(self.groups.get(&g).copied().unwrap_or(0))
    }

    fn pool(&self, p: PoolId) -> PoolId {
        PoolId(self.pools.get(&p).copied().unwrap_or(0))
    }

    fn kind(&self, kind: Kind) -> Kind {
        let n = |id: NodeId| self.node(id);
        match kind {
            Kind::Number(_) | Kind::Bool(_) | Kind::Param(_) | Kind::Free(_) => kind,
            Kind::Input(Input::Extra(f)) => {
                Kind::Input(Input::Extra(self.feeds.get(&f).copied().unwrap_or(0)))
            }
            Kind::Input(_) => kind,
            Kind::Math1(f, a) => Kind::Math1(f, n(a)),
            Kind::Math2(f, a, b) => Kind::Math2(f, n(a), n(b)),
            Kind::Fma(a, b, c) => Kind::Fma(n(a), n(b), n(c)),
            Kind::Compare(f, a, b) => Kind::Compare(f, n(a), n(b)),
            Kind::And(a, b) => Kind::And(n(a), n(b)),
            Kind::Or(a, b) => Kind::Or(n(a), n(b)),
            Kind::Not(a) => Kind::Not(n(a)),
            Kind::IsNa(a) => Kind::IsNa(n(a)),
            Kind::Select(a, b, c) => Kind::Select(n(a), n(b), n(c)),
            Kind::Coalesce(a, b) => Kind::Coalesce(n(a), n(b)),
            Kind::NumOf(a) => Kind::NumOf(n(a)),
            Kind::Lag(a, b) => Kind::Lag(n(a), n(b)),
            Kind::Window(f, a, b, c) => Kind::Window(f, n(a), n(b), n(c)),
            Kind::Pair(f, a, b, c) => Kind::Pair(f, n(a), n(b), n(c)),
            Kind::Cross(a, b) => Kind::Cross(n(a), n(b)),
            Kind::After(a, b) => Kind::After(n(a), n(b)),
            Kind::New(g, i, a) => Kind::New(self.group(g), i, n(a)),
            Kind::Prev(g, i, a) => Kind::Prev(self.group(g), i, n(a)),
            Kind::Member(g, i) => Kind::Member(self.group(g), i),
            Kind::ZoneKept(p, i) => Kind::ZoneKept(self.pool(p), i),
            Kind::ZoneNew(p, i, a) => Kind::ZoneNew(self.pool(p), i, n(a)),
            Kind::ZonePrev(p, i) => Kind::ZonePrev(self.pool(p), i),
            Kind::ZoneAge(p) => Kind::ZoneAge(self.pool(p)),
            Kind::Query(q, i) => {
                Kind::Query(QueryId(self.queries.get(&q).copied().unwrap_or(0)), i)
            }
        }
    }
}
