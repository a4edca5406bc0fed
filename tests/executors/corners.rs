//! Programs written by hand: what generation found, and what it rarely makes.

use strat_lang::hir::Unit;
use strat_tests::candles::wild;
use strat_tests::{check, check_expression_in, unit};

use crate::agree::agree;
use crate::market::Market;

/// Several markets, among them one without any bar.
fn markets() -> impl Iterator<Item = Market> {
    [0, 1, 64, 700, 1025, 2500].into_iter().flat_map(|bars| {
        [(true, false), (false, false), (true, true)].map(|(missing, extreme)| Market {
            seed: 7,
            bars,
            missing,
            extreme,
        })
    })
}

/// Holds a strategy, given by its body, against the oracle on all markets.
fn strategy(body: &str) {
    let text = format!("strategy Made {{\n{body}\n}}\n");
    on_all_markets(&unit(check(&text), &text), &text);
}

/// Holds an expression over a file against the oracle on all markets.
fn expression(file: &str, expression: &str) {
    let text = format!("{file}\n{expression}");
    on_all_markets(&unit(check_expression_in(expression, file), &text), &text);
}

fn on_all_markets(unit: &Unit, text: &str) {
    for market in markets() {
        match agree(unit, &market.bars()) {
            Ok(seen) => assert_eq!(seen.refused, 0, "sets are refused of\n{text}"),
            Err(difference) => panic!("{market:?}: {difference}\n{text}"),
        }
    }
}

#[test]
fn a_crossing_in_a_list_and_in_its_opposite() {
    strategy(
        "let up = close crosses above sma(close, 5) and volume > 0
         enter long when up
         exit when not up",
    );
    strategy(
        "let up = close crosses above open or close > high[1]
         enter long when up and (up is na) else up
         exit when not up or num(up) > 0",
    );
    strategy(
        "let up = close crosses above open and volume > 0
         rec seen = up then up or seen[1]
         enter long when up
         exit when seen",
    );
    strategy(
        "enter long when close crosses above close
         exit when not (close crosses above open) and open crosses above close",
    );
}

#[test]
fn a_folded_branch_leaves_its_parameters_as_lengths() {
    strategy(
        "param p: bars = 2 in [1, 2, 70]
         let a = (if true then p else unitless(close)) + 1
         enter long when a > 2 and close[p + 1] > open
         exit when window_sum(close, p + 1) > 100 * unitless(a)",
    );
}

#[test]
fn nothing_of_a_step_is_left_after_folding() {
    strategy(
        "state from bar 2 {
             on = false
             level = close
         } then {
             on = if 1 is some then true else if close > open then false else on[1]
             level = close
         }
         enter long when on
         exit when close != level",
    );
    strategy(
        "state from bar 2 {
             a = close
             b = close
         } then {
             a = if false then b else 1
             b = a[3]
         }
         enter long when b is some
         exit when b > 1",
    );
}

#[test]
fn more_values_asked_for_than_a_window_holds() {
    for window in ["sum", "mean", "squares", "max", "min"] {
        expression("", &format!("window_{window}(close, 1, least: 2)"));
        expression("", &format!("window_{window}(close, 3, least: 22)"));
    }
}

#[test]
fn the_longest_past_of_a_member() {
    expression(
        "fn far() {
             rec y = close then 0.5 * y[64] + 0.5 * y[1]
             state from bar 3 { a = open  b = close } then {
                 a = b[64] + (a[3])[61]
                 b = (a - b[1])[64] else close
             }
             return { y, a, b }
         }",
        "far()",
    );
}

#[test]
fn lengths_around_a_block_and_beyond_the_data() {
    for n in [
        1_u32,
        63,
        64,
        65,
        1023,
        1024,
        1025,
        2048,
        2499,
        2500,
        5000,
        1_000_000_000,
    ] {
        expression(
            "",
            &format!(
                "{{ a: close[{n}], b: window_sum(close, {n}, least: 1), c: window_max(close, {n}, least: 1), \
                 d: window_mean(high[{n}], 3), e: window_weighted(close, {n}), f: window_squares(low, {n}), \
                 g: close[3][{n}] }}"
            ),
        );
    }
}

