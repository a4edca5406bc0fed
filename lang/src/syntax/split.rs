//! Cuts a file into its items, so that one broken item hides nothing of the others.

use super::keyword::{ITEMS_TO_COME, Keyword};
use super::stream::Stream;
use super::token::TokenKind;
use crate::diag::suggest::did_you_mean;
use crate::diag::{Code, Diagnostic, Sink};

/// An item as a range of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawItem {
    /// `fn`, `strategy` or `use`.
    pub kind: Keyword,
    /// Its keyword.
    pub start: usize,
    /// The `{` of its body.
    pub open: Option<usize>,
    /// One past its last token.
    pub end: usize,
}

/// The items that the grammar knows, in order. Reports E0405 for those to come and E0105 for text
/// that belongs to none.
pub(crate) fn split(stream: &Stream<'_>, sink: &mut Sink) -> Vec<RawItem> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        if let Some(kind) = item_keyword(stream, at) {
            let item = item(stream, kind, at);
            at = item.end.max(at + 1);
            items.push(item);
        } else if begins_item_to_come(stream, at) {
            let (_, end) = block(stream, at);
            sink.push(to_come(stream, at));
            at = end.max(at + 1);
        } else {
            at = stray(stream, at, sink);
        }
    }
    items
}

/// The keyword of an item that begins at a token.
fn item_keyword(stream: &Stream<'_>, at: usize) -> Option<Keyword> {
    let is_field = stream.kind_before(at) == Some(TokenKind::Dot) && !stream.begins_line(at);
    stream
        .keyword(at)
        .filter(|word| word.begins_item() && !is_field)
}

/// Whether an item of a later version begins at a token: its word first on its line, then a name or
/// a string.
fn begins_item_to_come(stream: &Stream<'_>, at: usize) -> bool {
    stream.kind(at) == Some(TokenKind::Name)
        && ITEMS_TO_COME.contains(&stream.text_of(at))
        && matches!(stream.kind(at + 1), Some(TokenKind::Name | TokenKind::Str))
        && stream.begins_line(at)
}

/// Like [`begins_item_to_come`], and its `{` follows soon: certain enough to end an unclosed bracket.
pub(crate) fn begins_block_to_come(stream: &Stream<'_>, at: usize) -> bool {
    begins_item_to_come(stream, at)
        && (at + 2..at + 5).any(|i| stream.kind(i) == Some(TokenKind::LBrace))
}

fn begins_any_item(stream: &Stream<'_>, at: usize) -> bool {
    item_keyword(stream, at).is_some() || begins_item_to_come(stream, at)
}

fn item(stream: &Stream<'_>, kind: Keyword, start: usize) -> RawItem {
    let (open, end) = match kind {
        Keyword::Use => (None, use_end(stream, start)),
        _ => block(stream, start),
    };
    RawItem {
        kind,
        start,
        open,
        end,
    }
}

/// The body's `{` and the end of an item that has a body.
fn block(stream: &Stream<'_>, start: usize) -> (Option<usize>, usize) {
    let mut at = start + 1;
    while at < stream.len() {
        match stream.kind(at) {
            Some(TokenKind::LBrace) => return (Some(at), stream.after_group(at)),
            _ if begins_any_item(stream, at) => break,
            _ => at = stream.after_group(at),
        }
    }
    (None, at.min(stream.len()))
}

/// A `use` ends with its line unless the line ends in `use`, `,` or `from`, or the next begins so.
fn use_end(stream: &Stream<'_>, start: usize) -> usize {
    let mut at = start + 1;
    while at < stream.len() && !begins_any_item(stream, at) {
        let continues = at == start + 1
            || stream.kind(at) == Some(TokenKind::Comma)
            || stream.text_of(at) == "from"
            || stream.kind_before(at) == Some(TokenKind::Comma)
            || stream.text_of(at - 1) == "from";
        if stream.begins_line(at) && !continues {
            break;
        }
        at = stream.after_group(at);
    }
    at.min(stream.len())
}

fn to_come(stream: &Stream<'_>, at: usize) -> Diagnostic {
    let word = stream.text_of(at);
    Diagnostic::error(
        Code::NotExecutable,
        stream.span(at),
        format!("`{word}` is part of the language's design and not executed yet"),
    )
}

/// Reports one run of text between items and gives its end.
fn stray(stream: &Stream<'_>, start: usize, sink: &mut Sink) -> usize {
    let mut at = start;
    let mut is_reported = true;
    while at < stream.len() && !begins_any_item(stream, at) {
        let is_block = stream.kind(at) == Some(TokenKind::LBrace);
        is_reported &= stream.is_broken(at) || stream.kind(at).is_some_and(TokenKind::is_broken);
        at = stream.after_group(at);
        // What looks like a whole item is a run of its own.
        if is_block && stream.begins_line(at) {
            break;
        }
    }
    if is_reported {
        return at;
    }
    // The first line of it is enough to see.
    let last = (start + 1..at)
        .find(|i| stream.after_line_end(*i))
        .unwrap_or(at);
    let first = stream.text_of(start);
    let words = ["fn", "strategy", "use"];
    let report = Diagnostic::error(
        Code::StrayText,
        stream.span_of(start, last),
        "this text belongs to no item",
    );
    let is_statement = stream.keyword(start).is_some_and(Keyword::begins_statement);
    let meant = did_you_mean(first, words.iter().copied());
    sink.push(if is_statement {
        report.hint(format!(
            "`{first}` stands inside the braces of a `strategy` or a `fn`"
        ))
    } else if let Some(word) = meant.filter(|_| stream.kind(start) == Some(TokenKind::Name)) {
        report.hint(format!("did you mean `{word}`?"))
    } else {
        report.hint("a file holds `strategy`, `fn` and `use` items")
    });
    at
}
