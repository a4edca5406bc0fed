//! Loops, other bars and times, zones, the open trade and plans as text.

use std::fmt::Write;

use super::{Name, Seen, Writer, level};
use crate::program::{Expr, Id, Op, Rule, Signal, Ty, Zones};

impl Writer<'_> {
    /// The forms that are no plain operators; what has lost its meaning is written as a plain value.
    pub(super) fn construct(&mut self, e: &Expr) -> (String, u8) {
        match (&e.op, &e.args[..]) {
            (Op::Between, [x, lo, hi]) => {
                self.count("between");
                let x = self.expr(x, level::SUM);
                let known = self.constant(lo) && self.constant(hi);
                let lo = self.free(lo, level::SUM);
                let hi = if known {
                    "1_000_000".to_owned()
                } else {
                    self.free(hi, level::SUM)
                };
                (format!("{x} between {lo}..{hi}"), level::COMPARISON)
            }
            (Op::Loop { name, var, lo, hi }, [body, ..]) => {
                self.count(format!("{name} of a loop"));
                let counter = self.see(*var, 'i', Name::Length);
                self.constants.insert(*var);
                let body = self.expr(body, level::ELSE);
                self.seen.remove(var);
                let mut text = format!("{name}({counter} in {lo}..{hi}: {body})");
                if *name == "bank" {
                    let chosen = e.args.get(1).filter(|e| !self.constant(e)).cloned();
                    let chosen = chosen.unwrap_or_else(|| Expr::leaf(Op::Input("bar_index")));
                    let _ = write!(text, "[{}]", self.free(&chosen, level::ELSE));
                }
                (text, level::POSTFIX)
            }
            (Op::Sampled(words), [x]) => self.sampled(words, x),
            (Op::Within(session), _) => {
                self.count("within");
                (format!("within {session}"), level::COMPARISON)
            }
            (Op::Trade(name), _) => self.trade(name),
            (Op::Since(name), [x]) => {
                self.count(format!("{name} since entry"));
                let x = self.outside(x, level::ELSE);
                (format!("{name}({x}) since entry"), level::SIGN)
            }
            (Op::Leg(name), _) if self.program.legs => {
                self.count("column of a leg");
                ((*name).to_owned(), level::POSTFIX)
            }
            (Op::Feed(name), _) => {
                self.count("external column");
                (format!("feed {name}"), level::POSTFIX)
            }
            (Op::Named(id, value), _) => match self.seen.get(id) {
                Some(seen) if seen.name == Name::Named => {
                    let text = format!("{} == Way.{value}", seen.text);
                    self.count("value of an enum");
                    (text, level::COMPARISON)
                }
                _ => self.plain(Ty::Condition),
            },
            (Op::Query { pool, by, value }, [condition, order]) => {
                let Some(values) = self.pool(*pool) else {
                    return self.plain(Ty::Number);
                };
                let condition = self.in_zone(&values, condition);
                let by = match by {
                    None => String::new(),
                    Some(way) => {
                        self.count(format!("by {way}"));
                        format!(" by {way} {}", self.in_zone(&values, order))
                    }
                };
                self.count("where");
                let value = values.get(*value).map_or("age", |(_, name)| name);
                let pool = format!("z{pool}");
                (
                    format!("({pool} where {condition}{by}).{value}"),
                    level::POSTFIX,
                )
            }
            (Op::Count(pool), asked) => {
                let Some(values) = self.pool(*pool) else {
                    return self.plain(Ty::Number);
                };
                self.count("count of zones");
                let asked = match asked {
                    [condition] => format!(" where {}", self.in_zone(&values, condition)),
                    _ => String::new(),
                };
                (format!("count(z{pool}{asked})"), level::POSTFIX)
            }
            _ => self.plain(e.ty()),
        }
    }

    fn sampled(&mut self, words: &str, x: &Expr) -> (String, u8) {
        let first = words.split(' ').next().unwrap_or("");
        let needs_length = first == "@" || words.ends_with("bars");
        if needs_length && !self.program.timeframe {
            return self.plain(x.ty());
        }
        self.count(match first {
            "@" => "on longer bars",
            "of" => "of another symbol",
            "on" => "on an event",
            _ if words.ends_with("bars") => "every so many bars",
            _ => "every so often",
        });
        let text = format!("{} {words}", self.outside(x, level::POSTFIX));
        match first {
            "every" | "on" => (format!("({text})"), level::POSTFIX),
            _ => (text, level::SIGN),
        }
    }

    fn trade(&mut self, name: &str) -> (String, u8) {
        let keeps = |s: &Signal| s.clauses.iter().any(|c| c.words.starts_with("keep h0"));
        if name == "h0" && !self.program.entries.iter().any(keeps) {
            return self.plain(Ty::Number);
        }
        self.count(match name {
            "h0" => "what an entry kept",
            name => name,
        });
        // A time goes with nothing but times.
        let text = match name {
            "held" => "unitless(held)".to_owned(),
            name => name.to_owned(),
        };
        (text, level::POSTFIX)
    }

    // ----- zones

    fn pool(&self, id: Id) -> Option<Vec<(Id, String)>> {
        match &self.seen.get(&id)?.name {
            Name::Pool(values) => Some(values.clone()),
            _ => None,
        }
    }

    fn see_zone(&mut self, id: Id, text: &str, name: Name, member: bool) {
        let seen = Seen {
            name,
            text: text.to_owned(),
            inner: true,
            member,
        };
        self.seen.insert(id, seen);
    }

    /// An expression that may name the values of a zone.
    fn in_zone(&mut self, values: &[(Id, String)], e: &Expr) -> String {
        for (id, text) in values {
            self.see_zone(*id, text, Name::Value(Ty::Number), false);
        }
        let touched = self.touched;
        let before = std::mem::replace(&mut self.zone, true);
        let text = self.free(e, level::OR);
        self.zone = before;
        self.touched = touched;
        self.leave_step();
        text
    }

    pub(super) fn zones(&mut self, zones: &Zones) -> String {
        self.count("zones");
        let mut out = format!("    zones z{} {} {{\n", zones.id, zones.room);
        let born = self.expr(&zones.born, level::ELSE);
        let _ = writeln!(out, "        born when {born}");
        let mut values = Vec::new();
        let kept: Vec<String> = zones
            .keep
            .iter()
            .map(|(id, e)| {
                values.push((*id, format!("k{id}")));
                format!("k{id} = {}", self.free(e, level::ELSE))
            })
            .collect();
        if !kept.is_empty() {
            let _ = writeln!(out, "        keep {}", kept.join("\n            "));
        }
        for (id, text) in &values {
            self.see_zone(*id, text, Name::Value(Ty::Number), false);
        }
        for (id, _) in &zones.next {
            values.push((*id, format!("n{id}")));
            self.see_zone(*id, &format!("n{id}"), Name::Past(Ty::Number), true);
        }
        let touched = self.touched;
        self.zone = true;
        for (id, e) in &zones.next {
            self.count("next of a zone");
            let text = self.free(e, level::ELSE);
            let _ = writeln!(out, "        next n{id} = {text}");
            self.see_zone(*id, &format!("n{id}"), Name::Value(Ty::Number), true);
        }
        let dies = self.expr(&zones.dies, level::ELSE);
        let _ = writeln!(out, "        dies when {dies} or age > 200\n    }}");
        self.zone = false;
        self.touched = touched;
        self.leave_step();
        self.see(zones.id, 'z', Name::Pool(values));
        out
    }

    // ----- statements of a strategy

    pub(super) fn rule(&mut self, rule: &Rule) -> String {
        self.count(rule.words);
        let mut text = rule.words.to_owned();
        for e in &rule.values {
            let value = self.free(e, level::ELSE);
            text = text.replacen("{}", &value, 1);
        }
        text
    }

    pub(super) fn signal(&mut self, tag: &str, i: usize, signal: &Signal) -> String {
        self.count(signal.words);
        let mut text = format!("    {}", signal.words);
        if signal.tagged {
            self.count("tag");
            let _ = write!(text, " \"{tag} {i}\"");
        }
        for clause in &signal.clauses {
            if clause.words.starts_with('{') && !self.program.legs {
                continue;
            }
            let clause = self.rule(clause);
            let _ = write!(text, " {clause}");
        }
        let when = self.expr(&signal.when, level::ELSE);
        let _ = writeln!(text, " when {when}");
        text
    }
}
