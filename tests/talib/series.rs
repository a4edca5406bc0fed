//! The bars that functions are compared on.

use std::path::Path;

use strat_market::Bars;
use strat_tests::candles::{Dice, wild};
use strat_tests::shared;

/// Bars with a name, and the first that is not missing.
pub struct Series {
    pub name: String,
    pub bars: Bars,
    pub first: usize,
}

impl Series {
    fn new(name: &str, bars: Bars) -> Self {
        let first = bars.close.iter().position(|x| !x.is_nan()).unwrap_or(0);
        Self {
            name: name.to_owned(),
            bars,
            first,
        }
    }
}

impl Series {
    /// Named as a part of a longer one.
    pub fn into_part(mut self) -> Self {
        self.name = format!("{} middle", self.name);
        self
    }
}

/// The ten shared hourly symbols, `count` bars each; none where there is no market data.
pub fn shared_series(count: usize) -> Vec<Series> {
    let Some(dir) = shared() else {
        println!("the shared series: skipped: no market data");
        return Vec::new();
    };
    let symbols = symbols(&dir);
    let load = |symbol: &String| {
        let bars = strat_tests::bars(&dir, symbol, "1h");
        // Not the first bars of a market, which are often empty, nor the last of all of them.
        let start = bars.len().saturating_sub(count) / 2;
        let end = bars.len().min(start + count);
        Series::new(symbol, bars.slice(start..end))
    };
    symbols.iter().map(load).collect()
}

/// Symbols that have an hourly file, from the files' names.
fn symbols(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir.join("data")).into_iter().flatten();
    let names = entries.filter_map(|e| e.ok()?.file_name().into_string().ok());
    let mut symbols: Vec<String> = names
        .filter_map(|name| {
            let middle = name.strip_prefix("binance_")?.strip_suffix("_1h.parquet")?;
            Some(middle.replacen('_', "/", 1))
        })
        .collect();
    symbols.sort();
    symbols
}

/// A walk with flat stretches, bars without volume and gaps in time, that begins with bars that
/// are missing.
pub fn wild_series(count: usize) -> Series {
    let mut bars = wild(41, count, false);
    for t in 0..7.min(count) {
        for column in [
            &mut bars.open,
            &mut bars.high,
            &mut bars.low,
            &mut bars.close,
            &mut bars.volume,
        ] {
            column[t] = f64::NAN;
        }
    }
    Series::new("wild", bars)
}

/// Prices around 1e-8, thrown up by some orders of magnitude now and then.
pub fn small_series(count: usize) -> Series {
    let mut bars = wild(42, count, false);
    let mut dice = Dice::new(43);
    let (mut factor, mut left) = (1e-10, 60);
    for t in 0..count {
        if left == 0 {
            left = 20 + (dice.roll() * 150.0) as usize;
            let pick = (dice.roll() * 4.0) as usize;
            factor = [1e-10, 1e-9, 1e-7, 1e-5][pick.min(3)];
        }
        left -= 1;
        scale(&mut bars, t, factor);
    }
    Series::new("small", bars)
}

/// Prices around 100 with single bars at 1e8, volumes from 0 to 1e12.
pub fn spike_series(count: usize) -> Series {
    let mut bars = wild(49, count, false);
    for t in 0..count {
        if t % 173 == 120 {
            scale(&mut bars, t, 1e6);
        }
        if t % 97 == 50 {
            bars.volume[t] = 1e12;
        }
    }
    Series::new("spikes", bars)
}

/// Prices that never stand still and never jump: nothing there is close to call.
pub fn calm_series(count: usize) -> Series {
    let mut bars = wild(51, count, false);
    let mut dice = Dice::new(52);
    for t in 0..count {
        let wave = strat_engine::abi::math::sin(t as f64 / 3.0);
        bars.open[t] = 100.0 + 4.0 * wave + dice.roll();
        bars.close[t] = 100.5 + 4.0 * wave + dice.roll();
        bars.high[t] = bars.open[t].max(bars.close[t]) + 0.1 + dice.roll();
        bars.low[t] = bars.open[t].min(bars.close[t]) - 0.1 - dice.roll();
        bars.volume[t] = 10.0 + 90.0 * dice.roll();
    }
    Series::new("calm", bars)
}

/// Multiplies the prices of a bar.
fn scale(bars: &mut Bars, t: usize, factor: f64) {
    for column in [
        &mut bars.open,
        &mut bars.high,
        &mut bars.low,
        &mut bars.close,
    ] {
        column[t] *= factor;
    }
}

/// Prices on a coarse grid, with single spikes to 1e8: equal bodies and shadows, dojis, ties.
pub fn grid_series(count: usize) -> Series {
    let mut dice = Dice::new(44);
    let mut bars = wild(45, count, false);
    let mut last = 40.0;
    for t in 0..count {
        let mut step = |most: f64| (dice.roll() * most).floor() / 4.0;
        let open = last + step(5.0) - 0.5;
        let close: f64 = (open + step(17.0) - 2.0).clamp(10.0, 90.0);
        let open: f64 = if step(8.0) == 0.0 { close } else { open };
        (bars.open[t], bars.close[t]) = (open, close);
        bars.high[t] = open.max(close) + step(6.0);
        bars.low[t] = open.min(close) - step(6.0);
        last = close;
        if t % 411 == 300 {
            bars.high[t] = 1e8;
        }
    }
    Series::new("grid", bars)
}

/// Numbers between -1 and 1, for functions that are not about prices.
pub fn unit_series(count: usize) -> Series {
    let mut bars = wild(46, count, false);
    let mut dice = Dice::new(47);
    for t in 0..count {
        let (a, b) = (dice.roll() * 2.0 - 1.0, dice.roll() * 2.0 - 1.0);
        bars.close[t] = a;
        bars.open[t] = b;
        bars.high[t] = a.max(b);
        bars.low[t] = a.min(b);
    }
    Series::new("unit", bars)
}

/// Enough bars for the greatest length of all.
pub fn long_series() -> Series {
    Series::new("long", wild(48, 100_400, false))
}
