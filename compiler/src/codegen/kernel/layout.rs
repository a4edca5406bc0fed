//! How long a block is, and how columns lie in memory.

use std::sync::Arc;

use strat_abi::ladder::Ladder;
use strat_abi::line::LINE;

use super::action::Action;
use super::near::Places;
use super::order::is_linear;
use super::plan::Kernel;
use super::projection::Projection;

/// Bars of a block where no window reaches further back.
const BLOCK: usize = 1024;
/// Bars of a block with many columns that are to stay in the nearest memory.
const SHORT_BLOCK: usize = 640;
/// Bars of a block with few columns, at most; and of one in which recurrences are cut into parts.
const LONG_BLOCK: usize = 4096;
const LONGEST_BLOCK: usize = 16384;
/// Recurrences that are cut into parts, at most, and the bytes their columns may take.
const FEW: usize = 8;
const NEAR: usize = 1 << 20;
/// Most bars of a block.
const MOST_BLOCK: usize = 1 << 16;

/// Bars of a block where columns are looked back at `reach` bars.
pub(super) fn block(
    reach: usize,
    kernel: &Kernel,
    projection: &[Arc<Projection>],
    places: &Places,
) -> usize {
    let reach = reach.next_power_of_two();
    if 2 * reach <= SHORT_BLOCK && is_crowded(kernel, projection, places) {
        return SHORT_BLOCK;
    }
    reach
        .clamp(BLOCK, MOST_BLOCK)
        .max(longer_block(kernel, projection, places))
}

/// Whether parameter sets write to and read from so many rows of their own, one after the other, that
/// these would not stay in the nearest memory. Blocks of a team are as long as they can be.
fn is_crowded(kernel: &Kernel, projection: &[Arc<Projection>], places: &Places) -> bool {
    let most = if kernel.teams.is_empty() { 4 } else { 8 };
    let is_grid = projection.iter().any(|p| p.representative.len() > 1);
    is_grid
        && places.columns.iter().sum::<usize>() > 1
        && near_rows(kernel, projection, places) > most
}

/// Bars of a block where there are few columns: the longer, the less is done per block, while all
/// columns still fit into the nearer memory together. Recurrences are cut into parts, which must be
/// longer than their memory.
fn longer_block(kernel: &Kernel, projection: &[Arc<Projection>], places: &Places) -> usize {
    let (mut recurrences, mut columns, mut is_near) = (0, 0, false);
    // Where one column and what one window shares is all, two blocks of it stay there as well.
    let is_thin = kernel.teams.is_empty() && near_rows(kernel, projection, places) <= 2;
    for (i, (step, p)) in kernel.steps.iter().zip(projection).enumerate() {
        let instances = p.representative.len();
        recurrences += usize::from(is_linear(step)) * instances;
        // Places that several parameter sets write to are to stay in the nearest memory.
        is_near |= places.of[i].is_some() && instances > 1;
        // What serves seeds only is soon left aside.
        if kernel.seeds_of[i].is_empty() {
            columns += step.outs * instances;
        }
    }
    let most = match recurrences {
        _ if is_near && is_thin => 2 * BLOCK,
        _ if is_near => BLOCK,
        0 => LONG_BLOCK,
        1..=FEW => LONGEST_BLOCK,
        _ => BLOCK,
    };
    let bars = (NEAR / 8 / columns.max(1)).clamp(BLOCK, most);
    1 << bars.ilog2()
}

/// Rows of a block that are to stay in the nearest memory: near columns, what the windows of
/// several parameter sets share, and columns that the arithmetic of all of them reads.
fn near_rows(kernel: &Kernel, projection: &[Arc<Projection>], places: &Places) -> usize {
    let instances = |step: usize| projection[step].representative.len();
    let mut windows = 0;
    let mut read: Vec<usize> = Vec::new();
    for (i, step) in kernel.steps.iter().enumerate() {
        if instances(i) < 2 {
            continue;
        }
        match step.action {
            Action::Sum(Ladder::Sum, _) => windows += 1,
            // Sums of sums of two parts; two levels in turn, of values and ages.
            Action::Sum(..) | Action::Extreme(..) => windows += 4,
            _ => {
                let columns = step.views.iter().map(|view| view.column);
                read.extend(columns.filter(|c| instances(kernel.column_step[*c]) < instances(i)));
            }
        }
    }
    read.sort_unstable();
    read.dedup();
    places.columns.iter().sum::<usize>() + windows + read.len()
}

/// Where the block begins in a column with so many bars of history: at a whole line of the memory.
pub(super) fn front(history: usize) -> usize {
    history.next_multiple_of(LINE)
}

/// Doubles from one column to the next: an odd number of lines, so that columns side by side do
/// not crowd into the same places of the nearest memory.
pub(super) fn column_width(history: usize, block: usize) -> usize {
    let lines = (front(history) + block).div_ceil(LINE);
    (lines | 1) * LINE
}
