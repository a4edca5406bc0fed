//! What plain expressions cannot say: loops, other bars and times, zones, the open trade, plans.

use super::Maker;
use crate::program::{Def, Expr, Op, Program, Rule, Signal, Ty, Zones};

/// What stands behind a value, and whether the length of a bar must be known for it.
const SAMPLES: &[(&str, bool)] = &[
    ("@ 4h", true),
    ("@ 4h", true),
    ("@ 1d", true),
    ("of \"ETH/USDT\"", false),
    ("of \"ETH/USDT\"", false),
    ("every 20 bars", true),
    ("every 4h", false),
    ("every day at 09:30 \"America/New_York\"", false),
    ("every week on monday at 00:00 utc", false),
    ("every month", false),
    ("on event funding", false),
];

const SESSIONS: &[&str] = &["09:30..16:00 \"America/New_York\"", "22:00..04:00"];

const TRADE: &[&str] = &[
    "profit",
    "held",
    "held_bars",
    "entry_price",
    "price",
    "price",
    "position",
    "position",
    "h0",
    "h0",
];

/// A statement or a clause, and what its holes take.
type Form = (&'static str, &'static [Ty]);

/// Statements on the trade; each stands at most once.
const RULES: &[Form] = &[
    ("stop at {}", &[Ty::Number]),
    ("trail 2%", &[]),
    ("trail 1.5% once {}", &[Ty::Condition]),
    ("trail at {}", &[Ty::Number]),
    ("take_profit 4%", &[]),
    ("take_profit at {}", &[Ty::Number]),
    ("take_profit { 0m => 10%  4h => 2% }", &[]),
    ("pyramid 3", &[]),
    ("cooldown 3 bars", &[]),
    ("cooldown 4h", &[]),
    ("within 09:30..16:00 \"America/New_York\"", &[]),
    ("execution { fees 0.1%  slippage 5bp }", &[]),
];

const SIZES: &[Form] = &[
    ("size 0.5", &[]),
    ("size 10% of equity", &[]),
    ("size risk 2%", &[]),
    ("size {}", &[Ty::Number]),
];

impl Maker {
    /// One of the constructs, where one fits.
    pub(super) fn construct(&mut self, ty: Ty, depth: u32) -> Option<Expr> {
        let choice = self.weighted(&[3, 4, 7, 6, 5, 3]);
        let scope = &self.scope;
        let outside = scope.past.is_empty();
        match (ty, choice) {
            (Ty::Number, 0) if !scope.inner => Some(self.each(depth)),
            (_, 1) if scope.strategy && outside && !scope.inner => Some(self.sampled(ty, depth)),
            (Ty::Number, 2) if scope.trade && outside => {
                Some(Expr::leaf(Op::Trade(self.of(TRADE))))
            }
            (Ty::Number, 3) if scope.trade && outside && !scope.inner => Some(self.since(depth)),
            (Ty::Number, 4) if !scope.pools.is_empty() && outside && !scope.inner => {
                Some(self.query(depth))
            }
            (Ty::Number, 5) if scope.legs => Some(Expr::leaf(Op::Leg(
                self.of(&["a.close", "b.close", "b.high"]),
            ))),
            (Ty::Number, 5) if scope.strategy && outside && !scope.inner => {
                Some(Expr::leaf(Op::Feed(self.of(&["funding", "fees"]))))
            }
            (Ty::Condition, 0 | 2) => Some(Expr::new(Op::Between, self.numbers(3, depth))),
            (Ty::Condition, 3) => Some(Expr::leaf(Op::Within(self.of(SESSIONS)))),
            (Ty::Condition, 4 | 5) => {
                let id = scope.named?;
                Some(Expr::leaf(Op::Named(id, self.of(&["slow", "quick"]))))
            }
            _ => None,
        }
    }

    /// A loop over a counter that is also a length.
    fn each(&mut self, depth: u32) -> Expr {
        let name = self.of(&["sum", "min", "max", "bank"]);
        let lo = self.below(3) as u32;
        let hi = lo + self.below(4) as u32;
        let var = self.id();
        self.scope.inner = true;
        self.scope.lengths.push(var);
        let mut args = vec![self.expr(Ty::Number, depth.min(2))];
        self.scope.lengths.retain(|id| *id != var);
        self.scope.inner = false;
        if name == "bank" {
            let index = Expr::leaf(Op::Input("bar_index"));
            let by = Expr::leaf(Op::Number("3"));
            args.push(match self.chance(0.6) {
                true => Expr::new(Op::Binary("mod"), vec![index, by]),
                false => self.leaf(Ty::Number),
            });
        }
        Expr::new(Op::Loop { name, var, lo, hi }, args)
    }

