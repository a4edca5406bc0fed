//! A backtest: one parameter set over one or several symbols, bar by bar, with everything a
//! reader may want to look at.
//!
//! Several symbols share the capital in equal *sleeves*, set once at the start: each sleeve is
//! traded by its own copy of the strategy and never lends to another. The account is the sum of
//! the sleeves, cash plus quantities times closes, at every time any symbol has a bar; a symbol
//! without a bar at that time stands at its last close. With one symbol the account *is* the
//! sleeve, and its figures are those of the sleeve, to the bit.

mod account;
mod result;

use std::fmt;

use strat_abi::{
    BarColumns, Decision, ParamError, Program, ProgramInfo, Resolved, Stream, TradeValues,
};

use crate::convention::Rules;
use crate::costs::Costs;
use crate::stream::{RoundTrip, Trader};

pub use result::{BacktestResult, EquityCurve, Summary, SymbolResult, Trade, TradeStatus};

/// The bars of one symbol.
#[derive(Debug, Clone, Copy)]
pub struct SymbolBars<'a> {
    /// Its name, for trades and messages.
    pub symbol: &'a str,
    /// Its bars; times strictly increasing.
    pub columns: BarColumns<'a>,
    /// First bar that trades. Bars before it only warm the strategy up: what is decided there is
    /// ignored, on the last of them too.
    pub start: usize,
}

/// Why a backtest cannot run.
#[derive(Debug, Clone, PartialEq)]
pub enum BacktestError {
    /// No symbol was given.
    NoSymbols,
    /// A symbol has no bar to trade on.
    NoBars {
        /// The symbol.
        symbol: String,
        /// Its bars, all before the start.
        bars: usize,
    },
    /// Columns of different lengths.
    Columns {
        /// The symbol.
        symbol: String,
    },
    /// Times that do not increase.
    Times {
        /// The symbol.
        symbol: String,
        /// First bar that is not later than the one before it.
        bar: usize,
    },
    /// Not one value per parameter.
    ParamCount {
        /// Number of parameters.
        expected: usize,
        /// Number of values.
        found: usize,
    },
    /// The strategy refuses these values.
    Params(ParamError),
    /// Bars per year must be finite and above 0.
    BarsPerYear(f64),
    /// Splitting the cash over the symbols leaves nothing.
    Cash,
    /// Constructs that this tier does not execute, as [`unsupported`] tells them.
    Unsupported(Vec<String>),
    /// Data beside the bars that the program reads and that was not given.
    Needs {
        /// The symbol whose bars it runs on.
        symbol: String,
        /// How many it reads.
        expected: usize,
        /// How many were given.
        found: usize,
    },
}

impl fmt::Display for BacktestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSymbols => write!(f, "no symbol to run on; name at least one"),
            Self::NoBars { symbol, bars: 0 } => write!(f, "{symbol} has no bars"),
            Self::NoBars { symbol, bars } => write!(
                f,
                "{symbol} has no bar to trade on: all its {bars} bars are needed to warm the strategy up; give it more bars or a later start"
            ),
            Self::Columns { symbol } => write!(
                f,
                "the columns of {symbol} differ in length; every bar needs time, open, high, low, close and volume"
            ),
            Self::Times { symbol, bar } => write!(
                f,
                "the times of {symbol} do not increase at bar {bar}; sort its bars and drop duplicates"
            ),
            Self::ParamCount { expected, found } => write!(
                f,
                "the strategy has {expected} parameters but {found} values were given"
            ),
            Self::Params(ParamError::Excluded(message)) => {
                write!(
                    f,
                    "these parameter values are excluded by the strategy: {message}"
                )
            }
            Self::Params(ParamError::Invalid(message)) => {
                write!(
                    f,
                    "the strategy cannot run with these parameter values: {message}"
                )
            }
            Self::BarsPerYear(given) => {
                write!(
                    f,
                    "bars per year must be a finite number above 0; got {given}"
                )
            }
            Self::Cash => write!(f, "too little cash to split over the symbols"),
            Self::Unsupported(constructs) => write!(
                f,
                "it uses {}, which is not executed on bars yet",
                constructs.join("; ")
            ),
            Self::Needs {
                symbol,
                expected,
                found,
            } => write!(
                f,
                "the strategy reads {expected} other symbols or columns beside the bars of {symbol}, but {found} were given"
            ),
        }
    }
}

impl std::error::Error for BacktestError {}

/// One symbol on its way through the run.
struct Lane<'a> {
    bars: SymbolBars<'a>,
    stream: Box<dyn Stream + 'a>,
    trader: Trader<'a>,
    next: usize,
    trades: Vec<RoundTrip>,
}

impl Lane<'_> {
    fn time(&self) -> Option<i64> {
        self.bars.columns.time.get(self.next).copied()
    }

    fn step(&mut self) {
        let bar = self.bars.columns.bar(self.next);
        self.trader
            .step(self.next, &bar, &mut *self.stream, &mut self.trades);
        self.next += 1;
    }
}

