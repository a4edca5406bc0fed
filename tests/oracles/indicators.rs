//! Indicators against pandas' and TA-Lib's recorded answers.

use strat_compiler::{Executor, compile};
use strat_engine::columns;
use strat_market::Bars;
use strat_tests::{check_expression, shared_or_skip, unit};

use crate::table::read;

/// One recorded column and the expression that makes it.
const COLUMNS: &[(&str, &str)] = &[
    ("sma_20", "sma(close, 20)"),
    ("sma_50", "sma(close, 50)"),
    ("ema_20", "ema(close, 20)"),
    ("ema_50", "ema(close, 50)"),
    ("stdev_20", "stdev(close, 20)"),
    ("stdev_50", "stdev(close, 50)"),
    ("highest_20", "highest(high, 20)"),
    ("highest_50", "highest(high, 50)"),
    ("lowest_20", "lowest(low, 20)"),
    ("lowest_50", "lowest(low, 50)"),
    ("volume_ratio_20", "volume_ratio(20)"),
    ("volume_ratio_50", "volume_ratio(50)"),
    ("roc_20", "roc(close, 20)"),
    ("roc_50", "roc(close, 50)"),
    ("true_range", "true_range()"),
    ("wma_14", "wma(close, 14)"),
    ("wma_7", "wma(close, 7)"),
    ("rsi_14", "rsi(close, 14)"),
    ("rsi_7", "rsi(close, 7)"),
    ("atr_14", "atr(14)"),
    ("atr_7", "atr(7)"),
    ("adx_14", "adx(14)"),
    ("adx_7", "adx(7)"),
    ("macd_12_26_9", "macd(close, 12, 26, 9).macd"),
    ("macd_signal_12_26_9", "macd(close, 12, 26, 9).signal"),
    ("macd_hist_12_26_9", "macd(close, 12, 26, 9).hist"),
    ("macd_5_35_5", "macd(close, 5, 35, 5).macd"),
    ("macd_signal_5_35_5", "macd(close, 5, 35, 5).signal"),
    ("macd_hist_5_35_5", "macd(close, 5, 35, 5).hist"),
    ("bb_upper_20_2.0", "bollinger(close, 20, 2.0).upper"),
    ("bb_mid_20_2.0", "bollinger(close, 20, 2.0).mid"),
    ("bb_lower_20_2.0", "bollinger(close, 20, 2.0).lower"),
    ("bb_width_20_2.0", "bb_width(20, 2.0)"),
    ("bb_pct_20_2.0", "bollinger(close, 20, 2.0).pct"),
    ("bb_upper_30_2.5", "bollinger(close, 30, 2.5).upper"),
    ("bb_pct_30_2.5", "bollinger(close, 30, 2.5).pct"),
    ("ta_ema_20", "ta_ema(close, 20)"),
    ("ta_ema_50", "ta_ema(close, 50)"),
    ("ta_rsi_14", "ta_rsi(close, 14)"),
    ("ta_rsi_7", "ta_rsi(close, 7)"),
    ("ta_atr_14", "ta_atr(14)"),
    ("ta_atr_7", "ta_atr(7)"),
    ("ta_adx_14", "ta_adx(14)"),
    ("ta_adx_7", "ta_adx(7)"),
    ("ta_macd_12_26_9", "ta_macd(close, 12, 26, 9).macd"),
    (
        "ta_macd_signal_12_26_9",
        "ta_macd(close, 12, 26, 9).macdsignal",
    ),
    ("ta_macd_hist_12_26_9", "ta_macd(close, 12, 26, 9).macdhist"),
    ("ta_macd_5_35_5", "ta_macd(close, 5, 35, 5).macd"),
    (
        "ta_macd_signal_5_35_5",
        "ta_macd(close, 5, 35, 5).macdsignal",
    ),
    ("ta_macd_hist_5_35_5", "ta_macd(close, 5, 35, 5).macdhist"),
    (
        "ta_bb_upper_20_2.0",
        "ta_bbands(close, 20, 2.0, 2.0).upperband",
    ),
    (
        "ta_bb_mid_20_2.0",
        "ta_bbands(close, 20, 2.0, 2.0).middleband",
    ),
    (
        "ta_bb_lower_20_2.0",
        "ta_bbands(close, 20, 2.0, 2.0).lowerband",
    ),
    (
        "ta_bb_upper_30_2.5",
        "ta_bbands(close, 30, 2.5, 2.5).upperband",
    ),
    (
        "ta_bb_lower_30_2.5",
        "ta_bbands(close, 30, 2.5, 2.5).lowerband",
    ),
];

