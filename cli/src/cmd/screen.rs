//! `stratc run --tier screen`: every parameter set of the grids, ranked.

use std::time::Instant;

use serde_json::{Map, Value, json};
use strat_engine::abi::ParamInfo;
use strat_engine::{Convention, Figure, MarketTables, Rules};
use strat_market::Timeframe;
use strat_report::screen::{self as report, Row, Screen};
use strat_report::{Folder, json};
use strat_screen::{
    Grid, GridError, ScreenError, ScreenOptions, ScreenResult, is_streamed, run_screen,
};

use crate::args::{RunArgs, TableFormat};
use crate::cmd::run::milliseconds;
use crate::failure::{Done, Failure};
use crate::items::Wanted;
use crate::market::{Market, View};
use crate::others::{Others, require_read};
use crate::progress::Bar;
use crate::settings::{Need, Settings};
use crate::strategies::{self, Strategy};
use crate::summary::{Ran, assumptions, counted};
use crate::target::Target;
use crate::{interrupt, terminal};

/// Rows of each screen that are printed.
const TOP: usize = 10;

/// Most parameter sets of one screen: every one becomes a row that is held in memory.
const MOST_SETS: usize = 100_000_000;

/// A strategy, its grid and what that needs.
struct Plan {
    strategy: Strategy,
    grid: Grid,
    need: Need,
    settings: Settings,
    /// What its rows are ranked by, and how many of them are kept.
    rank: Figure,
    keep: usize,
}

impl Plan {
    /// Earlier bars it asks for.
    fn preload(&self) -> usize {
        self.need.preload(self.settings.preload)
    }
}

/// A screen that has run.
struct Screened {
    stem: String,
    params: Vec<ParamInfo>,
    /// Its rows are those that are kept.
    result: ScreenResult,
    /// Parameter sets that ran.
    sets: usize,
    rank: Figure,
    from: i64,
    to: i64,
    preload: usize,
}

impl Screened {
    /// What is told of it, with its best rows up to `most`.
    fn told(&self, most: usize) -> Screen<'_> {
        let result = &self.result;
        let rows = result.rows.iter().take(most).map(|row| Row {
            params: &row.params,
            metrics: &row.metrics,
            flags: row.flag_names(&result.flags).collect(),
        });
        Screen {
            params: &self.params,
            sets: self.sets,
            rank: self.rank,
            rows: rows.collect(),
            rules: result.rules,
            costs: result.costs,
            bars: result.bars,
            from: self.from,
            to: self.to,
            preload: self.preload,
        }
    }
}

