//! What a run takes from files: their strategies, or what their `screen` items say of them.

use std::path::{Path, PathBuf};

use strat_engine::Figure;
use strat_lang::hir::{Execution, Items, Screen, Unit};
use strat_lang::sema::{Checked, snake_case};

use crate::failure::{Done, Failure};
use crate::sources::shown;
use crate::terminal;

/// What is taken from files.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// Their strategies.
    Strategies,
    /// Of a file with `screen` items these, or the one of a name; of another file its strategies.
    Screens(Option<&'a str>),
}

impl Wanted<'_> {
    /// The tier that wants it.
    pub fn tier(self) -> &'static str {
        match self {
            Self::Strategies => "backtest",
            Self::Screens(_) => "screen",
        }
    }
}

/// A strategy of a file, or a screen of one.
pub struct Picked {
    /// What its results are called.
    pub stem: String,
    /// The file that was named.
    pub path: PathBuf,
    /// The strategy.
    pub unit: Unit,
    /// What its `screen` item says.
    pub screen: Option<Asked>,
}

/// What a `screen` item says of its run, beside costs and convention.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Its name.
    pub name: String,
    /// Parameters and the values that they take, in place of their domains.
    pub sweep: Vec<(String, Vec<f64>)>,
    /// What rows are ranked by.
    pub rank: Option<Figure>,
    /// How many rows are kept.
    pub keep: Option<usize>,
    /// The largest grid that is meant.
    pub most: Option<usize>,
}

/// What checked files hold of what is wanted, in order.
///
/// # Errors
/// Nothing that can be run; a name of a screen that there is not.
pub fn pick(files: Vec<(PathBuf, Checked)>, wanted: Wanted<'_>) -> Done<Vec<Picked>> {
    let mut picked = Vec::new();
    let mut passed_over = Vec::new();
    let mut known = Vec::new();
    for (path, Checked { units, items, .. }) in files {
        let before = picked.len();
        match wanted {
            Wanted::Screens(name) if name.is_some() || !items.screens.is_empty() => {
                known.extend(items.screens.iter().map(|s| s.name.clone()));
                screens(&path, &units, &items, name, &mut picked)?;
                if name.is_some() {
                    continue;
                }
            }
            Wanted::Screens(_) | Wanted::Strategies => {
                let several = units.len() > 1;
                picked.extend(units.into_iter().map(|unit| Picked {
                    stem: result_name(&path, several.then_some(unit.name.as_str())),
                    path: path.clone(),
                    unit,
                    screen: None,
                }));
            }
        }
        if picked.len() == before {
            passed_over.push(other_use(&path, &items));
        }
    }
    if let (Wanted::Screens(Some(name)), true) = (wanted, picked.is_empty()) {
        return Err(Failure::mistake(match &known[..] {
            [] => format!("there is no screen `{name}`: these files have no `screen` item"),
            known => format!(
                "there is no screen `{name}`; there is `{}`",
                known.join("`, `")
            ),
        }));
    }
    if picked.is_empty() {
        return Err(Failure::mistake(format!(
            "nothing to run: {}; expected at least one `strategy Name {{ … }}`",
            passed_over.join("; ")
        )));
    }
    for words in passed_over {
        terminal::note(&format!("{words}; it is passed over"));
    }
    Ok(picked)
}

/// The screens of a file, or the one of a name.
fn screens(
    path: &Path,
    units: &[Unit],
    items: &Items,
    name: Option<&str>,
    picked: &mut Vec<Picked>,
) -> Done {
    let several = items.screens.len() > 1;
    for screen in &items.screens {
        if name.is_none_or(|name| name == screen.name) {
            picked.push(Picked {
                stem: result_name(path, several.then_some(screen.name.as_str())),
                path: path.to_owned(),
                unit: screened(screen),
                screen: Some(asked(screen)?),
            });
        }
    }
    if name.is_some() {
        return Ok(());
    }
    for unit in units {
        if !items.screens.iter().any(|s| s.strategy == unit.name) {
            terminal::note(&format!(
                "{}: no `screen` of the file is of `{}`, so it is not run",
                shown(path),
                unit.name
            ));
        }
    }
    Ok(())
}

/// The strategy of a screen, with what the screen says of bars and execution in the place of its own.
fn screened(screen: &Screen) -> Unit {
    let mut unit = screen.unit.clone();
    unit.timeframe = screen.timeframe;
    let own = std::mem::take(&mut unit.plan.execution);
    let said = screen.execution.clone();
    unit.plan.execution = Execution {
        fees: said.fees.or(own.fees),
        slippage: said.slippage.or(own.slippage),
        convention: said.convention.or(own.convention),
        cash: said.cash.or(own.cash),
    };
    unit
}

fn asked(screen: &Screen) -> Done<Asked> {
    let params = &screen.unit.params;
    let swept = screen.sweep.iter().filter_map(|(at, values)| {
        let param = params.get(*at as usize)?;
        Some((param.name.clone(), values.clone()))
    });
    let rank = screen.rank.as_ref().map(|name| name.parse::<Figure>());
    Ok(Asked {
        name: screen.name.clone(),
        sweep: swept.collect(),
        rank: rank
            .transpose()
            .map_err(|e| Failure::mistake(format!("screen `{}`: {e}", screen.name)))?,
        keep: screen.keep.map(count),
        most: screen.most.map(count),
    })
}

/// A whole number from 1 to 1e12, as the language has checked.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn count(number: f64) -> usize {
    number as usize
}

fn result_name(path: &Path, item: Option<&str>) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match item {
        Some(name) => format!("{stem}_{}", snake_case(name)),
        None => stem.into_owned(),
    }
}

/// What a file without a strategy holds instead, and what can be done with it.
fn other_use(path: &Path, items: &Items) -> String {
    let path = shown(path);
    let mut held = Vec::new();
    if let Some(screen) = items.screens.first() {
        held.push(format!(
            "the screen `{}` (`--tier screen` runs it)",
            screen.name
        ));
    }
    if let Some(regime) = items.regimes.first() {
        held.push(format!(
            "the regime `{0}` (see it with `stratc eval {0} --file {path} --symbol … --timeframe …`)",
            regime.name
        ));
    }
    for (what, name) in [
        ("router", items.routers.first().map(|r| &r.name)),
        ("table of limits", items.risks.first().map(|r| &r.name)),
        ("portfolio", items.portfolios.first().map(|p| &p.name)),
    ] {
        if let Some(name) = name {
            held.push(format!(
                "the {what} `{name}` (`stratc check` checks it; no tier runs it yet)"
            ));
        }
    }
    if !items.tests.is_empty() {
        held.push(format!("tests (`stratc test {path}` runs them)"));
    }
    match &held[..] {
        [] => format!(
            "{path} has no strategy (a function is seen with `stratc eval 'name(…)' --file {path} --symbol … --timeframe …`)"
        ),
        held => format!("{path} has no strategy, but {}", held.join(", ")),
    }
}
