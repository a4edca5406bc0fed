//! Prefix sums of a region of bars, of which all its windows are differences.
//!
//! The values are cut into parts ([`crate::parts`]) whose prefix sums are exact doubles. Their
//! differences are exact as well, and only adding up the parts of one result rounds.
//!
//! With P[k] the sum of the first k values and R[k] the sum of P[0] to P[k - 1], a window of n that
//! ends before k has the sum P[k] - P[k - n]; with weights 1 to n it has n P[k] - (R[k] - R[k - n]),
//! since the newest value is in n of the sums of the last 1, 2, … n values, the oldest in one. With
//! R'[k] the sum of P[0] to P[k], its moment about the middle is
//! (n + 1) / 2 P[k] + (n - 1) / 2 P[k - n] - (R'[k] - R'[k - n]): that, less (n + 1) / 2 of the sum.

#[cfg(target_arch = "x86_64")]
use crate::divided;
use crate::line::{first_line, lead};
use crate::parts::{Cuts, MOST, nearest};
use crate::quotient::divide;
#[cfg(target_arch = "x86_64")]
use crate::quotient::registers;
use crate::scan::{Row, scan};
use crate::sums::Weights;
use crate::turn::LANES;
use crate::wide::wide;

/// Values side by side in a prefix sum, and zeros before the first.
const SIDE: usize = LANES;

/// Where the prefix sums of a region lie in its memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    parts: usize,
    unit: i32,
    row: usize,
    first: usize,
    is_weighted: bool,
    /// Where P[0] stands in a row of plain sums, R[0] or R'[0] in one of their sums.
    plain: usize,
    double: usize,
}

/// The prefix sums of a region, one row per part.
pub(crate) struct Tables<'a> {
    /// How many parts the values are cut into.
    pub(crate) parts: usize,
    /// The exponent of a number of which all sums are multiples, or of half of which they are.
    pub(crate) unit: i32,
    /// P[0], P[1], …
    pub(crate) plain: [&'a [f64]; MOST],
    /// R[0], R[1], … or, for the moment, R'[0], R'[1], …; nothing where all weights are the same.
    pub(crate) double: [&'a [f64]; MOST],
}

/// Where the first row of a table begins in its memory, how many zeros stand before the values, so that
/// the sums of the chunk begin at a whole vector of memory, and how long a row is.
pub(crate) fn first_row(front: usize, values: usize, memory: &[f64]) -> (usize, usize, usize) {
    let lead = lead(front);
    let row = SIDE + (lead + values).next_multiple_of(SIDE);
    (first_line(memory), lead, row)
}

/// Doubles of memory for the table of so many values.
pub(crate) fn table_len(weights: Weights, values: usize) -> usize {
    let row = SIDE + (SIDE + values).next_multiple_of(SIDE);
    rows_of(weights) * row + SIDE
}

/// Rows of a region: one or two prefix sums of each part.
fn rows_of(weights: Weights) -> usize {
    MOST * if weights == Weights::Equal { 1 } else { 2 }
}

impl Table {
    /// Those of `xs`, of which `largest` are the bits of the largest magnitude, for windows of up to
    /// `longest` that end at `front` or later, in `memory` of [`table_len`] doubles; nothing where
    /// three parts are not enough.
    pub(crate) fn over(
        weights: Weights,
        xs: &[f64],
        largest: u64,
        (front, longest): (usize, usize),
        memory: &mut [f64],
    ) -> Option<Self> {
        let is_weighted = weights != Weights::Equal;
        let (first, lead, row) = first_row(front, xs.len(), memory);
        let cuts = Cuts::of(largest, growth(is_weighted, row - SIDE, longest))?;
        let mut free = memory[first..].chunks_exact_mut(row);
        let mut next = || free.next().unwrap_or_default();
        let mut left = [0; MOST];
        let mut rows = [(); MOST].map(|()| Row {
            plain: next(),
            double: if is_weighted { next() } else { &mut [] },
        });
        scan::<0, 2>(xs, lead, cuts, &mut rows, &mut left);
        let parts = match left {
            [0, ..] => 1,
            [_, 0, _] => 2,
            _ => {
                scan::<2, 3>(xs, lead, cuts, &mut rows, &mut left);
                if left[2] != 0 {
                    return None;
                }
                MOST
            }
        };
        // R[k] stands one place before, R'[k] in its own.
        let plain = SIDE + lead - 1;
        Some(Self {
            parts,
            unit: cuts.unit(parts),
            row,
            first,
            is_weighted,
            plain,
            double: plain - usize::from(weights == Weights::Rising),
        })
    }

    /// The sums in the memory that they were written to.
    pub(crate) fn tables<'a>(&self, memory: &'a [f64]) -> Tables<'a> {
        let (mut plain, mut double): ([&[f64]; MOST], [&[f64]; MOST]) = ([&[]; MOST], [&[]; MOST]);
        let mut rows = memory[self.first..].chunks_exact(self.row);
        for k in 0..MOST {
            plain[k] = &rows.next().unwrap_or_default()[self.plain..];
            if self.is_weighted {
                double[k] = &rows.next().unwrap_or_default()[self.double..];
            }
        }
        Tables {
            parts: self.parts,
            unit: self.unit,
            plain,
            double,
        }
    }
}

