//! Each rule of the conventions on bars worked out by hand.

mod support;

use strat_engine::{
    BacktestError, BacktestResult, Convention, Costs, Fill, Rules, SymbolBars, Trade, TradeStatus,
    columns, run_backtest,
};
use strat_market::Bars;
use support::{Scripted, bars, from_closes, script};

const NAN: f64 = f64::NAN;
const HOUR: i64 = 3_600_000_000_000;

fn free() -> Costs {
    Costs::new(0.0, 0.0, 10_000.0).unwrap()
}

fn run_from(
    start: usize,
    rules: Rules,
    bars: &Bars,
    text: &str,
    stop: Option<f64>,
    costs: Costs,
) -> BacktestResult {
    let symbols = [SymbolBars {
        symbol: "TEST",
        columns: columns(bars),
        start,
    }];
    let program = Scripted::new(script(text), stop);
    run_backtest(&symbols, &program, &[], rules, costs, 8760.0).unwrap()
}

fn run(rules: Rules, bars: &Bars, text: &str, stop: Option<f64>) -> BacktestResult {
    run_from(0, rules, bars, text, stop, free())
}

/// Bar of entry, price of entry, bar of exit, price of exit, tag of exit.
fn fills(result: &BacktestResult) -> Vec<(i64, f64, i64, f64, &str)> {
    let fill = |t: &Trade| {
        (
            t.entry_time / HOUR,
            t.entry_price,
            t.exit_time / HOUR,
            t.exit_price,
        )
    };
    result
        .trades
        .iter()
        .map(|trade| {
            let (a, b, c, d) = fill(trade);
            (a, b, c, d, trade.exit_tag.as_str())
        })
        .collect()
}

fn strat() -> Rules {
    Convention::Strat.rules()
}

fn vectorbt() -> Rules {
    Convention::Vectorbt.rules()
}

#[test]
fn fills_at_the_close_or_at_the_next_open() {
    let bars = bars(&[
        [10.0, 10.0, 10.0, 11.0],
        [12.0, 13.0, 12.0, 13.0],
        [14.0, 15.0, 14.0, 15.0],
        [16.0, 17.0, 16.0, 17.0],
    ]);
    let text = "b.s.";
    assert_eq!(
        fills(&run(vectorbt(), &bars, text, None)),
        [(0, 11.0, 2, 15.0, "target")]
    );
    assert_eq!(
        fills(&run(strat(), &bars, text, None)),
        [(1, 12.0, 3, 16.0, "target")]
    );
    let next_open = vectorbt().with_fill(Fill::NextOpen);
    assert_eq!(
        fills(&run(next_open, &bars, text, None)),
        [(1, 12.0, 3, 16.0, "target")]
    );
}

#[test]
fn tags_are_those_of_the_first_statement_on_the_deciding_bar() {
    let bars = from_closes(&[10.0, 11.0, 12.0, 13.0, 14.0]);
    let result = run(strat(), &bars, "Bb.S.", None);
    assert_eq!(result.trades.len(), 1);
    assert_eq!(result.trades[0].entry_tag, "second");
    assert_eq!(result.trades[0].exit_tag, "fade");
}

#[test]
fn an_entry_and_an_exit_on_one_bar_cancel_each_other() {
    let bars = from_closes(&[10.0, 11.0, 12.0, 13.0, 14.0]);
    assert_eq!(
        fills(&run(vectorbt(), &bars, "xbxs.", None)),
        [(1, 11.0, 3, 13.0, "target")]
    );
    assert!(run(vectorbt(), &bars, "x.x..", None).trades.is_empty());
}

#[test]
fn an_exit_while_flat_and_an_entry_while_long_change_nothing() {
    let bars = from_closes(&[10.0, 11.0, 12.0, 13.0, 14.0]);
    assert_eq!(
        fills(&run(vectorbt(), &bars, "sbbsS", None)),
        [(1, 11.0, 3, 13.0, "target")]
    );
}

