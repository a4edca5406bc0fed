//! Operands: what stands between operators, from names and literals to bracketed groups.

use pest::iterators::{Pair, Pairs};

use super::expr::Builder;
use super::grammar::Rule;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, ListKind, PostOp};
use crate::syntax::number;

/// The parts of a product: signs, operands, what follows them, operators.
pub(super) type Parts<'i> = std::iter::Peekable<Pairs<'i, Rule>>;

impl Builder<'_> {
    /// Signs, a primary, and what follows it directly.
    pub(super) fn factor(&mut self, parts: &mut Parts<'_>) -> Expr {
        let mut signs = 0u32;
        let mut first_sign = None;
        while let Some(sign) = parts.next_if(|p| p.as_rule() == Rule::sign) {
            first_sign.get_or_insert(self.span(&sign));
            signs = signs.saturating_add(1);
        }
        let Some(primary) = parts.next() else {
            return self.nothing();
        };
        let mut value = self.primary(primary, parts);
        let mut ops = Vec::new();
        let mut end = value.span;
        while let Some(part) = parts.next_if(|p| is_tail(p.as_rule())) {
            let span = self.span(&part);
            if !matches!(part.as_rule(), Rule::index | Rule::field) {
                ops.extend(self.source_tail(part, &mut end));
                continue;
            }
            let is_index = part.as_rule() == Rule::index;
            if is_index {
                self.check_touching(end, span, "an index");
            }
            end = span;
            for piece in part.into_inner() {
                match piece.as_rule() {
                    Rule::else_chain => ops.push(PostOp::Index(self.else_chain(piece), span)),
                    Rule::word => {
                        end = self.span(&piece);
                        ops.push(PostOp::Field(self.ident(&piece)));
                    }
                    _ => {}
                }
            }
        }
        if !ops.is_empty() {
            value = Expr {
                span: value.span.to(end),
                kind: ExprKind::Postfix {
                    base: Box::new(value),
                    ops,
                },
            };
        }
        match first_sign {
            None => value,
            Some(sign) => Expr {
                span: sign.to(value.span),
                kind: ExprKind::Neg {
                    count: signs,
                    operand: Box::new(value),
                },
            },
        }
    }

    fn primary(&mut self, pair: Pair<'_, Rule>, parts: &mut Parts<'_>) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::name => {
                let tail = parts.next_if(|p| {
                    matches!(
                        p.as_rule(),
                        Rule::call_args | Rule::loop_args | Rule::zone_tail
                    )
                });
                return match tail {
                    None => Expr {
                        kind: ExprKind::Name(pair.as_str().to_owned()),
                        span,
                    },
                    Some(args) if args.as_rule() == Rule::loop_args => self.unrolled(&pair, args),
                    Some(query) if query.as_rule() == Rule::zone_tail => self.zone(&pair, query),
                    Some(args) => self.call(&pair, args),
                };
            }
            Rule::within => return self.within(pair),
            Rule::feed => match pair.into_inner().find(|p| p.as_rule() == Rule::name) {
                Some(name) => ExprKind::Feed(self.ident(&name)),
                None => ExprKind::Error,
            },
            Rule::number => return self.number(&pair),
            Rule::string => ExprKind::Str(unescape(pair.as_str())),
            Rule::constant => match pair.as_str() {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                _ => ExprKind::Na,
            },
            Rule::paren => {
                let inner = pair.into_inner().find(|p| p.as_rule() == Rule::full_expr);
                let inner = match inner {
                    Some(inner) => self.full_expr(inner),
                    None => self.nothing(),
                };
                ExprKind::Paren(Box::new(inner))
            }
            Rule::record => self.record(pair),
            Rule::list => self.list(pair),
            _ => ExprKind::Error,
        };
        Expr { kind, span }
    }

    fn call(&mut self, name: &Pair<'_, Rule>, pair: Pair<'_, Rule>) -> Expr {
        let callee = self.ident(name);
        let span = self.span(&pair);
        self.check_touching(callee.span, span, "a call");
        let args = self.args(pair);
        Expr {
            span: callee.span.to(span),
            kind: ExprKind::Call { callee, args },
        }
    }

    /// `call_args`
    pub(super) fn args(&mut self, pair: Pair<'_, Rule>) -> Vec<Arg> {
        let mut args = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::arg {
                args.push(self.arg(part));
            }
        }
        args
    }

    /// `number`
    pub(super) fn number(&self, pair: &Pair<'_, Rule>) -> Expr {
        Expr {
            kind: number::read(pair.as_str()).map_or(ExprKind::Error, ExprKind::Number),
            span: self.span(pair),
        }
    }

    fn arg(&mut self, pair: Pair<'_, Rule>) -> Arg {
        let mut name = None;
        let mut value = self.nothing();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::arg_name => {
                    for piece in part.into_inner() {
                        match piece.as_rule() {
                            Rule::name => name = Some(self.ident(&piece)),
                            _ if piece.as_str() != ":" => self.foreign_colon(&piece),
                            _ => {}
                        }
                    }
                }
                Rule::else_chain => value = self.else_chain(part),
                _ => {}
            }
        }
        Arg { name, value }
    }

    fn record(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut fields = Vec::new();
        for field in pair.into_inner() {
            if field.as_rule() != Rule::record_field {
                continue;
            }
            let mut key = None;
            let mut value = None;
            for part in field.into_inner() {
                match part.as_rule() {
                    Rule::name => key = Some(self.ident(&part)),
                    Rule::record_key => key = part.into_inner().next().map(|p| self.ident(&p)),
                    Rule::else_chain => value = Some(self.else_chain(part)),
                    _ => {}
                }
            }
            if let Some(key) = key {
                fields.push((key, value));
            }
        }
        ExprKind::Record(fields)
    }

    fn list(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let place = self.span(&pair);
        let mut kind = ListKind::All;
        let mut items = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::list_kind if part.as_str() == "any" => kind = ListKind::Any,
                Rule::else_chain => {
                    let item = self.else_chain(part);
                    // Two conditions that read as one mean nothing that could be checked.
                    let range = item.span.start..item.span.end;
                    let is_merged = self.merged.iter().any(|at| range.contains(at));
                    items.push(if is_merged {
                        Expr {
                            kind: ExprKind::Error,
                            span: item.span,
                        }
                    } else {
                        item
                    });
                }
                Rule::list_comma => {
                    let span = self.span(&part);
                    let report = Diagnostic::error(
                        Code::ForeignOperator,
                        span,
                        "conditions of a list stand on lines of their own, without commas",
                    );
                    let behind = span.end.saturating_sub(self.base) as usize;
                    let rest = self.text.get(behind..).unwrap_or_default();
                    // What follows must not become part of what stands before.
                    let would_merge = rest.trim_start().starts_with(['+', '-', '(', '[']);
                    let gap = self.gap_behind(span);
                    self.sink.push(if would_merge {
                        report.hint("begin each condition with a name, on a line of its own")
                    } else {
                        report.fix("remove the comma", vec![(span, gap.to_owned())])
                    });
                }
                _ => {}
            }
        }
        if items.is_empty() {
            let word = if kind == ListKind::All { "all" } else { "any" };
            self.sink.push(Diagnostic::error(
                Code::Syntax,
                place,
                format!("`{word}` needs at least one condition between its braces"),
            ));
        }
        ExprKind::List { kind, items }
    }

    /// What takes the place of a separator that is removed, so that its neighbours stay apart.
    pub(super) fn gap_behind(&self, span: Span) -> &'static str {
        let behind = span.end.saturating_sub(self.base) as usize;
        let rest = self.text.get(behind..).unwrap_or_default();
        if rest.starts_with(char::is_whitespace) {
            ""
        } else {
            " "
        }
    }

    /// E0109 where a bracket does not touch what it belongs to.
    pub(super) fn check_touching(&mut self, before: Span, bracket: Span, what: &str) {
        if before.end == bracket.start || self.merged.binary_search(&bracket.start).is_ok() {
            return;
        }
        let gap = Span::new(self.file, before.end, bracket.start);
        let range = before.end.saturating_sub(self.base) as usize
            ..bracket.start.saturating_sub(self.base) as usize;
        let is_blank = self.text.get(range).is_some_and(|t| t.trim().is_empty());
        let symbol = if what == "a call" { "(" } else { "[" };
        let first = Span::new(self.file, bracket.start, bracket.start + 1);
        let mut report = Diagnostic::error(
            Code::DetachedBracket,
            first,
            format!("a space stands before the `{symbol}` of {what}"),
        );
        if is_blank {
            report = report.fix("remove the space", vec![(gap, String::new())]);
        }
        self.sink.push(report);
    }
}

/// What may follow a value.
fn is_tail(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::index
            | Rule::field
            | Rule::at_tail
            | Rule::of_tail
            | Rule::since_tail
            | Rule::across_tail
    )
}

/// The text of a string literal: without its quotes, `\"` and `\\` resolved.
pub(super) fn unescape(literal: &str) -> String {
    let inner = literal.strip_prefix('"').unwrap_or(literal);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            out.extend(chars.next());
        } else {
            out.push(c);
        }
    }
    out
}
