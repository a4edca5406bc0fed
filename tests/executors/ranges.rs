//! Every value of every node lies in the range that the check inferred for it: of each function of
//! the library, and of made-up programs.

use strat_compiler::{Executor, compile};
use strat_engine::columns;
use strat_lang::hir::{Kind, NodeId, Range, Unit};
use strat_market::Bars;
use strat_tests::candles::{Dice, wild};
use strat_tests::{bars, check_expression, check_expression_in, last, shared_or_skip, unit};

use crate::compare::{Cell, outputs};
use crate::program::library::FUNCTIONS;
use crate::program::{generate, render};

/// Rounding that a range does not count.
const ROUNDING: f64 = 1e-9;

/// Values that were looked at, and those that lay within bounds that say something.
#[derive(Default)]
struct Seen {
    values: usize,
    bounded: usize,
}

/// All nodes of a unit as its outputs, but those that only a step or a zone has.
fn laid_open(unit: &Unit) -> Unit {
    let mut open = unit.clone();
    open.outputs = unit
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.body.is_none() && node.zone.is_none())
        .filter(|(_, node)| !matches!(node.kind, Kind::Input(input) if input.is_of_trade()))
        .filter_map(|(i, _)| Some((i.to_string(), NodeId(u32::try_from(i).ok()?))))
        .collect();
    open
}

/// Holds a unit's values against their ranges. Where `scale` is asked for, rounding is counted
/// against the greatest value that any node had so far: sums of huge values leave huge errors.
fn check(unit: &Unit, bars: &Bars, scale: bool, seen: &mut Seen) -> Result<(), String> {
    let open = laid_open(unit);
    let program = compile(&open, Executor::Interp).map_err(|e| e.0)?;
    let set: Vec<f64> = unit.params.iter().map(|p| p.default).collect();
    let columns = outputs(&program, &set, columns(bars));
    let mut greatest = 1.0_f64;
    for bar in 0..bars.len() {
        let mut all: Vec<(f64, NodeId)> = Vec::with_capacity(columns.len());
        for (column, (_, id)) in columns.iter().zip(&open.outputs) {
            if let Some(Cell::Number(v)) = column.cells.get(bar)
                && !v.is_nan()
            {
                all.push((*v, *id));
                greatest = greatest.max(v.abs());
            }
        }
        // Beyond it nothing is said: differences of infinities.
        if scale && greatest > 1e100 {
            return Ok(());
        }
        for (v, id) in all {
            let range = open.node(id).range;
            seen.values += 1;
            seen.bounded += usize::from(!range.is_any());
            if !lies_in(range, v, if scale { greatest } else { 1.0 }) {
                return Err(format!(
                    "%{} is {v} on bar {bar}, not in {}:\n{}",
                    id.0,
                    range.text(),
                    strat_lang::hir::print_unit(unit)
                ));
            }
        }
    }
    Ok(())
}

fn lies_in(range: Range, v: f64, scale: f64) -> bool {
    let slack =
        |bound: f64| ROUNDING * scale.max(if bound.is_finite() { bound.abs() } else { 1.0 });
    let between = v >= range.lo - slack(range.lo) && v <= range.hi + slack(range.hi);
    between && (!range.whole || v.is_infinite() || v.fract() == 0.0)
}

/// Bars that no market shows but that are bars: prices of 0, tiny and huge ones, jumps, standing
/// still, no volume.
fn hostile(seed: u64, count: usize) -> Bars {
    let mut bars = wild(seed, count, true);
    let mut dice = Dice::new(seed ^ 0x5EED);
    for i in 0..count {
        let factor = match dice.roll() {
            r if r < 0.02 => 0.0,
            r if r < 0.04 => 1e-9,
            r if r < 0.06 => 1e6,
            r if r < 0.10 => 10.0,
            _ => continue,
        };
        for column in [
            &mut bars.open,
            &mut bars.high,
            &mut bars.low,
            &mut bars.close,
        ] {
            column[i] *= factor;
        }
        if dice.roll() < 0.5 {
            bars.volume[i] *= factor;
        }
    }
    bars
}

