//! Collects the diagnostics of a run, so that all errors are reported at once.

use super::diagnostic::{Diagnostic, Severity};

/// Most diagnostics kept; a file of junk does not fill the memory.
const MOST: usize = 1_000;

/// Where every phase puts what it finds.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
    errors: usize,
}

impl Sink {
    /// An empty sink.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps one diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error {
            self.errors += 1;
        }
        if self.found.len() < MOST {
            self.found.push(diagnostic);
        }
    }

    /// Keeps what another sink found.
    pub fn append(&mut self, other: Self) {
        // What the other left out was counted there.
        self.errors += other.errors;
        let room = MOST.saturating_sub(self.found.len());
        self.found.extend(other.found.into_iter().take(room));
    }

    /// Number of errors so far.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether any error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether some of what was found may have been left out because there was too much.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.found.len() >= MOST
    }

    /// Everything found, by file and place; the same report twice is one report.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| {
            (a.span, a.severity, a.code, &a.message).cmp(&(b.span, b.severity, b.code, &b.message))
        });
        self.found.dedup();
        self.found
    }
}