/// Runs the screens and writes a CSV for each and one `summary.json`.
pub fn run(args: &RunArgs) -> Done {
    let [symbol] = &args.symbol[..] else {
        return Err(Failure::Misuse(
            "a screen runs on one symbol; name one with --symbol, or use --tier backtest"
                .to_owned(),
        ));
    };
    let compiling = Instant::now();
    let executor = strategies::executor(args.executor);
    let wanted = Wanted::Screens(args.ranking.screen.as_deref());
    let (strategies, timeframe) = strategies::load(&args.paths, executor, args.timeframe, wanted)?;
    let target = Target::plan(args.out.as_deref(), &args.symbol, timeframe)?;
    let bars = args.span.bars(timeframe);
    strategies::require_known(&args.param, &strategies)?;
    let needs = strategies.iter().flat_map(|s| &s.info().needs);
    require_read(&args.span.feed, needs)?;
    let plans = interrupt::hold(|| {
        strategies
            .into_iter()
            .map(|s| plan(s, args))
            .collect::<Done<Vec<Plan>>>()
    })?;
    let compile_ms = milliseconds(compiling);

    let loading = Instant::now();
    let preloads = plans.iter().map(Plan::preload);
    let market = Market::load(&bars, symbol, preloads.max().unwrap_or(0))?;
    let load_ms = milliseconds(loading);

    let computing = Instant::now();
    let mut screens = Vec::new();
    let mut empty = None;
    // Files that see the same bars share the tables of their prices.
    let first = plans.first();
    let shared = market.view(first.map_or(0, Plan::preload));
    let rules = first.map_or_else(Rules::default, |p| p.settings.rules);
    let tables = MarketTables::new(shared.columns, shared.start, rules);
    for plan in &plans {
        let preload = plan.preload();
        let others = Others::load(&plan.strategy.info().needs, &bars, preload)?;
        let beside = others.columns();
        let view = market.view(preload).beside(&beside);
        match screen(plan, view, &tables, timeframe, args) {
            Ok(screened) => screens.push(screened),
            // A screen without a row is no result, and no reason to withhold the others.
            Err(ScreenError::Grid(error @ GridError::Empty { .. })) => {
                let message = format!("{}: {error}", plan.strategy.stem);
                terminal::warning(&message);
                empty = Some(message);
            }
            Err(ScreenError::Cancelled) => return Err(Failure::Interrupted),
            Err(error) => return Err(named(&plan.strategy.stem, error)),
        }
    }
    let compute_ms = milliseconds(computing);
    if screens.is_empty() {
        return Err(Failure::mistake(
            empty.unwrap_or_else(|| "nothing was run".to_owned()),
        ));
    }

    let folder = interrupt::hold(|| write(target, &screens))?;
    let text = match args.format {
        TableFormat::Json => {
            let first = screens.first().map(|s| &s.result);
            let top = screens
                .iter()
                .flat_map(|s| report::rows_json(&s.stem, &s.told(TOP)));
            json::pretty(&json!({
                "combos": screens.iter().map(|s| s.sets).sum::<usize>(),
                "bars": first.map(|r| r.bars),
                "threads": first.map(|r| r.threads),
                "load_ms": load_ms,
                "compile_ms": compile_ms,
                "compute_ms": compute_ms,
                "out": folder.path().display().to_string(),
                "top": top.collect::<Vec<Value>>(),
            }))
        }
        TableFormat::Table => {
            let ms = load_ms + compile_ms + compute_ms;
            describe(&plans, &screens, &market, &folder, ms)
        }
    };
    terminal::print(&text)
}

fn plan(strategy: Strategy, args: &RunArgs) -> Done<Plan> {
    let info = strategy.info();
    if let Some(param) = info
        .params
        .iter()
        .find(|p| report::RESERVED.contains(&p.name.as_str()))
    {
        return Err(Failure::mistake(format!(
            "{}: the parameter `{}` has the name of a column of the results; rename it",
            strategy.stem, param.name
        )));
    }
    let grid = strategies::grid(info, strategy.screen.as_ref(), &args.param)
        .map_err(|e| named(&strategy.stem, e))?;
    if grid.len() > MOST_SETS {
        return Err(Failure::mistake(format!(
            "{}: the grid has {} parameter sets, more than the {MOST_SETS} that a screen holds; give parameters a larger step, or hold some fixed with --param name=value",
            strategy.stem,
            grid.len()
        )));
    }
    let asked = strategy.screen.as_ref();
    if let (Some(most), false) = (asked.and_then(|s| s.most), args.param.is_empty())
        && grid.len() > most
    {
        terminal::warning(&format!(
            "{}: the grid has {} parameter sets, more than the {most} of its `grid at most`",
            strategy.stem,
            grid.len()
        ));
    }
    let ranking = &args.ranking;
    let rank = ranking
        .rank
        .or(asked.and_then(|s| s.rank))
        .unwrap_or_default();
    let keep = ranking
        .keep
        .or(asked.and_then(|s| s.keep))
        .unwrap_or(usize::MAX);
    let need = Need::of_grid(&strategy.program, &grid, interrupt::flag())?;
    Ok(Plan {
        settings: Settings::new(args, Convention::Vectorbt, &strategy)?,
        strategy,
        grid,
        need,
        rank,
        keep,
    })
}

fn named(stem: &str, error: impl Into<Failure>) -> Failure {
    match error.into() {
        Failure::Mistake(message) => Failure::Mistake(format!("{stem}: {message}")),
        other => other,
    }
}

