//! Values from elsewhere: another timeframe, another symbol, the book.

use std::rc::Rc;

use super::extract::{Refusal, extract};
use super::schedule::duration;
use super::scope::Value;
use super::{Checker, Place};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Compare, Feed, FeedKind, Input, Kind, Math2, NodeId, Ty};
use crate::source::Span;
use crate::syntax::ast::{Arg, Ident, Number};

/// Names that only a tick strategy knows.
const BOOK: &[&str] = &[
    "tick",
    "best_bid",
    "best_ask",
    "mid",
    "spread",
    "inventory_loss",
];

impl<'t> Checker<'t, '_> {
    /// The node of an extra column; equal columns are one.
    pub(super) fn feed(&mut self, kind: FeedKind, params: u64, span: Span) -> NodeId {
        let feeds = &mut self.builder.unit.feeds;
        let at = match feeds.iter().position(|f| f.kind == kind) {
            Some(at) => at,
            None => {
                feeds.push(Feed { kind, params, span });
                feeds.len() - 1
            }
        };
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.builder.add(Kind::Input(Input::Extra(at)), span)
    }

    /// `x @ 4h`
    pub(super) fn at_timeframe(&mut self, value: Value, n: &Number, at: Span, span: Span) -> Value {
        let Some(bar) = self.bar_seconds("`@`", at) else {
            return Value::Error;
        };
        if n.value <= 0.0 || (self.place != Place::Function && !self.is_multiple(n.value)) {
            self.report(
                Diagnostic::error(
                    Code::BadTimeframe,
                    at,
                    format!(
                        "bars of {} cannot be made from bars of {}",
                        n.text,
                        duration(bar)
                    ),
                )
                .hint("the other timeframe is a multiple of the strategy's own"),
            );
            return Value::Error;
        }
        let ratio = n.value / bar;
        self.each(value, span, |c, x| {
            if !c.builder.stage(x).series || ratio == 1.0 {
                return Some(x);
            }
            let unit = c.elsewhere(x, "another timeframe", span)?;
            let look = c.builder.look(x);
            let params = c.builder.stage(x).params;
            let kind = FeedKind::Timeframe {
                seconds: n.value,
                unit: Box::new(unit),
            };
            let bars = c.look_as_node(look, span)?;
            let id = c.feed(kind, params, span);
            // So many whole bars there, and the one that is still open.
            let b = &mut c.builder;
            let (one, ratio) = (b.number(1.0, span), b.number(ratio, span));
            let bars = b.math2(Math2::Add, bars, one, span);
            let bars = b.math2(Math2::Mul, bars, ratio, span);
            let look = b.length_look(bars);
            b.set_look(id, look);
            Some(id)
        })
    }

    /// `x of "ETH/USDT"`
    pub(super) fn of_symbol(&mut self, value: Value, symbol: &str, at: Span, span: Span) -> Value {
        if symbol.trim().is_empty() {
            self.report(
                Diagnostic::error(Code::UnknownName, at, "a symbol needs a name")
                    .hint("write it as the data names it, such as \"ETH/USDT\""),
            );
            return Value::Error;
        }
        self.each(value, span, |c, x| {
            if !c.builder.stage(x).series {
                return Some(x);
            }
            let unit = c.elsewhere(x, "another symbol", span)?;
            let look = c.builder.look(x);
            let params = c.builder.stage(x).params;
            let kind = FeedKind::Symbol {
                symbol: symbol.to_owned(),
                unit: Box::new(unit),
            };
            let id = c.feed(kind, params, span);
            c.builder.set_look(id, look);
            Some(id)
        })
    }

    /// A column of a leg: `a.close`.
    pub(super) fn leg_field(&mut self, symbol: &Rc<str>, field: &Ident, span: Span) -> Value {
        let column = super::name::INPUTS
            .iter()
            .filter(|(_, input)| !matches!(input, Input::BarIndex | Input::Time))
            .find(|(name, _)| *name == field.name);
        let Some((_, input)) = column else {
            self.report(
                Diagnostic::error(
                    Code::UnknownField,
                    field.span,
                    format!("a leg has no `{}`", field.name),
                )
                .hint("it has `open`, `high`, `low`, `close` and `volume`"),
            );
            return Value::Error;
        };
        let x = self.builder.add(Kind::Input(*input), span);
        self.of_symbol(Value::Node(x), symbol, field.span, span)
    }

    /// Applies a change to a value or to each output of a record; it sees conditions as numbers.
    fn each(
        &mut self,
        value: Value,
        span: Span,
        mut change: impl FnMut(&mut Self, NodeId) -> Option<NodeId>,
    ) -> Value {
        let mut change = |c: &mut Self, x: NodeId| -> Option<NodeId> {
            if c.builder.ty(x) != Ty::Bool {
                return change(c, x);
            }
            let number = c.builder.add(Kind::NumOf(x), span);
            let there = change(c, number)?;
            let one = c.builder.number(1.0, span);
            Some(c.builder.add(Kind::Compare(Compare::Eq, there, one), span))
        };
        match value {
            Value::Node(x) => change(self, x).map_or(Value::Error, Value::Node),
            Value::Record(fields) => {
                let mut out = Vec::with_capacity(fields.len());
                for (name, x) in fields.iter() {
                    let Some(x) = change(self, *x) else {
                        return Value::Error;
                    };
                    out.push((name.clone(), x));
                }
                Value::Record(Rc::new(out))
            }
            other => {
                self.want_number(&other, span);
                Value::Error
            }
        }
    }

    /// What x needs, as a unit of its own.
    fn elsewhere(&mut self, x: NodeId, what: &str, span: Span) -> Option<crate::hir::Unit> {
        if self.builder.open_body(x).is_some() {
            self.outside_steps(&[(x, span)], what);
            return None;
        }
        match extract(&self.builder.unit, x) {
            Ok(unit) => Some(unit),
            Err(Refusal::Trade) => {
                self.report(
                    Diagnostic::error(
                        Code::OutsideTrade,
                        span,
                        format!("the open trade is not known on {what}"),
                    )
                    .hint("take only the series there, and compare it with the trade here"),
                );
                None
            }
            Err(Refusal::Inside) => {
                self.error(
                    Code::WindowInState,
                    span,
                    format!("a zone or a rank cannot be asked for on {what}"),
                );
                None
            }
        }
    }

    /// A name that only a tick strategy knows.
    pub(super) fn book_name(&mut self, name: &str, span: Span) -> Option<Value> {
        if !BOOK.contains(&name) || !self.is_tick {
            return None;
        }
        let kind = FeedKind::Book {
            name: name.to_owned(),
            levels: None,
        };
        Some(Value::Node(self.feed(kind, 0, span)))
    }

    /// `microprice(5)`: the price between bid and ask, weighted by the quantities of so many levels.
    pub(super) fn microprice(&mut self, args: &'t [Arg], span: Span) -> Value {
        let [only] = args else {
            self.report(
                Diagnostic::error(
                    Code::WrongArguments,
                    span,
                    "`microprice` takes the number of levels",
                )
                .hint("write `microprice(5)`"),
            );
            return Value::Error;
        };
        let Some(n) = self.length(&only.value, 1, "the number of levels") else {
            return Value::Error;
        };
        let Some(levels) = self.builder.constant(n) else {
            self.error(
                Code::WrongStage,
                only.value.span,
                "the number of levels is a constant",
            );
            return Value::Error;
        };
        let kind = FeedKind::Book {
            name: "microprice".to_owned(),
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a whole number from 1
            levels: Some(levels.min(f64::from(u32::MAX)) as u32),
        };
        Value::Node(self.feed(kind, 0, span))
    }

    /// `rank(x, highest: 1) across universe`
    pub(super) fn rank(&mut self, args: &'t [Arg], across: &Ident, span: Span) -> Value {
        let mut x = None;
        let mut highest = false;
        for arg in args {
            match &arg.name {
                None if x.is_none() => x = Some(self.number(&arg.value)),
                Some(n) if n.name == "highest" => {
                    let value = self.number(&arg.value);
                    highest = value.and_then(|v| self.builder.constant(v)) == Some(1.0);
                }
                _ => {
                    self.report(
                        Diagnostic::error(
                            Code::WrongArguments,
                            arg.value.span,
                            "`rank` takes one value",
                        )
                        .hint("write `rank(x) across universe`, with `highest: 1` to count from the greatest"),
                    );
                    return Value::Error;
                }
            }
        }
        if across.name != "universe" || self.place != Place::Portfolio {
            self.report(
                Diagnostic::error(
                    Code::MisplacedStatement,
                    across.span,
                    "a rank compares the members of a `portfolio`'s universe",
                )
                .hint("write `rank(x) across universe` in a `portfolio`"),
            );
            return Value::Error;
        }
        let Some(Some(of)) = x else {
            return Value::Error;
        };
        let look = self.builder.look(of);
        let params = self.builder.stage(of).params;
        let id = self.feed(FeedKind::Rank { of, highest }, params, span);
        self.builder.set_look(id, look);
        Value::Node(id)
    }
}
