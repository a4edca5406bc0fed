//! Window lengths and lags: whole numbers that are known before the first bar.
//!
//! A constant is checked here. A length that depends on one parameter is checked over the values
//! that a grid gives the parameter: an error when none of them will do. Where some will, the
//! program is right for these, and the run refuses the others when it is given them.

use std::collections::BTreeSet;

use super::Checker;
use super::builder::MOST_MEMBER_LAG;
use super::fold;
use super::foreign::bars_ago;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Dimension, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::Expr;

/// Longest window or lag, in bars.
const LONGEST: f64 = 1e9;

/// Most operations of a length that is computed over a domain.
const MOST_NODES: usize = 64;

/// The values of a node over the domain of the one parameter that it depends on.
pub(super) struct OverDomain {
    param: usize,
    values: Vec<f64>,
}

impl<'t> Checker<'t, '_> {
    /// The number in `x[n]`.
    pub(super) fn lag_length(&mut self, n: &'t Expr) -> Option<NodeId> {
        let id = self.number(n)?;
        if let Some(v) = self.builder.constant(id).filter(|v| *v < 0.0) {
            self.report(
                Diagnostic::error(
                    Code::FutureReference,
                    n.span,
                    format!("`[{v}]` would look into the future"),
                )
                .label("bars ago: 0 is this bar, 1 the bar before")
                .hint(format!(
                    "write `[{}]` for the value {}",
                    -v,
                    bars_ago(&(-v).to_string())
                )),
            );
            return None;
        }
        if let Some(over) = self.over_domain(id, |v| v < 0.0) {
            let text = format!(
                "`[{}]` would look into the future: it is {}",
                self.words(n.span).unwrap_or("…"),
                self.values_in_words(&over)
            );
            let report = Diagnostic::error(Code::FutureReference, n.span, text)
                .label("bars ago: 0 is this bar, 1 the bar before");
            let report = self.with_param(report, &over);
            self.report(report);
            return None;
        }
        let at = self.length_at(id, n);
        self.check_length(id, at, 0, "the number of bars ago")
    }

    /// A whole number of bars that is known before the first bar.
    pub(super) fn length(&mut self, e: &'t Expr, least: u32, what: &str) -> Option<NodeId> {
        let id = self.number(e)?;
        let at = self.length_at(id, e);
        self.check_length(id, at, least, what)
    }

    /// The part of a length to point at: what changes from bar to bar, else the whole.
    pub(super) fn length_at(&mut self, id: NodeId, e: &'t Expr) -> Span {
        if self.builder.stage(id).series {
            self.series_part(e)
        } else {
            e.span
        }
    }

    pub(super) fn check_length(
        &mut self,
        id: NodeId,
        span: Span,
        least: u32,
        what: &str,
    ) -> Option<NodeId> {
        if !self.of_unit(Dimension::Bars, id, span, what) {
            return None;
        }
        if self.builder.stage(id).series {
            self.report(
                Diagnostic::error(
                    Code::WrongStage,
                    span,
                    format!(
                        "{what} must be known before the first bar, but this changes from bar to bar"
                    ),
                )
                .hint("use a number or a `param`"),
            );
            return None;
        }
        if let Some(v) = self.builder.constant(id) {
            if let Some(fault) = fault(v, least) {
                self.error(
                    Code::BadLength,
                    span,
                    format!("{what} is {}; {fault}", shown(v)),
                );
                return None;
            }
            return Some(id);
        }
        let Some(over) = self.over_domain(id, |v| fault(v, least).is_some()) else {
            return Some(id);
        };
        let mut faults: Vec<String> = over
            .values
            .iter()
            .filter_map(|v| fault(*v, least))
            .collect();
        faults.dedup();
        let must = match &faults[..] {
            [only] => only.clone(),
            _ => format!("it must be a whole number from {least} to {LONGEST}"),
        };
        let text = format!("{what} is {}; {must}", self.values_in_words(&over));
        let report = Diagnostic::error(Code::BadLength, span, text);
        let report = self.with_param(report, &over);
        self.report(report);
        None
    }

    /// Inside a step only a short, fixed past is kept.
    pub(super) fn member_lag(&mut self, n: NodeId, span: Span) -> bool {
        let known = self.builder.constant(n);
        if known.is_some_and(|n| n <= MOST_MEMBER_LAG) {
            return true;
        }
        let text = match known {
            Some(n) => format!(
                "inside its step a state keeps {MOST_MEMBER_LAG} bars of its past, not {}",
                shown(n)
            ),
            None => "inside its step the past of a state is a fixed number of bars".to_owned(),
        };
        self.report(
            Diagnostic::error(Code::BadLength, span, text)
                .hint("take the lag outside, over the finished series"),
        );
        false
    }

    /// The values of a node over the domain of the one parameter that it depends on (where there
    /// is no domain, with the default), if every one of them is `bad`.
    pub(super) fn over_domain(&self, id: NodeId, bad: impl Fn(f64) -> bool) -> Option<OverDomain> {
        let stage = self.builder.stage(id);
        if stage.series || stage.params.count_ones() != 1 {
            return None;
        }
        let param = stage.params.trailing_zeros() as usize;
        let known = self.builder.unit.params.get(param)?;
        // A domain without steps has values between its ends that no list holds.
        if known.bounds.is_some() && known.sweep.is_empty() {
            return None;
        }
        let nodes = self.parts_of(id)?;
        let default = [known.default];
        let domain = if known.sweep.is_empty() {
            &default[..]
        } else {
            &known.sweep[..]
        };
        let mut values = Vec::new();
        for v in domain {
            let value = self.value_with(&nodes, *v)?;
            if !bad(value) {
                return None;
            }
            values.push(value);
        }
        Some(OverDomain { param, values })
    }

    /// A node and all that it is computed from, operands first.
    fn parts_of(&self, id: NodeId) -> Option<Vec<NodeId>> {
        let mut found = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if !found.insert(id) {
                continue;
            }
            match self.builder.unit.node(id).kind {
                Kind::Number(_) | Kind::Param(_) => {}
                Kind::Math1(_, a) => open.push(a),
                Kind::Math2(_, a, b) => open.extend([a, b]),
                Kind::Fma(a, b, c) => open.extend([a, b, c]),
                _ => return None,
            }
            if found.len() > MOST_NODES {
                return None;
            }
        }
        Some(found.into_iter().collect())
    }

    /// The value of the last of `nodes` where the parameter is `v`.
    fn value_with(&self, nodes: &[NodeId], v: f64) -> Option<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(nodes.len());
        for id in nodes {
            let of = |id: NodeId| {
                let at = nodes.binary_search(&id).ok()?;
                values.get(at).copied()
            };
            let value = match self.builder.unit.node(*id).kind {
                Kind::Number(bits) => f64::from_bits(bits),
                Kind::Param(_) => v,
                Kind::Math1(op, a) => fold::fold1(op, of(a)?)?,
                Kind::Math2(op, a, b) => fold::fold2(op, of(a)?, of(b)?)?,
                Kind::Fma(a, b, c) => of(a)?.mul_add(of(b)?, of(c)?),
                _ => return None,
            };
            values.push(value);
        }
        values.last().copied()
    }

    /// `0 for every value of `n``, `-5 to 0 over the domain of `n``.
    pub(super) fn values_in_words(&self, over: &OverDomain) -> String {
        let Some(param) = self.builder.unit.params.get(over.param) else {
            return String::new();
        };
        let least = over.values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = over
            .values
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let name = &param.name;
        if param.bounds.is_none() {
            format!("{} with the default of `{name}`", shown(least))
        } else if least == most {
            format!("{} for every value of `{name}`", shown(least))
        } else {
            format!(
                "{} to {} over the domain of `{name}`",
                shown(least),
                shown(most)
            )
        }
    }

    /// Shows the parameter beside a report about its values.
    pub(super) fn with_param(&self, report: Diagnostic, over: &OverDomain) -> Diagnostic {
        let Some(param) = self.builder.unit.params.get(over.param) else {
            return report;
        };
        let text = if param.bounds.is_some() {
            format!("`{}` takes {}", param.name, param.domain_text)
        } else {
            format!("`{}` is {}", param.name, shown(param.default))
        };
        report.related(param.span, text)
    }
}

/// What is wrong with a number of bars.
fn fault(v: f64, least: u32) -> Option<String> {
    if v.is_nan() || (v.is_finite() && v.fract() != 0.0) {
        return Some("it must be a whole number".to_owned());
    }
    if v < f64::from(least) {
        return Some(if least == 0 {
            "it cannot be negative".to_owned()
        } else {
            format!("it must be at least {least}")
        });
    }
    (v > LONGEST).then(|| format!("it can be at most {LONGEST}"))
}

/// A number in a message.
fn shown(v: f64) -> String {
    if v.is_nan() {
        "`na`".to_owned()
    } else {
        v.to_string()
    }
}
