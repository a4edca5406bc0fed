//! Names: what they are bound to, in which order, and what to say about one that is bound to
//! nothing.

use std::collections::BTreeMap;

use super::library::offered;
use super::scope::{Binding, Defining, Entry, Lint, Scope, Value};
use super::{Checker, builtins, foreign};
use crate::diag::{Code, Diagnostic, Sink, suggest};
use crate::hir::{Input, Kind};
use crate::source::Span;
use crate::syntax::ast::{ClauseKind, Ident, StateSeeds, StateStep, Stmt, StmtKind};
use crate::syntax::{TokenKind, lex};

/// The columns of a bar by name.
pub(super) const INPUTS: &[(&str, Input)] = &[
    ("open", Input::Open),
    ("high", Input::High),
    ("low", Input::Low),
    ("close", Input::Close),
    ("volume", Input::Volume),
    ("bar_index", Input::BarIndex),
    ("time", Input::Time),
];

/// Errors after which nothing is suggested any more: comparing names is work, and who has so many
/// errors has another problem than a slip.
const MOST_SUGGESTED: usize = 200;

impl<'t> Checker<'t, '_> {
    /// A scope for a body, which knows what the body will define.
    pub(super) fn push_body(&mut self, body: &'t [Stmt], root: bool) {
        self.scopes.push(Scope {
            root,
            somewhere: defined_in(body),
            ..Scope::default()
        });
    }

    pub(super) fn define(&mut self, name: &Ident, binding: Binding, lint: Lint) {
        self.note_name(name, &binding);
        let entry = Entry {
            binding,
            span: name.span,
            used: name.name.starts_with('_'),
            lint,
        };
        let Some(scope) = self.scopes.last_mut() else {
            return;
        };
        if let Some(old) = scope.names.get_mut(&name.name) {
            // Which of the two is meant is not known.
            old.binding = Binding::Value(Value::Error);
            old.used = true;
            let first = old.span;
            self.twice(name, first);
            return;
        }
        scope.names.insert(name.name.clone(), entry);
    }

    /// Takes note of a statement that did not parse: what it would have used is not known, and the
    /// names that it would have given are not reported where they are read.
    pub(super) fn unread(&mut self, stmt: &Stmt) {
        self.torn = true;
        self.silent();
        let text = self.program.map.slice(stmt.span);
        let tokens = lex(stmt.span.file, text, &mut Sink::new());
        for pair in tokens.windows(2) {
            let [name, assign] = pair else { continue };
            if name.kind != TokenKind::Name || assign.kind != TokenKind::Assign {
                continue;
            }
            let name = Ident {
                name: name.text(text).to_owned(),
                span: stmt.span,
            };
            if !self.is_defined_here(&name.name) {
                self.define(&name, Binding::Value(Value::Error), Lint::Off);
            }
        }
    }

    pub(super) fn is_defined_here(&self, name: &str) -> bool {
        self.scopes
            .last()
            .is_some_and(|s| s.names.contains_key(name))
    }

    pub(super) fn twice(&mut self, name: &Ident, first: Span) {
        self.report(
            Diagnostic::error(
                Code::DuplicateName,
                name.span,
                format!("`{}` is defined twice", name.name),
            )
            .related(first, "first defined here"),
        );
    }

    /// Marks which name the next expression defines; returns the one before.
    pub(super) fn defining(&mut self, name: Option<Defining>) -> Option<Defining> {
        self.scopes
            .last_mut()
            .and_then(|s| std::mem::replace(&mut s.defining, name))
    }

    pub(super) fn lookup(&mut self, name: &str) -> Option<Binding> {
        for scope in self.scopes.iter_mut().rev() {
            if let Some(entry) = scope.names.get_mut(name) {
                entry.used = true;
                return Some(entry.binding.clone());
            }
            if scope.root {
                break;
            }
        }
        None
    }

    fn visible_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for scope in self.scopes.iter().rev() {
            names.extend(scope.names.keys().cloned());
            if scope.root {
                break;
            }
        }
        names
    }

    /// Whether warnings about the text at hand are wanted: inside an inlined call the function's
    /// own check has said them already.
    pub(super) fn lints(&self) -> bool {
        self.lint && self.calls.is_empty() && self.muted == 0
    }

    pub(super) fn pop_scope(&mut self) {
        let Some(scope) = self.scopes.pop() else {
            return;
        };
        // What is wrong, or did not parse, may have meant to use anything.
        if !self.lints() || self.torn || self.sink.errors() > self.errors_before {
            return;
        }
        let mut states: BTreeMap<Span, bool> = BTreeMap::new();
        for entry in scope.names.values() {
            if let Lint::OfState { state, .. } = entry.lint {
                *states.entry(state).or_default() |= entry.used;
            }
        }
        for (name, entry) in &scope.names {
            let unused = match entry.lint {
                Lint::Off => false,
                Lint::Unused => !entry.used,
                Lint::OfState { state, inside } => {
                    !entry.used && !inside && states.get(&state) == Some(&true)
                }
            };
            if unused {
                self.report(
                    Diagnostic::warning(
                        Code::UnusedName,
                        entry.span,
                        format!("`{name}` is never used"),
                    )
                    .hint(format!("remove it, or call it `_{name}` to keep it"))
                    .suggest(
                        format!("call it `_{name}`"),
                        vec![(entry.span, format!("_{name}"))],
                    ),
                );
            }
        }
        for (span, used) in states {
            if !used {
                self.report(
                    Diagnostic::warning(Code::UnusedName, span, "nothing of this state is used")
                        .hint("remove the state, or use one of its members after it"),
                );
            }
        }
    }

    /// Warnings about the name of a value where it is defined.
    pub(super) fn name_lints(&mut self, name: &Ident) {
        if !self.lints() {
            return;
        }
        self.style_lint(name);
        if INPUTS.iter().any(|(n, _)| *n == name.name) {
            self.report(
                Diagnostic::warning(
                    Code::ShadowedName,
                    name.span,
                    format!("`{0}` hides the column `{0}` of the bar", name.name),
                )
                .hint("give it a name of its own"),
            );
        }
    }

    /// Values and functions are written in `snake_case`.
    pub(super) fn style_lint(&mut self, name: &Ident) {
        if self.lints() && name.name.contains(char::is_uppercase) {
            let better = super::snake_case(&name.name);
            self.report(
                Diagnostic::warning(
                    Code::NameStyle,
                    name.span,
                    format!("`{}` is not written in snake_case", name.name),
                )
                .hint(format!("call it `{better}`")),
            );
        }
    }

    /// The value of a name where it is read.
    pub(super) fn name(&mut self, name: &str, span: Span) -> Value {
        match self.lookup(name) {
            Some(Binding::Value(value)) => return value,
            Some(Binding::StateStep { frame, step }) => return self.state_value(frame, step, span),
            Some(Binding::StateLet { group, node }) => {
                return Value::Node(self.builder.export(group, node, span));
            }
            Some(Binding::ZoneNext { new, .. }) => return self.zone_next(new, name, span),
            Some(Binding::Pool(_)) => {
                self.report(
                    Diagnostic::error(
                        Code::WrongType,
                        span,
                        format!("`{name}` are zones, not a value"),
                    )
                    .hint(format!(
                        "ask for one, as in `{name} where …`, or for `count({name})`"
                    )),
                );
                return Value::Error;
            }
            None => {}
        }
        if let Some((_, input)) = INPUTS.iter().find(|(n, _)| *n == name) {
            return Value::Node(self.builder.add(Kind::Input(*input), span));
        }
        if self.program.modules[self.module].failed.contains(name) {
            return self.silent();
        }
        if let Some(value) = self.item_value(name, span) {
            return value;
        }
        let known = self.trade_name(name, span);
        if let Some(value) = known.or_else(|| self.book_name(name, span)) {
            return value;
        }
        // A function whose parameters all have defaults may stand without its brackets.
        if let Some(def) = self.find_fn(name) {
            if self.program.fns[def]
                .item
                .params
                .iter()
                .all(|p| p.default.is_some())
            {
                return self.call_fn(def, &[], span, span);
            }
            if self.defined_later(name).is_some() {
                self.unknown_name(name, span);
                return Value::Error;
            }
            let params = self.call_form(def);
            self.report(
                Diagnostic::error(
                    Code::WrongArguments,
                    span,
                    format!("`{name}` is a function and needs its arguments"),
                )
                .hint(format!("call it: `{params}`")),
            );
            return Value::Error;
        }
        self.unknown_name(name, span);
        Value::Error
    }

    /// Where the body at hand defines a name that is not defined yet.
    fn defined_later(&self, name: &str) -> Option<(Span, Option<Defining>)> {
        for scope in self.scopes.iter().rev() {
            if let Some(span) = scope.somewhere.get(name) {
                return Some((*span, scope.defining.filter(|d| d.span == *span)));
            }
            if scope.root {
                break;
            }
        }
        None
    }

    fn unknown_name(&mut self, name: &str, span: Span) {
        let report = |message: String| Diagnostic::error(Code::UnknownName, span, message);
        match self.defined_later(name) {
            Some((_, Some(Defining { seed: true, .. }))) => {
                self.report(
                    report(format!("`{name}` has no value yet in its own seed"))
                        .hint("seed it with a value that is known without it"),
                );
                return;
            }
            Some((_, Some(_))) => {
                self.report(
                    report(format!("`{name}` is used in its own definition")).hint(format!(
                        "a value that builds on its past is `rec {name} = first then … {name}[1] …`"
                    )),
                );
                return;
            }
            Some((defined, None)) => {
                self.report(
                    report(format!("`{name}` is used before it is defined"))
                        .related(defined, "defined here")
                        .hint("move its definition up"),
                );
                return;
            }
            None => {}
        }
        let mut report = report(format!("`{name}` is not defined"));
        if builtins::builtin(name).is_some() {
            report = report.hint(format!(
                "`{name}` is a function: call it with its arguments"
            ));
        } else if let Some(words) = foreign::name(name) {
            report = report.hint(words);
        } else if self.sink.errors() < MOST_SUGGESTED {
            let mut known = self.visible_names();
            known.extend(INPUTS.iter().map(|(n, _)| (*n).to_owned()));
            known.extend(self.program.modules[self.module].fns.keys().cloned());
            known.extend(offered(&self.program.library, std::iter::empty()));
            known.extend(self.program.modules[self.module].items.keys().cloned());
            if let Some(near) = suggest::did_you_mean(name, known.iter().map(String::as_str)) {
                report = report.did_you_mean(span, name, near);
            }
        }
        self.report(report);
    }

    pub(super) fn unknown_function(&mut self, callee: &Ident, args: &'t [crate::syntax::ast::Arg]) {
        let mut report = Diagnostic::error(
            Code::UnknownFunction,
            callee.span,
            format!("there is no function `{}`", callee.name),
        );
        let is_value =
            INPUTS.iter().any(|(n, _)| *n == callee.name) || self.lookup(&callee.name).is_some();
        if is_value {
            report.message = format!("`{}` is a value, not a function", callee.name);
            if let [only] = args {
                let bars = self.operand_words(&only.value, "n");
                report = report.hint(format!(
                    "`{}[{bars}]` is its value {}",
                    callee.name,
                    foreign::bars_ago(bars)
                ));
            }
        } else if let Some(words) = foreign::function(self, &callee.name, args) {
            report = report.hint(words);
        } else if self.sink.errors() < MOST_SUGGESTED {
            let fns = self.program.modules[self.module].fns.keys();
            let builtins = builtins::BUILTINS.iter().map(|(n, ..)| *n);
            let known = offered(
                &self.program.library,
                fns.map(String::as_str).chain(builtins),
            );
            let known = known.iter().map(String::as_str);
            if let Some(near) = suggest::did_you_mean(&callee.name, known) {
                report = report.did_you_mean(callee.span, &callee.name, near);
            }
        }
        self.report(report);
    }
}

/// The names that a body defines, each where it does so first.
fn defined_in(body: &[Stmt]) -> BTreeMap<String, Span> {
    let mut found = BTreeMap::new();
    let mut add = |name: &Ident| {
        found.entry(name.name.clone()).or_insert(name.span);
    };
    for stmt in body {
        match &stmt.kind {
            StmtKind::Let { name, .. } | StmtKind::Rec { name, .. } => add(name),
            StmtKind::Zones(block) => add(&block.name),
            StmtKind::Legs(legs) => legs.iter().for_each(|(name, ..)| add(name)),
            StmtKind::Enter(enter) => {
                for clause in &enter.clauses {
                    if let ClauseKind::Keep(name, _) = &clause.kind {
                        add(name);
                    }
                }
            }
            StmtKind::State(block) => {
                if let StateSeeds::Members(members) = &block.seeds {
                    for (name, _) in members {
                        add(name);
                    }
                }
                for step in &block.steps {
                    let (StateStep::Let(name, _) | StateStep::Assign(name, _)) = step;
                    add(name);
                }
            }
            _ => {}
        }
    }
    found
}
