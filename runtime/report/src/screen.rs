//! A screen: one CSV with a row per parameter set, one entry in `summary.json`, a table of the
//! best.

use serde_json::{Map, Value};
use strat_engine::abi::ParamInfo;
use strat_engine::{Costs, Figure, Metrics, Rules};
use strat_market::format_time;

use crate::backtest::param_json;
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

/// A screen that has run, as far as its files tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen<'a> {
    /// The parameters.
    pub params: &'a [ParamInfo],
    /// Number of parameter sets that ran; some may have no row.
    pub sets: usize,
    /// What its rows are ranked by.
    pub rank: Figure,
    /// Its rows, best first.
    pub rows: Vec<Row<'a>>,
    /// The rules it ran by.
    pub rules: Rules,
    /// The costs it ran with.
    pub costs: Costs,
    /// Bars traded on.
    pub bars: usize,
    /// Open time of the first of them, nanoseconds since the epoch.
    pub from: i64,
    /// Open time of the last of them, nanoseconds since the epoch.
    pub to: i64,
    /// Bars before the first that warmed it up.
    pub preload: usize,
}

/// One parameter set.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// Its values, one per parameter.
    pub params: &'a [f64],
    /// Its figures.
    pub metrics: &'a Metrics,
    /// Names of its flags.
    pub flags: Vec<&'a str>,
}

/// All rows, best first: parameters, figures, flags.
#[must_use]
pub fn csv(screen: &Screen<'_>) -> String {
    let params = screen.params.iter().map(|p| p.name.as_str());
    let mut csv = Csv::with_header(params.chain(figures::NAMES).chain(["flags"]));
    for row in &screen.rows {
        for (param, value) in screen.params.iter().zip(row.params) {
            match param.label(*value) {
                Some(label) => csv.text(label),
                None => csv.number(*value),
            };
        }
        figures::csv(row.metrics, &mut csv);
        csv.text(&row.flags.join(";"));
        csv.end_row();
    }
    csv.into_text()
}

/// What `summary.json` says of a screen.
#[must_use]
pub fn summary(screen: &Screen<'_>) -> Value {
    let best = screen.rows.first().map(|row| row.metrics);
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    put("total_combos", Value::from(screen.sets));
    put("top_sharpe", json::maybe(best.and_then(|m| m.sharpe_ratio)));
    put("top_return", json::maybe(best.map(|m| m.total_return)));
    put("rank", Value::from(screen.rank.name()));
    put("convention", Value::from(screen.rules.convention.name()));
    put("fill", Value::from(screen.rules.fill.name()));
    put("fees", json::number(screen.costs.fees()));
    put("slippage", json::number(screen.costs.slippage()));
    put("cash", json::number(screen.costs.cash()));
    put("bars", Value::from(screen.bars));
    put("from", Value::from(format_time(screen.from)));
    put("to", Value::from(format_time(screen.to)));
    put("preload", Value::from(screen.preload));
    Value::Object(out)
}

/// The rows as JSON objects: the name of the file, parameters, figures, flags.
#[must_use]
pub fn rows_json(file: &str, screen: &Screen<'_>) -> Vec<Value> {
    let rows = screen.rows.iter().map(|row| {
        let mut object = Map::new();
        object.insert("file".to_owned(), Value::from(file));
        for (param, value) in screen.params.iter().zip(row.params) {
            object.insert(param.name.clone(), param_json(param, *value));
        }
        figures::json(row.metrics, &mut object);
        object.insert("flags".to_owned(), Value::from(row.flags.join(";")));
        Value::Object(object)
    });
    rows.collect()
}

