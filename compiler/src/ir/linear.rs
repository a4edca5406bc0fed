//! Groups that are linear in their own past.

use strat_abi::linear::Form;
use strat_lang::hir::Math2;

use super::{Graph, Id, Op, Start};

/// A recurrence `y[1] + rest`, `y[1] * factor + rest`, `(y[1] + rest) * factor` or
/// `y[1] + (rest - y[1]) * factor`, fused or not, or the last `rest` that is known. Neither part
/// looks at the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linear {
    /// Which of them.
    pub form: Form,
    /// The factor, where the form has one.
    pub factor: Option<Id>,
    /// What is added, or gone towards: a series.
    pub rest: Id,
    /// The value of the first bar where it is not na.
    pub seed: Id,
    /// Whether an na step leaves the state as it is.
    pub keeps: bool,
}

impl Graph {
    /// The recurrence of group `g`, where it is one of this form. Sums and products are commutative
    /// to the bit, so their sides do not matter.
    #[must_use]
    pub fn linear(&self, g: usize) -> Option<Linear> {
        let group = &self.groups[g];
        let [member] = group.members[..] else {
            return None;
        };
        if group.start != Start::FirstSeed || member.depth != 1 {
            return None;
        }
        let Op::New(_, _, step) = self.node(member.step).op else {
            return None;
        };
        let outside = |id: Id| self.node(id).body.is_none() && self.node(id).zone.is_none();
        let is_last = |id: Id| matches!(self.node(id).op, Op::Prev(_, 0, 1));
        // A product of something outside and something of the group.
        let product = |id: Id| match self.node(id).op {
            Op::Math2(Math2::Mul, x, y) if outside(x) && !outside(y) => Some((x, y)),
            Op::Math2(Math2::Mul, x, y) if outside(y) && !outside(x) => Some((y, x)),
            _ => None,
        };
        let linear = |form, factor, rest: Id| {
            let is_column = self.node(rest).stage.series && !self.node(rest).is_bool;
            is_column.then_some(Linear {
                form,
                factor,
                rest,
                seed: member.seed,
                keeps: member.keeps,
            })
        };
        if let Op::Coalesce(now, last) = self.node(step).op {
            let is_known = outside(now) && is_last(last);
            return is_known.then(|| linear(Form::Known, None, now))?;
        }
        if let Some((factor, sum)) = product(step) {
            let Op::Math2(Math2::Add, x, y) = self.node(sum).op else {
                return None;
            };
            return match (is_last(x), is_last(y)) {
                (true, false) if outside(y) => linear(Form::Into, Some(factor), y),
                (false, true) if outside(x) => linear(Form::Into, Some(factor), x),
                _ => None,
            };
        }
        if let Op::Fma(a, b, c) = self.node(step).op {
            for (factor, of) in [(a, b), (b, a)] {
                if !outside(factor) {
                    continue;
                }
                if is_last(of) && outside(c) {
                    return linear(Form::TimesFused, Some(factor), c);
                }
                match self.node(of).op {
                    Op::Math2(Math2::Sub, rest, last)
                        if is_last(last) && is_last(c) && outside(rest) =>
                    {
                        return linear(Form::TowardsFused, Some(factor), rest);
                    }
                    _ => {}
                }
            }
            return None;
        }
        let Op::Math2(Math2::Add, a, b) = self.node(step).op else {
            return None;
        };
        let (form, factor, rest) = match (outside(a), outside(b)) {
            (true, true) => return None,
            (false, false) => {
                let way = if is_last(a) {
                    b
                } else if is_last(b) {
                    a
                } else {
                    return None;
                };
                let (factor, distance) = product(way)?;
                match self.node(distance).op {
                    Op::Math2(Math2::Sub, rest, last) if is_last(last) && outside(rest) => {
                        (Form::Towards, Some(factor), rest)
                    }
                    _ => return None,
                }
            }
            (in_front, _) => {
                let (past, rest) = if in_front { (b, a) } else { (a, b) };
                if is_last(past) {
                    (Form::Plus, None, rest)
                } else {
                    let (factor, last) = product(past)?;
                    if !is_last(last) {
                        return None;
                    }
                    (Form::Times, Some(factor), rest)
                }
            }
        };
        linear(form, factor, rest)
    }
}
