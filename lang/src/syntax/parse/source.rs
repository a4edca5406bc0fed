//! Where a value comes from and when it is taken: other feeds, sessions and schedules, zones of a
//! pool, and static loops.

use pest::iterators::Pair;

use super::expr::Builder;
use super::grammar::Rule;
use super::operand::unescape;
use crate::diag::suggest::did_you_mean;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Every, Expr, ExprKind, Ident, Number, NumberUnit, PostOp, Schedule, Zone, ZoneOrder,
};
use crate::syntax::keyword::Keyword;
use crate::syntax::number;

/// Days a week's schedule can name.
const DAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl Builder<'_> {
    /// `@ 4h`, `of "ETH/USDT"`, `since entry`, `across universe`; `end` becomes the last word's place.
    pub(super) fn source_tail(&mut self, pair: Pair<'_, Rule>, end: &mut Span) -> Option<PostOp> {
        let rule = pair.as_rule();
        let whole = self.span(&pair);
        let last = pair.into_inner().last()?;
        *end = self.span(&last);
        match rule {
            Rule::at_tail => {
                let length = self.duration(&last, "`@`", "`@ 4h`, `@ 1d`")?;
                Some(PostOp::At(length, whole.to(*end)))
            }
            Rule::of_tail => Some(PostOp::Of(unescape(last.as_str()), *end)),
            Rule::since_tail => {
                let name = self.ident(&last);
                self.only_word(&name, "since", "entry")
                    .then_some(PostOp::Since(name))
            }
            _ => {
                let name = self.ident(&last);
                self.only_word(&name, "across", "universe")
                    .then_some(PostOp::Across(name))
            }
        }
    }

    /// Reports a word that is not the only one which may stand behind another.
    fn only_word(&mut self, found: &Ident, after: &str, wanted: &str) -> bool {
        let fits = found.name == wanted;
        if !fits {
            self.sink.push(
                Diagnostic::error(
                    Code::Syntax,
                    found.span,
                    format!(
                        "expected `{wanted}` after `{after}`, found `{}`",
                        found.name
                    ),
                )
                .fix(
                    format!("write `{wanted}`"),
                    vec![(found.span, wanted.to_owned())],
                ),
            );
        }
        fits
    }

    /// A number that must be a length of time.
    pub(super) fn duration(
        &mut self,
        pair: &Pair<'_, Rule>,
        after: &str,
        examples: &str,
    ) -> Option<Number> {
        let number = number::read(pair.as_str()).ok()?;
        if number.unit == NumberUnit::Duration {
            return Some(number);
        }
        self.sink.push(
            Diagnostic::error(
                Code::Syntax,
                self.span(pair),
                format!(
                    "expected a duration after {after}, found `{}`",
                    pair.as_str()
                ),
            )
            .hint(format!("a duration has a unit: {examples}")),
        );
        None
    }

    /// A number that must be a time of day.
    fn time_of_day(&mut self, pair: &Pair<'_, Rule>) -> Option<Number> {
        let number = number::read(pair.as_str()).ok()?;
        if number.unit == NumberUnit::TimeOfDay {
            return Some(number);
        }
        self.sink.push(
            Diagnostic::error(
                Code::Syntax,
                self.span(pair),
                format!("expected a time of day, found `{}`", pair.as_str()),
            )
            .hint("a time of day has hours and minutes: `09:30`"),
        );
        None
    }

    /// `zone`
    fn zone_name(&self, pair: Pair<'_, Rule>) -> Option<Zone> {
        let part = pair.into_inner().next()?;
        let name = match part.as_rule() {
            Rule::string => unescape(part.as_str()),
            _ => part.as_str().to_owned(),
        };
        Some(Zone {
            name,
            span: self.span(&part),
        })
    }

    /// `within`
    pub(super) fn within(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut span = self.span(&pair);
        let mut times = Vec::new();
        let mut zone = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::number => {
                    span.end = self.span(&part).end;
                    times.push(self.time_of_day(&part));
                }
                Rule::zone => zone = self.zone_name(part),
                _ => {}
            }
        }
        if let Some(zone) = &zone {
            span.end = zone.span.end;
        }
        let mut times = times.into_iter().flatten();
        let kind = match (times.next(), times.next()) {
            (Some(from), Some(to)) => ExprKind::Within { from, to, zone },
            _ => ExprKind::Error,
        };
        Expr { kind, span }
    }

    /// `every_tail`; `None` when it says nothing that can be meant, which is reported.
    pub(super) fn schedule(&mut self, pair: Pair<'_, Rule>) -> Option<Schedule> {
        let mut span = self.span(&pair);
        let mut every = None;
        let (mut at, mut zone) = (None, None);
        let mut count = None;
        for part in pair.into_inner() {
            span.end = self.span(&part).end;
            match part.as_rule() {
                Rule::name => every = Some(Every::Event(self.ident(&part))),
                Rule::sum => {
                    let value = self.sum(part);
                    span.end = value.span.end;
                    count = Some(value);
                }
                Rule::kw_bars => {
                    every = count.take().map(|bars| Every::Bars(Box::new(bars)));
                }
                Rule::period => {
                    for piece in part.into_inner() {
                        match piece.as_rule() {
                            Rule::period_word => {
                                span.end = self.span(&piece).end;
                                every = Some(match piece.as_str() {
                                    "day" => Every::Day,
                                    "week" => Every::Week(None),
                                    _ => Every::Month,
                                });
                            }
                            Rule::on_day => {
                                let name = piece.into_inner().last().map(|p| self.ident(&p))?;
                                span.end = name.span.end;
                                every = Some(self.weekday(name, every.as_ref())?);
                            }
                            Rule::at_time => {
                                let time = piece.into_inner().last()?;
                                span.end = self.span(&time).end;
                                at = Some(self.time_of_day(&time)?);
                            }
                            Rule::zone => {
                                zone = self.zone_name(piece);
                                span.end = zone.as_ref().map_or(span.end, |z| z.span.end);
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(length) = count {
            every = Some(self.plain_length(length)?);
        }
        Some(Schedule {
            every: every?,
            at,
            zone,
            span,
        })
    }

    fn weekday(&mut self, name: Ident, every: Option<&Every>) -> Option<Every> {
        let report = if !matches!(every, Some(Every::Week(_))) {
            Diagnostic::error(
                Code::Syntax,
                name.span,
                "only a week's schedule names a day",
            )
            .hint("write `every week on monday`")
        } else if DAYS.contains(&name.name.as_str()) {
            return Some(Every::Week(Some(name)));
        } else {
            let report = Diagnostic::error(
                Code::Syntax,
                name.span,
                format!(
                    "expected a day of the week after `on`, found `{}`",
                    name.name
                ),
            );
            match did_you_mean(&name.name, DAYS.iter().copied()) {
                Some(day) => report.hint(format!("did you mean `{day}`?")),
                None => report.hint("write `every week on monday`"),
            }
        };
        self.sink.push(report);
        None
    }

    /// `every 4h`: what stands without `bars` is a duration literal.
    fn plain_length(&mut self, length: Expr) -> Option<Every> {
        if let ExprKind::Number(number) = &length.kind
            && number.unit == NumberUnit::Duration
        {
            return Some(Every::Duration(number.clone()));
        }
        let end = Span::new(length.span.file, length.span.end, length.span.end);
        self.sink.push(
            Diagnostic::error(
                Code::Syntax,
                length.span,
                "expected `bars` after this number, or a duration such as `4h`",
            )
            // Minutes may have been meant as well.
            .suggest("write `bars`", vec![(end, " bars".to_owned())]),
        );
        None
    }

    /// `name where condition by nearest value`
    pub(super) fn zone(&mut self, name: &Pair<'_, Rule>, pair: Pair<'_, Rule>) -> Expr {
        let pool = self.ident(name);
        let mut condition = self.nothing();
        let mut by = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::or_chain => condition = self.or_chain(part),
                Rule::by_tail => {
                    let mut order = ZoneOrder::Nearest;
                    for piece in part.into_inner() {
                        match piece.as_rule() {
                            Rule::zone_order => {
                                order = match piece.as_str() {
                                    "highest" => ZoneOrder::Highest,
                                    "lowest" => ZoneOrder::Lowest,
                                    _ => ZoneOrder::Nearest,
                                }
                            }
                            Rule::sum => by = Some((order, Box::new(self.sum(piece)))),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        let end = by.as_ref().map_or(condition.span, |(_, value)| value.span);
        Expr {
            span: pool.span.to(end),
            kind: ExprKind::Zone {
                pool,
                condition: Box::new(condition),
                by,
            },
        }
    }

    /// `name(i in lo..hi: body)`
    pub(super) fn unrolled(&mut self, name: &Pair<'_, Rule>, pair: Pair<'_, Rule>) -> Expr {
        let callee = self.ident(name);
        let span = self.span(&pair);
        self.check_touching(callee.span, span, "a call");
        let mut var = callee.clone();
        let mut ends = Vec::new();
        let mut body = self.nothing();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::loop_open => var = self.counter(&part),
                Rule::sum => ends.push(self.sum(part)),
                Rule::else_chain => body = self.else_chain(part),
                _ => {}
            }
        }
        let mut ends = ends.into_iter();
        let lo = ends.next().unwrap_or_else(|| self.nothing());
        let hi = ends.next().unwrap_or_else(|| self.nothing());
        Expr {
            span: callee.span.to(span),
            kind: ExprKind::Loop {
                callee,
                var,
                lo: Box::new(lo),
                hi: Box::new(hi),
                body: Box::new(body),
            },
        }
    }

    /// The name in `( i in`.
    fn counter(&mut self, pair: &Pair<'_, Rule>) -> Ident {
        let text = pair.as_str();
        let inner = text.trim_start_matches(['(', ' ']);
        let name = inner.split(' ').next().unwrap_or("");
        let place = self.span(pair);
        let offset = |length: usize| u32::try_from(length).unwrap_or(0);
        let start = place.start + offset(text.len() - inner.len());
        let span = Span::new(place.file, start, start + offset(name.len()));
        if Keyword::of(name).is_some() {
            self.sink.push(Diagnostic::error(
                Code::Syntax,
                span,
                format!("`{name}` is a word of the language and cannot be a name"),
            ));
        }
        Ident {
            name: name.to_owned(),
            span,
        }
    }
}
