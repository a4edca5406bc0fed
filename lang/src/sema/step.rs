//! The step of a `rec` or `state`: its lines are built when they are first asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use super::scope::{Binding, Entry, Lint, Scope, Value};
use crate::diag::{Code, Diagnostic};
use crate::hir::{GroupId, Kind, NodeId, Ty};
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident};

/// How far a line of a step is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Progress {
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
pub(super) struct Finished {
    /// The members.
    pub(super) members: Vec<Value>,
    /// The `let`s.
    pub(super) lets: BTreeMap<String, Value>,
    /// The names that the step reads.
    pub(super) used: BTreeSet<String>,
}

/// One line of a step.
#[derive(Debug)]
pub(super) struct Line<'t> {
    pub(super) name: &'t Ident,
    pub(super) value: &'t Expr,
    /// The member that the line assigns; a `let` has none.
    pub(super) member: Option<u32>,
    /// Where its seed is written.
    pub(super) seeded: Option<Span>,
    pub(super) progress: Progress,
}

impl<'t> Checker<'t, '_> {
    /// Builds the step; `failed` tells that the seeds were reported.
    pub(super) fn run_frame(
        &mut self,
        group: GroupId,
        lines: Vec<Line<'t>>,
        mut failed: bool,
    ) -> Finished {
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
        let seeded: Vec<(Option<u32>, Option<Span>)> = self.states[frame]
            .lines
            .iter()
            .map(|l| (l.member, l.seeded))
            .collect();
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
        let mixed = std::mem::take(&mut self.builder.mixed);
        if !failed {
            for (i, m) in members.iter().enumerate() {
                let crosses = |n: NodeId| self.builder.open_body(n).is_some() || self.in_zone(n);
                if mixed || crosses(m.seed) || crosses(m.step) {
                    let seed = seeded
                        .iter()
                        .find(|(member, _)| member.is_some_and(|n| n as usize == i))
                        .and_then(|(_, at)| *at)
                        .filter(|_| crosses(m.seed));
                    self.report(
                        Diagnostic::error(
                            Code::WindowInState,
                            seed.unwrap_or(m.span),
                            "a recurrence inside a state cannot use members that are still being computed",
                        )
                        .hint("make it a member of the state"),
                    );
                    failed = true;
                    break;
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
            let seed = self.builder.unit.groups[group.0 as usize].members[member as usize].seed;
            let id = *id;
            if !self.keeps_unit(&name.name, (seed, seeded), (id, value.span)) {
                result = Value::Error;
            }
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
