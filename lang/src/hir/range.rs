//! Between which bounds the values of a node lie, and the arithmetic of such bounds.
//!
//! A range holds every value that is not na; infinity is a value. Bounds are those of exact
//! arithmetic with both ends included: rounding may step over one by units in the last place.

/// The least and the greatest value, and what else is known of all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The least value; above [`Range::hi`] where there is none.
    pub lo: f64,
    /// The greatest value.
    pub hi: f64,
    /// Whether all are whole numbers (or infinite).
    pub whole: bool,
    /// Whether a value may be -0, so that 1 divided by it is -infinity.
    pub neg_zero: bool,
}

impl Default for Range {
    fn default() -> Self {
        Self::ANY
    }
}

impl Range {
    /// Every value.
    pub const ANY: Self = Self {
        lo: f64::NEG_INFINITY,
        hi: f64::INFINITY,
        whole: false,
        neg_zero: true,
    };
    /// No value: always na.
    pub const EMPTY: Self = Self {
        lo: f64::INFINITY,
        hi: f64::NEG_INFINITY,
        whole: true,
        neg_zero: false,
    };
    /// True or false.
    pub const BOOL: Self = Self::whole(0.0, 1.0);
    /// Always true.
    pub const TRUE: Self = Self::whole(1.0, 1.0);
    /// Always false.
    pub const FALSE: Self = Self::whole(0.0, 0.0);

    /// From `lo` to `hi`.
    #[must_use]
    pub const fn new(lo: f64, hi: f64) -> Self {
        Self {
            lo,
            hi,
            whole: false,
            neg_zero: lo < 0.0 && hi >= 0.0,
        }
    }

    /// Whole numbers from `lo` to `hi`.
    #[must_use]
    pub const fn whole(lo: f64, hi: f64) -> Self {
        Self {
            whole: true,
            ..Self::new(lo, hi)
        }
    }

    /// One value; none for na.
    #[must_use]
    pub fn point(v: f64) -> Self {
        if v.is_nan() {
            return Self::EMPTY;
        }
        Self {
            lo: v,
            hi: v,
            whole: v.is_infinite() || v.fract() == 0.0,
            neg_zero: v == 0.0 && v.is_sign_negative(),
        }
    }

    /// Of a condition that can be true, or false, or neither.
    #[must_use]
    pub const fn of_bool(can_hold: bool, can_fail: bool) -> Self {
        match (can_hold, can_fail) {
            (true, true) => Self::BOOL,
            (true, false) => Self::TRUE,
            (false, true) => Self::FALSE,
            (false, false) => Self::EMPTY,
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.lo > self.hi
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_any(self) -> bool {
        self.lo == f64::NEG_INFINITY && self.hi == f64::INFINITY
    }

    /// Whether it is one value.
    #[must_use]
    pub fn is_point(self) -> bool {
        self.lo == self.hi
    }

    /// Whether a value lies in it.
    #[must_use]
    pub fn contains(self, v: f64) -> bool {
        self.lo <= v && v <= self.hi && (!self.whole || v.is_infinite() || v.fract() == 0.0)
    }

    /// Whether all of `inner` lies between the bounds, with nothing else known less.
    #[must_use]
    pub fn holds(self, inner: Self) -> bool {
        inner.is_empty()
            || (self.lo <= inner.lo
                && inner.hi <= self.hi
                && (!self.whole || inner.whole)
                && (self.neg_zero || !inner.neg_zero))
    }

    /// Whether it lies within `lo` and `hi`.
    #[must_use]
    pub fn lies_in(self, lo: f64, hi: f64) -> bool {
        self.lo >= lo && self.hi <= hi
    }

    /// The values of both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
            whole: self.whole && other.whole,
            neg_zero: self.neg_zero || other.neg_zero,
        }
    }

