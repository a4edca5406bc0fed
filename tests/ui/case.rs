//! A case: a program, further files that it uses, and at the end the reports about them.
//!
//! ```text
//! use half from "parts.strat"
//! strategy S { … }
//! //@ parts.strat
//! fn half(x) { return x / 2 }
//! //~ E0201 2:18-22 `clsoe` is not defined
//! //~     hint: did you mean `close`?
//! ```
//!
//! A report is its code, the place from its first to its last character, and its message; below it
//! what else it says. Places in another file than the first begin with that file's name.

use std::fmt::Write as _;

use strat_lang::diag::{Certainty, Sink};
use strat_lang::sema::{Checked, check_source};
use strat_lang::source::{FileId, MemoryWorld, SourceMap, Span};
use strat_lang::syntax::ast::{ItemKind, StmtKind};
use strat_lang::syntax::parse;
use strat_tests::LIBRARY;

/// Name of a case's first file.
const MAIN: &str = "main.strat";

/// A case as it is written.
pub struct Case<'t> {
    /// Names and texts; the first is checked, the others lie beside it.
    pub files: Vec<(&'t str, &'t str)>,
    /// The text of all files together.
    pub program: &'t str,
    /// The reports.
    pub notes: &'t str,
}

impl<'t> Case<'t> {
    /// Takes a case apart.
    pub fn read(text: &'t str) -> Self {
        let end = match text.find("\n//~") {
            Some(at) => at + 1,
            None => text.len(),
        };
        let (program, notes) = text.split_at(end);
        let mut files = Vec::new();
        let mut name = MAIN;
        let mut rest = program;
        while let Some(at) = rest.find("//@ ") {
            let (file, more) = rest.split_at(at);
            files.push((name, file));
            let (header, body) = more.split_once('\n').unwrap_or((more, ""));
            name = header.trim_start_matches("//@ ").trim();
            rest = body;
        }
        files.push((name, rest));
        Self {
            files,
            program,
            notes,
        }
    }

    /// What the check finds, and the reports as they are written down.
    pub fn check(&self) -> (Checked, String) {
        let mut world = MemoryWorld::new();
        for (name, text) in &self.files {
            world.insert(*name, *text);
        }
        let mut map = SourceMap::new();
        let (name, text) = self.files[0];
        let checked = check_source(&mut map, &world, &LIBRARY, name, text);
        let notes = notes(&checked, &map);
        (checked, notes)
    }
}

/// What is handed on is whole: every statement of a strategy without errors is in its unit.
pub fn assert_complete(checked: &Checked, text: &str) {
    let file = parse(FileId(0), text, &mut Sink::new());
    for unit in &checked.units {
        let written = file.items.iter().find_map(|item| match &item.kind {
            ItemKind::Strategy(s) if s.name.name == unit.name => Some(&s.body),
            _ => None,
        });
        let body = written.expect("a unit is a strategy of the file");
        let count = |is: fn(&StmtKind) -> bool| body.iter().filter(|s| is(&s.kind)).count();
        let made = (
            unit.params.len(),
            unit.requires.len(),
            unit.flags.len(),
            unit.entries.len(),
            unit.exits.len(),
            usize::from(unit.stop.is_some()) + unit.plan.stops.len(),
        );
        let wanted = (
            count(|k| matches!(k, StmtKind::Param(_))),
            count(|k| matches!(k, StmtKind::Require(_))),
            count(|k| matches!(k, StmtKind::Flag { .. })),
            count(|k| matches!(k, StmtKind::Enter(_))),
            count(|k| matches!(k, StmtKind::Exit(_))),
            count(|k| matches!(k, StmtKind::Stop(_))),
        );
        assert_eq!(made, wanted, "{}\n{text}", unit.name);
        assert_eq!(count(|k| *k == StmtKind::Error), 0, "{text}");
    }
}

/// Reports as they stand at the end of a case.
pub fn notes(checked: &Checked, map: &SourceMap) -> String {
    let mut out = String::new();
    for d in &checked.diagnostics {
        let _ = writeln!(out, "//~ {} {} {}", d.code, place(d.span, map), d.message);
        if !d.label.is_empty() {
            let _ = writeln!(out, "//~     label: {}", d.label);
        }
        for label in &d.related {
            let _ = writeln!(out, "//~     at {}: {}", place(label.span, map), label.text);
        }
        if let Some(hint) = &d.hint {
            let _ = writeln!(out, "//~     hint: {hint}");
        }
        if let Some(fix) = &d.fix {
            let edits: Vec<String> = fix
                .edits
                .iter()
                .map(|(span, text)| format!("{} `{text}`", place(*span, map)))
                .collect();
            // What is only likely is not applied unasked.
            let word = match fix.certainty {
                Certainty::Certain => "fix",
                Certainty::Possible => "maybe",
            };
            let _ = writeln!(out, "//~     {word}: {}: {}", fix.title, edits.join(", "));
        }
    }
    out
}

/// `3:5-9`, over several lines `3:5-4:2`.
fn place(span: Span, map: &SourceMap) -> String {
    let file = map.get(span.file);
    let from = file.line_col(span.start);
    let to = file.line_col(span.end.max(span.start + 1) - 1);
    let name = if file.name == MAIN {
        String::new()
    } else {
        format!("{}:", file.name)
    };
    let start = format!("{name}{}:{}", from.line, from.column);
    if from.line != to.line {
        format!("{start}-{}:{}", to.line, to.column)
    } else if from.column != to.column {
        format!("{start}-{}", to.column)
    } else {
        start
    }
}
