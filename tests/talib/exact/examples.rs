//! The referee on programs whose answers are known.

use strat_engine::columns;
use strat_market::Bars;

use super::{Noisy, Spread, outputs};
use crate::call::graph;

fn bars(close: &[f64]) -> Bars {
    Bars {
        time: (0..close.len() as i64).collect(),
        open: close.to_vec(),
        high: close.to_vec(),
        low: close.to_vec(),
        close: close.to_vec(),
        volume: vec![1.0; close.len()],
    }
}

fn last(expression: &str, close: &[f64]) -> Noisy {
    let graph = graph(expression).expect(expression);
    let bars = bars(close);
    *outputs::<Noisy>(&graph, columns(&bars))[0]
        .last()
        .expect("bars")
}

#[test]
fn nothing_is_lost_by_cancelling() {
    let x = last("close + 1e-20 - close", &[1e8]);
    assert_eq!(x.value.hi, 1e-20);
    // In doubles everything is, and the bound says so.
    assert!(x.noise > 1e-9 && x.noise < 1e-7, "{x:?}");
    let spread = last(
        "window_squares(close, 3)",
        &[1e12 + 1.0, 1e12 + 2.0, 1e12 + 3.0],
    );
    assert_eq!(spread.value.hi, 2.0);
}

#[test]
fn recurrences_and_windows_follow_the_language() {
    let close = [4.0, 1.0, 7.0, 7.0, 3.0, 9.0, 2.0];
    let data = bars(&close);
    let series = crate::series::Series {
        name: "seven".into(),
        first: 0,
        bars: data.clone(),
    };
    for expression in [
        "ema(close, 3)",
        "sma(close, 3)",
        "wma(close, 3)",
        "stdev(close, 3)",
        "highest(close, 3) - lowest(close, 2)",
        "ta_rsi(close, 2)",
        "if close crosses above sma(close, 2) then 1 else 0",
        "(close after 2 bars)[1]",
        "window_rank(close, 4)",
    ] {
        let plain = crate::call::evaluate(expression, &series).expect(expression);
        let graph = graph(expression).expect(expression);
        let exact = outputs::<Noisy>(&graph, columns(&data));
        for (t, (x, e)) in plain[0].iter().zip(&exact[0]).enumerate() {
            let e = e.value.hi;
            let is_same = x.is_nan() && e.is_nan() || (x - e).abs() <= 1e-14 * e.abs();
            assert!(is_same, "{expression} bar {t}: {x}, exact {e}");
        }
    }
}

#[test]
fn what_a_running_total_carries_is_known() {
    let mut close = vec![1e8, 1e-3, 1e-3];
    close.extend([1e-3; 10]);
    let x = last("sma(close, 2)", &close);
    assert_eq!(x.value.hi, 1e-3);
    assert!(x.noise < 1e-18, "{x:?}");
    assert!(x.running > 1e-8 && x.running < 1e-3, "{x:?}");
}

#[test]
fn ties_go_either_way_and_nothing_else_does() {
    let graph = graph("if close > 100 then (if volume > 2 then 1 else 2) else 3").expect("right");
    for (close, wanted) in [
        (100.0, vec![2.0, 3.0]),
        (100.0 + 1e-11, vec![2.0, 3.0]),
        (100.0 + 1e-9, vec![2.0]),
        (99.0, vec![3.0]),
    ] {
        let data = bars(&[close]);
        let spread = outputs::<Spread<false>>(&graph, columns(&data));
        for answer in [1.0, 2.0, 3.0] {
            let holds = spread[0][0].holds(answer);
            assert_eq!(holds, wanted.contains(&answer), "{close} {answer}");
        }
    }
}
