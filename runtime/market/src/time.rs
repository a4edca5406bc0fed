//! Instants and dates at the edge of the program.
//!
//! Inside, every instant is `i64` nanoseconds since the Unix epoch, UTC. Text is read and written
//! here and nowhere else, so that a time means the same on a command line, in a CSV file and in a
//! message.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use crate::parse::{ParseError, shown};

const DAY_NANOS: i64 = 86_400_000_000_000;

/// A time as a user gives it: a whole day, or one instant. Days are UTC.
///
/// As a lower bound a day means its first nanosecond, as an upper bound its last one, so that
/// `--to 2024-12-31` takes every bar that opens on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// The day that begins at this instant, nanoseconds since the epoch.
    Date(i64),
    /// An instant, nanoseconds since the epoch.
    Instant(i64),
}

impl When {
    /// The first instant meant, nanoseconds since the epoch.
    #[must_use]
    pub fn first(self) -> i64 {
        match self {
            When::Date(start) | When::Instant(start) => start,
        }
    }

    /// The last instant meant, nanoseconds since the epoch.
    #[must_use]
    pub fn last(self) -> i64 {
        match self {
            When::Date(start) => start.saturating_add(DAY_NANOS - 1),
            When::Instant(at) => at,
        }
    }
}

impl std::fmt::Display for When {
    /// `2024-12-31` for a day, else as [`format_time`].
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format_time(self.first());
        match self {
            When::Date(_) => f.pad(text.split('T').next().unwrap_or(&text)),
            When::Instant(_) => f.pad(&text),
        }
    }
}

impl std::str::FromStr for When {
    type Err = ParseError;

    /// The same as [`parse_when`].
    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_when(text)
    }
}

/// Reads a date or an instant.
///
/// | text | meaning |
/// |---|---|
/// | `2022-01-31`, `20220131` | that day, UTC |
/// | `2022-01-31T13:00`, with seconds, with a fraction, with a space for the `T` | that instant, UTC |
/// | the same with `Z` or an offset such as `+02:00` | that instant |
/// | 10, 13, 16 or 19 digits | seconds, milliseconds, microseconds, nanoseconds since the epoch |
///
/// # Errors
/// When the text has none of these forms, or lies outside the years 1678 to 2261 that nanoseconds
/// in an `i64` can carry.
pub fn parse_when(text: &str) -> Result<When, ParseError> {
    let trimmed = text.trim();
    // Bracketed zones and further notation of the calendar library are not part of this format.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-+:. ".contains(&b);
    if trimmed.is_empty() || !trimmed.bytes().all(plain) {
        return Err(not_a_time(text));
    }
    if trimmed.bytes().all(|b| b.is_ascii_digit()) {
        return from_digits(text, trimmed);
    }
    if let Some(date) = dashed_date(trimmed) {
        return start_of_day(date)
            .map(When::Date)
            .ok_or_else(|| out_of_range(text));
    }
    // A clock time needs its date written in full: `2022-01-31` and one separator.
    let (Some(day), Some(separator)) = (trimmed.get(..10), trimmed.as_bytes().get(10)) else {
        return Err(not_a_time(text));
    };
    if dashed_date(day).is_none() || !b"Tt ".contains(separator) {
        return Err(not_a_time(text));
    }
    let at = if let Ok(at) = trimmed.parse::<Timestamp>() {
        at
    } else {
        // No offset is UTC; and the last hours of 9999 with a Z are out of range, not ill-formed.
        let civil = trimmed.strip_suffix(['Z', 'z']).unwrap_or(trimmed);
        let clock = civil.get(11..).unwrap_or_default();
        if !clock
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b':' || b == b'.')
        {
            return Err(not_a_time(text));
        }
        let civil: DateTime = civil.parse().map_err(|_| not_a_time(text))?;
        Offset::UTC
            .to_timestamp(civil)
            .map_err(|_| out_of_range(text))?
    };
    i64::try_from(at.as_nanosecond())
        .map(When::Instant)
        .map_err(|_| out_of_range(text))
}

/// An instant as text: `2022-01-01T13:00:00Z`, with a fraction only where there is one.
#[must_use]
pub fn format_time(nanos: i64) -> String {
    match Timestamp::from_nanosecond(i128::from(nanos)) {
        Ok(at) => at.to_string(),
        // Every i64 is within the calendar's years, so this is for the type's sake only.
        Err(_) => format!("{nanos}ns"),
    }
}

/// `2022-01-31`, and nothing looser.
fn dashed_date(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    if shape { text.parse().ok() } else { None }
}

fn start_of_day(date: Date) -> Option<i64> {
    let at = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    i64::try_from(at.as_nanosecond()).ok()
}

