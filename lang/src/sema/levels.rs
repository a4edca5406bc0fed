//! Stops, trails, targets, and what limits entries: pyramiding, cooldown, sessions.

use super::Checker;
use crate::diag::{Code, Diagnostic};
use crate::hir::{self, Cooldown, Dimension, Kind, Leg, Math2, NodeId, Trail};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, Level, NumberUnit, Setting};

/// Greatest fees, and greatest slippage, that raise no eyebrow.
const MOST_USUAL_COST: f64 = 0.02;

impl<'t> Checker<'t, '_> {
    /// `stop 5%`, `stop at P`
    pub(super) fn stop_level(&mut self, level: &'t Level, span: Span) {
        match level {
            Level::Share(e) => {
                if let Some(id) = self.stop_share(e) {
                    // The tightest wins: what is closed at 3% is never open at 5%.
                    self.builder.unit.stop = Some(match self.builder.unit.stop {
                        Some(other) => self.builder.math2(Math2::Min, other, id, span),
                        None => id,
                    });
                }
            }
            Level::At(e) => {
                if let Some(id) = self.price(e, "the level of a stop") {
                    self.builder.unit.plan.stops.push((id, span));
                }
            }
        }
    }

    /// `trail 1.5% once profit > 3.5%`
    pub(super) fn trail(&mut self, level: &'t Level, once: Option<&'t Expr>, span: Span) {
        let once = once.map(|e| self.condition(e));
        let level = match level {
            Level::Share(e) => self.stop_share(e).map(hir::Level::Share),
            Level::At(e) => self.price(e, "the level of a trail").map(hir::Level::At),
        };
        if let (Some(level), None | Some(Some(_))) = (level, once) {
            self.builder.unit.plan.trails.push(Trail {
                level,
                once: once.flatten(),
                span,
            });
        }
    }

    /// `take_profit 4%`, `take_profit at P`
    pub(super) fn target(&mut self, level: &'t Level, span: Span) {
        let level = match level {
            Level::Share(e) => self.gain(e).map(hir::Level::Share),
            Level::At(e) => self.price(e, "the level of a target").map(hir::Level::At),
        };
        if let Some(level) = level {
            self.builder.unit.plan.targets.push((level, span));
        }
    }

    /// A profit that is known before the first bar.
    fn gain(&mut self, e: &'t Expr) -> Option<NodeId> {
        let id = self.number(e)?;
        if !self.of_unit(Dimension::Ratio, id, e.span, super::units::GAIN) {
            return None;
        }
        if self.builder.stage(id).series {
            let part = self.series_part(e);
            self.report(
                Diagnostic::error(
                    Code::WrongStage,
                    part,
                    "a profit target is a share of the entry price, but this changes from bar to bar",
                )
                .hint("a price that changes is `take_profit at …`"),
            );
            return None;
        }
        let Some(v) = self.builder.constant(id) else {
            return Some(id);
        };
        if v.is_nan() || v <= 0.0 {
            self.error(
                Code::BadLadder,
                e.span,
                format!("a profit target of {v} is no profit"),
            );
            return None;
        }
        if v >= 1.0 && matches!(&e.kind, ExprKind::Number(n) if n.unit != NumberUnit::Percent) {
            let text = format!("{v}%");
            self.report(
                Diagnostic::error(
                    Code::BadLadder,
                    e.span,
                    format!(
                        "a profit target of {v} is {} times the entry price",
                        v + 1.0
                    ),
                )
                .label("expected a share, such as 4%")
                .suggest(format!("write `{text}`"), vec![(e.span, text)]),
            );
            return None;
        }
        Some(id)
    }

    /// `take_profit { 0m => 10%  1h => 6% }`: later steps accept less.
    pub(super) fn ladder(&mut self, rows: &'t [(Expr, Expr)], span: Span) {
        let mut found: Vec<(f64, NodeId)> = Vec::with_capacity(rows.len());
        let mut before: Option<(f64, Option<f64>, Span, Span)> = None;
        let mut failed = false;
        for (age, least) in rows {
            let age_at = age.span;
            let seconds = self.ladder_age(age);
            // A step may accept nothing or a loss: that closes what is stale.
            let profit = self.number(least).filter(|id| {
                let series = self.builder.stage(*id).series;
                if series {
                    let text = "a step of a ladder is known before the first bar";
                    self.error(Code::WrongStage, least.span, text);
                }
                !series
            });
            let (Some(seconds), Some(profit)) = (seconds, profit) else {
                failed = true;
                continue;
            };
            let value = self.builder.constant(profit);
            if let Some((earlier, more, at, more_at)) = before {
                if seconds <= earlier {
                    self.report(
                        Diagnostic::error(
                            Code::BadLadder,
                            age_at,
                            "the steps of a ladder go up in time",
                        )
                        .related(at, "this step stands before it"),
                    );
                    failed = true;
                } else if let (Some(more), Some(value)) = (more, value)
                    && value > more
                {
                    self.report(
                        Diagnostic::error(
                            Code::BadLadder,
                            least.span,
                            "a later step accepts less profit, not more: before it is reached, the trade is closed already",
                        )
                        .related(more_at, "less is accepted here"),
                    );
                    failed = true;
                }
            }
            before = Some((seconds, value, age_at, least.span));
            found.push((seconds, profit));
        }
        if !self.builder.unit.plan.ladder.is_empty() {
            self.error(
                Code::RepeatedStatement,
                span,
                "a strategy has one ladder of profits",
            );
            failed = true;
        }
        if !failed {
            self.builder.unit.plan.ladder = found;
        }
    }

    fn ladder_age(&mut self, e: &'t Expr) -> Option<f64> {
        match &e.kind {
            ExprKind::Number(n) if n.unit == NumberUnit::Duration => Some(n.value),
            _ => {
                self.report(
                    Diagnostic::error(
                        Code::BadLadder,
                        e.span,
                        "expected how long the trade was held, such as `30m`",
                    )
                    .hint("a row of a ladder is `1h => 6%`: after one hour 6% is enough"),
                );
                None
            }
        }
    }

    /// `pyramid 3`
    pub(super) fn pyramid(&mut self, e: &'t Expr) {
        self.builder.unit.plan.pyramid = self.length(e, 1, "the number of entries");
    }

    /// `cooldown 5 bars`, `cooldown 4h`
    pub(super) fn cooldown(&mut self, e: &'t Expr, is_bars: bool) {
        let is_time = matches!(&e.kind, ExprKind::Number(n) if n.unit == NumberUnit::Duration);
        self.builder.unit.plan.cooldown = if is_bars && is_time {
            self.error(
                Code::WrongType,
                e.span,
                "a cooldown is a number of bars or a duration, not both",
            );
            None
        } else if is_bars {
            self.length(e, 1, "the cooldown").map(Cooldown::Bars)
        } else if is_time {
            self.number(e).map(Cooldown::Seconds)
        } else {
            let end = Span::new(e.span.file, e.span.end, e.span.end);
            self.report(
                Diagnostic::error(Code::WrongType, e.span, "a cooldown of what?")
                    .hint("write `cooldown 5 bars` or `cooldown 4h`")
                    .suggest("write `bars`", vec![(end, " bars".to_owned())]),
            );
            None
        };
    }

    /// `within 09:30..16:00`: every entry asks for the session as well.
    pub(super) fn sessions(&mut self, sessions: &[(NodeId, Span)]) {
        for (session, span) in sessions {
            for i in 0..self.builder.unit.entries.len() {
                let when = self.builder.unit.entries[i].when;
                let both = self.builder.add(Kind::And(when, *session), *span);
                let entry = &mut self.builder.unit.entries[i];
                entry.when = both;
                entry.terms.push((*session, *span));
            }
        }
    }

    /// `legs a = "BTC/USDT", b = "ETH/USDT"`
    pub(super) fn legs(&mut self, legs: &'t [(Ident, String, Span)]) {
        use super::scope::{Binding, Lint, Value};
        for (name, symbol, at) in legs {
            let known = &self.builder.unit.plan.legs;
            if let Some(first) = known.iter().find(|l| l.symbol == *symbol) {
                let text = format!("the leg `{}` is {symbol} already", first.name);
                self.error(Code::BadLeg, *at, text);
            } else if symbol.trim().is_empty() {
                self.error(Code::BadLeg, *at, "a leg needs a symbol");
            } else {
                self.builder.unit.plan.legs.push(Leg {
                    name: name.name.clone(),
                    symbol: symbol.clone(),
                    span: name.span,
                });
            }
            self.define(
                name,
                Binding::Value(Value::Symbol(symbol.as_str().into())),
                Lint::Unused,
            );
        }
        if let [(_, _, at)] = legs {
            self.report(
                Diagnostic::error(Code::BadLeg, *at, "a trade with legs has at least two")
                    .hint("name the other: `legs a = \"BTC/USDT\", b = \"ETH/USDT\"`"),
            );
        }
    }

    /// `execution { fees 0.1%  slippage 5bp  convention strat  cash 10000 }`
    pub(super) fn execution(&mut self, settings: &'t [Setting]) {
        for (i, setting) in settings.iter().enumerate() {
            let name = setting.name.name.as_str();
            if let Some(first) = settings[..i].iter().find(|s| s.name.name == name) {
                self.twice(&setting.name, first.name.span);
                continue;
            }
            match name {
                "convention" => self.convention(setting),
                "fees" | "slippage" | "cash" => {
                    let Some(v) = self.constant_setting(setting) else {
                        continue;
                    };
                    let execution = &mut self.builder.unit.plan.execution;
                    match name {
                        "fees" => execution.fees = Some(v),
                        "slippage" => execution.slippage = Some(v),
                        _ => execution.cash = Some(v),
                    }
                }
                _ => {
                    self.unknown_setting(&setting.name, &["fees", "slippage", "convention", "cash"])
                }
            }
        }
    }

    fn convention(&mut self, setting: &'t Setting) {
        const CONVENTIONS: &[&str] = &["strat", "vectorbt", "freqtrade"];
        match &setting.value.kind {
            ExprKind::Name(word) if CONVENTIONS.contains(&word.as_str()) => {
                self.builder.unit.plan.execution.convention = Some(word.clone());
            }
            _ => self.report(
                Diagnostic::error(
                    Code::BadSetting,
                    setting.value.span,
                    "there is no such convention",
                )
                .hint("the conventions are `strat`, `vectorbt` and `freqtrade`"),
            ),
        }
    }

    fn constant_setting(&mut self, setting: &'t Setting) -> Option<f64> {
        let e = &setting.value;
        let id = self.number(e)?;
        let name = &setting.name.name;
        let Some(v) = self.builder.constant(id) else {
            self.error(Code::BadSetting, e.span, format!("`{name}` is a constant"));
            return None;
        };
        let is_share = name != "cash";
        let fits = if is_share {
            (0.0..1.0).contains(&v)
        } else {
            v > 0.0 && v.is_finite()
        };
        if fits {
            if is_share && v > MOST_USUAL_COST && self.lints() {
                self.large_cost(name, e.span, v);
            }
            return Some(v);
        }
        let report = Diagnostic::error(Code::BadSetting, e.span, format!("`{name}` is {v}"));
        self.report(if is_share {
            report.label("expected a share from 0% to below 100%")
        } else {
            report.label("expected an amount above 0")
        });
        None
    }

    /// `fees 0.1`: a tenth of every fill, where a thousandth was meant.
    fn large_cost(&mut self, name: &str, span: Span, v: f64) {
        let share = (v * 1e6).round() / 1e4;
        let report = Diagnostic::warning(
            Code::OddLimit,
            span,
            format!("`{name}` takes {share}% of every fill"),
        );
        let words = self.words(span).map(str::to_owned);
        self.report(match words {
            Some(words) if words.parse::<f64>().is_ok() => report.suggest(
                format!("write `{words}%`"),
                vec![(span, format!("{words}%"))],
            ),
            _ => report.hint("usual are 0% to 1%"),
        });
    }

    /// A setting that there is not.
    pub(super) fn unknown_setting(&mut self, name: &Ident, known: &[&str]) {
        let report = Diagnostic::error(
            Code::BadSetting,
            name.span,
            format!("there is no setting `{}`", name.name),
        );
        let near = crate::diag::suggest::did_you_mean(&name.name, known.iter().copied());
        self.report(match near {
            Some(near) => report.did_you_mean(name.span, &name.name, near),
            None => report.hint(format!("the settings are {}", known.join(", "))),
        });
    }
}
