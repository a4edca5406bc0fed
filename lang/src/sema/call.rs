//! Calls: arguments to parameters, built-ins, inlining of functions.

use super::builtins::{self, Builtin};
use super::scope::{Binding, Scope, Value};
use super::{Checker, DEEPEST_CALLS, Frame};
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Kind, Math2, NodeId, WindowFn};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, FnParam, Ident, Stmt, StmtKind};

impl<'t> Checker<'t, '_> {
    pub(super) fn find_fn(&self, name: &str) -> Option<usize> {
        self.modules[self.module].fns.get(name).copied()
    }

    pub(super) fn signature(&self, def: usize) -> String {
        let item = self.fns[def].item;
        let params: Vec<String> = item
            .params
            .iter()
            .map(|p| match &p.ty {
                Some(ty) => format!("{}: {}", p.name.name, ty.name),
                None => p.name.name.clone(),
            })
            .collect();
        format!("{}({})", item.name.name, params.join(", "))
    }

    pub(super) fn call(&mut self, callee: &'t Ident, args: &'t [Arg], span: Span) -> Value {
        if let Some(def) = self.find_fn(&callee.name) {
            return self.call_fn(def, args, callee.span, span);
        }
        if let Some((builtin, params)) = builtins::builtin(&callee.name) {
            return self.call_builtin(builtin, params, callee, args, span);
        }
        // The arguments are checked all the same: their faults have their own cause.
        for arg in args {
            self.expr(&arg.value);
        }
        let mut known: Vec<String> = self.modules[self.module].fns.keys().cloned().collect();
        known.extend(builtins::BUILTINS.iter().map(|(n, ..)| (*n).to_owned()));
        let mut report = Diagnostic::error(
            Code::UnknownFunction,
            callee.span,
            format!("there is no function `{}`", callee.name),
        );
        if let Some(words) = foreign(&callee.name) {
            report = report.hint(words);
        } else if let Some(near) =
            suggest::did_you_mean(&callee.name, known.iter().map(String::as_str))
        {
            report = report.hint(format!("did you mean `{near}`?")).fix(
                format!("write `{near}`"),
                vec![(callee.span, near.to_owned())],
            );
        }
        self.report(report);
        Value::Error
    }

    // ----- functions of the language

    pub(super) fn call_fn(
        &mut self,
        def: usize,
        args: &'t [Arg],
        callee: Span,
        span: Span,
    ) -> Value {
        let Some(values) = self.bind(def, args, callee, span) else {
            return Value::Error;
        };
        if self.broken.get(def).copied().unwrap_or(false) {
            return Value::Error;
        }
        let key = (
            def,
            values.iter().map(|(v, _)| v.clone()).collect::<Vec<_>>(),
        );
        if let Some(known) = self.memo.get(&key) {
            return known.clone();
        }
        let name = &self.fns[def].item.name;
        if self.calls.iter().any(|f| f.def == def) {
            self.error(
                Code::RecursiveFunction,
                callee,
                format!(
                    "`{}` calls itself; use `rec` for a value that depends on its own past",
                    name.name
                ),
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
        // A fault in the library belongs to the call that the user wrote.
        let call = match self.calls.last() {
            Some(outer) if outer.library => outer.call,
            _ => span,
        };
        self.calls.push(Frame {
            def,
            call,
            library: self.fns[def].library,
        });
        let module = std::mem::replace(&mut self.module, self.fns[def].module);
        let value = self.inline(def, values);
        self.module = module;
        self.calls.pop();
        self.memo.insert(key, value.clone());
        value
    }

    /// The body of a function with its parameters bound.
    pub(super) fn inline(&mut self, def: usize, values: Vec<(Value, Span)>) -> Value {
        let item = self.fns[def].item;
        self.scopes.push(Scope {
            root: true,
            ..Scope::default()
        });
        for (param, (value, _)) in item.params.iter().zip(values) {
            self.define(&param.name, Binding::Value(value), true);
        }
        let mut result = None;
        for stmt in &item.body {
            if result.is_some() {
                self.error(
                    Code::MisplacedStatement,
                    stmt.span,
                    "nothing may follow `return`",
                );
                break;
            }
            if let StmtKind::Return(e) = &stmt.kind {
                result = Some(self.expr(e));
            } else {
                self.fn_statement(stmt);
            }
        }
        if result.is_none() {
            // One broken statement is one report: it may have been the `return`.
            if !item.body.iter().any(|s| s.kind == StmtKind::Error) {
                self.report(
                    Diagnostic::error(
                        Code::MissingReturn,
                        item.name.span,
                        format!("`{}` returns nothing", item.name.name),
                    )
                    .hint("end it with `return` and a value"),
                );
            }
        }
        self.pop_scope();
        result.unwrap_or(Value::Error)
    }

    fn fn_statement(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::Let { .. } | StmtKind::Rec { .. } | StmtKind::State(_) => {
                self.definition(stmt);
            }
            StmtKind::Error => {}
            other => {
                let word = super::strategy::statement_word(other);
                self.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        stmt.span,
                        format!("`{word}` belongs in a strategy, not in a function"),
                    )
                    .hint("a function holds `let`, `rec`, `state` and `return`"),
                );
            }
        }
    }

    /// `let`, `rec` and `state`, wherever they stand.
    pub(super) fn definition(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::Let { name, value } => {
                let value = self.expr(value);
                self.define(name, Binding::Value(value), true);
            }
            StmtKind::Rec { name, seed, step } => self.recurrence(name, seed, step),
            StmtKind::State(block) => self.state(block),
            _ => {}
        }
    }

    /// Arguments in the order of the parameters.
    fn bind(
        &mut self,
        def: usize,
        args: &'t [Arg],
        callee: Span,
        span: Span,
    ) -> Option<Vec<(Value, Span)>> {
        let item = self.fns[def].item;
        let params = &item.params;
        let mut bound: Vec<Option<(Value, Span)>> = vec![None; params.len()];
        let mut failed = false;
        let positional = args.iter().filter(|a| a.name.is_none()).count();
        let mut next = 0;
        for (i, arg) in args.iter().enumerate() {
            let value = self.expr(&arg.value);
            let slot = match &arg.name {
                Some(name) => {
                    let Some(slot) = params.iter().position(|p| p.name.name == name.name) else {
                        let names: Vec<&str> =
                            params.iter().map(|p| p.name.name.as_str()).collect();
                        let signature = self.signature(def);
                        let mut report = Diagnostic::error(
                            Code::WrongArguments,
                            name.span,
                            format!("`{}` has no parameter `{}`", item.name.name, name.name),
                        );
                        report = match suggest::did_you_mean(&name.name, names.iter().copied()) {
                            Some(near) => report.hint(format!("did you mean `{near}`?")),
                            None => report.hint(format!("it is `{signature}`")),
                        };
                        self.report(report);
                        failed = true;
                        continue;
                    };
                    slot
                }
                None => {
                    // `rsi(14)`: the source in front may be left out, and is then its default.
                    if i == 0
                        && positional < params.len()
                        && params.first().is_some_and(is_source)
                        && matches!(&value, Value::Node(id) if !self.builder.stage(*id).series)
                        && !args.iter().any(|a| {
                            a.name.as_ref().is_some_and(|n| {
                                params.first().is_some_and(|p| p.name.name == n.name)
                            })
                        })
                    {
                        next = 1;
                    }
                    let slot = next;
                    next += 1;
                    slot
                }
            };
            if slot >= params.len() {
                let signature = self.signature(def);
                self.report(
                    Diagnostic::error(
                        Code::WrongArguments,
                        arg.value.span,
                        format!(
                            "`{}` takes {} argument{}, found {}",
                            item.name.name,
                            params.len(),
                            if params.len() == 1 { "" } else { "s" },
                            args.len()
                        ),
                    )
                    .hint(format!("it is `{signature}`")),
                );
                failed = true;
                break;
            }
            if bound[slot].is_some() {
                self.error(
                    Code::WrongArguments,
                    arg.value.span,
                    format!("`{}` is given twice", params[slot].name.name),
                );
                failed = true;
                continue;
            }
            bound[slot] = Some((value, arg.value.span));
        }
        if failed {
            return None;
        }
        let mut values: Vec<(Value, Span)> = Vec::with_capacity(params.len());
        for (param, given) in params.iter().zip(bound) {
            let (value, at) = match (given, &param.default) {
                (Some(given), _) => given,
                (None, Some(default)) => (self.default_value(def, default, &values), span),
                (None, None) => {
                    let signature = self.signature(def);
                    self.report(
                        Diagnostic::error(
                            Code::WrongArguments,
                            callee,
                            format!("`{}` needs `{}`", item.name.name, param.name.name),
                        )
                        .hint(format!("it is `{signature}`")),
                    );
                    return None;
                }
            };
            if value == Value::Error || !self.fits(param, &value, at) {
                return None;
            }
            values.push((value, at));
        }
        Some(values)
    }

    /// A default sees the parameters before it, the columns of the bar and the functions of its
    /// own file, nothing else.
    fn default_value(&mut self, def: usize, default: &'t Expr, before: &[(Value, Span)]) -> Value {
        self.scopes.push(Scope {
            root: true,
            ..Scope::default()
        });
        for (param, (value, _)) in self.fns[def].item.params.iter().zip(before) {
            self.define(&param.name, Binding::Value(value.clone()), false);
        }
        let module = std::mem::replace(&mut self.module, self.fns[def].module);
        let value = self.expr(default);
        self.module = module;
        self.scopes.pop();
        value
    }

    fn fits(&mut self, param: &FnParam, value: &Value, span: Span) -> bool {
        let name = &param.name.name;
        match param.ty.as_ref().map(|t| t.name.as_str()) {
            Some("bars") => {
                let Some(id) = self.want_number(value, span) else {
                    return false;
                };
                self.check_length(id, span, 0, &format!("`{name}`"))
                    .is_some()
            }
            Some("condition") => self.want_condition(value, span).is_some(),
            Some(_) => self.want_number(value, span).is_some(),
            None => match value {
                Value::Text => self.want_number(value, span).is_some(),
                _ => true,
            },
        }
    }

    // ----- built-ins

    fn call_builtin(
        &mut self,
        builtin: Builtin,
        params: &str,
        callee: &'t Ident,
        args: &'t [Arg],
        span: Span,
    ) -> Value {
        let mut least = None;
        let mut plain: Vec<&'t Expr> = Vec::with_capacity(args.len());
        for arg in args {
            match &arg.name {
                None => plain.push(&arg.value),
                Some(n) if n.name == "least" && matches!(builtin, Builtin::Window(_)) => {
                    least = Some(&arg.value);
                }
                Some(n) => {
                    self.report(
                        Diagnostic::error(
                            Code::WrongArguments,
                            n.span,
                            format!("`{}` has no parameter `{}`", callee.name, n.name),
                        )
                        .hint(format!("it is `{}({params})`", callee.name)),
                    );
                    return Value::Error;
                }
            }
        }
        let wanted = match builtin {
            Builtin::Math1(_) | Builtin::Num | Builtin::Lookback => 1..=1,
            Builtin::Math2(_) | Builtin::Window(_) => 2..=2,
            Builtin::Clamp => 3..=3,
            Builtin::Fold(_) => 2..=usize::MAX,
        };
        if !wanted.contains(&plain.len()) {
            self.report(
                Diagnostic::error(
                    Code::WrongArguments,
                    callee.span,
                    format!("`{}` cannot take {} arguments", callee.name, plain.len()),
                )
                .hint(format!("it is `{}({params})`", callee.name)),
            );
            return Value::Error;
        }
        match builtin {
            Builtin::Num => match self.condition(plain[0]) {
                Some(c) => Value::Node(self.builder.add(Kind::NumOf(c), span)),
                None => Value::Error,
            },
            Builtin::Lookback => {
                let Value::Node(x) = self.expr(plain[0]) else {
                    return Value::Error;
                };
                self.lookback_value(x, span)
            }
            Builtin::Window(f) => self.window(f, plain[0], plain[1], least, span),
            Builtin::Math1(f) => match self.number(plain[0]) {
                Some(x) => Value::Node(self.builder.add(Kind::Math1(f, x), span)),
                None => Value::Error,
            },
            Builtin::Math2(f) | Builtin::Fold(f) => {
                let mut total: Option<NodeId> = None;
                let mut failed = false;
                for e in plain {
                    match (self.number(e), total) {
                        (Some(x), None) => total = Some(x),
                        (Some(x), Some(t)) => total = Some(self.builder.math2(f, t, x, span)),
                        (None, _) => failed = true,
                    }
                }
                match total {
                    Some(id) if !failed => Value::Node(id),
                    _ => Value::Error,
                }
            }
            Builtin::Clamp => {
                let (x, lo, hi) = (
                    self.number(plain[0]),
                    self.number(plain[1]),
                    self.number(plain[2]),
                );
                let (Some(x), Some(lo), Some(hi)) = (x, lo, hi) else {
                    return Value::Error;
                };
                let low = self.builder.math2(Math2::Max, x, lo, span);
                Value::Node(self.builder.math2(Math2::Min, low, hi, span))
            }
        }
    }

    fn window(
        &mut self,
        f: WindowFn,
        x: &'t Expr,
        n: &'t Expr,
        least: Option<&'t Expr>,
        span: Span,
    ) -> Value {
        let x = self.number(x);
        let n_node = self.length(n, 1, "the window length");
        let least_node = match least {
            Some(e) => self.length(e, 1, "`least`"),
            None => n_node,
        };
        let (Some(x), Some(n_node), Some(least_node)) = (x, n_node, least_node) else {
            return Value::Error;
        };
        if f == WindowFn::WeightedSum && least.is_some() {
            self.error(
                Code::WrongArguments,
                span,
                "a weighted window is always whole; `least` has no meaning for it",
            );
            return Value::Error;
        }
        if !self.outside_steps(&[x], span, "a window") {
            return Value::Error;
        }
        Value::Node(
            self.builder
                .add(Kind::Window(f, x, n_node, least_node), span),
        )
    }

    /// The lookback of a node as a number known before the first bar.
    fn lookback_value(&mut self, x: NodeId, span: Span) -> Value {
        let look = self.builder.look(x);
        match self.look_node(look, span) {
            Some(id) => Value::Node(id),
            None => Value::Error,
        }
    }

    fn look_node(&mut self, look: crate::hir::LookId, span: Span) -> Option<NodeId> {
        use crate::hir::Look;
        // Formulas stand after their operands, so one pass in order needs no recursion.
        let all: Vec<Look> = self.builder.unit.looks.all()[..=look.0 as usize].to_vec();
        let mut nodes: Vec<NodeId> = Vec::with_capacity(all.len());
        for look in all {
            let at = |id: crate::hir::LookId| nodes.get(id.0 as usize).copied();
            let node = match look {
                #[allow(clippy::cast_precision_loss)] // lookbacks are far below 2^53
                Look::Bars(n) => self.builder.number(n as f64, span),
                Look::Value(n) => n,
                Look::Sum(a, b) => {
                    let (a, b) = (at(a)?, at(b)?);
                    self.builder.math2(Math2::Add, a, b, span)
                }
                Look::Max(a, b) => {
                    let (a, b) = (at(a)?, at(b)?);
                    self.builder.math2(Math2::Max, a, b, span)
                }
                Look::Min(a, b) => {
                    let (a, b) = (at(a)?, at(b)?);
                    self.builder.math2(Math2::Min, a, b, span)
                }
            };
            nodes.push(node);
        }
        nodes.last().copied()
    }
}

/// Whether a parameter is the source in front that a call may leave out.
fn is_source(param: &FnParam) -> bool {
    param.default.is_some() && param.ty.as_ref().is_some_and(|t| t.name == "series")
}

/// What a function of another tool is called here.
fn foreign(name: &str) -> Option<&'static str> {
    Some(match name {
        "crossover" | "cross_above" | "crossed_above" => "write `a crosses above b`",
        "crossunder" | "cross_below" | "crossed_below" => "write `a crosses below b`",
        "shift" | "ref" | "delay" => "write `x[1]` for the value one bar ago",
        "nz" | "fillna" => "write `x else 0` for a value where x is na",
        "isna" | "isnan" | "is_na" => "write `x is na`",
        "iff" | "where" | "ifelse" => "write `if condition then a else b`",
        "log" => "the natural logarithm is `ln(x)`",
        "std" | "stddev" => "the standard deviation of a window is `stdev(x, n)`",
        "mean" | "average" => "the mean of a window is `sma(x, n)`",
        _ => return None,
    })
}
