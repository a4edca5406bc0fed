//! Operands: names, literals, calls, brackets, and what follows them directly.

use super::{Quick, WORDS};
use crate::syntax::ast::{Arg, Expr, ExprKind, Ident, ListKind, PostOp};
use crate::syntax::keyword::Keyword;
use crate::syntax::number;
use crate::syntax::parse::operand::unescape;
use crate::syntax::token::TokenKind;

impl Quick<'_, '_> {
    pub(super) fn postfix(&mut self) -> Option<Expr> {
        let base = self.primary()?;
        let mut ops = Vec::new();
        let mut end = base.span;
        loop {
            match self.kind() {
                Some(TokenKind::LBracket) if self.stream.touches(self.at) => {
                    let open = self.span();
                    let index = self.inside(Self::value)?;
                    let span = open.to(self.expect(TokenKind::RBracket)?);
                    end = span;
                    ops.push(PostOp::Index(index, span));
                }
                Some(TokenKind::Dot) if self.stream.touches(self.at) => {
                    self.at += 1;
                    let is_word = matches!(self.kind()?, TokenKind::Name | TokenKind::Keyword(_));
                    if !is_word || !self.stream.touches(self.at) {
                        return None;
                    }
                    end = self.span();
                    ops.push(PostOp::Field(self.any_word()));
                }
                Some(TokenKind::LBracket | TokenKind::Dot | TokenKind::At) => return None,
                _ => break,
            }
        }
        // A word that goes on with the value.
        if self.kind() == Some(TokenKind::Name) && WORDS.contains(&self.text()) {
            return None;
        }
        if ops.is_empty() {
            return Some(base);
        }
        Some(Expr {
            span: base.span.to(end),
            kind: ExprKind::Postfix {
                base: Box::new(base),
                ops,
            },
        })
    }

    /// What stands behind an opening bracket, which is passed.
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let outer = std::mem::replace(&mut self.in_list, false);
        self.at += 1;
        let found = read(self);
        self.in_list = outer;
        found
    }

    fn primary(&mut self) -> Option<Expr> {
        let span = self.span();
        let kind = match self.kind()? {
            TokenKind::Name => {
                let name = self.ident()?;
                return match self.kind() {
                    Some(TokenKind::LParen) if self.stream.touches(self.at) => self.call(name),
                    Some(TokenKind::LParen) => None,
                    _ => Some(Expr {
                        kind: ExprKind::Name(name.name),
                        span,
                    }),
                };
            }
            // `9:30` is read where a time of day has a place.
            TokenKind::Number if self.text().contains(':') => return None,
            TokenKind::Number => ExprKind::Number(number::read(self.text()).ok()?),
            TokenKind::Str => ExprKind::Str(unescape(self.text())),
            TokenKind::Keyword(Keyword::True) => ExprKind::Bool(true),
            TokenKind::Keyword(Keyword::False) => ExprKind::Bool(false),
            TokenKind::Keyword(Keyword::Na) => ExprKind::Na,
            TokenKind::Keyword(Keyword::All) => return self.list(ListKind::All),
            TokenKind::Keyword(Keyword::Any) => return self.list(ListKind::Any),
            TokenKind::LParen => {
                let inner = self.inside(Self::value)?;
                return Some(Expr {
                    span: span.to(self.expect(TokenKind::RParen)?),
                    kind: ExprKind::Paren(Box::new(inner)),
                });
            }
            TokenKind::LBrace => return self.record(),
            _ => return None,
        };
        self.at += 1;
        Some(Expr { kind, span })
    }

    fn call(&mut self, callee: Ident) -> Option<Expr> {
        let args = self.inside(|quick| {
            let mut args = Vec::new();
            if quick.kind() == Some(TokenKind::RParen) {
                return Some(args);
            }
            loop {
                let is_named = quick.kind() == Some(TokenKind::Name)
                    && quick.stream.kind(quick.at + 1) == Some(TokenKind::Colon);
                let name = if is_named { Some(quick.ident()?) } else { None };
                quick.at += usize::from(is_named);
                let value = quick.value()?;
                args.push(Arg { name, value });
                if !quick.take(TokenKind::Comma) {
                    return Some(args);
                }
            }
        })?;
        Some(Expr {
            span: callee.span.to(self.expect(TokenKind::RParen)?),
            kind: ExprKind::Call { callee, args },
        })
    }

    fn list(&mut self, kind: ListKind) -> Option<Expr> {
        let start = self.span();
        self.at += 1;
        if self.kind() != Some(TokenKind::LBrace) {
            return None;
        }
        let items = self.inside(|quick| {
            quick.in_list = true;
            let mut items = Vec::new();
            while quick.kind() != Some(TokenKind::RBrace) {
                // A bracket or a sign could be meant to go on with the condition before.
                let is_clear = matches!(
                    quick.kind()?,
                    TokenKind::Name | TokenKind::Number | TokenKind::Keyword(_)
                );
                if !is_clear && !items.is_empty() {
                    return None;
                }
                items.push(quick.value()?);
            }
            Some(items)
        })?;
        let end = self.expect(TokenKind::RBrace)?;
        (!items.is_empty()).then(|| Expr {
            kind: ExprKind::List { kind, items },
            span: start.to(end),
        })
    }

    fn record(&mut self) -> Option<Expr> {
        let start = self.span();
        let fields = self.inside(|quick| {
            let mut fields = Vec::new();
            loop {
                let has_value = quick.stream.kind(quick.at + 1) == Some(TokenKind::Colon);
                let key = match quick.kind()? {
                    TokenKind::Name | TokenKind::Keyword(_) if has_value => quick.any_word(),
                    TokenKind::Name => quick.ident()?,
                    _ => return None,
                };
                quick.at += usize::from(has_value);
                let value = if has_value {
                    Some(quick.value()?)
                } else {
                    None
                };
                fields.push((key, value));
                if !quick.take(TokenKind::Comma) {
                    return Some(fields);
                }
            }
        })?;
        Some(Expr {
            span: start.to(self.expect(TokenKind::RBrace)?),
            kind: ExprKind::Record(fields),
        })
    }
}
