//! The strategy that is asked about, with everything that any question needs.

use serde_json::Value;
use strat_compiler::Executor;
use strat_engine::Convention;
use strat_engine::abi::{BarColumns, Program, ProgramInfo};
use strat_lang::diag::Sink;
use strat_lang::hir::Unit;
use strat_lang::syntax::{self, ast};
use strat_market::{Symbol, Timeframe};
use strat_report::backtest::param_json;
use strat_report::number::Exact;

use super::outline::{self, Statement};
use super::trades::{Terms, Trades, trades};
use super::values::{self, Source};
use crate::args::{BarsArgs, WhyArgs};
use crate::failure::{Done, Failure};
use crate::market::View;
use crate::others::{Others, require_read};
use crate::settings::{Given, Need, Settings};
use crate::sources::Sources;
use crate::{strategies, terminal};

/// The strategy that is asked about.
pub struct Subject {
    /// The typed tree.
    pub unit: Unit,
    /// Its entries and exits as they are written.
    pub statements: Vec<Statement>,
    /// What it is to the runtime.
    pub info: ProgramInfo,
    /// The parameter set.
    pub params: Vec<f64>,
    /// What that needs of the bars before the range.
    pub need: Need,
    /// Which bars are meant.
    pub bars: BarsArgs,
    /// How its trades come about.
    pub settings: Settings,
    /// Earlier bars to warm up on.
    pub preload: usize,
    /// What computes.
    pub executor: Executor,
}

/// Checks and compiles what is asked about.
///
/// # Errors
/// A file with errors, a strategy or parameter that there is not, bars of another length.
pub fn subject(args: &WhyArgs) -> Done<Subject> {
    let mut sources = Sources::default();
    let units = sources.check(&args.file);
    sources.tell()?;
    let unit = chosen(units, args)?;
    let file = tree(&sources, &unit);
    let body = file.items.iter().find_map(|item| match &item.kind {
        ast::ItemKind::Strategy(s) if s.name.name == unit.name => Some(&s.body[..]),
        _ => None,
    });
    let statements = outline::outline(&unit, body.unwrap_or_default(), sources.map());

    let executor = strategies::executor(args.executor);
    let whens: Vec<_> = statements.iter().map(|s| s.when).collect();
    let program = strat_compiler::compile(&unit, Executor::Interp)?;
    let info = program.info().clone();
    strategies::require_in(&args.param, &[&info])?;
    let params = strategies::one_set(&info, &args.param)?;
    // A set that a `require` excludes is explained all the same.
    let resolved = program.resolve(&params).or_else(|_| {
        let conditions = values::compiled(&unit, &whens, &params, Executor::Interp)?;
        conditions.resolve(&params).map_err(values::refused)
    })?;
    require_read(&args.span.feed, &info.needs)?;
    let need = Need::of(&resolved);
    let bars = args.span.bars(timeframe(args, &unit)?);
    let given = Given {
        convention: args.convention,
        fill: args.fill,
        preload: args.span.preload,
        fees: args.fees,
        slippage: args.slippage,
        cash: args.cash,
    };
    let said = &unit.plan.execution;
    let settings = Settings::said(given, Convention::Strat, said, &unit.name)?;
    let preload = need.preload(settings.preload);
    need.tell(&unit.name, settings.preload);
    Ok(Subject {
        unit,
        statements,
        info,
        params,
        need,
        bars,
        settings,
        preload,
        executor,
    })
}

impl Subject {
    /// The parameters with their values.
    pub fn params_json(&self) -> Value {
        let named = self.info.params.iter().zip(&self.params);
        Value::Object(
            named
                .map(|(param, value)| (param.name.clone(), param_json(param, *value)))
                .collect(),
        )
    }

    /// ` with fast=10, slow=50`; empty where there are none.
    pub fn params_text(&self) -> String {
        let named = self.info.params.iter().zip(&self.params);
        let texts: Vec<String> = named
            .map(|(param, value)| match param.label(*value) {
                Some(label) => format!("{}={label}", param.name),
                None => format!("{}={}", param.name, Exact(*value)),
            })
            .collect();
        if texts.is_empty() {
            String::new()
        } else {
            format!(" with {}", texts.join(", "))
        }
    }

    /// The trade of each bar of a symbol, where a condition reads it; told where that cannot be
    /// known.
    pub fn trades(&self, symbol: &Symbol, view: &View<'_>) -> Done<Option<Trades>> {
        let reads = outline::of_trade(&self.unit);
        let asks = |s: &Statement| reads.get(s.when.0 as usize) == Some(&true);
        if !self.statements.iter().any(asks) {
            return Ok(None);
        }
        let program = strat_compiler::compile(&self.unit, self.executor)?;
        let others = Others::load(&program.info().needs, &self.bars, self.preload)?;
        let beside = others.columns();
        let terms = Terms {
            rules: self.settings.rules,
            costs: self.settings.costs,
            timeframe: self.bars.timeframe,
        };
        let bars = view.beside(&beside).columns;
        let name = symbol.to_string();
        match trades(&program, &self.params, &name, bars, view.start, terms) {
            Ok(trades) => Ok(Some(trades)),
            Err(error) => {
                terminal::note(&format!(
                    "conditions on the open trade are na: there is no backtest of {} on {name}: {error}",
                    self.unit.name
                ));
                Ok(None)
            }
        }
    }

    /// Bars as conditions are evaluated over them.
    pub fn source<'a>(&'a self, bars: BarColumns<'a>, trades: Option<&'a Trades>) -> Source<'a> {
        Source {
            bars,
            args: &self.bars,
            preload: self.preload,
            trades,
        }
    }
}

/// The strategy of the file that is meant.
fn chosen(units: Vec<Unit>, args: &WhyArgs) -> Done<Unit> {
    let names: Vec<String> = units.iter().map(|u| format!("`{}`", u.name)).collect();
    let wanted = |unit: &Unit| match &args.strategy {
        Some(name) => unit.name == *name,
        None => true,
    };
    let mut found: Vec<Unit> = units.into_iter().filter(wanted).collect();
    let file = args.file.display();
    match (found.pop(), found.len()) {
        (Some(unit), 0) => Ok(unit),
        (Some(_), _) => Err(Failure::mistake(format!(
            "{file} has several strategies, {}; name the one that is meant with --strategy",
            names.join(", ")
        ))),
        (None, _) if names.is_empty() => Err(Failure::mistake(format!(
            "{file} has no strategy; expected at least one `strategy Name {{ … }}`"
        ))),
        (None, _) => Err(Failure::mistake(format!(
            "{file} has no strategy `{}`; it has {}",
            args.strategy.as_deref().unwrap_or_default(),
            names.join(", ")
        ))),
    }
}

/// The syntax tree of the file that a unit stands in.
fn tree(sources: &Sources, unit: &Unit) -> ast::File {
    let place = unit
        .entries
        .iter()
        .chain(&unit.exits)
        .map(|s| s.span)
        .next();
    let id = place.map(|span| span.file).unwrap_or_default();
    let text = sources.map().find(id).map_or("", |file| file.text.as_str());
    // It was checked already, so there is nothing to report.
    syntax::parse(id, text, &mut Sink::new())
}

fn timeframe(args: &WhyArgs, unit: &Unit) -> Done<Timeframe> {
    match args.timeframe {
        Some(given) => {
            strategies::same_timeframe(&args.file, unit, given)?;
            Ok(given)
        }
        None => strategies::own_timeframe(unit).ok_or_else(|| strategies::no_timeframe(&unit.name)),
    }
}
