//! Strategies that ask for more than entries, exits and one stop: the same trades on every
//! executor, and a screen's rows are their backtests.

use strat_compiler::compile;
use strat_engine::abi::{Program as _, Side};
use strat_engine::{BacktestResult, Convention, Costs, SymbolBars, columns, run_backtest};
use strat_market::Bars;
use strat_screen::{ScreenOptions, is_streamed};
use strat_tests::{check, unit};

use crate::same::same_figures;
use crate::setup::{Screen, Terms, YEAR, made_up, screen, terms};

/// Both sides, every size, a part, a ladder, several stops and trails.
const EVERYTHING: &str = "strategy Everything {
    param n: bars = 5 in [3, 5, 9]
    param loss: ratio = 3% in [1%, 3%]
    let noise = atr(14)
    let average = sma(close, n)
    enter long \"up\" size 40% of equity keep high_then = high when close crosses above average
    enter long \"units\" size 3 when close > highest(high, 20)[1]
    enter short \"down\" size risk 1% keep high_then = high when close crosses below sma(close, 3 * n)
    exit 50% \"half\" when profit > 2%
    exit \"stale\" when held > 12h and profit < 1%
    exit \"back\" when position > 0 and close < entry_price - 2 * noise
    stop loss
    stop at high_then * 1.5
    stop at high_then * 90%
    trail 1% once profit > 1.5%
    trail at price - 3 * noise
    take_profit at entry_price + 6 * noise
    take_profit { 0m => 10%  4h => 5%  12h => 2% }
    pyramid 3
    cooldown 2 bars
}";

/// The stop hangs on what the entry keeps, and the size on the stop.
const KEPT: &str = "strategy Kept {
    param risk: ratio = 2% in [1%, 2%]
    enter long size risk risk keep floor = low[1] when close crosses above sma(close, 5)
    stop at floor * 98%
    take_profit at entry_price + 2 * (entry_price - floor)
}";

fn both() -> [Screen; 2] {
    [("everything", EVERYTHING), ("kept", KEPT)].map(|(name, text)| {
        let unit = unit(check(text), text);
        Screen::new(name, |executor| compile(&unit, executor).expect("code"))
    })
}

fn backtest(
    of: &strat_compiler::Compiled,
    set: &[f64],
    bars: &Bars,
    start: usize,
    terms: Terms,
) -> BacktestResult {
    let symbol = SymbolBars {
        symbol: "TEST",
        columns: columns(bars),
        start,
    };
    run_backtest(&[symbol], of, set, terms.rules, terms.costs, YEAR).expect("a backtest")
}

fn strat() -> Terms {
    Terms {
        rules: Convention::Strat.rules(),
        costs: Costs::new(0.001, 0.0005, 10_000.0).expect("costs"),
    }
}

#[test]
fn a_row_is_the_backtest_of_its_set_on_every_executor() {
    let mut tags = std::collections::BTreeSet::new();
    for of in both() {
        for (bars, start) in made_up().iter().zip([0, 70]) {
            for terms in terms().into_iter().step_by(3).chain([strat()]) {
                let options = ScreenOptions::default();
                let rows = screen(&of.kernel, bars, start, terms, &options);
                assert!(rows.rows.len() > 1 && is_streamed(&of.kernel));
                for row in &rows.rows {
                    let mut first: Option<BacktestResult> = None;
                    for (executor, program) in of.executors() {
                        let alone = backtest(program, &row.params, bars, start, terms);
                        same_figures(&alone.metrics, &row.metrics)
                            .unwrap_or_else(|e| panic!("{} on {executor} {terms:?}: {e}", of.name));
                        let first = first.get_or_insert_with(|| alone.clone());
                        assert_eq!(alone.trades, first.trades, "{} on {executor}", of.name);
                        assert_eq!(alone.equity, first.equity);
                        tags.extend(
                            alone
                                .trades
                                .iter()
                                .map(|t| (t.side == Side::Long, t.exit_tag.clone())),
                        );
                    }
                }
            }
        }
    }
    for tag in [
        "half",
        "stale",
        "stop",
        "trail",
        "take_profit",
        "roi",
        "reverse",
    ] {
        assert!(
            tags.iter().any(|(_, found)| found == tag),
            "{tag}: {tags:?}"
        );
    }
    assert!(tags.iter().any(|(long, _)| !long), "{tags:?}");
}

#[test]
fn what_an_entry_is_about_to_keep_is_its_stop_on_the_bar_of_the_entry() {
    let [_, of] = both();
    let mut bars = Bars::default();
    // Flat, then a close above the average; the next bar opens there and falls through the stop.
    let rows: Vec<[f64; 4]> = [[100.0, 101.0, 99.0, 100.0]; 8]
        .into_iter()
        .chain([
            [100.0, 103.0, 100.0, 102.0],
            [102.0, 103.0, 90.0, 101.0],
            [101.0, 102.0, 100.0, 101.0],
        ])
        .collect();
    // Below the average first: equal closes cross nothing.
    for (t, [open, high, low, close]) in rows.into_iter().enumerate() {
        bars.time.push(t as i64 * 3_600_000_000_000);
        bars.open.push(open);
        bars.high.push(high);
        bars.low.push(low);
        bars.close.push(if t == 7 { 99.5 } else { close });
        bars.volume.push(1.0);
    }
    let terms = Terms {
        costs: Costs::new(0.0, 0.0, 10_000.0).expect("costs"),
        ..strat()
    };
    for (executor, program) in of.executors() {
        let result = backtest(program, &[0.02], &bars, 0, terms);
        let [trade] = &result.trades[..] else {
            panic!("{executor}: {:?}", result.trades);
        };
        assert_eq!((trade.exit_tag.as_str(), trade.bars_held), ("stop", 0));
        assert_eq!(trade.exit_price, 99.0 * 0.98);
        assert!(
            (trade.pnl + 200.0).abs() < 1e-9,
            "2% of 10000 at risk: {}",
            trade.pnl
        );
    }
}

#[test]
fn the_plan_of_a_source_is_executed_in_full() {
    let [of, _] = both();
    let plan = &of.kernel.info().plan;
    assert!(strat_engine::unsupported(of.kernel.info()).is_empty());
    assert_eq!(
        (
            plan.stops.len(),
            plan.trails.len(),
            plan.targets.len(),
            plan.ladder.len()
        ),
        (2, 2, 1, 3)
    );
    assert!(plan.pyramid.is_some() && plan.cooldown.is_some() && plan.reads_trade);
}
