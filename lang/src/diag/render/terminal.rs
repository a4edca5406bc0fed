//! Reports for people, drawn by ariadne.

use std::fmt;

use ariadne::{Cache, Color, Config, IndexType, Label, Report, ReportKind, Source};

use super::excerpt::{Excerpt, excerpt};
use crate::diag::{Diagnostic, Severity};
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// Last line that ariadne draws. It counts lines from the beginning of its text, so the lines
/// before are there as empty ones; beyond this they would cost more than the drawing is worth.
const FURTHEST_LINE: u32 = 20_000;

/// Longest hint that is shown at its place instead of below, in characters.
const INLINE: usize = 40;

/// A file as ariadne names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Shown {
    file: FileId,
    name: String,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The texts that one report shows.
struct Excerpts(Vec<(Shown, Source<String>)>);

impl Cache<Shown> for Excerpts {
    type Storage = String;

    fn fetch(&mut self, id: &Shown) -> Result<&Source<String>, impl fmt::Debug> {
        let found = self.0.iter().find(|(shown, _)| shown == id);
        found.map(|(_, source)| source).ok_or("no such text")
    }

    fn display<'a>(&self, id: &'a Shown) -> Option<impl fmt::Display + 'a> {
        Some(id)
    }
}

pub(super) fn render(diagnostics: &[Diagnostic], map: &SourceMap, colour: bool) -> String {
    let mut out = String::new();
    for found in diagnostics {
        out.push_str(&report(found, map, colour));
        out.push('\n');
    }
    out
}

/// The places of one report that lie in one file.
struct Group<'m> {
    id: Shown,
    file: &'m SourceFile,
    /// Place, text and whether it is the main one.
    labels: Vec<(Span, String, bool)>,
}

fn report(found: &Diagnostic, map: &SourceMap, colour: bool) -> String {
    let colour_of = match found.severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    };
    let mut groups: Vec<Group<'_>> = Vec::new();
    // A short hint or repair stands at its place, and needs no line of its own.
    let inline = help(found)
        .filter(|help| found.label.is_empty() && help.chars().count() <= INLINE)
        .map(str::to_owned);
    let is_inline = inline.is_some();
    let text = inline.unwrap_or_else(|| found.label.clone());
    let main = std::iter::once((found.span, text, true));
    let related = found
        .related
        .iter()
        .map(|l| (l.span, l.text.clone(), false));
    for label in main.chain(related) {
        let Some(file) = map.find(label.0.file) else {
            continue;
        };
        match groups.iter_mut().find(|g| g.id.file == label.0.file) {
            Some(group) => group.labels.push(label),
            None => groups.push(Group {
                id: Shown {
                    file: label.0.file,
                    name: file.name.clone(),
                },
                file,
                labels: vec![label],
            }),
        }
    }
    let kind = match found.severity {
        Severity::Error => ReportKind::Error,
        Severity::Warning => ReportKind::Warning,
    };
    let Some(first) = groups.first() else {
        return format!("[{}] {kind}: {}\n", found.code, found.message);
    };
    let excerpts: Vec<Excerpt> = groups
        .iter()
        .map(|group| {
            let spans: Vec<Span> = group.labels.iter().map(|l| l.0).collect();
            excerpt(group.file, &spans)
        })
        .collect();
    let is_far_down = excerpts.iter().any(|e| e.first_line > FURTHEST_LINE);
    if is_far_down {
        return plain(found, is_inline, &groups, excerpts.first(), &kind);
    }
    let place = excerpts
        .first()
        .and_then(|e| e.padded_places().next().flatten());
    let mut report = Report::build(kind, (first.id.clone(), place.unwrap_or(0..1)))
        .with_config(
            Config::default()
                .with_color(colour)
                .with_index_type(IndexType::Char),
        )
        .with_code(found.code)
        .with_message(&found.message);
    for (group, excerpt) in groups.iter().zip(&excerpts) {
        let mut drawn = Vec::new();
        for ((span, text, is_main), place) in group.labels.iter().zip(excerpt.padded_places()) {
            if let Some(place) = place {
                drawn.push((place, text, *is_main));
            } else {
                // Too far from the main place to be drawn with it.
                let at = group.file.line_col(span.start);
                let name = &group.id.name;
                report.add_note(format!("{name}:{}:{}: {text}", at.line, at.column));
            }
        }
        // In order of their lines, or ariadne draws a line twice.
        drawn.sort_by_key(|(place, ..)| place.start);
        for (place, text, is_main) in drawn {
            let label = Label::new((group.id.clone(), place))
                .with_color(if is_main { colour_of } else { Color::Blue })
                .with_priority(i32::from(is_main));
            // Without a text ariadne underlines nothing.
            report.add_label(label.with_message(if text.is_empty() { "here" } else { text }));
        }
    }
    if let Some(help) = help(found).filter(|_| !is_inline) {
        report.set_help(help);
    }
    let texts = groups
        .iter()
        .zip(&excerpts)
        .map(|(group, excerpt)| (group.id.clone(), Source::from(excerpt.padded())));
    let mut cache = Excerpts(texts.collect());
    let mut drawn = Vec::new();
    // Writing to memory does not fail.
    let _ = report.finish().write(&mut cache, &mut drawn);
    let drawn = String::from_utf8_lossy(&drawn).into_owned();
    let cut = excerpts.first().map_or(0, |e| e.cut);
    with_true_column(&drawn, first, found.span, cut)
}

/// What to do: the hint, else what the repair does.
fn help(found: &Diagnostic) -> Option<&str> {
    let title = found.fix.as_ref().map(|fix| fix.title.as_str());
    found.hint.as_deref().or(title)
}

/// The report without drawing, for a place far down in a file.
fn plain(
    found: &Diagnostic,
    is_inline: bool,
    groups: &[Group<'_>],
    excerpt: Option<&Excerpt>,
    kind: &ReportKind<'_>,
) -> String {
    let mut out = format!("[{}] {kind}: {}\n", found.code, found.message);
    for (span, text, is_main) in groups.iter().flat_map(|g| &g.labels) {
        let Some(group) = groups.iter().find(|g| g.id.file == span.file) else {
            continue;
        };
        let at = group.file.line_col(span.start);
        out.push_str(&format!(
            "   {}:{}:{}: {text}",
            group.id.name, at.line, at.column
        ));
        out.truncate(out.trim_end_matches([' ', ':']).len());
        out.push('\n');
        let line = excerpt.and_then(|e| e.main_line()).filter(|_| *is_main);
        if let Some((line, columns)) = line {
            let line = line.trim_end();
            let before = line.chars().take(columns.start);
            let before: String = before.map(|c| if c == '\t' { c } else { ' ' }).collect();
            let under = "^".repeat(columns.len());
            out.push_str(&format!("   | {line}\n   | {before}{under}\n"));
        }
    }
    if let Some(help) = help(found).filter(|_| !is_inline) {
        out.push_str(&format!("   Help: {help}\n"));
    }
    out
}

/// Ariadne counts the column in the line as it is shown; a line that was cut at its beginning has
/// another one.
fn with_true_column(drawn: &str, group: &Group<'_>, span: Span, cut: usize) -> String {
    let at = group.file.line_col(span.start);
    let shown = at.column as usize - cut.min(at.column as usize);
    if cut == 0 {
        return drawn.to_owned();
    }
    let name = &group.id.name;
    drawn.replacen(
        &format!("{name}:{}:{shown}", at.line),
        &format!("{name}:{}:{}", at.line, at.column),
        1,
    )
}
