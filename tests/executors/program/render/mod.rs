//! The tree as source text, and how often each construct is written in it.

mod calls;
mod constants;
mod constructs;
mod defs;
mod exprs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::library::Parameter;
use super::{Callee, Def, Expr, Function, Id, Length, Op, Program, Takes, Ty};

/// How tightly a form binds; a looser one inside a tighter one stands in brackets.
mod level {
    pub const ELSE: u8 = 0;
    pub const OR: u8 = 1;
    pub const AND: u8 = 2;
    pub const COMPARISON: u8 = 3;
    pub const SUM: u8 = 4;
    pub const PRODUCT: u8 = 5;
    pub const SIGN: u8 = 6;
    pub const POSTFIX: u8 = 7;
}

/// A program as text.
pub struct Text {
    /// The file.
    pub file: String,
    /// The expression to look at beside it.
    pub expression: String,
    /// How often each construct was written.
    pub counts: BTreeMap<String, u32>,
}

/// What a name stands for where it is visible.
#[derive(Debug, Clone, PartialEq)]
enum Name {
    Value(Ty),
    Record(Vec<Ty>),
    /// A whole number known before the first bar; also a number.
    Length,
    /// A member of which only the past is known yet.
    Past(Ty),
    /// A parameter that takes names.
    Named,
    /// A pool and the names of its values.
    Pool(Vec<(Id, String)>),
}

#[derive(Debug, Clone)]
struct Seen {
    name: Name,
    text: String,
    /// Belongs to the step that is being written.
    inner: bool,
    /// A member, with a past.
    member: bool,
}

/// What a call needs to know of a function of the program.
struct Signature {
    params: Vec<Parameter>,
    /// Whether a result may be known before the first bar.
    constant: bool,
    result: Vec<Ty>,
    looks: Looks,
}

/// How much of its operands a function looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// This bar and fixed lags: a step may call it with its members.
    Near,
    /// Windows and the like: a step calls it with what lies outside, unless it is careless.
    Far,
    /// It has members of its own. That a step gives it what it still computes is not always
    /// refused, and then fits no executor: see `a_state_inside_a_step` among what was found.
    Members,
}

struct Writer<'p> {
    program: &'p Program,
    seen: BTreeMap<Id, Seen>,
    /// Names of what may be known before the first bar.
    constants: BTreeSet<Id>,
    functions: BTreeMap<Id, Signature>,
    /// Names of the step are hidden.
    outside: bool,
    /// Inside a zone: of its values only this bar's and the last are known.
    zone: bool,
    /// Whether the expression written last used a name of the step.
    touched: bool,
    /// Spaces before the conditions of a list.
    indent: usize,
    counts: BTreeMap<String, u32>,
}

/// Writes a program.
pub fn text(program: &Program) -> Text {
    let mut w = Writer {
        program,
        seen: BTreeMap::new(),
        constants: BTreeSet::new(),
        functions: BTreeMap::new(),
        outside: false,
        zone: false,
        touched: false,
        indent: 4,
        counts: BTreeMap::new(),
    };
    let mut file = String::new();
    for f in &program.functions {
        file.push_str(&w.function(f));
    }
    file.push_str(&w.strategy());
    w.seen.retain(|_, seen| !matches!(seen.name, Name::Pool(_)));
    let expression = w.shown();
    Text {
        file,
        expression,
        counts: w.counts,
    }
}

/// The name of output `i` of a record: a, b, … z, a1, b1, …
fn field(i: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(i % 26).unwrap_or(0));
    match i / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

