//! How long a block is, and how columns lie in memory.

use std::sync::Arc;

use super::near::Places;
use super::order::is_linear;
use super::plan::Kernel;
use super::projection::Projection;

/// Doubles of a line of the nearest memory.
pub(super) const LINE: usize = 8;
/// Bars of a block where no window reaches further back.
const BLOCK: usize = 1024;
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
    reach
        .next_power_of_two()
        .clamp(BLOCK, MOST_BLOCK)
        .max(longer_block(kernel, projection, places))
}

/// Bars of a block where there are few columns: the longer, the less is done per block, while all
/// columns still fit into the nearer memory together. Recurrences are cut into parts, which must be
/// longer than their memory.
fn longer_block(kernel: &Kernel, projection: &[Arc<Projection>], places: &Places) -> usize {
    let (mut recurrences, mut columns, mut is_near) = (0, 0, false);
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
        _ if is_near => BLOCK,
        0 => LONG_BLOCK,
        1..=FEW => LONGEST_BLOCK,
        _ => BLOCK,
    };
    let bars = (NEAR / 8 / columns.max(1)).clamp(BLOCK, most);
    1 << bars.ilog2()
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
