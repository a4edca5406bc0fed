//! A compiled program: the contract of `abi` over one of the three executors.

use std::sync::Arc;

use strat_abi::{
    BarColumns, BarValues, Decision, ParamError, Program, ProgramInfo, Resolved, Stream, Sweep,
    TradeValues,
};

use crate::codegen::CodegenError;
use crate::codegen::kernel::KernelRun;
use crate::exec::{Code, Decided, Machine, Running, TradeColumns};
use crate::ir::Graph;

/// What runs a program. All three give the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executor {
    /// Walks the graph; the oracle of the others.
    Interp,
    /// Machine code over columns of bars.
    Kernel,
    /// Machine code for one bar at a time.
    Handler,
}

/// A unit ready to run.
pub struct Compiled {
    info: ProgramInfo,
    code: Code,
}

impl Compiled {
    /// A program made from a graph directly, for tests that break it on purpose.
    ///
    /// # Errors
    /// What the code generator refuses.
    pub fn from_graph(
        graph: Graph,
        info: ProgramInfo,
        executor: Executor,
    ) -> Result<Self, CodegenError> {
        Ok(Self {
            info,
            code: Code::of(Arc::new(graph), executor)?,
        })
    }

    fn graph(&self) -> &Graph {
        &self.code.graph
    }

    /// The names of the outputs of an expression.
    #[must_use]
    pub fn outputs(&self) -> Vec<&str> {
        let outputs = self.graph().outputs.iter();
        outputs.map(|(name, ..)| name.as_str()).collect()
    }

    /// The outputs of an expression over all bars, one column each; conditions are 1, 0, NaN. No
    /// trade is open.
    #[must_use]
    pub fn evaluate(&self, params: &[f64], bars: BarColumns<'_>) -> Vec<Vec<f64>> {
        let mut out = Vec::new();
        self.evaluate_into(params, bars, &mut out);
        out
    }

    /// As [`Compiled::evaluate`], into columns whose memory is used again.
    pub fn evaluate_into(&self, params: &[f64], bars: BarColumns<'_>, out: &mut Vec<Vec<f64>>) {
        self.code.evaluate(params, bars, None, out);
    }

    /// As [`Compiled::evaluate`], with the open trade of each bar: what an engine has found, or
    /// columns that are made up.
    #[must_use]
    pub fn evaluate_with(
        &self,
        params: &[f64],
        bars: BarColumns<'_>,
        trade: &TradeColumns<'_>,
    ) -> Vec<Vec<f64>> {
        let mut out = Vec::new();
        self.code.evaluate(params, bars, Some(trade), &mut out);
        out
    }

    /// What holds on each bar given the open trade of each, and the values that the plan points
    /// into, one column each: what [`Program::stream_over`] gives when it is shown these trades.
    #[must_use]
    pub fn decide_with(
        &self,
        params: &[f64],
        bars: BarColumns<'_>,
        trade: &TradeColumns<'_>,
    ) -> (Vec<Decision>, Vec<Vec<f64>>) {
        let Decided { decisions, values } = self.code.decide(params, bars, Some(trade));
        (decisions, values)
    }
}

impl Program for Compiled {
    fn info(&self) -> &ProgramInfo {
        &self.info
    }

    fn resolve(&self, params: &[f64]) -> Result<Resolved, ParamError> {
        self.graph().resolve(params).map(|(resolved, _)| resolved)
    }

    fn stream(&self, params: &[f64], most_bars: usize) -> Box<dyn Stream + '_> {
        if !self.graph().handed.is_empty() {
            return Box::new(Running::live(&self.code, params, most_bars));
        }
        match self.code.machine(params, most_bars) {
            Machine::Interp(run) => Box::new(run),
            Machine::Handler(run) => Box::new(run),
        }
    }

    fn stream_over<'a>(&'a self, params: &[f64], bars: BarColumns<'a>) -> Box<dyn Stream + 'a> {
        if self.code.kernel().is_some() {
            return Box::new(Replay::new(self.code.decide(params, bars, None)));
        }
        if !self.graph().handed.is_empty() {
            return Box::new(Running::over(&self.code, params, bars));
        }
        self.stream(params, bars.len())
    }

    fn sweep<'a>(&'a self, combos: &[f64], bars: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        let kernel = self.code.kernel()?;
        let hand = |input, sets: &[&[f64]]| self.code.columns(input, sets, bars, None);
        Some(Box::new(KernelRun::new(
            Arc::clone(kernel),
            self.graph(),
            combos,
            bars,
            &hand,
            false,
        )))
    }

    fn sweep_bytes_per_combo(&self) -> usize {
        self.code
            .kernel()
            .map_or(4096, |k| k.bytes_per_combo(self.graph().params))
    }
}

/// What was computed beforehand, shown bar by bar.
struct Replay {
    decided: Decided,
    next: usize,
    row: Vec<f64>,
}

impl Replay {
    fn new(decided: Decided) -> Self {
        let row = vec![f64::NAN; decided.values.len()];
        Self {
            decided,
            next: 0,
            row,
        }
    }
}

impl Stream for Replay {
    fn on_bar(&mut self, _bar: &BarValues, _: &TradeValues<'_>) -> Decision {
        let t = self.next;
        self.next += 1;
        for (value, column) in self.row.iter_mut().zip(&self.decided.values) {
            *value = column.get(t).copied().unwrap_or(f64::NAN);
        }
        self.decided.decisions.get(t).copied().unwrap_or_default()
    }

    fn outputs(&self) -> &[f64] {
        &self.row
    }
}
