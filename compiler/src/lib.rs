//! The compiler: typed tree to IR to code.
//!
//! The page below is the map of the whole house.
#![doc = include_str!("../../ARCHITECTURE.md")]
// Counts of bars and nodes stay far below the limits of the types they are kept in.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]

pub mod codegen;
pub mod driver;
mod exec;
mod feeds;
pub mod interp;
pub mod ir;
pub mod lower;
mod passes;

pub use driver::{Compiled, Executor, compile};
pub use exec::TradeColumns;
pub use lower::missing::{Missing, missing};
