//! Timeframes: how long one bar is, and where bars of that length begin.

use std::fmt;
use std::str::FromStr;

use crate::parse::{ParseError, shown};

const NANOS: i64 = 1_000_000_000;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// A century: far above any bar, and far below where nanoseconds leave `i64`.
const LONGEST: i64 = 36_500 * DAY;
/// 1970-01-05, the first Monday of the epoch.
const MONDAY: i64 = 4 * DAY;

/// The length of a bar: a whole number of seconds.
///
/// `60m` and `1h` are the same timeframe, written `1h`. The ordering is by length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timeframe {
    seconds: i64,
}

impl Timeframe {
    /// One minute.
    pub const M1: Timeframe = Timeframe { seconds: MINUTE };
    /// Five minutes.
    pub const M5: Timeframe = Timeframe {
        seconds: 5 * MINUTE,
    };
    /// Fifteen minutes.
    pub const M15: Timeframe = Timeframe {
        seconds: 15 * MINUTE,
    };
    /// One hour.
    pub const H1: Timeframe = Timeframe { seconds: HOUR };
    /// Four hours.
    pub const H4: Timeframe = Timeframe { seconds: 4 * HOUR };
    /// One day.
    pub const D1: Timeframe = Timeframe { seconds: DAY };
    /// The timeframes that exchanges and the rest of this project usually have.
    pub const USUAL: [Timeframe; 6] = [Self::M1, Self::M5, Self::M15, Self::H1, Self::H4, Self::D1];

    /// A timeframe of a whole number of seconds.
    ///
    /// # Errors
    /// When `seconds` is not from one second to 36500 days.
    pub fn from_seconds(seconds: i64) -> Result<Self, ParseError> {
        if (1..=LONGEST).contains(&seconds) {
            Ok(Timeframe { seconds })
        } else {
            Err(ParseError::new(format!(
                "a timeframe of {seconds} seconds is out of range; expected 1s to 36500d"
            )))
        }
    }

    /// Length in seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Length in nanoseconds.
    #[must_use]
    pub fn nanos(self) -> i64 {
        self.seconds * NANOS
    }

    /// Bars in a year of 365 days: 8760 for `1h`, 365 for `1d`.
    #[must_use]
    pub fn bars_per_year(self) -> f64 {
        // Both are whole numbers far below 2^53.
        (365 * DAY) as f64 / self.seconds as f64
    }

    /// Whether a bar of this timeframe holds a whole number of bars of `shorter`.
    #[must_use]
    pub fn is_multiple_of(self, shorter: Timeframe) -> bool {
        self.seconds % shorter.seconds == 0
    }

    /// Open time of the bar that holds the instant `time`; both nanoseconds since the epoch.
    ///
    /// Bars are counted from the epoch, never from where data begin; whole weeks begin on Monday,
    /// as exchanges have them. At the very edge of `i64` the nearest instant that exists is given.
    #[must_use]
    pub fn bar_open(self, time: i64) -> i64 {
        let length = i128::from(self.nanos());
        let anchor = if self.seconds % WEEK == 0 {
            i128::from(MONDAY * NANOS)
        } else {
            0
        };
        let open = (i128::from(time) - anchor).div_euclid(length) * length + anchor;
        i64::try_from(open).unwrap_or(i64::MIN)
    }

    /// Whether `time` (nanoseconds since the epoch) is the open time of a bar.
    #[must_use]
    pub fn is_bar_open(self, time: i64) -> bool {
        self.bar_open(time) == time
    }
}

impl FromStr for Timeframe {
    type Err = ParseError;

    /// Reads a count and a unit: `1m`, `15m`, `4h`, `1d`, `1w`, `30s`.
    ///
    /// # Errors
    /// When the text has another form, or the length is zero or above 36500 days.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        read(text.trim()).ok_or_else(|| {
            let lower = text.trim().to_lowercase();
            let meant = match (lower == text.trim(), read(&lower)) {
                (false, Some(timeframe)) => format!(" (did you mean {timeframe}?)"),
                _ => String::new(),
            };
            let usual: Vec<String> = Self::USUAL.iter().map(Timeframe::to_string).collect();
            ParseError::new(format!(
                "{} is not a timeframe{meant}; expected a count and one of s m h d w, usually {}",
                shown(text),
                usual.join(" ")
            ))
        })
    }
}

fn read(text: &str) -> Option<Timeframe> {
    let unit = text.chars().next_back()?;
    let scale = match unit {
        's' => 1,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        'w' => WEEK,
        _ => return None,
    };
    let count = text.strip_suffix(unit)?;
    if count.is_empty() || !count.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = count.parse::<i64>().ok()?.checked_mul(scale)?;
    Timeframe::from_seconds(seconds).ok()
}

