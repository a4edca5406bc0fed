//! The property: on any program and any bars the three executors agree bit for bit.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use strat_engine::columns;

use crate::agree::agree;
use crate::cases::{Case, Cases, View};
use crate::program::library::FUNCTIONS;
use crate::program::render;

/// Programs of an ordinary run of each of the two properties; `PROPTEST_CASES` says otherwise.
const CASES: u32 = 200;

/// Times that each construct appears at least in an ordinary run.
const LEAST: u32 = 4;

/// What the generator writes; the functions of the library come on top.
const CONSTRUCTS: &[&str] = &[
    "!=",
    "*",
    "+",
    "-",
    "/",
    "<",
    "<=",
    "==",
    ">",
    ">=",
    "abs",
    "after",
    "all",
    "and",
    "any",
    "atan",
    "bar_index",
    "basis points",
    "call of a fn",
    "call with defaults",
    "call without brackets",
    "call without its source",
    "ceil",
    "chain",
    "clamp",
    "close",
    "cos",
    "crosses above",
    "crosses below",
    "duration",
    "else",
    "enter long",
    "exit",
    "exp",
    "field",
    "flag",
    "floor",
    "fn",
    "fn with a record",
    "hidden lag",
    "high",
    "if",
    "if chain",
    "is na",
    "is not na",
    "is some",
    "lag",
    "lag beyond the data",
    "lag by a parameter",
    "lag of 0",
    "lag of a call",
    "lag of a member",
    "lag of a record",
    "least",
    "let",
    "let in a state",
    "ln",
    "lookback",
    "low",
    "max",
    "member on this bar",
    "min",
    "minus sign",
    "mod",
    "na",
    "name",
    "named argument",
    "not",
    "num",
    "number",
    "open",
    "or",
    "output of a call",
    "param with a list",
    "param with a range",
    "param with a range and step",
    "param without domain",
    "percent",
    "pow",
    "rec",
    "rec of a condition",
    "record",
    "require",
    "round",
    "several entries",
    "several exits",
    "sign",
    "sin",
    "sqrt",
    "state whose lines look forward",
    "state with one member",
    "state with one seed",
    "state with several members",
    "stop",
    "tag",
    "timeframe",
    "true or false",
    "unitless",
    "volume",
    "window of a parameter",
    "window_max",
    "window_mean",
    "window_min",
    "window_rank",
    "window_squares",
    "window_sum",
    "window_weighted",
];

/// What a run saw, so that it can be told whether it tested anything.
#[derive(Default)]
struct Tally {
    cases: u32,
    refused: Vec<String>,
    /// Parameter sets that ran.
    sets: usize,
    /// Columns over enough bars, and how many of them hold more than one value.
    columns: usize,
    varied: usize,
    constructs: BTreeMap<String, u32>,
}

fn check(case: &Case, tally: &mut Tally) -> Result<(), String> {
    let text = render::text(&case.program);
    let checked = match case.view {
        View::Strategy => strat_tests::check(&text.file),
        View::Expressions => strat_tests::check_expression_in(&text.expression, &text.file),
    };
    tally.cases += 1;
    if checked.has_errors() {
        let why = checked.diagnostics;
        tally.refused.push(format!("{case:?}\n{why:#?}"));
        return Ok(());
    }
    for (construct, count) in text.counts {
        *tally.constructs.entry(construct).or_default() += count;
    }
    let unit = checked.units.first().ok_or("neither a unit nor an error")?;
    let bars = case.market.bars();
    let seen = agree(unit, columns(&bars))?;
    tally.sets += seen.sets;
    if bars.len() >= 200 {
        tally.columns += seen.columns.len();
        tally.varied += seen.columns.iter().filter(|c| c.varies()).count();
    }
    Ok(())
}

/// Runs the property over the cases of one view, the same ones every time.
fn run(view: View, seed: u8) -> Tally {
    let wanted = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    let config = Config {
        cases: wanted.unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let tally = RefCell::new(Tally::default());
    let result = runner.run(&Cases(view), |case| {
        check(&case, &mut tally.borrow_mut()).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => tally.into_inner(),
        Err(TestError::Fail(reason, case)) => panic!("{reason}\n{case:?}"),
        Err(other) => panic!("{other}"),
    }
}

impl Tally {
    /// Fails where the run says little: too many programs refused, too many columns that stand
    /// still, a construct that hardly appears.
    fn must_be_worth(self, varied: f64) {
        let refused = self.refused.len();
        println!(
            "{} programs, {refused} refused; {} parameter sets; {} of {} columns vary",
            self.cases, self.sets, self.varied, self.columns
        );
        let last = self.refused.last().map_or("", String::as_str);
        assert!(
            refused * 10 < self.cases as usize,
            "{refused} refused, such as\n{last}"
        );
        if self.cases < CASES {
            return;
        }
        let share = self.varied as f64 / self.columns.max(1) as f64;
        assert!(share > varied, "only {share} of the columns vary");
        let library: Vec<String> = FUNCTIONS
            .iter()
            .map(|f| format!("library: {}", f.name))
            .collect();
        for name in CONSTRUCTS
            .iter()
            .copied()
            .chain(library.iter().map(String::as_str))
        {
            let count = self.constructs.get(name).copied().unwrap_or(0);
            assert!(count >= LEAST, "`{name}` appears {count} times");
        }
        for name in self.constructs.keys() {
            let known = CONSTRUCTS.contains(&name.as_str()) || library.contains(name);
            assert!(known, "`{name}` is written but nobody asks for it");
        }
    }
}

#[test]
fn expressions_agree() {
    run(View::Expressions, 1).must_be_worth(0.35);
}

#[test]
fn strategies_agree() {
    run(View::Strategy, 2).must_be_worth(0.45);
}
