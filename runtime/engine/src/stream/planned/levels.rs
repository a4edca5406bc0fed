//! Where an open position is closed: stops, trails, targets and the profit ladder.
//!
//! Every level is set at a close and valid from the next bar on; what an entry finds is what the
//! last close before it set. `na` leaves a level as it is, and so does a value that is no price.
//! For a long position (a short one mirrors it):
//!
//! - A **stop at a share** stands below the price of the entry, at the mean of several entries.
//! - A **stop at a price** moves up and down with its expression. A value at or above the close
//!   that it was computed at would be hit at once; it belongs to the other side and is left out.
//! - A **trail** only ever rises. At a share it stands below the best price since the entry, which
//!   starts from the entry's own price; at a price it is its expression, from the first close on
//!   that it was below: before, it belongs to the other side; later, it may rise above the close
//!   and so end the trade at the next open. With `once` it begins at the first close at which that
//!   held.
//! - A **target** at a share stands above the price of the entry; one at a price counts only above
//!   it.
//! - The **ladder** asks for the profit of the greatest step that is not longer than the position
//!   has been held: net of both fees and as a share of the entry's amount and fee, which is the
//!   price `entry (1 + profit) (1 + fee) / (1 - fee)`.
//!
//! The tightest stop and the nearest target are what a bar is tested against ([`Levels::hit`]).

use strat_abi::{Level, Plan, Side};

use super::account::{Holding, sign};
use crate::convention::StopTest;
use crate::price::is_price;
use crate::stream::Exit;

/// What the levels of a position are measured from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Basis {
    pub(super) side: Side,
    /// Price of the entry, slippage included.
    pub(super) price: f64,
    /// The same without slippage.
    pub(super) market: f64,
}

impl From<&Holding> for Basis {
    fn from(held: &Holding) -> Self {
        Self {
            side: held.side,
            price: held.price,
            market: held.market,
        }
    }
}

/// What a run keeps the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Share of the entry price at which a position is stopped.
    pub(super) stop: Option<f64>,
    pub(super) stops: StopTest,
    pub(super) fees: f64,
    /// Which of the two is taken where a bar reaches a stop and a target.
    pub(super) target_first: bool,
}

/// The prices of a bar that levels are tested against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) close: f64,
}

impl Range {
    /// The price furthest to the side `s` of the bar (1: up, -1: down): the extreme, or the close
    /// where it is missing, or an open beyond it.
    fn reach(&self, s: f64) -> f64 {
        let extreme = if s > 0.0 { self.high } else { self.low };
        let extreme = if is_price(extreme) {
            extreme
        } else {
            self.close
        };
        if is_price(self.open) && s * self.open > s * extreme {
            self.open
        } else {
            extreme
        }
    }
}

/// A level that a bar has reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    pub(super) why: Exit,
    /// Price of the market at the fill.
    pub(super) market: f64,
    /// Whether it fills as a resting limit.
    pub(super) limit: bool,
    /// Whether the bar reached a stop and a target, in an order that it does not tell.
    pub(super) ambiguous: bool,
}

#[derive(Debug, Clone, Copy)]
struct Trailing {
    level: f64,
    on: bool,
}

/// The levels of the open position.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    stops: Vec<f64>,
    trails: Vec<Trailing>,
    targets: Vec<f64>,
    profits: Vec<f64>,
    best: f64,
}

/// Output number `index`; `na` where there is none.
pub(super) fn output(outputs: &[f64], index: usize) -> f64 {
    outputs.get(index).copied().unwrap_or(f64::NAN)
}

impl Levels {
    pub(super) fn new(plan: &Plan) -> Self {
        let none = Trailing {
            level: f64::NAN,
            on: false,
        };
        Self {
            stops: vec![f64::NAN; plan.stops.len()],
            trails: vec![none; plan.trails.len()],
            targets: vec![f64::NAN; plan.targets.len()],
            profits: vec![f64::NAN; plan.ladder.len()],
            best: f64::NAN,
        }
    }

    /// Begins a position with what the last close set; `mark` is that close.
    pub(super) fn begin(
        &mut self,
        plan: &Plan,
        terms: &Terms,
        basis: Basis,
        outputs: &[f64],
        mark: f64,
    ) {
        self.stops.fill(f64::NAN);
        self.targets.fill(f64::NAN);
        self.profits.fill(f64::NAN);
        for trail in &mut self.trails {
            trail.level = f64::NAN;
            trail.on = false;
        }
        self.best = match terms.stops {
            StopTest::Intrabar => basis.price,
            StopTest::Closes => basis.market,
        };
        self.set(plan, basis, outputs, mark);
    }

    /// Takes the best price of a bar that the position was open in.
    pub(super) fn see(&mut self, terms: &Terms, side: Side, range: &Range) {
        let s = sign(side);
        let best = match terms.stops {
            StopTest::Intrabar => range.reach(s),
            StopTest::Closes => range.close,
        };
        if s * best > s * self.best {
            self.best = best;
        }
    }

