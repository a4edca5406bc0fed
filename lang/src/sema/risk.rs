//! Tables of limits: known ones, within their bounds, not at odds with one another.

use super::Checker;
use super::check::{first_line, item_style};
use super::strategy::{quoted, statement_word};
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Breach, LIMITS, Limit, LimitKind, LimitRule, LimitUnit, Risk};
use crate::source::Span;
use crate::syntax::ast::{BodyItem, Item, LimitAction, LimitRow, StmtKind};

impl<'t> Checker<'t, '_> {
    /// Checks a table of limits.
    pub(super) fn risk(&mut self, item: &'t Item, body: &'t BodyItem) -> Option<Risk> {
        if self.lint {
            item_style(&body.name, self.sink);
        }
        let mut limits: Vec<(Limit, Span)> = Vec::new();
        let mut seen: Vec<(&str, Span)> = Vec::new();
        for stmt in &body.body {
            match &stmt.kind {
                StmtKind::Limit(row) => {
                    if let Some((_, first)) = seen.iter().find(|(n, _)| *n == row.name.name) {
                        let first = *first;
                        self.stated_twice("a table", row.name.span, first, &row.name.name);
                        continue;
                    }
                    seen.push((&row.name.name, row.name.span));
                    if let Some(limit) = self.limit(row, stmt.span) {
                        limits.push((limit, row.value.span));
                    }
                }
                StmtKind::Error => self.unread(stmt),
                other => {
                    let word = quoted(statement_word(other));
                    self.report(
                        Diagnostic::error(
                            Code::MisplacedStatement,
                            stmt.span,
                            format!("{word} does not belong in a table of limits"),
                        )
                        .hint("a `risk` holds limits such as `max_daily_loss 5%`"),
                    );
                }
            }
        }
        if body.body.is_empty() {
            self.report(
                Diagnostic::error(
                    Code::MissingPart,
                    body.name.span,
                    format!("`{}` limits nothing", body.name.name),
                )
                .hint("state at least one limit, such as `max_daily_loss 5%`"),
            );
        }
        self.contradictions(&limits);
        let failed = self.incomplete || self.sink.errors() > self.errors_before;
        (!failed).then(|| Risk {
            name: body.name.name.clone(),
            doc: first_line(item.doc.as_deref()),
            limits: limits.into_iter().map(|(limit, _)| limit).collect(),
            span: item.span,
        })
    }

    fn limit(&mut self, row: &'t LimitRow, span: Span) -> Option<Limit> {
        let value = self.plain_number(&row.value, Code::BadLimit, "a limit");
        let Some(rule) = LIMITS.iter().find(|r| r.name == row.name.name) else {
            self.unknown_limit(row);
            return None;
        };
        let breach = self.breach(rule, row);
        let value = value?;
        let (lo, hi) = rule.bounds;
        let whole = rule.unit != LimitUnit::Count || value.fract() == 0.0;
        if !(lo..=hi).contains(&value) || !whole {
            let report = Diagnostic::error(
                Code::BadLimit,
                row.value.span,
                format!("`{}` is {}", rule.name, shown(rule, value)),
            )
            .label(format!(
                "expected {} from {} to {}",
                match rule.unit {
                    LimitUnit::Count => "a whole number",
                    LimitUnit::Share => "a share",
                    LimitUnit::Ratio => "a number",
                },
                shown(rule, lo),
                shown(rule, hi)
            ));
            let percent = rule.unit == LimitUnit::Share && (lo..=hi).contains(&(value / 100.0));
            let words = self.words(row.value.span).filter(|_| percent);
            self.report(match words {
                Some(words) if !words.contains('%') => report.fix(
                    format!("write `{words}%`"),
                    vec![(row.value.span, format!("{words}%"))],
                ),
                _ => report.hint(format!("it limits the {}", rule.meaning)),
            });
            return None;
        }
        self.unusual(rule, value, row.value.span);
        Some(Limit {
            kind: rule.kind,
            value,
            breach: breach?,
            span,
        })
    }

    fn unknown_limit(&mut self, row: &LimitRow) {
        let name = &row.name.name;
        let report = Diagnostic::error(
            Code::UnknownLimit,
            row.name.span,
            format!("there is no limit `{name}`"),
        );
        // As other systems call it.
        let other = match name.as_str() {
            "max_position_size_pct" => Some("max_position_size"),
            "max_drawdown" => Some("max_portfolio_drawdown"),
            "max_risk_per_trade" | "risk_per_trade" => Some("max_single_trade_risk"),
            "max_positions" | "max_open_trades" => Some("max_open_positions"),
            "leverage" => Some("max_leverage"),
            _ => None,
        };
        let near = other.or_else(|| suggest::did_you_mean(name, LIMITS.iter().map(|r| r.name)));
        self.report(match near {
            Some(near) => report.did_you_mean(row.name.span, name, near),
            None => report.hint(format!(
                "the limits are {}",
                super::types::listed(LIMITS.iter().map(|r| r.name))
            )),
        });
    }

    /// What a breach does: an account halts, an order is refused.
    fn breach(&mut self, rule: &LimitRule, row: &LimitRow) -> Option<Breach> {
        let Some((action, span)) = row.action else {
            return Some(rule.breach);
        };
        let breach = match action {
            LimitAction::Reject => Breach::Reject,
            LimitAction::Halt => Breach::Halt,
            LimitAction::HaltUntilNextDay => Breach::HaltUntilNextDay,
            LimitAction::Warn => Breach::Warn,
        };
        let halts = matches!(breach, Breach::Halt | Breach::HaltUntilNextDay);
        if breach == Breach::Warn || halts == rule.of_account {
            return Some(breach);
        }
        let report = if halts {
            Diagnostic::error(
                Code::BadLimit,
                span,
                format!("`{}` is about one order and cannot halt", rule.name),
            )
            .hint("an order that breaks it is refused: write `reject` or `warn`")
        } else {
            Diagnostic::error(
                Code::BadLimit,
                span,
                format!("`{}` is about the account, not about an order", rule.name),
            )
            .hint("write `halt`, `halt until next day` or `warn`")
        };
        self.report(report);
        None
    }

    /// Warns of a value that is allowed and seldom meant.
    fn unusual(&mut self, rule: &LimitRule, value: f64, span: Span) {
        let (lo, hi) = rule.usual;
        if (lo..=hi).contains(&value) || !self.lints() {
            return;
        }
        let odd = |text: String| Diagnostic::warning(Code::OddLimit, span, text);
        let named = format!("`{}` of {}", rule.name, shown(rule, value));
        self.report(if rule.kind != LimitKind::MinRiskReward {
            odd(format!("{named} hardly limits the {}", rule.meaning)).hint(format!(
                "usual are {} to {}",
                shown(rule, lo),
                shown(rule, hi)
            ))
        } else if value < lo {
            odd(format!("{named} lets a trade risk more than it can win")).hint("usual are 1 to 3")
        } else {
            odd(format!("{named} refuses nearly every trade")).hint("usual are 1 to 3")
        });
    }

    /// Reports limits that leave another without any effect.
    fn contradictions(&mut self, limits: &[(Limit, Span)]) {
        let of = |kind: LimitKind| limits.iter().find(|(l, _)| l.kind == kind).copied();
        let trade = of(LimitKind::MaxSingleTradeRisk);
        let day = of(LimitKind::MaxDailyLoss);
        let drawdown = of(LimitKind::MaxPortfolioDrawdown);
        if let (Some((trade, at)), Some((all, all_at))) = (trade, drawdown)
            && trade.value > all.value
        {
            self.report(
                Diagnostic::error(
                    Code::BadLimit,
                    at,
                    "one trade may lose more than the whole portfolio may",
                )
                .related(all_at, "the portfolio halts here")
                .hint("lower `max_single_trade_risk`, so that several losses are needed"),
            );
            return;
        }
        if !self.lints() {
            return;
        }
        if let (Some((trade, at)), Some((day, day_at))) = (trade, day)
            && trade.value > day.value
        {
            self.report(
                Diagnostic::warning(Code::OddLimit, at, "one losing trade ends the day")
                    .related(day_at, "the day ends here")
                    .hint("lower `max_single_trade_risk` below `max_daily_loss`"),
            );
        }
        if let (Some((day, at)), Some((all, all_at))) = (day, drawdown)
            && day.value > all.value
        {
            self.report(
                Diagnostic::warning(
                    Code::OddLimit,
                    at,
                    "the limit of a day is never reached before that of the portfolio",
                )
                .related(all_at, "the portfolio halts here")
                .hint("lower `max_daily_loss` below `max_portfolio_drawdown`"),
            );
        }
    }
}

/// A limit's value as it is written.
fn shown(rule: &LimitRule, value: f64) -> String {
    match rule.unit {
        // Rounded, so that 0.07 is 7% and not 7.000000000000001%.
        LimitUnit::Share => format!("{}%", (value * 1e10).round() / 1e8),
        LimitUnit::Count | LimitUnit::Ratio => value.to_string(),
    }
}
