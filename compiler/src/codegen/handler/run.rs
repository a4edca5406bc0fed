//! A handler at work: the memory of one parameter set.

use std::sync::Arc;

use strat_abi::{BarValues, Decision, Stream, TradeValues};

use super::slots::{Slots, is_one};
use super::{Handler, RING_WORDS};
use crate::ir::{Graph, Op};

/// One parameter set of a handler, running.
pub struct HandlerStream {
    handler: Arc<Handler>,
    scalars: Vec<f64>,
    state: Vec<f64>,
    rings: Vec<i64>,
    /// The bits of entries and exits, the outputs, the values of the plan.
    out: Vec<f64>,
}

impl HandlerStream {
    /// Ready for the first bar; `scalars` as [`Graph::scalars`] computes them.
    #[must_use]
    pub fn new(handler: Arc<Handler>, graph: &Graph, scalars: &[f64], most_bars: usize) -> Self {
        let looks = graph.lookbacks(scalars);
        let mut passed: Vec<f64> = handler
            .scalars
            .iter()
            .map(|id| scalars[id.index()])
            .collect();
        passed.extend(handler.gates.iter().map(|g| looks[*g as usize] as f64));
        let mut state = vec![0.0; handler.fixed];
        let mut rings = Vec::with_capacity(handler.rings.len() * RING_WORDS);
        for id in &handler.rings {
            let Some(bounds) = graph.bounds(*id, scalars, most_bars) else {
                continue;
            };
            let offset = state.len() * 8;
            match graph.node(*id).op {
                Op::Window(w, ..) => state.extend(bounds.window_state(w)),
                Op::Pair(p, ..) => state.extend(bounds.pair_state(p)),
                _ => state.extend(std::iter::repeat_n(f64::NAN, bounds.ring)),
            }
            rings.extend([
                offset as i64,
                bounds.ring as i64,
                bounds.n as i64,
                bounds.least as i64,
            ]);
        }
        for p in &handler.pools {
            let pool = &graph.pools[*p];
            let offset = state.len() * 8;
            state.extend(std::iter::repeat_n(0.0, pool.state_len(most_bars)));
            rings.extend([offset as i64, pool.capacity(most_bars) as i64, 0, 0]);
        }
        // Everything that holds a past value begins as missing.
        let slots = Slots::of(graph);
        for (i, node) in graph.nodes.iter().enumerate() {
            if let Op::Lag(_, n) = node.op
                && is_one(graph, n)
            {
                state[slots.node[i]] = f64::NAN;
            }
        }
        let given = handler.outputs + handler.values;
        Self {
            handler,
            scalars: passed,
            state,
            rings,
            out: vec![0.0; 2 + given],
        }
    }

    /// Advances by one bar; `handed` as [`Graph::handed`] lists it.
    pub fn advance(&mut self, bar: &BarValues, handed: &[f64]) {
        assert_eq!(handed.len(), self.handler.handed, "what is handed over");
        // SAFETY: the arrays have the lengths that the handler was compiled for: its scalars and
        // gates, its fixed state and every ring of the table, what is handed over, and two words
        // with its outputs and values.
        unsafe {
            (self.handler.entry)(
                bar,
                self.scalars.as_ptr(),
                self.state.as_mut_ptr(),
                self.rings.as_ptr(),
                self.out.as_mut_ptr(),
                handed.as_ptr(),
            );
        }
    }

    /// Output i of the bar advanced to last.
    #[must_use]
    pub fn output(&self, i: usize) -> f64 {
        self.out[2 + i]
    }

    /// What holds on the bar advanced to last.
    #[must_use]
    pub fn decision(&self) -> Decision {
        Decision {
            entries: self.out[0].to_bits(),
            exits: self.out[1].to_bits(),
        }
    }

    /// The values of the plan on the bar advanced to last.
    #[must_use]
    pub fn given(&self) -> &[f64] {
        &self.out[2 + self.handler.outputs..]
    }
}

impl Stream for HandlerStream {
    fn on_bar(&mut self, bar: &BarValues, _: &TradeValues<'_>) -> Decision {
        self.advance(bar, &[]);
        self.decision()
    }

    fn outputs(&self) -> &[f64] {
        self.given()
    }
}
