//! The regime of `strategies/market_regime.strat` and the router of `strategies/router.strat`
//! against the spec's tables.

use std::path::Path;

use strat_compiler::{Executor, compile};
use strat_data::{Key, Range, Store};
use strat_engine::columns;
use strat_lang::hir::{Items, Unit};
use strat_lang::sema::check_source;
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_market::{Bars, Exchange};
use strat_tests::{LIBRARY, root, shared_or_skip};

const EXECUTORS: [Executor; 3] = [Executor::Interp, Executor::Kernel, Executor::Handler];

/// The items of a text of `strategies/`, which may use the files beside it.
fn items(path: &str, text: &str) -> Items {
    let mut world = MemoryWorld::new();
    let folder = std::fs::read_dir(root().join("strategies")).expect("strategies");
    for entry in folder.flatten() {
        if let Ok(text) = std::fs::read_to_string(entry.path()) {
            world.insert(
                format!("strategies/{}", entry.file_name().to_string_lossy()),
                text,
            );
        }
    }
    let mut map = SourceMap::default();
    let checked = check_source(&mut map, &world, &LIBRARY, path, text);
    assert!(
        checked.diagnostics.is_empty(),
        "{path}: {:#?}",
        checked.diagnostics
    );
    checked.items
}

fn source(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

/// The outputs of a unit with its parameters at their defaults, by name.
struct Outputs {
    names: Vec<String>,
    values: Vec<Vec<f64>>,
}

impl Outputs {
    fn of(unit: &Unit, executor: Executor, bars: &Bars) -> Self {
        let program = compile(unit, executor).expect("code");
        let params: Vec<f64> = unit.params.iter().map(|p| p.default).collect();
        Self {
            names: unit.outputs.iter().map(|(name, _)| name.clone()).collect(),
            values: program.evaluate(&params, columns(bars)),
        }
    }

    fn get(&self, name: &str) -> &[f64] {
        let at = self.names.iter().position(|n| n == name).expect(name);
        &self.values[at]
    }
}

/// The bars that the spec's tables are computed on.
fn spec_bars(shared: &Path) -> Option<Bars> {
    let from = shared.join("spec/oracle/ohlcv.parquet");
    if !from.is_file() {
        println!("the spec's series: skipped: no market data");
        return None;
    }
    let folder = std::env::temp_dir().join(format!("strat-regime-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::copy(from, folder.join("binance_BTC_USDT_1h.parquet")).expect("a copy");
    let key = Key {
        exchange: Exchange::default(),
        symbol: "BTC/USDT".parse().expect("a symbol"),
        timeframe: "1h".parse().expect("a timeframe"),
    };
    let loaded = Store::open(&folder).load(&key, &Range::default());
    let bars = loaded.expect("the spec's bars").bars;
    std::fs::remove_dir_all(&folder).expect("gone");
    Some(bars)
}

#[test]
fn the_series_is_met() {
    let Some(shared) = shared_or_skip("the_series_is_met") else {
        return;
    };
    let Some(bars) = spec_bars(&shared) else {
        return;
    };
    let path = "strategies/market_regime.strat";
    let items = items(path, &source(path));
    let regime = &items.regimes[0];
    let class = |name: &str| regime.classes.iter().position(|c| c == name).expect("a class") as f64;
    let table = std::fs::read_to_string(root().join("tests/oracles/regime/series.csv"));
    let table = table.expect("the table");
    for executor in EXECUTORS {
        let ours = Outputs::of(&regime.unit, executor, &bars);
        let mut rows = 0;
        for (t, line) in table.lines().skip(1).enumerate() {
            let fields: Vec<&str> = line.split(',').collect();
            let at = |name: &str| ours.get(name)[t];
            assert_eq!(at("raw"), class(fields[0]), "{executor:?} raw at {t}");
            assert_eq!(at("class"), class(fields[1]), "{executor:?} class at {t}");
            let number = |i: usize| fields[i].parse().unwrap_or(f64::NAN);
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 || a.is_nan() && b.is_nan();
            assert!(
                near(at("confidence"), number(2)),
                "{executor:?} confidence at {t}: {} for {}",
                at("confidence"),
                fields[2]
            );
            assert!(
                near(at("width"), number(3)),
                "{executor:?} width at {t}: {} for {}",
                at("width"),
                fields[3]
            );
            rows += 1;
        }
        assert_eq!(rows, bars.close.len());
    }
}

/// The scores as a function of five numbers, which stand in the columns of the bars.
#[test]
fn the_scores_are_met() {
    let Some(shared) = shared_or_skip("the_scores_are_met") else {
        return;
    };
    let Ok(table) = std::fs::read_to_string(shared.join("spec/oracle/regime_scores.csv")) else {
        println!("the_scores_are_met: skipped: no market data");
        return;
    };
    let path = "strategies/market_regime.strat";
    // Each of the five comes from a column in the place of its own formula.
    let inputs = [
        ("adx_value", "open"),
        ("width", "high"),
        ("slope", "low"),
        ("alignment", "close"),
        ("structure", "volume"),
    ];
    let whole = source(path);
    let mut text = String::new();
    let mut replaced = 0;
    let mut skipping = false;
    for line in whole.lines() {
        let input = inputs.iter().find(|(name, _)| {
            let words: Vec<&str> = line.split_whitespace().take(2).collect();
            words == ["let", *name]
        });
        if let Some((name, column)) = input {
            text.push_str(&format!("let {name} = {column}\n"));
            replaced += 1;
            skipping = true;
        } else if skipping && line.trim_start().starts_with(['+', '*', '-']) {
            // The rest of a formula on a line of its own.
        } else {
            skipping = false;
            text.push_str(line);
            text.push('\n');
        }
    }
    assert_eq!(replaced, inputs.len(), "the regime has other names now");
    let mut map = SourceMap::default();
    let checked = check_source(&mut map, &MemoryWorld::new(), &LIBRARY, "scores.strat", &text);
    assert!(!checked.has_errors(), "{:#?}", checked.diagnostics);
    let regime = &checked.items.regimes[0];
    let rows: Vec<Vec<&str>> = table.lines().map(|l| l.split(',').collect()).collect();
    let (header, rows) = rows.split_first().expect("a header");
    let column = |name: &str| -> Vec<f64> {
        let at = header.iter().position(|h| *h == name).expect(name);
        rows.iter().map(|r| r[at].parse().unwrap_or(f64::NAN)).collect()
    };
    let bars = Bars {
        time: (0..rows.len() as i64).map(|i| i * 3_600_000_000_000).collect(),
        open: column("adx"),
        high: column("bb_pct"),
        low: column("slope"),
        close: column("alignment"),
        volume: column("structure"),
    };
    assert_eq!(rows.len(), 800);
    for executor in EXECUTORS {
        let ours = Outputs::of(&regime.unit, executor, &bars);
        for (i, class) in regime.classes.iter().enumerate().take(6) {
            let theirs = column(&format!("score_{class}"));
            for (t, (a, b)) in ours.get(class).iter().zip(&theirs).enumerate() {
                assert!((a - b).abs() <= 1e-12, "{executor:?} {class} row {t}: {a} for {b}");
            }
            let winner = header.iter().position(|h| *h == "winner").expect("winner");
            for (t, row) in rows.iter().enumerate() {
                let is_ours = ours.get("raw")[t] == i as f64;
                assert_eq!(is_ours, row[winner] == class, "{executor:?} winner of row {t}");
            }
        }
        for (t, (a, b)) in ours.get("confidence").iter().zip(column("confidence")).enumerate() {
            assert!((a - b).abs() <= 1e-12, "{executor:?} confidence of row {t}: {a} for {b}");
        }
    }
}
