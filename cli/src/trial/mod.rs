//! Tests of `.strat` files: a test's bars run through an executor, what came of it compared with
//! what was expected, and the difference shown.

mod judge;
mod observe;
mod show;

pub use judge::{Fault, judge};
pub use observe::observe;
pub use show::difference;