    fn sampled(&mut self, ty: Ty, depth: u32) -> Expr {
        let (words, needs_length) = self.of(SAMPLES);
        let words = if needs_length && !self.scope.hourly {
            "every month"
        } else {
            words
        };
        let before = self.scope.clone();
        self.scope.trade = false;
        self.scope.inner = true;
        let x = self.expr(ty, depth);
        self.scope = before;
        Expr::new(Op::Sampled(words), vec![x])
    }

    fn since(&mut self, depth: u32) -> Expr {
        let name = self.of(&["highest", "lowest", "sum", "first", "count"]);
        let ty = match name {
            "count" => Ty::Condition,
            _ => Ty::Number,
        };
        self.scope.inner = true;
        let x = self.expr(ty, depth);
        self.scope.inner = false;
        Expr::new(Op::Since(name), vec![x])
    }

    /// A pool that later statements can ask.
    pub(super) fn zones(&mut self) -> Def {
        let outer = self.scope.clone();
        self.scope.inner = true;
        let born = self.expr(Ty::Condition, 2);
        let (mut keep, mut next) = (Vec::new(), Vec::new());
        for _ in 0..=self.below(2) {
            let e = self.expr(Ty::Number, 2);
            keep.push((self.id(), e));
        }
        let known = keep.iter().map(|(id, _)| (*id, Ty::Number));
        self.scope.values.extend(known);
        let members: Vec<u32> = (0..self.below(3)).map(|_| self.id()).collect();
        let past = members.iter().map(|id| (*id, Ty::Number));
        self.scope.past.extend(past);
        for id in &members {
            next.push((*id, self.step(*id, Ty::Number, 2)));
            self.scope.values.push((*id, Ty::Number));
        }
        let dies = self.expr(Ty::Condition, 2);
        self.scope = outer;
        let id = self.id();
        self.scope.pools.push((id, keep.len() + next.len()));
        Def::Zones(Zones {
            id,
            room: self.of(&[
                "max 8 drop oldest",
                "max 3 drop newest",
                "max 64 drop oldest",
            ]),
            born,
            keep,
            next,
            dies,
        })
    }

    fn query(&mut self, depth: u32) -> Expr {
        let (pool, values) = self.of(&self.scope.pools.clone());
        // Names are found where it is written: only the first value is sure to be there.
        self.scope.inner = true;
        let condition = self.expr(Ty::Condition, depth.min(2));
        let order = self.expr(Ty::Number, depth.min(1));
        self.scope.inner = false;
        if self.chance(0.35) {
            let asked = if self.chance(0.5) {
                vec![condition]
            } else {
                Vec::new()
            };
            return Expr::new(Op::Count(pool), asked);
        }
        let by = self.of(&[None, Some("nearest"), Some("highest"), Some("lowest")]);
        let value = self.below(values + 1);
        Expr::new(Op::Query { pool, by, value }, vec![condition, order])
    }

    // ----- what a strategy says beside its conditions

    fn form(&mut self, (words, holes): Form) -> Rule {
        let values = holes.iter().map(|ty| self.expr(*ty, 2)).collect();
        Rule { words, values }
    }

    pub(super) fn entry(&mut self) -> Signal {
        let words = self.of(&["enter long", "enter long", "enter short", "enter"]);
        let mut entry = self.signal(words);
        if self.scope.legs {
            let words = "{ sell a 1  buy b 2 }";
            let values = Vec::new();
            entry.clauses.push(Rule { words, values });
        } else if self.chance(0.3) {
            let size = self.of(SIZES);
            entry.clauses.push(self.form(size));
        }
        if self.chance(0.05) {
            let limit = self.form(("limit {}", &[Ty::Number]));
            entry.clauses.push(limit);
        }
        if self.chance(0.5) {
            let kept = self.form(("keep h0 = {}", &[Ty::Number]));
            entry.clauses.push(kept);
        }
        entry
    }

    pub(super) fn exit(&mut self) -> Signal {
        let words = self.of(&["exit", "exit", "exit", "exit all", "exit 50%"]);
        self.signal(words)
    }

    pub(super) fn rules(&mut self, p: &mut Program) {
        for form in RULES {
            let twice = form.0.starts_with("cooldown")
                && p.rules.iter().any(|r| r.words.starts_with("cooldown"));
            if self.chance(0.08) && !twice {
                p.rules.push(self.form(*form));
            }
        }
    }
}
