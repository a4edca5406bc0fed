//! Forms that people take over from speech and from other tools, told with the form of this
//! language: `5 to 30`, `crossing below`, `close[1:5]`, `exit 50% at 5% profit`.

use super::{Failure, Rule};
use crate::diag::{Code, Diagnostic};
use crate::syntax::token::TokenKind;

impl Failure<'_, '_> {
    /// The report for one of them.
    pub(super) fn spoken(&self) -> Option<Diagnostic> {
        self.range()
            .or_else(|| self.crossing())
            .or_else(|| self.slice())
            .or_else(|| self.currency())
            .or_else(|| self.exit_at())
            .or_else(|| self.trailing_stop())
            .or_else(|| self.several_requires())
            .or_else(|| self.dashed_name())
            .or_else(|| self.feed_name())
            .or_else(|| self.other_timeframe())
            .or_else(|| self.missing_value())
            .or_else(|| self.second_point())
    }

    /// `in 5 to 30`
    fn range(&self) -> Option<Diagnostic> {
        let word = self.found_text();
        let is_word = matches!(word, "to" | "until" | "through" | ":");
        let is_number = self.stream.kind(self.at + 1) == Some(TokenKind::Number);
        (is_word && is_number && self.tried(Rule::dots)).then(|| {
            self.plain(format!("a range is written with `..`, not `{word}`"))
                .fix("write `..`", vec![(self.place(), "..".to_owned())])
        })
    }

    /// `a crossing below b`, `a crossed above b`
    fn crossing(&self) -> Option<Diagnostic> {
        let word = self.found_text();
        let is_word = matches!(word, "crossing" | "crossed" | "cross" | "breaks");
        let next = self.stream.text_of(self.at + 1);
        if !is_word || !matches!(next, "above" | "below" | "over" | "under") {
            return None;
        }
        let report = self.plain(format!("a crossing is written `crosses`, not `{word}`"));
        let edits = vec![(self.place(), "crosses".to_owned())];
        Some(if word == "breaks" {
            report.suggest("write `crosses`", edits)
        } else {
            report.fix("write `crosses`", edits)
        })
    }

    /// `close[1:5]`
    fn slice(&self) -> Option<Diagnostic> {
        (self.found_text() == ":" && self.tried(Rule::close_index)).then(|| {
            self.plain("an index asks for one bar, not for several")
                .hint("a function of a window takes several: `sma(close[1], 4)`, `highest(close[1], 4)`")
        })
    }

    /// `size 100 USDT`
    fn currency(&self) -> Option<Diagnostic> {
        let before = self.at.checked_sub(2).filter(|i| *i > self.from)?;
        let is_money = self.stream.text_of(before) == "size"
            && self.stream.kind(before + 1) == Some(TokenKind::Number)
            && self.found_kind() == Some(TokenKind::Name)
            && self.found_text().chars().all(|c| c.is_ascii_uppercase());
        is_money.then(|| {
            let amount = self.stream.text_of(before + 1);
            self.plain("a size counts units of the base, without a currency").hint(format!(
                "so much money is `size {amount} / close`, a share of the capital `size 10% of equity`"
            ))
        })
    }

    /// `exit 50% at 5% profit`, `exit at 5%`
    fn exit_at(&self) -> Option<Diagnostic> {
        let is_exit = self.rule == Rule::exit_stmt
            && self.tried(Rule::kw_when)
            && matches!(self.found_text(), "at" | "on" | "if")
            && self.stream.kind(self.at + 1) == Some(TokenKind::Number);
        is_exit.then(|| {
            let share = self.stream.text_of(self.at + 1);
            let share = if share.ends_with('%') { share } else { "5%" };
            self.plain("an exit has a condition behind `when`")
                .hint(format!(
                    "a profit is asked for with `when profit > {share}`; a fixed target is the statement `take_profit {share}`"
                ))
        })
    }

