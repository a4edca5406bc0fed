//! The values of an extra column over all bars.

use std::borrow::Cow;

/// A column that is known.
#[derive(Debug, Clone)]
pub(crate) enum Column<'a> {
    /// The same value on every bar.
    Same(f64),
    /// One value per bar.
    Bars(Cow<'a, [f64]>),
    /// Values that come more seldom: on each bar the number of those that are seen so far, of
    /// which the last counts; na before the first. An own length of bars costs as much memory as
    /// it has bars, whatever the number of parameter sets.
    Seen {
        /// The values.
        values: Cow<'a, [f64]>,
        /// Per bar 1 more than the index of its value; 0 where there is none.
        count: std::sync::Arc<[u32]>,
    },
}

impl Column<'_> {
    /// Missing everywhere.
    pub(crate) const NA: Self = Self::Same(f64::NAN);

    /// The value on bar `t`.
    pub(crate) fn at(&self, t: usize) -> f64 {
        match self {
            Self::Same(value) => *value,
            Self::Bars(values) => values.get(t).copied().unwrap_or(f64::NAN),
            Self::Seen { values, count } => seen(values, count.get(t).copied().unwrap_or(0)),
        }
    }

    /// The values from bar `start` on.
    pub(crate) fn fill(&self, start: usize, out: &mut [f64]) {
        match self {
            Self::Same(value) => out.fill(*value),
            _ => {
                for (i, out) in out.iter_mut().enumerate() {
                    *out = self.at(start + i);
                }
            }
        }
    }
}

fn seen(values: &[f64], count: u32) -> f64 {
    match count.checked_sub(1) {
        Some(i) => values.get(i as usize).copied().unwrap_or(f64::NAN),
        None => f64::NAN,
    }
}
