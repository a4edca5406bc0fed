//! A screen's row and a backtest of the same parameter set are the same numbers, to the bit.
//!
//! | module | owns |
//! |---|---|
//! | [`same`] | the one comparison of figures and of whole screens |
//! | [`setup`] | programs, grids, rules and bars that the tests share |
//! | [`rows`] | a row is the backtest of its parameter set |
//! | [`planned`] | the same for strategies that ask for more than entries, exits and a stop |
//! | [`ways`] | a screen does not depend on threads, memory or executor |

mod planned;
mod rows;
mod same;
mod setup;
mod ways;