    /// The values that lie in both.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        let both = Self {
            lo: self.lo.max(other.lo),
            hi: self.hi.min(other.hi),
            whole: self.whole || other.whole,
            neg_zero: self.neg_zero && other.neg_zero,
        };
        if both.is_empty() { Self::EMPTY } else { both }
    }

    /// The values that are below `bound` (`or_equal`: or at it).
    #[must_use]
    pub fn below(self, bound: f64, or_equal: bool) -> Self {
        let hi = match (or_equal, self.whole) {
            (true, true) => bound.floor(),
            (true, false) => bound,
            (false, true) => bound.ceil() - 1.0,
            (false, false) => bound.next_down(),
        };
        self.meet(Self {
            hi,
            whole: self.whole,
            ..Self::ANY
        })
    }

    /// The values that are above `bound` (`or_equal`: or at it).
    #[must_use]
    pub fn above(self, bound: f64, or_equal: bool) -> Self {
        let lo = match (or_equal, self.whole) {
            (true, true) => bound.ceil(),
            (true, false) => bound,
            (false, true) => bound.floor() + 1.0,
            (false, false) => bound.next_up(),
        };
        self.meet(Self {
            lo,
            whole: self.whole,
            ..Self::ANY
        })
    }

    /// Without one value, where that is an end.
    #[must_use]
    pub fn without(self, v: f64) -> Self {
        if self.lo == v {
            self.above(v, false)
        } else if self.hi == v {
            self.below(v, false)
        } else {
            self
        }
    }

    fn may_be_zero(self) -> bool {
        self.lo <= 0.0 && self.hi >= 0.0
    }

    fn may_be_negative(self) -> bool {
        self.lo < 0.0 || self.neg_zero
    }

    /// The result between bounds, where both operands have values.
    fn of(a: Self, b: Self, lo: f64, hi: f64, whole: bool, neg_zero: bool) -> Self {
        if a.is_empty() || b.is_empty() {
            return Self::EMPTY;
        }
        Self {
            lo,
            hi,
            whole,
            neg_zero: neg_zero && lo <= 0.0 && hi >= 0.0,
        }
    }

    /// `-a`
    #[must_use]
    pub fn negated(self) -> Self {
        Self::of(self, self, -self.hi, -self.lo, self.whole, true)
    }

    /// `|a|`
    #[must_use]
    pub fn magnitude(self) -> Self {
        let most = self.lo.abs().max(self.hi.abs());
        let least = if self.may_be_zero() {
            0.0
        } else {
            self.lo.abs().min(self.hi.abs())
        };
        Self::of(self, self, least, most, self.whole, false)
    }

    /// `a + b`
    #[must_use]
    pub fn plus(self, b: Self) -> Self {
        let sum = |x: f64, y: f64, otherwise: f64| {
            let s = x + y;
            if s.is_nan() { otherwise } else { s }
        };
        Self::of(
            self,
            b,
            sum(self.lo, b.lo, f64::NEG_INFINITY),
            sum(self.hi, b.hi, f64::INFINITY),
            self.whole && b.whole,
            self.neg_zero && b.neg_zero,
        )
    }

    /// `a - b`
    #[must_use]
    pub fn minus(self, b: Self) -> Self {
        let mut out = self.plus(b.negated());
        // -0 - 0 is -0; every other difference of equals is 0.
        out.neg_zero &= self.neg_zero;
        out
    }

    /// `a * b`
    #[must_use]
    pub fn times(self, b: Self) -> Self {
        // What is near nothing times what is near infinity is anything between.
        let product = |x: f64, y: f64| if x == 0.0 || y == 0.0 { 0.0 } else { x * y };
        let (lo, hi) = corners(self, b, product);
        let negative = self.may_be_negative() || b.may_be_negative();
        Self::of(self, b, lo, hi, self.whole && b.whole, negative)
    }

    /// `a / b`
    #[must_use]
    pub fn over(self, b: Self) -> Self {
        let quotient = |x: f64, y: f64| {
            if x == 0.0 || y.is_infinite() {
                0.0
            } else {
                x / y
            }
        };
        let negative = self.may_be_negative() || b.may_be_negative();
        if !b.may_be_zero() {
            let (lo, hi) = corners(self, b, quotient);
            return Self::of(self, b, lo, hi, false, negative);
        }
        if b.lo < 0.0 || b.neg_zero {
            return Self::of(self, b, f64::NEG_INFINITY, f64::INFINITY, false, true);
        }
        // From 0 upwards: what is divided keeps its sign, and 0 / 0 is na.
        let lo = if self.lo >= 0.0 {
            quotient(self.lo, b.hi)
        } else {
            f64::NEG_INFINITY
        };
        let hi = if self.hi <= 0.0 {
            quotient(self.hi, b.hi)
        } else {
            f64::INFINITY
        };
        Self::of(self, b, lo, hi, false, negative)
    }

    /// `a mod b`: the sign of a, less than b.
    #[must_use]
    pub fn remainder(self, b: Self) -> Self {
        let divisor = b.magnitude().hi;
        let mut most = self.magnitude().hi.min(divisor);
        if self.whole && b.whole && most == divisor && divisor.is_finite() {
            most = (divisor - 1.0).max(0.0);
        }
        let lo = if self.lo < 0.0 { -most } else { 0.0 };
        let hi = if self.hi > 0.0 { most } else { 0.0 };
        let whole = self.whole && b.whole;
        Self::of(self, b, lo, hi, whole, self.may_be_negative())
    }

    /// The lesser of both.
    #[must_use]
    pub fn least(self, b: Self) -> Self {
        let (lo, hi) = (self.lo.min(b.lo), self.hi.min(b.hi));
        let whole = self.whole && b.whole;
        Self::of(self, b, lo, hi, whole, self.neg_zero || b.neg_zero)
    }

    /// The greater of both.
    #[must_use]
    pub fn greatest(self, b: Self) -> Self {
        let (lo, hi) = (self.lo.max(b.lo), self.hi.max(b.hi));
        let whole = self.whole && b.whole;
        Self::of(self, b, lo, hi, whole, self.neg_zero || b.neg_zero)
    }

    /// `a` to the power `b`, roughly.
    #[must_use]
    pub fn power(self, b: Self) -> Self {
        // Whatever to the power 0 is 1, and 1 to whatever power: even na.
        if self.is_empty() || b.is_empty() {
            return Self::point(1.0);
        }
        let any = Self::of(self, b, f64::NEG_INFINITY, f64::INFINITY, false, true);
        if b.is_point() && b.lo == 2.0 {
            let most = self.magnitude();
            return most.times(most);
        }
        if self.lo < 0.0 || self.neg_zero {
            return any;
        }
        match (self.lo >= 1.0, self.hi <= 1.0, b.lo >= 0.0) {
            (true, _, true) => Self::new(1.0, f64::INFINITY),
            (_, true, true) => Self::new(0.0, 1.0),
            _ => Self::new(0.0, f64::INFINITY),
        }
    }

    /// The square root; of what is negative na.
    #[must_use]
    pub fn root(self) -> Self {
        let a = self.meet(Self {
            lo: 0.0,
            ..Self::ANY
        });
        Self::of(a, a, a.lo.sqrt(), a.hi.sqrt(), false, a.neg_zero)
    }

    /// Each value through a function that never falls and gives whole numbers.
    #[must_use]
    pub fn rounded(self, f: impl Fn(f64) -> f64) -> Self {
        let neg_zero = self.may_be_negative();
        Self::of(self, self, f(self.lo), f(self.hi), true, neg_zero)
    }

    /// -1, 0 or 1.
    #[must_use]
    pub fn sign(self) -> Self {
        let of = |v: f64| {
            if v > 0.0 {
                1.0
            } else if v < 0.0 {
                -1.0
            } else {
                0.0
            }
        };
        Self::of(self, self, of(self.lo), of(self.hi), true, self.neg_zero)
    }

    /// e to the power a.
    #[must_use]
    pub fn exponential(self) -> Self {
        let lo = if self.lo >= 0.0 { 1.0 } else { 0.0 };
        let hi = if self.hi <= 0.0 { 1.0 } else { f64::INFINITY };
        Self::of(self, self, lo, hi, false, false)
    }

    /// The natural logarithm; of what is negative na.
    #[must_use]
    pub fn logarithm(self) -> Self {
        let lo = if self.lo >= 1.0 {
            0.0
        } else {
            f64::NEG_INFINITY
        };
        let hi = if self.hi <= 1.0 { 0.0 } else { f64::INFINITY };
        Self::of(self, self, lo, hi, false, true)
    }

    /// What is known, as the rest of a sentence: `lies in 0..100`, `is never below 0`, `is 2`.
    #[must_use]
    pub fn described(self) -> String {
        if self.is_empty() {
            "is always na".to_owned()
        } else if self.is_any() {
            "may be anything".to_owned()
        } else if self.is_point() {
            format!("is {}", shown(self.lo))
        } else if self.hi == f64::INFINITY {
            format!("is never below {}", shown(self.lo))
        } else if self.lo == f64::NEG_INFINITY {
            format!("is never above {}", shown(self.hi))
        } else {
            format!("lies in {}..{}", shown(self.lo), shown(self.hi))
        }
    }

    /// As it is shown: `0..100`, `-inf..0`, `whole 0..19`, `any`.
    #[must_use]
    pub fn text(self) -> String {
        if self.is_empty() {
            return "na".to_owned();
        }
        let whole = if self.whole { "whole " } else { "" };
        if self.is_any() {
            return if self.whole { "whole" } else { "any" }.to_owned();
        }
        if self.is_point() {
            return self.lo.to_string();
        }
        format!("{whole}{}..{}", shown(self.lo), shown(self.hi))
    }
}

/// A bound as it is shown; the number just above 0 is 0, the greatest below infinity is infinity.
fn shown(v: f64) -> String {
    if v.abs() < f64::MIN_POSITIVE {
        "0".to_owned()
    } else if v.abs() == f64::MAX {
        (v * 2.0).to_string()
    } else {
        v.to_string()
    }
}

/// The least and the greatest of a function at the corners.
fn corners(a: Range, b: Range, f: impl Fn(f64, f64) -> f64) -> (f64, f64) {
    let all = [f(a.lo, b.lo), f(a.lo, b.hi), f(a.hi, b.lo), f(a.hi, b.hi)];
    let lo = all.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (lo, hi)
}

#[cfg(test)]
mod tests;
