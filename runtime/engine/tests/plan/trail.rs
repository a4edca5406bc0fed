//! Trailing stops: they only ever tighten.

use strat_engine::abi::{Level, Plan, Trail};

use crate::program::{NAN, Planned, fills, free, run, shorts, strat, vectorbt};
use crate::support::{bars, from_closes};

fn plan(level: Level, once: Option<usize>) -> Plan {
    Plan {
        outputs: 2,
        trails: vec![Trail { level, once }],
        ..Plan::default()
    }
}

#[test]
fn a_share_stands_below_the_best_price_since_the_entry() {
    let bars = bars(&[
        [100.0, 130.0, 100.0, 100.0],
        [100.0, 110.0, 96.0, 108.0],
        [108.0, 120.0, 105.0, 118.0],
        [118.0, 119.0, 107.0, 110.0],
        [110.0, 110.0, 110.0, 110.0],
    ]);
    // From the entry's price on: 90. The high of 130 was before the entry. Then 99, then 108.
    let program = Planned::scripted(plan(Level::Share(0), None), "b....", &[&[0.1]]);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 3, 108.0, "trail")]);
}

#[test]
fn the_high_of_a_bar_counts_from_the_next_bar_on() {
    // The bar of the entry rises to 120 and falls to 95: its own low is tested against 90.
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 120.0, 95.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let program = Planned::scripted(plan(Level::Share(0), None), "b..", &[&[0.1]]);
    let result = run(&program, &bars, strat(), free());
    // 108 is above the next open: gone there.
    assert_eq!(fills(&result), [(1, 100.0, 2, 100.0, "trail")]);
}

#[test]
fn once_begins_it_and_does_not_end_it() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 110.0, 85.0, 100.0],
        [100.0, 110.0, 98.0, 100.0],
        [100.0, 101.0, 98.5, 100.0],
        [100.0, 101.0, 98.0, 100.0],
    ]);
    // Without the trail until the close of bar 2, where it stands at 99 for good.
    let rows: [&[f64]; 4] = [&[0.1, 0.0], &[0.1, NAN], &[0.1, 1.0], &[0.1, 0.0]];
    let program = Planned::scripted(plan(Level::Share(0), Some(1)), "b....", &rows);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 3, 99.0, "trail")]);
}

#[test]
fn a_price_only_tightens_and_na_leaves_it() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [100.0, 101.0, 97.5, 100.0],
        [100.0, 101.0, 96.5, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let rows: [&[f64]; 4] = [&[95.0], &[97.0], &[93.0], &[NAN]];
    let program = Planned::scripted(plan(Level::Price(0), None), "b....", &rows);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 3, 97.0, "trail")]);
}

#[test]
fn one_above_the_close_has_not_begun() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 90.0, 100.0],
        [100.0, 101.0, 90.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let rows: [&[f64]; 2] = [&[104.0], &[95.0]];
    let program = Planned::scripted(plan(Level::Price(0), None), "b...", &rows);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 2, 95.0, "trail")]);
}

#[test]
fn one_that_has_begun_may_rise_above_the_close() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [99.5, 101.0, 99.0, 100.0],
    ]);
    let rows: [&[f64]; 2] = [&[95.0], &[103.0]];
    let program = Planned::scripted(plan(Level::Price(0), None), "b..", &rows);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 2, 99.5, "trail")]);
    // Of a short, a trail below the market is of the other side for good.
    let mut plan = plan(Level::Price(0), None);
    plan.entries = shorts();
    let program = Planned::scripted(plan, "b..", &[&[95.0]]);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 2, 100.0, "")]);
}

#[test]
fn on_closes_it_follows_the_closes() {
    // Best close 120: 108.
    let bars = from_closes(&[100.0, 120.0, 109.0, 108.0, 100.0]);
    let program = Planned::scripted(plan(Level::Share(0), None), "b....", &[&[0.1]]);
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(fills(&result), [(0, 100.0, 3, 108.0, "trail")]);
}

#[test]
fn of_a_short_it_stands_above_the_lowest_price() {
    let bars = bars(&[
        [100.0, 100.0, 50.0, 100.0],
        [100.0, 104.0, 90.0, 92.0],
        [92.0, 95.0, 80.0, 82.0],
        [82.0, 93.0, 81.0, 90.0],
    ]);
    // 110, then 99, then 88.
    let mut plan = plan(Level::Share(0), None);
    plan.entries = shorts();
    let program = Planned::scripted(plan, "b...", &[&[0.1]]);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 3, 88.0, "trail")]);
}
