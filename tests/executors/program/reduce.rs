//! Smaller programs: with a part left out, or an expression replaced by a plainer one.

use super::{Def, Expr, Length, Op, Program, State};

/// One way to make a program smaller.
#[derive(Debug, Clone)]
pub enum Cut {
    Function(usize),
    Param(usize),
    Domain(usize),
    Require(usize),
    Flag(usize),
    Def(usize),
    Line(usize, usize),
    FunctionDef(usize, usize),
    FunctionResult(usize, usize),
    Entry(usize),
    Exit(usize),
    Shown(usize),
    Extras,
    /// A pool or a state becomes plain names for what it computes.
    Flat(usize),
    Rule(usize),
    Clause(bool, usize, usize),
    FunctionLine(usize, usize, usize),
    /// Expression, node in it, what becomes of the node.
    Node(usize, usize, Change),
}

/// What becomes of a node.
#[derive(Debug, Clone)]
pub enum Change {
    /// The plainest of its type.
    Plain,
    /// Its operand.
    Operand(usize),
    /// Without an operand that need not be there.
    Without(usize),
    /// Its simplest form: 1 for a number, a lag of 1.
    Simple,
}

/// All ways to make `program` smaller, the largest cuts first.
pub fn cuts(program: &Program) -> Vec<Cut> {
    let mut all = Vec::new();
    all.extend((0..program.body.len()).rev().map(Cut::Def));
    all.extend((0..program.entries.len()).map(Cut::Entry));
    all.extend((0..program.exits.len()).map(Cut::Exit));
    all.extend((0..program.rules.len()).map(Cut::Rule));
    all.extend((0..program.shown.len()).map(Cut::Shown));
    all.extend((0..program.functions.len()).map(Cut::Function));
    all.extend((0..program.params.len()).map(Cut::Param));
    all.extend((0..program.requires.len()).map(Cut::Require));
    all.extend((0..program.flags.len()).map(Cut::Flag));
    if program.timeframe
        || program.legs
        || program.named.is_some()
        || program.stop.is_some()
        || program.careless
    {
        all.push(Cut::Extras);
    }
    for (i, def) in program.body.iter().enumerate() {
        if matches!(def, Def::State(_) | Def::Zones(_)) {
            all.push(Cut::Flat(i));
        }
        if let Def::State(State { lines, .. }) = def {
            all.extend(
                (0..lines.len())
                    .filter(|_| lines.len() > 1)
                    .map(|l| Cut::Line(i, l)),
            );
        }
    }
    for (i, f) in program.functions.iter().enumerate() {
        all.extend((0..f.body.len()).map(|d| Cut::FunctionDef(i, d)));
        for (d, def) in f.body.iter().enumerate() {
            if let Def::State(State { lines, .. }) = def
                && lines.len() > 1
            {
                all.extend((0..lines.len()).map(|l| Cut::FunctionLine(i, d, l)));
            }
        }
        if f.result.len() > 1 {
            all.extend((0..f.result.len()).map(|r| Cut::FunctionResult(i, r)));
        }
    }
    for (i, p) in program.params.iter().enumerate() {
        if !p.domain.is_empty() {
            all.push(Cut::Domain(i));
        }
    }
    for (is_entry, signals) in [(true, &program.entries), (false, &program.exits)] {
        for (i, s) in signals.iter().enumerate() {
            all.extend((0..s.clauses.len()).map(|c| Cut::Clause(is_entry, i, c)));
        }
    }
    let mut copy = program.clone();
    for (root, e) in roots(&mut copy).into_iter().enumerate() {
        let mut node = 0;
        each(e, &mut |e| {
            all.extend(changes(e).into_iter().map(|c| Cut::Node(root, node, c)));
            node += 1;
        });
    }
    all
}

/// The program after a cut.
pub fn apply(program: &Program, cut: &Cut) -> Program {
    let mut p = program.clone();
    match cut {
        Cut::Function(i) => drop(p.functions.remove(*i)),
        Cut::Param(i) => drop(p.params.remove(*i)),
        Cut::Domain(i) => p.params[*i].domain = "",
        Cut::Require(i) => drop(p.requires.remove(*i)),
        Cut::Flag(i) => drop(p.flags.remove(*i)),
        Cut::Def(i) => drop(p.body.remove(*i)),
        Cut::Line(i, l) => {
            if let Def::State(state) = &mut p.body[*i] {
                state.lines.remove(*l);
            }
        }
        Cut::FunctionDef(i, d) => drop(p.functions[*i].body.remove(*d)),
        Cut::FunctionResult(i, r) => drop(p.functions[*i].result.remove(*r)),
        Cut::Entry(i) => drop(p.entries.remove(*i)),
        Cut::Exit(i) => drop(p.exits.remove(*i)),
        Cut::Flat(i) => {
            let lets = flat(&p.body[*i]);
            p.body.splice(*i..=*i, lets);
        }
        Cut::Rule(i) => drop(p.rules.remove(*i)),
        Cut::Clause(is_entry, i, c) => {
            let signals = if *is_entry {
                &mut p.entries
            } else {
                &mut p.exits
            };
            signals[*i].clauses.remove(*c);
        }
        Cut::FunctionLine(i, d, l) => {
            if let Def::State(state) = &mut p.functions[*i].body[*d] {
                state.lines.remove(*l);
            }
        }
        Cut::Shown(i) => drop(p.shown.remove(*i)),
        Cut::Extras => {
            p.timeframe = false;
            p.legs = false;
            p.named = None;
            p.stop = None;
            p.careless = false;
        }
        Cut::Node(root, node, change) => {
            if let Some(e) = roots(&mut p).into_iter().nth(*root) {
                let mut at = 0;
                each(e, &mut |e| {
                    if at == *node {
                        alter(e, change);
                    }
                    at += 1;
                });
            }
        }
    }
    p
}

