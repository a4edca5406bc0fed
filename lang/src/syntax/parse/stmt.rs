//! Statements: those that a reserved word begins, and the way to all others.

use super::body::{Lead, Segment};
use super::grammar::Rule;
use super::item::type_name;
use super::reader::{Parsed, Reader};
use super::{order, quick, recover, state, table, unknown, word};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Domain, Expr, ExprKind, NumberUnit, ParamStmt, Stmt, StmtKind};
use crate::syntax::keyword::Keyword;
use crate::syntax::number;
use crate::syntax::words::Place;

/// One statement. What does not parse is reported and becomes an error node, or the statement with
/// an error in place of its value where the name is certain.
pub(super) fn stmt(reader: &mut Reader<'_, '_>, place: Place, segment: &Segment) -> Stmt {
    let kind = match segment.lead {
        Lead::Statement(word) if is_misplaced(place, word) => {
            unknown::misplaced_keyword(reader, word, place, segment);
            None
        }
        Lead::Statement(Keyword::State) => state::state(reader, segment),
        Lead::Statement(word) => keyword_stmt(reader, word, segment)
            .or_else(|| recover::stmt(reader.stream, word, segment)),
        Lead::Word => word::stmt(reader, place, segment),
        Lead::Row => table::row(reader, place, segment),
        Lead::Assignment => Some(assignment(reader, place, segment)),
        Lead::Item(word) => {
            unknown::misplaced_item(reader, word, place, segment);
            None
        }
        Lead::Unknown => {
            unknown::stmt(reader, place, segment);
            None
        }
    };
    Stmt {
        doc: reader.stream.doc(segment.from),
        kind: kind.unwrap_or(StmtKind::Error),
        span: reader.stream.span_of(segment.from, segment.to),
    }
}

/// Whether a reserved word has no place there whatever follows it; `fn` and `strategy` hold such a
/// statement, and the check of their bodies tells better what to do about it.
fn is_misplaced(place: Place, word: Keyword) -> bool {
    !matches!(place, Place::Fn | Place::Strategy) && !place.keywords().contains(&word.text())
}

fn keyword_stmt(reader: &mut Reader<'_, '_>, word: Keyword, segment: &Segment) -> Option<StmtKind> {
    let (from, to) = (segment.from, segment.to);
    if reader.quick
        && let Some(kind) = quick::stmt(reader.stream, word, from, to)
    {
        return Some(kind);
    }
    match word {
        Keyword::Timeframe => timeframe(reader, from, to),
        Keyword::Param => param(reader, from, to),
        Keyword::Require => reader
            .read(Rule::require_stmt, from, to, |parsed| {
                parsed.value().map(StmtKind::Require)
            })
            .flatten(),
        Keyword::Stop => order::level(reader, Rule::level_stmt, from, to).map(StmtKind::Stop),
        Keyword::Flag => reader.read(Rule::flag_stmt, from, to, |parsed| {
            let name = parsed.name()?;
            let when = parsed.value()?;
            Some(StmtKind::Flag { name, when })
        })?,
        Keyword::Let => reader.read(Rule::let_stmt, from, to, |parsed| {
            let name = parsed.name()?;
            parsed.assign();
            let value = parsed.take(Rule::full_expr)?;
            let value = parsed.build.full_expr(value);
            Some(StmtKind::Let { name, value })
        })?,
        Keyword::Rec => reader.read(Rule::rec_stmt, from, to, |parsed| {
            let name = parsed.name()?;
            parsed.assign();
            let seed = parsed.value()?;
            let step = parsed.value()?;
            Some(StmtKind::Rec { name, seed, step })
        })?,
        Keyword::Return => reader.read(Rule::return_stmt, from, to, |parsed| {
            let value = parsed.take(Rule::full_expr)?;
            Some(StmtKind::Return(parsed.build.full_expr(value)))
        })?,
        Keyword::Enter => order::enter(reader, from, to),
        Keyword::Exit => order::exit(reader, from, to),
        _ => None,
    }
}

