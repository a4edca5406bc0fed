//! Whole files of another language. Every line of one is wrong here, and none of them is the cause:
//! such a file gets one report, which says what it is and what the same thing looks like here.

use super::split::RawItem;
use super::stream::Stream;
use super::token::TokenKind;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// The comment that Pine Script files begin with.
const PINE_VERSION: &str = "//@version=";

/// The report for a file that is no `.strat` at all: something in it declares another language, and
/// no item of it has a body.
pub(crate) fn report(stream: &Stream<'_>, items: &[RawItem]) -> Option<Diagnostic> {
    if items.iter().any(|item| item.open.is_some()) {
        return None;
    }
    let mut at = 0;
    while at < stream.len() {
        if stream.indent(at) == Some(0)
            && let Some(report) = pine(stream, at).or_else(|| python(stream, at))
        {
            return Some(report);
        }
        at = stream.after_group(at);
    }
    version(stream).map(|span| pine_file(span, "MyStrategy"))
}

/// `//@version=5` at the beginning of a line.
fn version(stream: &Stream<'_>) -> Option<Span> {
    let mut start = 0;
    for line in stream.text.split_inclusive('\n') {
        if line.starts_with(PINE_VERSION) {
            let from = u32::try_from(start).ok()?;
            let len = u32::try_from(line.trim_end().len()).ok()?;
            return Some(Span::new(stream.file, from, from.saturating_add(len)));
        }
        start += line.len();
    }
    None
}

/// `strategy("…", …)`, `indicator(…)`
fn pine(stream: &Stream<'_>, at: usize) -> Option<Diagnostic> {
    if stream.kind(at + 1) != Some(TokenKind::LParen) {
        return None;
    }
    let span = stream.span(at);
    match stream.text_of(at) {
        "strategy" => Some(pine_file(span, &title(stream, at + 1))),
        word @ ("indicator" | "study" | "library") => Some(
            Diagnostic::error(
                Code::StrayText,
                span,
                format!("this file is Pine Script: `{word}(…)` declares nothing here"),
            )
            .hint("an indicator is a function: `fn trend(n) { return ema(close, n) - ema(close, 2 * n) }`"),
        ),
        _ => None,
    }
}

fn pine_file(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::StrayText,
        span,
        "this file is Pine Script, another language",
    )
    .hint(format!(
        "the same is declared here: `strategy {name} {{ let fast = sma(close, 20)  enter long when close crosses above fast  exit when close crosses below fast }}`"
    ))
}

/// The first text between the brackets as a name, such as `MyCross` of `"My cross"`.
fn title(stream: &Stream<'_>, open: usize) -> String {
    let text = (open + 1..stream.group_end(open))
        .find(|i| stream.kind(*i) == Some(TokenKind::Str))
        .map_or("", |i| stream.text_of(i));
    let mut name = String::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut letters = word.chars();
        name.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    let is_name = name.len() <= 40 && name.starts_with(|c: char| c.is_ascii_alphabetic());
    if is_name {
        name
    } else {
        "MyStrategy".to_owned()
    }
}

/// `import x`, `from x import y`, `class X`, `def f(…)`
fn python(stream: &Stream<'_>, at: usize) -> Option<Diagnostic> {
    let is_name = stream.kind(at + 1) == Some(TokenKind::Name) && !stream.after_line_end(at + 1);
    let end = (at + 1..stream.len())
        .find(|i| stream.after_line_end(*i))
        .unwrap_or(stream.len());
    let fits = is_name
        && match stream.text_of(at) {
            "import" => true,
            "from" => (at + 1..end).any(|i| stream.text_of(i) == "import"),
            "class" | "def" => stream.text_of(end - 1) == ":",
            _ => false,
        };
    fits.then(|| {
        Diagnostic::error(
            Code::StrayText,
            stream.span_of(at, end),
            "this file is Python, another language",
        )
        .hint("conditions are declared, not computed row by row: `strategy MyStrategy { enter long when rsi(close, 14) < 30  exit when rsi(close, 14) > 70 }`")
    })
}
