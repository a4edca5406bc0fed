//! Sums in double-double arithmetic (106 bits), for trees whose sums come and go in any order.
//!
//! Error-free sums after Knuth (TwoSum) and products after Dekker (TwoProduct); see
//! S. M. Rump, T. Ogita, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005).

/// A number as the unevaluated sum of two doubles.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Double {
    /// The rounded value.
    pub hi: f64,
    /// What rounding lost.
    pub lo: f64,
}

/// `a + b` and what rounding lost.
#[inline(always)]
#[must_use]
pub fn two_sum(a: f64, b: f64) -> Double {
    let s = a + b;
    let bb = s - a;
    Double {
        hi: s,
        lo: (a - (s - bb)) + (b - bb),
    }
}

/// `a + b` and what rounding lost, where `|a| >= |b|` or either is 0.
#[inline(always)]
#[must_use]
pub fn quick_two_sum(a: f64, b: f64) -> Double {
    let s = a + b;
    Double {
        hi: s,
        lo: b - (s - a),
    }
}

#[inline(always)]
fn split(a: f64) -> (f64, f64) {
    let t = 134_217_729.0 * a; // 2^27 + 1
    let hi = t - (t - a);
    (hi, a - hi)
}

/// `a * b` and what rounding lost.
#[inline(always)]
#[must_use]
pub fn two_product(a: f64, b: f64) -> Double {
    let p = a * b;
    let (ah, al) = split(a);
    let (bh, bl) = split(b);
    Double {
        hi: p,
        lo: ((ah * bh - p) + ah * bl + al * bh) + al * bl,
    }
}

impl Double {
    /// The sum with a double.
    #[inline(always)]
    #[must_use]
    pub fn plus_double(self, x: f64) -> Self {
        let s = two_sum(self.hi, x);
        quick_two_sum(s.hi, s.lo + self.lo)
    }

    /// The sum with another.
    #[inline(always)]
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let s = two_sum(self.hi, other.hi);
        let t = two_sum(self.lo, other.lo);
        let s = quick_two_sum(s.hi, s.lo + t.hi);
        quick_two_sum(s.hi, s.lo + t.lo)
    }

    /// The difference to another.
    #[inline(always)]
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(Self {
            hi: -other.hi,
            lo: -other.lo,
        })
    }

    /// The product with a double.
    #[inline(always)]
    #[must_use]
    pub fn times(self, x: f64) -> Self {
        let p = two_product(self.hi, x);
        quick_two_sum(p.hi, p.lo + self.lo * x)
    }

    /// The nearest double.
    #[inline(always)]
    #[must_use]
    pub fn value(self) -> f64 {
        self.hi + self.lo
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_leaves_no_trace() {
        let mut total = Double::default();
        let before = {
            for _ in 0..1000 {
                total = total.plus_double(0.1);
            }
            total
        };
        let after = before.plus_double(1e8).plus_double(-1e8);
        assert!(after.minus(before).value().abs() < 1e-22);
        // A plain double would have lost nine digits of it.
        let plain = before.value() + 0.1 + 1e8 - 1e8;
        assert!((plain - before.value() - 0.1).abs() > 1e-10);
    }

    #[test]
    fn products_keep_the_low_half() {
        let p = two_product(1.0 + f64::EPSILON, 1.0 - f64::EPSILON);
        assert_eq!((p.hi, p.lo), (1.0, -f64::EPSILON * f64::EPSILON));
    }
}
