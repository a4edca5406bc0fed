//! Items: their headers, and their bodies statement by statement.

use pest::iterators::Pair;

use super::body;
use super::grammar::Rule;
use super::operand::unescape;
use super::reader::{Parsed, Reader};
use super::stmt;
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{FnItem, FnParam, Ident, Item, ItemKind, Stmt, StrategyItem, UseItem};
use crate::syntax::keyword::Keyword;
use crate::syntax::split::RawItem;
use crate::syntax::token::TokenKind;

/// Parses one item; `None` when its header is broken. Its statements are reported either way.
pub(super) fn item(reader: &mut Reader<'_, '_>, raw: &RawItem) -> Option<Item> {
    let head_end = raw.open.unwrap_or(raw.end);
    let head = match raw.kind {
        Keyword::Use => Some(Head::Use(use_item(reader, raw.start, raw.end)?)),
        _ => header(reader, raw, head_end),
    };
    let statements = raw.open.map(|open| statements(reader, raw.kind, open));
    let kind = match head? {
        Head::Use(item) => ItemKind::Use(item),
        Head::Fn(name, params) => ItemKind::Fn(FnItem {
            name,
            params,
            body: statements.unwrap_or_default(),
        }),
        Head::Strategy(name) => ItemKind::Strategy(StrategyItem {
            name,
            on: None,
            body: statements.unwrap_or_default(),
        }),
    };
    Some(Item {
        doc: reader.stream.doc(raw.start),
        kind,
        span: reader.stream.span_of(raw.start, raw.end),
    })
}

/// What stands before the body.
enum Head {
    Use(UseItem),
    Fn(Ident, Vec<FnParam>),
    Strategy(Ident),
}

fn header(reader: &mut Reader<'_, '_>, raw: &RawItem, end: usize) -> Option<Head> {
    let what = raw.kind.text();
    // A statement before the `{` shows that the body's own `{` is missing.
    let early = (raw.start + 1..end).find(|i| {
        reader
            .stream
            .keyword(*i)
            .is_some_and(Keyword::begins_statement)
            && reader.stream.begins_line(*i)
    });
    if raw.open.is_none() || early.is_some() {
        let last = early.unwrap_or(end).saturating_sub(1).max(raw.start);
        if !reader.stream.any_broken(raw.start, end) {
            reader.sink.push(Diagnostic::error(
                Code::Syntax,
                reader.stream.span(last),
                format!(
                    "expected `{{` after `{}` to begin the body of the `{what}`",
                    reader.stream.text_of(last)
                ),
            ));
        }
        return None;
    }
    match raw.kind {
        Keyword::Fn => reader.read(Rule::fn_head, raw.start, end, |parsed| {
            let name = parsed.take(Rule::name)?;
            let name = parsed.build.ident(&name);
            let mut params = Vec::new();
            while let Some(pair) = parsed.take(Rule::fn_param) {
                params.extend(fn_param(parsed, pair));
            }
            Some(Head::Fn(name, params))
        })?,
        _ => {
            let on = raw.start + 2;
            if reader.stream.text_of(on) == "on" && reader.stream.text_of(on + 1) != "bar" {
                let event = reader.stream.text_of(on + 1);
                reader.sink.push(Diagnostic::error(
                    Code::NotExecutable,
                    reader.stream.span_of(on, end),
                    format!("strategies `on {event}` are part of the language's design and not executed yet"),
                ));
                return None;
            }
            reader.read(Rule::strategy_head, raw.start, end, |parsed| {
                let name = parsed.take(Rule::name)?;
                Some(Head::Strategy(parsed.build.ident(&name)))
            })?
        }
    }
}

fn fn_param(parsed: &mut Parsed<'_, '_>, pair: Pair<'_, Rule>) -> Option<FnParam> {
    let mut name = None;
    let mut ty = None;
    let mut default = None;
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::name => name = Some(parsed.build.ident(&part)),
            Rule::type_tail => ty = type_name(parsed, part),
            Rule::assign => parsed.check_assign(&part),
            Rule::else_chain => default = Some(parsed.build.else_chain(part)),
            _ => {}
        }
    }
    Some(FnParam {
        name: name?,
        ty,
        default,
    })
}

/// The name after the colon of a parameter.
pub(super) fn type_name(parsed: &Parsed<'_, '_>, pair: Pair<'_, Rule>) -> Option<Ident> {
    pair.into_inner()
        .find(|p| p.as_rule() == Rule::name)
        .map(|p| parsed.build.ident(&p))
}

fn use_item(reader: &mut Reader<'_, '_>, start: usize, end: usize) -> Option<UseItem> {
    reader.read(Rule::use_item, start, end, |parsed| {
        let mut names = Vec::new();
        let mut from = None;
        for pair in parsed.pairs.by_ref() {
            match pair.as_rule() {
                Rule::name => names.push(parsed.build.ident(&pair)),
                Rule::string => {
                    from = Some((unescape(pair.as_str()), parsed.build.span(&pair)));
                }
                _ => {}
            }
        }
        UseItem { names, from }
    })
}

/// The statements between the braces of an item.
fn statements(reader: &mut Reader<'_, '_>, item: Keyword, open: usize) -> Vec<Stmt> {
    let end = reader.stream.group_end(open);
    body::cut(reader.stream, open + 1, end)
        .iter()
        .filter(|segment| {
            // A stray closing bracket alone was reported.
            !(segment.from + 1 == segment.to
                && reader
                    .stream
                    .kind(segment.from)
                    .is_some_and(TokenKind::closes))
        })
        .map(|segment| stmt::stmt(reader, item, segment))
        .collect()
}
