//! Sizes: units, shares of the equity, risk.

use strat_engine::abi::{EntryPlan, Level, Plan, Side, Size, Trail};
use strat_engine::{BacktestResult, Costs, Refused};

use crate::program::{NAN, Planned, close_to, fills, free, run, strat, vectorbt};
use crate::support::{bars, from_closes};

fn sized(side: Side, size: Size) -> Plan {
    let entry = EntryPlan {
        side,
        size: Some(size),
        ..EntryPlan::default()
    };
    Plan {
        outputs: 2,
        entries: vec![entry; 2],
        ..Plan::default()
    }
}

fn costly() -> Costs {
    Costs::new(0.001, 0.002, 10_000.0).unwrap()
}

fn quantity(result: &BacktestResult) -> f64 {
    result.trades[0].quantity
}

#[test]
fn units_are_what_is_written() {
    let bars = from_closes(&[100.0, 110.0, 120.0]);
    let plan = sized(Side::Long, Size::Units(0));
    let result = run(
        &Planned::scripted(plan.clone(), "b.s", &[&[2.5]]),
        &bars,
        vectorbt(),
        free(),
    );
    assert_eq!(quantity(&result), 2.5);
    assert_eq!(result.equity.cash, [9_750.0, 9_750.0, 10_050.0]);
    assert_eq!(result.equity.equity, [10_000.0, 10_025.0, 10_050.0]);
    // The size is that of the deciding close.
    let program = Planned::scripted(plan.clone(), "b..", &[&[2.5], &[7.0]]);
    assert_eq!(quantity(&run(&program, &bars, strat(), free())), 2.5);
    // No more than the equity pays for.
    let program = Planned::scripted(plan, "b..", &[&[1e9]]);
    close_to(quantity(&run(&program, &bars, vectorbt(), free())), 100.0);
}

#[test]
fn a_share_is_of_the_equity_at_the_fill() {
    let bars = from_closes(&[100.0, 100.0, 200.0, 200.0, 50.0]);
    for side in [Side::Long, Side::Short] {
        let plan = sized(side, Size::OfEquity(0));
        let program = Planned::scripted(plan, "bs.b.", &[&[0.25]]);
        let result = run(&program, &bars, strat(), costly());
        let paid = |market: f64| match side {
            Side::Long => market * 1.002,
            Side::Short => market * 0.998,
        };
        let [first, second] = &result.trades[..] else {
            panic!("two trades");
        };
        close_to(first.quantity * paid(100.0) * 1.001, 2_500.0);
        let equity = 10_000.0 + first.pnl;
        close_to(second.quantity * paid(200.0) * 1.001, 0.25 * equity);
    }
}

#[test]
fn all_of_the_equity_is_the_size_where_none_is_written() {
    let bars = from_closes(&[100.0, 110.0, 120.0]);
    let all = sized(Side::Long, Size::OfEquity(0));
    let all = run(
        &Planned::scripted(all, "b.s", &[&[1.0]]),
        &bars,
        vectorbt(),
        costly(),
    );
    let plain = crate::support::Scripted::new(crate::support::script("b.s"), None);
    let symbols = [strat_engine::SymbolBars {
        symbol: "TEST",
        columns: strat_engine::columns(&bars),
        start: 0,
    }];
    let plain =
        strat_engine::run_backtest(&symbols, &plain, &[], vectorbt(), costly(), 8760.0).unwrap();
    assert_eq!(all.trades, plain.trades);
    assert_eq!(all.equity.equity, plain.equity.equity);
}

#[test]
fn at_risk_is_what_the_stop_loses_with_all_costs() {
    let fall = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [100.0, 101.0, 80.0, 85.0],
        [85.0, 86.0, 84.0, 85.0],
    ]);
    let program =
        Planned::scripted(sized(Side::Long, Size::Risk(0)), "b...", &[&[0.02]]).with_stop(0.05);
    let result = run(&program, &fall, strat(), costly());
    assert_eq!(result.trades[0].exit_tag, "stop");
    close_to(result.trades[0].pnl, -200.0);
    let rise = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [100.0, 120.0, 99.0, 115.0],
        [115.0, 116.0, 114.0, 115.0],
    ]);
    let program =
        Planned::scripted(sized(Side::Short, Size::Risk(0)), "b...", &[&[0.02]]).with_stop(0.05);
    let result = run(&program, &rise, strat(), costly());
    assert_eq!(result.trades[0].exit_tag, "stop");
    close_to(result.trades[0].pnl, -200.0);
}

#[test]
fn risk_is_measured_to_the_tightest_stop() {
    let bars = from_closes(&[100.0, 100.0, 100.0]);
    let mut plan = sized(Side::Long, Size::Risk(0));
    plan.stops = vec![1];
    let units = |plan: &Plan, row: &[f64], stop: Option<f64>| {
        let mut program = Planned::scripted(plan.clone(), "b..", &[row]);
        program.stop = stop;
        quantity(&run(&program, &bars, strat(), free()))
    };
    assert_eq!(units(&plan, &[0.02, 90.0], None), 20.0);
    assert_eq!(units(&plan, &[0.02, 90.0], Some(0.2)), 20.0);
    close_to(units(&plan, &[0.02, 90.0], Some(0.05)), 40.0);
    // A trail counts where it has begun.
    plan.stops.clear();
    plan.trails = vec![Trail {
        level: Level::Price(1),
        once: None,
    }];
    assert_eq!(units(&plan, &[0.02, 95.0], Some(0.2)), 40.0);
    // So close a stop that it would take more than there is: all of it.
    assert_eq!(units(&plan, &[0.02, 99.99], None), 100.0);
}

#[test]
fn what_cannot_be_sized_is_not_entered_and_counted() {
    let bars = from_closes(&[100.0, 100.0, 100.0]);
    let refused = |plan: Plan, row: &[f64]| {
        let result = run(
            &Planned::scripted(plan, "b..", &[row]),
            &bars,
            strat(),
            free(),
        );
        assert!(result.trades.is_empty() && result.summary.unfilled_orders == 0);
        assert_eq!(result.equity.equity, [10_000.0; 3]);
        result.summary.refused
    };
    let risk = || sized(Side::Long, Size::Risk(0));
    let without_stop = Refused {
        without_stop: 1,
        ..Refused::default()
    };
    assert_eq!(refused(risk(), &[0.02]), without_stop);
    let mut below = risk();
    below.stops = vec![1];
    assert_eq!(refused(below.clone(), &[0.02, NAN]), without_stop);
    assert_eq!(refused(below, &[0.02, 100.0]), without_stop);
    let without_size = Refused {
        without_size: 1,
        ..Refused::default()
    };
    for size in [NAN, 0.0, -1.0] {
        assert_eq!(
            refused(sized(Side::Long, Size::Units(0)), &[size]),
            without_size
        );
        assert_eq!(
            refused(sized(Side::Short, Size::OfEquity(0)), &[size]),
            without_size
        );
    }
}

#[test]
fn a_market_that_opens_beyond_the_stop_gives_no_size() {
    let gap = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [94.0, 95.0, 93.0, 94.0],
        [94.0, 95.0, 93.0, 94.0],
    ]);
    let mut plan = sized(Side::Long, Size::Risk(0));
    plan.stops = vec![1];
    let result = run(
        &Planned::scripted(plan, "b..", &[&[0.02, 95.0]]),
        &gap,
        strat(),
        free(),
    );
    assert!(fills(&result).is_empty());
    assert_eq!(result.summary.refused.without_stop, 1);
}
