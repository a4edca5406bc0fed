//! Definitions and lengths.

use super::Maker;
use super::words::{FACTORS, FAR, LAGS};
use crate::program::{Def, Expr, Id, Length, Line, Op, State, Ty};

impl Maker {
    pub(super) fn after(&mut self, share: f64) -> Option<Length> {
        if !self.chance(share) {
            return None;
        }
        Some(self.length(&[0, 1, 3, 13, 70], 0))
    }

    pub(super) fn def(&mut self, depth: u32) -> Def {
        match self.weighted(&[8, 2, 4, 4]) {
            0 => {
                let ty = self.ty();
                let value = self.expr(ty, depth);
                let after = self.after(0.15);
                let id = self.id();
                self.scope.values.push((id, ty));
                Def::Let { id, value, after }
            }
            1 => {
                let mut fields = Vec::new();
                for _ in 0..=self.below(2) + 1 {
                    let ty = self.ty();
                    fields.push(self.expr(ty, depth));
                }
                let after = self.after(0.15);
                let id = self.id();
                self.scope
                    .records
                    .push((id, fields.iter().map(Expr::ty).collect()));
                Def::Record { id, fields, after }
            }
            2 => self.rec(depth),
            _ => self.state(depth),
        }
    }

    pub(super) fn rec(&mut self, depth: u32) -> Def {
        let ty = if self.chance(0.8) {
            Ty::Number
        } else {
            Ty::Condition
        };
        let seed = match ty {
            Ty::Condition if self.chance(0.5) => Expr::leaf(Op::Bool(false)),
            _ => self.expr(ty, depth - 1),
        };
        let id = self.id();
        self.scope.past.push((id, ty));
        let step = self.step(id, ty, depth);
        self.scope.past.pop();
        self.scope.values.push((id, ty));
        Def::Rec { id, seed, step }
    }

    /// The step of a member: often one that stays within bounds, or a switch.
    pub(super) fn step(&mut self, own: Id, ty: Ty, depth: u32) -> Expr {
        let past = |m: &mut Self| Expr::leaf(Op::Past(own, 1 + m.below(6) as u32, ty));
        let last = || Expr::leaf(Op::Past(own, 1, ty));
        if self.chance(0.4) {
            return self.expr(ty, depth);
        }
        match ty {
            Ty::Number => {
                let factor = Expr::leaf(Op::Number(self.of(FACTORS)));
                let value = self.expr(Ty::Number, depth - 1);
                let distance = Expr::new(Op::Binary("-"), vec![value, last()]);
                let part = Expr::new(Op::Binary("*"), vec![factor, distance]);
                let from = past(self);
                Expr::new(Op::Binary("+"), vec![from, part])
            }
            Ty::Condition => {
                let (on, off) = (
                    self.expr(Ty::Condition, depth - 1),
                    self.expr(Ty::Condition, depth - 1),
                );
                let (yes, no) = (Expr::leaf(Op::Bool(true)), Expr::leaf(Op::Bool(false)));
                let stay = past(self);
                Expr::new(Op::If, vec![on, yes, off, no, stay])
            }
        }
    }

    pub(super) fn state(&mut self, depth: u32) -> Def {
        let from = self.length(&[0, 1, 2, 5, 64, 70], 0);
        let all = self.chance(0.3).then(|| self.expr(Ty::Number, 1));
        let mut lines = Vec::new();
        let mut members = Vec::new();
        for _ in 0..=self.weighted(&[2, 4, 3, 1]) {
            let ty = match all {
                Some(_) => Ty::Number,
                None => self.ty(),
            };
            let seed = match (&all, ty) {
                (Some(_), _) => Expr::plain(ty),
                (_, Ty::Condition) if self.chance(0.6) => Expr::leaf(Op::Bool(self.chance(0.5))),
                _ => self.expr(ty, 1),
            };
            members.push((self.id(), ty, seed));
        }
        let outer = self.scope.clone();
        self.scope
            .past
            .extend(members.iter().map(|(id, ty, _)| (*id, *ty)));
        for (id, ty, seed) in &members {
            if self.chance(0.3) {
                let ty = self.ty();
                let step = self.expr(ty, depth - 1);
                let id = self.id();
                self.scope.values.push((id, ty));
                lines.push(Line {
                    id,
                    seed: None,
                    step,
                });
            }
            let step = self.step(*id, *ty, depth);
            self.scope.values.push((*id, *ty));
            lines.push(Line {
                id: *id,
                seed: Some(seed.clone()),
                step,
            });
        }
        self.scope = outer;
        self.scope
            .values
            .extend(members.iter().map(|(id, ty, _)| (*id, *ty)));
        Def::State(State {
            from,
            all,
            lines,
            backwards: self.chance(0.3),
        })
    }

    /// One of `choices`, or a parameter; never less than `least`.
    pub(super) fn length(&mut self, choices: &[u32], least: u32) -> Length {
        let otherwise = self.of(choices).max(least);
        if self.scope.lengths.is_empty() || self.chance(0.55) {
            return Length::Const(otherwise);
        }
        let param = self.of(&self.scope.lengths.clone());
        Length::Of {
            param,
            times: if self.chance(0.15) { 2 } else { 1 },
            // Some domains begin at 0.
            plus: least + if self.chance(0.15) { 2 } else { 0 },
            otherwise,
        }
    }

    pub(super) fn lag_length(&mut self) -> Length {
        if self.chance(0.05) {
            return Length::Const(self.of(FAR));
        }
        self.length(LAGS, 0)
    }
}
