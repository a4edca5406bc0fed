//! Windows that hardly move: what is small beside the values of the window, or beside what went
//! through it, is not nothing.
//!
//! Totals over all bars cannot tell it from their own rounding and would call it flat; sums of the
//! window's values alone can.

use strat_engine::columns;
use strat_market::Bars;

use crate::call::{evaluate, graph};
use crate::exact::{Noisy, outputs};
use crate::judge::NEAR;
use crate::series::Series;

/// Bars whose close is `x`, whose open is `y`.
fn series(x: &[f64], y: &[f64]) -> Series {
    let greater = |(x, y): (&f64, &f64)| x.max(*y);
    let less = |(x, y): (&f64, &f64)| x.min(*y);
    Series {
        name: "faint".into(),
        first: 0,
        bars: Bars {
            time: (0..x.len() as i64).collect(),
            open: y.to_vec(),
            high: x.iter().zip(y).map(greater).collect(),
            low: x.iter().zip(y).map(less).collect(),
            close: x.to_vec(),
            volume: vec![1.0; x.len()],
        },
    }
}

/// Holds a call to exact arithmetic on the bars from `first` on.
fn demand_exact(call: &str, series: &Series, first: usize) {
    demand(call, series, first, 0.0);
}

/// The same with an error of `share` of the greatest result, where products cancel to nothing.
fn demand(call: &str, series: &Series, first: usize, share: f64) {
    let ours = evaluate(call, series).expect(call);
    let exact = outputs::<Noisy>(&graph(call).expect(call), columns(&series.bars));
    let greatest = exact[0]
        .iter()
        .skip(first)
        .map(|e| e.value.hi.abs())
        .fold(0.0, f64::max);
    for (t, (x, e)) in ours[0].iter().zip(&exact[0]).enumerate().skip(first) {
        let e = e.value.hi;
        assert!(
            (x - e).abs() <= (NEAR * e.abs()).max(share * greatest),
            "{call} on bar {t}: {x:?}, exact {e:?}"
        );
    }
}

#[test]
fn two_bars_one_unit_of_the_last_place_apart_are_correlated() {
    for (first, second) in [(1.0, 5.0), (30_000.0, 0.07), (1e-8, 1e8)] {
        for (up, other) in [(f64::next_up(second), 1.0), (f64::next_down(second), -1.0)] {
            let series = series(&[first, f64::next_up(first)], &[second, up]);
            let ours = evaluate("ta_correl(close, open, 2)", &series).expect("a call");
            let x = ours[0][1];
            assert!((x - other).abs() < 1e-12, "{first} and {second}: {x}");
        }
    }
}

/// Values around 1e-8 after one of 1e8.
fn after_a_spike() -> Series {
    let mut x: Vec<f64> = (0..60).map(|t| 1e-8 * f64::from(3 + t * 7 % 5)).collect();
    let mut y: Vec<f64> = (0..60).map(|t| 1e-8 * f64::from(2 + t * 5 % 7)).collect();
    (x[10], y[10]) = (1e8, 1e8);
    series(&x, &y)
}

#[test]
fn variance_after_a_spike_is_not_nothing() {
    let series = after_a_spike();
    for call in [
        "ta_var(close, 6)",
        "ta_stddev(close, 6)",
        "variance(close, 6)",
        "stdev(close, 6)",
        "ta_bbands(close, 6)",
    ] {
        demand_exact(call, &series, 16);
    }
}

#[test]
fn correlation_after_a_spike_is_not_nothing() {
    let series = after_a_spike();
    for call in [
        "ta_correl(close, open, 6)",
        "correlation(close, open, 6)",
        "covariance(close, open, 6)",
        "linreg_slope(close, open, 6)",
        "ta_linearreg_slope(close, 6)",
    ] {
        demand(call, &series, 16, f64::EPSILON);
    }
}

#[test]
fn sums_after_a_spike_are_those_of_the_window() {
    let series = after_a_spike();
    for call in [
        "window_sum(close, 6)",
        "ta_sma(close, 6)",
        "ta_wma(close, 6)",
        "wma(close, 6)",
    ] {
        demand_exact(call, &series, 16);
    }
}

#[test]
fn what_does_not_move_is_flat_to_the_last_bit() {
    // Values whose sums and squares do not fit a double.
    for value in [0.1, 1e-8 / 3.0, 12_345.678_9, 1e8 / 7.0] {
        let mut x = vec![value; 40];
        x[5] = 1e8;
        let series = series(&x, &x);
        for call in [
            "ta_var(close, 6)",
            "ta_stddev(close, 6)",
            "ta_correl(close, open, 6)",
            "ta_linearreg_slope(close, 6)",
        ] {
            let ours = evaluate(call, &series).expect(call);
            let moving = ours[0].iter().skip(11).position(|x| *x != 0.0);
            assert_eq!(moving, None, "{call} of {value}");
        }
    }
}
