//! The open trade and the values that a plan points into.

use strat_abi as abi;
use strat_abi::Program;
use strat_compiler::{Executor, compile};
use strat_lang::hir::{
    Cooldown, Input, Kind, Level, Math2, OrderKind, Size, Slicing, TimeInForce, Trail, Ty, WindowFn,
};

use crate::agree::{Beside, agree};
use crate::hand::{Hand, NOWHERE};
use crate::market::{Bars, Trades};

const OF_TRADE: [Input; 7] = [
    Input::EntryPrice,
    Input::Held,
    Input::HeldBars,
    Input::Mark,
    Input::Quantity,
    Input::Kept(0),
    Input::Kept(2),
];

#[test]
fn every_value_of_the_trade_reaches_every_executor() {
    let bars = Bars::wild(1, 700, 60);
    let trades = Trades::wild(2, 700, 3);
    let mut hand = Hand::default();
    let close = hand.input(Input::Close);
    for input in OF_TRADE {
        let value = hand.input(input);
        let ratio = hand.math(Math2::Div, close, value);
        let before = hand.lag(ratio, 1.0);
        hand.output("plain", value);
        hand.output("ratio", ratio);
        hand.output("before", before);
    }
    let got = agree(
        &hand.unit,
        &[vec![]],
        bars.columns(&[]),
        Some(&trades),
        Beside::Bars,
    );
    // They are what was handed over.
    for (i, want) in trades.columns.iter().enumerate() {
        let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
        assert!(want.iter().zip(&got[3 * i]).all(same), "{:?}", OF_TRADE[i]);
        assert!(want.iter().any(|x| !x.is_nan()));
    }
    assert!(
        got[15]
            .iter()
            .zip(&trades.kept[0])
            .all(|(a, b)| a == b || a.is_nan())
    );
    assert!(
        got[18]
            .iter()
            .zip(&trades.kept[2])
            .all(|(a, b)| a == b || a.is_nan())
    );
    // Without a trade there is none.
    let program = compile(&hand.unit, Executor::Kernel).unwrap();
    let flat = program.evaluate(&[], bars.columns(&[]));
    assert!(flat[12].iter().all(|q| *q == 0.0));
    assert!(flat[0].iter().chain(&flat[18]).all(|x| x.is_nan()));
}

#[test]
fn time_and_index_are_known_everywhere() {
    let bars = Bars::wild(3, 300, 15);
    let mut hand = Hand::default();
    let time = hand.input(Input::Time);
    let index = hand.input(Input::BarIndex);
    let rest = hand.number(86_400.0);
    let of_day = hand.math(Math2::Mod, time, rest);
    hand.output("time", time);
    hand.output("of day", of_day);
    hand.output("index", index);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    assert!(
        got[0]
            .iter()
            .zip(&bars.time)
            .all(|(s, n)| *s == *n as f64 / 1e9)
    );
}

/// A strategy that asks for everything the engine knows.
fn asking() -> Hand {
    let mut hand = Hand::default();
    let n = hand.param("n", 5.0);
    let share = hand.param("share", 3.0);
    let close = hand.input(Input::Close);
    let low = hand.input(Input::Low);
    let least = hand.window(WindowFn::Min, low, n);
    let mean = hand.window(WindowFn::Mean, close, n);
    let hundred = hand.number(100.0);
    let part = hand.math(Math2::Div, share, hundred);
    let above = hand.less(mean, close);
    let below = hand.less(close, mean);
    let half = hand.number(0.5);
    let mut long = hand.signal("up", above);
    long.order.size = Some(Size::OfEquity(half));
    long.keep = vec![(0, close), (1, least)];
    let mut short = hand.signal("down", below);
    short.side = strat_lang::hir::Side::Short;
    short.order.size = Some(Size::Risk(part));
    let mut out = hand.signal("out", below);
    out.portion = Some(half);
    hand.unit.entries = vec![long, short];
    hand.unit.exits = vec![out];
    let plan = &mut hand.unit.plan;
    plan.stops = vec![(least, NOWHERE)];
    plan.trails = vec![Trail {
        level: Level::At(mean),
        once: Some(above),
        span: NOWHERE,
    }];
    plan.targets = vec![(Level::Share(part), NOWHERE)];
    plan.ladder = vec![(0.0, part), (3600.0, half)];
    plan.pyramid = Some(share);
    plan.cooldown = Some(Cooldown::Bars(n));
    plan.kept = vec!["c".to_owned(), "l".to_owned()];
    plan.on = "bar".to_owned();
    hand
}