#[test]
fn values_that_do_not_depend_on_bars() {
    expression(
        "strategy S { param p: bars = 3 in [0, 3]  param x = 1.5 in [0.5, 1.5]  enter long when close > x * p  exit when close < p }",
        "{ a: p, b: x[p], c: window_sum(x, 3), d: x crosses above p, e: 5, f: na, g: true[2], h: p > x, \
           i: (p > x)[p], j: num(x > 1), k: window_max(1, 1, least: 2), l: na is na }",
    );
    expression(
        "strategy S { param p: bars = 3 in [0, 3]  rec y = p then y[1] + p  state from bar p all p { z = z[2] + y }  \
           let late = y after p bars  enter long when y > z }",
        "{ y, z, late, p }",
    );
}

#[test]
fn a_past_longer_than_any_block() {
    let text = "{ a: close[70_000], b: window_sum(high, 70_000), c: window_max(low, 66_000, least: 1), \
                 d: window_mean(close, 70_000, least: 5), e: ema(close[69_999], 20), f: window_weighted(close, 65_537) }";
    let unit = unit(check_expression_in(text, ""), text);
    let bars = wild(21, 140_000, false);
    let seen = agree(&unit, &bars).unwrap_or_else(|e| panic!("{e}"));
    for column in &seen.columns {
        assert!(column.known() > 60_000, "{} is missing", column.name);
    }
}

#[test]
fn many_statements() {
    let mut body = String::new();
    for i in 0..30 {
        body += &format!("enter long when close > high[1] + {i} * 0.1\n");
        body += &format!(
            "exit when close crosses below sma(close, {}) or low < open - {i}\n",
            i + 2
        );
    }
    strategy(&body);
}

#[test]
fn a_grid_of_many_lengths() {
    strategy(
        "param a: bars = 5 in 1..40
         param b: bars = 9 in [3, 9]
         enter long when sma(close, a) crosses above highest(high, a + b)[1] * 99%
         exit when close < lowest(low, a) + stdev(close, a + 1) or sma(close, a) > wma(close, b)",
    );
}

#[test]
fn zeros_of_either_sign() {
    expression(
        "",
        "{ a: min(0, -0), b: max(-0.0, 0), c: -0 * close, d: sign(-0.0), e: round(-0.4), f: 1 / (-0 * close), \
           g: window_max(-0 * close, 3), h: window_sum(-0 * close, 2), i: abs(-0 * close), j: clamp(-0 * close, 0, 1), \
           k: (-0 * close) mod 3, l: sqrt(-0 * close), m: window_mean(-0 * close, 4), n: ceil(-0.5 + 0 * close) }",
    );
}

/// The step of the inner recurrence reads a member that the outer step still computes: there is no
/// order in which an executor could run that.
#[test]
fn a_state_inside_a_step() {
    let text = "
fn total(x) {
    rec y = 0 then y[1] + x
    return y
}
strategy Made {
    state from bar 1 { a = close } then { a = total(a[1]) + close }
    enter long when a > 0
    exit when a < 0
}";
    assert!(check(text).has_errors());
}

#[test]
fn a_copied_look_back_is_no_arithmetic_of_a_team() {
    strategy(
        "param p: bars = 9 in 5..14 step 1
         rec y = 1[p] then unitless(close)
         enter long when close > open
         exit when y[1] crosses above unitless(close)",
    );
    strategy(
        "param p: bars = 9 in 5..14 step 1
         rec y = close[p][1] then fma(y[1], 0.5, close[p][1] * 0.25)
         enter long when close > y
         exit when close < y[1]",
    );
}

#[test]
fn averages_of_what_each_parameter_looks_back_at() {
    strategy(
        "param p: bars = 9 in 1..14 step 1
         let y = ta_zlema(close, p)
         enter long when close > y
         exit when close < y[1]",
    );
}
