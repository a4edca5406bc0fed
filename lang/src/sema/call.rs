//! Calls of functions: their bodies are inlined, once per combination of arguments.

use super::arguments::Bound;
use super::blame::Frame;
use super::scope::{Binding, Defining, Lint, Value};
use super::{Checker, DEEPEST_CALLS, builtins, strategy};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Arg, Ident, Stmt, StmtKind};

impl<'t> Checker<'t, '_> {
    pub(super) fn find_fn(&self, name: &str) -> Option<usize> {
        self.program.modules[self.module].fns.get(name).copied()
    }

    pub(super) fn call(&mut self, callee: &'t Ident, args: &'t [Arg], span: Span) -> Value {
        if callee.name == "count"
            && let [only] = args
            && only.name.is_none()
            && let Some(value) = self.zone_count(&only.value, span)
        {
            return value;
        }
        if callee.name == "microprice" && self.is_tick {
            return self.microprice(args, span);
        }
        if let Some(def) = self.find_fn(&callee.name) {
            return self.call_fn(def, args, callee.span, span);
        }
        let failed = self.program.modules[self.module]
            .failed
            .contains(&callee.name);
        if !failed && let Some((builtin, params)) = builtins::builtin(&callee.name) {
            return self.call_builtin(builtin, params, callee, args, span);
        }
        // The arguments are checked all the same: their faults have their own cause.
        for arg in args {
            self.expr(&arg.value);
        }
        if failed {
            return self.silent();
        }
        self.unknown_function(callee, args);
        Value::Error
    }

    pub(super) fn call_fn(
        &mut self,
        def: usize,
        args: &'t [Arg],
        callee: Span,
        span: Span,
    ) -> Value {
        let Some(bound) = self.bind(def, args, callee, span) else {
            return Value::Error;
        };
        if self.is_broken(def) {
            return self.silent();
        }
        let key = (
            def,
            bound.iter().map(|(v, _)| v.clone()).collect::<Vec<_>>(),
        );
        if let Some(known) = self.memo.get(&key) {
            return known.clone();
        }
        // Both are found before anything is inlined; this is for what is not seen from outside,
        // such as a name that is a function only until the body defines it.
        if self.calls.iter().any(|f| f.def == def) {
            let name = &self.program.fns[def].item.name.name;
            self.error(
                Code::RecursiveFunction,
                callee,
                format!("`{name}` calls itself"),
            );
            return Value::Error;
        }
        if self.calls.len() >= DEEPEST_CALLS {
            self.error(
                Code::TooLarge,
                callee,
                format!("calls are nested deeper than {DEEPEST_CALLS}"),
            );
            return Value::Error;
        }
        self.enter(Frame {
            def,
            call: span,
            args: bound.iter().map(|(_, at)| *at).collect(),
        });
        let module = std::mem::replace(&mut self.module, self.program.fns[def].module);
        let value = self.inline(def, bound);
        self.module = module;
        self.leave();
        // What failed is reported again where it is called again.
        if value != Value::Error {
            self.memo.insert(key, value.clone());
        }
        value
    }

    /// The body of a function with its parameters bound.
    pub(super) fn inline(&mut self, def: usize, bound: Vec<Bound>) -> Value {
        let item = self.program.fns[def].item;
        self.push_body(&item.body, true);
        for (param, (value, _)) in item.params.iter().zip(bound) {
            self.define(&param.name, Binding::Value(value), Lint::Unused);
        }
        if self.lints() {
            self.use_in_defaults(def);
        }
        let mut result = None;
        for stmt in &item.body {
            if result.is_some() {
                self.error(
                    Code::MisplacedStatement,
                    stmt.span,
                    "nothing may follow `return`",
                );
                // What it uses is not looked at.
                self.torn = true;
                break;
            }
            if let StmtKind::Return(e) = &stmt.kind {
                let mut value = self.expr(e);
                if value == Value::Text {
                    self.want_number(&value, e.span);
                    value = Value::Error;
                }
                result = Some(value);
            } else {
                self.fn_statement(stmt);
            }
        }
        // One broken statement is one report: it may have been the `return`.
        if result.is_none() && !item.body.iter().any(|s| s.kind == StmtKind::Error) {
            self.report(
                Diagnostic::error(
                    Code::MissingReturn,
                    item.name.span,
                    format!("`{}` returns nothing", item.name.name),
                )
                .hint("end it with `return` and a value"),
            );
        }
        self.pop_scope();
        result.unwrap_or(Value::Error)
    }

    /// A parameter that only a later default reads is used.
    fn use_in_defaults(&mut self, def: usize) {
        let mut names: Vec<&'t str> = Vec::new();
        let params = &self.program.fns[def].item.params;
        for default in params.iter().filter_map(|p| p.default.as_ref()) {
            super::blame::names_in(default, &mut names);
        }
        for name in names {
            self.lookup(name);
        }
    }

    fn fn_statement(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::Let { .. } | StmtKind::Rec { .. } | StmtKind::State(_) => {
                self.definition(stmt);
            }
            StmtKind::Zones(block) => self.zones(block),
            StmtKind::Error => self.unread(stmt),
            other => {
                let word = strategy::statement_word(other);
                self.torn = true;
                self.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        stmt.span,
                        format!("`{word}` belongs in a strategy, not in a function"),
                    )
                    .hint("a function holds `let`, `rec`, `state`, `zones` and `return`"),
                );
            }
        }
    }

    /// `let`, `rec` and `state`, wherever they stand.
    pub(super) fn definition(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::Let { name, value: e } => {
                let outer = self.defining(Some(Defining {
                    span: name.span,
                    seed: false,
                }));
                let mut value = self.expr(e);
                self.defining(outer);
                if value == Value::Text {
                    self.want_number(&value, e.span);
                    value = Value::Error;
                }
                self.name_lints(name);
                self.define(name, Binding::Value(value), Lint::Unused);
            }
            StmtKind::Rec { name, seed, step } => self.recurrence(name, seed, step),
            StmtKind::State(block) => self.state(block),
            _ => {}
        }
    }
}
