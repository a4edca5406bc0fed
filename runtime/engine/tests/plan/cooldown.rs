//! The pause after a trade, counted from the close of the bar that ended it.

use strat_engine::abi::{Cooldown, EntryPlan, Plan};

use crate::program::{NAN, Planned, fills, free, run, shorts, strat, vectorbt};
use crate::support::from_closes;

fn plan(cooldown: Cooldown) -> Plan {
    Plan {
        outputs: 1,
        cooldown: Some(cooldown),
        ..Plan::default()
    }
}

/// Bars of the entries where every bar but the exit at bar 2 wants in.
fn entries(cooldown: Cooldown, length: f64, rules: strat_engine::Rules) -> Vec<i64> {
    let bars = from_closes(&[100.0; 10]);
    let program = Planned::scripted(plan(cooldown), "bbsbbbbbbb", &[&[length]]);
    let result = run(&program, &bars, rules, free());
    fills(&result).iter().map(|fill| fill.0).collect()
}

#[test]
fn bars_and_their_length_in_time_are_the_same() {
    // Sold at the open of bar 3; the close of bar 3 may decide again.
    assert_eq!(entries(Cooldown::Bars(0), 0.0, strat()), [1, 4]);
    assert_eq!(entries(Cooldown::Bars(0), 1.0, strat()), [1, 5]);
    assert_eq!(entries(Cooldown::Bars(0), 3.0, strat()), [1, 7]);
    assert_eq!(entries(Cooldown::Seconds(0), 3.0 * 3600.0, strat()), [1, 7]);
    assert_eq!(entries(Cooldown::Seconds(0), 3.1 * 3600.0, strat()), [1, 8]);
    // Sold at the close of bar 2.
    assert_eq!(entries(Cooldown::Bars(0), 1.0, vectorbt()), [0, 3]);
    assert_eq!(entries(Cooldown::Bars(0), 3.0, vectorbt()), [0, 5]);
    assert_eq!(
        entries(Cooldown::Seconds(0), 3.0 * 3600.0, vectorbt()),
        [0, 5]
    );
    assert_eq!(entries(Cooldown::Bars(0), NAN, vectorbt()), [0, 3]);
}

#[test]
fn it_begins_with_a_stop_too() {
    let bars = from_closes(&[100.0, 100.0, 90.0, 100.0, 100.0, 100.0, 100.0]);
    let program = Planned::scripted(plan(Cooldown::Bars(0)), "bbbbbbb", &[&[2.0]]).with_stop(0.05);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(
        fills(&result),
        [(1, 100.0, 2, 95.0, "stop"), (5, 100.0, 6, 100.0, "")]
    );
}

#[test]
fn an_entry_of_the_other_side_only_closes() {
    let mut plan = plan(Cooldown::Bars(0));
    plan.entries = shorts();
    plan.entries[0] = EntryPlan::default();
    let bars = from_closes(&[100.0; 6]);
    let program = Planned::scripted(plan, "bBBBBB", &[&[2.0]]);
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(
        fills(&result),
        [(0, 100.0, 1, 100.0, "reverse"), (3, 100.0, 5, 100.0, "")]
    );
}
