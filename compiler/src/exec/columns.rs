//! The open trade as columns, for looking at a program beside an engine.

use std::borrow::Cow;

use strat_lang::hir::Input;

use crate::feeds::Column;

/// What an engine knew of the open trade at the close of each bar; as [`strat_abi::TradeValues`],
/// one column per value. A column that is too short is missing at its end.
#[derive(Debug, Clone, Default)]
pub struct TradeColumns<'a> {
    /// Price per unit at the entry.
    pub entry_price: &'a [f64],
    /// Seconds since the entry.
    pub held: &'a [f64],
    /// Bars since the entry.
    pub held_bars: &'a [f64],
    /// Running mark.
    pub mark: &'a [f64],
    /// Units of the base.
    pub quantity: &'a [f64],
    /// What the entry remembered, one column per value.
    pub kept: Vec<&'a [f64]>,
}

impl<'a> TradeColumns<'a> {
    pub(crate) fn column(&self, input: Input) -> Column<'a> {
        let values = match input {
            Input::EntryPrice => self.entry_price,
            Input::Held => self.held,
            Input::HeldBars => self.held_bars,
            Input::Mark => self.mark,
            Input::Quantity => self.quantity,
            Input::Kept(i) => self.kept.get(i as usize).copied().unwrap_or(&[]),
            _ => &[],
        };
        Column::Bars(Cow::Borrowed(values))
    }
}
