//! Braces inside a statement: `on`, `every` and `for` with their statements, `zones`, `execution` and
//! the ladder of a `take_profit`. Each is cut by its tokens like the body of an item.

use super::body::{self, Lead, Segment};
use super::grammar::Rule;
use super::reader::Reader;
use super::{order, stmt};
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{
    Event, Expr, ExprKind, Ident, Setting, Stmt, StmtKind, ZoneDrop, ZonesBlock,
};
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;
use crate::syntax::words::Place;

/// The statements between the braces that token `open` opens.
pub(super) fn statements(reader: &mut Reader<'_, '_>, place: Place, open: usize) -> Vec<Stmt> {
    let end = reader.stream.group_end(open);
    segments(reader.stream, place, open, end)
        .iter()
        .map(|segment| stmt::stmt(reader, place, segment))
        .collect()
}

fn segments(stream: &Stream<'_>, place: Place, open: usize, end: usize) -> Vec<Segment> {
    let mut found = body::cut(stream, place, open + 1, end);
    // A stray closing bracket alone was reported.
    found.retain(|segment| {
        segment.from + 1 != segment.to || !stream.kind(segment.from).is_some_and(TokenKind::closes)
    });
    found
}

/// The first `{` that is not inside other brackets.
pub(super) fn find_brace(stream: &Stream<'_>, from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    while at < to {
        if stream.kind(at) == Some(TokenKind::LBrace) {
            return Some(at);
        }
        at = stream.after_group(at);
    }
    None
}

/// A statement's head and its braces.
struct Block {
    /// The `{`.
    open: usize,
    /// Whether it was closed.
    is_closed: bool,
}

/// The braces of a statement, and whether nothing follows them. Without braces that is reported, once
/// the head itself is right.
fn braces(
    reader: &mut Reader<'_, '_>,
    segment: &Segment,
    head: Rule,
    holds: &str,
) -> Option<Block> {
    let stream = reader.stream;
    let Some(open) = find_brace(stream, segment.from, segment.to) else {
        if reader
            .read(head, segment.from, segment.to, |_| ())
            .is_some()
        {
            missing_brace(reader, segment.to, holds);
        }
        return None;
    };
    let after = stream.after_group(open);
    if after < segment.to && !stream.any_broken(open, segment.to) {
        let found = stream.text_of(after);
        reader.sink.push(Diagnostic::error(
            Code::Syntax,
            stream.span(after),
            format!("expected the next statement after `}}`, found `{found}`"),
        ));
    }
    Some(Block {
        open,
        is_closed: !stream.is_broken(open),
    })
}

/// Reports a `{` that is missing behind the token before `at`.
pub(super) fn missing_brace(reader: &mut Reader<'_, '_>, at: usize, holds: &str) {
    let last = at.saturating_sub(1);
    reader.sink.push(Diagnostic::error(
        Code::Syntax,
        reader.stream.span(last),
        format!(
            "expected `{{` and {holds} after `{}`",
            reader.stream.text_of(last)
        ),
    ));
}

/// `on fill { … }`
pub(super) fn on(reader: &mut Reader<'_, '_>, place: Place, segment: &Segment) -> Option<StmtKind> {
    let block = braces(reader, segment, Rule::on_head, "what the event does")?;
    let event = reader.read(Rule::on_head, segment.from, block.open, |parsed| {
        parsed.name()
    });
    let body = statements(reader, place, block.open);
    Some(StmtKind::On {
        event: Event::Named(event.flatten()?),
        body,
    })
}

/// `every 100ms { … }`
pub(super) fn every(
    reader: &mut Reader<'_, '_>,
    place: Place,
    segment: &Segment,
) -> Option<StmtKind> {
    let block = braces(reader, segment, Rule::every_head, "what happens each time")?;
    let length = reader.read(Rule::every_head, segment.from, block.open, |parsed| {
        let pair = parsed.take(Rule::number)?;
        let span = parsed.build.span(&pair);
        let length = parsed.build.duration(&pair, "`every`", "`100ms`, `5s`")?;
        Some(Event::Every(length, span))
    });
    let body = statements(reader, place, block.open);
    Some(StmtKind::On {
        event: length.flatten()?,
        body,
    })
}

/// `for i in 0..4 { … }`
pub(super) fn for_loop(
    reader: &mut Reader<'_, '_>,
    place: Place,
    segment: &Segment,
) -> Option<StmtKind> {
    let block = braces(
        reader,
        segment,
        Rule::for_head,
        "the statements of the loop",
    )?;
    let head = reader.read(Rule::for_head, segment.from, block.open, |parsed| {
        Some((parsed.name()?, parsed.sum()?, parsed.sum()?))
    });
    let body = statements(reader, place, block.open);
    let (var, lo, hi) = head.flatten()?;
    Some(StmtKind::For { var, lo, hi, body })
}

/// `execution { fees 0.1%  slippage 5bp }`
pub(super) fn execution(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    let block = braces(reader, segment, Rule::lead_only, "its settings")?;
    let _ = reader.read(Rule::lead_only, segment.from, block.open, |_| ());
    let settings = statements(reader, Place::Execution, block.open)
        .into_iter()
        .filter_map(|stmt| match stmt.kind {
            StmtKind::Setting(setting) => Some(setting),
            _ => None,
        })
        .collect();
    Some(StmtKind::Execution(settings))
}

