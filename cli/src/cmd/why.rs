//! `stratc why`: which conditions held at a bar, or how many bars each of them left.

use strat_compiler::Executor;
use strat_engine::Costs;
use strat_engine::abi::{BarColumns, Program, ProgramInfo};
use strat_lang::diag::Sink;
use strat_lang::hir::Unit;
use strat_lang::syntax::{self, ast};
use strat_market::{Symbol, Timeframe, format_time};
use strat_report::json;
use strat_report::number::{Exact, readable};

use crate::args::{BarsArgs, TableFormat, WhyArgs};
use crate::failure::{Done, Failure};
use crate::lookback::Lookbacks;
use crate::market::{Market, View};
use crate::others::Others;
use crate::settings::{Need, Settings};
use crate::sources::Sources;
use crate::why::bar::{Asked, tell};
use crate::why::funnel::{self, Funnel};
use crate::why::funnel_text::Counted;
use crate::why::outline::{self, Statement, What};
use crate::why::trades::{OpenTrade, Terms, Trades, trades};
use crate::why::values::Source;
use crate::why::{bar_json, bar_text, funnel_json, funnel_text, values};
use crate::{strategies, terminal};

/// The strategy that is asked about.
struct Subject {
    unit: Unit,
    statements: Vec<Statement>,
    info: ProgramInfo,
    params: Vec<f64>,
    need: Need,
    bars: BarsArgs,
    settings: Settings,
    preload: usize,
    executor: Executor,
}

/// Explains a bar, or counts over a range.
pub fn run(args: &WhyArgs) -> Done {
    let subject = subject(args)?;
    match args.at {
        Some(at) => at_bar(&subject, args, at.first()),
        None => count(&subject, args),
    }
}

fn subject(args: &WhyArgs) -> Done<Subject> {
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
    let info = strat_compiler::compile(&unit, Executor::Interp)?
        .info()
        .clone();
    strategies::require_in(&args.param, &[&info])?;
    let params = strategies::one_set(&info, &args.param)?;
    let resolved = values::compiled(&unit, &whens, &params, Executor::Interp)?.resolve(&params);
    let need = resolved.map_or_else(|_| Need::default(), |resolved| Need::of(&resolved));
    let bars = args.bars(timeframe(args, &unit)?);
    let costs = Costs::new(args.fees, args.slippage, args.cash)?;
    let settings = Settings::of(args.convention, args.fill, args.preload, costs);
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
    /// The trade of each bar of a symbol, where a condition reads it; told where that cannot be
    /// known.
    fn trades(&self, symbol: &Symbol, view: &View<'_>) -> Done<Option<Trades>> {
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

    fn source<'a>(&'a self, bars: BarColumns<'a>, trades: Option<&'a Trades>) -> Source<'a> {
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
        None => strategies::own_timeframe(unit).ok_or_else(|| {
            Failure::Misuse(format!(
                "`{}` does not say how long its bars are; add --timeframe, such as --timeframe 1h",
                unit.name
            ))
        }),
    }
}

fn at_bar(subject: &Subject, args: &WhyArgs, time: i64) -> Done {
    let [symbol] = &args.symbol[..] else {
        return Err(Failure::Misuse(
            "--at looks at one bar of one symbol; name it with --symbol, such as --symbol BTC/USDT"
                .to_owned(),
        ));
    };
    let market = Market::load(&subject.bars, symbol, subject.preload)?;
    let view = market.view(subject.preload);
    let at = bar_at(&view, subject.bars.timeframe, time)?;
    let trades = subject.trades(symbol, &view)?;
    let open = trades.as_ref().map(|t| t.open_at(at, view.columns.time));
    let bars = up_to(view.columns, at + 1);
    let told = tell(&Asked {
        unit: &subject.unit,
        statements: &subject.statements,
        params: &subject.params,
        source: subject.source(bars, trades.as_ref()),
        executor: subject.executor,
    })?;
    let bar = bars.bar(at);
    let opened = bars.time.get(at).copied().unwrap_or_default();
    let values = [
        ("open", bar.open),
        ("high", bar.high),
        ("low", bar.low),
        ("close", bar.close),
        ("volume", bar.volume),
    ];
    let text = match args.format {
        TableFormat::Json => {
            let bar: serde_json::Map<String, serde_json::Value> = values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json::number(*value)))
                .collect();
            json::pretty(&serde_json::json!({
                "strategy": subject.unit.name,
                "exchange": subject.bars.exchange.to_string(),
                "symbol": symbol.to_string(),
                "timeframe": subject.bars.timeframe.to_string(),
                "time": format_time(opened),
                "bar": bar,
                "bars_before": at,
                "convention": subject.settings.rules.convention.name(),
                "trade": open.flatten().map(|open| bar_json::trade(&open)),
                "params": params_json(subject),
                "statements": told.iter().map(bar_json::told).collect::<Vec<_>>(),
            }))
        }
        TableFormat::Table => {
            let values: Vec<String> = values
                .iter()
                .map(|(name, value)| format!("{name} {}", readable(*value)))
                .collect();
            format!(
                "{}{} on {symbol} {}, bar {}\n{}\n{}\n{}",
                subject.unit.name,
                params_text(subject),
                subject.bars.timeframe,
                format_time(opened),
                values.join(", "),
                open.map_or_else(String::new, |open| trade_line(subject, open)),
                bar_text::text(
                    &told,
                    bar_text::Marks {
                        colour: terminal::colour_on_stdout()
                    }
                )
            )
        }
    };
    terminal::print(&text)
}

