//! The loop of plain programs: entries, exits and one stop, one long position of all cash.
//!
//! The one the mask walk is compared with: both account in spans. Within one bar:
//!
//! 1. an order due at the open fills ([`Fill::NextOpen`]);
//! 2. the stop of an open position is tested ([`StopTest`]);
//! 3. the signals of the close become an order, unless a stop on closes took their place;
//! 4. an order due at the close fills ([`Fill::Close`]);
//! 5. equity is marked at the close.
//!
//! An order whose bar has no price waits for the next bar that has one. An opposite signal that
//! comes before it has filled cancels it, as two signals on one bar cancel each other.

use strat_abi::{BarValues, Decision, Side};

use super::{Exit, Mark, RoundTrip};
use crate::convention::{Fill, Rules, StopTest};
use crate::costs::Costs;
use crate::price::{can_fill, is_price, stop_fill, stop_level, stop_reach};
use crate::spans::{
    Extent, Held, Ledger, OpenSpan, Outcome, Position, RunningTotals, Sale, Span, Totals,
};

/// An open position and the closes it was held at.
#[derive(Debug, Clone, Copy)]
struct Open {
    bar: usize,
    price: f64,
    entry: u32,
    level: Option<f64>,
    position: Position,
    held: Option<Held>,
    first_totals: Totals,
}

impl Open {
    fn round_trip(&self, bar: usize, price: f64, exit: Option<Exit>, sale: &Sale) -> RoundTrip {
        RoundTrip {
            side: Side::Long,
            entry_bar: self.bar,
            entry_price: self.price,
            entry: self.entry,
            exit_bar: bar,
            exit_price: price,
            exit,
            quantity: sale.position.quantity,
            fees: sale.position.fee + sale.fee,
            pnl: sale.profit,
            pnl_pct: sale.share(),
        }
    }
}

/// One symbol's account, fed bar by bar.
#[derive(Debug, Clone)]
pub struct Sleeve {
    rules: Rules,
    costs: Costs,
    stop: Option<f64>,
    ledger: Ledger,
    totals: RunningTotals,
    open: Option<Open>,
    /// The statement of an order that has not filled: a buy while flat, a sale while long.
    due: Option<u32>,
    bars: usize,
    last_bar: usize,
}

impl Sleeve {
    /// A flat account with the cash of `costs`; `stop` is the loss at which a position is closed,
    /// as a share of its entry price.
    #[must_use]
    pub fn new(rules: Rules, costs: Costs, stop: Option<f64>) -> Self {
        Self {
            rules,
            costs,
            stop,
            ledger: Ledger::new(&costs),
            totals: RunningTotals::new(),
            open: None,
            due: None,
            bars: 0,
            last_bar: 0,
        }
    }

    /// Takes bar number `t` and what was decided at its close; gives the trade a sale on this bar
    /// completed.
    pub fn on_bar(&mut self, t: usize, bar: &BarValues, decision: Decision) -> Option<RoundTrip> {
        let mut trade = None;
        self.bars += 1;
        self.last_bar = t;
        let fills = can_fill(bar.open, bar.close, self.rules.fill);

        if self.rules.fill == Fill::NextOpen && fills {
            trade = self.fill_due(t, bar.open);
        }

        let mut signals_count = true;
        if let Some(level) = self.open.and_then(|open| open.level)
            && stop_reach(bar.open, bar.low, bar.close, self.rules.stops) <= level
        {
            let price = stop_fill(bar.open, bar.close, level, self.rules.stops);
            trade = self.sell(t, price, Exit::Stop).or(trade);
            self.due = None;
            signals_count = self.rules.stops == StopTest::Intrabar;
        }

        if signals_count {
            self.decide(decision);
        }

        if self.rules.fill == Fill::Close && fills {
            trade = self.fill_due(t, bar.close).or(trade);
        }

        self.hold(bar.close);
        trade
    }

