//! Market vocabulary: exchanges, symbols, timeframes, times and bars.
//!
//! Everything that crosses the edge of the program as text (a command line, a file name, a CSV
//! cell) is parsed into one of these types once; inside, time is `i64` nanoseconds UTC and bars
//! are columns.

pub mod bar;
pub mod exchange;
pub mod parse;
pub mod symbol;
pub mod time;
pub mod timeframe;

pub use bar::{Bar, Bars};
pub use exchange::Exchange;
pub use parse::ParseError;
pub use symbol::Symbol;
pub use time::{When, format_time, parse_when};
pub use timeframe::Timeframe;
