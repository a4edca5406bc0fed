//! The profit ladder: least profit accepted after holding so long, net of both fees.

use strat_engine::Costs;
use strat_engine::abi::Plan;
use strat_market::Bars;

use crate::program::{Planned, close_to, fills, free, run, shorts, strat, vectorbt};
use crate::support::{bars, from_closes};

const HOUR: u64 = 3600;

/// 10% at once, 5% after two hours, 1% after four.
fn plan() -> Plan {
    Plan {
        outputs: 3,
        ladder: vec![(0, 0), (2 * HOUR, 1), (4 * HOUR, 2)],
        ..Plan::default()
    }
}

const PROFITS: [&[f64]; 1] = [&[0.1, 0.05, 0.01]];

/// Flat bars, of which number `at` has this open and high.
fn spike(at: usize, open: f64, high: f64) -> Bars {
    let mut rows = vec![[100.0, 100.5, 99.5, 100.0]; 9];
    rows[at] = [open, high, 99.5, 100.0];
    bars(&rows)
}

#[test]
fn the_step_of_the_age_at_the_open_counts() {
    // Bought at the open of bar 1.
    let exit = |at, high| {
        let program = Planned::scripted(plan(), "b........", &PROFITS);
        let result = run(&program, &spike(at, 100.0, high), strat(), free());
        let (.., bar, price, tag) = fills(&result)[0];
        (bar, price, tag.to_owned())
    };
    assert_eq!(exit(1, 112.0), (1, 110.00000000000001, "roi".to_owned()));
    assert_eq!(exit(2, 109.0).2, "");
    assert_eq!(exit(3, 109.0), (3, 105.0, "roi".to_owned()));
    assert_eq!(exit(4, 109.0), (4, 105.0, "roi".to_owned()));
    assert_eq!(exit(5, 109.0), (5, 101.0, "roi".to_owned()));
    assert_eq!(exit(8, 109.0), (8, 101.0, "roi".to_owned()));
    assert_eq!(exit(5, 100.9).2, "");
}

#[test]
fn an_open_above_it_fills_there() {
    let program = Planned::scripted(plan(), "b........", &PROFITS);
    let result = run(&program, &spike(3, 107.0, 109.0), strat(), free());
    assert_eq!(fills(&result)[0].3, 107.0);
}

#[test]
fn the_profit_is_net_of_both_fees() {
    let costs = Costs::new(0.001, 0.0, 10_000.0).unwrap();
    let program = Planned::scripted(plan(), "b........", &PROFITS);
    let result = run(&program, &spike(3, 100.0, 109.0), strat(), costs);
    close_to(fills(&result)[0].3, 100.0 * 1.05 * 1.001 / 0.999);
    close_to(result.metrics.total_return, 0.05);
    // Of a short: proceeds less fee, of which 5% stay.
    let mut short = plan();
    short.entries = shorts();
    let mut rows = vec![[100.0, 100.5, 99.5, 100.0]; 9];
    rows[3] = [100.0, 100.5, 90.0, 100.0];
    let program = Planned::scripted(short, "b........", &PROFITS);
    let result = run(&program, &bars(&rows), strat(), costs);
    let (.., price, tag) = fills(&result)[0];
    assert_eq!(tag, "roi");
    close_to(price, 100.0 * 0.95 * 0.999 / 1.001);
    let sold = result.trades[0].quantity * 100.0 * 0.999;
    close_to(result.trades[0].pnl / sold, 0.05);
}

#[test]
fn on_closes_the_age_is_that_at_the_close() {
    // Bought at the close of bar 0: two hours old at the close of bar 2.
    let program = Planned::scripted(plan(), "b....", &PROFITS);
    let bars = from_closes(&[100.0, 106.0, 104.0, 106.0, 100.0]);
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(fills(&result)[0], (0, 100.0, 3, 106.0, "roi"));
    let bars = from_closes(&[100.0, 106.0, 105.0, 100.0, 100.0]);
    let result = run(&program, &bars, vectorbt(), free());
    assert_eq!(fills(&result)[0], (0, 100.0, 2, 105.0, "roi"));
}

#[test]
fn a_missing_bar_ages_it_too() {
    let mut gap = spike(2, 100.0, 109.0);
    for time in &mut gap.time[2..] {
        *time += 3_600_000_000_000;
    }
    let program = Planned::scripted(plan(), "b........", &PROFITS);
    let result = run(&program, &gap, strat(), free());
    assert_eq!(fills(&result)[0].3, 105.0);
}
