//! A backtest: its trades, its equity curve, its metrics.

use serde_json::{Map, Value};
use strat_engine::abi::{ProgramInfo, Side};
use strat_engine::{BacktestResult, Refused, TradeStatus};
use strat_market::format_time;

use crate::csv::Csv;
use crate::figures;
use crate::json;
use crate::number::{percent, readable, rounded};
use crate::tables::Table;

/// Columns of `trades.csv`.
const TRADE_COLUMNS: [&str; 13] = [
    "symbol",
    "side",
    "entry_time",
    "entry_price",
    "exit_time",
    "exit_price",
    "quantity",
    "fees",
    "pnl",
    "pnl_pct",
    "bars_held",
    "entry_tag",
    "exit_tag",
];

/// What a backtest was run on, as far as its result does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup<'a> {
    /// What the strategy is.
    pub program: &'a ProgramInfo,
    /// Its parameter values, in declared order.
    pub params: &'a [f64],
    /// Where the bars come from.
    pub exchange: &'a str,
    /// How long the bars are.
    pub timeframe: &'a str,
    /// Bars before the range that warmed it up; the fewest of its symbols.
    pub preload: usize,
}

/// All trades by time of entry. A trade that is open at the end has the last bar and its close as
/// exit, and no exit tag. A position that was closed in parts has a row for each.
#[must_use]
pub fn trades_csv(result: &BacktestResult) -> String {
    let mut csv = Csv::with_header(TRADE_COLUMNS);
    for trade in &result.trades {
        let symbol = result.symbols.get(trade.symbol);
        csv.text(symbol.map_or("", |s| s.symbol.as_str()))
            .text(side_name(trade.side))
            .text(&format_time(trade.entry_time))
            .number(trade.entry_price)
            .text(&format_time(trade.exit_time))
            .number(trade.exit_price)
            .number(trade.quantity)
            .number(trade.fees)
            .number(trade.pnl)
            .number(trade.pnl_pct)
            .count(trade.bars_held as u64)
            .text(&trade.entry_tag)
            .text(&trade.exit_tag);
        csv.end_row();
    }
    csv.into_text()
}

/// The account at every close.
#[must_use]
pub fn equity_csv(result: &BacktestResult) -> String {
    let curve = &result.equity;
    let mut csv = Csv::with_header(["timestamp", "equity", "cash", "drawdown"]);
    for (((time, equity), cash), drawdown) in curve
        .time
        .iter()
        .zip(&curve.equity)
        .zip(&curve.cash)
        .zip(&curve.drawdown)
    {
        csv.text(&format_time(*time))
            .number(*equity)
            .number(*cash)
            .number(*drawdown);
        csv.end_row();
    }
    csv.into_text()
}

/// One flat object: the six figures of a screen's row, further ones, and what was run how.
#[must_use]
pub fn metrics(result: &BacktestResult, setup: &Setup<'_>) -> Value {
    let mut out = Map::new();
    figures::json(&result.metrics, &mut out);
    let mut put = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    let summary = &result.summary;
    put("initial_cash", json::number(summary.initial_cash));
    put("final_equity", json::number(summary.final_equity));
    put("cagr", json::maybe(summary.cagr));
    put("fees_paid", json::number(summary.fees_paid));
    put("avg_trade_pnl", json::number(summary.avg_trade_pnl));
    put("best_trade", json::maybe(summary.best_trade));
    put("worst_trade", json::maybe(summary.worst_trade));
    put("exposure", json::number(summary.exposure));
    put("open_trades", Value::from(open_trades(result)));
    put("unfilled_orders", Value::from(summary.unfilled_orders));
    put("refused_entries", Value::from(summary.refused.total()));
    put("ambiguous_bars", Value::from(summary.ambiguous_bars));
    put("best_case_return", json::maybe(summary.best_case));
    put("bars", Value::from(summary.bars));
    put("from", Value::from(format_time(summary.first_time)));
    put("to", Value::from(format_time(summary.last_time)));
    put("preload", Value::from(setup.preload));
    put("lookback", Value::from(result.resolved.lookback));
    put("strategy", Value::from(setup.program.name.as_str()));
    let symbols: Vec<&str> = result.symbols.iter().map(|s| s.symbol.as_str()).collect();
    put("symbols", Value::from(symbols.join(",")));
    put("timeframe", Value::from(setup.timeframe));
    put("exchange", Value::from(setup.exchange));
    put("convention", Value::from(result.rules.convention.name()));
    put("fill", Value::from(result.rules.fill.name()));
    put("fees", json::number(result.costs.fees()));
    put("slippage", json::number(result.costs.slippage()));
    put("stop", json::maybe(result.resolved.stop));
    for (param, value) in setup.program.params.iter().zip(setup.params) {
        put(&format!("param_{}", param.name), json::number(*value));
    }
    Value::Object(out)
}

