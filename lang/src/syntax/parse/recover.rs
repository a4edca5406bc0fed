//! What remains of a statement that did not parse: its name, so that uses of the name are not
//! reported as well.

use super::body::Segment;
use crate::syntax::ast::{Expr, ExprKind, Ident, ParamStmt, StmtKind};
use crate::syntax::keyword::Keyword;
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;

/// A token as a name.
pub(super) fn ident(stream: &Stream<'_>, at: usize) -> Ident {
    Ident {
        name: stream.text_of(at).to_owned(),
        span: stream.span(at),
    }
}

/// The statement with an error for its value, when a name follows its keyword.
pub(super) fn stmt(stream: &Stream<'_>, word: Keyword, segment: &Segment) -> Option<StmtKind> {
    let at = segment.from + 1;
    if at >= segment.to || stream.kind(at) != Some(TokenKind::Name) {
        return None;
    }
    let name = ident(stream, at);
    let error = || Expr {
        kind: ExprKind::Error,
        span: stream.span_of(segment.from, segment.to),
    };
    match word {
        Keyword::Let => Some(StmtKind::Let {
            name,
            value: error(),
        }),
        Keyword::Rec => Some(StmtKind::Rec {
            name,
            seed: error(),
            step: error(),
        }),
        Keyword::Param => Some(StmtKind::Param(ParamStmt {
            name,
            ty: None,
            default: error(),
            domain: None,
        })),
        _ => None,
    }
}

/// The name at a token with an error for its value, if a name stands there.
pub(super) fn named_error(
    stream: &Stream<'_>,
    at: usize,
    segment: &Segment,
) -> Option<(Ident, Expr)> {
    let is_name = at < segment.to && stream.kind(at) == Some(TokenKind::Name);
    is_name.then(|| {
        let error = Expr {
            kind: ExprKind::Error,
            span: stream.span_of(segment.from, segment.to),
        };
        (ident(stream, at), error)
    })
}
