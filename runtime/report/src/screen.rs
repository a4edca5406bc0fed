//! A screen: one CSV with a row per parameter set, one entry in `summary.json`, a table of the
//! best.

use serde_json::{Map, Value};
use strat_market::format_time;
use strat_screen::{Row, ScreenResult};

use crate::csv::Csv;
use crate::figures;
use crate::json;
use crate::number::Exact;
use crate::tables::Table;

/// Names that a parameter cannot have, because results have a column or key of that name.
pub const RESERVED: [&str; 8] = [
    figures::NAMES[0],
    figures::NAMES[1],
    figures::NAMES[2],
    figures::NAMES[3],
    figures::NAMES[4],
    figures::NAMES[5],
    "flags",
    "file",
];

/// What a screen was run on, as far as its result does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    /// Open time of the first bar traded on, nanoseconds since the epoch.
    pub from: i64,
    /// Open time of the last bar, nanoseconds since the epoch.
    pub to: i64,
    /// Bars before the first that warmed it up.
    pub preload: usize,
}

/// All rows, best Sharpe ratio first: parameters, figures, flags.
#[must_use]
pub fn csv(result: &ScreenResult) -> String {
    let params = result.params.iter().map(String::as_str);
    let mut csv = Csv::with_header(params.chain(figures::NAMES).chain(["flags"]));
    for row in &result.rows {
        for value in &row.params {
            csv.number(*value);
        }
        figures::csv(&row.metrics, &mut csv);
        csv.text(&flags(row, result));
        csv.end_row();
    }
    csv.into_text()
}

/// What `summary.json` says of a screen.
#[must_use]
pub fn summary(result: &ScreenResult, ground: Ground) -> Value {
    let best = result.rows.first().map(|row| &row.metrics);
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    put("total_combos", Value::from(result.rows.len()));
    put("top_sharpe", json::maybe(best.and_then(|m| m.sharpe_ratio)));
    put("top_return", json::maybe(best.map(|m| m.total_return)));
    put("convention", Value::from(result.rules.convention.name()));
    put("fill", Value::from(result.rules.fill.name()));
    put("fees", json::number(result.costs.fees()));
    put("slippage", json::number(result.costs.slippage()));
    put("cash", json::number(result.costs.cash()));
    put("bars", Value::from(result.bars));
    put("from", Value::from(format_time(ground.from)));
    put("to", Value::from(format_time(ground.to)));
    put("preload", Value::from(ground.preload));
    Value::Object(out)
}

/// The best rows as JSON objects: the name of the file, parameters, figures, flags.
#[must_use]
pub fn top_json(file: &str, result: &ScreenResult, most: usize) -> Vec<Value> {
    let rows = result.rows.iter().take(most).map(|row| {
        let mut object = Map::new();
        object.insert("file".to_owned(), Value::from(file));
        for (name, value) in result.params.iter().zip(&row.params) {
            object.insert(name.clone(), json::number(*value));
        }
        figures::json(&row.metrics, &mut object);
        object.insert("flags".to_owned(), Value::from(flags(row, result)));
        Value::Object(object)
    });
    rows.collect()
}

/// The best rows as a table.
#[must_use]
pub fn top_table(result: &ScreenResult, most: usize) -> String {
    let params = result.params.iter().map(|name| (name.as_str(), true));
    let titles = figures::TITLES.map(|title| (title, true));
    let mut table = Table::new(params.chain(titles).chain([("flags", false)]));
    for row in result.rows.iter().take(most) {
        let values = row.params.iter().map(|value| Exact(*value).to_string());
        table.row(
            values
                .chain(figures::cells(&row.metrics))
                .chain([flags(row, result)]),
        );
    }
    table.render()
}

fn flags(row: &Row, result: &ScreenResult) -> String {
    let names: Vec<&str> = row.flag_names(&result.flags).collect();
    names.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;
    use strat_engine::{Convention, Costs, Metrics};

    fn result() -> ScreenResult {
        let row = |index, fast: f64, metrics, flags| Row {
            index,
            params: [fast, 2.5].into(),
            metrics,
            flags,
        };
        let good = Metrics {
            total_return: 0.25,
            sharpe_ratio: Some(1.5),
            max_drawdown: -0.125,
            win_rate: 1.0,
            profit_factor: f64::INFINITY,
            num_trades: 3,
        };
        ScreenResult {
            params: vec!["fast".to_owned(), "k".to_owned()],
            flags: vec!["odd".to_owned(), "slow".to_owned()],
            rows: vec![
                row(1, 10.0, good, 0b10),
                row(0, 5.0, Metrics::default(), 0b11),
            ],
            excluded: 1,
            bars: 100,
            threads: 1,
            rules: Convention::Vectorbt.rules(),
            costs: Costs::default(),
        }
    }

    #[test]
    fn csv_has_params_figures_flags() {
        assert_eq!(
            csv(&result()),
            "fast,k,total_return,sharpe_ratio,max_drawdown,win_rate,profit_factor,num_trades,flags\n\
             10,2.5,0.25,1.5,-0.125,1,inf,3,slow\n\
             5,2.5,0,,0,0,0,0,no_trades;odd;slow\n"
        );
    }

    #[test]
    fn the_summary_is_of_the_best_row_and_has_no_infinities() {
        let ground = Ground {
            from: 0,
            to: 3_600_000_000_000,
            preload: 7,
        };
        let text = json::lines(&summary(&result(), ground));
        assert_eq!(
            text,
            "{\"total_combos\":2,\"top_sharpe\":1.5,\"top_return\":0.25,\"convention\":\"vectorbt\",\"fill\":\"close\",\"fees\":0.001,\"slippage\":0,\"cash\":10000,\"bars\":100,\"from\":\"1970-01-01T00:00:00Z\",\"to\":\"1970-01-01T01:00:00Z\",\"preload\":7}\n"
        );
        let mut idle = result();
        idle.rows.remove(0);
        let text = json::lines(&summary(&idle, ground));
        assert!(
            text.starts_with("{\"total_combos\":1,\"top_sharpe\":null,\"top_return\":0,"),
            "{text}"
        );
    }

    #[test]
    fn the_best_rows() {
        let rows = top_json("a", &result(), 1);
        assert_eq!(
            json::lines(&Value::Array(rows)),
            "[\n{\"file\":\"a\",\"fast\":10,\"k\":2.5,\"total_return\":0.25,\"sharpe_ratio\":1.5,\"max_drawdown\":-0.125,\"win_rate\":1,\"profit_factor\":null,\"num_trades\":3,\"flags\":\"slow\"}\n]\n"
        );
        let table = top_table(&result(), 10);
        let last = table.lines().last().unwrap_or_default();
        assert!(
            last.ends_with("no_trades;odd;slow") && last.contains(" - "),
            "{table}"
        );
    }
}
