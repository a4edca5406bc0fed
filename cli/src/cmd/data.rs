//! `stratc data`: what market data there is, and how more of it gets there.

use serde_json::{Value, json};
use strat_data::{Info, Key, Listed, Origin, Store};
use strat_market::format_time;
use strat_report::number::readable;
use strat_report::{Table, json};

use crate::args::{DataCommand, FolderArgs, ImportArgs, InfoArgs, ListArgs, TableFormat};
use crate::failure::Done;
use crate::summary::counted;
use crate::{interrupt, terminal};

/// Runs one of the commands.
pub fn run(command: &DataCommand) -> Done {
    match command {
        DataCommand::GenerateSample(args) => generate(args),
        DataCommand::List(args) => list(args),
        DataCommand::Info(args) => info(args),
        DataCommand::Import(args) => import(args),
    }
}

fn generate(args: &FolderArgs) -> Done {
    let store = Store::open(&args.data);
    let saved = interrupt::hold(|| Ok(strat_data::generate_sample(&store)?))?;
    let bars: usize = saved.iter().map(|saved| saved.rows).sum();
    terminal::print(&format!(
        "{} of synthetic data with {bars} bars in {}\nThey are a random walk, the same on every machine: results on them mean nothing beyond showing how the tool works.\n",
        counted(saved.len(), "file", "files"),
        args.data.display(),
    ))
}

fn list(args: &ListArgs) -> Done {
    let listed = Store::open(&args.folder.data).list()?;
    if args.format == TableFormat::Json {
        return terminal::print(&json::pretty(&listed.iter().map(listed_json).collect()));
    }
    if listed.is_empty() {
        return terminal::print(&format!(
            "there is no data in {}; `stratc data import` brings some in, `stratc data generate-sample` makes synthetic data to try\n",
            args.folder.data.display()
        ));
    }
    let mut table = Table::new([
        ("exchange", false),
        ("symbol", false),
        ("timeframe", false),
        ("bars", true),
        ("first", false),
        ("last", false),
        ("file", false),
    ]);
    for Listed { file, key, extent } in &listed {
        let key = match key {
            Some(key) => [
                key.exchange.to_string(),
                key.symbol.to_string(),
                key.timeframe.to_string(),
            ],
            None => ["-", "-", "-"].map(str::to_owned),
        };
        let (held, file) = match extent {
            Ok(extent) => {
                let origin = match extent.origin {
                    Origin::Sample => " (synthetic)",
                    Origin::Market => "",
                };
                (
                    [
                        extent.rows.to_string(),
                        format_time(extent.start),
                        format_time(extent.end),
                    ],
                    format!("{file}{origin}"),
                )
            }
            Err(problem) => (
                ["-", "-", "-"].map(str::to_owned),
                format!("{file}: {problem}"),
            ),
        };
        table.row(key.into_iter().chain(held).chain([file]));
    }
    terminal::print(&table.render())
}

fn listed_json(listed: &Listed) -> Value {
    let Listed { file, key, extent } = listed;
    let extent_of = extent.as_ref().ok();
    json!({
        "exchange": key.as_ref().map(|k| k.exchange.to_string()),
        "symbol": key.as_ref().map(|k| k.symbol.to_string()),
        "timeframe": key.as_ref().map(|k| k.timeframe.to_string()),
        "rows": extent_of.map(|e| e.rows),
        "start": extent_of.map(|e| format_time(e.start)),
        "end": extent_of.map(|e| format_time(e.end)),
        "file": file,
        "synthetic": extent_of.map(|e| e.origin == Origin::Sample),
        "problem": extent.as_ref().err(),
    })
}

fn info(args: &InfoArgs) -> Done {
    let key = Key {
        exchange: args.exchange.clone(),
        symbol: args.symbol.clone(),
        timeframe: args.timeframe,
    };
    let info = Store::open(&args.folder.data).info(&key)?;
    terminal::print(&match args.format {
        TableFormat::Json => json::pretty(&info_json(&info)),
        TableFormat::Table => info_text(&info),
    })
}

fn info_text(info: &Info) -> String {
    let extent = info.extent;
    let mut lines = vec![
        ("symbol", info.key.symbol.to_string()),
        ("timeframe", info.key.timeframe.to_string()),
        ("exchange", info.key.exchange.to_string()),
        ("bars", extent.rows.to_string()),
        ("first", format_time(extent.start)),
        ("last", format_time(extent.end)),
        ("file", info.file.display().to_string()),
    ];
    if extent.origin == Origin::Sample {
        lines.push(("origin", "synthetic sample, not a market".to_owned()));
    }
    lines.push((
        "gaps",
        match info.gaps {
            0 => "none".to_owned(),
            gaps => format!("{gaps}, with {} missing bars", info.missing_bars),
        },
    ));
    lines.push(("zero volume", counted(info.zero_volume, "bar", "bars")));
    let mut out = strat_report::tables::pairs(&lines);
    let mut table = Table::new([
        ("column", false),
        ("least", true),
        ("mean", true),
        ("greatest", true),
        ("missing", true),
    ]);
    for column in &info.columns {
        table.row([
            column.name.to_owned(),
            readable(column.min),
            readable(column.mean),
            readable(column.max),
            column.nan.to_string(),
        ]);
    }
    out.push_str(&format!("\n{}", table.render()));
    if !info.notes.is_empty() {
        out.push('\n');
    }
    for note in &info.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    out
}

fn info_json(info: &Info) -> Value {
    let columns: serde_json::Map<String, Value> = info
        .columns
        .iter()
        .map(|column| {
            let value = json!({
                "min": json::number(column.min),
                "mean": json::number(column.mean),
                "max": json::number(column.max),
                "missing": column.nan,
            });
            (column.name.to_owned(), value)
        })
        .collect();
    json!({
        "exchange": info.key.exchange.to_string(),
        "symbol": info.key.symbol.to_string(),
        "timeframe": info.key.timeframe.to_string(),
        "rows": info.extent.rows,
        "start": format_time(info.extent.start),
        "end": format_time(info.extent.end),
        "file": info.file.display().to_string(),
        "synthetic": info.extent.origin == Origin::Sample,
        "gaps": info.gaps,
        "missing_bars": info.missing_bars,
        "zero_volume": info.zero_volume,
        "columns": columns,
        "notes": info.notes,
    })
}

fn import(args: &ImportArgs) -> Done {
    let key = Key {
        exchange: args.exchange.clone(),
        symbol: args.symbol.clone(),
        timeframe: args.timeframe,
    };
    let store = Store::open(&args.folder.data);
    let imported = interrupt::hold(|| Ok(strat_data::import(&args.file, &key, &store)?))?;
    for sentence in imported.repairs.iter().chain(&imported.notes) {
        terminal::note(sentence);
    }
    let saved = imported.saved;
    terminal::print(&format!(
        "{key}: {} read from {}, {} new, {} replaced; {} in {}\n",
        counted(imported.rows, "row", "rows"),
        args.file.display(),
        saved.added,
        saved.replaced,
        counted(saved.rows, "bar", "bars"),
        saved.file.display(),
    ))
}
