//! Computed values that are compared for equality, and divisions by what can be 0.

use std::collections::BTreeSet;

use super::joint::{Fact, facts};
use super::noted::{Compared, Placed};
use super::verdicts::Judge;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Compare, Input, Kind, Math1, Math2, NodeId, Param, WindowFn};

/// Most nodes that a value is followed through to where it is taken from.
const MOST_NODES: usize = 256;

/// Most values of a parameter that are tried.
const MOST_VALUES: usize = 2_000;

impl Judge<'_> {
    /// `close == sma(close, 20)`: computed values meet only by chance.
    pub(super) fn equalities(&mut self, compared: &[Compared]) {
        for c in compared {
            let Kind::Compare(Compare::Eq | Compare::Ne, a, b) = self.unit.node(c.node).kind else {
                continue;
            };
            if c.guards || c.of_parameters || self.may_be_equal(a, b) {
                continue;
            }
            let text = format!(
                "{} and {} are equal only by chance",
                self.quoted(c.left.1, "one side"),
                self.quoted(c.right.1, "the other")
            );
            let hint =
                "ask for a distance, such as `abs(a - b) < 0.1%` of the price, or for a crossing";
            let report = Diagnostic::warning(Code::SeriesEquality, c.span, text).hint(hint);
            self.say(report);
        }
    }

    /// Whether equality says something: of whole numbers, of nothing, of values that are taken
    /// from the same series.
    fn may_be_equal(&self, a: NodeId, b: NodeId) -> bool {
        let (x, y) = (self.range(a), self.range(b));
        let series = |id: NodeId| self.unit.node(id).stage.series;
        let is_nothing = |id: NodeId| self.range(id).is_point() && self.range(id).lo == 0.0;
        if (x.whole && y.whole) || x.is_empty() || y.is_empty() || !(series(a) || series(b)) {
            return true;
        }
        if is_nothing(a) || is_nothing(b) {
            return true;
        }
        let (from_a, from_b) = (self.taken_from(a), self.taken_from(b));
        let extreme = |id: NodeId| {
            matches!(
                self.unit.node(id).kind,
                Kind::Window(WindowFn::Max | WindowFn::Min, ..)
            )
        };
        // A bar that closes at its high does so exactly.
        let of_bars = |ids: &BTreeSet<NodeId>| {
            let price = |id: &NodeId| {
                let kind = self.unit.node(*id).kind;
                matches!(
                    kind,
                    Kind::Input(Input::Open | Input::High | Input::Low | Input::Close)
                )
            };
            !ids.is_empty() && ids.iter().all(price)
        };
        let at_end = |ids: &BTreeSet<NodeId>| {
            ids.iter().any(|id| {
                let kind = self.unit.node(*id).kind;
                matches!(kind, Kind::Input(Input::High | Input::Low))
            })
        };
        (extreme(a) && extreme(b))
            || !from_a.is_disjoint(&from_b)
            || (of_bars(&from_a) && of_bars(&from_b) && (at_end(&from_a) || at_end(&from_b)))
    }

    /// The nodes whose values a node hands on as they are.
    fn taken_from(&self, id: NodeId) -> BTreeSet<NodeId> {
        let mut seen = BTreeSet::new();
        let mut leaves = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if seen.len() > MOST_NODES || !seen.insert(id) {
                continue;
            }
            match self.unit.node(id).kind {
                Kind::Select(_, a, b)
                | Kind::Coalesce(a, b)
                | Kind::Math2(Math2::Min | Math2::Max, a, b) => open.extend([a, b]),
                Kind::Lag(a, _)
                | Kind::After(a, _)
                | Kind::New(_, _, a)
                | Kind::Window(WindowFn::Max | WindowFn::Min, a, ..) => open.push(a),
                Kind::Member(g, i) | Kind::Prev(g, i, _) => {
                    let group = self.unit.groups.get(g.0 as usize);
                    let member = group.and_then(|g| g.members.get(i as usize));
                    open.extend(member.map(|m| m.step));
                    open.extend(member.map(|m| m.seed));
                }
                Kind::Number(_) => {}
                _ => {
                    leaves.insert(id);
                }
            }
        }
        leaves
    }

    /// Divisors of parameters and constants that are 0 for some of their values.
    pub(super) fn divisors(&mut self, divisors: &[Placed], requires: &[Placed]) {
        for (id, span) in divisors {
            if self.unit.node(*id).stage.series || !self.range(*id).contains(0.0) {
                continue;
            }
            let Some(example) = self.zero_of(*id, requires) else {
                continue;
            };
            let report = |text: String| Diagnostic::warning(Code::DivisionByZero, *span, text);
            let report = if self.is_fixed(*id) {
                report("a division by 0".to_owned())
                    .hint("a number divided by 0 is infinite, and 0 divided by 0 is `na`")
            } else {
                let words = self.words(*span).map(super::types::unbracketed);
                let words = words.map_or("what is divided by".to_owned(), |w| format!("`{w}`"));
                report(format!("{words} can be 0"))
                    .label(example)
                    .hint("say with `require` that it is not, or change a domain")
            };
            self.say(report);
        }
    }

    /// With which parameters a divisor is 0, in words; None where it cannot be told.
    fn zero_of(&self, id: NodeId, requires: &[Placed]) -> Option<String> {
        if self.is_fixed(id) {
            return self.range(id).is_point().then(|| "it is 0".to_owned());
        }
        let params = self.unit.node(id).stage.params;
        let mut named = (0..64).filter(|i| params >> i & 1 == 1);
        let required: Vec<Fact> = requires
            .iter()
            .flat_map(|(r, _)| facts(self.unit, *r, true))
            .collect();
        match (named.next(), named.next(), named.next()) {
            (Some(one), None, _) => {
                let param = self.unit.params.get(one)?;
                let zero =
                    values(param).find(|v| self.evaluate(id, &[(one, *v)], 32) == Some(0.0))?;
                let fails = |r: &Placed| self.evaluate(r.0, &[(one, zero)], 32) == Some(0.0);
                (!requires.iter().any(fails))
                    .then(|| format!("it is 0 for {} = {zero}", param.name))
            }
            (Some(one), Some(two), None) => {
                let (a, b) = (self.unit.params.get(one)?, self.unit.params.get(two)?);
                let Kind::Math2(Math2::Sub, left, right) = self.unit.node(id).kind else {
                    return None;
                };
                let equal = [
                    Fact::Order(left, right, false),
                    Fact::Order(right, left, false),
                ];
                if self.exclusive(&[&required[..], &equal[..]].concat()) {
                    return None;
                }
                let is_zero = |x: f64, y: f64| {
                    let with = [(one, x), (two, y)];
                    let fails = |r: &Placed| self.evaluate(r.0, &with, 32) == Some(0.0);
                    self.evaluate(id, &with, 32) == Some(0.0) && !requires.iter().any(fails)
                };
                let pairs = values(a)
                    .take(100)
                    .flat_map(|x| values(b).take(100).map(move |y| (x, y)));
                let (x, y) = pairs.into_iter().find(|(x, y)| is_zero(*x, *y))?;
                Some(format!("it is 0 for {} = {x}, {} = {y}", a.name, b.name))
            }
            _ => None,
        }
    }

    /// The value of a node for some parameters; a condition is 1 or 0.
    fn evaluate(&self, id: NodeId, with: &[(usize, f64)], depth: u32) -> Option<f64> {
        let depth = depth.checked_sub(1)?;
        let of = |id: NodeId| self.evaluate(id, with, depth);
        let truth = |b: bool| if b { 1.0 } else { 0.0 };
        Some(match self.unit.node(id).kind {
            Kind::Number(bits) => f64::from_bits(bits),
            Kind::Param(p) => with.iter().find(|(i, _)| *i == p as usize)?.1,
            Kind::Math1(Math1::Neg, a) => -of(a)?,
            Kind::Math2(op, a, b) => super::fold::fold2(op, of(a)?, of(b)?)?,
            Kind::Fma(a, b, c) => of(a)?.mul_add(of(b)?, of(c)?),
            Kind::Compare(op, a, b) => {
                let (x, y) = (of(a)?, of(b)?);
                truth(match op {
                    Compare::Lt => x < y,
                    Compare::Le => x <= y,
                    Compare::Eq => x == y,
                    Compare::Ne => x != y,
                })
            }
            Kind::And(a, b) => of(a)?.min(of(b)?),
            Kind::Or(a, b) => of(a)?.max(of(b)?),
            Kind::Not(a) => 1.0 - of(a)?,
            _ => return None,
        })
    }
}

/// The values that a parameter takes.
fn values(param: &Param) -> impl Iterator<Item = f64> + '_ {
    let ends = param.bounds.filter(|_| param.sweep.is_empty());
    param
        .sweep
        .iter()
        .copied()
        .chain(ends.into_iter().flat_map(|(lo, hi)| {
            [lo, hi, 0.0]
                .into_iter()
                .filter(move |v| (lo..=hi).contains(v))
        }))
        .take(MOST_VALUES)
}
