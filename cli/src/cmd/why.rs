//! `stratc why`: which conditions held at a bar, or how many bars each of them left.

use strat_engine::abi::BarColumns;
use strat_market::{Symbol, Timeframe, format_time};
use strat_report::json;
use strat_report::number::readable;

use crate::args::{TableFormat, WhyArgs};
use crate::failure::{Done, Failure};
use crate::lookback::Lookbacks;
use crate::market::{Market, View};
use crate::terminal;
use crate::why::bar::{Asked, tell};
use crate::why::funnel::{self, Funnel};
use crate::why::funnel_text::Counted;
use crate::why::outline::{Statement, What};
use crate::why::subject::{Subject, subject};
use crate::why::trades::OpenTrade;
use crate::why::{bar_json, bar_text, funnel_json, funnel_text};

/// Explains a bar, or counts over a range.
pub fn run(args: &WhyArgs) -> Done {
    let subject = subject(args)?;
    match args.at {
        Some(at) => at_bar(&subject, args, at.first()),
        None => count(&subject, args),
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
    let in_trade = matches!(open, Some(Some(_)));
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
                "exchange": subject.bars.span.exchange.to_string(),
                "symbol": symbol.to_string(),
                "timeframe": subject.bars.timeframe.to_string(),
                "time": format_time(opened),
                "bar": bar,
                "bars_before": at,
                "convention": subject.settings.rules.convention.name(),
                "trade": open.flatten().map(|open| bar_json::trade(&open)),
                "params": subject.params_json(),
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
                subject.params_text(),
                subject.bars.timeframe,
                format_time(opened),
                values.join(", "),
                open.map_or_else(String::new, |open| trade_line(subject, open)),
                bar_text::text(
                    &told,
                    bar_text::Style {
                        colour: terminal::colour_on_stdout(),
                        in_trade,
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
    if statements.is_empty() {
        return Err(Failure::mistake(format!(
            "`{}` has no entry whose conditions could be counted; --exits counts its exits",
            subject.unit.name
        )));
    }
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
            "exchange": subject.bars.span.exchange.to_string(),
            "timeframe": subject.bars.timeframe.to_string(),
            "params": subject.params_json(),
            "preload": preloads.iter().min(),
            "statements": counted.iter().map(funnel_json::funnel).collect::<Vec<_>>(),
        })),
        TableFormat::Table => {
            let mut text = format!(
                "{}{} on {} bars\n\n",
                subject.unit.name,
                subject.params_text(),
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
    let keys = strat_data::Store::open(&bars.span.data)
        .list()?
        .into_iter()
        .filter_map(|listed| {
            let key = listed.key?;
            let fits = key.exchange == bars.span.exchange && key.timeframe == bars.timeframe;
            fits.then_some(key.symbol)
        });
    let found: Vec<Symbol> = keys.collect();
    if found.is_empty() {
        return Err(Failure::mistake(format!(
            "{} has no {} bars of {}; see `stratc data list`",
            bars.span.data.display(),
            bars.timeframe,
            bars.span.exchange
        )));
    }
    Ok(found)
}
