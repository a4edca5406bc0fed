//! A graph with the code that runs it, and the code of the graphs that feed it.

mod columns;
mod running;

pub use columns::TradeColumns;
pub(crate) use running::Running;

use std::sync::Arc;

use strat_abi::{BarColumns, Decision};
use strat_lang::hir::Input;

use crate::codegen::CodegenError;
use crate::codegen::handler::{self, Handler, HandlerStream};
use crate::codegen::kernel::{self, Kernel};
use crate::driver::Executor;
use crate::feeds::{self, Clock, Column};
use crate::interp::Interpreter;
use crate::ir::Graph;

/// One graph, ready to run.
pub(crate) struct Code {
    pub(crate) graph: Arc<Graph>,
    how: How,
    /// By the index of the feed; nothing where a feed has no graph.
    inner: Vec<Option<Self>>,
}

enum How {
    Interp,
    /// The handler is there where bars must be shown one by one.
    Kernel(Arc<Kernel>, Option<Arc<Handler>>),
    Handler(Arc<Handler>),
}

/// One executor at work, bar by bar.
pub(crate) enum Machine<'a> {
    Interp(Interpreter<'a>),
    Handler(HandlerStream),
}

/// What a program gave over some bars.
pub(crate) struct Decided {
    /// What held on each bar.
    pub(crate) decisions: Vec<Decision>,
    /// The values that its plan points into, one column each.
    pub(crate) values: Vec<Vec<f64>>,
}

impl Code {
    /// Compiles a graph and those that feed it for one executor.
    pub(crate) fn of(graph: Arc<Graph>, executor: Executor) -> Result<Self, CodegenError> {
        let how = match executor {
            Executor::Interp => How::Interp,
            Executor::Handler => How::Handler(Arc::new(handler::compile(&graph, None)?)),
            Executor::Kernel => {
                let kernel = Arc::new(kernel::compile(&graph, None)?);
                let by_bar = if graph.reads_trade() {
                    Some(Arc::new(handler::compile(&graph, None)?))
                } else {
                    None
                };
                How::Kernel(kernel, by_bar)
            }
        };
        let inner = graph
            .feeds
            .iter()
            .map(|feed| {
                let inner = feed
                    .graph()
                    .map(|graph| Self::of(Arc::clone(graph), executor));
                inner.transpose()
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { graph, how, inner })
    }

    /// The kernel, where it is one and can compute this graph without knowing the trades.
    pub(crate) fn kernel(&self) -> Option<&Arc<Kernel>> {
        match &self.how {
            How::Kernel(kernel, None) => Some(kernel),
            _ => None,
        }
    }

    /// What runs it bar by bar. The kernel works on columns only: the interpreter stands in.
    pub(crate) fn machine(&self, params: &[f64], most_bars: usize) -> Machine<'_> {
        let scalars = self.graph.scalars(params);
        match &self.how {
            How::Handler(h) | How::Kernel(_, Some(h)) => Machine::Handler(HandlerStream::new(
                Arc::clone(h),
                &self.graph,
                &scalars,
                most_bars,
            )),
            _ => Machine::Interp(Interpreter::new(&self.graph, &scalars, most_bars)),
        }
    }

    pub(crate) fn inner(&self, feed: usize) -> Option<&Self> {
        self.inner.get(feed).and_then(Option::as_ref)
    }

    /// The columns of an input that is handed over, one per parameter set.
    pub(crate) fn columns<'a>(
        &self,
        input: Input,
        sets: &[&[f64]],
        bars: BarColumns<'a>,
        trade: Option<&TradeColumns<'a>>,
    ) -> Vec<Column<'a>> {
        let same = match (input, trade) {
            (Input::Extra(i), _) => {
                if let Some(feed) = self.graph.feeds.get(i as usize) {
                    let clock = Clock::over(self.graph.bar_millis, bars);
                    return feeds::columns(feed, self.inner(i as usize), sets, bars, &clock);
                }
                Column::NA
            }
            (_, Some(trade)) => trade.column(input),
            (Input::Quantity, None) => Column::Same(0.0),
            _ => Column::NA,
        };
        vec![same; sets.len()]
    }

    /// The column of an input that is handed over, for one parameter set.
    pub(crate) fn column<'a>(
        &self,
        input: Input,
        params: &[f64],
        bars: BarColumns<'a>,
        trade: Option<&TradeColumns<'a>>,
    ) -> Column<'a> {
        let columns = self.columns(input, &[params], bars, trade);
        columns.into_iter().next().unwrap_or(Column::NA)
    }

    /// The outputs of an expression over all bars, one column each, into `out`, whose memory is
    /// used again; without `trade` none is open.
    pub(crate) fn evaluate(
        &self,
        params: &[f64],
        bars: BarColumns<'_>,
        trade: Option<&TradeColumns<'_>>,
        out: &mut Vec<Vec<f64>>,
    ) {
        if let How::Kernel(kernel, _) = &self.how {
            let hand = |input, sets: &[&[f64]]| self.columns(input, sets, bars, trade);
            return kernel::evaluate(kernel, &self.graph, params, bars, &hand, out);
        }
        let mut run = Running::known(self, params, bars, trade);
        out.clear();
        out.resize_with(self.graph.outputs.len(), || Vec::with_capacity(bars.len()));
        for t in 0..bars.len() {
            run.advance(&bars.bar(t), &strat_abi::TradeValues::FLAT);
            for (i, out) in out.iter_mut().enumerate() {
                out.push(run.output(i));
            }
        }
    }

    /// What holds on each bar, and the values of the plan.
    pub(crate) fn decide(
        &self,
        params: &[f64],
        bars: BarColumns<'_>,
        trade: Option<&TradeColumns<'_>>,
    ) -> Decided {
        if let How::Kernel(kernel, _) = &self.how {
            let hand = |input, sets: &[&[f64]]| self.columns(input, sets, bars, trade);
            return kernel::decide(kernel, &self.graph, params, bars, &hand);
        }
        let mut run = Running::known(self, params, bars, trade);
        let mut out = Decided {
            decisions: Vec::with_capacity(bars.len()),
            values: vec![Vec::with_capacity(bars.len()); self.graph.values.len()],
        };
        for t in 0..bars.len() {
            run.advance(&bars.bar(t), &strat_abi::TradeValues::FLAT);
            out.decisions.push(run.decision());
            for (column, value) in out.values.iter_mut().zip(run.given()) {
                column.push(*value);
            }
        }
        out
    }
}
