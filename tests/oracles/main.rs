//! Against the records of other tools.

mod indicators;
mod screens;
mod table;
mod talib;
