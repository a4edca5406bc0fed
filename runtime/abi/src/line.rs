//! Whole lines of the nearest memory: eight doubles that lie in two of them are read in twice the time.

/// Doubles of a line.
pub const LINE: usize = 8;

/// Places to leave free before `front` values, so that what follows them begins at a line.
#[must_use]
pub fn lead(front: usize) -> usize {
    front.next_multiple_of(LINE) - front
}

/// Where the first whole line of some memory begins, less than [`LINE`] doubles from its start.
#[must_use]
pub fn first_line(memory: &[f64]) -> usize {
    let first = memory.as_ptr().align_offset(LINE * size_of::<f64>());
    first.min(memory.len())
}
