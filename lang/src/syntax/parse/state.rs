//! `state` blocks: the head, the members' values before the first step, and the steps, each parsed
//! alone like a statement.

use super::block::{find_brace, missing_brace};
use super::body::Segment;
use super::grammar::Rule;
use super::reader::Reader;
use super::{quick, recover};
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{Expr, ExprKind, Ident, StateBlock, StateSeeds, StateStep, StmtKind};
use crate::syntax::keyword::Keyword;
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;

/// Parses a `state` statement; `None` when its head or its braces are broken.
pub(super) fn state(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    let stream = reader.stream;
    let Some(first) = find_brace(stream, segment.from, segment.to) else {
        if reader
            .read(Rule::state_head, segment.from, segment.to, |_| ())
            .is_some()
        {
            missing_brace(reader, segment.to, "the state's members");
        }
        return None;
    };
    let head = reader.read(Rule::state_head, segment.from, first, |parsed| {
        let mut parts = Vec::new();
        for pair in parsed.pairs.by_ref() {
            if pair.as_rule() == Rule::sum {
                parts.push(parsed.build.sum(pair));
            }
        }
        parts
    });
    if stream.is_broken(first) {
        return None;
    }
    let first_end = stream.group_end(first);
    let mut after = stream.after_group(first);
    let mut head = head.map(Vec::into_iter);
    let from = head.as_mut().and_then(Iterator::next);
    let all = head.as_mut().and_then(Iterator::next);
    let (seeds, steps) = if let Some(all) = all {
        let steps = lines(reader, first + 1, first_end);
        (StateSeeds::All(all), steps)
    } else if stream.keyword(after) == Some(Keyword::Then) && after < segment.to {
        let seeds = members(reader, first + 1, first_end);
        let Some(second) = Some(after + 1)
            .filter(|at| *at < segment.to && stream.kind(*at) == Some(TokenKind::LBrace))
        else {
            missing_brace(reader, after + 1, "the state's steps");
            return None;
        };
        if stream.is_broken(second) {
            return None;
        }
        after = stream.after_group(second);
        let end = stream.group_end(second);
        (StateSeeds::Members(seeds), lines(reader, second + 1, end))
    } else {
        // The head decides which of the two forms this is; a broken one was reported.
        if head.is_some() {
            let last = after.saturating_sub(1);
            reader.sink.push(
                Diagnostic::error(
                    Code::Syntax,
                    stream.span(last),
                    "expected `then` and the state's steps after the members' first values",
                )
                .hint("write `state from bar 0 { a = … } then { a = … }`, or one seed for every member: `state from bar 0 all 0 { a = … }`"),
            );
        }
        return None;
    };
    if after < segment.to && !stream.any_broken(after, segment.to) {
        let found = stream.text_of(after);
        reader.sink.push(Diagnostic::error(
            Code::Syntax,
            stream.span(after),
            format!("expected the next statement after the state, found `{found}`"),
        ));
    }
    if steps.is_empty() {
        reader.sink.push(Diagnostic::error(
            Code::Syntax,
            stream.span(segment.from),
            "a state has at least one member, written `name = value` in its steps",
        ));
    }
    Some(StmtKind::State(StateBlock {
        from: from?,
        seeds,
        steps,
    }))
}

/// A line of a state: `let name = e` or `name = e`.
struct Line {
    is_let: bool,
    from: usize,
    to: usize,
}

/// Cuts the inside of a state's braces: a line begins at `let`, and at a word before `=` behind a
/// complete expression.
fn cut(stream: &Stream<'_>, from: usize, to: usize) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    let mut at = from;
    while at < to {
        let is_let = stream.keyword(at) == Some(Keyword::Let);
        let is_word = matches!(
            stream.kind(at),
            Some(TokenKind::Name | TokenKind::Keyword(_))
        );
        let is_assigned =
            stream.kind(at + 1) == Some(TokenKind::Assign) || stream.text_of(at + 1) == ":=";
        let before = if at == from {
            None
        } else {
            stream.kind_before(at)
        };
        let is_member = is_word
            && is_assigned
            && at + 1 < to
            && (before.is_none() || stream.ends_expression(at - 1) || stream.begins_line(at))
            && before != Some(TokenKind::Keyword(Keyword::Let));
        if is_let || is_member || found.is_empty() {
            if let Some(last) = found.last_mut() {
                last.to = at;
            }
            found.push(Line {
                is_let,
                from: at,
                to,
            });
        }
        at = stream.after_group(at);
    }
    found
}

/// One line; `Err` with the name, if there is one, when it does not parse.
fn line(reader: &mut Reader<'_, '_>, line: &Line) -> Option<(Ident, Expr)> {
    if reader.quick
        && let Some(found) = quick::assignment(reader.stream, line.is_let, line.from, line.to)
    {
        return Some(found);
    }
    let rule = if line.is_let {
        Rule::state_let
    } else {
        Rule::member
    };
    let parsed = reader.read(rule, line.from, line.to, |parsed| {
        let name = parsed.take(Rule::name)?;
        let name = parsed.build.ident(&name);
        parsed.assign();
        Some((name, parsed.value()?))
    });
    parsed.flatten().or_else(|| {
        let at = line.from + usize::from(line.is_let);
        let is_name = at < line.to && reader.stream.kind(at) == Some(TokenKind::Name);
        is_name.then(|| {
            let error = Expr {
                kind: ExprKind::Error,
                span: reader.stream.span_of(line.from, line.to),
            };
            (recover::ident(reader.stream, at), error)
        })
    })
}

fn lines(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Vec<StateStep> {
    let mut steps = Vec::new();
    for part in cut(reader.stream, from, to) {
        if let Some((name, value)) = line(reader, &part) {
            steps.push(if part.is_let {
                StateStep::Let(name, value)
            } else {
                StateStep::Assign(name, value)
            });
        }
    }
    steps
}

fn members(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Vec<(Ident, Expr)> {
    let mut found = Vec::new();
    for part in cut(reader.stream, from, to) {
        if part.is_let {
            reader.sink.push(
                Diagnostic::error(
                    Code::Syntax,
                    reader.stream.span(part.from),
                    "the first values of a state's members take no `let`",
                )
                .hint("write only members here; a `let` for the steps stands in the second braces"),
            );
            continue;
        }
        found.extend(line(reader, &part));
    }
    found
}
