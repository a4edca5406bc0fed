//! Runs a strategy over a grid of parameter sets and ranks the results.
//!
//! | module | owns |
//! |---|---|
//! | [`grid`] | which parameter sets there are, one at a time |
//! | [`sweep`] | running them over the bars of one symbol, in chunks and blocks, on many threads |
//! | [`mod@rank`] | the order of the rows |
//!
//! Results depend on the program, the bars, the rules and the costs alone: not on the number of
//! threads, not on how the grid is cut into chunks, and not on which executor the program has.

pub mod grid;
pub mod rank;
pub mod sweep;

mod chunk;

pub use grid::{Grid, GridCount, GridError};
pub use rank::rank;
pub use sweep::{Progress, Row, ScreenError, ScreenOptions, ScreenResult, is_streamed, run_screen};
