//! Feeds where all bars are known: one column each.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use strat_abi::{BarColumns, OtherColumns};

use super::calendar::{Due, Within};
use super::clock::{Clock, Moment};
use super::column::Column;
use super::resample::Longer;
use crate::exec::Code;
use crate::ir::{Feed, FeedKind};

/// The columns of a feed, one per parameter set; `inner` is the code of its graph, where it has one,
/// `clock` stands before the first bar. Bars are resampled and aligned once for all sets.
pub(crate) fn columns<'a>(
    feed: &Feed,
    inner: Option<&Code>,
    sets: &[&[f64]],
    bars: BarColumns<'a>,
    clock: &Clock,
) -> Vec<Column<'a>> {
    let same = match (&feed.kind, inner) {
        (FeedKind::Timeframe { millis, .. }, Some(code)) => {
            let (longer, count) = Longer::closed(bars, clock.clone(), *millis);
            let resampled = Longer::others(bars, *millis);
            let others: Vec<OtherColumns<'_>> = bars
                .others
                .iter()
                .zip(&resampled)
                .map(|(other, longer)| match longer {
                    Some(longer) => OtherColumns::Bars(longer.columns(&[])),
                    None => *other,
                })
                .collect();
            return of_graph(code, sets, longer.columns(&others), &count.into());
        }
        (FeedKind::Symbol { need, .. }, Some(code)) => {
            let Some(OtherColumns::Bars(other)) = bars.others.get(*need) else {
                return vec![Column::NA; sets.len()];
            };
            let theirs = BarColumns {
                others: bars.others,
                ..*other
            };
            return of_graph(code, sets, theirs, &aligned(bars.time, other.time));
        }
        (FeedKind::Due(calendar), _) => match Due::new(calendar) {
            Some(mut due) => per_bar(bars, clock, |bar| due.on(bar)),
            None => Column::NA,
        },
        (FeedKind::Within { from, to, zone }, _) => match Within::new(*from, *to, zone) {
            Some(session) => per_bar(bars, clock, |bar| session.on(bar)),
            None => Column::NA,
        },
        (FeedKind::External(need), _) => match bars.others.get(*need) {
            Some(OtherColumns::Values { time, value }) => {
                let mut seen = 0;
                let count = moments(bars, clock).map(|bar| {
                    seen += published(&time[seen.min(time.len())..], bar.close);
                    seen as u32
                });
                Column::Seen {
                    count: count.collect(),
                    values: Cow::Borrowed(value),
                }
            }
            _ => Column::NA,
        },
        (FeedKind::Event(need), _) => match bars.others.get(*need) {
            Some(OtherColumns::Values { time, .. }) => {
                let mut passed = 0;
                per_bar(bars, clock, |bar| {
                    passed += published(&time[passed..], bar.before);
                    published(&time[passed..], bar.close) > 0
                })
            }
            _ => Column::NA,
        },
        _ => Column::NA,
    };
    vec![same; sets.len()]
}

/// Output 0 of a graph over other bars, of which `count` are seen on each bar.
fn of_graph<'a>(
    code: &Code,
    sets: &[&[f64]],
    bars: BarColumns<'_>,
    count: &Arc<[u32]>,
) -> Vec<Column<'a>> {
    let values = |set: &&[f64]| {
        let mut out = Vec::new();
        code.evaluate(set, bars, None, &mut out);
        out.into_iter().next()
    };
    sets.par_iter()
        .map(|set| Column::Seen {
            values: Cow::Owned(values(set).unwrap_or_default()),
            count: Arc::clone(count),
        })
        .collect()
}

/// How many of these times, ascending, are not after `millis`.
fn published(times: &[i64], millis: i64) -> usize {
    let until = i128::from(millis) * 1_000_000;
    times
        .iter()
        .take_while(|t| i128::from(**t) <= until)
        .count()
}

/// For each of `times` 1 more than the index of the same time in `theirs`, else 0.
fn aligned(times: &[i64], theirs: &[i64]) -> Arc<[u32]> {
    let mut i = 0;
    times
        .iter()
        .map(|time| {
            while theirs.get(i).is_some_and(|t| t < time) {
                i += 1;
            }
            if theirs.get(i) == Some(time) {
                i as u32 + 1
            } else {
                0
            }
        })
        .collect()
}

fn moments(bars: BarColumns<'_>, clock: &Clock) -> impl Iterator<Item = Moment> {
    let mut clock = clock.clone();
    (0..bars.len()).map(move |t| clock.next(bars.bar(t).time))
}

fn per_bar<'a>(
    bars: BarColumns<'_>,
    clock: &Clock,
    mut holds: impl FnMut(Moment) -> bool,
) -> Column<'a> {
    let values = moments(bars, clock).map(|bar| if holds(bar) { 1.0 } else { 0.0 });
    Column::Bars(Cow::Owned(values.collect()))
}
