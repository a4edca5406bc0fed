//! Functions that the language itself supplies. Everything else is written in the language.

use super::Checker;
use super::builder::Outgrown;
use super::scope::Value;
use super::units::Meeting;
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Dimension, Kind, Look, LookId, Math1, Math2, NodeId, PairFn, WindowFn};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, Ident};

/// What a built-in name computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    /// One number to one number.
    Math1(Math1),
    /// Two numbers to one.
    Math2(Math2),
    /// `min`, `max`: two or more numbers.
    Fold(Math2),
    /// `clamp(x, lo, hi)`
    Clamp,
    /// `fma(a, b, c)`: `a * b + c`, rounded once.
    Fma,
    /// `num(condition)`
    Num,
    /// `window_…(x, n, least: k)`
    Window(WindowFn),
    /// `window_…(x, y, n)`
    Pair(PairFn),
    /// `unitless(x)`: the same number, which takes the unit of what it meets.
    Unitless,
    /// `lookback(x)`: bars before the first value of x.
    Lookback,
}

/// Name, what it computes, its parameters for messages.
pub(super) const BUILTINS: &[(&str, Builtin, &str)] = &[
    ("abs", Builtin::Math1(Math1::Abs), "x"),
    ("acos", Builtin::Math1(Math1::Acos), "x"),
    ("asin", Builtin::Math1(Math1::Asin), "x"),
    ("atan", Builtin::Math1(Math1::Atan), "x"),
    ("ceil", Builtin::Math1(Math1::Ceil), "x"),
    ("clamp", Builtin::Clamp, "x, lo, hi"),
    ("cos", Builtin::Math1(Math1::Cos), "x"),
    ("cosh", Builtin::Math1(Math1::Cosh), "x"),
    ("exp", Builtin::Math1(Math1::Exp), "x"),
    ("fma", Builtin::Fma, "a, b, c"),
    ("floor", Builtin::Math1(Math1::Floor), "x"),
    ("ln", Builtin::Math1(Math1::Ln), "x"),
    ("log10", Builtin::Math1(Math1::Log10), "x"),
    ("lookback", Builtin::Lookback, "x"),
    ("max", Builtin::Fold(Math2::Max), "a, b, …"),
    ("min", Builtin::Fold(Math2::Min), "a, b, …"),
    ("num", Builtin::Num, "condition"),
    ("pow", Builtin::Math2(Math2::Pow), "x, exponent"),
    ("round", Builtin::Math1(Math1::Round), "x"),
    ("sign", Builtin::Math1(Math1::Sign), "x"),
    ("sin", Builtin::Math1(Math1::Sin), "x"),
    ("sinh", Builtin::Math1(Math1::Sinh), "x"),
    ("sqrt", Builtin::Math1(Math1::Sqrt), "x"),
    ("tan", Builtin::Math1(Math1::Tan), "x"),
    ("tanh", Builtin::Math1(Math1::Tanh), "x"),
    ("unitless", Builtin::Unitless, "x"),
    ("window_apart", Builtin::Pair(PairFn::Apart), "x, y, n"),
    ("window_at", Builtin::Pair(PairFn::At), "x, bars_ago, n"),
    (
        "window_max",
        Builtin::Window(WindowFn::Max),
        "x, n, least: n",
    ),
    (
        "window_max_age",
        Builtin::Window(WindowFn::MaxAge),
        "x, n, least: n",
    ),
    (
        "window_max_age_oldest",
        Builtin::Window(WindowFn::MaxAgeOldest),
        "x, n, least: n",
    ),
    (
        "window_mean",
        Builtin::Window(WindowFn::Mean),
        "x, n, least: n",
    ),
    (
        "window_min",
        Builtin::Window(WindowFn::Min),
        "x, n, least: n",
    ),
    (
        "window_min_age",
        Builtin::Window(WindowFn::MinAge),
        "x, n, least: n",
    ),
    (
        "window_min_age_oldest",
        Builtin::Window(WindowFn::MinAgeOldest),
        "x, n, least: n",
    ),
    ("window_moment", Builtin::Window(WindowFn::Moment), "x, n"),
    ("window_nth", Builtin::Pair(PairFn::Nth), "x, k, n"),
    (
        "window_products",
        Builtin::Pair(PairFn::Products),
        "x, y, n",
    ),
    (
        "window_rank",
        Builtin::Window(WindowFn::Rank),
        "x, n, least: n",
    ),
    (
        "window_squares",
        Builtin::Window(WindowFn::SquaredDeviations),
        "x, n, least: n",
    ),
    (
        "window_sum",
        Builtin::Window(WindowFn::Sum),
        "x, n, least: n",
    ),
    (
        "window_weighted",
        Builtin::Window(WindowFn::WeightedSum),
        "x, n",
    ),
];