/// Which trade conditions such as `profit` look at.
fn trade_line(subject: &Subject, open: Option<OpenTrade>) -> String {
    let convention = subject.settings.rules.convention.name();
    match open {
        Some(open) => format!("{}\n", bar_text::trade(&open, convention)),
        None => format!("no trade is open (backtest by the convention {convention})\n"),
    }
}

/// Index of the bar that opens at a time or contains it.
fn bar_at(view: &View<'_>, timeframe: Timeframe, time: i64) -> Done<usize> {
    let times = view.columns.time;
    let after = times.partition_point(|opened| *opened <= time);
    let found = after
        .checked_sub(1)
        .filter(|at| *at >= view.start)
        .and_then(|at| Some((at, *times.get(at)?)))
        .filter(|(_, opened)| time < opened.saturating_add(timeframe.nanos()));
    if let Some((at, _)) = found {
        return Ok(at);
    }
    let (first, last) = view.span();
    let asked = format_time(time);
    let around = match (times.get(after.wrapping_sub(1)), times.get(after)) {
        (Some(before), Some(next)) if after > view.start => format!(
            "the data has a gap there, from the bar of {} to that of {}",
            format_time(*before),
            format_time(*next)
        ),
        _ => format!(
            "the bars go from {} to {}",
            format_time(first),
            format_time(last)
        ),
    };
    Err(Failure::mistake(format!(
        "there is no bar at {asked}: {around}"
    )))
}

