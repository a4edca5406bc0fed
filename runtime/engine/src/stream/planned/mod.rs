//! The loop of a program whose plan asks for more than entries, exits and one stop.
//!
//! The account is cash plus quantity times close, bar by bar. Within one bar:
//!
//! 1. an order due at the open fills ([`Fill::NextOpen`]);
//! 2. the bar is tested against the levels that the close before has set: stops, trails, targets,
//!    the ladder (`levels`);
//! 3. the program sees the bar with the trade as it now stands ([`TradeValues`]), and its outputs
//!    set the levels of the next bar;
//! 4. its signals become an order (`orders`), unless a level tested on closes took their place;
//! 5. an order due at the close fills ([`Fill::Close`]);
//! 6. equity is marked at the close.
//!
//! | module | owns |
//! |---|---|
//! | `account` | cash, the position, what fills do to them |
//! | `levels` | stops, trails, targets, the ladder |
//! | `orders` | what the signals of a close become |
//!
//! **Size.** Units as they are written; a share of the equity at the fill; or so much that a stop
//! at the tightest level loses that share of the equity, both fees and the slippage included. An
//! entry never takes more than the equity pays for. One without a size (`na`, or not above 0),
//! without the stop that its size is measured by, or without cash does not fill, and is counted
//! ([`Refused`]).
//!
//! **A trade** is a position, or the part of it that one exit closes: a position that is closed in
//! three parts is three trades. What an entry keeps is what its first entry found at its deciding
//! close.

mod account;
mod levels;
mod orders;

use strat_abi::{BarValues, Plan, Stream, TradeValues};

use self::account::{Account, Place, sign};
use self::levels::{Basis, Levels, Range, Terms};
use self::orders::{Due, Entry, Leave, Scene, Sizing};
use super::{Finished, Mark, RoundTrip};
use crate::convention::{Fill, Rules, StopTest};
use crate::costs::Costs;
use crate::figures::Figures;
use crate::price::{can_fill, is_price};

/// Entries that were ordered and did not fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Refused {
    /// For want of the stop that their size is measured by.
    pub without_stop: usize,
    /// For want of a size above 0.
    pub without_size: usize,
    /// For want of cash.
    pub without_cash: usize,
}

impl Refused {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.without_stop + self.without_size + self.without_cash
    }

    /// These and others.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            without_stop: self.without_stop + other.without_stop,
            without_size: self.without_size + other.without_size,
            without_cash: self.without_cash + other.without_cash,
        }
    }
}

/// One symbol's account, fed bar by bar.
#[derive(Debug, Clone)]
pub struct PlannedSleeve<'p> {
    plan: &'p Plan,
    rules: Rules,
    terms: Terms,
    bar_seconds: f64,
    account: Account,
    levels: Levels,
    figures: Figures,
    due: Option<Due>,
    kept: Vec<f64>,
    /// What the program gave at the close before.
    outputs: Vec<f64>,
    /// Exits that held at the close before while the trade was open.
    exits_held: u64,
    /// Bar of the last exit that left the account flat, and the time of its close.
    closed: Option<(usize, f64)>,
    /// The last price seen; NaN before the first.
    close: f64,
    last_bar: usize,
    bars_held: usize,
    ambiguous: usize,
    refused: Refused,
}

impl<'p> PlannedSleeve<'p> {
    /// A flat account with the cash of `costs` for a program with this plan, on bars of
    /// `bar_seconds`; `stop` is the loss at which a position is closed, as a share of its entry
    /// price.
    #[must_use]
    pub fn new(
        plan: &'p Plan,
        rules: Rules,
        costs: Costs,
        stop: Option<f64>,
        bar_seconds: f64,
    ) -> Self {
        Self {
            plan,
            rules,
            terms: Terms {
                stop,
                stops: rules.stops,
                fees: costs.fees(),
                target_first: false,
            },
            bar_seconds,
            account: Account::new(costs),
            levels: Levels::new(plan),
            figures: Figures::new(costs.cash()),
            due: None,
            kept: Vec::new(),
            outputs: Vec::new(),
            exits_held: 0,
            closed: None,
            close: f64::NAN,
            last_bar: 0,
            bars_held: 0,
            ambiguous: 0,
            refused: Refused::default(),
        }
    }

