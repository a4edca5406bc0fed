//! What a program did over some bars, and the one comparison of two such records.
//!
//! Everything an executor gives is written down as columns: the values of an expression's outputs,
//! the statements that hold, the bits of a sweep's masks. [`first_difference`] compares columns and
//! is the only thing in the tests that decides whether two executors agree.

use std::fmt;
use strat_engine::abi::TradeValues;

use strat_compiler::codegen::CodegenError;
use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::{BarColumns, Decision, Program, Scratch, Stream};
use strat_lang::hir::Unit;

/// One value of a column.
#[derive(Debug, Clone, Copy)]
pub enum Cell {
    /// A number; every NaN is `na` and equal to every other.
    Number(f64),
    /// One bit per statement.
    Bits(u64),
}

impl Cell {
    fn same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            (Self::Bits(a), Self::Bits(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(x) if x.is_nan() => write!(f, "na"),
            Self::Number(x) => write!(f, "{x:?} ({:016x})", x.to_bits()),
            Self::Bits(bits) => write!(f, "{bits:#b}"),
        }
    }
}

/// A named column, one cell per bar.
#[derive(Debug, Clone)]
pub struct Column {
    /// What it holds.
    pub name: String,
    /// Its cells, oldest first.
    pub cells: Vec<Cell>,
}

impl Column {
    /// How many of its cells are known.
    pub fn known(&self) -> usize {
        let is_na = |cell: &&Cell| matches!(cell, Cell::Number(x) if x.is_nan());
        self.cells.len() - self.cells.iter().filter(is_na).count()
    }

    /// Whether it holds more than one value, `na` left aside.
    pub fn varies(&self) -> bool {
        let mut known = self
            .cells
            .iter()
            .filter(|cell| !matches!(cell, Cell::Number(x) if x.is_nan()));
        let first = known.next();
        first.is_some_and(|first| known.any(|cell| !cell.same(*first)))
    }
}

/// The first place where two records differ.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The column.
    pub column: String,
    /// The bar.
    pub bar: usize,
    /// What the first record holds there.
    pub want: Option<Cell>,
    /// What the second record holds there.
    pub got: Option<Cell>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |cell: &Option<Cell>| cell.map_or("nothing".to_owned(), |c| c.to_string());
        let (want, got) = (show(&self.want), show(&self.got));
        write!(f, "{} on bar {}: {got}, not {want}", self.column, self.bar)
    }
}

/// Compares two records column by column and bar by bar.
pub fn first_difference(want: &[Column], got: &[Column]) -> Option<Difference> {
    (0..want.len().max(got.len())).find_map(|i| {
        let (w, g) = (want.get(i), got.get(i));
        let cells = |c: Option<&Column>, t: usize| c.and_then(|c| c.cells.get(t).copied());
        let bars = [w, g].into_iter().flatten().map(|c| c.cells.len()).max()?;
        let apart = (0..bars).find(|&t| match (cells(w, t), cells(g, t)) {
            (Some(a), Some(b)) => !a.same(b),
            _ => true,
        });
        // A column that the other has not is a difference without any bar, too.
        let bar = apart.or((w.is_none() || g.is_none()).then_some(0))?;
        Some(Difference {
            column: w.or(g)?.name.clone(),
            bar,
            want: cells(w, bar),
            got: cells(g, bar),
        })
    })
}

/// One program on each executor.
pub struct Trio {
    /// The oracle.
    pub interp: Compiled,
    /// Columns.
    pub kernel: Compiled,
    /// Bar by bar.
    pub handler: Compiled,
}

impl Trio {
    /// Compiles a unit three times.
    pub fn of(unit: &Unit) -> Result<Self, CodegenError> {
        Ok(Self {
            interp: compile(unit, Executor::Interp)?,
            kernel: compile(unit, Executor::Kernel)?,
            handler: compile(unit, Executor::Handler)?,
        })
    }
}

/// The outputs of an expression.
pub fn outputs(program: &Compiled, set: &[f64], bars: BarColumns<'_>) -> Vec<Column> {
    let names = program.outputs();
    program
        .evaluate(set, bars)
        .into_iter()
        .enumerate()
        .map(|(i, column)| Column {
            name: format!("output {}", names.get(i).unwrap_or(&"without a name")),
            cells: column.into_iter().map(Cell::Number).collect(),
        })
        .collect()
}

/// What a stream decides, bar by bar: the statements that hold.
pub fn decisions(stream: &mut dyn Stream, bars: BarColumns<'_>) -> Vec<Column> {
    let decided: Vec<Decision> = (0..bars.len())
        .map(|t| stream.on_bar(&bars.bar(t), &TradeValues::FLAT))
        .collect();
    let column = |name: &str, of: fn(&Decision) -> u64| Column {
        name: name.to_owned(),
        cells: decided.iter().map(|d| Cell::Bits(of(d))).collect(),
    };
    vec![
        column("entries", |d| d.entries),
        column("exits", |d| d.exits),
    ]
}

