//! The range of one node from those of its operands.

use super::infer::Infer;
use super::{Choose, Compare, Dimension, Kind, Math1, Math2, NodeId, PairFn, Range, WindowFn};

/// Most nodes that are looked at again under the condition of one branch.
const MOST_AGAIN: u32 = 64;

/// What is known in a branch beyond what is known everywhere.
pub(super) struct Facts {
    known: Vec<(NodeId, Range)>,
    left: u32,
}

impl Facts {
    pub(super) const fn none() -> Self {
        Self {
            known: Vec::new(),
            left: 0,
        }
    }
}

/// From 0 upwards.
const POSITIVE: Range = Range::new(0.0, f64::INFINITY);

impl Infer<'_> {
    /// The range of an operand, under what a branch knows.
    fn at(&self, id: NodeId, facts: &mut Facts) -> Range {
        let base = self.known(id);
        if facts.known.is_empty() {
            return base;
        }
        let told = facts.known.iter().filter(|(n, _)| *n == id);
        let base = told.fold(base, |r, (_, fact)| r.meet(*fact));
        let kind = self.unit.node(id).kind;
        // What looks at other bars is not under the condition of this one.
        let is_of_this_bar = matches!(
            kind,
            Kind::Math1(..)
                | Kind::Math2(..)
                | Kind::Fma(..)
                | Kind::Select(..)
                | Kind::Coalesce(..)
                | Kind::NumOf(_)
                | Kind::Compare(..)
                | Kind::And(..)
                | Kind::Or(..)
                | Kind::Not(_)
        );
        if !is_of_this_bar || facts.left == 0 {
            return base;
        }
        facts.left -= 1;
        base.meet(self.value(kind, facts))
    }

    /// The range of what `kind` computes.
    pub(super) fn value(&self, kind: Kind, facts: &mut Facts) -> Range {
        match kind {
            Kind::Number(bits) => Range::point(f64::from_bits(bits)),
            Kind::Bool(b) => Range::of_bool(b, !b),
            Kind::Input(input) => self.input(input),
            Kind::Param(p) => self.param(p),
            Kind::Free(_) => Range::ANY,
            Kind::Math1(op, a) => math1(op, self.at(a, facts)),
            Kind::Math2(op, a, b) => {
                let (x, y) = (self.at(a, facts), self.at(b, facts));
                self.math2(op, (a, x), (b, y))
            }
            Kind::Fma(a, b, c) => {
                let (x, y) = (self.at(a, facts), self.at(b, facts));
                let product = self.math2(Math2::Mul, (a, x), (b, y));
                product
                    .plus(self.at(c, facts))
                    .meet(self.mixed_once(a, b, c))
            }
            Kind::Compare(op, a, b) => {
                let (x, y) = (self.at(a, facts), self.at(b, facts));
                self.compare(op, (a, x), (b, y))
            }
            Kind::And(a, b) => {
                let (x, y) = (self.at(a, facts), self.at(b, facts));
                Range::of_bool(holds(x) && holds(y), fails(x) || fails(y))
            }
            Kind::Or(a, b) => {
                let (x, y) = (self.at(a, facts), self.at(b, facts));
                Range::of_bool(holds(x) || holds(y), fails(x) && fails(y))
            }
            Kind::Not(a) => {
                let x = self.at(a, facts);
                Range::of_bool(fails(x), holds(x))
            }
            Kind::IsNa(a) => match self.at(a, facts) {
                x if x.is_empty() => Range::TRUE,
                _ if matches!(self.unit.node(a).kind, Kind::Number(_) | Kind::Bool(_)) => {
                    Range::FALSE
                }
                _ => Range::BOOL,
            },
            Kind::Cross(a, b) => {
                let (x, y) = (self.known(a), self.known(b));
                let apart = x.hi <= y.lo || x.lo >= y.hi;
                Range::of_bool(!apart, true)
            }
            Kind::Select(c, a, b) => self.select(c, a, b, facts),
            Kind::Coalesce(a, b) => self.at(a, facts).hull(self.at(b, facts)),
            Kind::NumOf(a) => self.at(a, facts),
            Kind::Lag(a, _) | Kind::After(a, _) => self.known(a),
            Kind::New(_, _, a) | Kind::ZoneNew(_, _, a) => self.at(a, facts),
            Kind::Window(f, x, n, least) => {
                window(f, self.known(x), self.known(n), self.known(least))
            }
            Kind::Pair(f, x, y, n) => pair(f, self.known(x), self.known(y), self.known(n)),
            Kind::Prev(g, i, _) => self.past_of(g, i),
            Kind::Member(g, i) => self.member(g, i),
            Kind::ZoneKept(p, i) => {
                let pool = self.unit.pools.get(p.0 as usize);
                let kept = pool.and_then(|p| p.keep.get(i as usize));
                kept.map_or(Range::ANY, |(_, id)| self.known(*id))
            }
            Kind::ZonePrev(..) => Range::ANY,
            Kind::ZoneAge(_) => Range::whole(0.0, f64::INFINITY),
            Kind::Query(q, i) => {
                let Some(query) = self.unit.queries.get(q.0 as usize) else {
                    return Range::ANY;
                };
                let Some(pool) = self.unit.pools.get(query.pool.0 as usize) else {
                    return Range::ANY;
                };
                if query.choose == Choose::Count {
                    return Range::whole(0.0, f64::from(pool.max));
                }
                let mut values = pool.keep.iter().chain(&pool.next);
                match values.nth(i as usize) {
                    Some((_, id)) => self.known(*id),
                    None => Range::whole(0.0, f64::INFINITY),
                }
            }
        }
    }

    fn param(&self, p: u32) -> Range {
        let Some(param) = self.params.get(p as usize) else {
            return Range::ANY;
        };
        let range = match param.bounds {
            Some((lo, hi)) => Range::new(lo, hi),
            None if param.dimension == Dimension::Bars => POSITIVE,
            None => Range::ANY,
        };
        Range {
            whole: param.integer,
            ..range
        }
    }

    fn math2(&self, op: Math2, a: (NodeId, Range), b: (NodeId, Range)) -> Range {
        let ((m, x), (n, y)) = (a, b);
        let same = m == n;
        match op {
            Math2::Add => x.plus(y).meet(self.mixed(op, m, n)),
            Math2::Sub if same && !x.is_empty() => Range::point(0.0),
            Math2::Sub => {
                let mut out = x.minus(y).meet(self.mixed(op, m, n));
                if out.lo < 0.0 && self.never_above(n, m) {
                    out = out.meet(POSITIVE);
                }
                if out.hi > 0.0 && self.never_above(m, n) {
                    out = out.meet(Range::new(f64::NEG_INFINITY, 0.0));
                }
                out
            }
            Math2::Mul if same => {
                let size = x.magnitude();
                size.times(size)
            }
            Math2::Mul => x.times(y),
            Math2::Div if same && !x.is_empty() => Range::point(1.0),
            Math2::Div => {
                let out = x.over(y).meet(self.mixed(op, m, n));
                out.meet(self.share(m, n))
            }
            Math2::Mod => x.remainder(y),
            Math2::Min => x.least(y),
            Math2::Max => x.greatest(y),
            Math2::Pow => x.power(y),
        }
    }

    fn compare(&self, op: Compare, a: (NodeId, Range), b: (NodeId, Range)) -> Range {
        let ((m, x), (n, y)) = (a, b);
        if x.is_empty() || y.is_empty() {
            return Range::EMPTY;
        }
        let apart = x.hi < y.lo || y.hi < x.lo || x.meet(y).is_empty();
        let equal = m == n || (x.is_point() && y.is_point() && x.lo == y.lo);
        match op {
            Compare::Lt => {
                let can_hold = x.lo < y.hi && m != n && !self.never_above(n, m);
                Range::of_bool(can_hold, x.hi >= y.lo)
            }
            Compare::Le => {
                let always = m == n || x.hi <= y.lo || self.never_above(m, n);
                Range::of_bool(x.lo <= y.hi, !always)
            }
            Compare::Eq => Range::of_bool(!apart, !equal),
            Compare::Ne => Range::of_bool(!equal, !apart),
        }
    }

    /// Each branch is read under the condition on which it is taken.
    fn select(&self, c: NodeId, a: NodeId, b: NodeId, facts: &mut Facts) -> Range {
        let holds = holds(self.at(c, facts));
        let mut branch = |id: NodeId, truth: bool| {
            let before = facts.known.len();
            let had = facts.left;
            if before == 0 {
                facts.left = MOST_AGAIN;
            }
            // The second branch is taken where the condition is na as well.
            self.assume(c, truth, truth, &mut facts.known, 4);
            let range = self.at(id, facts);
            facts.known.truncate(before);
            if before == 0 {
                facts.left = had;
            }
            range
        };
        let first = if holds { branch(a, true) } else { Range::EMPTY };
        first.hull(branch(b, false))
    }

    /// What follows where a condition is true or false (`truth`), or, unless that is `sure`, na.
    fn assume(
        &self,
        c: NodeId,
        truth: bool,
        sure: bool,
        facts: &mut Vec<(NodeId, Range)>,
        depth: u32,
    ) {
        if depth == 0 {
            return;
        }
        match (self.unit.node(c).kind, truth) {
            (Kind::And(a, b), true) | (Kind::Or(a, b), false) => {
                self.assume(a, truth, sure, facts, depth - 1);
                self.assume(b, truth, sure, facts, depth - 1);
            }
            (Kind::Not(a), _) => self.assume(a, !truth, sure, facts, depth - 1),
            (Kind::IsNa(a), true) => facts.push((a, Range::EMPTY)),
            (Kind::Compare(op, a, b), _) => {
                let (x, y) = (self.known(a), self.known(b));
                if x.is_empty() || y.is_empty() {
                    return;
                }
                // Where one side is na, nothing is known of the other.
                let fixed = |id: NodeId| {
                    sure || matches!(self.unit.node(id).kind, Kind::Number(_) | Kind::Param(_))
                };
                let mut tell = |of: (NodeId, Range), other: (NodeId, Range), range: Range| {
                    if fixed(other.0) {
                        facts.push((of.0, range));
                    }
                };
                // `a < b` fails where `b <= a`.
                let (low, high, or_equal) = match (op, truth) {
                    (Compare::Lt, true) => ((a, x), (b, y), false),
                    (Compare::Le, true) => ((a, x), (b, y), true),
                    (Compare::Lt, false) => ((b, y), (a, x), true),
                    (Compare::Le, false) => ((b, y), (a, x), false),
                    (Compare::Eq, true) | (Compare::Ne, false) => {
                        let both = x.meet(y);
                        let signed = Range {
                            neg_zero: true,
                            ..both
                        };
                        tell((a, x), (b, y), signed);
                        tell((b, y), (a, x), signed);
                        return;
                    }
                    (Compare::Ne, true) | (Compare::Eq, false) => {
                        if y.is_point() {
                            tell((a, x), (b, y), x.without(y.lo));
                        }
                        if x.is_point() {
                            tell((b, y), (a, x), y.without(x.lo));
                        }
                        return;
                    }
                };
                tell(low, high, low.1.below(high.1.hi, or_equal));
                tell(high, low, high.1.above(low.1.lo, or_equal));
            }
            _ => {}
        }
    }
}

