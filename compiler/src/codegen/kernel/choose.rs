//! Which nodes are kept as columns, and where the arithmetic of one bar stops.

use strat_abi::elementary::Elementary;
use strat_abi::pair::Pair;
use strat_abi::window::ladder_of;
use strat_lang::hir::{Math1, Math2};

use crate::codegen::emit::is_call;
use crate::codegen::wide::is_possible;
use crate::ir::{Graph, Id, Op, Pool, Query, is_pointwise, operands};

/// Which nodes are kept as columns: what is looked back at, what has memory, and where the set
/// of parameters grows, so that the smaller set's part is computed once.
pub(super) fn columns(graph: &Graph) -> Vec<bool> {
    let mut keep = vec![false; graph.nodes.len()];
    let crosses = lane_crosses(graph);
    for (i, node) in graph.nodes.iter().enumerate() {
        if node.body.is_some() || node.zone.is_some() || !node.stage.series {
            continue;
        }
        match node.op {
            Op::Input(_)
            | Op::Window(..)
            | Op::Pair(..)
            | Op::After(..)
            | Op::Member(..)
            | Op::Query(..) => {
                keep[i] = true;
            }
            Op::Cross(..) => keep[i] = crosses[i],
            _ => {}
        }
    }
    for node in &graph.nodes {
        match node.op {
            Op::Lag(x, _) | Op::Window(_, x, ..) | Op::After(x, _) => keep[x.index()] = true,
            Op::Cross(a, b) | Op::Pair(_, a, b, _) => {
                keep[a.index()] = true;
                keep[b.index()] = true;
            }
            _ if is_pointwise(node.op) || matches!(node.op, Op::New(..) | Op::ZoneNew(..)) => {
                for x in operands(node.op).iter().flatten() {
                    let operand = graph.node(*x);
                    let wider = node.body.is_some()
                        || node.zone.is_some()
                        || operand.stage.params != node.stage.params;
                    // Conditions are split by their own rule, as bit masks.
                    if wider
                        && operand.stage.series
                        && operand.body.is_none()
                        && operand.zone.is_none()
                        && !operand.is_bool
                        && is_pointwise(operand.op)
                        && !cheap(graph, *x)
                    {
                        keep[x.index()] = true;
                    }
                }
            }
            _ => {}
        }
    }
    keep_costly(graph, &mut keep);
    // Functions that are computed for a block of values at once.
    for (i, node) in graph.nodes.iter().enumerate() {
        let is_plain = node.stage.series && node.body.is_none() && node.zone.is_none();
        if let Op::Math1(f, x) = node.op
            && is_plain
            && block_form(f).is_some()
            && graph.node(x).stage.series
        {
            keep[i] = true;
            keep[x.index()] |= is_pointwise(graph.node(x).op) && !graph.node(x).is_bool;
        }
    }
    // A recurrence that is linear reads columns.
    for linear in (0..graph.groups.len()).filter_map(|g| graph.linear(g)) {
        for id in [Some(linear.rest), linear.factor, Some(linear.seed)]
            .into_iter()
            .flatten()
        {
            if graph.node(id).stage.series && is_pointwise(graph.node(id).op) {
                keep[id.index()] = true;
            }
        }
    }
    let outputs = graph.outputs.iter().map(|(_, id, _)| id);
    for id in outputs.chain(&graph.values) {
        keep[id.index()] = true;
    }
    // What does not depend on bars is passed, not stored, unless it is looked back at.
    keep
}

/// Divisions by what does not change, which sums of windows do in passing and which are faster as a
/// column of their own unless code of eight lanes does them, and what costs much and is used by
/// several.
fn keep_costly(graph: &Graph, keep: &mut [bool]) {
    let mut users = vec![0_u32; graph.nodes.len()];
    for node in &graph.nodes {
        for x in operands(node.op).iter().flatten() {
            users[x.index()] += 1;
        }
    }
    for (i, node) in graph.nodes.iter().enumerate() {
        if !node.stage.series || node.body.is_some() || node.zone.is_some() || node.is_bool {
            continue;
        }
        let is_costly = match node.op {
            Op::Math2(Math2::Div, x, by) => {
                let is_read = keep[x.index()] || matches!(graph.node(x).op, Op::Lag(..));
                let is_fixed = is_read && !graph.node(by).stage.series;
                let is_of_sum = is_window_sum(graph.node(x).op) && users[x.index()] == 1;
                (is_fixed && (is_of_sum || !is_possible())) || users[i] > 1
            }
            Op::Math1(Math1::Sqrt, _) => users[i] > 1,
            op => is_call(op) && users[i] > 1,
        };
        keep[i] |= is_costly;
    }
}

