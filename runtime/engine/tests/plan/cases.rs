//! Random markets, plans, rules and costs, and what a program decides and puts out on them.

use proptest::prelude::*;
use strat_engine::abi::{Cooldown, Decision, EntryPlan, ExitPlan, Level, Plan, Side, Size, Trail};
use strat_engine::{Convention, Costs, Fill, Rules};
use strat_market::Bars;

use crate::program::NAN;
use crate::support::bars;

/// A number from 0 to 1 that belongs to a place.
pub fn noise(seed: u64, t: usize, which: u64) -> f64 {
    // splitmix64
    let mut z = seed ^ (t as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ which << 56;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Outputs: what a plan's indices point at.
pub const LOW: usize = 0;
pub const HIGH: usize = 1;
pub const SHARE: usize = 2;
pub const ONCE: usize = 3;
pub const PART: usize = 4;
pub const MOST: usize = 5;
pub const PAUSE: usize = 6;
pub const UNITS: usize = 7;
pub const PROFIT: usize = 8;
pub const OUTPUTS: usize = 9;

pub fn outputs(seed: u64, t: usize, close: f64) -> Vec<f64> {
    let roll = |which: u64| noise(seed, t, which);
    let near = |which: u64, side: f64| close * (1.0 + side * 0.1 * (roll(which) - 0.1));
    let mut row = vec![NAN; OUTPUTS];
    row[LOW] = near(1, -1.0);
    row[HIGH] = near(2, 1.0);
    row[SHARE] = 0.08 * roll(3);
    row[ONCE] = f64::from(u8::from(roll(4) < 0.3));
    row[PART] = 1.3 * roll(5);
    row[MOST] = (4.0 * roll(6)).floor();
    row[PAUSE] = (5.0 * roll(7)).floor();
    row[UNITS] = 60.0 * roll(8);
    row[PROFIT] = 0.1 * roll(9) - 0.01;
    for (which, value) in row.iter_mut().enumerate() {
        if noise(seed, t, 20 + which as u64) < 0.1 {
            *value = NAN;
        }
    }
    row
}

#[derive(Debug, Clone)]
pub struct Case {
    pub bars: Bars,
    pub plan: Plan,
    pub rules: Rules,
    pub costs: Costs,
    pub stop: Option<f64>,
    pub seed: u64,
    /// Shares of the bars that want in and out.
    pub wants: (f64, f64),
}

impl Case {
    pub fn decision(&self, t: usize) -> Decision {
        decision(self.seed, t, self.wants)
    }
}

pub fn decision(seed: u64, t: usize, (enter, leave): (f64, f64)) -> Decision {
    let bit = |which: u64, share: f64| u64::from(noise(seed, t, which) < share);
    Decision {
        entries: bit(40, enter) | bit(41, enter) << 1,
        exits: bit(42, leave) | bit(43, leave * 0.3) << 1,
    }
}

pub fn market() -> impl Strategy<Value = Bars> {
    let wild = prop_oneof![16 => Just(1.0), 2 => Just(15.0), 1 => Just(60.0)];
    let step = (
        -0.01f64..0.01,
        -0.02f64..0.02,
        0.0..0.01f64,
        0.0..0.01f64,
        wild,
        0u8..100,
    );
    (prop::collection::vec(step, 1..300), any::<bool>()).prop_map(|(steps, holes)| {
        let mut last = 100.0f64;
        let rows: Vec<[f64; 4]> = steps
            .into_iter()
            .map(|(gap, change, up, down, wild, hole)| {
                let open = last * (1.0 + (gap * wild).max(-0.6));
                let close = open * (1.0 + (change * wild).max(-0.6));
                let mut row = [
                    open,
                    open.max(close) * (1.0 + up * wild),
                    open.min(close) * (1.0 - (down * wild).min(0.6)),
                    close,
                ];
                last = close;
                if holes {
                    match hole {
                        0..4 => row = [NAN; 4],
                        4..6 => row[3] = NAN,
                        6..8 => row[0] = NAN,
                        8..10 => row[1] = NAN,
                        10..12 => row[2] = NAN,
                        _ => {}
                    }
                }
                row
            })
            .collect();
        bars(&rows)
    })
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let side = || prop_oneof![Just(Side::Long), Just(Side::Short)];
    let size = || {
        prop_oneof![
            Just(None),
            Just(Some(Size::Units(UNITS))),
            Just(Some(Size::OfEquity(PART))),
            Just(Some(Size::Risk(SHARE))),
        ]
    };
    let entry = || {
        (side(), size()).prop_map(|(side, size)| EntryPlan {
            side,
            size,
            keep: vec![(0, LOW)],
            order: Vec::new(),
        })
    };
    let level = || {
        prop_oneof![
            Just(Level::Share(SHARE)),
            Just(Level::Price(LOW)),
            Just(Level::Price(HIGH)),
        ]
    };
    let trail =
        (level(), prop::option::of(Just(ONCE))).prop_map(|(level, once)| Trail { level, once });
    let cooldown = prop::option::of(Just(Cooldown::Bars(PAUSE)));
    (
        (entry(), entry()),
        prop::option::of(Just(PART)),
        prop::collection::vec(prop_oneof![Just(LOW), Just(HIGH)], 0..3),
        prop::collection::vec(trail, 0..3),
        prop::collection::vec(level(), 0..3),
        any::<bool>(),
        (prop::option::of(Just(MOST)), cooldown),
    )
        .prop_map(
            |(entries, portion, stops, trails, targets, ladder, (pyramid, cooldown))| Plan {
                outputs: OUTPUTS,
                entries: vec![entries.0, entries.1],
                exits: vec![
                    ExitPlan {
                        portion,
                        order: Vec::new(),
                    },
                    ExitPlan::default(),
                ],
                stops,
                trails,
                targets,
                ladder: if ladder {
                    vec![(0, SHARE), (7_200, PROFIT)]
                } else {
                    Vec::new()
                },
                pyramid,
                cooldown,
                kept: 1,
                reads_trade: true,
                not_yet: Vec::new(),
            },
        )
}

pub fn rules() -> impl Strategy<Value = Rules> {
    let fill = prop_oneof![Just(Fill::Close), Just(Fill::NextOpen)];
    let convention = prop_oneof![Just(Convention::Strat), Just(Convention::Vectorbt)];
    (convention, fill).prop_map(|(convention, fill)| convention.rules().with_fill(fill))
}

pub fn costs() -> impl Strategy<Value = Costs> {
    let fees = prop_oneof![Just(0.0), Just(0.001), 0.0..0.03f64];
    let slippage = prop_oneof![Just(0.0), Just(0.0005), 0.0..0.03f64];
    (fees, slippage).prop_map(|(fees, slippage)| Costs::new(fees, slippage, 10_000.0).unwrap())
}

pub fn case() -> impl Strategy<Value = Case> {
    let stop = prop_oneof![Just(None), (0.005f64..0.3).prop_map(Some)];
    let wants = (0.02f64..0.6, 0.02f64..0.4);
    (
        market(),
        plan(),
        rules(),
        costs(),
        stop,
        any::<u64>(),
        wants,
    )
        .prop_map(|(bars, plan, rules, costs, stop, seed, wants)| Case {
            bars,
            plan,
            rules,
            costs,
            stop,
            seed,
            wants,
        })
}
