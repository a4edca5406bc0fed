//! `rec` and `state`: members that depend on their own past.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use super::scope::{Binding, Defining, Entry, Lint, Scope, Value};
use crate::diag::{Code, Diagnostic};
use crate::hir::{GroupId, Kind, NodeId, Start, Ty};
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident, StateBlock, StateSeeds, StateStep};

/// Most members of one state.
const MOST_STEPS: usize = 1_000;

/// How far a line of a step is.
#[derive(Debug, Clone, PartialEq)]
enum Progress {
    Waiting,
    Running,
    Done(Value),
}

/// A `rec` or `state` whose step is being built.
#[derive(Debug)]
pub(super) struct StateFrame<'t> {
    group: GroupId,
    lines: Vec<Line<'t>>,
    /// The lines whose value is being built, each asked for by the one before.
    running: Vec<usize>,
}

/// A step that is built, as it is seen from outside.
#[derive(Debug, Default)]
struct Finished {
    /// The members.
    members: Vec<Value>,
    /// The `let`s.
    lets: BTreeMap<String, Value>,
    /// The names that the step reads.
    used: BTreeSet<String>,
}

#[derive(Debug)]
struct Line<'t> {
    name: &'t Ident,
    value: &'t Expr,
    /// The member that the line assigns; a `let` has none.
    member: Option<u32>,
    /// Where its seed is written.
    seeded: Option<Span>,
    progress: Progress,
}

