//! A number with the rounding that doubles cannot help: where two averages meet, their difference
//! has no more digits than they have.

use std::cmp::Ordering;

use strat_compiler::ir::Op;
use strat_lang::hir::{Compare, Math1, Math2};

use super::number::Exact;
use super::quantity::Quantity;

/// Half a unit in the last place of 1.
const EPS: f64 = f64::EPSILON / 2.0;

/// The exact value of a node, and bounds of first order on the error of the same operations in
/// doubles.
#[derive(Debug, Clone, Copy)]
pub struct Noisy {
    pub value: Exact,
    /// Where each operation, a whole window included, is rounded once.
    pub noise: f64,
    /// Where windows are running totals that carry the rounding of all that ever went through
    /// them, as TA-Lib's are.
    pub running: f64,
}

/// Noise that is no number came from infinite noise: anything is possible.
fn bound(noise: f64) -> f64 {
    if noise.is_nan() { f64::INFINITY } else { noise }
}

/// A product of bounds; nothing times anything is nothing.
fn product(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

fn moved(x: Exact, by: f64) -> Exact {
    x.plus(Exact::of(by))
}

impl Noisy {
    fn new(value: Exact, noise: f64, running: f64) -> Self {
        if value.is_na() {
            return Self::of(value);
        }
        Self {
            value,
            noise: bound(noise),
            running: bound(running),
        }
    }

    /// The result of an operation that is rounded, unless it comes out as a double from operands
    /// that are exact; `of` gives the noise for each kind.
    fn rounded(value: Exact, of: impl Fn(fn(&Self) -> f64) -> f64) -> Self {
        let own = EPS * value.hi.abs();
        let with_own = |noise: f64| {
            if noise == 0.0 && value.is_double() {
                0.0
            } else {
                noise + own
            }
        };
        Self::new(
            value,
            with_own(of(|x| x.noise)),
            with_own(of(|x| x.running)),
        )
    }
}

impl Quantity for Noisy {
    fn of(value: Exact) -> Self {
        Self {
            value,
            noise: 0.0,
            running: 0.0,
        }
    }

    fn main(&self) -> Exact {
        self.value
    }

    fn apply(op: Op, args: &[&Self], f: &dyn Fn(&[Exact]) -> Exact) -> Self {
        let mut given = [Exact::NA; 3];
        for (slot, arg) in given.iter_mut().zip(args) {
            *slot = arg.value;
        }
        let value = f(&given[..args.len().min(3)]);
        match (op, args) {
            (Op::Math1(how, _), [a]) => match how {
                Math1::Neg | Math1::Abs => Self::new(value, a.noise, a.running),
                // Whole numbers: another one where the argument is that close to a step, or exact.
                Math1::Floor | Math1::Ceil | Math1::Round | Math1::Sign => {
                    let most = |by: f64| {
                        let there = |by: f64| f(&[moved(a.value, by)]).minus(value).hi.abs();
                        if by == 0.0 {
                            0.0
                        } else {
                            there(by).max(there(-by)).max(0.0)
                        }
                    };
                    Self::new(value, most(a.noise), most(a.running))
                }
                // The most that the function changes while its argument moves by the noise; the
                // elementary ones are good to a unit of the last place themselves.
                _ => Self::rounded(value, |noise| {
                    let there = |by: f64| f(&[moved(a.value, by)]).minus(value).hi.abs();
                    let by = noise(a);
                    let most = match how {
                        _ if by == 0.0 => 0.0,
                        // Neither steeper than 1 nor further than 2 anywhere.
                        Math1::Sin | Math1::Cos => by.min(2.0),
                        Math1::Tan if by > 1.0 => f64::INFINITY,
                        // Beyond its domain a function has no other value.
                        _ => there(by).max(there(-by)).max(0.0),
                    };
                    most + EPS * value.hi.abs()
                }),
            },
            (Op::Math2(how, ..), [a, b]) => Self::rounded(value, |noise| {
                let (na, nb) = (noise(a), noise(b));
                let (x, y) = (a.value.hi.abs(), b.value.hi.abs());
                match how {
                    Math2::Mul => product(x, nb) + product(y, na) + product(na, nb),
                    Math2::Div if na == 0.0 && nb == 0.0 => 0.0,
                    Math2::Div if y <= nb => f64::INFINITY,
                    Math2::Div => (na + product(value.hi.abs(), nb)) / (y - nb),
                    Math2::Min | Math2::Max => {
                        let at = |sign: f64| {
                            let x = [moved(a.value, sign * na), moved(b.value, sign * nb)];
                            f(&x).minus(value).hi.abs()
                        };
                        at(1.0).max(at(-1.0))
                    }
                    _ => na + nb,
                }
            }),
            // TA-Lib rounds the product, too.
            (Op::Fma(..), [a, b, c]) => Self::rounded(value, |noise| {
                let (na, nb) = (noise(a), noise(b));
                let (x, y) = (a.value.hi.abs(), b.value.hi.abs());
                let both = product(x, nb) + product(y, na) + product(na, nb);
                both + noise(c) + EPS * product(x, y)
            }),
            (Op::Select(..), [c, a, b]) => {
                let is_first = c.value.hi == 1.0;
                let (taken, other) = if is_first { (a, b) } else { (b, a) };
                // A condition that may be otherwise gives the other branch.
                let gap = taken.value.minus(other.value).hi.abs();
                let gap = if gap.is_nan() { f64::INFINITY } else { gap };
                let either = |unsure: f64, own: f64, theirs: f64| {
                    if unsure > 0.0 {
                        own.max(gap + theirs)
                    } else {
                        own
                    }
                };
                Self::new(
                    value,
                    either(c.noise, taken.noise, other.noise),
                    either(c.running, taken.running, other.running),
                )
            }
            (Op::Coalesce(..), [a, b]) => {
                if a.value.is_na() {
                    **b
                } else {
                    **a
                }
            }
            (Op::NumOf(_) | Op::New(..) | Op::Not(_), [a]) => Self::new(value, a.noise, a.running),
            (Op::And(..) | Op::Or(..), [a, b]) => {
                Self::new(value, a.noise.max(b.noise), a.running.max(b.running))
            }
            _ => Self::of(value),
        }
    }

    fn compare(how: Compare, a: &Self, b: &Self) -> Self {
        let value = Exact::compare_how(how, a.value, b.value);
        let apart = a.value.minus(b.value).hi.abs();
        let is_equal = a.value.compare(b.value) == Some(Ordering::Equal);
        let unsure = |noise: f64| {
            let is_tie = noise > 0.0 && (apart <= noise || is_equal);
            f64::from(u8::from(is_tie))
        };
        Self::new(
            value,
            unsure(a.noise + b.noise),
            unsure(a.running + b.running),
        )
    }

    fn of_window(value: Exact, moved: [f64; 2], worn: f64) -> Self {
        let own = EPS * value.hi.abs();
        Self::new(value, moved[0] + own, moved[1] + own + worn)
    }

    fn noises(&self) -> [f64; 2] {
        [self.noise, self.running]
    }
}
