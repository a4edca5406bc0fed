//! What names mean, and in which order they are looked up.

use std::collections::BTreeMap;

use crate::hir::{GroupId, NodeId};
use crate::source::Span;
use crate::syntax::ast;

/// What an expression is worth while the tree is checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// A number or a condition.
    Node(NodeId),
    /// Named outputs.
    Record(std::rc::Rc<Vec<(String, NodeId)>>),
    /// A text.
    Text,
    /// Something wrong that was reported.
    Error,
}

/// What a name is bound to.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    /// A value.
    Value(Value),
    /// A `let` of a finished state's step, read from outside: the node inside the step.
    StateLet {
        /// The state.
        group: GroupId,
        /// The node.
        node: NodeId,
    },
    /// Line `step` of the state `frame` that is being built.
    StateStep {
        /// Index into the open frames.
        frame: usize,
        /// Index into its lines.
        step: usize,
    },
}

/// A name in a scope.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) binding: Binding,
    pub(super) span: Span,
    pub(super) used: bool,
    /// Whether not using it is worth a warning.
    pub(super) lint: bool,
}

/// One level of names; a function body sees only its own levels.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) names: BTreeMap<String, Entry>,
    /// Whether names further out are hidden: the root of a function body.
    pub(super) root: bool,
}

/// A function that can be called.
#[derive(Debug, Clone, Copy)]
pub(super) struct FnDef<'t> {
    pub(super) item: &'t ast::FnItem,
    /// Whether it belongs to the library: then its faults are the caller's.
    pub(super) library: bool,
    /// Number of the file it stands in, for its own names.
    pub(super) module: usize,
}

/// The functions that one file sees by name.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) fns: BTreeMap<String, usize>,
}
