//! The library's doc comments: complete, and their examples true.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "examples have a few bars"
)]

mod docs;
mod example;

use strat_compiler::{Executor, compile};
use strat_engine::columns;
use strat_lang::example::{Example, read};
use strat_lang::sema::check_expr_on;
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_tests::LIBRARY;

use self::docs::documented;
use self::example::{Wanted, bars};

#[test]
fn every_function_is_documented() {
    let mut wrong = Vec::new();
    for f in documented() {
        let lacks = f.lacks();
        if !lacks.is_empty() {
            wrong.push(format!(
                "{}: `{}` lacks {}",
                f.file,
                f.name,
                lacks.join(", ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_is_true() {
    let mut wrong = Vec::new();
    for f in documented() {
        for text in f.examples() {
            let result = read(&text).and_then(|example| {
                let executors = [Executor::Interp, Executor::Kernel, Executor::Handler];
                executors.into_iter().try_for_each(|e| run(&example, e))
            });
            if let Err(why) = result {
                wrong.push(format!("{}: `{}`: {text}: {why}", f.file, f.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs an example on one executor.
fn run(example: &Example, executor: Executor) -> Result<(), String> {
    let mut map = SourceMap::default();
    let (text, hour) = (&example.expression, Some(3600.0));
    let checked = check_expr_on(&mut map, &MemoryWorld::new(), &LIBRARY, text, None, hour);
    if checked.has_errors() {
        let messages = checked.diagnostics.iter().map(|d| d.message.clone());
        return Err(messages.collect::<Vec<_>>().join("; "));
    }
    let unit = checked.units.into_iter().next().ok_or("no unit")?;
    let program = compile(&unit, executor).map_err(|e| e.to_string())?;
    let bars = bars(example);
    let values = program.evaluate(&[], columns(&bars));
    let values = values.first().ok_or("no output")?;
    let start = values.len() - example.results.len();
    for (t, (text, x)) in (start..).zip(example.results.iter().zip(&values[start..])) {
        if !Wanted::read(text)?.is_met(*x) {
            return Err(format!("{executor:?}: bar {t} is {x:?}, not {text}"));
        }
    }
    Ok(())
}
