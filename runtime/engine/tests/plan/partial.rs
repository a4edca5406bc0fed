//! Exits that close a part.

use strat_engine::abi::{Decision, ExitPlan, Plan};
use strat_engine::{Costs, TradeStatus};

use crate::program::{NAN, Planned, close_to, fills, free, run, shorts, vectorbt};
use crate::support::from_closes;

/// `s` closes the share of output 0, `S` all.
fn plan() -> Plan {
    let part = ExitPlan {
        portion: Some(0),
        ..ExitPlan::default()
    };
    Plan {
        outputs: 1,
        exits: vec![part, ExitPlan::default()],
        ..Plan::default()
    }
}

#[test]
fn a_part_is_a_trade_of_its_own() {
    let bars = from_closes(&[100.0, 110.0, 120.0, 130.0, 130.0]);
    let program = Planned::scripted(plan(), "bs.S.", &[&[0.25]]);
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(
        fills(&result),
        [(0, 100.0, 1, 110.0, "target"), (0, 100.0, 3, 130.0, "fade")]
    );
    let sold: Vec<(f64, f64)> = result.trades.iter().map(|t| (t.quantity, t.pnl)).collect();
    assert_eq!(sold, [(25.0, 250.0), (75.0, 2_250.0)]);
    assert_eq!(
        result.equity.cash,
        [0.0, 2_750.0, 2_750.0, 12_500.0, 12_500.0]
    );
    assert_eq!(result.metrics.num_trades, 2);
    assert_eq!(result.summary.final_equity, 12_500.0);
}

#[test]
fn a_condition_that_stays_true_takes_its_part_once() {
    let bars = from_closes(&[100.0, 110.0, 120.0, 130.0, 140.0, 150.0]);
    let program = Planned::scripted(plan(), "bss.s.", &[&[0.5]]);
    let result = run(&program, &bars, vectorbt(), free());
    let sold: Vec<f64> = result.trades.iter().map(|t| t.quantity).collect();
    assert_eq!(sold, [50.0, 25.0, 25.0]);
    assert_eq!(result.trades[2].status, TradeStatus::Open);
    // A trade begins with a clean sheet.
    let program = Planned::scripted(plan(), "bsSbs.", &[&[0.5]]);
    let result = run(&program, &bars, vectorbt(), free());
    let tags: Vec<&str> = result.trades.iter().map(|t| t.exit_tag.as_str()).collect();
    assert_eq!(tags, ["target", "fade", "target", ""]);
}

#[test]
fn of_several_exits_the_largest_acts() {
    let bars = from_closes(&[100.0, 110.0, 120.0]);
    let program = Planned::new(plan(), |t, _, _| {
        let decision = match t {
            0 => Decision {
                entries: 1,
                exits: 0,
            },
            1 => Decision {
                entries: 0,
                exits: 0b11,
            },
            _ => Decision::default(),
        };
        (decision, vec![0.5])
    });
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(fills(&result), [(0, 100.0, 1, 110.0, "fade")]);
}

#[test]
fn a_share_of_na_or_nothing_closes_nothing_and_more_than_all_is_all() {
    let bars = from_closes(&[100.0, 110.0, 120.0]);
    for share in [NAN, 0.0, -0.5] {
        let result = run(
            &Planned::scripted(plan(), "bs.", &[&[share]]),
            &bars,
            vectorbt(),
            free(),
        );
        assert_eq!(result.trades[0].status, TradeStatus::Open);
    }
    let result = run(
        &Planned::scripted(plan(), "bs.", &[&[1.5]]),
        &bars,
        vectorbt(),
        free(),
    );
    assert_eq!(fills(&result), [(0, 100.0, 1, 110.0, "target")]);
}

#[test]
fn fees_are_shared_by_the_parts() {
    let bars = from_closes(&[100.0, 110.0, 120.0, 130.0]);
    let costs = Costs::new(0.001, 0.0005, 10_000.0).unwrap();
    let mut short = plan();
    short.entries = shorts();
    for plan in [plan(), short] {
        let program = Planned::scripted(plan, "bs.S", &[&[0.25]]);
        let result = run(&program, &bars, vectorbt(), costs);
        let profit: f64 = result.trades.iter().map(|t| t.pnl).sum();
        close_to(result.summary.final_equity, 10_000.0 + profit);
        let traded: f64 = result
            .trades
            .iter()
            .map(|t| t.quantity * (t.entry_price + t.exit_price))
            .sum();
        close_to(result.summary.fees_paid, traded * 0.001);
    }
}
