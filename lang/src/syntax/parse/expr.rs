//! Pest's pairs to expressions.
//!
//! The grammar's layers are flat, so each function here walks one list and recurses only where the
//! source has a bracket. Operators of other languages are taken with the meaning they were meant
//! to have and reported, so that the rest is still checked.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::operand::Parts;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};
use crate::syntax::ast::{AddOp, CompareOp, Expr, ExprKind, Ident, MulOp};

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

impl Builder<'_> {
    /// The place of a pair; exact for rules that end in a token of their own.
    pub fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.place(span.start(), span.end())
    }

    /// Bytes of the parsed text as a place.
    fn place(&self, start: usize, end: usize) -> Span {
        let at = |i: usize| {
            self.base
                .saturating_add(u32::try_from(i).unwrap_or(u32::MAX))
        };
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
    pub(super) fn nothing(&self) -> Expr {
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
                Rule::every_tail => {
                    // A broken schedule was reported; its value is still there to be checked.
                    if let Some(schedule) = self.schedule(part) {
                        value = Expr {
                            span: value.span.to(schedule.span),
                            kind: ExprKind::Every {
                                value: Box::new(value),
                                schedule,
                            },
                        };
                    }
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

    pub(super) fn or_chain(&mut self, pair: Pair<'_, Rule>) -> Expr {
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
                Rule::between_tail => {
                    let operand = first.take().unwrap_or_else(|| self.nothing());
                    let mut ends = part.into_inner().filter(|p| p.as_rule() == Rule::sum);
                    let lo = ends.next().map(|p| self.sum(p));
                    let hi = ends.next().map(|p| self.sum(p));
                    let lo = lo.unwrap_or_else(|| self.nothing());
                    let hi = hi.unwrap_or_else(|| self.nothing());
                    first = Some(Expr {
                        span: operand.span.to(hi.span),
                        kind: ExprKind::Between {
                            operand: Box::new(operand),
                            lo: Box::new(lo),
                            hi: Box::new(hi),
                        },
                    });
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
        // Where two conditions may have merged, the chain is not the author's.
        let next = self.merged.partition_point(|at| *at < span.start);
        if self.merged.get(next).is_none_or(|at| *at >= span.end) {
            self.check_direction(&rest, &places);
        }
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
            || rest
                .get(turn + 1)
                .is_some_and(|(op, _)| rises(*op).is_none());
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
                    next = if part.as_str() == "-" {
                        AddOp::Sub
                    } else {
                        AddOp::Add
                    };
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
        let mut parts: Parts<'_> = pair.into_inner().peekable();
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
}
