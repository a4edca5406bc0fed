//! Groups that are linear in their own past.

use strat_abi::linear::Form;
use strat_lang::hir::Math2;

use super::{Graph, Id, Op, Start};

/// A recurrence `y[1] + rest`, `y[1] * factor + rest` or `y[1] + (rest - y[1]) * factor`. Neither
/// part looks at the group.
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
        let Op::Math2(Math2::Add, a, b) = self.node(step).op else {
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
        if !self.node(rest).stage.series || self.node(rest).is_bool {
            return None;
        }
        Some(Linear {
            form,
            factor,
            rest,
            seed: member.seed,
            keeps: member.keeps,
        })
    }
}
