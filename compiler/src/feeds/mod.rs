//! Extra columns: other timeframes and symbols, schedules, sessions, external data.
//!
//! Where all bars are known beforehand a feed is one [`Column`] ([`known`]); where they come one by
//! one it advances with them ([`live`]). Both take times, resampling and the calendar from here, so
//! they give the same bits.

mod calendar;
mod clock;
mod column;
mod known;
mod live;
mod resample;

pub(crate) use calendar::zone;
pub(crate) use clock::Clock;
pub(crate) use column::Column;
pub(crate) use known::columns;
pub(crate) use live::Live;
