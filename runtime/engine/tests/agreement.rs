//! The streaming loop and the mask walk give the same bits, whatever the market, the masks, the
//! rules, the costs and the blocks; and both agree with plain arithmetic on the equity curve.

mod support;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use strat_engine::abi::Decision;
use strat_engine::{
    Convention, Costs, Fill, MarketTables, Outcome, Rules, Sleeve, StopTest, SymbolBars, Walker,
    columns, run_backtest,
};
use strat_market::Bars;
use support::{Scripted, masks};

const YEAR: f64 = 8760.0;

#[derive(Debug, Clone)]
struct Case {
    bars: Bars,
    decisions: Vec<Decision>,
    rules: Rules,
    costs: Costs,
    stop: Option<f64>,
    start: usize,
    block: usize,
}

/// What one bar does to the price before it, and which of its prices are missing.
fn bar() -> impl Strategy<Value = ([f64; 4], u8)> {
    let small = -0.02f64..0.02;
    let step = prop_oneof![
        6 => (small.clone(), small.clone(), 0.0..0.01f64, 0.0..0.01f64)
            .prop_map(|(gap, change, up, down)| [gap * 0.1, change, up, down]),
        2 => Just([0.0; 4]),
        1 => (-0.3f64..0.4, small, 0.0..0.1f64, 0.0..0.1f64)
            .prop_map(|(gap, change, up, down)| [gap, change, up, down]),
    ];
    (step, 0u8..100)
}

fn market(rows: &[([f64; 4], u8)], holes: bool) -> Bars {
    let mut last = 100.0;
    let rows: Vec<[f64; 4]> = rows
        .iter()
        .map(|&([gap, change, up, down], hole)| {
            let open: f64 = last * (1.0 + gap);
            let close: f64 = open * (1.0 + change);
            let mut row = [
                open,
                open.max(close) * (1.0 + up),
                open.min(close) * (1.0 - down),
                close,
            ];
            last = close;
            if holes {
                match hole {
                    0..5 => row = [f64::NAN; 4],
                    5..8 => row[3] = f64::NAN,
                    8..11 => row[0] = f64::NAN,
                    11..13 => row[2] = f64::NAN,
                    13 => row = [0.0; 4],
                    _ => {}
                }
            }
            row
        })
        .collect();
    support::bars(&rows)
}

fn case() -> impl Strategy<Value = Case> {
    let rules = (any::<bool>(), any::<bool>()).prop_map(|(next_open, intrabar)| {
        let mut rules = if intrabar {
            Convention::Strat
        } else {
            Convention::Vectorbt
        }
        .rules();
        rules.fill = if next_open {
            Fill::NextOpen
        } else {
            Fill::Close
        };
        rules
    });
    let costs = (
        prop_oneof![Just(0.0), Just(0.001), 0.0..0.05f64],
        prop_oneof![Just(0.0), Just(0.0005), 0.0..0.05f64],
    )
        .prop_map(|(fees, slippage)| Costs::new(fees, slippage, 10_000.0).unwrap());
    let stop = prop_oneof![
        2 => Just(None),
        1 => Just(Some(0.03)),
        2 => (0.0005f64..0.4).prop_map(Some),
    ];
    let density = prop_oneof![Just(2u32), Just(10), Just(50), Just(95)];
    (
        prop::collection::vec(bar(), 1..700),
        any::<bool>(),
        (density.clone(), density, any::<u64>()),
        rules,
        costs,
        stop,
        (0.0f64..1.0, any::<bool>()),
        1usize..16,
    )
        .prop_map(
            |(rows, holes, (enter, leave, seed), rules, costs, stop, (offset, whole), block)| {
                let mut state = seed;
                let mut roll = |percent: u32| {
                    // splitmix64
                    state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                    let mut z = state;
                    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                    u64::from(((z ^ (z >> 31)) % 100) < u64::from(percent))
                };
                let decisions = rows
                    .iter()
                    .map(|_| Decision {
                        entries: roll(enter),
                        exits: roll(leave),
                    })
                    .collect();
                let start = if whole {
                    0
                } else {
                    (offset * rows.len() as f64) as usize
                };
                Case {
                    bars: market(&rows, holes),
                    decisions,
                    rules,
                    costs,
                    stop,
                    start,
                    block: block * 64,
                }
            },
        )
}

/// An outcome down to the last bit; every NaN counts as equal.
fn bits(outcome: &Outcome, due: bool) -> Vec<u64> {
    let m = &outcome.metrics;
    let mut numbers = vec![
        m.total_return,
        m.max_drawdown,
        m.win_rate,
        m.profit_factor,
        outcome.final_equity,
    ];
    numbers.extend(m.sharpe_ratio);
    if let Some(open) = outcome.open {
        numbers.extend([
            open.position.quantity,
            open.position.cost,
            open.position.fee,
            open.fee,
            open.profit,
        ]);
    }
    numbers
        .iter()
        .map(|number| {
            if number.is_nan() {
                u64::MAX
            } else {
                number.to_bits()
            }
        })
        .chain([
            u64::from(m.num_trades),
            u64::from(m.sharpe_ratio.is_some()),
            outcome.bars_held as u64,
            u64::from(outcome.open.is_some()),
            u64::from(due),
        ])
        .collect()
}

fn streamed(case: &Case) -> Vec<u64> {
    let columns = columns(&case.bars);
    let mut sleeve = Sleeve::new(case.rules, case.costs, case.stop);
    for t in case.start..case.bars.len() {
        sleeve.on_bar(t, &columns.bar(t), case.decisions[t]);
    }
    let due = sleeve.has_due_order();
    bits(&sleeve.finish(YEAR).0, due)
}