/// The function of a block of values that gives what a function of one value does.
pub(super) fn block_form(f: Math1) -> Option<Elementary> {
    Some(match f {
        Math1::Atan => Elementary::Atan,
        Math1::Ln => Elementary::Ln,
        Math1::Exp => Elementary::Exp,
        Math1::Log10 => Elementary::Log10,
        _ => return None,
    })
}

/// Whether an operation is a sum over a window, of some kind.
fn is_window_sum(op: Op) -> bool {
    match op {
        Op::Window(window, ..) => ladder_of(window).is_some(),
        Op::Pair(pair, ..) => pair == Pair::Products,
        _ => false,
    }
}

/// Arithmetic on leaves that costs less than a column: one operation without division.
fn cheap(graph: &Graph, id: Id) -> bool {
    match graph.node(id).op {
        Op::Math2(Math2::Add | Math2::Sub | Math2::Mul, a, b) => [a, b]
            .iter()
            .all(|o| !is_pointwise(graph.node(*o).op) || !graph.node(*o).stage.series),
        _ => false,
    }
}

/// Crossings that are used as values, not only as conditions of a signal.
fn lane_crosses(graph: &Graph) -> Vec<bool> {
    let is_cross = |id: Id| matches!(graph.node(id).op, Op::Cross(..));
    // Conditions of signals are taken apart as [`Planner::mask`] does it: per node whether it is
    // reached where it is wanted false, and where true.
    let mut as_bits = vec![[false; 2]; graph.nodes.len()];
    let signals = graph.entries.iter().chain(&graph.exits);
    let mut open: Vec<(Id, bool)> = signals.map(|s| (s.when, true)).collect();
    // Where a value is asked for. Bits say where a crossing is true; where it is false differs
    // from that by the bars on which it is missing.
    let mut asked: Vec<Id> = Vec::new();
    while let Some((id, want)) = open.pop() {
        if std::mem::replace(&mut as_bits[id.index()][usize::from(want)], true) {
            continue;
        }
        match graph.node(id).op {
            Op::And(a, b) | Op::Or(a, b) => open.extend([(a, want), (b, want)]),
            Op::Not(a) => open.push((a, !want)),
            Op::Cross(..) if !want => asked.push(id),
            _ => {}
        }
    }
    let joins = |op: Op| matches!(op, Op::And(..) | Op::Or(..) | Op::Not(_));
    for (i, node) in graph.nodes.iter().enumerate() {
        if !(joins(node.op) && as_bits[i] != [false; 2]) {
            asked.extend(operands(node.op).iter().flatten());
        }
    }
    asked.extend(graph.outputs.iter().map(|(_, id, _)| *id));
    asked.extend(&graph.values);
    asked.extend(graph.pools.iter().flat_map(Pool::roots));
    asked.extend(graph.queries.iter().flat_map(Query::roots));
    asked.extend(graph.groups.iter().flat_map(|g| &g.members).map(|m| m.seed));
    let mut seen = vec![false; graph.nodes.len()];
    let mut values = vec![false; graph.nodes.len()];
    while let Some(id) = asked.pop() {
        if std::mem::replace(&mut seen[id.index()], true) {
            continue;
        }
        values[id.index()] = is_cross(id);
        // A condition that is asked for as a value is computed from the values of its parts.
        if joins(graph.node(id).op) {
            asked.extend(operands(graph.node(id).op).iter().flatten());
        }
    }
    values
}

/// Where the arithmetic of one bar stops: columns, looks back, values that are passed in.
pub(super) fn is_leaf(graph: &Graph, is_column: &[bool], id: Id) -> bool {
    let node = graph.node(id);
    if !node.stage.series && node.body.is_none() {
        return true;
    }
    is_column[id.index()] || matches!(node.op, Op::Lag(..))
}