    /// Takes what a close sets; `mark` is that close.
    pub(super) fn set(&mut self, plan: &Plan, basis: Basis, outputs: &[f64], mark: f64) {
        let s = sign(basis.side);
        for (level, &at) in self.stops.iter_mut().zip(&plan.stops) {
            let price = output(outputs, at);
            if is_price(price) && s * price < s * mark {
                *level = price;
            }
        }
        for (trail, asked) in self.trails.iter_mut().zip(&plan.trails) {
            trail.on |= asked.once.is_none_or(|at| output(outputs, at) == 1.0);
            if !trail.on {
                continue;
            }
            let (price, other_side) = match asked.level {
                Level::Price(at) => {
                    let price = output(outputs, at);
                    (price, trail.level.is_nan() && s * price >= s * mark)
                }
                Level::Share(at) => (self.best * (1.0 - s * output(outputs, at)), false),
            };
            // NaN, where there is no level yet, is not at or beyond anything.
            let looser = s * price <= s * trail.level;
            if is_price(price) && !looser && !other_side {
                trail.level = price;
            }
        }
        for (level, asked) in self.targets.iter_mut().zip(&plan.targets) {
            let price = match *asked {
                Level::Price(at) => output(outputs, at),
                Level::Share(at) => basis.price * (1.0 + s * output(outputs, at)),
            };
            if is_price(price) && s * price > s * basis.price {
                *level = price;
            }
        }
        for (profit, &(_, at)) in self.profits.iter_mut().zip(&plan.ladder) {
            let asked = output(outputs, at);
            if !asked.is_nan() {
                *profit = asked;
            }
        }
    }

    /// The tightest stop. `ruin` is the price of the market at which nothing would be left.
    pub(super) fn stop(
        &self,
        terms: &Terms,
        basis: Basis,
        ruin: Option<f64>,
    ) -> Option<(f64, Exit)> {
        let s = sign(basis.side);
        let share = terms.stop.map(|share| {
            let from = match terms.stops {
                StopTest::Intrabar => basis.price,
                StopTest::Closes => basis.market,
            };
            (from * (1.0 - s * share), Exit::Stop)
        });
        let stops = self.stops.iter().map(|&level| (level, Exit::Stop));
        let trails = self.trails.iter().map(|trail| (trail.level, Exit::Trail));
        let ruin = ruin.map(|level| (level, Exit::Liquidation));
        share
            .into_iter()
            .chain(stops)
            .chain(trails)
            .chain(ruin)
            .filter(|(level, _)| is_price(*level))
            // The first written of equal ones.
            .reduce(|a, b| if s * b.0 > s * a.0 { b } else { a })
    }

    /// The nearest target of a position held for `held` seconds.
    fn target(&self, plan: &Plan, terms: &Terms, basis: Basis, held: f64) -> Option<(f64, Exit)> {
        let s = sign(basis.side);
        let step = plan
            .ladder
            .iter()
            .zip(&self.profits)
            .rfind(|((age, _), _)| *age as f64 <= held);
        let ladder = step.map(|(_, &profit)| {
            let fees = (1.0 + terms.fees) / (1.0 - terms.fees);
            let price = match basis.side {
                Side::Long => basis.price * (1.0 + profit) * fees,
                Side::Short => basis.price * (1.0 - profit) / fees,
            };
            (price, Exit::Ladder)
        });
        let targets = self.targets.iter().map(|&level| (level, Exit::Target));
        targets
            .chain(ladder)
            .filter(|(level, _)| is_price(*level))
            .reduce(|a, b| if s * b.0 < s * a.0 { b } else { a })
    }

    /// The level that a bar reaches first, if it reaches any. `held` is how long the position has
    /// been open, in seconds, at the time of the test: the bar's open, or its close.
    ///
    /// Inside a bar, an open beyond a level fills at the open. Otherwise a stop fills at its level
    /// and a target at its own; where both are in reach the bar does not tell which came first,
    /// and the stop is taken.
    pub(super) fn hit(
        &self,
        plan: &Plan,
        terms: &Terms,
        basis: Basis,
        range: &Range,
        held: f64,
        ruin: Option<f64>,
    ) -> Option<Hit> {
        if !is_price(range.close) {
            return None;
        }
        let s = sign(basis.side);
        let stop = self.stop(terms, basis, ruin);
        let target = self.target(plan, terms, basis, held);
        let stopped = |price: f64| stop.filter(|(level, _)| s * price <= s * level);
        let reached = |price: f64| target.filter(|(level, _)| s * price >= s * level);
        let at = |why, market, limit| Hit {
            why,
            market,
            limit,
            ambiguous: false,
        };
        if terms.stops == StopTest::Closes {
            let (_, why) = stopped(range.close).or_else(|| reached(range.close))?;
            return Some(at(why, range.close, false));
        }
        if is_price(range.open) {
            if let Some((_, why)) = stopped(range.open) {
                return Some(at(why, range.open, false));
            }
            if let Some((_, why)) = reached(range.open) {
                return Some(at(why, range.open, true));
            }
        }
        // Without an open a level may lie outside the bar, where nothing has traded.
        let (lowest, highest) = (range.reach(-1.0), range.reach(1.0));
        let traded = |level: f64| level.max(lowest).min(highest);
        let stopped = stopped(range.reach(-s)).map(|(level, why)| at(why, traded(level), false));
        let reached = reached(range.reach(s)).map(|(level, why)| at(why, traded(level), true));
        match (stopped, reached) {
            (Some(stop), Some(target)) => Some(Hit {
                ambiguous: true,
                ..if terms.target_first { target } else { stop }
            }),
            (stop, target) => stop.or(target),
        }
    }
}
