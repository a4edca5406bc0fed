//! Schedules and sessions.

use strat_abi::Program;
use strat_compiler::{Executor, compile};
use strat_lang::hir::{Calendar, FeedKind, Period};

use crate::agree::{Beside, agree};
use crate::hand::Hand;
use crate::market::{Bars, MINUTE};

const HOUR: i64 = 60 * MINUTE;

/// Bars of one hour from `first`, nanoseconds, without those of the numbers in `holes`.
fn hours(first: i64, count: i64, holes: &[i64]) -> Bars {
    let mut bars = Bars::default();
    for i in (0..count).filter(|i| !holes.contains(i)) {
        bars.push(first + i * HOUR, [1.0; 5]);
    }
    bars
}

/// The bars on which a feed is 1, by the hour of their open since the first; bar by bar, over
/// columns, on every executor.
fn marked(kind: FeedKind, bars: &Bars) -> Vec<i64> {
    let mut hand = Hand::default();
    hand.unit.timeframe = Some(3600.0);
    let node = hand.feed(kind, 0);
    hand.output("value", node);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    assert!(got[0].iter().all(|x| *x == 0.0 || *x == 1.0));
    (0..bars.time.len())
        .filter(|t| got[0][*t] == 1.0)
        .map(|t| (bars.time[t] - bars.time[0]) / HOUR)
        .collect()
}

fn due(every: Period, at: f64, zone: &str) -> FeedKind {
    FeedKind::Due(Calendar {
        every,
        at,
        zone: zone.to_owned(),
    })
}

/// 2025-03-07 00:00 UTC, a Friday: on Sunday the 9th clocks in New York go from 2 to 3.
const FRIDAY: i64 = 1_741_305_600_000_000_000;

#[test]
fn a_schedule_falls_due_on_the_bar_that_closes_at_or_after_its_time() {
    let bars = hours(FRIDAY, 24 * 12, &[]);
    // Midnight is the close of the bar that opens at 23.
    assert_eq!(
        marked(due(Period::Week(0), 0.0, "utc"), &bars),
        [71, 71 + 168]
    );
    assert_eq!(
        marked(due(Period::Seconds(36_000.0), 0.0, "utc"), &bars)[..3],
        // 1741305600 is 48369 times 36000 and 21600 more.
        [3, 13, 23]
    );
    assert_eq!(
        marked(due(Period::Month, 0.0, "UTC"), &bars),
        [] as [i64; 0]
    );
    // Half past nine in New York is 14:30, from Sunday on 13:30 UTC.
    let days = marked(due(Period::Day, 9.5 * 3600.0, "America/New_York"), &bars);
    assert_eq!(days[..4], [14, 24 + 14, 48 + 13, 72 + 13]);
    assert_eq!(days.len(), 12);
    // Half past two does not exist on that Sunday: it is as long after as clocks skip.
    let days = marked(due(Period::Day, 2.5 * 3600.0, "America/New_York"), &bars);
    assert_eq!(days[..4], [7, 24 + 7, 48 + 7, 72 + 6]);
    // The first of April, in a zone that is ahead: still March in UTC.
    let bars = hours(FRIDAY + 20 * 24 * HOUR, 24 * 10, &[]);
    assert_eq!(
        marked(due(Period::Month, 0.0, "Asia/Tokyo"), &bars),
        [4 * 24 + 14]
    );
}

#[test]
fn what_falls_into_a_hole_falls_due_after_it() {
    // Sunday 22 to Monday 02 is missing.
    let bars = hours(FRIDAY, 100, &[70, 71, 72, 73, 74]);
    assert_eq!(marked(due(Period::Week(0), 0.0, "utc"), &bars), [75]);
    // The same, though three times have passed.
    assert_eq!(
        marked(due(Period::Seconds(7200.0), 0.0, "utc"), &bars)[34..37],
        [69, 75, 77]
    );
    // Phases do not depend on where the data begin.
    let whole = marked(due(Period::Day, 0.0, "utc"), &hours(FRIDAY, 100, &[]));
    let late = marked(
        due(Period::Day, 0.0, "utc"),
        &hours(FRIDAY + 5 * HOUR, 95, &[]),
    );
    let late: Vec<i64> = late.iter().map(|h| h + 5).collect();
    assert_eq!(whole, late);
    // A time that is the open of the first bar was the close of the one before.
    let first = marked(due(Period::Day, 0.0, "utc"), &hours(FRIDAY, 10, &[]));
    assert_eq!(first, [] as [i64; 0]);
}

#[test]
fn sessions_are_asked_of_the_open() {
    let within = |from: f64, to: f64, zone: &str| FeedKind::Within {
        from: from * 3600.0,
        to: to * 3600.0,
        zone: zone.to_owned(),
    };
    let bars = hours(FRIDAY + 48 * HOUR, 48, &[]);
    assert_eq!(
        marked(within(9.5, 12.0, "utc"), &bars),
        [10, 11, 24 + 10, 24 + 11]
    );
    // Past midnight.
    assert_eq!(
        marked(within(22.0, 2.0, "utc"), &bars),
        [0, 1, 22, 23, 24, 25, 46, 47]
    );
    assert_eq!(marked(within(0.0, 24.0, "utc"), &bars).len(), 48);
    // New York opens at 13:30 UTC on both days: clocks changed in the night of the first.
    assert_eq!(
        marked(within(9.5, 16.0, "America/New_York"), &bars),
        [14, 15, 16, 17, 18, 19, 38, 39, 40, 41, 42, 43]
    );
    assert_eq!(
        marked(within(1.0, 4.0, "America/New_York"), &bars)[..3],
        [6, 7, 24 + 5]
    );
}

#[test]
fn schedules_agree_on_wild_bars() {
    for (seed, minutes) in [(31, 60), (32, 7), (33, 1440)] {
        let bars = Bars::wild(seed, 1500, minutes);
        let mut hand = Hand::default();
        for kind in [
            due(Period::Day, 9.5 * 3600.0, "America/New_York"),
            due(Period::Week(6), 23.0 * 3600.0, "Europe/London"),
            due(Period::Month, 0.0, "Asia/Kolkata"),
            due(Period::Seconds(14_400.0), 0.0, "utc"),
            FeedKind::Within {
                from: 34_200.0,
                to: 57_600.0,
                zone: "America/New_York".to_owned(),
            },
        ] {
            let node = hand.feed(kind, 0);
            hand.output("value", node);
        }
        agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    }
}

#[test]
fn a_zone_that_does_not_exist_is_told() {
    let mut hand = Hand::default();
    let node = hand.feed(due(Period::Day, 0.0, "America/Atlantis"), 0);
    hand.output("value", node);
    let program = compile(&hand.unit, Executor::Kernel).unwrap();
    let not_yet = &program.info().plan.not_yet;
    assert!(not_yet[0].contains("America/Atlantis"), "{not_yet:?}");
    let bars = hours(FRIDAY, 30, &[]);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    assert!(got[0].iter().all(|x| x.is_nan()));
    // Times no calendar holds.
    let mut hand = Hand::default();
    let node = hand.feed(due(Period::Month, 0.0, "Asia/Tokyo"), 0);
    hand.output("value", node);
    let mut bars = Bars::default();
    for time in [i64::MIN, -1, 0, i64::MAX] {
        bars.push(time, [1.0; 5]);
    }
    agree(
        &hand.unit,
        &[vec![]],
        bars.columns(&[]),
        None,
        Beside::Known,
    );
}
