//! A backtest: one parameter set over one or several symbols, bar by bar, with everything a
//! reader may want to look at.
//!
//! Several symbols share the capital in equal *sleeves*, set once at the start: each sleeve is
//! traded by its own copy of the strategy and never lends to another. The account is the sum of
//! the sleeves, cash plus quantities times closes, at every time any symbol has a bar; a symbol
//! without a bar at that time stands at its last close. With one symbol the account *is* the
//! sleeve, and its figures are those of the spans, to the bit.

mod account;
mod result;

use std::fmt;

use strat_abi::{BarColumns, Decision, ParamError, Program, Stream, TradeValues};

use crate::convention::Rules;
use crate::costs::Costs;
use crate::stream::{RoundTrip, Sleeve};

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
        }
    }
}

impl std::error::Error for BacktestError {}

/// One symbol on its way through the run.
struct Lane<'a> {
    bars: SymbolBars<'a>,
    stream: Box<dyn Stream + 'a>,
    sleeve: Sleeve,
    next: usize,
    trades: Vec<RoundTrip>,
}

impl Lane<'_> {
    fn time(&self) -> Option<i64> {
        self.bars.columns.time.get(self.next).copied()
    }

    fn step(&mut self) {
        let bar = self.bars.columns.bar(self.next);
        let decision = self.stream.on_bar(&bar, &TradeValues::FLAT);
        self.trades
            .extend(self.sleeve.on_bar(self.next, &bar, decision));
        self.next += 1;
    }
}

/// Runs `program` with `params` (one value per parameter, in declared order) over `symbols`.
///
/// # Errors
/// Bars that are missing, unordered or of unequal columns; values the program refuses;
/// `bars_per_year` that is not above 0.
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

    let mut lanes: Vec<Lane<'_>> = Vec::with_capacity(symbols.len());
    for &bars in symbols {
        let mut stream = program.stream_over(params, bars.columns);
        for t in 0..bars.start {
            let _: Decision = stream.on_bar(&bars.columns.bar(t), &TradeValues::FLAT);
        }
        lanes.push(Lane {
            bars,
            stream,
            sleeve: Sleeve::new(rules, share, resolved.stop),
            next: bars.start,
            trades: Vec::new(),
        });
    }

    let bars = symbols.iter().map(|s| s.columns.len() - s.start);
    let mut account = account::Account::new(costs.cash(), bars.max().unwrap_or(0));
    while let Some(now) = lanes.iter().filter_map(Lane::time).min() {
        for lane in lanes.iter_mut().filter(|lane| lane.time() == Some(now)) {
            lane.step();
        }
        account.mark(now, lanes.iter().map(|lane| lane.sleeve.mark()));
    }
    Ok(account.finish(program.info(), lanes, resolved, rules, costs, bars_per_year))
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
