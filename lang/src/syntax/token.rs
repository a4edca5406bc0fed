//! Text to tokens.
//!
//! The tokens cut the file into items and statements, check brackets, and feed the formatter. The
//! grammar (`grammar.pest`) reads the same text again per statement; a test holds the two in
//! agreement. Comments are tokens, white space is not.

use logos::Logos;

use super::keyword::Keyword;
use super::{character, number};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{FileId, SourceFile, Span};

/// Longest file that is read, in bytes; no program written by people comes near.
pub const MAX_FILE_BYTES: usize = 8 << 20;

/// Most reports about unknown characters in one file: binary junk needs no thousand of them.
const MAX_UNKNOWN_REPORTS: usize = 50;

/// What a token is.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[logos(skip r"[ \t\r\n]+")]
pub enum TokenKind {
    /// `// …` to the end of the line.
    #[regex(r"//[^\n]*", allow_greedy = true)]
    Comment,
    /// `/// …` to the end of the line.
    Doc,
    /// A word that the grammar does not reserve.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Name,
    /// A reserved word.
    Keyword(Keyword),
    /// `20`, `1_000`, `2.0`, `1e-3`, `98%`, `15bp`, `4h`, `09:30`.
    #[regex(r"[0-9][0-9]?:[0-9][0-9][A-Za-z0-9_]*")]
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][+-]?[0-9_]+)?(%|[A-Za-z_][A-Za-z0-9_]*)?")]
    Number,
    /// A malformed or too large number; it was reported.
    BadNumber,
    /// `"text"`, with its quotes.
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)]
    Str,
    /// A string without its closing quote, or with an unknown escape; it was reported.
    #[regex(r#""([^"\\\n]|\\[^\n])*\\?"#)]
    BadStr,
    /// A run of characters that no token begins with; it was reported.
    Unknown,
    /// `(`
    #[token("(")]
    LParen,
    /// `)`
    #[token(")")]
    RParen,
    /// `[`
    #[token("[")]
    LBracket,
    /// `]`
    #[token("]")]
    RBracket,
    /// `{`
    #[token("{")]
    LBrace,
    /// `}`
    #[token("}")]
    RBrace,
    /// `,`
    #[token(",")]
    Comma,
    /// `:`
    #[token(":")]
    Colon,
    /// `.`
    #[token(".")]
    Dot,
    /// `..`
    #[token("..")]
    DotDot,
    /// `=`
    #[token("=")]
    Assign,
    /// `=>`
    #[token("=>")]
    FatArrow,
    /// `@`
    #[token("@")]
    At,
    /// `+`
    #[token("+")]
    Plus,
    /// `-`
    #[token("-")]
    Minus,
    /// `*`
    #[token("*")]
    Star,
    /// `/`
    #[token("/")]
    Slash,
    /// `<`
    #[token("<")]
    Lt,
    /// `<=`
    #[token("<=")]
    Le,
    /// `>`
    #[token(">")]
    Gt,
    /// `>=`
    #[token(">=")]
    Ge,
    /// `==`
    #[token("==")]
    EqEq,
    /// `!=`
    #[token("!=")]
    NotEq,
    /// `;`
    #[token(";")]
    Semicolon,
    /// An operator of another language, such as `&&` or `:=`; the grammar stage reports it.
    #[token("&&")]
    #[token("||")]
    #[token("!")]
    #[token(":=")]
    #[token("===")]
    #[token("!==")]
    #[token("<>")]
    #[token("=<")]
    #[token("**")]
    #[token("^")]
    #[token("%")]
    #[token("?")]
    #[token("&")]
    #[token("|")]
    #[token("~")]
    #[token("++")]
    #[token("+=")]
    #[token("-=")]
    #[token("*=")]
    #[token("/=")]
    #[token("/*")]
    Foreign,
}

impl TokenKind {
    /// A comment or documentation.
    #[must_use]
    pub const fn is_comment(self) -> bool {
        matches!(self, Self::Comment | Self::Doc)
    }

    /// `(`, `[` or `{`.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::LParen | Self::LBracket | Self::LBrace)
    }

    /// `)`, `]` or `}`.
    #[must_use]
    pub const fn closes(self) -> bool {
        matches!(self, Self::RParen | Self::RBracket | Self::RBrace)
    }

    /// Whether an expression can end with this token.
    #[must_use]
    pub const fn ends_expression(self) -> bool {
        match self {
            Self::Name | Self::Number | Self::BadNumber | Self::Str | Self::BadStr => true,
            Self::Keyword(word) => word.is_value(),
            _ => self.closes(),
        }
    }

    /// Whether the lexer already reported it.
    #[must_use]
    pub const fn is_broken(self) -> bool {
        matches!(self, Self::BadNumber | Self::BadStr | Self::Unknown)
    }
}

