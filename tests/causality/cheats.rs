//! The comparison sees whoever looks ahead, in whatever way; and whoever does not passes.

use strat_compiler::{Executor, compile};
use strat_engine::abi::Program;
use strat_tests::compare::{Cell, Column, outputs};
use strat_tests::data::Data;
use strat_tests::{check_expression, unit};

use crate::cut::{BARS, CUTS, TAILS, bars, causal, exchanged};

/// What an honest program gives, and a way to spoil it.
fn spoiled(text: &str, spoil: impl Fn(&Data, &mut Vec<Column>)) -> Result<usize, String> {
    let unit = unit(check_expression(text), text);
    let data = Data::made_up(bars(), &[]);
    for executor in [Executor::Interp, Executor::Kernel, Executor::Handler] {
        let program = compile(&unit, executor).expect("code");
        assert!(program.resolve(&[]).is_ok());
        let run = |data: &Data| {
            let mut columns = data.with_columns(|bars| outputs(&program, &[], bars));
            spoil(data, &mut columns);
            columns
        };
        let found = causal(&data, run).map_err(|e| e.to_string());
        if executor == Executor::Handler || found.is_err() {
            return found;
        }
    }
    unreachable!("the last executor returns")
}

const TEXT: &str = "{ a: sma(close, 5), b: num(close > open), c: rsi(close, 14) }";

#[test]
fn an_honest_program_passes_and_feels_its_data() {
    let felt = spoiled(TEXT, |_, _| {}).expect("it looks at the past only");
    // Each cut but the ones right at the end, three tails each.
    assert!(felt >= 3 * (CUTS.len() - 1), "{felt}");
}

#[test]
fn a_column_shifted_by_one_bar_is_seen() {
    let found = spoiled(TEXT, |_, columns| {
        for column in columns {
            column.cells.rotate_left(1);
        }
    });
    assert!(found.is_err(), "{found:?}");
}

#[test]
fn one_shifted_column_among_others_is_seen() {
    for which in 0..3 {
        let found = spoiled(TEXT, |_, columns| columns[which].cells.rotate_left(1));
        assert!(found.is_err(), "column {which}: {found:?}");
    }
}

#[test]
fn scaling_by_the_greatest_value_of_all_is_seen() {
    let found = spoiled("close", |data, columns| {
        let greatest = data.bars.close.iter().copied().fold(0.0, f64::max);
        for cell in &mut columns[0].cells {
            if let Cell::Number(x) = cell {
                *x /= greatest;
            }
        }
    });
    assert!(found.is_err(), "{found:?}");
}

#[test]
fn filling_a_missing_value_from_the_next_is_seen() {
    let mut gap = bars();
    assert!(gap.close.iter().any(|x| x.is_nan()));
    // A gap right at a cut, so that the filling is at one, too.
    gap.close[CUTS[4]] = f64::NAN;
    let data = Data::made_up(gap, &[]);
    let fill = |data: &Data| {
        let close = &data.bars.close;
        let mut cells: Vec<Cell> = close.iter().copied().map(Cell::Number).collect();
        for t in (1..close.len()).rev() {
            if close[t - 1].is_nan() {
                cells[t - 1] = cells[t];
            }
        }
        vec![Column {
            name: "filled".to_owned(),
            cells,
        }]
    };
    assert!(causal(&data, fill).is_err());
}

#[test]
fn knowing_how_many_bars_there_will_be_is_seen() {
    let data = Data::made_up(bars(), &[]);
    let count = |data: &Data| {
        let left = |t: usize| Cell::Bits((data.bars.len() - t) as u64);
        vec![Column {
            name: "bars left".to_owned(),
            cells: (0..data.bars.len()).map(left).collect(),
        }]
    };
    assert!(causal(&data, count).is_err());
}

#[test]
fn an_exchange_leaves_the_past_and_changes_the_rest() {
    let data = Data::made_up(bars(), &[]);
    assert_eq!(data.bars.len(), BARS);
    for cut in CUTS {
        for tail in TAILS {
            let other = exchanged(&data, cut, tail).bars;
            let bits = |x: &[f64]| -> Vec<u64> { x.iter().map(|x| x.to_bits()).collect() };
            let end = cut + 1;
            assert_eq!(bits(&other.close[..end]), bits(&data.bars.close[..end]));
            assert_eq!(bits(&other.volume[..end]), bits(&data.bars.volume[..end]));
            assert_eq!(other.time[..end], data.bars.time[..end]);
            assert_ne!(
                bits(&other.close[end..]),
                bits(&data.bars.close[end..]),
                "{cut} {tail:?}"
            );
            assert!(other.time.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
