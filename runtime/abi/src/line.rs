//! Whole lines of the nearest memory: eight doubles that lie in two of them are read in twice the time.

/// Doubles of a line.
pub const LINE: usize = 8;

/// Where the first whole line of some memory begins, less than [`LINE`] doubles from its start.
#[must_use]
pub fn first_line(memory: &[f64]) -> usize {
    let first = memory.as_ptr().align_offset(LINE * size_of::<f64>());
    first.min(memory.len())
}
