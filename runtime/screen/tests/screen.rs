//! A screen gives the rows it should, in the order it should, however it is run.

mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use strat_engine::{
    Convention, Costs, Fill, MarketTables, Rules, SymbolBars, columns, run_backtest,
};
use strat_market::Bars;
use strat_screen::{
    Grid, GridError, Progress, ScreenError, ScreenOptions, ScreenResult, run_screen,
};
use support::{SmaCross, market};

const YEAR: f64 = 8760.0;

fn program(block: Option<usize>) -> SmaCross {
    SmaCross::new(&[2.0, 5.0, 10.0, 20.0], &[5.0, 10.0, 30.0, 400.0], block)
}

fn screen(
    program: &SmaCross,
    bars: &Bars,
    start: usize,
    rules: Rules,
    options: &ScreenOptions<'_>,
) -> Result<ScreenResult, ScreenError> {
    run_screen(
        program,
        columns(bars),
        start,
        rules,
        Costs::default(),
        YEAR,
        options,
    )
}

fn rules() -> Vec<Rules> {
    let mut all = Vec::new();
    for convention in Convention::ALL {
        for fill in [Fill::Close, Fill::NextOpen] {
            all.push(convention.rules().with_fill(fill));
        }
    }
    all
}

#[test]
fn every_way_to_run_gives_the_same_rows() {
    let mut bars = market(1500);
    bars.close[700] = f64::NAN;
    bars.open[711] = f64::NAN;
    for (rules, stop) in rules()
        .into_iter()
        .flat_map(|r| [(r, None), (r, Some(0.02))])
    {
        let run = |block, threads, memory_budget| {
            let mut program = program(block);
            program.stop = stop;
            let options = ScreenOptions {
                threads,
                memory_budget,
                ..ScreenOptions::default()
            };
            screen(&program, &bars, 100, rules, &options).unwrap()
        };
        let first = run(Some(64), 1, 1 << 30);
        assert_eq!(first.rows.len(), 16);
        assert_eq!((first.bars, first.threads), (1400, 1));
        assert!(
            first
                .rows
                .iter()
                .filter(|row| row.metrics.num_trades > 3)
                .count()
                > 8
        );
        for (block, threads, budget) in [
            (Some(64), 2, 1 << 30),
            (Some(128), 3, 1),
            (Some(512), 2, 20_000),
            (Some(4096), 1, 13_000),
            (None, 1, 1 << 30),
            (None, 2, 1),
        ] {
            let other = run(block, threads, budget);
            // The text of a number tells apart what equality does not: zeros of either sign.
            let text = |result: &ScreenResult| format!("{:?}", result.rows);
            assert_eq!(text(&other), text(&first), "{block:?} {threads} {budget}");
        }
    }
}

#[test]
fn a_row_is_the_backtest_of_its_set() {
    let bars = market(1200);
    for rules in rules() {
        let mut program = program(Some(256));
        program.stop = Some(0.03);
        let result = screen(&program, &bars, 50, rules, &ScreenOptions::default()).unwrap();
        for row in &result.rows {
            let symbols = [SymbolBars {
                symbol: "TEST",
                columns: columns(&bars),
                start: 50,
            }];
            let alone = run_backtest(
                &symbols,
                &program,
                &row.params,
                rules,
                Costs::default(),
                YEAR,
            )
            .unwrap();
            assert_eq!(alone.metrics, row.metrics);
        }
    }
}

