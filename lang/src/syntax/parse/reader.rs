//! Runs pest over ranges of tokens and turns its failures into reports.

use pest::Parser;
use pest::iterators::{Pair, Pairs};

use super::expr::Builder;
use super::grammar::{Rule, StratParser};
use super::{message, slips};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident};
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;

/// Most tokens of one statement. The grammar's own records take about 300 bytes for each.
const MAX_TOKENS: usize = 1 << 20;

/// What the parsing functions share.
pub(super) struct Reader<'s, 't> {
    /// The tokens.
    pub stream: &'s Stream<'t>,
    /// Where reports go.
    pub sink: &'s mut Sink,
    /// Whether plain statements may take the short way.
    pub quick: bool,
}

/// The parsed parts of one range, with what is needed to build the tree from them.
pub(super) struct Parsed<'c, 'p> {
    /// Builds expressions.
    pub build: Builder<'c>,
    /// The parts in order.
    pub pairs: Pairs<'p, Rule>,
}

impl<'s, 't> Reader<'s, 't> {
    /// A reader of `stream`.
    pub fn new(stream: &'s Stream<'t>, sink: &'s mut Sink, quick: bool) -> Self {
        Self {
            stream,
            sink,
            quick,
        }
    }

    /// Parses tokens `from..to` by a rule and hands the parts to `build`. `None` when they do not
    /// parse, which is then reported (or was, by the lexer or the bracket check).
    pub fn read<T>(
        &mut self,
        rule: Rule,
        from: usize,
        to: usize,
        build: impl FnOnce(&mut Parsed<'_, '_>) -> T,
    ) -> Option<T> {
        let found = slips::look(self.stream, rule, from, to, self.sink);
        if found.is_fatal {
            return None;
        }
        if to.saturating_sub(from) > MAX_TOKENS {
            self.sink.push(Diagnostic::error(
                Code::TooLarge,
                self.stream.span(from),
                "this statement is too long",
            ));
            return None;
        }
        let whole = self.stream.span_of(from, to);
        let text = self.stream.text;
        let text = text.get(whole.start as usize..whole.end as usize)?;
        let blanked = self.blanked(from, to, whole);
        match StratParser::parse(rule, &blanked) {
            Ok(pairs) => Some(build(&mut Parsed {
                build: Builder {
                    file: self.stream.file,
                    base: whole.start,
                    text,
                    merged: &found.merged,
                    sink: self.sink,
                },
                pairs,
            })),
            Err(error) => {
                let report = message::explain(self.stream, rule, from, to, &error);
                self.sink.push(report);
                None
            }
        }
    }

    /// The text of tokens `from..to` with a space for every byte that belongs to none of them, and
    /// for each `;`: line ends and comments mean nothing, so the grammar never sees them.
    fn blanked(&self, from: usize, to: usize, whole: Span) -> String {
        let mut text = String::with_capacity((whole.end - whole.start) as usize);
        let mut at = whole.start;
        for token in self.stream.tokens.get(from..to).unwrap_or_default() {
            text.extend(std::iter::repeat_n(' ', (token.span.start - at) as usize));
            if token.kind == TokenKind::Semicolon {
                text.push(' ');
            } else {
                text.push_str(token.text(self.stream.text));
            }
            at = token.span.end;
        }
        text
    }

    /// The tokens `from..to` as one expression.
    pub fn only_expr(&mut self, from: usize, to: usize) -> Option<Expr> {
        self.read(Rule::only_expr, from, to, |parsed| {
            let pair = parsed.take(Rule::full_expr)?;
            Some(parsed.build.full_expr(pair))
        })
        .flatten()
    }
}

impl<'p> Parsed<'_, 'p> {
    /// The next part of a rule, passing over those before it.
    pub fn take(&mut self, rule: Rule) -> Option<Pair<'p, Rule>> {
        self.pairs.find(|pair| pair.as_rule() == rule)
    }

    /// The next `name`.
    pub fn name(&mut self) -> Option<Ident> {
        let pair = self.take(Rule::name)?;
        Some(self.build.ident(&pair))
    }

    /// The next `sum` as an expression.
    pub fn sum(&mut self) -> Option<Expr> {
        let pair = self.take(Rule::sum)?;
        Some(self.build.sum(pair))
    }

    /// The next `else_chain` as an expression.
    pub fn value(&mut self) -> Option<Expr> {
        let pair = self.take(Rule::else_chain)?;
        Some(self.build.else_chain(pair))
    }

    /// Reports `:=` where a name gets its value.
    pub fn check_assign(&mut self, pair: &Pair<'_, Rule>) {
        if pair.as_str() == ":=" {
            let span = self.build.span(pair);
            self.build.sink.push(
                Diagnostic::error(
                    Code::ForeignOperator,
                    span,
                    "a name gets its value with `=`, not `:=`",
                )
                .fix("write `=`", vec![(span, "=".to_owned())]),
            );
        }
    }

    /// The next `assign`, checked.
    pub fn assign(&mut self) -> Option<Span> {
        let pair = self.take(Rule::assign)?;
        self.check_assign(&pair);
        Some(self.build.span(&pair))
    }
}