    /// `stop 5% trailing`
    fn trailing_stop(&self) -> Option<Diagnostic> {
        let value = self.from + 1;
        let is_trailing = self.rule == Rule::level_stmt
            && self.stream.text_of(self.from) == "stop"
            && matches!(self.found_text(), "trailing" | "trail")
            && self.at == value + 1;
        is_trailing.then(|| {
            let written = format!("trail {}", self.stream.text_of(value));
            self.plain("a stop that follows the price is the statement `trail`")
                .suggest(
                    format!("write `{written}`"),
                    vec![(self.stream.span_of(self.from, self.at + 1), written)],
                )
        })
    }

    /// `require a < b, b < c`
    fn several_requires(&self) -> Option<Diagnostic> {
        (self.rule == Rule::require_stmt && self.found_text() == ",").then(|| {
            self.plain("a `require` has one condition")
                .suggest("write `and`", vec![(self.place(), " and".to_owned())])
        })
    }

    /// `strategy Mean-Reversion {`
    fn dashed_name(&self) -> Option<Diagnostic> {
        let first = self.from + 1;
        let is_dashed = matches!(
            self.rule,
            Rule::strategy_head | Rule::named_head | Rule::router_head | Rule::screen_head
        ) && self.at == first + 1
            && self.found_text() == "-";
        if !is_dashed {
            return None;
        }
        let mut whole = String::new();
        let mut end = first;
        while self.stream.kind(end) == Some(TokenKind::Name) {
            let mut letters = self.stream.text_of(end).chars();
            whole.extend(letters.next().map(|c| c.to_ascii_uppercase()));
            whole.extend(letters);
            end += 1;
            if self.stream.text_of(end) != "-" {
                break;
            }
            end += 1;
        }
        Some(
            self.plain("a name has letters, digits and `_`, and no `-`")
                .suggest(
                    format!("write `{whole}`"),
                    vec![(self.stream.span_of(first, end), whole)],
                ),
        )
    }

    /// `ema(close, 50) on 4h`
    fn other_timeframe(&self) -> Option<Diagnostic> {
        let is_word = matches!(self.found_text(), "on" | "in" | "at");
        let length = self.stream.text_of(self.at + 1);
        let is_length = self.stream.kind(self.at + 1) == Some(TokenKind::Number)
            && length.ends_with(['m', 'h', 'd', 'w']);
        (is_word && is_length && self.tried(Rule::at_sign)).then(|| {
            self.plain("a value on longer bars is written with `@`")
                .suggest("write `@`", vec![(self.place(), "@".to_owned())])
        })
    }

    /// `x is nan`
    fn missing_value(&self) -> Option<Diagnostic> {
        let word = self.found_text();
        let is_word = matches!(
            word,
            "nan" | "NaN" | "NA" | "null" | "none" | "None" | "nil" | "missing" | "empty"
        );
        (is_word && self.tried(Rule::missing)).then(|| {
            self.expected("`na`, `not na` or `some`")
                .fix("write `na`", vec![(self.place(), "na".to_owned())])
        })
    }

    /// `1.2.3`
    fn second_point(&self) -> Option<Diagnostic> {
        let before = self.at.checked_sub(2).filter(|i| *i >= self.from)?;
        let is_number = |at: usize| self.stream.kind(at) == Some(TokenKind::Number);
        let is_point = self.stream.kind(before + 1) == Some(TokenKind::Dot);
        (is_point && is_number(before) && is_number(self.at)).then(|| {
            let place = self.stream.span_of(before, self.at + 1);
            Diagnostic::error(Code::Syntax, place, "a number has one decimal point")
        })
    }

    /// `feed("funding")`, `feed` alone
    fn feed_name(&self) -> Option<Diagnostic> {
        let is_after = self.at > self.from && self.stream.text_of(self.at - 1) == "feed";
        (is_after && self.tried(Rule::name) && self.found_keyword().is_none()).then(|| {
            self.expected("the name of a column")
                .hint("an external column is read as `feed funding`; its file is given with `--feed funding=FILE`")
        })
    }
}