#[test]
fn values_of_the_library_lie_in_their_ranges() {
    let mut markets = vec![wild(31, 1500, true), hostile(32, 1500), hostile(33, 1500)];
    if let Some(shared) = shared_or_skip("ranges") {
        markets.push(last(&bars(&shared, "BTC/USDT", "1h"), 3000));
    }
    let mut seen = Seen::default();
    for f in FUNCTIONS.iter() {
        let text = f.call();
        let unit = unit(check_expression(&text), &text);
        for (name, output) in &unit.outputs {
            let node = unit.node(*output);
            let (range, dimension) = (node.range.text(), node.dimension.text());
            println!("{text} {name}: {dimension} {range}");
        }
        for (i, market) in markets.iter().enumerate() {
            // The jumps of hostile bars leave errors of their own size.
            check(&unit, market, i == 1 || i == 2, &mut seen)
                .unwrap_or_else(|e| panic!("{text} on market {i}: {e}"));
        }
    }
    assert!(
        seen.bounded * 2 > seen.values,
        "{} of {}",
        seen.bounded,
        seen.values
    );
}

#[test]
fn values_of_made_up_programs_lie_in_their_ranges() {
    let cases: u64 = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200);
    let mut seen = Seen::default();
    let mut ran = 0;
    for seed in 0..cases {
        let program = generate::program(seed.wrapping_mul(0x9E37_79B9) + 7);
        let text = render::text(&program);
        let checked = check_expression_in(&text.expression, &text.file);
        let Some(unit) = checked.units.first() else {
            continue;
        };
        ran += 1;
        for market in [wild(seed, 300, true), hostile(seed, 300)] {
            if let Err(e) = check(unit, &market, true, &mut seen) {
                panic!("{e}\n{}\n// eval: {}", text.file, text.expression);
            }
        }
    }
    assert!(ran * 10 > cases * 7, "{ran} of {cases} programs ran");
    assert!(
        seen.bounded * 3 > seen.values,
        "{} of {}",
        seen.bounded,
        seen.values
    );
}

/// The classical indicators have the bounds that every book gives them.
#[test]
fn bounded_indicators_have_their_bounds() {
    let bounded = [
        ("rsi(close, 14)", 0.0, 100.0),
        ("ta_rsi(close, 14)", 0.0, 100.0),
        ("adx(14)", 0.0, 100.0),
        ("ta_adx(14)", 0.0, 100.0),
        ("ema(rsi(close, 14), 9)", 0.0, 100.0),
        ("sma(adx(14), 9)", 0.0, 100.0),
        (
            "(close - lowest(low, 14)) / (highest(high, 14) - lowest(low, 14))",
            0.0,
            1.0,
        ),
        (
            "-100 * (highest(high, 14) - close) / (highest(high, 14) - lowest(low, 14))",
            -100.0,
            0.0,
        ),
        ("clamp(2 * close, 3, 5)", 3.0, 5.0),
        ("bar_index mod 24", 0.0, 23.0),
        ("num(close > open) + num(close > close[1])", 0.0, 2.0),
        ("sign(close - open)", -1.0, 1.0),
    ];
    for (text, lo, hi) in bounded {
        let unit = unit(check_expression(text), text);
        let (_, output) = unit.outputs[0];
        let range = unit.node(output).range;
        assert_eq!((range.lo, range.hi), (lo, hi), "{text}: {}", range.text());
    }
    let positive = [
        "atr(14)",
        "ta_atr(14)",
        "true_range()",
        "ema(close, 20)",
        "stdev(close, 20)",
        "volume_ratio(20)",
        "bollinger(close, 20, 2).width",
        "variance(close, 9)",
        "wma(close, 9)",
        "adx_parts(14).plus_di",
        "highest(high, 20)",
    ];
    for text in positive {
        let unit = unit(check_expression(text), text);
        let (_, output) = unit.outputs[0];
        let range = unit.node(output).range;
        assert_eq!(range.lo, 0.0, "{text}: {}", range.text());
    }
}