/// The rows as a table.
#[must_use]
pub fn rows_table(screen: &Screen<'_>) -> String {
    let params = screen
        .params
        .iter()
        .map(|p| (p.name.as_str(), p.labels.is_empty()));
    let titles = figures::TITLES.map(|title| (title, true));
    let mut table = Table::new(params.chain(titles).chain([("flags", false)]));
    for row in screen.rows.iter() {
        let named = screen.params.iter().zip(row.params);
        let values = named.map(|(param, value)| match param.label(*value) {
            Some(label) => label.to_owned(),
            None => Exact(*value).to_string(),
        });
        table.row(
            values
                .chain(figures::cells(row.metrics))
                .chain([row.flags.join(";")]),
        );
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::*;
    use strat_engine::Convention;

    const GOOD: Metrics = Metrics {
        total_return: 0.25,
        sharpe_ratio: Some(1.5),
        max_drawdown: -0.125,
        win_rate: 1.0,
        profit_factor: f64::INFINITY,
        num_trades: 3,
    };

    const IDLE: Metrics = Metrics {
        total_return: 0.0,
        sharpe_ratio: None,
        max_drawdown: 0.0,
        win_rate: 0.0,
        profit_factor: 0.0,
        num_trades: 0,
    };

    fn screen(params: &[ParamInfo]) -> Screen<'_> {
        Screen {
            params,
            sets: 2,
            rank: Figure::default(),
            rows: vec![
                Row {
                    params: &[10.0, 2.5],
                    metrics: &GOOD,
                    flags: vec!["slow"],
                },
                Row {
                    params: &[5.0, 2.5],
                    metrics: &IDLE,
                    flags: vec!["no_trades", "odd"],
                },
            ],
            rules: Convention::Vectorbt.rules(),
            costs: Costs::default(),
            bars: 100,
            from: 0,
            to: 3_600_000_000_000,
            preload: 7,
        }
    }

    fn names() -> Vec<ParamInfo> {
        let param = |name: &str| ParamInfo {
            name: name.to_owned(),
            integer: false,
            default: 0.0,
            bounds: None,
            sweep: Vec::new(),
            only_sweep: false,
            domain_text: String::new(),
            labels: Vec::new(),
        };
        vec![param("fast"), param("k")]
    }

    #[test]
    fn values_of_an_enum_have_their_names() {
        let mut params = names();
        params[0].labels = (0..11).map(|i| format!("kind_{i}")).collect();
        let told = screen(&params);
        assert!(csv(&told).contains("kind_10,2.5,"));
        assert_eq!(rows_json("a", &told)[0]["fast"], "kind_10");
        assert!(rows_table(&told).contains("kind_10"));
    }

    #[test]
    fn csv_has_params_figures_flags() {
        assert_eq!(
            csv(&screen(&names())),
            "fast,k,total_return,sharpe_ratio,max_drawdown,win_rate,profit_factor,num_trades,flags\n\
             10,2.5,0.25,1.5,-0.125,1,inf,3,slow\n\
             5,2.5,0,,0,0,0,0,no_trades;odd\n"
        );
    }

    #[test]
    fn the_summary_is_of_the_best_row_and_has_no_infinities() {
        let text = json::lines(&summary(&screen(&names())));
        assert_eq!(
            text,
            "{\"total_combos\":2,\"top_sharpe\":1.5,\"top_return\":0.25,\"rank\":\"sharpe_ratio\",\"convention\":\"vectorbt\",\"fill\":\"close\",\"fees\":0.001,\"slippage\":0,\"cash\":10000,\"bars\":100,\"from\":\"1970-01-01T00:00:00Z\",\"to\":\"1970-01-01T01:00:00Z\",\"preload\":7}\n"
        );
        let names = names();
        let mut idle = screen(&names);
        idle.rows.remove(0);
        idle.sets = 1;
        let text = json::lines(&summary(&idle));
        assert!(
            text.starts_with("{\"total_combos\":1,\"top_sharpe\":null,\"top_return\":0,"),
            "{text}"
        );
    }

    #[test]
    fn the_best_rows() {
        let rows = rows_json("a", &screen(&names()));
        assert_eq!(rows.len(), 2);
        let rows = rows.into_iter().take(1).collect();
        assert_eq!(
            json::lines(&Value::Array(rows)),
            "[\n{\"file\":\"a\",\"fast\":10,\"k\":2.5,\"total_return\":0.25,\"sharpe_ratio\":1.5,\"max_drawdown\":-0.125,\"win_rate\":1,\"profit_factor\":null,\"num_trades\":3,\"flags\":\"slow\"}\n]\n"
        );
        let table = rows_table(&screen(&names()));
        let last = table.lines().last().unwrap_or_default();
        assert!(
            last.ends_with("no_trades;odd") && last.contains(" - "),
            "{table}"
        );
    }
}
