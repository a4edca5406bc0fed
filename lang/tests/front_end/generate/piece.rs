//! Pieces of a program: tokens with what may stand before each.

use proptest::prelude::*;

/// A piece of a program: one token, and what may stand before it.
#[derive(Debug, Clone)]
pub struct Piece {
    pub(super) text: String,
    pub(super) gap: Gap,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Gap {
    /// Nothing.
    None,
    /// White space on the same line.
    Space,
    /// Any white space and comments.
    Any,
    /// A new statement or item: white space, comments, documentation.
    Statement,
    /// The same, first on a line: the words of most items are not reserved.
    Line,
}

pub(super) fn piece(text: &str, gap: Gap) -> Piece {
    Piece {
        text: text.to_owned(),
        gap,
    }
}

pub(super) fn words(text: &str) -> Vec<Piece> {
    text.split(' ').map(|word| piece(word, Gap::Any)).collect()
}

pub(super) fn joined(parts: Vec<Vec<Piece>>, between: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            // `+` and `-` first on a line would merge conditions of a list.
            let gap = if matches!(between, "+" | "-") {
                Gap::Space
            } else {
                Gap::Any
            };
            out.push(piece(between, gap));
        }
        out.extend(part);
    }
    out
}

pub(super) fn chain(
    inner: impl Strategy<Value = Vec<Piece>> + Clone,
    operators: &'static [&'static str],
) -> impl Strategy<Value = Vec<Piece>> + Clone {
    let parts = prop_oneof![
        4 => prop::collection::vec(inner.clone(), 1),
        1 => prop::collection::vec(inner, 2..4),
    ];
    (parts, prop::sample::select(operators)).prop_map(|(parts, op)| joined(parts, op))
}
