//! Candles made up by rule, the same on every machine.

use strat_market::Bars;

/// Nanoseconds of an hour.
const HOUR: i64 = 3_600_000_000_000;

/// A small generator (xorshift), so that candles do not depend on a crate's version.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// A generator; equal seeds give equal numbers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from 0 to below 1.
    #[allow(clippy::cast_precision_loss)] // 53 bits fit
    pub fn roll(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A walk with flat stretches, zero volume, gaps in time, and missing bars where `missing`.
#[must_use]
pub fn wild(seed: u64, count: usize, missing: bool) -> Bars {
    let mut dice = Dice::new(seed);
    let mut bars = Bars::default();
    let mut price = 100.0;
    let mut time = 1_600_000_000_000_000_000 / HOUR * HOUR;
    let mut flat = 0;
    for _ in 0..count {
        time += if dice.roll() < 0.01 { 5 * HOUR } else { HOUR };
        if flat == 0 && dice.roll() < 0.004 {
            flat = 25;
        }
        let mut open = price;
        if flat > 0 {
            flat -= 1;
        } else {
            open *= 1.0 + (dice.roll() - 0.5) * 0.001;
            price *= 1.0 + (dice.roll() - 0.5) * 0.03;
            // Prices on a grid meet each other now and then.
            price = (price * 10.0).round() / 10.0;
        }
        let (mut high, mut low) = (open.max(price), open.min(price));
        if flat == 0 {
            high *= 1.0 + dice.roll() * 0.004;
            low *= 1.0 - dice.roll() * 0.004;
        } else {
            open = price;
            (high, low) = (price, price);
        }
        let gone = missing && dice.roll() < 0.01;
        let na = |x: f64| if gone { f64::NAN } else { x };
        bars.time.push(time);
        bars.open.push(na(open));
        bars.high.push(na(high));
        bars.low.push(na(low));
        bars.close.push(na(price));
        let volume = if dice.roll() < 0.01 {
            0.0
        } else {
            dice.roll() * 1e3
        };
        bars.volume.push(na(volume));
    }
    bars
}
