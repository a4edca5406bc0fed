//! Against the records of other tools.

mod indicators;
mod regime;
mod screens;
mod table;
mod talib;
