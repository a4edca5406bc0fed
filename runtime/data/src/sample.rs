//! Synthetic data to try the tool with, the same on every machine and on every day.
//!
//! A random walk without any structure to trade on: results on it mean nothing. Its files are
//! marked as a sample, and neither mixed with other data nor written over it.

use strat_market::{Bar, Bars, Exchange, Symbol, Timeframe};

use crate::error::DataError;
use crate::key::Key;
use crate::random::Random;
use crate::resample::resample;
use crate::store::{Saved, Store};

/// The symbols of the sample with the price each begins at, in the order they are drawn.
pub const SAMPLE_SYMBOLS: [(&str, f64); 5] = [
    ("BTC/USDT", 42_000.0),
    ("ETH/USDT", 2200.0),
    ("SOL/USDT", 95.0),
    ("BNB/USDT", 310.0),
    ("XRP/USDT", 0.55),
];

/// Hourly bars of each symbol: a year of 365 days.
pub const SAMPLE_BARS: usize = 8760;

/// Seed of the one stream of random numbers that all symbols are drawn from.
pub const SAMPLE_SEED: u64 = 42;

/// Open time of the last hourly bar, 2024-12-31 23:00 UTC in nanoseconds since the epoch: fixed,
/// so that the numbers do not depend on the day they are made. The first is 2024-01-02 00:00 UTC.
pub const SAMPLE_END: i64 = 1_735_686_000_000_000_000;

/// Writes the sample into a store: each symbol for `binance` at `1h`, and joined to `4h` and `1d`.
///
/// Files of an earlier sample are overwritten.
///
/// # Errors
/// When a file of that name holds other data (then nothing is written), or the file system refuses.
pub fn generate_sample(store: &Store) -> Result<Vec<Saved>, DataError> {
    let mut files: Vec<(Key, Bars)> = Vec::new();
    for (symbol, hourly) in sample_bars() {
        for timeframe in [Timeframe::H1, Timeframe::H4, Timeframe::D1] {
            let bars = resample(&hourly, Timeframe::H1, timeframe)?;
            files.push((
                Key {
                    exchange: Exchange::default(),
                    symbol: symbol.clone(),
                    timeframe,
                },
                bars,
            ));
        }
    }
    for (key, _) in &files {
        store.require_sample_or_nothing(key)?;
    }
    files
        .iter()
        .map(|(key, bars)| store.save_sample(key, bars))
        .collect()
}

/// The hourly bars of the symbols of [`SAMPLE_SYMBOLS`], in that order; each is drawn when it is
/// asked for.
pub fn sample_bars() -> impl Iterator<Item = (Symbol, Bars)> {
    let mut random = Random::new(SAMPLE_SEED);
    SAMPLE_SYMBOLS.iter().filter_map(move |(name, start)| {
        let bars = walk(&mut random, *start);
        // A name in the table that is no symbol would be seen by the test of the table.
        name.parse().ok().map(|symbol| (symbol, bars))
    })
}

/// One symbol: a random walk of the close in logarithms, and an open, a high, a low and a volume
/// drawn around each close; the open is unrelated to the close before it.
fn walk(random: &mut Random, start: f64) -> Bars {
    // Column by column, which is the order the model draws in.
    let mut sum = 0.0;
    let mut close = Vec::with_capacity(SAMPLE_BARS);
    for _ in 0..SAMPLE_BARS {
        sum += 0.00002 + 0.015 * random.normal();
        close.push(start * libm::exp(sum));
    }
    let mut around = |from: f64, to: f64| -> Vec<f64> {
        close.iter().map(|c| c * random.uniform(from, to)).collect()
    };
    let open = around(0.995, 1.005);
    let high = around(1.001, 1.025);
    let low = around(0.975, 0.999);
    let volume: Vec<f64> = (0..SAMPLE_BARS)
        .map(|_| libm::exp(15.0 + 1.5 * random.normal()))
        .collect();

    let hour = Timeframe::H1.nanos();
    let mut time = SAMPLE_END - (SAMPLE_BARS as i64 - 1) * hour;
    let mut bars = Bars::with_capacity(SAMPLE_BARS);
    for ((((open, high), low), close), volume) in
        open.into_iter().zip(high).zip(low).zip(close).zip(volume)
    {
        let top = if open > close { open } else { close };
        let bottom = if open < close { open } else { close };
        bars.push(Bar {
            time,
            open,
            high: if top > high { top } else { high },
            low: if bottom < low { bottom } else { low },
            close,
            volume,
        });
        time += hour;
    }
    bars
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "within the tolerance of a test")]
mod tests {
    use super::*;
    use crate::notes::remarks;
    use strat_market::format_time;

    #[test]
    fn the_table_is_of_symbols_and_the_span_is_a_year() {
        let all: Vec<(Symbol, Bars)> = sample_bars().collect();
        assert_eq!(all.len(), SAMPLE_SYMBOLS.len());
        for (symbol, bars) in &all {
            assert_eq!(bars.len(), SAMPLE_BARS);
            assert_eq!(format_time(bars.time[0]), "2024-01-02T00:00:00Z");
            assert_eq!(
                format_time(bars.time[SAMPLE_BARS - 1]),
                "2024-12-31T23:00:00Z"
            );
            assert!(
                bars.time
                    .windows(2)
                    .all(|t| t[1] - t[0] == 3_600_000_000_000)
            );
            assert_eq!(
                remarks(bars, Timeframe::H1, None),
                Vec::<String>::new(),
                "{symbol}"
            );
        }
    }

    #[test]
    fn the_model_is_the_one_described() {
        let (_, bars) = sample_bars().next().expect("a symbol");
        let returns: Vec<f64> = bars.close.windows(2).map(|c| (c[1] / c[0]).ln()).collect();
        let n = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / n;
        let deviation = (returns.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / n).sqrt();
        assert!(mean.abs() < 5.0 * 0.015 / n.sqrt(), "{mean}");
        assert!((deviation - 0.015).abs() < 0.0005, "{deviation}");
        let log_volume = bars.volume.iter().map(|v| v.ln()).sum::<f64>() / bars.len() as f64;
        assert!((log_volume - 15.0).abs() < 0.1, "{log_volume}");
        for bar in bars.iter() {
            assert!((0.995..=1.005).contains(&(bar.open / bar.close)));
            assert!((1.001..=1.025 + 1e-12).contains(&(bar.high / bar.close)));
            assert!((0.975 - 1e-12..=0.999 + 1e-12).contains(&(bar.low / bar.close)));
        }
    }

    /// The numbers themselves: a change of the generator, its order or a function shows here.
    #[test]
    fn the_bits_are_pinned() {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for (_, bars) in sample_bars() {
            for (_, column) in bars.value_columns() {
                for byte in column.iter().flat_map(|v| v.to_bits().to_le_bytes()) {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
                }
            }
        }
        assert_eq!(hash, 0x5923_e76a_37ad_eec1, "{hash:#018x}");
    }
}
