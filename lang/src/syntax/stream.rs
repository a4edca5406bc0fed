//! The tokens of a file as the grammar stage walks them: comments set aside, brackets paired.

use super::keyword::Keyword;
use super::token::{Token, TokenKind};
use crate::source::{FileId, Span};

/// Tokens without comments, and what was learned about them.
#[derive(Debug)]
pub(crate) struct Stream<'t> {
    /// The file they come from.
    pub file: FileId,
    /// Its text.
    pub text: &'t str,
    /// All tokens but comments.
    pub tokens: Vec<Token>,
    /// Documentation lines, each with the index of the token that follows.
    docs: Vec<(u32, Span)>,
    /// For an opening bracket one past the tokens it holds: the index of its closing bracket, or
    /// of the token where the search for it was given up. Zero for every other token.
    ends: Vec<u32>,
    /// Tokens whose brackets were reported, so that what they belong to is not parsed.
    broken: Vec<bool>,
}

impl<'t> Stream<'t> {
    /// The stream of a file's tokens; brackets are paired by [`nesting::check`](super::nesting::check).
    pub fn new(file: FileId, text: &'t str, all: &[Token]) -> Self {
        let mut tokens = Vec::with_capacity(all.len());
        let mut docs = Vec::new();
        let mut end_before = 0;
        for token in all {
            let gap = text
                .get(end_before..token.span.start as usize)
                .unwrap_or("");
            let begins_line = end_before == 0 || gap.contains('\n');
            end_before = token.span.end as usize;
            match token.kind {
                TokenKind::Comment => {}
                TokenKind::Doc if begins_line => docs.push((index(tokens.len()), token.span)),
                TokenKind::Doc => {}
                _ => tokens.push(*token),
            }
        }
        let count = tokens.len();
        Self {
            file,
            text,
            tokens,
            docs,
            ends: vec![0; count],
            broken: vec![false; count],
        }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The kind of a token; `None` past either end.
    pub fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// The keyword at a token, if it is one.
    pub fn keyword(&self, at: usize) -> Option<Keyword> {
        match self.kind(at) {
            Some(TokenKind::Keyword(word)) => Some(word),
            _ => None,
        }
    }

    /// The kind of the token before.
    pub fn kind_before(&self, at: usize) -> Option<TokenKind> {
        at.checked_sub(1).and_then(|i| self.kind(i))
    }

    /// Whether an expression can end with a token, seen with the one before it: the `above` of
    /// `crosses above` and the `between` behind a value are no names, and the `stop` of `x.stop` is one.
    pub fn ends_expression(&self, at: usize) -> bool {
        let before = self.kind_before(at);
        match self.kind(at) {
            Some(TokenKind::Keyword(_)) if before == Some(TokenKind::Dot) => true,
            Some(TokenKind::Name) if before == Some(TokenKind::Keyword(Keyword::Crosses)) => {
                !matches!(self.text_of(at), "above" | "below")
            }
            Some(TokenKind::Name) => match self.text_of(at) {
                "between" | "where" => {
                    let is_field = at
                        .checked_sub(2)
                        .is_some_and(|i| self.kind(i) == Some(TokenKind::Dot));
                    !is_field && !before.is_some_and(TokenKind::ends_expression)
                }
                "nearest" | "highest" | "lowest" => {
                    at.checked_sub(1).is_none_or(|i| self.text_of(i) != "by")
                }
                _ => true,
            },
            kind => kind.is_some_and(TokenKind::ends_expression),
        }
    }

    /// The text of a token.
    pub fn text_of(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |t| t.text(self.text))
    }

    /// The place of a token; the end of the text past the last.
    pub fn span(&self, at: usize) -> Span {
        self.tokens.get(at).map_or_else(
            || Span::new(self.file, index(self.text.len()), index(self.text.len())),
            |t| t.span,
        )
    }

    /// The place from a token up to before another; the first token's place when that is none.
    pub fn span_of(&self, from: usize, to: usize) -> Span {
        let first = self.span(from);
        match to.checked_sub(1) {
            Some(last) if last >= from => first.to(self.span(last)),
            _ => first,
        }
    }

    /// Whether only white space stands before a token on its line.
    pub fn begins_line(&self, at: usize) -> bool {
        self.indent(at).is_some()
    }

    /// Bytes of white space before a token that is the first of its line.
    pub fn indent(&self, at: usize) -> Option<usize> {
        let start = self.span(at).start as usize;
        let before = self.text.as_bytes().get(..start).unwrap_or_default();
        let blank = before
            .iter()
            .rev()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
            .count();
        match before.len().checked_sub(blank + 1) {
            None => Some(blank),
            Some(i) if before.get(i) == Some(&b'\n') => Some(blank),
            // A byte order mark before the first line.
            Some(2) if before.starts_with("\u{feff}".as_bytes()) => Some(blank),
            Some(_) => None,
        }
    }

    /// Whether a line ends between a token and the one before.
    pub fn after_line_end(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return true;
        };
        let gap = self.span(before).end as usize..self.span(at).start as usize;
        self.text.get(gap).unwrap_or("").contains('\n')
    }

    /// Whether a token stands directly behind the one before.
    pub fn touches(&self, at: usize) -> bool {
        at.checked_sub(1)
            .is_some_and(|before| self.span(before).end == self.span(at).start)
    }

    /// The index after a token, or after the whole group when the token opens a bracket.
    pub fn after_group(&self, at: usize) -> usize {
        match self.ends.get(at) {
            Some(0) | None => at + 1,
            Some(end) => {
                let end = *end as usize;
                let closed = self.kind(end).is_some_and(TokenKind::closes) && !self.is_broken(at);
                (end + usize::from(closed)).max(at + 1)
            }
        }
    }

    /// One past the tokens inside the group that a token opens.
    pub fn group_end(&self, at: usize) -> usize {
        self.ends
            .get(at)
            .map_or(at + 1, |end| (*end as usize).max(at + 1))
    }

    /// Records where the group of an opening bracket ends.
    pub fn set_group(&mut self, opener: usize, end: usize) {
        if let Some(slot) = self.ends.get_mut(opener) {
            *slot = index(end);
        }
    }

    /// Forgets how brackets were paired and which were reported.
    pub fn forget_groups(&mut self) {
        self.ends.fill(0);
        self.broken.fill(false);
    }

    /// Marks a token as reported.
    pub fn set_broken(&mut self, at: usize) {
        if let Some(slot) = self.broken.get_mut(at) {
            *slot = true;
        }
    }

    /// Whether the token's bracket was reported.
    pub fn is_broken(&self, at: usize) -> bool {
        self.broken.get(at).copied().unwrap_or(false)
    }

    /// Whether anything among the tokens was reported already, by the lexer or the bracket check.
    pub fn any_broken(&self, from: usize, to: usize) -> bool {
        (from..to).any(|i| self.is_broken(i) || self.kind(i).is_some_and(TokenKind::is_broken))
    }

    /// The documentation directly before a token: its lines without the slashes and one space.
    pub fn doc(&self, at: usize) -> Option<String> {
        let at = index(at);
        let from = self.docs.partition_point(|(i, _)| *i < at);
        let lines: Vec<&str> = self
            .docs
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|(i, _)| *i == at)
            .map(|(_, span)| {
                let line = self.text.get(span.start as usize..span.end as usize);
                let line = line.unwrap_or("").trim_start_matches('/');
                line.strip_prefix(' ').unwrap_or(line).trim_end()
            })
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// A count as an index; files are limited far below 4 G tokens.
fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
