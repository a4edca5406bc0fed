//! Tokens, tree, formatted text.

use strat_lang::diag::{Diagnostic, Sink};
use strat_lang::source::{FileId, SourceMap, Span};
use strat_lang::syntax::{Token, TokenKind, lex as tokens_of, parse as tree_of};
use strat_lang::syntax::{
    parse_by_grammar, parse_expr, print_expr, print_tokens, print_tree, print_tree_with_spans,
};

use super::Reach;

const FILE: FileId = FileId(0);

/// Tokens cover the text, in order; what is none is reported; items and statements lie in the text.
pub fn lex(text: &str) -> Reach {
    let mut sink = Sink::new();
    let tokens = tokens_of(FILE, text, &mut sink);
    let mut end = 0;
    for token in &tokens {
        let (from, to) = (token.span.start as usize, token.span.end as usize);
        assert!(from >= end && to > from, "{token:?} overlaps, or is empty");
        blank(text, end, from);
        assert!(
            text.get(from..to).is_some(),
            "{token:?} cuts a character in two"
        );
        end = to;
    }
    blank(text, end, text.len());
    let broken = tokens.iter().any(|t| t.kind.is_broken());
    assert_eq!(broken, sink.has_errors(), "reported, or broken, not both");
    let mut map = SourceMap::new();
    let id = map.add("main.strat".to_owned(), text.to_owned());
    assert_eq!(
        print_tokens(map.get(id), &tokens).lines().count(),
        tokens.len()
    );
    inside(text, &sink.into_sorted());

    // The splitter: items in order, apart, each with its first token at its start.
    let mut sink = Sink::new();
    let file = tree_of(FILE, text, &mut sink);
    let mut end = 0;
    for item in &file.items {
        assert!(item.span.start >= end, "items overlap at {:?}", item.span);
        assert!(
            covered(text, item.span),
            "{:?} is not in the text",
            item.span
        );
        assert!(tokens.iter().any(|t| t.span.start == item.span.start));
        end = item.span.end;
    }
    reached(sink.has_errors(), !file.items.is_empty())
}

/// Between tokens stands white space, and the byte order mark at the very start.
fn blank(text: &str, from: usize, to: usize) {
    let gap = text.get(from..to).unwrap_or("a character cut in two");
    let gap = if from == 0 {
        gap.strip_prefix('\u{feff}').unwrap_or(gap)
    } else {
        gap
    };
    let is_white = gap.bytes().all(|b| b" \t\r\n".contains(&b));
    assert!(is_white, "no token for {gap:?}");
}

/// Reports lie in the text and are fit to be shown; what parses has the same tree after formatting.
pub fn parse(text: &str) -> Reach {
    let (before, errors) = tree(text);
    if errors == 0
        && let Ok(formatted) = strat_lang::fmt::format(text)
    {
        let (after, errors) = tree(&formatted);
        assert_eq!(errors, 0, "the formatted text has errors:\n{formatted}");
        assert_eq!(before, after, "another tree after formatting:\n{formatted}");
    }
    let mut sink = Sink::new();
    let expr = parse_expr(FILE, text, &mut sink);
    assert!(!print_expr(&expr).is_empty());
    let is_expr = !sink.has_errors();
    inside(text, &sink.into_sorted());
    reached(errors > 0 && !is_expr, is_expr || !before.is_empty())
}

/// What holds something and has no errors has a tree.
pub(super) fn reached(has_errors: bool, holds_something: bool) -> Reach {
    if has_errors || !holds_something {
        Reach::Text
    } else {
        Reach::Tree
    }
}

/// The tree of a text without places, and the number of its errors.
fn tree(text: &str) -> (String, usize) {
    let mut sink = Sink::new();
    let file = tree_of(FILE, text, &mut sink);
    let errors = sink.errors();
    let reports = sink.into_sorted();
    assert_eq!(errors == 0, reports.is_empty());
    inside(text, &reports);
    let _ = print_tree_with_spans(&file);
    // The short way of the parser and the grammar alone see the same.
    let mut sink = Sink::new();
    let by_grammar = parse_by_grammar(FILE, text, &mut sink);
    assert_eq!(reports, sink.into_sorted());
    assert!(
        file == by_grammar,
        "the short way:\n{}\nthe grammar:\n{}",
        print_tree_with_spans(&file),
        print_tree_with_spans(&by_grammar)
    );
    (print_tree(&file), errors)
}

/// Formatting again changes nothing, every comment is kept, and no line ends in white space.
pub fn format(text: &str) -> Reach {
    let formatted = match strat_lang::fmt::format(text) {
        Ok(formatted) => formatted,
        Err(reports) => {
            assert!(tree(text).1 > 0 && !reports.is_empty());
            return Reach::Text;
        }
    };
    let again = strat_lang::fmt::format(&formatted);
    assert_eq!(
        again.as_deref(),
        Ok(formatted.as_str()),
        "formatting again changes it"
    );
    assert_eq!(
        comments(text),
        comments(&formatted),
        "comments:\n{formatted}"
    );
    assert!(formatted.is_empty() || formatted.ends_with('\n'));
    for line in formatted.lines() {
        assert_eq!(line.trim_end(), line, "white space at the end of a line");
    }
    assert!(!formatted.contains("\n\n\n") && !formatted.starts_with('\n'));
    reached(false, !formatted.is_empty())
}

/// The comments of a text in order.
fn comments(text: &str) -> Vec<&str> {
    let all = tokens_of(FILE, text, &mut Sink::new());
    let comment = |t: &&Token| matches!(t.kind, TokenKind::Comment | TokenKind::Doc);
    all.iter()
        .filter(comment)
        .map(|t| t.text(text).trim_end())
        .collect()
}

/// Every place of a report lies in `text`, and its message is a sentence of a size to be read.
fn inside(text: &str, reports: &[Diagnostic]) {
    for report in reports {
        for span in places(report) {
            assert!(covered(text, span), "{report:?} lies outside");
        }
        readable(report);
    }
}

/// The message of a report is a sentence, and none of those that say the program failed itself.
pub(super) fn readable(report: &Diagnostic) {
    let message = &report.message;
    assert!(!message.is_empty() && !message.ends_with('.'), "{report:?}");
    assert!(message.chars().count() < 400, "{report:?}");
    // The parser's thread died: either it panicked, or the stack is too small for what is allowed.
    assert!(!message.contains("the memory that is left"), "{report:?}");
}

fn covered(text: &str, span: Span) -> bool {
    text.get(span.start as usize..span.end as usize).is_some()
}

/// All places that a report names: its own, further ones, those of its repair.
pub(super) fn places(report: &Diagnostic) -> impl Iterator<Item = Span> + '_ {
    std::iter::once(report.span)
        .chain(report.related.iter().map(|label| label.span))
        .chain(
            report
                .fix
                .iter()
                .flat_map(|fix| fix.edits.iter().map(|e| e.0)),
        )
}
