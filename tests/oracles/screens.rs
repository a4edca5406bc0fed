//! The 333 combos of the five screens against vectorbt's recorded answers.

use std::path::Path;

use strat_compiler::Executor;
use strat_engine::{Convention, Costs, Metrics, columns};
use strat_market::Bars;
use strat_screen::{ScreenOptions, ScreenResult, run_screen};
use strat_tests::{SCREENS, shared_or_skip, strategy};

use crate::table::read;

/// Runs one screen as the tables were made: fills at the deciding close.
fn screen(path: &str, bars: &Bars, costs: Costs, executor: Executor) -> ScreenResult {
    let program = strategy(path, executor);
    let rules = Convention::Vectorbt.rules();
    let options = ScreenOptions {
        threads: 1,
        ..ScreenOptions::default()
    };
    run_screen(&program, columns(bars), 0, rules, costs, 8760.0, &options).expect("a screen")
}

/// 1e-9 relative; near 0, where vectorbt's own rounding is coarser than that, 1e-12 absolute.
fn close_to(ours: f64, theirs: f64) -> bool {
    ours == theirs || (ours - theirs).abs() <= (1e-9 * theirs.abs()).max(1e-12)
}

/// Compares one row; what vectorbt says of a set that never trades is replaced by the page's rule.
fn compare(ours: &Metrics, get: &dyn Fn(&str) -> Option<f64>, what: &str) {
    let theirs = |name: &str| get(name).unwrap_or(f64::NAN);
    let trades = theirs("num_trades");
    assert_eq!(ours.num_trades as f64, trades, "{what}: num_trades");
    if trades == 0.0 {
        assert_eq!(ours.sharpe_ratio, None, "{what}");
        assert_eq!(
            (
                ours.total_return,
                ours.max_drawdown,
                ours.win_rate,
                ours.profit_factor
            ),
            (0.0, 0.0, 0.0, 0.0),
            "{what}"
        );
        return;
    }
    for (name, ours) in [
        ("total_return", ours.total_return),
        ("sharpe_ratio", ours.sharpe_ratio.unwrap_or(f64::NAN)),
        ("max_drawdown", ours.max_drawdown),
        ("win_rate", ours.win_rate),
        ("profit_factor", ours.profit_factor),
    ] {
        let Some(theirs) = get(name) else { continue };
        assert!(
            close_to(ours, theirs),
            "{what}: {name} is {ours}, theirs {theirs}"
        );
    }
}

#[test]
fn the_tables_of_the_spec_are_met() {
    let Some(shared) = shared_or_skip("the_tables_of_the_spec_are_met") else {
        return;
    };
    let bars = frame(&shared.join("spec/oracle/ohlcv.parquet"));
    let mut rows = 0;
    for (stem, path) in SCREENS {
        let file = if *stem == "sma_crossover" {
            "sma_crossover_seed_grid.csv".to_owned()
        } else {
            format!("{stem}.csv")
        };
        let (header, table) = read(&shared.join("spec/oracle/screening").join(file));
        let ours = screen(path, &bars, Costs::default(), Executor::Kernel);
        assert_eq!(ours.rows.len(), table.len(), "{stem}");
        for theirs in &table {
            let at = |name: &str| header.iter().position(|h| h == name).map(|i| theirs[i]);
            let found = ours.rows.iter().find(|r| {
                ours.params
                    .iter()
                    .zip(&*r.params)
                    .all(|(name, value)| at(name) == Some(*value))
            });
            let row = found.unwrap_or_else(|| panic!("{stem}: no row {theirs:?}"));
            compare(
                &row.metrics,
                &|n| at(n),
                &format!("{stem} {:?}", row.params),
            );
            rows += 1;
        }
    }
    assert_eq!(rows, 333);
}

/// The rows recorded by `screens.py`, by screen.
fn recorded(file: &str) -> Vec<(String, Vec<f64>, Vec<f64>)> {
    let path = strat_tests::root().join("tests/oracles/screens").join(file);
    let mut reader = csv::Reader::from_path(path).expect("a record");
    reader
        .records()
        .map(|r| {
            let r = r.expect("a row");
            let number = |i: usize| r.get(i).and_then(|f| f.parse::<f64>().ok());
            let params = (1..5).filter_map(number).collect();
            let metrics = (5..11).map(|i| number(i).unwrap_or(f64::NAN)).collect();
            (r.get(0).unwrap_or_default().to_owned(), params, metrics)
        })
        .collect()
}

/// Compares every recorded row of a file; returns how many there were.
fn compare_record(file: &str, bars: &Bars, costs: Costs, only: &str) -> usize {
    let names = [
        "total_return",
        "sharpe_ratio",
        "max_drawdown",
        "win_rate",
        "profit_factor",
        "num_trades",
    ];
    let rows = recorded(file);
    let mut compared = 0;
    for (stem, path) in SCREENS {
        if !stem.contains(only) {
            continue;
        }
        let ours = screen(path, bars, costs, Executor::Kernel);
        for (_, params, metrics) in rows.iter().filter(|(s, ..)| s == stem) {
            let row = ours
                .rows
                .iter()
                .find(|r| r.params.iter().eq(params))
                .unwrap_or_else(|| panic!("{file} {stem}: no row {params:?}"));
            let get = |name: &str| {
                let at = names.iter().position(|n| *n == name)?;
                metrics.get(at).copied()
            };
            compare(&row.metrics, &get, &format!("{file} {stem} {params:?}"));
            compared += 1;
        }
    }
    compared
}

#[test]
fn vectorbt_is_met_on_three_symbols() {
    let Some(shared) = shared_or_skip("vectorbt_is_met_on_three_symbols") else {
        return;
    };
    for symbol in ["BTC", "ETH", "DOGE"] {
        let all = strat_tests::bars(&shared, &format!("{symbol}/USDT"), "1h");
        for count in [8760, 35050] {
            let bars = strat_tests::last(&all, count);
            let file = format!("{symbol}_USDT_{count}.csv");
            assert_eq!(
                compare_record(&file, &bars, Costs::default(), ""),
                333,
                "{file}"
            );
        }
    }
}

#[test]
fn fees_and_slippage_are_vectorbts() {
    let Some(shared) = shared_or_skip("fees_and_slippage_are_vectorbts") else {
        return;
    };
    let bars = strat_tests::last(&strat_tests::bars(&shared, "BTC/USDT", "1h"), 8760);
    let costs = Costs::new(0.0005, 0.0005, 10_000.0).expect("costs");
    let file = "BTC_USDT_8760_costs.csv";
    for stem in ["sma", "rsi_mean", "bollinger", "ema_rsi"] {
        assert!(compare_record(file, &bars, costs, stem) > 0, "{stem}");
    }
    // Stops slip like every other sale here; vectorbt calls that `stopmarket`.
    let file = "BTC_USDT_8760_costs_stopmarket.csv";
    assert_eq!(compare_record(file, &bars, costs, "volatility"), 60);
}

/// A frame that is not named like stored data.
fn frame(path: &Path) -> Bars {
    let dir = std::env::temp_dir().join(format!("strat-oracle-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    std::fs::copy(path, dir.join("oracle_BTC_USDT_1h.parquet")).expect("a copy");
    let key = strat_data::Key {
        exchange: "oracle".parse().expect("an exchange"),
        symbol: "BTC/USDT".parse().expect("a symbol"),
        timeframe: "1h".parse().expect("a timeframe"),
    };
    let loaded = strat_data::Store::open(&dir)
        .load(&key, &strat_data::Range::default())
        .expect("the oracle's bars");
    let _ = std::fs::remove_dir_all(&dir);
    loaded.bars
}
