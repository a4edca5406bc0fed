//! Expressions.

use super::Maker;
use super::words::{FAR, INPUTS, NUMBERS, PAIR_FNS, WINDOW_FNS, WINDOWS};
use crate::program::library::FUNCTIONS;
use crate::program::{Call, Callee, Expr, Length, Op, Takes, Ty};

impl Maker {
    pub(super) fn expr(&mut self, ty: Ty, depth: u32) -> Expr {
        self.budget -= 1;
        if depth == 0 || self.budget < 0 {
            return self.leaf(ty);
        }
        if self.chance(0.16)
            && let Some(e) = self.construct(ty, depth - 1)
        {
            return e;
        }
        match ty {
            Ty::Number => self.number(depth - 1),
            Ty::Condition => self.condition(depth - 1),
        }
    }

    pub(super) fn leaf(&mut self, ty: Ty) -> Expr {
        let past: Vec<_> = self
            .scope
            .past
            .iter()
            .filter(|p| p.1 == ty)
            .copied()
            .collect();
        if !past.is_empty() && self.chance(0.4) {
            let (id, ty) = self.of(&past);
            return Expr::leaf(Op::Past(id, 1 + self.below(6) as u32, ty));
        }
        let mut known: Vec<Expr> = Vec::new();
        for (id, t) in &self.scope.values {
            if *t == ty {
                known.push(Expr::leaf(Op::Ref(*id, ty)));
            }
        }
        for (id, types) in &self.scope.records {
            for (i, t) in types.iter().enumerate() {
                if *t == ty {
                    known.push(Expr::leaf(Op::Field(*id, i, ty)));
                }
            }
        }
        if ty == Ty::Number {
            known.extend(
                self.scope
                    .lengths
                    .iter()
                    .map(|id| Expr::leaf(Op::Ref(*id, ty))),
            );
        }
        if !known.is_empty() && self.chance(0.45) {
            return self.of(&known);
        }
        match (ty, self.weighted(&[12, 6, 1])) {
            (Ty::Number, 0) => Expr::leaf(Op::Input(self.of(INPUTS))),
            (Ty::Number, 1) => Expr::leaf(Op::Number(self.of(NUMBERS))),
            (Ty::Number, _) => Expr::leaf(Op::Na),
            (Ty::Condition, 2) => Expr::leaf(Op::Bool(self.chance(0.5))),
            (Ty::Condition, _) => {
                let (a, b) = (self.of(INPUTS), self.of(&["close", "open", "high", "low"]));
                let op = self.of(&["<", "<=", ">", ">=", "==", "!="]);
                let right = Expr::new(
                    Op::Lag(Length::Const(1 + self.below(3) as u32)),
                    vec![Expr::leaf(Op::Input(b))],
                );
                Expr::new(Op::Chain(vec![op]), vec![Expr::leaf(Op::Input(a)), right])
            }
        }
    }

    pub(super) fn numbers(&mut self, count: usize, depth: u32) -> Vec<Expr> {
        (0..count).map(|_| self.expr(Ty::Number, depth)).collect()
    }

    pub(super) fn number(&mut self, depth: u32) -> Expr {
        match self.weighted(&[10, 20, 6, 9, 8, 3, 12, 14, 22, 7, 5, 3]) {
            0 => self.leaf(Ty::Number),
            1 => {
                let op = self.of(&["+", "-", "*", "/", "+", "-", "*", "/", "mod"]);
                Expr::new(Op::Binary(op), self.numbers(2, depth))
            }
            2 => Expr::new(Op::Neg, self.numbers(1, depth)),
            3 => {
                let name = self.of(&[
                    "abs", "sqrt", "exp", "ln", "log10", "sin", "cos", "tan", "asin", "acos",
                    "atan", "sinh", "cosh", "tanh", "floor", "ceil", "round", "sign",
                ]);
                Expr::new(Op::Builtin(name), self.numbers(1, depth))
            }
            4 => {
                let (name, count) = match self.weighted(&[4, 4, 2, 2, 2]) {
                    0 => ("min", 2 + self.below(2)),
                    1 => ("max", 2 + self.below(2)),
                    2 => ("pow", 2),
                    3 => ("fma", 3),
                    _ => ("clamp", 3),
                };
                Expr::new(Op::Builtin(name), self.numbers(count, depth))
            }
            5 => {
                let c = self.expr(Ty::Condition, depth);
                Expr::new(Op::Builtin("num"), vec![c])
            }
            6 => self.lag(Ty::Number, depth),
            7 => self.window(depth),
            8 => self.library(Ty::Number, depth),
            9 => self.own_call(Ty::Number, depth),
            10 => self.choice(Ty::Number, depth),
            _ => {
                let ty = self.ty();
                let x = self.expr(ty, depth);
                Expr::new(Op::Builtin("lookback"), vec![x])
            }
        }
    }

