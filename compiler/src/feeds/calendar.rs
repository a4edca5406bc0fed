//! Schedules and sessions, by the bundled time zone database: results do not depend on the machine.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use strat_lang::hir::{Calendar, Period};

use super::clock::Moment;

const DAY: i64 = 86_400_000;

/// A time zone by its name; `None` where the database has none of that name.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    if name.is_empty() || name.eq_ignore_ascii_case("utc") {
        return Some(TimeZone::UTC);
    }
    DATABASE.get(name).ok()
}

/// Tells on which bars a schedule falls due.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    every: Period,
    /// Milliseconds since midnight.
    at: i64,
    zone: TimeZone,
    /// A time of the schedule and the next one, between which nothing is looked up again.
    known: Option<(i64, i64)>,
}

impl Due {
    /// `None` where the time zone is not known.
    pub(super) fn new(calendar: &Calendar) -> Option<Self> {
        Some(Self {
            every: calendar.every,
            at: (calendar.at * 1e3).round() as i64,
            zone: zone(&calendar.zone)?,
            known: None,
        })
    }

    /// Whether one of its times lies after the close before and not after this one.
    pub(super) fn on(&mut self, bar: Moment) -> bool {
        if let Period::Seconds(seconds) = self.every {
            let step = ((seconds * 1e3).round() as i64).max(1);
            return bar.close.div_euclid(step) > bar.before.div_euclid(step);
        }
        let between = |(last, next): &(i64, i64)| (*last..*next).contains(&bar.close);
        if !self.known.as_ref().is_some_and(between) {
            self.known = self.around(bar.close);
        }
        self.known.is_some_and(|(last, _)| last > bar.before)
    }

    /// The last time of the schedule that is not after `now`, and the first after it.
    fn around(&self, now: i64) -> Option<(i64, i64)> {
        let today = Timestamp::from_millisecond(now)
            .ok()?
            .to_zoned(self.zone.clone())
            .date();
        // A later day than today cannot have come, whatever the time of the day.
        let mut day = match self.every {
            Period::Seconds(_) | Period::Day => today,
            Period::Week(wanted) => {
                let since =
                    (today.weekday().to_monday_zero_offset() - (wanted % 7) as i8).rem_euclid(7);
                today.checked_sub(i64::from(since).days()).ok()?
            }
            Period::Month => today.first_of_month(),
        };
        let mut next = self.time_of(self.step(day, 1)?)?;
        for _ in 0..4 {
            let time = self.time_of(day)?;
            if time <= now {
                return Some((time, next));
            }
            (day, next) = (self.step(day, -1)?, time);
        }
        None
    }

    /// The day of the schedule so many of its days later.
    fn step(&self, day: Date, by: i64) -> Option<Date> {
        match self.every {
            Period::Seconds(_) | Period::Day => day.checked_add(by.days()),
            Period::Week(_) => day.checked_add((7 * by).days()),
            Period::Month => day.checked_add(by.months()),
        }
        .ok()
    }

    /// Its time on a day. Where clocks skip it, as much later as they skip.
    fn time_of(&self, day: Date) -> Option<i64> {
        let day = day.checked_add(self.at.div_euclid(DAY).days()).ok()?;
        let time = Time::midnight()
            .checked_add(self.at.rem_euclid(DAY).milliseconds())
            .ok()?;
        let zoned = day.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp().as_millisecond())
    }
}

/// Tells which bars open inside a session.
#[derive(Debug, Clone)]
pub(crate) struct Within {
    from: i64,
    to: i64,
    zone: TimeZone,
}

impl Within {
    /// From and to in seconds since midnight; `None` where the time zone is not known.
    pub(super) fn new(from: f64, to: f64, name: &str) -> Option<Self> {
        let millis = |seconds: f64| (seconds * 1e3).round() as i64;
        Some(Self {
            from: millis(from),
            to: millis(to),
            zone: zone(name)?,
        })
    }

    /// Whether the bar opens inside.
    pub(super) fn on(&self, bar: Moment) -> bool {
        let Ok(time) = Timestamp::from_millisecond(bar.open) else {
            return false;
        };
        let time = time.to_zoned(self.zone.clone()).time();
        let now = i64::from(time.hour()) * 3_600_000
            + i64::from(time.minute()) * 60_000
            + i64::from(time.second()) * 1_000
            + i64::from(time.millisecond());
        if self.from < self.to {
            (self.from..self.to).contains(&now)
        } else {
            // Past midnight; the same time twice is the whole day.
            now >= self.from || now < self.to
        }
    }
}