/// The built-in of a name.
pub(super) fn builtin(name: &str) -> Option<(Builtin, &'static str)> {
    BUILTINS
        .iter()
        .find(|(n, ..)| *n == name)
        .map(|(_, b, params)| (*b, *params))
}

impl<'t> Checker<'t, '_> {
    pub(super) fn call_builtin(
        &mut self,
        builtin: Builtin,
        params: &str,
        callee: &'t Ident,
        args: &'t [Arg],
        span: Span,
    ) -> Value {
        let mut least = None;
        let mut plain: Vec<(&'t Expr, Value)> = Vec::with_capacity(args.len());
        let mut failed = false;
        // All arguments are looked at, whatever comes of the call: their faults are their own.
        for arg in args {
            let value = self.expr(&arg.value);
            match &arg.name {
                None => plain.push((&arg.value, value)),
                Some(n)
                    if n.name == "least"
                        && matches!(builtin, Builtin::Window(_))
                        && least.is_none() =>
                {
                    least = Some((&arg.value, value));
                }
                Some(n) => {
                    let mut report = Diagnostic::error(
                        Code::WrongArguments,
                        n.span,
                        format!("`{}` has no parameter `{}`", callee.name, n.name),
                    );
                    if n.name == "least" && least.is_some() {
                        report.message = format!("`least` of `{}` is given twice", callee.name);
                    }
                    let near = matches!(builtin, Builtin::Window(_))
                        .then(|| suggest::did_you_mean(&n.name, ["least"]))
                        .flatten();
                    report = match near {
                        Some(near) => report.hint(format!("did you mean `{near}`?")),
                        None => report.hint(format!("it is `{}({params})`", callee.name)),
                    };
                    self.report(report);
                    failed = true;
                }
            }
        }
        let (wanted, words) = match builtin {
            Builtin::Math1(_) | Builtin::Lookback | Builtin::Unitless => (1..=1, "one value"),
            Builtin::Num => (1..=1, "one condition"),
            Builtin::Math2(_) => (2..=2, "two values"),
            Builtin::Window(_) => (2..=2, "a series and a number of bars"),
            Builtin::Clamp | Builtin::Fma => (3..=3, "three values"),
            Builtin::Pair(_) => (3..=3, "two series and a number of bars"),
            Builtin::Fold(_) => (2..=usize::MAX, "two or more values"),
        };
        if !wanted.contains(&plain.len()) {
            let count = match plain.len() {
                0 => "none".to_owned(),
                n => n.to_string(),
            };
            self.report(
                Diagnostic::error(
                    Code::WrongArguments,
                    callee.span,
                    format!("`{}` takes {words}, found {count}", callee.name),
                )
                .hint(format!("it is `{}({params})`", callee.name)),
            );
            return Value::Error;
        }
        if failed {
            return Value::Error;
        }
        match (builtin, &plain[..]) {
            (Builtin::Window(f), [(x, value), (n, bars)]) => {
                let x = (self.want_number(value, x.span), x.span);
                let n = (self.want_number(bars, n.span), n.span);
                let least = least.map(|(e, v)| (self.want_number(&v, e.span), e.span));
                self.window(f, x, n, least, span)
            }
            (Builtin::Pair(f), [(x, of), (y, with), (n, bars)]) => {
                let x = (self.want_number(of, x.span), x.span);
                let y = (self.want_number(with, y.span), y.span);
                let n = (self.want_number(bars, n.span), n.span);
                self.pair(f, x, y, n, span)
            }
            (Builtin::Lookback, [(x, value)]) => match value {
                Value::Node(x) => self.lookback_value(*x, span),
                other => {
                    self.want_number(other, x.span);
                    Value::Error
                }
            },
            (Builtin::Num, [(e, value)]) => match self.want_condition(value, e.span) {
                Some(c) => Value::Node(self.builder.add(Kind::NumOf(c), span)),
                None => Value::Error,
            },
            _ => self.arithmetic(builtin, &plain, span),
        }
    }

    /// Built-ins of numbers alone.
    fn arithmetic(&mut self, builtin: Builtin, args: &[(&'t Expr, Value)], span: Span) -> Value {
        let numbers: Vec<Option<NodeId>> = args
            .iter()
            .map(|(e, value)| self.want_number(value, e.span))
            .collect();
        let Some(numbers) = numbers.into_iter().collect::<Option<Vec<NodeId>>>() else {
            return Value::Error;
        };
        let id = match (builtin, &numbers[..]) {
            (Builtin::Math1(f), [x]) => self.builder.add(Kind::Math1(f, *x), span),
            // Times one is the same bits; only the unit goes.
            (Builtin::Unitless, [x]) => {
                let one = self.builder.number(1.0, span);
                let kind = Kind::Math2(Math2::Mul, *x, one);
                self.builder.add_as(kind, Some(Dimension::Literal), span)
            }
            (Builtin::Clamp, [x, lo, hi]) => {
                let at = |i: usize| args.get(i).map_or(span, |(e, _)| e.span);
                let low = self.combine(Math2::Max, (*x, at(0)), (*lo, at(1)), span);
                let clamped =
                    low.and_then(|l| self.combine(Math2::Min, (l, at(0)), (*hi, at(2)), span));
                let Some(id) = clamped else {
                    return Value::Error;
                };
                id
            }
            (Builtin::Fma, [a, b, c]) => {
                let at = |i: usize| args.get(i).map_or(span, |(e, _)| e.span);
                let product = self.builder.math2(Math2::Mul, *a, *b, span);
                let factors = at(0).to(at(1));
                if self.clashes(Meeting::Sum, (product, factors), (*c, at(2))) {
                    return Value::Error;
                }
                self.builder.add(Kind::Fma(*a, *b, *c), span)
            }
            (Builtin::Math2(f) | Builtin::Fold(f), [first, rest @ ..]) => {
                let mut total = *first;
                let start = args.first().map_or(span, |(e, _)| e.span);
                for (x, (e, _)) in rest.iter().zip(args.iter().skip(1)) {
                    match self.combine(f, (total, start), (*x, e.span), span) {
                        Some(id) => total = id,
                        None => return Value::Error,
                    }
                }
                total
            }
            _ => return Value::Error,
        };
        Value::Node(id)
    }

    fn window(
        &mut self,
        f: WindowFn,
        (x, x_at): (Option<NodeId>, Span),
        (n, n_at): (Option<NodeId>, Span),
        least: Option<(Option<NodeId>, Span)>,
        span: Span,
    ) -> Value {
        let n = n.and_then(|n| self.check_length(n, n_at, 1, "the window length"));
        let least_node = match least {
            Some((id, at)) => id.and_then(|id| self.check_length(id, at, 1, "`least`")),
            None => n,
        };
        let (Some(x), Some(n), Some(least_node)) = (x, n, least_node) else {
            return Value::Error;
        };
        let is_whole = matches!(f, WindowFn::WeightedSum | WindowFn::Moment);
        if let (Some((_, at)), true) = (least, is_whole) {
            self.error(
                Code::WrongArguments,
                at,
                "a weighted window is always whole; `least` has no meaning for it",
            );
            return Value::Error;
        }
        if !self.outside_steps(&[(x, x_at)], "a window") {
            return Value::Error;
        }
        Value::Node(self.builder.add(Kind::Window(f, x, n, least_node), span))
    }

    fn pair(
        &mut self,
        f: PairFn,
        (x, x_at): (Option<NodeId>, Span),
        (y, y_at): (Option<NodeId>, Span),
        (n, n_at): (Option<NodeId>, Span),
        span: Span,
    ) -> Value {
        let n = n.and_then(|n| self.check_length(n, n_at, 1, "the window length"));
        let (Some(x), Some(y), Some(n)) = (x, y, n) else {
            return Value::Error;
        };
        // It sums x - y.
        if f == PairFn::Apart
            && self
                .combine(Math2::Sub, (x, x_at), (y, y_at), span)
                .is_none()
        {
            return Value::Error;
        }
        if !self.outside_steps(&[(x, x_at), (y, y_at)], "a window") {
            return Value::Error;
        }
        Value::Node(self.builder.add(Kind::Pair(f, x, y, n), span))
    }

    /// The lookback of a node as a number known before the first bar.
    fn lookback_value(&mut self, x: NodeId, span: Span) -> Value {
        let look = self.builder.look(x);
        match self.look_as_node(look, span) {
            Some(id) => Value::Node(id),
            None => Value::Error,
        }
    }

    /// A lookback formula as a node.
    pub(super) fn look_as_node(&mut self, look: LookId, span: Span) -> Option<NodeId> {
        // Formulas stand after their operands, so those that are needed, in order, need no
        // recursion.
        let looks = &self.builder.unit.looks;
        let mut needed = std::collections::BTreeMap::new();
        let mut open = vec![look];
        while let Some(id) = open.pop() {
            let formula = looks.get(id);
            if needed.insert(id, formula).is_some() {
                continue;
            }
            if let Look::Sum(a, b) | Look::Max(a, b) | Look::Min(a, b) = formula {
                open.extend([a, b]);
            }
        }
        if !self
            .program
            .spend(u32::try_from(needed.len()).unwrap_or(u32::MAX))
        {
            self.builder.outgrown = Some(Outgrown::Effort);
            return None;
        }
        let mut nodes: std::collections::BTreeMap<LookId, NodeId> =
            std::collections::BTreeMap::new();
        for (id, formula) in needed {
            let at = |id: LookId| nodes.get(&id).copied();
            let node = match formula {
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
            nodes.insert(id, node);
        }
        nodes.get(&look).copied()
    }
}
