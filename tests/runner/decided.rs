//! What a stream decides while it is told of trades that depend on nothing it does.

use strat_engine::abi::{BarColumns, Stream, TradeValues};

use crate::compare::{Cell, Column};

/// The decisions of a stream, and the values that its plan points into, bar by bar, while it is told
/// of made-up trades; `how` stands in the names of the columns.
#[must_use]
pub fn decided(how: &str, stream: &mut dyn Stream, bars: BarColumns<'_>) -> Vec<Column> {
    let mut columns = vec![column(how, "entries"), column(how, "exits")];
    for t in 0..bars.len() {
        let decision = stream.on_bar(&bars.bar(t), &trade(t));
        for (i, x) in stream.outputs().iter().enumerate() {
            if columns.len() < i + 3 {
                columns.push(column(how, &format!("output {i}")));
            }
            columns[i + 2].cells.push(Cell::Number(*x));
        }
        columns[0].cells.push(Cell::Bits(decision.entries));
        columns[1].cells.push(Cell::Bits(decision.exits));
    }
    columns
}

fn column(how: &str, name: &str) -> Column {
    Column {
        name: format!("{name} ({how})"),
        cells: Vec::new(),
    }
}

/// The open trade at bar `t`, made up from the number of the bar alone: 30 bars of a trade, 10 of
/// none. What a program makes of it depends on the past only if the program does.
fn trade(t: usize) -> TradeValues<'static> {
    const KEPT: [f64; 16] = [101.0; 16];
    let held = t % 40;
    if held >= 30 {
        return TradeValues::FLAT;
    }
    #[allow(clippy::cast_precision_loss)] // below 40
    let held_bars = held as f64;
    TradeValues {
        entry_price: 100.0,
        held: 3600.0 * held_bars,
        held_bars,
        mark: 98.0 + 0.2 * held_bars,
        quantity: 1.0,
        kept: &KEPT,
    }
}
