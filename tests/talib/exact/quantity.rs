//! What the evaluator computes with: one number, or all numbers that are possible where
//! comparisons are too close to call.

use std::cmp::Ordering;

use strat_compiler::ir::Op;
use strat_lang::hir::Compare;

use super::number::Exact;

/// A value of a node.
pub trait Quantity: Clone {
    /// A number that is known.
    fn of(x: Exact) -> Self;

    /// The number itself, every comparison decided exactly.
    fn main(&self) -> Exact;

    /// A function of one to three values.
    fn apply(op: Op, args: &[&Self], f: &dyn Fn(&[Exact]) -> Exact) -> Self;

    /// A comparison: 1, 0 or na.
    fn compare(how: Compare, a: &Self, b: &Self) -> Self;

    /// The result of a window: the number, how far rounding of its values may move it in each kind
    /// of arithmetic, and what a running total has lost.
    fn of_window(x: Exact, moved: [f64; 2], worn: f64) -> Self;

    /// How far doubles may be from the number in each kind of arithmetic, where that is followed.
    fn noises(&self) -> [f64; 2] {
        [0.0; 2]
    }
}

fn truth(b: bool) -> Exact {
    Exact::of(f64::from(u8::from(b)))
}

impl Exact {
    /// A comparison of the language: 1, 0 or na.
    pub fn compare_how(how: Compare, a: Self, b: Self) -> Self {
        a.compare(b).map_or(Self::NA, |order| {
            truth(match how {
                Compare::Lt => order == Ordering::Less,
                Compare::Le => order != Ordering::Greater,
                Compare::Eq => order == Ordering::Equal,
                Compare::Ne => order != Ordering::Equal,
            })
        })
    }
}

impl Quantity for Exact {
    fn of(x: Exact) -> Self {
        x
    }

    fn main(&self) -> Exact {
        *self
    }

    fn apply(_: Op, args: &[&Self], f: &dyn Fn(&[Exact]) -> Exact) -> Self {
        let mut given = [Self::NA; 3];
        for (slot, arg) in given.iter_mut().zip(args) {
            *slot = **arg;
        }
        f(&given[..args.len().min(3)])
    }

    fn compare(how: Compare, a: &Self, b: &Self) -> Self {
        Exact::compare_how(how, *a, *b)
    }

    fn of_window(x: Exact, _: [f64; 2], _: f64) -> Self {
        x
    }
}

/// Most different numbers that are followed; a candle has five answers, and its intermediate values
/// are hardly more.
const MOST: usize = 8;

/// Relative distance below which a comparison is a tie.
const TIE: f64 = 1e-12;

/// All numbers that come out when each comparison that ties may go either way. The first is the
/// exact one.
#[derive(Debug, Clone)]
pub struct Spread<const WORN: bool> {
    values: Vec<Exact>,
    /// What running totals in it have lost.
    worn: f64,
}

impl<const WORN: bool> Spread<WORN> {
    /// Whether `x` is among the possible numbers.
    pub fn holds(&self, x: f64) -> bool {
        self.values
            .iter()
            .any(|v| v.hi == x || v.is_na() && x.is_nan())
    }

    fn add(&mut self, x: Exact) {
        if self.values.len() < MOST && !self.values.iter().any(|v| same(*v, x)) {
            self.values.push(x);
        }
    }
}

fn same(a: Exact, b: Exact) -> bool {
    a.is_na() && b.is_na() || a.compare(b) == Some(Ordering::Equal)
}

impl<const WORN: bool> Quantity for Spread<WORN> {
    fn of(x: Exact) -> Self {
        Self {
            values: vec![x],
            worn: 0.0,
        }
    }

    fn main(&self) -> Exact {
        self.values.first().copied().unwrap_or(Exact::NA)
    }

    fn apply(_: Op, args: &[&Self], f: &dyn Fn(&[Exact]) -> Exact) -> Self {
        let mut result = Self {
            values: Vec::new(),
            worn: args.iter().map(|a| a.worn).fold(0.0, f64::max),
        };
        let none = [Exact::NA];
        let of = |i: usize| args.get(i).map_or(&none[..], |a| &a.values[..]);
        for a in of(0) {
            for b in of(1) {
                for c in of(2) {
                    let given = [*a, *b, *c];
                    result.add(f(&given[..args.len().min(3)]));
                }
            }
        }
        result
    }

    fn compare(how: Compare, a: &Self, b: &Self) -> Self {
        let worn = if WORN { a.worn.max(b.worn) } else { 0.0 };
        let mut result = Self {
            values: Vec::new(),
            worn: 0.0,
        };
        for a in &a.values {
            for b in &b.values {
                result.add(Exact::compare_how(how, *a, *b));
                let apart = a.minus(*b).hi.abs();
                if apart <= (TIE * a.hi.abs().max(b.hi.abs())).max(worn) {
                    result.add(truth(true));
                    result.add(truth(false));
                }
            }
        }
        result
    }

    fn of_window(x: Exact, _: [f64; 2], worn: f64) -> Self {
        Self {
            values: vec![x],
            worn,
        }
    }
}