#[test]
fn costs_are_paid_on_both_sides() {
    let bars = from_closes(&[100.0, 110.0, 120.0]);
    let costs = Costs::new(0.001, 0.01, 10_000.0).unwrap();
    let result = run_from(0, vectorbt(), &bars, "b.s", None, costs);
    let trade = &result.trades[0];
    let quantity = 10_000.0 / (101.0 * 1.001);
    let proceeds = quantity * (120.0 * 0.99);
    assert_eq!(trade.entry_price, 101.0);
    assert_eq!(trade.exit_price, 120.0 * 0.99);
    assert!((trade.quantity - quantity).abs() < 1e-12);
    assert!((result.summary.final_equity - proceeds * 0.999).abs() < 1e-9);
    assert!((trade.pnl - (proceeds * 0.999 - 10_000.0)).abs() < 1e-9);
    assert!((trade.pnl_pct - trade.pnl / (quantity * 101.0)).abs() < 1e-15);
    assert!((result.summary.fees_paid - (quantity * 101.0 + proceeds) * 0.001).abs() < 1e-9);
    // The fee and the slippage of the buy are in the equity of its own bar.
    assert!((result.equity.equity[0] - quantity * 100.0).abs() < 1e-9);
    assert_eq!(result.equity.cash, [0.0, 0.0, result.summary.final_equity]);
}

#[test]
fn a_stop_inside_the_bar_fills_at_the_level_or_at_the_gap() {
    let touch = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [100.0, 101.0, 94.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    assert_eq!(
        fills(&run(strat(), &touch, "b...", Some(0.05))),
        [(1, 100.0, 2, 95.0, "stop")]
    );
    let gap = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [93.0, 101.0, 92.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    assert_eq!(
        fills(&run(strat(), &gap, "b...", Some(0.05))),
        [(1, 100.0, 2, 93.0, "stop")]
    );
}

#[test]
fn a_stop_inside_the_bar_is_tested_on_the_bar_of_the_fill() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 90.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    let result = run(strat(), &bars, "b..", Some(0.05));
    assert_eq!(fills(&result), [(1, 100.0, 1, 95.0, "stop")]);
    assert_eq!(result.trades[0].bars_held, 0);
    assert_eq!(result.equity.equity, [10_000.0, 9_500.0, 9_500.0]);
    assert_eq!(result.symbols[0].bars_held, 0);
}

#[test]
fn a_stop_inside_the_bar_is_below_the_price_paid() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 95.5, 100.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    // Paid 101: the level is 95.95, not 95.
    let costs = Costs::new(0.0, 0.01, 10_000.0).unwrap();
    let result = run_from(0, strat(), &bars, "b..", Some(0.05), costs);
    assert_eq!(fills(&result), [(1, 101.0, 1, 101.0 * 0.95 * 0.99, "stop")]);
    // On closes the level is below the undisturbed close.
    let closes = from_closes(&[100.0, 95.5, 95.0, 94.0]);
    let result = run_from(0, vectorbt(), &closes, "b...", Some(0.05), costs);
    assert_eq!(fills(&result), [(0, 101.0, 2, 95.0 * 0.99, "stop")]);
}

#[test]
fn an_exit_fills_at_the_open_before_the_stop_of_that_bar() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 99.0, 100.0],
        [98.0, 101.0, 80.0, 85.0],
        [85.0, 86.0, 84.0, 85.0],
    ]);
    assert_eq!(
        fills(&run(strat(), &bars, "bs..", Some(0.05))),
        [(1, 100.0, 2, 98.0, "target")]
    );
}

