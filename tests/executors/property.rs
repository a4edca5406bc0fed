//! The property: on any program and any bars the three executors agree bit for bit.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use strat_lang::diag::Severity;

use crate::agree::agree;
use crate::cases::{Case, Cases, View};
use crate::program::render;

/// Programs of an ordinary run of each of the two properties; `PROPTEST_CASES` says otherwise.
const CASES: u32 = 200;

/// What a run saw, so that it can be told whether it tested anything.
#[derive(Default)]
struct Tally {
    cases: u32,
    /// What the check says of a program that it refuses, and the last of them.
    refused: BTreeMap<String, u32>,
    last: String,
    /// Parameter sets that ran.
    sets: usize,
    /// Columns over enough bars, and how many of them hold more than one value.
    columns: usize,
    varied: usize,
}

fn check(case: &Case, tally: &mut Tally) -> Result<(), String> {
    let text = render::text(&case.program);
    let checked = match case.view {
        View::Strategy => strat_tests::check(&text.file),
        View::Expressions => strat_tests::check_expression_in(&text.expression, &text.file),
    };
    tally.cases += 1;
    if checked.has_errors() {
        let error = checked
            .diagnostics
            .iter()
            .find(|d| d.severity == Severity::Error);
        let why = error.map_or("", |d| &d.message);
        *tally.refused.entry(why.to_owned()).or_default() += 1;
        tally.last = format!("{case:?}\n{error:#?}");
        return Ok(());
    }
    let unit = checked.units.first().ok_or("neither a unit nor an error")?;
    let bars = case.market.bars();
    let seen = agree(unit, &bars)?;
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
    /// still.
    fn must_be_worth(self, varied: f64) {
        let refused: u32 = self.refused.values().sum();
        println!(
            "{} programs, {refused} refused; {} parameter sets; {} of {} columns vary",
            self.cases, self.sets, self.varied, self.columns
        );
        let (last, reasons) = (self.last, self.refused);
        assert!(
            refused * 10 < self.cases,
            "{refused} refused: {reasons:#?}, such as\n{last}"
        );
        if self.cases < CASES {
            return;
        }
        let share = self.varied as f64 / self.columns.max(1) as f64;
        assert!(share > varied, "only {share} of the columns vary");
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
