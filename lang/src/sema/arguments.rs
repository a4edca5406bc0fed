//! Arguments of a call to the parameters of its function.

use super::Checker;
use super::blame::Frame;
use super::scope::{Binding, Lint, Value};
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::Dimension;
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, FnParam, Ident, StmtKind};
use crate::syntax::visit::each_expr;

/// A value with the argument that it is of.
type Given<'t> = (Value, &'t Expr);

/// A value with the place of its argument; a default has none.
pub(super) type Bound = (Value, Option<Span>);

impl<'t> Checker<'t, '_> {
    /// The header of a function as it is written.
    pub(super) fn signature(&self, def: usize) -> String {
        let item = self.program.fns[def].item;
        let params: Vec<String> = item
            .params
            .iter()
            .map(|p| {
                let mut text = p.name.name.clone();
                if let Some(ty) = &p.ty {
                    text = format!("{text}: {}", ty.name);
                }
                if let Some(default) = &p.default {
                    text = format!("{text} = {}", self.program.map.slice(default.span));
                }
                text
            })
            .collect();
        format!("{}({})", item.name.name, params.join(", "))
    }

    /// A call of a function with the names of its parameters.
    pub(super) fn call_form(&self, def: usize) -> String {
        let item = self.program.fns[def].item;
        let names: Vec<&str> = item.params.iter().map(|p| p.name.name.as_str()).collect();
        format!("{}({})", item.name.name, names.join(", "))
    }

    /// Arguments in the order of the parameters; `call` is the place of the whole call.
    pub(super) fn bind(
        &mut self,
        def: usize,
        args: &'t [Arg],
        callee: Span,
        call: Span,
    ) -> Option<Vec<Bound>> {
        let item = self.program.fns[def].item;
        let params = &item.params;
        // All arguments are looked at, whatever comes of the call: their faults are their own.
        let values: Vec<Value> = args.iter().map(|arg| self.argument(def, arg)).collect();
        let mut given = self.slots(def, args, &values)?;
        if self.swapped(def, &given) {
            return None;
        }
        let mut failed = false;
        for (param, slot) in params.iter().zip(&given) {
            if let Some((value, e)) = slot {
                failed |= *value == Value::Error || !self.fits(def, param, value, e.span, Some(e));
            }
        }
        if let Some(missing) = params
            .iter()
            .zip(&given)
            .find(|(p, slot)| slot.is_none() && p.default.is_none())
        {
            let name = &missing.0.name.name;
            let report = Diagnostic::error(
                Code::WrongArguments,
                callee,
                format!("`{}` needs `{name}`", item.name.name),
            )
            .hint(format!("it is `{}`", self.signature(def)));
            self.report(report);
            return None;
        }
        if failed {
            return None;
        }
        let mut bound: Vec<Bound> = Vec::with_capacity(params.len());
        for (i, param) in params.iter().enumerate() {
            let one = match (given.get_mut(i).and_then(Option::take), &param.default) {
                (Some((value, e)), _) => (self.of_param(param, value, e.span), Some(e.span)),
                (None, Some(_)) if self.is_broken(def) => {
                    self.silent();
                    return None;
                }
                (None, Some(default)) => {
                    let value = self.default_value(def, default, &bound, call);
                    if value == Value::Error || !self.fits(def, param, &value, call, None) {
                        return None;
                    }
                    (self.of_param(param, value, call), None)
                }
                (None, None) => return None,
            };
            bound.push(one);
        }
        Some(bound)
    }

    /// Which argument goes to which parameter.
    fn slots(
        &mut self,
        def: usize,
        args: &'t [Arg],
        values: &[Value],
    ) -> Option<Vec<Option<Given<'t>>>> {
        let item = self.program.fns[def].item;
        let params = &item.params;
        let mut given: Vec<Option<Given<'t>>> = vec![None; params.len()];
        let mut failed = false;
        let mut next = 0;
        for (i, (arg, value)) in args.iter().zip(values).enumerate() {
            let slot = match &arg.name {
                Some(name) => {
                    let Some(slot) = params.iter().position(|p| p.name.name == name.name) else {
                        let names = params.iter().map(|p| p.name.name.as_str());
                        let mut report = Diagnostic::error(
                            Code::WrongArguments,
                            name.span,
                            format!("`{}` has no parameter `{}`", item.name.name, name.name),
                        );
                        report = match suggest::did_you_mean(&name.name, names) {
                            Some(near) => report.hint(format!("did you mean `{near}`?")),
                            None => report.hint(format!("it is `{}`", self.signature(def))),
                        };
                        self.report(report);
                        failed = true;
                        continue;
                    };
                    slot
                }
                None => {
                    if i == 0 && self.leaves_out_source(params, args, values) {
                        next = 1;
                    }
                    next += 1;
                    next - 1
                }
            };
            let Some(place) = given.get_mut(slot) else {
                let count = params.len();
                let report = Diagnostic::error(
                    Code::WrongArguments,
                    arg.value.span,
                    format!(
                        "`{}` takes {count} argument{}, found {}",
                        item.name.name,
                        if count == 1 { "" } else { "s" },
                        args.len()
                    ),
                )
                .hint(format!("it is `{}`", self.signature(def)));
                self.report(report);
                return None;
            };
            if place.is_some() {
                self.error(
                    Code::WrongArguments,
                    arg.name.as_ref().map_or(arg.value.span, |n| n.span),
                    format!(
                        "`{}` of `{}` is given twice",
                        params[slot].name.name, item.name.name
                    ),
                );
                failed = true;
                continue;
            }
            *place = Some((value.clone(), &arg.value));
        }
        (!failed).then_some(given)
    }

    /// `rsi(14)`: the source in front may be left out, and is then its default.
    fn leaves_out_source(&self, params: &[FnParam], args: &[Arg], values: &[Value]) -> bool {
        let Some(source) = params.first() else {
            return false;
        };
        let is = |v: &Value, series: bool| matches!(v, Value::Node(id) if self.builder.stage(*id).series == series);
        // `least` is given by its name: it does not make room for the source.
        let is_least = |name: Option<&Ident>| name.is_some_and(|n| n.name == "least");
        let plain = params.iter().filter(|p| !is_least(Some(&p.name))).count();
        let is_named = args
            .iter()
            .any(|a| a.name.as_ref().is_some_and(|n| n.name == source.name.name));
        source.default.is_some()
            && source.ty.as_ref().is_some_and(|t| t.name == "series")
            && args.iter().filter(|a| !is_least(a.name.as_ref())).count() < plain
            && values.first().is_some_and(|v| is(v, false))
            // A series behind it is the source, in the wrong place.
            && !values.iter().any(|v| is(v, true))
            && !is_named
            && args.first().is_some_and(|a| !self.is_of_series(&a.value))
    }

    /// Whether an argument is written with a `series` of the function at hand. It is a source then,
    /// whatever a caller gave for that: `rsi(x)` inside a function is of x, even of an x that is 50.
    fn is_of_series(&self, argument: &Expr) -> bool {
        let Some(def) = self.calls.last().map(|frame| frame.def).or(self.function) else {
            return false;
        };
        let item = self.program.fns[def].item;
        let is_series = |p: &&FnParam| p.ty.as_ref().is_some_and(|t| t.name == "series");
        let mut names: Vec<&str> = (item.params.iter().filter(is_series))
            .map(|p| p.name.name.as_str())
            .collect();
        let mentions = |e: &Expr, names: &[&str]| {
            let mut found = false;
            each_expr(e, |part| {
                found |= matches!(&part.kind, ExprKind::Name(n) if names.contains(&n.as_str()));
            });
            found
        };
        for stmt in &item.body {
            if let StmtKind::Let { name, value } = &stmt.kind
                && mentions(value, &names)
            {
                names.push(&name.name);
            }
        }
        mentions(argument, &names)
    }

    /// Reports a number of bars where the series belongs and the series where the bars belong.
    fn swapped(&mut self, def: usize, given: &[Option<Given<'t>>]) -> bool {
        let item = self.program.fns[def].item;
        let is = |slot: usize, ty: &str, series: bool| {
            let wanted = item.params.get(slot).and_then(|p| p.ty.as_ref());
            let Some(Some((Value::Node(id), e))) = given.get(slot) else {
                return None;
            };
            let fits =
                wanted.is_some_and(|t| t.name == ty) && self.builder.stage(*id).series == series;
            fits.then_some(e.span)
        };
        let count = item.params.len();
        let Some((bars, bars_at)) = (0..count).find_map(|i| Some((i, is(i, "series", false)?)))
        else {
            return false;
        };
        let Some(series_at) = (bars + 1..count).find_map(|i| is(i, "bars", true)) else {
            return false;
        };
        let report = Diagnostic::error(
            Code::WrongArguments,
            if bars_at.file == series_at.file {
                bars_at.to(series_at)
            } else {
                bars_at
            },
            format!(
                "the arguments of `{}` stand in the wrong order",
                item.name.name
            ),
        );
        let report = match (self.words(bars_at), self.words(series_at)) {
            (Some(number), Some(series)) => {
                let report = report.hint(format!("swap `{number}` and `{series}`"));
                let edits = vec![(bars_at, series.to_owned()), (series_at, number.to_owned())];
                // Of three or more, others may stand in the wrong place as well.
                if given.iter().flatten().count() == 2 {
                    report.fix("swap them", edits)
                } else {
                    report.suggest("swap them", edits)
                }
            }
            _ => report.hint(format!("it is `{}`", self.signature(def))),
        };
        self.report(report);
        true
    }

    /// A default sees the parameters before it, the columns of the bar and the functions of its
    /// own file, nothing else.
    pub(super) fn default_value(
        &mut self,
        def: usize,
        default: &'t Expr,
        before: &[Bound],
        call: Span,
    ) -> Value {
        let args = before.iter().map(|(_, at)| *at).collect();
        self.enter(Frame { def, call, args });
        let value = self.plain_default(def, default, before);
        self.leave();
        value
    }

    /// The same for a function on its own, whose text it is.
    pub(super) fn plain_default(
        &mut self,
        def: usize,
        default: &'t Expr,
        before: &[Bound],
    ) -> Value {
        self.push_body(&[], true);
        for (param, (value, _)) in self.program.fns[def].item.params.iter().zip(before) {
            self.define(&param.name, Binding::Value(value.clone()), Lint::Off);
        }
        let module = std::mem::replace(&mut self.module, self.program.fns[def].module);
        let param = self.program.fns[def].item.params.get(before.len());
        let of = param.and_then(|p| self.enum_of_type(p.ty.as_ref()));
        let value = match of {
            Some(id) => self.value_of(id, default),
            None => self.expr(default),
        };
        self.module = module;
        self.scopes.pop();
        value
    }

    /// Whether a value is of the type that a parameter names; `e` is its argument.
    pub(super) fn fits(
        &mut self,
        def: usize,
        param: &FnParam,
        value: &Value,
        span: Span,
        e: Option<&'t Expr>,
    ) -> bool {
        let name = &param.name.name;
        let module = self.program.fns[def].module;
        if let Some(id) = param
            .ty
            .as_ref()
            .and_then(|t| self.enum_in(module, &t.name))
        {
            return self.is_of(value, id, span);
        }
        match param.ty.as_ref().map(|t| t.name.as_str()) {
            Some("bars") => {
                let Some(id) = self.want_number(value, span) else {
                    return false;
                };
                let what = format!("`{name}` of `{}`", self.program.fns[def].item.name.name);
                let at = e.map_or(span, |e| self.length_at(id, e));
                self.check_length(id, at, 0, &what).is_some()
            }
            Some("condition") => self.want_condition(value, span).is_some(),
            Some(ty) => {
                let Some(id) = self.want_number(value, span) else {
                    return false;
                };
                let Some(unit) = Dimension::of_type(ty) else {
                    return true;
                };
                let what = format!("`{name}` of `{}`", self.program.fns[def].item.name.name);
                self.of_unit(unit, id, span, &what)
            }
            None => match value {
                Value::Text => self.want_number(value, span).is_some(),
                _ => true,
            },
        }
    }

    /// A literal takes the unit that the parameter names.
    fn of_param(&mut self, param: &FnParam, value: Value, span: Span) -> Value {
        let unit = param.ty.as_ref().and_then(|t| Dimension::of_type(&t.name));
        match (value, unit) {
            (Value::Node(id), Some(unit))
                if unit.has_powers() && self.builder.dimension(id) == Dimension::Literal =>
            {
                let kind = self.builder.unit.node(id).kind;
                Value::Node(self.builder.add_as(kind, Some(unit), span))
            }
            (value, _) => value,
        }
    }

    /// Whether a function is wrong on its own, so that its calls stay silent.
    pub(super) fn is_broken(&self, def: usize) -> bool {
        self.broken.get(def).copied().unwrap_or(false)
    }
}
