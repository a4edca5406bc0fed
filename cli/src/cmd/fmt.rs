//! `stratc fmt`: files in the one style, in place.

use std::path::Path;

use strat_lang::diag::render::{Format, render};
use strat_lang::diag::{Code, Severity};
use strat_lang::source::SourceMap;

use crate::args::FmtArgs;
use crate::failure::{Done, Failure};
use crate::sources::{self, Sources};
use crate::summary::counted;
use crate::{interrupt, terminal};

/// What became of one file.
enum Outcome {
    /// It was in the style already.
    Same,
    /// It was changed, or would be.
    Changed,
    /// It does not parse; told already.
    Broken,
}

/// Formats every file that parses; fails where one does not, or with `--check` where one would change.
pub fn run(args: &FmtArgs) -> Done {
    let mut unreadable = Sources::default();
    let mut codes = Vec::new();
    let (mut same, mut changed, mut broken) = (0, 0, 0);
    for found in sources::find(&args.paths, true) {
        let path = match found {
            Ok(path) => path,
            Err((path, fault)) => {
                unreadable.fault(&path, &fault);
                continue;
            }
        };
        match sources::read(&path) {
            Err(fault) => unreadable.fault(&path, &fault),
            Ok(text) => match format_file(&path, text, args.check, &mut codes)? {
                Outcome::Same => same += 1,
                Outcome::Changed => changed += 1,
                Outcome::Broken => broken += 1,
            },
        }
    }
    let readable = unreadable.tell();
    // Once in a run: where files cannot be read it has been told already.
    if readable.is_ok() && !codes.is_empty() {
        terminal::tell(sources::pointer(codes).trim_end());
    }
    let (verb, files) = match args.check {
        true => ("would change", counted(changed, "file", "files")),
        false => ("formatted", counted(changed, "file", "files")),
    };
    let mut told = match args.check {
        true => format!("{files} {verb}"),
        false => format!("{verb} {files}"),
    };
    told.push_str(&format!(", {same} already in style"));
    if broken > 0 {
        told.push_str(&format!(", {broken} left as it is because of errors"));
    }
    terminal::tell(&told);
    readable?;
    if broken > 0 || (args.check && changed > 0) {
        return Err(Failure::Told);
    }
    Ok(())
}

/// Formats one file; codes of its errors are added to `codes`.
fn format_file(path: &Path, text: String, check: bool, codes: &mut Vec<Code>) -> Done<Outcome> {
    let formatted = match strat_lang::fmt::format(&text) {
        Ok(formatted) => formatted,
        Err(reports) => {
            let errors: Vec<_> = reports
                .into_iter()
                .filter(|report| report.severity == Severity::Error)
                .collect();
            codes.extend(errors.iter().map(|error| error.code));
            // The reports name the file as the first of a map.
            let mut map = SourceMap::new();
            map.add(sources::shown(path), text);
            let colour = terminal::colour_on_stderr();
            terminal::tell(render(Format::Terminal, &errors, &map, colour).trim_end());
            return Ok(Outcome::Broken);
        }
    };
    if formatted == text {
        return Ok(Outcome::Same);
    }
    if !check {
        interrupt::hold(|| Ok(strat_report::write_whole(path, formatted.as_bytes())?))?;
    }
    terminal::print(&format!("{}\n", sources::shown(path)))?;
    Ok(Outcome::Changed)
}
