//! Items: their headers, and their bodies statement by statement.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::operand::unescape;
use super::reader::{Parsed, Reader};
use super::{block, recover};
use crate::diag::suggest::did_you_mean;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    BodyItem, EnumItem, FnItem, FnParam, Ident, Item, ItemKind, RouterItem, ScreenItem, Stmt,
    StrategyItem, TestItem, UseItem,
};
use crate::syntax::keyword::Keyword;
use crate::syntax::number;
use crate::syntax::split::RawItem;
use crate::syntax::token::TokenKind;
use crate::syntax::words::ItemWord;

/// Parses one item; `None` when its header is broken. Its statements are reported either way.
pub(super) fn item(reader: &mut Reader<'_, '_>, raw: &RawItem) -> Option<Item> {
    let (start, end) = (raw.start, raw.end);
    let kind = match raw.kind {
        ItemWord::Use => ItemKind::Use(use_item(reader, start, end)?),
        ItemWord::Edition => edition(reader, start, end)?,
        _ => {
            let head = header(reader, raw);
            let values = match raw.open {
                Some(open) if raw.kind == ItemWord::Enum => enum_values(reader, open),
                _ => Vec::new(),
            };
            let body = match (raw.open, raw.kind.place()) {
                (Some(open), Some(place)) => block::statements(reader, place, open),
                _ => Vec::new(),
            };
            with_body(raw.kind, head?, body, values)?
        }
    };
    Some(Item {
        doc: reader.stream.doc(raw.start),
        kind,
        span: reader.stream.span_of(raw.start, raw.end),
    })
}

/// What stands before the body.
enum Head {
    /// A name alone.
    Named(Ident),
    /// A name and what follows `on`.
    Strategy(Ident, Option<Ident>),
    /// Two names.
    Pair(Ident, Ident),
    Fn(Ident, Vec<FnParam>),
    Test(String, Span),
}

fn with_body(kind: ItemWord, head: Head, body: Vec<Stmt>, values: Vec<Ident>) -> Option<ItemKind> {
    Some(match (kind, head) {
        (_, Head::Fn(name, params)) => ItemKind::Fn(FnItem { name, params, body }),
        (_, Head::Strategy(name, on)) => ItemKind::Strategy(StrategyItem { name, on, body }),
        (_, Head::Test(name, span)) => ItemKind::Test(TestItem {
            name: (name, span),
            body,
        }),
        (ItemWord::Router, Head::Pair(name, regime)) => {
            ItemKind::Router(RouterItem { name, regime, body })
        }
        (_, Head::Pair(name, strategy)) => ItemKind::Screen(ScreenItem {
            name,
            strategy,
            body,
        }),
        (ItemWord::Enum, Head::Named(name)) => ItemKind::Enum(EnumItem { name, values }),
        (ItemWord::Regime, Head::Named(name)) => ItemKind::Regime(BodyItem { name, body }),
        (ItemWord::Risk, Head::Named(name)) => ItemKind::Risk(BodyItem { name, body }),
        (ItemWord::Portfolio, Head::Named(name)) => ItemKind::Portfolio(BodyItem { name, body }),
        (_, Head::Named(_)) => return None,
    })
}

fn header(reader: &mut Reader<'_, '_>, raw: &RawItem) -> Option<Head> {
    let end = raw.open.unwrap_or(raw.end);
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
        let is_call = raw.kind == ItemWord::Strategy
            && reader.stream.kind(raw.start + 1) == Some(TokenKind::LParen);
        if is_call {
            reader.sink.push(
                Diagnostic::error(
                    Code::Syntax,
                    reader.stream.span(raw.start),
                    "`strategy(…)` declares a strategy in Pine Script, not here",
                )
                .hint("a strategy is written `strategy Name { … }`"),
            );
        } else if !reader.stream.any_broken(raw.start, end) {
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
        ItemWord::Fn => reader.read(Rule::fn_head, raw.start, end, |parsed| {
            let name = parsed.name()?;
            let mut params = Vec::new();
            while let Some(pair) = parsed.take(Rule::fn_param) {
                params.extend(fn_param(parsed, pair));
            }
            Some(Head::Fn(name, params))
        })?,
        ItemWord::Strategy => reader.read(Rule::strategy_head, raw.start, end, |parsed| {
            let name = parsed.name()?;
            let on = parsed.name();
            let on = on.filter(|event| known_event(parsed, event));
            Some(Head::Strategy(name, on))
        })?,
        ItemWord::Router => pair_head(reader, Rule::router_head, raw.start, end),
        ItemWord::Screen => pair_head(reader, Rule::screen_head, raw.start, end),
        ItemWord::Test => reader.read(Rule::test_head, raw.start, end, |parsed| {
            let pair = parsed.take(Rule::string)?;
            let span = parsed.build.span(&pair);
            Some(Head::Test(unescape(pair.as_str()), span))
        })?,
        _ => reader.read(Rule::named_head, raw.start, end, |parsed| {
            parsed.name().map(Head::Named)
        })?,
    }
}

