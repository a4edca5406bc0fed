//! Targets, and bars that reach a stop and a target.

use strat_engine::Costs;
use strat_engine::abi::{Level, Plan};

use crate::program::{NAN, Planned, close_to, fills, free, run, strat, vectorbt};
use crate::support::{bars, from_closes};

fn plan(targets: Vec<Level>) -> Plan {
    Plan {
        outputs: 2,
        targets,
        ..Plan::default()
    }
}

#[test]
fn a_touch_fills_at_the_target_and_a_gap_at_the_open() {
    let touch = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 104.0, 99.0, 100.0],
        [100.0, 106.0, 99.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let program = Planned::scripted(plan(vec![Level::Share(0)]), "b...", &[&[0.05]]);
    let result = run(&program, &touch, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 2, 105.0, "take_profit")]);
    let gap = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 104.0, 99.0, 100.0],
        [107.0, 108.0, 90.0, 100.0],
    ]);
    let program = program.with_stop(0.05);
    let result = run(&program, &gap, strat(), free());
    // The open was first: nothing is ambiguous about the low that came after.
    assert_eq!(fills(&result), [(1, 100.0, 2, 107.0, "take_profit")]);
    assert_eq!(result.summary.ambiguous_bars, 0);
}

#[test]
fn a_target_is_a_limit_and_does_not_slip() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 120.0, 99.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let costs = Costs::new(0.0, 0.01, 10_000.0).unwrap();
    let program = Planned::scripted(plan(vec![Level::Price(0)]), "b..", &[&[110.0]]);
    let result = run(&program, &bars, strat(), costs);
    assert_eq!(fills(&result), [(1, 101.0, 1, 110.0, "take_profit")]);
    // On closes it is a sale at the market.
    let closes = from_closes(&[100.0, 111.0, 100.0]);
    let result = run(&program, &closes, vectorbt(), costs);
    assert_eq!(fills(&result), [(0, 101.0, 1, 111.0 * 0.99, "take_profit")]);
}

#[test]
fn the_nearest_wins_and_one_below_the_entry_is_none() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 120.0, 99.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let two = || plan(vec![Level::Share(0), Level::Price(1)]);
    let exit = |row: &[f64]| {
        let result = run(
            &Planned::scripted(two(), "b..", &[row]),
            &bars,
            strat(),
            free(),
        );
        fills(&result)[0].3
    };
    assert_eq!(exit(&[0.1, 115.0]), 110.00000000000001);
    assert_eq!(exit(&[0.1, 105.0]), 105.0);
    assert_eq!(exit(&[0.1, 95.0]), 110.00000000000001);
    assert_eq!(exit(&[NAN, 115.0]), 115.0);
    assert_eq!(exit(&[-0.1, 100.0]), 100.0, "still open, at the last close");
}

#[test]
fn a_bar_that_reaches_both_is_a_stop_and_is_counted() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 111.0, 94.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let program =
        Planned::scripted(plan(vec![Level::Price(0)]), "b..", &[&[110.0]]).with_stop(0.05);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 1, 95.0, "stop")]);
    assert_eq!(result.summary.ambiguous_bars, 1);
    assert_eq!(result.symbols[0].ambiguous_bars, 1);
    close_to(result.metrics.total_return, -0.05);
    close_to(result.summary.best_case.unwrap(), 0.1);
    // On closes there is no order inside a bar.
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(result.summary.ambiguous_bars, 0);
    assert_eq!(result.summary.best_case, None);
}
