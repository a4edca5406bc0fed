//! `stratc check`: every error and warning of files and folders.

use strat_lang::diag::render::Format;

use crate::args::{CheckArgs, ReportFormat};
use crate::failure::{Done, Failure};
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
    let mut units = Vec::new();
    let mut sources = Sources::default();
    let mut files = 0;
    for found in sources::find(&args.paths, true) {
        match found {
            Ok(path) => {
                files += 1;
                units.extend(sources.check(&path));
            }
            Err((path, fault)) => sources.fault(&path, &fault),
        }
    }
    let (errors, warnings) = sources.count();
    let (format, colour) = match args.format {
        ReportFormat::Human => (Format::Terminal, terminal::colour_on_stdout()),
        ReportFormat::Concise => (Format::Concise, false),
        ReportFormat::Json => (Format::Json, false),
    };
    let mut text = sources.render(format, colour);
    if args.format == ReportFormat::Human {
        let found = match (errors, warnings) {
            (0, 0) => "no problems".to_owned(),
            _ => format!(
                "{}, {}",
                counted(errors, "error", "errors"),
                counted(warnings, "warning", "warnings")
            ),
        };
        text.push_str(&format!(
            "{} checked: {found}\n",
            counted(files, "file", "files")
        ));
    }
    if args.explain_warmup {
        for unit in &units {
            text.push_str(&format!("\n{}", warmup::text(unit)?));
        }
    }
    terminal::print(&text)?;
    if errors > 0 {
        return Err(Failure::Told);
    }
    Ok(())
}
