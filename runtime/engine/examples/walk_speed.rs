//! Measures the mask walk alone: 180 moving-average pairs over a year of hourly bars, masks ready.
//!
//! Run with `cargo run -p strat-engine --release --example walk_speed`; words that follow `--` keep
//! the lines that contain them all.

#![allow(clippy::disallowed_methods, reason = "a measurement asks the clock")]

use std::hint::black_box;
use std::time::Instant;

use strat_engine::{Convention, Costs, Fill, MarketTables, Rules, Walker, columns};
use strat_market::Bars;

const BARS: usize = 8760;
const BLOCK: usize = 512;
const ROUNDS: u32 = 60;

/// A walk without drift, the same on every machine.
fn market() -> Bars {
    let mut state = 7u64;
    let mut roll = || {
        // splitmix64, upper half as a number from -1 to 1
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 33) as f64 / (1u64 << 30) as f64 - 1.0
    };
    let mut bars = Bars::default();
    let mut close: f64 = 100.0;
    for t in 0..BARS {
        let open = close;
        close *= 1.0 + 0.01 * roll();
        bars.time.push(t as i64 * 3_600_000_000_000);
        bars.open.push(open);
        bars.high
            .push(open.max(close) * (1.0 + 0.002 * roll().abs()));
        bars.low
            .push(open.min(close) * (1.0 - 0.002 * roll().abs()));
        bars.close.push(close);
        bars.volume.push(1.0);
    }
    bars
}

fn sma(close: &[f64], length: usize) -> Vec<f64> {
    (0..close.len())
        .map(|t| match (t + 1).checked_sub(length) {
            Some(first) => close[first..=t].iter().sum::<f64>() / length as f64,
            None => f64::NAN,
        })
        .collect()
}

type Masks = (Vec<u64>, Vec<u64>);

/// Bits of the bars on which `above` begins to hold, and on which `below` does.
fn crosses(fast: &[f64], slow: &[f64]) -> Masks {
    let words = fast.len().div_ceil(64);
    let (mut entries, mut exits) = (vec![0u64; words], vec![0u64; words]);
    for t in 1..fast.len() {
        let (before, now) = (fast[t - 1] - slow[t - 1], fast[t] - slow[t]);
        entries[t / 64] |= u64::from(before < 0.0 && now > 0.0) << (t % 64);
        exits[t / 64] |= u64::from(before > 0.0 && now < 0.0) << (t % 64);
    }
    (entries, exits)
}

/// As a screen runs: every set through one block, then the next block.
fn run(tables: &MarketTables<'_>, masks: &[Masks], stop: Option<f64>) -> u64 {
    let mut walkers = vec![Walker::new(tables, Costs::default(), stop); masks.len()];
    for start in (0..BARS).step_by(BLOCK) {
        let len = BLOCK.min(BARS - start);
        let words = start / 64..(start + len).div_ceil(64);
        for (walker, (entries, exits)) in walkers.iter_mut().zip(masks) {
            walker.advance(start, len, &entries[words.clone()], &exits[words.clone()]);
        }
    }
    let ends = walkers.into_iter().map(|walker| walker.finish(8760.0));
    ends.map(|end| u64::from(black_box(end).metrics.num_trades))
        .sum()
}

fn measure(name: &str, bars: &Bars, masks: &[Masks], rules: Rules, stop: Option<f64>) {
    let begun = Instant::now();
    for _ in 0..10 {
        black_box(MarketTables::new(columns(bars), 0, rules));
    }
    let build = begun.elapsed().as_nanos() as f64 / (10.0 * BARS as f64);
    let tables = MarketTables::new(columns(bars), 0, rules);
    let mut best = f64::INFINITY;
    let mut trades = 0;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        trades = run(&tables, masks, stop);
        best = best.min(begun.elapsed().as_nanos() as f64);
    }
    println!(
        "{name:<28} {trades:>7} trades  {:>7.4} ns per bar and set  {:>6.1} ns per trade  tables {build:.1} ns per bar",
        best / (BARS * masks.len()) as f64,
        best / trades as f64,
    );
}

fn main() {
    let bars = market();
    let mut cross = Vec::new();
    for fast in (5..=50).step_by(5) {
        for slow in (20..=190).step_by(10) {
            cross.push(crosses(&sma(&bars.close, fast), &sma(&bars.close, slow)));
        }
    }
    // As many trades as bars allow: in on every even bar, out on every odd one.
    let dense = vec![
        (
            vec![0x5555_5555_5555_5555; BARS.div_ceil(64)],
            vec![0xaaaa_aaaa_aaaa_aaaa; BARS.div_ceil(64)]
        );
        180
    ];
    let none = vec![(vec![0; BARS.div_ceil(64)], vec![0; BARS.div_ceil(64)]); 180];
    for (kind, masks) in [("cross", &cross), ("every bar", &dense), ("never", &none)] {
        for convention in Convention::ALL {
            for fill in [Fill::Close, Fill::NextOpen] {
                for stop in [None, Some(0.03)] {
                    let rules = convention.rules().with_fill(fill);
                    let stops = if stop.is_some() { "stop" } else { "" };
                    let name = format!("{kind} {convention} {fill} {stops}");
                    if !std::env::args().skip(1).all(|part| name.contains(&part)) {
                        continue;
                    }
                    measure(&name, &bars, masks, rules, stop);
                }
            }
        }
    }
}
