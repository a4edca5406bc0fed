//! What names mean, and in which order they are looked up.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::enums::{EnumDef, EnumId};
use super::library::Library;
use super::loops::Bank;
use crate::hir::{GroupId, NodeId, PoolId};
use crate::source::{SourceMap, Span};
use crate::syntax::ast;

/// Most expressions that one run looks at, those of unfolded calls each time they are unfolded.
const MOST_EFFORT: u32 = 10_000_000;

/// What an expression is worth while the tree is checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// A number or a condition.
    Node(NodeId),
    /// Named outputs.
    Record(std::rc::Rc<Vec<(String, NodeId)>>),
    /// A value of an enum: its number.
    Enum(EnumId, NodeId),
    /// What a regime gives, by name.
    Outputs(std::rc::Rc<Vec<(String, Value)>>),
    /// A zone of a pool: named outputs, and whether there is one.
    Zone(std::rc::Rc<Vec<(String, NodeId)>>),
    /// Several series that an index chooses from.
    Bank(Bank),
    /// Another symbol, by the name of a leg.
    Symbol(std::rc::Rc<str>),
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
    /// A pool of zones.
    Pool(PoolId),
    /// A `next` name inside a zone; its new value once it is known.
    ZoneNext {
        /// The pool.
        pool: PoolId,
        /// Which.
        index: u32,
        /// Its `ZoneNew` node.
        new: Option<NodeId>,
    },
    /// Line `step` of the state `frame` that is being built.
    StateStep {
        /// Index into the open frames.
        frame: usize,
        /// Index into its lines.
        step: usize,
    },
}

/// When a name that nothing uses is worth a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lint {
    /// Never.
    Off,
    /// When it is not used.
    Unused,
    /// A name of a finished state: when nothing of the state is used after it, or when this is a
    /// `let` that its step does not use either.
    OfState {
        /// Place of the state's first name, which stands for the whole.
        state: Span,
        /// Whether the step uses it, or it is a member.
        inside: bool,
    },
}

/// A name in a scope.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) binding: Binding,
    pub(super) span: Span,
    pub(super) used: bool,
    pub(super) lint: Lint,
}

/// One level of names; a function body sees only its own levels.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) names: BTreeMap<String, Entry>,
    /// Whether names further out are hidden: the root of a function body.
    pub(super) root: bool,
    /// Names that this body defines somewhere, to tell a name used too early from an unknown one.
    pub(super) somewhere: BTreeMap<String, Span>,
    /// The name whose value is being computed.
    pub(super) defining: Option<Defining>,
}

/// A name whose value is being computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Defining {
    /// Where it is defined.
    pub(super) span: Span,
    /// Whether this is the value before the first step of a `rec` or `state`.
    pub(super) seed: bool,
}

/// A function that can be called.
#[derive(Debug, Clone, Copy)]
pub(super) struct FnDef<'t> {
    pub(super) item: &'t ast::FnItem,
    /// Number of the file it stands in, for its own names.
    pub(super) module: usize,
}

/// An item that is no function.
#[derive(Debug, Clone, Copy)]
pub(super) struct ItemDef<'t> {
    pub(super) item: &'t ast::Item,
    /// Number of the file it stands in, for its own names.
    pub(super) module: usize,
}

/// What one file sees by name.
#[derive(Debug, Default)]
pub(super) struct Module<'t> {
    pub(super) fns: BTreeMap<String, usize>,
    /// Strategies, regimes, enums and the other items, its own and those that it uses.
    pub(super) items: BTreeMap<String, ItemDef<'t>>,
    /// Names that a broken `use` or a function without a readable header would have given:
    /// reported there, so their calls stay silent.
    pub(super) failed: BTreeSet<String>,
    /// Whether it is a file of the library.
    pub(super) library: bool,
}

/// What all checks of one run share.
pub(super) struct Program<'t> {
    pub(super) fns: Vec<FnDef<'t>>,
    pub(super) modules: Vec<Module<'t>>,
    /// Of which only what is needed was parsed.
    pub(super) library: Library,
    /// Enums, and the classes of regimes.
    pub(super) enums: Vec<EnumDef<'t>>,
    /// The texts, so that a report can say it in the user's words.
    pub(super) map: &'t SourceMap,
    /// Work done so far.
    pub(super) effort: Cell<u32>,
    /// Whether it was reported that this was too much.
    pub(super) spent: Cell<bool>,
    /// Whether it was reported that regimes need each other.
    pub(super) circular: Cell<bool>,
}

impl Program<'_> {
    /// Counts work; false once there was too much of it.
    pub(super) fn spend(&self, effort: u32) -> bool {
        self.effort.set(self.effort.get().saturating_add(effort));
        !self.is_spent()
    }

    pub(super) fn is_spent(&self) -> bool {
        self.effort.get() > MOST_EFFORT
    }

    /// Whether a function stands in the library: its text is not the user's.
    pub(super) fn is_library(&self, def: usize) -> bool {
        self.fns
            .get(def)
            .and_then(|f| self.modules.get(f.module))
            .is_some_and(|m| m.library)
    }
}
