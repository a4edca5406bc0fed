//! `stratc eval`: an expression over bars, exact to the last digit where asked for.

use std::path::Path;

use strat_engine::abi::{ParamError, Program};
use strat_report::series::{Column, Series};

use crate::args::{EvalArgs, SeriesFormat};
use crate::failure::{Done, Failure};
use crate::market::Market;
use crate::others::{Others, require_read};
use crate::settings::Need;
use crate::sources::Sources;
use crate::summary::counted;
use crate::values::PreloadArg;
use crate::{interrupt, strategies, terminal};

/// Prints one column per output for every bar of the range.
pub fn run(args: &EvalArgs) -> Done {
    let mut sources = Sources::default();
    let unit = sources.check_expr(&args.expr, args.file.as_deref(), args.bars.timeframe);
    if let (None, Some(file)) = (&unit, &args.file) {
        let several: Vec<String> = Sources::default()
            .check(file)
            .into_iter()
            .map(|unit| unit.name)
            .collect();
        if several.len() > 1 {
            terminal::note(&format!(
                "{} has several strategies (`{}`), so their parameters and `let`s are not seen; an expression sees those of a file with one",
                file.display(),
                several.join("`, `")
            ));
        }
    }
    sources.tell()?;
    let unit = unit.ok_or_else(|| Failure::mistake("there is nothing to evaluate"))?;
    let program = strat_compiler::compile(&unit, strategies::executor(args.executor))?;

    let params: Vec<f64> = program.info().params.iter().map(|p| p.default).collect();
    let resolved = program.resolve(&params).map_err(|error| match error {
        ParamError::Excluded(why) => Failure::mistake(format!(
            "the defaults of the parameters are excluded: {why}"
        )),
        ParamError::Invalid(why) => Failure::mistake(format!("this cannot be evaluated: {why}")),
    })?;
    let need = Need::of(&resolved);
    let asked = args.bars.span.preload.unwrap_or(PreloadArg::Bars(0));
    let preload = need.preload(asked);
    let market = Market::load(&args.bars, &args.symbol, preload)?;
    require_read(&args.bars.span.feed, &program.info().needs)?;
    let others = Others::load(&program.info().needs, &args.bars, preload)?;
    let beside = others.columns();
    let view = market.view(preload).beside(&beside);
    view.warn_of_lookback("the expression", need.lookback);
    need.tell("the expression", asked);

    let values = program.evaluate(&params, view.columns);
    let names = program.outputs();
    let columns: Vec<Column<'_>> = names
        .into_iter()
        .zip(&values)
        .map(|(name, column)| {
            let labels = unit.labels.iter().find(|(output, _)| output == name);
            Column {
                name,
                values: column.get(view.start..).unwrap_or_default(),
                labels: labels.map_or(&[], |(_, labels)| labels),
            }
        })
        .collect();
    let series = Series {
        time: view.columns.time.get(view.start..).unwrap_or_default(),
        columns: &columns,
    };
    let text = |format| match format {
        SeriesFormat::Table => series.table(terminal::is_read_by_a_person() && args.out.is_none()),
        SeriesFormat::Csv => series.csv(),
        SeriesFormat::Json => series.json(),
    };
    match &args.out {
        None => terminal::print(&text(args.format.unwrap_or(SeriesFormat::Table))),
        Some(file) => {
            let text = text(args.format.unwrap_or_else(|| format_of(file)));
            interrupt::hold(|| Ok(strat_report::write_whole(file, text.as_bytes())?))?;
            let rows = counted(series.time.len(), "bar", "bars");
            terminal::note(&format!("{rows} written to {}", file.display()));
            Ok(())
        }
    }
}

/// What the name of a file says about its form; CSV where it says nothing.
fn format_of(file: &Path) -> SeriesFormat {
    if file
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        SeriesFormat::Json
    } else {
        SeriesFormat::Csv
    }
}
