//! Where a row of a table begins: rows of a router, of a risk table, of a test's bars, and the further
//! names of a pool's `keep` and `next`. They begin with a name of their own and no word.

use super::body::{Cutter, Lead, continues};
use crate::syntax::keyword::Keyword;
use crate::syntax::token::TokenKind;
use crate::syntax::words::Place;

/// Words behind the `=>` of a limit.
const ACTION_WORDS: &[&str] = &["halt", "reject", "warn", "until", "next", "day"];

/// What begins at a name behind a complete expression: `None` where the braces hold no rows or this
/// is none, `Some(None)` where the name goes on with a row.
pub(super) fn begins(cutter: &Cutter<'_, '_>, at: usize) -> Option<Option<Lead>> {
    let stream = cutter.stream;
    let text = stream.text_of(at);
    let begins_line = stream.begins_line(at);
    let follows = stream.kind(at + 1);
    match cutter.place {
        Place::Router => {
            let is_row = follows == Some(TokenKind::FatArrow)
                || (follows == Some(TokenKind::Keyword(Keyword::When))
                    && !matches!(text, "override" | "switch"));
            let is_other = cutter.place.words().contains(&text)
                || continues(cutter.place, text)
                || stream.kind_before(at) == Some(TokenKind::FatArrow);
            (is_row || (begins_line && !is_other)).then_some(Some(Lead::Row))
        }
        Place::Risk => {
            // On one line a row begins behind a value or a whole action.
            let before = at.checked_sub(1).map_or("", |i| stream.text_of(i));
            let is_inner = at > cutter.start
                && stream.kind_before(at) == Some(TokenKind::Name)
                && !matches!(before, "halt" | "reject" | "warn" | "day");
            let is_action = ACTION_WORDS.contains(&text) || (is_inner && !begins_line);
            Some((!is_action && !continues(cutter.place, text)).then_some(Lead::Row))
        }
        Place::Test => {
            let is_values = stream.kind(at + 2) == Some(TokenKind::LBracket);
            let is_column = cutter.is_assigned(at) && (begins_line || is_values);
            is_column.then_some(Some(Lead::Row))
        }
        Place::Zones => cutter.is_assigned(at).then_some(Some(Lead::Row)),
        _ => None,
    }
}
