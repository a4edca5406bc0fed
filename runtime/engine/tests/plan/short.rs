//! Short positions, and both sides in one strategy.

use strat_engine::abi::{EntryPlan, ExitPlan, Level, Plan, Side};
use strat_engine::{Costs, TradeStatus};

use crate::program::{Planned, close_to, fills, free, run, shorts, strat, vectorbt};
use crate::support::{bars, from_closes};

fn short() -> Plan {
    Plan {
        entries: shorts(),
        ..Plan::default()
    }
}

/// `b` buys, `B` sells short.
fn both() -> Plan {
    let mut plan = short();
    plan.entries[0] = EntryPlan::default();
    plan
}

#[test]
fn it_sells_first_and_gains_where_the_price_falls() {
    let bars = from_closes(&[100.0, 90.0, 80.0, 85.0]);
    let result = run(
        &Planned::scripted(short(), "b.s.", &[]),
        &bars,
        vectorbt(),
        free(),
    );
    assert_eq!(fills(&result), [(0, 100.0, 2, 80.0, "target")]);
    let trade = &result.trades[0];
    assert_eq!(
        (trade.side, trade.quantity, trade.pnl),
        (Side::Short, 100.0, 2000.0)
    );
    assert_eq!(trade.pnl_pct, 0.2);
    assert_eq!(
        result.equity.equity,
        [10_000.0, 11_000.0, 12_000.0, 12_000.0]
    );
    // The proceeds are held as cash.
    assert_eq!(result.equity.cash, [20_000.0, 20_000.0, 12_000.0, 12_000.0]);
    close_to(result.metrics.total_return, 0.2);
}

#[test]
fn it_pays_costs_on_both_sides() {
    let bars = from_closes(&[100.0, 90.0, 80.0]);
    let costs = Costs::new(0.001, 0.01, 10_000.0).unwrap();
    let result = run(
        &Planned::scripted(short(), "b.s", &[]),
        &bars,
        vectorbt(),
        costs,
    );
    let quantity = 10_000.0 / (99.0 * 1.001);
    let bought = quantity * (80.0 * 1.01);
    let trade = &result.trades[0];
    assert_eq!((trade.entry_price, trade.exit_price), (99.0, 80.0 * 1.01));
    close_to(trade.quantity, quantity);
    close_to(trade.fees, (quantity * 99.0 + bought) * 0.001);
    close_to(trade.pnl, quantity * 99.0 - bought - trade.fees);
    close_to(result.summary.final_equity, 10_000.0 + trade.pnl);
    close_to(
        result.equity.equity[0],
        10_000.0 + quantity * (99.0 * 0.999 - 100.0),
    );
}

#[test]
fn stops_and_targets_are_mirrored() {
    let rising = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 106.0, 99.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let program = Planned::scripted(short(), "b..", &[]).with_stop(0.05);
    let result = run(&program, &rising, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 1, 105.0, "stop")]);
    let gap = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [108.0, 109.0, 99.0, 100.0],
    ]);
    let result = run(&program, &gap, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 2, 108.0, "stop")]);
    let mut plan = short();
    plan.targets = vec![Level::Share(0)];
    let falling = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 94.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let program = Planned::scripted(plan, "b..", &[&[0.05]]);
    let result = run(&program, &falling, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 1, 95.0, "take_profit")]);
}

#[test]
fn it_loses_no_more_than_there_is() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 150.0, 99.0, 150.0],
        [180.0, 250.0, 180.0, 240.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let program = Planned::scripted(short(), "b.b.", &[]);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 2, 200.0, "liquidation")]);
    assert_eq!(result.equity.equity, [10_000.0, 5_000.0, 0.0, 0.0]);
    assert_eq!(result.metrics.total_return, -1.0);
    assert_eq!(result.metrics.max_drawdown, -1.0);
    assert!(result.metrics.sharpe_ratio.is_some_and(f64::is_finite));
    assert_eq!(result.summary.cagr, Some(-1.0));
    // Nothing is left to trade with.
    assert_eq!(result.summary.refused.without_cash, 1);
    // An open beyond it costs no more, on closes neither.
    let gap = from_closes(&[100.0, 150.0, 300.0, 300.0]);
    for rules in [strat(), vectorbt()] {
        let result = run(&Planned::scripted(short(), "b..", &[]), &gap, rules, free());
        assert_eq!(result.summary.final_equity, 0.0);
        assert_eq!(result.trades[0].exit_tag, "liquidation");
        assert_eq!(result.trades[0].pnl, -10_000.0);
    }
    let result = run(
        &Planned::scripted(short(), "b.s.", &[]).with_stop(0.5),
        &from_closes(&[100.0, 100.0, 300.0, 300.0]),
        vectorbt(),
        free(),
    );
    assert_eq!(result.trades[0].exit_tag, "liquidation");
    assert_eq!(result.summary.final_equity, 0.0);
}

#[test]
fn an_entry_of_the_other_side_turns_the_position() {
    let bars = from_closes(&[100.0, 110.0, 121.0, 110.0, 100.0]);
    let result = run(
        &Planned::scripted(both(), "b.B.b", &[]),
        &bars,
        vectorbt(),
        free(),
    );
    assert_eq!(
        fills(&result),
        [
            (0, 100.0, 2, 121.0, "reverse"),
            (2, 121.0, 4, 100.0, "reverse"),
            (4, 100.0, 4, 100.0, ""),
        ]
    );
    let sides: Vec<Side> = result.trades.iter().map(|t| t.side).collect();
    assert_eq!(sides, [Side::Long, Side::Short, Side::Long]);
    assert_eq!(result.trades[2].status, TradeStatus::Open);
    let turned = 12_100.0;
    close_to(result.equity.equity[2], turned);
    close_to(result.summary.final_equity, turned * (1.0 + 21.0 / 121.0));
}

#[test]
fn an_exit_of_the_same_close_names_the_turn() {
    use strat_engine::abi::Decision;
    // Long, then at bar 2 both the exit "fade" and the short entry hold.
    let bars = from_closes(&[100.0, 110.0, 120.0, 110.0]);
    let program = Planned::new(both(), |t, _, _| {
        let decision = match t {
            0 => Decision {
                entries: 0b01,
                exits: 0,
            },
            2 => Decision {
                entries: 0b10,
                exits: 0b10,
            },
            _ => Decision::default(),
        };
        (decision, Vec::new())
    });
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(
        fills(&result),
        [(0, 100.0, 2, 120.0, "fade"), (2, 120.0, 3, 110.0, "")]
    );
    assert_eq!(result.trades[1].side, Side::Short);
}

#[test]
fn a_long_and_a_short_entry_cancel_each_other() {
    use strat_engine::abi::Decision;
    let bars = from_closes(&[100.0, 110.0, 120.0]);
    let program = Planned::new(both(), |_, _, _| {
        let decision = Decision {
            entries: 0b11,
            exits: 0,
        };
        (decision, Vec::new())
    });
    assert!(run(&program, &bars, vectorbt(), free()).trades.is_empty());
}

#[test]
fn an_entry_of_its_own_side_and_an_exit_cancel_each_other() {
    let mut plan = short();
    plan.exits = vec![ExitPlan::default(); 2];
    let bars = from_closes(&[100.0, 90.0, 80.0, 70.0]);
    let result = run(
        &Planned::scripted(plan, "bxs.", &[]),
        &bars,
        vectorbt(),
        free(),
    );
    assert_eq!(fills(&result), [(0, 100.0, 2, 80.0, "target")]);
}
