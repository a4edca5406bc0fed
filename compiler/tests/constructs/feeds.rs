//! Other timeframes, other symbols, external data.

use strat_abi::{BarColumns, Need, OtherColumns, Program};
use strat_compiler::{Executor, compile};
use strat_lang::hir::{FeedKind, Input, Math2, NodeId, Unit, WindowFn};

use crate::agree::{Beside, agree};
use crate::hand::{Hand, expression};
use crate::market::{Bars, Dice, MINUTE};

const HOUR: f64 = 3600.0;

fn at(seconds: f64, unit: Unit) -> FeedKind {
    FeedKind::Timeframe {
        seconds,
        unit: Box::new(unit),
    }
}

fn of(symbol: &str, unit: Unit) -> FeedKind {
    FeedKind::Symbol {
        symbol: symbol.to_owned(),
        unit: Box::new(unit),
    }
}

fn input(input: Input) -> Unit {
    expression(|hand| hand.input(input))
}

fn expect(got: &[f64], want: &[f64]) {
    let same = |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan();
    assert!(
        got.len() == want.len() && got.iter().zip(want).all(same),
        "{got:?} and not {want:?}"
    );
}

const NA: f64 = f64::NAN;

/// Bars of 15 minutes that open at these quarters of hours; the close is the number of the quarter.
fn quarters(quarters: &[i64]) -> Bars {
    let mut bars = Bars::default();
    for q in quarters {
        let x = *q as f64;
        bars.push(q * 15 * MINUTE, [x - 0.5, x + 0.25, x - 1.0, x, 1.0]);
    }
    bars
}

#[test]
fn a_longer_bar_is_seen_when_it_has_closed() {
    // The first hour lacks its first quarter, the second its last two, the third is whole, the
    // fourth is missing, the fifth has its first and its last quarter, the sixth has not closed.
    let bars = quarters(&[1, 2, 3, 4, 5, 8, 9, 10, 11, 16, 19, 20, 22]);
    let mut hand = Hand::default();
    for of_bar in [
        Input::Open,
        Input::High,
        Input::Low,
        Input::Close,
        Input::Volume,
        Input::Time,
        Input::BarIndex,
    ] {
        let node = hand.feed(at(HOUR, input(of_bar)), 0);
        hand.output("value", node);
    }
    let before = expression(|hand| {
        let close = hand.input(Input::Close);
        hand.lag(close, 1.0)
    });
    let before = hand.feed(at(HOUR, before), 0);
    hand.output("before", before);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    let seen = |values: [f64; 4]| {
        let [a, b, c, d] = values;
        [NA, NA, a, a, a, b, b, b, c, c, d, d, d]
    };
    expect(&got[0], &seen([0.5, 3.5, 7.5, 15.5]));
    expect(&got[1], &seen([3.25, 5.25, 11.25, 19.25]));
    expect(&got[2], &seen([0.0, 3.0, 7.0, 15.0]));
    expect(&got[3], &seen([3.0, 5.0, 11.0, 19.0]));
    expect(&got[4], &seen([3.0, 2.0, 4.0, 2.0]));
    expect(&got[5], &seen([0.0, 3600.0, 7200.0, 14400.0]));
    expect(&got[6], &seen([0.0, 1.0, 2.0, 3.0]));
    expect(&got[7], &seen([NA, 3.0, 5.0, 11.0]));
    // A length that bars do not divide: the bar whose close passes the end shows it.
    let mut hand = Hand::default();
    let node = hand.feed(at(2400.0, input(Input::Close)), 0);
    hand.output("value", node);
    let bars = quarters(&[0, 1, 2, 3, 4, 5, 6, 7]);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    expect(&got[0], &[NA, NA, 2.0, 2.0, 2.0, 5.0, 5.0, 7.0]);
}

/// What is computed on other bars: memory, a window of a length that is a parameter, and a value
/// of still longer bars.
fn deep(hand: &mut Hand, n: NodeId, longer: Option<FeedKind>) -> NodeId {
    let close = hand.input(Input::Close);
    let high = hand.input(Input::High);
    let mean = hand.window(WindowFn::Mean, close, n);
    let share = hand.number(0.25);
    let smooth = hand.smooth(high, share);
    let apart = hand.math(Math2::Sub, smooth, mean);
    match longer {
        None => apart,
        Some(kind) => {
            let longer = hand.feed(kind, 1);
            hand.math(Math2::Div, apart, longer)
        }
    }
}

/// A unit of one output that reads the first parameter of its owner.
fn with_length(make: impl FnOnce(&mut Hand, NodeId) -> NodeId) -> Unit {
    let mut unit = expression(|hand| {
        let n = hand.param("n", 3.0);
        make(hand, n)
    });
    unit.params.clear();
    unit
}

fn sets() -> [Vec<f64>; 4] {
    [vec![1.0], vec![400.0], vec![2.0], vec![3.0]]
}

