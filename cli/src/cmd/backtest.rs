//! `stratc run --tier backtest`: one parameter set, with its trades and its equity.

use std::time::Instant;

use serde_json::{Map, Value, json};
use strat_engine::abi::{self, Program};
use strat_engine::{
    BacktestError, BacktestResult, Convention, Refused, StopTest, SymbolBars, run_backtest,
};
use strat_report::backtest::{self as report, Setup};
use strat_report::{Folder, json};

use crate::args::{BarsArgs, RunArgs, TableFormat};
use crate::cmd::run::milliseconds;
use crate::failure::{Done, Failure};
use crate::items::Wanted;
use crate::market::{Market, View};
use crate::others::{Others, require_read};
use crate::settings::{Need, Settings};
use crate::strategies::{self, Strategy};
use crate::summary::{Ran, assumptions, counted};
use crate::target::Target;
use crate::{interrupt, terminal};

/// A strategy, its parameter set and what that needs.
struct Plan {
    strategy: Strategy,
    params: Vec<f64>,
    need: Need,
    settings: Settings,
}

impl Plan {
    /// Earlier bars it asks for.
    fn preload(&self) -> usize {
        self.need.preload(self.settings.preload)
    }
}

/// A backtest that has run.
struct Tested {
    result: BacktestResult,
    /// Fewest warm-up bars of its symbols.
    preload: usize,
}

/// Runs the backtests and writes trades, equity and metrics of each.
pub fn run(args: &RunArgs) -> Done {
    let compiling = Instant::now();
    let executor = strategies::executor(args.executor);
    let wanted = Wanted::Strategies;
    let (strategies, timeframe) = strategies::load(&args.paths, executor, args.timeframe, wanted)?;
    let target = Target::plan(args.out.as_deref(), &args.symbol, timeframe)?;
    let bars = args.span.bars(timeframe);
    strategies::require_known(&args.param, &strategies)?;
    let needs = strategies.iter().flat_map(|s| &s.info().needs);
    require_read(&args.span.feed, needs)?;
    let plans: Vec<Plan> = strategies
        .into_iter()
        .map(|strategy| plan(strategy, args))
        .collect::<Done<_>>()?;
    let compile_ms = milliseconds(compiling);

    let loading = Instant::now();
    let preloads = plans.iter().map(Plan::preload);
    let preload = preloads.max().unwrap_or(0);
    let markets: Vec<Market> = args
        .symbol
        .iter()
        .map(|symbol| Market::load(&bars, symbol, preload))
        .collect::<Done<_>>()?;
    let load_ms = milliseconds(loading);

    let computing = Instant::now();
    let tested: Vec<Tested> = plans
        .iter()
        .map(|plan| test(plan, &markets, &bars))
        .collect::<Done<_>>()?;
    let compute_ms = milliseconds(computing);

    let metrics: Vec<Value> = plans
        .iter()
        .zip(&tested)
        .map(|(plan, tested)| metrics(plan, tested, &bars))
        .collect();
    let folder = interrupt::hold(|| write(target, &plans, &tested, &metrics))?;
    let text = match args.format {
        TableFormat::Json => {
            let metrics = match (&plans[..], &metrics[..]) {
                ([_], [only]) => only.clone(),
                _ => Value::Object(by_stem(&plans, metrics)),
            };
            json::pretty(&json!({
                "metrics": metrics,
                "threads": rayon::current_num_threads(),
                "load_ms": load_ms,
                "compile_ms": compile_ms,
                "compute_ms": compute_ms,
                "out": folder.path().display().to_string(),
            }))
        }
        TableFormat::Table => {
            let mut text = String::new();
            for (plan, tested) in plans.iter().zip(&tested) {
                text.push_str(&figures(plan, tested));
            }
            text.push_str(&ground(&plans, &tested, &markets, &folder));
            text
        }
    };
    terminal::print(&text)
}

fn plan(strategy: Strategy, args: &RunArgs) -> Done<Plan> {
    let stem = &strategy.stem;
    let in_it = |failure| match failure {
        Failure::Mistake(message) => Failure::Mistake(format!("{stem}: {message}")),
        other => other,
    };
    let params = strategies::one_set(strategy.info(), &args.param).map_err(in_it)?;
    let resolved = strategy
        .program
        .resolve(&params)
        .map_err(|e| in_it(BacktestError::Params(e).into()))?;
    Ok(Plan {
        need: Need::of(&resolved),
        settings: Settings::new(args, Convention::Strat, &strategy)?,
        strategy,
        params,
    })
}

