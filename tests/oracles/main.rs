//! Against the records of other tools.

mod beyond;
mod ict;
mod indicators;
mod regime;
mod screens;
mod specification;
mod table;
mod talib;