fn holds(condition: Range) -> bool {
    condition.hi >= 1.0
}

fn fails(condition: Range) -> bool {
    condition.lo <= 0.0
}

fn math1(op: Math1, a: Range) -> Range {
    let bounded = |lo: f64, hi: f64| {
        if a.is_empty() {
            Range::EMPTY
        } else {
            Range::new(lo, hi)
        }
    };
    match op {
        Math1::Neg => a.negated(),
        Math1::Abs => a.magnitude(),
        Math1::Sqrt => a.root(),
        Math1::Exp => a.exponential(),
        Math1::Ln => a.logarithm(),
        Math1::Sin | Math1::Cos | Math1::Tanh => bounded(-1.0, 1.0),
        Math1::Tan | Math1::Sinh => bounded(f64::NEG_INFINITY, f64::INFINITY),
        Math1::Cosh => bounded(1.0, f64::INFINITY),
        Math1::Asin => bounded(-std::f64::consts::FRAC_PI_2, std::f64::consts::FRAC_PI_2),
        Math1::Acos => bounded(0.0, std::f64::consts::PI),
        // No less monotone than the natural one, and no further from 0.
        Math1::Log10 => {
            let natural = a.logarithm();
            Range {
                whole: false,
                lo: natural.lo.min(0.0),
                hi: natural.hi.max(0.0),
                ..natural
            }
        }
        Math1::Atan => {
            let quarter = std::f64::consts::FRAC_PI_2;
            let lo = if a.lo >= 0.0 { 0.0 } else { -quarter };
            let hi = if a.hi <= 0.0 { 0.0 } else { quarter };
            Range {
                neg_zero: true,
                ..bounded(lo, hi)
            }
        }
        Math1::Floor => a.rounded(f64::floor),
        Math1::Ceil => a.rounded(f64::ceil),
        Math1::Round => a.rounded(f64::round_ties_even),
        Math1::Sign => a.sign(),
    }
}

