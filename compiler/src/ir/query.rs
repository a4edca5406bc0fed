//! Values that do not depend on bars: parameters resolved to lengths, lookbacks, stops.

use strat_abi::{ParamError, Resolved, math, pair, window};
use strat_lang::hir::{Compare, Math1, Math2};

use super::{Feed, Graph, Id, Look, Op, Start};

/// Longest window or lag.
const LONGEST: f64 = 1e9;

/// The lengths of a resolved parameter set, by node: what windows, lags and groups were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Length of a window, lag or `after`.
    pub n: usize,
    /// Values a window needs.
    pub least: usize,
    /// Slots of its ring: `n`, or the number of bars that will ever come.
    pub ring: usize,
}

impl Bounds {
    /// The state of a window that has seen nothing.
    #[must_use]
    pub fn window_state(self, window: window::Window) -> Vec<f64> {
        window::fresh_state(window, self.ring)
    }

    /// The state of a window over two series that has seen nothing.
    #[must_use]
    pub fn pair_state(self, pair: pair::Pair) -> Vec<f64> {
        pair::fresh_state(pair, self.ring)
    }
}

/// One operation on numbers (conditions are 1, 0, NaN), where it is pointwise.
#[must_use]
pub fn apply(op: Op, get: impl Fn(Id) -> f64) -> Option<f64> {
    let truth = |b: bool| if b { 1.0 } else { 0.0 };
    Some(match op {
        Op::Number(bits) => f64::from_bits(bits),
        Op::Bool(b) => truth(b),
        Op::Math1(f, a) => {
            let a = get(a);
            match f {
                Math1::Neg => -a,
                Math1::Abs => a.abs(),
                Math1::Sqrt => a.sqrt(),
                Math1::Exp => math::exp(a),
                Math1::Ln => math::ln(a),
                Math1::Sin => math::sin(a),
                Math1::Cos => math::cos(a),
                Math1::Tan => math::tan(a),
                Math1::Asin => math::asin(a),
                Math1::Acos => math::acos(a),
                Math1::Atan => math::atan(a),
                Math1::Sinh => math::sinh(a),
                Math1::Cosh => math::cosh(a),
                Math1::Tanh => math::tanh(a),
                Math1::Log10 => math::log10(a),
                Math1::Floor => a.floor(),
                Math1::Ceil => a.ceil(),
                Math1::Round => a.round_ties_even(),
                Math1::Sign => math::sign(a),
            }
        }
        Op::Math2(f, a, b) => {
            let (a, b) = (get(a), get(b));
            match f {
                Math2::Add => a + b,
                Math2::Sub => a - b,
                Math2::Mul => a * b,
                Math2::Div => a / b,
                Math2::Mod => math::modulo(a, b),
                Math2::Min => math::min(a, b),
                Math2::Max => math::max(a, b),
                Math2::Pow => math::pow(a, b),
            }
        }
        Op::Fma(a, b, c) => math::fma(get(a), get(b), get(c)),
        Op::Compare(f, a, b) => {
            let (a, b) = (get(a), get(b));
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                truth(match f {
                    Compare::Lt => a < b,
                    Compare::Le => a <= b,
                    Compare::Eq => a == b,
                    Compare::Ne => a != b,
                })
            }
        }
        Op::And(a, b) => math::and(get(a), get(b)),
        Op::Or(a, b) => math::or(get(a), get(b)),
        Op::Not(a) => {
            let a = get(a);
            if a.is_nan() { a } else { 1.0 - a }
        }
        Op::IsNa(a) => truth(get(a).is_nan()),
        Op::Select(c, a, b) => {
            if get(c) == 1.0 {
                get(a)
            } else {
                get(b)
            }
        }
        Op::Coalesce(a, b) => {
            let a = get(a);
            if a.is_nan() { get(b) } else { a }
        }
        Op::NumOf(a) | Op::New(_, _, a) => get(a),
        _ => return None,
    })
}

impl Graph {
    /// The value of every node that does not depend on bars; NaN for the others.
    #[must_use]
    pub fn scalars(&self, params: &[f64]) -> Vec<f64> {
        let mut values = vec![f64::NAN; self.nodes.len()];
        for (i, node) in self.nodes.iter().enumerate() {
            if node.stage.series || node.body.is_some() {
                continue;
            }
            values[i] = match node.op {
                Op::Param(p) => params.get(p as usize).copied().unwrap_or(f64::NAN),
                op => apply(op, |id| values[id.index()]).unwrap_or(f64::NAN),
            };
        }
        values
    }