/// Decisions as a sweep gives them: whether any statement holds.
pub fn any(decisions: &[Column]) -> Vec<Column> {
    let one = |cell: &Cell| match cell {
        Cell::Bits(bits) => Cell::Bits(u64::from(*bits != 0)),
        number => *number,
    };
    decisions
        .iter()
        .map(|c| Column {
            name: c.name.clone(),
            cells: c.cells.iter().map(one).collect(),
        })
        .collect()
}

/// The masks of `sets`, swept `chunk` sets at a time; nothing where the program has no columns.
///
/// Sets are asked for from the last to the first and into words that are not clean, as threads
/// may. Bits past the end count as bars, which the oracle does not have: they must be 0.
pub fn masks(
    program: &dyn Program,
    sets: &[Vec<f64>],
    chunk: usize,
    bars: BarColumns<'_>,
) -> Option<Vec<Vec<Column>>> {
    let mut all = Vec::with_capacity(sets.len());
    for sets in sets.chunks(chunk.max(1)) {
        let mut sweep = program.sweep(&sets.concat(), bars)?;
        let mut states: Vec<_> = (0..sets.len()).map(|c| sweep.combo_state(c)).collect();
        let mut found = vec![(Vec::new(), Vec::new()); sets.len()];
        let mut scratch = Scratch::default();
        for start in (0..bars.len()).step_by(sweep.block()) {
            let len = sweep.block().min(bars.len() - start);
            sweep.begin_block(start, len);
            for c in (0..sets.len()).rev() {
                let mut entries = vec![u64::MAX; len.div_ceil(64)];
                let mut exits = entries.clone();
                sweep.masks(c, &mut states[c], &mut scratch, &mut entries, &mut exits);
                unpack(&entries, len, &mut found[c].0);
                unpack(&exits, len, &mut found[c].1);
            }
        }
        all.extend(found.into_iter().map(|(entries, exits)| {
            let column = |name: &str, cells| Column {
                name: name.to_owned(),
                cells,
            };
            vec![column("entries", entries), column("exits", exits)]
        }));
    }
    Some(all)
}

/// The bits of bars as cells; set bits past the end become cells of their own.
fn unpack(words: &[u64], len: usize, out: &mut Vec<Cell>) {
    for t in 0..words.len() * 64 {
        let bit = words[t / 64] >> (t % 64) & 1;
        if t < len || bit == 1 {
            out.push(Cell::Bits(bit));
        }
    }
}

/// Holds the outputs of `other` against those of `oracle`.
pub fn check_outputs(
    oracle: &Compiled,
    other: &Compiled,
    set: &[f64],
    bars: BarColumns<'_>,
) -> Result<(), String> {
    let (want, got) = (outputs(oracle, set, bars), outputs(other, set, bars));
    match first_difference(&want, &got) {
        None => Ok(()),
        Some(d) => Err(format!("with {set:?}: {d}")),
    }
}

/// Holds everything that `other` decides for `sets` (which it takes) against the stream of `oracle`:
/// bar by bar, over bars known beforehand, and swept in chunks of each of `chunks`.
pub fn check_decisions(
    oracle: &dyn Program,
    other: &dyn Program,
    sets: &[Vec<f64>],
    chunks: &[usize],
    bars: BarColumns<'_>,
) -> Result<(), String> {
    let wanted: Vec<Vec<Column>> = sets
        .iter()
        .map(|set| decisions(&mut *oracle.stream(set, bars.len()), bars))
        .collect();
    let differ =
        |how: &str, set: &[f64], want: &[Column], got: &[Column]| match first_difference(want, got)
        {
            None => Ok(()),
            Some(d) => Err(format!("{how} with {set:?}: {d}")),
        };
    for (set, want) in sets.iter().zip(&wanted) {
        let got = decisions(&mut *other.stream(set, bars.len()), bars);
        differ("stream", set, want, &got)?;
        // A bound that is larger than the data only makes room.
        let got = decisions(&mut *other.stream(set, 2 * bars.len() + 7), bars);
        differ("stream with room", set, want, &got)?;
        let got = decisions(&mut *other.stream_over(set, bars), bars);
        differ("stream over known bars", set, want, &got)?;
    }
    for chunk in chunks {
        let Some(swept) = masks(other, sets, *chunk, bars) else {
            break;
        };
        for ((set, want), got) in sets.iter().zip(&wanted).zip(&swept) {
            differ(&format!("sweep in chunks of {chunk}"), set, &any(want), got)?;
        }
    }
    Ok(())
}
