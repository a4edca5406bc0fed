//! Tree to typed tree: names, types, stages, lookbacks; functions are inlined.
//!
//! One cause is one report. What could not be understood is `Value::Error`, which
//! fits everywhere and is never reported again; a function that is wrong by itself is reported in
//! its own body, and its calls stay silent; one that is only wrong for the arguments of a call is
//! reported at these arguments (see `blame`).

mod arguments;
mod blame;
mod builder;
mod builtins;
mod call;
mod check;
mod comparison;
mod domain;
mod events;
mod expr;
mod extract;
mod feeds;
mod foreign;
mod length;
mod levels;
mod loops;
mod name;
mod order;
mod orders;
mod postfix;
mod schedule;
mod scope;
mod state;
mod step;
mod strategy;
mod trade;
mod types;
mod uses;
mod zones;

pub use check::{Checked, Library, check_expr, check_expr_on, check_source};
pub use uses::snake_case;

use std::collections::HashMap;

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
    #[allow(dead_code, reason = "the checks of regimes construct it")]
    Regime,
    /// A portfolio.
    #[allow(dead_code, reason = "the checks of portfolios construct it")]
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
    /// The calls that are being inlined, outermost first.
    calls: Vec<Frame>,
    /// Whether the outermost of them was reported.
    call_failed: bool,
    memo: HashMap<(usize, Vec<Value>), Value>,
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
            calls: Vec::new(),
            call_failed: false,
            memo: HashMap::new(),
            free: 0,
            place: Place::Function,
            is_tick: false,
            depth: 0,
            incomplete: false,
            torn: false,
            errors_before: sink.errors(),
            sink,
        }
    }
}
