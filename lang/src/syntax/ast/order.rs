//! Orders: what an entry, an exit or a quote sends, and where stops stand.

use super::{Expr, Ident, Number, Side};
use crate::source::Span;

/// `enter …`
#[derive(Debug, Clone, PartialEq)]
pub struct EnterStmt {
    /// Long when nothing is written.
    pub side: Side,
    /// The tag and its place.
    pub tag: Option<(String, Span)>,
    /// `{ sell a 1  buy b h }`; empty for an entry of one symbol.
    pub legs: Vec<LegOrder>,
    /// What stands between, in written order.
    pub clauses: Vec<Clause>,
    /// The condition.
    pub when: Expr,
}

/// `exit …`
#[derive(Debug, Clone, PartialEq)]
pub struct ExitStmt {
    /// `exit all`: everything, also what other entries opened.
    pub all: bool,
    /// `exit 50%`: a part of the position.
    pub portion: Option<Expr>,
    /// The tag and its place.
    pub tag: Option<(String, Span)>,
    /// What stands between, in written order.
    pub clauses: Vec<Clause>,
    /// The condition.
    pub when: Expr,
}

/// `sell a 1`
#[derive(Debug, Clone, PartialEq)]
pub struct LegOrder {
    /// Buy or sell.
    pub side: Side,
    /// The leg.
    pub leg: Ident,
    /// How much of it.
    pub ratio: Expr,
}

/// A part of an order with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What it says.
    pub kind: ClauseKind,
    /// From its first to its last word.
    pub span: Span,
}

/// What a clause of an order says.
#[derive(Debug, Clone, PartialEq)]
pub enum ClauseKind {
    /// `market`
    Market,
    /// `limit P`
    Limit(Expr),
    /// `stop P`
    Stop(Expr),
    /// `stop_limit P, Q`
    StopLimit(Expr, Expr),
    /// `trailing D`
    Trailing(Expr),
    /// `bracket target, stop`
    Bracket(Expr, Expr),
    /// `oco P, Q`: the first that fills cancels the other.
    Oco(Expr, Expr),
    /// `size 0.5`
    Size(Expr),
    /// `size 10% of equity`
    SizeOfEquity(Expr),
    /// `size risk 2%`: so much of the equity is lost at the stop.
    SizeRisk(Expr),
    /// `day`, `gtc`, `ioc`, `fok`
    TimeInForce(TimeInForce),
    /// `post_only`
    PostOnly,
    /// `reduce_only`
    ReduceOnly,
    /// `iceberg Q`: the quantity that is shown.
    Iceberg(Expr),
    /// `twap over 30m`
    Twap(Expr),
    /// `vwap over 30m`
    Vwap(Expr),
    /// `tolerance 2 ticks`: a quote is kept while it is no further off.
    Tolerance(Expr),
    /// `keep h0 = h`: remembered with the trade.
    Keep(Ident, Expr),
}

/// How long an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until the end of the day.
    Day,
    /// Until it is cancelled.
    Gtc,
    /// What does not fill at once is cancelled.
    Ioc,
    /// All at once or nothing.
    Fok,
}

/// A distance or a price.
#[derive(Debug, Clone, PartialEq)]
pub enum Level {
    /// A share of the entry price (of the best price, for a trail).
    Share(Expr),
    /// `at P`: a price.
    At(Expr),
}

impl Level {
    /// Its expression.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        match self {
            Self::Share(e) | Self::At(e) => e,
        }
    }
}

/// An event of a tick strategy.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// `on trade`, `on book`, `on fill`, `on bar`
    Named(Ident),
    /// `every 100ms`
    Every(Number, Span),
}

/// `quote bid[i] at P size Q when c`
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteStmt {
    /// `bid` or `ask`.
    pub side: Ident,
    /// The slot.
    pub slot: Expr,
    /// The price.
    pub price: Expr,
    /// `size`, `post_only`, `tolerance`, in written order.
    pub clauses: Vec<Clause>,
    /// While this holds.
    pub when: Option<Expr>,
}
