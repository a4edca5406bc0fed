//! Rows of tables: of a router, of a risk table, and the columns of a test's bars.

use super::body::Segment;
use super::grammar::Rule;
use super::reader::Reader;
use super::trial;
use crate::syntax::ast::{LimitAction, LimitRow, RouteRow, StmtKind};
use crate::syntax::words::Place;

/// The row of a segment that begins with a name of its own.
pub(super) fn row(
    reader: &mut Reader<'_, '_>,
    place: Place,
    segment: &Segment,
) -> Option<StmtKind> {
    match place {
        Place::Router => route(reader, segment),
        Place::Risk => limit(reader, segment),
        Place::Test => trial::column(reader, segment),
        _ => {
            super::unknown::stmt(reader, place, segment);
            None
        }
    }
}

/// `weak_trend_up => A 70% + B 30%  size 0.8`
fn route(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    reader.read(Rule::route_row, segment.from, segment.to, |parsed| {
        let class = parsed.name()?;
        let (mut when, mut size) = (None, None);
        let mut mix = Vec::new();
        for pair in parsed.pairs.by_ref() {
            match pair.as_rule() {
                Rule::route_when => {
                    let condition = pair.into_inner().find(|p| p.as_rule() == Rule::or_chain);
                    when = condition.map(|p| parsed.build.or_chain(p));
                }
                Rule::share => {
                    let mut parts = pair.into_inner();
                    let name = parts.next()?;
                    let share = parts.next().map(|p| parsed.build.number(&p));
                    mix.push((parsed.build.ident(&name), share));
                }
                Rule::route_size => {
                    let value = pair.into_inner().find(|p| p.as_rule() == Rule::sum);
                    size = value.map(|p| parsed.build.sum(p));
                }
                _ => {}
            }
        }
        Some(StmtKind::Route(RouteRow {
            class,
            when,
            mix,
            size,
        }))
    })?
}

/// `max_daily_loss 5% => halt until next day`
fn limit(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    reader.read(Rule::limit_row, segment.from, segment.to, |parsed| {
        let name = parsed.name()?;
        let value = parsed.sum()?;
        let action = parsed.take(Rule::limit_action).and_then(|pair| {
            let mut action = None;
            let mut span = parsed.build.span(&pair);
            for part in pair.into_inner() {
                span.end = parsed.build.span(&part).end;
                action = Some(match (part.as_rule(), part.as_str()) {
                    (Rule::limit_halt, _) => LimitAction::Halt,
                    (Rule::until_day, _) => LimitAction::HaltUntilNextDay,
                    (_, "warn") => LimitAction::Warn,
                    _ => LimitAction::Reject,
                });
            }
            Some((action?, span))
        });
        Some(StmtKind::Limit(LimitRow {
            name,
            value,
            action,
        }))
    })?
}
