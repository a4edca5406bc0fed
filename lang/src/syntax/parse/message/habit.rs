//! What people write out of habit, from other languages and from speech, where the form of this
//! language is known: methods, `crosses under`, `1 hour`, `exit after 5 bars`.

use super::{Failure, Rule, quoted};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::keyword::Keyword;
use crate::syntax::token::TokenKind;

/// Modules of other languages whose functions stand here without a prefix.
const MODULES: &[&str] = &[
    "ta", "math", "talib", "qtpylib", "np", "numpy", "pd", "pandas",
];

/// Functions that take the same arguments there and here.
const SAME: &[&str] = &[
    "sma", "ema", "wma", "rsi", "atr", "abs", "sqrt", "max", "min", "floor", "ceil",
];

impl Failure<'_, '_> {
    /// The report for a known habit.
    pub(super) fn habit(&self) -> Option<Diagnostic> {
        self.method()
            .or_else(|| self.direction_word())
            .or_else(|| self.trail_from())
            .or_else(|| self.exit_after())
            .or_else(|| self.spoken_timeframe())
            .or_else(|| self.if_for_when())
            .or_else(|| self.since_enter())
            .or_else(|| self.bare_column())
    }

    fn error(span: Span, message: String) -> Diagnostic {
        Diagnostic::error(Code::Syntax, span, message)
    }

