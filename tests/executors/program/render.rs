//! The tree as source text, and how often each construct is written in it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::library::{FUNCTIONS, Takes};
use super::{
    Call, Callee, Def, Expr, FnParam, FnParamKind, Function, Id, Length, Op, Program, Signal,
    State, Ty,
};

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
    params: Vec<FnParam>,
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
    functions: BTreeMap<Id, Signature>,
    /// Names of the step are hidden.
    outside: bool,
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
        functions: BTreeMap::new(),
        outside: false,
        touched: false,
        indent: 4,
        counts: BTreeMap::new(),
    };
    let mut file = String::new();
    for f in &program.functions {
        file.push_str(&w.function(f));
    }
    file.push_str(&w.strategy());
    let expression = w.shown();
    Text {
        file,
        expression,
        counts: w.counts,
    }
}

fn field(i: usize) -> String {
    char::from(b'a' + u8::try_from(i % 26).unwrap_or(0)).to_string()
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
        let mut params = Vec::new();
        for p in &f.params {
            let (ty, default) = match p.kind {
                FnParamKind::Series => (": series", " = close"),
                FnParamKind::Condition => (": condition", ""),
                FnParamKind::Bars => (": bars", " = 3"),
            };
            let name = match p.kind {
                FnParamKind::Series => Name::Value(Ty::Number),
                FnParamKind::Condition => Name::Value(Ty::Condition),
                FnParamKind::Bars => Name::Length,
            };
            let name = self.see(p.id, 'x', name);
            let default = if p.default { default } else { "" };
            params.push(format!("{name}{ty}{default}"));
        }
        let mut out = format!("fn f{}({}) {{\n", f.id, params.join(", "));
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
            params: f.params.clone(),
            result: f.result.iter().map(Expr::ty).collect(),
            looks,
        };
        self.functions.insert(f.id, signature);
        out
    }

    fn near(&self, e: &Expr) -> bool {
        let own = match &e.op {
            Op::Window { .. } | Op::Cross(_) => false,
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
        let mut out = String::from("strategy Made {\n");
        if p.timeframe {
            out.push_str("    timeframe 1h\n");
            self.count("timeframe");
        }
        for param in &p.params {
            let name = match param.ty {
                "bars" => Name::Length,
                _ => Name::Value(Ty::Number),
            };
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
            out.push_str(&self.signal("enter long", "in", i, s));
        }
        if p.entries.is_empty() {
            out.push_str("    enter long when close > open\n");
        }
        for (i, s) in p.exits.iter().enumerate() {
            out.push_str(&self.signal("exit", "out", i, s));
        }
        if let Some((share, param)) = p.stop {
            let param = param.and_then(|id| self.seen.get(&id));
            let share = param.map_or(share, |seen| &seen.text);
            let _ = writeln!(out, "    stop {share}");
            self.count("stop");
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

    fn signal(&mut self, words: &str, tag: &str, i: usize, signal: &Signal) -> String {
        let tag = if signal.tagged {
            self.count("tag");
            format!(" \"{tag} {i}\"")
        } else {
            String::new()
        };
        let when = self.expr(&signal.when, level::ELSE);
        self.count(words);
        format!("    {words}{tag} when {when}\n")
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

    // ----- definitions

    fn after(&mut self, n: Option<&Length>) -> String {
        match n {
            None => String::new(),
            Some(n) => {
                self.count("after");
                format!(" after {} bars", self.length(n))
            }
        }
    }

    fn def(&mut self, def: &Def) -> String {
        match def {
            Def::Let { id, value, after } => {
                let text = self.expr(value, level::ELSE);
                let after = self.after(after.as_ref());
                let name = self.see(*id, 'v', Name::Value(value.ty()));
                self.count("let");
                format!("    let {name} = {text}{after}\n")
            }
            Def::Record { id, fields, after } => {
                let text = self.record(fields);
                let after = self.after(after.as_ref());
                let types = fields.iter().map(Expr::ty).collect();
                let name = self.see(*id, 'r', Name::Record(types));
                format!("    let {name} = {text}{after}\n")
            }
            Def::Rec { id, seed, step } => {
                let ty = seed.ty();
                let seed = self.expr(seed, level::ELSE);
                let name = self.see(*id, 'y', Name::Past(ty));
                self.enter_step(&[*id]);
                let step = self.expr(step, level::ELSE);
                self.leave_step();
                self.see(*id, 'y', Name::Value(ty));
                self.count(match ty {
                    Ty::Number => "rec",
                    Ty::Condition => "rec of a condition",
                });
                format!("    rec {name} = {seed} then {step}\n")
            }
            Def::State(state) => self.state(state),
        }
    }

    fn enter_step(&mut self, members: &[Id]) {
        for id in members {
            if let Some(seen) = self.seen.get_mut(id) {
                seen.inner = true;
                seen.member = true;
            }
        }
    }

    fn leave_step(&mut self) {
        self.seen.retain(|_, seen| !seen.inner);
    }

    fn state(&mut self, state: &State) -> String {
        let from = self.length(&state.from);
        let members: Vec<(Id, Ty)> = state
            .lines
            .iter()
            .filter(|l| l.seed.is_some())
            .map(|l| {
                (
                    l.id,
                    state
                        .all
                        .as_ref()
                        .or(l.seed.as_ref())
                        .map_or(Ty::Number, Expr::ty),
                )
            })
            .collect();
        let mut out = match &state.all {
            Some(seed) => {
                // `all` takes a sum, and a number.
                let seed = self.expr(seed, level::SUM);
                self.count("state with one seed");
                format!("    state from bar {from} all {seed} {{\n")
            }
            None => {
                let mut out = format!("    state from bar {from} {{\n");
                for line in &state.lines {
                    if let Some(seed) = &line.seed {
                        let seed = self.expr(seed, level::ELSE);
                        let _ = writeln!(out, "        m{} = {seed}", line.id);
                    }
                }
                out.push_str("    } then {\n");
                out
            }
        };
        for (id, ty) in &members {
            self.see(*id, 'm', Name::Past(*ty));
        }
        let ids: Vec<Id> = members.iter().map(|(id, _)| *id).collect();
        self.enter_step(&ids);
        let mut lines = Vec::new();
        for line in &state.lines {
            let text = self.expr(&line.step, level::ELSE);
            let ty = line.step.ty();
            if line.seed.is_some() {
                lines.push(format!("        m{} = {text}\n", line.id));
                if let Some(seen) = self.seen.get_mut(&line.id)
                    && let Name::Past(ty) = seen.name
                {
                    seen.name = Name::Value(ty);
                }
            } else {
                self.count("let in a state");
                let name = self.see(line.id, 'm', Name::Value(ty));
                self.enter_step(&[line.id]);
                if let Some(seen) = self.seen.get_mut(&line.id) {
                    seen.member = false;
                }
                lines.push(format!("        let {name} = {text}\n"));
            }
        }
        if state.backwards {
            lines.reverse();
            self.count("state whose lines look forward");
        }
        out.extend(lines);
        out.push_str("    }\n");
        self.leave_step();
        for (id, ty) in &members {
            self.see(*id, 'm', Name::Value(*ty));
        }
        self.count(match members.len() {
            0 | 1 => "state with one member",
            _ => "state with several members",
        });
        out
    }

    // ----- lengths

    fn length(&mut self, n: &Length) -> String {
        match n {
            Length::Const(n) => n.to_string(),
            Length::Of {
                param,
                times,
                plus,
                otherwise,
            } => match self.seen.get(param) {
                Some(seen) if seen.name == Name::Length => {
                    let mut text = seen.text.clone();
                    if *times != 1 {
                        text = format!("{times} * {text}");
                    }
                    if *plus != 0 {
                        text = format!("{text} + {plus}");
                    }
                    text
                }
                _ => otherwise.to_string(),
            },
        }
    }

    fn is_param(&self, n: &Length) -> bool {
        match n {
            Length::Const(_) => false,
            Length::Of { param, .. } => {
                matches!(self.seen.get(param), Some(seen) if seen.name == Name::Length)
            }
        }
    }

    // ----- expressions

    /// An expression, in brackets where it binds more loosely than `least`.
    fn expr(&mut self, e: &Expr, least: u8) -> String {
        let (text, own) = self.bare(e);
        if own < least {
            format!("({text})")
        } else {
            text
        }
    }

    /// An expression that may not look at what the step still computes.
    fn outside(&mut self, e: &Expr, least: u8) -> String {
        let before = self.outside;
        self.outside |= !self.program.careless;
        let text = self.expr(e, least);
        self.outside = before;
        text
    }

    fn name(&mut self, id: Id) -> Option<Seen> {
        let seen = self.seen.get(&id)?;
        if seen.inner && self.outside {
            return None;
        }
        self.touched |= seen.inner;
        Some(seen.clone())
    }

    fn plain(&mut self, ty: Ty) -> (String, u8) {
        self.bare(&Expr::plain(ty))
    }

    fn operands(&mut self, args: &[Expr], least: u8) -> Vec<String> {
        args.iter().map(|e| self.expr(e, least)).collect()
    }

    fn bare(&mut self, e: &Expr) -> (String, u8) {
        let args = &e.args[..];
        match (&e.op, args) {
            (Op::Number(text), _) => {
                self.count(match text {
                    t if t.ends_with('%') => "percent",
                    t if t.ends_with("bp") => "basis points",
                    t if t.ends_with('h') => "duration",
                    _ => "number",
                });
                ((*text).to_owned(), level::POSTFIX)
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
                let (a, b) = (self.expr(a, own), self.expr(b, own + 1));
                (format!("{a} {op} {b}"), own)
            }
            (Op::Builtin(name), _) => {
                self.count(*name);
                let args = self.operands(args, level::ELSE).join(", ");
                (format!("{name}({args})"), level::POSTFIX)
            }
            (Op::Chain(ops), [first, rest @ ..]) if rest.len() == ops.len() => {
                self.count(if ops.len() > 1 { "chain" } else { ops[0] });
                let mut text = self.expr(first, level::SUM);
                for (op, e) in ops.iter().zip(rest) {
                    let _ = write!(text, " {op} {}", self.expr(e, level::SUM));
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
                (self.operands(args, level::OR).join(" else "), level::ELSE)
            }
            (Op::If, _) => (self.branches(args), level::ELSE),
            (Op::Lag(n), [x]) => self.lag(n, x),
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
            (Op::Cross(way), [a, b]) => {
                self.count(format!("crosses {way}"));
                let (a, b) = (self.outside(a, level::SUM), self.outside(b, level::SUM));
                (format!("{a} crosses {way} {b}"), level::COMPARISON)
            }
            (Op::Call(call), _) => self.call(call, args),
            _ => self.plain(e.ty()),
        }
    }

    fn list(&mut self, all: bool, items: &[Expr]) -> String {
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

    fn branches(&mut self, args: &[Expr]) -> String {
        self.count(if args.len() > 3 { "if chain" } else { "if" });
        let mut out = String::new();
        let (last, pairs) = match args.split_last() {
            Some((last, pairs)) => (last, pairs),
            None => return out,
        };
        for pair in pairs.chunks_exact(2) {
            let (c, v) = (
                self.expr(&pair[0], level::OR),
                self.expr(&pair[1], level::OR),
            );
            let _ = write!(out, "if {c} then {v} else ");
        }
        out + &self.expr(last, level::OR)
    }

    fn lag(&mut self, n: &Length, x: &Expr) -> (String, u8) {
        let before = std::mem::take(&mut self.touched);
        let text = self.expr(x, level::POSTFIX);
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

    // ----- calls

    fn call(&mut self, call: &Call, args: &[Expr]) -> (String, u8) {
        let (name, params, fields, looks): (_, Vec<(String, Takes, bool)>, Vec<String>, _) =
            match call.callee {
                Callee::Library(i) => {
                    let f = &FUNCTIONS[i % FUNCTIONS.len()];
                    let params = f.params.iter();
                    (
                        f.name.clone(),
                        params
                            .map(|p| (p.name.clone(), p.takes, p.default))
                            .collect(),
                        f.fields.clone(),
                        Looks::Far,
                    )
                }
                Callee::Own(id) => {
                    let Some(f) = self.functions.get(&id) else {
                        return self.plain(call.ty);
                    };
                    let of = |i: usize| match f.result[i % f.result.len()] {
                        ty if ty == call.ty => Some(i % f.result.len()),
                        _ => (0..f.result.len()).find(|j| f.result[*j] == call.ty),
                    };
                    let Some(chosen) = of(call.field) else {
                        return self.plain(call.ty);
                    };
                    let params = f.params.iter().map(|p| {
                        let takes = match p.kind {
                            FnParamKind::Bars => Takes::Bars,
                            _ => Takes::Series,
                        };
                        (format!("x{}", p.id), takes, p.default)
                    });
                    let fields = match f.result.len() {
                        1 => Vec::new(),
                        _ => vec![field(chosen)],
                    };
                    (format!("f{id}"), params.collect(), fields, f.looks)
                }
            };
        self.count(match call.callee {
            Callee::Library(_) => format!("library: {name}"),
            Callee::Own(_) => "call of a fn".to_owned(),
        });
        let text = self.arguments(call, args, &params, looks);
        let mut text = format!("{name}{text}");
        if let Some(lag) = &call.lag {
            self.count(if fields.is_empty() {
                "lag of a call"
            } else {
                "lag of a record"
            });
            text = format!("{text}[{}]", self.length(lag));
        }
        if !fields.is_empty() {
            self.count("output of a call");
            text = format!("{text}.{}", fields[call.field % fields.len()]);
        }
        (text, level::POSTFIX)
    }

    fn arguments(
        &mut self,
        call: &Call,
        args: &[Expr],
        params: &[(String, Takes, bool)],
        looks: Looks,
    ) -> String {
        let conditions: Vec<bool> = match call.callee {
            Callee::Own(id) => self.functions.get(&id).map_or(Vec::new(), |f| {
                f.params
                    .iter()
                    .map(|p| p.kind == FnParamKind::Condition)
                    .collect()
            }),
            Callee::Library(_) => Vec::new(),
        };
        let (mut series, mut lengths, mut numbers) =
            (args.iter(), call.lengths.iter(), call.numbers.iter());
        let mut written = Vec::new();
        let mut keep = 0;
        for (i, (name, takes, default)) in params.iter().enumerate() {
            let text = match takes {
                Takes::Series => {
                    let ty = match conditions.get(i) {
                        Some(true) => Ty::Condition,
                        _ => Ty::Number,
                    };
                    let plain = Expr::plain(ty);
                    let e = series.next().filter(|e| e.ty() == ty).unwrap_or(&plain);
                    match looks {
                        Looks::Near => self.expr(e, level::ELSE),
                        Looks::Far => self.outside(e, level::ELSE),
                        Looks::Members => {
                            let before = std::mem::replace(&mut self.outside, true);
                            let text = self.expr(e, level::ELSE);
                            self.outside = before;
                            text
                        }
                    }
                }
                Takes::Bars => {
                    let n = lengths.next().cloned().unwrap_or(Length::Const(3));
                    self.length(&n)
                }
                Takes::Number => (*numbers.next().unwrap_or(&"1.5")).to_owned(),
            };
            let front = i == 0 && *default && *takes == Takes::Series;
            let bars_next = params
                .get(1)
                .is_some_and(|(_, takes, _)| *takes == Takes::Bars);
            if front && bars_next && call.without_source {
                self.count("call without its source");
                continue;
            }
            if !(call.short && *default && i > 0) {
                keep = written.len() + 1;
            }
            written.push(if call.named {
                format!("{name}: {text}")
            } else {
                text
            });
        }
        if keep < written.len() {
            self.count("call with defaults");
        }
        if call.named && keep > 0 {
            self.count("named argument");
        }
        written.truncate(keep);
        if written.is_empty() && params.iter().all(|(.., default)| *default) && call.short {
            self.count("call without brackets");
            return String::new();
        }
        format!("({})", written.join(", "))
    }
}
