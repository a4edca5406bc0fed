//! The range of every node of a unit, and what the members of its groups settle on.
//!
//! The past of a member lies in what its seed and its step can give. That is found by trying:
//! from the seeds outwards until a step gives nothing new. A bound that keeps moving jumps to the
//! next constant in sight, then to infinity. Whatever is found holds its own step, so it is right
//! however it was guessed.

use super::bounds::Facts;
use super::{Dimension, FeedKind, GroupId, Input, Kind, NodeId, Param, Range, Start, Unit};

/// Rounds in which bounds move freely before they jump.
const FREE_ROUNDS: usize = 3;

/// Most rounds; then a past is not known.
const MOST_ROUNDS: usize = 60;

/// Most constants that a bound can stop at.
const MOST_STOPS: usize = 48;

/// Most evaluations of the nodes of one group.
const MOST_WORK: usize = 4_000_000;

/// A unit whose ranges are being found.
pub(super) struct Infer<'u> {
    pub(super) unit: &'u Unit,
    /// Parameters of the owner, for a unit on other bars.
    pub(super) params: &'u [Param],
    pub(super) ranges: Vec<Range>,
    /// The past of each member of each group.
    pub(super) past: Vec<Vec<Range>>,
    /// The nodes of each group's step, operands first.
    bodies: Vec<Vec<usize>>,
    solved: Vec<bool>,
}

/// Fills in [`Node::range`](super::Node::range) of a finished unit and of the units it reads.
pub fn infer_ranges(unit: &mut Unit) {
    let params = unit.params.clone();
    infer_with(unit, &params);
}

/// The range of each node of a finished unit where its parameters have these values; a parameter
/// without one has its default.
#[must_use]
pub fn ranges_at(unit: &Unit, values: &[f64]) -> Vec<Range> {
    let mut params = unit.params.clone();
    for (i, param) in params.iter_mut().enumerate() {
        let value = values.get(i).copied().unwrap_or(param.default);
        param.bounds = Some((value, value));
        param.sweep = vec![value];
        param.only_sweep = true;
    }
    Infer::new(unit, &params).run()
}

fn infer_with(unit: &mut Unit, params: &[Param]) {
    for feed in &mut unit.feeds {
        if let FeedKind::Timeframe { unit, .. } | FeedKind::Symbol { unit, .. } = &mut feed.kind {
            infer_with(unit, params);
        }
    }
    let ranges = Infer::new(unit, params).run();
    for (node, range) in unit.nodes.iter_mut().zip(ranges) {
        node.range = range;
    }
}

impl<'u> Infer<'u> {
    fn new(unit: &'u Unit, params: &'u [Param]) -> Self {
        let mut bodies = vec![Vec::new(); unit.groups.len()];
        for (i, node) in unit.nodes.iter().enumerate() {
            if let Some(body) = node.body.and_then(|g| bodies.get_mut(g.0 as usize)) {
                body.push(i);
            }
        }
        Self {
            unit,
            params,
            ranges: Vec::with_capacity(unit.nodes.len()),
            past: vec![Vec::new(); unit.groups.len()],
            bodies,
            solved: vec![false; unit.groups.len()],
        }
    }

    /// A unit whose ranges are filled in.
    pub(super) fn finished(unit: &'u Unit) -> Self {
        Self {
            unit,
            params: &unit.params,
            ranges: unit.nodes.iter().map(|n| n.range).collect(),
            past: Vec::new(),
            bodies: Vec::new(),
            solved: Vec::new(),
        }
    }

    fn run(mut self) -> Vec<Range> {
        for (i, node) in self.unit.nodes.iter().enumerate() {
            if let Kind::Member(g, _) = node.kind {
                self.solve(g);
            }
            let range = match node.kind {
                // What a function counts in bars on its own is a length of its user.
                Kind::Free(_) if node.dimension == Dimension::Bars => {
                    Range::whole(1.0, f64::INFINITY)
                }
                kind => self.value(kind, &mut Facts::none()),
            };
            debug_assert_eq!(self.ranges.len(), i);
            self.ranges.push(range);
        }
        self.ranges
    }