fn pair_head(reader: &mut Reader<'_, '_>, rule: Rule, start: usize, end: usize) -> Option<Head> {
    reader.read(rule, start, end, |parsed| {
        Some(Head::Pair(parsed.name()?, parsed.name()?))
    })?
}

/// Events that a strategy can live on.
const EVENTS: &[&str] = &["bar", "trade", "book", "fill"];

fn known_event(parsed: &mut Parsed<'_, '_>, event: &Ident) -> bool {
    if EVENTS.contains(&event.name.as_str()) {
        return true;
    }
    let report = Diagnostic::error(
        Code::Syntax,
        event.span,
        format!("a strategy lives on no event `{}`", event.name),
    );
    let meant = did_you_mean(&event.name, EVENTS.iter().copied());
    parsed.build.sink.push(match meant {
        Some(word) => report.hint(format!("did you mean `{word}`?")),
        None => report.hint("the events are `bar`, `trade`, `book` and `fill`"),
    });
    false
}

/// `edition 2026`
fn edition(reader: &mut Reader<'_, '_>, start: usize, end: usize) -> Option<ItemKind> {
    let (number, span) = reader.read(Rule::edition_item, start, end, |parsed| {
        let pair = parsed.take(Rule::number)?;
        Some((number::read(pair.as_str()).ok()?, parsed.build.span(&pair)))
    })??;
    if start > 0 {
        reader.sink.push(
            Diagnostic::error(
                Code::Syntax,
                reader.stream.span_of(start, end),
                "the edition is the first item of its file",
            )
            .hint("move this line to the top of the file"),
        );
        return None;
    }
    Some(ItemKind::Edition(number, span))
}

/// The names between the braces of an `enum`.
fn enum_values(reader: &mut Reader<'_, '_>, open: usize) -> Vec<Ident> {
    let stream = reader.stream;
    let end = stream.group_end(open);
    let mut values = Vec::new();
    for at in open + 1..end {
        let span = stream.span(at);
        let text = stream.text_of(at);
        let report = |message: String| Diagnostic::error(Code::Syntax, span, message);
        match stream.kind(at) {
            Some(TokenKind::Name) => values.push(recover::ident(stream, at)),
            Some(TokenKind::Comma) => reader.sink.push(
                Diagnostic::error(
                    Code::ForeignOperator,
                    span,
                    "the values of an enum stand beside each other without commas",
                )
                .fix(
                    "remove the comma",
                    vec![(
                        span,
                        if stream.touches(at + 1) { " " } else { "" }.to_owned(),
                    )],
                ),
            ),
            Some(TokenKind::Keyword(word)) => reader.sink.push(report(format!(
                "`{}` is a word of the language and cannot be a name",
                word.text()
            ))),
            Some(kind) if kind.is_broken() || stream.is_broken(at) => return values,
            _ => {
                reader.sink.push(
                    report(format!("expected a value of the enum, found `{text}`"))
                        .hint("an enum lists names: `enum Kind { simple exponential weighted }`"),
                );
                return values;
            }
        }
    }
    if values.is_empty() && !stream.any_broken(open, end) {
        reader.sink.push(
            Diagnostic::error(
                Code::Syntax,
                stream.span(open),
                "an enum has at least one value",
            )
            .hint("an enum lists names: `enum Kind { simple exponential weighted }`"),
        );
    }
    values
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
