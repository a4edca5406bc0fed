//! A program that is told what to decide and what to put out, and runs of it.

use strat_engine::abi::{
    BarColumns, BarValues, Decision, EntryPlan, ParamError, Plan, Program, ProgramInfo, Resolved,
    Side, Stream, Sweep, TradeValues,
};
use strat_engine::{BacktestResult, Convention, Costs, Rules, SymbolBars, columns, run_backtest};
use strat_market::Bars;

use crate::support::script;

pub const NAN: f64 = f64::NAN;

/// What it does at bar number `t` of the stream, with the trade it is shown.
pub type Step = dyn Fn(usize, &BarValues, &TradeValues<'_>) -> (Decision, Vec<f64>) + Send + Sync;

pub struct Planned {
    pub info: ProgramInfo,
    pub stop: Option<f64>,
    step: Box<Step>,
}

impl Planned {
    pub fn new(
        plan: Plan,
        step: impl Fn(usize, &BarValues, &TradeValues<'_>) -> (Decision, Vec<f64>)
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let named = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        Self {
            info: ProgramInfo {
                name: "Planned".to_owned(),
                entries: named(&["first", "second"]),
                exits: named(&["target", "fade"]),
                plan,
                ..ProgramInfo::default()
            },
            stop: None,
            step: Box::new(step),
        }
    }

    /// Decides by a script and gives one row of outputs per bar.
    pub fn scripted(plan: Plan, text: &str, outputs: &[&[f64]]) -> Self {
        let decisions = script(text);
        let rows: Vec<Vec<f64>> = outputs.iter().map(|row| row.to_vec()).collect();
        Self::new(plan, move |t, _, _| {
            let decision = decisions.get(t).copied().unwrap_or_default();
            (
                decision,
                rows.get(t).or(rows.last()).cloned().unwrap_or_default(),
            )
        })
    }

    pub fn with_stop(mut self, share: f64) -> Self {
        self.stop = Some(share);
        self
    }
}

struct Running<'a> {
    step: &'a Step,
    next: usize,
    outputs: Vec<f64>,
}

impl Stream for Running<'_> {
    fn on_bar(&mut self, bar: &BarValues, trade: &TradeValues<'_>) -> Decision {
        let (decision, outputs) = (self.step)(self.next, bar, trade);
        self.outputs = outputs;
        self.next += 1;
        decision
    }

    fn outputs(&self) -> &[f64] {
        &self.outputs
    }
}

impl Program for Planned {
    fn info(&self) -> &ProgramInfo {
        &self.info
    }

    fn resolve(&self, _: &[f64]) -> Result<Resolved, ParamError> {
        Ok(Resolved {
            lookback: 0,
            settle: None,
            stop: self.stop,
            flags: 0,
        })
    }

    fn stream(&self, _: &[f64], _: usize) -> Box<dyn Stream + '_> {
        Box::new(Running {
            step: &*self.step,
            next: 0,
            outputs: Vec::new(),
        })
    }

    fn sweep<'a>(&'a self, _: &[f64], _: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        None
    }
}

pub fn free() -> Costs {
    Costs::new(0.0, 0.0, 10_000.0).unwrap()
}

pub fn strat() -> Rules {
    Convention::Strat.rules()
}

pub fn vectorbt() -> Rules {
    Convention::Vectorbt.rules()
}

pub fn run(program: &Planned, bars: &Bars, rules: Rules, costs: Costs) -> BacktestResult {
    let symbols = [SymbolBars {
        symbol: "TEST",
        columns: columns(bars),
        start: 0,
    }];
    run_backtest(&symbols, program, &[], rules, costs, 8760.0).unwrap()
}

/// Bar and price of entry, bar and price of exit, tag of exit.
pub fn fills(result: &BacktestResult) -> Vec<(i64, f64, i64, f64, &str)> {
    const HOUR: i64 = 3_600_000_000_000;
    let trades = result.trades.iter();
    trades
        .map(|trade| {
            (
                trade.entry_time / HOUR,
                trade.entry_price,
                trade.exit_time / HOUR,
                trade.exit_price,
                trade.exit_tag.as_str(),
            )
        })
        .collect()
}

/// Two short entries.
pub fn shorts() -> Vec<EntryPlan> {
    vec![
        EntryPlan {
            side: Side::Short,
            ..EntryPlan::default()
        };
        2
    ]
}

pub fn close_to(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{found}, not {expected}"
    );
}