    /// The value of every lookback formula.
    #[must_use]
    pub fn lookbacks(&self, scalars: &[f64]) -> Vec<i64> {
        let mut out: Vec<i64> = Vec::with_capacity(self.looks.len());
        for look in &self.looks {
            let at = |i: u32| out[i as usize];
            out.push(match *look {
                Look::Bars(n) => n,
                Look::Value(id) => scalars[id.index()] as i64,
                Look::Sum(a, b) => at(a).saturating_add(at(b)),
                Look::Max(a, b) => at(a).max(at(b)),
                Look::Min(a, b) => at(a).min(at(b)),
            });
        }
        out
    }

    /// The lengths of node `id`, where it has any; `most_bars` bounds its ring.
    #[must_use]
    pub fn bounds(&self, id: Id, scalars: &[f64], most_bars: usize) -> Option<Bounds> {
        let value = |id: Id| scalars[id.index()] as usize;
        let (n, least) = match self.node(id).op {
            Op::Lag(_, n) | Op::After(_, n) => (value(n), 0),
            Op::Window(_, _, n, least) => (value(n), value(least)),
            Op::Pair(_, _, _, n) => (value(n), value(n)),
            _ => return None,
        };
        Some(Bounds {
            n,
            least,
            ring: n.min(most_bars).max(1),
        })
    }

    /// Checks a parameter set and computes what the runtime needs to know of it.
    ///
    /// # Errors
    /// A `require` that does not hold; a length, lag or stop out of range.
    pub fn resolve(&self, params: &[f64]) -> Result<(Resolved, Vec<f64>), ParamError> {
        let scalars = self.scalars(params);
        for (id, text) in &self.requires {
            if scalars[id.index()] != 1.0 {
                return Err(ParamError::Excluded(format!("require {text}")));
            }
        }
        self.check_lengths(&scalars)?;
        for graph in self.feeds.iter().filter_map(Feed::graph) {
            graph.resolve(params)?;
        }
        let stop = match self.stop {
            None => None,
            Some(id) => {
                let stop = scalars[id.index()];
                if !(stop > 0.0 && stop < 1.0) {
                    return Err(ParamError::Invalid(format!(
                        "the stop is {stop} of the entry price; it must lie between 0% and 100%"
                    )));
                }
                Some(stop)
            }
        };
        let looks = self.lookbacks(&scalars);
        let lookback = self
            .entries
            .iter()
            .chain(&self.exits)
            .map(|s| s.look)
            .chain(self.outputs.iter().map(|(.., look)| *look))
            .chain(self.values_look)
            .map(|look| looks[look as usize].max(0))
            .max()
            .unwrap_or(0);
        let mut flags = 0;
        for (i, id) in self.flags.iter().enumerate() {
            flags |= u64::from(scalars[id.index()] == 1.0) << i;
        }
        let resolved = Resolved {
            lookback: usize::try_from(lookback).unwrap_or(0),
            settle: self.settle(params, &scalars, usize::try_from(lookback).unwrap_or(0)),
            stop,
            flags,
        };
        Ok((resolved, scalars))
    }

    fn check_lengths(&self, scalars: &[f64]) -> Result<(), ParamError> {
        let whole = |id: Id, least: f64, what: &str| {
            let v = scalars[id.index()];
            if v.fract() == 0.0 && v >= least && v <= LONGEST {
                Ok(())
            } else {
                Err(ParamError::Invalid(format!(
                    "{what} is {v}; it must be a whole number from {least} to {LONGEST}"
                )))
            }
        };
        for node in &self.nodes {
            match node.op {
                Op::Lag(_, n) => whole(n, 0.0, "a number of bars ago")?,
                Op::After(_, n) => whole(n, 0.0, "the bars of `after`")?,
                Op::Window(_, _, n, least) => {
                    whole(n, 1.0, "a window length")?;
                    whole(least, 1.0, "the `least` of a window")?;
                }
                Op::Pair(_, _, _, n) => whole(n, 1.0, "a window length")?,
                _ => {}
            }
        }
        for group in &self.groups {
            if let Start::Bar(n) = group.start {
                whole(n, 0.0, "the first bar of a state")?;
            }
        }
        Ok(())
    }
}
