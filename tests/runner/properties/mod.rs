//! What must hold for any text at all: the assertions of the fuzz targets (`fuzz/`) and of the
//! replay of their corpus on stable (`tests/corpus`).
//!
//! | module | owns |
//! |---|---|
//! | `text` | tokens, tree, formatted text |
//! | `program` | what the check reports and hands on |
//! | `executors` | the same bits from the three executors |
//!
//! Each function panics where its property does not hold, and says how far the text came.

mod executors;
mod program;
mod text;

use std::borrow::Cow;

pub use executors::{end_to_end, market};
pub use program::{check, reaches};
pub use text::{format, lex, parse};

/// Longest input in bytes. Longer ones only cost time: what is long is tested by hand
/// (`lang/tests/front_end/junk.rs`).
pub const LONGEST: usize = 4096;

/// A target: its name, and what it asserts of a text.
pub type Property = (&'static str, fn(&str) -> Reach);

/// All of them by the names of the fuzz targets.
pub const ALL: &[Property] = &[
    ("lex", lex),
    ("parse", parse),
    ("check", check),
    ("format", format),
    ("end_to_end", end_to_end),
];

/// How far a text gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The tokens or the tree have errors.
    Text,
    /// It has a tree without errors, with at least one item (or expression) in it.
    Tree,
    /// The check finds no error.
    Checked,
    /// It ran on all executors.
    Code,
}

/// The text of an input; what is no UTF-8 is replaced, as an editor would.
#[must_use]
pub fn text_of(input: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(input.get(..LONGEST).unwrap_or(input))
}
