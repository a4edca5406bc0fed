//! The command line as a user has it: the real binary, in a folder of its own.
//!
//! One module per command, `docs` for the examples of the manual, `hostile` for input that is wrong on purpose, `streams` for what
//! becomes of results when a pipe, a disk or the user says stop.

mod backtest;
mod check;
mod data;
mod diagnostics_page;
mod doc;
mod docs;
mod eval;
mod feed;
mod fix;
mod funnel;
mod hostile;
mod items;
mod plans;
mod quickstart;
mod sandbox;
mod screen;
mod streams;
mod tests;
mod warmup;
mod why;
mod why_trade;
