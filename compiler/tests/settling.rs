//! How many bars a recurrence needs to forget its seed.

use strat_abi::{BarColumns, Program, Resolved, math};
use strat_compiler::{Compiled, Executor, compile};
use strat_lang::sema::{Library, check_expr};
use strat_lang::source::{MemoryWorld, SourceMap};

const LIBRARY: Library = Library {
    files: strat_stdlib::FILES,
};

fn program(expr: &str) -> Compiled {
    let mut map = SourceMap::default();
    let checked = check_expr(&mut map, &MemoryWorld::new(), &LIBRARY, expr, None);
    assert!(!checked.has_errors(), "{expr}: {:?}", checked.diagnostics);
    compile(&checked.units[0], Executor::Interp).unwrap()
}

fn settle(expr: &str) -> Resolved {
    program(expr).resolve(&[]).unwrap()
}

const HOUR: i64 = 3_600_000_000_000;

/// What holds the last known value of a series forgets it with the next one: where there is one on
/// every bar it settles, and where it is kept from some event on it does not.
#[test]
fn the_last_known_value_is_forgotten_where_the_next_one_comes() {
    for expr in ["ta_change(close)", "ta_change(2 * sma(close, 5) - low)"] {
        assert!(settle(expr).settle.is_some_and(|bars| bars < 10), "{expr}");
    }
    for expr in ["ta_macd(close).hist", "ta_ppo(close)", "ta_trix(close, 10)"] {
        assert!(settle(expr).settle.is_some_and(|bars| bars > 100), "{expr}");
    }
    for event in [
        "if close > 2 * close[1] then close else na",
        "ln(close - 100)",
    ] {
        let expr = format!("ta_change({event})");
        assert_eq!(settle(&expr).settle, None, "{expr}");
    }
    // In a market that does not move it holds its last value.
    assert_eq!(settle("ta_dx(14)").settle, None);
}

/// Wherever the bars begin, values are the same once they have settled.
#[test]
fn settled_values_do_not_tell_where_the_bars_begin() {
    let price =
        |t: usize| 100.0 + 20.0 * math::sin(t as f64 / 37.0) + 3.0 * math::cos(t as f64 / 5.0);
    let bars = |from: usize| {
        let column = |more: f64| (from..4000).map(|t| price(t) + more).collect::<Vec<f64>>();
        [
            column(-0.4),
            column(1.0),
            column(-1.1),
            column(0.0),
            column(5.0),
        ]
    };
    for expr in [
        "ema(close, 20)",
        "ta_macd(close).hist",
        "ta_ppo(close)",
        "ta_trix(close, 10)",
        "ta_tsi(close)",
    ] {
        let program = program(expr);
        let settle = program.resolve(&[]).unwrap().settle.unwrap();
        let values = |from: usize| {
            let [open, high, low, close, volume] = &bars(from);
            let columns = BarColumns {
                time: &(from..4000).map(|t| t as i64 * HOUR).collect::<Vec<_>>(),
                open,
                high,
                low,
                close,
                volume,
                others: &[],
            };
            program.evaluate(&[], columns).swap_remove(0)
        };
        let (all, late) = (values(0), values(1500));
        for t in settle..2500 {
            let (a, b) = (all[1500 + t], late[t]);
            // Relative to what the recurrences keep, which are differences of prices here.
            assert!((a - b).abs() < 1e-6, "{expr} bar {t}: {a} and {b}");
        }
        let early = settle / 8;
        let differ = (early..settle).any(|t| all[1500 + t] != late[t]);
        assert!(differ, "{expr}: a bound that is reached by nothing");
    }
}

#[test]
fn recurrences_settle_by_their_own_rate() {
    // (1 - 2 / 21)^n < 1e-9 from n = 208 on.
    assert_eq!(settle("ema(close, 20)").settle, Some(208));
    // Wilder keeps 13 / 14, seeded with one value or with a mean of 14.
    assert_eq!(settle("wilder(close, 14)").settle, Some(13 + 280));
    assert_eq!(settle("ta_wilder(close, 14)").settle, Some(13 + 280));
    assert_eq!(settle("ta_wilder_sum(close, 14)").settle, Some(12 + 280));
    // No recurrence: the lookback is enough. A running total never settles.
    assert_eq!(settle("sma(close, 20)").settle, Some(19));
    assert_eq!(settle("rsi(close, 14)").lookback, 13);
    assert_eq!(settle("adx(14)").lookback, 26);
    // A branch that is never taken needs no past.
    assert_eq!(settle("ta_ma(close, 5, SMA)").lookback, 4);
    assert_eq!(settle("ta_ma(close, 5, DEMA)").lookback, 8);
    assert!(settle("adx(14)").settle.is_some_and(|bars| bars > 300));
}
