//! What is known of two nodes together: which is never above the other, which are a mean of
//! others, which are a part of a whole. Ranges alone do not see that `(close - lo) / (hi - lo)`
//! lies in 0..1, or that an average stays between the values that it is of.

use super::infer::Infer;
use super::{Input, Kind, Math1, Math2, NodeId, Range, Unit, WindowFn};

/// Deepest chain of reasons that one is never above the other.
const DEEPEST: u32 = 6;

/// Most pairs that are looked at for one question.
const MOST_PAIRS: u32 = 40;

impl Infer<'_> {
    /// Whether a is never above b where both have values.
    pub(super) fn never_above(&self, a: NodeId, b: NodeId) -> bool {
        self.not_above(a, b, DEEPEST, &mut MOST_PAIRS.clone())
    }

    fn kind(&self, id: NodeId) -> Kind {
        self.unit.node(id).kind
    }

    fn not_above(&self, a: NodeId, b: NodeId, depth: u32, left: &mut u32) -> bool {
        let (x, y) = (self.known(a), self.known(b));
        if a == b || (!x.is_empty() && !y.is_empty() && x.hi <= y.lo) {
            return true;
        }
        if depth == 0 || *left == 0 {
            return false;
        }
        *left -= 1;
        let mut ask = |a: NodeId, b: NodeId| self.not_above(a, b, depth - 1, left);
        let positive = |id: NodeId| self.known(id).lo >= 0.0;
        let (p, q) = (self.kind(a), self.kind(b));
        match (p, q) {
            (Kind::Input(low), Kind::Input(high)) => return bar_order(low, high),
            (Kind::Math2(Math2::Sub, a1, a2), Kind::Math2(Math2::Sub, b1, b2))
                if ask(a1, b1) && ask(b2, a2) =>
            {
                return true;
            }
            (Kind::Math2(Math2::Add, a1, a2), Kind::Math2(Math2::Add, b1, b2))
                if (ask(a1, b1) && ask(a2, b2)) || (ask(a1, b2) && ask(a2, b1)) =>
            {
                return true;
            }
            (Kind::Math2(Math2::Mul, a1, a2), Kind::Math2(Math2::Mul, b1, b2)) => {
                for (c, u, d, v) in [(a1, a2, b1, b2), (a2, a1, b2, b1)] {
                    if c == d && (positive(c) && ask(u, v)) {
                        return true;
                    }
                }
            }
            (Kind::Math2(Math2::Div, a1, a2), Kind::Math2(Math2::Div, b1, b2))
                if a2 == b2 && positive(a2) && ask(a1, b1) =>
            {
                return true;
            }
            (Kind::Lag(a1, n), Kind::Lag(b1, m)) if n == m && ask(a1, b1) => return true,
            // The mean of a window lies between its extremes.
            (Kind::Window(f, x, n, least), Kind::Window(g, y, m, more))
                if (x, n, least) == (y, m, more) && rank(f) <= rank(g) =>
            {
                return rank(f) > 0 && rank(g) > 0;
            }
            // |s - t| is at most s + t.
            (Kind::Math1(Math1::Abs, d), Kind::Math2(Math2::Add, s, t)) => {
                if let Kind::Math2(Math2::Sub, u, v) = self.kind(d)
                    && ((u, v) == (s, t) || (u, v) == (t, s))
                    && positive(s)
                    && positive(t)
                {
                    return true;
                }
            }
            _ => {}
        }
        let above = match q {
            Kind::Math2(Math2::Max, u, v) => ask(a, u) || ask(a, v),
            Kind::Math2(Math2::Min, u, v) | Kind::Select(_, u, v) | Kind::Coalesce(u, v) => {
                ask(a, u) && ask(a, v)
            }
            Kind::Math2(Math2::Add, u, v) => {
                (positive(v) && ask(a, u)) || (positive(u) && ask(a, v))
            }
            Kind::Window(WindowFn::Max, y, n, least) if self.is_now(y, n, least) => ask(a, y),
            Kind::New(_, _, u) | Kind::After(u, _) => ask(a, u),
            _ => false,
        };
        if above {
            return true;
        }
        match p {
            Kind::Math2(Math2::Min, u, v) => ask(u, b) || ask(v, b),
            Kind::Math2(Math2::Max, u, v) | Kind::Select(_, u, v) | Kind::Coalesce(u, v) => {
                ask(u, b) && ask(v, b)
            }
            Kind::Math2(Math2::Sub, u, v) => positive(v) && ask(u, b),
            Kind::Window(WindowFn::Min, x, n, least) if self.is_now(x, n, least) => ask(x, b),
            Kind::New(_, _, u) | Kind::After(u, _) => ask(u, b),
            _ => false,
        }
    }

    /// Whether a window that has a value holds the value of this bar: it is whole, or what it is
    /// over is only missing where the whole bar is.
    fn is_now(&self, x: NodeId, n: NodeId, least: NodeId) -> bool {
        n == least || matches!(self.kind(x), Kind::Input(_))
    }

    fn is_one(&self, id: NodeId) -> bool {
        let range = self.known(id);
        range.is_point() && range.lo == 1.0
    }

    fn is_share(&self, k: NodeId) -> bool {
        self.known(k).lies_in(0.0, 1.0)
    }

    fn is_count(&self, n: NodeId) -> bool {
        self.known(n).lo >= 1.0
    }

    /// The distance from y to another node, taken in part: `k * (x - y)`, `(x - y) / n`; gives x.
    fn part_of_way(&self, d: NodeId, y: NodeId) -> Option<NodeId> {
        let target = |d: NodeId| match self.kind(d) {
            Kind::Math2(Math2::Sub, x, from) if from == y => Some(x),
            _ => None,
        };
        match self.kind(d) {
            Kind::Math2(Math2::Mul, k, d) if self.is_share(k) && target(d).is_some() => target(d),
            Kind::Math2(Math2::Mul, d, k) if self.is_share(k) => target(d),
            Kind::Math2(Math2::Div, d, n) if self.is_count(n) => target(d),
            _ => None,
        }
    }

    /// The range of what lies between two nodes.
    fn between(&self, x: NodeId, y: NodeId) -> Range {
        let hull = self.known(x).hull(self.known(y));
        if self.known(x).is_empty() || self.known(y).is_empty() {
            return Range::EMPTY;
        }
        Range {
            whole: false,
            neg_zero: true,
            ..hull
        }
    }

    /// The range of `a * b + y` where it is a mean, `k (x - y) + y`; everything where it is none.
    pub(super) fn mixed_once(&self, a: NodeId, b: NodeId, y: NodeId) -> Range {
        for (k, distance) in [(a, b), (b, a)] {
            if let Kind::Math2(Math2::Sub, x, from) = self.kind(distance)
                && from == y
                && self.is_share(k)
            {
                return self.between(x, y);
            }
        }
        Range::ANY
    }

    /// The range of a mean of two nodes, in the forms in which recurrences are written; everything
    /// where it is none.
    pub(super) fn mixed(&self, op: Math2, a: NodeId, b: NodeId) -> Range {
        let between = |x: NodeId, y: NodeId| self.between(x, y);
        match op {
            Math2::Add => {
                // y + k (x - y)
                for (y, d) in [(a, b), (b, a)] {
                    if let Some(x) = self.part_of_way(d, y) {
                        return between(x, y);
                    }
                }
                // k x + (1 - k) y
                if let (Kind::Math2(Math2::Mul, a1, a2), Kind::Math2(Math2::Mul, b1, b2)) =
                    (self.kind(a), self.kind(b))
                {
                    for (k, x) in [(a1, a2), (a2, a1)] {
                        for (j, y) in [(b1, b2), (b2, b1)] {
                            if self.are_whole(k, j) || self.are_whole(j, k) {
                                return between(x, y);
                            }
                        }
                    }
                }
            }
            Math2::Sub => {
                let zero = |y: NodeId| {
                    let hull = self.known(y).hull(Range::point(0.0));
                    Range {
                        whole: false,
                        neg_zero: true,
                        ..hull
                    }
                };
                match self.kind(b) {
                    // y - y / n
                    Kind::Math2(Math2::Div, y, n) if y == a && self.is_count(n) => return zero(a),
                    // y - k y
                    Kind::Math2(Math2::Mul, k, y) if y == a && self.is_share(k) => return zero(a),
                    Kind::Math2(Math2::Mul, y, k) if y == a && self.is_share(k) => return zero(a),
                    _ => {}
                }
            }
            Math2::Div => {
                // ((n - 1) y + x) / n
                if let Kind::Math2(Math2::Add, s, t) = self.kind(a)
                    && self.is_count(b)
                {
                    for (product, x) in [(s, t), (t, s)] {
                        if let Kind::Math2(Math2::Mul, u, v) = self.kind(product) {
                            for (m, y) in [(u, v), (v, u)] {
                                if self.is_one_less(m, b) {
                                    return between(x, y);
                                }
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        Range::ANY
    }

    /// Whether j is 1 - k, k between 0 and 1.
    fn are_whole(&self, k: NodeId, j: NodeId) -> bool {
        let (x, y) = (self.known(k), self.known(j));
        if !self.is_share(k) {
            return false;
        }
        match self.kind(j) {
            Kind::Math2(Math2::Sub, one, other) if other == k => self.is_one(one),
            _ => x.is_point() && y.is_point() && x.lo + y.lo == 1.0,
        }
    }

    /// Whether m is n - 1.
    fn is_one_less(&self, m: NodeId, n: NodeId) -> bool {
        let (x, y) = (self.known(m), self.known(n));
        match self.kind(m) {
            Kind::Math2(Math2::Sub, of, one) if of == n => self.is_one(one),
            _ => x.is_point() && y.is_point() && x.lo + 1.0 == y.lo,
        }
    }

    /// The range of a quotient whose upper part is a part of the lower; everything where it is
    /// none. A constant factor of the upper part stays one of the result.
    pub(super) fn share(&self, upper: NodeId, lower: NodeId) -> Range {
        let mut factor = Range::point(1.0);
        let mut part = upper;
        for _ in 0..DEEPEST {
            let constant = |id: NodeId| {
                let range = self.known(id);
                (range.is_point() && range.lo.is_finite()).then_some(range)
            };
            match self.kind(part) {
                Kind::Math2(Math2::Mul, k, x) if constant(k).is_some() => {
                    factor = factor.times(self.known(k));
                    part = x;
                }
                Kind::Math2(Math2::Mul, x, k) if constant(k).is_some() => {
                    factor = factor.times(self.known(k));
                    part = x;
                }
                Kind::Math1(Math1::Neg, x) => {
                    factor = factor.negated();
                    part = x;
                }
                _ => break,
            }
        }
        let signed = |lo: f64| Range {
            lo,
            hi: 1.0,
            whole: false,
            neg_zero: true,
        };
        let positive = |id: NodeId| self.known(id).lo >= 0.0;
        if let (Kind::Math2(Math2::Sub, s, t), Kind::Math2(Math2::Add, u, v)) =
            (self.kind(part), self.kind(lower))
            && ((s, t) == (u, v) || (s, t) == (v, u))
            && positive(s)
            && positive(t)
        {
            return signed(-1.0).times(factor);
        }
        if positive(part) && self.never_above(part, lower) {
            return signed(0.0).times(factor);
        }
        Range::ANY
    }
}

/// Of one bar: low, then open and close, then high.
fn bar_order(a: Input, b: Input) -> bool {
    matches!(
        (a, b),
        (Input::Low, Input::Open | Input::Close | Input::High)
            | (Input::Open | Input::Close, Input::High)
    )
}

/// Order of what windows give, 0 for what has no place in it.
fn rank(f: WindowFn) -> u32 {
    match f {
        WindowFn::Min => 1,
        WindowFn::Mean => 2,
        WindowFn::Max => 3,
        _ => 0,
    }
}

/// A finished unit, to ask what is known of two of its nodes.
pub struct Known<'u>(Infer<'u>);

impl<'u> Known<'u> {
    /// Of a unit whose ranges are filled in.
    #[must_use]
    pub fn of(unit: &'u Unit) -> Self {
        Self(Infer::finished(unit))
    }

    /// Whether a is never above b where both have values.
    #[must_use]
    pub fn never_above(&self, a: NodeId, b: NodeId) -> bool {
        self.0.never_above(a, b)
    }
}