/// A token and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

impl Token {
    /// The text of the token in the text it was read from.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.span.start as usize..self.span.end as usize)
            .unwrap_or("")
    }
}

/// All tokens of `text` in order, comments included. What is no token becomes one of the broken
/// kinds and a report: E0003 unknown characters, E0004 numbers, E0005 and E0006 strings. A file
/// over [`MAX_FILE_BYTES`] is refused as a whole with E0501 and has no tokens.
pub fn lex(file: FileId, text: &str, sink: &mut Sink) -> Vec<Token> {
    if text.len() > MAX_FILE_BYTES {
        let mebibytes = MAX_FILE_BYTES >> 20;
        sink.push(Diagnostic::error(
            Code::TooLarge,
            Span::new(file, 0, 0),
            format!("this file is larger than {mebibytes} MiB, the most that is read"),
        ));
        return Vec::new();
    }
    let skipped = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let body = text.get(skipped..).unwrap_or("");
    let mut tokens: Vec<Token> = Vec::new();
    for (kind, range) in TokenKind::lexer(body).spanned() {
        let written = body.get(range.clone()).unwrap_or("");
        let mut end = range.end;
        let kind = match kind {
            Ok(TokenKind::Name) => Keyword::of(written).map_or(TokenKind::Name, TokenKind::Keyword),
            Ok(TokenKind::Comment) => {
                end = range.start + written.trim_end_matches('\r').len();
                let is_doc = written.starts_with("///") && !written.starts_with("////");
                if is_doc {
                    TokenKind::Doc
                } else {
                    TokenKind::Comment
                }
            }
            Ok(TokenKind::BadStr) => {
                end = range.start + written.trim_end_matches('\r').len();
                TokenKind::BadStr
            }
            Ok(kind) => kind,
            Err(()) => TokenKind::Unknown,
        };
        let span = Span::new(
            file,
            position(skipped + range.start),
            position(skipped + end),
        );
        if let Some(last) = tokens.last_mut()
            && kind == TokenKind::Unknown
            && last.kind == TokenKind::Unknown
            && last.span.end == span.start
        {
            last.span.end = span.end;
        } else {
            tokens.push(Token { kind, span });
        }
    }
    report_broken(&mut tokens, text, sink);
    tokens
}

/// Reports the tokens that are none, and marks the numbers and strings among them.
fn report_broken(tokens: &mut [Token], text: &str, sink: &mut Sink) {
    let mut unknown = 0;
    for token in tokens {
        let written = token.text(text);
        match token.kind {
            TokenKind::Unknown => {
                unknown += 1;
                if unknown <= MAX_UNKNOWN_REPORTS {
                    sink.push(character::report(written, token.span));
                }
            }
            TokenKind::Number => {
                if let Err(problem) = number::read(written) {
                    sink.push(number::report(&problem, written, token.span));
                    token.kind = TokenKind::BadNumber;
                }
            }
            TokenKind::BadStr => sink.push(
                Diagnostic::error(
                    Code::OpenString,
                    token.span,
                    "this string is not closed on its line",
                )
                .hint("end it with `\"`; a string cannot contain a line break"),
            ),
            TokenKind::Str => {
                if let Some(at) = unknown_escape(written) {
                    let start = token.span.start + position(at);
                    let len = written.get(at + 1..).and_then(|s| s.chars().next());
                    let end = start + 1 + len.map_or(0, |c| position(c.len_utf8()));
                    sink.push(
                        Diagnostic::error(
                            Code::BadEscape,
                            Span::new(token.span.file, start, end),
                            "strings have no such escape",
                        )
                        .hint("only `\\\"` and `\\\\` are escapes"),
                    );
                    token.kind = TokenKind::BadStr;
                }
            }
            _ => {}
        }
    }
}

/// Byte of the first `\` in a string literal that does not stand before `"` or `\`.
fn unknown_escape(literal: &str) -> Option<usize> {
    let mut bytes = literal.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' && !matches!(bytes.next(), Some((_, b'"' | b'\\'))) {
            return Some(at);
        }
    }
    None
}

/// The tokens as text, one line each: `line:column kind text`.
#[must_use]
pub fn print_tokens(source: &SourceFile, tokens: &[Token]) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for token in tokens {
        let place = source.line_col(token.span.start);
        let kind = match token.kind {
            TokenKind::Keyword(_) => "Keyword".to_owned(),
            kind => format!("{kind:?}"),
        };
        let text = token.text(&source.text).escape_debug();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}:{} {kind} {text}", place.line, place.column);
    }
    out
}

/// An offset; files are far below 4 GiB.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
