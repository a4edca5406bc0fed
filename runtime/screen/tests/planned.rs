//! A program whose plan asks for more than masks can say is streamed, with the numbers of a
//! backtest, to the bit.

mod support;

use strat_engine::abi::{
    BarColumns, BarValues, Cooldown, Decision, EntryPlan, Level, ParamError, Plan, Program,
    ProgramInfo, Resolved, Side, Size, Stream, Sweep, TradeValues, Trail,
};
use strat_engine::{Convention, Costs, Fill, SymbolBars, columns, run_backtest};
use strat_screen::{ScreenError, ScreenOptions, is_streamed, run_screen};
use support::{SmaCross, market};

/// The cross of two averages, long and short, with every clause that can be swept.
struct Planned {
    cross: SmaCross,
}

struct Running<'a> {
    cross: Box<dyn Stream + 'a>,
    outputs: [f64; 4],
}

impl Stream for Running<'_> {
    fn on_bar(&mut self, bar: &BarValues, trade: &TradeValues<'_>) -> Decision {
        let cross = self.cross.on_bar(bar, trade);
        let profit = trade.mark / trade.entry_price - 1.0;
        self.outputs = [bar.close * 0.98, bar.close * 1.03, 0.25, 3.0];
        Decision {
            entries: cross.entries | cross.exits << 1,
            exits: u64::from(trade.held > 72_000.0 && profit.abs() < 0.01),
        }
    }

    fn outputs(&self) -> &[f64] {
        &self.outputs
    }
}

impl Program for Planned {
    fn info(&self) -> &ProgramInfo {
        &self.cross.info
    }

    fn resolve(&self, params: &[f64]) -> Result<Resolved, ParamError> {
        self.cross.resolve(params)
    }

    fn stream(&self, params: &[f64], most_bars: usize) -> Box<dyn Stream + '_> {
        Box::new(Running {
            cross: self.cross.stream(params, most_bars),
            outputs: [f64::NAN; 4],
        })
    }

    fn sweep<'a>(&'a self, combos: &[f64], bars: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        // Its masks are there; they do not say all.
        self.cross.sweep(combos, bars)
    }
}

fn planned() -> Planned {
    let mut cross = SmaCross::new(&[3.0, 5.0, 8.0], &[13.0, 21.0], Some(128));
    cross.stop = Some(0.05);
    let entry = |side| EntryPlan {
        side,
        size: Some(Size::OfEquity(2)),
        ..EntryPlan::default()
    };
    cross.info.entries = vec!["up".to_owned(), "down".to_owned()];
    cross.info.exits = vec!["stale".to_owned()];
    cross.info.plan = Plan {
        outputs: 4,
        entries: vec![entry(Side::Long), entry(Side::Short)],
        stops: vec![0],
        trails: vec![Trail {
            level: Level::Price(1),
            once: None,
        }],
        targets: vec![Level::Price(1)],
        pyramid: Some(3),
        cooldown: Some(Cooldown::Bars(3)),
        reads_trade: true,
        ..Plan::default()
    };
    Planned { cross }
}

#[test]
fn a_row_is_the_backtest_of_its_set() {
    let bars = market(3000);
    let program = planned();
    assert!(is_streamed(&program));
    assert!(!is_streamed(&SmaCross::new(&[3.0], &[13.0], Some(128))));
    let costs = Costs::new(0.001, 0.0005, 10_000.0).unwrap();
    let mut traded = 0;
    for convention in Convention::ALL {
        for fill in [Fill::Close, Fill::NextOpen] {
            let rules = convention.rules().with_fill(fill);
            for start in [0, 700] {
                let screen = |threads| {
                    let options = ScreenOptions {
                        threads,
                        ..ScreenOptions::default()
                    };
                    run_screen(
                        &program,
                        columns(&bars),
                        start,
                        rules,
                        costs,
                        8760.0,
                        &options,
                    )
                    .unwrap()
                };
                let result = screen(1);
                assert_eq!(result.rows, screen(4).rows);
                assert_eq!(result.rows.len(), 6);
                for row in &result.rows {
                    let symbols = [SymbolBars {
                        symbol: "TEST",
                        columns: columns(&bars),
                        start,
                    }];
                    let test = run_backtest(&symbols, &program, &row.params, rules, costs, 8760.0)
                        .unwrap();
                    assert_eq!(row.metrics, test.metrics);
                    let bits = |m: &strat_engine::Metrics| {
                        (
                            m.total_return.to_bits(),
                            m.sharpe_ratio.map(f64::to_bits),
                            m.max_drawdown.to_bits(),
                            m.profit_factor.to_bits(),
                        )
                    };
                    assert_eq!(bits(&row.metrics), bits(&test.metrics));
                    traded += row.metrics.num_trades;
                }
            }
        }
    }
    assert!(traded > 1000, "{traded}");
}

#[test]
fn what_is_not_executed_is_refused() {
    let bars = market(100);
    let mut program = planned();
    program.cross.info.plan.not_yet = vec!["`limit` orders".to_owned()];
    let run = |program: &Planned| {
        let options = ScreenOptions::default();
        let rules = Convention::Vectorbt.rules();
        run_screen(
            program,
            columns(&bars),
            0,
            rules,
            Costs::default(),
            8760.0,
            &options,
        )
        .unwrap_err()
    };
    let error = run(&program);
    assert_eq!(
        error,
        ScreenError::Unsupported(vec!["`limit` orders".to_owned()])
    );
    assert_eq!(
        error.to_string(),
        "it uses `limit` orders, which is not executed on bars yet"
    );
    program.cross.info.plan.not_yet.clear();
    program.cross.info.needs = vec![strat_engine::abi::Need::External("funding".to_owned())];
    let error = run(&program);
    assert_eq!(
        error,
        ScreenError::Needs {
            expected: 1,
            found: 0
        }
    );
}
