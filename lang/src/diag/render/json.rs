//! All diagnostics as one JSON array.

use serde::Serialize;

use crate::diag::Diagnostic;
use crate::source::{FileId, LineCol, SourceMap, Span};

/// One diagnostic. Lines and columns start at 1, columns count characters, ends are exclusive.
#[derive(Serialize)]
struct Entry<'d> {
    code: &'static str,
    severity: &'static str,
    message: &'d str,
    file: &'d str,
    #[serde(flatten)]
    place: Place,
    hint: Option<&'d str>,
    fix: Option<Repair<'d>>,
}

#[derive(Serialize)]
struct Repair<'d> {
    title: &'d str,
    /// `certain`: `--fix` applies it; `possible`: a person decides.
    certainty: &'static str,
    edits: Vec<Edit<'d>>,
}

#[derive(Serialize)]
struct Edit<'d> {
    /// Only where it is another file than the diagnostic's.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'d str>,
    #[serde(flatten)]
    place: Place,
    text: &'d str,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

pub(super) fn render(diagnostics: &[Diagnostic], map: &SourceMap) -> String {
    let entries: Vec<Entry<'_>> = diagnostics.iter().map(|d| entry(d, map)).collect();
    // Strings and numbers always serialize.
    let mut text = serde_json::to_string_pretty(&entries).unwrap_or_else(|_| "[]".to_owned());
    text.push('\n');
    text
}

fn entry<'d>(found: &'d Diagnostic, map: &'d SourceMap) -> Entry<'d> {
    Entry {
        code: found.code.text(),
        severity: found.severity.name(),
        message: &found.message,
        file: name(map, found.span.file),
        place: place(map, found.span),
        hint: found.hint.as_deref(),
        fix: found.fix.as_ref().map(|fix| Repair {
            title: &fix.title,
            certainty: fix.certainty.name(),
            edits: fix
                .edits
                .iter()
                .map(|(span, text)| Edit {
                    file: (span.file != found.span.file).then(|| name(map, span.file)),
                    place: place(map, *span),
                    text,
                })
                .collect(),
        }),
    }
}

fn name(map: &SourceMap, file: FileId) -> &str {
    map.find(file).map_or("", |file| file.name.as_str())
}

fn place(map: &SourceMap, span: Span) -> Place {
    let start = LineCol { line: 1, column: 1 };
    let (from, to) = map.find(span.file).map_or((start, start), |file| {
        (file.line_col(span.start), file.line_col(span.end))
    });
    Place {
        line: from.line,
        column: from.column,
        end_line: to.line,
        end_column: to.column,
    }
}
