//! Bars with holes, missing values and values at the edge of what a double holds.

use strat_abi::{BarColumns, OtherColumns};

/// Numbers that look random and are the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    pub fn unit(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Bars that own their columns.
#[derive(Default, Clone)]
pub struct Bars {
    pub time: Vec<i64>,
    pub open: Vec<f64>,
    pub high: Vec<f64>,
    pub low: Vec<f64>,
    pub close: Vec<f64>,
    pub volume: Vec<f64>,
}

pub const MINUTE: i64 = 60_000_000_000;

impl Bars {
    pub fn push(&mut self, time: i64, ohlcv: [f64; 5]) {
        self.time.push(time);
        self.open.push(ohlcv[0]);
        self.high.push(ohlcv[1]);
        self.low.push(ohlcv[2]);
        self.close.push(ohlcv[3]);
        self.volume.push(ohlcv[4]);
    }

    /// `count` bars of `minutes` minutes; a tenth of the bars is missing, as are some values, and
    /// some are absurd.
    pub fn wild(seed: u64, count: usize, minutes: i64) -> Self {
        let mut dice = Dice(seed);
        let mut bars = Self::default();
        // A Sunday before clocks change in New York, at an hour that is no multiple of 4.
        let mut time = 1_741_477_000_000_000_000 / (minutes * MINUTE) * (minutes * MINUTE);
        let mut price = 100.0;
        for t in 0..count {
            price *= 1.0 + 0.04 * (dice.unit() - 0.5);
            let mut bar = [
                price,
                price * (1.0 + 0.01 * dice.unit()),
                price * (1.0 - 0.01 * dice.unit()),
                price * (1.0 + 0.01 * (dice.unit() - 0.5)),
                1000.0 * dice.unit(),
            ];
            match dice.below(40) {
                0 => bar[dice.below(5) as usize] = f64::NAN,
                1 => bar = [f64::NAN; 5],
                2 => bar[dice.below(5) as usize] = f64::INFINITY,
                3 => bar[dice.below(5) as usize] = -1e300,
                4 => bar[dice.below(5) as usize] = 0.0,
                5 => bar[dice.below(5) as usize] = 5e-324,
                _ => {}
            }
            bars.push(time, bar);
            time += minutes * MINUTE;
            // The first two stand side by side, so that the length of a bar is known from then on.
            if t > 0 && dice.below(10) == 0 {
                time += minutes * MINUTE * (1 + dice.below(9) as i64);
            }
        }
        bars
    }

    pub fn columns<'a>(&'a self, others: &'a [OtherColumns<'a>]) -> BarColumns<'a> {
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

/// Made-up trades over some bars.
pub struct Trades {
    pub columns: [Vec<f64>; 5],
    pub kept: Vec<Vec<f64>>,
}

impl Trades {
    pub fn wild(seed: u64, count: usize, kept: usize) -> Self {
        let mut dice = Dice(seed);
        let mut out = Self {
            columns: std::array::from_fn(|_| Vec::new()),
            kept: vec![Vec::new(); kept],
        };
        let mut since: Option<(f64, f64)> = None;
        let mut memory = vec![f64::NAN; kept];
        for _ in 0..count {
            since = match since {
                None if dice.below(6) == 0 => {
                    memory.fill_with(|| 100.0 * dice.unit());
                    Some((90.0 + 20.0 * dice.unit(), 0.0))
                }
                Some(_) if dice.below(9) == 0 => None,
                Some((price, bars)) => Some((price, bars + 1.0)),
                None => None,
            };
            let row = match since {
                Some((price, bars)) => [price, 3600.0 * bars, bars, price * 1.01, -0.5],
                None => [f64::NAN, f64::NAN, f64::NAN, f64::NAN, 0.0],
            };
            for (column, value) in out.columns.iter_mut().zip(row) {
                column.push(value);
            }
            for (column, value) in out.kept.iter_mut().zip(&memory) {
                column.push(if since.is_some() { *value } else { f64::NAN });
            }
        }
        out
    }

    pub fn columns(&self) -> strat_compiler::TradeColumns<'_> {
        strat_compiler::TradeColumns {
            entry_price: &self.columns[0],
            held: &self.columns[1],
            held_bars: &self.columns[2],
            mark: &self.columns[3],
            quantity: &self.columns[4],
            kept: self.kept.iter().map(Vec::as_slice).collect(),
        }
    }

    /// The values of bar `t`, with room for what is remembered.
    pub fn at<'a>(&self, t: usize, row: &'a mut Vec<f64>) -> strat_abi::TradeValues<'a> {
        row.clear();
        row.extend(self.kept.iter().map(|column| column[t]));
        let of = |i: usize| self.columns[i][t];
        strat_abi::TradeValues {
            entry_price: of(0),
            held: of(1),
            held_bars: of(2),
            mark: of(3),
            quantity: of(4),
            kept: if of(0).is_nan() { &[] } else { row },
        }
    }
}
