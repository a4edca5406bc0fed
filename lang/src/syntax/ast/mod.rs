//! The syntax tree. Operator chains are flat lists, so a chain of a million terms is neither
//! built nor dropped by recursion; only brackets nest, and their depth is limited before parsing.

mod expr;
mod item;

pub use expr::*;
pub use item::*;
