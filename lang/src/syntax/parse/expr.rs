//! Pest's pairs to expressions.
//!
//! The grammar's layers are flat, so each function here walks one list and recurses only where the
//! source has a bracket. Operators of other languages are taken with the meaning they were meant
//! to have and reported, so that the rest is still checked.

use pest::iterators::{Pair, Pairs};

use super::grammar::Rule;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};
use crate::syntax::ast::{
    AddOp, Arg, CompareOp, Expr, ExprKind, Ident, ListKind, MulOp, PostOp,
};
use crate::syntax::number;

/// Where the parsed text lies in its file, and where reports go.
pub(super) struct Builder<'c> {
    /// The file.
    pub file: FileId,
    /// Byte of the file at which the parsed text begins.
    pub base: u32,
    /// The parsed text.
    pub text: &'c str,
    /// Offsets in the file of brackets that were reported as merging two conditions.
    pub merged: &'c [u32],
    /// Where reports go.
    pub sink: &'c mut Sink,
}

type Inner<'i> = std::iter::Peekable<Pairs<'i, Rule>>;

impl Builder<'_> {
    /// The place of a pair; exact for rules that end in a token of their own.
    pub fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.place(span.start(), span.end())
    }

    fn place(&self, start: usize, end: usize) -> Span {
        let at = |i: usize| self.base.saturating_add(u32::try_from(i).unwrap_or(u32::MAX));
        Span::new(self.file, at(start), at(end))
    }

    /// A name.
    pub fn ident(&self, pair: &Pair<'_, Rule>) -> Ident {
        Ident {
            name: pair.as_str().to_owned(),
            span: self.span(pair),
        }
    }

    /// What stands for a part that is missing; the grammar does not let that happen.
    fn nothing(&self) -> Expr {
        Expr {
            kind: ExprKind::Error,
            span: self.place(0, self.text.len()),
        }
    }

    /// `full_expr`
    pub fn full_expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut value = self.nothing();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::else_chain => value = self.else_chain(part),
                Rule::after_tail => {
                    let mut end = value.span;
                    let mut bars = self.nothing();
                    for piece in part.into_inner() {
                        match piece.as_rule() {
                            Rule::sum => bars = self.sum(piece),
                            _ => end = self.span(&piece),
                        }
                    }
                    value = Expr {
                        span: value.span.to(end),
                        kind: ExprKind::After {
                            value: Box::new(value),
                            bars: Box::new(bars),
                        },
                    };
                }
                _ => {}
            }
        }
        value
    }

    /// `else_chain`
    pub fn else_chain(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::if_expr => parts.push(self.if_expr(part)),
                Rule::or_chain => parts.push(self.or_chain(part)),
                _ => {}
            }
        }
        self.chain(parts, ExprKind::Else)
    }

    /// One part as it is, several as a flat list.
    fn chain(&self, mut parts: Vec<Expr>, kind: fn(Vec<Expr>) -> ExprKind) -> Expr {
        let last = parts.pop();
        match (parts.first(), last) {
            (_, None) => self.nothing(),
            (None, Some(only)) => only,
            (Some(first), Some(last)) => {
                let span = first.span.to(last.span);
                parts.push(last);
                Expr {
                    kind: kind(parts),
                    span,
                }
            }
        }
    }

    fn if_expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let start = self.span(&pair);
        let mut values = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::or_chain {
                values.push(self.or_chain(part));
            }
        }
        let otherwise = values.pop().unwrap_or_else(|| self.nothing());
        let mut arms = Vec::with_capacity(values.len() / 2);
        let mut values = values.into_iter();
        while let (Some(condition), Some(value)) = (values.next(), values.next()) {
            arms.push((condition, value));
        }
        Expr {
            span: Span::new(self.file, start.start, otherwise.span.end),
            kind: ExprKind::If {
                arms,
                otherwise: Box::new(otherwise),
            },
        }
    }

    fn or_chain(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::and_chain => parts.push(self.and_chain(part)),
                Rule::or_op => self.foreign_word(&part, "||", "or"),
                _ => {}
            }
        }
        self.chain(parts, ExprKind::Or)
    }

    fn and_chain(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = Vec::new();
        let mut nots: Vec<Pair<'_, Rule>> = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::not_op => nots.push(part),
                Rule::and_op => self.foreign_word(&part, "&&", "and"),
                Rule::comparison => {
                    let operand = self.comparison(part);
                    for not in &nots {
                        self.foreign_not(not, &operand);
                    }
                    let first = nots.first().map(|not| self.span(not));
                    let count = u32::try_from(nots.len()).unwrap_or(u32::MAX);
                    nots.clear();
                    parts.push(match first {
                        None => operand,
                        Some(first) => Expr {
                            span: first.to(operand.span),
                            kind: ExprKind::Not {
                                count,
                                operand: Box::new(operand),
                            },
                        },
                    });
                }
                _ => {}
            }
        }
        self.chain(parts, ExprKind::And)
    }

    fn foreign_word(&mut self, operator: &Pair<'_, Rule>, foreign: &str, word: &str) {
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
        let before = if is_space(start.checked_sub(1).and_then(|i| bytes.get(i))) { "" } else { " " };
        let after = if is_space(bytes.get(end)) { "" } else { " " };
        format!("{before}{word}{after}")
    }

    fn foreign_not(&mut self, not: &Pair<'_, Rule>, operand: &Expr) {
        if not.as_str() != "!" {
            return;
        }
        let span = self.span(not);
        let report =
            Diagnostic::error(Code::ForeignOperator, span, "`!` is written `not`");
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

    fn comparison(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut first = None;
        let mut rest: Vec<(CompareOp, Expr)> = Vec::new();
        let mut places = Vec::new();
        let mut next = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::sum => {
                    let operand = self.sum(part);
                    match next.take() {
                        None => first = Some(operand),
                        Some(operator) => rest.push((operator, operand)),
                    }
                }
                Rule::compare_op => {
                    next = Some(self.compare_op(&part));
                    places.push(self.span(&part));
                }
                Rule::is_tail => {
                    let operand = first.take().unwrap_or_else(|| self.nothing());
                    first = Some(self.is_tail(operand, part));
                }
                Rule::cross_tail => {
                    let left = first.take().unwrap_or_else(|| self.nothing());
                    first = Some(self.cross_tail(left, part));
                }
                _ => {}
            }
        }
        let first = first.unwrap_or_else(|| self.nothing());
        let Some((_, last)) = rest.last() else {
            return first;
        };
        let span = first.span.to(last.span);
        self.check_direction(&rest, &places);
        Expr {
            kind: ExprKind::Compare {
                first: Box::new(first),
                rest,
            },
            span,
        }
    }

    fn compare_op(&mut self, pair: &Pair<'_, Rule>) -> CompareOp {
        match pair.as_str() {
            "<" => CompareOp::Lt,
            "<=" => CompareOp::Le,
            ">" => CompareOp::Gt,
            ">=" => CompareOp::Ge,
            "!=" => CompareOp::Ne,
            "==" => CompareOp::Eq,
            _ => {
                let span = self.span(pair);
                self.sink.push(
                    Diagnostic::error(
                        Code::ForeignOperator,
                        span,
                        "values are compared with `==`; `=` gives a name its value",
                    )
                    .fix("write `==`", vec![(span, "==".to_owned())]),
                );
                CompareOp::Eq
            }
        }
    }

    /// A chain such as `a > b < c` says two things at once; E0107 at the operator that turns it.
    fn check_direction(&mut self, rest: &[(CompareOp, Expr)], places: &[Span]) {
        let rises = |op: CompareOp| match op {
            CompareOp::Lt | CompareOp::Le => Some(true),
            CompareOp::Gt | CompareOp::Ge => Some(false),
            CompareOp::Eq | CompareOp::Ne => None,
        };
        let Some((first, _)) = rest.first() else {
            return;
        };
        let Some(turn) = rest
            .iter()
            .skip(1)
            .position(|(op, _)| rises(*op).is_none() || rises(*op) != rises(*first))
        else {
            return;
        };
        let (Some(first_place), Some(place)) = (places.first(), places.get(turn + 1)) else {
            return;
        };
        let is_equality = rises(*first).is_none()
            || rest.get(turn + 1).is_some_and(|(op, _)| rises(*op).is_none());
        let message = if is_equality {
            "`==` and `!=` cannot stand in a chain of comparisons"
        } else {
            "this chain of comparisons changes direction"
        };
        self.sink.push(
            Diagnostic::error(Code::MixedChain, *place, message)
                .related(*first_place, "the chain begins here")
                .hint("write two comparisons joined by `and`"),
        );
    }

    fn is_tail(&self, operand: Expr, pair: Pair<'_, Rule>) -> Expr {
        let mut end = operand.span;
        let mut negated = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::is_not => negated = !negated,
                Rule::missing => {
                    negated ^= part.as_str() == "some";
                    end = self.span(&part);
                }
                _ => {}
            }
        }
        Expr {
            span: operand.span.to(end),
            kind: ExprKind::IsNa {
                operand: Box::new(operand),
                negated,
            },
        }
    }

    fn cross_tail(&mut self, left: Expr, pair: Pair<'_, Rule>) -> Expr {
        let mut above = true;
        let mut right = self.nothing();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::direction => above = part.as_str() == "above",
                Rule::sum => right = self.sum(part),
                _ => {}
            }
        }
        Expr {
            span: left.span.to(right.span),
            kind: ExprKind::Cross {
                left: Box::new(left),
                above,
                right: Box::new(right),
            },
        }
    }

    /// `sum`
    pub fn sum(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut first = None;
        let mut rest = Vec::new();
        let mut next = AddOp::Add;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::product => {
                    let term = self.product(part);
                    match first {
                        None => first = Some(term),
                        Some(_) => rest.push((next, term)),
                    }
                }
                Rule::add_op => {
                    next = if part.as_str() == "-" { AddOp::Sub } else { AddOp::Add };
                }
                _ => {}
            }
        }
        let first = first.unwrap_or_else(|| self.nothing());
        let Some((_, last)) = rest.last() else {
            return first;
        };
        Expr {
            span: first.span.to(last.span),
            kind: ExprKind::Sum {
                first: Box::new(first),
                rest,
            },
        }
    }

    fn product(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts: Inner<'_> = pair.into_inner().peekable();
        let first = self.factor(&mut parts);
        let mut rest = Vec::new();
        while let Some(part) = parts.next() {
            let operator = match part.as_str() {
                "*" => MulOp::Mul,
                "/" => MulOp::Div,
                _ => MulOp::Mod,
            };
            rest.push((operator, self.factor(&mut parts)));
        }
        let Some((_, last)) = rest.last() else {
            return first;
        };
        Expr {
            span: first.span.to(last.span),
            kind: ExprKind::Product {
                first: Box::new(first),
                rest,
            },
        }
    }

    /// Signs, a primary, and what follows it directly.
    fn factor(&mut self, parts: &mut Inner<'_>) -> Expr {
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
        while let Some(part) =
            parts.next_if(|p| matches!(p.as_rule(), Rule::index | Rule::field))
        {
            let span = self.span(&part);
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

    fn primary(&mut self, pair: Pair<'_, Rule>, parts: &mut Inner<'_>) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::name => {
                let call = parts.next_if(|p| p.as_rule() == Rule::call_args);
                return match call {
                    None => Expr {
                        kind: ExprKind::Name(pair.as_str().to_owned()),
                        span,
                    },
                    Some(args) => self.call(&pair, args),
                };
            }
            Rule::number => {
                number::read(pair.as_str()).map_or(ExprKind::Error, ExprKind::Number)
            }
            Rule::string => ExprKind::Str(unescape(pair.as_str())),
            Rule::constant => match pair.as_str() {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                _ => ExprKind::Na,
            },
            Rule::paren => {
                let inner = pair.into_inner().find(|p| p.as_rule() == Rule::else_chain);
                let inner = match inner {
                    Some(inner) => self.else_chain(inner),
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
        let mut args = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::arg {
                args.push(self.arg(part));
            }
        }
        Expr {
            span: callee.span.to(span),
            kind: ExprKind::Call { callee, args },
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

    fn foreign_colon(&mut self, pair: &Pair<'_, Rule>) {
        let span = self.span(pair);
        let written = pair.as_str();
        let start = span.start.saturating_sub(self.base) as usize;
        let gap = self.text.get(..start).map_or(0, |t| t.len() - t.trim_end().len());
        let from = Span::new(self.file, span.start - u32::try_from(gap).unwrap_or(0), span.end);
        self.sink.push(
            Diagnostic::error(
                Code::ForeignOperator,
                span,
                format!("an argument is named with `:`, not `{written}`"),
            )
            .hint("a comparison is written `==`")
            .fix("write `:`", vec![(from, ":".to_owned())]),
        );
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
                Rule::else_chain => items.push(self.else_chain(part)),
                Rule::list_comma => {
                    let span = self.span(&part);
                    self.sink.push(
                        Diagnostic::error(
                            Code::ForeignOperator,
                            span,
                            "conditions of a list stand on lines of their own, without commas",
                        )
                        .fix("remove the comma", vec![(span, String::new())]),
                    );
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

    /// E0109 where a bracket does not touch what it belongs to.
    fn check_touching(&mut self, before: Span, bracket: Span, what: &str) {
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
            format!("the `{symbol}` of {what} touches what stands before it"),
        );
        if is_blank {
            report = report.fix("remove the space", vec![(gap, String::new())]);
        }
        self.sink.push(report);
    }
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
