//! A short way for what programs mostly consist of: statements whose value is made of names,
//! numbers, calls, operators and lists of conditions, right in every detail.
//!
//! The grammar (`grammar.pest`) defines the language and finds what is wrong with a text; a general
//! parser pays for that with work on each of its layers. This parser walks the tokens once, builds
//! the same tree, and gives up at the first thing that is not plain: an unknown word behind a
//! value, a space before a bracket, an operator of another language. Then the grammar reads the
//! statement as if this file were not there, so nothing is reported or decided here.
//! `parse_by_grammar` goes without it; tests and a fuzz target hold the two to the same tree.

mod operand;

use super::operand::unescape;
use crate::source::Span;
use crate::syntax::ast::{
    AddOp, CompareOp, EnterStmt, ExitStmt, Expr, ExprKind, Ident, MulOp, Side, StmtKind,
};
use crate::syntax::keyword::Keyword;
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;

/// Words that mean something behind or before a value, or are taken for a slip: where one stands,
/// the grammar decides. `after` is read here.
const WORDS: &[&str] = &[
    "across", "at", "between", "by", "elif", "elsif", "elseif", "every", "of", "on", "since",
    "within", "where",
];

/// Most tokens of a statement that is read here; beyond, the grammar looks at its own limit.
const MAX_TOKENS: usize = 1 << 16;

/// The statement of tokens `from..to` that begins with `word`, where it is plain.
pub(super) fn stmt(stream: &Stream<'_>, word: Keyword, from: usize, to: usize) -> Option<StmtKind> {
    let mut quick = Quick::new(stream, from + 1, to)?;
    let kind = match word {
        Keyword::Let => {
            let name = quick.ident()?;
            quick.expect(TokenKind::Assign)?;
            let value = quick.whole()?;
            StmtKind::Let { name, value }
        }
        Keyword::Return => StmtKind::Return(quick.whole()?),
        Keyword::Require => StmtKind::Require(quick.value()?),
        Keyword::Rec => {
            let name = quick.ident()?;
            quick.expect(TokenKind::Assign)?;
            let seed = quick.value()?;
            quick.word(Keyword::Then)?;
            let step = quick.value()?;
            StmtKind::Rec { name, seed, step }
        }
        Keyword::Enter => {
            let mut side = Side::Long;
            if let Some(TokenKind::Name) = quick.kind() {
                side = match quick.text() {
                    "long" => Side::Long,
                    "short" => Side::Short,
                    _ => return None,
                };
                quick.at += 1;
            }
            let tag = quick.tag();
            quick.word(Keyword::When)?;
            StmtKind::Enter(EnterStmt {
                side,
                tag,
                legs: Vec::new(),
                clauses: Vec::new(),
                when: quick.value()?,
            })
        }
        Keyword::Exit => {
            let tag = quick.tag();
            quick.word(Keyword::When)?;
            StmtKind::Exit(ExitStmt {
                all: false,
                portion: None,
                tag,
                clauses: Vec::new(),
                when: quick.value()?,
            })
        }
        _ => return None,
    };
    quick.is_done().then_some(kind)
}

/// `name = value`, or `let name = value`, of tokens `from..to`, where it is plain.
pub(super) fn assignment(
    stream: &Stream<'_>,
    is_let: bool,
    from: usize,
    to: usize,
) -> Option<(Ident, Expr)> {
    let mut quick = Quick::new(stream, from + usize::from(is_let), to)?;
    let name = quick.ident()?;
    quick.expect(TokenKind::Assign)?;
    let value = quick.value()?;
    quick.is_done().then_some((name, value))
}

/// A walk over some tokens; every function gives up with `None`.
struct Quick<'s, 't> {
    stream: &'s Stream<'t>,
    at: usize,
    to: usize,
    /// Whether the innermost open bracket is that of a list of conditions.
    in_list: bool,
}

impl Quick<'_, '_> {
    fn new<'s, 't>(stream: &'s Stream<'t>, at: usize, to: usize) -> Option<Quick<'s, 't>> {
        let fits = at <= to && to - at <= MAX_TOKENS && !stream.any_broken(at, to);
        fits.then_some(Quick {
            stream,
            at,
            to,
            in_list: false,
        })
    }

    fn is_done(&self) -> bool {
        self.at == self.to
    }

    fn kind(&self) -> Option<TokenKind> {
        if self.at < self.to {
            self.stream.kind(self.at)
        } else {
            None
        }
    }

    fn text(&self) -> &str {
        self.stream.text_of(self.at)
    }