#[test]
fn a_plan_points_into_the_outputs() {
    let hand = asking();
    let program = compile(&hand.unit, Executor::Kernel).unwrap();
    let plan = &program.info().plan;
    // half, close, least, part, mean, above, share, n: each once, in the order they are asked for.
    assert_eq!(plan.outputs, 8);
    assert_eq!(plan.entries[0].size, Some(abi::Size::OfEquity(0)));
    assert_eq!(plan.entries[0].keep, [(0, 1), (1, 2)]);
    assert_eq!(plan.entries[1].side, abi::Side::Short);
    assert_eq!(plan.entries[1].size, Some(abi::Size::Risk(3)));
    assert_eq!(plan.exits[0].portion, Some(0));
    assert_eq!(plan.stops, [2]);
    assert_eq!(plan.trails[0].level, abi::Level::Price(4));
    assert_eq!(plan.trails[0].once, Some(5));
    assert_eq!(plan.targets, [abi::Level::Share(3)]);
    assert_eq!(plan.ladder, [(0, 3), (3600, 0)]);
    assert_eq!(plan.pyramid, Some(6));
    assert_eq!(plan.cooldown, Some(abi::Cooldown::Bars(7)));
    assert_eq!(plan.kept, 2);
    assert!(!plan.reads_trade && plan.not_yet.is_empty() && !plan.is_plain());

    let bars = Bars::wild(4, 2500, 60);
    let sets = [
        vec![5.0, 3.0],
        vec![1.0, 0.0],
        vec![2400.0, 7.0],
        vec![50.0, 3.0],
    ];
    let got = agree(&hand.unit, &sets, bars.columns(&[]), None, Beside::Bars);
    let mut bare = hand.unit.clone();
    bare.plan = strat_lang::hir::Plan::default();
    assert!(got[0].iter().all(|half| *half == 0.5));
    assert!(got[3].iter().all(|part| *part == 0.03));
    assert!(got[7].iter().all(|n| *n == 50.0));
    assert!(got[5].contains(&1.0) && got[5].contains(&0.0) && got[5][0].is_nan());
    assert!(program.resolve(&[50.0, 3.0]).is_ok());
}

#[test]
fn decisions_on_the_trade_agree_and_are_not_swept() {
    let mut hand = asking();
    let price = hand.input(Input::EntryPrice);
    let held = hand.input(Input::HeldBars);
    let kept = hand.input(Input::Kept(1));
    let close = hand.unit.entries[0].keep[0].1;
    let gain = hand.math(Math2::Div, close, price);
    let three = hand.number(3.0);
    let late = hand.less(three, held);
    let lost = hand.less(close, kept);
    let both = hand.and(late, lost);
    let signal = hand.signal("late", both);
    hand.unit.exits.push(signal);
    hand.unit.plan.stops.push((gain, NOWHERE));
    let program = compile(&hand.unit, Executor::Kernel).unwrap();
    assert!(program.info().plan.reads_trade);
    let bars = Bars::wild(5, 1500, 60);
    let trades = Trades::wild(6, 1500, 2);
    let sets = [vec![5.0, 3.0], vec![1.0, 0.0], vec![300.0, 7.0]];
    let got = agree(
        &hand.unit,
        &sets,
        bars.columns(&[]),
        Some(&trades),
        Beside::Bars,
    );
    assert!(got.iter().all(|column| column.len() == 1500));
}

#[test]
fn what_no_tier_executes_is_told() {
    let mut hand = Hand::default();
    let close = hand.input(Input::Close);
    let yes = hand.node(Kind::Bool(true), &[], Ty::Bool);
    let mut entry = hand.signal("in", yes);
    entry.order.kind = OrderKind::Limit(close);
    entry.order.slicing = Some(Slicing::Twap(close));
    entry.order.time_in_force = Some(TimeInForce::Ioc);
    entry.order.post_only = true;
    hand.unit.entries = vec![entry];
    let mut exit = hand.signal("out", yes);
    exit.order.kind = OrderKind::Limit(close);
    hand.unit.exits = vec![exit];
    hand.unit.plan.on = "book".to_owned();
    let book = hand.feed(
        strat_lang::hir::FeedKind::Book {
            name: "microprice".to_owned(),
            levels: Some(5),
        },
        0,
    );
    // Nothing reads it yet, and so nothing is said of it.
    let program = compile(&hand.unit, Executor::Interp).unwrap();
    let plan = &program.info().plan;
    assert_eq!(plan.entries[0].order, ["limit", "ioc", "twap", "post_only"]);
    assert_eq!(plan.exits[0].order, ["limit"]);
    assert_eq!(
        plan.not_yet,
        [
            "statements that run `on book`",
            "`limit` orders",
            "`ioc` orders",
            "`twap` orders",
            "`post_only` orders",
        ]
    );
    assert_eq!(plan.outputs, 0);
    hand.output("micro", book);
    let program = compile(&hand.unit, Executor::Kernel).unwrap();
    let not_yet = &program.info().plan.not_yet;
    assert!(
        not_yet.iter().any(|words| words.contains("microprice")),
        "{not_yet:?}"
    );
    let bars = Bars::wild(7, 100, 60);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    assert!(got[0].iter().all(|x| x.is_nan()));
}
