//! A row of a screen is the backtest of its parameter set.

use strat_compiler::Compiled;
use strat_engine::{BacktestResult, SymbolBars, TradeStatus, columns, run_backtest};
use strat_market::Bars;
use strat_screen::{ScreenOptions, ScreenResult};
use strat_tests::{bars, last, shared_or_skip};

use crate::same::same_figures;
use crate::setup::{Screen, Terms, YEAR, made_up, screen, screens, terms};

fn backtest(
    program: &Compiled,
    set: &[f64],
    bars: &Bars,
    start: usize,
    terms: Terms,
) -> BacktestResult {
    let symbol = SymbolBars {
        symbol: "TEST",
        columns: columns(bars),
        start,
    };
    run_backtest(&[symbol], program, set, terms.rules, terms.costs, YEAR).expect("a backtest")
}

/// Screens the corners and the middle of a grid.
fn few(
    of: &Screen,
    on: &Compiled,
    bars: &Bars,
    start: usize,
    terms: Terms,
    threads: usize,
) -> ScreenResult {
    let options = ScreenOptions {
        grid: Some(of.corners_and_middle()),
        threads,
        ..ScreenOptions::default()
    };
    screen(on, bars, start, terms, &options)
}

/// What the compared rows held, so that equal zeros do not pass for a test.
#[derive(Default)]
struct Held {
    rows: usize,
    traded: usize,
    trades: u32,
    open: usize,
    stopped: usize,
}

impl Held {
    fn count(&mut self, backtest: &BacktestResult) {
        let metrics = &backtest.metrics;
        self.rows += 1;
        self.traded += usize::from(metrics.num_trades > 0);
        self.trades += metrics.num_trades;
        let trades = &backtest.trades;
        self.open += usize::from(trades.iter().any(|t| t.status == TradeStatus::Open));
        self.stopped += trades.iter().filter(|t| t.exit_tag == "stop").count();
    }
}

/// Holds every row of `rows` against its backtest on `program`.
fn compare(rows: &ScreenResult, against: &[(Vec<f64>, BacktestResult)], what: &str) {
    assert_eq!(rows.rows.len(), against.len(), "{what}");
    for row in &rows.rows {
        let (_, alone) = against
            .iter()
            .find(|(set, _)| set[..] == *row.params)
            .unwrap_or_else(|| panic!("{what}: no backtest of {:?}", row.params));
        if let Err(e) = same_figures(&alone.metrics, &row.metrics) {
            panic!("{what} {:?}: {e}", row.params);
        }
    }
}

/// The backtests of the rows of a screen, each on the executor that comes next.
fn backtests(
    of: &Screen,
    rows: &ScreenResult,
    bars: &Bars,
    start: usize,
    terms: Terms,
) -> Vec<(Vec<f64>, BacktestResult)> {
    let executors = of.executors();
    let of_row = |(i, set): (usize, &[f64])| {
        let (_, program) = executors[i % executors.len()];
        (set.to_vec(), backtest(program, set, bars, start, terms))
    };
    rows.rows
        .iter()
        .map(|r| &*r.params)
        .enumerate()
        .map(of_row)
        .collect()
}

#[test]
fn rows_are_backtests_on_made_up_candles() {
    for of in screens() {
        let mut held = Held::default();
        for (bars, start) in made_up().iter().zip([0, 100]) {
            for terms in terms() {
                let first = few(&of, &of.kernel, bars, start, terms, 1);
                let against = backtests(&of, &first, bars, start, terms);
                against.iter().for_each(|(_, b)| held.count(b));
                for (executor, program) in of.executors() {
                    for threads in [1, 2, 5] {
                        let rows = few(&of, program, bars, start, terms, threads);
                        let what = format!(
                            "{} on {executor} with {threads} threads, {terms:?}",
                            of.name
                        );
                        compare(&rows, &against, &what);
                    }
                }
            }
        }
        held.must_say_something(&of);
    }
}

#[test]
fn rows_are_backtests_on_bitcoin() {
    let Some(shared) = shared_or_skip("rows_are_backtests_on_bitcoin") else {
        return;
    };
    let bars = last(&bars(&shared, "BTC/USDT", "1h"), 8760);
    for of in screens() {
        let mut held = Held::default();
        for (i, terms) in terms().into_iter().enumerate() {
            let first = few(&of, &of.kernel, &bars, 0, terms, 1);
            let against = backtests_on(&of.handler, &first, &bars, terms);
            against.iter().for_each(|(_, b)| held.count(b));
            for threads in [1, 2, 5] {
                let rows = few(&of, &of.kernel, &bars, 0, terms, threads);
                compare(
                    &rows,
                    &against,
                    &format!("{} with {threads} threads, {terms:?}", of.name),
                );
            }
            // Bar by bar it takes longer; the made-up candles had all of it.
            if i == 3 {
                for (executor, program) in of.executors() {
                    let rows = few(&of, program, &bars, 0, terms, 2);
                    compare(
                        &rows,
                        &against,
                        &format!("{} on {executor}, {terms:?}", of.name),
                    );
                }
            }
        }
        held.must_say_something(&of);
    }
}

fn backtests_on(
    program: &Compiled,
    rows: &ScreenResult,
    bars: &Bars,
    terms: Terms,
) -> Vec<(Vec<f64>, BacktestResult)> {
    let of_row = |set: &[f64]| (set.to_vec(), backtest(program, set, bars, 0, terms));
    rows.rows.iter().map(|r| of_row(&r.params)).collect()
}

impl Held {
    fn must_say_something(&self, of: &Screen) {
        let name = of.name;
        println!(
            "{name}: {} rows, {} traded, {} trades, {} stopped, {} open at the end",
            self.rows, self.traded, self.trades, self.stopped, self.open
        );
        assert!(
            self.traded * 4 > self.rows && self.trades > 200,
            "{name}: few rows trade"
        );
        assert!(
            !of.has_stop() || self.stopped > 5,
            "{name}: nothing is stopped out"
        );
    }
}
