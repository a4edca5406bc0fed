//! The property: on any program and any bars the three executors agree bit for bit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::{Rng, Strategy};
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::{
    Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner,
};
use strat_engine::columns;
use strat_lang::hir::Unit;
use strat_screen::Grid;
use strat_tests::candles::Dice;

use crate::compare::{Trio, any, check_decisions, check_outputs, decisions, outputs};
use crate::market::{LENGTHS, Market};
use crate::program::{Program, generate, reduce, render};

/// Programs of an ordinary run of each of the two properties; `PROPTEST_CASES` says otherwise.
const CASES: u32 = 150;

/// What is run of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// Its expressions.
    Expressions,
    /// Its strategy.
    Strategy,
}

/// A program, what of it is run, and on what.
#[derive(Clone)]
struct Case {
    program: Program,
    view: View,
    market: Market,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = render::text(&self.program);
        write!(f, "{:?}\n{}", self.market, text.file)?;
        if self.view == View::Expressions {
            write!(f, "// eval: {}", text.expression)?;
        }
        Ok(())
    }
}

// ----- the strategy of proptest

#[derive(Debug)]
struct Cases(View);

/// A case and the ways to make it smaller that were not tried yet.
struct Tree {
    best: Case,
    current: Case,
    markets: Vec<Market>,
    cuts: Vec<reduce::Cut>,
}

impl Strategy for Cases {
    type Tree = Tree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = runner.rng().next_u64();
        let mut dice = Dice::new(seed ^ 0xBA25);
        let mut roll = || dice.roll();
        // The first numbers of neighbouring seeds are alike.
        for _ in 0..8 {
            roll();
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let bars = LENGTHS[(roll() * LENGTHS.len() as f64) as usize % LENGTHS.len()];
        let case = Case {
            program: generate::program(seed),
            view: self.0,
            market: Market {
                seed: seed % 1000,
                bars,
                missing: roll() < 0.7,
                extreme: roll() < 0.2,
            },
        };
        Ok(Tree::new(case))
    }
}

impl Tree {
    fn new(case: Case) -> Self {
        let mut markets = case.market.smaller();
        let mut cuts = reduce::cuts(&case.program);
        // They are taken from the end.
        markets.reverse();
        cuts.reverse();
        Self {
            current: case.clone(),
            best: case,
            markets,
            cuts,
        }
    }

    /// The next smaller case that was not tried; the best one again when there is none.
    fn next(&mut self) -> bool {
        if let Some(cut) = self.cuts.pop() {
            self.current = Case {
                program: reduce::apply(&self.best.program, &cut),
                ..self.best.clone()
            };
            return true;
        }
        if let Some(market) = self.markets.pop() {
            self.current = Case {
                market,
                ..self.best.clone()
            };
            return true;
        }
        self.current = self.best.clone();
        false
    }
}

impl ValueTree for Tree {
    type Value = Case;

    fn current(&self) -> Case {
        self.current.clone()
    }

    /// The current case fails: go on from it.
    fn simplify(&mut self) -> bool {
        *self = Self::new(self.current.clone());
        self.next()
    }

    /// The current case passes: try another.
    fn complicate(&mut self) -> bool {
        self.next()
    }
}

// ----- the test of one case

/// What a run saw, so that it can be told whether it tested anything.
#[derive(Default)]
struct Tally {
    cases: u32,
    refused: Vec<String>,
    /// Parameter sets that ran.
    sets: usize,
    /// Columns, and how many of them hold more than one value.
    columns: usize,
    varied: usize,
    constructs: BTreeMap<String, u32>,
}

/// The parameter sets of the program's own grid.
fn sets(unit: &Unit, trio: &Trio) -> Result<Vec<Vec<f64>>, String> {
    use strat_engine::abi::Program as _;
    let grid = Grid::of(trio.interp.info()).map_err(|e| e.to_string())?;
    let mut all = Vec::with_capacity(grid.len());
    for number in 0..grid.len() {
        let mut set = Vec::with_capacity(unit.params.len());
        grid.push_set(number, &mut set);
        all.push(set);
    }
    Ok(trio.resolved(&all))
}

fn check(case: &Case, tally: &RefCell<Tally>) -> Result<(), String> {
    let text = render::text(&case.program);
    let checked = match case.view {
        View::Strategy => strat_tests::check(&text.file),
        View::Expressions => strat_tests::check_expression_in(&text.expression, &text.file),
    };
    let mut tally = tally.borrow_mut();
    tally.cases += 1;
    if checked.has_errors() {
        tally.refused.push(format!("{case:?}\n{:?}", checked.diagnostics));
        return Ok(());
    }
    for (construct, count) in text.counts {
        *tally.constructs.entry(construct).or_default() += count;
    }
    let Some(unit) = checked.units.first() else {
        return Err("no unit and no error".to_owned());
    };
    let trio = Trio::of(unit).map_err(|e| format!("code: {e:?}"))?;
    let bars = case.market.bars();
    let bars = columns(&bars);
    let sets = sets(unit, &trio)?;
    tally.sets += sets.len();
    let seen = match case.view {
        View::Strategy => {
            // One by one, three at a time, all at once.
            let chunks = [1, 3, sets.len()];
            for other in [&trio.handler, &trio.kernel, &trio.interp] {
                check_decisions(&trio.interp, other, &sets, &chunks, bars)?;
            }
            sets.first().map(|set| {
                use strat_engine::abi::Program as _;
                any(&decisions(&mut *trio.interp.stream(set, bars.len()), bars))
            })
        }
        View::Expressions => {
            // The first, the last and one between them say as much as all.
            let few: Vec<&Vec<f64>> = match &sets[..] {
                [a, .., c] => vec![a, &sets[sets.len() / 2], c],
                few => few.iter().collect(),
            };
            for set in few {
                for other in [&trio.handler, &trio.kernel] {
                    check_outputs(&trio.interp, other, set, bars)?;
                }
            }
            sets.first().map(|set| outputs(&trio.interp, set, bars))
        }
    };
    if bars.len() >= 200 {
        for column in seen.iter().flatten() {
            tally.columns += 1;
            tally.varied += usize::from(column.varies());
        }
    }
    Ok(())
}

fn run(view: View, seed: &[u8; 32]) -> Tally {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let tally = RefCell::new(Tally::default());
    let result = runner.run(&Cases(view), |case| {
        check(&case, &tally).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => tally.into_inner(),
        Err(TestError::Fail(reason, case)) => panic!("{reason}\n{case:?}"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn expressions_agree() {
    let tally = run(View::Expressions, b"expressions of the three, 2026.,");
    tally.is_worth_something(0.7);
}

#[test]
fn strategies_agree() {
    let tally = run(View::Strategy, b"strategies of the three, 2026.,,");
    tally.is_worth_something(0.5);
}

impl Tally {
    fn is_worth_something(&self, share: f64) {
        let refused = self.refused.len();
        println!(
            "{} programs, {refused} refused, {} parameter sets, {} of {} columns vary",
            self.cases, self.sets, self.varied, self.columns
        );
        for (construct, count) in &self.constructs {
            println!("  {construct}: {count}");
        }
        if std::env::var_os("SHOW").is_some() {
            for text in &self.refused {
                println!("{text}");
            }
        }
    }
}