#[test]
fn rows_are_ranked_and_keep_their_place() {
    let bars = market(1000);
    let result = screen(
        &program(Some(64)),
        &bars,
        0,
        rules()[0],
        &ScreenOptions::default(),
    )
    .unwrap();
    let ratios: Vec<Option<f64>> = result
        .rows
        .iter()
        .map(|row| row.metrics.sharpe_ratio)
        .collect();
    let traded = ratios.iter().take_while(|ratio| ratio.is_some()).count();
    assert!(ratios[..traded].windows(2).all(|pair| pair[0] >= pair[1]));
    assert!(ratios[traded..].iter().all(Option::is_none));
    // Equal windows never cross: 5/5 and 10/10 come last, in grid order.
    let last: Vec<&[f64]> = result.rows[traded..]
        .iter()
        .map(|row| &*row.params)
        .collect();
    assert_eq!(last, [[5.0, 5.0], [10.0, 10.0]]);
    // The last parameter is the fastest.
    for row in &result.rows {
        let fast = [2.0, 5.0, 10.0, 20.0][row.index / 4];
        let slow = [5.0, 10.0, 30.0, 400.0][row.index % 4];
        assert_eq!(*row.params, [fast, slow]);
    }
    assert_eq!(result.params, ["fast", "slow"]);
}

#[test]
fn flags_are_named() {
    let bars = market(500);
    let result = screen(
        &program(Some(64)),
        &bars,
        0,
        rules()[0],
        &ScreenOptions::default(),
    )
    .unwrap();
    let of = |fast: f64, slow: f64| -> Vec<&str> {
        let row = result
            .rows
            .iter()
            .find(|row| *row.params == [fast, slow])
            .unwrap();
        row.flag_names(&result.flags).collect()
    };
    assert_eq!(of(2.0, 5.0), [""; 0]);
    assert_eq!(of(20.0, 10.0), ["degenerate"]);
    assert_eq!(of(10.0, 10.0), ["no_trades", "degenerate"]);
}

#[test]
fn excluded_sets_are_no_rows() {
    let bars = market(500);
    let mut program = program(Some(64));
    program.require = true;
    for memory_budget in [1, 1 << 20] {
        let options = ScreenOptions {
            memory_budget,
            ..ScreenOptions::default()
        };
        let result = screen(&program, &bars, 0, rules()[0], &options).unwrap();
        assert_eq!((result.rows.len(), result.excluded), (11, 5));
        assert!(result.rows.iter().all(|row| row.params[0] < row.params[1]));
        let mut places: Vec<usize> = result.rows.iter().map(|row| row.index).collect();
        places.sort_unstable();
        assert_eq!(places, (0..11).collect::<Vec<_>>());
    }
}

#[test]
fn a_grid_can_be_narrowed() {
    let bars = market(500);
    let program = program(Some(64));
    let grid = |name: &str, values: &[f64]| {
        Grid::of(&program.info)?.with_values(&program.info, name, values.to_vec())
    };
    let options = ScreenOptions {
        grid: Some(grid("fast", &[7.0]).unwrap()),
        ..ScreenOptions::default()
    };
    let result = screen(&program, &bars, 0, rules()[0], &options).unwrap();
    assert_eq!(result.rows.len(), 4);
    assert!(result.rows.iter().all(|row| row.params[0] == 7.0));

    let refused = |name: &str, values: &[f64]| grid(name, values).unwrap_err().to_string();
    assert_eq!(
        refused("quick", &[7.0]),
        "there is no parameter `quick`; there is `fast`, `slow`"
    );
    assert_eq!(
        refused("fast", &[7.0, 50.0]),
        "`fast` cannot be 50: it takes 2..20"
    );
    assert_eq!(
        refused("fast", &[7.5]),
        "`fast` cannot be 7.5: it takes whole numbers only"
    );
    assert_eq!(
        refused("fast", &[f64::NAN]),
        "`fast` cannot be NaN: it takes 2..20"
    );
    assert_eq!(
        refused("fast", &[]),
        "`fast` has no value to run with; give one"
    );
}

