//! The `ta_` functions against the official Rust port of TA-Lib, for many parameters, on real
//! candles where they are there and on made-up ones always.

use strat_compiler::{Executor, compile};
use strat_engine::columns;
use strat_lang::sema::check_expr;
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_market::Bars;
use strat_tests::{LIBRARY, root, shared, unit};
use ta_lib::{Core, MAType, OutRange, RetCode};

/// The values of TA-Lib in place: NaN before the first.
fn placed(
    bars: &Bars,
    outs: usize,
    call: impl FnOnce(&Core, usize, &mut [Vec<f64>]) -> Result<OutRange, RetCode>,
) -> Vec<Vec<f64>> {
    let len = bars.len();
    let mut raw = vec![vec![0.0; len]; outs];
    let range = call(&Core::new(), len - 1, &mut raw).expect("TA-Lib takes these parameters");
    raw.into_iter()
        .map(|values| {
            let mut placed = vec![f64::NAN; range.beg_idx];
            placed.extend(&values[..range.count]);
            placed.resize(len, f64::NAN);
            placed
        })
        .collect()
}

/// Compares outputs; `scale` is the size of what they are differences of, 0 where they are not.
fn compare(bars: &Bars, expr: &str, file: Option<&str>, theirs: &[Vec<f64>], scale: f64) {
    let text = file.map(|f| std::fs::read_to_string(root().join(f)).expect(f));
    let mut map = SourceMap::default();
    let file = file.zip(text.as_deref());
    let checked = check_expr(&mut map, &MemoryWorld::new(), &LIBRARY, expr, file);
    let program = compile(&unit(checked, expr), Executor::Kernel).expect("code");
    let ours = program.evaluate(&[], columns(bars));
    for (i, theirs) in theirs.iter().enumerate() {
        for (t, (o, w)) in ours[i].iter().zip(theirs).enumerate() {
            let tolerance = 1e-9 * w.abs().max(scale);
            assert!(
                o.is_nan() && w.is_nan() || (o - w).abs() <= tolerance,
                "{expr} output {i} bar {t}: {o}, TA-Lib {w}"
            );
        }
    }
}

fn all_candles() -> Vec<Bars> {
    let mut all = vec![
        strat_tests::candles::wild(1, 900, false),
        strat_tests::candles::wild(2, 600, false),
    ];
    if let Some(dir) = shared() {
        for symbol in ["BTC/USDT", "DOGE/USDT"] {
            all.push(strat_tests::bars(&dir, symbol, "1h").slice(0..5000));
        }
    } else {
        println!("real candles skipped: no market data");
    }
    all
}

#[test]
fn averages_and_bands() {
    for bars in &all_candles() {
        let close = &bars.close;
        for period in [2, 3, 10, 30, 77] {
            let theirs = placed(bars, 1, |c, end, o| c.ema(0, end, close, period, &mut o[0]));
            compare(
                bars,
                &format!("ta_ema(close, {period})"),
                None,
                &theirs,
                0.0,
            );
            for (up, down) in [(2.0, 2.0), (1.5, 0.5)] {
                let theirs = placed(bars, 3, |c, end, o| {
                    let [a, b, d] = o else { unreachable!() };
                    c.bbands(0, end, close, period, up, down, MAType::SMA, a, b, d)
                });
                let expr = format!("ta_bbands(close, {period}, {up:?}, {down:?})");
                // TA-Lib's own deviation cancels: it is as good as the level, not as the width.
                compare(bars, &expr, None, &theirs, close[0]);
            }
        }
    }
}

#[test]
fn momentum_and_range() {
    for bars in &all_candles() {
        let (high, low, close) = (&bars.high, &bars.low, &bars.close);
        for period in [2, 5, 14, 40] {
            let theirs = placed(bars, 1, |c, end, o| c.rsi(0, end, close, period, &mut o[0]));
            compare(
                bars,
                &format!("ta_rsi(close, {period})"),
                None,
                &theirs,
                0.1,
            );
            let theirs = placed(bars, 1, |c, end, o| {
                c.atr(0, end, high, low, close, period, &mut o[0])
            });
            compare(bars, &format!("ta_atr({period})"), None, &theirs, 0.0);
            let theirs = placed(bars, 1, |c, end, o| {
                c.adx(0, end, high, low, close, period, &mut o[0])
            });
            compare(bars, &format!("ta_adx({period})"), None, &theirs, 0.1);
        }
        for (fast, slow, signal) in [(12, 26, 9), (5, 35, 5), (3, 4, 1), (26, 12, 9)] {
            let theirs = placed(bars, 3, |c, end, o| {
                let [a, b, d] = o else { unreachable!() };
                c.macd(0, end, close, fast, slow, signal, a, b, d)
            });
            let expr = format!("ta_macd(close, {fast}, {slow}, {signal})");
            compare(bars, &expr, None, &theirs, close[0]);
        }
    }
}

/// Programs written with `state`: four states that need each other's new values, and ten.
#[test]
fn states_of_many_members() {
    for bars in &all_candles() {
        let (high, low, close) = (&bars.high, &bars.low, &bars.close);
        for (accel, most) in [(0.02, 0.2), (0.05, 0.1)] {
            let theirs = placed(bars, 1, |c, end, o| {
                c.sar(0, end, high, low, accel, most, &mut o[0])
            });
            let expr = format!("sar({accel:?}, {most:?})");
            compare(bars, &expr, Some("examples/psar.strat"), &theirs, 0.0);
        }
        // Where prices stand still TA-Lib divides rounding noise of its running average by
        // itself, so only candles that move can be compared.
        if bars.len() < 1000 {
            continue;
        }
        let theirs = placed(bars, 2, |c, end, o| {
            let [a, b] = o else { unreachable!() };
            c.mama(0, end, close, 0.5, 0.05, a, b)
        });
        compare(
            bars,
            "mama(close, 0.5, 0.05)",
            Some("examples/mama.strat"),
            &theirs,
            0.0,
        );
    }
}
