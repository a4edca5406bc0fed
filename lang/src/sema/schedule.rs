//! Schedules: values that are sampled and held, and sessions.

use super::Checker;
use super::scope::Value;
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{Calendar, Compare, FeedKind, Input, Kind, Math1, Math2, NodeId, Period, Start};
use crate::source::Span;
use crate::syntax::ast::{Every, Expr, Ident, Number, Schedule, Zone};

const DAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Seconds of a day.
const DAY: f64 = 86_400.0;

impl<'t> Checker<'t, '_> {
    /// `x every 20 bars`: the value of the last bar on which the schedule was due.
    pub(super) fn every(&mut self, value: &'t Expr, schedule: &'t Schedule, span: Span) -> Value {
        let of = self.expr(value);
        let Some((due, wait)) = self.due(schedule) else {
            return Value::Error;
        };
        let nodes: Vec<NodeId> = match &of {
            Value::Node(x) => vec![*x],
            Value::Record(fields) => fields.iter().map(|(_, x)| *x).collect(),
            other => {
                self.want_number(&other.clone(), value.span);
                return Value::Error;
            }
        };
        let mut held = Vec::with_capacity(nodes.len());
        for x in nodes {
            if !self.outside_steps(&[(x, value.span)], "a schedule") {
                return Value::Error;
            }
            held.push(self.held(x, due, wait, span));
        }
        match of {
            Value::Record(fields) => Value::Record(std::rc::Rc::new(
                (fields.iter().zip(held))
                    .map(|((name, _), x)| (name.clone(), x))
                    .collect(),
            )),
            _ => held.first().map_or(Value::Error, |x| Value::Node(*x)),
        }
    }

    /// Samples x where `due` holds and keeps it until the next time.
    fn held(&mut self, x: NodeId, due: NodeId, wait: Option<NodeId>, span: Span) -> NodeId {
        let b = &mut self.builder;
        let na = b.na(span);
        let one = b.number(1.0, span);
        let seed = b.add(Kind::Select(due, x, na), span);
        let group = b.open_group(Start::FirstSeed);
        let member = b.add_member(group, "", seed, true, span);
        let past = b.add(Kind::Prev(group, member, one), span);
        let step = b.add(Kind::Select(due, x, past), span);
        b.set_step(group, member, step, span);
        b.close_group(group);
        let id = b.add(Kind::Member(group, member), span);
        // The first time may be as far off as one period less a bar.
        if let Some(wait) = wait {
            let own = b.look(x);
            let wait = b.length_look(wait);
            let look = b.unit.looks.sum(own, wait);
            b.set_look(id, look);
        }
        id
    }

    /// The condition that a schedule is due, and how many bars at most it is waited for, less one.
    pub(super) fn due(&mut self, schedule: &'t Schedule) -> Option<(NodeId, Option<NodeId>)> {
        let span = schedule.span;
        let at = schedule.at.as_ref().map_or(0.0, |at| at.value);
        let zone = self.zone(schedule.zone.as_ref())?;
        let (every, seconds) = match &schedule.every {
            Every::Bars(n) => {
                let n = self.length(n, 1, "the number of bars of a schedule")?;
                return self.due_in_bars(n, span);
            }
            Every::Duration(n) => (Period::Seconds(n.value), n.value),
            Every::Day => (Period::Day, DAY),
            Every::Week(day) => (Period::Week(self.weekday(day.as_ref())?), 7.0 * DAY),
            Every::Month => (Period::Month, 31.0 * DAY),
            Every::Event(name) => {
                let kind = FeedKind::Event(name.name.clone());
                let feed = self.feed(kind, 0, name.span);
                return Some((self.holds(feed, span), None));
            }
        };
        if let Every::Duration(n) = &schedule.every
            && (n.value <= 0.0 || !self.is_multiple(n.value))
        {
            let bar = self.builder.unit.timeframe.unwrap_or(0.0);
            self.error(
                Code::BadTimeframe,
                span,
                format!(
                    "a schedule of {} does not fit bars of {}: it must be a multiple of them",
                    n.text,
                    duration(bar)
                ),
            );
            return None;
        }
        let feed = self.feed(FeedKind::Due(Calendar { every, at, zone }), 0, span);
        let wait = self.builder.unit.timeframe.map(|bar| {
            let bars = (seconds / bar).ceil().max(1.0) - 1.0;
            self.builder.number(bars, span)
        });
        Some((self.holds(feed, span), wait))
    }

    /// Every n bars, counted from the epoch.
    fn due_in_bars(&mut self, n: NodeId, span: Span) -> Option<(NodeId, Option<NodeId>)> {
        let bar = self.bar_seconds("`every … bars`", span)?;
        let b = &mut self.builder;
        let time = b.add(Kind::Input(Input::Time), span);
        let bar = b.number(bar, span);
        let bars = b.math2(Math2::Div, time, bar, span);
        let bars = b.add(Kind::Math1(Math1::Floor, bars), span);
        let rest = b.math2(Math2::Mod, bars, n, span);
        let (zero, one) = (b.number(0.0, span), b.number(1.0, span));
        let due = b.add(Kind::Compare(Compare::Eq, rest, zero), span);
        let wait = b.math2(Math2::Sub, n, one, span);
        Some((due, Some(wait)))
    }

    /// `within 09:30..16:00 "America/New_York"`
    pub(super) fn within(
        &mut self,
        from: &Number,
        to: &Number,
        zone: Option<&Zone>,
        span: Span,
    ) -> Value {
        let Some(zone) = self.zone(zone) else {
            return Value::Error;
        };
        if from.value == to.value || from.value >= DAY || to.value > DAY {
            self.report(
                Diagnostic::error(
                    Code::BadSchedule,
                    span,
                    format!("there is no session from {} to {}", from.text, to.text),
                )
                .hint("times go from 00:00 to 24:00; a session past midnight ends earlier than it begins"),
            );
            return Value::Error;
        }
        let kind = FeedKind::Within {
            from: from.value,
            to: to.value,
            zone,
        };
        let feed = self.feed(kind, 0, span);
        Value::Node(self.holds(feed, span))
    }

    /// The condition that a feed of 0 and 1 is 1.
    fn holds(&mut self, feed: NodeId, span: Span) -> NodeId {
        let one = self.builder.number(1.0, span);
        self.builder
            .add(Kind::Compare(Compare::Eq, feed, one), span)
    }

    /// Seconds of a bar, where the strategy says.
    pub(super) fn bar_seconds(&mut self, what: &str, span: Span) -> Option<f64> {
        if let Some(seconds) = self.builder.unit.timeframe {
            return Some(seconds);
        }
        // A function on its own does not know its bars; its callers do.
        if self.place == super::Place::Function {
            return Some(3_600.0);
        }
        self.report(
            Diagnostic::error(
                Code::NeedsTimeframe,
                span,
                format!("{what} needs to know how long a bar is"),
            )
            .hint("say it at the top, such as `timeframe 1h`"),
        );
        None
    }

    /// Whether so many seconds are a whole number of bars.
    pub(super) fn is_multiple(&self, seconds: f64) -> bool {
        match self.builder.unit.timeframe {
            Some(bar) => seconds >= bar && (seconds / bar).fract() == 0.0,
            None => true,
        }
    }

    fn weekday(&mut self, day: Option<&Ident>) -> Option<u8> {
        let Some(day) = day else { return Some(0) };
        if let Some(at) = DAYS.iter().position(|d| *d == day.name) {
            return u8::try_from(at).ok();
        }
        let report = Diagnostic::error(
            Code::BadSchedule,
            day.span,
            format!("`{}` is no day of the week", day.name),
        );
        let near = suggest::did_you_mean(&day.name.to_lowercase(), DAYS.iter().copied());
        self.report(match near {
            Some(near) => report.did_you_mean(day.span, &day.name, near),
            None => report.hint("write `monday` to `sunday`"),
        });
        None
    }

    fn zone(&mut self, zone: Option<&Zone>) -> Option<String> {
        let Some(zone) = zone else {
            return Some("utc".to_owned());
        };
        if zone.name == "utc" || jiff::tz::TimeZone::get(&zone.name).is_ok() {
            return Some(zone.name.clone());
        }
        self.report(
            Diagnostic::error(
                Code::BadSchedule,
                zone.span,
                format!("there is no time zone `{}`", zone.name),
            )
            .hint("write `utc`, or a name such as \"America/New_York\""),
        );
        None
    }
}

/// Seconds as a duration literal.
pub(super) fn duration(seconds: f64) -> String {
    for (unit, length) in [("d", DAY), ("h", 3_600.0), ("m", 60.0), ("s", 1.0)] {
        if seconds >= length && (seconds / length).fract() == 0.0 {
            return format!("{}{unit}", seconds / length);
        }
    }
    format!("{}ms", seconds * 1_000.0)
}
