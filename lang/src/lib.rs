//! The Strat language: what a `.strat` file is.

pub mod diag;
pub mod source;
pub mod syntax;
