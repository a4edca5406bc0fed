//! Each function of the library on its own, with usual arguments: it agrees on all executors, and
//! it gives values, not only `na`.

use strat_tests::candles::wild;
use strat_tests::{check_expression, unit};

use crate::agree::agree;
use crate::program::Takes;
use crate::program::library::{FUNCTIONS, LibraryFn};

/// What stands on few bars by its nature, and on made-up ones perhaps on none.
const SELDOM: &[&str] = &[
    "pivot_high",
    "pivot_low",
    "hammer",
    "hanging_man",
    "inverted_hammer",
    "shooting_star",
    "engulfing",
    "harami",
    "piercing",
    "dark_cloud_cover",
    "morning_star",
    "evening_star",
    "three_white_soldiers",
    "three_black_crows",
    "marubozu",
    "fair_value_gap",
    "bullish_gaps",
    "bearish_gaps",
    "order_block",
    "bullish_blocks",
    "bearish_blocks",
    "liquidity_swing",
    "buy_side_pools",
    "sell_side_pools",
    "swept_low",
    "swept_high",
    "zigzag",
];

pub fn call(f: &LibraryFn) -> String {
    let mut lengths = ["5", "9", "14", "3"].into_iter().cycle();
    let args: Vec<&str> = f
        .params
        .iter()
        // `least` is the length itself where it is left out.
        .filter(|p| p.name != "least")
        .map(|p| match p.takes {
            Takes::Series => "close",
            Takes::Condition => "close > open",
            Takes::Bars => lengths.next().unwrap_or("5"),
            Takes::Number => "0.5",
        })
        .collect();
    format!("{}({})", f.name, args.join(", "))
}

#[test]
fn every_function_agrees_and_has_values() {
    let bars = wild(31, 2500, true);
    assert!(FUNCTIONS.len() > 25, "{FUNCTIONS:?}");
    for f in FUNCTIONS.iter() {
        let text = call(f);
        let unit = unit(check_expression(&text), &text);
        let seen = agree(&unit, &bars).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(seen.columns.len(), f.fields.len().max(1), "{text}");
        for column in &seen.columns {
            let known = column.known();
            assert!(
                known > 1500 && column.varies() || SELDOM.contains(&f.name.as_str()),
                "{text}: {known} values of {}",
                column.name
            );
        }
    }
}
