//! What a test's strategy decides and fills, and what its values are, on its bars.

use std::sync::{Mutex, PoisonError};

use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::{
    BarColumns, BarValues, Decision, Need, ParamError, Program, ProgramInfo, Resolved, Side,
    Stream, Sweep, TradeValues,
};
use strat_engine::{Convention, Costs, SymbolBars, run_backtest};
use strat_lang::hir::{TestBars, TestCase, Unit};

/// Cash of a test's account, quote units.
const CASH: f64 = 10_000.0;

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// What was decided at the close of each bar; empty where nothing runs.
    pub decisions: Vec<Decision>,
    /// Orders that filled, in the order of their bars.
    pub fills: Vec<Fill>,
    /// The values that the test looks at, one column each.
    pub values: Vec<Vec<f64>>,
}

/// An order that filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill {
    /// On which bar.
    pub bar: usize,
    /// Whether it bought.
    pub buys: bool,
    /// At which price.
    pub price: f64,
}

impl Observed {
    /// Whether two executors saw the same, bit for bit; all NaN are alike.
    pub fn is_same(&self, other: &Self) -> bool {
        let bits = |x: f64| if x.is_nan() { 0 } else { x.to_bits() };
        let fill = |f: &Fill| (f.bar, f.buys, bits(f.price));
        self.decisions == other.decisions
            && self.fills.iter().map(fill).eq(other.fills.iter().map(fill))
            && self.values.len() == other.values.len()
            && self.values.iter().zip(&other.values).all(|(a, b)| {
                let bits = |column: &[f64]| column.iter().map(|x| bits(*x)).collect::<Vec<_>>();
                bits(a) == bits(b)
            })
    }
}

/// Runs a test's bars through an executor.
///
/// # Errors
/// Why it cannot run, in words for the user.
pub fn observe(test: &TestCase, executor: Executor) -> Result<Observed, String> {
    let time = times(&test.bars);
    let bars = columns(&test.bars, &time);
    let params: &[f64] = test.strategy.as_ref().map_or(&[], |(_, params)| params);
    let mut observed = Observed::default();
    if !test.values.outputs.is_empty() {
        let program = built(&test.values, executor)?;
        program.resolve(params).map_err(refused)?;
        observed.values = program.evaluate(params, bars);
    }
    if let Some((unit, params)) = &test.strategy {
        let recorder = Recorder {
            program: built(unit, executor)?,
            seen: Mutex::new(Vec::with_capacity(bars.len())),
        };
        recorder.resolve(params).map_err(refused)?;
        let costs = Costs::new(0.0, 0.0, CASH).map_err(|e| e.to_string())?;
        let convention: Convention = match &unit.plan.execution.convention {
            Some(name) => name.parse().map_err(|_| {
                format!("its convention `{name}` is part of the design and not executed yet")
            })?,
            None => Convention::Strat,
        };
        let symbol = SymbolBars {
            symbol: "TEST",
            columns: bars,
            start: 0,
        };
        let bars_per_year = 365.0 * 86_400.0 / test.bars.seconds;
        let result = run_backtest(
            &[symbol],
            &recorder,
            params,
            convention.rules(),
            costs,
            bars_per_year,
        )
        .map_err(|e| e.to_string())?;
        for trade in &result.trades {
            let bar = |t: i64| time.iter().position(|x| *x == t).unwrap_or(0);
            observed.fills.push(Fill {
                bar: bar(trade.entry_time),
                buys: trade.side == Side::Long,
                price: trade.entry_price,
            });
            if trade.status == strat_engine::TradeStatus::Closed {
                observed.fills.push(Fill {
                    bar: bar(trade.exit_time),
                    buys: trade.side == Side::Short,
                    price: trade.exit_price,
                });
            }
        }
        observed.fills.sort_by_key(|fill| fill.bar);
        let seen = recorder.seen.into_inner();
        observed.decisions = seen.unwrap_or_else(PoisonError::into_inner);
    }
    Ok(observed)
}

fn built(unit: &Unit, executor: Executor) -> Result<Compiled, String> {
    let program = compile(unit, executor).map_err(|e| format!("it cannot be compiled: {e}"))?;
    if let Some(need) = program.info().needs.first() {
        let what = match need {
            Need::Symbol(symbol) => format!("bars of {symbol}"),
            Need::External(name) => format!("the column `{name}`"),
        };
        return Err(format!(
            "it reads {what}, and a test has nothing but its own bars"
        ));
    }
    Ok(program)
}

fn refused(error: ParamError) -> String {
    match error {
        ParamError::Excluded(why) => format!("these parameter values are excluded: {why}"),
        ParamError::Invalid(why) => format!("it cannot run with these parameter values: {why}"),
    }
}

/// Times of the bars' opens; the first is the epoch.
fn times(bars: &TestBars) -> Vec<i64> {
    // Whole nanoseconds: a bar lasts at least a millisecond, and a test has few of them.
    #[allow(clippy::cast_possible_truncation)]
    let step = ((bars.seconds * 1e9).round() as i64).max(1);
    (0_i64..)
        .take(bars.close.len())
        .map(|i| i.saturating_mul(step))
        .collect()
}

fn columns<'a>(bars: &'a TestBars, time: &'a [i64]) -> BarColumns<'a> {
    BarColumns {
        time,
        open: &bars.open,
        high: &bars.high,
        low: &bars.low,
        close: &bars.close,
        volume: &bars.volume,
        others: &[],
    }
}

/// A program that remembers what it decided.
struct Recorder {
    program: Compiled,
    seen: Mutex<Vec<Decision>>,
}

impl Program for Recorder {
    fn info(&self) -> &ProgramInfo {
        self.program.info()
    }

    fn resolve(&self, params: &[f64]) -> Result<Resolved, ParamError> {
        self.program.resolve(params)
    }

    fn stream(&self, params: &[f64], most_bars: usize) -> Box<dyn Stream + '_> {
        Box::new(Recording {
            inner: self.program.stream(params, most_bars),
            seen: &self.seen,
        })
    }

    fn stream_over<'a>(&'a self, params: &[f64], bars: BarColumns<'a>) -> Box<dyn Stream + 'a> {
        Box::new(Recording {
            inner: self.program.stream_over(params, bars),
            seen: &self.seen,
        })
    }

    fn sweep<'a>(&'a self, _: &[f64], _: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        None
    }
}

struct Recording<'a> {
    inner: Box<dyn Stream + 'a>,
    seen: &'a Mutex<Vec<Decision>>,
}

impl Stream for Recording<'_> {
    fn on_bar(&mut self, bar: &BarValues, trade: &TradeValues<'_>) -> Decision {
        let decision = self.inner.on_bar(bar, trade);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(decision);
        decision
    }

    fn outputs(&self) -> &[f64] {
        self.inner.outputs()
    }
}
