//! Made-up data for a program: its bars, and what it asks for beside them.

use strat_engine::abi::{BarColumns, Need, OtherColumns};
use strat_engine::columns;
use strat_market::Bars;

use crate::candles::{Dice, wild};

/// Bars of a program's symbol, and its other columns in the order of the program's needs.
#[derive(Debug, Clone)]
pub struct Data {
    /// Bars of its own symbol.
    pub bars: Bars,
    /// Everything else.
    pub others: Vec<Other>,
}

/// Data beside a program's own bars.
#[derive(Debug, Clone)]
pub enum Other {
    /// The bars of another symbol.
    Bars(Bars),
    /// Values and their times of publication, nanoseconds, ascending.
    Values {
        /// When each was published.
        time: Vec<i64>,
        /// The values.
        value: Vec<f64>,
    },
}

impl Data {
    /// `bars`, with made-up data for `needs`: other symbols have the times of `bars`, an external
    /// column is published half an hour after every eighth bar.
    #[must_use]
    pub fn made_up(bars: Bars, needs: &[Need]) -> Self {
        let mut others = Vec::with_capacity(needs.len());
        for (need, seed) in needs.iter().zip(1000..) {
            others.push(match need {
                Need::Symbol(_) => {
                    let mut other = wild(seed, bars.len(), true);
                    other.time.clone_from(&bars.time);
                    Other::Bars(other)
                }
                Need::External(_) => {
                    let mut dice = Dice::new(seed);
                    let time: Vec<i64> = bars
                        .time
                        .iter()
                        .step_by(8)
                        .map(|t| t + 1_800_000_000_000)
                        .collect();
                    let value = time.iter().map(|_| dice.roll() - 0.5).collect();
                    Other::Values { time, value }
                }
            });
        }
        Self { bars, others }
    }

    /// Hands the data to `work` as a program takes them.
    pub fn with_columns<R>(&self, work: impl FnOnce(BarColumns<'_>) -> R) -> R {
        let others: Vec<OtherColumns<'_>> = self
            .others
            .iter()
            .map(|other| match other {
                Other::Bars(bars) => OtherColumns::Bars(columns(bars)),
                Other::Values { time, value } => OtherColumns::Values { time, value },
            })
            .collect();
        work(BarColumns {
            others: &others,
            ..columns(&self.bars)
        })
    }
}
