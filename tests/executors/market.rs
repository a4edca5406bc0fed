//! Bars to run on, described by a few numbers that shrink.

use strat_market::Bars;
use strat_tests::candles::{Dice, wild};

/// Lengths around the words of a mask and the block of a kernel; most are short, so that a run of
/// many programs stays short.
const LENGTHS: &[usize] = &[
    1, 2, 63, 64, 65, 130, 200, 320, 400, 700, 1023, 1024, 1025, 1100, 2500,
];

/// Which bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    /// Of the generator.
    pub seed: u64,
    /// Number of bars.
    pub bars: usize,
    /// Whether some bars are missing.
    pub missing: bool,
    /// Whether some values are huge, tiny, negative or infinite.
    pub extreme: bool,
}

impl Market {
    /// One at random.
    pub fn of(dice: &mut Dice) -> Self {
        // The first numbers of neighbouring seeds are alike.
        let start = (0..8).map(|_| dice.roll()).sum::<f64>();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let bars = LENGTHS[(dice.roll() * LENGTHS.len() as f64) as usize % LENGTHS.len()];
        Self {
            seed: start.to_bits() % 10_000,
            bars,
            missing: dice.roll() < 0.7,
            extreme: dice.roll() < 0.2,
        }
    }

    /// The bars: a walk with gaps in time, flat stretches and zero volume.
    pub fn bars(&self) -> Bars {
        let mut bars = wild(self.seed, self.bars, self.missing);
        if self.extreme {
            let mut dice = Dice::new(self.seed ^ 0x5EED);
            let Bars {
                open,
                high,
                low,
                close,
                volume,
                ..
            } = &mut bars;
            for column in [open, high, low, close, volume] {
                for x in column.iter_mut() {
                    disturb(x, &mut dice);
                }
            }
        }
        bars
    }

    /// Markets that are simpler than this one.
    pub fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for bars in LENGTHS.iter().copied().chain([3, 5, 8, 16, 32]) {
            if bars < self.bars {
                all.push(Self {
                    bars,
                    ..self.clone()
                });
            }
        }
        all.sort_by_key(|m| m.bars);
        if self.missing {
            all.push(Self {
                missing: false,
                ..self.clone()
            });
        }
        if self.extreme {
            all.push(Self {
                extreme: false,
                ..self.clone()
            });
        }
        all
    }
}

/// About one value in 30 becomes something no market shows.
fn disturb(x: &mut f64, dice: &mut Dice) {
    if dice.roll() > 1.0 / 30.0 {
        return;
    }
    let kinds = [
        -*x,
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e300,
        -1e300,
        f64::MAX,
        1e-300,
        5e-324,
        *x * 1e12,
        9_007_199_254_740_993.0,
    ];
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // below 13
    let at = (dice.roll() * 13.0) as usize;
    *x = kinds[at.min(kinds.len() - 1)];
}
