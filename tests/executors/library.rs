//! Each function of the library on its own, with usual arguments: it agrees on all executors, and
//! it gives values, not only `na`.

use strat_tests::candles::wild;
use strat_tests::{check_expression, unit};

use crate::agree::agree;
use crate::program::Takes;
use crate::program::library::{FUNCTIONS, LibraryFn};

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
                known > 1500 && column.varies(),
                "{text}: {known} values of {}",
                column.name
            );
        }
    }
}
