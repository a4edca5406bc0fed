//! Makes programs at random, from one number each.

use strat_tests::candles::Dice;

use super::library::{FUNCTIONS, Takes};
use super::{
    Call, Callee, Def, Expr, FnParam, FnParamKind, Function, Id, Length, Line, Op, Param, Program,
    Signal, State, Ty,
};

/// Nodes of the expressions of one program, about.
const NODES: i32 = 130;

const INPUTS: &[&str] = &[
    "close",
    "close",
    "close",
    "open",
    "high",
    "low",
    "volume",
    "bar_index",
];
const NUMBERS: &[&str] = &[
    "0", "1", "2", "3", "20", "100", "99.5", "101", "102.5", "0.5", "1_000", "1e-3", "2.5e1",
    "98%", "1.5%", "15bp", "250bp", "4h",
];
const FACTORS: &[&str] = &["0.5", "0.1", "90%", "1.5%", "250bp", "0.25", "2e-1"];
const LAGS: &[u32] = &[0, 1, 1, 2, 3, 5, 6, 13, 40, 63, 64, 65, 200];
const FAR: &[u32] = &[1023, 1024, 1025, 3000, 70_000];
const WINDOWS: &[u32] = &[1, 2, 3, 5, 7, 10, 14, 20, 50, 64, 100];
const WINDOW_FNS: &[&str] = &[
    "window_sum",
    "window_mean",
    "window_weighted",
    "window_squares",
    "window_max",
    "window_min",
];