fn from_digits(text: &str, digits: &str) -> Result<When, ParseError> {
    let scale = match digits.len() {
        8 => {
            let date = digits.parse::<Date>().map_err(|_| not_a_time(text))?;
            return start_of_day(date)
                .map(When::Date)
                .ok_or_else(|| out_of_range(text));
        }
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1000,
        19 => 1,
        _ => return Err(not_a_time(text)),
    };
    digits
        .parse::<i64>()
        .ok()
        .and_then(|count| count.checked_mul(scale))
        .map(When::Instant)
        .ok_or_else(|| out_of_range(text))
}

fn not_a_time(text: &str) -> ParseError {
    ParseError::new(format!(
        "{} is not a date or time; expected UTC such as `2022-01-31`, `2022-01-31T13:00` or `2022-01-31T13:00:00Z`",
        shown(text)
    ))
}

fn out_of_range(text: &str) -> ParseError {
    ParseError::new(format!(
        "{} is out of range; expected a time in the years 1678 to 2261",
        shown(text)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NEW_YEAR: i64 = 1_640_995_200_000_000_000; // 2022-01-01
    const HOUR: i64 = 3_600_000_000_000;

    #[test]
    fn dates_are_whole_days() {
        for text in ["2022-01-01", " 2022-01-01 ", "20220101"] {
            let day = parse_when(text).unwrap();
            assert_eq!(day, When::Date(NEW_YEAR));
            assert_eq!(day.first(), NEW_YEAR);
            assert_eq!(day.last(), NEW_YEAR + 24 * HOUR - 1);
            assert_eq!(day.to_string(), "2022-01-01");
        }
    }

    #[test]
    fn instants_in_every_form() {
        let one_pm = When::Instant(NEW_YEAR + 13 * HOUR);
        for text in [
            "2022-01-01T13",
            "2022-01-01T13:00",
            "2022-01-01T13:00:00",
            "2022-01-01T13:00:00Z",
            "2022-01-01T13:00Z",
            "2022-01-01 13:00",
            "2022-01-01 13:00:00",
            "2022-01-01 13:00:00+00:00",
            "2022-01-01T15:00:00+02:00",
            "2022-01-01T13:00:00.000Z",
            "1641042000",
            "1641042000000",
            "1641042000000000",
            "1641042000000000000",
        ] {
            assert_eq!(parse_when(text).unwrap(), one_pm, "{text}");
        }
        assert_eq!(one_pm.first(), one_pm.last());
        assert_eq!(one_pm.to_string(), "2022-01-01T13:00:00Z");
    }

    #[test]
    fn fractions_are_kept_and_shown_only_when_there() {
        let at = parse_when("2023-05-17T05:59:59.999Z").unwrap().first();
        assert_eq!(at % 1_000_000_000, 999_000_000);
        assert_eq!(format_time(at), "2023-05-17T05:59:59.999Z");
        assert_eq!(format_time(NEW_YEAR + 1), "2022-01-01T00:00:00.000000001Z");
        assert_eq!(format_time(-1), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(format_time(i64::MIN), "1677-09-21T00:12:43.145224192Z");
        assert_eq!(format_time(i64::MAX), "2262-04-11T23:47:16.854775807Z");
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for bad in [
            "",
            "yesterday",
            "2022",
            "2022-01",
            "2022-1-1",
            "2022-13-01",
            "2022-02-30",
            "20221301",
            "01/02/2022",
            "2022-01-01T25:00",
            "2022-01-01_13:00",
            "2022-01-01T13:00[Europe/Berlin]",
            "2022-01-01T13:00:00+99:99",
            "2022-01-01T13:00:00 UTC+2",
            "2022-W01-1",
            "123",
            "-1641042000",
            "２０２２-01-01",
        ] {
            let error = parse_when(bad).map_err(|e| e.to_string());
            let error = error.expect_err(bad);
            assert!(error.contains("is not a date or time"), "{bad}: {error}");
            assert!(error.contains("2022-01-31T13:00"), "{bad}: {error}");
        }
        for far in [
            "1500-01-01",
            "9999-12-31",
            "9999-12-31T00:00:00Z",
            "9999999999999",
        ] {
            let error = parse_when(far).map_err(|e| e.to_string());
            let error = error.expect_err(far);
            assert!(error.contains("out of range"), "{far}: {error}");
        }
    }

    proptest! {
        #[test]
        fn text_reads_back(nanos in any::<i64>()) {
            prop_assert_eq!(parse_when(&format_time(nanos)).unwrap(), When::Instant(nanos));
        }

        #[test]
        fn no_text_breaks_it(text in "[-0-9TZ:+. a\\[]{0,30}|.{0,12}") {
            let _ = parse_when(&text);
        }
    }
}
