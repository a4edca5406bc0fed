//! Where a step reads a column: in the arena, or in the bars themselves.

use strat_abi::BarColumns;
use strat_lang::hir::Input;

use super::steps::{Layout, Shared};

/// A column that is read, some bars back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Offset into the arena of the block's first bar, less the lag.
    pub(super) at: usize,
    /// A column of the bars, and the lag.
    pub(super) bar: Option<(Input, usize)>,
}

/// The column of the bars that an input names.
pub(super) fn bar_column<'a>(bars: &BarColumns<'a>, input: Input) -> Option<&'a [f64]> {
    Some(match input {
        Input::Open => bars.open,
        Input::High => bars.high,
        Input::Low => bars.low,
        Input::Close => bars.close,
        Input::Volume => bars.volume,
        _ => return None,
    })
}

impl Leaf {
    /// Its value on the block's first bar. Where the whole block and all that is looked back at
    /// lie within the bars, they are read in place.
    pub(super) fn pointer(
        self,
        shared: Shared,
        layout: &Layout,
        bars: &BarColumns<'_>,
    ) -> *const f64 {
        if layout.in_place
            && let Some((input, lag)) = self.bar
            && let Some(column) = bar_column(bars, input)
        {
            return column[layout.start - lag..].as_ptr();
        }
        // SAFETY: the offset lies in the arena.
        unsafe { shared.at(self.at).cast_const() }
    }
}
