//! What does not go together: values of different units that are added, compared or chosen
//! between, and values where another unit is asked for.
//!
//! A unit that is not known is never reported, and what was reported has no value afterwards.

use super::Checker;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Dimension, Math2, NodeId};
use crate::source::Span;
use crate::syntax::ast::Expr;

/// How two values meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meeting {
    /// `a + b`
    Sum,
    /// `a - b`
    Difference,
    /// `a mod b`
    Remainder,
    /// `a < b`
    Comparison,
    /// `a crosses above b`
    Crossing,
    /// The least or the greatest of them.
    Extreme,
    /// Branches of an `if`, values of an `else`.
    Choice,
}

/// What a profit target is called in a message.
pub(super) const GAIN: &str = "a profit target";

/// A value with the place that it is written at.
type Placed = (NodeId, Span);

impl<'t> Checker<'t, '_> {
    /// Arithmetic of two numbers, where their units allow it.
    pub(super) fn combine(
        &mut self,
        op: Math2,
        a: Placed,
        b: Placed,
        span: Span,
    ) -> Option<NodeId> {
        let meeting = match op {
            Math2::Add => Some(Meeting::Sum),
            Math2::Sub => Some(Meeting::Difference),
            Math2::Mod => Some(Meeting::Remainder),
            Math2::Min | Math2::Max => Some(Meeting::Extreme),
            Math2::Mul | Math2::Div | Math2::Pow => None,
        };
        if let Some(meeting) = meeting
            && self.clashes(meeting, a, b)
        {
            return None;
        }
        Some(self.builder.math2(op, a.0, b.0, span))
    }

    /// Whether two values were found not to go together; reports it.
    pub(super) fn clashes(&mut self, meeting: Meeting, a: Placed, b: Placed) -> bool {
        if self.go_together(a.0, b.0) {
            return false;
        }
        let (left, right) = (self.builder.dimension(a.0), self.builder.dimension(b.0));
        let (x, y) = (left.described(), right.described());
        let text = match meeting {
            Meeting::Sum => format!("{y} cannot be added to {x}"),
            Meeting::Difference => format!("{y} cannot be taken from {x}"),
            Meeting::Remainder => format!("{x} has no remainder by {y}"),
            Meeting::Comparison => format!("{x} is compared with {y}"),
            Meeting::Crossing => format!("{x} cannot cross {y}"),
            Meeting::Extreme => {
                format!("the least or greatest is taken of values of one unit, found {x} and {y}")
            }
            Meeting::Choice => format!("a value is {x} here and {y} there"),
        };
        let mut report = Diagnostic::error(Code::MixedUnits, b.1, text).label(y);
        if a.1 != b.1 {
            report = report.related(a.1, x);
        }
        let report = self.with_advice(report, meeting, a, b);
        self.report(report);
        true
    }

    fn go_together(&self, a: NodeId, b: NodeId) -> bool {
        let (left, right) = (self.builder.dimension(a), self.builder.dimension(b));
        // Nobody can tell whether 20 means seconds or hours; nothing is nothing in any unit.
        let untimed = |literal: NodeId, unit: Dimension, other: Dimension| {
            let nothing = |v: f64| v == 0.0 || !v.is_finite();
            unit == Dimension::Literal
                && other.is_timed()
                && !self.builder.constant(literal).is_some_and(nothing)
        };
        left.with(right).is_some() && !untimed(a, left, right) && !untimed(b, right, left)
    }

    /// What to do about two values that do not go together.
    fn with_advice(
        &self,
        report: Diagnostic,
        meeting: Meeting,
        a: Placed,
        b: Placed,
    ) -> Diagnostic {
        use Dimension as D;
        let (left, right) = (self.builder.dimension(a.0), self.builder.dimension(b.0));
        let adds = matches!(meeting, Meeting::Sum | Meeting::Difference);
        let (x, y) = (self.words(a.1), self.words(b.1));
        let has = |unit: D| left == unit || right == unit;
        let at = |unit: D| if left == unit { x } else { y };
        if adds && right == D::Ratio && left.has_powers() {
            return self.with_share(report, meeting, a, b);
        }
        let hint = if has(D::Ratio) && (left.has_powers() || right.has_powers()) {
            let share = at(D::Ratio).unwrap_or("2%");
            let whole = if has(D::PRICE) { "close" } else { "…" };
            format!("a share of what? Write `{whole} * {share}`, or divide the other side first")
        } else if (left.is_timed() || right.is_timed()) && (has(D::Literal) || has(D::Bars)) {
            let number = if left.is_timed() { y } else { x };
            let held = x == Some("held") || y == Some("held");
            match number.filter(|n| n.chars().all(|c| c.is_ascii_digit())) {
                Some(n) if held => format!("write `{n}h`, or count bars: `held_bars`"),
                Some(n) => format!("write a time, such as `{n}h`"),
                None if held => {
                    "count bars with `held_bars`, or write a time such as `20h`".to_owned()
                }
                None => "a time is written with its unit, such as `20h`".to_owned(),
            }
        } else if has(D::PRICE) && has(D::QUANTITY) {
            "a price times a quantity is money; they have no other measure in common".to_owned()
        } else if has(D::PRICE) && has(D::MONEY) {
            "a price times a quantity is money".to_owned()
        } else if left.times(left) == right || right.times(right) == left {
            "one side is in squares: take its `sqrt(…)`".to_owned()
        } else if left.is_dimensionless() || right.is_dimensionless() {
            let (number, other) = if left.is_dimensionless() {
                (x, y)
            } else {
                (y, x)
            };
            let number = number.map_or_else(|| "the plain number".to_owned(), |n| format!("`{n}`"));
            let other = other.map_or_else(|| "the other side".to_owned(), |o| format!("`{o}`"));
            match meeting {
                Meeting::Comparison | Meeting::Crossing => {
                    format!(
                        "compare {number} with a plain number such as `50`, and {other} with {}",
                        if left.has_powers() { left } else { right }.described()
                    )
                }
                _ => format!("multiply {number} by what it is a part of, or divide {other} by it"),
            }
        } else {
            "bring both to one unit, or drop it with `unitless(…)`".to_owned()
        };
        report.hint(hint)
    }

    /// `close + 5%`: a share of what?
    fn with_share(&self, report: Diagnostic, meeting: Meeting, a: Placed, b: Placed) -> Diagnostic {
        let vague = "a share of what? Multiply: `close * 105%` is 5% above the close";
        let (Some(whole), Some(share)) = (self.words(a.1), self.words(b.1)) else {
            return report.hint(vague);
        };
        let Some(value) = self.builder.constant(b.0).filter(|_| share.ends_with('%')) else {
            return report.hint(vague);
        };
        let sign = if meeting == Meeting::Sum { 1.0 } else { -1.0 };
        let percent = ((100.0 + sign * value * 100.0) * 1e9).round() / 1e9;
        if percent <= 0.0 {
            return report.hint(vague);
        }
        // A sum on the left would need brackets, and then it is not certain what was meant.
        if whole.contains([' ', '+', '-']) {
            return report.hint(format!(
                "{share} of what? Multiply it, such as `close * {percent}%`"
            ));
        }
        let text = format!("{whole} * {percent}%");
        report
            .hint(format!("{share} of what? Write `{text}`"))
            // It may as well be a share of something else.
            .suggest(format!("write `{text}`"), vec![(a.1.to(b.1), text)])
    }

    /// Whether a value is of the unit that is asked for; reports where it is not. `what` is asked.
    pub(super) fn of_unit(
        &mut self,
        wanted: Dimension,
        id: NodeId,
        span: Span,
        what: &str,
    ) -> bool {
        use Dimension as D;
        let found = self.builder.dimension(id);
        let fits = match wanted {
            D::Bars => matches!(found, D::Unknown | D::Literal | D::Plain | D::Bars),
            D::Ratio => matches!(found, D::Unknown | D::Literal | D::Plain | D::Ratio),
            D::Plain => !found.has_powers(),
            D::Unknown | D::Literal => true,
            D::Powers(_) => {
                let zero = self
                    .builder
                    .constant(id)
                    .is_some_and(|v| v == 0.0 || v.is_nan());
                found == D::Unknown
                    || found == wanted
                    || (found == D::Literal && (zero || !wanted.is_timed()))
            }
        };
        if fits {
            return true;
        }
        let text = format!(
            "{what}: expected {}, found {}",
            wanted.described(),
            found.described()
        );
        let report = Diagnostic::error(Code::WrongUnit, span, text);
        let words = self.words(span);
        let report = match (wanted, found) {
            (D::Bars, D::Powers(_)) if found.is_timed() => report
                .hint("write a number of bars: how long a bar lasts is the timeframe's matter"),
            (D::Ratio, D::PRICE) if what == GAIN => {
                report.hint("a price is written `take_profit at …`")
            }
            (D::PRICE, D::Ratio) if what.starts_with("the level") => {
                report.hint("a share of the entry price is written without `at`")
            }
            (D::PRICE, D::Ratio) => report.hint(format!(
                "a share of a price is written `close * {}`",
                words.unwrap_or("98%")
            )),
            (D::Ratio, D::PRICE) => report.hint(match words {
                Some(words) if words.contains(' ') => {
                    format!("divide it by a price, such as `({words}) / close`")
                }
                _ => "divide it by a price".to_owned(),
            }),
            (D::DURATION, D::Literal | D::Bars | D::Plain) => {
                let number = words.filter(|w| w.chars().all(|c| c.is_ascii_digit()));
                report.hint(format!(
                    "write a time, such as `{}h`",
                    number.unwrap_or("20")
                ))
            }
            _ => report,
        };
        self.report(report);
        false
    }

    /// A number that is a price.
    pub(super) fn price(&mut self, e: &'t Expr, what: &str) -> Option<NodeId> {
        let id = self.number(e)?;
        self.of_unit(Dimension::PRICE, id, e.span, what)
            .then_some(id)
    }

    /// Whether a stop, which is a share of the entry price, is given as one.
    pub(super) fn is_share_of_price(&mut self, id: NodeId, span: Span) -> bool {
        let found = self.builder.dimension(id);
        if !found.has_powers() && found != Dimension::Bars {
            return true;
        }
        let text = format!(
            "a stop is a share of the entry price, found {}",
            found.described()
        );
        let mut report = Diagnostic::error(Code::WrongUnit, span, text);
        if found == Dimension::PRICE {
            report = report.hint(match self.words(span) {
                Some(words) if words.contains("close") || words.contains("price") => {
                    format!("a price is written `stop at {words}`")
                }
                Some(words) => format!("a price is written `stop at entry_price - {words}`"),
                None => "a price is written `stop at …`".to_owned(),
            });
        }
        self.report(report);
        false
    }

    /// Whether a member keeps the unit that it starts with.
    pub(super) fn keeps_unit(
        &mut self,
        name: &str,
        seed: (NodeId, Option<Span>),
        step: Placed,
    ) -> bool {
        let (first, next) = (
            self.builder.dimension(seed.0),
            self.builder.dimension(step.0),
        );
        if first.with(next).is_some() {
            return true;
        }
        let text = format!(
            "`{name}` starts as {} but becomes {}",
            first.described(),
            next.described()
        );
        let mut report = Diagnostic::error(Code::UnitDrift, step.1, text);
        if let Some(at) = seed.1 {
            report = report.related(at, "it starts here");
        }
        self.report(report.hint("seed and step are one series: give both the same unit"));
        false
    }
}