fn evaluate(expr: &str, bars: &Bars) -> Vec<f64> {
    let program = compile(&unit(check_expression(expr), expr), Executor::Kernel).expect("code");
    program.evaluate(&[], columns(bars)).swap_remove(0)
}

/// 1e-9 relative to the value, or to a thousandth of `scale`; pandas' own deviation is good to
/// 1e-7 only, which its band width and place show.
fn near(column: &str, ours: f64, theirs: f64, scale: f64) -> bool {
    let tolerance = if column.contains("bb_pct") || column.contains("bb_width") {
        1e-7
    } else {
        1e-9 * theirs.abs().max(scale * 1e-3)
    };
    ours == theirs || ours.is_nan() && theirs.is_nan() || (ours - theirs).abs() <= tolerance
}

/// The awkward series: no loss yet, flat, no volume, gaps of one and three bars, a spike of a
/// thousand times.
#[test]
fn the_edge_series_is_met() {
    let path = strat_tests::root().join("tests/oracles/indicators/edge.csv");
    let (header, rows) = read(&path);
    let column = |name: &str| {
        let at = header.iter().position(|h| h == name)?;
        Some(rows.iter().map(|r| r[at]).collect::<Vec<f64>>())
    };
    let price = |name: &str| column(name).unwrap_or_default();
    let bars = Bars {
        time: (0..rows.len() as i64)
            .map(|i| i * 3_600_000_000_000)
            .collect(),
        open: price("open"),
        high: price("high"),
        low: price("low"),
        close: price("close"),
        volume: price("volume"),
    };
    let gap = bars
        .close
        .iter()
        .position(|x| x.is_nan())
        .unwrap_or(rows.len());
    let mut wrong = Vec::new();
    for (name, expr) in COLUMNS {
        let ours = evaluate(expr, &bars);
        // Our recurrences pass over a missing bar; the record has that rule where it matters.
        let theirs = ["__rec", "__dropna", "__exact", ""]
            .iter()
            .find_map(|suffix| column(&format!("{name}{suffix}")))
            .expect(name);
        // TA-Lib knows no missing values.
        let end = if name.starts_with("ta_") {
            gap
        } else {
            rows.len()
        };
        let scale = if name.contains("macd") { 1e3 } else { 0.0 };
        let far = (0..end).find(|&t| !near(name, ours[t], theirs[t], scale));
        if let Some(t) = far {
            wrong.push(format!(
                "{expr}: bar {t} is {}, theirs {}",
                ours[t], theirs[t]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn recorded_indicators_are_met() {
    let Some(shared) = shared_or_skip("recorded_indicators_are_met") else {
        return;
    };
    let mut wrong = Vec::new();
    for symbol in ["BTC", "DOGE"] {
        let all = strat_tests::bars(&shared, &format!("{symbol}/USDT"), "1h");
        let bars = all.slice(0..3000);
        let path = strat_tests::root().join(format!(
            "tests/oracles/indicators/{symbol}_USDT_1h_first_3000.csv"
        ));
        let (header, rows) = read(&path);
        for (column, expr) in COLUMNS {
            let at = header.iter().position(|h| h == column).expect(column);
            let ours = evaluate(expr, &bars);
            // A price's worth of scale: a difference of two averages is only as good as they are.
            let scale = if column.contains("macd") {
                bars.close[0]
            } else {
                0.0
            };
            let far = rows.iter().find(|row| {
                let (ours, theirs) = (ours[row[0] as usize], row[at]);
                !near(column, ours, theirs, scale)
            });
            if let Some(row) = far {
                wrong.push(format!(
                    "{symbol} {expr}: bar {} is {}, theirs {}",
                    row[0], ours[row[0] as usize], row[at]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
