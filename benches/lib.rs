//! What is measured on. Candles: the last 8,760 hourly bars of BTC/USDT from the shared data, or
//! made-up ones where it is absent. Programs: those of the repository, and a large one made by rule.

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

/// So many candles: the real ones over and over, hour after hour. (A made-up walk of this length ends
/// at a price of 0, where every loop waits for denormal numbers.)
#[must_use]
pub fn repeated(count: usize) -> (Bars, bool) {
    let (once, real) = candles(35_050);
    let of = |column: &[f64]| column.iter().copied().cycle().take(count).collect();
    let start = once.time.first().copied().unwrap_or(0);
    let bars = Bars {
        time: (0..count as i64).map(|i| start + i * HOUR).collect(),
        open: of(&once.open),
        high: of(&once.high),
        low: of(&once.low),
        close: of(&once.close),
        volume: of(&once.volume),
    };
    (bars, real)
}

/// Nanoseconds.
const HOUR: i64 = 3_600_000_000_000;

/// Fastest and median seconds of `runs` calls.
pub fn time<T>(runs: usize, mut work: impl FnMut() -> T) -> (f64, f64) {
    let mut times: Vec<f64> = (0..runs.max(1))
        .map(|_| {
            let start = std::time::Instant::now();
            std::hint::black_box(work());
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}
