//! Convention, fill, costs and warm-up of a run.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use strat_engine::abi::{Program, Resolved};
use strat_engine::{Convention, Costs, Fill, Rules, UnknownName, Warmup};
use strat_lang::hir::Execution;
use strat_screen::Grid;

use crate::args::RunArgs;
use crate::failure::{Done, Failure};
use crate::strategies::Strategy;
use crate::terminal;
use crate::values::PreloadArg;

/// Parameter sets resolved between two looks at the cancel flag.
const STRIDE: usize = 1 << 16;

/// How strategies are run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// How decisions become fills.
    pub rules: Rules,
    /// Fees, slippage, cash.
    pub costs: Costs,
    /// Earlier bars to warm up on.
    pub preload: PreloadArg,
}

/// What a command line says of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given {
    /// Bundle of rules.
    pub convention: Option<Convention>,
    /// Where a signal fills.
    pub fill: Option<Fill>,
    /// Earlier bars to warm up on.
    pub preload: Option<PreloadArg>,
    /// Share of the amount, each side.
    pub fees: Option<f64>,
    /// Share of the price.
    pub slippage: Option<f64>,
    /// Cash at the start.
    pub cash: Option<f64>,
}

impl Settings {
    /// What the command line says; where it says nothing, what the strategy says beside its rules;
    /// where that says nothing either, the defaults of a tier that speaks `default`.
    ///
    /// # Errors
    /// A convention that there is not, costs out of their bounds.
    pub fn new(args: &RunArgs, default: Convention, strategy: &Strategy) -> Done<Self> {
        let given = Given {
            convention: args.convention,
            fill: args.fill,
            preload: args.span.preload,
            fees: args.fees,
            slippage: args.slippage,
            cash: args.cash,
        };
        Self::said(given, default, &strategy.execution, &strategy.stem)
    }

    /// The same for any command; `whose` is what its messages call the strategy.
    ///
    /// # Errors
    /// As [`Settings::new`].
    pub fn said(given: Given, default: Convention, said: &Execution, whose: &str) -> Done<Self> {
        let in_it =
            |error: &dyn Display| Failure::mistake(format!("{whose}: in `execution`: {error}"));
        let convention = match (given.convention, &said.convention) {
            (Some(given), _) => given,
            (None, Some(name)) => name.parse().map_err(|_: UnknownName| {
                Failure::mistake(format!(
                    "{whose}: its convention `{name}` is not executed yet; write `convention strat` or `convention vectorbt`, or give --convention"
                ))
            })?,
            (None, None) => default,
        };
        let usual = Costs::default();
        let costs = Costs::new(
            given.fees.or(said.fees).unwrap_or(usual.fees()),
            given.slippage.or(said.slippage).unwrap_or(usual.slippage()),
            given.cash.or(said.cash).unwrap_or(usual.cash()),
        )
        .map_err(|e| in_it(&e))?;
        Ok(Self::of(convention, given.fill, given.preload, costs))
    }

    fn of(
        convention: Convention,
        fill: Option<Fill>,
        preload: Option<PreloadArg>,
        costs: Costs,
    ) -> Self {
        let mut rules = convention.rules();
        if let Some(fill) = fill {
            rules = rules.with_fill(fill);
        }
        let preload = preload.unwrap_or(match rules.warmup {
            Warmup::Earlier => PreloadArg::Auto,
            Warmup::FromRange => PreloadArg::Bars(0),
        });
        rules.warmup = match preload {
            PreloadArg::Bars(0) => Warmup::FromRange,
            _ => Warmup::Earlier,
        };
        Self {
            rules,
            costs,
            preload,
        }
    }
}

/// What parameter sets need of the bars before and in their range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Need {
    /// The longest lookback.
    pub lookback: usize,
    /// Earlier bars after which the last of them has settled.
    pub settled: usize,
    /// Whether one never settles: it remembers the first bar it sees.
    pub never_settles: bool,
}

impl Need {
    /// The need of one set.
    pub fn of(resolved: &Resolved) -> Self {
        // What settling needs is asked of the convention that always settles.
        let settled = Convention::Strat.rules().preload(resolved);
        Self {
            lookback: resolved.lookback,
            settled,
            never_settles: resolved.settle.is_none(),
        }
    }

    /// The need of every set of a grid; sets that the program does not take need nothing.
    pub fn of_grid(program: &dyn Program, grid: &Grid, cancel: &AtomicBool) -> Done<Self> {
        let mut need = Self::default();
        for first in (0..grid.len()).step_by(STRIDE) {
            if cancel.load(Ordering::Relaxed) {
                return Err(Failure::Interrupted);
            }
            let last = grid.len().min(first.saturating_add(STRIDE));
            let found = (first..last)
                .into_par_iter()
                .map_init(Vec::new, |set, number| {
                    set.clear();
                    grid.push_set(number, set);
                    program
                        .resolve(set)
                        .map_or_else(|_| Self::default(), |r| Self::of(&r))
                })
                .reduce(Self::default, Self::join);
            need = need.join(found);
        }
        Ok(need)
    }

    /// Earlier bars to ask for.
    pub fn preload(&self, asked: PreloadArg) -> usize {
        match asked {
            PreloadArg::Auto => self.settled,
            PreloadArg::Bars(bars) => bars,
        }
    }

    /// Tells where no number of earlier bars is enough.
    pub fn tell(&self, what: &str, asked: PreloadArg) {
        if self.never_settles && asked == PreloadArg::Auto {
            terminal::note(&format!(
                "{what}: a recurrence never forgets its first bar, so no number of earlier bars settles it; results depend on where the bars begin"
            ));
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            lookback: self.lookback.max(other.lookback),
            settled: self.settled.max(other.settled),
            never_settles: self.never_settles || other.never_settles,
        }
    }
}

/// Starts the threads that everything runs on; as many as there are processors where none is said.
pub fn start_threads(count: Option<u16>) -> Done {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count.map_or(0, usize::from))
        .build_global()
        .map_err(|e| {
            Failure::mistake(format!(
                "the threads could not be started: {e}; ask for fewer with --threads N"
            ))
        })
}
