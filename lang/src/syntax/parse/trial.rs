//! The statements of a `test`: what it runs, its bars, and what it expects.

use pest::iterators::Pair;

use super::body::Segment;
use super::grammar::Rule;
use super::order::text;
use super::reader::{Parsed, Reader};
use crate::source::Span;
use crate::syntax::ast::{ExpectStmt, Expectation, Expr, Side, StmtKind};

/// `with SmaCross(fast: 2, slow: 3)`
pub(super) fn with(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    reader.read(Rule::with_stmt, segment.from, segment.to, |parsed| {
        let name = parsed.name()?;
        let args = match parsed.take(Rule::call_args) {
            Some(pair) => {
                let span = parsed.build.span(&pair);
                parsed.build.check_touching(name.span, span, "a call");
                parsed.build.args(pair)
            }
            None => Vec::new(),
        };
        Some(StmtKind::With { name, args })
    })?
}

/// `close = [5, 4, 3]`
pub(super) fn column(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    reader.read(Rule::column_stmt, segment.from, segment.to, |parsed| {
        let name = parsed.name()?;
        parsed.assign();
        let pair = parsed.take(Rule::values)?;
        let (values, span) = values(parsed, pair);
        Some(StmtKind::Column { name, values, span })
    })?
}

fn values(parsed: &mut Parsed<'_, '_>, pair: Pair<'_, Rule>) -> (Vec<Expr>, Span) {
    let span = parsed.build.span(&pair);
    let values = pair
        .into_inner()
        .filter(|p| p.as_rule() == Rule::else_chain)
        .map(|p| parsed.build.else_chain(p))
        .collect();
    (values, span)
}

/// `expect …`
pub(super) fn expect(reader: &mut Reader<'_, '_>, segment: &Segment) -> Option<StmtKind> {
    reader.read(Rule::expect_stmt, segment.from, segment.to, |parsed| {
        let pair = parsed.pairs.find(|pair| pair.as_rule() != Rule::lead)?;
        expectation(parsed, pair).map(StmtKind::Expect)
    })?
}

fn expectation(parsed: &mut Parsed<'_, '_>, pair: Pair<'_, Rule>) -> Option<ExpectStmt> {
    let rule = pair.as_rule();
    let (mut none, mut side, mut tag, mut bar) = (false, None, None, None);
    let mut sums = Vec::new();
    let mut list = None;
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::kw_no => none = true,
            Rule::side | Rule::leg_side => {
                let is_long = matches!(part.as_str(), "long" | "buy");
                side = Some(if is_long { Side::Long } else { Side::Short });
            }
            Rule::string => tag = Some(text(parsed, &part)),
            Rule::at_bar => {
                let sum = part.into_inner().find(|p| p.as_rule() == Rule::sum);
                bar = sum.map(|p| parsed.build.sum(p));
            }
            Rule::assign => parsed.check_assign(&part),
            Rule::values => list = Some(values(parsed, part).0),
            Rule::sum => sums.push(parsed.build.sum(part)),
            _ => {}
        }
    }
    let mut sums = sums.into_iter();
    let what = match rule {
        Rule::expect_enter => Expectation::Enter { none, side, tag },
        Rule::expect_exit => Expectation::Exit { none, tag },
        Rule::expect_fill => Expectation::Fill {
            side: side?,
            price: sums.next(),
        },
        _ => Expectation::Value {
            value: sums.next()?,
            expected: match list {
                Some(list) => list,
                None => vec![sums.next()?],
            },
            within: sums.next(),
        },
    };
    Some(ExpectStmt { what, bar })
}
