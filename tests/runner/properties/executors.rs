//! The same bits from the three executors.

use std::sync::LazyLock;

use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::{BarColumns, ParamInfo, Program};
use strat_lang::hir::Unit;
use strat_lang::source::SourceMap;
use strat_market::Bars;

use super::Reach;
use super::program::{has_items, program, tree};
use crate::candles::{Dice, wild};
use crate::compare::{Trio, check_decisions, check_outputs, first_difference};
use crate::data::Data;
use crate::decided::decided;

/// Bars of the market.
const BARS: usize = 200;

/// Largest unit that is compiled, in operations: machine code for more than this takes seconds.
const MOST_NODES: usize = 2_000;

/// Units of one text that are compiled.
const MOST_UNITS: usize = 3;

/// Lines and blocks of bars that no market has: an hour without trades, a night without bars, one
/// missing bar and a run of them, values that are zero, infinite, huge and tiny.
pub fn market() -> &'static Bars {
    static MARKET: LazyLock<Bars> = LazyLock::new(|| {
        let mut bars = wild(77, BARS, true);
        let mut dice = Dice::new(11);
        let odd = [
            0.0,
            -0.0,
            -1.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e300,
            5e-324,
        ];
        for t in 0..BARS {
            let quiet = (30..36).contains(&t) || dice.roll() < 0.05;
            if quiet {
                bars.volume[t] = 0.0;
            }
            let gone = (60..64).contains(&t) || t == 90;
            let columns = [
                &mut bars.open,
                &mut bars.high,
                &mut bars.low,
                &mut bars.close,
                &mut bars.volume,
            ];
            for (c, column) in columns.into_iter().enumerate() {
                if gone {
                    column[t] = f64::NAN;
                } else if t >= 150 && (t + 7 * c).is_multiple_of(11) {
                    column[t] = odd[(t / 11 + c) % odd.len()];
                }
            }
        }
        bars
    });
    &MARKET
}

/// Checks a text; what it hands on is compiled for all executors and run over [`market`], for the
/// default parameters and those at the ends of their domains. Returns how far the text came.
pub fn end_to_end(text: &str) -> Reach {
    let mut map = SourceMap::new();
    let checked = program(text, &mut map);
    if checked.has_errors() {
        return tree(text);
    }
    if checked.units.is_empty() && !has_items(text) {
        return Reach::Text;
    }
    let mut reach = Reach::Checked;
    for unit in checked.units.iter().take(MOST_UNITS) {
        if unit.nodes.len() <= MOST_NODES {
            run(unit);
            reach = Reach::Code;
        }
    }
    reach
}

fn run(unit: &Unit) {
    let interp = compile(unit, Executor::Interp).expect("the interpreter takes every unit");
    let data = Data::made_up(market().clone(), &interp.info().needs);
    let sets: Vec<Vec<f64>> = sets(&interp.info().params)
        .into_iter()
        .filter(|set| interp.resolve(set).is_ok())
        .collect();
    let trio = Trio::of(unit).unwrap_or_else(|e| panic!("no code: {}", e.0));
    for set in &sets {
        let wanted = trio.interp.resolve(set);
        for other in [&trio.handler, &trio.kernel] {
            assert_eq!(wanted, other.resolve(set));
        }
    }
    let agree = |bars: BarColumns<'_>| -> Result<(), String> {
        for other in [&trio.handler, &trio.kernel] {
            if unit.outputs.is_empty() {
                check_decisions(&trio.interp, other, &sets, &[1, sets.len()], bars)?;
                for set in &sets {
                    let decided =
                        |p: &Compiled| decided("trades", &mut *p.stream(set, bars.len()), bars);
                    let found = first_difference(&decided(&trio.interp), &decided(other));
                    found.map_or(Ok(()), |d| Err(format!("with {set:?}: {d}")))?;
                }
            } else {
                for set in &sets {
                    check_outputs(&trio.interp, other, set, bars)?;
                }
            }
        }
        Ok(())
    };
    if let Err(difference) = data.with_columns(agree) {
        panic!("executors differ: {difference}");
    }
}

/// The defaults, and each parameter in turn at both ends of its domain.
fn sets(params: &[ParamInfo]) -> Vec<Vec<f64>> {
    let defaults: Vec<f64> = params.iter().map(|p| p.default).collect();
    let mut all = vec![defaults.clone()];
    for (i, param) in params.iter().enumerate().take(3) {
        let swept = param.sweep.first().zip(param.sweep.last());
        let ends = swept.map(|(a, b)| (*a, *b)).or(param.bounds);
        for end in ends.into_iter().flat_map(|(a, b)| [a, b]) {
            let mut set = defaults.clone();
            set[i] = end;
            if !all.contains(&set) {
                all.push(set);
            }
        }
    }
    all
}
