//! What the comparison must not let pass: formulas that are wrong by little.

use crate::call::{Call, Formula};
use crate::judge::{Referee, compare, forgiven};
use crate::registry::all;
use crate::series::{calm_series, wild_series};
use crate::sets::sets;

/// Functions broken on purpose: TA-Lib's name, what its call becomes, and the broken function.
const BROKEN: [(&str, &str, &str); 5] = [
    // A constant that is off by 1e-8.
    (
        "TYPPRICE",
        "broken()",
        "fn broken() { return (high + low + close) / 3.00000003 }",
    ),
    (
        "EMA",
        "broken()",
        "fn broken() { return ta_seeded(close, 30, 2.00000002 / 31) }",
    ),
    // A seed that is one bar off, though its first value stands where it should.
    (
        "EMA",
        "broken()",
        "fn broken() {
            let seed = window_sum(close, 29) / 29
            rec y = (seed after 1 bars) then y[1] + 2 / 31 * (close - y[1])
            return y
        }",
    ),
    // Outputs that have changed places.
    (
        "AROON",
        "broken()",
        "fn broken() { return { down: ta_aroon(14).aroonup, up: ta_aroon(14).aroondown } }",
    ),
    (
        "STOCH",
        "broken()",
        "fn broken() { return { k: ta_stoch().slowd, d: ta_stoch().slowk } }",
    ),
];

#[test]
fn broken_functions_are_found() {
    let series = wild_series(400);
    for (name, call, file) in BROKEN {
        let info = all().into_iter().find(|i| i.name == name).expect(name);
        let set = &sets(info, 1)[0];
        let formula = Formula {
            expression: call,
            file,
        };
        let call = Call::of(info, set, formula).expect(name);
        let answer = compare(&call, &series, Referee::Always);
        let why = answer.expect_err(name);
        // Found by its numbers, not refused by the compiler.
        assert!(why.contains("on bar"), "{name}: {why}");
    }
}

#[test]
fn no_output_may_be_off_by_a_hundred_millionth() {
    // The Hilbert transform of a flat stretch is noise, and so is the phase made of it later on.
    let series = [wild_series(400), calm_series(200)];
    let mut passed = Vec::new();
    for info in all() {
        let call = Call::new(info, &sets(info, 1)[0]).expect(info.name);
        let mut names: Option<Vec<&str>> = None;
        for series in &series {
            if names.as_ref().is_some_and(Vec::is_empty) {
                break;
            }
            let here = forgiven(&call, series, 1e-8);
            let here = here.unwrap_or_else(|why| panic!("{}: {why}", call.expression));
            let before = names.take();
            names = Some(match before {
                Some(before) => before.into_iter().filter(|n| here.contains(n)).collect(),
                None => here,
            });
        }
        let names = names.unwrap_or_default();
        passed.extend(names.iter().map(|name| format!("{} {name}", info.name)));
    }
    assert!(passed.is_empty(), "{passed:?}");
}
