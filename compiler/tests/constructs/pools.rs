//! Pools of zones: what the definition says on bars counted by hand, and agreement on made-up pools.

use strat_abi::Program;
use strat_compiler::{Executor, compile};
use strat_lang::hir::{Choose, Input, Kind, Math1, Math2, NodeId, PoolId, QueryId, Ty, WindowFn};

use crate::agree::{Beside, agree};
use crate::hand::Hand;
use crate::market::{Bars, Dice};

/// Bars of which only open and close matter.
fn bars_of(open: &[f64], close: &[f64]) -> Bars {
    let mut bars = Bars::default();
    for (t, (o, c)) in open.iter().zip(close).enumerate() {
        bars.push(t as i64 * crate::market::MINUTE, [*o, 0.0, 0.0, *c, 0.0]);
    }
    bars
}

/// Zones are born where open is 1 and keep the close; `sum` adds up the closes seen since, and a
/// zone dies when the close is 0, or when it is `oldest` bars old.
fn counted(max: u32, drops_oldest: bool, oldest: f64) -> (Hand, PoolId) {
    let mut hand = Hand::default();
    let open = hand.input(Input::Open);
    let close = hand.input(Input::Close);
    let one = hand.number(1.0);
    let zero = hand.number(0.0);
    let half = hand.number(0.5);
    let pool = hand.pool();
    let born = hand.less(half, open);
    let last = hand.last(pool, 0);
    let last = hand.or_else(last, zero);
    let sum = hand.math(Math2::Add, last, close);
    let sum = hand.next(pool, 0, sum);
    let age = hand.age(pool);
    let limit = hand.number(oldest);
    let old = hand.at_most(limit, age);
    let flat = hand.at_most(close, zero);
    let dies = hand.node(Kind::Or(old, flat), &[old, flat], Ty::Bool);
    let p = &mut hand.unit.pools[pool.0 as usize];
    (p.max, p.drops_oldest, p.born) = (max, drops_oldest, born);
    p.keep = vec![("c".to_owned(), close)];
    p.next = vec![("sum".to_owned(), sum)];
    p.dies = Some(dies);
    let count = hand.query(pool, None, Choose::Count, 0);
    let newest = hand.query(pool, None, Choose::Newest, 0);
    let age_of_newest = hand.output_of(QueryId(1), 2);
    let greatest = hand.query(pool, None, Choose::Highest(sum), 1);
    let kept = hand.kept(pool, 0);
    let nearest = hand.query(pool, None, Choose::Nearest(kept), 0);
    let large = hand.less(one, kept);
    let lowest = hand.query(pool, Some(large), Choose::Lowest(sum), 0);
    for (name, node) in [
        ("count", count),
        ("newest", newest),
        ("age", age_of_newest),
        ("greatest", greatest),
        ("nearest", nearest),
        ("lowest", lowest),
    ] {
        hand.output(name, node);
    }
    (hand, pool)
}

const NA: f64 = f64::NAN;

fn expect(got: &[Vec<f64>], want: &[&[f64]]) {
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let same = |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan();
        assert!(
            got.len() == want.len() && got.iter().zip(*want).all(same),
            "output {i}: {got:?} and not {want:?}"
        );
    }
}

#[test]
fn births_and_deaths_come_in_their_order() {
    // Bar by bar: two zones are born, one more than there is room for, all die, another.
    let open = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0];
    let close = [5.0, 2.0, 1.0, 3.0, 0.0, 0.0, 4.0];
    let bars = bars_of(&open, &close);
    let (hand, _) = counted(2, true, 100.0);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    expect(
        &got,
        &[
            &[1.0, 1.0, 2.0, 2.0, 0.0, 1.0, 1.0],
            &[5.0, 5.0, 1.0, 3.0, NA, 0.0, 0.0],
            &[0.0, 1.0, 0.0, 0.0, NA, 0.0, 1.0],
            // Sums: zone of bar 0 has 5, 7, 8; on bar 3 it gave way.
            &[5.0, 7.0, 8.0, 4.0, NA, 0.0, 4.0],
            &[5.0, 5.0, 1.0, 3.0, NA, 0.0, 0.0],
            &[5.0, 5.0, 5.0, 3.0, NA, NA, NA],
        ],
    );
    let (hand, _) = counted(2, false, 100.0);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    expect(
        &got,
        &[
            &[1.0, 1.0, 2.0, 2.0, 0.0, 1.0, 1.0],
            &[5.0, 5.0, 1.0, 1.0, NA, 0.0, 0.0],
            &[0.0, 1.0, 0.0, 1.0, NA, 0.0, 1.0],
            &[5.0, 7.0, 8.0, 11.0, NA, 0.0, 4.0],
            // 5 and 1 are as far from 3: the older one.
            &[5.0, 5.0, 1.0, 5.0, NA, 0.0, 0.0],
            &[5.0, 5.0, 5.0, 5.0, NA, NA, NA],
        ],
    );
}