    /// The same account, which takes the target where a bar reaches a stop and a target.
    #[must_use]
    pub const fn with_target_first(mut self) -> Self {
        self.terms.target_first = true;
        self
    }

    /// Shows bar number `t` to the program and trades on it; completed trades go to `trades`.
    pub fn step(
        &mut self,
        t: usize,
        bar: &BarValues,
        stream: &mut dyn Stream,
        trades: &mut Vec<RoundTrip>,
    ) {
        let before = trades.len();
        let fills = can_fill(bar.open, bar.close, self.rules.fill);
        let close_time = bar.time + self.bar_seconds;
        self.last_bar = t;

        if self.rules.fill == Fill::NextOpen && fills {
            self.fill_due(Place::market(t, bar.time, bar.open), trades);
        }
        let signals_count =
            !self.test_levels(t, bar, trades) || self.rules.stops == StopTest::Intrabar;

        if is_price(bar.close) {
            self.close = bar.close;
        }
        let decision = stream.on_bar(bar, &self.trade_values(t, close_time));
        self.outputs.clear();
        self.outputs.extend_from_slice(stream.outputs());
        self.set_levels(bar);

        if trades.len() > before && self.account.holding.is_none() {
            self.closed = Some((t, close_time));
        }
        if signals_count {
            let due = self.due.take();
            self.due = self.scene(t, close_time).decide(decision, due);
        }
        self.exits_held = match self.account.holding {
            Some(_) => decision.exits,
            None => 0,
        };

        if self.rules.fill == Fill::Close && fills {
            self.fill_due(Place::market(t, close_time, bar.close), trades);
            if trades.len() > before && self.account.holding.is_none() {
                self.closed = Some((t, close_time));
            }
        }

        for trade in trades.iter().skip(before) {
            self.figures.book(trade.pnl);
        }
        self.bars_held += usize::from(self.account.holding.is_some());
        self.figures.mark(self.account.equity(self.close));
    }