    /// The account at the close of the last bar.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let Some(Open {
            bar,
            position,
            held: Some(held),
            ..
        }) = self.open
        else {
            let cash = self.ledger.cash();
            let drawdown = cash / self.ledger.peak_before(usize::MAX) - 1.0;
            return Mark {
                equity: cash,
                cash,
                drawdown,
            };
        };
        let equity = position.quantity * held.last;
        let before = equity / self.ledger.peak_before(bar);
        let inside = held.last / held.extent.max;
        Mark {
            equity,
            cash: 0.0,
            drawdown: before.min(inside) - 1.0,
        }
    }

    /// Whether an order is waiting for a price.
    #[must_use]
    pub const fn has_due_order(&self) -> bool {
        self.due.is_some()
    }

    /// Ends the run: its figures and the trade that is still open.
    #[must_use]
    pub fn finish(self, bars_per_year: f64) -> (Outcome, Option<RoundTrip>) {
        let open = self.open.and_then(|open| {
            let held = open.held?;
            Some((
                open,
                OpenSpan {
                    bought: open.bar,
                    paid: open.price,
                    held,
                },
            ))
        });
        let span = open.as_ref().map(|(_, span)| span);
        let outcome = self.ledger.finish(span, self.bars, bars_per_year);
        let trade = open.zip(outcome.open).map(|((open, span), sale)| {
            open.round_trip(self.last_bar, span.held.last, None, &sale)
        });
        (outcome, trade)
    }

    /// Turns the signals of a close into an order, or into the end of one.
    fn decide(&mut self, decision: Decision) {
        let wanted = match (decision.entries, decision.exits) {
            (entries, 0) if entries != 0 => Some(entries.trailing_zeros()),
            _ => None,
        };
        let unwanted = match (decision.entries, decision.exits) {
            (0, exits) if exits != 0 => Some(exits.trailing_zeros()),
            _ => None,
        };
        let (order, against) = if self.open.is_some() {
            (unwanted, wanted)
        } else {
            (wanted, unwanted)
        };
        if self.due.is_none() {
            self.due = order;
        } else if against.is_some() {
            self.due = None;
        }
    }

    /// Fills the order that is due, if any, with the market at `price`.
    fn fill_due(&mut self, t: usize, price: f64) -> Option<RoundTrip> {
        let statement = self.due.take()?;
        if self.open.is_some() {
            return self.sell(t, price, Exit::Signal(statement));
        }
        let paid = self.costs.buy_price(price);
        self.open = Some(Open {
            bar: t,
            price: paid,
            entry: statement,
            level: self
                .stop
                .map(|share| stop_level(price, paid, share, self.rules.stops)),
            position: self.ledger.position(paid),
            held: None,
            first_totals: Totals::default(),
        });
        None
    }

    fn sell(&mut self, t: usize, price: f64, exit: Exit) -> Option<RoundTrip> {
        let open = self.open.take()?;
        let got = self.costs.sell_price(price);
        let sale = self.ledger.close(&Span {
            bought: open.bar,
            paid: open.price,
            sold: t,
            got,
            held: open.held,
        });
        Some(open.round_trip(t, got, Some(exit), &sale))
    }

    /// Adds the close to the totals of the market and to the closes the position was held at.
    fn hold(&mut self, close: f64) {
        let totals = self.totals.push(close);
        let Some(open) = &mut self.open else { return };
        let last = self.totals.close();
        match &mut open.held {
            None => {
                open.first_totals = totals;
                open.held = Some(Held {
                    bars: 1,
                    first: last,
                    last,
                    extent: Extent::of(last),
                    totals: Totals::default(),
                });
            }
            Some(held) => {
                held.bars += 1;
                held.totals = totals.since(open.first_totals);
                if is_price(close) {
                    held.last = close;
                    held.extent = held.extent.then(Extent::of(close));
                }
            }
        }
    }
}
