//! The Strat language: what a `.strat` file is.

pub mod diag;
pub mod example;
pub mod fix;
pub mod fmt;
pub mod hir;
pub mod sema;
pub mod source;
pub mod syntax;
