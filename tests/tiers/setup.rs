//! Programs, grids, rules and bars that the tests share.

use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::Program as _;
use strat_engine::{Convention, Costs, Fill, Rules, StopTest, columns};
use strat_market::Bars;
use strat_screen::{Grid, ScreenOptions, ScreenResult, run_screen};
use strat_tests::candles::wild;
use strat_tests::{SCREENS, check, strategy, unit};

/// Bars of an hour.
pub const YEAR: f64 = 8760.0;

/// The five screens enter and leave by signals; this one is stopped out, with stops of any width.
const STOPPED: &str = "strategy Stopped {
    param n: bars = 5 in [3, 5, 9]
    param loss: ratio = 2% in [0.5%, 2%, 10%]
    enter long when close > highest(high, n)[1]
    exit when close < lowest(low, 4 * n)[1]
    stop loss
}";

/// A program on each executor.
pub struct Screen {
    pub name: &'static str,
    pub interp: Compiled,
    pub kernel: Compiled,
    pub handler: Compiled,
}

impl Screen {
    pub fn new(name: &'static str, make: impl Fn(Executor) -> Compiled) -> Self {
        Self {
            name,
            interp: make(Executor::Interp),
            kernel: make(Executor::Kernel),
            handler: make(Executor::Handler),
        }
    }

    /// The executors by name.
    pub fn executors(&self) -> [(&'static str, &Compiled); 3] {
        [
            ("interpreter", &self.interp),
            ("kernel", &self.kernel),
            ("handler", &self.handler),
        ]
    }

    /// Whether it has a stop.
    pub fn has_stop(&self) -> bool {
        let defaults: Vec<f64> = self
            .interp
            .info()
            .params
            .iter()
            .map(|p| p.default)
            .collect();
        self.interp
            .resolve(&defaults)
            .is_ok_and(|r| r.stop.is_some())
    }

    /// Least, middle and greatest value of each parameter: the corners of the grid and what lies
    /// between them.
    pub fn corners_and_middle(&self) -> Grid {
        let info = self.interp.info();
        let mut grid = Grid::of(info).expect("a grid");
        for (name, axis) in grid.names().to_vec().into_iter().zip(grid.axes().to_vec()) {
            let mut few = vec![axis[0], axis[axis.len() / 2], axis[axis.len() - 1]];
            few.dedup();
            grid = grid
                .with_values(info, &name, few)
                .expect("values of the domain");
        }
        grid
    }
}

/// The five screens of the repository, and one for stops.
pub fn screens() -> Vec<Screen> {
    let stopped = unit(check(STOPPED), STOPPED);
    SCREENS
        .iter()
        .map(|(name, path)| Screen::new(name, |executor| strategy(path, executor)))
        .chain([Screen::new("stopped", |executor| {
            compile(&stopped, executor).expect("code")
        })])
        .collect()
}

/// Rules and costs of a run.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub rules: Rules,
    pub costs: Costs,
}

/// The rules of vectorbt with either fill and either stop test, each with and without slippage.
pub fn terms() -> Vec<Terms> {
    let mut all = Vec::new();
    for fill in [Fill::Close, Fill::NextOpen] {
        for stops in [StopTest::Closes, StopTest::Intrabar] {
            for slippage in [0.0, 0.0005] {
                let rules = Convention::Vectorbt.rules().with_fill(fill);
                all.push(Terms {
                    rules: Rules { stops, ..rules },
                    costs: Costs::new(0.001, slippage, 10_000.0).expect("costs"),
                });
            }
        }
    }
    all
}

/// Made-up candles: whole, and with missing bars.
pub fn made_up() -> [Bars; 2] {
    [wild(11, 4000, false), wild(12, 4000, true)]
}

/// Runs a screen.
pub fn screen(
    program: &Compiled,
    bars: &Bars,
    start: usize,
    terms: Terms,
    options: &ScreenOptions<'_>,
) -> ScreenResult {
    run_screen(
        program,
        columns(bars),
        start,
        terms.rules,
        terms.costs,
        YEAR,
        options,
    )
    .expect("a screen")
}
