//! Rewrites of the graph between lowering and code.

mod dead;

pub use dead::drop_dead;
pub(crate) use dead::renumbered;
