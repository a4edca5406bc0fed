//! The syntax tree. Operator chains are flat lists, so a chain of a million terms is neither
//! built nor dropped by recursion; only brackets nest, and their depth is limited before parsing.

mod expr;
mod item;
mod order;
mod stmt;
mod table;

pub use expr::*;
pub use item::*;
pub use order::*;
pub use stmt::*;
pub use table::*;
