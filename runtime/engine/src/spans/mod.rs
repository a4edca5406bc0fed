//! Accounting, defined once.
//!
//! Where one position takes all capital, an account is a list of *spans*: from the fill that buys
//! to the fill that sells. Nothing happens to it between spans, and inside a span it follows the
//! price. That makes every figure of a run a sum over spans instead of over bars:
//!
//! - **Equity.** `cash` at a price `p` (slippage included) buys `q = cash / (p (1 + fee))` units;
//!   selling them at `s` leaves `q s (1 - fee)`. At a close inside the span equity is `q close`,
//!   that is, equity at the first close times `close / close_first`.
//! - **Returns.** The equity return of a bar inside a span is the return of the price. Sums of
//!   returns and of their squares over a span are differences of [`RunningTotals`], which belong
//!   to the market, not to the strategy, and run from the first bar of the range. The bars of the
//!   two fills have returns of their own: from the equity at the close before to the equity at
//!   the close after. Where a sale and the next buy are on one bar, one return covers both; where
//!   a buy and its sale are, too.
//! - **Drawdown.** Equity at a close, over the highest before it, is the lesser of two ratios:
//!   to the highest equity before the span, and, inside the span, to the highest close before it,
//!   a ratio of prices. [`Extent`] keeps what both need, and any two extents join exactly.
//! - **Trades.** Profit is proceeds less cost less both fees. A position open at the end counts as
//!   a trade valued at the last close, without a fee for the sale that has not happened.
//!
//! The streaming loop ([`crate::stream`]) collects the [`Held`] closes of a span bar by bar, the
//! mask walk ([`crate::walk`]) looks them up in tables of the market. Both hand them to the same
//! [`Ledger`] and so agree to the bit.
//!
//! **Bars without a price** (see [`crate::price`]) are carried over at the last close: they change
//! neither equity nor extent, their return is 0, and they count as bars.

mod held;
mod ledger;
pub(crate) mod order;
mod totals;

pub use held::{Extent, Held};
pub use ledger::{Ledger, OpenSpan, Outcome, Position, Sale, Span};
pub use totals::{RunningTotals, Totals};
