//! What a test expects: signals, fills and values, on bars that it has.

use super::Checker;
use super::scope::Value;
use super::strategy::slice;
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{self, Expected, ExpectedKind, Signal, Unit};
use crate::source::Span;
use crate::syntax::ast::{ExpectStmt, Expectation, Expr, Side};

impl<'t> Checker<'t, '_> {
    pub(super) fn expected(
        &mut self,
        expect: &'t ExpectStmt,
        span: Span,
        unit: Option<Option<&Unit>>,
        bars: Option<usize>,
    ) -> Option<Expected> {
        let bar = match &expect.bar {
            None => None,
            Some(e) => Some(self.bar_number(e, bars)?),
        };
        let runs = !matches!(expect.what, Expectation::Value { .. });
        if runs && unit.is_none() {
            self.report(
                Diagnostic::error(
                    Code::BadTest,
                    span,
                    "nothing is run that could enter, exit or fill",
                )
                .hint("name the strategy: `with Name(param: value)`"),
            );
            return None;
        }
        let what = match &expect.what {
            Expectation::Enter { none, side, tag } => ExpectedKind::Enter {
                none: *none,
                side: side.map(|s| match s {
                    Side::Long => hir::Side::Long,
                    Side::Short => hir::Side::Short,
                }),
                entry: self.tagged(
                    tag.as_ref(),
                    unit.flatten().map(|u| &u.entries[..]),
                    "entry",
                )?,
            },
            Expectation::Exit { none, tag } => ExpectedKind::Exit {
                none: *none,
                exit: self.tagged(tag.as_ref(), unit.flatten().map(|u| &u.exits[..]), "exit")?,
            },
            Expectation::Fill { side, price } => ExpectedKind::Fill {
                buys: *side == Side::Long,
                price: match price {
                    None => None,
                    Some(e) => Some(self.plain_number(e, Code::BadTest, "a price")?),
                },
            },
            Expectation::Value {
                value,
                expected,
                within,
            } => self.expected_values(value, expected, within.as_ref(), bar, bars)?,
        };
        let text = &self.program.map.get(span.file).text;
        Some(Expected {
            what,
            bar,
            text: slice(text, span),
            span,
        })
    }

    fn bar_number(&mut self, e: &'t Expr, bars: Option<usize>) -> Option<usize> {
        let v = self.plain_number(e, Code::BadTest, "a bar")?;
        let Some(bars) = bars else {
            self.silent();
            return None;
        };
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )] // a small whole number, as is checked
        if v.fract() == 0.0 && v >= 0.0 && v < bars as f64 {
            return Some(v as usize);
        }
        self.report(
            Diagnostic::error(Code::BadTest, e.span, format!("there is no bar {v}"))
                .label(format!("bars count from 0 to {}", bars - 1)),
        );
        None
    }

    /// Index of the statement with a tag.
    #[allow(clippy::option_option)] // no tag; a tag that there is; one that was reported
    fn tagged(
        &mut self,
        tag: Option<&(String, Span)>,
        signals: Option<&[Signal]>,
        what: &str,
    ) -> Option<Option<usize>> {
        let Some((tag, span)) = tag else {
            return Some(None);
        };
        let signals = signals?;
        if let Some(at) = signals.iter().position(|s| s.tag == *tag) {
            return Some(Some(at));
        }
        let report = Diagnostic::error(
            Code::BadTest,
            *span,
            format!("there is no {what} \"{tag}\""),
        );
        let names = || signals.iter().map(|s| s.tag.as_str());
        self.report(match suggest::did_you_mean(tag, names()) {
            Some(near) => report.hint(format!("did you mean \"{near}\"?")).suggest(
                format!("write \"{near}\""),
                vec![(*span, format!("\"{near}\""))],
            ),
            None => {
                let all: Vec<String> = names().map(|n| format!("\"{n}\"")).collect();
                report.hint(match all.len() {
                    0 => format!("the strategy has no {what}"),
                    _ => format!("there are {}", all.join(", ")),
                })
            }
        });
        None
    }

    fn expected_values(
        &mut self,
        value: &'t Expr,
        expected: &'t [Expr],
        within: Option<&'t Expr>,
        bar: Option<usize>,
        bars: Option<usize>,
    ) -> Option<ExpectedKind> {
        let found = self.expr(value);
        let (node, of) = match found {
            Value::Enum(of, node) => (node, Some(of)),
            Value::Node(node) => (node, None),
            other => {
                self.want_number(&other, value.span);
                return None;
            }
        };
        let mut numbers = Vec::with_capacity(expected.len());
        for e in expected {
            let number = match of {
                Some(of) => {
                    let value = self.value_of(of, e);
                    match value {
                        Value::Enum(_, node) if self.is_of(&value, of, e.span) => {
                            self.builder.constant(node)?
                        }
                        _ => {
                            self.is_of(&value, of, e.span);
                            return None;
                        }
                    }
                }
                None => self.written_value(e)?,
            };
            numbers.push(number);
        }
        let count = if bar.is_some() { 1 } else { bars? };
        if numbers.len() != count {
            let first = expected.first().map_or(value.span, |e| e.span);
            let last = expected.last().map_or(value.span, |e| e.span);
            self.report(
                Diagnostic::error(
                    Code::BadTest,
                    first.to(last),
                    format!(
                        "{} value{} expected on {count} bar{}",
                        numbers.len(),
                        if numbers.len() == 1 { " is" } else { "s are" },
                        if count == 1 { "" } else { "s" }
                    ),
                )
                .hint("give one value for each bar, or name the bar: `at bar 4 = 5.5`"),
            );
            return None;
        }
        let within = match within {
            None => None,
            Some(e) => {
                let v = self.plain_number(e, Code::BadTest, "a tolerance")?;
                if v < 0.0 {
                    self.error(Code::BadTest, e.span, "a tolerance is not below 0");
                    return None;
                }
                Some(v)
            }
        };
        let output = self.builder.unit.outputs.len();
        let name = self.program.map.slice(value.span).to_owned();
        self.builder.unit.outputs.push((name, node));
        Some(ExpectedKind::Value {
            output,
            expected: numbers,
            within,
            labels: of.map(|of| self.enum_labels(of)).unwrap_or_default(),
        })
    }

    /// A value that is expected: a written number, `na`, `true` or `false`.
    fn written_value(&mut self, e: &'t Expr) -> Option<f64> {
        if let crate::syntax::ast::ExprKind::Bool(b) = &e.kind {
            return Some(if *b { 1.0 } else { 0.0 });
        }
        self.written(e, "what is expected")
    }
}
