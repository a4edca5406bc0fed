//! The specification's own indicators and candle patterns, every column, on its own bars.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int8Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use strat_compiler::{Executor, compile};
use strat_data::{Key, Range, Store};
use strat_engine::columns;
use strat_market::{Bars, Exchange};
use strat_tests::{check_expression, shared_or_skip, unit};

/// The bars that the spec's tables are computed on.
pub fn spec_bars(shared: &Path, test: &str) -> Option<Bars> {
    let from = shared.join("spec/oracle/ohlcv.parquet");
    if !from.is_file() {
        println!("{test}: skipped: no market data");
        return None;
    }
    let folder = std::env::temp_dir().join(format!("strat-{test}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::copy(from, folder.join("binance_BTC_USDT_1h.parquet")).expect("a copy");
    let key = Key {
        exchange: Exchange::default(),
        symbol: "BTC/USDT".parse().expect("a symbol"),
        timeframe: "1h".parse().expect("a timeframe"),
    };
    let loaded = Store::open(&folder).load(&key, &Range::default());
    let bars = loaded.expect("the spec's bars").bars;
    std::fs::remove_dir_all(&folder).expect("gone");
    Some(bars)
}

/// The value of an expression on every bar; all executors give the same bits.
pub fn evaluate(expr: &str, bars: &Bars) -> Vec<f64> {
    let unit = unit(check_expression(expr), expr);
    let [kernel, others @ ..] =
        [Executor::Kernel, Executor::Interp, Executor::Handler].map(|executor| {
            let program = compile(&unit, executor).expect("code");
            program.evaluate(&[], columns(bars)).swap_remove(0)
        });
    for other in others {
        let far = (0..bars.len()).find(|&t| {
            kernel[t].to_bits() != other[t].to_bits() && !(kernel[t].is_nan() && other[t].is_nan())
        });
        assert_eq!(far, None, "{expr}: the executors differ");
    }
    kernel
}

/// The columns of numbers of a Parquet file.
fn table(path: &Path) -> Vec<(String, Vec<f64>)> {
    let file = File::open(path).expect("the spec's table");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|b| b.build());
    let mut table: Vec<(String, Vec<f64>)> = Vec::new();
    for batch in reader.expect("a Parquet file") {
        let batch = batch.expect("rows");
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let value: Box<dyn Fn(usize) -> f64 + '_> = match column.data_type() {
                DataType::Float64 => Box::new(|t| column.as_primitive::<Float64Type>().value(t)),
                DataType::Int8 => {
                    Box::new(|t| f64::from(column.as_primitive::<Int8Type>().value(t)))
                }
                _ => continue,
            };
            let known = |t| {
                if column.is_null(t) {
                    f64::NAN
                } else {
                    value(t)
                }
            };
            let values = (0..column.len()).map(known);
            match table.iter_mut().find(|(name, _)| name == field.name()) {
                Some((_, all)) => all.extend(values),
                None => table.push((field.name().clone(), values.collect())),
            }
        }
    }
    table
}

/// What makes a column, where its name is not that of a function of closes with its length behind.
const COLUMNS: &[(&str, &str)] = &[
    ("supertrend_10_3", "supertrend(10, 3.0).value"),
    ("supertrend_direction_10_3", "supertrend(10, 3.0).direction"),
    ("macd", "macd().macd"),
    ("macd_signal", "macd().signal"),
    ("macd_hist", "macd().hist"),
    ("stoch_k", "stochastic().k"),
    ("stoch_d", "stochastic().d"),
    ("cci_20", "cci(20)"),
    ("williams_r_14", "williams_r(14)"),
    ("adx_14", "adx(14)"),
    ("atr_10", "atr(10)"),
    ("atr_14", "atr(14)"),
    ("bb_upper", "bollinger(close).upper"),
    ("bb_mid", "bollinger(close).mid"),
    ("bb_lower", "bollinger(close).lower"),
    ("bb_width", "bollinger(close).width"),
    ("bb_pct", "bollinger(close).pct"),
    ("kc_upper", "keltner(close).upper"),
    ("kc_mid", "keltner(close).mid"),
    ("kc_lower", "keltner(close).lower"),
    ("obv", "obv()"),
    ("vwap", "vwap()"),
    ("mfi_14", "mfi(14)"),
    ("volume_sma_20", "sma(volume, 20)"),
    ("volume_ratio", "volume_ratio(20)"),
    ("returns", "returns(close)"),
    ("log_returns", "log_returns(close)"),
];

#[test]
fn every_indicator_of_the_specification_is_met() {
    let test = "every_indicator_of_the_specification_is_met";
    let Some(shared) = shared_or_skip(test) else {
        return;
    };
    let Some(bars) = spec_bars(&shared, "indicators") else {
        return;
    };
    let table = table(&shared.join("spec/oracle/indicators.parquet"));
    assert_eq!(table.len(), 48);
    let mut wrong = Vec::new();
    for (name, theirs) in &table {
        let named = COLUMNS.iter().find(|(column, _)| column == name);
        let expr = named.map_or_else(
            || {
                let (function, length) = name.rsplit_once('_').expect("a length");
                format!("{function}(close, {length})")
            },
            |(_, expr)| (*expr).to_owned(),
        );
        let ours = evaluate(&expr, &bars);
        let tolerance = |x: f64| match name.as_str() {
            "bb_width" | "bb_pct" => 1e-7 * x.abs(),
            // A difference of averages is as good as they are.
            "macd" | "macd_signal" | "macd_hist" => 1e-9 * x.abs().max(1e-3 * bars.close[0]),
            _ => 1e-9 * x.abs(),
        };
        let far = (0..bars.len()).find(|&t| {
            let (o, w) = (ours[t], theirs[t]);
            o.is_nan() != w.is_nan() || !o.is_nan() && o != w && (o - w).abs() > tolerance(w)
        });
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
fn every_candle_pattern_of_the_specification_is_met() {
    let test = "every_candle_pattern_of_the_specification_is_met";
    let Some(shared) = shared_or_skip(test) else {
        return;
    };
    let Some(bars) = spec_bars(&shared, "patterns") else {
        return;
    };
    let table = table(&shared.join("spec/oracle/candle_patterns.parquet"));
    assert_eq!(table.len(), 15);
    for (name, theirs) in &table {
        let ours = evaluate(&format!("{name}()"), &bars);
        let far = (0..bars.len()).find(|&t| ours[t] != theirs[t]);
        assert_eq!(far, None, "{name}");
        assert!(theirs.iter().any(|x| *x != 0.0), "{name} never stands");
    }
}
