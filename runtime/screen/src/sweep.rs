//! Running a grid over the bars of one symbol.
//!
//! The grid is cut into *chunks* of as many sets as the memory budget allows, never sets times
//! bars. A chunk goes through the bars a block at a time: the program computes what its sets share,
//! then every set fills its masks and walks them, sets side by side on all threads. A program
//! without columns is streamed, one set per thread, with the same results; and so is one whose
//! plan asks for more than masks can say ([`is_streamed`]).

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use strat_engine::abi::{BarColumns, Program};
use strat_engine::{Costs, Figure, MarketTables, Metrics, Rules, unsupported};

use crate::chunk::{Chunk, Run};
use crate::grid::{Grid, GridError};
use crate::rank::rank;

/// How a screen is run. Only the grid decides what comes out, and the figure in which order.
pub struct ScreenOptions<'a> {
    /// The parameter sets; `None` for all that the program declares.
    pub grid: Option<Grid>,
    /// What the rows are ranked by.
    pub rank: Figure,
    /// Number of threads; 0 for one per processor.
    pub threads: usize,
    /// Bytes that the parameter sets running together may take.
    pub memory_budget: usize,
    /// Tables of these very bars, start and rules, for several screens to share; others are not
    /// used, and without them the screen makes its own.
    pub tables: Option<&'a MarketTables<'a>>,
    /// Called between blocks.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
    /// Ends the screen with [`ScreenError::Cancelled`] soon after it is set.
    pub cancel: Option<&'a AtomicBool>,
}

impl Default for ScreenOptions<'_> {
    /// The program's own grid, by Sharpe ratio, all processors, 256 MiB, no progress, not to be cancelled.
    fn default() -> Self {
        Self {
            grid: None,
            rank: Figure::default(),
            threads: 0,
            memory_budget: 256 << 20,
            tables: None,
            progress: None,
            cancel: None,
        }
    }
}

impl ScreenOptions<'_> {
    /// Whether nobody has asked to stop.
    pub(crate) fn go_on(&self) -> bool {
        !self.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

/// How far a screen has come, counted in bars times parameter sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Done so far.
    pub done: u64,
    /// All there is to do.
    pub total: u64,
}

/// One parameter set.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place in the grid, counting only sets that run.
    pub index: usize,
    /// Its values, in declared order.
    pub params: Box<[f64]>,
    /// Its figures.
    pub metrics: Metrics,
    /// The program's flags for it: bit i is flag i.
    pub flags: u64,
}

impl Row {
    /// Whether it never traded.
    #[must_use]
    pub const fn no_trades(&self) -> bool {
        self.metrics.num_trades == 0
    }

    /// Names of its flags: `no_trades`, then those of `flags` that are set.
    pub fn flag_names<'a>(&self, flags: &'a [String]) -> impl Iterator<Item = &'a str> + use<'a> {
        let bits = self.flags;
        let set = flags
            .iter()
            .take(64)
            .enumerate()
            .filter(move |(bit, _)| bits >> bit & 1 == 1)
            .map(|(_, name)| name.as_str());
        self.no_trades()
            .then_some("no_trades")
            .into_iter()
            .chain(set)
    }
}

/// What a screen gives back.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenResult {
    /// Names of the parameters, in declared order.
    pub params: Vec<String>,
    /// Names of the program's flags.
    pub flags: Vec<String>,
    /// One row per set, best first; see [`rank()`].
    pub rows: Vec<Row>,
    /// Sets left out by a `require`.
    pub excluded: usize,
    /// Bars traded on.
    pub bars: usize,
    /// Threads it ran on.
    pub threads: usize,
    /// The rules it ran by.
    pub rules: Rules,
    /// The costs it ran with.
    pub costs: Costs,
}

