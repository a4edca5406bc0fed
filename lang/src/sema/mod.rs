//! Tree to typed tree: names, types, stages, lookbacks; functions are inlined.

mod builder;
mod builtins;
mod call;
mod check;
mod domain;
mod expr;
mod scope;
mod state;
mod strategy;
mod uses;

pub use check::{Checked, Library, check_expr, check_source};
pub use uses::snake_case;

use std::collections::HashMap;

use builder::Builder;
use scope::{Binding, Entry, FnDef, Module, Scope, Value};

use crate::diag::{Code, Diagnostic, Sink};
use crate::hir::{NodeId, Ty};
use crate::source::Span;
use crate::syntax::ast;

/// Deepest chain of calls.
const DEEPEST_CALLS: usize = 64;

/// A call that is being inlined.
struct Frame {
    def: usize,
    /// Where the outermost file that the user wrote calls it.
    call: Span,
    library: bool,
}

/// Checks one unit: a strategy, an expression, or a function on its own.
struct Checker<'t, 's> {
    fns: &'s [FnDef<'t>],
    modules: &'s [Module],
    /// The module whose names are seen now.
    module: usize,
    builder: Builder,
    scopes: Vec<Scope>,
    states: Vec<state::StateFrame<'t>>,
    /// The `let`s of the step finished last.
    finished: Vec<(String, Value)>,
    calls: Vec<Frame>,
    memo: HashMap<(usize, Vec<Value>), Value>,
    /// Functions that failed on their own: calls of them stay silent.
    broken: &'s [bool],
    free: u32,
    sink: &'s mut Sink,
}

impl<'t, 's> Checker<'t, 's> {
    fn new(
        fns: &'s [FnDef<'t>],
        modules: &'s [Module],
        module: usize,
        broken: &'s [bool],
        sink: &'s mut Sink,
    ) -> Self {
        Self {
            fns,
            modules,
            module,
            builder: Builder::default(),
            scopes: vec![Scope {
                root: true,
                ..Scope::default()
            }],
            states: Vec::new(),
            finished: Vec::new(),
            calls: Vec::new(),
            memo: HashMap::new(),
            broken,
            free: 0,
            sink,
        }
    }

    /// Reports; a fault inside a library function is shown where the user calls it.
    fn report(&mut self, mut diagnostic: Diagnostic) {
        if let Some(frame) = self.calls.last().filter(|f| f.library) {
            let name = self.fns[frame.def].item.name.name.clone();
            diagnostic.span = frame.call;
            diagnostic.message = format!("in `{name}`: {}", diagnostic.message);
            diagnostic.label.clear();
            diagnostic.related.clear();
            diagnostic.fix = None;
        } else if let Some(frame) = self.calls.first() {
            let name = self.fns[self.calls[self.calls.len() - 1].def]
                .item
                .name
                .name
                .clone();
            diagnostic = diagnostic.related(frame.call, format!("`{name}` is called from here"));
        }
        self.sink.push(diagnostic);
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message));
    }

    // ----- names

    fn define(&mut self, name: &ast::Ident, binding: Binding, lint: bool) {
        let entry = Entry {
            binding,
            span: name.span,
            used: name.name.starts_with('_'),
            lint,
        };
        let Some(scope) = self.scopes.last_mut() else {
            return;
        };
        if let Some(old) = scope.names.get(&name.name) {
            let first = old.span;
            self.report(
                Diagnostic::error(
                    Code::DuplicateName,
                    name.span,
                    format!("`{}` is defined twice", name.name),
                )
                .label("defined again here")
                .related(first, "first defined here"),
            );
            return;
        }
        scope.names.insert(name.name.clone(), entry);
    }

    fn lookup(&mut self, name: &str) -> Option<Binding> {
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

    fn pop_scope(&mut self) {
        let Some(scope) = self.scopes.pop() else {
            return;
        };
        // Inside an inlined call the function's own check has said it already.
        if !self.calls.is_empty() {
            return;
        }
        for (name, entry) in scope.names {
            if entry.lint && !entry.used {
                self.report(
                    Diagnostic::warning(
                        Code::UnusedName,
                        entry.span,
                        format!("`{name}` is never used"),
                    )
                    .hint(format!("remove it, or call it `_{name}` to keep it")),
                );
            }
        }
    }

    // ----- values of a wanted type

    fn type_name(&self, value: &Value) -> String {
        match value {
            Value::Node(id) => match self.builder.ty(*id) {
                Ty::Number => "a number".to_owned(),
                Ty::Bool => "a condition".to_owned(),
                Ty::Any => "any value".to_owned(),
            },
            Value::Record(fields) => format!(
                "a record with {}",
                fields
                    .iter()
                    .map(|(n, _)| format!("`{n}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            Value::Text => "a text".to_owned(),
            Value::Error => "an error".to_owned(),
        }
    }

    fn want_number(&mut self, value: &Value, span: Span) -> Option<NodeId> {
        self.want(value, span, Ty::Number)
    }

    fn want_condition(&mut self, value: &Value, span: Span) -> Option<NodeId> {
        self.want(value, span, Ty::Bool)
    }

    fn want(&mut self, value: &Value, span: Span, ty: Ty) -> Option<NodeId> {
        let expected = if ty == Ty::Bool {
            "a condition"
        } else {
            "a number"
        };
        match value {
            Value::Error => None,
            Value::Node(id) if self.builder.ty(*id) == ty || self.builder.ty(*id) == Ty::Any => {
                Some(*id)
            }
            // `na` is missing whatever is expected.
            Value::Node(id)
                if ty == Ty::Bool && self.builder.constant(*id).is_some_and(f64::is_nan) =>
            {
                let na = self.builder.na(span);
                let kind = crate::hir::Kind::Compare(crate::hir::Compare::Lt, na, na);
                Some(self.builder.add(kind, span))
            }
            other => {
                let found = self.type_name(other);
                let mut report = Diagnostic::error(
                    Code::WrongType,
                    span,
                    format!("expected {expected}, found {found}"),
                );
                report = match (ty, other) {
                    (_, Value::Record(fields)) => match fields.first() {
                        Some((first, _)) => {
                            report.hint(format!("say which output is meant, such as `.{first}`"))
                        }
                        None => report,
                    },
                    (Ty::Number, _) => {
                        report.hint("`num(condition)` is 1 where it holds and 0 where not")
                    }
                    _ => report.hint("compare it with something, such as `x > 0`"),
                };
                self.report(report);
                None
            }
        }
    }
}