#[test]
fn a_zone_dies_of_age_before_the_next_is_born() {
    let ones = [1.0; 6];
    let bars = bars_of(&ones, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let (hand, _) = counted(1, false, 1.0);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    // On every bar the only zone dies and gives room to the next.
    expect(
        &got[..3],
        &[&[1.0; 6], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[0.0; 6]],
    );
    let (hand, _) = counted(1, false, 2.0);
    let got = agree(&hand.unit, &[vec![]], bars.columns(&[]), None, Beside::Bars);
    expect(
        &got[..3],
        &[
            &[1.0; 6],
            &[1.0, 1.0, 3.0, 3.0, 5.0, 5.0],
            &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0],
        ],
    );
}

#[test]
fn a_pool_of_any_size_agrees() {
    let bars = Bars::wild(11, 3000, 60);
    for max in [1, 2, 3, 64, 5000, u32::MAX] {
        for drops_oldest in [false, true] {
            let mut hand = Hand::default();
            let n = hand.param("n", 20.0);
            let share = hand.param("share", 3.0);
            let (high, low, close) = (
                hand.input(Input::High),
                hand.input(Input::Low),
                hand.input(Input::Close),
            );
            let pool = hand.pool();
            let before = hand.lag(high, 2.0);
            let born = hand.less(before, low);
            let bottom = hand.kept(pool, 0);
            let top = hand.kept(pool, 1);
            let last = hand.last(pool, 0);
            let fill = hand.math(Math2::Min, last, low);
            let fill = hand.or_else(fill, low);
            let fill = hand.next(pool, 0, fill);
            let room = hand.math(Math2::Sub, top, bottom);
            let room = hand.math(Math2::Div, room, share);
            let edge = hand.math(Math2::Add, bottom, room);
            let filled = hand.less(fill, edge);
            let p = &mut hand.unit.pools[0];
            (p.max, p.drops_oldest, p.born, p.dies) = (max, drops_oldest, born, Some(filled));
            p.keep = vec![("bottom".to_owned(), before), ("top".to_owned(), low)];
            p.next = vec![("fill".to_owned(), fill)];
            // Asked with another parameter than the pool depends on, and by its own answer.
            let mean = hand.window(WindowFn::Mean, close, n);
            let under = hand.less(top, mean);
            let first = hand.query(pool, Some(under), Choose::Nearest(top), 1);
            let above = hand.less(first, top);
            let second = hand.query(pool, Some(above), Choose::Lowest(top), 1);
            let age = hand.output_of(QueryId(1), 3);
            let count = hand.query(pool, Some(above), Choose::Count, 0);
            let smooth = hand.window(WindowFn::Mean, count, n);
            for node in [first, second, age, count, smooth] {
                hand.output("value", node);
            }
            let sets = [
                vec![1.0, 1.0],
                vec![500.0, 3.0],
                vec![3.0, 0.0],
                vec![20.0, 3.0],
            ];
            let got = agree(&hand.unit, &sets, bars.columns(&[]), None, Beside::Bars);
            // A single zone is never above itself.
            let asked = if max == 1 { &got[0] } else { &got[3] };
            assert!(
                asked.iter().any(|x| *x > 0.0),
                "max {max}: nothing was found"
            );
            let mut strategy = hand.unit.clone();
            strategy.outputs.clear();
            let mut hand = Hand { unit: strategy };
            let enter = hand.less(first, close);
            let leave = hand.less(close, second);
            hand.unit.entries = vec![hand.signal("in", enter)];
            hand.unit.exits = vec![hand.signal("out", leave)];
            agree(&hand.unit, &sets, bars.columns(&[]), None, Beside::Bars);
            let resolved = compile(&hand.unit, Executor::Interp)
                .unwrap()
                .resolve(&sets[0]);
            assert_eq!(resolved.unwrap().settle, None);
        }
    }
}

/// A made-up expression of `depth` operations over `leaves`.
fn expression(hand: &mut Hand, dice: &mut Dice, leaves: &[NodeId], depth: u32) -> NodeId {
    if depth == 0 || dice.below(5) == 0 {
        return leaves[dice.below(leaves.len() as u64) as usize];
    }
    let a = expression(hand, dice, leaves, depth - 1);
    let b = expression(hand, dice, leaves, depth - 1);
    match dice.below(10) {
        0 => hand.math(Math2::Add, a, b),
        1 => hand.math(Math2::Sub, a, b),
        2 => hand.math(Math2::Mul, a, b),
        3 => hand.math(Math2::Div, a, b),
        4 => hand.math(Math2::Max, a, b),
        5 => hand.math(Math2::Mod, a, b),
        6 => hand.or_else(a, b),
        7 => hand.node(Kind::Math1(Math1::Sqrt, a), &[a], Ty::Number),
        8 => {
            let c = hand.less(a, b);
            hand.node(Kind::Select(c, b, a), &[c, a, b], Ty::Number)
        }
        _ => {
            let c = hand.less(a, b);
            hand.node(Kind::NumOf(c), &[c], Ty::Number)
        }
    }
}

