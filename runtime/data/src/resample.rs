//! Longer bars from shorter ones.

use strat_market::{Bar, Bars, Timeframe};

use crate::error::DataError;

/// Joins bars of `from` into bars of `to`: first open, greatest high, least low, last close, sum of
/// the volumes, stamped with the open time of the longer bar.
///
/// Longer bars begin where [`Timeframe::bar_open`] says, counted from the epoch (weeks from
/// Monday), never from where the data begin; the first and the last may therefore be made of fewer
/// bars than fit in, and are kept. A longer bar with nothing in it is left out. Missing values are
/// passed over; a value is missing only where it is missing in every bar joined.
///
/// # Errors
/// When `to` is not a whole number of `from`.
pub fn resample(bars: &Bars, from: Timeframe, to: Timeframe) -> Result<Bars, DataError> {
    if !to.is_multiple_of(from) {
        return Err(DataError::NotAMultiple { from, to });
    }
    let mut out = Bars::default();
    let mut joined: Option<Bar> = None;
    for bar in bars.iter() {
        let time = to.bar_open(bar.time);
        joined = Some(match joined {
            Some(so_far) if so_far.time == time => join(so_far, bar),
            finished => {
                out.extend(finished);
                Bar { time, ..bar }
            }
        });
    }
    out.extend(joined);
    Ok(out)
}

fn join(a: Bar, b: Bar) -> Bar {
    Bar {
        time: a.time,
        open: either(a.open, b.open, |first, _| first),
        // Comparisons rather than `max` and `min`, whose choice between 0 and -0 is left open.
        high: either(a.high, b.high, |x, y| if y > x { y } else { x }),
        low: either(a.low, b.low, |x, y| if y < x { y } else { x }),
        close: either(a.close, b.close, |_, last| last),
        volume: either(a.volume, b.volume, |x, y| x + y),
    }
}

/// `both` of two values, or the one that is not missing.
fn either(a: f64, b: f64, both: impl Fn(f64, f64) -> f64) -> f64 {
    match (a.is_nan(), b.is_nan()) {
        (false, false) => both(a, b),
        (false, true) => a,
        (true, _) => b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000_000;

    fn hours(hours: &[i64]) -> Bars {
        let bar = |&h: &i64| {
            let x = h as f64;
            Bar {
                time: h * HOUR,
                open: x,
                high: x + 0.5,
                low: x - 0.5,
                close: x + 0.25,
                volume: 1.0,
            }
        };
        hours.iter().map(bar).collect()
    }

    #[test]
    fn buckets_count_from_the_epoch() {
        // The first bucket lacks hours 0 and 1, the third is missing, the last has one bar.
        let out = resample(
            &hours(&[2, 3, 4, 5, 6, 7, 12]),
            Timeframe::H1,
            Timeframe::H4,
        )
        .unwrap();
        assert_eq!(out.time, [0, 4 * HOUR, 12 * HOUR]);
        assert_eq!(out.open, [2.0, 4.0, 12.0]);
        assert_eq!(out.high, [3.5, 7.5, 12.5]);
        assert_eq!(out.low, [1.5, 3.5, 11.5]);
        assert_eq!(out.close, [3.25, 7.25, 12.25]);
        assert_eq!(out.volume, [2.0, 4.0, 1.0]);
        assert_eq!(
            resample(&hours(&[-1]), Timeframe::H1, Timeframe::D1)
                .unwrap()
                .time,
            [-24 * HOUR]
        );
    }

    #[test]
    fn missing_values_are_passed_over() {
        let mut bars = hours(&[0, 1, 2, 4, 5]);
        let nan = f64::NAN;
        (bars.open[0], bars.high[1], bars.low[0], bars.close[2]) = (nan, nan, nan, nan);
        (bars.volume[3], bars.volume[4], bars.close[3], bars.close[4]) = (nan, nan, nan, nan);
        let out = resample(&bars, Timeframe::H1, Timeframe::H4).unwrap();
        assert_eq!(
            (out.open[0], out.high[0], out.low[0], out.close[0]),
            (1.0, 2.5, 0.5, 1.25)
        );
        assert!(out.volume[1].is_nan() && out.close[1].is_nan());
    }

    #[test]
    fn only_multiples() {
        let bars = hours(&[0, 1]);
        assert_eq!(resample(&bars, Timeframe::H1, Timeframe::H1).unwrap(), bars);
        assert!(
            resample(&Bars::default(), Timeframe::H1, Timeframe::D1)
                .unwrap()
                .is_empty()
        );
        let error = resample(&bars, Timeframe::H4, "90m".parse().unwrap())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("4h bars cannot be joined into 90m bars"),
            "{error}"
        );
        assert!(error.contains("whole number of 4h bars"), "{error}");
        assert!(resample(&bars, Timeframe::H4, Timeframe::H1).is_err());
    }
}
