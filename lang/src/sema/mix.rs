//! Mixes of strategies: shares that add up, sizes, and the share below which a switch is suggested.

use std::collections::BTreeMap;

use super::Checker;
use super::decimal::Decimal;
use crate::diag::{Code, Diagnostic};
use crate::hir::SuggestBelow;
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Expr, ExprKind, ItemKind, RouteRow};

impl<'t> Checker<'t, '_> {
    /// The strategies of a row with their shares.
    pub(super) fn mix(&mut self, row: &'t RouteRow) -> Option<Vec<(String, f64)>> {
        let mut failed = false;
        let mut mix: Vec<(String, f64)> = Vec::with_capacity(row.mix.len());
        let mut total = Some(Decimal::ZERO);
        let mut sum = 0.0;
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for (name, share) in &row.mix {
            let known = self.item_of(name, "strategy", |k| matches!(k, ItemKind::Strategy(_)));
            failed |= known.is_none();
            if let Some(first) = seen.insert(&name.name, name.span) {
                self.report(
                    Diagnostic::error(
                        Code::BadMix,
                        name.span,
                        format!("`{}` stands twice in this mix", name.name),
                    )
                    .related(first, "first named here")
                    .hint("name it once, with the sum of both shares"),
                );
                failed = true;
                continue;
            }
            let share = match share {
                Some(e) => {
                    let Some(value) = self.plain_number(e, Code::BadMix, "a share") else {
                        failed = true;
                        continue;
                    };
                    if value <= 0.0 {
                        self.report(
                            Diagnostic::error(
                                Code::BadMix,
                                e.span,
                                format!("the share of `{}` is not above 0%", name.name),
                            )
                            .hint("leave out a strategy that gets nothing"),
                        );
                        failed = true;
                        continue;
                    }
                    total = total.zip(Decimal::of(e)).and_then(|(a, b)| a.plus(b));
                    value
                }
                None if row.mix.len() == 1 => 1.0,
                None => {
                    self.report(
                        Diagnostic::error(
                            Code::BadMix,
                            name.span,
                            format!("`{}` has no share, but it is one of several", name.name),
                        )
                        .hint(format!("write `{} 50%`", name.name)),
                    );
                    failed = true;
                    continue;
                }
            };
            sum += share;
            mix.push((name.name.clone(), share));
        }
        if failed {
            return None;
        }
        let whole = match total {
            _ if row.mix.iter().all(|(_, share)| share.is_none()) => true,
            Some(total) => total == Decimal::ONE,
            None => (sum - 1.0_f64).abs() < 1e-12,
        };
        if !whole {
            let from = row.mix.first().map_or(row.class.span, |(n, _)| n.span);
            let to = row.mix.last().map_or(row.class.span, |(n, share)| {
                share.as_ref().map_or(n.span, |e| e.span)
            });
            let shown = match total {
                Some(total) => total.percent(),
                None => format!("{}%", sum * 100.0),
            };
            self.report(
                Diagnostic::error(
                    Code::BadMix,
                    from.to(to),
                    format!("the shares of this mix add up to {shown}, not to 100%"),
                )
                .hint("the size of the row scales all of them: `size 0.8` trades 80%"),
            );
            return None;
        }
        Some(mix)
    }

    /// A written number: arithmetic on literals.
    pub(super) fn plain_number(&mut self, e: &'t Expr, code: Code, what: &str) -> Option<f64> {
        let id = self.number(e)?;
        match self.builder.constant(id) {
            Some(v) if v.is_finite() => Some(v),
            Some(_) => {
                self.error(code, e.span, format!("{what} must be a finite number"));
                None
            }
            None => {
                self.error(
                    code,
                    e.span,
                    format!("{what} is a written number, known before any bar"),
                );
                None
            }
        }
    }

    /// A number from 0 to 1; where `warns`, above 1 is allowed with a warning.
    pub(super) fn share_of_one(&mut self, e: &'t Expr, what: &str, warns: bool) -> Option<f64> {
        let v = self.plain_number(e, Code::BadSize, what)?;
        if (0.0..=1.0).contains(&v) {
            return Some(v);
        }
        // A larger one is a percentage without its sign.
        if warns && v > 1.0 && v <= 10.0 {
            if self.lints() {
                self.report(
                    Diagnostic::warning(
                        Code::OddLimit,
                        e.span,
                        format!("{what} of {v} trades more than the strategy asks for"),
                    )
                    .hint("the risk table is asked with the larger size"),
                );
            }
            return Some(v);
        }
        let report = Diagnostic::error(Code::BadSize, e.span, format!("{what} is {v}"))
            .label("expected a number between 0 and 1");
        self.report(if v > 1.0 {
            report.hint(format!("{v} percent is written `{v}%`"))
        } else {
            report.hint("0 trades nothing")
        });
        None
    }

    /// `share < 50%`
    pub(super) fn suggest(&mut self, e: &'t Expr) -> Option<SuggestBelow> {
        let parts = match &e.kind {
            ExprKind::Compare { first, rest } => match (&first.kind, &rest[..]) {
                (ExprKind::Name(name), [(op @ (CompareOp::Lt | CompareOp::Le), limit)])
                    if name == "share" =>
                {
                    Some((*op, limit))
                }
                _ => None,
            },
            _ => None,
        };
        let Some((op, limit)) = parts else {
            self.report(
                Diagnostic::error(
                    Code::WrongType,
                    e.span,
                    "a switch is suggested by the share of the strategy that runs",
                )
                .hint("write `suggest switch when share < 50%`"),
            );
            self.silent();
            return None;
        };
        let Some(share) = self.share_of_one(limit, "the share", false) else {
            self.silent();
            return None;
        };
        Some(SuggestBelow {
            share,
            inclusive: op == CompareOp::Le,
        })
    }
}
