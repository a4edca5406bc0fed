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
    ("averages.strat", include_str!("../averages.strat")),
    ("kalman.strat", include_str!("../kalman.strat")),
    ("channels.strat", include_str!("../channels.strat")),
    ("candles.strat", include_str!("../candles.strat")),
    ("pivots.strat", include_str!("../pivots.strat")),
    ("vwap.strat", include_str!("../vwap.strat")),
    ("realized.strat", include_str!("../realized.strat")),
    ("meanreversion.strat", include_str!("../meanreversion.strat")),
    ("ict/gaps.strat", include_str!("../ict/gaps.strat")),
    ("ict/blocks.strat", include_str!("../ict/blocks.strat")),
    ("ict/liquidity.strat", include_str!("../ict/liquidity.strat")),
    ("ict/structure.strat", include_str!("../ict/structure.strat")),
    ("talib.strat", include_str!("../talib.strat")),
];
