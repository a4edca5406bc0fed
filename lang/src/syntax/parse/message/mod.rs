//! Pest's failures in words of the language.
//!
//! Pest says which rules it tried at the furthest place it reached. From these, the token there and
//! the token before follows one sentence: what was expected, after what, and what stands there.

mod habit;
mod place;
mod spoken;

use pest::error::{Error, ErrorVariant, InputLocation};

pub(super) use super::grammar::Rule;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::keyword::Keyword;
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;

/// Longest source text that a message repeats, in characters.
const SHOWN: usize = 32;

/// The report for tokens `from..to` that did not parse by `rule`.
pub(super) fn explain(
    stream: &Stream<'_>,
    rule: Rule,
    from: usize,
    to: usize,
    error: &Error<Rule>,
) -> Diagnostic {
    let offset = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let base = stream.span(from).start as usize;
    let position = u32::try_from(base.saturating_add(offset)).unwrap_or(u32::MAX);
    let tokens = stream.tokens.get(from..to).unwrap_or_default();
    let at = from + tokens.partition_point(|token| token.span.end <= position);
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => Failure {
            stream,
            rule,
            from,
            to,
            at,
            tried: positives,
        }
        .report(),
        // Only pest's own limit on the stack ends here.
        ErrorVariant::CustomError { .. } => Diagnostic::error(
            Code::NestedTooDeep,
            stream.span(from),
            "this statement nests too deep",
        ),
    }
}

/// A failure and its surroundings.
struct Failure<'f, 't> {
    stream: &'f Stream<'t>,
    rule: Rule,
    from: usize,
    to: usize,
    /// The first token that was not understood; `to` when the text ended too early.
    at: usize,
    tried: &'f [Rule],
}

impl Failure<'_, '_> {
    fn tried(&self, rule: Rule) -> bool {
        self.tried.contains(&rule)
    }

    fn tried_any(&self, rules: &[Rule]) -> bool {
        rules.iter().any(|rule| self.tried(*rule))
    }

    fn found_kind(&self) -> Option<TokenKind> {
        (self.at < self.to)
            .then(|| self.stream.kind(self.at))
            .flatten()
    }

    fn found_keyword(&self) -> Option<Keyword> {
        (self.at < self.to)
            .then(|| self.stream.keyword(self.at))
            .flatten()
    }

    fn found_text(&self) -> &str {
        if self.at < self.to {
            self.stream.text_of(self.at)
        } else {
            ""
        }
    }

    fn keyword_before(&self) -> Option<Keyword> {
        (self.at > self.from)
            .then(|| self.stream.keyword(self.at - 1))
            .flatten()
    }

    /// The token that is wrong; at an early end the last one, because nothing can be pointed at.
    fn place(&self) -> Span {
        if self.at < self.to || self.at <= self.from {
            self.stream.span(self.at)
        } else {
            self.stream.span(self.at - 1)
        }
    }

    /// `expected X after Y, found Z`
    fn expected(&self, what: &str) -> Diagnostic {
        let mut message = format!("expected {what}");
        if self.at > self.from {
            message.push_str(" after ");
            message.push_str(&quoted(self.stream.text_of(self.at - 1)));
        }
        if self.at < self.to {
            message.push_str(", found ");
            message.push_str(&quoted(self.found_text()));
        }
        // What is missing is missing on its line, whatever begins the next.
        let is_on_next_line = self.at > self.from && self.stream.after_line_end(self.at);
        let place = if is_on_next_line {
            self.stream.span(self.at - 1)
        } else {
            self.place()
        };
        Diagnostic::error(Code::Syntax, place, message)
    }

