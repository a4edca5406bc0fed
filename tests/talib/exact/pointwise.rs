//! Operations on one bar.

use strat_compiler::ir::{self, Id, Op, operands};
use strat_lang::hir::{Math1, Math2};

use super::{Exact, Quantity};

/// One operation other than a comparison, over the values of its operands.
pub fn apply<Q: Quantity>(op: Op, values: &[Q]) -> Q {
    if let Op::Number(bits) = op {
        return Q::of(Exact::of(f64::from_bits(bits)));
    }
    // Three at most, in place: this runs for every node on every bar.
    let mut args = [&values[0]; 3];
    let mut count = 0;
    for (slot, id) in args.iter_mut().zip(operands(op).iter().flatten()) {
        *slot = &values[id.index()];
        count += 1;
    }
    Q::apply(op, &args[..count], &|x| number(op, x))
}

fn number(op: Op, x: &[Exact]) -> Exact {
    match (op, x) {
        (Op::Math1(f, _), [a]) => math1(f, *a).unwrap_or_else(|| plain(op, x)),
        (Op::Math2(f, ..), [a, b]) => math2(f, *a, *b).unwrap_or_else(|| plain(op, x)),
        (Op::Fma(..), [a, b, c]) => a.times(*b).plus(*c),
        (Op::Select(..), [c, a, b]) => {
            if c.hi == 1.0 {
                *a
            } else {
                *b
            }
        }
        (Op::Coalesce(..), [a, b]) => {
            if a.is_na() {
                *b
            } else {
                *a
            }
        }
        (Op::NumOf(_) | Op::New(..), [a]) => *a,
        // Conditions are whole numbers: the language's own rules are exact.
        _ => plain(op, x),
    }
}

/// As the language computes it in doubles.
fn plain(op: Op, x: &[Exact]) -> Exact {
    let ids = operands(op);
    let of = |id: Id| {
        let at = ids.iter().position(|i| *i == Some(id));
        at.and_then(|at| x.get(at)).map_or(f64::NAN, |x| x.hi)
    };
    let value = ir::apply(op, of);
    Exact::of(value.unwrap_or_else(|| unreachable!("{op:?} is not an operation on one bar")))
}

fn math1(f: Math1, a: Exact) -> Option<Exact> {
    Some(match f {
        Math1::Neg => a.neg(),
        Math1::Abs => a.abs(),
        Math1::Sqrt => a.sqrt(),
        Math1::Floor => a.floor(),
        Math1::Ceil => a.ceil(),
        Math1::Round => a.round(),
        _ => return None,
    })
}

fn math2(f: Math2, a: Exact, b: Exact) -> Option<Exact> {
    let is_less = a.compare(b);
    Some(match f {
        Math2::Add => a.plus(b),
        Math2::Sub => a.minus(b),
        Math2::Mul => a.times(b),
        Math2::Div => a.over(b),
        Math2::Min => is_less.map_or(Exact::NA, |order| if order.is_lt() { a } else { b }),
        Math2::Max => is_less.map_or(Exact::NA, |order| if order.is_gt() { a } else { b }),
        _ => return None,
    })
}

/// `a crosses above b`, by the rule of the language: it was below, and now is above; where both
/// are equal the side stays what it was.
pub fn cross(was_below: &mut Option<bool>, a: Exact, b: Exact) -> Exact {
    let Some(order) = a.compare(b) else {
        *was_below = None;
        return Exact::NA;
    };
    let crossed = order.is_gt() && *was_below == Some(true);
    if order.is_ne() {
        *was_below = Some(order.is_lt());
    }
    Exact::of(f64::from(u8::from(crossed)))
}
