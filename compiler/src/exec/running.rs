//! One parameter set running bar by bar: hands over what lies beside the bar, and advances.

use strat_abi::{BarColumns, BarValues, Decision, Stream, TradeValues};
use strat_lang::hir::Input;

use super::{Code, Machine, TradeColumns};
use crate::feeds::{Clock, Column, Live};

/// A machine with what is handed to it.
pub(crate) struct Running<'a> {
    machine: Machine<'a>,
    handed: Vec<Handed<'a>>,
    /// The values of the present bar, in the order of `Graph::handed`.
    row: Vec<f64>,
    clock: Clock,
    bar: usize,
}

/// Where a value that is handed over comes from.
enum Handed<'a> {
    Trade(Input),
    Known(Column<'a>),
    Live(Live<'a>),
}

impl<'a> Running<'a> {
    /// Bars that come one by one.
    pub(crate) fn live(code: &'a Code, params: &[f64], most_bars: usize) -> Self {
        let graph = &code.graph;
        Self::with(code, params, most_bars, |input| match input {
            Input::Extra(i) => graph
                .feeds
                .get(i as usize)
                .map_or(Handed::Known(Column::NA), |feed| {
                    Handed::Live(Live::new(feed, code.inner(i as usize), params, most_bars))
                }),
            input => Handed::Trade(input),
        })
    }

    /// Bars that are known; the trade comes bar by bar.
    pub(crate) fn over(code: &'a Code, params: &[f64], bars: BarColumns<'a>) -> Self {
        Self::with(code, params, bars.len(), |input| match input {
            Input::Extra(_) => Handed::Known(code.column(input, params, bars, None)),
            input => Handed::Trade(input),
        })
    }

    /// Bars and trades that are known.
    pub(crate) fn known(
        code: &'a Code,
        params: &[f64],
        bars: BarColumns<'a>,
        trade: Option<&TradeColumns<'a>>,
    ) -> Self {
        Self::with(code, params, bars.len(), |input| {
            Handed::Known(code.column(input, params, bars, trade))
        })
    }

    fn with(
        code: &'a Code,
        params: &[f64],
        most_bars: usize,
        hand: impl FnMut(Input) -> Handed<'a>,
    ) -> Self {
        let graph = &code.graph;
        Self {
            machine: code.machine(params, most_bars),
            handed: graph.handed.iter().copied().map(hand).collect(),
            row: vec![f64::NAN; graph.handed.len()],
            clock: Clock::new(graph.bar_millis),
            bar: 0,
        }
    }

    /// Advances by one bar.
    pub(crate) fn advance(&mut self, bar: &BarValues, trade: &TradeValues<'_>) {
        if !self.handed.is_empty() {
            let at = self.clock.next(bar.time);
            for (value, from) in self.row.iter_mut().zip(&mut self.handed) {
                *value = match from {
                    Handed::Trade(input) => of_trade(*input, trade),
                    Handed::Known(column) => column.at(self.bar),
                    Handed::Live(feed) => feed.next(at, bar),
                };
            }
            self.bar += 1;
        }
        match &mut self.machine {
            Machine::Interp(run) => run.advance(bar, &self.row),
            Machine::Handler(run) => run.advance(bar, &self.row),
        }
    }

    /// Output i of the bar advanced to last.
    pub(crate) fn output(&self, i: usize) -> f64 {
        match &self.machine {
            Machine::Interp(run) => run.output(i),
            Machine::Handler(run) => run.output(i),
        }
    }

    /// What holds on the bar advanced to last.
    pub(crate) fn decision(&self) -> Decision {
        match &self.machine {
            Machine::Interp(run) => run.decision(),
            Machine::Handler(run) => run.decision(),
        }
    }

    /// The values of the plan on the bar advanced to last.
    pub(crate) fn given(&self) -> &[f64] {
        match &self.machine {
            Machine::Interp(run) => run.given(),
            Machine::Handler(run) => run.given(),
        }
    }
}

impl Stream for Running<'_> {
    fn on_bar(&mut self, bar: &BarValues, trade: &TradeValues<'_>) -> Decision {
        self.advance(bar, trade);
        self.decision()
    }

    fn outputs(&self) -> &[f64] {
        self.given()
    }
}

fn of_trade(input: Input, trade: &TradeValues<'_>) -> f64 {
    match input {
        Input::EntryPrice => trade.entry_price,
        Input::Held => trade.held,
        Input::HeldBars => trade.held_bars,
        Input::Mark => trade.mark,
        Input::Quantity => trade.quantity,
        Input::Kept(i) => trade.kept.get(i as usize).copied().unwrap_or(f64::NAN),
        _ => f64::NAN,
    }
}
