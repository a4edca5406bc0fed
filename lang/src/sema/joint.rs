//! Conditions taken together: which cannot hold at the same time, which say the same twice.
//!
//! Every condition is a set of orders between nodes: `a < b` is one, a chain several, and the
//! range of each node is one with its ends. A circle of orders with a strict one in it cannot hold.

use crate::hir::{Compare, Kind, Known, NodeId, Unit};

/// Most nodes of one question.
const MOST_NODES: usize = 48;

/// Deepest nesting of conditions that is taken apart.
const DEEPEST: u32 = 32;

/// What a condition says when it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fact {
    /// The first is below the second (`strict`), or not above it.
    Order(NodeId, NodeId, bool),
    /// A condition holds, or fails.
    Truth(NodeId, bool),
    /// A value is missing.
    Missing(NodeId),
}

/// What follows where a condition holds (or, `truth` false, fails).
pub(super) fn facts(unit: &Unit, condition: NodeId, truth: bool) -> Vec<Fact> {
    let mut out = Vec::new();
    collect(unit, condition, truth, DEEPEST, &mut out);
    out
}

fn collect(unit: &Unit, c: NodeId, truth: bool, depth: u32, out: &mut Vec<Fact>) {
    if depth == 0 || out.len() > MOST_NODES {
        return;
    }
    out.push(Fact::Truth(c, truth));
    match (unit.node(c).kind, truth) {
        (Kind::And(a, b), true) | (Kind::Or(a, b), false) => {
            collect(unit, a, truth, depth - 1, out);
            collect(unit, b, truth, depth - 1, out);
        }
        (Kind::Not(a), _) => collect(unit, a, !truth, depth - 1, out),
        (Kind::IsNa(a), true) => out.push(Fact::Missing(a)),
        (Kind::Compare(Compare::Lt, a, b), true) => out.push(Fact::Order(a, b, true)),
        (Kind::Compare(Compare::Lt, a, b), false) => out.push(Fact::Order(b, a, false)),
        (Kind::Compare(Compare::Le, a, b), true) => out.push(Fact::Order(a, b, false)),
        (Kind::Compare(Compare::Le, a, b), false) => out.push(Fact::Order(b, a, true)),
        (Kind::Compare(Compare::Eq, a, b), true) | (Kind::Compare(Compare::Ne, a, b), false) => {
            out.push(Fact::Order(a, b, false));
            out.push(Fact::Order(b, a, false));
        }
        // What crosses above is above now.
        (Kind::Cross(a, b), true) => out.push(Fact::Order(b, a, true)),
        _ => {}
    }
}

/// Whether facts cannot all hold.
pub(super) fn contradict(unit: &Unit, known: &Known<'_>, facts: &[Fact]) -> bool {
    let mut nodes: Vec<NodeId> = Vec::new();
    for fact in facts {
        match fact {
            Fact::Order(a, b, _) => nodes.extend([*a, *b]),
            Fact::Truth(c, truth) => {
                if facts.contains(&Fact::Truth(*c, !truth)) {
                    return true;
                }
            }
            Fact::Missing(x) => {
                let asked = |f: &Fact| matches!(f, Fact::Order(a, b, _) if a == x || b == x);
                if facts.iter().any(asked) {
                    return true;
                }
            }
        }
    }
    nodes.sort();
    nodes.dedup();
    if nodes.len() > MOST_NODES {
        return false;
    }
    let at = |id: NodeId| nodes.binary_search(&id).unwrap_or(0);
    // 0: nothing known, 1: not above, 2: below.
    let count = nodes.len();
    let mut order = vec![0_u8; count * count];
    for (i, a) in nodes.iter().enumerate() {
        for (j, b) in nodes.iter().enumerate() {
            let (x, y) = (unit.node(*a).range, unit.node(*b).range);
            order[i * count + j] = if i == j || x.is_empty() || y.is_empty() {
                0
            } else if x.hi < y.lo {
                2
            } else {
                u8::from(known.never_above(*a, *b))
            };
        }
    }
    for fact in facts {
        if let Fact::Order(a, b, strict) = fact {
            let edge = &mut order[at(*a) * count + at(*b)];
            *edge = (*edge).max(1 + u8::from(*strict));
        }
    }
    for k in 0..count {
        for i in 0..count {
            for j in 0..count {
                let (a, b) = (order[i * count + k], order[k * count + j]);
                if a > 0 && b > 0 {
                    let edge = &mut order[i * count + j];
                    *edge = (*edge).max(a).max(b);
                }
            }
        }
    }
    (0..count).any(|i| order[i * count + i] == 2)
}
