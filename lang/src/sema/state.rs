//! `rec` and `state`: members that depend on their own past.

use super::scope::{Binding, Scope, Value};
use super::{Checker, Entry};
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
}

#[derive(Debug)]
struct Line<'t> {
    name: &'t Ident,
    value: &'t Expr,
    /// The member that the line assigns; a `let` has none.
    member: Option<u32>,
    progress: Progress,
}

impl<'t> Checker<'t, '_> {
    /// `rec y = seed then step`
    pub(super) fn recurrence(&mut self, name: &'t Ident, seed: &'t Expr, step: &'t Expr) {
        let seed_value = self.expr(seed);
        let failed = seed_value == Value::Error;
        let seed = match seed_value {
            Value::Node(id) => id,
            Value::Error => self.builder.na(seed.span),
            other => {
                self.want_number(&other, seed.span);
                self.builder.na(seed.span)
            }
        };
        let group = self.builder.open_group(Start::FirstSeed);
        let member = self
            .builder
            .add_member(group, &name.name, seed, true, name.span);
        let lines = vec![Line {
            name,
            value: step,
            member: Some(member),
            progress: Progress::Waiting,
        }];
        let value = self.run_frame(group, lines);
        let value = if failed {
            Value::Error
        } else {
            value.into_iter().next().unwrap_or(Value::Error)
        };
        self.define(name, Binding::Value(value), true);
    }

    /// `state from bar n { … } then { … }`
    pub(super) fn state(&mut self, block: &'t StateBlock) {
        let from = self.length(&block.from, 0, "the first bar of a state");
        let from = from.unwrap_or_else(|| self.builder.number(0.0, block.from.span));
        if block.steps.len() > MOST_STEPS {
            self.error(
                Code::TooLarge,
                block.from.span,
                format!("a state of more than {MOST_STEPS} lines"),
            );
            return;
        }
        let mut seeds: Vec<(&'t Ident, NodeId)> = Vec::new();
        let mut failed = false;
        // A seed sees the seeds before it.
        self.scopes.push(Scope::default());
        match &block.seeds {
            StateSeeds::Members(members) => {
                for (name, e) in members {
                    let seed = match self.expr(e) {
                        Value::Node(id) => id,
                        other => {
                            self.want_number(&other, e.span);
                            failed = true;
                            self.builder.na(e.span)
                        }
                    };
                    if seeds.iter().any(|(n, _)| n.name == name.name) {
                        self.error(
                            Code::DuplicateName,
                            name.span,
                            format!("`{}` has two seeds", name.name),
                        );
                        continue;
                    }
                    self.define(name, Binding::Value(Value::Node(seed)), false);
                    seeds.push((name, seed));
                }
            }
            StateSeeds::All(e) => {
                let seed = match self.number(e) {
                    Some(id) => id,
                    None => {
                        failed = true;
                        self.builder.na(e.span)
                    }
                };
                for step in &block.steps {
                    if let StateStep::Assign(name, _) = step {
                        seeds.push((name, seed));
                    }
                }
            }
        }
        self.scopes.pop();
        let group = self.builder.open_group(Start::Bar(from));
        for (name, seed) in &seeds {
            self.builder
                .add_member(group, &name.name, *seed, true, name.span);
        }
        let mut lines: Vec<Line<'t>> = Vec::with_capacity(block.steps.len());
        let mut assigned = vec![false; seeds.len()];
        for step in &block.steps {
            let (name, value, member) = match step {
                StateStep::Let(name, value) => (name, value, None),
                StateStep::Assign(name, value) => {
                    let member = seeds.iter().position(|(n, _)| n.name == name.name);
                    let Some(member) = member else {
                        self.report(
                            Diagnostic::error(
                                Code::UnknownName,
                                name.span,
                                format!("`{}` has no seed", name.name),
                            )
                            .hint(
                                "give it one before `then`, or write `let` for a name of this bar",
                            ),
                        );
                        failed = true;
                        continue;
                    };
                    if std::mem::replace(&mut assigned[member], true) {
                        self.error(
                            Code::DuplicateName,
                            name.span,
                            format!("`{}` is assigned twice", name.name),
                        );
                        failed = true;
                        continue;
                    }
                    (name, value, u32::try_from(member).ok())
                }
            };
            lines.push(Line {
                name,
                value,
                member,
                progress: Progress::Waiting,
            });
        }
        for ((name, _), done) in seeds.iter().zip(&assigned) {
            if !done {
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
        let lets: Vec<&'t Ident> = lines
            .iter()
            .filter(|l| l.member.is_none())
            .map(|l| l.name)
            .collect();
        let values = self.run_frame(group, lines);
        // What the step computed beside its members can be read after it.
        let computed = std::mem::take(&mut self.finished);
        for name in lets {
            let binding = match computed.iter().find(|(n, _)| *n == name.name) {
                Some((_, Value::Node(node))) if !failed => {
                    // A value that does not depend on the members is an ordinary one.
                    if self.builder.unit.node(*node).body == Some(group) {
                        Binding::StateLet { group, node: *node }
                    } else {
                        Binding::Value(Value::Node(*node))
                    }
                }
                _ => Binding::Value(Value::Error),
            };
            self.define(name, binding, false);
        }
        for (i, (name, _)) in seeds.iter().enumerate() {
            let value = match values.get(i) {
                Some(v) if !failed => v.clone(),
                _ => Value::Error,
            };
            self.define(name, Binding::Value(value), false);
        }
    }

    /// Builds the step and returns the members as they are seen from outside.
    fn run_frame(&mut self, group: GroupId, lines: Vec<Line<'t>>) -> Vec<Value> {
        let frame = self.states.len();
        let mut scope = Scope::default();
        for (step, line) in lines.iter().enumerate() {
            let entry = Entry {
                binding: Binding::StateStep { frame, step },
                span: line.name.span,
                used: false,
                lint: line.member.is_none(),
            };
            if let Some(old) = scope.names.insert(line.name.name.clone(), entry) {
                self.report(
                    Diagnostic::error(
                        Code::DuplicateName,
                        line.name.span,
                        format!("`{}` is defined twice", line.name.name),
                    )
                    .related(old.span, "first defined here"),
                );
            }
        }
        let count = lines.len();
        self.scopes.push(scope);
        self.states.push(StateFrame { group, lines });
        let mut failed = false;
        for step in 0..count {
            let span = self.states[frame].lines[step].name.span;
            failed |= self.state_value(frame, step, span) == Value::Error;
        }
        self.pop_scope();
        self.finished = self.states[frame]
            .lines
            .iter()
            .filter(|l| l.member.is_none())
            .filter_map(|l| match &l.progress {
                Progress::Done(value) => Some((l.name.name.clone(), value.clone())),
                _ => None,
            })
            .collect();
        self.states.truncate(frame);
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
        members
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
            .collect()
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
                let (name, defined) = (line.name.name.clone(), line.name.span);
                self.report(
                    Diagnostic::error(
                        Code::CyclicState,
                        span,
                        format!("`{name}` needs its own new value"),
                    )
                    .related(defined, "while it is computed here")
                    .hint(format!("write `{name}[1]` for its value one bar ago")),
                );
                return Value::Error;
            }
            Progress::Waiting => {}
        }
        line.progress = Progress::Running;
        let (value, member, name) = (line.value, line.member, line.name);
        let group = self.states[frame].group;
        let mut result = self.expr(value);
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
            // A condition whose seed is a number may be written with 0 and 1 only on purpose.
            if wanted != Ty::Any && ty != Ty::Any && ty != wanted {
                self.report(Diagnostic::error(
                    Code::WrongType,
                    value.span,
                    format!(
                        "`{}` starts as {} but becomes {}",
                        name.name,
                        self.type_name(&Value::Node(seed)),
                        self.type_name(&result)
                    ),
                ));
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
