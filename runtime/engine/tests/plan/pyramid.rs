//! Several entries of one position.

use strat_engine::Costs;
use strat_engine::abi::{EntryPlan, Plan, Side, Size};

use crate::program::{NAN, Planned, close_to, fills, free, run, strat, vectorbt};
use crate::support::{bars, from_closes};

fn pyramid(side: Side) -> Plan {
    let entry = EntryPlan {
        side,
        size: Some(Size::Units(0)),
        ..EntryPlan::default()
    };
    Plan {
        outputs: 2,
        entries: vec![entry; 2],
        pyramid: Some(1),
        ..Plan::default()
    }
}

#[test]
fn entries_add_up_to_the_limit() {
    let bars = from_closes(&[100.0, 110.0, 120.0, 130.0, 140.0]);
    let program = Planned::scripted(pyramid(Side::Long), "bBbbs", &[&[10.0, 3.0]]);
    let result = run(&program, &bars, vectorbt(), free());
    // 10 each at 100, 110 and 120; the fourth changes nothing.
    assert_eq!(fills(&result), [(0, 110.0, 4, 140.0, "target")]);
    assert_eq!(
        (result.trades[0].quantity, result.trades[0].pnl),
        (30.0, 900.0)
    );
    assert_eq!(result.trades[0].entry_tag, "first");
    assert_eq!(result.equity.cash[..3], [9_000.0, 7_900.0, 6_700.0]);
    assert_eq!(
        result.equity.equity,
        [10_000.0, 10_100.0, 10_300.0, 10_600.0, 10_900.0]
    );
}

#[test]
fn a_limit_that_is_na_or_one_adds_nothing() {
    let bars = from_closes(&[100.0, 110.0, 120.0]);
    for most in [NAN, 0.0, 1.0] {
        let program = Planned::scripted(pyramid(Side::Long), "bbs", &[&[10.0, most]]);
        let result = run(&program, &bars, vectorbt(), free());
        assert_eq!(result.trades[0].quantity, 10.0);
    }
}

#[test]
fn the_stop_follows_the_mean_price() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
        [110.0, 110.0, 95.5, 110.0],
        [110.0, 110.0, 90.0, 110.0],
    ]);
    // Mean 105, 10% below it: 94.5.
    let program = Planned::scripted(pyramid(Side::Long), "bb..", &[&[10.0, 2.0]]).with_stop(0.1);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 105.0, 3, 94.5, "stop")]);
}

#[test]
fn no_entry_takes_more_than_is_there() {
    let bars = from_closes(&[100.0, 125.0, 125.0, 125.0]);
    for side in [Side::Long, Side::Short] {
        let program = Planned::scripted(pyramid(side), "bbbs", &[&[60.0, 9.0]]);
        let result = run(&program, &bars, vectorbt(), free());
        let trade = &result.trades[0];
        // 60 at 100 leave 4000 for 32 at 125. Short, equity has fallen to 8500, and 7500 of it
        // stand behind the 60: 1000 for 8. The third finds nothing.
        let more = match side {
            Side::Long => 32.0,
            Side::Short => 8.0,
        };
        close_to(trade.quantity, 60.0 + more);
        close_to(trade.entry_price, (6_000.0 + more * 125.0) / (60.0 + more));
        assert_eq!(result.summary.refused.without_cash, 1);
    }
}

#[test]
fn fees_of_all_entries_are_paid() {
    let bars = from_closes(&[100.0, 110.0, 120.0]);
    let costs = Costs::new(0.001, 0.0, 10_000.0).unwrap();
    let program = Planned::scripted(pyramid(Side::Long), "bbs", &[&[10.0, 2.0]]);
    let result = run(&program, &bars, vectorbt(), costs);
    close_to(result.trades[0].fees, 1.0 + 1.1 + 2.4);
    close_to(result.summary.final_equity, 10_000.0 + 300.0 - 4.5);
}

#[test]
fn an_exit_cancels_an_addition_that_waits() {
    // No price on bar 2: the addition ordered at bar 1 waits, the exit of bar 2 cancels it.
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
        [NAN, NAN, NAN, NAN],
        [110.0, 110.0, 110.0, 110.0],
        [110.0, 110.0, 110.0, 110.0],
    ]);
    let program = Planned::scripted(pyramid(Side::Long), "bbs..", &[&[10.0, 2.0]]);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(result.trades[0].quantity, 10.0);
    assert_eq!(fills(&result), [(1, 100.0, 4, 110.0, "")]);
}
