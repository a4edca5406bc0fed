//! Tables and other braces inside statements: where their rows begin and which columns stand under
//! each other.

use super::plan::{Marker, Row, Table};
use crate::source::Span;
use crate::syntax::TokenKind;
use crate::syntax::ast::{Expr, LegOrder, Stmt, StmtKind, ZonesBlock};

/// Widest first cell that the other rows are moved for, in characters.
pub(super) const WIDEST: usize = 60;

impl Marker<'_> {
    /// The rows of a router or of a risk table.
    pub(super) fn rows_of(&mut self, body: &[Stmt]) {
        let mut table = Table {
            rows: Vec::new(),
            gaps: [1, 2],
        };
        for stmt in body {
            let stops = match &stmt.kind {
                StmtKind::Route(row) => {
                    let arrow = row
                        .mix
                        .first()
                        .and_then(|(name, _)| self.word_before(name.span));
                    let size = row
                        .size
                        .as_ref()
                        .and_then(|size| self.word_before(size.span));
                    [arrow, size]
                }
                StmtKind::Override { factor, .. } => {
                    // `=> size * factor`
                    let times = self.word_before(factor.span);
                    let size = times.and_then(|at| self.before(at));
                    [size.and_then(|at| self.before(at)), None]
                }
                StmtKind::Limit(row) => {
                    let value = self.token_at(row.value.span.start);
                    let action = row.action.and_then(|(_, span)| self.word_before(span));
                    [value, action]
                }
                _ => continue,
            };
            self.row(&mut table, stmt.span, stops);
        }
        self.tables.push(table);
    }

    /// `take_profit { 0m => 10%  1h => 6% }`
    pub(super) fn ladder(&mut self, stmt: &Stmt, rows: &[(Expr, Expr)]) {
        let open = self.block(stmt.span);
        self.may_be_inline(open);
        let mut table = Table {
            rows: Vec::new(),
            gaps: [1, 1],
        };
        for (age, least) in rows {
            self.begin_line(age.span.start);
            let arrow = self.word_before(least.span);
            self.row(&mut table, age.span.to(least.span), [arrow, None]);
        }
        self.tables.push(table);
    }

    /// Takes a row into its table, unless a comment or braces make it more than one line.
    fn row(&mut self, table: &mut Table, span: Span, stops: [Option<usize>; 2]) {
        let (Some(start), Some(last)) = (self.token_at(span.start), self.last_of(span)) else {
            return;
        };
        let inner = self.tokens.get(start..=last).unwrap_or_default();
        let is_plain = inner
            .iter()
            .all(|token| !token.kind.is_comment() && token.kind != TokenKind::LBrace);
        if !is_plain {
            return;
        }
        for at in start + 1..=last {
            self.set(at, |mark| mark.joins = true);
        }
        table.rows.push(Row { start, stops });
    }

    /// The token before a place that is no comment.
    fn word_before(&self, span: Span) -> Option<usize> {
        self.token_at(span.start).and_then(|at| self.before(at))
    }

    /// `{ sell a 1  buy b h }`
    pub(super) fn legs(&mut self, legs: &[LegOrder]) {
        let mut first = None;
        for leg in legs {
            let Some(word) = self.word_before(leg.leg.span) else {
                continue;
            };
            first.get_or_insert(word);
            self.set(word, |mark| mark.begins_line = true);
        }
        let open = first.and_then(|at| self.before(at));
        if let Some(open) = open {
            self.set(open, |mark| {
                mark.opens_block = true;
                mark.joins = true;
                mark.may_be_inline = true;
            });
        }
    }

    /// The lines of a pool's life; further names of a `keep` or a `next` stay on its line.
    pub(super) fn zones(&mut self, stmt: &Stmt, zones: &ZonesBlock) {
        self.block(stmt.span);
        for condition in zones.born.iter().chain(&zones.dies) {
            let when = self.word_before(condition.span);
            if let Some(word) = when.and_then(|at| self.before(at)) {
                self.set(word, |mark| mark.begins_line = true);
            }
        }
        for (word, names) in [("keep", &zones.keep), ("next", &zones.next)] {
            for (name, _) in names {
                let Some(at) = self.token_at(name.span.start) else {
                    continue;
                };
                let before = self.before(at).filter(|i| {
                    self.tokens
                        .get(*i)
                        .is_some_and(|token| token.text(self.text) == word)
                });
                match before {
                    Some(word) => self.set(word, |mark| mark.begins_line = true),
                    None => self.set(at, |mark| mark.gap = 2),
                }
            }
        }
    }
}