/// The range of a window over two series.
fn pair(f: PairFn, x: Range, y: Range, n: Range) -> Range {
    if x.is_empty() || (y.is_empty() && f != PairFn::Products) {
        return Range::EMPTY;
    }
    match f {
        PairFn::Nth | PairFn::At => x,
        PairFn::Products => Range::ANY,
        PairFn::Apart => {
            let most = (x.hi - y.lo).max(y.hi - x.lo) * n.hi.max(1.0);
            Range {
                lo: 0.0,
                hi: if most.is_nan() { f64::INFINITY } else { most },
                whole: false,
                neg_zero: false,
            }
        }
    }
}

/// The range of a window over values of the range `x`.
fn window(f: WindowFn, x: Range, n: Range, least: Range) -> Range {
    if x.is_empty() {
        return Range::EMPTY;
    }
    // Values in the window.
    let few = least.lo.max(1.0);
    let most = n.hi.max(few);
    let total = |few: f64, most: f64| {
        let times = |v: f64, count: f64| if v == 0.0 { 0.0 } else { v * count };
        Range {
            lo: times(x.lo, if x.lo < 0.0 { most } else { few }),
            hi: times(x.hi, if x.hi > 0.0 { most } else { few }),
            whole: x.whole,
            neg_zero: x.neg_zero,
        }
    };
    match f {
        WindowFn::Max | WindowFn::Min => x,
        WindowFn::MaxAge | WindowFn::MinAge | WindowFn::MaxAgeOldest | WindowFn::MinAgeOldest => {
            Range {
                lo: 0.0,
                hi: (n.hi - 1.0).max(0.0),
                whole: true,
                neg_zero: false,
            }
        }
        WindowFn::Mean => Range { whole: false, ..x },
        // A share of the values, this one among them.
        WindowFn::Rank => Range {
            lo: 0.0,
            hi: 1.0,
            whole: false,
            neg_zero: false,
        },
        WindowFn::Sum => total(few, most),
        WindowFn::WeightedSum => {
            let weights = |n: f64| n * (n + 1.0) / 2.0;
            total(weights(n.lo.max(1.0)), weights(n.hi.max(1.0)))
        }
        WindowFn::Moment => {
            // Most where the older half is at one end and the newer at the other.
            let half = (x.hi - x.lo) / 2.0;
            let hi = if half == 0.0 {
                0.0
            } else {
                half * (n.hi * n.hi / 4.0) * (1.0 + 1e-9)
            };
            let hi = if hi.is_nan() { f64::INFINITY } else { hi };
            Range {
                lo: -hi,
                hi,
                whole: false,
                neg_zero: true,
            }
        }
        WindowFn::SquaredDeviations => {
            let half = (x.hi - x.lo) / 2.0;
            let hi = if half == 0.0 { 0.0 } else { most * half * half };
            Range {
                lo: 0.0,
                hi: if hi.is_nan() { f64::INFINITY } else { hi },
                whole: false,
                neg_zero: false,
            }
        }
    }
}
