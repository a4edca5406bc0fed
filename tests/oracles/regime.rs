//! The regime of `strategies/market_regime.strat` and the router of `strategies/router.strat`
//! against the spec's tables.

use strat_compiler::{Executor, compile};
use strat_engine::columns;
use strat_lang::hir::{Items, Unit};
use strat_lang::sema::check_source;
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_market::Bars;
use strat_tests::{LIBRARY, root, shared_or_skip};

use crate::specification::spec_bars;

const EXECUTORS: [Executor; 3] = [Executor::Interp, Executor::Kernel, Executor::Handler];

/// The items of a text of `strategies/`, which may use the files beside it.
fn items(path: &str, text: &str) -> Items {
    let mut world = MemoryWorld::new();
    for folder in ["strategies", "strategies/production"] {
        let entries = std::fs::read_dir(root().join(folder)).expect(folder);
        for entry in entries.flatten() {
            if let Ok(text) = std::fs::read_to_string(entry.path()) {
                let name = entry.file_name();
                world.insert(format!("{folder}/{}", name.to_string_lossy()), text);
            }
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

#[test]
fn the_series_is_met() {
    let Some(shared) = shared_or_skip("the_series_is_met") else {
        return;
    };
    let Some(bars) = spec_bars(&shared, "series") else {
        return;
    };
    let path = "strategies/market_regime.strat";
    let items = items(path, &source(path));
    let regime = &items.regimes[0];
    let class = |name: &str| {
        regime
            .classes
            .iter()
            .position(|c| c == name)
            .expect("a class") as f64
    };
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

/// The scores as a function of five numbers, which are parameters here.
#[test]
fn the_scores_are_met() {
    let Some(shared) = shared_or_skip("the_scores_are_met") else {
        return;
    };
    let Ok(table) = std::fs::read_to_string(shared.join("spec/oracle/regime_scores.csv")) else {
        println!("the_scores_are_met: skipped: no market data");
        return;
    };
    // Name in the regime, name in the table.
    let inputs = [
        ("adx_value", "adx"),
        ("width", "bb_pct"),
        ("slope", "slope"),
        ("alignment", "alignment"),
        ("structure", "structure"),
    ];
    let text = with_parameters(&source("strategies/market_regime.strat"), &inputs);
    let mut map = SourceMap::default();
    let checked = check_source(
        &mut map,
        &MemoryWorld::new(),
        &LIBRARY,
        "scores.strat",
        &text,
    );
    assert!(!checked.has_errors(), "{:#?}", checked.diagnostics);
    let regime = &checked.items.regimes[0];
    let rows: Vec<Vec<&str>> = table.lines().map(|l| l.split(',').collect()).collect();
    let (header, rows) = rows.split_first().expect("a header");
    let at = |name: &str| header.iter().position(|h| *h == name).expect(name);
    let bars = Bars {
        time: vec![0],
        open: vec![1.0],
        high: vec![1.0],
        low: vec![1.0],
        close: vec![1.0],
        volume: vec![1.0],
    };
    assert_eq!(rows.len(), 800);
    for executor in EXECUTORS {
        let program = compile(&regime.unit, executor).expect("code");
        for row in rows {
            let number = |name: &str| -> f64 { row[at(name)].parse().unwrap_or(f64::NAN) };
            let params: Vec<f64> = regime
                .unit
                .params
                .iter()
                .map(|p| {
                    let input = inputs.iter().find(|(name, _)| *name == p.name);
                    input.map_or(p.default, |(_, column)| number(column))
                })
                .collect();
            let values = program.evaluate(&params, columns(&bars));
            let ours = |name: &str| {
                let outputs = &regime.unit.outputs;
                values[outputs.iter().position(|(n, _)| n == name).expect(name)][0]
            };
            for (i, class) in regime.classes.iter().enumerate().take(6) {
                let (a, b) = (ours(class), number(&format!("score_{class}")));
                assert!(
                    (a - b).abs() <= 1e-12,
                    "{executor:?} {class}: {a} for {b} in {row:?}"
                );
                let is_winner = ours("raw") == i as f64;
                assert_eq!(
                    is_winner,
                    row[at("winner")] == class,
                    "{executor:?} {row:?}"
                );
            }
            let (a, b) = (ours("confidence"), number("confidence"));
            assert!(
                (a - b).abs() <= 1e-12,
                "{executor:?}: {a} for {b} in {row:?}"
            );
        }
    }
}

/// A regime's text with parameters in the place of some of its `let`s.
fn with_parameters(whole: &str, inputs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut replaced = 0;
    let mut skipping = false;
    for line in whole.lines() {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        if let Some((name, _)) = inputs.iter().find(|(name, _)| words == ["let", *name]) {
            text.push_str(&format!("param {name}: number = 0.5\n"));
            replaced += 1;
            skipping = true;
        } else if !skipping || !line.trim_start().starts_with(['+', '*', '-']) {
            // A line that begins with an operator is the rest of the formula before it.
            skipping = false;
            text.push_str(line);
            text.push('\n');
        }
    }
    assert_eq!(replaced, inputs.len(), "the regime has other names now");
    text
}

/// The decision and the advice for every class, confidence and alignment of the spec's table.
#[test]
fn the_router_is_met() {
    let Some(shared) = shared_or_skip("the_router_is_met") else {
        return;
    };
    let Ok(table) = std::fs::read_to_string(shared.join("spec/oracle/router.csv")) else {
        println!("the_router_is_met: skipped: no market data");
        return;
    };
    let path = "strategies/router.strat";
    let items = items(path, &source(path));
    let router = &items.routers[0];
    let rows: Vec<Vec<&str>> = table.lines().map(|l| l.split(',').collect()).collect();
    let (header, rows) = rows.split_first().expect("a header");
    let at = |name: &str| header.iter().position(|h| *h == name).expect(name);
    let mut compared = 0;
    for row in rows {
        let field = |name: &str| row[at(name)];
        let number = |name: &str| -> f64 { field(name).parse().expect(name) };
        // Other classes of assets and the factor of a sentiment are not in this table.
        if field("asset_class") != "crypto" || !field("sentiment_modifier").is_empty() {
            continue;
        }
        let conditions: Vec<Option<bool>> = router
            .unit
            .outputs
            .iter()
            .filter(|(_, node)| router.conditions.contains(node))
            .map(|(name, _)| match name.as_str() {
                "alignment < 0" => Some(number("trend_alignment") < 0.0),
                "confidence < 0.4" => Some(number("confidence") < 0.4),
                other => panic!("a condition of its own: {other}"),
            })
            .collect();
        assert_eq!(conditions.len(), 2);
        let class = router.classes.iter().position(|c| c == field("regime"));
        let class = class.expect("a class") as u32;
        let routed = router.route(class, &conditions).expect("a row");
        assert_eq!(routed.primary(), field("primary"), "{row:?}");
        assert!(
            (routed.size - number("position_size_modifier")).abs() < 5e-4,
            "{row:?}: {}",
            routed.size
        );
        let weights: Vec<(&str, f64)> = field("weights")
            .split(';')
            .map(|weight| {
                let mut parts = weight.split(':');
                let name = parts.next().expect("a name");
                (
                    name,
                    parts.next().expect("a share").parse().expect("a share"),
                )
            })
            .collect();
        let ours: Vec<(&str, f64)> = routed.mix.iter().map(|(n, s)| (n.as_str(), *s)).collect();
        assert_eq!(ours, weights, "{row:?}");
        for running in [
            "CryptoInvestorV1",
            "BollingerMeanReversion",
            "VolatilityBreakout",
        ] {
            let advised = field(&format!("switch_from_{running}"));
            assert_eq!(
                router.suggests_switch(&routed, running),
                !advised.is_empty(),
                "{running} in {row:?}"
            );
        }
        compared += 1;
    }
    assert!(compared >= 80, "{compared}");
}

/// Where the regime went on from its present class, as the spec counts it.
#[test]
fn transition_shares_are_met() {
    let Some(shared) = shared_or_skip("transition_shares_are_met") else {
        return;
    };
    let Ok(points) = std::fs::read_to_string(shared.join("spec/oracle/regime_points.json")) else {
        println!("transition_shares_are_met: skipped: no market data");
        return;
    };
    let Some(bars) = spec_bars(&shared, "transitions") else {
        return;
    };
    let path = "strategies/market_regime.strat";
    let items = items(path, &source(path));
    let regime = &items.regimes[0];
    let ours = Outputs::of(&regime.unit, Executor::Kernel, &bars);
    let classes: Vec<u32> = ours.get("class").iter().map(|c| *c as u32).collect();
    let points: serde_json::Value = serde_json::from_str(&points).expect("points");
    let mut compared = 0;
    for point in points.as_array().expect("a list") {
        let count = point["n_bars"].as_u64().expect("a number") as usize;
        let seed = &point["seed"];
        if count == 0 || count > classes.len() || seed.is_null() {
            continue;
        }
        let confirmed = seed["confirmed_regime"].as_str().expect("a class");
        assert_eq!(
            regime.classes[classes[count - 1] as usize],
            confirmed,
            "{count} bars"
        );
        let theirs = seed["transition_probabilities"]
            .as_object()
            .expect("shares");
        let shares = regime.transition_shares(&classes[..count]);
        assert_eq!(
            shares.len(),
            theirs.len(),
            "{count} bars: {shares:?} for {theirs:?}"
        );
        for (class, share) in shares {
            let theirs = theirs[&regime.classes[class as usize]]
                .as_f64()
                .expect("a share");
            assert!(
                (share - theirs).abs() < 6e-4,
                "{count} bars: {share} for {theirs}"
            );
        }
        compared += 1;
    }
    assert!(compared > 3, "{compared}");
}
