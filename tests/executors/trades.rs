//! Open trades that are made up: what a program is told of them on each bar.

use strat_compiler::TradeColumns;
use strat_engine::abi::{BarColumns, Stream, TradeValues};
use strat_tests::candles::Dice;

use crate::compare::{Cell, Column};

/// Trades over some bars, one column for each of their values.
pub struct Trades {
    /// Price of the entry, seconds and bars since it, mark and quantity.
    columns: [Vec<f64>; 5],
    kept: Vec<Vec<f64>>,
}

impl Trades {
    /// Long and short trades of different lengths, each of which keeps `kept` values.
    pub fn wild(seed: u64, bars: usize, kept: usize) -> Self {
        let mut dice = Dice::new(seed ^ 0x7EAD);
        let mut out = Self {
            columns: Default::default(),
            kept: vec![Vec::new(); kept],
        };
        let mut open: Option<[f64; 3]> = None;
        let mut memory = vec![f64::NAN; kept];
        for _ in 0..bars {
            open = match open {
                None if dice.roll() < 0.15 => {
                    memory.fill_with(|| 90.0 + 20.0 * dice.roll());
                    let side = if dice.roll() < 0.5 { 1.0 } else { -0.5 };
                    Some([90.0 + 20.0 * dice.roll(), 0.0, side])
                }
                Some(_) if dice.roll() < 0.08 => None,
                Some([price, held, side]) => Some([price, held + 1.0, side]),
                None => None,
            };
            let row = match open {
                Some([price, held, side]) => {
                    let mark = price * (0.95 + 0.1 * dice.roll());
                    [price, 3600.0 * held, held, mark, side]
                }
                None => [f64::NAN, f64::NAN, f64::NAN, f64::NAN, 0.0],
            };
            for (column, value) in out.columns.iter_mut().zip(row) {
                column.push(value);
            }
            for (column, value) in out.kept.iter_mut().zip(&memory) {
                column.push(if open.is_some() { *value } else { f64::NAN });
            }
        }
        out
    }

    /// As columns.
    pub fn columns(&self) -> TradeColumns<'_> {
        TradeColumns {
            entry_price: &self.columns[0],
            held: &self.columns[1],
            held_bars: &self.columns[2],
            mark: &self.columns[3],
            quantity: &self.columns[4],
            kept: self.kept.iter().map(Vec::as_slice).collect(),
        }
    }

    /// Those of bar `t`, with room for what the trade keeps.
    fn at<'a>(&self, t: usize, row: &'a mut Vec<f64>) -> TradeValues<'a> {
        row.clear();
        row.extend(self.kept.iter().map(|column| column[t]));
        let of = |i: usize| self.columns[i][t];
        TradeValues {
            entry_price: of(0),
            held: of(1),
            held_bars: of(2),
            mark: of(3),
            quantity: of(4),
            kept: if of(0).is_nan() { &[] } else { row },
        }
    }

    /// What a stream decides when it is told of these trades, and the values its plan points into.
    pub fn told(&self, stream: &mut dyn Stream, bars: BarColumns<'_>) -> Vec<Column> {
        let (mut entries, mut exits, mut row) = (Vec::new(), Vec::new(), Vec::new());
        let mut values: Vec<Vec<f64>> = Vec::new();
        for t in 0..bars.len() {
            let decision = stream.on_bar(&bars.bar(t), &self.at(t, &mut row));
            entries.push(decision.entries);
            exits.push(decision.exits);
            values.resize(stream.outputs().len(), Vec::new());
            for (column, value) in values.iter_mut().zip(stream.outputs()) {
                column.push(*value);
            }
        }
        record(entries, exits, values)
    }
}

/// Decisions and values as columns.
pub fn record(entries: Vec<u64>, exits: Vec<u64>, values: Vec<Vec<f64>>) -> Vec<Column> {
    let column = |name: &str, cells| Column {
        name: name.to_owned(),
        cells,
    };
    let bits = |all: Vec<u64>| all.into_iter().map(Cell::Bits).collect();
    let mut columns = vec![
        column("entries", bits(entries)),
        column("exits", bits(exits)),
    ];
    for (i, value) in values.into_iter().enumerate() {
        let cells = value.into_iter().map(Cell::Number).collect();
        columns.push(column(&format!("value {i} of the plan"), cells));
    }
    columns
}
