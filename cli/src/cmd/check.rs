//! `stratc check`: every error and warning of files and folders, and the fixes of those that have one.

use strat_lang::diag::render::Format;

use crate::args::{CheckArgs, ReportFormat};
use crate::failure::{Done, Failure};
use crate::repairs::Repairs;
use crate::sources::{self, Sources};
use crate::summary::counted;
use crate::{terminal, warmup};

/// Reports on standard output; fails where there is an error.
pub fn run(args: &CheckArgs) -> Done {
    if args.explain_warmup && args.format != ReportFormat::Human {
        return Err(Failure::Misuse(
            "--explain-warmup prints tables for people; leave out --format".to_owned(),
        ));
    }
    let found = sources::find(&args.paths, true);
    let paths: Vec<_> = found.iter().flatten().cloned().collect();
    let repairs = args.fix.then(|| Repairs::plan(&paths));
    if let Some(repairs) = &repairs
        && !args.diff
    {
        repairs.write()?;
    }
    let drafts = repairs.as_ref().map(Repairs::drafts).unwrap_or_default();
    let mut sources = Sources::with_drafts(drafts);
    let mut units = Vec::new();
    for found in &found {
        match found {
            Ok(path) => {
                let checked = sources.check_all(path);
                units.extend(checked.units);
                units.extend(checked.items.regimes.into_iter().map(|r| r.unit));
                units.extend(checked.items.portfolios.into_iter().map(|p| p.unit));
            }
            Err((path, fault)) => sources.fault(path, fault),
        }
    }
    match &repairs {
        Some(repairs) if args.diff => show_diff(repairs, &sources)?,
        repairs => {
            if let Some(repairs) = repairs {
                tell(&repairs.told("fixed"));
            }
            report(&sources, args.format, paths.len(), repairs.as_ref())?;
            if args.explain_warmup {
                for unit in &units {
                    terminal::print(&format!("\n{}", warmup::text(unit)?))?;
                }
            }
        }
    }
    match sources.count() {
        (0, _) => Ok(()),
        _ => Err(Failure::Told),
    }
}

/// The diff alone on standard output, what it means on standard error.
fn show_diff(repairs: &Repairs, sources: &Sources) -> Done {
    terminal::print(&repairs.diff())?;
    tell(&repairs.told("would fix"));
    let (errors, warnings) = sources.count();
    terminal::tell(&match repairs.count() {
        0 => format!("nothing to fix; {}", problems(errors, warnings)),
        _ => format!("{} would remain", problems(errors, warnings)),
    });
    Ok(())
}

fn report(
    sources: &Sources,
    format: ReportFormat,
    files: usize,
    repairs: Option<&Repairs>,
) -> Done {
    let (format, colour) = match format {
        ReportFormat::Human => (Format::Terminal, terminal::colour_on_stdout()),
        ReportFormat::Concise => (Format::Concise, false),
        ReportFormat::Json => (Format::Json, false),
        ReportFormat::Sarif => (Format::Sarif, false),
    };
    let mut text = sources.render(format, colour);
    if format == Format::Terminal {
        let (errors, warnings) = sources.count();
        let mut found = problems(errors, warnings);
        if let Some(count) = repairs.map(Repairs::count).filter(|count| *count > 0) {
            found = format!("{} fixed, {found}", counted(count, "problem", "problems"));
        }
        let files = counted(files, "file", "files");
        text.push_str(&format!("{files} checked: {found}\n{}", sources.pointer()));
    }
    terminal::print(&text)
}

fn problems(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        _ => format!(
            "{}, {}",
            counted(errors, "error", "errors"),
            counted(warnings, "warning", "warnings")
        ),
    }
}

/// Lines for standard error, if there are any.
fn tell(lines: &str) {
    if !lines.is_empty() {
        terminal::tell(lines.trim_end());
    }
}