fn screen(
    plan: &Plan,
    view: View<'_>,
    tables: &MarketTables<'_>,
    timeframe: Timeframe,
    args: &RunArgs,
) -> Result<Screened, ScreenError> {
    let settings = plan.settings;
    let stem = &plan.strategy.stem;
    view.warn_of_lookback(
        &format!("{stem}: the longest window of the grid"),
        plan.need.lookback,
    );
    plan.need.tell(stem, settings.preload);
    if is_streamed(&plan.strategy.program) {
        terminal::note(&format!(
            "{stem}: its orders need more than entries, exits and a stop at a share, so its parameter sets are run bar by bar, which is slower"
        ));
    }
    let bar = Bar::new(stem);
    let progress = |progress| bar.at(progress);
    let options = ScreenOptions {
        grid: Some(plan.grid.clone()),
        rank: plan.rank,
        threads: args.threads.map_or(0, usize::from),
        tables: Some(tables),
        progress: Some(&progress),
        cancel: Some(interrupt::flag()),
        ..ScreenOptions::default()
    };
    let mut outcome = Err(ScreenError::Cancelled);
    // Ctrl-C is told by the screen itself, which sees the flag.
    let _ = interrupt::hold(|| {
        outcome = run_screen(
            &plan.strategy.program,
            view.columns,
            view.start,
            settings.rules,
            settings.costs,
            timeframe.bars_per_year(),
            &options,
        );
        Ok(())
    });
    let mut result = outcome?;
    let sets = result.rows.len();
    result.rows.truncate(plan.keep);
    let (from, to) = view.span();
    Ok(Screened {
        stem: stem.clone(),
        params: plan.strategy.info().params.clone(),
        result,
        sets,
        rank: plan.rank,
        from,
        to,
        preload: view.start,
    })
}

fn write(target: Target, screens: &[Screened]) -> Done<Folder> {
    let mut files = Vec::with_capacity(screens.len() + 1);
    let mut summary = Map::new();
    for screened in screens {
        let told = screened.told(usize::MAX);
        files.push((format!("{}.csv", screened.stem), report::csv(&told)));
        let entry = report::summary(&told);
        summary.insert(screened.stem.clone(), entry);
    }
    // Last, so that a summary always speaks of files that are there.
    files.push((
        "summary.json".to_owned(),
        json::pretty(&Value::Object(summary)),
    ));
    let folder = target.open()?;
    for (name, text) in &files {
        folder.write(name, text)?;
    }
    Ok(folder)
}

fn describe(
    plans: &[Plan],
    screens: &[Screened],
    market: &Market,
    folder: &Folder,
    ms: f64,
) -> String {
    let mut out = String::new();
    for screened in screens {
        let Screened {
            stem,
            result,
            sets,
            rank,
            ..
        } = screened;
        let plan = plans.iter().find(|p| p.strategy.stem == *stem);
        let name = plan.and_then(|p| Some(p.strategy.screen.as_ref()?.name.as_str()));
        let shown = TOP.min(result.rows.len());
        let excluded = match result.excluded {
            0 => String::new(),
            excluded => format!(", {excluded} excluded by `require`"),
        };
        out.push_str(&format!(
            "{stem}{}: {}{excluded}{}\n\n{}\n",
            match name {
                Some(name) => format!(" (screen `{name}`)"),
                None => String::new(),
            },
            counted(*sets, "parameter set", "parameter sets"),
            if *sets > shown {
                format!(", the best {shown} by {}", rank.words())
            } else {
                String::new()
            },
            report::rows_table(&screened.told(TOP))
        ));
    }
    let view = market.view(0);
    let mut lines = vec![("data", format!("{}, {}", market.key, view.described()))];
    let ran: Vec<Ran<'_>> = screens
        .iter()
        .filter_map(|screened| {
            let plan = plans.iter().find(|p| p.strategy.stem == screened.stem)?;
            Some(Ran {
                stem: &screened.stem,
                plan: &plan.strategy.info().plan,
                rules: plan.settings.rules,
                costs: plan.settings.costs,
                preload: screened.preload,
            })
        })
        .collect();
    lines.extend(assumptions(&ran));
    lines.push((
        "ranking",
        "In sample: the best of many sets looks better than it will be. Try it on bars it was not chosen on.".to_owned(),
    ));
    lines.push(("time", format!("{ms:.0} ms")));
    lines.push(("results", folder.path().display().to_string()));
    out.push_str(&strat_report::tables::pairs(&lines));
    out
}
