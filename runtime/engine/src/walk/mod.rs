//! The mask walk: a parameter set's account in time proportional to its trades, not its bars.
//!
//! A sweep hands over, per parameter set and block of bars, two rows of bits: any entry holds, any
//! exit holds. A [`Walker`] goes from one bar that changes its position to the next, and asks the [`MarketTables`], which all sets of a market share, for what happened in between: the
//! extremes of a run of closes, the difference of running totals, the first bar that reaches a
//! stop. It makes the same calls to the same [`Ledger`](crate::spans::Ledger) as the streaming
//! loop and gives the same bits; `tests/agreement.rs` holds them together.

mod falls;
mod holes;
mod leaders;
mod signals;
mod tables;
mod walker;
mod whole;

pub use tables::MarketTables;
pub use walker::Walker;
