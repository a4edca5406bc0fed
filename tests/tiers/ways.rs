//! A screen does not depend on threads, memory or executor.

use strat_market::Bars;
use strat_screen::ScreenOptions;
use strat_tests::{bars, last, shared_or_skip};

use crate::same::same_screen;
use crate::setup::{Screen, Terms, made_up, screen, screens, terms};

/// Threads and bytes: one set at a time, a few, all.
const WAYS: [(usize, usize); 7] = [
    (1, 1),
    (2, 1),
    (2, 60_000),
    (5, 500_000),
    (3, 4 << 20),
    (1, 256 << 20),
    (5, 256 << 20),
];

fn compare(of: &Screen, bars: &Bars, start: usize, terms: Terms, with_interp: bool) {
    let run = |program, (threads, memory_budget)| {
        let options = ScreenOptions {
            threads,
            memory_budget,
            ..ScreenOptions::default()
        };
        screen(program, bars, start, terms, &options)
    };
    let first = run(&of.kernel, (1, 256 << 20));
    assert!(first.rows.len() > 5 && first.rows.iter().any(|r| r.metrics.num_trades > 2));
    for way in WAYS {
        let other = run(&of.kernel, way);
        same_screen(&first, &other)
            .unwrap_or_else(|e| panic!("{} {way:?} {terms:?}: {e}", of.name));
    }
    for (executor, program) in of.executors() {
        if executor == "interpreter" && !with_interp {
            continue;
        }
        for way in [(2, 256 << 20), (1, 1)] {
            let other = run(program, way);
            same_screen(&first, &other)
                .unwrap_or_else(|e| panic!("{} on {executor} {way:?} {terms:?}: {e}", of.name));
        }
    }
}

#[test]
fn any_way_gives_the_same_screen() {
    for of in screens() {
        for (bars, start) in made_up().iter().zip([0, 70]) {
            for terms in terms().into_iter().step_by(3) {
                compare(&of, bars, start, terms, true);
            }
        }
    }
}

#[test]
fn any_way_gives_the_same_screen_of_bitcoin() {
    let Some(shared) = shared_or_skip("any_way_gives_the_same_screen_of_bitcoin") else {
        return;
    };
    let bars = last(&bars(&shared, "BTC/USDT", "1h"), 8760);
    for of in screens() {
        compare(&of, &bars, 0, terms()[1], false);
    }
}