impl Writer<'_> {
    fn count(&mut self, construct: impl Into<String>) {
        *self.counts.entry(construct.into()).or_default() += 1;
    }

    fn see(&mut self, id: Id, letter: char, name: Name) -> String {
        let text = format!("{letter}{id}");
        let seen = Seen {
            name,
            text: text.clone(),
            inner: false,
            member: false,
        };
        self.seen.insert(id, seen);
        text
    }

    // ----- items

    fn function(&mut self, f: &Function) -> String {
        self.seen.clear();
        let (mut params, mut written) = (Vec::new(), Vec::new());
        for p in &f.params {
            let (ty, default, name) = match p.takes {
                Takes::Series => ("series", " = close", Name::Value(Ty::Number)),
                Takes::Condition => ("condition", "", Name::Value(Ty::Condition)),
                Takes::Bars => ("bars", " = 3", Name::Length),
                Takes::Number | Takes::Choice => ("number", " = 0.5", Name::Value(Ty::Number)),
            };
            let name = self.see(p.id, 'x', name);
            if matches!(p.takes, Takes::Bars | Takes::Number) {
                self.constants.insert(p.id);
            }
            let default = if p.default { default } else { "" };
            written.push(format!("{name}: {ty}{default}"));
            params.push(Parameter {
                name,
                takes: p.takes,
                default: p.default,
                choices: Vec::new(),
            });
        }
        let mut out = format!("fn f{}({}) {{\n", f.id, written.join(", "));
        for def in &f.body {
            out.push_str(&self.def(def));
        }
        let result = match &f.result[..] {
            [one] => self.expr(one, level::ELSE),
            many => self.record(many),
        };
        let after = self.after(f.after.as_ref());
        let _ = writeln!(out, "    return {result}{after}\n}}\n");
        self.count("fn");
        if f.result.len() > 1 {
            self.count("fn with a record");
        }
        let near = f.body.is_empty() && f.after.is_none();
        let looks = if f
            .body
            .iter()
            .any(|d| matches!(d, Def::Rec { .. } | Def::State(_)))
        {
            Looks::Members
        } else if near && f.result.iter().all(|e| self.near(e)) {
            Looks::Near
        } else {
            Looks::Far
        };
        let signature = Signature {
            params,
            constant: f.result.iter().any(|e| self.constant(e)),
            result: f.result.iter().map(Expr::ty).collect(),
            looks,
        };
        self.functions.insert(f.id, signature);
        out
    }

    fn near(&self, e: &Expr) -> bool {
        let own = match &e.op {
            Op::Window { .. } | Op::Cross(_) | Op::Sampled(_) | Op::Query { .. } | Op::Count(_) => {
                false
            }
            Op::Lag(n) => matches!(n, Length::Const(_)),
            Op::Call(call) => match &call.callee {
                Callee::Own(id) => {
                    call.lag.is_none()
                        && self
                            .functions
                            .get(id)
                            .is_some_and(|f| f.looks == Looks::Near)
                }
                Callee::Library(_) => false,
            },
            _ => true,
        };
        own && e.args.iter().all(|a| self.near(a))
    }

    fn strategy(&mut self) -> String {
        let p = self.program;
        self.seen.clear();
        let mut out = String::new();
        if p.named.is_some() {
            out.push_str("enum Way { slow quick }\n\n");
        }
        out.push_str("strategy Made {\n");
        if p.timeframe {
            out.push_str("    timeframe 1h\n");
            self.count("timeframe");
        }
        if p.legs {
            out.push_str("    legs a = \"BTC/USDT\", b = \"ETH/USDT\"\n");
            self.count("legs");
        }
        if let Some(id) = p.named {
            let name = self.see(id, 'e', Name::Named);
            let _ = writeln!(out, "    param {name}: Way = quick in [slow, quick]");
            self.count("param of an enum");
        }
        for param in &p.params {
            let name = match param.ty {
                "bars" => Name::Length,
                _ => Name::Value(Ty::Number),
            };
            self.constants.insert(param.id);
            let name = self.see(param.id, 'p', name);
            let ty = match param.ty {
                "" => String::new(),
                ty => format!(": {ty}"),
            };
            let domain = match param.domain {
                "" => String::new(),
                domain => format!(" in {domain}"),
            };
            let _ = writeln!(out, "    param {name}{ty} = {}{domain}", param.default);
            let kind = match param.domain {
                "" => "param without domain",
                d if d.starts_with('[') => "param with a list",
                d if d.contains("step") => "param with a range and step",
                _ => "param with a range",
            };
            self.count(kind);
        }
        for e in &p.requires {
            let when = self.expr(e, level::ELSE);
            let _ = writeln!(out, "    require {when}");
            self.count("require");
        }
        for (id, e) in &p.flags {
            let when = self.expr(e, level::ELSE);
            let _ = writeln!(out, "    flag q{id} when {when}");
            self.count("flag");
        }
        for def in &p.body {
            out.push_str(&self.def(def));
        }
        for (i, s) in p.entries.iter().enumerate() {
            out.push_str(&self.signal("in", i, s));
        }
        if p.entries.is_empty() {
            out.push_str("    enter long when close > open\n");
        }
        for (i, s) in p.exits.iter().enumerate() {
            out.push_str(&self.signal("out", i, s));
        }
        if let Some((share, param)) = p.stop {
            let param = param.and_then(|id| self.seen.get(&id));
            let share = param.map_or(share, |seen| &seen.text);
            let _ = writeln!(out, "    stop {share}");
            self.count("stop");
        }
        for rule in &p.rules {
            let text = self.rule(rule);
            let _ = writeln!(out, "    {text}");
        }
        out.push_str("}\n");
        if p.entries.len() > 1 {
            self.count("several entries");
        }
        if p.exits.len() > 1 {
            self.count("several exits");
        }
        out
    }

    fn shown(&mut self) -> String {
        match &self.program.shown[..] {
            [] => "close".to_owned(),
            [one] => self.expr(one, level::ELSE),
            many => self.record(many),
        }
    }

    fn record(&mut self, fields: &[Expr]) -> String {
        self.count("record");
        let fields: Vec<String> = fields
            .iter()
            .enumerate()
            .map(|(i, e)| format!("{}: {}", field(i), self.expr(e, level::ELSE)))
            .collect();
        format!("{{ {} }}", fields.join(", "))
    }
}
