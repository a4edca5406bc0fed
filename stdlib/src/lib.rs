//! The indicator library: `.strat` sources, embedded. Everything is written in the language;
//! read the files to see what a function computes.

/// Name and text of each file of the library.
pub const FILES: &[(&str, &str)] = &[
    ("trend.strat", include_str!("../trend.strat")),
    ("momentum.strat", include_str!("../momentum.strat")),
    ("volatility.strat", include_str!("../volatility.strat")),
    ("volume.strat", include_str!("../volume.strat")),
    ("statistics.strat", include_str!("../statistics.strat")),
    ("logic.strat", include_str!("../logic.strat")),
    ("talib/averages.strat", include_str!("../talib/averages.strat")),
    ("talib/bands.strat", include_str!("../talib/bands.strat")),
    ("talib/sar.strat", include_str!("../talib/sar.strat")),
    ("talib/price.strat", include_str!("../talib/price.strat")),
    ("talib/math.strat", include_str!("../talib/math.strat")),
    ("talib/transform.strat", include_str!("../talib/transform.strat")),
    ("talib/volume.strat", include_str!("../talib/volume.strat")),
    ("talib/hilbert.strat", include_str!("../talib/hilbert.strat")),
    ("talib/directional.strat", include_str!("../talib/directional.strat")),
    ("talib/volatility.strat", include_str!("../talib/volatility.strat")),
    ("talib/rates.strat", include_str!("../talib/rates.strat")),
    ("talib/oscillators.strat", include_str!("../talib/oscillators.strat")),
    ("talib/stochastic.strat", include_str!("../talib/stochastic.strat")),
    ("talib/macd.strat", include_str!("../talib/macd.strat")),
    ("talib/statistics.strat", include_str!("../talib/statistics.strat")),
    ("talib/cycle.strat", include_str!("../talib/cycle.strat")),
];
