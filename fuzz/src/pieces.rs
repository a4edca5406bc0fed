//! A text cut into pieces that can be moved.

use std::ops::Range;

use strat_lang::diag::Sink;
use strat_lang::source::FileId;
use strat_lang::syntax::keyword::Keyword;
use strat_lang::syntax::{Token, TokenKind, lex};

/// Kinds of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A `fn`, a `strategy`: from its word to its closing brace.
    Item,
    /// What begins on a line of its own, up to where its brackets are closed: a statement, a
    /// condition of a list, a row of a table.
    Line,
    /// A name or literal with the brackets that touch it, or a pair of brackets.
    Operand,
    /// A token.
    Word,
}

/// A text and its pieces, as ranges of bytes.
pub struct Pieces {
    /// The whole.
    pub text: String,
    items: Vec<Range<usize>>,
    lines: Vec<Range<usize>>,
    operands: Vec<Range<usize>>,
    words: Vec<Range<usize>>,
}

impl Pieces {
    /// Cuts a text.
    pub fn of(text: String) -> Self {
        let tokens: Vec<Token> = lex(FileId(0), &text, &mut Sink::new())
            .into_iter()
            .filter(|t| !t.kind.is_comment())
            .collect();
        let mut pieces = Self {
            text: String::new(),
            items: Vec::new(),
            lines: Vec::new(),
            operands: Vec::new(),
            words: Vec::new(),
        };
        let closing = closing(&tokens);
        for at in 0..tokens.len() {
            pieces.cut(&text, &tokens, &closing, at);
        }
        pieces.text = text;
        pieces
    }

    fn cut(&mut self, text: &str, tokens: &[Token], closing: &[usize], at: usize) {
        let (start, end) = (begin(&tokens[at]), finish(&tokens[at]));
        self.words.push(start..end);
        let before = at.checked_sub(1).map_or(0, |b| finish(&tokens[b]));
        let opens_line = text.get(before..start).is_none_or(|gap| gap.contains('\n'));
        if (at == 0 || opens_line) && !tokens[at].kind.closes() {
            self.lines
                .push(start..finish(&tokens[line_end(text, tokens, closing, at)]));
        }
        let begins_item = match tokens[at].kind {
            TokenKind::Keyword(word) => word.begins_item(),
            TokenKind::Name => at == 0 || opens_line && text.get(start - 1..start) == Some("\n"),
            _ => false,
        };
        if begins_item {
            let open = (at..tokens.len()).find(|i| tokens[*i].kind == TokenKind::LBrace);
            if let Some(open) = open {
                self.items.push(start..finish(&tokens[closing[open]]));
            }
        }
        let is_operand = match tokens[at].kind {
            TokenKind::Name | TokenKind::Number | TokenKind::Str | TokenKind::LParen => true,
            TokenKind::LBrace => false,
            TokenKind::Keyword(word) => {
                word.is_value() || matches!(word, Keyword::All | Keyword::Any)
            }
            _ => false,
        };
        if is_operand {
            self.operands.push(start..operand_end(tokens, closing, at));
        }
    }

    /// The pieces of a kind.
    pub fn all(&self, kind: Piece) -> &[Range<usize>] {
        match kind {
            Piece::Item => &self.items,
            Piece::Line => &self.lines,
            Piece::Operand => &self.operands,
            Piece::Word => &self.words,
        }
    }

    /// The text of a piece.
    pub fn get(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    /// The whole text with one piece replaced.
    pub fn replaced(&self, range: Range<usize>, by: &str) -> String {
        let mut text = self.text.clone();
        if text.get(range.clone()).is_some() {
            text.replace_range(range, by);
        }
        text
    }
}

/// For each token the one that closes it; itself where it opens nothing, the last where nothing
/// closes it.
fn closing(tokens: &[Token]) -> Vec<usize> {
    let mut partner: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if token.kind.opens() {
            open.push(i);
            partner[i] = tokens.len() - 1;
        } else if token.kind.closes()
            && let Some(from) = open.pop()
        {
            partner[from] = i;
        }
    }
    partner
}

/// The last token of the line that begins at `at`, brackets closed.
fn line_end(text: &str, tokens: &[Token], closing: &[usize], at: usize) -> usize {
    let mut end = closing[at];
    while let Some(next) = tokens.get(end + 1) {
        let gap = text.get(finish(&tokens[end])..begin(next)).unwrap_or("\n");
        if gap.contains('\n') || next.kind.closes() {
            break;
        }
        end = closing[end + 1];
    }
    end
}

/// One past the last byte of the operand that begins at `at`.
fn operand_end(tokens: &[Token], closing: &[usize], at: usize) -> usize {
    let mut last = closing[at];
    while let Some(next) = tokens.get(last + 1) {
        let touches = begin(next) == finish(&tokens[last]);
        let is_list =
            next.kind == TokenKind::LBrace && matches!(tokens[last].kind, TokenKind::Keyword(_));
        match next.kind {
            TokenKind::LParen | TokenKind::LBracket if touches => last = closing[last + 1],
            TokenKind::LBrace if is_list => last = closing[last + 1],
            TokenKind::Dot if touches && last + 2 < tokens.len() => last += 2,
            _ => break,
        }
    }
    finish(&tokens[last])
}

fn begin(token: &Token) -> usize {
    token.span.start as usize
}

fn finish(token: &Token) -> usize {
    token.span.end as usize
}
