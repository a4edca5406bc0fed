//! What a step of the kernel is: what it does, reads and writes.

use strat_abi::elementary::Elementary;
use strat_abi::ladder::Ladder;
use strat_abi::linear::Form;
use strat_abi::pair::Pair;
use strat_abi::window::Window;
use strat_lang::hir::Input;

use crate::ir::Id;

/// Where a value of one bar comes from: a column, some bars back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Index of the column.
    pub column: usize,
    /// How many bars back; a node that does not depend on bars.
    pub lag: Option<Id>,
}

/// Compiled `f(leaves, scalars, out, len)`.
pub type MapFn = unsafe extern "C" fn(*const *const f64, *const f64, *mut f64, i64);
/// Compiled `f(leaves, scalars, words, len)`.
pub type MaskFn = unsafe extern "C" fn(*const *const f64, *const f64, *mut u64, i64);
/// Compiled `f(leaves, scalars, state, outs, len, bar)`; of a pool, which asks no bar, the number of
/// zones that there is room for stands in its place.
pub type GroupFn =
    unsafe extern "C" fn(*const *const f64, *const f64, *mut f64, *const *mut f64, i64, i64);

/// What a step does.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    /// Copies a column of the bars.
    Input(Input),
    /// Pointwise arithmetic.
    Map(MapFn),
    /// Pointwise conditions, as bits.
    Mask(MaskFn),
    /// Members that depend on their past.
    Group(GroupFn, usize),
    /// A recurrence that is linear in its past: views are what is added or gone towards, the seed,
    /// and the factor where that is a series; else it is scalar 0, where there is one. Last whether
    /// an na step leaves it as it is.
    Linear(Form, bool),
    /// The zones of a pool, and queries to them; last the pool's state in doubles.
    Pool(GroupFn, usize, usize),
    /// A sum over a window of view 0, or of view 0 and view 1; over scalar 0, where there is one.
    Sum(Ladder, Id),
    /// The mean of a window of view 0.
    Mean(Id),
    /// The greatest or least of a window of view 0, or its age.
    Extreme(Window, Id),
    /// A window of view 0 whose result depends on the order of its values.
    Ordered(Window, Id),
    /// A window of view 0 and view 1.
    Pair(Pair, Id),
    /// View 0 over scalar 0.
    Quotient,
    /// A function of view 0, a block of values at once.
    Elementary(Elementary),
    /// View 0 where a condition of the parameters holds, else view 1.
    Choice(Id),
    /// Withholds the first values of view 0.
    After(Id),
    /// Crossings of view 0 and view 1: bits up, bits down.
    CrossBits,
    /// Crossings of view 0 above view 1 as 1, 0, na.
    CrossColumn,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// The parameters it depends on.
    pub deps: u64,
    /// What it reads.
    pub views: Vec<View>,
    /// Divisors of pointwise arithmetic whose reciprocals are columns: the last views, one of each.
    pub shares: Vec<Id>,
    /// Values that do not depend on bars, by node, as its function takes them.
    pub scalars: Vec<Id>,
    /// The first of the columns it writes (bit masks have their own numbering).
    pub out: usize,
    /// How many it writes.
    pub outs: usize,
}

/// Whether others may read what a step reads in its place.
pub(super) fn is_passage(step: &Step) -> bool {
    matches!(step.action, Action::Choice(_) | Action::After(_))
}

/// Functions that stand in for code until it is compiled.
pub(super) unsafe extern "C" fn no_map(_: *const *const f64, _: *const f64, _: *mut f64, _: i64) {}
pub(super) unsafe extern "C" fn no_mask(_: *const *const f64, _: *const f64, _: *mut u64, _: i64) {}
pub(super) unsafe extern "C" fn no_group(
    _: *const *const f64,
    _: *const f64,
    _: *mut f64,
    _: *const *mut f64,
    _: i64,
    _: i64,
) {
}