/// The first so many bars.
fn up_to(bars: BarColumns<'_>, count: usize) -> BarColumns<'_> {
    fn first<T>(column: &[T], count: usize) -> &[T] {
        column.get(..count).unwrap_or(column)
    }
    BarColumns {
        time: first(bars.time, count),
        open: first(bars.open, count),
        high: first(bars.high, count),
        low: first(bars.low, count),
        close: first(bars.close, count),
        volume: first(bars.volume, count),
        others: bars.others,
    }
}

fn count(subject: &Subject, args: &WhyArgs) -> Done {
    let statements: Vec<&Statement> = subject
        .statements
        .iter()
        .filter(|s| args.exits || s.what == What::Enter)
        .collect();
    let whens: Vec<_> = statements.iter().map(|s| s.when).collect();
    let lookbacks = Lookbacks::new(&subject.unit, &whens);
    if let Some(require) = lookbacks.excluded(&subject.params) {
        return Err(Failure::mistake(format!(
            "`require {require}` excludes these parameters, so nothing is ever decided"
        )));
    }
    let mut counted: Vec<Counted<'_>> = statements
        .iter()
        .zip(lookbacks.at(&subject.params))
        .map(|(statement, lookback)| Counted {
            statement,
            lookback,
            total: Funnel::new(statement.conditions.len()),
            symbols: Vec::new(),
        })
        .collect();
    let mut spans = Vec::new();
    let mut preloads = Vec::new();
    for symbol in symbols(subject, args)? {
        let market = Market::load(&subject.bars, &symbol, subject.preload)?;
        let view = market.view(subject.preload);
        view.warn_of_lookback(
            &format!("{} on {symbol}", subject.unit.name),
            subject.need.lookback,
        );
        let trades = match args.exits || entries_read_trade(subject) {
            true => subject.trades(&symbol, &view)?,
            false => None,
        };
        let found = funnel::count(&funnel::Asked {
            unit: &subject.unit,
            statements: &statements,
            params: &subject.params,
            source: subject.source(view.columns, trades.as_ref()),
            start: view.start,
            executor: subject.executor,
        })?;
        for (counted, funnel) in counted.iter_mut().zip(found) {
            counted.total.add(&funnel);
            counted.symbols.push((symbol.to_string(), funnel));
        }
        spans.push((symbol.to_string(), described(&view)));
        preloads.push(view.start);
    }
    let text = match args.format {
        TableFormat::Json => json::pretty(&serde_json::json!({
            "strategy": subject.unit.name,
            "exchange": subject.bars.exchange.to_string(),
            "timeframe": subject.bars.timeframe.to_string(),
            "params": params_json(subject),
            "preload": preloads.iter().min(),
            "statements": counted.iter().map(funnel_json::funnel).collect::<Vec<_>>(),
        })),
        TableFormat::Table => {
            let mut text = format!(
                "{}{} on {} bars\n\n",
                subject.unit.name,
                params_text(subject),
                subject.bars.timeframe
            );
            for counted in &counted {
                text.push_str(&funnel_text::text(counted));
                text.push('\n');
            }
            let lines = data_lines(&spans);
            text.push_str(&strat_report::tables::pairs(&lines));
            text
        }
    };
    terminal::print(&text)
}

/// Whether an entry looks at the open trade, as one that adds to a position does.
fn entries_read_trade(subject: &Subject) -> bool {
    let entries = subject.statements.iter().filter(|s| s.what == What::Enter);
    entries.flat_map(|s| &s.conditions).any(|c| c.of_trade)
}

/// `8760 bars, … to …, 200 earlier ones to warm up on`.
fn described(view: &View<'_>) -> String {
    match view.start {
        0 => view.described(),
        bars => format!("{}, {bars} earlier ones to warm up on", view.described()),
    }
}

/// What was counted: symbols whose bars are alike share a line.
fn data_lines(spans: &[(String, String)]) -> Vec<(&'static str, String)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (symbol, described) in spans {
        match groups.iter_mut().find(|(known, _)| known == described) {
            Some((_, symbols)) => symbols.push(symbol),
            None => groups.push((described, vec![symbol])),
        }
    }
    let lines = groups.iter().enumerate().map(|(at, (described, symbols))| {
        let name = if at == 0 { "data" } else { "" };
        let each = if symbols.len() > 1 { "each " } else { "" };
        (name, format!("{}: {each}{described}", symbols.join(", ")))
    });
    lines.collect()
}

/// The symbols that are named, or all that the folder has bars of.
fn symbols(subject: &Subject, args: &WhyArgs) -> Done<Vec<Symbol>> {
    if !args.symbol.is_empty() {
        let mut named: Vec<Symbol> = Vec::new();
        for symbol in &args.symbol {
            if !named.contains(symbol) {
                named.push(symbol.clone());
            }
        }
        return Ok(named);
    }
    let bars = &subject.bars;
    let keys = strat_data::Store::open(&bars.data)
        .list()?
        .into_iter()
        .filter_map(|listed| {
            let key = listed.key?;
            let fits = key.exchange == bars.exchange && key.timeframe == bars.timeframe;
            fits.then_some(key.symbol)
        });
    let found: Vec<Symbol> = keys.collect();
    if found.is_empty() {
        return Err(Failure::mistake(format!(
            "{} has no {} bars of {}; see `stratc data list`",
            bars.data.display(),
            bars.timeframe,
            bars.exchange
        )));
    }
    Ok(found)
}

fn params_json(subject: &Subject) -> serde_json::Value {
    let named = subject.info.params.iter().zip(&subject.params);
    serde_json::Value::Object(
        named
            .map(|(param, value)| (param.name.clone(), json::number(*value)))
            .collect(),
    )
}

/// ` with fast=10, slow=50`.
fn params_text(subject: &Subject) -> String {
    let named = subject.info.params.iter().zip(&subject.params);
    let texts: Vec<String> = named
        .map(|(param, value)| format!("{}={}", param.name, Exact(*value)))
        .collect();
    if texts.is_empty() {
        String::new()
    } else {
        format!(" with {}", texts.join(", "))
    }
}
