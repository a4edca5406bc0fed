//! Orders: `enter`, `exit` and `quote` with their clauses, and the levels of stops and targets.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::operand::unescape;
use super::reader::{Parsed, Reader};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Clause, ClauseKind, EnterStmt, ExitStmt, Expr, LegOrder, Level, QuoteStmt, Side, StmtKind,
    TimeInForce,
};

/// `enter …`
pub(super) fn enter(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Option<StmtKind> {
    reader.read(Rule::enter_stmt, from, to, |parsed| {
        let mut side = Side::Long;
        let mut tag = None;
        let mut legs = Vec::new();
        let mut clauses = Vec::new();
        let mut when = None;
        while let Some(pair) = parsed.pairs.next() {
            match pair.as_rule() {
                Rule::side if pair.as_str() == "short" => side = Side::Short,
                Rule::string => tag = Some(text(parsed, &pair)),
                Rule::legs_block => legs = leg_orders(parsed, pair),
                Rule::clause => clause(parsed, pair, &mut clauses),
                Rule::else_chain => when = Some(parsed.build.else_chain(pair)),
                _ => {}
            }
        }
        Some(StmtKind::Enter(EnterStmt {
            side,
            tag,
            legs,
            clauses,
            when: when?,
        }))
    })?
}

/// `exit …`
pub(super) fn exit(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Option<StmtKind> {
    reader.read(Rule::exit_stmt, from, to, |parsed| {
        let mut all = false;
        let mut portion = None;
        let mut tag = None;
        let mut clauses = Vec::new();
        let mut when = None;
        while let Some(pair) = parsed.pairs.next() {
            match pair.as_rule() {
                Rule::exit_all => all = true,
                Rule::portion => portion = inner_sums(parsed, pair).into_iter().next(),
                Rule::string => tag = Some(text(parsed, &pair)),
                Rule::clause => clause(parsed, pair, &mut clauses),
                Rule::else_chain => when = Some(parsed.build.else_chain(pair)),
                _ => {}
            }
        }
        Some(StmtKind::Exit(ExitStmt {
            all,
            portion,
            tag,
            clauses,
            when: when?,
        }))
    })?
}

/// `quote bid[i] at P …`
pub(super) fn quote(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Option<StmtKind> {
    reader.read(Rule::quote_stmt, from, to, |parsed| {
        let mut side = None;
        let mut slot = None;
        let mut price = None;
        let mut clauses = Vec::new();
        let mut when = None;
        while let Some(pair) = parsed.pairs.next() {
            match pair.as_rule() {
                Rule::quote_side => side = Some(parsed.build.ident(&pair)),
                Rule::slot => {
                    let inner = pair
                        .into_inner()
                        .find(|p| p.as_rule() == Rule::else_chain)?;
                    slot = Some(parsed.build.else_chain(inner));
                }
                Rule::sum => price = Some(parsed.build.sum(pair)),
                Rule::clause => clause(parsed, pair, &mut clauses),
                Rule::else_chain => when = Some(parsed.build.else_chain(pair)),
                _ => {}
            }
        }
        Some(StmtKind::Quote(QuoteStmt {
            side: side?,
            slot: slot?,
            price: price?,
            clauses,
            when,
        }))
    })?
}

/// `3%` or `at P`, behind the word of a stop or a target.
pub(super) fn level(
    reader: &mut Reader<'_, '_>,
    rule: Rule,
    from: usize,
    to: usize,
) -> Option<Level> {
    reader.read(rule, from, to, |parsed| Some(level_of(parsed)?.0))?
}

/// `trail 1.5% once profit > 3.5%`
pub(super) fn trail(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Option<StmtKind> {
    reader.read(Rule::trail_stmt, from, to, |parsed| {
        let (level, once) = level_of(parsed)?;
        Some(StmtKind::Trail { level, once })
    })?
}

fn level_of(parsed: &mut Parsed<'_, '_>) -> Option<(Level, Option<Expr>)> {
    let mut is_price = false;
    let mut values = Vec::new();
    for pair in parsed.pairs.by_ref() {
        match pair.as_rule() {
            Rule::kw_at => is_price = true,
            Rule::else_chain => values.push(parsed.build.else_chain(pair)),
            _ => {}
        }
    }
    let mut values = values.into_iter();
    let value = values.next()?;
    let level = if is_price {
        Level::At(value)
    } else {
        Level::Share(value)
    };
    Some((level, values.next()))
}

/// The text of a string and its place.
pub(super) fn text(parsed: &Parsed<'_, '_>, pair: &Pair<'_, Rule>) -> (String, Span) {
    (unescape(pair.as_str()), parsed.build.span(pair))
}

/// `{ sell a 1  buy b h }`
fn leg_orders(parsed: &mut Parsed<'_, '_>, pair: Pair<'_, Rule>) -> Vec<LegOrder> {
    let mut legs = Vec::new();
    for order in pair.into_inner() {
        if order.as_rule() != Rule::leg_order {
            continue;
        }
        let mut side = Side::Long;
        let (mut leg, mut ratio) = (None, None);
        for part in order.into_inner() {
            match part.as_rule() {
                Rule::leg_side if part.as_str() == "sell" => side = Side::Short,
                Rule::name => leg = Some(parsed.build.ident(&part)),
                Rule::sum => ratio = Some(parsed.build.sum(part)),
                _ => {}
            }
        }
        if let (Some(leg), Some(ratio)) = (leg, ratio) {
            legs.push(LegOrder { side, leg, ratio });
        }
    }
    legs
}

/// The sums directly inside a rule.
fn inner_sums(parsed: &mut Parsed<'_, '_>, pair: Pair<'_, Rule>) -> Vec<Expr> {
    pair.into_inner()
        .filter(|part| part.as_rule() == Rule::sum)
        .map(|part| parsed.build.sum(part))
        .collect()
}

/// One clause; `keep` gives one for each of its names.
fn clause(parsed: &mut Parsed<'_, '_>, pair: Pair<'_, Rule>, out: &mut Vec<Clause>) {
    let Some(pair) = pair.into_inner().next() else {
        return;
    };
    let start = parsed.build.span(&pair);
    let rule = pair.as_rule();
    if rule == Rule::keep_clause {
        keep(parsed, pair, start, out);
        return;
    }
    // Only the words of a clause without an operand end it themselves.
    if rule == Rule::flag_clause {
        let kind = match pair.as_str() {
            "day" => ClauseKind::TimeInForce(TimeInForce::Day),
            "gtc" => ClauseKind::TimeInForce(TimeInForce::Gtc),
            "ioc" => ClauseKind::TimeInForce(TimeInForce::Ioc),
            "fok" => ClauseKind::TimeInForce(TimeInForce::Fok),
            "post_only" => ClauseKind::PostOnly,
            "reduce_only" => ClauseKind::ReduceOnly,
            _ => ClauseKind::Market,
        };
        out.push(Clause { kind, span: start });
        return;
    }
    let mut end = start;
    let mut word = "";
    let mut is_share = false;
    let mut values = Vec::new();
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::price_word | Rule::pair_word | Rule::over_word => word = part.as_str(),
            Rule::kw_size => word = "size",
            Rule::kw_tolerance => word = "tolerance",
            Rule::kw_ticks => end = parsed.build.span(&part),
            Rule::size_risk => {
                word = "risk";
                values = inner_sums(parsed, part);
                end = values.last().map_or(end, |value: &Expr| value.span);
            }
            Rule::size_of => {
                is_share = true;
                if let Some(last) = part.into_inner().last() {
                    end = parsed.build.span(&last);
                }
            }
            Rule::sum => {
                let value = parsed.build.sum(part);
                end = value.span;
                values.push(value);
            }
            _ => {}
        }
    }
    let mut values = values.into_iter();
    let (Some(first), second) = (values.next(), values.next()) else {
        return;
    };
    let kind = match (word, second) {
        ("stop_limit", Some(second)) => ClauseKind::StopLimit(first, second),
        ("bracket", Some(second)) => ClauseKind::Bracket(first, second),
        ("oco", Some(second)) => ClauseKind::Oco(first, second),
        ("limit", _) => ClauseKind::Limit(first),
        ("stop", _) => ClauseKind::Stop(first),
        ("trailing", _) => ClauseKind::Trailing(first),
        ("iceberg", _) => ClauseKind::Iceberg(first),
        ("twap", _) => ClauseKind::Twap(first),
        ("vwap", _) => ClauseKind::Vwap(first),
        ("tolerance", _) => ClauseKind::Tolerance(first),
        ("risk", _) => ClauseKind::SizeRisk(first),
        _ if is_share => ClauseKind::SizeOfEquity(first),
        _ => ClauseKind::Size(first),
    };
    out.push(Clause {
        kind,
        span: start.to(end),
    });
}

/// `keep a = e, b = f`; the first span begins at the word.
fn keep(parsed: &mut Parsed<'_, '_>, pair: Pair<'_, Rule>, word: Span, out: &mut Vec<Clause>) {
    let mut begin = Some(word);
    for kept in pair.into_inner() {
        if kept.as_rule() != Rule::kept {
            continue;
        }
        let (mut name, mut value) = (None, None);
        for part in kept.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(parsed.build.ident(&part)),
                Rule::assign => parsed.check_assign(&part),
                Rule::else_chain => value = Some(parsed.build.else_chain(part)),
                _ => {}
            }
        }
        if let (Some(name), Some(value)) = (name, value) {
            let start = begin.take().unwrap_or(name.span);
            out.push(Clause {
                span: start.to(value.span),
                kind: ClauseKind::Keep(name, value),
            });
        }
    }
}

/// Reports a comma where things only stand beside each other.
pub(super) fn stray_comma(parsed: &mut Parsed<'_, '_>, pair: &Pair<'_, Rule>, what: &str) {
    let span = parsed.build.span(pair);
    let gap = parsed.build.gap_behind(span);
    parsed.build.sink.push(
        Diagnostic::error(
            Code::ForeignOperator,
            span,
            format!("{what} stand beside each other without commas"),
        )
        .fix("remove the comma", vec![(span, gap.to_owned())]),
    );
}