#[test]
fn after_a_stop_inside_the_bar_its_close_is_evaluated_flat() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 90.0, 97.0],
        [98.0, 99.0, 97.0, 98.0],
        [98.0, 99.0, 97.0, 98.0],
    ]);
    assert_eq!(
        fills(&run(strat(), &bars, "bb..", Some(0.05))),
        [(1, 100.0, 1, 95.0, "stop"), (2, 98.0, 3, 98.0, "")]
    );
    // Filling at the close, the stop and the next buy are on one bar.
    let close = strat().with_fill(Fill::Close);
    let result = run(close, &bars, "bb..", Some(0.05));
    assert_eq!(
        fills(&result),
        [(0, 100.0, 1, 95.0, "stop"), (1, 97.0, 3, 98.0, "")]
    );
    assert_eq!(result.equity.equity[..2], [10_000.0, 9_500.0]);
    // Buying at the close of a bar, what happened inside it is past.
    assert_eq!(
        fills(&run(close, &bars, ".b..", Some(0.05))),
        [(1, 97.0, 3, 98.0, "")]
    );
}

#[test]
fn a_stop_on_closes_takes_the_place_of_the_signals() {
    let bars = from_closes(&[100.0, 97.0, 96.0, 98.0, 90.0]);
    // The close of 97 is the level exactly: at or below fires. The entry of that bar is dropped.
    assert_eq!(
        fills(&run(vectorbt(), &bars, "bb.b.", Some(0.03))),
        [(0, 100.0, 1, 97.0, "stop"), (3, 98.0, 4, 90.0, "stop")]
    );
    // So is an exit, and the trade is the stop's.
    assert_eq!(
        fills(&run(vectorbt(), &bars, "bs...", Some(0.03))),
        [(0, 100.0, 1, 97.0, "stop")]
    );
}

#[test]
fn a_stop_on_closes_after_a_fill_at_the_open_is_tested_from_that_close_on() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, 90.0, 96.0],
        [96.0, 97.0, 95.0, 96.0],
    ]);
    let rules = vectorbt().with_fill(Fill::NextOpen);
    assert_eq!(
        fills(&run(rules, &bars, "b..", Some(0.03))),
        [(1, 100.0, 1, 96.0, "stop")]
    );
}

#[test]
fn a_position_open_at_the_end_is_a_trade_at_the_last_close() {
    let bars = from_closes(&[100.0, 110.0]);
    let costs = Costs::new(0.001, 0.0, 10_000.0).unwrap();
    let result = run_from(0, vectorbt(), &bars, "b.", None, costs);
    let trade = &result.trades[0];
    assert_eq!(trade.status, TradeStatus::Open);
    assert_eq!(trade.exit_tag, "");
    assert_eq!((trade.exit_time / HOUR, trade.exit_price), (1, 110.0));
    // Only the buy has paid a fee.
    assert!((trade.fees - 10_000.0 / 1.001 * 0.001).abs() < 1e-9);
    assert!((result.summary.final_equity - 10_000.0 / 1.001 * 1.1).abs() < 1e-9);
    assert_eq!(result.metrics.num_trades, 1);
    assert_eq!(result.metrics.win_rate, 1.0);
    assert_eq!(result.metrics.profit_factor, f64::INFINITY);
}

#[test]
fn an_order_decided_on_the_last_bar_never_fills_at_an_open() {
    let bars = from_closes(&[100.0, 110.0]);
    let result = run(strat(), &bars, ".b", None);
    assert!(result.trades.is_empty());
    assert_eq!(result.summary.unfilled_orders, 1);
    assert_eq!(result.metrics, strat_engine::Metrics::default());
    let result = run(vectorbt(), &bars, ".b", None);
    assert_eq!(
        (result.trades.len(), result.summary.unfilled_orders),
        (1, 0)
    );
}

#[test]
fn bars_before_the_start_only_warm_up() {
    let bars = from_closes(&[100.0, 110.0, 120.0, 130.0, 140.0]);
    let result = run_from(2, strat(), &bars, "bb.b.", None, free());
    assert_eq!(fills(&result), [(4, 130.0, 4, 140.0, "")]);
    assert_eq!(result.equity.time, [2 * HOUR, 3 * HOUR, 4 * HOUR]);
    assert_eq!(result.summary.bars, 3);
}