fn test(plan: &Plan, markets: &[Market], args: &BarsArgs) -> Done<Tested> {
    let settings = plan.settings;
    let preload = plan.preload();
    let stem = &plan.strategy.stem;
    let others = Others::load(&plan.strategy.info().needs, args, preload)?;
    let beside = others.columns();
    let views: Vec<(String, View<'_>)> = markets
        .iter()
        .map(|market| {
            let view = market.view(preload).beside(&beside);
            (market.key.symbol.to_string(), view)
        })
        .collect();
    let mut symbols = Vec::with_capacity(views.len());
    for (symbol, view) in &views {
        view.warn_of_lookback(&format!("{stem} on {symbol}"), plan.need.lookback);
        symbols.push(SymbolBars {
            symbol,
            columns: view.columns,
            start: view.start,
        });
    }
    let preloaded = views.iter().map(|(_, view)| view.start).min().unwrap_or(0);
    plan.need.tell(stem, settings.preload);
    let result = run_backtest(
        &symbols,
        &plan.strategy.program,
        &plan.params,
        settings.rules,
        settings.costs,
        args.timeframe.bars_per_year(),
    )
    .map_err(|error| Failure::mistake(format!("{stem}: {error}")))?;
    Ok(Tested {
        result,
        preload: preloaded,
    })
}

fn metrics(plan: &Plan, tested: &Tested, args: &BarsArgs) -> Value {
    let setup = Setup {
        program: plan.strategy.info(),
        params: &plan.params,
        exchange: args.span.exchange.as_str(),
        timeframe: &args.timeframe.to_string(),
        preload: tested.preload,
    };
    report::metrics(&tested.result, &setup)
}

fn by_stem(plans: &[Plan], values: Vec<Value>) -> Map<String, Value> {
    let stems = plans.iter().map(|plan| plan.strategy.stem.clone());
    stems.zip(values).collect()
}

fn write(target: Target, plans: &[Plan], tested: &[Tested], metrics: &[Value]) -> Done<Folder> {
    let several = plans.len() > 1;
    let folder = target.open()?;
    for ((plan, tested), metrics) in plans.iter().zip(tested).zip(metrics) {
        let own = folder.inner(several.then_some(&plan.strategy.stem));
        own.write("trades.csv", &report::trades_csv(&tested.result))?;
        own.write("equity.csv", &report::equity_csv(&tested.result))?;
        own.write("metrics.json", &json::pretty(metrics))?;
    }
    Ok(folder)
}

fn figures(plan: &Plan, tested: &Tested) -> String {
    let params = report::params_text(plan.strategy.info(), &plan.params);
    let title = match params.as_str() {
        "" => plan.strategy.stem.clone(),
        params => format!("{} with {params}", plan.strategy.stem),
    };
    let mut out = format!("{title}\n\n{}\n", report::figures_text(&tested.result));
    let exits = report::exits_table(&tested.result);
    if !exits.is_empty() {
        out.push_str(&format!("{exits}\n"));
    }
    if tested.result.symbols.len() > 1 {
        out.push_str(&format!("{}\n", report::symbols_table(&tested.result)));
    }
    out
}

/// What the numbers stand on.
fn ground(plans: &[Plan], tested: &[Tested], markets: &[Market], folder: &Folder) -> String {
    let mut lines = Vec::new();
    for (at, market) in markets.iter().enumerate() {
        let name = if at == 0 { "data" } else { "" };
        lines.push((
            name,
            format!("{}, {}", market.key, market.view(0).described()),
        ));
    }
    if markets.len() > 1 {
        lines.push((
            "capital",
            "Shared in equal parts, set once at the start; no symbol lends to another.".to_owned(),
        ));
    }
    let ran: Vec<Ran<'_>> = plans
        .iter()
        .zip(tested)
        .map(|(plan, tested)| Ran {
            stem: &plan.strategy.stem,
            plan: &plan.strategy.info().plan,
            rules: plan.settings.rules,
            costs: plan.settings.costs,
            preload: tested.preload,
        })
        .collect();
    lines.extend(assumptions(&ran));
    if plans
        .iter()
        .any(|p| p.settings.rules.stops == StopTest::Intrabar)
    {
        lines.push(("ambiguous", ambiguous(plans, tested)));
    }
    let refused = tested.iter().fold(Refused::default(), |sum, t| {
        sum.plus(t.result.summary.refused)
    });
    if refused.total() > 0 {
        lines.push(("refused", report::refused_text(&refused)));
    }
    let unfilled: usize = tested
        .iter()
        .map(|t| t.result.summary.unfilled_orders)
        .sum();
    lines.push((
        "unfilled",
        match unfilled {
            0 => "0 orders".to_owned(),
            orders => format!(
                "{} at the end of the data, with no bar left to fill on",
                counted(orders, "order", "orders")
            ),
        },
    ));
    lines.push(("results", folder.path().display().to_string()));
    strat_report::tables::pairs(&lines)
}

/// How many bars do not tell what came first, and what that may be worth.
fn ambiguous(plans: &[Plan], tested: &[Tested]) -> String {
    let both = |plan: &abi::Plan| !plan.targets.is_empty() || !plan.ladder.is_empty();
    if !plans.iter().any(|p| both(&p.strategy.info().plan)) {
        return "0 bars: the stop is the only order inside a bar, so none can come before it."
            .to_owned();
    }
    let texts: Vec<String> = plans
        .iter()
        .zip(tested)
        .map(|(plan, tested)| {
            let text = report::ambiguous_text(&tested.result);
            if plans.len() > 1 {
                format!("{}: {text}", plan.strategy.stem)
            } else {
                text
            }
        })
        .collect();
    texts.join(" ")
}
