//! What a number literal means.

use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Number, NumberUnit};

/// The largest whole number that every computation holds exactly: 2^53.
const MAX_INTEGER: f64 = 9_007_199_254_740_992.0;

/// Longest part of a literal that a message repeats, in bytes.
const SHOWN: usize = 24;

/// Why a literal is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A `_` that does not stand between two digits.
    Underscore,
    /// Letters that are no unit, at this byte of the literal.
    Unit {
        /// First byte of the letters.
        at: usize,
    },
    /// No `f64` holds it, or it is whole and above 2^53.
    TooLarge,
    /// A time that no day has, such as `25:00`.
    TimeOfDay,
}

/// The value and unit of a literal. `%` and `bp` shift the decimal point before rounding, so
/// `0.1%` holds the same bits as `0.001`; durations hold seconds.
///
/// # Errors
///
/// When the text is no number of the language, or too large for one.
pub fn read(text: &str) -> Result<Number, Problem> {
    if let Some((hours, minutes)) = text.split_once(':') {
        return time_of_day(text, hours, minutes);
    }
    let parts = split(text);
    if has_stray_underscore(parts.mantissa) || has_stray_underscore(parts.exponent) {
        return Err(Problem::Underscore);
    }
    let (unit, shift, factor) = match parts.suffix {
        "" if parts.is_whole => (NumberUnit::Integer, 0, 1.0),
        "" => (NumberUnit::Real, 0, 1.0),
        "%" => (NumberUnit::Percent, -2, 1.0),
        "bp" => (NumberUnit::BasisPoint, -4, 1.0),
        "ms" => (NumberUnit::Duration, -3, 1.0),
        "s" => (NumberUnit::Duration, 0, 1.0),
        "m" => (NumberUnit::Duration, 0, 60.0),
        "h" => (NumberUnit::Duration, 0, 3_600.0),
        "d" => (NumberUnit::Duration, 0, 86_400.0),
        "w" => (NumberUnit::Duration, 0, 604_800.0),
        _ => {
            return Err(Problem::Unit {
                at: text.len() - parts.suffix.len(),
            });
        }
    };
    let written: i64 = if parts.exponent.is_empty() {
        0
    } else {
        let digits = parts.exponent.replace('_', "");
        digits.parse().map_err(|_| Problem::TooLarge)?
    };
    let exponent = written.saturating_add(shift);
    let decimal = format!("{}e{exponent}", parts.mantissa.replace('_', ""));
    let value = decimal.parse::<f64>().map_err(|_| Problem::TooLarge)? * factor;
    if !value.is_finite() || (unit == NumberUnit::Integer && value > MAX_INTEGER) {
        return Err(Problem::TooLarge);
    }
    Ok(Number {
        value,
        unit,
        text: text.to_owned(),
    })
}

/// `09:30`: hours below 24 and minutes below 60, two digits of these.
fn time_of_day(text: &str, hours: &str, minutes: &str) -> Result<Number, Problem> {
    let part = |digits: &str, below: u32| {
        digits
            .parse::<u32>()
            .ok()
            .filter(|value| *value < below)
            .ok_or(Problem::TimeOfDay)
    };
    let seconds = part(hours, 24)? * 3_600 + part(minutes, 60)? * 60;
    Ok(Number {
        value: f64::from(seconds),
        unit: NumberUnit::TimeOfDay,
        text: text.to_owned(),
    })
}

/// The report about a literal that [`read`] refused; `span` covers the literal.
#[must_use]
pub fn report(problem: &Problem, text: &str, span: Span) -> Diagnostic {
    match problem {
        Problem::Underscore => Diagnostic::error(
            Code::BadNumber,
            span,
            format!(
                "`{}` has a `_` that does not stand between two digits",
                shown(text)
            ),
        ),
        Problem::Unit { at } => {
            let start = span.start.saturating_add(u32::try_from(*at).unwrap_or(0));
            let unit = text.get(*at..).unwrap_or("");
            let place = Span::new(span.file, start, span.end);
            let report = Diagnostic::error(
                Code::BadNumber,
                place,
                format!("`{}` is no unit of a number", shown(unit)),
            );
            // `M` is a month elsewhere.
            let meant = match unit {
                "bps" => Some("bp"),
                "pct" | "percent" => Some("%"),
                "M" => None,
                _ => unit_of_speech(unit),
            };
            if let Some(meant) = meant {
                return report.fix(format!("write `{meant}`"), vec![(place, meant.to_owned())]);
            }
            report.hint("units are `%`, `bp`, and the durations `ms`, `s`, `m`, `h`, `d`, `w`")
        }
        Problem::TimeOfDay => Diagnostic::error(
            Code::BadNumber,
            span,
            format!("`{}` is no time of a day", shown(text)),
        )
        .hint("times go from `00:00` to `23:59`"),
        Problem::TooLarge => Diagnostic::error(
            Code::BadNumber,
            span,
            format!("`{}` is too large for a number", shown(text)),
        )
        .hint("whole numbers go up to 2^53, others up to about 1.8e308"),
    }
}