/// Runs `program` with `params` (one value per parameter, in declared order) over `symbols`.
///
/// Where bars reached a stop and a target, the run is made a second time with the targets taken,
/// for [`Summary::best_case`].
///
/// # Errors
/// Bars that are missing, unordered or of unequal columns; values the program refuses;
/// `bars_per_year` that is not above 0; a program that asks for what this tier does not execute
/// ([`unsupported`]) or reads data that is not there.
pub fn run_backtest(
    symbols: &[SymbolBars<'_>],
    program: &dyn Program,
    params: &[f64],
    rules: Rules,
    costs: Costs,
    bars_per_year: f64,
) -> Result<BacktestResult, BacktestError> {
    check(symbols, program, params, bars_per_year)?;
    let resolved = program.resolve(params).map_err(BacktestError::Params)?;
    let share = costs
        .with_cash(costs.cash() / symbols.len() as f64)
        .map_err(|_| BacktestError::Cash)?;
    let run = Run {
        symbols,
        program,
        params,
        resolved,
        rules,
        costs,
        share,
        bars_per_year,
    };
    let mut result = run.result(false);
    if result.summary.ambiguous_bars > 0 {
        result.summary.best_case = Some(run.result(true).metrics.total_return);
    }
    Ok(result)
}

/// A run that has been checked.
struct Run<'a> {
    symbols: &'a [SymbolBars<'a>],
    program: &'a dyn Program,
    params: &'a [f64],
    resolved: Resolved,
    rules: Rules,
    costs: Costs,
    /// Costs of one sleeve.
    share: Costs,
    bars_per_year: f64,
}

impl Run<'_> {
    fn result(&self, target_first: bool) -> BacktestResult {
        let mut lanes: Vec<Lane<'_>> = Vec::with_capacity(self.symbols.len());
        for &bars in self.symbols {
            let mut stream = self.program.stream_over(self.params, bars.columns);
            for t in 0..bars.start {
                let _: Decision = stream.on_bar(&bars.columns.bar(t), &TradeValues::FLAT);
            }
            let trader = Trader::new(
                self.program.info(),
                &self.resolved,
                self.rules,
                self.share,
                &bars.columns,
            );
            lanes.push(Lane {
                bars,
                stream,
                trader: if target_first {
                    trader.with_target_first()
                } else {
                    trader
                },
                next: bars.start,
                trades: Vec::new(),
            });
        }

        let bars = self.symbols.iter().map(|s| s.columns.len() - s.start);
        let mut account = account::Account::new(self.costs.cash(), bars.max().unwrap_or(0));
        while let Some(now) = lanes.iter().filter_map(Lane::time).min() {
            for lane in lanes.iter_mut().filter(|lane| lane.time() == Some(now)) {
                lane.step();
            }
            account.mark(now, lanes.iter().map(|lane| lane.trader.mark()));
        }
        account.finish(
            self.program.info(),
            lanes,
            self.resolved,
            self.rules,
            self.costs,
            self.bars_per_year,
        )
    }
}

/// What a program asks for and neither a backtest nor a screen executes, one construct each, in
/// words that end the sentence "it uses …"; empty where it can run.
#[must_use]
pub fn unsupported(info: &ProgramInfo) -> Vec<String> {
    let plan = &info.plan;
    let mut found = plan.not_yet.clone();
    let entries = plan.entries.iter().flat_map(|entry| &entry.order);
    let exits = plan.exits.iter().flat_map(|exit| &exit.order);
    for word in entries.chain(exits) {
        let words = format!("`{word}` orders");
        if !found.contains(&words) {
            found.push(words);
        }
    }
    found
}

fn check(
    symbols: &[SymbolBars<'_>],
    program: &dyn Program,
    params: &[f64],
    bars_per_year: f64,
) -> Result<(), BacktestError> {
    if symbols.is_empty() {
        return Err(BacktestError::NoSymbols);
    }
    let constructs = unsupported(program.info());
    if !constructs.is_empty() {
        return Err(BacktestError::Unsupported(constructs));
    }
    let expected = program.info().params.len();
    if params.len() != expected {
        return Err(BacktestError::ParamCount {
            expected,
            found: params.len(),
        });
    }
    if !(bars_per_year.is_finite() && bars_per_year > 0.0) {
        return Err(BacktestError::BarsPerYear(bars_per_year));
    }
    for SymbolBars {
        symbol,
        columns,
        start,
    } in symbols
    {
        let symbol = (*symbol).to_owned();
        let bars = columns.len();
        let prices = [columns.open, columns.high, columns.low, columns.volume];
        if columns.time.len() != bars || prices.iter().any(|column| column.len() != bars) {
            return Err(BacktestError::Columns { symbol });
        }
        let (expected, found) = (program.info().needs.len(), columns.others.len());
        if expected != found {
            return Err(BacktestError::Needs {
                symbol,
                expected,
                found,
            });
        }
        if *start >= bars {
            return Err(BacktestError::NoBars { symbol, bars });
        }
        if let Some(at) = columns.time.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(BacktestError::Times {
                symbol,
                bar: at + 1,
            });
        }
    }
    Ok(())
}
