//! The contract between compiled programs and the runtime.
//!
//! Everything that generated code and Rust both touch is written here once: the traits of a
//! program, the layout of a bar, the arithmetic, the windows and their state.

// Counts of bars stay far below 2^53, and state slots hold them as doubles.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod abreast;
pub mod ahead;
pub mod chain;
pub mod columns;
#[cfg(target_arch = "x86_64")]
mod compare;
#[cfg(target_arch = "x86_64")]
mod divided;
pub mod elementary;
mod exact;
pub mod extreme;
pub mod host;
pub mod ladder;
pub mod ladders;
pub mod lanes;
mod levels;
pub mod line;
pub mod linear;
pub mod math;
pub mod mean;
pub mod order;
pub mod orders;
pub mod pair;
mod parts;
mod prefix;
pub mod program;
pub mod quotient;
pub mod rank;
pub mod regions;
#[cfg(target_arch = "x86_64")]
mod renew;
mod running;
mod runs;
mod scan;
pub mod sums;
pub mod turn;
#[cfg(target_arch = "x86_64")]
mod whole;
mod wide;
pub mod window;

pub use program::*;
