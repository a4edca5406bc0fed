//! Interpreter, kernel and handler give the same bits.

use strat_abi::BarColumns;
use strat_compiler::{Executor, compile};
use strat_lang::sema::{Library, check_expr};
use strat_lang::source::{MemoryWorld, SourceMap};

struct Candles {
    time: Vec<i64>,
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
}

impl Candles {
    /// A walk with a flat stretch, zero volume and missing bars.
    fn wild(n: usize) -> Self {
        let mut seed = 88_172_645_463_325_252_u64;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut c = Self {
            time: Vec::new(),
            open: Vec::new(),
            high: Vec::new(),
            low: Vec::new(),
            close: Vec::new(),
            volume: Vec::new(),
        };
        let mut price = 100.0;
        for i in 0..n {
            let open = price;
            if !(300..330).contains(&i) {
                price *= 1.0 + (next() - 0.5) * 0.02;
            }
            let flat = (300..330).contains(&i);
            let (hi, lo) = if flat {
                (price, price)
            } else {
                (
                    open.max(price) * (1.0 + next() * 0.003),
                    open.min(price) * (1.0 - next() * 0.003),
                )
            };
            let missing = i % 211 == 200 || (500..503).contains(&i);
            let na = |x: f64| if missing { f64::NAN } else { x };
            c.time.push(i as i64 * 3_600_000_000_000);
            c.open.push(na(open));
            c.high.push(na(hi));
            c.low.push(na(lo));
            c.close.push(na(price));
            c.volume
                .push(na(if i % 97 == 5 { 0.0 } else { next() * 1000.0 }));
        }
        c
    }

    fn columns(&self) -> BarColumns<'_> {
        BarColumns {
            time: &self.time,
            open: &self.open,
            high: &self.high,
            low: &self.low,
            close: &self.close,
            volume: &self.volume,
        }
    }
}

const LIBRARY: Library = Library {
    files: strat_stdlib::FILES,
};

#[test]
fn the_library_agrees_on_all_executors() {
    let candles = Candles::wild(2500);
    for expr in [
        "close",
        "close[3] + open",
        "sma(close, 20)",
        "ema(close, 20)",
        "wma(close, 9)",
        "rsi(close, 14)",
        "macd(close, 12, 26, 9)",
        "atr(14)",
        "true_range",
        "adx(14)",
        "adx_parts(7)",
        "bollinger(close, 20, 2.0)",
        "bb_width(20, 2.0)",
        "stdev(close, 5)",
        "highest(close, 20, least: 1)",
        "lowest(low, 7)",
        "volume_ratio(20)",
        "roc(close, 10)",
        "ta_ema(close, 10)",
        "ta_rsi(close, 14)",
        "ta_atr(14)",
        "ta_adx(14)",
        "ta_macd(close, 12, 26, 9)",
        "ta_bbands(close, 20, 2.0, 2.0)",
        "num(close crosses above sma(close, 5))",
        "if close crosses below sma(close, 5) then 1 else 0",
        "(if close > open then na else close) else open[2]",
        "exp(ln(close)) mod 7 + pow(close, 0.3) + sin(close)",
        "sign(close - open) + round(close) + floor(open) + abs(low - high)",
        "min(close, open, high[1]) + max(low, 3)",
        "close > open or close[1] > open[1] and not (volume == 0)",
        "bar_index + (close is na else false)",
    ] {
        let mut map = SourceMap::default();
        let checked = check_expr(&mut map, &MemoryWorld::new(), &LIBRARY, expr, None);
        if checked.has_errors() {
            // The last one is wrong on purpose.
            assert!(
                expr.starts_with("bar_index"),
                "{expr}: {:?}",
                checked.diagnostics
            );
            continue;
        }
        let unit = &checked.units[0];
        let run = |executor| {
            compile(unit, executor)
                .unwrap()
                .evaluate(&[], candles.columns())
        };
        let want = run(Executor::Interp);
        assert!(
            want.iter()
                .all(|c| c.iter().filter(|x| !x.is_nan()).count() > 1500),
            "{expr} is mostly missing"
        );
        for executor in [Executor::Handler, Executor::Kernel] {
            let got = run(executor);
            assert_eq!(got.len(), want.len());
            for (o, (got, want)) in got.iter().zip(&want).enumerate() {
                assert_eq!(got.len(), want.len());
                for (t, (g, w)) in got.iter().zip(want).enumerate() {
                    assert!(
                        g.is_nan() && w.is_nan() || g.to_bits() == w.to_bits(),
                        "{expr} output {o} bar {t}: {executor:?} {g}, interpreter {w}"
                    );
                }
            }
        }
    }
}

#[test]
fn recurrences_settle_by_their_own_rate() {
    let settle = |expr: &str| {
        let mut map = SourceMap::default();
        let checked = check_expr(&mut map, &MemoryWorld::new(), &LIBRARY, expr, None);
        assert!(!checked.has_errors(), "{expr}: {:?}", checked.diagnostics);
        let program = compile(&checked.units[0], Executor::Interp).unwrap();
        strat_abi::Program::resolve(&program, &[]).unwrap()
    };
    // (1 - 2 / 21)^n < 1e-9 from n = 208 on.
    assert_eq!(settle("ema(close, 20)").settle, Some(208));
    // Wilder keeps 13 / 14, seeded with one value or with a mean of 14.
    assert_eq!(settle("wilder(close, 14)").settle, Some(13 + 280));
    assert_eq!(settle("ta_wilder(close, 14)").settle, Some(13 + 280));
    assert_eq!(settle("ta_wilder_sum(close, 14)").settle, Some(13 + 280));
    // No recurrence: the lookback is enough. A running total never settles.
    assert_eq!(settle("sma(close, 20)").settle, Some(19));
    assert_eq!(settle("rsi(close, 14)").lookback, 13);
    assert_eq!(settle("adx(14)").lookback, 26);
    assert!(settle("adx(14)").settle.is_some_and(|bars| bars > 300));
}
