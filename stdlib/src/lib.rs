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
    ("talib.strat", include_str!("../talib.strat")),
    (
        "talib/candles/parts.strat",
        include_str!("../talib/candles/parts.strat"),
    ),
    (
        "talib/candles/settings.strat",
        include_str!("../talib/candles/settings.strat"),
    ),
    (
        "talib/candles/one.strat",
        include_str!("../talib/candles/one.strat"),
    ),
    (
        "talib/candles/hammer.strat",
        include_str!("../talib/candles/hammer.strat"),
    ),
    (
        "talib/candles/two.strat",
        include_str!("../talib/candles/two.strat"),
    ),
    (
        "talib/candles/two_lines.strat",
        include_str!("../talib/candles/two_lines.strat"),
    ),
    (
        "talib/candles/gaps.strat",
        include_str!("../talib/candles/gaps.strat"),
    ),
    (
        "talib/candles/stars.strat",
        include_str!("../talib/candles/stars.strat"),
    ),
    (
        "talib/candles/three.strat",
        include_str!("../talib/candles/three.strat"),
    ),
    (
        "talib/candles/rows.strat",
        include_str!("../talib/candles/rows.strat"),
    ),
    (
        "talib/candles/many.strat",
        include_str!("../talib/candles/many.strat"),
    ),
    (
        "talib/candles/hikkake.strat",
        include_str!("../talib/candles/hikkake.strat"),
    ),
];
