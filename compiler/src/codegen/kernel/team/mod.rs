//! Steps that go through the bars together, eight parameter sets to a register.
//!
//! A recurrence waits for its own last value, and in a grid there are many of them: parameter sets
//! become lanes, and what follows a recurrence on the same bar is done in the same registers. A *team*
//! is such a set of recurrences and of the arithmetic between and behind them, all of the same
//! parameters. Only what others read is written to its column. Steps keep their own functions: a team
//! takes over where there are enough parameter sets, all recurrences have started and nothing is withheld
//! any more ([`super::open`]), and hands back where something is missing.
//!
//! | file | what |
//! |---|---|
//! | `plan` | which steps are of a team, and in which order everything is done then |
//! | `code` | the code of a team |
//! | `run` | a team at work |

mod code;
mod plan;
mod run;

use super::action::View;
use super::chain::Part;
use crate::ir::Id;

pub(super) use run::{Mate, Place, Work, waits};

/// A value that is kept from bar to bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The last value of a linear recurrence; where it is not finite, the team hands back.
    Last { step: usize, must_be_finite: bool },
    /// A place in the state of a group.
    Past { step: usize, at: usize },
    /// The value of column `k` of a step on the bar before.
    Before { step: usize, k: usize },
}

/// `f(leaves, scalars, state, turning, end, start)`: bars `start..end` of all lanes; leaves are columns of
/// what all lanes share and rows of what is their own.
pub(super) type TeamFn =
    unsafe extern "C" fn(*const *const f64, *const f64, *mut f64, *mut usize, i64, i64);

/// Stands in until the team is compiled.
unsafe extern "C" fn no_team(
    _: *const *const f64,
    _: *const f64,
    _: *mut f64,
    _: *mut usize,
    _: i64,
    _: i64,
) {
}

/// A compiled team.
pub(super) struct Team {
    /// In order.
    pub(super) steps: Vec<usize>,
    /// As they are run one by one.
    pub(super) alone: Vec<Part>,
    pub(super) function: TeamFn,
    /// The same where of the last group four lanes at most are wanted.
    pub(super) half: TeamFn,
    /// Groups of eight lanes.
    pub(super) groups: usize,
    /// What is read once for all lanes.
    pub(super) shared: Vec<View>,
    /// What every lane reads for itself.
    pub(super) own: Vec<View>,
    /// Values that do not depend on bars, per lane.
    pub(super) scalars: Vec<Id>,
    pub(super) slots: Vec<Slot>,
    /// Choices of the parameters, and whether they are taken to be true: the side that is of the team.
    pub(super) taken: Vec<(Id, bool)>,
    /// The columns that are written: step, and which of its columns.
    pub(super) outs: Vec<(usize, usize)>,
}

/// What is done next in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// Steps that are of no team.
    Steps(Vec<Part>),
    /// A team.
    Team(usize),
}

/// A team that is planned, with its code, and that of its other function where there is one.
pub(super) type Planned = (Team, Vec<u8>, Option<Vec<u8>>);
