//! Operators of other languages that the grammar reads with the meaning they were meant to have.
//!
//! The tree is built as if the right operator stood there; here are the reports, with the repair
//! where it is certain.

use pest::iterators::Pair;

use super::expr::Builder;
use super::grammar::Rule;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};

impl Builder<'_> {
    /// `&&` and `||`.
    pub(super) fn foreign_word(&mut self, operator: &Pair<'_, Rule>, foreign: &str, word: &str) {
        if operator.as_str() != foreign {
            return;
        }
        let span = self.span(operator);
        let spaced = self.spaced(span, word);
        self.sink.push(
            Diagnostic::error(
                Code::ForeignOperator,
                span,
                format!("`{foreign}` is written `{word}`"),
            )
            .fix(format!("write `{word}`"), vec![(span, spaced)]),
        );
    }

    /// A word with the spaces that it needs at the place of an operator.
    fn spaced(&self, span: Span, word: &str) -> String {
        let bytes = self.text.as_bytes();
        let start = span.start.saturating_sub(self.base) as usize;
        let end = span.end.saturating_sub(self.base) as usize;
        let is_space = |b: Option<&u8>| b.is_none_or(u8::is_ascii_whitespace);
        let before = if is_space(start.checked_sub(1).and_then(|i| bytes.get(i))) {
            ""
        } else {
            " "
        };
        let after = if is_space(bytes.get(end)) { "" } else { " " };
        format!("{before}{word}{after}")
    }

    /// `!`.
    pub(super) fn foreign_not(&mut self, not: &Pair<'_, Rule>, operand: &Expr) {
        if not.as_str() != "!" {
            return;
        }
        let span = self.span(not);
        let report = Diagnostic::error(Code::ForeignOperator, span, "`!` is written `not`");
        // `!a == b` binds otherwise elsewhere, so only a simple operand has a certain repair.
        let is_certain = !matches!(
            operand.kind,
            ExprKind::Compare { .. } | ExprKind::Cross { .. } | ExprKind::IsNa { .. }
        );
        let spaced = self.spaced(span, "not");
        self.sink.push(if is_certain {
            report.fix("write `not`", vec![(span, spaced)])
        } else {
            report.hint("`not` applies to the whole comparison that follows it")
        });
    }

    /// `=` and `:=` behind the name of an argument.
    pub(super) fn foreign_colon(&mut self, pair: &Pair<'_, Rule>) {
        let span = self.span(pair);
        let written = pair.as_str();
        let start = span.start.saturating_sub(self.base) as usize;
        let gap = self
            .text
            .get(..start)
            .map_or(0, |t| t.len() - t.trim_end().len());
        let from = Span::new(
            self.file,
            span.start - u32::try_from(gap).unwrap_or(0),
            span.end,
        );
        self.sink.push(
            Diagnostic::error(
                Code::ForeignOperator,
                span,
                format!("an argument is named with `:`, not `{written}`"),
            )
            .fix("write `:`", vec![(from, ":".to_owned())]),
        );
    }
}