#[test]
fn an_order_waits_for_a_price() {
    // No close on bar 1, no open on bar 2.
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [101.0, 101.0, 101.0, NAN],
        [NAN, 103.0, 101.0, 102.0],
        [103.0, 104.0, 103.0, 104.0],
        [105.0, 106.0, 105.0, 106.0],
    ]);
    assert_eq!(
        fills(&run(strat(), &bars, "b....", None)),
        [(3, 103.0, 4, 106.0, "")]
    );
    assert_eq!(
        fills(&run(vectorbt(), &bars, ".b...", None)),
        [(2, 102.0, 4, 106.0, "")]
    );
    // An opposite signal before the fill cancels the order, for a buy and for a sale.
    assert!(run(strat(), &bars, "b.s..", None).trades.is_empty());
    assert!(run(vectorbt(), &bars, ".bs..", None).trades.is_empty());
    assert_eq!(
        fills(&run(vectorbt(), &bars, "bsb..", None)),
        [(0, 100.0, 4, 106.0, "")]
    );
    // A missing close is carried over in the equity.
    let result = run(vectorbt(), &bars, "b....", None);
    assert_eq!(result.equity.equity[..3], [10_000.0, 10_000.0, 10_200.0]);
}

#[test]
fn an_order_without_any_later_price_never_fills() {
    let bars = from_closes(&[100.0, 110.0, NAN]);
    let result = run(vectorbt(), &bars, "..b", None);
    assert_eq!(
        (result.trades.len(), result.summary.unfilled_orders),
        (0, 1)
    );
}

#[test]
fn a_missing_low_reads_as_the_close() {
    let bars = bars(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 101.0, NAN, 96.0],
        [100.0, 101.0, NAN, 94.0],
        [100.0, 101.0, 99.0, 100.0],
    ]);
    assert_eq!(
        fills(&run(strat(), &bars, "b...", Some(0.05))),
        [(1, 100.0, 2, 95.0, "stop")]
    );
}

#[test]
fn figures_of_a_short_run() {
    // 10000, up 10%, down 50%, sold; flat.
    let bars = from_closes(&[100.0, 110.0, 55.0, 60.0]);
    let result = run(vectorbt(), &bars, "b.s.", None);
    let metrics = result.metrics;
    assert_eq!(metrics.total_return, 5_500.0 / 10_000.0 - 1.0);
    assert_eq!(metrics.max_drawdown, -0.5);
    assert_eq!(
        (metrics.win_rate, metrics.profit_factor, metrics.num_trades),
        (0.0, 0.0, 1)
    );
    let returns = [0.0, 0.1, -0.5, 0.0f64];
    let mean = returns.iter().sum::<f64>() / 4.0;
    let variance = returns.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / 3.0;
    let sharpe = mean / variance.sqrt() * 8760f64.sqrt();
    assert!((metrics.sharpe_ratio.unwrap() / sharpe - 1.0).abs() < 1e-12);
    assert_eq!(result.equity.drawdown, [0.0, 0.0, -0.5, -0.5]);
    let summary = &result.summary;
    assert_eq!(
        (summary.best_trade, summary.worst_trade),
        (Some(-0.45), Some(-0.45))
    );
    assert_eq!(summary.exposure, 0.5);
    assert_eq!(summary.avg_trade_pnl, -4_500.0);
    assert_eq!((summary.first_time, summary.last_time), (0, 3 * HOUR));
    // 0.55 to the power of 2190 is less than a rounding of 1.
    assert_eq!(summary.cagr, Some(-1.0));
}

#[test]
fn growth_per_year_is_compounded() {
    // 4 bars of 8 a year: half a year, over which 10000 became 12100.
    let bars = from_closes(&[100.0, 110.0, 120.0, 121.0]);
    let symbols = [SymbolBars {
        symbol: "TEST",
        columns: columns(&bars),
        start: 0,
    }];
    let program = Scripted::new(script("b..."), None);
    let result = run_backtest(&symbols, &program, &[], vectorbt(), free(), 8.0).unwrap();
    assert!((result.summary.cagr.unwrap() - (1.21 * 1.21 - 1.0)).abs() < 1e-12);
}

