//! Source to programs, and the names their results get.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use strat_compiler::{Compiled, Executor, missing};
use strat_engine::abi::{ParamInfo, Program, ProgramInfo};
use strat_lang::hir::{Execution, Unit};
use strat_market::Timeframe;
use strat_screen::{Grid, GridError};

use crate::args::ExecutorName;
use crate::failure::{Done, Failure};
use crate::items::{self, Asked, Picked, Wanted};
use crate::sources::{self, Sources};
use crate::terminal;
use crate::values::{Given, ParamArg};

/// A strategy ready to run.
pub struct Strategy {
    /// What its results are called: the stem of its file, with its own name where the file has several.
    pub stem: String,
    /// The program.
    pub program: Compiled,
    /// What it says of fees, slippage, convention and cash.
    pub execution: Execution,
    /// What its `screen` item says, where it is run as one.
    pub screen: Option<Asked>,
}

impl Strategy {
    /// What it is to the runtime.
    pub fn info(&self) -> &ProgramInfo {
        self.program.info()
    }
}

/// The executor of a name.
pub fn executor(name: ExecutorName) -> Executor {
    match name {
        ExecutorName::Interp => Executor::Interp,
        ExecutorName::Kernel => Executor::Kernel,
        ExecutorName::Handler => Executor::Handler,
    }
}

/// Checks and compiles what is wanted of files and folders, in order; also the length of the bars
/// that they run on, which is `given` or their own.
pub fn load(
    paths: &[PathBuf],
    executor: Executor,
    given: Option<Timeframe>,
    wanted: Wanted<'_>,
) -> Done<(Vec<Strategy>, Timeframe)> {
    let mut sources = Sources::default();
    let mut files = Vec::new();
    for found in sources::find(paths, false) {
        match found {
            Ok(path) => {
                let checked = sources.check_all(&path);
                files.push((path, checked));
            }
            Err((path, fault)) => sources.fault(&path, &fault),
        }
    }
    sources.tell()?;

    let picked = items::pick(files, wanted)?;
    distinct(&picked)?;
    let own = || picked.iter().find_map(|found| own_timeframe(&found.unit));
    let timeframe = given.or_else(own).ok_or_else(|| match &picked[..] {
        [one] => no_timeframe(&one.unit.name),
        _ => Failure::Misuse(
            "none of the strategies says how long its bars are; add --timeframe, such as --timeframe 1h"
                .to_owned(),
        ),
    })?;
    for found in &picked {
        match given {
            Some(given) => same_timeframe(&found.path, &found.unit, given)?,
            None => shared_timeframe(&found.path, &found.unit, timeframe)?,
        }
    }
    require_supported(&picked, &sources, wanted.tier())?;
    let strategies: Done<Vec<Strategy>> = picked
        .into_iter()
        .map(|found| {
            Ok(Strategy {
                stem: found.stem,
                program: strat_compiler::compile(&found.unit, executor)?,
                execution: found.unit.plan.execution,
                screen: found.screen,
            })
        })
        .collect();
    Ok((strategies?, timeframe))
}

/// What to do where nothing says how long the bars are.
pub fn no_timeframe(name: &str) -> Failure {
    Failure::Misuse(format!(
        "`{name}` does not say how long its bars are; add --timeframe, such as --timeframe 1h"
    ))
}

/// Without --timeframe all strategies of a run must state one length.
fn shared_timeframe(path: &Path, unit: &Unit, timeframe: Timeframe) -> Done {
    match own_timeframe(unit) {
        Some(own) if own == timeframe => Ok(()),
        own => Err(Failure::Misuse(format!(
            "{}: `{}` {}, another strategy of this run is written for {timeframe} bars; add --timeframe, or run them one after the other",
            path.display(),
            unit.name,
            own.map_or_else(
                || "does not say how long its bars are".to_owned(),
                |own| format!("is written for {own} bars")
            )
        ))),
    }
}

/// Two strategies must not write to one file.
fn distinct(picked: &[Picked]) -> Done {
    let mut seen: BTreeMap<&str, &PathBuf> = BTreeMap::new();
    for Picked { stem, path, .. } in picked {
        if let Some(first) = seen.insert(stem, path) {
            return Err(Failure::mistake(format!(
                "the results of {} and of {} would both be called `{stem}`; run them one after the other, or rename one",
                first.display(),
                path.display()
            )));
        }
    }
    Ok(())
}

/// A strategy that says how long its bars are runs on no others.
pub fn same_timeframe(path: &Path, unit: &Unit, timeframe: Timeframe) -> Done {
    let Some(seconds) = unit.timeframe else {
        return Ok(());
    };
    // Whole seconds far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let given = timeframe.seconds() as f64;
    if seconds == given {
        return Ok(());
    }
    let own = own_timeframe(unit).map_or_else(|| format!("{seconds}s"), |own| own.to_string());
    Err(Failure::mistake(format!(
        "{}: `{}` is written for {own} bars (its `timeframe`), but --timeframe is {timeframe}; run it with --timeframe {own}",
        path.display(),
        unit.name
    )))
}

