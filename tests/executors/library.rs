//! Each function of the library on its own, with usual arguments: it agrees on all executors, and
//! it gives values, not only `na`.

use strat_tests::candles::wild;
use strat_tests::{check_expression, unit};

use crate::agree::agree;
use crate::program::library::FUNCTIONS;
use crate::program::{Takes, Ty};

#[test]
fn every_function_agrees_and_has_values() {
    let bars = wild(31, 2500, true);
    assert!(FUNCTIONS.len() > 25, "{FUNCTIONS:?}");
    for f in FUNCTIONS.iter() {
        let text = f.call();
        let unit = unit(check_expression(&text), &text);
        let seen = agree(&unit, &bars).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(seen.columns.len(), f.outputs, "{text}");
        for column in &seen.columns {
            let known = column.known();
            // Patterns and zones come when they come; their examples show that they do.
            let is_rare = f.ty == Ty::Condition
                || f.file.contains("candles")
                || f.file.contains("ict")
                || f.file.contains("pivots")
                // Prices are not between -1 and 1, and their exponentials beyond all numbers.
                || f.file.contains("transform")
                // What is a part of something else is not about prices.
                || f.params
                    .iter()
                    .any(|p| matches!(p.takes, Takes::Number | Takes::Series) && !p.default);
            // A lookback is one number.
            let is_rare = is_rare || f.name.ends_with("_lookback");
            assert!(
                is_rare || (known > 700 && column.varies()),
                "{text}: {known} values of {}",
                column.name
            );
        }
    }
}