/// `fees 0.1%`
pub(super) fn setting(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    let name = super::recover::ident(reader.stream, segment.from);
    reader.read(Rule::value_stmt, segment.from, segment.to, |parsed| {
        let value = parsed.sum()?;
        Some(StmtKind::Setting(Setting { name, value }))
    })?
}

/// `take_profit { 0m => 10%  1h => 6% }`
pub(super) fn ladder(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    let block = braces(reader, segment, Rule::lead_only, "its rows")?;
    if !block.is_closed {
        return None;
    }
    let end = reader.stream.group_end(block.open);
    if block.open + 1 >= end {
        reader.sink.push(
            Diagnostic::error(
                Code::Syntax,
                reader.stream.span(block.open),
                "a ladder has at least one row",
            )
            .hint("write `take_profit { 0m => 10%  1h => 6% }`"),
        );
        return None;
    }
    reader.read(Rule::ladder_rows, block.open + 1, end, |parsed| {
        let mut rows = Vec::new();
        while let Some(pair) = parsed.pairs.next() {
            match pair.as_rule() {
                Rule::ladder_row => {
                    let mut sums = pair.into_inner().filter(|p| p.as_rule() == Rule::sum);
                    let (age, least) = (sums.next()?, sums.next()?);
                    rows.push((parsed.build.sum(age), parsed.build.sum(least)));
                }
                Rule::comma => order::stray_comma(parsed, &pair, "the rows of a ladder"),
                _ => {}
            }
        }
        Some(StmtKind::Ladder(rows))
    })?
}

/// `zones gap max 64 drop oldest { … }`
pub(super) fn zones(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    let block = braces(reader, segment, Rule::zones_head, "the zones' life")?;
    let head = reader.read(Rule::zones_head, segment.from, block.open, |parsed| {
        let name = parsed.name()?;
        let max = parsed.sum()?;
        let drop = match parsed.take(Rule::zone_drop)?.as_str() {
            "newest" => ZoneDrop::Newest,
            _ => ZoneDrop::Oldest,
        };
        Some((name, max, drop))
    });
    let end = reader.stream.group_end(block.open);
    let mut life = Life::default();
    for part in segments(reader.stream, Place::Zones, block.open, end) {
        life.line(reader, &part);
    }
    let Some((name, max, drop)) = head.flatten() else {
        // What reads the zones is no second mistake.
        let stream = reader.stream;
        let named = segment.from + 1;
        return (stream.kind(named) == Some(TokenKind::Name)).then(|| StmtKind::Let {
            name: super::recover::ident(stream, named),
            value: Expr {
                kind: ExprKind::Error,
                span: stream.span_of(segment.from, block.open),
            },
        });
    };
    Some(StmtKind::Zones(ZonesBlock {
        name,
        max,
        drop,
        born: life.born,
        keep: life.keep,
        next: life.next,
        dies: life.dies,
    }))
}

/// What the lines between the braces of `zones` say.
#[derive(Default)]
struct Life {
    born: Option<Expr>,
    keep: Vec<(Ident, Expr)>,
    next: Vec<(Ident, Expr)>,
    dies: Option<Expr>,
    /// The last of `keep` and `next` was `next`.
    is_next: bool,
    /// One of them was written.
    has_names: bool,
}

impl Life {
    fn line(&mut self, reader: &mut Reader<'_, '_>, part: &Segment) {
        let word = reader.stream.text_of(part.from);
        match part.lead {
            Lead::Word if matches!(word, "born" | "dies") => {
                let value =
                    reader.read(Rule::when_stmt, part.from, part.to, |parsed| parsed.value());
                let slot = if word == "born" {
                    &mut self.born
                } else {
                    &mut self.dies
                };
                if slot.is_some() {
                    reader.sink.push(
                        Diagnostic::error(
                            Code::Syntax,
                            reader.stream.span(part.from),
                            format!("`{word}` stands twice in these zones"),
                        )
                        .hint("join the conditions with `or`"),
                    );
                }
                *slot = value.flatten().or(slot.take());
            }
            Lead::Word => {
                self.is_next = word == "next";
                self.has_names = true;
                self.names(reader, Rule::named_stmt, part);
            }
            Lead::Row if self.has_names => self.names(reader, Rule::member, part),
            _ => super::unknown::stmt(reader, Place::Zones, part),
        }
    }

    fn names(&mut self, reader: &mut Reader<'_, '_>, rule: Rule, part: &Segment) {
        let found = reader.read(rule, part.from, part.to, |parsed| {
            let name = parsed.name()?;
            parsed.assign();
            Some((name, parsed.value()?))
        });
        let names = if self.is_next {
            &mut self.next
        } else {
            &mut self.keep
        };
        let at = part.from + usize::from(part.lead == Lead::Word);
        names.extend(
            found
                .flatten()
                .or_else(|| super::recover::named_error(reader.stream, at, part)),
        );
    }
}
