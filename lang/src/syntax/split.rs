//! Cuts a file into its items, so that one broken item hides nothing of the others.

use super::keyword::Keyword;
use super::stream::Stream;
use super::token::TokenKind;
use super::words::{ItemWord, Place};
use crate::diag::suggest::did_you_mean;
use crate::diag::{Code, Diagnostic, Sink};

/// An item as a range of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawItem {
    /// What it is.
    pub kind: ItemWord,
    /// Its word.
    pub start: usize,
    /// The `{` of its body.
    pub open: Option<usize>,
    /// One past its last token.
    pub end: usize,
}

/// The items in order. Reports E0105 for text that belongs to none.
pub(crate) fn split(stream: &Stream<'_>, sink: &mut Sink) -> Vec<RawItem> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        if let Some(kind) = item_word(stream, at) {
            let item = item(stream, kind, at);
            at = item.end.max(at + 1);
            items.push(item);
        } else {
            at = stray(stream, at, sink);
        }
    }
    items
}

/// The word of an item that begins at a token outside of any braces: a reserved one, or another
/// first on its line with its name, string, number or `{` behind it.
pub(crate) fn item_word(stream: &Stream<'_>, at: usize) -> Option<ItemWord> {
    match stream.kind(at)? {
        TokenKind::Keyword(word) => {
            let is_field =
                stream.kind_before(at) == Some(TokenKind::Dot) && !stream.begins_line(at);
            // `strategy.entry(…)` is a call of another language.
            let is_call = stream.kind(at + 1) == Some(TokenKind::Dot);
            ItemWord::of_keyword(word).filter(|_| !is_field && !is_call)
        }
        TokenKind::Name => {
            let word = ItemWord::of(stream.text_of(at))?;
            let follows = stream.kind(at + 1)?;
            let fits = match word {
                ItemWord::Edition => {
                    matches!(follows, TokenKind::Number | TokenKind::BadNumber)
                }
                _ => matches!(
                    follows,
                    TokenKind::Name
                        | TokenKind::Str
                        | TokenKind::BadStr
                        | TokenKind::LBrace
                        | TokenKind::Keyword(_)
                ),
            };
            (fits && stream.begins_line(at)).then_some(word)
        }
        _ => None,
    }
}

/// Whether an item surely begins at a name inside braces: its word first on its line, and on the same
/// line its name or string and soon a `{`.
pub(crate) fn begins_block(stream: &Stream<'_>, at: usize) -> bool {
    stream.kind(at) == Some(TokenKind::Name)
        && matches!(stream.kind(at + 1), Some(TokenKind::Name | TokenKind::Str))
        && item_word(stream, at).is_some_and(ItemWord::has_body)
        && (at + 1..at + 5)
            .take_while(|i| !stream.after_line_end(*i))
            .any(|i| stream.kind(i) == Some(TokenKind::LBrace))
}

fn item(stream: &Stream<'_>, kind: ItemWord, start: usize) -> RawItem {
    let (open, end) = match kind {
        ItemWord::Use | ItemWord::Edition => (None, line_end(stream, start)),
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
            _ if item_word(stream, at).is_some() => break,
            _ => at = stream.after_group(at),
        }
    }
    (None, at.min(stream.len()))
}

/// A `use` ends with its line unless the line ends in `use`, `,` or `from`, or the next begins so.
fn line_end(stream: &Stream<'_>, start: usize) -> usize {
    let mut at = start + 1;
    while at < stream.len() && item_word(stream, at).is_none() {
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

/// Reports one run of text between items and gives its end.
fn stray(stream: &Stream<'_>, start: usize, sink: &mut Sink) -> usize {
    let mut at = start;
    let mut is_reported = true;
    while at < stream.len() && item_word(stream, at).is_none() {
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
    let report = Diagnostic::error(
        Code::StrayText,
        stream.span_of(start, last),
        "this text belongs to no item",
    );
    let is_statement = stream.keyword(start).is_some_and(Keyword::begins_statement);
    let meant = did_you_mean(first, ItemWord::ALL.iter().map(|(word, _)| *word));
    let place = Place::of_word(first).filter(|_| stream.kind(start) == Some(TokenKind::Name));
    sink.push(if is_statement {
        report.hint(format!(
            "`{first}` stands inside the braces of a `strategy` or a `fn`"
        ))
    } else if let Some(place) = place {
        report.hint(format!(
            "`{first}` stands inside the braces of {}",
            place.name()
        ))
    } else if let Some(hint) = foreign_line(first) {
        report.hint(hint)
    } else if first == "edition" {
        report.hint("an edition is a year: `edition 2026`")
    } else if let Some(word) = meant.filter(|_| stream.kind(start) == Some(TokenKind::Name)) {
        report.hint(format!("did you mean `{word}`?"))
    } else {
        report.hint("a file holds items such as `strategy`, `fn`, `regime`, `router` and `use`")
    });
    at
}

/// What a line of another language outside of items is told.
fn foreign_line(first: &str) -> Option<&'static str> {
    Some(match first {
        "import" | "from" | "include" | "require" | "using" => {
            "the functions of the library are always there; those of another file come with `use name from \"file.strat\"`"
        }
        "def" | "function" | "func" | "indicator" | "study" => {
            "a function is written `fn name(x) { return … }`"
        }
        "class" => "a strategy is written `strategy Name { … }`",
        _ => return None,
    })
}