#[test]
fn other_timeframes_agree_bar_by_bar_and_over_columns() {
    for (seed, minutes, told) in [(1, 60, false), (2, 60, true), (3, 15, true), (4, 7, true)] {
        let bars = Bars::wild(seed, 2200, minutes);
        let mut hand = Hand::default();
        hand.unit.timeframe = told.then_some(60.0 * minutes as f64);
        let n = hand.param("n", 3.0);
        let day = with_length(|hand, n| deep(hand, n, None));
        let inner = with_length(|hand, n| deep(hand, n, Some(at(24.0 * HOUR, day))));
        let slow = hand.feed(at(4.0 * HOUR, inner), 1);
        let plain = hand.feed(at(4.0 * HOUR, input(Input::Close)), 0);
        let mean = hand.window(WindowFn::Mean, slow, n);
        let close = hand.input(Input::Close);
        let apart = hand.math(Math2::Sub, close, plain);
        for node in [slow, plain, mean, apart] {
            hand.output("value", node);
        }
        let got = agree(&hand.unit, &sets(), bars.columns(&[]), None, Beside::Bars);
        // An infinite value stays in what remembers it: only the plain column is never lost.
        let known = got[1].iter().filter(|x| !x.is_nan()).count();
        assert!(known > 500, "{known} values of bars of {minutes} minutes");
        let zero = hand.number(0.0);
        let enter = hand.less(zero, slow);
        let leave = hand.less(close, plain);
        hand.unit.outputs.clear();
        hand.unit.entries = vec![hand.signal("in", enter)];
        hand.unit.exits = vec![hand.signal("out", leave)];
        agree(&hand.unit, &sets(), bars.columns(&[]), None, Beside::Bars);
        let settle = compile(&hand.unit, Executor::Kernel).unwrap();
        let settle = settle.resolve(&[3.0]).unwrap().settle;
        assert_eq!(settle.is_some(), told, "{settle:?}");
    }
}

#[test]
fn nothing_before_a_cut_depends_on_what_comes_after() {
    let bars = Bars::wild(9, 600, 60);
    let mut hand = Hand::default();
    hand.unit.timeframe = Some(HOUR);
    let n = hand.param("n", 3.0);
    let inner = with_length(|hand, n| deep(hand, n, None));
    let slow = hand.feed(at(4.0 * HOUR, inner.clone()), 1);
    let theirs = with_length(|hand, _| hand.feed(of("ETH/USDT", inner), 1));
    let theirs = hand.feed(at(4.0 * HOUR, theirs), 1);
    let paid = hand.feed(FeedKind::External("funding".to_owned()), 0);
    let _ = n;
    for node in [slow, theirs, paid] {
        hand.output("value", node);
    }
    let eth = Bars::wild(10, 640, 60);
    let program = compile(&hand.unit, Executor::Kernel).unwrap();
    let run = |cut: usize, rest: u64| {
        let (mut bars, mut eth) = (bars.clone(), eth.clone());
        let close = bars.time[cut] + 60 * MINUTE;
        let mut dice = Dice(rest);
        for bars in [&mut bars, &mut eth] {
            for t in 0..bars.time.len() {
                if bars.time[t] + 60 * MINUTE > close {
                    for column in [
                        &mut bars.open,
                        &mut bars.high,
                        &mut bars.low,
                        &mut bars.close,
                    ] {
                        column[t] *= dice.unit();
                    }
                }
            }
        }
        let (time, mut value): (Vec<i64>, Vec<f64>) = (0..80)
            .map(|i| (bars.time[0] + i * 480 * MINUTE, i as f64))
            .unzip();
        for (time, value) in time.iter().zip(&mut value) {
            *value *= if *time > close { dice.unit() } else { 1.0 };
        }
        let others = [
            OtherColumns::Bars(eth.columns(&[])),
            OtherColumns::Values {
                time: &time,
                value: &value,
            },
        ];
        let mut out = program.evaluate(&[3.0], bars.columns(&others));
        out.iter_mut().for_each(|column| column.truncate(cut + 1));
        out
    };
    for i in 1..9 {
        let cut = 67 * i;
        let (a, b) = (run(cut, 1), run(cut, 2));
        for (a, b) in a.iter().zip(&b) {
            assert!(a.iter().any(|x| !x.is_nan()));
            expect(a, b);
        }
    }
}

#[test]
fn other_symbols_are_aligned_by_time() {
    let own = quarters(&[0, 1, 2, 3, 5, 6]);
    let mut theirs = quarters(&[1, 3, 4, 5]);
    theirs.close = vec![10.0, 30.0, 40.0, 50.0];
    let others = [OtherColumns::Bars(theirs.columns(&[]))];
    let mut hand = Hand::default();
    let close = hand.feed(of("ETH/USDT", input(Input::Close)), 0);
    let before = expression(|hand| {
        let close = hand.input(Input::Close);
        hand.lag(close, 1.0)
    });
    let before = hand.feed(of("ETH/USDT", before), 0);
    hand.output("close", close);
    hand.output("before", before);
    let program = compile(&hand.unit, Executor::Handler).unwrap();
    assert_eq!(program.info().needs, [Need::Symbol("ETH/USDT".to_owned())]);
    let got = agree(
        &hand.unit,
        &[vec![]],
        own.columns(&others),
        None,
        Beside::Known,
    );
    expect(&got[0], &[NA, 10.0, NA, 30.0, 50.0, NA]);
    expect(&got[1], &[NA, NA, NA, 10.0, 40.0, NA]);
    // Without the other bars it is missing, and nothing breaks.
    let got = agree(&hand.unit, &[vec![]], own.columns(&[]), None, Beside::Bars);
    assert!(got.iter().flatten().all(|x| x.is_nan()));
}

