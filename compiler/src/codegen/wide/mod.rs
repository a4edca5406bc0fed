//! Code for registers of eight doubles (AVX-512), which Cranelift does not have: columns of a grid
//! and recurrences of eight parameter sets at a time.
//!
//! The operations are those of the other code, in their order, and none is fused that is not
//! written so: the bits are the same. Where the processor has no such registers, or an operation is a function that is
//! called, Cranelift's code does the work.

#[cfg(all(target_arch = "x86_64", unix))]
use std::sync::LazyLock;

mod allot;
mod assemble;
mod columns;
mod dividing;
mod frame;
pub mod line;
pub mod pointwise;
mod quotient;
mod select;

pub use allot::MOST_SLOTS;
pub use columns::{MOST_GROUPS, STRIP, Turning};
pub use frame::{Frame, Kind};

/// Whether this machine runs such code. `STRATC_NARROW`, set to anything, says no, so that the other
/// code is tested where this one would be taken; nothing but the time depends on it.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "a switch for tests, on which no result depends"
)]
pub fn is_possible() -> bool {
    #[cfg(all(target_arch = "x86_64", unix))]
    {
        static POSSIBLE: LazyLock<bool> = LazyLock::new(|| {
            std::env::var_os("STRATC_NARROW").is_none()
                && std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512dq")
                && quotient::reciprocals_are_kept()
        });
        *POSSIBLE
    }
    #[cfg(not(all(target_arch = "x86_64", unix)))]
    {
        false
    }
}

#[cfg(test)]
mod tests;
