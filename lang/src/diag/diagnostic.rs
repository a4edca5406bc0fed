//! The one diagnostic model that every phase reports with and every renderer reads.

use super::codes::Code;
use crate::source::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The program is refused.
    Error,
    /// The program is accepted, but probably not what was meant.
    Warning,
}

impl Severity {
    /// Lower-case name as it stands in every output format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A further place that explains the first, with a short text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there.
    pub text: String,
}

/// How sure it is that a [`Fix`] is what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// The source can have meant nothing else that the language can say, and where it means
    /// something already the change keeps that. `stratc check --fix` applies it unasked.
    Certain,
    /// Likely, but a person decides: a guess at a name, a change of what the program does.
    Possible,
}

impl Certainty {
    /// Lower-case name as it stands in every output format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Possible => "possible",
        }
    }
}

/// A change of the source that removes the cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, in the imperative.
    pub title: String,
    /// Replacements; they do not overlap.
    pub edits: Vec<(Span, String)>,
    /// Whether it may be applied unasked.
    pub certainty: Certainty,
}

/// One report: the smallest wrong span, what was expected and found, at most one hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The code, one of [`codes`](super::codes).
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence, no full stop.
    pub message: String,
    /// The smallest span that is wrong.
    pub span: Span,
    /// Text under the span; empty when the message says it all.
    pub label: String,
    /// Further places.
    pub related: Vec<Label>,
    /// What to do, one sentence.
    pub hint: Option<String>,
    /// A repair.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error with its message.
    #[must_use]
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            hint: None,
            fix: None,
        }
    }

    /// A warning with its message.
    #[must_use]
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message)
        }
    }

    /// Text shown under the span.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// A further place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    /// A certain repair; see [`Certainty::Certain`] for what that takes.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<(Span, String)>) -> Self {
        self.fix = Some(Fix {
            title: title.into(),
            edits,
            certainty: Certainty::Certain,
        });
        self
    }

    /// A repair that is likely what was meant; a person decides.
    #[must_use]
    pub fn suggest(mut self, title: impl Into<String>, edits: Vec<(Span, String)>) -> Self {
        self.fix = Some(Fix {
            title: title.into(),
            edits,
            certainty: Certainty::Possible,
        });
        self
    }

    /// A name that was probably meant by the `written` one at `span`. Only a difference in case is
    /// certain: any other guess may be a name that means something else.
    #[must_use]
    pub fn did_you_mean(self, span: Span, written: &str, meant: &str) -> Self {
        let report = self.hint(format!("did you mean `{meant}`?"));
        let (title, edits) = (format!("write `{meant}`"), vec![(span, meant.to_owned())]);
        if written.eq_ignore_ascii_case(meant) {
            report.fix(title, edits)
        } else {
            report.suggest(title, edits)
        }
    }
}