/// Why a screen gives no result.
#[derive(Debug, Clone, PartialEq)]
pub enum ScreenError {
    /// The grid cannot be run.
    Grid(GridError),
    /// Columns of different lengths.
    Columns,
    /// No bar to trade on.
    NoBars {
        /// Bars given, all of them before the start.
        bars: usize,
    },
    /// Bars per year must be finite and above 0.
    BarsPerYear(f64),
    /// Constructs that a screen does not execute, as [`unsupported`] tells them.
    Unsupported(Vec<String>),
    /// Data beside the bars that the program reads and that was not given.
    Needs {
        /// How many other symbols and columns it reads.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// The threads could not be started.
    Threads(String),
    /// A program whose blocks are not whole words of bits.
    Block(usize),
    /// It was cancelled.
    Cancelled,
}

impl fmt::Display for ScreenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grid(error) => error.fmt(f),
            Self::Columns => write!(
                f,
                "the columns of the bars differ in length; every bar needs time, open, high, low, close and volume"
            ),
            Self::NoBars { bars: 0 } => write!(f, "there are no bars to screen"),
            Self::NoBars { bars } => write!(
                f,
                "there is no bar to trade on: all {bars} bars are needed to warm the strategy up; give more bars or a later start"
            ),
            Self::BarsPerYear(given) => {
                write!(
                    f,
                    "bars per year must be a finite number above 0; got {given}"
                )
            }
            Self::Unsupported(constructs) => write!(
                f,
                "it uses {}, which is not executed on bars yet",
                constructs.join("; ")
            ),
            Self::Needs { expected, found } => write!(
                f,
                "the strategy reads {expected} other symbols or columns beside its bars, but {found} were given"
            ),
            Self::Threads(reason) => write!(f, "the threads could not be started: {reason}"),
            Self::Block(block) => write!(
                f,
                "the compiled strategy works in blocks of {block} bars, which is not a multiple of 64; this is a fault of the compiler"
            ),
            Self::Cancelled => write!(f, "cancelled"),
        }
    }
}

impl std::error::Error for ScreenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Grid(error) => Some(error),
            _ => None,
        }
    }
}

impl From<GridError> for ScreenError {
    fn from(error: GridError) -> Self {
        Self::Grid(error)
    }
}

/// Whether a screen of this program streams its sets one by one, because its plan asks for more
/// than masks can say; slower than walking them.
#[must_use]
pub fn is_streamed(program: &dyn Program) -> bool {
    !program.info().plan.is_plain()
}

/// Runs every set of a grid over `columns`, trading from bar `start` on; bars before it only warm
/// the strategy up. `bars_per_year` of these bars make a year.
///
/// # Errors
/// A grid that cannot be run (nothing has run then), columns of different lengths, no bar to trade
/// on, constructs that are not executed on bars yet, data that is not there, threads that do not
/// start, and cancellation.
#[allow(
    clippy::too_many_arguments,
    reason = "each is a different thing and none has a default"
)]
pub fn run_screen(
    program: &dyn Program,
    columns: BarColumns<'_>,
    start: usize,
    rules: Rules,
    costs: Costs,
    bars_per_year: f64,
    options: &ScreenOptions<'_>,
) -> Result<ScreenResult, ScreenError> {
    let bars = columns.len();
    let others = [columns.open, columns.high, columns.low, columns.volume];
    if columns.time.len() != bars || others.iter().any(|column| column.len() != bars) {
        return Err(ScreenError::Columns);
    }
    if start >= bars {
        return Err(ScreenError::NoBars { bars });
    }
    if !(bars_per_year.is_finite() && bars_per_year > 0.0) {
        return Err(ScreenError::BarsPerYear(bars_per_year));
    }
    let constructs = unsupported(program.info());
    if !constructs.is_empty() {
        return Err(ScreenError::Unsupported(constructs));
    }
    let (expected, found) = (program.info().needs.len(), columns.others.len());
    if expected != found {
        return Err(ScreenError::Needs { expected, found });
    }
    let grid = match &options.grid {
        Some(grid) => grid.clone(),
        None => Grid::of(program.info())?,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(|error| ScreenError::Threads(error.to_string()))?;

    pool.install(|| {
        let go_on = || options.go_on();
        let count = grid.check(program, go_on)?.ok_or(ScreenError::Cancelled)?;
        let fits =
            |t: &&MarketTables<'_>| t.len() == bars && t.start() == start && *t.rules() == rules;
        let own;
        let tables = match options.tables.filter(fits) {
            Some(shared) => shared,
            None => {
                own = MarketTables::new(columns, start, rules);
                &own
            }
        };
        let run = Run {
            program,
            columns,
            tables,
            costs,
            bars_per_year,
            options,
            total: (count.kept as u64).saturating_mul(bars as u64),
        };
        let per_set = run.bytes_per_set();
        let most = (options.memory_budget / per_set).clamp(1, count.kept);

        let mut rows = Vec::with_capacity(count.kept);
        let mut next = 0;
        while next < grid.len() {
            let chunk = Chunk::take(program, &grid, &mut next, most);
            run.run(&chunk, &mut rows)?;
        }
        rank(&mut rows, options.rank);
        Ok(ScreenResult {
            params: grid.names().to_vec(),
            flags: program.info().flags.clone(),
            rows,
            excluded: count.excluded,
            bars: bars - start,
            threads: pool.current_num_threads(),
            rules,
            costs,
        })
    })
}