    /// The range of a node that stands before the one at hand.
    pub(super) fn known(&self, id: NodeId) -> Range {
        self.ranges.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The past of a member; not known while its step is read for the first time.
    pub(super) fn past_of(&self, g: GroupId, i: u32) -> Range {
        let members = self.past.get(g.0 as usize);
        let member = members.and_then(|m| m.get(i as usize));
        member.copied().unwrap_or_default()
    }

    /// The value of a member as it is read from outside.
    pub(super) fn member(&self, g: GroupId, i: u32) -> Range {
        let Some(group) = self.unit.groups.get(g.0 as usize) else {
            return Range::ANY;
        };
        let Some(member) = group.members.get(i as usize) else {
            return Range::ANY;
        };
        let step = self.known(member.step);
        match group.start {
            Start::FirstSeed => step.hull(self.known(member.seed)),
            Start::Bar(_) => step,
        }
    }

    /// Finds the past of a group's members, and the ranges of its step with it.
    fn solve(&mut self, g: GroupId) {
        let at = g.0 as usize;
        if self.solved.get(at).copied().unwrap_or(true) {
            return;
        }
        self.solved[at] = true;
        let Some(group) = self.unit.groups.get(at) else {
            return;
        };
        let body = std::mem::take(&mut self.bodies[at]);
        let body: Vec<usize> = body
            .into_iter()
            .filter(|i| *i < self.ranges.len())
            .collect();
        // A lag of an expression has no seed: its past is what the step gives.
        let seeds: Vec<Range> = group.members.iter().map(|m| self.known(m.seed)).collect();
        let stops = self.stops(&body, &seeds);
        self.past[at].clone_from(&seeds);
        let mut settled = false;
        for round in 0..MOST_ROUNDS {
            if body.len() * round > MOST_WORK {
                break;
            }
            self.evaluate(&body);
            let before = self.past[at].clone();
            let mut next = self.stepped(at, &before);
            if next.iter().zip(&before).all(|(n, b)| b.holds(*n)) {
                settled = true;
                break;
            }
            if round >= FREE_ROUNDS {
                for (n, b) in next.iter_mut().zip(&before) {
                    *n = widened(*b, *n, &stops);
                }
            }
            self.past[at] = next;
        }
        if !settled {
            self.past[at] = vec![Range::ANY; group.members.len()];
            self.evaluate(&body);
            return;
        }
        // What holds its own step may be too wide: the step itself is right as well.
        for _ in 0..2 {
            let next = self.stepped(at, &seeds);
            self.past[at] = next;
            self.evaluate(&body);
        }
    }

    /// What each member's past is after a step from `from`.
    fn stepped(&self, at: usize, from: &[Range]) -> Vec<Range> {
        let members = &self.unit.groups[at].members;
        let steps = members.iter().map(|m| self.known(m.step));
        from.iter().zip(steps).map(|(f, s)| f.hull(s)).collect()
    }

    fn evaluate(&mut self, body: &[usize]) {
        for i in body {
            let range = self.value(self.unit.nodes[*i].kind, &mut Facts::none());
            self.ranges[*i] = range;
        }
    }

    /// Where a bound that moves may come to rest: the constants in sight of a step.
    fn stops(&self, body: &[usize], seeds: &[Range]) -> Vec<f64> {
        let mut stops = vec![-1.0, 0.0, 1.0, 100.0];
        let mut add = |r: Range| {
            for v in [r.lo, r.hi] {
                if v.is_finite() && stops.len() < MOST_STOPS {
                    stops.push(v);
                }
            }
        };
        for seed in seeds {
            add(*seed);
        }
        for i in body {
            for id in self.unit.nodes[*i].kind.operands().into_iter().flatten() {
                if self.unit.node(id).body.is_none() {
                    add(self.known(id));
                }
            }
        }
        stops.sort_by(f64::total_cmp);
        stops.dedup();
        stops
    }

    /// The range of a column.
    pub(super) fn input(&self, input: Input) -> Range {
        match input {
            Input::Open
            | Input::High
            | Input::Low
            | Input::Close
            | Input::Volume
            | Input::EntryPrice
            | Input::Mark
            | Input::Held => Range::new(0.0, f64::INFINITY),
            Input::BarIndex | Input::HeldBars => Range::whole(0.0, f64::INFINITY),
            Input::Time | Input::Quantity => Range::ANY,
            Input::Kept(i) => {
                let kept = self.unit.entries.iter().flat_map(|e| &e.keep);
                kept.filter(|(k, _)| *k == i)
                    .fold(Range::EMPTY, |all, (_, id)| all.hull(self.known(*id)))
            }
            Input::Extra(i) => match self.unit.feeds.get(i as usize).map(|f| &f.kind) {
                Some(FeedKind::Timeframe { unit, .. } | FeedKind::Symbol { unit, .. }) => unit
                    .outputs
                    .first()
                    .map_or(Range::ANY, |(_, id)| unit.node(*id).range),
                Some(FeedKind::Due(_) | FeedKind::Within { .. } | FeedKind::Event(_)) => {
                    Range::BOOL
                }
                Some(FeedKind::Rank { .. }) => Range::whole(1.0, f64::INFINITY),
                _ => Range::ANY,
            },
        }
    }
}

/// A past whose moving bounds jump to the next stop.
fn widened(before: Range, next: Range, stops: &[f64]) -> Range {
    let lo = if next.lo < before.lo {
        let below = stops.iter().rev().find(|s| **s <= next.lo);
        below.copied().unwrap_or(f64::NEG_INFINITY)
    } else {
        next.lo
    };
    let hi = if next.hi > before.hi {
        let above = stops.iter().find(|s| **s >= next.hi);
        above.copied().unwrap_or(f64::INFINITY)
    } else {
        next.hi
    };
    Range { lo, hi, ..next }
}
