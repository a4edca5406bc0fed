//! Rolling greatest and least values, and their ages, for a block of bars, several window lengths
//! at once.
//!
//! The greatest of 2, 4, 8, … values ending at each bar is made by doubling; a window of n values
//! is the greater of two overlapping powers of two. No rounding is involved, so this equals
//! [`crate::window::step_extreme`] to the bit, missing values apart, which take that path.

use crate::lanes::{Lane, is_whole};
use crate::line::{LINE, first_line, lead};
use crate::wide::wide;
use crate::window::{Window, state_len, step_extreme};

/// The extremes of powers of two values, from which those of a block's windows are made; memory is
/// used again from block to block.
#[derive(Debug, Default)]
pub struct ExtremeBlock {
    /// Two levels in turn: values, and where they are asked for, ages.
    level: Vec<f64>,
    next: Vec<f64>,
    /// Values in the windows of the level.
    width: usize,
    /// Bars of history before the block, and places before them, of no meaning, so that what ends in
    /// the block begins at a whole line of the memory.
    back: usize,
    lead: usize,
    is_whole: bool,
}

impl ExtremeBlock {
    /// The block `xs[front..]`, for windows of up to `longest` bars; `xs[..front]` is what came
    /// before it.
    pub fn begin(&mut self, window: Window, xs: &[f64], front: usize, longest: usize) {
        self.back = (longest.max(1) - 1).min(front);
        self.lead = lead(self.back);
        let xs = &xs[front - self.back..];
        self.is_whole = is_whole(xs);
        let len = self.row(xs) * (1 + usize::from(is_age(window)));
        for level in [&mut self.level, &mut self.next] {
            level.resize(LINE + len, 0.0);
        }
        self.first_level(xs);
    }

    /// Places of values or of ages.
    fn row(&self, xs: &[f64]) -> usize {
        (self.lead + xs.len()).next_multiple_of(LINE)
    }

    /// Windows of one value.
    fn first_level(&mut self, xs: &[f64]) {
        let row = self.row(xs);
        let (values, ages) = lines_mut(&mut self.level).split_at_mut(row);
        values[self.lead..][..xs.len()].copy_from_slice(xs);
        ages.fill(0.0);
        self.width = 1;
    }

    /// One window over the block that was begun with these values. Lengths are best taken in
    /// ascending order, so that each doubling is made once.
    pub fn window(&mut self, window: Window, xs: &[f64], front: usize, lane: &mut Lane<'_>) {
        let (xs, front) = (&xs[front - self.back..], self.back);
        let (len, row) = (xs.len(), self.row(xs));
        if lane.fits() {
            if lane.back < self.width {
                self.first_level(xs);
            }
            while self.width * 2 <= lane.back {
                let next = lines_mut(&mut self.next);
                double(window, lines(&self.level), next, row, self.width);
                std::mem::swap(&mut self.level, &mut self.next);
                self.width *= 2;
            }
            let back = lane.back - self.width;
            let level = lines(&self.level);
            join(window, level, row, front + self.lead, back, lane.out);
        }
        let (n, least, ring) = (lane.n, lane.least, lane.ring(len));
        let mut state = Vec::new();
        lane.mend(xs, xs, front, self.is_whole, |x, _| {
            if state.is_empty() {
                state = vec![0.0; state_len(window, ring)];
            }
            step_extreme(window, &mut state, x, n, least, ring)
        });
    }
}

/// What lies from the first whole line on.
fn lines(memory: &[f64]) -> &[f64] {
    &memory[first_line(memory)..]
}

fn lines_mut(memory: &mut [f64]) -> &mut [f64] {
    let first = first_line(memory);
    &mut memory[first..]
}

fn is_age(window: Window) -> bool {
    !matches!(window, Window::Max | Window::Min)
}

/// Whether an older value stands before a newer one; of equal ones it is the newer, or the older
/// where that is asked for.
#[inline(always)]
fn older_wins(window: Window, older: f64, newer: f64) -> bool {
    match window {
        Window::Max | Window::MaxAge => older > newer,
        Window::Min | Window::MinAge => older < newer,
        Window::MaxAgeOldest => older >= newer,
        _ => older <= newer,
    }
}

/// One loop per kind, so that the kind is settled outside the loop.
macro_rules! each_kind {
    ($window:expr, $body:ident($($arg:expr),*)) => {
        match $window {
            Window::Max => $body(Window::Max, $($arg),*),
            Window::MaxAge => $body(Window::MaxAge, $($arg),*),
            Window::MinAge => $body(Window::MinAge, $($arg),*),
            Window::MaxAgeOldest => $body(Window::MaxAgeOldest, $($arg),*),
            Window::MinAgeOldest => $body(Window::MinAgeOldest, $($arg),*),
            _ => $body(Window::Min, $($arg),*),
        }
    };
}