/// The unit of a duration that a word or a letter of another notation means.
#[must_use]
pub fn unit_of_speech(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "wk" | "week" | "weeks" => "w",
        _ => return None,
    })
}

/// The parts of a literal.
struct Parts<'t> {
    /// Digits with `_` and at most one point.
    mantissa: &'t str,
    /// Sign and digits after `e`, or nothing.
    exponent: &'t str,
    /// `%` or letters, or nothing.
    suffix: &'t str,
    /// Neither a point nor an exponent.
    is_whole: bool,
}

/// Cuts a literal as the token pattern reads it.
fn split(text: &str) -> Parts<'_> {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes
            .get(at)
            .is_some_and(|b| b.is_ascii_digit() || *b == b'_')
        {
            at += 1;
        }
        at
    };
    let mut mantissa_end = digits(0);
    let mut is_whole = true;
    if bytes.get(mantissa_end) == Some(&b'.') {
        mantissa_end = digits(mantissa_end + 1);
        is_whole = false;
    }
    let mut exponent = (mantissa_end, mantissa_end);
    if matches!(bytes.get(mantissa_end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(mantissa_end + 1), Some(b'+' | b'-')));
        let end = digits(mantissa_end + 1 + sign);
        if end > mantissa_end + 1 + sign {
            exponent = (mantissa_end + 1, end);
            is_whole = false;
        }
    }
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("");
    Parts {
        mantissa: part(0, mantissa_end),
        exponent: part(exponent.0, exponent.1),
        suffix: part(exponent.1.max(mantissa_end), text.len()),
        is_whole,
    }
}

/// Whether a `_` lacks a digit on one side.
fn has_stray_underscore(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let is_digit =
            |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
        *byte == b'_' && !(is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)))
    })
}

/// The text, cut when it is long; number literals are ASCII.
fn shown(text: &str) -> String {
    match text.get(..SHOWN) {
        Some(head) if text.len() > SHOWN => format!("{head}…"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<(f64, NumberUnit)> {
        read(text).ok().map(|n| (n.value, n.unit))
    }

    #[test]
    fn reads_every_form() {
        use NumberUnit::{BasisPoint, Duration, Integer, Percent, Real, TimeOfDay};
        for (text, expected, unit) in [
            ("20", 20.0, Integer),
            ("1_000", 1000.0, Integer),
            ("2.0", 2.0, Real),
            ("1e-3", 0.001, Real),
            ("1E3", 1000.0, Real),
            ("98%", 0.98, Percent),
            ("0.1%", 0.001, Percent),
            ("1e-3%", 0.00001, Percent),
            ("15bp", 0.0015, BasisPoint),
            ("250ms", 0.25, Duration),
            ("30s", 30.0, Duration),
            ("15m", 900.0, Duration),
            ("4h", 14_400.0, Duration),
            ("1.5h", 5_400.0, Duration),
            ("7d", 604_800.0, Duration),
            ("2w", 1_209_600.0, Duration),
            ("09:30", 34_200.0, TimeOfDay),
            ("9:30", 34_200.0, TimeOfDay),
            ("00:00", 0.0, TimeOfDay),
            ("23:59", 86_340.0, TimeOfDay),
            ("9007199254740992", MAX_INTEGER, Integer),
        ] {
            assert_eq!(value(text), Some((expected, unit)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_none() {
        assert_eq!(read("1__0"), Err(Problem::Underscore));
        assert_eq!(read("1_"), Err(Problem::Underscore));
        assert_eq!(read("1_.5"), Err(Problem::Underscore));
        assert_eq!(read("5x"), Err(Problem::Unit { at: 1 }));
        assert_eq!(read("2e"), Err(Problem::Unit { at: 1 }));
        assert_eq!(read("1e5x"), Err(Problem::Unit { at: 3 }));
        assert_eq!(read("9007199254740993000"), Err(Problem::TooLarge));
        assert_eq!(read("24:00"), Err(Problem::TimeOfDay));
        assert_eq!(read("12:60"), Err(Problem::TimeOfDay));
        assert_eq!(read("12:30m"), Err(Problem::TimeOfDay));
        assert_eq!(read("1e999"), Err(Problem::TooLarge));
        assert_eq!(read("1e99999999999999999999"), Err(Problem::TooLarge));
        assert_eq!(read(&"9".repeat(300_000)), Err(Problem::TooLarge));
    }
}
