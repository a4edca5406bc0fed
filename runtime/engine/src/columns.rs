//! The market's bars as the columns a program takes.

use strat_abi::BarColumns;
use strat_market::Bars;

/// A view of `bars` as columns.
#[must_use]
pub fn columns(bars: &Bars) -> BarColumns<'_> {
    BarColumns {
        time: &bars.time,
        open: &bars.open,
        high: &bars.high,
        low: &bars.low,
        close: &bars.close,
        volume: &bars.volume,
        others: &[],
    }
}
