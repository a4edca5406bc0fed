//! Longer bars from shorter ones, as they become known.
//!
//! A longer bar begins at a whole multiple of its length since the epoch and is made of the bars
//! that open in it: first open, greatest high, least low, last close, sum of the volumes; missing
//! values are passed over.

use strat_abi::{BarColumns, BarValues, OtherColumns};

use super::clock::{Clock, Moment};

/// Makes bars of `millis` milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Resampler {
    millis: i64,
    /// Number of the longer bar since the epoch, and what it is made of so far.
    open: Option<(i64, BarValues)>,
    /// The longer bar that closed last.
    closed: Option<i64>,
}

impl Resampler {
    pub(super) fn new(millis: i64) -> Self {
        Self {
            millis: millis.max(1),
            open: None,
            closed: None,
        }
    }

    /// Adds a bar; calls `close` with each longer bar that is closed on it (at most two).
    pub(super) fn add(&mut self, at: Moment, bar: &BarValues, mut close: impl FnMut(BarValues)) {
        let number = at.open.div_euclid(self.millis);
        // The bars that would have closed it are missing.
        if let Some((open, joined)) = self.open
            && number > open
        {
            self.open = None;
            self.closed = Some(open);
            close(joined);
        }
        // A bar that comes after the longer bar was seen to close would change what was seen.
        if self.closed.is_some_and(|closed| number <= closed) {
            return;
        }
        let joined = match self.open {
            Some((_, joined)) => join(joined, *bar),
            None => BarValues {
                time: seconds(number.saturating_mul(self.millis)),
                ..*bar
            },
        };
        self.open = Some((number, joined));
        if at.close >= number.saturating_add(1).saturating_mul(self.millis) {
            self.open = None;
            self.closed = Some(number);
            close(joined);
        }
    }

    /// The longer bar that has not closed.
    fn rest(&self) -> Option<BarValues> {
        self.open.map(|(_, bar)| bar)
    }
}

fn nanos(millis: i64) -> i64 {
    millis.saturating_mul(1_000_000)
}

/// As `BarColumns::bar` gives a time that is kept in nanoseconds.
fn seconds(millis: i64) -> f64 {
    nanos(millis) as f64 / 1e9
}

fn join(a: BarValues, b: BarValues) -> BarValues {
    BarValues {
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

/// Longer bars as columns.
#[derive(Debug, Default)]
pub(super) struct Longer {
    time: Vec<i64>,
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
}

impl Longer {
    fn push(&mut self, bar: BarValues) {
        // Whole milliseconds, so that the way back is exact.
        self.time.push(nanos((bar.time * 1e3).round() as i64));
        self.open.push(bar.open);
        self.high.push(bar.high);
        self.low.push(bar.low);
        self.close.push(bar.close);
        self.volume.push(bar.volume);
    }

    /// The longer bars that close within `bars`, and for each bar how many have closed by then.
    pub(super) fn closed(bars: BarColumns<'_>, mut clock: Clock, millis: i64) -> (Self, Vec<u32>) {
        let mut out = Self::default();
        let mut resampler = Resampler::new(millis);
        let count = (0..bars.len())
            .map(|t| {
                let bar = bars.bar(t);
                resampler.add(clock.next(bar.time), &bar, |longer| out.push(longer));
                out.time.len() as u32
            })
            .collect();
        (out, count)
    }

    /// All longer bars of another symbol, also the one that its last bars leave open: it is looked
    /// at only through a bar that has closed at the same time.
    fn all(bars: BarColumns<'_>, millis: i64) -> Self {
        let mut out = Self::default();
        let mut resampler = Resampler::new(millis);
        let mut clock = Clock::new(Some(0));
        for t in 0..bars.len() {
            let bar = bars.bar(t);
            resampler.add(clock.next(bar.time), &bar, |longer| out.push(longer));
        }
        if let Some(bar) = resampler.rest() {
            out.push(bar);
        }
        out
    }

    /// The other symbols' bars at this length; external values stay as they are.
    pub(super) fn others(bars: BarColumns<'_>, millis: i64) -> Vec<Option<Self>> {
        let longer = |other: &OtherColumns<'_>| match other {
            OtherColumns::Bars(bars) => Some(Self::all(*bars, millis)),
            OtherColumns::Values { .. } => None,
        };
        bars.others.iter().map(longer).collect()
    }

    /// As columns, beside `others`.
    pub(super) fn columns<'a>(&'a self, others: &'a [OtherColumns<'a>]) -> BarColumns<'a> {
        BarColumns {
            time: &self.time,
            open: &self.open,
            high: &self.high,
            low: &self.low,
            close: &self.close,
            volume: &self.volume,
            others,
        }
    }
}