    /// The account at the close of the last bar.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            equity: self.figures.equity(),
            cash: self.account.cash,
            drawdown: self.figures.drawdown(),
        }
    }

    /// Ends the run: its figures and the trade that is still open.
    #[must_use]
    pub fn finish(mut self, bars_per_year: f64) -> Finished {
        let open = self.account.open(self.last_bar, self.close);
        if let Some(trade) = &open {
            self.figures.book(trade.pnl);
        }
        Finished {
            metrics: self.figures.metrics(bars_per_year),
            final_equity: self.figures.equity(),
            bars_held: self.bars_held,
            unfilled_order: self.due.is_some(),
            ambiguous_bars: self.ambiguous,
            refused: self.refused,
            open,
        }
    }

    /// Closes the position where the bar reaches a level; whether it did.
    fn test_levels(&mut self, t: usize, bar: &BarValues, trades: &mut Vec<RoundTrip>) -> bool {
        let Some(held) = &self.account.holding else {
            return false;
        };
        let time = match self.rules.stops {
            StopTest::Intrabar => bar.time,
            StopTest::Closes => bar.time + self.bar_seconds,
        };
        let hit = self.levels.hit(
            self.plan,
            &self.terms,
            Basis::from(held),
            &range(bar),
            time - held.time,
            self.ruin(),
        );
        let Some(hit) = hit else { return false };
        self.ambiguous += usize::from(hit.ambiguous);
        let place = Place {
            bar: t,
            time,
            market: hit.market,
            limit: hit.limit,
        };
        trades.extend(self.account.exit(place, 1.0, hit.why));
        self.due = None;
        true
    }

    /// The price of the market at which a short position has lost everything.
    fn ruin(&self) -> Option<f64> {
        let slipped = self.account.costs.buy_price(1.0);
        Some(self.account.ruin()? / slipped)
    }

    fn set_levels(&mut self, bar: &BarValues) {
        let Some(held) = &self.account.holding else {
            return;
        };
        if is_price(bar.close) {
            self.levels.see(&self.terms, held.side, &range(bar));
        }
        self.levels
            .set(self.plan, Basis::from(held), &self.outputs, self.close);
    }

    fn trade_values(&self, t: usize, close_time: f64) -> TradeValues<'_> {
        let Some(held) = &self.account.holding else {
            return TradeValues::FLAT;
        };
        TradeValues {
            entry_price: held.price,
            held: close_time - held.time,
            held_bars: (t - held.bar) as f64,
            mark: self.close,
            quantity: sign(held.side) * held.quantity,
            kept: &self.kept,
        }
    }

    fn scene(&self, t: usize, close_time: f64) -> Scene<'_> {
        Scene {
            plan: self.plan,
            outputs: &self.outputs,
            open: self
                .account
                .holding
                .as_ref()
                .map(|held| (held.side, held.entries)),
            held: self.exits_held,
            rested: self
                .closed
                .map(|(bar, time)| ((t - bar) as f64, close_time - time)),
        }
    }

    /// Fills the order that is due, if any.
    fn fill_due(&mut self, at: Place, trades: &mut Vec<RoundTrip>) {
        match self.due.take() {
            None => {}
            Some(Due::Enter(entry)) => self.enter(at, entry),
            Some(Due::Leave(leave)) => self.leave(at, leave, trades),
            Some(Due::Reverse(leave, entry)) => {
                self.leave(at, leave, trades);
                self.enter(at, entry);
            }
        }
    }

    fn leave(&mut self, at: Place, leave: Leave, trades: &mut Vec<RoundTrip>) {
        trades.extend(self.account.exit(at, leave.share, leave.why));
    }

    fn enter(&mut self, at: Place, entry: Entry) {
        let basis = Basis {
            side: entry.side,
            price: self.account.entry_price(entry.side, at.market),
            market: at.market,
        };
        let fresh = self.account.holding.is_none();
        if fresh {
            self.levels
                .begin(self.plan, &self.terms, basis, &self.outputs, self.close);
        }
        let room = self.account.room(entry.side, at.market);
        if !is_price(room) {
            self.refused.without_cash += 1;
            return;
        }
        let asked = match entry.size {
            Sizing::All => room,
            Sizing::Units(units) => units,
            Sizing::OfEquity(share) => {
                let unit = basis.price * (1.0 + self.terms.fees);
                share * self.account.equity(at.market) / unit
            }
            Sizing::Risk(share) => {
                let Some(lost) = self.lost_at_the_stop(basis) else {
                    self.refused.without_stop += 1;
                    return;
                };
                share * self.account.equity(at.market) / lost
            }
        };
        if asked.is_nan() || asked <= 0.0 {
            self.refused.without_size += 1;
            return;
        }
        let quantity = asked.min(room);
        if !is_price(quantity) {
            self.refused.without_size += 1;
            return;
        }
        self.account
            .enter(at, entry.side, quantity, entry.statement);
        if fresh {
            self.kept = entry.kept;
            self.exits_held = 0;
        } else if let Some(held) = &self.account.holding {
            self.levels
                .set(self.plan, Basis::from(held), &self.outputs, self.close);
        }
    }

    /// What one unit loses from its entry to the tightest stop, costs included.
    fn lost_at_the_stop(&self, basis: Basis) -> Option<f64> {
        let (level, _) = self.levels.stop(&self.terms, basis, None)?;
        let out = self.account.exit_price(basis.side, level);
        let fees = self.terms.fees * (basis.price + out);
        let lost = sign(basis.side) * (basis.price - out) + fees;
        // A market that has opened beyond the stop leaves nothing to measure by.
        (sign(basis.side) * (basis.market - level) > 0.0 && lost > 0.0).then_some(lost)
    }
}

impl Place {
    const fn market(bar: usize, time: f64, market: f64) -> Self {
        Self {
            bar,
            time,
            market,
            limit: false,
        }
    }
}

const fn range(bar: &BarValues) -> Range {
    Range {
        open: bar.open,
        high: bar.high,
        low: bar.low,
        close: bar.close,
    }
}
