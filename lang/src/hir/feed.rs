//! Extra columns: what a unit reads besides the bars of its own symbol.
//!
//! Each is known bar by bar like a column of the bar. What the bars of the unit decide alone
//! (another timeframe, a schedule) the executor computes; the rest is handed to it.

use super::{NodeId, Unit};
use crate::source::Span;

/// One extra column.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// Where its values come from.
    pub kind: FeedKind,
    /// On which parameters it depends, bit i for parameter i.
    pub params: u64,
    /// Where it was first written.
    pub span: Span,
}

/// Where the values of an extra column come from.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedKind {
    /// `e @ 4h`: output 0 of `unit` over bars of that many seconds, made from the bars at hand and
    /// anchored to the epoch. The value of a bar of 4h is seen from the base bar on whose close is
    /// its close, and held until the next; na before. The unit has the parameters of its owner.
    Timeframe {
        /// Length of its bars.
        seconds: f64,
        /// What is computed on them.
        unit: Box<Unit>,
    },
    /// `e of "ETH/USDT"`: output 0 of `unit` over that symbol's bars of the same length, aligned
    /// by time; na where it has no bar.
    Symbol {
        /// The symbol.
        symbol: String,
        /// What is computed on its bars.
        unit: Box<Unit>,
    },
    /// 1 on the bar on which a schedule falls due, else 0.
    Due(Calendar),
    /// 1 on a bar that opens inside the session, else 0.
    Within {
        /// Begin, seconds since midnight.
        from: f64,
        /// End (excluded), seconds since midnight; a session may go past midnight.
        to: f64,
        /// Time zone: `utc` or a name of the IANA database.
        zone: String,
    },
    /// `feed funding`: an external column with its times of publication; na before the first.
    External(String),
    /// 1 on a bar in which an event such as `funding` was published, else 0.
    Event(String),
    /// `microprice(5)`, `tick`, `position`: known to a tick strategy only.
    Book {
        /// Which.
        name: String,
        /// Its number of levels.
        levels: Option<u32>,
    },
    /// `rank(x) across universe`: the place of this symbol's x among the members, 1 the least (or
    /// the greatest, `highest: 1`); members with na are left out, ties go by the order written.
    Rank {
        /// What is compared.
        of: NodeId,
        /// Whether the greatest is first.
        highest: bool,
    },
}

/// A schedule whose phases are anchored to the epoch and the calendar, never to the data. It falls
/// due on the first bar that closes at or after each of its times.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// How often.
    pub every: Period,
    /// Time of the day, seconds since midnight.
    pub at: f64,
    /// Time zone: `utc` or a name of the IANA database.
    pub zone: String,
}

/// How often a calendar falls due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Period {
    /// Every so many seconds since the epoch.
    Seconds(f64),
    /// Every day.
    Day,
    /// Every week on a day, 0 for Monday.
    Week(u8),
    /// The first day of every month.
    Month,
}
