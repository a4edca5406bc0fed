//! The screening oracle: SMA crosses on fixed bars, simulated by vectorbt.
//!
//! The masks are made here by hand, so that only conventions and accounting are under test.

#![allow(clippy::disallowed_methods, reason = "a test reads its fixtures")]

mod support;

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{
    Array, BooleanArray, Float64Array, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use strat_engine::abi::Decision;
use strat_engine::{
    BacktestResult, Convention, Costs, MarketTables, Metrics, SymbolBars, Walker, columns,
    run_backtest,
};
use strat_market::Bars;
use support::{Scripted, masks};

const YEAR: f64 = 8760.0;

/// The folder of oracles, where it is there.
fn oracle() -> Option<PathBuf> {
    let shared = std::env::var_os("STRATC_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("spec/oracle");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no market data");
    None
}

fn batches(path: &Path) -> Vec<RecordBatch> {
    let file = File::open(path).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// A column; what is missing is NaN.
fn floats(batches: &[RecordBatch], name: &str) -> Vec<f64> {
    batches
        .iter()
        .flat_map(|batch| {
            let column = batch.column_by_name(name).unwrap();
            let floats = column.as_any().downcast_ref::<Float64Array>().unwrap();
            floats
                .iter()
                .map(|value| value.unwrap_or(f64::NAN))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn times(batches: &[RecordBatch]) -> Vec<i64> {
    batches
        .iter()
        .flat_map(|batch| {
            let column = batch.column_by_name("timestamp").unwrap().as_any();
            if let Some(nanos) = column.downcast_ref::<TimestampNanosecondArray>() {
                nanos.values().to_vec()
            } else {
                let micros = column.downcast_ref::<TimestampMicrosecondArray>().unwrap();
                micros.values().iter().map(|t| t * 1000).collect()
            }
        })
        .collect()
}

fn read_bars(folder: &Path) -> Bars {
    let batches = batches(&folder.join("ohlcv.parquet"));
    Bars {
        time: times(&batches),
        open: floats(&batches, "open"),
        high: floats(&batches, "high"),
        low: floats(&batches, "low"),
        close: floats(&batches, "close"),
        volume: floats(&batches, "volume"),
    }
}

/// Mean of the last `length` closes, each window summed afresh, so that where closes stand still
/// averages are equal rather than equal but for what a running sum has gathered.
fn sma(close: &[f64], length: usize) -> Vec<f64> {
    (0..close.len())
        .map(|t| {
            if t + 1 < length {
                return f64::NAN;
            }
            close[t + 1 - length..=t].iter().sum::<f64>() / length as f64
        })
        .collect()
}

/// How a bar on which both averages are equal counts.
#[derive(Clone, Copy, PartialEq)]
enum Equal {
    /// It changes nothing: after below, above, equal, a second above is no cross.
    Forgotten,
    /// It lets the last cross fire again: below, above, equal, above crosses twice.
    Rearms,
}

/// Entry where `fast` crosses above `slow`, exit where it crosses below.
fn crosses(fast: &[f64], slow: &[f64], equal: Equal) -> Vec<Decision> {
    let (mut was_below, mut was_above) = (false, false);
    // Whether the current side has already fired since it was armed.
    let (mut fired_above, mut fired_below) = (false, false);
    fast.iter()
        .zip(slow)
        .map(|(a, b)| {
            let mut decision = Decision::default();
            if a.is_nan() || b.is_nan() {
                (was_below, was_above, fired_above, fired_below) = (false, false, false, false);
            } else if a > b {
                decision.entries = u64::from(was_below && !fired_above);
                (was_above, fired_above, fired_below) = (true, true, false);
            } else if a < b {
                decision.exits = u64::from(was_above && !fired_below);
                (was_below, fired_below, fired_above) = (true, true, false);
            } else if equal == Equal::Rearms {
                (fired_above, fired_below) = (false, false);
            }
            decision
        })
        .collect()
}

fn same(found: f64, expected: f64) -> bool {
    found == expected || (found - expected).abs() <= 1e-9 * expected.abs()
}

#[track_caller]
fn assert_same(what: &str, found: f64, expected: f64) {
    assert!(
        same(found, expected),
        "{what}: found {found}, oracle {expected}"
    );
}

fn number(record: &csv::StringRecord, headers: &csv::StringRecord, name: &str) -> f64 {
    let at = headers.iter().position(|header| header == name).unwrap();
    record[at].parse().unwrap()
}

fn walk(bars: &Bars, decisions: &[Decision], stop: Option<f64>) -> Metrics {
    let tables = MarketTables::new(columns(bars), 0, Convention::Vectorbt.rules());
    let mut walker = Walker::new(&tables, Costs::default(), stop);
    let (entries, exits) = masks(decisions);
    walker.advance(0, bars.len(), &entries, &exits);
    walker.finish(YEAR).metrics
}

fn backtest(bars: &Bars, decisions: Vec<Decision>, costs: Costs) -> BacktestResult {
    let symbols = [SymbolBars {
        symbol: "TEST",
        columns: columns(bars),
        start: 0,
    }];
    let program = Scripted::new(decisions, None);
    let rules = Convention::Vectorbt.rules();
    run_backtest(&symbols, &program, &[], rules, costs, YEAR).unwrap()
}

/// Every row of a table against a walk over the masks that `decide` makes for its parameters.
#[track_caller]
fn assert_table(
    file: &str,
    rows: usize,
    stop: Option<f64>,
    decide: impl Fn(&Bars, &Indicators, &dyn Fn(&str) -> f64) -> Vec<Decision>,
) {
    let Some(folder) = oracle() else { return };
    let bars = read_bars(&folder);
    let indicators = Indicators(batches(&folder.join("indicators.parquet")));
    let mut table = csv::Reader::from_path(folder.join("screening").join(file)).unwrap();
    let headers = table.headers().unwrap().clone();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for record in table.records() {
        let record = record.unwrap();
        let of = |name: &str| number(&record, &headers, name);
        let found = walk(&bars, &decide(&bars, &indicators, &of), stop);
        let figures = [
            (found.total_return, of("total_return")),
            // The reference has +inf where nothing traded; a screen has none.
            (
                found.sharpe_ratio.unwrap_or(f64::INFINITY),
                of("sharpe_ratio"),
            ),
            (found.max_drawdown, of("max_drawdown")),
            (found.win_rate, of("win_rate")),
            (found.profit_factor, of("profit_factor")),
            (f64::from(found.num_trades), of("num_trades")),
        ];
        if !figures
            .iter()
            .all(|&(found, expected)| same(found, expected))
        {
            wrong.push(format!("{record:?}: {figures:?}"));
        }
        seen += 1;
    }
    assert_eq!(seen, rows);
    assert!(
        wrong.is_empty(),
        "{} of {rows} rows differ: {wrong:#?}",
        wrong.len()
    );
}

/// The oracle's own indicators.
struct Indicators(Vec<RecordBatch>);

impl Indicators {
    fn column(&self, name: &str) -> Vec<f64> {
        floats(&self.0, name)
    }
}

fn signals(bars: usize, holds: impl Fn(usize) -> (bool, bool)) -> Vec<Decision> {
    (0..bars)
        .map(|t| {
            let (entry, exit) = holds(t);
            Decision {
                entries: u64::from(entry),
                exits: u64::from(exit),
            }
        })
        .collect()
}

#[test]
fn sma_crossover() {
    // On these bars no pair meets and parts to the side it came from, so both readings of an
    // equal bar give the table; it cannot tell them apart.
    for equal in [Equal::Rearms, Equal::Forgotten] {
        assert_table("sma_crossover_seed_grid.csv", 180, None, |bars, _, of| {
            let average = |name| sma(&bars.close, of(name) as usize);
            crosses(&average("fast_window"), &average("slow_window"), equal)
        });
    }
}

#[test]
fn rsi_mean_reversion() {
    assert_table(
        "rsi_mean_reversion.csv",
        64,
        None,
        |bars, indicators, of| {
            let rsi = indicators.column(&format!("rsi_{}", of("rsi_period")));
            signals(bars.len(), |t| {
                (rsi[t] < of("oversold"), rsi[t] > of("overbought"))
            })
        },
    );
}

/// The one screen with a stop: 3%, on closes.
#[test]
fn volatility_breakout() {
    assert_table(
        "volatility_breakout.csv",
        60,
        Some(0.03),
        |bars, indicators, of| {
            let [rsi, adx, ema, width, busy] =
                ["rsi_14", "adx_14", "ema_20", "bb_width", "volume_ratio"]
                    .map(|name| indicators.column(name));
            let close = &bars.close;
            let period = of("breakout_period") as usize;
            signals(bars.len(), |t| {
                if t == 0 {
                    return (false, false);
                }
                let top = if t < period {
                    f64::NAN
                } else {
                    bars.high[t - period..t]
                        .iter()
                        .copied()
                        .fold(f64::NAN, f64::max)
                };
                let entry = close[t] > top
                    && busy[t] > of("volume_factor")
                    && width[t] > width[t - 1]
                    && (of("adx_low")..=of("adx_high")).contains(&adx[t])
                    && adx[t] > adx[t - 1]
                    && (40.0..=70.0).contains(&rsi[t])
                    && bars.volume[t] > 0.0;
                let breakdown = close[t] < ema[t] && close[t - 1] >= ema[t - 1] && busy[t] > 1.0;
                (entry, rsi[t] > 85.0 || breakdown)
            })
        },
    );
}

#[test]
fn trades_and_equity_of_one_pair() {
    let Some(folder) = oracle() else { return };
    let bars = read_bars(&folder);
    let decisions = crosses(&sma(&bars.close, 10), &sma(&bars.close, 50), Equal::Rearms);
    let result = backtest(&bars, decisions.clone(), Costs::default());

    let mut table = csv::Reader::from_path(folder.join("screening/trades_sma_10_50.csv")).unwrap();
    let headers = table.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), result.trades.len());
    for (record, trade) in records.iter().zip(&result.trades) {
        let of = |name| number(record, &headers, name);
        assert_same("size", trade.quantity, of("Size"));
        assert_same("entry price", trade.entry_price, of("Avg Entry Price"));
        assert_same("exit price", trade.exit_price, of("Avg Exit Price"));
        assert_same("fees", trade.fees, of("Entry Fees") + of("Exit Fees"));
        assert_same("profit", trade.pnl, of("PnL"));
        assert_same("return", trade.pnl_pct, of("Return"));
        let status = headers
            .iter()
            .position(|header| header == "Status")
            .unwrap();
        assert_eq!(record[status].to_lowercase(), trade.status.name());
    }

    let curves = batches(&folder.join("screening/equity_sma_10_50.parquet"));
    let flags = |name: &str| -> Vec<bool> {
        curves
            .iter()
            .flat_map(|batch| {
                let column = batch.column_by_name(name).unwrap();
                let flags = column.as_any().downcast_ref::<BooleanArray>().unwrap();
                (0..flags.len()).map(|t| flags.value(t)).collect::<Vec<_>>()
            })
            .collect()
    };
    let entries: Vec<bool> = decisions
        .iter()
        .map(|decision| decision.entries != 0)
        .collect();
    let exits: Vec<bool> = decisions
        .iter()
        .map(|decision| decision.exits != 0)
        .collect();
    assert_eq!(entries, flags("entry"));
    assert_eq!(exits, flags("exit"));

    let slipped = Costs::new(0.001, 0.0005, 10_000.0).unwrap();
    let with_slippage = backtest(&bars, decisions, slipped);
    for (name, result) in [
        ("equity", &result),
        ("equity_with_slippage", &with_slippage),
    ] {
        let expected = floats(&curves, name);
        assert_eq!(result.equity.time, times(&curves));
        assert_eq!(result.equity.equity.len(), expected.len());
        for (&found, expected) in result.equity.equity.iter().zip(expected) {
            assert_same(name, found, expected);
        }
    }

    let check: serde_json::Value =
        serde_json::from_reader(File::open(folder.join("screening/check.json")).unwrap()).unwrap();
    let of = |run: &str, name: &str| check[run][name].as_f64().unwrap();
    for (run, metrics) in [
        ("stats_sma_10_50", result.metrics),
        ("with_slippage_0.0005", with_slippage.metrics),
    ] {
        assert_same("return", metrics.total_return, of(run, "total_return"));
        assert_same("Sharpe", metrics.sharpe_ratio.unwrap(), of(run, "sharpe"));
        assert_same("drawdown", metrics.max_drawdown, of(run, "max_dd"));
    }
    let run = "stats_sma_10_50";
    assert_same("win rate", result.metrics.win_rate, of(run, "win_rate"));
    assert_same(
        "profit factor",
        result.metrics.profit_factor,
        of(run, "profit_factor"),
    );
    assert_eq!(f64::from(result.metrics.num_trades), of(run, "num_trades"));
}
