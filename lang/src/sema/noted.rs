//! What the user wrote down that can be judged once all ranges are known: comparisons, lists of
//! conditions, divisions. What a called function does inside is not the user's text.

use super::Checker;
use crate::hir::NodeId;
use crate::source::Span;

/// A value with the place that it is written at.
pub(super) type Placed = (NodeId, Span);

/// A comparison as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Compared {
    pub(super) node: NodeId,
    pub(super) left: Placed,
    pub(super) right: Placed,
    pub(super) span: Span,
    /// Whether it decides which branch of an `if` is taken.
    pub(super) guards: bool,
    /// Whether it is about parameters: `require` and `flag` have their own report.
    pub(super) of_parameters: bool,
}

/// How the conditions of a list are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    /// `all { … }`, `and`, the conditions of an entry or exit.
    All,
    /// `any { … }`, `or`
    Any,
    /// All `require`s of a strategy.
    Require,
}

/// Conditions that are written side by side.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    pub(super) joined: Joined,
    pub(super) items: Vec<Placed>,
}

/// All that was noted of one unit.
#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) compared: Vec<Compared>,
    pub(super) lists: Vec<Listed>,
    pub(super) requires: Vec<Placed>,
    /// Rows of a router that have a condition: the class, the condition, the place of the row's class.
    pub(super) routes: Vec<(u32, NodeId, Span)>,
    /// Divisors outside of `if` and `else`.
    pub(super) divisors: Vec<Placed>,
    /// How many conditions of an `if` the text at hand stands in.
    guards: u32,
    /// How many branches of an `if` or `else` it stands in.
    branches: u32,
    /// Whether it is a `require` or a `flag`.
    of_parameters: bool,
}

impl Checker<'_, '_> {
    /// Notes `a op b`.
    pub(super) fn note_comparison(
        &mut self,
        node: NodeId,
        left: Placed,
        right: Placed,
        span: Span,
    ) {
        if !self.lints() {
            return;
        }
        let compared = Compared {
            node,
            left,
            right,
            span,
            guards: self.noted.guards > 0,
            of_parameters: self.noted.of_parameters,
        };
        self.noted.compared.push(compared);
    }

    /// Notes conditions that stand side by side.
    pub(super) fn note_list(&mut self, joined: Joined, items: Vec<Placed>) {
        if self.lints() && items.len() > 1 && !self.noted.of_parameters {
            self.noted.lists.push(Listed { joined, items });
        }
    }

    /// Notes what is divided by.
    pub(super) fn note_divisor(&mut self, divisor: Placed) {
        if self.lints() && self.noted.branches == 0 && self.noted.guards == 0 {
            self.noted.divisors.push(divisor);
        }
    }

    /// What `work` looks at decides a branch.
    pub(super) fn in_guard<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.noted.guards += 1;
        let out = work(self);
        self.noted.guards -= 1;
        out
    }

    /// What `work` looks at is one of several values, of which a condition takes one.
    pub(super) fn in_branch<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        // A comparison inside a branch is an ordinary one again.
        let guards = std::mem::take(&mut self.noted.guards);
        self.noted.branches += 1;
        let out = work(self);
        self.noted.branches -= 1;
        self.noted.guards = guards;
        out
    }

    /// What `work` looks at is about parameters.
    pub(super) fn of_parameters<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.noted.of_parameters = true;
        let out = work(self);
        self.noted.of_parameters = false;
        out
    }
}
