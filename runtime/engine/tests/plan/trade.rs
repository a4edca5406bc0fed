//! What a program sees of its trade, and decisions that read it.

use std::sync::{Arc, Mutex};

use strat_engine::Costs;
use strat_engine::abi::{Decision, EntryPlan, Plan};

use crate::program::{Planned, close_to, fills, free, run, shorts, strat, vectorbt};
use crate::support::{bars, from_closes, script};

/// Entry price, seconds, bars, mark, quantity, what is kept.
type Seen = (f64, f64, f64, f64, f64, Vec<f64>);

fn watching(plan: Plan, text: &str) -> (Planned, Arc<Mutex<Vec<Option<Seen>>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let decisions = script(text);
    let program = Planned::new(plan, move |t, bar, trade| {
        notes
            .lock()
            .unwrap()
            .push((!trade.entry_price.is_nan()).then(|| {
                (
                    trade.entry_price,
                    trade.held,
                    trade.held_bars,
                    trade.mark,
                    trade.quantity,
                    trade.kept.to_vec(),
                )
            }));
        if trade.entry_price.is_nan() {
            assert!(trade.held.is_nan() && trade.held_bars.is_nan() && trade.mark.is_nan());
            assert_eq!((trade.quantity, trade.kept.len()), (0.0, 0));
        }
        (decisions[t], vec![bar.close])
    });
    (program, seen)
}

fn reading() -> Plan {
    Plan {
        outputs: 1,
        kept: 1,
        reads_trade: true,
        entries: vec![
            EntryPlan {
                keep: vec![(0, 0)],
                ..EntryPlan::default()
            };
            2
        ],
        ..Plan::default()
    }
}

#[test]
fn it_sees_the_trade_after_the_orders_of_the_bar() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 99.0],
        [100.0, 111.0, 99.0, 110.0],
        [120.0, 121.0, 119.0, 121.0],
        [130.0, 131.0, 129.0, 130.0],
    ]);
    let (program, seen) = watching(reading(), "b.s.");
    run(&program, &bars, strat(), free());
    assert_eq!(
        *seen.lock().unwrap(),
        [
            None,
            Some((100.0, 3600.0, 0.0, 110.0, 100.0, vec![99.0])),
            Some((100.0, 7200.0, 1.0, 121.0, 100.0, vec![99.0])),
            None,
        ]
    );
    // Filling at the close, the first close of the trade is the one after.
    let (program, seen) = watching(reading(), "b.s.");
    run(&program, &bars, vectorbt(), free());
    let quantity = 10_000.0 / 99.0;
    assert_eq!(
        *seen.lock().unwrap(),
        [
            None,
            Some((99.0, 3600.0, 1.0, 110.0, quantity, vec![99.0])),
            Some((99.0, 7200.0, 2.0, 121.0, quantity, vec![99.0])),
            None,
        ]
    );
}

#[test]
fn a_stop_inside_the_bar_is_past_at_its_close() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 90.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let (program, seen) = watching(reading(), "b..");
    run(&program.with_stop(0.05), &bars, strat(), free());
    assert_eq!(*seen.lock().unwrap(), [None, None, None]);
}

#[test]
fn a_short_has_a_negative_quantity_and_a_hole_keeps_the_mark() {
    let mut plan = reading();
    plan.entries = shorts();
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 80.0],
        [f64::NAN; 4],
        [80.0, 80.0, 80.0, 80.0],
    ]);
    let (program, seen) = watching(plan, "b...");
    let costs = Costs::new(0.0, 0.01, 10_000.0).unwrap();
    run(&program, &bars, strat(), costs);
    let seen = seen.lock().unwrap();
    let (price, held, held_bars, mark, quantity, kept) = seen[2].clone().unwrap();
    assert_eq!((price, held, held_bars, mark), (99.0, 7200.0, 1.0, 80.0));
    close_to(quantity, -10_000.0 / 99.0);
    assert!(kept[0].is_nan());
}

#[test]
fn an_exit_on_age_and_profit() {
    // exit when held > 3h and profit < 1%
    let plan = Plan {
        reads_trade: true,
        ..Plan::default()
    };
    let program = Planned::new(plan, |t, _, trade| {
        let profit = trade.mark / trade.entry_price - 1.0;
        let stale = trade.held > 3.0 * 3600.0 && profit < 0.01;
        let decision = Decision {
            entries: u64::from(t == 0),
            exits: u64::from(stale),
        };
        (decision, Vec::new())
    });
    // Bought at the open of bar 1: four hours old at the close of bar 4, which is up 2%.
    let bars = from_closes(&[100.0, 100.0, 100.5, 100.5, 102.0, 100.9, 100.0, 100.0]);
    let result = run(&program, &bars, strat(), free());
    assert_eq!(fills(&result), [(1, 100.0, 6, 100.9, "target")]);
}
