//! Statements whose word only their place knows.

use super::body::Segment;
use super::grammar::Rule;
use super::reader::Reader;
use super::stmt::domain;
use super::{block, order, recover, trial, unknown};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, Setting, StmtKind};
use crate::syntax::token::TokenKind;
use crate::syntax::words::Place;

/// The statement of a word that begins one in `place`.
pub(super) fn stmt(
    reader: &mut Reader<'_, '_>,
    place: Place,
    segment: &Segment,
) -> Option<StmtKind> {
    let word = reader.stream.text_of(segment.from);
    match place {
        Place::Strategy => in_strategy(reader, word, segment),
        Place::Regime => in_regime(reader, word, segment),
        Place::Router => in_router(reader, word, segment),
        Place::Screen => in_screen(reader, word, segment),
        Place::Portfolio => in_portfolio(reader, word, segment),
        Place::Test if word == "with" => trial::with(reader, segment),
        Place::Test => trial::expect(reader, segment),
        Place::Execution => block::setting(reader, segment),
        Place::Fn if word == "zones" => block::zones(reader, segment),
        Place::Fn | Place::Risk | Place::Zones => {
            unknown::stmt(reader, place, segment);
            None
        }
    }
}

fn in_strategy(reader: &mut Reader<'_, '_>, word: &str, segment: &Segment) -> Option<StmtKind> {
    let (from, to) = (segment.from, segment.to);
    match word {
        "take_profit" => {
            if reader.stream.kind(from + 1) == Some(TokenKind::LBrace) && from + 1 < to {
                block::ladder(reader, segment)
            } else {
                order::level(reader, Rule::level_stmt, from, to).map(StmtKind::TakeProfit)
            }
        }
        "trail" => order::trail(reader, from, to),
        "pyramid" => sum_of(reader, Rule::value_stmt, segment).map(StmtKind::Pyramid),
        "cooldown" => reader.read(Rule::count_stmt, from, to, |parsed| {
            Some(StmtKind::Cooldown {
                length: parsed.sum()?,
                is_bars: parsed.take(Rule::kw_bars).is_some(),
            })
        })?,
        "within" => reader.read(Rule::within_stmt, from, to, |parsed| {
            let pair = parsed.take(Rule::within)?;
            Some(StmtKind::Within(parsed.build.within(pair)))
        })?,
        "legs" => legs(reader, segment),
        "zones" => block::zones(reader, segment),
        "execution" => block::execution(reader, segment),
        "on" => block::on(reader, Place::Strategy, segment),
        "every" => block::every(reader, Place::Strategy, segment),
        "for" => block::for_loop(reader, Place::Strategy, segment),
        _ => order::quote(reader, from, to),
    }
}

/// `legs a = "BTC/USDT", b = "ETH/USDT"`
fn legs(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    reader.read(Rule::legs_stmt, segment.from, segment.to, |parsed| {
        let mut legs = Vec::new();
        while let Some(pair) = parsed.take(Rule::leg) {
            let mut name = None;
            for part in pair.into_inner() {
                match part.as_rule() {
                    Rule::name => name = Some(parsed.build.ident(&part)),
                    Rule::assign => parsed.check_assign(&part),
                    Rule::string => {
                        let (symbol, span) = order::text(parsed, &part);
                        legs.extend(name.take().map(|name| (name, symbol, span)));
                    }
                    _ => {}
                }
            }
        }
        StmtKind::Legs(legs)
    })
}

fn in_regime(reader: &mut Reader<'_, '_>, word: &str, segment: &Segment) -> Option<StmtKind> {
    match word {
        "score" => {
            let found = reader.read(Rule::named_stmt, segment.from, segment.to, |parsed| {
                let name = parsed.name()?;
                parsed.assign();
                Some((name, parsed.value()?))
            });
            let (name, value) = found
                .flatten()
                .or_else(|| recover::named_error(reader.stream, segment.from + 1, segment))?;
            Some(StmtKind::Score { name, value })
        }
        "confidence" => reader.read(Rule::member, segment.from, segment.to, |parsed| {
            parsed.assign();
            parsed.value().map(StmtKind::Confidence)
        })?,
        "unknown" => condition(reader, Rule::when_stmt, segment).map(StmtKind::Unknown),
        "confirm" => sum_of(reader, Rule::bars_stmt, segment).map(StmtKind::Confirm),
        _ => sum_of(reader, Rule::over_stmt, segment).map(StmtKind::Transitions),
    }
}

