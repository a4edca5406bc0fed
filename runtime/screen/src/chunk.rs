//! The parameter sets that run together.

use rayon::prelude::*;
use strat_engine::abi::{
    BarColumns, ComboState, Decision, Program, Resolved, Scratch, Sweep, TradeValues,
};
use strat_engine::{Costs, MarketTables, Metrics, Trader, Walker};

use crate::grid::Grid;
use crate::sweep::{Progress, Row, ScreenError, ScreenOptions, is_streamed};

/// Parts a chunk is cut into per thread, so that a thread that is done early finds more to do.
const LANES_PER_THREAD: usize = 4;

/// Sets streamed per thread between two reports of progress.
const STREAMED_PER_THREAD: usize = 8;

/// Resolved sets, one after the other.
pub(crate) struct Chunk {
    width: usize,
    params: Vec<f64>,
    resolved: Vec<Resolved>,
}

impl Chunk {
    /// Up to `most` sets of `grid` from number `next` on, which moves past them. Sets that the
    /// program does not take are left out.
    pub(crate) fn take(program: &dyn Program, grid: &Grid, next: &mut usize, most: usize) -> Self {
        let width = grid.names().len();
        let mut chunk = Self {
            width,
            params: Vec::with_capacity(most.saturating_mul(width)),
            resolved: Vec::with_capacity(most),
        };
        while *next < grid.len() && chunk.len() < most {
            let last = grid.len().min(*next + (most - chunk.len()));
            let sets: Vec<(Vec<f64>, Option<Resolved>)> = (*next..last)
                .into_par_iter()
                .map(|number| {
                    let mut set = Vec::with_capacity(width);
                    grid.push_set(number, &mut set);
                    let resolved = program.resolve(&set).ok();
                    (set, resolved)
                })
                .collect();
            for (set, resolved) in sets {
                if let Some(resolved) = resolved {
                    chunk.params.extend(set);
                    chunk.resolved.push(resolved);
                }
            }
            *next = last;
        }
        chunk
    }

    fn len(&self) -> usize {
        self.resolved.len()
    }

    fn set(&self, at: usize) -> &[f64] {
        &self.params[at * self.width..(at + 1) * self.width]
    }

    fn row(&self, index: usize, at: usize, metrics: Metrics) -> Row {
        Row {
            index,
            params: self.set(at).into(),
            metrics,
            flags: self.resolved[at].flags,
        }
    }
}

/// What every chunk of a screen is run with.
pub(crate) struct Run<'a> {
    pub(crate) program: &'a dyn Program,
    pub(crate) columns: BarColumns<'a>,
    pub(crate) tables: &'a MarketTables<'a>,
    pub(crate) costs: Costs,
    pub(crate) bars_per_year: f64,
    pub(crate) options: &'a ScreenOptions<'a>,
    pub(crate) total: u64,
}

/// A part of a chunk, with the working memory of whichever thread runs it.
struct Lane<'t> {
    first: usize,
    sets: Vec<(ComboState, Walker<'t>)>,
    scratch: Scratch,
    entries: Vec<u64>,
    exits: Vec<u64>,
}

impl Lane<'_> {
    fn advance(&mut self, sweep: &dyn Sweep, start: usize, len: usize) {
        let words = len.div_ceil(64);
        let entries = &mut self.entries[..words];
        let exits = &mut self.exits[..words];
        for (at, (state, walker)) in self.sets.iter_mut().enumerate() {
            entries.fill(0);
            exits.fill(0);
            sweep.masks(self.first + at, state, &mut self.scratch, entries, exits);
            walker.advance(start, len, entries, exits);
        }
    }
}

