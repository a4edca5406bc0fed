//! What neither a backtest nor a screen executes is refused, each construct by name.

use strat_engine::abi::{EntryPlan, ExitPlan, Need, Plan};
use strat_engine::{BacktestError, SymbolBars, columns, run_backtest, unsupported};

use crate::program::{Planned, free, strat};
use crate::support::from_closes;

fn refused(program: &Planned) -> BacktestError {
    let bars = from_closes(&[100.0, 101.0]);
    let symbols = [SymbolBars {
        symbol: "BTC",
        columns: columns(&bars),
        start: 0,
    }];
    run_backtest(&symbols, program, &[], strat(), free(), 8760.0).unwrap_err()
}

#[test]
fn constructs_are_named() {
    let plan = Plan {
        entries: vec![EntryPlan {
            order: vec!["limit", "post_only"],
            ..EntryPlan::default()
        }],
        exits: vec![
            ExitPlan::default(),
            ExitPlan {
                order: vec!["twap"],
                ..ExitPlan::default()
            },
        ],
        not_yet: vec![
            "the event handler `on book`".to_owned(),
            "`twap` orders".to_owned(),
        ],
        ..Plan::default()
    };
    let program = Planned::scripted(plan, "..", &[]);
    let expected = [
        "the event handler `on book`",
        "`twap` orders",
        "`limit` orders",
        "`post_only` orders",
    ];
    assert_eq!(unsupported(&program.info), expected);
    assert_eq!(
        refused(&program).to_string(),
        format!(
            "it uses {}, which is not executed on bars yet",
            expected.join("; ")
        )
    );
    let program = Planned::scripted(Plan::default(), "..", &[]);
    assert!(unsupported(&program.info).is_empty());
}

#[test]
fn data_beside_the_bars_must_be_there() {
    let mut program = Planned::scripted(Plan::default(), "..", &[]);
    program.info.needs = vec![Need::Symbol("ETH/USDT".to_owned())];
    assert_eq!(
        refused(&program),
        BacktestError::Needs {
            symbol: "BTC".to_owned(),
            expected: 1,
            found: 0
        }
    );
}