fn condition(hand: &mut Hand, dice: &mut Dice, leaves: &[NodeId]) -> NodeId {
    let a = expression(hand, dice, leaves, 2);
    let b = expression(hand, dice, leaves, 2);
    let one = hand.less(a, b);
    match dice.below(4) {
        0 => hand.node(Kind::Not(one), &[one], Ty::Bool),
        1 => {
            let na = hand.node(Kind::IsNa(a), &[a], Ty::Bool);
            hand.node(Kind::Or(na, one), &[na, one], Ty::Bool)
        }
        2 => {
            let yes = hand.node(Kind::Bool(dice.below(2) == 0), &[], Ty::Bool);
            hand.and(yes, one)
        }
        _ => one,
    }
}

/// A pool with queries over series that may be answers of others.
fn pool(hand: &mut Hand, dice: &mut Dice, series: &[NodeId]) -> Vec<NodeId> {
    let pool = hand.pool();
    let born = condition(hand, dice, series);
    let keeps = dice.below(3) as u32;
    let keep: Vec<NodeId> = (0..keeps)
        .map(|_| expression(hand, dice, series, 2))
        .collect();
    let mut inside = series.to_vec();
    inside.extend((0..keeps).map(|i| hand.kept(pool, i)));
    inside.push(hand.age(pool));
    let nexts = dice.below(3) as u32;
    inside.extend((0..nexts).map(|i| hand.last(pool, i)));
    let mut next = Vec::new();
    for i in 0..nexts {
        let value = expression(hand, dice, &inside, 3);
        let node = hand.next(pool, i, value);
        inside.push(node);
        next.push(node);
    }
    let dies = (dice.below(4) > 0).then(|| condition(hand, dice, &inside));
    let named = |nodes: &[NodeId]| nodes.iter().map(|n| (String::new(), *n)).collect();
    let p = &mut hand.unit.pools[pool.0 as usize];
    p.max = [1, 2, 7, 64][dice.below(4) as usize];
    p.drops_oldest = dice.below(2) == 0;
    (p.born, p.dies, p.keep, p.next) = (born, dies, named(&keep), named(&next));
    let mut answers: Vec<NodeId> = Vec::new();
    for _ in 0..1 + dice.below(4) {
        let mut inside = inside.clone();
        inside.extend(&answers);
        let ask = (dice.below(3) > 0).then(|| condition(hand, dice, &inside));
        let value = expression(hand, dice, &inside, 2);
        let choose = match dice.below(5) {
            0 => Choose::Newest,
            1 => Choose::Nearest(value),
            2 => Choose::Highest(value),
            3 => Choose::Lowest(value),
            _ => Choose::Count,
        };
        let outputs = if choose == Choose::Count {
            1
        } else {
            keeps + nexts + 1
        };
        let output = dice.below(u64::from(outputs)) as u32;
        let answer = hand.query(pool, ask, choose, output);
        answers.push(if dice.below(3) == 0 {
            hand.lag(answer, 1.0)
        } else {
            answer
        });
    }
    answers
}

#[test]
fn made_up_pools_agree() {
    let mut alive = 0;
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let mut hand = Hand::default();
        let n = hand.param("n", 5.0);
        let mut series = vec![hand.number(dice.below(4) as f64), n];
        for input in [Input::Open, Input::Low, Input::Close, Input::BarIndex] {
            series.push(hand.input(input));
        }
        let close = hand.input(Input::Close);
        series.push(hand.window(WindowFn::Mean, close, n));
        series.push(hand.lag(close, 3.0));
        for _ in 0..1 + dice.below(3) {
            let answers = pool(&mut hand, &mut dice, &series);
            for answer in &answers {
                hand.output("answer", *answer);
            }
            series.extend(answers);
        }
        let bars = Bars::wild(seed, 200 + dice.below(60) as usize, 60);
        let sets = [vec![5.0], vec![1.0], vec![30.0]];
        let got = agree(&hand.unit, &sets, bars.columns(&[]), None, Beside::Bars);
        alive += usize::from(got.iter().flatten().any(|x| !x.is_nan() && *x != 0.0));
        // The same as decisions.
        let answer = hand.unit.outputs[0].1;
        let enter = condition(&mut hand, &mut dice, &[answer, series[4], series[2]]);
        hand.unit.entries = vec![hand.signal("in", enter)];
        hand.unit.outputs.clear();
        agree(&hand.unit, &sets, bars.columns(&[]), None, Beside::Bars);
    }
    assert!(alive > 50, "{alive} of 100 units ever held a zone");
}
