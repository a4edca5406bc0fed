//! Diagnostics as text, one file per format. Nothing is printed here; the caller has the stream.

mod concise;
mod excerpt;
mod json;
mod sarif;
mod terminal;

use super::Diagnostic;
use crate::source::SourceMap;

/// A form of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The source with the place underlined, for people.
    Terminal,
    /// `path:line:column: error[E0201]: message`, one line each, for editors and `grep`.
    Concise,
    /// One JSON array, for programs.
    Json,
    /// One SARIF 2.1.0 log, for code scanning.
    Sarif,
}

impl Format {
    /// All formats with the names that the command line knows them by.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("terminal", Self::Terminal),
        ("concise", Self::Concise),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
    ];

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find_map(|(text, format)| (*text == name).then_some(*format))
    }
}

/// Renders `diagnostics` in the order given; `map` holds the files that they lie in, and `colour`
/// adds terminal colours to [`Format::Terminal`]. Without diagnostics the text is empty, in JSON
/// an empty array, in SARIF a run without results.
#[must_use]
pub fn render(format: Format, diagnostics: &[Diagnostic], map: &SourceMap, colour: bool) -> String {
    match format {
        Format::Terminal => terminal::render(diagnostics, map, colour),
        Format::Concise => concise::render(diagnostics, map),
        Format::Json => json::render(diagnostics, map),
        Format::Sarif => sarif::render(diagnostics, map),
    }
}
