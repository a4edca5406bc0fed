//! A kernel over all bars of one parameter set: the outputs of an expression, or what a strategy
//! decides.

use std::sync::{Arc, Mutex, PoisonError};

use strat_abi::{BarColumns, Decision};

use super::code::MAP_TURN;
use super::plan::Kernel;
use super::prepare::Hand;
use super::run::KernelRun;
use crate::exec::Decided;
use crate::ir::Graph;

/// Runs all blocks; `each` is called after each with its first bar and its length.
fn blocks(
    run: &mut KernelRun<'_>,
    bars: usize,
    mut each: impl FnMut(&KernelRun<'_>, usize, usize),
) {
    let mut start = 0;
    while start < bars {
        let len = run.block.min(bars - start);
        run.run_block(start, len, &[], None);
        each(run, start, len);
        start += len;
    }
}

/// The outputs of an expression over all bars, into `out`, whose memory is used again.
pub(crate) fn evaluate<'a>(
    kernel: &Arc<Kernel>,
    graph: &Graph,
    params: &[f64],
    bars: BarColumns<'a>,
    hand: Hand<'_, 'a>,
    out: &mut Vec<Vec<f64>>,
) {
    let mut run = KernelRun::new(Arc::clone(kernel), graph, params, bars, hand, false);
    let handed = run.hand_over();
    out.resize_with(kernel.outputs.len(), Vec::new);
    for out in out.iter_mut() {
        out.resize(bars.len().next_multiple_of(MAP_TURN), 0.0);
    }
    for start in (0..bars.len()).step_by(run.block) {
        let len = run.block.min(bars.len() - start);
        let places: Vec<*mut f64> = out
            .iter_mut()
            .map(|out| out[start..].as_mut_ptr())
            .collect();
        // The others are copied; the lock is there for a sweep's threads, of which there is one.
        let copies = Mutex::new(&mut *out);
        run.run_block(
            start,
            len,
            &places,
            Some(&|_, outputs| {
                let mut out = copies.lock().unwrap_or_else(PoisonError::into_inner);
                let places = out.iter_mut().zip(outputs).zip(&handed);
                for ((out, from), _) in places.filter(|(_, handed)| !**handed) {
                    out[start..start + len].copy_from_slice(from);
                }
            }),
        );
    }
    for out in out {
        out.truncate(bars.len());
    }
}

/// What holds on each bar, and the values that the plan points into.
#[must_use]
pub(crate) fn decide<'a>(
    kernel: &Arc<Kernel>,
    graph: &Graph,
    params: &[f64],
    bars: BarColumns<'a>,
    hand: Hand<'_, 'a>,
) -> Decided {
    let mut run = KernelRun::new(Arc::clone(kernel), graph, params, bars, hand, true);
    let mut decisions = vec![Decision::default(); bars.len()];
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(bars.len()); kernel.values.len()];
    let mut scratch = Vec::new();
    blocks(&mut run, bars.len(), |run, start, len| {
        for (out, column) in values.iter_mut().zip(&kernel.values) {
            out.extend_from_slice(run.column(*column, 0));
        }
        for i in 0..kernel.signals.len() {
            let mut words = vec![0; len.div_ceil(64)];
            run.signal(0, i, &mut words, &mut scratch);
            for (t, decision) in decisions[start..start + len].iter_mut().enumerate() {
                let bit = words[t / 64] >> (t % 64) & 1;
                if i < kernel.entries {
                    decision.entries |= bit << i;
                } else {
                    decision.exits |= bit << (i - kernel.entries);
                }
            }
        }
    });
    Decided { decisions, values }
}
