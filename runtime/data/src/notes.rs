//! What is odd about bars without being an error: told once per kind, with a count and the first.

use strat_market::{Bar, Bars, Timeframe, format_time};

/// One kind of oddness.
struct Remark {
    /// What one bar, and what several bars have, after the count.
    words: (&'static str, &'static str),
    holds: fn(&Bar, Timeframe) -> bool,
}

/// In the order they are told. A comparison with NaN is false, so a missing value is only missing.
const REMARKS: [Remark; 8] = [
    Remark {
        words: (
            "bar has a missing price (NaN)",
            "bars have a missing price (NaN)",
        ),
        holds: |bar, _| prices(bar).iter().any(|p| p.is_nan()),
    },
    Remark {
        words: ("bar has no volume (NaN)", "bars have no volume (NaN)"),
        holds: |bar, _| bar.volume.is_nan(),
    },
    Remark {
        words: ("bar has an infinite value", "bars have an infinite value"),
        holds: |bar, _| bar.volume.is_infinite() || prices(bar).iter().any(|p| p.is_infinite()),
    },
    Remark {
        words: (
            "bar has a price of zero or below",
            "bars have a price of zero or below",
        ),
        holds: |bar, _| prices(bar).iter().any(|&p| p <= 0.0),
    },
    Remark {
        words: (
            "bar has its high below its low",
            "bars have their high below their low",
        ),
        holds: |bar, _| bar.high < bar.low,
    },
    Remark {
        words: ("bar has a negative volume", "bars have a negative volume"),
        holds: |bar, _| bar.volume < 0.0,
    },
    Remark {
        words: (
            "bar does not open on the timeframe's grid",
            "bars do not open on the timeframe's grid",
        ),
        holds: |bar, timeframe| !timeframe.is_bar_open(bar.time),
    },
    Remark {
        words: (
            "bar opens or closes outside its high and low",
            "bars open or close outside their high and low",
        ),
        // A bar with high below low has told that already.
        holds: |bar, _| {
            let outside = |p: f64| p > bar.high || p < bar.low;
            bar.high >= bar.low && (outside(bar.open) || outside(bar.close))
        },
    },
];

fn prices(bar: &Bar) -> [f64; 4] {
    [bar.open, bar.high, bar.low, bar.close]
}

/// Remarks on `bars`; `first_row` is the row in the file of the first of them, where they stand in
/// the file one after the other.
pub(crate) fn remarks(bars: &Bars, timeframe: Timeframe, first_row: Option<usize>) -> Vec<String> {
    let mut out = Vec::new();
    for remark in &REMARKS {
        let mut count = 0usize;
        let mut first: Option<(usize, i64)> = None;
        for (row, bar) in bars.iter().enumerate() {
            if (remark.holds)(&bar, timeframe) {
                count += 1;
                first = first.or(Some((row, bar.time)));
            }
        }
        let Some((row, time)) = first else { continue };
        let words = if count == 1 {
            remark.words.0
        } else {
            remark.words.1
        };
        let row = match first_row {
            Some(before) => format!(" (row {}, counted from 0)", before.saturating_add(row)),
            None => String::new(),
        };
        let at = if count == 1 { "at" } else { "first at" };
        out.push(format!("{count} {words}, {at} {}{row}", format_time(time)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000_000;

    fn good(hour: i64) -> Bar {
        Bar {
            time: hour * HOUR,
            open: 2.0,
            high: 3.0,
            low: 1.0,
            close: 2.5,
            volume: 0.0,
        }
    }

    #[test]
    fn good_bars_have_none() {
        let bars: Bars = (0..5).map(good).collect();
        assert_eq!(remarks(&bars, Timeframe::H1, Some(0)), Vec::<String>::new());
    }

    #[test]
    fn each_kind_is_told_once() {
        let nan = f64::NAN;
        let bars: Bars = [
            good(0),
            Bar {
                close: nan,
                ..good(1)
            },
            Bar {
                open: nan,
                high: nan,
                low: nan,
                close: nan,
                volume: nan,
                ..good(2)
            },
            Bar {
                high: f64::INFINITY,
                ..good(3)
            },
            Bar {
                low: 0.0,
                ..good(4)
            },
            Bar {
                high: 1.0,
                low: 3.0,
                ..good(5)
            },
            Bar {
                volume: -1.0,
                ..good(6)
            },
            Bar {
                time: 7 * HOUR + 1,
                ..good(7)
            },
            Bar {
                close: 3.5,
                ..good(8)
            },
        ]
        .into_iter()
        .collect();
        assert_eq!(
            remarks(&bars, Timeframe::H1, Some(100)),
            [
                "2 bars have a missing price (NaN), first at 1970-01-01T01:00:00Z (row 101, counted from 0)",
                "1 bar has no volume (NaN), at 1970-01-01T02:00:00Z (row 102, counted from 0)",
                "1 bar has an infinite value, at 1970-01-01T03:00:00Z (row 103, counted from 0)",
                "1 bar has a price of zero or below, at 1970-01-01T04:00:00Z (row 104, counted from 0)",
                "1 bar has its high below its low, at 1970-01-01T05:00:00Z (row 105, counted from 0)",
                "1 bar has a negative volume, at 1970-01-01T06:00:00Z (row 106, counted from 0)",
                "1 bar does not open on the timeframe's grid, at 1970-01-01T07:00:00.000000001Z (row 107, counted from 0)",
                "1 bar opens or closes outside its high and low, at 1970-01-01T08:00:00Z (row 108, counted from 0)",
            ]
        );
        assert!(remarks(&bars, Timeframe::H1, None)[0].ends_with("at 1970-01-01T01:00:00Z"));
    }
}
