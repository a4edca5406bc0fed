//! Makes programs at random, from one number each.

mod constructs;
mod defs;
mod exprs;
mod words;

use strat_tests::candles::Dice;

use words::{NUMBERS, REAL, SETS, WHOLE};

use super::{Expr, FnParam, Function, Id, Op, Param, Program, Signal, Takes, Ty};

/// Nodes of the expressions of one program, about.
const NODES: i32 = 130;

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
    /// Whether the length of a bar is known, here and not in a function.
    hourly: bool,
    /// Whether it stands in a strategy, which may name other symbols.
    strategy: bool,
    legs: bool,
    named: Option<Id>,
    /// Pools by name, with the number of their values.
    pools: Vec<(Id, usize)>,
    /// Whether there may be an open trade to speak of.
    trade: bool,
    /// Inside a loop, a zone or a question to a pool: no other stands in it.
    inner: bool,
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
            timeframe: self.chance(0.75),
            legs: self.chance(0.2),
            careless: self.chance(0.03),
            ..Program::default()
        };
        self.scope = Scope {
            functions: self.functions.len(),
            hourly: p.timeframe,
            strategy: true,
            legs: p.legs,
            ..Scope::default()
        };
        if self.chance(0.15) {
            p.named = Some(self.id());
            self.scope.named = p.named;
        }
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
            if self.chance(0.1) {
                let zones = self.zones();
                p.body.push(zones);
            }
        }
        self.budget += NODES / 4;
        for _ in 0..=self.weighted(&[5, 3, 1]) {
            p.entries.push(self.entry());
        }
        self.budget += NODES / 4;
        self.scope.trade = self.chance(0.7);
        for _ in 0..self.weighted(&[1, 5, 3, 1]) {
            p.exits.push(self.exit());
        }
        self.rules(&mut p);
        self.scope.trade = false;
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
        self.scope.strategy = false;
        self.scope.legs = false;
        self.scope.pools.clear();
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

    fn signal(&mut self, words: &'static str) -> Signal {
        let when = if self.chance(0.3) {
            self.list(2)
        } else {
            self.expr(Ty::Condition, 3)
        };
        Signal {
            words,
            clauses: Vec::new(),
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
            let takes = match self.weighted(&[5, 2, 1, 4]) {
                0 => Takes::Series,
                1 if i > 0 => Takes::Condition,
                1 => Takes::Series,
                2 => Takes::Number,
                _ => Takes::Bars,
            };
            let id = self.id();
            match takes {
                Takes::Series | Takes::Number | Takes::Choice => {
                    self.scope.values.push((id, Ty::Number))
                }
                Takes::Condition => self.scope.values.push((id, Ty::Condition)),
                Takes::Bars => self.scope.lengths.push(id),
            }
            let default = takes != Takes::Condition && self.chance(0.5);
            params.push(FnParam { id, takes, default });
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
}
