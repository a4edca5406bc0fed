//! The text of a graph with everything in it.

use strat_compiler::driver::{emit_clif, emit_ir};
use strat_lang::hir::{Choose, FeedKind, Input};

use crate::hand::{Hand, expression};

#[test]
fn everything_is_printed() {
    let mut hand = Hand::default();
    let close = hand.input(Input::Close);
    let open = hand.input(Input::Open);
    let pool = hand.pool();
    let born = hand.less(open, close);
    let kept = hand.kept(pool, 0);
    let last = hand.last(pool, 0);
    let filled = hand.or_else(last, kept);
    let filled = hand.next(pool, 0, filled);
    let age = hand.age(pool);
    let dies = hand.less(filled, age);
    let p = &mut hand.unit.pools[0];
    (p.max, p.born, p.dies) = (8, born, Some(dies));
    p.keep = vec![("c".to_owned(), close)];
    p.next = vec![("filled".to_owned(), filled)];
    let lowest = hand.query(pool, Some(dies), Choose::Lowest(kept), 2);
    let slow = hand.feed(
        FeedKind::Timeframe {
            seconds: 3600.0,
            unit: Box::new(expression(|hand| {
                let unit = Box::new(expression(|hand| hand.input(Input::High)));
                let symbol = "ETH/USDT".to_owned();
                hand.feed(FeedKind::Symbol { symbol, unit }, 0)
            })),
        },
        0,
    );
    let price = hand.input(Input::EntryPrice);
    let when = hand.less(lowest, slow);
    let mut entry = hand.signal("in", when);
    entry.portion = Some(price);
    hand.unit.exits = vec![entry];
    assert_eq!(
        emit_ir(&hand.unit),
        "\
%0: f64 series = close
%1: f64 series = open
%2: bool series = lt(%1, %0)
%3: f64 series in z0 = kept z0.0
%4: f64 series in z0 = last z0.0
%5: f64 series in z0 = coalesce(%4, %3)
%6: f64 series in z0 = next z0.0 (%5)
%7: f64 series in z0 = age z0
%8: bool series in z0 = lt(%6, %7)
%9: f64 series = query q0.2
%10: f64 series = extra(0)
%11: f64 series = entryprice
%12: bool series = lt(%9, %10)
%13: f64 series = coalesce(%11, %0)
z0: `zones` max 8 drops new, born %2 keeps [%0] next [%6] dies %8
q0: lowest %3 of z0 where %8
exit \"in\" when %12 from bar 0
value 0 = %13
need 0: bars of \"ETH/USDT\"
feed 0: on bars of 3600000 ms
  %0: f64 series = extra(0)
  output value = %0 from bar 0
  feed 0: on need 0
    %0: f64 series = high
    output value = %0 from bar 0
"
    );
    let text = emit_clif(&hand.unit).expect("code");
    // The graph, what feeds it, and what feeds that.
    assert_eq!(text.matches("; handler\n").count(), 3);
    assert!(text.contains("; pool_"));
}
