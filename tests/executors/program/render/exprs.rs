//! Expressions as text, with no more brackets than they need.

use std::fmt::Write;

use super::{Name, Seen, Writer, field, level};
use crate::program::{Expr, Id, Length, Op, Ty};

impl Writer<'_> {
    /// An expression, in brackets where it binds more loosely than `least`.
    pub(super) fn expr(&mut self, e: &Expr, least: u8) -> String {
        let (text, own) = self.bare(e);
        if own < least {
            format!("({text})")
        } else {
            text
        }
    }

    /// An expression that may not look at what the step still computes.
    pub(super) fn outside(&mut self, e: &Expr, least: u8) -> String {
        let before = self.outside;
        self.outside |= !self.program.careless;
        let text = self.expr(e, least);
        self.outside = before;
        text
    }

    pub(super) fn name(&mut self, id: Id) -> Option<Seen> {
        let seen = self.seen.get(&id)?;
        if seen.inner && self.outside {
            return None;
        }
        self.touched |= seen.inner;
        Some(seen.clone())
    }

    pub(super) fn plain(&mut self, ty: Ty) -> (String, u8) {
        self.bare(&Expr::plain(ty))
    }

    /// An operand that meets others: its unit is taken off where it may be another than theirs.
    pub(super) fn free(&mut self, e: &Expr, least: u8) -> String {
        let adapts = match &e.op {
            Op::Number(text) => !text.ends_with(['%', 'p', 'h']),
            Op::Na => true,
            _ => e.ty() == Ty::Condition,
        };
        if adapts {
            return self.expr(e, least);
        }
        self.count("unitless");
        format!("unitless({})", self.expr(e, level::ELSE))
    }

    /// Operands that meet: all take the unit of the first.
    pub(super) fn meeting(&mut self, args: &[Expr], least: u8) -> Vec<String> {
        let mut texts = Vec::with_capacity(args.len());
        for (i, e) in args.iter().enumerate() {
            texts.push(if i == 0 || both_prices(&args[0], e) {
                self.expr(e, least)
            } else {
                self.free(e, least)
            });
        }
        texts
    }

    pub(super) fn bare(&mut self, e: &Expr) -> (String, u8) {
        let args = &e.args[..];
        match (&e.op, args) {
            (Op::Number(text), _) => {
                self.count(match text {
                    t if t.ends_with('%') => "percent",
                    t if t.ends_with("bp") => "basis points",
                    t if t.ends_with('h') => "duration",
                    _ => "number",
                });
                // A time goes with nothing but times.
                let text = if text.ends_with('h') {
                    format!("unitless({text})")
                } else {
                    (*text).to_owned()
                };
                (text, level::POSTFIX)
            }
            (Op::Na, _) => {
                self.count("na");
                ("na".to_owned(), level::POSTFIX)
            }
            (Op::Bool(b), _) => {
                self.count("true or false");
                (b.to_string(), level::POSTFIX)
            }
            (Op::Input(name), _) => {
                self.count(*name);
                ((*name).to_owned(), level::POSTFIX)
            }
            (Op::Ref(id, ty), _) => match self.name(*id) {
                Some(seen)
                    if seen.name == Name::Value(*ty)
                        || *ty == Ty::Number && seen.name == Name::Length =>
                {
                    self.count(if seen.inner {
                        "member on this bar"
                    } else {
                        "name"
                    });
                    (seen.text, level::POSTFIX)
                }
                _ => self.plain(*ty),
            },
            (Op::Field(id, i, ty), _) => match self.name(*id) {
                Some(Seen {
                    name: Name::Record(types),
                    text,
                    ..
                }) if types.get(*i) == Some(ty) => {
                    self.count("field");
                    (format!("{text}.{}", field(*i)), level::POSTFIX)
                }
                _ => self.plain(*ty),
            },
            (Op::Past(id, n, ty), _) => match self.name(*id) {
                Some(seen)
                    if seen.member
                        && (seen.name == Name::Past(*ty) || seen.name == Name::Value(*ty)) =>
                {
                    self.count("lag of a member");
                    let n = if self.zone { 1 } else { *n };
                    (format!("{}[{n}]", seen.text), level::POSTFIX)
                }
                _ => self.plain(*ty),
            },
            (Op::Neg, [x]) => {
                self.count("minus sign");
                (format!("-{}", self.expr(x, level::SIGN)), level::SIGN)
            }
            (Op::Binary(op), [a, b]) => {
                self.count(*op);
                let own = if matches!(*op, "+" | "-") {
                    level::SUM
                } else {
                    level::PRODUCT
                };
                let left = self.expr(a, own);
                let right = if matches!(*op, "*" | "/") || both_prices(a, b) {
                    self.expr(b, own + 1)
                } else {
                    self.free(b, own + 1)
                };
                (format!("{left} {op} {right}"), own)
            }
            (Op::Builtin("fma"), args) => {
                self.count("fma");
                let args: Vec<String> = args.iter().map(|e| self.free(e, level::ELSE)).collect();
                (format!("fma({})", args.join(", ")), level::POSTFIX)
            }
            (Op::Builtin(name), _) => {
                self.count(*name);
                let args = self.meeting(args, level::ELSE).join(", ");
                (format!("{name}({args})"), level::POSTFIX)
            }
            (Op::Chain(ops), [first, rest @ ..]) if rest.len() == ops.len() => {
                self.count(if ops.len() > 1 { "chain" } else { ops[0] });
                let mut text = self.expr(first, level::SUM);
                for (op, e) in ops.iter().zip(rest) {
                    let right = if both_prices(first, e) && ops.len() == 1 {
                        self.expr(e, level::SUM)
                    } else {
                        self.free(e, level::SUM)
                    };
                    let _ = write!(text, " {op} {right}");
                }
                (text, level::COMPARISON)
            }
            (Op::And | Op::Or, [a, b]) => {
                let (word, own) = match e.op {
                    Op::And => ("and", level::AND),
                    _ => ("or", level::OR),
                };
                self.count(word);
                let (a, b) = (self.expr(a, own), self.expr(b, own + 1));
                (format!("{a} {word} {b}"), own)
            }
            (Op::Not(n), [x]) => {
                self.count("not");
                let nots = "not ".repeat(*n as usize);
                let text = format!("{nots}{}", self.expr(x, level::COMPARISON));
                (text, level::COMPARISON)
            }
            (Op::List(all), _) => (self.list(*all, args), level::SIGN),
            (Op::Is(what), [x]) => {
                self.count(format!("is {what}"));
                (
                    format!("{} is {what}", self.expr(x, level::SUM)),
                    level::COMPARISON,
                )
            }
            (Op::Else, _) => {
                self.count("else");
                (self.meeting(args, level::OR).join(" else "), level::ELSE)
            }
            (Op::If, _) => (self.branches(args), level::ELSE),
            (Op::Lag(n), [x]) => self.lag(n, x),
            (Op::Window { name, n, .. }, [x, y]) => {
                self.count(*name);
                let (x, y) = (self.outside(x, level::ELSE), self.outside(y, level::ELSE));
                (
                    // What is subtracted has one unit.
                    match *name {
                        "window_apart" => format!("{name}({x}, unitless({y}), {})", self.length(n)),
                        _ => format!("{name}({x}, {y}, {})", self.length(n)),
                    },
                    level::POSTFIX,
                )
            }
            (Op::Window { name, n, least }, [x]) => {
                self.count(*name);
                if self.is_param(n) {
                    self.count("window of a parameter");
                }
                let (x, n) = (self.outside(x, level::ELSE), self.length(n));
                let least = match least {
                    Some(least) => {
                        self.count("least");
                        format!(", least: {}", self.length(least))
                    }
                    None => String::new(),
                };
                (format!("{name}({x}, {n}{least})"), level::POSTFIX)
            }
            (Op::Cross(way), [_, _]) => {
                self.count(format!("crosses {way}"));
                let before = self.outside;
                self.outside |= !self.program.careless;
                let texts = self.meeting(&args[..2], level::SUM);
                self.outside = before;
                let (a, b) = (&texts[0], &texts[1]);
                (format!("{a} crosses {way} {b}"), level::COMPARISON)
            }
            (Op::Call(call), _) => self.call(call, args),
            _ => self.construct(e),
        }
    }

    pub(super) fn list(&mut self, all: bool, items: &[Expr]) -> String {
        let word = if all { "all" } else { "any" };
        self.count(word);
        let mut out = format!("{word} {{");
        self.indent += 4;
        for item in items {
            let text = self.expr(item, level::ELSE);
            // A line that begins with one of these would go on with the line before.
            let guard = if text.starts_with(['-', '(']) {
                "not not "
            } else {
                ""
            };
            let _ = write!(out, "\n{:1$}{guard}{text}", "", self.indent);
        }
        self.indent -= 4;
        let _ = write!(out, "\n{:1$}}}", "", self.indent);
        out
    }

    pub(super) fn branches(&mut self, args: &[Expr]) -> String {
        self.count(if args.len() > 3 { "if chain" } else { "if" });
        let mut out = String::new();
        let (last, pairs) = match args.split_last() {
            Some((last, pairs)) => (last, pairs),
            None => return out,
        };
        for (i, pair) in pairs.chunks_exact(2).enumerate() {
            let c = self.expr(&pair[0], level::OR);
            let v = if i == 0 {
                self.expr(&pair[1], level::OR)
            } else {
                self.free(&pair[1], level::OR)
            };
            let _ = write!(out, "if {c} then {v} else ");
        }
        out + &self.free(last, level::OR)
    }

    pub(super) fn lag(&mut self, n: &Length, x: &Expr) -> (String, u8) {
        let before = std::mem::take(&mut self.touched);
        let hidden = self.outside;
        self.outside |= self.zone;
        let text = self.expr(x, level::POSTFIX);
        self.outside = hidden;
        let inside = std::mem::replace(&mut self.touched, before);
        self.touched |= inside;
        let n = if inside {
            self.count("hidden lag");
            let n = match n {
                Length::Const(n) | Length::Of { otherwise: n, .. } => n,
            };
            (1 + n % 6).to_string()
        } else {
            self.count(match n {
                _ if self.is_param(n) => "lag by a parameter",
                Length::Const(0) => "lag of 0",
                Length::Const(n) if *n > 2500 => "lag beyond the data",
                _ => "lag",
            });
            self.length(n)
        };
        (format!("{text}[{n}]"), level::POSTFIX)
    }
}

/// Whether both are columns of prices, or the past of one.
fn both_prices(a: &Expr, b: &Expr) -> bool {
    let is_price = |e: &Expr| {
        let e = match (&e.op, &e.args[..]) {
            (Op::Lag(_), [x]) => x,
            _ => e,
        };
        matches!(&e.op, Op::Input("open" | "high" | "low" | "close"))
    };
    is_price(a) && is_price(b)
}
