//! Candles to measure on: the last 8,760 hourly bars of BTC/USDT from the shared data, or made-up
//! ones where it is absent.

use strat_market::Bars;

/// The candles, and whether they are real.
#[must_use]
pub fn candles(count: usize) -> (Bars, bool) {
    match strat_tests::shared() {
        Some(dir) => (
            strat_tests::last(&strat_tests::bars(&dir, "BTC/USDT", "1h"), count),
            true,
        ),
        None => (strat_tests::candles::wild(1, count, false), false),
    }
}
