//! Results as files and tables.
//!
//! | module | owns |
//! |---|---|
//! | [`number`] | how a number is written: exactly for machines, rounded for people |
//! | [`csv`] | CSV text |
//! | [`json`] | JSON text |
//! | [`tables`] | aligned tables for a terminal |
//! | [`file`](mod@file) | writing files so that nothing is ever half written |
//! | [`figures`] | the six figures that every result has |
//! | [`screen`] | a screen: its rows, its summary, its best rows |
//! | [`backtest`] | a backtest: its trades, its equity, its metrics |
//! | [`series`] | columns of values over time, as `stratc eval` shows them |
//!
//! Nothing here prints, and nothing here depends on the time of day: the same result gives the
//! same bytes.

// Counts stay far below the limits of the types they are kept in.
#![allow(clippy::cast_precision_loss)]

pub mod backtest;
pub mod csv;
pub mod figures;
pub mod file;
pub mod json;
pub mod number;
pub mod screen;
pub mod series;
pub mod tables;

pub use file::{Folder, WriteError, write_whole};
pub use tables::Table;
