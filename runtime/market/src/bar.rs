//! Bars as columns.

/// Candles of one symbol and timeframe, oldest first; every column has the same length.
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

impl Bars {
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
}