fn in_router(reader: &mut Reader<'_, '_>, word: &str, segment: &Segment) -> Option<StmtKind> {
    match word {
        "override" => reader.read(Rule::override_stmt, segment.from, segment.to, |parsed| {
            Some(StmtKind::Override {
                when: parsed.value()?,
                factor: parsed.sum()?,
            })
        })?,
        "suggest" => condition(reader, Rule::suggest_stmt, segment).map(StmtKind::Suggest),
        _ => reader.read(Rule::switch_stmt, segment.from, segment.to, |parsed| {
            let keeps = parsed.take(Rule::switch_rule)?.as_str() == "keep";
            Some(StmtKind::OnSwitch { keeps })
        })?,
    }
}

fn in_screen(reader: &mut Reader<'_, '_>, word: &str, segment: &Segment) -> Option<StmtKind> {
    let (from, to) = (segment.from, segment.to);
    match word {
        "sweep" => reader.read(Rule::sweep_stmt, from, to, |parsed| {
            let name = parsed.name()?;
            let pair = parsed.take(Rule::domain)?;
            let domain = domain(parsed, pair)?;
            Some(StmtKind::Sweep { name, domain })
        })?,
        "rank" => {
            let rank = recover::ident(reader.stream, from);
            reader.read(Rule::rank_stmt, from, to, |parsed| {
                let by = parsed.name()?;
                let value = Expr {
                    span: by.span,
                    kind: ExprKind::Name(by.name),
                };
                Some(StmtKind::Setting(Setting { name: rank, value }))
            })?
        }
        "keep" => limit_of(reader, Rule::top_stmt, segment),
        "grid" => limit_of(reader, Rule::grid_stmt, segment),
        _ => block::setting(reader, segment),
    }
}

/// `keep top 20`, `grid at most 100_000`: a setting named by its first word.
fn limit_of(reader: &mut Reader<'_, '_>, rule: Rule, segment: &Segment) -> Option<StmtKind> {
    let name: Ident = recover::ident(reader.stream, segment.from);
    let value = sum_of(reader, rule, segment)?;
    Some(StmtKind::Setting(Setting { name, value }))
}

fn in_portfolio(reader: &mut Reader<'_, '_>, word: &str, segment: &Segment) -> Option<StmtKind> {
    let (from, to) = (segment.from, segment.to);
    match word {
        "universe" => reader.read(Rule::universe_stmt, from, to, |parsed| {
            let mut symbols: Vec<(String, Span)> = Vec::new();
            while let Some(pair) = parsed.pairs.next() {
                match pair.as_rule() {
                    Rule::string => symbols.push(order::text(parsed, &pair)),
                    Rule::comma => order::stray_comma(parsed, &pair, "the symbols of a universe"),
                    _ => {}
                }
            }
            StmtKind::Universe(symbols)
        }),
        "rebalance" => reader.read(Rule::rebalance_stmt, from, to, |parsed| {
            let pair = parsed.take(Rule::every_tail)?;
            parsed.build.schedule(pair).map(StmtKind::Rebalance)
        })?,
        "hold" => reader.read(Rule::hold_stmt, from, to, |parsed| {
            Some(StmtKind::Hold {
                condition: parsed.value()?,
                weight: parsed.sum(),
            })
        })?,
        _ => block::setting(reader, segment),
    }
}

/// The one sum of a statement.
fn sum_of(reader: &mut Reader<'_, '_>, rule: Rule, segment: &Segment) -> Option<Expr> {
    reader.read(rule, segment.from, segment.to, |parsed| parsed.sum())?
}

/// The one condition of a statement.
fn condition(reader: &mut Reader<'_, '_>, rule: Rule, segment: &Segment) -> Option<Expr> {
    reader.read(rule, segment.from, segment.to, |parsed| parsed.value())?
}
