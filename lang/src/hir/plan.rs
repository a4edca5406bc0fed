//! What a strategy asks of the engine: orders, sizes, levels, memory of the trade.

use super::NodeId;
use crate::source::Span;

/// Which side an order or a trade takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// Buys first.
    #[default]
    Long,
    /// Sells first.
    Short,
}

/// A distance or a price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level {
    /// A share of the entry price (of the best price since entry, for a trail).
    Share(NodeId),
    /// A price in quote units.
    At(NodeId),
}

/// How an order is priced.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum OrderKind {
    /// At the market.
    #[default]
    Market,
    /// At this price or better.
    Limit(NodeId),
    /// At the market once this price is reached.
    Stop(NodeId),
    /// Once the first price is reached, at the second or better.
    StopLimit(NodeId, NodeId),
    /// At the market once the price falls (rises, for a sale) this share from its best.
    Trailing(NodeId),
    /// Market, with a target and a stop of its own.
    Bracket(NodeId, NodeId),
    /// Two prices; the first that fills cancels the other.
    Oco(NodeId, NodeId),
}

/// How long an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until the end of the day (UTC).
    Day,
    /// Until it is cancelled.
    Gtc,
    /// What does not fill at once is cancelled.
    Ioc,
    /// All at once or nothing.
    Fok,
}

/// Spreads an order over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slicing {
    /// Equal parts over so many seconds.
    Twap(NodeId),
    /// By volume over so many seconds.
    Vwap(NodeId),
}

/// How much an order trades.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// Units of the base.
    Units(NodeId),
    /// A share of the equity.
    OfEquity(NodeId),
    /// So much that this share of the equity is lost at the stop.
    Risk(NodeId),
}

/// An order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Order {
    /// Its price.
    pub kind: OrderKind,
    /// Its size; where nothing is written, all the capital of the strategy.
    pub size: Option<Size>,
    /// How long it stands; until it is cancelled where nothing is written.
    pub time_in_force: Option<TimeInForce>,
    /// Refused where it would take liquidity.
    pub post_only: bool,
    /// Never opens or turns a position.
    pub reduce_only: bool,
    /// The quantity that is shown.
    pub iceberg: Option<NodeId>,
    /// Spread over time.
    pub slicing: Option<Slicing>,
    /// A quote is kept while it is no more ticks off.
    pub tolerance: Option<NodeId>,
    /// The words that it is written with, and their places.
    pub words: Vec<(&'static str, Span)>,
}

/// An order for one leg of a trade.
#[derive(Debug, Clone, PartialEq)]
pub struct LegOrder {
    /// Index into [`Plan::legs`].
    pub leg: u32,
    /// Buy or sell.
    pub side: Side,
    /// Units of it per unit of the trade.
    pub ratio: NodeId,
}

/// A leg of the strategy's trades.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    /// Its name in the source.
    pub name: String,
    /// Its symbol.
    pub symbol: String,
    /// Its place.
    pub span: Span,
}

/// A stop that follows the best price since entry; it only ever tightens.
#[derive(Debug, Clone, PartialEq)]
pub struct Trail {
    /// Its distance or its price.
    pub level: Level,
    /// From the first bar on which this holds.
    pub once: Option<NodeId>,
    /// Its place.
    pub span: Span,
}

/// How long no entry is made after a trade has closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cooldown {
    /// So many bars.
    Bars(NodeId),
    /// So many seconds.
    Seconds(NodeId),
}

/// Settings that stand next to the strategy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Execution {
    /// Fees of a fill, a share of its value.
    pub fees: Option<f64>,
    /// Slippage of a fill, a share of its price.
    pub slippage: Option<f64>,
    /// Name of the convention.
    pub convention: Option<String>,
    /// Cash at the start, quote units.
    pub cash: Option<f64>,
}

/// What an event of a tick strategy does: quotes while their condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct EventHandler {
    /// `trade`, `book`, `fill`, `bar`; or a timer.
    pub event: EventKind,
    /// Its quotes in written order.
    pub quotes: Vec<Quote>,
    /// Its place.
    pub span: Span,
}

/// What an event handler waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// A named event.
    Named(String),
    /// Every so many seconds.
    Every(f64),
}

/// A standing quote.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// Whether it buys.
    pub is_bid: bool,
    /// Its slot.
    pub slot: u32,
    /// Its price.
    pub price: NodeId,
    /// Its size and flags.
    pub order: Order,
    /// While this holds; always where nothing is written.
    pub when: Option<NodeId>,
    /// Its place.
    pub span: Span,
}

/// What a strategy asks of the engine beside entries, exits and [`Unit::stop`](super::Unit::stop).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Stops at a price; the tightest wins.
    pub stops: Vec<(NodeId, Span)>,
    /// Trailing stops; the tightest wins.
    pub trails: Vec<Trail>,
    /// Targets; the nearest wins.
    pub targets: Vec<(Level, Span)>,
    /// Seconds held and the profit accepted from then on, by time ascending.
    pub ladder: Vec<(f64, NodeId)>,
    /// Most entries of one position.
    pub pyramid: Option<NodeId>,
    /// Pause after a trade.
    pub cooldown: Option<Cooldown>,
    /// Names of what entries remember, by the index of `Input::Kept`.
    pub kept: Vec<String>,
    /// Legs of one trade.
    pub legs: Vec<Leg>,
    /// Event handlers of a tick strategy.
    pub handlers: Vec<EventHandler>,
    /// The event that the strategy's own statements run on: `bar`, `trade`, `book`, `fill`.
    pub on: String,
    /// The place of that event, where one is written.
    pub on_span: Option<Span>,
    /// Settings.
    pub execution: Execution,
}
