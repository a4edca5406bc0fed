//! Tokens and marks to text.

use super::plan::{Mark, Plan, Row};
use super::table::WIDEST;
use crate::syntax::keyword::Keyword;
use crate::syntax::{Token, TokenKind};

/// Spaces of one level.
const INDENT: usize = 4;

/// Longest line, in characters, that a block may make when it stays on one.
const WIDTH: usize = 100;

/// The whole file in the one style.
pub(super) fn print(text: &str, tokens: &[Token], mut plan: Plan) -> String {
    for (at, gap) in gaps(text, tokens, &plan) {
        plan.set_gap(at, gap);
    }
    let mut printer = Printer {
        layout: Layout {
            text,
            tokens,
            plan: &plan,
        },
        out: String::with_capacity(text.len()),
        line: String::new(),
        indent: 0,
        open: Vec::new(),
        must_break: true,
        after_open: true,
        code_from: code_from(tokens),
    };
    let mut at = 0;
    while at < tokens.len() {
        at = printer.token(at);
    }
    printer.end_line();
    printer.out
}

/// The spaces that put the columns of each table under each other.
fn gaps(text: &str, tokens: &[Token], plan: &Plan) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let layout = Layout { text, tokens, plan };
    for table in &plan.tables {
        for column in 0..2 {
            let cell = |row: &Row| {
                let stop = row.stops.get(column).copied().flatten()?;
                let from = match column {
                    0 => row.start,
                    _ => row.stops.first().copied().flatten()?,
                };
                let width = layout.width(from, stop);
                (width <= WIDEST).then_some((stop, width))
            };
            let widest = table.rows.iter().filter_map(cell).map(|(_, w)| w).max();
            let least = table.gaps.get(column).copied().unwrap_or(1);
            for (stop, width) in table.rows.iter().filter_map(cell) {
                found.push((stop, widest.unwrap_or(width) - width + least));
            }
        }
    }
    found
}

/// What decides the spaces between two tokens.
#[derive(Clone, Copy)]
struct Layout<'t> {
    text: &'t str,
    tokens: &'t [Token],
    plan: &'t Plan,
}

/// An open bracket.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Indentation of the line that it stands on.
    indent: usize,
    /// Whether it holds lines.
    is_block: bool,
}

struct Printer<'t> {
    layout: Layout<'t>,
    out: String,
    /// The line that is being made, without its indentation.
    line: String,
    /// Its indentation in spaces.
    indent: usize,
    open: Vec<Open>,
    /// The next token begins a line.
    must_break: bool,
    /// A block was opened, or nothing was printed yet: no blank line follows.
    after_open: bool,
    /// For each token the first from it on that is no comment.
    code_from: Vec<Option<usize>>,
}

/// For each token the first from it on that is no comment.
fn code_from(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut next = None;
    let mut found: Vec<Option<usize>> = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate().rev() {
        if !token.kind.is_comment() {
            next = Some(at);
        }
        found.push(next);
    }
    found.reverse();
    found
}

impl<'t> Printer<'t> {
    /// Prints the token, or the whole block when it stays on one line; gives the next one.
    fn token(&mut self, at: usize) -> usize {
        let Some(kind) = self.layout.kind(at) else {
            return at + 1;
        };
        let mark = self.layout.plan.mark(at);
        let newlines = self.layout.gap(at).bytes().filter(|b| *b == b'\n').count();
        if kind.is_comment() {
            self.comment(at, newlines);
            return at + 1;
        }
        if self.must_break || mark.begins_line || (newlines > 0 && !mark.joins) {
            self.begin_line(at, kind, mark, newlines);
        } else {
            match mark.gap {
                0 => self.line.push_str(self.layout.space(at)),
                gap => self.line.extend(std::iter::repeat_n(' ', gap)),
            }
        }
        self.line.push_str(self.layout.text_of(at));
        if kind.opens() {
            if mark.opens_block
                && let Some(block) = self.inline_block(at, mark)
            {
                self.line.push_str(&block);
                return mark.partner + 1;
            }
            self.open.push(Open {
                indent: self.indent,
                is_block: mark.opens_block,
            });
            self.must_break = mark.opens_block;
            self.after_open = mark.opens_block;
        } else if kind.closes() {
            self.open.pop();
        }
        // The closing brace of a block begins a line.
        let next = self.layout.plan.mark(at + 1);
        let closes_block = self.layout.kind(at + 1) == Some(TokenKind::RBrace)
            && self.layout.plan.mark(next.partner).opens_block;
        self.must_break |= closes_block;
        at + 1
    }