fn walked(case: &Case) -> Vec<u64> {
    let tables = MarketTables::new(columns(&case.bars), case.start, case.rules);
    let mut walker = Walker::new(&tables, case.costs, case.stop);
    let (entries, exits) = masks(&case.decisions);
    let bars = case.bars.len();
    for start in (0..bars).step_by(case.block) {
        let len = case.block.min(bars - start);
        let words = start / 64..start / 64 + len.div_ceil(64);
        walker.advance(start, len, &entries[words.clone()], &exits[words]);
    }
    let due = walker.has_due_order();
    bits(&walker.finish(YEAR), due)
}

proptest! {
    #![proptest_config(Config { cases: 3000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_walk_gives_the_bits_of_the_streaming_loop(case in case()) {
        prop_assert_eq!(walked(&case), streamed(&case));
    }
}

/// How many of a fixed list of cases the comparison above finds different when the walk is given
/// something else than the streaming loop.
fn found(break_it: impl Fn(&mut Case)) -> usize {
    let mut runner = TestRunner::deterministic();
    let cases = case();
    (0..300)
        .filter(|_| {
            let case = cases.new_tree(&mut runner).unwrap().current();
            let mut broken = case.clone();
            break_it(&mut broken);
            walked(&broken) != streamed(&case)
        })
        .count()
}

#[test]
fn the_comparison_sees_a_broken_walk() {
    assert_eq!(found(|_| {}), 0);
    // A bar whose signals are skipped.
    assert!(found(|case| case.decisions[case.start] = Decision::default()) > 0);
    assert!(found(|case| *case.decisions.last_mut().unwrap() = Decision::default()) > 0);
    // Signals one bar late.
    assert!(found(|case| case.decisions.rotate_right(1)) > 100);
    // One close, one low, a level, a fee off by the least amount.
    assert!(
        found(|case| {
            let middle = case.bars.len() / 2;
            let close = &mut case.bars.close[middle];
            *close = close.next_up();
        }) > 20
    );
    assert!(found(|case| case.stop = case.stop.map(|share| share * 1.01)) > 20);
    assert!(
        found(|case| {
            case.costs =
                Costs::new(case.costs.fees().next_up(), case.costs.slippage(), 10_000.0).unwrap();
        }) > 100
    );
    // The other rules.
    assert!(found(|case| case.rules.fill = Fill::Close) > 50);
    assert!(found(|case| case.rules.stops = StopTest::Closes) > 20);
}

/// The six figures from the equity curve and the trades alone, one bar and one trade at a time.
fn plain(result: &strat_engine::BacktestResult) -> [f64; 6] {
    let equity = &result.equity.equity;
    let initial = result.summary.initial_cash;
    let returns: Vec<f64> = std::iter::once(&initial)
        .chain(equity)
        .zip(equity)
        .map(|(before, now)| now / before - 1.0)
        .collect();
    let count = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / count;
    let variance = returns.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / (count - 1.0);
    let mut peak = initial;
    let mut drawdown = 0.0f64;
    for &now in equity {
        peak = peak.max(now);
        drawdown = drawdown.min(now / peak - 1.0);
    }
    let won: f64 = result.trades.iter().map(|t| t.pnl.max(0.0)).sum();
    let lost: f64 = result.trades.iter().map(|t| (-t.pnl).max(0.0)).sum();
    let wins = result.trades.iter().filter(|t| t.pnl > 0.0).count() as f64;
    [
        equity.last().unwrap() / initial - 1.0,
        mean / variance.sqrt() * YEAR.sqrt(),
        drawdown,
        wins / result.trades.len() as f64,
        if lost == 0.0 {
            f64::INFINITY
        } else {
            won / lost
        },
        result.trades.len() as f64,
    ]
}

fn close_to(found: f64, expected: f64) -> bool {
    found == expected || (found - expected).abs() <= 1e-9 * expected.abs().max(1e-3)
}

proptest! {
    #![proptest_config(Config { cases: 1000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn figures_are_those_of_the_equity_curve(case in case()) {
        let program = Scripted::new(case.decisions.clone(), case.stop);
        let symbols = [SymbolBars {
            symbol: "TEST",
            columns: columns(&case.bars),
            start: case.start,
        }];
        let result = run_backtest(&symbols, &program, &[], case.rules, case.costs, YEAR).unwrap();
        prop_assert_eq!(result.equity.time.len(), case.bars.len() - case.start);
        let metrics = result.metrics;
        if metrics.num_trades == 0 {
            prop_assert!(result.trades.is_empty());
            prop_assert!(result.equity.equity.iter().all(|&equity| equity == 10_000.0));
            return Ok(());
        }
        let found = [
            metrics.total_return,
            metrics.sharpe_ratio.unwrap_or(f64::NAN),
            metrics.max_drawdown,
            metrics.win_rate,
            metrics.profit_factor,
            f64::from(metrics.num_trades),
        ];
        for (at, (found, expected)) in found.into_iter().zip(plain(&result)).enumerate() {
            // A Sharpe ratio of returns that do not vary is no number.
            prop_assert!(
                close_to(found, expected) || at == 1 && found.is_nan(),
                "figure {}: {} {}", at, found, expected
            );
        }
        // The curve's drawdown is taken as the figure's is.
        let deepest = result.equity.drawdown.iter().copied().fold(0.0, f64::min);
        prop_assert_eq!(deepest, metrics.max_drawdown);
        // Profits add up to what the account gained.
        let profits: f64 = result.trades.iter().map(|trade| trade.pnl).sum();
        let gained = result.summary.final_equity - result.summary.initial_cash;
        prop_assert!((profits - gained).abs() <= 1e-9 * 10_000f64.max(gained.abs()));
    }
}
