//! Parameter domains: the values a grid sweeps, exact in decimal.

use super::Checker;
use super::scope::Value;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Dimension, Param};
use crate::source::Span;
use crate::syntax::ast::{Domain, Expr, ExprKind, NumberUnit, ParamStmt};
use crate::syntax::visit::each_expr;

/// Most values of one domain that a grid sweeps.
const MOST_VALUES: f64 = 100_000.0;

/// A domain as it is written.
struct Values {
    /// Least and greatest.
    bounds: (f64, f64),
    /// The values a grid sweeps.
    sweep: Vec<f64>,
    /// Whether nothing but these is allowed.
    only_sweep: bool,
    /// As the reader sees it.
    text: String,
    /// Its numbers with their places, to say which one does not fit.
    numbers: Vec<(f64, Span)>,
}

impl<'t> Checker<'t, '_> {
    /// A parameter as the grid and the command line see it.
    pub(super) fn param(&mut self, p: &'t ParamStmt) -> Option<Param> {
        if let Some(id) = self.enum_of_type(p.ty.as_ref()) {
            return self.enum_param(p, id);
        }
        let name = &p.name.name;
        let what = format!("the default of `{name}`");
        let default = self.constant_of(&p.default, Code::BadDefault, &what);
        let typed = self.param_type(p);
        let integer = match &typed {
            Some(ty) => ty.as_ref().map(|t| *t == "bars"),
            None => None,
        };
        // Whole numbers throughout are counted, unless the type says otherwise.
        let integer = integer.unwrap_or_else(|| {
            let domain: Vec<&Expr> = match &p.domain {
                None => Vec::new(),
                Some(Domain::List(items, _)) => items.iter().collect(),
                Some(Domain::Range { lo, hi, step }) => [lo, hi].into_iter().chain(step).collect(),
            };
            is_integer(&p.default) && domain.into_iter().all(is_integer)
        });
        let domain = match &p.domain {
            None => None,
            Some(Domain::List(items, span)) => Some(self.list(name, items, *span)),
            Some(Domain::Range { lo, hi, step }) => {
                Some(self.range(name, lo, hi, step.as_ref(), integer))
            }
        };
        let (default, typed) = (default?, typed?);
        let dimension = self.param_unit(p, typed)?;
        let domain = match domain {
            Some(domain) => Some(domain?),
            None => None,
        };
        if integer {
            let numbers = domain.iter().flat_map(|d| d.numbers.iter().copied());
            let wrong = std::iter::once((default, p.default.span))
                .chain(numbers)
                .find(|(v, _)| v.fract() != 0.0 || (typed.is_some() && *v < 0.0));
            if let Some((v, span)) = wrong {
                let code = if span == p.default.span {
                    Code::BadDefault
                } else {
                    Code::BadDomain
                };
                let text = format!("`{name}` counts bars, so {v} is no value for it");
                self.error(code, span, text);
                return None;
            }
        }
        if let Some(d) = &domain {
            let (lo, hi) = d.bounds;
            let outside = default < lo || default > hi;
            if outside || (d.only_sweep && !d.sweep.contains(&default)) {
                self.default_outside(p, default, &d.text);
            }
        }
        let (bounds, sweep, only_sweep, domain_text) = match domain {
            Some(d) => (Some(d.bounds), d.sweep, d.only_sweep, d.text),
            None => (None, Vec::new(), false, String::new()),
        };
        Some(Param {
            name: name.clone(),
            integer,
            dimension,
            default,
            bounds,
            sweep,
            only_sweep,
            domain_text,
            labels: Vec::new(),
            span: p.name.span,
        })
    }

    /// The values of a domain, and its numbers with their places.
    #[allow(clippy::type_complexity)] // two lists
    pub(super) fn domain_values(
        &mut self,
        name: &str,
        domain: &'t Domain,
        integer: bool,
    ) -> Option<(Vec<f64>, Vec<(f64, Span)>)> {
        let values = match domain {
            Domain::List(items, span) => self.list(name, items, *span),
            Domain::Range { lo, hi, step } => self.range(name, lo, hi, step.as_ref(), integer),
        }?;
        Some((values.sweep, values.numbers))
    }

    /// The type that a parameter names, if it names one; None when there is no such type.
    fn param_type(&mut self, p: &'t ParamStmt) -> Option<Option<&'t str>> {
        const TYPES: &[&str] = &[
            "bars", "ratio", "price", "qty", "money", "duration", "number",
        ];
        let Some(ty) = &p.ty else {
            return Some(None);
        };
        if TYPES.contains(&ty.name.as_str()) {
            return Some(Some(&ty.name));
        }
        self.unknown_type(ty, TYPES);
        None
    }

    /// The unit of a parameter: of its type, else of its default. Its default and its domain are
    /// of that unit too.
    fn param_unit(&mut self, p: &'t ParamStmt, typed: Option<&str>) -> Option<Dimension> {
        let name = &p.name.name;
        let mut numbers: Vec<(&'t Expr, String)> =
            vec![(&p.default, format!("the default of `{name}`"))];
        let in_domain: Vec<&'t Expr> = match &p.domain {
            None => Vec::new(),
            Some(Domain::List(items, _)) => items.iter().collect(),
            Some(Domain::Range { lo, hi, step }) => [lo, hi].into_iter().chain(step).collect(),
        };
        numbers.extend(
            in_domain
                .into_iter()
                .map(|e| (e, format!("the domain of `{name}`"))),
        );
        let mut unit = typed.and_then(Dimension::of_type);
        for (e, what) in numbers {
            // Looked at before: a number without errors.
            let Value::Node(id) = self.expr(e) else {
                return None;
            };
            let found = self.builder.dimension(id);
            match unit {
                None => unit = Some(found),
                Some(Dimension::Literal) if found.is_known() => unit = Some(found),
                Some(unit) if !self.of_unit(unit, id, e.span, &what) => return None,
                Some(_) => {}
            }
        }
        unit
    }

    fn default_outside(&mut self, p: &ParamStmt, default: f64, domain: &str) {
        if !self.lints() {
            return;
        }
        let name = &p.name.name;
        self.report(
            Diagnostic::warning(
                Code::DefaultOutsideDomain,
                p.default.span,
                format!(
                    "the default of `{name}` is {default}, which its domain {domain} does not hold"
                ),
            )
            .hint("a run with defaults uses a value that no grid tries"),
        );
    }

    /// `[7, 10, 14]`
    fn list(&mut self, name: &str, items: &'t [Expr], span: Span) -> Option<Values> {
        let what = format!("a value of the domain of `{name}`");
        let numbers: Vec<Option<(f64, Span)>> = items
            .iter()
            .map(|e| Some((self.constant_of(e, Code::BadDomain, &what)?, e.span)))
            .collect();
        let numbers = numbers.into_iter().collect::<Option<Vec<_>>>()?;
        self.few_enough(name, numbers.len() as f64, span)?;
        let mut sorted = numbers.clone();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some([first, again]) = sorted.windows(2).find(|w| w[0].0 == w[1].0) {
            self.report(
                Diagnostic::error(
                    Code::BadDomain,
                    again.1,
                    format!("the domain of `{name}` lists {} twice", again.0),
                )
                .related(first.1, "first listed here"),
            );
            return None;
        }
        let (Some(lo), Some(hi)) = (sorted.first(), sorted.last()) else {
            self.error(
                Code::BadDomain,
                span,
                format!("the domain of `{name}` is empty"),
            );
            return None;
        };
        let texts: Vec<String> = items.iter().map(written).collect();
        Some(Values {
            bounds: (lo.0, hi.0),
            sweep: numbers.iter().map(|(v, _)| *v).collect(),
            only_sweep: true,
            text: format!("[{}]", texts.join(", ")),
            numbers,
        })
    }

    /// `5..50 step 5`
    fn range(
        &mut self,
        name: &str,
        lo: &'t Expr,
        hi: &'t Expr,
        step: Option<&'t Expr>,
        integer: bool,
    ) -> Option<Values> {
        let mut part = |e: &'t Expr, what: &str| {
            let what = format!("{what} of the domain of `{name}`");
            self.constant_of(e, Code::BadDomain, &what)
        };
        let l = part(lo, "the lower end");
        let h = part(hi, "the upper end");
        let s = step.map(|e| (e, part(e, "the step")));
        let (l, h) = (l?, h?);
        let mut numbers = vec![(l, lo.span), (h, hi.span)];
        let mut text = format!("{}..{}", written(lo), written(hi));
        let at = Span::new(lo.span.file, lo.span.start, hi.span.end);
        if l > h {
            self.report(
                Diagnostic::error(
                    Code::BadDomain,
                    at,
                    format!("the domain of `{name}` is empty: {l} is above {h}"),
                )
                .hint(format!(
                    "write the lower end first: `{}..{}`",
                    written(hi),
                    written(lo)
                )),
            );
            return None;
        }
        let s = match s {
            Some((e, s)) => {
                let s = s?;
                if s <= 0.0 {
                    self.error(
                        Code::BadDomain,
                        e.span,
                        format!("the step of the domain of `{name}` is {s}; it must be above 0"),
                    );
                    return None;
                }
                numbers.push((s, e.span));
                text = format!("{text} step {}", written(e));
                Some(s)
            }
            None => integer.then_some(1.0),
        };
        let sweep = match s {
            Some(s) => {
                self.few_enough(name, (h - l) / s, at)?;
                steps(l, h, s)
            }
            None => Vec::new(),
        };
        Some(Values {
            bounds: (l, h),
            sweep,
            only_sweep: s.is_some(),
            text,
            numbers,
        })
    }

    /// Reports a domain that no grid could go through.
    fn few_enough(&mut self, name: &str, count: f64, span: Span) -> Option<()> {
        if count < MOST_VALUES {
            return Some(());
        }
        self.report(
            Diagnostic::error(
                Code::BadDomain,
                span,
                format!("the domain of `{name}` has more than {MOST_VALUES} values"),
            )
            .hint("give it a larger `step`, or a shorter range"),
        );
        None
    }

    /// The value of an expression that is arithmetic on numbers.
    fn constant_of(&mut self, e: &'t Expr, code: Code, what: &str) -> Option<f64> {
        let mut used: Option<(&'t str, Span)> = None;
        each_expr(e, |part| {
            if let (ExprKind::Name(name), None) = (&part.kind, used) {
                used = Some((name, part.span));
            }
        });
        if let Some((name, span)) = used {
            self.report(
                Diagnostic::error(code, span, format!("{what} cannot use `{name}`"))
                    .label("expected arithmetic on numbers"),
            );
            return None;
        }
        let value = self.expr(e);
        if value == Value::Error {
            return None;
        }
        let id = self.want_number(&value, e.span)?;
        match self.builder.constant(id) {
            Some(v) if v.is_finite() => Some(v),
            Some(v) => {
                let shown = if v.is_nan() {
                    "`na`".to_owned()
                } else {
                    v.to_string()
                };
                self.error(
                    code,
                    e.span,
                    format!("{what} is {shown}; it must be a finite number"),
                );
                None
            }
            None => {
                self.error(
                    code,
                    e.span,
                    format!("{what} must be plain arithmetic on numbers"),
                );
                None
            }
        }
    }
}