    fn comment(&mut self, at: usize, newlines: usize) {
        let text = self.layout.text_of(at).trim_end();
        let trails = newlines == 0 && !self.line.is_empty();
        if trails {
            self.line.push_str("  ");
        } else {
            // It stands where the code that follows it will.
            let next = self.code_from.get(at).copied().flatten();
            let mark = next.map(|i| self.layout.plan.mark(i)).unwrap_or(Mark {
                begins_line: true,
                ..Mark::default()
            });
            let closes = next
                .and_then(|i| self.layout.kind(i))
                .is_some_and(|kind| kind == TokenKind::RBrace);
            let in_block = self.open.last().is_none_or(|open| open.is_block);
            let kind = TokenKind::Comment;
            let mark = Mark {
                begins_line: mark.begins_line || (closes && in_block),
                ..mark
            };
            self.begin_line(at, kind, mark, newlines);
        }
        self.line.push_str(text);
        self.must_break = true;
        self.after_open &= trails;
    }

    /// Ends the line and decides where the next begins.
    fn begin_line(&mut self, at: usize, kind: TokenKind, mark: Mark, newlines: usize) {
        let closes = kind.closes();
        self.end_line();
        if newlines > 1 && !self.after_open && !closes && at > 0 {
            self.out.push('\n');
        }
        let top = self.open.last().copied();
        let outer = top.map_or(0, |open| open.indent);
        self.indent = match top {
            _ if closes => outer,
            None if mark.begins_line => 0,
            None => INDENT,
            Some(open) if open.is_block && !mark.begins_line => outer + 2 * INDENT,
            Some(_) => outer + INDENT,
        };
        self.must_break = false;
        self.after_open = false;
    }

    fn end_line(&mut self) {
        if self.line.is_empty() {
            return;
        }
        self.out.extend(std::iter::repeat_n(' ', self.indent));
        self.out.push_str(&self.line);
        self.out.push('\n');
        self.line.clear();
    }

    /// What follows the `{` of a block that stays on its line, closing brace included.
    fn inline_block(&self, open: usize, mark: Mark) -> Option<String> {
        let close = mark.partner;
        if close == open + 1 {
            return Some("}".to_owned());
        }
        if !mark.may_be_inline || (open + 1..=close).any(|i| self.layout.gap(i).contains('\n')) {
            return None;
        }
        let mut text = String::new();
        for at in open + 1..=close {
            let mark = self.layout.plan.mark(at);
            if mark.opens_block || self.layout.kind(at).is_some_and(TokenKind::is_comment) {
                return None;
            }
            let is_next_member = mark.begins_line && !mark.is_close && at > open + 1;
            text.push_str(if is_next_member {
                "  "
            } else {
                self.layout.space(at)
            });
            text.push_str(self.layout.text_of(at));
        }
        let width = self.indent + self.line.chars().count() + text.chars().count();
        (width <= WIDTH).then_some(text)
    }
}

impl<'t> Layout<'t> {
    fn kind(self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    fn text_of(self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |t| t.text(self.text))
    }

    /// What the author wrote between a token and the one before.
    fn gap(self, at: usize) -> &'t str {
        let before = at.checked_sub(1).and_then(|i| self.tokens.get(i));
        let start = before.map_or(0, |t| t.span.end as usize);
        let end = self.tokens.get(at).map_or(start, |t| t.span.start as usize);
        self.text.get(start..end).unwrap_or("")
    }

    /// Characters of tokens `from..to` on one line.
    fn width(self, from: usize, to: usize) -> usize {
        let text = |at: usize| self.text_of(at).chars().count();
        (from + 1..to).fold(text(from), |width, at| {
            width + self.space(at).len() + text(at)
        })
    }

    /// What stands between a token and the one before on the same line.
    fn space(self, at: usize) -> &'static str {
        let Some(before) = at.checked_sub(1) else {
            return "";
        };
        let (Some(left), Some(right)) = (self.kind(before), self.kind(at)) else {
            return "";
        };
        let touches = self.gap(at).is_empty();
        let none = match (left, right) {
            (_, TokenKind::Comma | TokenKind::RParen | TokenKind::RBracket | TokenKind::Colon) => {
                true
            }
            (TokenKind::LParen | TokenKind::LBracket, _) => true,
            (TokenKind::Dot | TokenKind::DotDot, _) | (_, TokenKind::Dot | TokenKind::DotDot) => {
                true
            }
            (TokenKind::Minus, _) if self.plan.mark(before).is_sign => true,
            // `step (2)` and `above (x)` are no calls; only the author's text tells.
            (TokenKind::Name, TokenKind::LParen) => {
                let named = before.checked_sub(1).and_then(|i| self.kind(i));
                touches || named == Some(TokenKind::Keyword(Keyword::Fn))
            }
            (TokenKind::Keyword(Keyword::In), TokenKind::LBracket) => false,
            (TokenKind::Keyword(_), TokenKind::LBracket) => touches,
            (left, TokenKind::LBracket) => touches && left.ends_expression(),
            _ => false,
        };
        if none { "" } else { " " }
    }
}
