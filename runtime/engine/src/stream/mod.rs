//! The streaming loop: one symbol, one bar after the other, in the order a market gives them.
//!
//! | module | owns |
//! |---|---|
//! | [`sleeve`] | the loop of a plain program: entries, exits, one stop; the account in spans |
//! | [`planned`] | the loop of every other program: the account bar by bar |
//! | [`trader`] | which of the two a program takes |

pub mod planned;
pub mod sleeve;
pub mod trader;

use strat_abi::Side;

pub use planned::{PlannedSleeve, Refused};
pub use sleeve::Sleeve;
pub use trader::{Finished, Trader};

/// Why a position was closed, wholly or in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Exit statement of this index, the first that held on the deciding bar.
    Signal(u32),
    /// A stop, at a share of the entry price or at a price.
    Stop,
    /// A trailing stop.
    Trail,
    /// A target.
    Target,
    /// The profit ladder.
    Ladder,
    /// An entry of the other side.
    Reverse,
    /// A short position whose loss had taken all the equity.
    Liquidation,
}

impl Exit {
    /// The tag of what is no exit statement; `None` for a statement, which has its own.
    #[must_use]
    pub const fn tag(self) -> Option<&'static str> {
        match self {
            Self::Signal(_) => None,
            Self::Stop => Some("stop"),
            Self::Trail => Some("trail"),
            Self::Target => Some("take_profit"),
            Self::Ladder => Some("roi"),
            Self::Reverse => Some("reverse"),
            Self::Liquidation => Some("liquidation"),
        }
    }
}

/// A position, or the part of one that an exit closed, from its entry to its exit, or to the end
/// of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundTrip {
    /// Its side.
    pub side: Side,
    /// Bar of the entry; of the first where several entries made the position.
    pub entry_bar: usize,
    /// Price paid (got, when short) per unit, slippage included; the mean by quantity where
    /// several entries made the position.
    pub entry_price: f64,
    /// Index of the entry statement, the first that held on the deciding bar.
    pub entry: u32,
    /// Bar of the exit, or the last bar.
    pub exit_bar: usize,
    /// Price got (paid, when short) per unit, slippage included; the last close where the
    /// position is still open.
    pub exit_price: f64,
    /// Why it was closed; `None` while open.
    pub exit: Option<Exit>,
    /// Base units, positive on either side.
    pub quantity: f64,
    /// Fees of its fills, quote units.
    pub fees: f64,
    /// Profit net of fees, quote units.
    pub pnl: f64,
    /// Profit as a share of quantity times entry price.
    pub pnl_pct: f64,
}

/// The account at a close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Cash plus quantity times close.
    pub equity: f64,
    /// Cash; the proceeds of an open short position are part of it.
    pub cash: f64,
    /// Equity over its running maximum, less 1: 0 or negative.
    pub drawdown: f64,
}
