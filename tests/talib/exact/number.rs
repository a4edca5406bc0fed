//! Numbers of about 31 digits: the unevaluated sum of two doubles.
//!
//! Written apart from the runtime's own, which it is to judge; sums and products are the accurate
//! variants, so every operation is good to a few units of 2^-104.

use std::cmp::Ordering;

/// A number; not a number (`na`) where `hi` is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Exact {
    pub hi: f64,
    lo: f64,
}

/// `a + b` and what rounding took from it.
fn sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let t = s - a;
    (s, (a - (s - t)) + (b - t))
}

/// `a * b` and what rounding took from it.
fn product(a: f64, b: f64) -> (f64, f64) {
    let p = a * b;
    (p, a.mul_add(b, -p))
}

impl Exact {
    /// Whether it is a double, with nothing left over.
    pub fn is_double(self) -> bool {
        self.lo == 0.0
    }

    pub const NA: Self = Self {
        hi: f64::NAN,
        lo: 0.0,
    };
    pub const ZERO: Self = Self { hi: 0.0, lo: 0.0 };

    pub const fn of(hi: f64) -> Self {
        Self { hi, lo: 0.0 }
    }

    fn normal(hi: f64, lo: f64) -> Self {
        let s = hi + lo;
        // Of what is infinite or na there is no rest.
        let lo = if s.is_finite() { lo - (s - hi) } else { 0.0 };
        Self { hi: s, lo }
    }

    pub fn is_na(self) -> bool {
        self.hi.is_nan()
    }

    pub fn is_finite(self) -> bool {
        self.hi.is_finite()
    }

    pub fn neg(self) -> Self {
        Self {
            hi: -self.hi,
            lo: -self.lo,
        }
    }

    pub fn abs(self) -> Self {
        if self.hi < 0.0 || self.hi == 0.0 && self.lo < 0.0 {
            self.neg()
        } else {
            self
        }
    }

    pub fn plus(self, other: Self) -> Self {
        let (s, e) = sum(self.hi, other.hi);
        if !s.is_finite() {
            return Self::of(s);
        }
        let (t, f) = sum(self.lo, other.lo);
        let first = Self::normal(s, e + t);
        Self::normal(first.hi, first.lo + f)
    }

    pub fn minus(self, other: Self) -> Self {
        self.plus(other.neg())
    }

    pub fn times(self, other: Self) -> Self {
        let (p, e) = product(self.hi, other.hi);
        if !p.is_finite() {
            return Self::of(p);
        }
        Self::normal(p, e + (self.hi * other.lo + self.lo * other.hi))
    }

    pub fn over(self, other: Self) -> Self {
        let first = self.hi / other.hi;
        if !first.is_finite() || !other.is_finite() {
            return Self::of(first);
        }
        let rest = self.minus(other.times(Self::of(first)));
        let second = rest.hi / other.hi;
        let rest = rest.minus(other.times(Self::of(second)));
        let third = rest.hi / other.hi;
        Self::normal(first, second).plus(Self::of(third))
    }

    pub fn sqrt(self) -> Self {
        let root = self.hi.sqrt();
        if !(root.is_finite() && root > 0.0) {
            return Self::of(root);
        }
        // One step of Newton doubles the digits.
        let rest = self.minus(Self::of(root).times(Self::of(root)));
        Self::normal(root, rest.hi / (2.0 * root))
    }

    pub fn floor(self) -> Self {
        let whole = self.hi.floor();
        if whole == self.hi {
            Self::normal(whole, self.lo.floor())
        } else {
            Self::of(whole)
        }
    }

    pub fn ceil(self) -> Self {
        self.neg().floor().neg()
    }

    /// Nearest whole number, ties to even.
    pub fn round(self) -> Self {
        let below = self.floor();
        let half = self.minus(below).compare(Self::of(0.5));
        let is_odd = below.hi.rem_euclid(2.0) != 0.0;
        match half {
            Some(Ordering::Less) => below,
            Some(Ordering::Equal) if !is_odd => below,
            Some(_) => below.plus(Self::of(1.0)),
            None => Self::NA,
        }
    }

    /// Nothing where either is na.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        let first = self.hi.partial_cmp(&other.hi)?;
        Some(match first {
            Ordering::Equal if self.hi.is_finite() => self.lo.partial_cmp(&other.lo)?,
            unequal => unequal,
        })
    }
}

#[test]
fn digits_beyond_a_double_are_kept() {
    let third = Exact::of(1.0).over(Exact::of(3.0));
    let back = third.times(Exact::of(3.0)).minus(Exact::of(1.0));
    assert!(back.hi.abs() < 1e-31, "{back:?}");
    let tiny = Exact::of(1e8).plus(Exact::of(1e-20));
    assert_eq!(tiny.minus(Exact::of(1e8)).hi, 1e-20);
    let root = Exact::of(2.0).sqrt();
    let back = root.times(root).minus(Exact::of(2.0));
    assert!(back.hi.abs() < 1e-31, "{back:?}");
    assert_eq!(Exact::of(2.5).round().hi, 2.0);
    assert_eq!(Exact::of(-2.5).round().hi, -2.0);
    assert_eq!(Exact::of(3.5).round().hi, 4.0);
    assert_eq!(Exact::of(1.0).over(Exact::ZERO).hi, f64::INFINITY);
    assert!(Exact::ZERO.over(Exact::ZERO).is_na());
    assert_eq!(third.compare(Exact::of(1.0 / 3.0)), Some(Ordering::Greater));
}