wide!(fn double = double_here(window: Window, from: &[f64], to: &mut [f64], len: usize, width: usize));

/// From the extremes of `width` values ending at each bar those of twice as many.
#[inline(always)]
fn double_here(window: Window, from: &[f64], to: &mut [f64], len: usize, width: usize) {
    if width < len {
        each_kind!(window, double_of(from, to, len, width));
    }
}

#[inline(always)]
fn double_of(window: Window, from: &[f64], to: &mut [f64], len: usize, width: usize) {
    let (values, ages) = from.split_at(len);
    let (to_values, to_ages) = to.split_at_mut(len);
    let count = len - width;
    let (newer, older) = (&values[width..][..count], &values[..count]);
    let to_values = &mut to_values[width..][..count];
    if is_age(window) {
        let (newer_age, older_age) = (&ages[width..][..count], &ages[..count]);
        let to_ages = &mut to_ages[width..][..count];
        let back = width as f64;
        for i in 0..count {
            // Both are loaded, so that there is no branch.
            let (new, old, new_age, old_age) =
                (newer[i], older[i], newer_age[i], older_age[i] + back);
            let wins = older_wins(window, old, new);
            to_values[i] = if wins { old } else { new };
            to_ages[i] = if wins { old_age } else { new_age };
        }
    } else {
        for i in 0..count {
            let (new, old) = (newer[i], older[i]);
            to_values[i] = if older_wins(window, old, new) {
                old
            } else {
                new
            };
        }
    }
}

wide!(fn join = join_here(window: Window, level: &[f64], len: usize, front: usize, back: usize, out: &mut [f64]));

/// The windows that end at the bars from `front` on, from the runs there and those `back` bars
/// before.
#[inline(always)]
fn join_here(
    window: Window,
    level: &[f64],
    len: usize,
    front: usize,
    back: usize,
    out: &mut [f64],
) {
    each_kind!(window, join_of(level, len, front, back, out));
}

#[inline(always)]
fn join_of(window: Window, level: &[f64], len: usize, front: usize, back: usize, out: &mut [f64]) {
    let (values, ages) = level.split_at(len);
    let count = out.len();
    let (newer, older) = (&values[front..][..count], &values[front - back..][..count]);
    if is_age(window) {
        let (newer_age, older_age) = (&ages[front..][..count], &ages[front - back..][..count]);
        let back = back as f64;
        for i in 0..count {
            let (new_age, old_age) = (newer_age[i], older_age[i] + back);
            let wins = older_wins(window, older[i], newer[i]);
            out[i] = if wins { old_age } else { new_age };
        }
    } else {
        for i in 0..count {
            let (new, old) = (newer[i], older[i]);
            out[i] = if older_wins(window, old, new) {
                old
            } else {
                new
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::tests::{in_blocks, same};
    use proptest::prelude::*;

    const ALL: [Window; 6] = [
        Window::Max,
        Window::Min,
        Window::MaxAge,
        Window::MinAge,
        Window::MaxAgeOldest,
        Window::MinAgeOldest,
    ];

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            200 => (-30..30i32).prop_map(|x| f64::from(x) / 10.0),
            5 => Just(-0.0),
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
        ]
    }

    proptest! {
        /// In any blocks, for any lengths, equals value by value.
        #[test]
        fn blocks_equal_steps(
            xs in prop::collection::vec(value(), 1..400),
            ns in prop::collection::vec(1usize..40, 1..6),
            block in 1usize..200,
            part in 1usize..45,
        ) {
            let mut of_block = ExtremeBlock::default();
            let least = |n: usize| if part > 40 { n + 1 } else { part.min(n) };
            for window in ALL {
                let got = in_blocks((&xs, &xs), &ns, least, block, |x, _, front, lanes| {
                    let longest = lanes.iter().map(|lane| lane.back).max().unwrap_or(1);
                    of_block.begin(window, x, front, longest);
                    for lane in lanes {
                        of_block.window(window, x, front, lane);
                    }
                });
                for (got, &n) in got.iter().zip(&ns) {
                    let mut state = vec![0.0; state_len(window, n)];
                    for (t, g) in got.iter().enumerate() {
                        let want = step_extreme(window, &mut state, xs[t], n, least(n), n);
                        prop_assert!(
                            same(*g, want),
                            "{window:?} n {n} bar {t}: {g} for {want}"
                        );
                    }
                }
            }
        }
    }
}
