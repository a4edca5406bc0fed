//! Which loop a program takes, behind one face.

use strat_abi::{BarColumns, BarValues, ProgramInfo, Resolved, Stream, TradeValues};

use super::{Mark, PlannedSleeve, Refused, RoundTrip, Sleeve};
use crate::convention::Rules;
use crate::costs::Costs;
use crate::metrics::Metrics;

/// One symbol's account with the loop that its program takes: a plain plan is accounted in spans,
/// every other bar by bar.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one per symbol, and the plain one is the fast one"
)]
pub enum Trader<'p> {
    /// Entries, exits and one stop.
    Plain(Sleeve),
    /// Everything else.
    Planned(Box<PlannedSleeve<'p>>),
}

/// What a run ends with.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The figures of a screen's row.
    pub metrics: Metrics,
    /// Equity at the last close, quote units.
    pub final_equity: f64,
    /// Number of bars at whose close a position was open.
    pub bars_held: usize,
    /// Whether an order was waiting for a price.
    pub unfilled_order: bool,
    /// Bars that reached a stop and a target, where the stop was taken.
    pub ambiguous_bars: usize,
    /// Entries that did not fill.
    pub refused: Refused,
    /// The trade that is still open, valued at the last close.
    pub open: Option<RoundTrip>,
}

impl<'p> Trader<'p> {
    /// A flat account with the cash of `costs`, for one parameter set of a program over `bars`.
    #[must_use]
    pub fn new(
        info: &'p ProgramInfo,
        resolved: &Resolved,
        rules: Rules,
        costs: Costs,
        bars: &BarColumns<'_>,
    ) -> Self {
        if info.plan.is_plain() {
            return Self::Plain(Sleeve::new(rules, costs, resolved.stop));
        }
        Self::Planned(Box::new(PlannedSleeve::new(
            &info.plan,
            rules,
            costs,
            resolved.stop,
            bar_seconds(info, bars),
        )))
    }

    /// The same account, which takes the target where a bar reaches a stop and a target.
    #[must_use]
    pub fn with_target_first(self) -> Self {
        match self {
            Self::Plain(sleeve) => Self::Plain(sleeve),
            Self::Planned(sleeve) => Self::Planned(Box::new(sleeve.with_target_first())),
        }
    }

    /// Shows bar number `t` to the program and trades on it; completed trades go to `trades`.
    #[inline]
    pub fn step(
        &mut self,
        t: usize,
        bar: &BarValues,
        stream: &mut dyn Stream,
        trades: &mut Vec<RoundTrip>,
    ) {
        match self {
            Self::Plain(sleeve) => {
                let decision = stream.on_bar(bar, &TradeValues::FLAT);
                trades.extend(sleeve.on_bar(t, bar, decision));
            }
            Self::Planned(sleeve) => sleeve.step(t, bar, stream, trades),
        }
    }

    /// The account at the close of the last bar.
    #[must_use]
    pub fn mark(&self) -> Mark {
        match self {
            Self::Plain(sleeve) => sleeve.mark(),
            Self::Planned(sleeve) => sleeve.mark(),
        }
    }

    /// Ends the run.
    #[must_use]
    pub fn finish(self, bars_per_year: f64) -> Finished {
        match self {
            Self::Plain(sleeve) => {
                let unfilled_order = sleeve.has_due_order();
                let (outcome, open) = sleeve.finish(bars_per_year);
                Finished {
                    metrics: outcome.metrics,
                    final_equity: outcome.final_equity,
                    bars_held: outcome.bars_held,
                    unfilled_order,
                    ambiguous_bars: 0,
                    refused: Refused::default(),
                    open,
                }
            }
            Self::Planned(sleeve) => sleeve.finish(bars_per_year),
        }
    }
}

/// How long a bar is: what the program says, or the least distance of two bars.
fn bar_seconds(info: &ProgramInfo, bars: &BarColumns<'_>) -> f64 {
    info.timeframe_seconds.unwrap_or_else(|| {
        let steps = bars.time.windows(2).map(|pair| match pair {
            [a, b] => b - a,
            _ => 0,
        });
        steps.min().unwrap_or(0) as f64 / 1e9
    })
}