impl<'a> Run<'a> {
    /// Bytes one set takes while it runs.
    pub(crate) fn bytes_per_set(&self) -> usize {
        let own = size_of::<(ComboState, Walker<'_>)>() + size_of::<Resolved>();
        let params = size_of::<f64>() * self.program.info().params.len();
        self.program
            .sweep_bytes_per_combo()
            .saturating_add(own + params)
    }

    /// Runs a chunk and appends its rows in grid order.
    pub(crate) fn run(&self, chunk: &Chunk, rows: &mut Vec<Row>) -> Result<(), ScreenError> {
        if chunk.len() == 0 {
            return Ok(());
        }
        // Masks say when to enter and to leave, and nothing else that a plan may ask.
        let sweep = (!is_streamed(self.program))
            .then(|| self.program.sweep(&chunk.params, self.columns))
            .flatten();
        match sweep {
            Some(sweep) => self.walk(chunk, sweep, rows),
            None => self.stream(chunk, rows),
        }
    }

    fn walk(
        &self,
        chunk: &Chunk,
        mut sweep: Box<dyn Sweep + '_>,
        rows: &mut Vec<Row>,
    ) -> Result<(), ScreenError> {
        let block = sweep.block();
        if block == 0 || !block.is_multiple_of(64) {
            return Err(ScreenError::Block(block));
        }
        let bars = self.columns.len();
        let words = block.min(bars).div_ceil(64);
        let lanes = chunk
            .len()
            .min(rayon::current_num_threads() * LANES_PER_THREAD);
        let size = chunk.len().div_ceil(lanes);
        let mut lanes: Vec<Lane<'a>> = (0..chunk.len())
            .step_by(size)
            .map(|first| Lane {
                first,
                sets: (first..chunk.len().min(first + size))
                    .map(|at| {
                        let walker = Walker::new(self.tables, self.costs, chunk.resolved[at].stop);
                        (sweep.combo_state(at), walker)
                    })
                    .collect(),
                scratch: Scratch::default(),
                entries: vec![0; words],
                exits: vec![0; words],
            })
            .collect();

        let before = rows.len() as u64 * bars as u64;
        for start in (0..bars).step_by(block) {
            if !self.options.go_on() {
                return Err(ScreenError::Cancelled);
            }
            let len = block.min(bars - start);
            sweep.begin_block(start, len);
            let shared = &*sweep;
            lanes
                .par_iter_mut()
                .for_each(|lane| lane.advance(shared, start, len));
            self.report(before + (start + len) as u64 * chunk.len() as u64);
        }

        let walkers = lanes.into_iter().flat_map(|lane| lane.sets);
        for (at, (_, walker)) in walkers.enumerate() {
            let outcome = walker.finish(self.bars_per_year);
            rows.push(chunk.row(rows.len(), at, outcome.metrics));
        }
        Ok(())
    }

    fn stream(&self, chunk: &Chunk, rows: &mut Vec<Row>) -> Result<(), ScreenError> {
        let at_once = rayon::current_num_threads() * STREAMED_PER_THREAD;
        for first in (0..chunk.len()).step_by(at_once) {
            let figures: Vec<Option<Metrics>> = (first..chunk.len().min(first + at_once))
                .into_par_iter()
                .map(|at| self.options.go_on().then(|| self.stream_one(chunk, at)))
                .collect();
            for (at, metrics) in figures.into_iter().enumerate() {
                let metrics = metrics.ok_or(ScreenError::Cancelled)?;
                rows.push(chunk.row(rows.len(), first + at, metrics));
            }
            self.report(rows.len() as u64 * self.columns.len() as u64);
        }
        Ok(())
    }

    fn stream_one(&self, chunk: &Chunk, at: usize) -> Metrics {
        let bars = self.columns.len();
        let start = self.tables.start();
        let mut stream = self.program.stream_over(chunk.set(at), self.columns);
        let mut trader = Trader::new(
            self.program.info(),
            &chunk.resolved[at],
            *self.tables.rules(),
            self.costs,
            &self.columns,
        );
        let mut trades = Vec::new();
        for t in 0..bars {
            let bar = self.columns.bar(t);
            if t < start {
                let _: Decision = stream.on_bar(&bar, &TradeValues::FLAT);
            } else {
                trader.step(t, &bar, &mut *stream, &mut trades);
                trades.clear();
            }
        }
        trader.finish(self.bars_per_year).metrics
    }

    fn report(&self, done: u64) {
        if let Some(progress) = self.options.progress {
            progress(Progress {
                done,
                total: self.total,
            });
        }
    }
}