impl<'t> Checker<'t, '_> {
    /// `rec y = seed then step`
    pub(super) fn recurrence(&mut self, name: &'t Ident, seed: &'t Expr, step: &'t Expr) {
        let outer = self.defining(Some(Defining {
            span: name.span,
            seed: true,
        }));
        let seeded = seed.span;
        let (seed, failed) = self.seed(seed);
        self.defining(outer);
        let group = self.builder.open_group(Start::FirstSeed);
        let member = self
            .builder
            .add_member(group, &name.name, seed, true, name.span);
        let lines = vec![Line {
            name,
            value: step,
            member: Some(member),
            seeded: Some(seeded),
            progress: Progress::Waiting,
        }];
        let done = self.run_frame(group, lines, failed);
        let value = done.members.into_iter().next().unwrap_or(Value::Error);
        self.name_lints(name);
        self.define(name, Binding::Value(value), Lint::Unused);
    }

    /// A value before the first step, and whether it was reported.
    fn seed(&mut self, e: &'t Expr) -> (NodeId, bool) {
        match self.expr(e) {
            Value::Node(id) => (id, false),
            other => {
                self.want_number(&other, e.span);
                (self.unknown(e.span), true)
            }
        }
    }

    /// Stands for a value that was reported: it fits wherever it is used.
    fn unknown(&mut self, span: Span) -> NodeId {
        self.free += 1;
        self.builder.add(Kind::Free(self.free), span)
    }

    /// `state from bar n { … } then { … }`
    pub(super) fn state(&mut self, block: &'t StateBlock) {
        let from = self.length(&block.from, 0, "the first bar of a state");
        let mut failed = from.is_none();
        let from = from.unwrap_or_else(|| self.builder.number(0.0, block.from.span));
        if block.steps.len() > MOST_STEPS {
            self.error(
                Code::TooLarge,
                block.from.span,
                format!(
                    "a state has at most {MOST_STEPS} lines, this one {}",
                    block.steps.len()
                ),
            );
            self.torn = true;
            for step in &block.steps {
                let (StateStep::Let(name, _) | StateStep::Assign(name, _)) = step;
                if !self.is_defined_here(&name.name) {
                    self.define(name, Binding::Value(Value::Error), Lint::Off);
                }
            }
            return;
        }
        let seeds = self.seeds(block, &mut failed);
        let group = self.builder.open_group(Start::Bar(from));
        for (name, seed) in &seeds {
            self.builder
                .add_member(group, &name.name, *seed, true, name.span);
        }
        let mut lines: Vec<Line<'t>> = Vec::with_capacity(block.steps.len());
        for step in &block.steps {
            let (name, value, member) = match step {
                StateStep::Let(name, value) => (name, value, None),
                StateStep::Assign(name, value) => {
                    let member = seeds.iter().position(|(n, _)| n.name == name.name);
                    (name, value, member.and_then(|m| u32::try_from(m).ok()))
                }
            };
            if let Some(first) = lines.iter().find(|l| l.name.name == name.name) {
                let report = Diagnostic::error(
                    Code::DuplicateName,
                    name.span,
                    format!("`{}` is assigned twice", name.name),
                )
                .related(first.name.span, "first assigned here");
                self.report(report);
                // What it uses is not looked at.
                self.torn = true;
                failed = true;
                continue;
            }
            let mut progress = Progress::Waiting;
            if matches!(step, StateStep::Assign(..)) && member.is_none() {
                self.report(
                    Diagnostic::error(
                        Code::UnknownName,
                        name.span,
                        format!("`{}` has no seed", name.name),
                    )
                    .hint("give it one before `then`, or write `let` for a name of this bar"),
                );
                self.torn = true;
                failed = true;
                progress = Progress::Done(Value::Error);
            }
            lines.push(Line {
                name,
                value,
                member,
                seeded: match &block.seeds {
                    StateSeeds::All(e) => Some(e.span),
                    StateSeeds::Members(members) => {
                        let seed = members.iter().find(|(n, _)| n.name == name.name);
                        seed.map(|(_, e)| e.span)
                    }
                },
                progress,
            });
        }
        for (name, _) in &seeds {
            if !lines.iter().any(|l| l.name.name == name.name) {
                self.report(
                    Diagnostic::error(
                        Code::UnknownName,
                        name.span,
                        format!("`{}` has a seed but no step", name.name),
                    )
                    .hint("assign it after `then`, or make it a `let` before the state"),
                );
                failed = true;
            }
        }
        let names: Vec<(&'t Ident, Option<u32>)> =
            lines.iter().map(|l| (l.name, l.member)).collect();
        let mut done = self.run_frame(group, lines, failed);
        let state = names.first().map_or(block.from.span, |(n, _)| n.span);
        for (name, member) in names {
            self.name_lints(name);
            let lint = Lint::OfState {
                state,
                inside: member.is_some() || done.used.contains(&name.name),
            };
            let binding = match member {
                Some(member) => Binding::Value(
                    done.members
                        .get_mut(member as usize)
                        .map_or(Value::Error, |v| std::mem::replace(v, Value::Error)),
                ),
                // What the step computed beside its members can be read after it.
                None => self.computed(group, done.lets.get(&name.name)),
            };
            self.define(name, binding, lint);
        }
        for (name, _) in seeds {
            if !self.is_defined_here(&name.name) {
                self.define(name, Binding::Value(Value::Error), Lint::Off);
            }
        }
    }

    /// How a `let` of a finished step is seen from outside.
    fn computed(&self, group: GroupId, value: Option<&Value>) -> Binding {
        match value {
            // A value that does not depend on the members is an ordinary one.
            Some(Value::Node(node)) if self.builder.unit.node(*node).body == Some(group) => {
                Binding::StateLet { group, node: *node }
            }
            Some(value) => Binding::Value(value.clone()),
            None => Binding::Value(Value::Error),
        }
    }

    /// The values of the members before the first step. A seed sees the seeds before it.
    fn seeds(&mut self, block: &'t StateBlock, failed: &mut bool) -> Vec<(&'t Ident, NodeId)> {
        let mut seeds: Vec<(&'t Ident, NodeId)> = Vec::new();
        match &block.seeds {
            StateSeeds::Members(members) => {
                self.scopes.push(Scope {
                    somewhere: members
                        .iter()
                        .rev()
                        .map(|(name, _)| (name.name.clone(), name.span))
                        .collect(),
                    ..Scope::default()
                });
                for (name, e) in members {
                    self.defining(Some(Defining {
                        span: name.span,
                        seed: true,
                    }));
                    let (seed, wrong) = self.seed(e);
                    *failed |= wrong;
                    if let Some((first, _)) = seeds.iter().find(|(n, _)| n.name == name.name) {
                        let report = Diagnostic::error(
                            Code::DuplicateName,
                            name.span,
                            format!("`{}` has two seeds", name.name),
                        )
                        .related(first.span, "first seeded here");
                        self.report(report);
                        *failed = true;
                        continue;
                    }
                    let value = if wrong {
                        Value::Error
                    } else {
                        Value::Node(seed)
                    };
                    self.define(name, Binding::Value(value), Lint::Off);
                    seeds.push((name, seed));
                }
                self.scopes.pop();
            }
            StateSeeds::All(e) => {
                let seed = match self.number(e) {
                    Some(id) => id,
                    None => {
                        *failed = true;
                        self.unknown(e.span)
                    }
                };
                for step in &block.steps {
                    if let StateStep::Assign(name, _) = step
                        && !seeds.iter().any(|(n, _)| n.name == name.name)
                    {
                        seeds.push((name, seed));
                    }
                }
            }
        }
        seeds
    }

    fn is_defined_here(&self, name: &str) -> bool {
        self.scopes
            .last()
            .is_some_and(|s| s.names.contains_key(name))
    }

    /// Builds the step; `failed` tells that the seeds were reported.
    fn run_frame(&mut self, group: GroupId, lines: Vec<Line<'t>>, mut failed: bool) -> Finished {
        let frame = self.states.len();
        let mut scope = Scope::default();
        for (step, line) in lines.iter().enumerate() {
            let entry = Entry {
                binding: Binding::StateStep { frame, step },
                span: line.name.span,
                used: false,
                lint: Lint::Off,
            };
            scope.names.insert(line.name.name.clone(), entry);
        }
        let count = lines.len();
        self.scopes.push(scope);
        self.states.push(StateFrame {
            group,
            lines,
            running: Vec::new(),
        });
        for step in 0..count {
            let span = self.states[frame].lines[step].name.span;
            failed |= self.state_value(frame, step, span) == Value::Error;
        }
        let mut finished = Finished::default();
        if let Some(scope) = self.scopes.pop() {
            let used = scope.names.into_iter().filter(|(_, entry)| entry.used);
            finished.used = used.map(|(name, _)| name).collect();
        }
        for line in self.states.drain(frame..).flat_map(|f| f.lines) {
            if let (None, Progress::Done(value)) = (line.member, line.progress) {
                finished.lets.insert(line.name.name.clone(), value);
            }
        }
        // A group inside another group's step would have to advance with it.
        let members = self.builder.unit.groups[group.0 as usize].members.clone();
        self.builder.close_group(group);
        if !failed {
            for m in &members {
                let crossing = [m.seed, m.step]
                    .iter()
                    .any(|n| self.builder.open_body(*n).is_some());
                if crossing {
                    self.report(
                        Diagnostic::error(
                            Code::WindowInState,
                            m.span,
                            "a recurrence inside a state cannot use members that are still being computed",
                        )
                        .hint("make it a member of the state"),
                    );
                    failed = true;
                }
            }
        }
        if failed {
            for value in finished.lets.values_mut() {
                *value = Value::Error;
            }
        }
        finished.members = members
            .iter()
            .enumerate()
            .filter(|(_, m)| m.keeps)
            .map(|(i, m)| {
                if failed {
                    Value::Error
                } else {
                    let kind = Kind::Member(group, u32::try_from(i).unwrap_or(u32::MAX));
                    Value::Node(self.builder.add(kind, m.span))
                }
            })
            .collect();
        finished
    }

    /// The value of a line on this bar, built when it is first asked for.
    pub(super) fn state_value(&mut self, frame: usize, step: usize, span: Span) -> Value {
        let Some(line) = self
            .states
            .get_mut(frame)
            .and_then(|f| f.lines.get_mut(step))
        else {
            return Value::Error;
        };
        match &line.progress {
            Progress::Done(value) => return value.clone(),
            Progress::Running => {
                self.cycle(frame, step, span);
                return Value::Error;
            }
            Progress::Waiting => {}
        }
        line.progress = Progress::Running;
        let (value, member, name, seeded) = (line.value, line.member, line.name, line.seeded);
        let group = self.states[frame].group;
        self.states[frame].running.push(step);
        let mut result = self.expr(value);
        if let Some(frame) = self.states.get_mut(frame) {
            frame.running.pop();
        }
        if let (Some(member), Value::Node(id)) = (member, &result) {
            let seed = self.builder.unit.groups[group.0 as usize].members[member as usize].seed;
            let want = self.builder.ty(seed);
            let seed_na = self.builder.constant(seed).is_some_and(f64::is_nan);
            let (ty, wanted) = (
                self.builder.ty(*id),
                if want == Ty::Any || seed_na {
                    Ty::Any
                } else {
                    want
                },
            );
            if wanted != Ty::Any && ty != Ty::Any && ty != wanted {
                let report = Diagnostic::error(
                    Code::WrongType,
                    value.span,
                    format!(
                        "`{}` starts as {} but becomes {}",
                        name.name,
                        self.type_name(&Value::Node(seed)),
                        self.type_name(&result)
                    ),
                );
                let report = match seeded {
                    Some(seeded) => report.related(seeded, "it starts here"),
                    None => report,
                };
                self.report(if ty == Ty::Bool {
                    report.hint("keep it as a number with `num(…)`, or start it as `false`")
                } else {
                    report.hint("compare the step with something, or start it as a number")
                });
                result = Value::Error;
            } else if seed_na && ty == Ty::Bool {
                self.report(
                    Diagnostic::error(
                        Code::WrongType,
                        value.span,
                        format!(
                            "`{}` starts as `na`, which is a number, but becomes a condition",
                            name.name
                        ),
                    )
                    .hint("start it as `false`, or keep a number with `num(…)`"),
                );
                result = Value::Error;
            }
        } else if let (Some(_), other) = (member, &result)
            && *other != Value::Error
        {
            let other = other.clone();
            self.want_number(&other, value.span);
            result = Value::Error;
        }
        if let (Some(member), Value::Node(id)) = (member, &result) {
            result = Value::Node(self.builder.set_step(group, member, *id, value.span));
        }
        if let Some(line) = self
            .states
            .get_mut(frame)
            .and_then(|f| f.lines.get_mut(step))
        {
            line.progress = Progress::Done(result.clone());
        }
        result
    }

    /// Reports lines that need each other's value of the same bar.
    fn cycle(&mut self, frame: usize, step: usize, span: Span) {
        let Some(open) = self.states.get(frame) else {
            return;
        };
        let from = open.running.iter().position(|s| *s == step).unwrap_or(0);
        let names: Vec<String> = open
            .running
            .iter()
            .skip(from)
            .filter_map(|s| open.lines.get(*s))
            .map(|l| format!("`{}`", l.name.name))
            .collect();
        let Some(line) = open.lines.get(step) else {
            return;
        };
        let name = &line.name.name;
        let text = match &names[..] {
            [first @ .., last] if !first.is_empty() => {
                format!(
                    "{} and {last} need each other's new value",
                    first.join(", ")
                )
            }
            _ => format!("`{name}` needs its own new value"),
        };
        let report = Diagnostic::error(Code::CyclicState, span, text)
            .related(line.name.span, "while it is computed here")
            .hint(if line.member.is_some() {
                format!("write `{name}[1]` for its value one bar ago")
            } else {
                format!("give `{name}` a seed and leave out `let`: then `{name}[1]` is its value one bar ago")
            });
        self.report(report);
    }

    /// `name[n]` inside a step: the past of a member, whether or not its new value is known.
    pub(super) fn state_past(
        &mut self,
        frame: usize,
        step: usize,
        n: &'t Expr,
        span: Span,
    ) -> Value {
        let Some(lag) = self.lag_length(n) else {
            return Value::Error;
        };
        let member = self.states[frame].lines[step].member;
        let now = self.builder.constant(lag) == Some(0.0);
        match member {
            Some(_) if !now && !self.member_lag(lag, span) => Value::Error,
            Some(member) if !now => {
                let group = self.states[frame].group;
                Value::Node(self.builder.add(Kind::Prev(group, member, lag), span))
            }
            _ => match self.state_value(frame, step, span) {
                Value::Node(id) => Value::Node(self.builder.lag(id, lag, span)),
                other => other,
            },
        }
    }
}