    pub(super) fn condition(&mut self, depth: u32) -> Expr {
        match self.weighted(&[8, 16, 7, 7, 7, 5, 6, 8, 5, 9, 5]) {
            0 => self.leaf(Ty::Condition),
            1 => {
                let op = self.of(&["<", "<=", ">", ">=", "==", "!="]);
                Expr::new(Op::Chain(vec![op]), self.numbers(2, depth))
            }
            2 => {
                let ops: Vec<&str> = if self.chance(0.5) {
                    vec!["<", "<="]
                } else {
                    vec![">", ">="]
                };
                let chain: Vec<&str> = (0..2 + self.below(2)).map(|_| self.of(&ops)).collect();
                let count = chain.len() + 1;
                Expr::new(Op::Chain(chain), self.numbers(count, depth))
            }
            3 => self.pair(Op::And, depth),
            4 => self.pair(Op::Or, depth),
            5 => {
                let x = self.expr(Ty::Condition, depth);
                let count = if self.chance(0.15) { 2 } else { 1 };
                Expr::new(Op::Not(count), vec![x])
            }
            6 => {
                let ty = self.ty();
                let x = self.expr(ty, depth);
                Expr::new(Op::Is(self.of(&["na", "some", "not na"])), vec![x])
            }
            7 => {
                let way = self.of(&["above", "below"]);
                Expr::new(Op::Cross(way), self.numbers(2, depth))
            }
            8 => self.list(depth),
            9 => match self.weighted(&[2, 7]) {
                0 => self.lag(Ty::Condition, depth),
                _ if self.chance(0.7) => self.library(Ty::Condition, depth),
                _ => self.own_call(Ty::Condition, depth),
            },
            _ => self.choice(Ty::Condition, depth),
        }
    }

    pub(super) fn pair(&mut self, op: Op, depth: u32) -> Expr {
        let pair = vec![
            self.expr(Ty::Condition, depth),
            self.expr(Ty::Condition, depth),
        ];
        Expr::new(op, pair)
    }

    pub(super) fn list(&mut self, depth: u32) -> Expr {
        let all = self.chance(0.5);
        let items = (0..1 + self.below(3))
            .map(|_| self.expr(Ty::Condition, depth))
            .collect();
        Expr::new(Op::List(all), items)
    }

    /// `else` or `if`.
    pub(super) fn choice(&mut self, ty: Ty, depth: u32) -> Expr {
        if self.chance(0.4) {
            let parts = (0..2 + self.below(2))
                .map(|_| self.expr(ty, depth))
                .collect();
            return Expr::new(Op::Else, parts);
        }
        let mut args = Vec::new();
        for _ in 0..1 + self.below(2) {
            args.push(self.expr(Ty::Condition, depth));
            args.push(self.expr(ty, depth));
        }
        args.push(self.expr(ty, depth));
        Expr::new(Op::If, args)
    }

    pub(super) fn lag(&mut self, ty: Ty, depth: u32) -> Expr {
        let n = self.lag_length();
        let x = self.expr(ty, depth);
        Expr::new(Op::Lag(n), vec![x])
    }

    pub(super) fn window(&mut self, depth: u32) -> Expr {
        if self.weighted(&[2, 1]) == 1 {
            let name = self.of(PAIR_FNS);
            let args = self.numbers(2, depth);
            let n = self.length(WINDOWS, 1);
            return Expr::new(
                Op::Window {
                    name,
                    n,
                    least: None,
                },
                args,
            );
        }
        let name = self.of(WINDOW_FNS);
        let x = self.numbers(1, depth);
        let may = !matches!(name, "window_weighted" | "window_moment");
        let (n, least) = match self.weighted(&[12, 6, 2]) {
            1 if may => (self.length(WINDOWS, 1), Some(self.length(&[1, 2, 3], 1))),
            2 if may => (Length::Const(self.of(FAR)), Some(Length::Const(1))),
            _ => (self.length(WINDOWS, 1), None),
        };
        Expr::new(Op::Window { name, n, least }, x)
    }

    pub(super) fn call_of(&mut self, callee: Callee, ty: Ty) -> Call {
        Call {
            callee,
            lengths: (0..4)
                .map(|_| self.length(&[2, 3, 5, 7, 14, 20], 2))
                .collect(),
            numbers: (0..2)
                .map(|_| self.of(&["1.0", "2.0", "0.5", "1.5"]))
                .collect(),
            without_source: self.chance(0.2),
            short: self.chance(0.25),
            named: self.chance(0.15),
            lag: self.chance(0.15).then(|| self.lag_length()),
            field: self.below(6),
            ty,
        }
    }

    pub(super) fn library(&mut self, ty: Ty, depth: u32) -> Expr {
        let fit: Vec<usize> = (0..FUNCTIONS.len())
            .filter(|i| FUNCTIONS[*i].ty == ty && (self.scope.hourly || !FUNCTIONS[*i].hourly))
            .collect();
        let i = self.of(&fit);
        let types: Vec<Ty> = FUNCTIONS[i]
            .params
            .iter()
            .filter_map(|p| match p.takes {
                Takes::Series => Some(Ty::Number),
                Takes::Condition => Some(Ty::Condition),
                Takes::Bars | Takes::Number | Takes::Choice => None,
            })
            .collect();
        let args = types.into_iter().map(|ty| self.expr(ty, depth)).collect();
        let call = self.call_of(Callee::Library(i), ty);
        Expr::new(Op::Call(Box::new(call)), args)
    }

    pub(super) fn own_call(&mut self, ty: Ty, depth: u32) -> Expr {
        let fit: Vec<usize> = (0..self.scope.functions)
            .filter(|i| self.types[*i].contains(&ty))
            .collect();
        if fit.is_empty() {
            return self.leaf(ty);
        }
        let i = self.of(&fit);
        let types: Vec<Ty> = self.functions[i]
            .params
            .iter()
            .filter_map(|p| match p.takes {
                Takes::Series => Some(Ty::Number),
                Takes::Condition => Some(Ty::Condition),
                Takes::Bars | Takes::Number | Takes::Choice => None,
            })
            .collect();
        let args = types.into_iter().map(|ty| self.expr(ty, depth)).collect();
        let call = self.call_of(Callee::Own(self.functions[i].id), ty);
        Expr::new(Op::Call(Box::new(call)), args)
    }
}
