//! A compiled program: the contract of `abi` over one of the three executors.

use std::sync::Arc;

use strat_abi::{
    BarColumns, BarValues, Decision, ParamError, ParamInfo, Plan, Program, ProgramInfo, Resolved,
    Stream, Sweep, TradeValues,
};
use strat_lang::hir::Unit;

use crate::codegen::CodegenError;
use crate::codegen::handler::{self, Handler, HandlerStream};
use crate::codegen::kernel::{self, Kernel, KernelRun};
use crate::interp::Interpreter;
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
    graph: Arc<Graph>,
    code: Executable,
}

enum Executable {
    Interp,
    Kernel(Arc<Kernel>),
    Handler(Arc<Handler>),
}

/// What the runtime is told of a unit.
pub(super) fn describe(unit: &Unit) -> ProgramInfo {
    ProgramInfo {
        name: unit.name.clone(),
        doc: unit.doc.clone(),
        timeframe_seconds: unit.timeframe,
        params: unit
            .params
            .iter()
            .map(|p| ParamInfo {
                name: p.name.clone(),
                integer: p.integer,
                default: p.default,
                bounds: p.bounds,
                sweep: p.sweep.clone(),
                only_sweep: p.only_sweep,
                domain_text: p.domain_text.clone(),
            })
            .collect(),
        entries: unit.entries.iter().map(|s| s.tag.clone()).collect(),
        exits: unit.exits.iter().map(|s| s.tag.clone()).collect(),
        flags: unit.flags.iter().map(|(name, _)| name.clone()).collect(),
        needs: Vec::new(),
        plan: Plan::default(),
    }
}

pub(super) fn ir_to_program(
    graph: Graph,
    info: ProgramInfo,
    executor: Executor,
) -> Result<Compiled, CodegenError> {
    let code = match executor {
        Executor::Interp => Executable::Interp,
        Executor::Kernel => Executable::Kernel(Arc::new(kernel::compile(&graph, None)?)),
        Executor::Handler => Executable::Handler(Arc::new(handler::compile(&graph, None)?)),
    };
    Ok(Compiled {
        info,
        graph: Arc::new(graph),
        code,
    })
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
        ir_to_program(graph, info, executor)
    }

    /// The names of the outputs of an expression.
    #[must_use]
    pub fn outputs(&self) -> Vec<&str> {
        self.graph
            .outputs
            .iter()
            .map(|(name, ..)| name.as_str())
            .collect()
    }

    /// The outputs of an expression over all bars, one column each; conditions are 1, 0, NaN.
    #[must_use]
    pub fn evaluate(&self, params: &[f64], bars: BarColumns<'_>) -> Vec<Vec<f64>> {
        let scalars = self.graph.scalars(params);
        let count = self.graph.outputs.len();
        let mut out = vec![Vec::with_capacity(bars.len()); count];
        match &self.code {
            Executable::Interp => {
                let mut run = Interpreter::new(&self.graph, &scalars, bars.len());
                for t in 0..bars.len() {
                    run.advance(&bars.bar(t));
                    for (out, (_, id, _)) in out.iter_mut().zip(&self.graph.outputs) {
                        out.push(run.value(*id));
                    }
                }
            }
            Executable::Handler(h) => {
                let mut run = HandlerStream::new(Arc::clone(h), &self.graph, &scalars, bars.len());
                for t in 0..bars.len() {
                    run.advance(&bars.bar(t));
                    for (i, out) in out.iter_mut().enumerate() {
                        out.push(run.output(i));
                    }
                }
            }
            Executable::Kernel(k) => out = kernel::evaluate(k, &self.graph, params, bars),
        }
        out
    }
}

impl Program for Compiled {
    fn info(&self) -> &ProgramInfo {
        &self.info
    }

    fn resolve(&self, params: &[f64]) -> Result<Resolved, ParamError> {
        self.graph.resolve(params).map(|(resolved, _)| resolved)
    }

    fn stream(&self, params: &[f64], most_bars: usize) -> Box<dyn Stream + '_> {
        let scalars = self.graph.scalars(params);
        match &self.code {
            Executable::Handler(h) => Box::new(HandlerStream::new(
                Arc::clone(h),
                &self.graph,
                &scalars,
                most_bars,
            )),
            // The kernel works on columns only; bar by bar the interpreter stands in.
            _ => Box::new(Interpreter::new(&self.graph, &scalars, most_bars)),
        }
    }

    fn stream_over<'a>(&'a self, params: &[f64], bars: BarColumns<'a>) -> Box<dyn Stream + 'a> {
        match &self.code {
            Executable::Kernel(k) => {
                let mut decisions = kernel::signals(k, &self.graph, params, bars);
                decisions.reverse();
                Box::new(Replay(decisions))
            }
            _ => self.stream(params, bars.len()),
        }
    }

    fn sweep<'a>(&'a self, combos: &[f64], bars: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        match &self.code {
            Executable::Kernel(k) => Some(Box::new(KernelRun::new(
                Arc::clone(k),
                &self.graph,
                combos,
                bars,
            ))),
            _ => None,
        }
    }

    fn sweep_bytes_per_combo(&self) -> usize {
        match &self.code {
            Executable::Kernel(k) => k.bytes_per_combo(self.graph.params),
            _ => 4096,
        }
    }
}

/// Decisions that were computed beforehand, last first.
struct Replay(Vec<(u64, u64)>);

impl Stream for Replay {
    fn on_bar(&mut self, _bar: &BarValues, _: &TradeValues<'_>) -> Decision {
        let (entries, exits) = self.0.pop().unwrap_or_default();
        Decision { entries, exits }
    }
}
