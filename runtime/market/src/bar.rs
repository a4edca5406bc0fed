//! Bars as columns.

use std::ops::Range;

/// Candles of one symbol and timeframe, oldest first; every column has the same length.
///
/// A missing value is NaN.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// Bar open time, nanoseconds since the Unix epoch, UTC, strictly increasing.
    pub time: Vec<i64>,
    /// Open price, quote units.
    pub open: Vec<f64>,
    /// High price, quote units.
    pub high: Vec<f64>,
    /// Low price, quote units.
    pub low: Vec<f64>,
    /// Close price, quote units.
    pub close: Vec<f64>,
    /// Volume, base units.
    pub volume: Vec<f64>,
}

/// One candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Open time, nanoseconds since the Unix epoch, UTC.
    pub time: i64,
    /// Open price, quote units.
    pub open: f64,
    /// High price, quote units.
    pub high: f64,
    /// Low price, quote units.
    pub low: f64,
    /// Close price, quote units.
    pub close: f64,
    /// Volume, base units.
    pub volume: f64,
}

impl Bars {
    /// No bars, with room for `bars` of them.
    #[must_use]
    pub fn with_capacity(bars: usize) -> Self {
        Bars {
            time: Vec::with_capacity(bars),
            open: Vec::with_capacity(bars),
            high: Vec::with_capacity(bars),
            low: Vec::with_capacity(bars),
            close: Vec::with_capacity(bars),
            volume: Vec::with_capacity(bars),
        }
    }

    /// Number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there is no bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// Whether every column has the same length, as everything that takes bars relies on.
    #[must_use]
    pub fn is_rectangular(&self) -> bool {
        let n = self.time.len();
        self.value_columns()
            .iter()
            .all(|(_, column)| column.len() == n)
    }

    /// Bar `t`, or nothing past the end.
    #[must_use]
    pub fn get(&self, t: usize) -> Option<Bar> {
        Some(Bar {
            time: *self.time.get(t)?,
            open: *self.open.get(t)?,
            high: *self.high.get(t)?,
            low: *self.low.get(t)?,
            close: *self.close.get(t)?,
            volume: *self.volume.get(t)?,
        })
    }

    /// Every bar, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Bar> + '_ {
        (0..self.len()).map_while(|t| self.get(t))
    }

    /// Adds one bar at the end; its time must be later than the last one's.
    pub fn push(&mut self, bar: Bar) {
        self.time.push(bar.time);
        self.open.push(bar.open);
        self.high.push(bar.high);
        self.low.push(bar.low);
        self.close.push(bar.close);
        self.volume.push(bar.volume);
    }

    /// Adds all of `other` at the end; its first time must be later than the last one here.
    pub fn append(&mut self, other: &Bars) {
        self.time.extend_from_slice(&other.time);
        self.open.extend_from_slice(&other.open);
        self.high.extend_from_slice(&other.high);
        self.low.extend_from_slice(&other.low);
        self.close.extend_from_slice(&other.close);
        self.volume.extend_from_slice(&other.volume);
    }

    /// The bars of `range`; what lies past the end is left out.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Bars {
        fn part<T: Clone>(column: &[T], range: &Range<usize>) -> Vec<T> {
            let end = range.end.min(column.len());
            column
                .get(range.start.min(end)..end)
                .unwrap_or_default()
                .to_vec()
        }
        Bars {
            time: part(&self.time, &range),
            open: part(&self.open, &range),
            high: part(&self.high, &range),
            low: part(&self.low, &range),
            close: part(&self.close, &range),
            volume: part(&self.volume, &range),
        }
    }

    /// Index of the first bar that opens at or after `time`; the number of bars when none does.
    #[must_use]
    pub fn first_at_or_after(&self, time: i64) -> usize {
        self.time.partition_point(|&t| t < time)
    }

    /// The columns of numbers with their names, in file order: open, high, low, close, volume.
    #[must_use]
    pub fn value_columns(&self) -> [(&'static str, &[f64]); 5] {
        [
            ("open", &self.open),
            ("high", &self.high),
            ("low", &self.low),
            ("close", &self.close),
            ("volume", &self.volume),
        ]
    }
}

impl Extend<Bar> for Bars {
    fn extend<I: IntoIterator<Item = Bar>>(&mut self, bars: I) {
        for bar in bars {
            self.push(bar);
        }
    }
}

impl FromIterator<Bar> for Bars {
    fn from_iter<I: IntoIterator<Item = Bar>>(bars: I) -> Self {
        let mut out = Bars::default();
        out.extend(bars);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(time: i64) -> Bar {
        let x = time as f64;
        Bar {
            time,
            open: x,
            high: x + 2.0,
            low: x - 2.0,
            close: x + 1.0,
            volume: 10.0 * x,
        }
    }

    fn five() -> Bars {
        (10..15).map(bar).collect()
    }

    #[test]
    fn columns_stay_together() {
        let bars = five();
        assert_eq!(bars.len(), 5);
        assert!(bars.is_rectangular() && !bars.is_empty());
        assert_eq!(bars.get(2), Some(bar(12)));
        assert_eq!(bars.get(5), None);
        assert_eq!(bars.iter().collect::<Bars>(), bars);
        let names: Vec<&str> = bars.value_columns().iter().map(|c| c.0).collect();
        assert_eq!(names, ["open", "high", "low", "close", "volume"]);
        assert_eq!(bars.value_columns()[3].1, &[11.0, 12.0, 13.0, 14.0, 15.0]);
        let torn = Bars {
            low: vec![],
            ..bars
        };
        assert!(!torn.is_rectangular());
        assert_eq!(torn.iter().count(), 0);
    }

    #[test]
    #[allow(clippy::reversed_empty_ranges)] // A backwards range must give nothing, not a panic.
    fn slices_are_clipped_to_what_is_there() {
        let bars = five();
        assert_eq!(bars.slice(1..3), (11..13).map(bar).collect());
        assert_eq!(bars.slice(3..99), (13..15).map(bar).collect());
        assert!(bars.slice(7..9).is_empty());
        assert!(bars.slice(4..1).is_empty());
        let mut joined = bars.slice(0..2);
        joined.append(&bars.slice(2..5));
        assert_eq!(joined, bars);
    }

    #[test]
    fn finds_the_first_bar_of_a_range() {
        let bars = five();
        assert_eq!(bars.first_at_or_after(0), 0);
        assert_eq!(bars.first_at_or_after(12), 2);
        assert_eq!(bars.first_at_or_after(15), 5);
    }
}
