//! Cuts a body into statements by its tokens.
//!
//! A statement begins at a word that only begins statements, at a word of a statement to come where
//! no expression goes on, and at any other name that stands first on its line behind a complete
//! expression (a slip, but one that must not take its neighbours along). Bracketed groups are
//! passed over as a whole, so the work is linear.

use crate::syntax::keyword::{Keyword, STATEMENTS_TO_COME};
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;

/// What a segment begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// A statement keyword.
    Statement(Keyword),
    /// `fn`, `strategy` or `use` inside a body.
    Item(Keyword),
    /// A statement that is not executed yet.
    ToCome,
    /// `name =` without `let`.
    Assignment,
    /// Anything else.
    Unknown,
}

/// One statement as a range of tokens; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// How it begins.
    pub lead: Lead,
    /// Its first token.
    pub from: usize,
    /// One past its last token.
    pub to: usize,
}

/// Words that continue a statement on the next line although they are ordinary names.
const CONTINUING: &[&str] = &["step", "after", "bars", "bar", "from"];

/// The statements among tokens `from..to`.
pub(super) fn cut(stream: &Stream<'_>, from: usize, to: usize) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut before_when = true;
    let mut at = from;
    while at < to {
        let current = segments.last().map(|s| (s.lead, s.from));
        let lead = match begins(stream, at, from, current, before_when) {
            None if segments.is_empty() => Some(Lead::Unknown),
            lead => lead,
        };
        if let Some(lead) = lead {
            if let Some(last) = segments.last_mut() {
                last.to = at;
            }
            segments.push(Segment { lead, from: at, to });
            before_when = true;
        }
        if stream.keyword(at) == Some(Keyword::When) {
            before_when = false;
        }
        at = match lead {
            // A misplaced item is one segment with its braces.
            Some(Lead::Item(_)) => after_header(stream, at, to),
            _ => stream.after_group(at),
        };
    }
    segments
}

/// Whether a statement begins at token `at`, inside the segment `current` that began before it.
fn begins(
    stream: &Stream<'_>,
    at: usize,
    start: usize,
    current: Option<(Lead, usize)>,
    before_when: bool,
) -> Option<Lead> {
    let before = if at == start {
        None
    } else {
        stream.kind_before(at)
    };
    // A word may be a field; a statement on the next line is none even if the name was forgotten.
    if before == Some(TokenKind::Dot) && !stream.begins_line(at) {
        return None;
    }
    let is_assigned =
        matches!(stream.kind(at + 1), Some(TokenKind::Assign)) || stream.text_of(at + 1) == ":=";
    let lead = current.map(|(lead, _)| lead);
    let is_order =
        before_when && matches!(lead, Some(Lead::Statement(Keyword::Enter | Keyword::Exit)));
    match stream.kind(at)? {
        TokenKind::Keyword(word) if word.begins_item() => Some(Lead::Item(word)),
        TokenKind::Keyword(word) if word.begins_statement() => {
            // `let stop = …` misuses the word as a name; `enter long stop …` is an order to come.
            let names = current.is_some_and(|(lead, from)| {
                from + 1 == at
                    && matches!(
                        lead,
                        Lead::Statement(
                            Keyword::Let | Keyword::Rec | Keyword::Param | Keyword::Flag
                        )
                    )
            });
            let is_name = names
                && (is_assigned
                    || matches!(
                        stream.kind(at + 1),
                        Some(TokenKind::Colon | TokenKind::Keyword(Keyword::When))
                    ));
            let is_kind = is_order && word == Keyword::Stop && !stream.begins_line(at);
            (!is_name && !is_kind).then_some(Lead::Statement(word))
        }
        TokenKind::Name => {
            let may_begin = before.is_none() || may_end(stream, at - 1, start);
            let begins_line = stream.begins_line(at);
            let is_inner = is_order || matches!(lead, Some(Lead::ToCome | Lead::Unknown));
            if !may_begin || (is_inner && !begins_line) {
                return None;
            }
            let text = stream.text_of(at);
            let is_list_row = is_order && CLAUSES.contains(&text);
            // `let x y = 1` has one slip, not a second statement.
            let is_second_name = current
                .is_some_and(|(lead, from)| from + 2 == at && matches!(lead, Lead::Statement(_)));
            if is_assigned && is_second_name && !begins_line {
                None
            } else if is_assigned {
                Some(Lead::Assignment)
            } else if is_list_row {
                None
            } else if STATEMENTS_TO_COME.contains(&text) {
                Some(Lead::ToCome)
            } else {
                (begins_line && !CONTINUING.contains(&text)).then_some(Lead::Unknown)
            }
        }
        // Not a statement either, but it cannot go on with the one before.
        TokenKind::Keyword(Keyword::If)
            if before.is_some() && may_end(stream, at - 1, start) && stream.begins_line(at) =>
        {
            Some(Lead::Unknown)
        }
        _ => None,
    }
}

/// Whether a statement may end with a token. Two values never stand side by side in a statement, so
/// a word such as `step` behind a value asks for another.
fn may_end(stream: &Stream<'_>, at: usize, start: usize) -> bool {
    if at == start {
        return stream.ends_expression(at);
    }
    let is_asking = match stream.text_of(at) {
        "step" | "after" => stream.ends_expression(at - 1),
        "from" => stream.keyword(at - 1) == Some(Keyword::State),
        "bar" => stream.text_of(at - 1) == "from",
        _ => false,
    };
    !is_asking && stream.ends_expression(at)
}

/// Words that may begin a further line of `enter` and `exit`.
const CLAUSES: &[&str] = &["long", "short", "limit", "market", "size", "keep"];

/// One past the body of a misplaced item.
fn after_header(stream: &Stream<'_>, start: usize, to: usize) -> usize {
    let mut at = start + 1;
    while at < to {
        match stream.kind(at) {
            Some(TokenKind::LBrace) => return stream.after_group(at),
            Some(TokenKind::Keyword(word)) if word.begins_statement() => return at,
            _ => at = stream.after_group(at),
        }
    }
    at
}
