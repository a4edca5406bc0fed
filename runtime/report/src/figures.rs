//! The six figures that every result has, under one name each.

use serde_json::{Map, Value};
use strat_engine::{Figure, Metrics};

use crate::csv::Csv;
use crate::json;
use crate::number::{percent, rounded};

/// Their names in every file, in order.
pub const NAMES: [&str; 6] = [
    Figure::ALL[0].name(),
    Figure::ALL[1].name(),
    Figure::ALL[2].name(),
    Figure::ALL[3].name(),
    Figure::ALL[4].name(),
    Figure::ALL[5].name(),
];

/// Adds their fields; a missing Sharpe ratio is empty.
pub(crate) fn csv(metrics: &Metrics, csv: &mut Csv) {
    csv.number(metrics.total_return)
        .number(metrics.sharpe_ratio.unwrap_or(f64::NAN))
        .number(metrics.max_drawdown)
        .number(metrics.win_rate)
        .number(metrics.profit_factor)
        .count(u64::from(metrics.num_trades));
}

/// Adds their keys; a missing Sharpe ratio and an infinite profit factor are null.
pub(crate) fn json(metrics: &Metrics, object: &mut Map<String, Value>) {
    let values = [
        json::number(metrics.total_return),
        json::maybe(metrics.sharpe_ratio),
        json::number(metrics.max_drawdown),
        json::number(metrics.win_rate),
        json::number(metrics.profit_factor),
        Value::from(metrics.num_trades),
    ];
    for (name, value) in NAMES.into_iter().zip(values) {
        object.insert(name.to_owned(), value);
    }
}

/// Columns for people, all to the right.
pub(crate) const TITLES: [&str; 6] = [
    "return",
    "sharpe",
    "drawdown",
    "wins",
    "profit factor",
    "trades",
];

/// Their cells for people.
pub(crate) fn cells(metrics: &Metrics) -> [String; 6] {
    [
        percent(metrics.total_return),
        rounded(metrics.sharpe_ratio.unwrap_or(f64::NAN), 3),
        percent(metrics.max_drawdown),
        percent(metrics.win_rate),
        rounded(metrics.profit_factor, 3),
        metrics.num_trades.to_string(),
    ]
}