fn timeframe(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Option<StmtKind> {
    let (literal, span) = reader.read(Rule::timeframe_stmt, from, to, |parsed| {
        let pair = parsed.take(Rule::duration)?.into_inner().next()?;
        Some((pair.as_str().to_owned(), parsed.build.span(&pair)))
    })??;
    match number::read(&literal) {
        Ok(duration) if duration.unit == NumberUnit::Duration => Some(StmtKind::Timeframe {
            text: literal,
            seconds: duration.value,
            span,
        }),
        _ => {
            reader.sink.push(
                Diagnostic::error(
                    Code::Syntax,
                    span,
                    format!("expected a duration after `timeframe`, found `{literal}`"),
                )
                .hint("a duration has a unit: `15m`, `1h`, `1d`"),
            );
            None
        }
    }
}

fn param(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Option<StmtKind> {
    reader.read(Rule::param_stmt, from, to, |parsed| {
        let name = parsed.name()?;
        let mut ty = None;
        let mut default = None;
        let mut found = None;
        while let Some(pair) = parsed.pairs.next() {
            match pair.as_rule() {
                Rule::type_tail => ty = type_name(parsed, pair),
                Rule::assign => parsed.check_assign(&pair),
                Rule::else_chain => default = Some(parsed.build.else_chain(pair)),
                Rule::domain => found = domain(parsed, pair),
                _ => {}
            }
        }
        Some(StmtKind::Param(ParamStmt {
            name,
            ty,
            default: default?,
            domain: found,
        }))
    })?
}

/// The values of a `param` or a `sweep`.
pub(super) fn domain(
    parsed: &mut Parsed<'_, '_>,
    pair: pest::iterators::Pair<'_, Rule>,
) -> Option<Domain> {
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::domain_list => {
                let span = parsed.build.span(&part);
                let values = part
                    .into_inner()
                    .filter(|p| p.as_rule() == Rule::else_chain)
                    .map(|p| parsed.build.else_chain(p))
                    .collect();
                return Some(Domain::List(values, span));
            }
            Rule::domain_range => {
                let mut ends = part
                    .into_inner()
                    .filter(|p| p.as_rule() == Rule::sum)
                    .map(|p| parsed.build.sum(p));
                return Some(Domain::Range {
                    lo: ends.next()?,
                    hi: ends.next()?,
                    step: ends.next(),
                });
            }
            _ => {}
        }
    }
    None
}

/// `x = e` where `let x = e` was meant.
fn assignment(reader: &mut Reader<'_, '_>, place: Place, segment: &Segment) -> StmtKind {
    let name = recover::ident(reader.stream, segment.from);
    let start = Span::new(name.span.file, name.span.start, name.span.start);
    let report = Diagnostic::error(
        Code::Syntax,
        name.span,
        format!(
            "a new name begins with `let`, as in `let {} = …`",
            name.name
        ),
    );
    // `stoploss = 3%` means a statement of another name.
    let meant = unknown::foreign(&name.name).filter(|_| place == Place::Strategy);
    reader.sink.push(match meant {
        // A keyword of another language is no name, either.
        Some("let") => report.hint("write `let`"),
        Some(form) => Diagnostic::error(
            Code::Syntax,
            name.span,
            format!("`{}` is a statement of its own here", name.name),
        )
        .hint(format!(
            "write `{}`",
            unknown::with_value(form, reader.stream, segment)
        )),
        None => report.fix("write `let`", vec![(start, "let ".to_owned())]),
    });
    // What stands behind a word of another tool has the form of that tool.
    let is_read = meant.is_none_or(|form| form == "let") && segment.from + 2 < segment.to;
    let value = if is_read {
        reader.only_expr(segment.from + 2, segment.to)
    } else {
        None
    };
    let value = value.unwrap_or(Expr {
        kind: ExprKind::Error,
        span: reader.stream.span_of(segment.from, segment.to),
    });
    StmtKind::Let { name, value }
}
