//! Cash and what is held: entries that open or add, exits that close all or a part.
//!
//! A long position is paid for in cash. A short position of quantity `q` at `p` sells what it does
//! not own: its proceeds, less the fee, are added to the cash, and it owes `q` units. Either way
//! equity is cash plus the signed quantity times the price. Nothing is lent: the value of a
//! position and the fee of its entry are at most the equity, so all capital short is as many units
//! as all capital long at that price, `equity / (p (1 + fee))`. Borrowing costs nothing.
//!
//! A short position can lose more than there is. Then it is closed at the price that leaves
//! nothing, whatever the market opens at: a loss ends at the equity.

use strat_abi::Side;

use crate::costs::Costs;
use crate::spans::order::{greater, lesser};
use crate::stream::{Exit, RoundTrip};

/// 1 for a long, -1 for a short position: prices times it rise with the profit.
pub(super) const fn sign(side: Side) -> f64 {
    match side {
        Side::Long => 1.0,
        Side::Short => -1.0,
    }
}

/// Where and when an order fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The bar.
    pub(super) bar: usize,
    /// Seconds since the epoch.
    pub(super) time: f64,
    /// Price of the market, before slippage.
    pub(super) market: f64,
    /// Whether the order is a resting limit, which fills at its price without slippage.
    pub(super) limit: bool,
}

/// A position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding {
    pub(super) side: Side,
    /// Units, positive on either side.
    pub(super) quantity: f64,
    /// Mean price of its entries, slippage included.
    pub(super) price: f64,
    /// The same without slippage.
    pub(super) market: f64,
    /// Fees of its entries, as far as no exit has taken its part of them.
    pub(super) fees: f64,
    /// Bar of its first entry.
    pub(super) bar: usize,
    /// Time of its first entry, seconds since the epoch.
    pub(super) time: f64,
    /// Statement of its first entry.
    pub(super) statement: u32,
    /// Number of its entries.
    pub(super) entries: usize,
}

/// Cash and the position.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) costs: Costs,
    pub(super) cash: f64,
    pub(super) holding: Option<Holding>,
}

impl Account {
    pub(super) fn new(costs: Costs) -> Self {
        Self {
            costs,
            cash: costs.cash(),
            holding: None,
        }
    }

    /// Cash plus quantity times price.
    pub(super) fn equity(&self, price: f64) -> f64 {
        match &self.holding {
            None => self.cash,
            Some(held) => self.cash + sign(held.side) * held.quantity * price,
        }
    }

    /// What one unit costs (brings, for a short) with the market at `market`.
    pub(super) fn entry_price(&self, side: Side, market: f64) -> f64 {
        match side {
            Side::Long => self.costs.buy_price(market),
            Side::Short => self.costs.sell_price(market),
        }
    }

    /// What one unit brings (costs, for a short) at an exit.
    pub(super) fn exit_price(&self, side: Side, market: f64) -> f64 {
        match side {
            Side::Long => self.costs.sell_price(market),
            Side::Short => self.costs.buy_price(market),
        }
    }

    /// The most units that an entry may take. What rounding leaves of a full position is none.
    pub(super) fn room(&self, side: Side, market: f64) -> f64 {
        let free = match &self.holding {
            Some(held) if held.side == Side::Short => {
                let free = self.cash - 2.0 * (held.quantity * market);
                if free > self.cash * 1e-9 { free } else { 0.0 }
            }
            _ => self.cash,
        };
        free / (self.entry_price(side, market) * (1.0 + self.costs.fees()))
    }

    /// The price, slippage included, at which closing a short position leaves no cash.
    pub(super) fn ruin(&self) -> Option<f64> {
        let held = self.holding.as_ref()?;
        (held.side == Side::Short).then(|| self.cash / (held.quantity * (1.0 + self.costs.fees())))
    }

    /// Opens a position of `quantity` units, no more than [`Self::room`], or adds them to the one
    /// of the same side.
    pub(super) fn enter(&mut self, at: Place, side: Side, quantity: f64, statement: u32) {
        let all = quantity >= self.room(side, at.market);
        let price = self.entry_price(side, at.market);
        let value = quantity * price;
        let fee = value * self.costs.fees();
        self.cash = match side {
            // All of it leaves nothing, not what rounding leaves.
            Side::Long if all => 0.0,
            Side::Long => self.cash - value - fee,
            Side::Short => self.cash + value - fee,
        };
        match &mut self.holding {
            Some(held) => {
                let total = held.quantity + quantity;
                let mean =
                    |before: f64, now: f64| (before * held.quantity + now * quantity) / total;
                held.price = mean(held.price, price);
                held.market = mean(held.market, at.market);
                held.quantity = total;
                held.fees += fee;
                held.entries += 1;
            }
            None => {
                self.holding = Some(Holding {
                    side,
                    quantity,
                    price,
                    market: at.market,
                    fees: fee,
                    bar: at.bar,
                    time: at.time,
                    statement,
                    entries: 1,
                });
            }
        }
    }

    /// Closes a share of the position, 1 for all of it.
    pub(super) fn exit(&mut self, at: Place, share: f64, why: Exit) -> Option<RoundTrip> {
        let ruin = self.ruin();
        let held = self.holding.as_mut()?;
        let whole = share >= 1.0;
        let quantity = if whole {
            held.quantity
        } else {
            held.quantity * share
        };
        let entry_fee = if whole { held.fees } else { held.fees * share };
        let mut exit = why;
        let price = match (held.side, at.limit) {
            (_, true) => at.market,
            (Side::Long, false) => self.costs.sell_price(at.market),
            (Side::Short, false) => self.costs.buy_price(at.market),
        };
        let price = match ruin {
            Some(ruin) if price > ruin => {
                exit = Exit::Liquidation;
                lesser(price, ruin)
            }
            _ => price,
        };
        let cost = quantity * held.price;
        let value = quantity * price;
        let fee = value * self.costs.fees();
        // In this order a trade at one price without fees has a profit of exactly 0.
        let pnl = match held.side {
            Side::Long => value - cost - entry_fee - fee,
            Side::Short => cost - value - entry_fee - fee,
        };
        self.cash = match held.side {
            Side::Long => self.cash + value - fee,
            Side::Short => greater(self.cash - value - fee, 0.0),
        };
        let trip = RoundTrip {
            side: held.side,
            entry_bar: held.bar,
            entry_price: held.price,
            entry: held.statement,
            exit_bar: at.bar,
            exit_price: price,
            exit: Some(exit),
            quantity,
            fees: entry_fee + fee,
            pnl,
            pnl_pct: pnl / cost,
        };
        if whole {
            self.holding = None;
        } else {
            held.quantity -= quantity;
            held.fees -= entry_fee;
        }
        Some(trip)
    }

    /// The position at the end of the run, valued at `close`, without a fee for the exit that has
    /// not happened.
    pub(super) fn open(&self, bar: usize, close: f64) -> Option<RoundTrip> {
        let held = self.holding.as_ref()?;
        let cost = held.quantity * held.price;
        let value = held.quantity * close;
        let pnl = match held.side {
            Side::Long => value - cost - held.fees,
            Side::Short => cost - value - held.fees,
        };
        Some(RoundTrip {
            side: held.side,
            entry_bar: held.bar,
            entry_price: held.price,
            entry: held.statement,
            exit_bar: bar,
            exit_price: close,
            exit: None,
            quantity: held.quantity,
            fees: held.fees,
            pnl,
            pnl_pct: pnl / cost,
        })
    }
}
