//! The bars that charts are drawn over: two symbols of the synthetic sample.

use strat_engine::abi::{Need, OtherColumns};
use strat_engine::columns;
use strat_market::{Bars, Symbol, Timeframe};

use crate::doc::call::TIMEFRAMES;

/// The sample in the timeframes that charts are drawn in, the first one first.
#[derive(Debug, Default)]
pub struct Samples {
    all: Vec<Sample>,
}

/// Bars of one timeframe.
#[derive(Debug)]
pub struct Sample {
    /// Whose bars.
    pub symbol: Symbol,
    /// How long they are.
    pub timeframe: Timeframe,
    /// Those of the symbol.
    pub bars: Bars,
    /// Those of a second symbol, for functions of two.
    other: (Symbol, Bars),
}

impl Samples {
    /// Draws the sample.
    #[must_use]
    pub fn new() -> Self {
        let mut symbols = strat_data::sample_bars();
        let (Some(first), Some(second)) = (symbols.next(), symbols.next()) else {
            return Self::default();
        };
        let in_timeframe = |timeframe| {
            let joined = |bars| strat_data::resample(bars, Timeframe::H1, timeframe).ok();
            Some(Sample {
                symbol: first.0.clone(),
                timeframe,
                bars: joined(&first.1)?,
                other: (second.0.clone(), joined(&second.1)?),
            })
        };
        // Candles of four hours have bodies; the longer series of hours has what is rare.
        Self {
            all: TIMEFRAMES.into_iter().filter_map(in_timeframe).collect(),
        }
    }

    /// The timeframes, the one that is shown first.
    pub fn all(&self) -> impl Iterator<Item = &Sample> {
        self.all.iter()
    }
}

impl Sample {
    /// What a call reads beside the bars, where the sample has it.
    #[must_use]
    pub fn others(&self, needs: &[Need]) -> Option<Vec<OtherColumns<'_>>> {
        let one = |need: &Need| match need {
            Need::Symbol(text) if *text == self.other.0.to_string() => {
                Some(OtherColumns::Bars(columns(&self.other.1)))
            }
            Need::Symbol(text) if *text == self.symbol.to_string() => {
                Some(OtherColumns::Bars(columns(&self.bars)))
            }
            Need::Symbol(_) | Need::External(_) => None,
        };
        needs.iter().map(one).collect()
    }
}
