//! The kernel: a block of bars at a time, column by column, for many parameter sets.
//!
//! A *step* computes one column (or one bit mask) from columns before it. A step has an
//! *instance* per distinct value of the parameters that it depends on, so what does not depend
//! on a parameter is computed once whatever the grid (binding-time analysis: `Stage`). All
//! memory is per instance and block; nothing grows with parameter sets times bars.

mod action;
mod block;
mod chain;
mod choose;
mod code;
mod code_pool;
mod code_wide;
mod layout;
mod leaf;
mod linear;
mod masks;
mod near;
mod open;
mod order;
mod plan;
mod pools;
mod prepare;
mod prepared;
mod projection;
mod quotients;
mod results;
mod run;
mod steps;
mod team;
mod visit;
mod windows;

pub use plan::{Kernel, compile};
pub(crate) use results::{decide, evaluate};
pub(crate) use run::KernelRun;
