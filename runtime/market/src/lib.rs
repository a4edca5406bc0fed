//! Market vocabulary: bars, symbols, timeframes, times.

pub mod bar;

pub use bar::Bars;
