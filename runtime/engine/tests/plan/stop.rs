//! Stops at a price: valid from the bar after, up and down with their expression.

use strat_engine::abi::Plan;

use crate::program::{NAN, Planned, fills, free, run, strat, vectorbt};
use crate::support::{bars, from_closes};

fn plan(stops: usize) -> Plan {
    Plan {
        outputs: stops,
        stops: (0..stops).collect(),
        ..Plan::default()
    }
}

#[test]
fn a_level_is_valid_from_the_bar_after_its_close() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 96.0, 100.0],
        [100.0, 101.0, 96.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    // 97 is set at the close of the bar that fell to 96, and hit on the next one.
    let program = Planned::scripted(plan(1), "b...", &[&[95.0], &[97.0], &[95.0]]);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 2, 97.0, "stop")]);
}

#[test]
fn what_the_deciding_close_sets_holds_on_the_bar_of_the_entry() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 94.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let program = Planned::scripted(plan(1), "b..", &[&[95.0]]);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 1, 95.0, "stop")]);
    // Opening below it, the position is closed where it was opened.
    let program = Planned::scripted(plan(1), "b..", &[&[99.9]]);
    let gap = crate::support::bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [98.0, 101.0, 97.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let result = run(&program, &gap, strat(), free());
    assert_eq!(fills(&result), [(1, 98.0, 1, 98.0, "stop")]);
}

#[test]
fn it_follows_its_expression_down_too_and_na_leaves_it() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 98.0, 100.0],
        [100.0, 101.0, 95.0, 100.0],
        [100.0, 101.0, 93.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let rows: [&[f64]; 4] = [&[97.0], &[94.0], &[NAN], &[NAN]];
    let program = Planned::scripted(plan(1), "b....", &rows);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 3, 94.0, "stop")]);
}

#[test]
fn a_level_at_or_above_the_close_is_of_the_other_side() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 98.0, 100.0],
        [100.0, 101.0, 98.0, 100.0],
        [100.0, 101.0, 94.0, 100.0],
    ]);
    let rows: [&[f64]; 4] = [&[95.0, 105.0], &[100.0, 105.0], &[NAN, 105.0], &[NAN, NAN]];
    let program = Planned::scripted(plan(2), "b...", &rows);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 3, 95.0, "stop")]);
}

#[test]
fn the_tightest_wins() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 90.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let program = Planned::scripted(plan(2), "b..", &[&[93.0, 96.0]]);
    let tightest = |program| fills(&run(&program, &bars, strat(), free()))[0].3;
    assert_eq!(tightest(program), 96.0);
    let program = Planned::scripted(plan(2), "b..", &[&[93.0, 96.0]]).with_stop(0.02);
    assert_eq!(tightest(program), 98.0);
    let program = Planned::scripted(plan(2), "b..", &[&[93.0, 96.0]]).with_stop(0.05);
    assert_eq!(tightest(program), 96.0);
}

#[test]
fn levels_of_one_trade_do_not_reach_the_next() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [100.0, 101.0, 97.0, 100.0],
        [100.0, 101.0, 97.0, 100.0],
        [100.0, 101.0, 90.0, 100.0],
    ]);
    let rows: [&[f64]; 3] = [&[95.0], &[98.0], &[NAN]];
    let program = Planned::scripted(plan(1), "b.b..", &rows);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(
        fills(&result),
        [(1, 100.0, 2, 98.0, "stop"), (3, 100.0, 4, 100.0, "")]
    );
}

#[test]
fn on_closes_it_fills_at_the_close_and_drops_the_signals() {
    let bars = from_closes(&[100.0, 97.0, 94.0, 99.0, 99.0]);
    let program = Planned::scripted(plan(1), "b.b..", &[&[95.0], &[96.0]]);
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(fills(&result), [(0, 100.0, 2, 94.0, "stop")]);
}
