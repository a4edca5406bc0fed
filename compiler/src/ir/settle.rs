//! How many bars a program needs to forget where its bars began.

use strat_abi::math;
use strat_lang::hir::{Math1, Math2};

use super::{Feed, FeedKind, Graph, Group, Id, Op, operands};

/// How many bars back settling may need before it counts as never.
const NEVER: f64 = 1e7;

impl Graph {
    /// Bars after which every recurrence has forgotten its seed to 1e-9 of it, on top of the
    /// lookback: for `y = … c * y[1] …` these are `ln 1e-9 / ln |c|`. `None` where that is never.
    pub(super) fn settle(&self, params: &[f64], scalars: &[f64], lookback: usize) -> Option<usize> {
        // A zone may live for ever, and what it kept with it.
        if self.queries.iter().any(|q| !q.outputs.is_empty()) {
            return None;
        }
        let mut most = 0.0_f64;
        for feed in &self.feeds {
            most += self.settle_of_feed(feed, params)?;
        }
        let there = self.always_there();
        for group in &self.groups {
            let mut bars = 0.0_f64;
            for (i, member) in group.members.iter().enumerate() {
                if member.depth == 0 {
                    continue;
                }
                let keep = self.contraction(group, u32::try_from(i).ok()?, scalars, &there)?;
                let needed = if keep <= 0.0 {
                    f64::from(member.depth)
                } else if keep < 1.0 {
                    (math::ln(1e-9) / math::ln(keep)).ceil()
                } else {
                    return None;
                };
                bars = bars.max(needed);
            }
            // Recurrences may stand one on another, each starting where the last has settled.
            most += bars;
        }
        (most < NEVER).then(|| lookback + most as usize)
    }

    /// What settling takes on a feed's own bars, in bars of this graph.
    fn settle_of_feed(&self, feed: &Feed, params: &[f64]) -> Option<f64> {
        let (graph, bars) = match &feed.kind {
            FeedKind::Timeframe { millis, graph } => {
                let bars = self.bar_millis.map(|own| *millis as f64 / own as f64);
                (graph, bars)
            }
            FeedKind::Symbol { graph, .. } => (graph, Some(1.0)),
            _ => return Some(0.0),
        };
        let settled = graph.settle(params, &graph.scalars(params), 0)?;
        if settled == 0 {
            return Some(0.0);
        }
        Some((settled as f64 * bars?).ceil())
    }

    /// How much of member `i`'s last value its next one keeps, at most; `None` when the step is
    /// not made of the member by sums, multiples and choices. `there` is [`Graph::always_there`].
    fn contraction(&self, group: &Group, i: u32, scalars: &[f64], there: &[bool]) -> Option<f64> {
        // For each node of the step the range of d node / d member[1]; NaN where not known.
        let mut slopes = vec![(0.0_f64, 0.0_f64); self.nodes.len()];
        let unknown = (f64::NAN, f64::NAN);
        let known = |id: Id| {
            let node = self.node(id);
            (!node.stage.series && node.body.is_none()).then(|| scalars[id.index()])
        };
        let times = |(lo, hi): (f64, f64), k: f64| {
            let (a, b) = (lo * k, hi * k);
            if a <= b { (a, b) } else { (b, a) }
        };
        for id in &group.body {
            let at = |id: Id| slopes[id.index()];
            let still = |id: Id| at(id) == (0.0, 0.0);
            let hull = |a: (f64, f64), b: (f64, f64)| {
                if a.0.is_nan() || b.0.is_nan() {
                    unknown
                } else {
                    (math::min(a.0, b.0), math::max(a.1, b.1))
                }
            };
            let product = |a: Id, b: Id| match (still(a), still(b)) {
                (true, true) => (0.0, 0.0),
                (false, true) => known(b).map_or(unknown, |k| times(at(a), k)),
                (true, false) => known(a).map_or(unknown, |k| times(at(b), k)),
                (false, false) => unknown,
            };
            let slope = match self.node(*id).op {
                Op::Prev(_, m, 1) if m == i => (1.0, 1.0),
                Op::Prev(_, m, _) if m == i => unknown,
                // Another member's past: its own slope is counted with that member.
                Op::Prev(..) => (0.0, 0.0),
                Op::New(_, _, a) => at(a),
                Op::Math1(Math1::Neg, a) => times(at(a), -1.0),
                Op::Math2(Math2::Add, a, b) => (at(a).0 + at(b).0, at(a).1 + at(b).1),
                Op::Math2(Math2::Sub, a, b) => (at(a).0 - at(b).1, at(a).1 - at(b).0),
                Op::Math2(Math2::Mul, a, b) => product(a, b),
                Op::Fma(a, b, c) => {
                    let (lo, hi) = product(a, b);
                    (lo + at(c).0, hi + at(c).1)
                }
                Op::Math2(Math2::Div, a, b) if still(b) => {
                    if still(a) {
                        (0.0, 0.0)
                    } else {
                        known(b).map_or(unknown, |k| times(at(a), 1.0 / k))
                    }
                }
                // The last known value of what is known on every bar is its value.
                Op::Coalesce(a, _) if there[a.index()] => at(a),
                Op::Math2(Math2::Min | Math2::Max, a, b)
                | Op::Select(_, a, b)
                | Op::Coalesce(a, b) => hull(at(a), at(b)),
                op => {
                    let touched = operands(op).iter().flatten().any(|o| !still(*o));
                    if touched { unknown } else { (0.0, 0.0) }
                }
            };
            slopes[id.index()] = slope;
        }
        let (lo, hi) = slopes[group.members.get(i as usize)?.step.index()];
        let kept = math::max(lo.abs(), hi.abs());
        (!kept.is_nan()).then_some(kept)
    }

    /// Per node whether it is na on missing bars only, once it has begun: it is made of prices and
    /// volumes, and nothing makes it na on purpose, as what happens now and then.
    fn always_there(&self) -> Vec<bool> {
        let mut there: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let at = |id: Id| there.get(id.index()) == Some(&true);
            let is_there = match node.op {
                Op::Number(bits) => !f64::from_bits(bits).is_nan(),
                // What is handed over with a bar may be na.
                Op::Input(input) => self.slot(input).is_none(),
                // Before a recurrence has begun it is na, from then on it remembers a number.
                Op::Param(_) | Op::Bool(_) | Op::Prev(..) => true,
                Op::Member(g, m) => {
                    let member = self
                        .groups
                        .get(g as usize)
                        .and_then(|g| g.members.get(m as usize));
                    member.is_some_and(|member| at(member.step))
                }
                Op::Select(_, a, b) => at(a) && at(b),
                Op::Coalesce(a, b) => at(a) || at(b),
                Op::Lag(a, _) | Op::Window(_, a, ..) | Op::After(a, _) => at(a),
                Op::Math1(
                    Math1::Neg
                    | Math1::Abs
                    | Math1::Sign
                    | Math1::Floor
                    | Math1::Ceil
                    | Math1::Round,
                    _,
                )
                | Op::Math2(..)
                | Op::Fma(..)
                | Op::Compare(..)
                | Op::And(..)
                | Op::Or(..)
                | Op::Not(_)
                | Op::IsNa(_)
                | Op::NumOf(_)
                | Op::Pair(..)
                | Op::Cross(..)
                | Op::New(..) => operands(node.op).iter().flatten().all(|o| at(*o)),
                Op::Math1(..)
                | Op::ZoneKept(..)
                | Op::ZoneNew(..)
                | Op::ZonePrev(..)
                | Op::ZoneAge(_)
                | Op::Query(..) => false,
            };
            there.push(is_there);
        }
        there
    }
}
