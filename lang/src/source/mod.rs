//! Files, places and the door to them.

pub mod line_index;
pub mod source_map;
pub mod span;
pub mod world;

pub use line_index::{LineCol, LineIndex};
pub use source_map::{SourceFile, SourceMap};
pub use span::{FileId, Span};
pub use world::{MemoryWorld, ReadError, World};
