//! When bars open and close, in milliseconds since the epoch.

use strat_abi::BarColumns;

/// The times of one bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Its open.
    pub(super) open: i64,
    /// Its close.
    pub(super) close: i64,
    /// The close of the bar before; of the first bar its own open.
    pub(super) before: i64,
}

/// Tells the times of bars that come one by one.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// Length of a bar; of one that is not told, the least difference between two opens so far.
    length: Option<i64>,
    told: bool,
    last: Option<i64>,
}

impl Clock {
    /// A clock of bars of this length, where it is known.
    pub(crate) fn new(length: Option<i64>) -> Self {
        Self {
            length,
            told: length.is_some(),
            last: None,
        }
    }

    /// The times of the next bar, which opens so many seconds after the epoch.
    pub(crate) fn next(&mut self, seconds: f64) -> Moment {
        let open = millis(seconds);
        if let (false, Some(last)) = (self.told, self.last) {
            let apart = open.saturating_sub(last);
            if apart > 0 {
                self.length = Some(self.length.map_or(apart, |l| l.min(apart)));
            }
        }
        let length = self.length.unwrap_or(0);
        let before = self.last.map_or(open, |last| last.saturating_add(length));
        self.last = Some(open);
        Moment {
            open,
            close: open.saturating_add(length),
            before,
        }
    }
}

/// Seconds since the epoch as whole milliseconds.
fn millis(seconds: f64) -> i64 {
    (seconds * 1e3).round() as i64
}

/// The length of the bars: as told, or the least difference between the opens of two of them.
pub(crate) fn bar_length(told: Option<i64>, bars: BarColumns<'_>) -> Option<i64> {
    let seconds = |t: usize| bars.bar(t).time;
    told.or_else(|| {
        (1..bars.len())
            .map(|t| millis(seconds(t)).saturating_sub(millis(seconds(t - 1))))
            .filter(|apart| *apart > 0)
            .min()
    })
}
