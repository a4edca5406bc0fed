//! The indicator library: `.strat` sources, embedded. Everything is written in the language;
//! read the files to see what a function computes.

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../", $name)))),*]
    };
}

/// Name and text of each file of the library.
pub const FILES: &[(&str, &str)] = files! {
    "trend.strat"
    "momentum.strat"
    "volatility.strat"
    "volume.strat"
    "statistics.strat"
    "logic.strat"
    "averages.strat"
    "kalman.strat"
    "channels.strat"
    "candles.strat"
    "pivots.strat"
    "vwap.strat"
    "realized.strat"
    "meanreversion.strat"
    "ict/gaps.strat"
    "ict/blocks.strat"
    "ict/liquidity.strat"
    "ict/structure.strat"
    "talib/averages.strat"
    "talib/bands.strat"
    "talib/sar.strat"
    "talib/price.strat"
    "talib/math.strat"
    "talib/transform.strat"
    "talib/volume.strat"
    "talib/mavp.strat"
    "talib/hilbert.strat"
    "talib/directional.strat"
    "talib/volatility.strat"
    "talib/rates.strat"
    "talib/oscillators.strat"
    "talib/stochastic.strat"
    "talib/macd.strat"
    "talib/statistics.strat"
    "talib/cycle.strat"
    "talib/candles/parts.strat"
    "talib/candles/settings.strat"
    "talib/candles/one.strat"
    "talib/candles/hammer.strat"
    "talib/candles/two.strat"
    "talib/candles/two_lines.strat"
    "talib/candles/gaps.strat"
    "talib/candles/stars.strat"
    "talib/candles/three.strat"
    "talib/candles/rows.strat"
    "talib/candles/many.strat"
    "talib/candles/hikkake.strat"
};
