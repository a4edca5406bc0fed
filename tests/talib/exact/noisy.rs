//! A number with the rounding that doubles cannot help: where two averages meet, their difference
//! has no more digits than they have.

use strat_lang::hir::{Compare, Math1, Math2};

use super::number::Exact;
use super::quantity::Quantity;
use strat_compiler::ir::Op;

/// Half a unit in the last place of 1.
const EPS: f64 = f64::EPSILON / 2.0;

/// The exact value of a node, and a bound of first order on the error of the same operations in
/// doubles, each correctly rounded.
#[derive(Debug, Clone, Copy)]
pub struct Noisy {
    pub value: Exact,
    pub noise: f64,
}

impl Noisy {
    fn rounded(value: Exact, noise: f64) -> Self {
        let rounding = EPS * value.hi.abs();
        let noise = noise + rounding;
        Self {
            value,
            noise: if noise.is_nan() { 0.0 } else { noise },
        }
    }
}

impl Quantity for Noisy {
    fn of(value: Exact) -> Self {
        Self { value, noise: 0.0 }
    }

    fn main(&self) -> Exact {
        self.value
    }

    fn apply(op: Op, args: &[&Self], f: &dyn Fn(&[Exact]) -> Exact) -> Self {
        let mut given = [Exact::NA; 3];
        for (slot, arg) in given.iter_mut().zip(args) {
            *slot = arg.value;
        }
        let given = &given[..args.len().min(3)];
        let value = f(given);
        match (op, args) {
            (Op::Math1(how, _), [a]) => match how {
                Math1::Neg | Math1::Abs => Self {
                    value,
                    noise: a.noise,
                },
                Math1::Floor | Math1::Ceil | Math1::Round | Math1::Sign => Self::of(value),
                _ => {
                    // A root of nothing or a logarithm near 0: the change over the noise itself.
                    let there = |x: f64| (f(&[a.value.plus(Exact::of(x))]).minus(value)).hi.abs();
                    let (up, down) = (there(a.noise), there(-a.noise));
                    // The elementary functions are good to a unit of the last place.
                    let own = 2.0 * EPS * value.hi.abs();
                    Self::rounded(value, up.max(down).max(0.0) + own)
                }
            },
            (Op::Math2(how, ..), [a, b]) => match how {
                Math2::Add | Math2::Sub => Self::rounded(value, a.noise + b.noise),
                Math2::Mul => {
                    let (x, y) = (a.value.hi.abs(), b.value.hi.abs());
                    Self::rounded(value, x * b.noise + y * a.noise + a.noise * b.noise)
                }
                Math2::Div => {
                    let below = b.value.hi.abs();
                    let noise = (a.noise + value.hi.abs() * b.noise) / below;
                    Self::rounded(value, noise)
                }
                Math2::Min | Math2::Max => Self {
                    value,
                    noise: a.noise.max(b.noise),
                },
                _ => Self::rounded(value, a.noise + b.noise),
            },
            (Op::Select(..), [c, a, b]) => {
                if c.value.hi == 1.0 {
                    **a
                } else {
                    **b
                }
            }
            (Op::Coalesce(..), [a, b]) => {
                if a.value.is_na() {
                    **b
                } else {
                    **a
                }
            }
            (Op::NumOf(_) | Op::New(..), [a]) => **a,
            _ => Self::of(value),
        }
    }

    fn compare(how: Compare, a: &Self, b: &Self) -> Self {
        Self::of(Exact::compare_how(how, a.value, b.value))
    }

    fn of_window(value: Exact, _: f64, noise: f64) -> Self {
        Self::rounded(value, noise)
    }

    fn noise(&self) -> f64 {
        self.noise
    }
}
