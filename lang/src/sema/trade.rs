//! The open trade: its values by name, and windows that begin with it.

use super::scope::Value;
use super::{Checker, Place};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Compare, Dimension, GroupId, Input, Kind, Math2, NodeId, Start};
use crate::source::Span;
use crate::syntax::ast::{Arg, Ident};

/// Names of the open trade.
pub(super) const TRADE: &[&str] = &[
    "entry_price",
    "price",
    "profit",
    "held",
    "held_bars",
    "position",
];

/// Functions of a window that begins with the trade.
const SINCE: &[&str] = &["highest", "lowest", "sum", "first", "count"];

impl<'t> Checker<'t, '_> {
    /// The value of a name of the open trade.
    pub(super) fn trade_name(&mut self, name: &str, span: Span) -> Option<Value> {
        if !TRADE.contains(&name) {
            return None;
        }
        if !self.in_trade(name, span) {
            return Some(Value::Error);
        }
        let mut input = |input| self.builder.add(Kind::Input(input), span);
        let id = match name {
            "entry_price" => input(Input::EntryPrice),
            "price" => input(Input::Mark),
            "held" => input(Input::Held),
            "held_bars" => input(Input::HeldBars),
            "position" => input(Input::Quantity),
            _ => self.profit(span),
        };
        Some(Value::Node(id))
    }

    /// Profit of the open trade before fees, as a share of the entry price: `price / entry_price - 1`,
    /// of a short trade the opposite.
    fn profit(&mut self, span: Span) -> NodeId {
        let b = &mut self.builder;
        let mark = b.add(Kind::Input(Input::Mark), span);
        let entry = b.add(Kind::Input(Input::EntryPrice), span);
        let quantity = b.add(Kind::Input(Input::Quantity), span);
        let (zero, one) = (b.number(0.0, span), b.number(1.0, span));
        let ratio = b.math2(Math2::Div, mark, entry, span);
        let long = b.math2(Math2::Sub, ratio, one, span);
        let short = b.math2(Math2::Sub, one, ratio, span);
        let is_short = b.add(Kind::Compare(Compare::Lt, quantity, zero), span);
        let kind = Kind::Select(is_short, short, long);
        b.add_as(kind, Some(Dimension::Ratio), span)
    }

    /// Whether there can be a trade here; reports it where there cannot.
    fn in_trade(&mut self, name: &str, span: Span) -> bool {
        let what = match self.place {
            Place::Strategy if self.calls.is_empty() => return true,
            // A function sees the trade of its caller only through its parameters.
            Place::Strategy | Place::Function => "a function",
            Place::Regime => "a regime",
            Place::Portfolio => "a portfolio",
            Place::Expression => "an expression on its own",
        };
        let report = Diagnostic::error(
            Code::OutsideTrade,
            span,
            format!("`{name}` belongs to the open trade, which {what} does not have"),
        );
        self.report(if what == "a function" {
            report.hint("give it to the function as an argument")
        } else {
            report.hint("use it in the entries, exits and stops of a strategy")
        });
        false
    }

    /// `highest(high) since entry`
    pub(super) fn since_entry(
        &mut self,
        callee: &'t Ident,
        args: &'t [Arg],
        word: &Ident,
        span: Span,
    ) -> Value {
        if word.name != "entry" {
            let place = Diagnostic::error(
                Code::UnknownName,
                word.span,
                format!("there is no window `since {}`", word.name),
            )
            .hint("write `since entry`")
            .fix("write `entry`", vec![(word.span, "entry".to_owned())]);
            self.report(place);
            return Value::Error;
        }
        let mut values: Vec<Option<NodeId>> = Vec::with_capacity(args.len());
        for arg in args {
            if callee.name == "count" {
                values.push(self.condition(&arg.value));
            } else {
                values.push(self.number(&arg.value));
            }
        }
        if !SINCE.contains(&callee.name.as_str()) || args.len() != 1 {
            self.report(
                Diagnostic::error(
                    Code::WrongArguments,
                    callee.span,
                    format!("`{}` cannot be asked since the entry", callee.name),
                )
                .hint("there are `highest(x)`, `lowest(x)`, `sum(x)`, `first(x)` and `count(condition) since entry`"),
            );
            return Value::Error;
        }
        let [Some(x)] = values[..] else {
            return Value::Error;
        };
        if !self.in_trade("since entry", span) || !self.outside_steps(&[(x, span)], "a window") {
            return Value::Error;
        }
        Value::Node(self.window_since(&callee.name, x, span))
    }

    /// A recurrence that begins anew on the bar of the entry.
    fn window_since(&mut self, f: &str, x: NodeId, span: Span) -> NodeId {
        let b = &mut self.builder;
        let age = b.add(Kind::Input(Input::HeldBars), span);
        let (zero, one) = (b.number(0.0, span), b.number(1.0, span));
        let x = if f == "count" {
            // A condition that is na does not count.
            b.add(Kind::Select(x, one, zero), span)
        } else {
            x
        };
        let na = b.na(span);
        let group: GroupId = b.open_group(Start::Bar(zero));
        let member = b.add_member(group, "", na, true, span);
        let past = b.add(Kind::Prev(group, member, one), span);
        let next = match f {
            "highest" => b.math2(Math2::Max, past, x, span),
            "lowest" => b.math2(Math2::Min, past, x, span),
            "first" => past,
            _ => b.math2(Math2::Add, past, x, span),
        };
        let begins = b.add(Kind::Compare(Compare::Eq, age, zero), span);
        let open = b.add(Kind::Compare(Compare::Lt, zero, age), span);
        let later = b.add(Kind::Select(open, next, na), span);
        let step = b.add(Kind::Select(begins, x, later), span);
        b.set_step(group, member, step, span);
        b.close_group(group);
        b.add(Kind::Member(group, member), span)
    }
}