#[test]
fn a_grid_that_cannot_run_says_why_before_it_runs() {
    let bars = market(100);
    let run = |program: &SmaCross| {
        let called = AtomicBool::new(false);
        let progress = |_: Progress| called.store(true, Ordering::Relaxed);
        let options = ScreenOptions {
            progress: Some(&progress),
            ..ScreenOptions::default()
        };
        let error = screen(program, &bars, 0, rules()[0], &options).unwrap_err();
        assert!(!called.into_inner());
        error
    };
    let zero = SmaCross::new(&[2.0, 3.0], &[5.0, 0.0, -1.0], Some(64));
    assert_eq!(
        run(&zero).to_string(),
        "the strategy cannot run with fast = 2, slow = 0: a length must be 1 or more"
    );
    let mut none = SmaCross::new(&[8.0, 9.0], &[5.0, 6.0], Some(64));
    none.require = true;
    assert_eq!(
        run(&none).to_string(),
        "no parameter set is left to run: all 4 are excluded, the first because fast < slow does not hold"
    );
    let wide = vec![1.0; 1 << 16];
    let mut huge = SmaCross::new(&wide, &wide, Some(64));
    for _ in 0..3 {
        let param = huge.info.params[0].clone();
        huge.info.params.push(param);
    }
    assert_eq!(run(&huge), ScreenError::Grid(GridError::TooLarge));
}

#[test]
fn bars_that_cannot_be_screened_are_refused() {
    let bars = market(100);
    let program = program(Some(64));
    let options = ScreenOptions::default();
    let error = screen(&program, &bars, 100, rules()[0], &options).unwrap_err();
    assert_eq!(error, ScreenError::NoBars { bars: 100 });
    let mut short = columns(&bars);
    short.open = &bars.open[1..];
    let error = run_screen(
        &program,
        short,
        0,
        rules()[0],
        Costs::default(),
        YEAR,
        &options,
    );
    assert_eq!(error.unwrap_err(), ScreenError::Columns);
    let error = run_screen(
        &program,
        columns(&bars),
        0,
        rules()[0],
        Costs::default(),
        f64::NAN,
        &options,
    );
    assert!(matches!(error, Err(ScreenError::BarsPerYear(_))));
    let uneven = SmaCross::new(&[2.0], &[5.0], Some(100));
    let error = screen(&uneven, &bars, 0, rules()[0], &options).unwrap_err();
    assert_eq!(error, ScreenError::Block(100));
}

#[test]
fn progress_goes_up_to_all_and_a_cancelled_screen_stops() {
    let bars = market(1000);
    for block in [Some(64), None] {
        let program = program(block);
        let seen = Mutex::new(Vec::new());
        let progress = |progress: Progress| seen.lock().unwrap().push(progress);
        let options = ScreenOptions {
            progress: Some(&progress),
            memory_budget: 25_000,
            ..ScreenOptions::default()
        };
        screen(&program, &bars, 0, rules()[0], &options).unwrap();
        let seen = seen.into_inner().unwrap();
        assert!(seen.len() > 1);
        assert!(seen.windows(2).all(|pair| pair[0].done < pair[1].done));
        assert!(seen.iter().all(|progress| progress.total == 16_000));
        assert_eq!(seen.last().unwrap().done, 16_000);

        let cancel = AtomicBool::new(false);
        let calls = Mutex::new(0);
        let progress = |_: Progress| {
            *calls.lock().unwrap() += 1;
            cancel.store(true, Ordering::Relaxed);
        };
        let options = ScreenOptions {
            progress: Some(&progress),
            cancel: Some(&cancel),
            memory_budget: 25_000,
            ..ScreenOptions::default()
        };
        assert_eq!(
            screen(&program, &bars, 0, rules()[0], &options).unwrap_err(),
            ScreenError::Cancelled
        );
        assert_eq!(*calls.lock().unwrap(), 1);
    }
}

#[test]
fn tables_made_beforehand_are_used_only_where_they_fit() {
    let bars = market(1500);
    let others = market(900);
    for rules in rules() {
        let program = program(Some(64));
        let own = screen(&program, &bars, 50, rules, &ScreenOptions::default()).unwrap();
        let fitting = MarketTables::new(columns(&bars), 50, rules);
        let foreign = MarketTables::new(columns(&others), 50, rules);
        let earlier = MarketTables::new(columns(&bars), 0, rules);
        for tables in [&fitting, &foreign, &earlier] {
            let options = ScreenOptions {
                tables: Some(tables),
                ..ScreenOptions::default()
            };
            let shared = screen(&program, &bars, 50, rules, &options).unwrap();
            assert_eq!(own.rows, shared.rows);
        }
    }
}
