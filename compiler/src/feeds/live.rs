//! Feeds where bars come one by one.
//!
//! What lies beside the bars (other symbols, external data) is not there: it is na. Such a program
//! is run over bars that are known (`Program::stream_over`).

use strat_abi::{BarValues, TradeValues};

use super::calendar::{Due, Within};
use super::clock::Moment;
use super::resample::Resampler;
use crate::exec::{Code, Running};
use crate::ir::{Feed, FeedKind};

/// A feed that advances with the bars.
pub(crate) enum Live<'a> {
    /// Its own bars, what runs over them, and the value of the last that closed.
    Timeframe {
        resampler: Resampler,
        run: Box<Running<'a>>,
        value: f64,
    },
    Due(Due),
    Within(Within),
    Missing,
}

impl<'a> Live<'a> {
    /// Ready for the first bar.
    pub(crate) fn new(
        feed: &Feed,
        inner: Option<&'a Code>,
        params: &[f64],
        most_bars: usize,
    ) -> Self {
        match (&feed.kind, inner) {
            (FeedKind::Timeframe { millis, .. }, Some(code)) => Self::Timeframe {
                resampler: Resampler::new(*millis),
                run: Box::new(Running::live(code, params, most_bars)),
                value: f64::NAN,
            },
            (FeedKind::Due(calendar), _) => Due::new(calendar).map_or(Self::Missing, Self::Due),
            (FeedKind::Within { from, to, zone }, _) => {
                Within::new(*from, *to, zone).map_or(Self::Missing, Self::Within)
            }
            _ => Self::Missing,
        }
    }

    /// Its value on the next bar.
    pub(crate) fn next(&mut self, at: Moment, bar: &BarValues) -> f64 {
        let truth = |b: bool| if b { 1.0 } else { 0.0 };
        match self {
            Self::Timeframe {
                resampler,
                run,
                value,
            } => {
                resampler.add(at, bar, |longer| {
                    run.advance(&longer, &TradeValues::FLAT);
                    *value = run.output(0);
                });
                *value
            }
            Self::Due(due) => truth(due.on(at)),
            Self::Within(session) => truth(session.on(at)),
            Self::Missing => f64::NAN,
        }
    }
}
