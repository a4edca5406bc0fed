//! `rec` and `state`: members that depend on their own past.

use super::Checker;
use super::scope::{Binding, Defining, Lint, Scope, Value};
use super::step::{Line, Progress};
use crate::diag::{Code, Diagnostic};
use crate::hir::{GroupId, Kind, NodeId, Start};
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident, StateBlock, StateSeeds, StateStep};

/// Most members of one state.
const MOST_STEPS: usize = 1_000;

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
                self.twice(name, first.name.span);
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
}