impl fmt::Display for Timeframe {
    /// The longest unit that gives a whole count.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(WEEK, 'w'), (DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm')];
        let (scale, unit) = units
            .into_iter()
            .find(|(scale, _)| self.seconds % scale == 0)
            .unwrap_or((1, 's'));
        f.pad(&format!("{}{unit}", self.seconds / scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{format_time, parse_when};
    use proptest::prelude::*;

    fn tf(text: &str) -> Timeframe {
        text.parse().unwrap()
    }

    #[test]
    fn the_usual_ones() {
        let table = [
            ("1m", 60, 525_600.0),
            ("5m", 300, 105_120.0),
            ("15m", 900, 35_040.0),
            ("1h", 3600, 8760.0),
            ("4h", 14_400, 2190.0),
            ("1d", 86_400, 365.0),
        ];
        for ((text, seconds, per_year), usual) in table.into_iter().zip(Timeframe::USUAL) {
            assert_eq!(tf(text), usual);
            assert_eq!(usual.seconds(), seconds);
            assert_eq!(usual.nanos(), seconds * 1_000_000_000);
            assert_eq!(usual.bars_per_year(), per_year);
            assert_eq!(usual.to_string(), text);
        }
    }

    #[test]
    fn the_text_is_canonical() {
        for (text, canonical) in [
            ("60m", "1h"),
            ("24h", "1d"),
            ("7d", "1w"),
            ("90m", "90m"),
            ("08h", "8h"),
            ("120s", "2m"),
        ] {
            assert_eq!(tf(text).to_string(), canonical);
        }
        assert_eq!(format!("{:<4}|", tf("1h")), "1h  |");
    }

    #[test]
    fn errors_list_the_usual_ones() {
        for bad in [
            "",
            "h",
            "1",
            "1y",
            "0h",
            "-1h",
            "1.5h",
            "+1h",
            "1 h",
            "999999d",
            "99999999999999999999w",
            "é",
        ] {
            let error = bad.parse::<Timeframe>().unwrap_err().to_string();
            assert!(error.contains("is not a timeframe"), "{error}");
            assert!(error.ends_with("usually 1m 5m 15m 1h 4h 1d"), "{error}");
            assert!(!error.contains("did you mean"), "{error}");
        }
        let error = "4H".parse::<Timeframe>().unwrap_err().to_string();
        assert!(error.contains("did you mean 4h?"), "{error}");
    }

    #[test]
    fn bars_count_from_the_epoch_and_weeks_from_monday() {
        let open = |timeframe: &str, time: &str| {
            format_time(tf(timeframe).bar_open(parse_when(time).unwrap().first()))
        };
        assert_eq!(open("1h", "2024-01-01T13:59:59Z"), "2024-01-01T13:00:00Z");
        assert_eq!(open("4h", "2024-01-01T13:00:00Z"), "2024-01-01T12:00:00Z");
        assert_eq!(open("1d", "1969-12-31T23:00:00Z"), "1969-12-31T00:00:00Z");
        // 2024-05-15 is a Wednesday.
        assert_eq!(open("1w", "2024-05-15"), "2024-05-13T00:00:00Z");
        assert_eq!(open("1w", "2024-05-13"), "2024-05-13T00:00:00Z");
        assert!(tf("1h").is_bar_open(0));
        assert!(!tf("1h").is_bar_open(1));
    }

    #[test]
    fn multiples() {
        assert!(tf("4h").is_multiple_of(tf("1h")));
        assert!(tf("1h").is_multiple_of(tf("1h")));
        assert!(!tf("1h").is_multiple_of(tf("4h")));
        assert!(!tf("4h").is_multiple_of(tf("90m")));
    }

    proptest! {
        #[test]
        fn text_reads_back(seconds in 1..=LONGEST) {
            let timeframe = Timeframe::from_seconds(seconds).unwrap();
            prop_assert_eq!(timeframe.to_string().parse::<Timeframe>().unwrap(), timeframe);
        }

        #[test]
        fn an_instant_lies_in_its_bar(seconds in 1..=LONGEST, time in i64::MIN / 2..i64::MAX / 2) {
            let timeframe = Timeframe::from_seconds(seconds).unwrap();
            let open = timeframe.bar_open(time);
            prop_assert!(open <= time && time - open < timeframe.nanos());
            prop_assert!(timeframe.is_bar_open(open));
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,12}") {
            let _ = text.parse::<Timeframe>();
        }
    }
}