/// What a definition computes, as plain names.
fn flat(def: &Def) -> Vec<Def> {
    let values: Vec<(u32, &Expr)> = match def {
        Def::State(state) => state.lines.iter().map(|l| (l.id, &l.step)).collect(),
        Def::Zones(zones) => {
            let values = zones.keep.iter().chain(&zones.next);
            let ends = [(zones.id, &zones.born), (u32::MAX, &zones.dies)];
            ends.into_iter()
                .chain(values.map(|(id, e)| (*id, e)))
                .collect()
        }
        other => return vec![other.clone()],
    };
    let named = values.into_iter().map(|(id, value)| Def::Let {
        id,
        value: value.clone(),
        after: None,
    });
    named.collect()
}

/// Whole expressions of a program, in a fixed order.
fn roots(p: &mut Program) -> Vec<&mut Expr> {
    let mut all = Vec::new();
    for f in &mut p.functions {
        for def in &mut f.body {
            def_roots(def, &mut all);
        }
        all.extend(&mut f.result);
    }
    all.extend(&mut p.requires);
    all.extend(p.flags.iter_mut().map(|(_, e)| e));
    for def in &mut p.body {
        def_roots(def, &mut all);
    }
    for signal in p.entries.iter_mut().chain(&mut p.exits) {
        for clause in &mut signal.clauses {
            all.extend(&mut clause.values);
        }
        all.push(&mut signal.when);
    }
    for rule in &mut p.rules {
        all.extend(&mut rule.values);
    }
    all.extend(&mut p.shown);
    all
}

fn def_roots<'p>(def: &'p mut Def, all: &mut Vec<&'p mut Expr>) {
    match def {
        Def::Let { value, .. } => all.push(value),
        Def::Record { fields, .. } => all.extend(fields),
        Def::Rec { seed, step, .. } => all.extend([seed, step]),
        Def::State(State {
            all: one, lines, ..
        }) => {
            all.extend(one);
            for line in lines {
                all.extend(&mut line.seed);
                all.push(&mut line.step);
            }
        }
        Def::Zones(zones) => {
            all.push(&mut zones.born);
            all.extend(zones.keep.iter_mut().map(|(_, e)| e));
            all.extend(zones.next.iter_mut().map(|(_, e)| e));
            all.push(&mut zones.dies);
        }
    }
}

/// Visits a node before its operands. What a visit changes is not visited with what it was.
fn each(e: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    visit(e);
    for arg in &mut e.args {
        each(arg, visit);
    }
}

fn changes(e: &Expr) -> Vec<Change> {
    let ty = e.ty();
    let mut all = Vec::new();
    if *e == Expr::plain(ty) {
        return all;
    }
    if !e.args.is_empty() {
        all.push(Change::Plain);
        for (i, arg) in e.args.iter().enumerate() {
            if arg.ty() == ty {
                all.push(Change::Operand(i));
            }
        }
    }
    let loose = match &e.op {
        Op::List(_) => e.args.len() > 1,
        Op::Else => e.args.len() > 2,
        Op::Builtin("min" | "max") => e.args.len() > 2,
        _ => false,
    };
    if loose {
        all.extend((0..e.args.len()).map(Change::Without));
    }
    let simple = match &e.op {
        Op::Number(text) => *text != "1",
        Op::Input(name) => !matches!(*name, "close" | "open"),
        Op::Ref(..) | Op::Field(..) | Op::Na => true,
        Op::Past(_, n, _) => *n != 1,
        Op::Not(n) => *n != 1,
        Op::Lag(n) => *n != Length::Const(1),
        Op::Window { n, least, .. } => *n != Length::Const(2) || least.is_some(),
        Op::Within(_)
        | Op::Trade(_)
        | Op::Leg(_)
        | Op::Feed(_)
        | Op::Named(..)
        | Op::Query { .. }
        | Op::Count(_) => true,
        Op::If => e.args.len() > 3,
        Op::Chain(ops) => ops.len() > 1,
        Op::Call(call) => call.lag.is_some() || call.short || call.named || call.without_source,
        _ => false,
    };
    if simple {
        all.push(Change::Simple);
    }
    all
}

fn alter(e: &mut Expr, change: &Change) {
    let ty = e.ty();
    match change {
        Change::Plain => *e = Expr::plain(ty),
        Change::Operand(i) => {
            let operand = e.args.swap_remove(*i);
            *e = operand;
        }
        Change::Without(i) => drop(e.args.remove(*i)),
        Change::Simple => match &mut e.op {
            Op::Number(text) => *text = "1",
            Op::Input(name) => *name = "close",
            Op::Ref(..)
            | Op::Field(..)
            | Op::Na
            | Op::Within(_)
            | Op::Trade(_)
            | Op::Leg(_)
            | Op::Feed(_)
            | Op::Named(..)
            | Op::Query { .. }
            | Op::Count(_) => *e = Expr::plain(ty),
            Op::Past(_, n, _) | Op::Not(n) => *n = 1,
            Op::Lag(n) => *n = Length::Const(1),
            Op::Window { n, least, .. } => {
                *n = Length::Const(2);
                *least = None;
            }
            Op::If => drop(e.args.drain(..2)),
            Op::Chain(ops) => {
                ops.truncate(1);
                e.args.truncate(2);
            }
            Op::Call(call) => {
                call.lag = None;
                call.short = false;
                call.named = false;
                call.without_source = false;
            }
            _ => {}
        },
    }
}