    /// The source text of tokens, on one line.
    fn source_of(&self, from: usize, to: usize) -> &str {
        let span = self.stream.span_of(from, to);
        let text = self.stream.text;
        text.get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// `close.shift(1)`, `ta.sma(close, 20)`
    fn method(&self) -> Option<Diagnostic> {
        let name = self.at.checked_sub(1).filter(|i| *i >= self.from + 2)?;
        let dot = name - 1;
        if self.found_kind() != Some(TokenKind::LParen)
            || self.stream.kind(dot) != Some(TokenKind::Dot)
        {
            return None;
        }
        let base = dot.checked_sub(1).filter(|i| *i >= self.from)?;
        let is_plain = self.stream.kind(base) == Some(TokenKind::Name)
            && base.checked_sub(1).and_then(|i| self.stream.kind(i)) != Some(TokenKind::Dot);
        let method = self.stream.text_of(name);
        if is_plain && self.stream.text_of(base) == "input" {
            // `input.int(14)`
            return Some(
                Self::error(
                    self.stream.span_of(base, name + 1),
                    "a parameter is declared with its default".to_owned(),
                )
                .hint("write `param length: bars = 14 in 5..50`"),
            );
        }
        let close = self.stream.group_end(self.at);
        let inside = self.at + 1..close;
        if is_plain && MODULES.contains(&self.stream.text_of(base)) {
            return Some(self.prefixed(base, name, close));
        }
        let span = self.stream.span(name);
        let report = Self::error(
            span,
            format!("a value has no methods, such as {}", quoted(method)),
        );
        let only = inside.len() == 1;
        Some(match method {
            "shift" if only && self.stream.kind(self.at + 1) == Some(TokenKind::Number) => {
                let bars = self.stream.text_of(self.at + 1);
                let message = if bars == "1" {
                    "the value one bar ago is written `[1]`".to_owned()
                } else {
                    format!("the value {} bars ago is written `[{bars}]`", super::clipped(bars))
                };
                let place = self.stream.span_of(dot, close + 1);
                Self::error(self.stream.span(name), message)
                    .fix(format!("write `[{bars}]`"), vec![(place, format!("[{bars}]"))])
            }
            "shift" if self.stream.kind(self.at + 1) == Some(TokenKind::Minus) => {
                Self::error(span, "no value of a later bar can be read".to_owned())
                    .hint("the past is written `[1]`; the future is not known")
            }
            "shift" | "diff" => report.hint("the value of the bar before is written `[1]`"),
            "rolling" => report.hint(
                "the window is an argument: `sma(close, 20)`, `stdev(close, 20)`, `highest(close, 20)`",
            ),
            _ if is_plain => report.hint(format!(
                "a function takes the value first: `{method}({}{})`",
                self.stream.text_of(base),
                if inside.is_empty() { "" } else { ", …" },
            )),
            _ => report.hint(format!("a function takes the value first: `{method}(…)`")),
        })
    }

    /// `ta.crossover(a, b)`: a function with the name of its module.
    fn prefixed(&self, base: usize, name: usize, close: usize) -> Diagnostic {
        let module = self.stream.text_of(base);
        let function = self.stream.text_of(name);
        let place = self.stream.span_of(base, name + 1);
        let above = match function {
            "crossover" | "crossed_above" => Some("above"),
            "crossunder" | "crossed_below" => Some("below"),
            _ => None,
        };
        if let Some(word) = above {
            let report = Self::error(
                place,
                format!("`{module}.{function}` is written `a crosses {word} b`"),
            );
            return match self.two_arguments(name + 1, close) {
                Some((a, b)) => {
                    let call = self.stream.span_of(base, close + 1);
                    let written = format!("{a} crosses {word} {b}");
                    report.suggest(format!("write `{written}`"), vec![(call, written)])
                }
                None => report,
            };
        }
        let prefix = self.stream.span_of(base, name);
        let lower = function.to_ascii_lowercase();
        let report = Self::error(
            place,
            format!("functions stand without a prefix: `{lower}`, not `{module}.{function}`"),
        );
        if SAME.contains(&function) && matches!(module, "ta" | "math") {
            report.fix(format!("remove `{module}.`"), vec![(prefix, String::new())])
        } else {
            report.suggest(format!("write `{lower}`"), vec![(place, lower)])
        }
    }

    /// The texts of the two arguments of a call, where each is short and on one line.
    fn two_arguments(&self, open: usize, close: usize) -> Option<(&str, &str)> {
        let mut comma = None;
        let mut at = open + 1;
        while at < close {
            if self.stream.kind(at) == Some(TokenKind::Comma) && comma.replace(at).is_some() {
                return None;
            }
            at = self.stream.after_group(at);
        }
        let comma = comma.filter(|c| *c > open + 1 && c + 1 < close)?;
        let (a, b) = (
            self.source_of(open + 1, comma),
            self.source_of(comma + 1, close),
        );
        let is_short = |text: &str| text.len() <= super::SHOWN && !text.contains(['\n', '/']);
        (is_short(a) && is_short(b)).then_some((a, b))
    }

    /// `crosses under`
    fn direction_word(&self) -> Option<Diagnostic> {
        if !self.tried(Rule::direction) {
            return None;
        }
        let word = match self.found_text() {
            "under" | "beneath" | "down" => "below",
            "over" | "up" => "above",
            _ => return None,
        };
        Some(self.expected("`above` or `below`").fix(
            format!("write `{word}`"),
            vec![(self.place(), word.to_owned())],
        ))
    }

    /// `trail 2% after 4%`
    fn trail_from(&self) -> Option<Diagnostic> {
        let is_word = matches!(self.found_text(), "after" | "from" | "at" | "activation");
        if self.rule != Rule::trail_stmt || !is_word || self.at <= self.from + 1 {
            return None;
        }
        let report = self.plain("what a trail waits for stands behind `once`");
        let last = self.at + 1;
        let level = self.stream.text_of(last);
        let is_level = last + 1 == self.to
            && self.stream.kind(last) == Some(TokenKind::Number)
            && level.ends_with('%');
        Some(if is_level {
            let written = format!("once profit > {level}");
            report.suggest(
                format!("write `{written}`"),
                vec![(self.stream.span_of(self.at, self.to), written)],
            )
        } else {
            report.hint("write `trail 2% once profit > 4%`")
        })
    }

    /// `exit after 5 bars`, `exit after 2h`
    fn exit_after(&self) -> Option<Diagnostic> {
        let second = self.from + 1;
        let is_after = self.rule == Rule::exit_stmt
            && matches!(self.stream.text_of(second), "after" | "in")
            && self.stream.kind(second + 1) == Some(TokenKind::Number);
        if !is_after {
            return None;
        }
        let number = self.stream.text_of(second + 1);
        let is_count = number.bytes().all(|b| b.is_ascii_digit());
        let has_bars = matches!(self.stream.text_of(second + 2), "bars" | "bar" | "candles");
        let is_duration = !is_count && number.ends_with(['s', 'm', 'h', 'd', 'w']);
        let written = if is_count && has_bars && second + 3 == self.to {
            format!("when held_bars >= {number}")
        } else if is_duration && second + 2 == self.to {
            format!("when held >= {number}")
        } else {
            return None;
        };
        let place = self.stream.span_of(second, self.to);
        Some(
            Self::error(
                self.stream.span(second),
                "an exit by time is a condition, too".to_owned(),
            )
            .fix(format!("write `{written}`"), vec![(place, written)]),
        )
    }

    /// `timeframe 1 hour`, `timeframe "1h"`
    fn spoken_timeframe(&self) -> Option<Diagnostic> {
        if self.rule != Rule::timeframe_stmt {
            return None;
        }
        let first = self.from + 1;
        let text = self.stream.text_of(first);
        let (number, end) = match self.stream.kind(first) {
            Some(TokenKind::Str) => (text.trim_matches('"'), first + 1),
            Some(TokenKind::Number) if first + 2 == self.to => (text, first + 2),
            _ => return None,
        };
        let digits = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let spoken = if end == first + 2 {
            self.stream.text_of(first + 1)
        } else {
            number.get(digits.len()..).unwrap_or("")
        };
        let unit = crate::syntax::number::unit_of_speech(spoken)?;
        let is_count = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if end != self.to || !is_count || digits.len() > 6 {
            return None;
        }
        let written = format!("{digits}{unit}");
        let place = self.stream.span_of(first, end);
        Some(
            Self::error(place, format!("a timeframe is one word, `{written}`"))
                .fix(format!("write `{written}`"), vec![(place, written)]),
        )
    }

    /// `unknown if a > b`, `flag calm if a > b`
    fn if_for_when(&self) -> Option<Diagnostic> {
        let takes_when = matches!(
            self.rule,
            Rule::when_stmt | Rule::flag_stmt | Rule::suggest_stmt | Rule::override_stmt
        );
        let is_if = self.found_keyword() == Some(Keyword::If);
        if takes_when && is_if && self.tried(Rule::kw_when) {
            let word = self.stream.text_of(self.from);
            return Some(
                self.plain(format!("the condition of `{word}` stands behind `when`"))
                    .fix("write `when`", vec![(self.place(), "when".to_owned())]),
            );
        }
        // `stop 2% if a > b`
        let is_level = matches!(self.rule, Rule::level_stmt | Rule::trail_stmt);
        (is_level && is_if && self.tried(Rule::EOI)).then(|| {
            self.plain(format!(
                "a `{}` takes no condition",
                self.stream.text_of(self.from)
            ))
            .hint("write the condition into its value: `if … then … else …`")
        })
    }

    /// `since enter`
    fn since_enter(&self) -> Option<Diagnostic> {
        let is_since = self.at > self.from && self.stream.text_of(self.at - 1) == "since";
        (is_since && self.tried(Rule::name) && self.found_keyword() == Some(Keyword::Enter)).then(
            || {
                self.expected("`entry`")
                    .fix("write `entry`", vec![(self.place(), "entry".to_owned())])
            },
        )
    }

    /// `close = 5, 4, 3` in a test
    fn bare_column(&self) -> Option<Diagnostic> {
        let first = self.from + 2;
        if self.rule != Rule::column_stmt || !self.tried(Rule::open_values) || self.at != first {
            return None;
        }
        let is_numbers = first < self.to
            && (first..self.to).all(|i| {
                matches!(
                    (self.stream.kind(i), (i - first).is_multiple_of(2)),
                    (Some(TokenKind::Number), true) | (Some(TokenKind::Comma), false)
                )
            })
            && self.stream.kind(self.to - 1) == Some(TokenKind::Number);
        is_numbers.then(|| {
            let all = self.stream.span_of(first, self.to);
            let start = Span::new(all.file, all.start, all.start);
            let end = Span::new(all.file, all.end, all.end);
            self.expected("the bars in brackets").fix(
                "write the brackets",
                vec![(start, "[".to_owned()), (end, "]".to_owned())],
            )
        })
    }
}