/// The exponent of how much larger than the largest value any intermediate sum is, in halves where
/// the weights are.
fn growth(is_weighted: bool, len: usize, longest: usize) -> u32 {
    let (len, longest) = (len as u64, longest as u64);
    let most = if is_weighted {
        // R, and twice n P.
        len * (len / 2 + 1).max(2 * longest + 2)
    } else {
        len
    };
    most.next_power_of_two().ilog2()
}

/// Windows of `n` values, of which the first ends before value `end`, divided by `over`.
pub(crate) fn windows(
    weights: Weights,
    tables: &Tables<'_>,
    (end, n): (usize, usize),
    over: Option<f64>,
    out: &mut [f64],
) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if let Some(by) = over
        && registers::are_possible(by)
    {
        // SAFETY: the features were found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            done = divided::windows(weights, tables, (end, n), by, out);
        }
    }
    let out = &mut out[done..];
    undivided(weights, tables, end + done, n, out);
    if let Some(by) = over {
        divide(out, by);
    }
}

wide!(fn undivided = windows_here(
    weights: Weights,
    tables: &Tables<'_>,
    end: usize,
    n: usize,
    out: &mut [f64],
));

#[inline(always)]
fn windows_here(weights: Weights, tables: &Tables<'_>, end: usize, n: usize, out: &mut [f64]) {
    // One loop per kind and number of parts, so that both are settled outside the loop.
    match (weights, tables.parts) {
        (Weights::Equal, 1) => tables.windows::<1>(Weights::Equal, end, n, out),
        (Weights::Equal, 2) => tables.windows::<2>(Weights::Equal, end, n, out),
        (Weights::Equal, _) => tables.windows::<3>(Weights::Equal, end, n, out),
        (Weights::Rising, 1) => tables.windows::<1>(Weights::Rising, end, n, out),
        (Weights::Rising, 2) => tables.windows::<2>(Weights::Rising, end, n, out),
        (Weights::Rising, _) => tables.windows::<3>(Weights::Rising, end, n, out),
        (Weights::Centred, 1) => tables.windows::<1>(Weights::Centred, end, n, out),
        (Weights::Centred, 2) => tables.windows::<2>(Weights::Centred, end, n, out),
        (Weights::Centred, _) => tables.windows::<3>(Weights::Centred, end, n, out),
    }
}

impl Tables<'_> {
    #[inline(always)]
    fn windows<const PARTS: usize>(&self, weights: Weights, end: usize, n: usize, out: &mut [f64]) {
        let len = out.len();
        let width = n as f64;
        let (before, after) = ((width - 1.0) / 2.0, (width + 1.0) / 2.0);
        let (mut new, mut old) = ([&[][..]; PARTS], [&[][..]; PARTS]);
        let (mut new_double, mut old_double) = ([&[][..]; PARTS], [&[][..]; PARTS]);
        for k in 0..PARTS {
            new[k] = &self.plain[k][end..][..len];
            old[k] = &self.plain[k][end - n..][..len];
            if weights != Weights::Equal {
                new_double[k] = &self.double[k][end..][..len];
                old_double[k] = &self.double[k][end - n..][..len];
            }
        }
        for i in 0..len {
            let mut sums = [0.0; PARTS];
            for k in 0..PARTS {
                let (p, p_old) = (new[k][i], old[k][i]);
                sums[k] = match weights {
                    Weights::Equal => p - p_old,
                    Weights::Rising => width * p - (new_double[k][i] - old_double[k][i]),
                    // That, less (n + 1) / 2 of the plain sum.
                    Weights::Centred => {
                        (after * p + before * p_old) - (new_double[k][i] - old_double[k][i])
                    }
                };
            }
            out[i] = nearest(sums);
        }
    }
}
