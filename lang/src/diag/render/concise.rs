//! One line per diagnostic.

use std::fmt::Write;

use crate::diag::Diagnostic;
use crate::source::SourceMap;

pub(super) fn render(diagnostics: &[Diagnostic], map: &SourceMap) -> String {
    let mut out = String::new();
    for found in diagnostics {
        if let Some(file) = map.find(found.span.file) {
            let place = file.line_col(found.span.start);
            // Writing to a String cannot fail.
            let _ = write!(out, "{}:{}:{}: ", file.name, place.line, place.column);
        }
        let _ = writeln!(
            out,
            "{}[{}]: {}",
            found.severity.name(),
            found.code,
            found.message
        );
    }
    out
}
