//! What holds for every plan on every market.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use strat_engine::abi::{Level, Plan, Side, Size};
use strat_engine::{
    BacktestResult, Costs, Fill, PlannedSleeve, RoundTrip, Sleeve, TradeStatus, columns,
};

use crate::cases::{Case, HIGH, LOW, PART, UNITS, case, decision, noise, outputs, plan, rules};
use crate::program::{NAN, Planned, run};
use crate::support::bars;

/// The result, and the quantity that the program saw at every bar.
fn result(case: &Case) -> (BacktestResult, Vec<f64>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let (seed, wants) = (case.seed, case.wants);
    let mut program = Planned::new(case.plan.clone(), move |t, bar, trade| {
        notes.lock().unwrap().push(trade.quantity);
        (decision(seed, t, wants), outputs(seed, t, bar.close))
    });
    program.stop = case.stop;
    let result = run(&program, &case.bars, case.rules, case.costs);
    let mut seen = seen.lock().unwrap().clone();
    // Where bars were ambiguous, a second run has followed.
    seen.truncate(case.bars.len());
    (result, seen)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e4)
}

proptest! {
    #![proptest_config(Config { cases: 1000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_account_never_goes_wrong(case in case()) {
        let (result, seen) = result(&case);
        let curve = &result.equity;
        prop_assert_eq!(curve.equity.len(), case.bars.len());

        // Cash plus quantity times close is equity, at every close.
        let mut close = NAN;
        let single = case.plan.pyramid.is_none();
        let mut held = 0;
        for (t, &price) in case.bars.close.iter().enumerate() {
            if price > 0.0 {
                close = price;
            }
            let of_trades: f64 = result
                .trades
                .iter()
                .filter(|trade| {
                    let open = trade.status == TradeStatus::Open;
                    let time = case.bars.time[t];
                    trade.entry_time <= time && (open || time < trade.exit_time)
                })
                .map(|trade| match trade.side {
                    Side::Long => trade.quantity,
                    Side::Short => -trade.quantity,
                })
                .sum();
            let quantity = if single { of_trades } else { seen[t] };
            held += usize::from(of_trades != 0.0);
            if single || case.rules.fill == Fill::NextOpen {
                let worth = if quantity == 0.0 { 0.0 } else { quantity * close };
                prop_assert!(
                    near(curve.equity[t], curve.cash[t] + worth),
                    "bar {}: {} is not {} + {} * {}", t, curve.equity[t], curve.cash[t], quantity, close
                );
            }
            prop_assert!(curve.cash[t] >= -1e-6 && curve.equity[t].is_finite());
            prop_assert!(curve.drawdown[t] <= 0.0);
        }
        prop_assert_eq!(result.symbols[0].bars_held, held);

        // Profits and fees add up.
        let profit: f64 = result.trades.iter().map(|trade| trade.pnl).sum();
        prop_assert!(near(result.summary.final_equity - 10_000.0, profit));
        let fees: f64 = result
            .trades
            .iter()
            .map(|trade| {
                let out = match trade.status {
                    TradeStatus::Closed => trade.exit_price,
                    TradeStatus::Open => 0.0,
                };
                trade.quantity * (trade.entry_price + out) * case.costs.fees()
            })
            .sum();
        prop_assert!(near(result.summary.fees_paid, fees));

        // No trade outside its bars and their prices.
        let (first, last) = (case.bars.time[0], case.bars.time[case.bars.len() - 1]);
        let slip = 1.0 + case.costs.slippage();
        for trade in &result.trades {
            prop_assert!(first <= trade.entry_time && trade.entry_time <= trade.exit_time);
            prop_assert!(trade.exit_time <= last && trade.quantity > 0.0 && trade.fees >= 0.0);
            let bar = case.bars.time.iter().position(|&time| time == trade.exit_time).unwrap();
            let prices: Vec<f64> = [
                case.bars.open[bar],
                case.bars.high[bar],
                case.bars.low[bar],
                case.bars.close[bar],
            ]
            .into_iter()
            .filter(|price| price.is_finite())
            .collect();
            if trade.status == TradeStatus::Closed && trade.exit_tag != "liquidation" {
                let low = prices.iter().copied().fold(f64::INFINITY, f64::min) / slip * 0.999_999;
                let high = prices.iter().copied().fold(0.0, f64::max) * slip * 1.000_001;
                let low = low.min(low * (1.0 - case.costs.slippage()) * slip);
                prop_assert!(
                    (low..=high).contains(&trade.exit_price),
                    "{:?} outside {}..{}", trade, low, high
                );
            }
        }

        // The figures are those of the curve.
        let metrics = &result.metrics;
        prop_assert_eq!(metrics.num_trades as usize, result.trades.len());
        if metrics.num_trades > 0 {
            let end = *curve.equity.last().unwrap();
            prop_assert!(near(metrics.total_return, end / 10_000.0 - 1.0));
            let deepest = curve.drawdown.iter().copied().fold(0.0, f64::min);
            prop_assert_eq!(metrics.max_drawdown, deepest);
        }
        let ambiguous = result.summary.ambiguous_bars > 0;
        prop_assert_eq!(result.summary.best_case.is_some(), ambiguous);
    }

    #[test]
    fn a_plain_program_is_the_same_on_either_loop(mut case in case()) {
        // On a bar without an open the spans fill a stop at its level, also outside the bar.
        for (open, close) in case.bars.open.iter_mut().zip(&case.bars.close) {
            if open.is_nan() {
                *open = *close;
            }
        }
        let plain = Plan::default();
        let columns = columns(&case.bars);
        let mut spans = Sleeve::new(case.rules, case.costs, case.stop);
        let mut by_bar = PlannedSleeve::new(&plain, case.rules, case.costs, case.stop, 3600.0);
        let decisions = case.clone();
        let program = Planned::new(Plan::default(), move |t, _, _| {
            (decisions.decision(t), Vec::new())
        });
        let mut stream = strat_engine::abi::Program::stream(&program, &[], case.bars.len());
        let (mut one, mut other): (Vec<RoundTrip>, Vec<RoundTrip>) = (Vec::new(), Vec::new());
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(b.abs());
        for t in 0..case.bars.len() {
            let bar = columns.bar(t);
            one.extend(spans.on_bar(t, &bar, case.decision(t)));
            by_bar.step(t, &bar, &mut *stream, &mut other);
            let (a, b) = (spans.mark(), by_bar.mark());
            prop_assert!(same(a.equity, b.equity) && same(a.cash, b.cash), "{:?} {:?}", a, b);
            prop_assert!((a.drawdown - b.drawdown).abs() <= 1e-12);
        }
        prop_assert_eq!(&one, &other);
        let due = spans.has_due_order();
        let (outcome, open) = spans.finish(8760.0);
        let finished = by_bar.finish(8760.0);
        prop_assert_eq!(open, finished.open);
        prop_assert_eq!(due, finished.unfilled_order);
        prop_assert_eq!(outcome.bars_held, finished.bars_held);
        prop_assert!(same(outcome.final_equity, finished.final_equity));
        let (a, b) = (outcome.metrics, finished.metrics);
        prop_assert!((a.total_return - b.total_return).abs() <= 1e-12);
        prop_assert!((a.max_drawdown - b.max_drawdown).abs() <= 1e-12);
        prop_assert_eq!(a.num_trades, b.num_trades);
        prop_assert_eq!(a.win_rate, b.win_rate);
    }

    #[test]
    fn a_short_is_a_long_in_the_mirror(
        steps in prop::collection::vec((0u8..32, 0u8..32, 0u8..8, 0u8..8), 2..200),
        plan in plan(),
        rules in rules(),
        seed in any::<u64>(),
        wants in (0.02f64..0.6, 0.02f64..0.4),
    ) {
        // Eighths around 128, mirrored there: every sum is exact.
        let mirror = |price: f64| 256.0 - price;
        let rows: Vec<[f64; 4]> = steps
            .iter()
            .map(|&(open, close, up, down)| {
                let price = |at: u8| 126.0 + f64::from(at) / 8.0;
                let (open, close) = (price(open), price(close));
                let (up, down) = (f64::from(up) / 8.0, f64::from(down) / 8.0);
                [open, open.max(close) + up, open.min(close) - down, close]
            })
            .collect();
        let turned: Vec<[f64; 4]> = rows
            .iter()
            .map(|&[open, high, low, close]| {
                [mirror(open), mirror(low), mirror(high), mirror(close)]
            })
            .collect();
        // Shares of a price are not mirrored with it; prices and units are.
        let mut plan = plan;
        plan.ladder.clear();
        plan.trails.retain(|trail| matches!(trail.level, Level::Price(_)));
        plan.targets.retain(|level| matches!(level, Level::Price(_)));
        for entry in &mut plan.entries {
            entry.size = Some(Size::Units(UNITS));
        }
        let mut other = plan.clone();
        for entry in &mut other.entries {
            entry.side = match entry.side {
                Side::Long => Side::Short,
                Side::Short => Side::Long,
            };
        }
        let account = |plan: Plan, rows: &[[f64; 4]], in_mirror: bool| {
            let program = Planned::new(plan, move |t, _, _| {
                let eighth = |which: u64| 126.0 + (32.0 * noise(seed, t, which)).floor() / 8.0;
                let side = |price: f64| if in_mirror { mirror(price) } else { price };
                let mut row = outputs(seed, t, 128.0);
                row[LOW] = side(eighth(50));
                row[HIGH] = side(eighth(51));
                row[UNITS] = 1.0 + (4.0 * noise(seed, t, 52)).floor();
                row[PART] = (5.0 * noise(seed, t, 53)).floor() / 4.0;
                (decision(seed, t, wants), row)
            });
            let costs = Costs::new(0.0, 0.0, 10_000.0).unwrap();
            run(&program, &bars(rows), rules, costs)
        };
        let (a, b) = (account(plan, &rows, false), account(other, &turned, true));
        let trips = |result: &BacktestResult| -> Vec<(i64, i64, String, u64)> {
            let trip = |t: &strat_engine::Trade| {
                (t.entry_time, t.exit_time, t.exit_tag.clone(), (t.quantity * 1e6) as u64)
            };
            result.trades.iter().map(trip).collect()
        };
        prop_assert_eq!(trips(&a), trips(&b));
        for (x, y) in a.equity.equity.iter().zip(&b.equity.equity) {
            prop_assert!((x - y).abs() <= 1e-9, "{} {}", x, y);
        }
        prop_assert_eq!(a.summary.ambiguous_bars, b.summary.ambiguous_bars);
    }
}

#[test]
fn the_cases_reach_every_way_out() {
    let mut runner = TestRunner::deterministic();
    let cases = case();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..300 {
        let case = cases.new_tree(&mut runner).unwrap().current();
        let (result, _) = result(&case);
        let refused = result.summary.refused;
        let mut add = |what: &str, count: usize| {
            *found.entry(what.to_owned()).or_default() += count;
        };
        for trade in &result.trades {
            let tag = match trade.exit_tag.as_str() {
                "" => "open",
                tag => tag,
            };
            add(tag, 1);
            add(&format!("{:?}", trade.side), 1);
        }
        add("ambiguous", result.summary.ambiguous_bars);
        add("without stop", refused.without_stop);
        add("without size", refused.without_size);
        add("without cash", refused.without_cash);
    }
    for what in [
        "target",
        "fade",
        "stop",
        "trail",
        "take_profit",
        "roi",
        "reverse",
        "liquidation",
        "open",
        "Long",
        "Short",
        "ambiguous",
        "without stop",
        "without size",
        "without cash",
    ] {
        assert!(
            found.get(what).copied().unwrap_or(0) >= 5,
            "{what}: {found:?}"
        );
    }
}