    fn span(&self) -> Span {
        self.stream.span(self.at)
    }

    /// Passes a token of this kind.
    fn expect(&mut self, kind: TokenKind) -> Option<Span> {
        let span = self.span();
        self.take(kind).then_some(span)
    }

    fn take(&mut self, kind: TokenKind) -> bool {
        let is_it = self.kind() == Some(kind);
        self.at += usize::from(is_it);
        is_it
    }

    fn word(&mut self, word: Keyword) -> Option<Span> {
        self.expect(TokenKind::Keyword(word))
    }

    /// A name that stands for nothing but itself.
    fn ident(&mut self) -> Option<Ident> {
        if self.kind() != Some(TokenKind::Name) || WORDS.contains(&self.text()) {
            return None;
        }
        Some(self.any_word())
    }

    /// The token at hand as a name, whatever word it is.
    fn any_word(&mut self) -> Ident {
        let name = self.text().to_owned();
        let span = self.span();
        self.at += 1;
        Ident { name, span }
    }

    fn tag(&mut self) -> Option<(String, Span)> {
        if self.kind() != Some(TokenKind::Str) {
            return None;
        }
        let tag = (unescape(self.text()), self.span());
        self.at += 1;
        Some(tag)
    }

    /// A value, and how many of its bars are withheld.
    fn whole(&mut self) -> Option<Expr> {
        let value = self.value()?;
        if self.kind() != Some(TokenKind::Name) || self.text() != "after" {
            return Some(value);
        }
        self.at += 1;
        let bars = self.sum()?;
        if self.kind() != Some(TokenKind::Name) || !matches!(self.text(), "bars" | "bar") {
            return None;
        }
        let end = self.span();
        self.at += 1;
        Some(Expr {
            span: value.span.to(end),
            kind: ExprKind::After {
                value: Box::new(value),
                bars: Box::new(bars),
            },
        })
    }

    fn value(&mut self) -> Option<Expr> {
        let first = self.branch()?;
        self.chain(first, Keyword::Else, Self::branch, ExprKind::Else)
    }

    /// `first` and what follows it behind `word`, as a flat list.
    fn chain(
        &mut self,
        first: Expr,
        word: Keyword,
        next: fn(&mut Self) -> Option<Expr>,
        kind: fn(Vec<Expr>) -> ExprKind,
    ) -> Option<Expr> {
        if self.kind() != Some(TokenKind::Keyword(word)) {
            return Some(first);
        }
        let start = first.span;
        let mut parts = vec![first];
        let mut end = start;
        while self.take(TokenKind::Keyword(word)) {
            let part = next(self)?;
            end = part.span;
            parts.push(part);
        }
        Some(Expr {
            kind: kind(parts),
            span: start.to(end),
        })
    }

    fn branch(&mut self) -> Option<Expr> {
        if self.kind() != Some(TokenKind::Keyword(Keyword::If)) {
            return self.or();
        }
        let start = self.span();
        let mut arms = Vec::new();
        let otherwise = loop {
            self.word(Keyword::If)?;
            let condition = self.or()?;
            self.word(Keyword::Then)?;
            arms.push((condition, self.or()?));
            self.word(Keyword::Else)?;
            if self.kind() != Some(TokenKind::Keyword(Keyword::If)) {
                break self.or()?;
            }
        };
        Some(Expr {
            span: start.to(otherwise.span),
            kind: ExprKind::If {
                arms,
                otherwise: Box::new(otherwise),
            },
        })
    }

    fn or(&mut self) -> Option<Expr> {
        let first = self.and()?;
        self.chain(first, Keyword::Or, Self::and, ExprKind::Or)
    }

    fn and(&mut self) -> Option<Expr> {
        let first = self.not()?;
        self.chain(first, Keyword::And, Self::not, ExprKind::And)
    }

    fn not(&mut self) -> Option<Expr> {
        let start = self.span();
        let mut count = 0;
        while self.take(TokenKind::Keyword(Keyword::Not)) {
            count += 1;
        }
        let operand = self.comparison()?;
        if count == 0 {
            return Some(operand);
        }
        Some(Expr {
            span: start.to(operand.span),
            kind: ExprKind::Not {
                count,
                operand: Box::new(operand),
            },
        })
    }