#[test]
fn feeds_of_feeds_agree() {
    let bars = Bars::wild(21, 1500, 60);
    let (eth, sol) = (Bars::wild(21, 1400, 60), Bars::wild(23, 1600, 60));
    let time: Vec<i64> = (0..500).map(|i| bars.time[0] + i * 217 * MINUTE).collect();
    let value: Vec<f64> = (0..500)
        .map(|i| if i % 7 == 0 { NA } else { i as f64 })
        .collect();
    let funding = || FeedKind::External("funding".to_owned());
    let mut hand = Hand::default();
    let n = hand.param("n", 3.0);
    // Of another symbol on longer bars, and longer bars of another symbol.
    let eth_inner = with_length(|hand, n| deep(hand, n, None));
    let eth_first = with_length(|hand, _| hand.feed(of("ETH/USDT", eth_inner.clone()), 1));
    let a = hand.feed(at(4.0 * HOUR, eth_first), 1);
    let eth_longer = with_length(|hand, _| hand.feed(at(4.0 * HOUR, eth_inner.clone()), 1));
    let b = hand.feed(of("ETH/USDT", eth_longer), 1);
    let sol_less = with_length(|hand, n| {
        let close = hand.input(Input::Close);
        let eth = hand.feed(of("ETH/USDT", input(Input::Close)), 0);
        let ratio = hand.math(Math2::Div, close, eth);
        hand.window(WindowFn::Max, ratio, n)
    });
    let c = hand.feed(of("SOL/USDT", sol_less), 1);
    let paid = hand.feed(funding(), 0);
    let paid_slow = with_length(|hand, n| {
        let paid = hand.feed(funding(), 0);
        hand.window(WindowFn::Sum, paid, n)
    });
    let d = hand.feed(at(4.0 * HOUR, paid_slow), 1);
    let event = hand.feed(FeedKind::Event("funding".to_owned()), 0);
    let mean = hand.window(WindowFn::Mean, a, n);
    for node in [a, b, c, paid, d, event, mean] {
        hand.output("value", node);
    }
    let program = compile(&hand.unit, Executor::Kernel).unwrap();
    assert_eq!(
        program.info().needs,
        [
            Need::Symbol("ETH/USDT".to_owned()),
            Need::Symbol("SOL/USDT".to_owned()),
            Need::External("funding".to_owned()),
        ]
    );
    let others = [
        OtherColumns::Bars(eth.columns(&[])),
        OtherColumns::Bars(sol.columns(&[])),
        OtherColumns::Values {
            time: &time,
            value: &value,
        },
    ];
    let columns: BarColumns<'_> = bars.columns(&others);
    let got = agree(&hand.unit, &sets(), columns, None, Beside::Known);
    for (i, column) in got.iter().enumerate() {
        let known = column.iter().filter(|x| !x.is_nan()).count();
        assert!(known > 100, "output {i}: {known} values");
    }
    assert!(got[5].contains(&0.0) && got[5].contains(&1.0));
    let zero = hand.number(0.0);
    let enter = hand.less(zero, a);
    let leave = hand.less(c, zero);
    hand.unit.outputs.clear();
    hand.unit.entries = vec![hand.signal("in", enter)];
    hand.unit.exits = vec![hand.signal("out", leave)];
    agree(&hand.unit, &sets(), columns, None, Beside::Known);
}

#[test]
fn external_values_are_seen_from_their_publication_on() {
    let bars = quarters(&[0, 1, 2, 3, 6, 7]);
    let quarter = 15 * MINUTE;
    // At a close, inside a bar, in the hole, on the open of the last bar.
    let time = [quarter, 2 * quarter + 1, 5 * quarter, 7 * quarter];
    let value = [1.0, 2.0, 3.0, 4.0];
    let others = [OtherColumns::Values {
        time: &time,
        value: &value,
    }];
    let mut hand = Hand::default();
    hand.unit.timeframe = Some(900.0);
    let paid = hand.feed(FeedKind::External("funding".to_owned()), 0);
    let event = hand.feed(FeedKind::Event("funding".to_owned()), 0);
    hand.output("paid", paid);
    hand.output("event", event);
    let got = agree(
        &hand.unit,
        &[vec![]],
        bars.columns(&others),
        None,
        Beside::Known,
    );
    expect(&got[0], &[1.0, 1.0, 2.0, 2.0, 4.0, 4.0]);
    expect(&got[1], &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
}
