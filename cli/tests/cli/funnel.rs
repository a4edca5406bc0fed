//! `why --funnel`: what is counted must be what one counts by hand.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::{CROSS, Sandbox, data};
use crate::why::{FORMS, eval, why};

#[test]
fn a_funnel_counts_what_eval_gives() {
    let sandbox = Sandbox::with(&[("a.strat", FORMS)]);
    let told = why(&sandbox, &["--funnel", "--exits", "--preload", "0"]);
    let entry = &told["statements"][0];
    let warm = usize::try_from(entry["lookback"].as_u64().unwrap()).unwrap();
    assert_eq!(warm, 9);
    let columns: Vec<Vec<bool>> = [
        "close > fast > bands.lower",
        "calm",
        "close > close[1] or (high > high[1] and not (low < low[1]))",
        "close between bands.lower * 99%..bands.upper",
    ]
    .into_iter()
    .map(|expr| {
        let column = eval(&sandbox, expr).into_iter().skip(warm);
        column.map(|(_, value)| value == Some(1.0)).collect()
    })
    .collect();
    let bars = columns[0].len();
    let total = &entry["total"];
    assert_eq!(total["bars"], bars + warm);
    assert_eq!(total["past_warm_up"], bars);
    let mut left = vec![true; bars];
    for (at, column) in columns.iter().enumerate() {
        for (left, holds) in left.iter_mut().zip(column) {
            *left &= holds;
        }
        let count = |bits: &[bool]| bits.iter().filter(|b| **b).count();
        assert_eq!(total["left"][at], count(&left), "left after {at}");
        assert_eq!(total["alone"][at], count(column), "alone {at}");
        let others: Vec<bool> = (0..bars)
            .map(|t| {
                let mut others = columns.iter().enumerate().filter(|(other, _)| *other != at);
                others.all(|(_, column)| column[t])
            })
            .collect();
        assert_eq!(total["without"][at], count(&others), "without {at}");
    }
    assert!(total["passing"].as_u64().unwrap() > 5, "{total}");
    assert_eq!(told["statements"].as_array().unwrap().len(), 3);
}

#[test]
fn symbols_are_counted_each_and_together() {
    let sandbox = Sandbox::with(&[("a.strat", CROSS)]);
    let args = |symbols: &[&str]| -> Value {
        let all = [
            &[
                "why",
                "a.strat",
                "--funnel",
                "--timeframe",
                "1d",
                "--data",
                data(),
            ],
            symbols,
            &["--format", "json"],
        ]
        .concat();
        serde_json::from_str(&sandbox.succeed(&all)).unwrap()
    };
    let all = args(&[]);
    let symbols = all["statements"][0]["symbols"].as_array().unwrap().clone();
    assert_eq!(symbols.len(), 5, "all symbols of the folder");
    let sum = |key: &str| {
        symbols
            .iter()
            .map(|s| s[key].as_u64().unwrap())
            .sum::<u64>()
    };
    for key in ["bars", "past_warm_up", "passing"] {
        assert_eq!(all["statements"][0]["total"][key], sum(key), "{key}");
    }
    let two = args(&["--symbols", "ETH/USDT,BTC/USDT,ETH/USDT"]);
    let two = two["statements"][0]["symbols"].as_array().unwrap().clone();
    assert_eq!(two.len(), 2, "a symbol named twice counts once");
    for one in &two {
        assert!(symbols.contains(one), "{one}");
    }
}

/// The shared market data, where this machine has them.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("STRATC_SHARED").map_or(beside, PathBuf::from);
    let data = folder.join("data");
    data.join("binance_BTC_USDT_1h.parquet")
        .exists()
        .then_some(data)
}

#[test]
fn the_production_strategy_trades_once_because_two_conditions_exclude_each_other() {
    let Some(data) = shared() else {
        println!("skipped: no market data");
        return;
    };
    let strategy = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../strategies/production/crypto_investor_v1.strat"
    );
    let symbols = "BTC/USDT,ETH/USDT,SOL/USDT,BNB/USDT,XRP/USDT,ADA/USDT,DOGE/USDT,AVAX/USDT,DOT/USDT,LINK/USDT";
    let args = [
        "why",
        strategy,
        "--funnel",
        "--symbols",
        symbols,
        "--from",
        "2022-01-01",
        "--to",
        "2024-12-31",
        "--data",
        data.to_str().unwrap(),
        "--format",
        "json",
    ];
    let told: Value = serde_json::from_str(&Sandbox::new().succeed(&args)).unwrap();
    let entry = &told["statements"][0];
    let total = &entry["total"];
    assert_eq!(entry["symbols"].as_array().unwrap().len(), 10);
    assert_eq!(total["passing"], 1, "it enters once in three years");
    let pair = &entry["excluding_pairs"][0];
    assert_eq!((&pair["first"], &pair["second"]), (&0.into(), &1.into()));
    assert_eq!(entry["conditions"][0]["text"], "close > fast > slow");
    assert_eq!(entry["conditions"][1]["text"], "momentum < buy_rsi");
    assert!(pair["ratio"].as_f64().unwrap() < 0.01, "{pair}");
    assert!(pair["expected"].as_f64().unwrap() > 10_000.0, "{pair}");
    // Each of the two alone is common.
    assert!(total["alone"][0].as_u64().unwrap() > 50_000, "{total}");
    assert!(total["alone"][1].as_u64().unwrap() > 40_000, "{total}");
    let human: Vec<&str> = args[..args.len() - 2].to_vec();
    let text = Sandbox::new().succeed(&human);
    assert!(
        text.contains(
            "1 `close > fast > slow` and 2 `momentum < buy_rsi` nearly exclude each other"
        ),
        "{text}"
    );
}
