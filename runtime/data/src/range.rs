//! Which part of the stored bars is wanted.

use strat_market::{When, format_time};

use crate::error::DataError;

/// A range of bars by their open time, both ends included. The default is everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range {
    /// First day or instant; from the first bar there is when `None`.
    pub from: Option<When>,
    /// Last day (all of it) or instant; to the last bar there is when `None`.
    pub to: Option<When>,
    /// Bars before `from` to hand over as well.
    pub preload: Preload,
}

/// How many bars before the range to hand over, for indicators to warm up on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preload {
    /// None: nothing before the range is seen.
    #[default]
    None,
    /// So many, or all there are where there are fewer.
    Bars(usize),
    /// All there are.
    All,
}

impl Preload {
    /// The number of bars, without an upper bound for all.
    pub(crate) fn most(self) -> usize {
        match self {
            Preload::None => 0,
            Preload::Bars(bars) => bars,
            Preload::All => usize::MAX,
        }
    }
}

impl Range {
    /// First and last instant, nanoseconds since the epoch, both included.
    ///
    /// # Errors
    /// When the first lies after the last.
    pub(crate) fn bounds(&self) -> Result<(i64, i64), DataError> {
        let from = self.from.map_or(i64::MIN, When::first);
        let to = self.to.map_or(i64::MAX, When::last);
        if from > to {
            return Err(DataError::BackwardRange { from, to });
        }
        Ok((from, to))
    }

    /// The range in words, to follow "has no bar".
    pub(crate) fn in_words(&self) -> String {
        let from = self
            .from
            .map(|when| format!("from {}", format_time(when.first())));
        let to = self.to.map(|when| match when {
            When::Date(_) => format!("to the end of {when}"),
            When::Instant(_) => format!("to {when}"),
        });
        match (from, to) {
            (None, None) => "at all".to_owned(),
            (Some(one), None) => format!("{one} on"),
            (None, Some(one)) => format!("up {one}"),
            (Some(from), Some(to)) => format!("{from} {to}"),
        }
    }
}
