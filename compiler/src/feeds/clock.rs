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

/// Tells the times of bars.
///
/// Where the length of a bar is not told it is the least difference between two opens: of all bars
/// where they are known, else of those so far, which is the same from the first two bars on that
/// stand side by side. The first bar of all has no length then, either way.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// Length of a bar as far as it is known.
    length: Option<i64>,
    told: bool,
    /// The open of the last bar.
    last: Option<i64>,
}

impl Clock {
    /// Bars that come one by one.
    pub(crate) fn new(told: Option<i64>) -> Self {
        Self {
            length: told,
            told: told.is_some(),
            last: None,
        }
    }

    /// Bars that are known.
    pub(crate) fn over(told: Option<i64>, bars: BarColumns<'_>) -> Self {
        let apart =
            |t: usize| millis(bars.bar(t).time).saturating_sub(millis(bars.bar(t - 1).time));
        Self {
            length: told.or_else(|| (1..bars.len()).map(apart).filter(|l| *l > 0).min()),
            ..Self::new(told)
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
        let length = match (self.told, self.last) {
            (false, None) => 0,
            _ => self.length.unwrap_or(0),
        };
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
