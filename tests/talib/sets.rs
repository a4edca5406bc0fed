//! Parameter sets: the defaults, the extremes that TA-Lib declares, and samples between them.

use strat_tests::candles::Dice;
use ta_lib::abstract_api::{FuncInfo, OptInputType};

/// A value of an optional parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Whole(i32),
    Real(f64),
    /// A kind of average, by its number.
    Average(i32),
}

/// The parameters of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    pub values: Vec<Value>,
    /// Bars hidden at the start, for functions that TA-Lib gives such a setting.
    pub unstable: u32,
}

impl Set {
    /// Whether a length is beyond what a series of some thousand bars fills.
    pub fn is_long(&self) -> bool {
        let is_long = |v: &Value| matches!(v, Value::Whole(n) if *n > 1000);
        self.values.iter().any(is_long)
    }
}

/// Kinds of averages by number, as TA-Lib 0.8.2 has them. Later versions add some.
pub const AVERAGES: [&str; 14] = [
    "SMA", "EMA", "WMA", "DEMA", "TEMA", "TRIMA", "KAMA", "MAMA", "T3", "HMA", "DISABLED",
    "DEFAULT", "ZLEMA", "RMA",
];

/// Sets beside the defaults.
pub const SAMPLED: usize = 22;

/// The first `count` sets of a function, at most the defaults and [`SAMPLED`] more: every one
/// differs from the others. A function without parameters has one.
pub fn sets(info: &FuncInfo, count: usize) -> Vec<Set> {
    let defaults = Set {
        values: info.opt_inputs.iter().map(|o| default(&o.kind)).collect(),
        unstable: 0,
    };
    let mut sets = vec![defaults];
    let seed = info
        .name
        .bytes()
        .fold(7, |h: u64, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
    let mut dice = Dice::new(seed);
    // Without parameters there is only how many bars are hidden at the start.
    let count = match info.opt_inputs.len() {
        0 => count.min(3),
        _ => count,
    };
    // Narrow ranges may not hold that many different sets.
    for round in 0..20 * SAMPLED {
        if sets.len() >= count.min(1 + SAMPLED) {
            break;
        }
        // All at one extreme first, then a mixture.
        let mut values: Vec<Value> = info
            .opt_inputs
            .iter()
            .map(|o| match round {
                1 => extreme(&o.kind, false),
                2 => extreme(&o.kind, true),
                _ => sample(&o.kind, round, &mut dice),
            })
            .collect();
        // TA-Lib refuses a least length above the greatest.
        if info.name == "MAVP"
            && let [Value::Whole(least), Value::Whole(most), _] = &mut values[..]
            && least > most
        {
            std::mem::swap(least, most);
        }
        let unstable = match info.unst_id {
            Some(_) if round % 5 == 3 => 1 + (dice.roll() * 40.0) as u32,
            _ => 0,
        };
        let set = Set { values, unstable };
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    sets
}

fn default(kind: &OptInputType) -> Value {
    match *kind {
        OptInputType::RealRange { default, .. } | OptInputType::RealList { default, .. } => {
            Value::Real(default)
        }
        OptInputType::IntegerRange { default, .. } => Value::Whole(default),
        OptInputType::IntegerList { default, .. } => Value::Average(default as i32),
    }
}

fn extreme(kind: &OptInputType, most: bool) -> Value {
    match *kind {
        OptInputType::RealRange { min, max, .. } => Value::Real(if most { max } else { min }),
        OptInputType::IntegerRange { min, max, .. } => Value::Whole(if most { max } else { min }),
        _ => default(kind),
    }
}

fn sample(kind: &OptInputType, round: usize, dice: &mut Dice) -> Value {
    match *kind {
        OptInputType::IntegerRange { min, max, .. } => {
            // Mostly lengths that a series of some thousand bars fills.
            let most = if round.is_multiple_of(8) {
                max
            } else {
                max.min(400)
            };
            let (low, high) = (f64::from(min.max(1)), f64::from(most) + 1.0);
            let drawn = low * power(high / low, dice.roll());
            Value::Whole((drawn as i32).clamp(min, max))
        }
        OptInputType::RealRange { min, max, .. } => {
            let drawn = match (dice.roll() * 8.0) as usize {
                0 => min,
                1 => 0.0,
                2 => max,
                3 => 1e-9,
                _ => {
                    let size = power(10.0, dice.roll() * 5.0 - 3.0);
                    if max - min <= 100.0 {
                        min + (max - min) * dice.roll()
                    } else if min < 0.0 && dice.roll() < 0.5 {
                        -size
                    } else {
                        size
                    }
                }
            };
            // What a person would type.
            let typed: f64 = format!("{drawn:.3e}").parse().unwrap_or(drawn);
            Value::Real(typed.clamp(min, max))
        }
        OptInputType::IntegerList { .. } => {
            // One after the other, so that every kind is met.
            Value::Average((round % AVERAGES.len()) as i32)
        }
        _ => default(kind),
    }
}

fn power(base: f64, exponent: f64) -> f64 {
    strat_engine::abi::math::pow(base, exponent)
}

#[test]
fn sets_cover_the_declared_ranges() {
    for info in crate::registry::all() {
        let sets = sets(info, 1 + SAMPLED);
        if info.opt_inputs.is_empty() {
            continue;
        }
        assert!(sets.len() > 20, "{}: {} sets", info.name, sets.len());
        for (i, opt) in info.opt_inputs.iter().enumerate() {
            let has = |value: Value| sets.iter().any(|s| s.values[i] == value);
            assert!(has(default(&opt.kind)), "{}", info.name);
            assert!(has(extreme(&opt.kind, false)), "{}", info.name);
            assert!(has(extreme(&opt.kind, true)), "{}", info.name);
            if matches!(opt.kind, OptInputType::IntegerList { .. }) {
                for kind in 0..AVERAGES.len() as i32 {
                    assert!(has(Value::Average(kind)), "{} {kind}", info.name);
                }
            }
        }
    }
}
