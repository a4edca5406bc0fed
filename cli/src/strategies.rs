//! Source to programs, and the names their results get.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use strat_compiler::{Compiled, Executor};
use strat_engine::abi::{ParamInfo, Program, ProgramInfo};
use strat_engine::unsupported;
use strat_lang::hir::{Execution, Unit};
use strat_lang::sema::snake_case;
use strat_market::Timeframe;
use strat_screen::{Grid, GridError};

use crate::args::ExecutorName;
use crate::failure::{Done, Failure};
use crate::sources::{self, Sources};
use crate::terminal;
use crate::values::ParamArg;

/// A strategy ready to run.
pub struct Strategy {
    /// What its results are called: the stem of its file, with its own name where the file has several.
    pub stem: String,
    /// The program.
    pub program: Compiled,
    /// What it says of fees, slippage, convention and cash.
    pub execution: Execution,
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

/// Checks and compiles the strategies of files and folders, in order.
pub fn load(paths: &[PathBuf], executor: Executor, timeframe: Timeframe) -> Done<Vec<Strategy>> {
    let mut sources = Sources::default();
    let mut files = Vec::new();
    for found in sources::find(paths, false) {
        match found {
            Ok(path) => {
                let units = sources.check(&path);
                files.push((path, units));
            }
            Err((path, fault)) => sources.fault(&path, &fault),
        }
    }
    sources.tell()?;

    let mut named: Vec<(String, PathBuf, Unit)> = Vec::new();
    let mut without = Vec::new();
    for (path, units) in files {
        if units.is_empty() {
            without.push(path.clone());
        }
        let several = units.len() > 1;
        for unit in units {
            named.push((
                result_name(&path, several.then_some(&unit.name)),
                path.clone(),
                unit,
            ));
        }
    }
    if named.is_empty() {
        return Err(Failure::mistake(format!(
            "nothing to run: {} {} no strategy; expected at least one `strategy Name {{ … }}`",
            listed(paths),
            if paths.len() == 1 { "has" } else { "have" }
        )));
    }
    for path in without {
        terminal::note(&format!(
            "{} has no strategy; it is passed over",
            sources::shown(&path)
        ));
    }
    distinct(&named)?;
    for (_, path, unit) in &named {
        same_timeframe(path, unit, timeframe)?;
    }
    named
        .into_iter()
        .map(|(stem, _, unit)| {
            Ok(Strategy {
                stem,
                program: strat_compiler::compile(&unit, executor)?,
                execution: unit.plan.execution,
            })
        })
        .collect()
}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}

fn result_name(path: &Path, strategy: Option<&String>) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match strategy {
        Some(name) => format!("{stem}_{}", snake_case(name)),
        None => stem.into_owned(),
    }
}

/// Two strategies must not write to one file.
fn distinct(named: &[(String, PathBuf, Unit)]) -> Done {
    let mut seen: BTreeMap<&str, &PathBuf> = BTreeMap::new();
    for (stem, path, _) in named {
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

/// Every construct of the strategies must be one that `tier` executes; each that is not is told.
pub fn require_supported(strategies: &[Strategy], tier: &str) -> Done {
    let mut all = true;
    for strategy in strategies {
        for construct in unsupported(strategy.info()) {
            all = false;
            terminal::error(&format!(
                "{}: `{}` uses {construct}, which the tier `{tier}` does not execute yet",
                strategy.stem,
                strategy.info().name
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
            let [value] = given.values[..] else {
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

/// The grid of a program, with the values given for it in the place of its own.
pub fn grid(info: &ProgramInfo, given: &[ParamArg]) -> Result<Grid, GridError> {
    let mut grid = Grid::of(info)?;
    for given in given {
        if info.params.iter().any(|param| param.name == given.name) {
            grid = grid.with_values(info, &given.name, given.values.clone())?;
        }
    }
    Ok(grid)
}