/// Type, default, domain and how many values a grid takes of it: lengths.
const WHOLE: &[Domain] = &[
    ("bars", "1", "[0, 1, 5]", 3),
    ("bars", "2", "[2, 7, 70]", 3),
    ("bars", "14", "[3, 14]", 2),
    ("bars", "10", "[10, 1200]", 2),
    ("bars", "2", "1..3", 3),
    ("bars", "0", "0..2", 3),
    ("bars", "10", "5..15 step 5", 3),
    ("bars", "20", "20..130 step 55", 3),
    ("bars", "3", "", 1),
    ("bars", "0", "[0, 4000]", 2),
    ("bars", "9", "2..20", 19),
];
/// The same of other numbers.
const REAL: &[Domain] = &[
    ("", "1.5", "[0.5, 1.5]", 2),
    ("", "1.5", "1.0..2.0 step 0.5", 3),
    ("number", "2.0", "1.5..3.0", 1),
    ("price", "100.0", "", 1),
    ("ratio", "1%", "[1%, 2.5%]", 2),
    ("", "35", "25..45 step 10", 3),
];
type Domain = (&'static str, &'static str, &'static str, usize);

/// Most parameter sets of a grid, so that a run stays short.
const SETS: usize = 24;

/// What an expression may use where it stands.
#[derive(Clone, Default)]
struct Scope {
    values: Vec<(Id, Ty)>,
    records: Vec<(Id, Vec<Ty>)>,
    lengths: Vec<Id>,
    /// Members of the step.
    past: Vec<(Id, Ty)>,
    /// How many of the functions may be called.
    functions: usize,
}

struct Maker {
    dice: Dice,
    next: Id,
    budget: i32,
    scope: Scope,
    functions: Vec<Function>,
    types: Vec<Vec<Ty>>,
}

/// The program of a number.
pub fn program(seed: u64) -> Program {
    let mut m = Maker {
        dice: Dice::new(seed),
        next: 0,
        budget: NODES,
        scope: Scope::default(),
        functions: Vec::new(),
        types: Vec::new(),
    };
    // The first numbers of neighbouring seeds are alike.
    for _ in 0..8 {
        m.dice.roll();
    }
    m.program()
}

impl Maker {
    // ----- chances

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    fn below(&mut self, n: usize) -> usize {
        ((self.dice.roll() * n as f64) as usize).min(n.saturating_sub(1))
    }

    fn chance(&mut self, share: f64) -> bool {
        self.dice.roll() < share
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        let at = self.below(choices.len());
        choices[at].clone()
    }

    /// The number of a choice, by weight.
    fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u32 = weights.iter().sum();
        let mut left = self.below(total as usize) as u32;
        for (i, w) in weights.iter().enumerate() {
            if left < *w {
                return i;
            }
            left -= w;
        }
        0
    }

    fn id(&mut self) -> Id {
        self.next += 1;
        self.next
    }

    fn ty(&mut self) -> Ty {
        if self.chance(0.7) {
            Ty::Number
        } else {
            Ty::Condition
        }
    }

    // ----- items

    fn program(&mut self) -> Program {
        for _ in 0..self.weighted(&[5, 4, 2]) {
            self.function();
        }
        let mut p = Program {
            timeframe: self.chance(0.1),
            careless: self.chance(0.05),
            ..Program::default()
        };
        self.scope = Scope {
            functions: self.functions.len(),
            ..Scope::default()
        };
        let (mut shares, mut sets) = (Vec::new(), 1);
        for _ in 0..self.weighted(&[3, 4, 4, 2]) {
            let (param, values) = self.param(SETS / sets);
            sets *= values;
            if param.ty == "ratio" {
                shares.push(param.id);
            }
            p.params.push(param);
        }
        if self.chance(0.15) && !p.params.is_empty() {
            p.requires.push(self.fixed_condition());
        }
        if self.chance(0.1) {
            let id = self.id();
            p.flags.push((id, self.fixed_condition()));
        }
        for _ in 0..=self.weighted(&[2, 4, 4, 3, 2]) {
            let def = self.def(3);
            p.body.push(def);
        }
        self.budget += NODES / 4;
        for _ in 0..=self.weighted(&[5, 3, 1]) {
            p.entries.push(self.signal());
        }
        for _ in 0..self.weighted(&[1, 5, 3, 1]) {
            p.exits.push(self.signal());
        }
        if self.chance(0.2) {
            let share = self.of(&["3%", "0.05", "150bp"]);
            let param = shares.first().copied().filter(|_| self.chance(0.7));
            p.stop = Some((share, param));
        }
        for (id, ty) in self.scope.values.clone() {
            if self.chance(0.8) {
                p.shown.push(Expr::leaf(Op::Ref(id, ty)));
            }
        }
        for _ in 0..=self.below(2) {
            let ty = self.ty();
            p.shown.push(self.expr(ty, 3));
        }
        p.functions = std::mem::take(&mut self.functions);
        p
    }

    /// A parameter with at most `most` values, and how many it has.
    fn param(&mut self, most: usize) -> (Param, usize) {
        let id = self.id();
        let whole = self.chance(0.65);
        let (ty, default, mut domain, mut values) = self.of(if whole { WHOLE } else { REAL });
        if values > most {
            (domain, values) = ("", 1);
        }
        if whole {
            self.scope.lengths.push(id);
        } else {
            self.scope.values.push((id, Ty::Number));
        }
        let param = Param {
            id,
            ty,
            default,
            domain,
        };
        (param, values)
    }

    /// A condition on parameters and numbers.
    fn fixed_condition(&mut self) -> Expr {
        let one = |m: &mut Self| {
            let known: Vec<Id> = m
                .scope
                .lengths
                .iter()
                .copied()
                .chain(m.scope.values.iter().map(|(id, _)| *id))
                .collect();
            if !known.is_empty() && m.chance(0.7) {
                let id = m.of(&known);
                Expr::leaf(Op::Ref(id, Ty::Number))
            } else {
                Expr::leaf(Op::Number(m.of(NUMBERS)))
            }
        };
        let (a, b, c) = (one(self), one(self), one(self));
        let sum = Expr::new(Op::Binary(self.of(&["+", "*", "-"])), vec![b, c]);
        let op = self.of(&["<", "<=", ">", ">=", "!=", "=="]);
        Expr::new(Op::Chain(vec![op]), vec![a, sum])
    }

    fn signal(&mut self) -> Signal {
        let when = if self.chance(0.3) {
            self.list(2)
        } else {
            self.expr(Ty::Condition, 3)
        };
        Signal {
            tagged: self.chance(0.3),
            when,
        }
    }

    fn function(&mut self) {
        let id = self.id();
        self.scope = Scope {
            functions: self.functions.len(),
            ..Scope::default()
        };
        let budget = std::mem::replace(&mut self.budget, 25);
        let mut params = Vec::new();
        for i in 0..self.weighted(&[1, 4, 4, 1]) {
            let kind = match self.weighted(&[5, 2, 4]) {
                0 => FnParamKind::Series,
                1 if i > 0 => FnParamKind::Condition,
                1 => FnParamKind::Series,
                _ => FnParamKind::Bars,
            };
            let id = self.id();
            match kind {
                FnParamKind::Series => self.scope.values.push((id, Ty::Number)),
                FnParamKind::Condition => self.scope.values.push((id, Ty::Condition)),
                FnParamKind::Bars => self.scope.lengths.push(id),
            }
            let default = kind != FnParamKind::Condition && self.chance(0.5);
            params.push(FnParam { id, kind, default });
        }
        let mut body = Vec::new();
        for _ in 0..self.weighted(&[5, 3, 2]) {
            let def = self.def(2);
            body.push(def);
        }
        let mut result = Vec::new();
        for _ in 0..=self.weighted(&[6, 2, 1]) {
            let ty = self.ty();
            result.push(self.expr(ty, 2));
        }
        let after = self.after(0.1);
        self.budget = budget - (25 - self.budget);
        self.types.push(result.iter().map(Expr::ty).collect());
        self.functions.push(Function {
            id,
            params,
            body,
            result,
            after,
        });
    }

    // ----- definitions

    fn after(&mut self, share: f64) -> Option<Length> {
        if !self.chance(share) {
            return None;
        }
        Some(self.length(&[0, 1, 3, 13, 70], 0))
    }

    fn def(&mut self, depth: u32) -> Def {
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

    fn rec(&mut self, depth: u32) -> Def {
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
    fn step(&mut self, own: Id, ty: Ty, depth: u32) -> Expr {
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

    fn state(&mut self, depth: u32) -> Def {
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

    // ----- lengths

    /// One of `choices`, or a parameter; never less than `least`.
    fn length(&mut self, choices: &[u32], least: u32) -> Length {
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

    fn lag_length(&mut self) -> Length {
        if self.chance(0.05) {
            return Length::Const(self.of(FAR));
        }
        self.length(LAGS, 0)
    }

    // ----- expressions

    fn expr(&mut self, ty: Ty, depth: u32) -> Expr {
        self.budget -= 1;
        if depth == 0 || self.budget < 0 {
            return self.leaf(ty);
        }
        match ty {
            Ty::Number => self.number(depth - 1),
            Ty::Condition => self.condition(depth - 1),
        }
    }

    fn leaf(&mut self, ty: Ty) -> Expr {
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

    fn numbers(&mut self, count: usize, depth: u32) -> Vec<Expr> {
        (0..count).map(|_| self.expr(Ty::Number, depth)).collect()
    }

    fn number(&mut self, depth: u32) -> Expr {
        match self.weighted(&[10, 20, 6, 9, 8, 3, 12, 14, 12, 7, 5, 3]) {
            0 => self.leaf(Ty::Number),
            1 => {
                let op = self.of(&["+", "-", "*", "/", "+", "-", "*", "/", "mod"]);
                Expr::new(Op::Binary(op), self.numbers(2, depth))
            }
            2 => Expr::new(Op::Neg, self.numbers(1, depth)),
            3 => {
                let name = self.of(&[
                    "abs", "sqrt", "exp", "ln", "sin", "cos", "atan", "floor", "ceil", "round",
                    "sign",
                ]);
                Expr::new(Op::Builtin(name), self.numbers(1, depth))
            }
            4 => {
                let (name, count) = match self.weighted(&[4, 4, 2, 2]) {
                    0 => ("min", 2 + self.below(2)),
                    1 => ("max", 2 + self.below(2)),
                    2 => ("pow", 2),
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
            8 => self.library(depth),
            9 => self.own_call(Ty::Number, depth),
            10 => self.choice(Ty::Number, depth),
            _ => {
                let ty = self.ty();
                let x = self.expr(ty, depth);
                Expr::new(Op::Builtin("lookback"), vec![x])
            }
        }
    }

    fn condition(&mut self, depth: u32) -> Expr {
        match self.weighted(&[8, 16, 7, 7, 7, 5, 6, 8, 5, 5, 5]) {
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
            9 => match self.weighted(&[2, 3]) {
                0 => self.lag(Ty::Condition, depth),
                _ => self.own_call(Ty::Condition, depth),
            },
            _ => self.choice(Ty::Condition, depth),
        }
    }

    fn pair(&mut self, op: Op, depth: u32) -> Expr {
        let pair = vec![
            self.expr(Ty::Condition, depth),
            self.expr(Ty::Condition, depth),
        ];
        Expr::new(op, pair)
    }

    fn list(&mut self, depth: u32) -> Expr {
        let all = self.chance(0.5);
        let items = (0..1 + self.below(3))
            .map(|_| self.expr(Ty::Condition, depth))
            .collect();
        Expr::new(Op::List(all), items)
    }

    /// `else` or `if`.
    fn choice(&mut self, ty: Ty, depth: u32) -> Expr {
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

    fn lag(&mut self, ty: Ty, depth: u32) -> Expr {
        let n = self.lag_length();
        let x = self.expr(ty, depth);
        Expr::new(Op::Lag(n), vec![x])
    }

    fn window(&mut self, depth: u32) -> Expr {
        let name = self.of(WINDOW_FNS);
        let x = self.numbers(1, depth);
        let may = name != "window_weighted";
        let (n, least) = match self.weighted(&[12, 6, 2]) {
            1 if may => (self.length(WINDOWS, 1), Some(self.length(&[1, 2, 3], 1))),
            2 if may => (Length::Const(self.of(FAR)), Some(Length::Const(1))),
            _ => (self.length(WINDOWS, 1), None),
        };
        Expr::new(Op::Window { name, n, least }, x)
    }

    fn call_of(&mut self, callee: Callee, ty: Ty) -> Call {
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

    fn library(&mut self, depth: u32) -> Expr {
        let i = self.below(FUNCTIONS.len());
        let series = FUNCTIONS[i]
            .params
            .iter()
            .filter(|p| p.takes == Takes::Series)
            .count();
        let args = self.numbers(series, depth);
        let call = self.call_of(Callee::Library(i), Ty::Number);
        Expr::new(Op::Call(Box::new(call)), args)
    }

    fn own_call(&mut self, ty: Ty, depth: u32) -> Expr {
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
            .filter_map(|p| match p.kind {
                FnParamKind::Series => Some(Ty::Number),
                FnParamKind::Condition => Some(Ty::Condition),
                FnParamKind::Bars => None,
            })
            .collect();
        let args = types.into_iter().map(|ty| self.expr(ty, depth)).collect();
        let call = self.call_of(Callee::Own(self.functions[i].id), ty);
        Expr::new(Op::Call(Box::new(call)), args)
    }
}