/// Whether a literal (with its sign) is written without a fraction.
fn is_integer(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Number(n) => n.unit == NumberUnit::Integer,
        ExprKind::Neg { operand, .. } => is_integer(operand),
        ExprKind::Paren(inner) => is_integer(inner),
        _ => false,
    }
}

/// A literal as it is written; arithmetic as its place in words.
fn written(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Number(n) => n.text.clone(),
        ExprKind::Neg { operand, count } if count % 2 == 1 => format!("-{}", written(operand)),
        ExprKind::Paren(inner) => written(inner),
        _ => "…".to_owned(),
    }
}

/// `lo, lo + s, …` up to `hi`, each the double nearest to its decimal value: `1.5 + 3 * 0.1` is 1.8.
fn steps(lo: f64, hi: f64, s: f64) -> Vec<f64> {
    let places = decimals(lo).max(decimals(s));
    let scale = (0..places).fold(1.0, |scale: f64, _| scale * 10.0);
    let (first, step) = ((lo * scale).round(), (s * scale).round());
    let exact = places <= 12 && first.abs() < 1e15 && (1.0..1e15).contains(&step);
    let mut out = Vec::new();
    let mut i = 0.0_f64;
    loop {
        let v = if exact {
            (first + i * step) / scale
        } else {
            lo + i * s
        };
        // Half a step of tolerance would admit a value past the end; a billionth does not.
        if v > hi + s * 1e-9 {
            return out;
        }
        out.push(v.min(hi));
        i += 1.0;
    }
}

/// Decimal places of the shortest decimal that reads back as `x`.
fn decimals(x: f64) -> usize {
    let text = format!("{x}");
    text.split_once('.').map_or(0, |(_, frac)| frac.len())
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn steps_are_decimal() {
        let values = steps(1.5, 3.0, 0.1);
        assert_eq!(values.len(), 16);
        assert_eq!(values[3], 1.8);
        assert_eq!(values[15], 3.0);
        assert_eq!(steps(0.0005, 0.002, 0.0005), [0.0005, 0.001, 0.0015, 0.002]);
        assert_eq!(steps(5.0, 50.0, 5.0).len(), 10);
        assert_eq!(steps(1.0, 2.0, 0.7), [1.0, 1.7]);
    }
}
