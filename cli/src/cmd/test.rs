//! `stratc test`: the tests that stand in `.strat` files, on every executor.

use std::path::PathBuf;

use serde_json::{Value, json};
use strat_compiler::Executor;
use strat_lang::hir::TestCase;

use crate::args::{TableFormat, TestArgs};
use crate::failure::{Done, Failure};
use crate::sources::{self, Sources};
use crate::summary::counted;
use crate::terminal;
use crate::trial::{Fault, difference, judge, observe};

/// The executors by name; the interpreter is the one that a difference is shown of.
const EXECUTORS: &[(&str, Executor)] = &[
    ("interpreter", Executor::Interp),
    ("kernel", Executor::Kernel),
    ("handler", Executor::Handler),
];

/// How a test went.
struct Outcome {
    file: String,
    line: u32,
    test: TestCase,
    /// Why it could not run, or that executors disagree.
    broken: Option<String>,
    faults: Vec<Fault>,
    difference: String,
}

impl Outcome {
    fn is_ok(&self) -> bool {
        self.broken.is_none() && self.faults.is_empty()
    }
}

/// Runs the tests of files and folders; fails where one fails.
pub fn run(args: &TestArgs) -> Done {
    let mut sources = Sources::default();
    let mut found: Vec<(PathBuf, Vec<TestCase>)> = Vec::new();
    for path in sources::find(&args.paths, true) {
        match path {
            Ok(path) => {
                let tests = sources.check_items(&path).tests;
                found.push((path, tests));
            }
            Err((path, fault)) => sources.fault(&path, &fault),
        }
    }
    sources.tell_errors()?;
    let mut outcomes = Vec::new();
    for (path, tests) in found {
        for test in tests {
            let is_meant = |filter: &String| test.name.contains(filter.as_str());
            if args.filter.as_ref().is_some_and(|filter| !is_meant(filter)) {
                continue;
            }
            let file = sources.map().get(test.span.file);
            outcomes.push(tried(
                sources::shown(&path),
                file.line_col(test.span.start).line,
                test,
            ));
        }
    }
    let failed = outcomes.iter().filter(|o| !o.is_ok()).count();
    match args.format {
        TableFormat::Table => terminal::print(&told(&outcomes, failed))?,
        TableFormat::Json => terminal::print(&as_json(&outcomes, failed))?,
    }
    if failed > 0 {
        return Err(Failure::Told);
    }
    Ok(())
}

/// Runs one test on every executor.
fn tried(file: String, line: u32, test: TestCase) -> Outcome {
    let mut outcome = Outcome {
        file,
        line,
        test,
        broken: None,
        faults: Vec::new(),
        difference: String::new(),
    };
    let mut first = None;
    for (name, executor) in EXECUTORS {
        let observed = match observe(&outcome.test, *executor) {
            Ok(observed) => observed,
            Err(why) => {
                outcome.broken = Some(why);
                return outcome;
            }
        };
        let faults = judge(&outcome.test, &observed);
        match &first {
            None => {
                if !faults.is_empty() {
                    outcome.difference = difference(&outcome.test, &observed, &faults);
                }
                outcome.faults = faults;
                first = Some(observed);
            }
            Some(before) if !observed.is_same(before) => {
                outcome.broken = Some(format!(
                    "the {name} and the interpreter disagree; this is a fault of stratc"
                ));
                return outcome;
            }
            Some(_) => {}
        }
    }
    outcome
}

/// The report for people.
fn told(outcomes: &[Outcome], failed: usize) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        text.push_str(&format!(
            "test {}: {} ... {word}\n",
            outcome.file, outcome.test.name
        ));
    }
    for outcome in outcomes.iter().filter(|o| !o.is_ok()) {
        text.push_str(&format!(
            "\n{} ({}:{})\n",
            outcome.test.name, outcome.file, outcome.line
        ));
        if let Some(why) = &outcome.broken {
            text.push_str(&format!("  {why}\n"));
        }
        for fault in &outcome.faults {
            let expected = outcome.test.expects.get(fault.expect);
            text.push_str(&format!(
                "  {}: {}\n",
                expected.map_or("", |e| e.text.as_str()),
                fault.found
            ));
        }
        if !outcome.difference.is_empty() {
            text.push('\n');
            for line in outcome.difference.lines() {
                text.push_str(&format!("    {line}\n"));
            }
        }
    }
    if !outcomes.is_empty() {
        text.push('\n');
    }
    text.push_str(&match failed {
        0 => format!("{} passed\n", counted(outcomes.len(), "test", "tests")),
        _ => format!(
            "{} passed, {failed} failed\n",
            counted(outcomes.len() - failed, "test", "tests")
        ),
    });
    text
}

/// The report for programs.
fn as_json(outcomes: &[Outcome], failed: usize) -> String {
    let tests: Vec<Value> = outcomes
        .iter()
        .map(|outcome| {
            let faults: Vec<Value> = outcome
                .faults
                .iter()
                .map(|fault| {
                    let expected = outcome.test.expects.get(fault.expect);
                    json!({
                        "expected": expected.map_or("", |e| e.text.as_str()),
                        "found": fault.found,
                        "bars": fault.bars,
                    })
                })
                .collect();
            json!({
                "file": outcome.file,
                "line": outcome.line,
                "name": outcome.test.name,
                "status": if outcome.is_ok() { "ok" } else { "failed" },
                "error": outcome.broken,
                "faults": faults,
            })
        })
        .collect();
    let all = json!({
        "tests": tests,
        "passed": outcomes.len() - failed,
        "failed": failed,
    });
    strat_report::json::pretty(&all)
}