#[test]
fn symbols_are_traded_in_sleeves() {
    // The second symbol begins later and misses the bar at hour 2.
    let first = from_closes(&[100.0, 110.0, 120.0, 130.0]);
    let mut second = from_closes(&[50.0, 40.0]);
    second.time = vec![HOUR, 3 * HOUR];
    let symbols = [
        SymbolBars {
            symbol: "ONE",
            columns: columns(&first),
            start: 0,
        },
        SymbolBars {
            symbol: "TWO",
            columns: columns(&second),
            start: 0,
        },
    ];
    let program = Scripted::new(script("b.s."), None);
    let result = run_backtest(&symbols, &program, &[], vectorbt(), free(), 8760.0).unwrap();
    assert_eq!(result.equity.time, [0, HOUR, 2 * HOUR, 3 * HOUR]);
    assert_eq!(
        result.equity.equity,
        [10_000.0, 10_500.0, 11_000.0, 10_000.0]
    );
    assert_eq!(result.equity.cash, [5_000.0, 0.0, 6_000.0, 6_000.0]);
    let traded: Vec<(usize, i64, TradeStatus)> = result
        .trades
        .iter()
        .map(|trade| (trade.symbol, trade.entry_time / HOUR, trade.status))
        .collect();
    assert_eq!(
        traded,
        [(0, 0, TradeStatus::Closed), (1, 1, TradeStatus::Open)]
    );
    assert_eq!(result.metrics.total_return, 0.0);
    assert_eq!(result.metrics.num_trades, 2);
    assert_eq!(result.metrics.win_rate, 0.5);
    assert_eq!(result.metrics.profit_factor, 1.0);
    assert!((result.metrics.max_drawdown - (10_000.0 / 11_000.0 - 1.0)).abs() < 1e-15);
    let returns = [0.0, 0.05, 11.0 / 10.5 - 1.0, 10.0 / 11.0 - 1.0];
    let mean = returns.iter().sum::<f64>() / 4.0;
    let variance = returns.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / 3.0;
    let sharpe = mean / variance.sqrt() * 8760f64.sqrt();
    assert!((result.metrics.sharpe_ratio.unwrap() / sharpe - 1.0).abs() < 1e-9);
    assert_eq!(result.symbols[0].final_equity, 6_000.0);
    assert_eq!(result.symbols[1].final_equity, 4_000.0);
    assert_eq!(result.summary.exposure, (0.5 + 1.0) / 2.0);
}

#[test]
fn refusals_say_what_to_do() {
    let bars = from_closes(&[100.0, 110.0]);
    let program = Scripted::new(Vec::new(), None);
    let go = |symbols: &[SymbolBars<'_>], params: &[f64], year: f64| {
        run_backtest(symbols, &program, params, strat(), free(), year).unwrap_err()
    };
    let one = |start| SymbolBars {
        symbol: "BTC",
        columns: columns(&bars),
        start,
    };
    assert_eq!(go(&[], &[], 1.0), BacktestError::NoSymbols);
    let error = go(&[one(2)], &[], 1.0);
    assert_eq!(
        error.to_string(),
        "BTC has no bar to trade on: all its 2 bars are needed to warm the strategy up; give it more bars or a later start"
    );
    assert!(matches!(
        go(&[one(0)], &[1.0], 1.0),
        BacktestError::ParamCount { .. }
    ));
    assert!(matches!(
        go(&[one(0)], &[], 0.0),
        BacktestError::BarsPerYear(_)
    ));
    let mut short = one(0);
    short.columns.low = &bars.low[..1];
    assert!(matches!(
        go(&[short], &[], 1.0),
        BacktestError::Columns { .. }
    ));
    let times = [5, 5];
    let mut still = one(0);
    still.columns.time = &times;
    assert_eq!(
        go(&[still], &[], 1.0),
        BacktestError::Times {
            symbol: "BTC".to_owned(),
            bar: 1
        }
    );
}
