//! Files, places and the door to them.

pub mod span;

pub use span::{FileId, Span};