    fn plain(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.place(), message)
    }

    fn report(&self) -> Diagnostic {
        self.habit()
            .or_else(|| self.spoken())
            .or_else(|| self.at_place())
            .or_else(|| self.source())
            .or_else(|| self.head())
            .or_else(|| self.keyword_of_if())
            .or_else(|| self.operand())
            .or_else(|| self.after_operand())
            .unwrap_or_else(|| {
                if self.at < self.to {
                    self.plain(format!("unexpected {}", quoted(self.found_text())))
                } else {
                    self.expected("more")
                }
            })
    }

    /// What stands between a statement's keyword and its expression.
    fn head(&self) -> Option<Diagnostic> {
        if self.rule == Rule::timeframe_stmt && self.tried(Rule::number) {
            return Some(
                self.expected("a duration")
                    .hint("a duration has a unit: `15m`, `1h`, `1d`"),
            );
        }
        if self.tried(Rule::name) && !self.tried_any(&[Rule::record_field, Rule::number]) {
            return Some(self.name());
        }
        if self.tried(Rule::word) {
            return Some(self.expected("the name of a field"));
        }
        if self.tried(Rule::kw_when) {
            return Some(self.expected("`when` and a condition"));
        }
        if self.tried(Rule::kw_from) && self.rule == Rule::state_head {
            return Some(
                self.expected("`from bar` and the first bar")
                    .hint("a state begins as `state from bar 0 {`"),
            );
        }
        if self.tried(Rule::kw_bars) && self.rule == Rule::state_head {
            return Some(self.expected("`bar` and the number of the first bar"));
        }
        if self.tried(Rule::assign) && !self.tried(Rule::comma) {
            return Some(match self.rule {
                Rule::param_stmt if self.tried(Rule::type_colon) => {
                    self.expected("`=` and a default, or `:` and a type,")
                }
                Rule::param_stmt => self.expected("`=` and a default"),
                _ => self.expected("`=` and a value"),
            });
        }
        if self.tried(Rule::open_params) {
            return Some(self.expected("the parameters in parentheses"));
        }
        if self.rule == Rule::use_item {
            return Some(if self.tried(Rule::string) {
                self.expected("the file in quotes")
            } else if self.tried(Rule::comma) {
                self.expected("`,`, `from` or the end of the `use`")
            } else {
                self.expected("the end of the `use`")
            });
        }
        if self.rule == Rule::fn_head && self.tried(Rule::EOI) {
            let report = self.expected("`{` and the body of the `fn`");
            return Some(if self.found_text() == "-" {
                report.hint("the type of the value is inferred")
            } else {
                report
            });
        }
        if self.rule == Rule::fn_head && self.tried(Rule::comma) && self.tried(Rule::assign) {
            return Some(self.expected("`,` or `)`"));
        }
        None
    }

    fn name(&self) -> Diagnostic {
        if let Some(word) = self.found_keyword() {
            return self.plain(format!(
                "`{}` is a word of the language and cannot be a name",
                word.text()
            ));
        }
        let what = match self.rule {
            Rule::fn_head if self.tried(Rule::close_params) => "a parameter or `)`",
            Rule::fn_head if self.is_after(",") => "a parameter",
            Rule::use_item => "the name of an item",
            _ if self.is_after(":") => "a type",
            _ => "a name",
        };
        self.expected(what)
    }

    fn is_after(&self, text: &str) -> bool {
        self.at > self.from && self.stream.text_of(self.at - 1) == text
    }

    /// `then` and `else`.
    fn keyword_of_if(&self) -> Option<Diagnostic> {
        if self.tried(Rule::kw_then) {
            return Some(if self.rule == Rule::rec_stmt && !self.is_in_if() {
                self.expected("`then` and the next value")
            } else {
                let report = self.expected("`then`");
                match self.found_kind() {
                    Some(TokenKind::LBrace) => {
                        report.hint("a choice has no braces: `if a then b else c`")
                    }
                    _ => report,
                }
            });
        }
        if self.tried(Rule::kw_or_else) && !self.tried(Rule::EOI) {
            let report = self.expected("`else`");
            return Some(if self.at >= self.to {
                report.hint("an `if` has a value for both cases; `else na` for none")
            } else {
                report
            });
        }
        if self.tried(Rule::open_list) {
            let word = self.keyword_before().map_or("all", Keyword::text);
            return Some(self.expected("`{`").hint(format!(
                "conditions stand in braces: `{word} {{ a > b  c > d }}`"
            )));
        }
        if self.tried(Rule::missing) {
            let what = if self.tried(Rule::is_not) {
                "`na`, `not na` or `some`"
            } else {
                "`na` or `some`"
            };
            let report = self.expected(what);
            return Some(if self.at < self.to {
                report.hint("values are compared with `==`")
            } else {
                report
            });
        }
        if self.tried(Rule::direction) {
            return Some(self.expected("`above` or `below`"));
        }
        None
    }

    /// Whether an `if` stands before the failure that has no `then` yet.
    fn is_in_if(&self) -> bool {
        let mut waiting = 0usize;
        for at in self.from..self.at {
            match self.stream.keyword(at) {
                Some(Keyword::If) => waiting += 1,
                Some(Keyword::Then) => waiting = waiting.saturating_sub(1),
                _ => {}
            }
        }
        waiting > 0
    }

    /// A place where a value or a condition begins.
    fn operand(&self) -> Option<Diagnostic> {
        let begins_value = self.tried_any(&[
            Rule::full_expr,
            Rule::else_chain,
            Rule::or_chain,
            Rule::and_chain,
            Rule::comparison,
            Rule::sum,
            Rule::product,
            Rule::number,
            Rule::arg,
            Rule::record_field,
        ]);
        // Where an operator could go on too, the operand is only one way of several.
        if !begins_value || self.tried(Rule::add_op) {
            return None;
        }
        let what = match self.keyword_before() {
            Some(
                Keyword::When
                | Keyword::If
                | Keyword::And
                | Keyword::Or
                | Keyword::Not
                | Keyword::Require,
            ) => "a condition",
            _ if self.at <= self.from => "an expression",
            _ if self.tried(Rule::record_field) => "the name of a field",
            _ if self.tried(Rule::arg) && self.tried(Rule::close_args) => "an argument or `)`",
            _ if self.tried(Rule::arg) => "an argument",
            _ if self.tried(Rule::domain_list) => {
                "a range such as `5..50` or a list such as `[7, 14]`"
            }
            _ => "a value",
        };
        let report = self.expected(what);
        let place = self.place();
        Some(match self.found_kind() {
            Some(TokenKind::Keyword(Keyword::If)) => self
                .plain("an `if` inside another expression stands in parentheses")
                .hint("write `(if … then … else …)`, or name it with `let`"),
            Some(TokenKind::Dot) if self.is_number_tail() => {
                let start = Span::new(place.file, place.start, place.start);
                self.plain("a number begins with a digit")
                    .fix("write `0.`", vec![(start, "0".to_owned())])
            }
            Some(TokenKind::Plus) => self
                .plain("a value has no `+` sign")
                .fix("remove the `+`", vec![(place, String::new())]),
            Some(TokenKind::Keyword(word)) if word.begins_statement() => report.hint(format!(
                "`{}` is a word of the language and cannot be a name",
                word.text()
            )),
            _ => report,
        })
    }

    /// Whether the dot and the token behind it read as `.5`.
    fn is_number_tail(&self) -> bool {
        self.stream.kind(self.at + 1) == Some(TokenKind::Number) && self.stream.touches(self.at + 1)
    }

    /// A place behind a complete value.
    fn after_operand(&self) -> Option<Diagnostic> {
        let found = self.found_kind();
        if self.tried(Rule::dots) {
            let report = self.expected("`..` and the greatest value");
            return Some(match self.rule {
                Rule::param_stmt | Rule::sweep_stmt => {
                    report.hint("a domain is a range such as `5..50` or a list such as `[7, 14]`")
                }
                _ if self.found_keyword() == Some(Keyword::And) => self
                    .plain("the ends of a range are joined by `..`")
                    .fix("write `..`", vec![(self.place(), "..".to_owned())]),
                _ => report.hint("a range has two ends: `40..70`"),
            });
        }
        if self.tried(Rule::kw_bars) {
            let report = self.expected("`bars`");
            let number = self.stream.span(self.at.saturating_sub(1));
            let end = Span::new(number.file, number.end, number.end);
            return Some(match self.stream.kind_before(self.at) {
                Some(TokenKind::Number) if self.at >= self.to => {
                    report.fix("write `bars`", vec![(end, " bars".to_owned())])
                }
                _ => report,
            });
        }
        if found == Some(TokenKind::LParen)
            && self.at > 0
            && self.stream.ends_expression(self.at - 1)
        {
            return Some(
                self.plain("only a name can be called")
                    .hint("a `(` behind a complete value begins nothing"),
            );
        }
        for (closer, text) in [
            (Rule::close_paren, "`)`"),
            (Rule::close_args, "`,` or `)`"),
            (Rule::close_index, "`]`"),
            (Rule::close_domain, "`,` or `]`"),
            (Rule::close_record, "`,` or `}`"),
        ] {
            if self.tried(closer) {
                return Some(match found {
                    Some(TokenKind::Dot) if self.is_number_tail() => {
                        self.expected(&format!("an operator or {text}"))
                    }
                    Some(TokenKind::Comma) => self.expected(text).hint(
                        "only the arguments of a call, records and domains are separated by commas",
                    ),
                    _ => self.expected(text),
                });
            }
        }
        if self.tried(Rule::close_list) {
            return Some(self.expected("an operator, a condition or `}`"));
        }
        if !self.tried(Rule::EOI) {
            return None;
        }
        let report = self.expected("an operator or the end of the statement");
        Some(match self.found_keyword() {
            Some(Keyword::Then) => self.plain("this `then` belongs to no `if`"),
            Some(Keyword::When) => match self.rule {
                Rule::level_stmt | Rule::trail_stmt => self
                    .plain(format!(
                        "a `{}` takes no condition",
                        self.stream.text_of(self.from)
                    ))
                    .hint("write the condition into its value: `if … then … else …`"),
                _ => self.plain(
                    "no condition stands here: `when` belongs to `enter`, `exit` and `flag`",
                ),
            },
            Some(Keyword::In) if self.rule == Rule::let_stmt => {
                report.hint("values with a domain are parameters: `param x = 10 in 5..20`")
            }
            _ => report,
        })
    }
}

/// Source text in a message: in backticks, cut when it is long.
fn quoted(text: &str) -> String {
    format!("`{}`", clipped(text))
}

/// Source text, cut when it is long.
fn clipped(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