/// Every construct of the strategies must be one that `tier` executes; each that is not is told
/// with its place.
fn require_supported(picked: &[Picked], sources: &Sources, tier: &str) -> Done {
    let mut all = true;
    for found in picked {
        for missing in missing(&found.unit) {
            all = false;
            terminal::error(&format!(
                "{}: `{}` uses {}, which the tier `{tier}` does not execute yet\n   Help: {}",
                sources.place(missing.span),
                found.unit.name,
                missing.words,
                missing.help
            ));
        }
    }
    if all { Ok(()) } else { Err(Failure::Told) }
}

/// The timeframe that a strategy states, where it is one that data can have.
pub fn own_timeframe(unit: &Unit) -> Option<Timeframe> {
    let seconds = unit.timeframe.filter(|seconds| seconds.fract() == 0.0)?;
    // Only a whole number of seconds in range is turned into a timeframe.
    #[allow(clippy::cast_possible_truncation)]
    Timeframe::from_seconds(seconds as i64).ok()
}

/// Every `--param` must belong to a strategy of the run.
pub fn require_known(params: &[ParamArg], strategies: &[Strategy]) -> Done {
    let infos: Vec<&ProgramInfo> = strategies.iter().map(Strategy::info).collect();
    require_in(params, &infos)
}

/// Every `--param` must belong to one of some programs.
pub fn require_in(params: &[ParamArg], programs: &[&ProgramInfo]) -> Done {
    for given in params {
        let knows = |info: &&ProgramInfo| info.params.iter().any(|p| p.name == given.name);
        if programs.iter().any(knows) {
            continue;
        }
        let there: Vec<String> = programs
            .iter()
            .map(|info| {
                let own: Vec<String> = info.params.iter().map(described).collect();
                let own = if own.is_empty() {
                    "none".to_owned()
                } else {
                    own.join(", ")
                };
                format!("`{}` has {own}", info.name)
            })
            .collect();
        return Err(Failure::mistake(format!(
            "there is no parameter `{}`; {}",
            given.name,
            there.join("; ")
        )));
    }
    for (at, given) in params.iter().enumerate() {
        if params
            .iter()
            .take(at)
            .any(|earlier| earlier.name == given.name)
        {
            return Err(Failure::mistake(format!(
                "--param {} is given twice; give it once",
                given.name
            )));
        }
    }
    Ok(())
}

/// `fast (5..50 step 5)`.
fn described(param: &ParamInfo) -> String {
    if param.domain_text.is_empty() {
        format!("`{}`", param.name)
    } else {
        format!("`{}` ({})", param.name, param.domain_text)
    }
}

/// The defaults of a program, with the values given for it in their place.
pub fn one_set(info: &ProgramInfo, given: &[ParamArg]) -> Done<Vec<f64>> {
    info.params
        .iter()
        .map(|param| {
            let Some(given) = given.iter().find(|given| given.name == param.name) else {
                return Ok(param.default);
            };
            let [value] = values_of(given, param)?[..] else {
                return Err(Failure::mistake(format!(
                    "--param {} has {} values; one run takes one (only a screen takes several)",
                    given.name,
                    given.values.len()
                )));
            };
            allowed(param, value)?;
            Ok(value)
        })
        .collect()
}

/// The values given for a parameter; those of an enum are its names.
fn values_of(given: &ParamArg, param: &ParamInfo) -> Done<Vec<f64>> {
    let values = given.values.iter().map(|value| {
        let (found, known) = match value {
            Given::Number(v) if param.labels.is_empty() => return Ok(*v),
            Given::Number(v) => (v.to_string(), false),
            Given::Word(word) => {
                let at = param.labels.iter().position(|label| label == word);
                if let Some(at) = at {
                    // An enum has few values.
                    #[allow(clippy::cast_precision_loss)]
                    return Ok(at as f64);
                }
                (word.clone(), param.labels.is_empty())
            }
        };
        Err(Failure::mistake(if known {
            format!("--param {}: expected a number, found `{found}`", param.name)
        } else {
            format!(
                "--param {}: `{found}` is no value of it; it takes {}",
                param.name,
                param.labels.join(", ")
            )
        }))
    });
    values.collect()
}

/// Whether the domain of a parameter holds a value.
fn allowed(param: &ParamInfo, value: f64) -> Result<(), GridError> {
    let alone = ProgramInfo {
        params: vec![param.clone()],
        ..ProgramInfo::default()
    };
    Grid::of(&alone)?
        .with_values(&alone, &param.name, vec![value])
        .map(|_| ())
}

/// The grid of a program, with the values of its `screen` and then those given for it in the place
/// of its own.
pub fn grid(info: &ProgramInfo, screen: Option<&Asked>, given: &[ParamArg]) -> Done<Grid> {
    let mut grid = Grid::of(info)?;
    for (name, values) in screen.iter().flat_map(|s| &s.sweep) {
        if !given.iter().any(|given| given.name == *name) {
            grid = grid.with_values(info, name, values.clone())?;
        }
    }
    for given in given {
        if let Some(param) = info.params.iter().find(|p| p.name == given.name) {
            grid = grid.with_values(info, &given.name, values_of(given, param)?)?;
        }
    }
    Ok(grid)
}