    fn comparison(&mut self) -> Option<Expr> {
        let first = self.sum()?;
        match self.kind() {
            Some(TokenKind::Keyword(Keyword::Is)) => return self.is_na(first),
            Some(TokenKind::Keyword(Keyword::Crosses)) => return self.cross(first),
            _ => {}
        }
        let mut rest: Vec<(CompareOp, Expr)> = Vec::new();
        while let Some(operator) = self.kind().and_then(comparison_of) {
            // One direction, and equality alone: the grammar reports everything else.
            let goes_on = |(last, _): &(CompareOp, Expr)| {
                matches!(
                    (last, operator),
                    (CompareOp::Lt | CompareOp::Le, CompareOp::Lt | CompareOp::Le)
                        | (CompareOp::Gt | CompareOp::Ge, CompareOp::Gt | CompareOp::Ge)
                )
            };
            if !rest.last().is_none_or(goes_on) {
                return None;
            }
            self.at += 1;
            rest.push((operator, self.sum()?));
        }
        let Some((_, last)) = rest.last() else {
            return Some(first);
        };
        Some(Expr {
            span: first.span.to(last.span),
            kind: ExprKind::Compare {
                first: Box::new(first),
                rest,
            },
        })
    }

    fn is_na(&mut self, operand: Expr) -> Option<Expr> {
        self.word(Keyword::Is)?;
        let mut negated = self.take(TokenKind::Keyword(Keyword::Not));
        match (self.kind()?, self.text()) {
            (TokenKind::Keyword(Keyword::Na), _) => {}
            (TokenKind::Name, "some") => negated = !negated,
            _ => return None,
        }
        let end = self.span();
        self.at += 1;
        Some(Expr {
            span: operand.span.to(end),
            kind: ExprKind::IsNa {
                operand: Box::new(operand),
                negated,
            },
        })
    }

    fn cross(&mut self, left: Expr) -> Option<Expr> {
        self.word(Keyword::Crosses)?;
        let above = match (self.kind()?, self.text()) {
            (TokenKind::Name, "above") => true,
            (TokenKind::Name, "below") => false,
            _ => return None,
        };
        self.at += 1;
        let right = self.sum()?;
        Some(Expr {
            span: left.span.to(right.span),
            kind: ExprKind::Cross {
                left: Box::new(left),
                above,
                right: Box::new(right),
            },
        })
    }

    fn sum(&mut self) -> Option<Expr> {
        let first = self.product()?;
        let mut rest = Vec::new();
        loop {
            let operator = match self.kind() {
                Some(TokenKind::Plus) => AddOp::Add,
                Some(TokenKind::Minus) => AddOp::Sub,
                _ => break,
            };
            // A line of a list that begins so would continue the condition before it.
            if self.in_list && self.stream.after_line_end(self.at) {
                return None;
            }
            self.at += 1;
            rest.push((operator, self.product()?));
        }
        let Some((_, last)) = rest.last() else {
            return Some(first);
        };
        Some(Expr {
            span: first.span.to(last.span),
            kind: ExprKind::Sum {
                first: Box::new(first),
                rest,
            },
        })
    }

    fn product(&mut self) -> Option<Expr> {
        let first = self.factor()?;
        let mut rest = Vec::new();
        loop {
            let operator = match self.kind() {
                Some(TokenKind::Star) => MulOp::Mul,
                Some(TokenKind::Slash) => MulOp::Div,
                Some(TokenKind::Keyword(Keyword::Mod)) => MulOp::Mod,
                _ => break,
            };
            self.at += 1;
            rest.push((operator, self.factor()?));
        }
        let Some((_, last)) = rest.last() else {
            return Some(first);
        };
        Some(Expr {
            span: first.span.to(last.span),
            kind: ExprKind::Product {
                first: Box::new(first),
                rest,
            },
        })
    }

    fn factor(&mut self) -> Option<Expr> {
        let start = self.span();
        let mut count = 0;
        while self.take(TokenKind::Minus) {
            count += 1;
        }
        let value = self.postfix()?;
        if count == 0 {
            return Some(value);
        }
        Some(Expr {
            span: start.to(value.span),
            kind: ExprKind::Neg {
                count,
                operand: Box::new(value),
            },
        })
    }
}

fn comparison_of(kind: TokenKind) -> Option<CompareOp> {
    Some(match kind {
        TokenKind::Lt => CompareOp::Lt,
        TokenKind::Le => CompareOp::Le,
        TokenKind::Gt => CompareOp::Gt,
        TokenKind::Ge => CompareOp::Ge,
        TokenKind::EqEq => CompareOp::Eq,
        TokenKind::NotEq => CompareOp::Ne,
        _ => return None,
    })
}