/// The figures for people, one a line.
#[must_use]
pub fn figures_text(result: &BacktestResult) -> String {
    let [total, sharpe, drawdown, wins, factor, trades] = figures::cells(&result.metrics);
    let summary = &result.summary;
    let share = |value: Option<f64>| percent(value.unwrap_or(f64::NAN));
    let open = match open_trades(result) {
        0 => String::new(),
        open => format!(" ({open} still open, valued at the last close)"),
    };
    crate::tables::pairs(&[
        (
            "total return",
            format!(
                "{total}   ({} to {})",
                rounded(summary.initial_cash, 2),
                rounded(summary.final_equity, 2)
            ),
        ),
        ("per year", share(summary.cagr)),
        ("sharpe ratio", sharpe),
        ("max drawdown", drawdown),
        ("trades", format!("{trades}{open}")),
        ("win rate", wins),
        ("profit factor", factor),
        ("average trade", readable_money(summary.avg_trade_pnl)),
        (
            "best, worst trade",
            format!(
                "{}, {}",
                share(summary.best_trade),
                share(summary.worst_trade)
            ),
        ),
        ("in the market", percent(summary.exposure)),
        ("fees paid", readable_money(summary.fees_paid)),
    ])
}

/// One row per symbol, where there are several.
#[must_use]
pub fn symbols_table(result: &BacktestResult) -> String {
    let titles = figures::TITLES.map(|title| (title, true));
    let mut table = Table::new([("symbol", false)].into_iter().chain(titles));
    for symbol in &result.symbols {
        table.row(
            [symbol.symbol.clone()]
                .into_iter()
                .chain(figures::cells(&symbol.metrics)),
        );
    }
    table.render()
}

/// What ended the trades, where more than one thing did: one row per side and exit tag, the most
/// trades first; empty otherwise.
#[must_use]
pub fn exits_table(result: &BacktestResult) -> String {
    let mut rows: Vec<ExitRow<'_>> = Vec::new();
    for trade in &result.trades {
        let (side, tag) = (side_name(trade.side), trade.exit_tag.as_str());
        let at = rows
            .iter()
            .position(|row| (row.side, row.tag) == (side, tag))
            .unwrap_or_else(|| {
                rows.push(ExitRow {
                    side,
                    tag,
                    trades: 0,
                    wins: 0,
                    pnl: 0.0,
                });
                rows.len() - 1
            });
        if let Some(row) = rows.get_mut(at) {
            row.trades += 1;
            row.wins += usize::from(trade.pnl > 0.0);
            row.pnl += trade.pnl;
        }
    }
    let closed = rows.iter().filter(|row| !row.tag.is_empty()).count();
    if closed < 2 {
        return String::new();
    }
    rows.sort_by(|a, b| (b.trades, a.side, a.tag).cmp(&(a.trades, b.side, b.tag)));
    let mut table = Table::new([
        ("exit", false),
        ("side", false),
        ("trades", true),
        ("wins", true),
        ("profit", true),
    ]);
    for row in rows {
        table.row([
            if row.tag.is_empty() {
                "(still open)".to_owned()
            } else {
                row.tag.to_owned()
            },
            row.side.to_owned(),
            row.trades.to_string(),
            percent(row.wins as f64 / row.trades as f64),
            readable_money(row.pnl),
        ]);
    }
    table.render()
}

/// Trades of one side that ended one way.
struct ExitRow<'a> {
    side: &'static str,
    tag: &'a str,
    trades: usize,
    wins: usize,
    pnl: f64,
}

/// Parameter values for people: `fast = 10, slow = 50`; empty without parameters.
#[must_use]
pub fn params_text(program: &ProgramInfo, params: &[f64]) -> String {
    let parts: Vec<String> = program
        .params
        .iter()
        .zip(params)
        .map(|(param, value)| format!("{} = {}", param.name, readable(*value)))
        .collect();
    parts.join(", ")
}

/// How many bars reached a stop and a target, and the band that leaves, for people.
#[must_use]
pub fn ambiguous_text(result: &BacktestResult) -> String {
    let worst = percent(result.metrics.total_return);
    match (result.summary.ambiguous_bars, result.summary.best_case) {
        (0, _) => "0 bars reached a stop and a target.".to_owned(),
        (bars, best) => format!(
            "{bars} {} reached a stop and a target; the stop was taken. With the target first the total return is {} instead of {worst}.",
            if bars == 1 { "bar" } else { "bars" },
            percent(best.unwrap_or(f64::NAN)),
        ),
    }
}

/// Why entries did not fill, for people: `3 entries: 2 without a stop to size by, 1 without cash`.
#[must_use]
pub fn refused_text(refused: &Refused) -> String {
    let parts: Vec<String> = [
        (refused.without_stop, "without a stop to size by"),
        (refused.without_size, "without a size above 0"),
        (refused.without_cash, "without cash"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, why)| format!("{count} {why}"))
    .collect();
    let total = refused.total();
    let entries = if total == 1 { "entry" } else { "entries" };
    format!("{total} {entries}: {}", parts.join(", "))
}

const fn side_name(side: Side) -> &'static str {
    match side {
        Side::Long => "long",
        Side::Short => "short",
    }
}

fn open_trades(result: &BacktestResult) -> usize {
    let open = |status| status == TradeStatus::Open;
    result.trades.iter().filter(|t| open(t.status)).count()
}

fn readable_money(amount: f64) -> String {
    rounded(amount, 2)
}
