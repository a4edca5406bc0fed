//! How nodes stand in the source: which node an expression of the unit's own text became, and
//! what its names are bound to.
//!
//! Equal expressions are one node and calls are unfolded, so a node alone does not tell what was
//! written. Tools that explain a decision in the user's words (`stratc why`) look it up here.

use super::{NodeId, Unit};
use crate::source::Span;

/// What an expression or a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Worth {
    /// A number or a condition.
    One(NodeId),
    /// The fields of a record.
    Fields(Vec<(String, NodeId)>),
}

impl Worth {
    /// Field names and nodes; the name of a single value is empty.
    #[must_use]
    pub fn nodes(&self) -> Vec<(&str, NodeId)> {
        match self {
            Self::One(id) => vec![("", *id)],
            Self::Fields(fields) => fields
                .iter()
                .map(|(name, id)| (name.as_str(), *id))
                .collect(),
        }
    }
}

/// An expression of the unit's own text; those inside the functions it calls are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Its place.
    pub span: Span,
    /// What it became.
    pub worth: Worth,
}

/// A name of the unit's own text: a parameter, a `let`, a `rec`, a member of a `state`.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Where it is defined.
    pub span: Span,
    /// What it stands for.
    pub worth: Worth,
}

impl Unit {
    /// What the expression at a place became. A loop that is unfolded makes several of one
    /// expression; then this is the one that `wanted` accepts.
    #[must_use]
    pub fn worth_at(&self, span: Span, wanted: impl Fn(NodeId) -> bool) -> Option<&Worth> {
        self.written
            .iter()
            .filter(|w| w.span == span)
            .map(|w| &w.worth)
            .find(|worth| worth.nodes().iter().any(|(_, id)| wanted(*id)))
    }
}
