//! Parameter domains: the values a grid sweeps, exact in decimal.

use super::Checker;
use super::scope::Value;
use crate::diag::{Code, Diagnostic};
use crate::hir::Param;
use crate::source::Span;
use crate::syntax::ast::{Domain, Expr, ExprKind, NumberUnit, ParamStmt};

/// Most values of one domain that a grid sweeps.
const MOST_VALUES: f64 = 100_000.0;

impl<'t> Checker<'t, '_> {
    /// A parameter as the grid and the command line see it.
    pub(super) fn param(&mut self, p: &'t ParamStmt) -> Option<Param> {
        let name = p.name.name.clone();
        let default = self.constant_of(&p.default, Code::BadDefault, "the default")?;
        let typed = match p.ty.as_ref().map(|t| (t.name.as_str(), t.span)) {
            Some(("bars", _)) => Some(true),
            Some(("ratio" | "price" | "qty" | "number", _)) => Some(false),
            Some((other, span)) => {
                self.report(
                    Diagnostic::error(
                        Code::UnknownName,
                        span,
                        format!("there is no type `{other}`"),
                    )
                    .hint("the types are bars, ratio, price, qty, number"),
                );
                return None;
            }
            None => None,
        };
        let mut whole = is_integer(&p.default);
        let (bounds, sweep, only, text) = match &p.domain {
            None => (None, Vec::new(), false, String::new()),
            Some(Domain::List(items, span)) => {
                let mut values = Vec::with_capacity(items.len());
                let mut texts = Vec::with_capacity(items.len());
                for e in items {
                    values.push(self.constant_of(e, Code::BadDomain, "a value of the domain")?);
                    texts.push(written(e));
                    whole &= is_integer(e);
                }
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                if let Some(twice) = sorted.windows(2).find(|w| w[0] == w[1]) {
                    self.error(
                        Code::BadDomain,
                        *span,
                        format!("the domain of `{name}` lists {} twice", twice[0]),
                    );
                    return None;
                }
                let (Some(lo), Some(hi)) = (sorted.first(), sorted.last()) else {
                    self.error(
                        Code::BadDomain,
                        *span,
                        format!("the domain of `{name}` is empty"),
                    );
                    return None;
                };
                (
                    Some((*lo, *hi)),
                    values,
                    true,
                    format!("[{}]", texts.join(", ")),
                )
            }
            Some(Domain::Range { lo, hi, step }) => {
                let at = Span::new(lo.span.file, lo.span.start, hi.span.end);
                let l = self.constant_of(lo, Code::BadDomain, "the lower end")?;
                let h = self.constant_of(hi, Code::BadDomain, "the upper end")?;
                whole &= is_integer(lo) && is_integer(hi);
                let s = match step {
                    Some(e) => {
                        whole &= is_integer(e);
                        let s = self.constant_of(e, Code::BadDomain, "the step")?;
                        if s <= 0.0 {
                            self.report(
                                Diagnostic::error(
                                    Code::BadDomain,
                                    e.span,
                                    format!("the step of `{name}` is {s}; it must be above 0"),
                                )
                                .label("a grid would never reach the upper end"),
                            );
                            return None;
                        }
                        Some(s)
                    }
                    None => None,
                };
                if l > h {
                    self.report(
                        Diagnostic::error(
                            Code::BadDomain,
                            at,
                            format!("the domain of `{name}` is empty: {l} is above {h}"),
                        )
                        .hint("write the lower end first"),
                    );
                    return None;
                }
                let mut text = format!("{}..{}", written(lo), written(hi));
                if let Some(e) = step {
                    text = format!("{text} step {}", written(e));
                }
                let integer = typed.unwrap_or(whole);
                let s = s.or(integer.then_some(1.0));
                let values = match s {
                    Some(s) => {
                        if (h - l) / s >= MOST_VALUES {
                            self.report(
                                Diagnostic::error(
                                    Code::BadDomain,
                                    at,
                                    format!(
                                        "the domain of `{name}` has more than {MOST_VALUES} values"
                                    ),
                                )
                                .hint("give it a larger `step`"),
                            );
                            return None;
                        }
                        steps(l, h, s)
                    }
                    None => Vec::new(),
                };
                (Some((l, h)), values, s.is_some(), text)
            }
        };
        let integer = typed.unwrap_or(whole);
        if integer
            && let Some(v) = std::iter::once(&default)
                .chain(&sweep)
                .find(|v| v.fract() != 0.0)
        {
            self.report(Diagnostic::error(
                Code::BadDomain,
                p.name.span,
                format!("`{name}` counts bars, so {v} is no value for it"),
            ));
            return None;
        }
        if let Some((lo, hi)) = bounds {
            let outside = default < lo || default > hi || (only && !sweep.contains(&default));
            if outside {
                self.report(
                    Diagnostic::warning(
                        Code::DefaultOutsideDomain,
                        p.default.span,
                        format!("the default of `{name}` is {default}, which its domain {text} does not hold"),
                    )
                    .hint("a run with defaults uses a value that no grid tries"),
                );
            }
        }
        Some(Param {
            name,
            integer,
            default,
            bounds,
            sweep,
            only_sweep: only,
            domain_text: text,
            span: p.name.span,
        })
    }

    fn constant_of(&mut self, e: &'t Expr, code: Code, what: &str) -> Option<f64> {
        let value = self.expr(e);
        if value == Value::Error {
            return None;
        }
        let id = self.want_number(&value, e.span)?;
        match self.builder.constant(id) {
            Some(v) if v.is_finite() => Some(v),
            Some(v) => {
                self.error(
                    code,
                    e.span,
                    format!("{what} is {v}; it must be a finite number"),
                );
                None
            }
            None => {
                self.report(Diagnostic::error(
                    code,
                    e.span,
                    format!("{what} must be arithmetic on numbers"),
                ));
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
    let scale = 10f64.powi(i32::try_from(places).unwrap_or(0));
    let (first, step) = ((lo * scale).round(), (s * scale).round());
    let exact = places <= 12 && first.abs() < 1e15 && step >= 1.0 && step < 1e15;
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
