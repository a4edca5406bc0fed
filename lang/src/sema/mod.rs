//! Tree to typed tree: names, types, stages, lookbacks; functions are inlined.
//!
//! One cause is one report. What could not be understood is `Value::Error`, which
//! fits everywhere and is never reported again; a function that is wrong by itself is reported in
//! its own body, and its calls stay silent; one that is only wrong for the arguments of a call is
//! reported at these arguments (see `blame`).

mod allow;
mod arguments;
mod blame;
mod builder;
mod builtins;
mod call;
mod check;
mod comparison;
mod decimal;
mod dimension;
mod domain;
mod enums;
mod equality;
mod events;
mod expectations;
mod expr;
mod extract;
mod feeds;
mod fold;
mod foreign;
mod items;
mod joint;
mod length;
mod levels;
mod library;
mod limits;
mod lints;
mod lookback;
mod loops;
mod mix;
mod name;
mod noted;
mod order;
mod orders;
mod portfolio;
mod postfix;
mod reference;
mod regime;
mod risk;
mod router;
mod rows;
mod schedule;
mod scope;
mod screen;
mod state;
mod step;
mod strategy;
mod testing;
mod trade;
mod types;
mod units;
mod uses;
mod verdicts;
mod written;
mod zones;

pub use check::{Checked, check_expr, check_expr_on, check_source};
pub use library::Library;
pub use reference::{FunctionInfo, Reference, reference};
pub use uses::snake_case;

use rustc_hash::FxHashMap;

use blame::Frame;
use builder::Builder;
use scope::{Program, Scope, Value};

use crate::diag::Sink;

/// Deepest chain of calls.
const DEEPEST_CALLS: usize = 64;

/// What a text belongs to: it decides which names there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A function on its own.
    Function,
    /// A strategy.
    Strategy,
    /// A regime.
    Regime,
    /// A portfolio.
    Portfolio,
    /// An expression to look at.
    Expression,
}

/// Checks one unit: a strategy, an expression, or a function on its own.
struct Checker<'t, 's> {
    program: &'s Program<'t>,
    /// The module whose names are seen now.
    module: usize,
    /// Functions that are wrong on their own: calls of them stay silent.
    broken: &'s [bool],
    /// Whether warnings are wanted.
    lint: bool,
    builder: Builder,
    scopes: Vec<Scope>,
    states: Vec<step::StateFrame<'t>>,
    /// The function that is checked on its own.
    function: Option<usize>,
    /// The calls that are being inlined, outermost first.
    calls: Vec<Frame>,
    /// Whether the outermost of them was reported.
    call_failed: bool,
    memo: FxHashMap<(usize, Vec<Value>), Value>,
    /// The regimes that were unfolded here.
    regimes: FxHashMap<enums::EnumId, Value>,
    /// Those that are being unfolded, outermost first.
    open_regimes: Vec<enums::EnumId>,
    /// Above 0 while an item is unfolded whose faults are reported where it stands.
    muted: u32,
    free: u32,
    /// What the text at hand belongs to.
    place: Place,
    /// Whether ticks are seen: in event handlers, and in a strategy `on trade` or `on book`.
    is_tick: bool,
    /// How deep the expression at hand is nested.
    depth: u32,
    /// Something is left out because it, or what it needs, was reported elsewhere.
    incomplete: bool,
    /// A part was not read, so what it would have used is not known.
    torn: bool,
    /// What can be judged once ranges are known.
    noted: noted::Noted,
    /// Errors of the run before this unit.
    errors_before: usize,
    sink: &'s mut Sink,
}

impl<'t, 's> Checker<'t, 's> {
    fn new(
        program: &'s Program<'t>,
        module: usize,
        broken: &'s [bool],
        lint: bool,
        sink: &'s mut Sink,
    ) -> Self {
        Self {
            program,
            module,
            broken,
            lint,
            builder: Builder::default(),
            scopes: vec![Scope {
                root: true,
                ..Scope::default()
            }],
            states: Vec::new(),
            function: None,
            calls: Vec::new(),
            call_failed: false,
            memo: FxHashMap::default(),
            regimes: FxHashMap::default(),
            open_regimes: Vec::new(),
            muted: 0,
            free: 0,
            place: Place::Function,
            is_tick: false,
            depth: 0,
            incomplete: false,
            torn: false,
            noted: noted::Noted::default(),
            errors_before: sink.errors(),
            sink,
        }
    }
}
