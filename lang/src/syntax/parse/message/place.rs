//! What was expected in the statements and tables that only their place knows, and in the clauses of an
//! order.

use super::{Failure, Rule};
use crate::diag::suggest::did_you_mean;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::keyword::Keyword;
use crate::syntax::token::TokenKind;
use crate::syntax::words::CLAUSES;

/// Words that nothing can replace where they are tried, with what follows them.
const WORDS: &[(Rule, &str)] = &[
    (Rule::kw_by, "`by` and the regime"),
    (Rule::kw_over, "`over` and a length of time"),
    (Rule::kw_ticks, "`ticks`"),
    (Rule::leg_side, "`buy` or `sell`"),
    (Rule::leg_order, "`buy` or `sell`"),
    (Rule::quote_side, "`bid` or `ask`"),
    (Rule::slot, "the slot in brackets, as in `bid[0]`,"),
    (Rule::kw_max, "`max` and the largest number of zones"),
    (Rule::kw_drop, "`drop oldest` or `drop newest`"),
    (Rule::zone_drop, "`oldest` or `newest`"),
    (Rule::kw_switch, "`switch`"),
    (Rule::switch_rule, "`keep open` or `close open`"),
    (Rule::kw_open, "`open`"),
    (Rule::times, "`*` and a factor"),
    (Rule::kw_most, "`most` and a number"),
    (Rule::kw_at, "`at most` and a number"),
    (Rule::kw_top, "`top` and a number"),
    (Rule::kw_where, "`where` and a condition"),
    (Rule::every_tail, "`every` and a schedule"),
    (Rule::domain, "`in` and a domain"),
    (Rule::kw_in, "`in` and a domain"),
    (Rule::kw_next, "`next day`"),
    (Rule::kw_day, "`day`"),
    (Rule::kw_bar, "`bar` and its number"),
    (Rule::kw_event, "`event` and its name"),
    (Rule::zone_order, "`nearest`, `highest` or `lowest`"),
    (Rule::loop_colon, "`:` and what is computed for each value"),
];

impl Failure<'_, '_> {
    /// What is missing where only one place's words can go on.
    pub(super) fn at_place(&self) -> Option<Diagnostic> {
        self.arrow()
            .or_else(|| self.order_clause())
            .or_else(|| self.row())
            .or_else(|| self.heading())
            .or_else(|| self.word())
    }

    fn word(&self) -> Option<Diagnostic> {
        if self.tried(Rule::EOI) {
            return None;
        }
        let (rule, what) = WORDS.iter().find(|(rule, _)| self.wants(*rule))?;
        let what = match (rule, self.rule) {
            (Rule::kw_by, Rule::rank_stmt) => "`by` and a metric",
            (Rule::kw_in, Rule::for_head) => "`in` and a range, as in `for i in 0..4`,",
            (Rule::kw_switch, Rule::suggest_stmt) => "`switch when` and a condition",
            (Rule::kw_switch, _) => "`switch keep open` or `switch close open`",
            (Rule::kw_over, Rule::over_stmt) => "`over` and a number of bars",
            _ => what,
        };
        let report = self.expected(what);
        Some(match rule {
            Rule::loop_colon => self.loop_hint(report),
            Rule::every_tail => report.hint("write `rebalance every week on monday at 00:00 utc`"),
            _ => report,
        })
    }

    /// `0..4:30` reads as a time of day.
    fn loop_hint(&self, report: Diagnostic) -> Diagnostic {
        let time = (self.from..self.at).rev().take(64).find(|at| {
            self.stream.kind(*at) == Some(TokenKind::Number)
                && self.stream.text_of(*at).contains(':')
        });
        match time {
            Some(at) => report.hint(format!(
                "`{}` is a time of day; write a space behind the colon",
                self.stream.text_of(at)
            )),
            None => report.hint("a loop is written `sum(i in 0..4: close[i])`"),
        }
    }

    /// Whether a word was tried where nothing can replace it: `where` and `by` may follow many values.
    fn wants(&self, rule: Rule) -> bool {
        self.tried(rule)
            && match rule {
                Rule::kw_where => self.rule == Rule::hold_stmt && self.at == self.from + 1,
                Rule::kw_at => self.rule == Rule::grid_stmt,
                Rule::every_tail => self.rule == Rule::rebalance_stmt,
                Rule::kw_by => matches!(self.rule, Rule::router_head | Rule::rank_stmt),
                _ => true,
            }
    }

    /// `=>`, and what people write instead of it.
    fn arrow(&self) -> Option<Diagnostic> {
        if !self.tried(Rule::fat_arrow) {
            return None;
        }
        let place = self.place();
        if matches!(
            self.found_kind(),
            Some(TokenKind::Assign | TokenKind::Colon)
        ) {
            return Some(
                Diagnostic::error(
                    Code::ForeignOperator,
                    place,
                    format!("a row is written with `=>`, not `{}`", self.found_text()),
                )
                .fix("write `=>`", vec![(place, " =>".to_owned())]),
            );
        }
        let is_action = matches!(self.found_text(), "halt" | "reject" | "warn");
        if self.rule == Rule::limit_row && is_action {
            let start = Span::new(place.file, place.start, place.start);
            return Some(
                self.plain(format!(
                    "what a breach does stands behind `=>`: `=> {}`",
                    self.found_text()
                ))
                .fix("write `=>`", vec![(start, "=> ".to_owned())]),
            );
        }
        if self.tried(Rule::EOI) {
            return (self.rule == Rule::limit_row)
                .then(|| self.expected("an operator, `=>` or the end of the row"));
        }
        Some(self.expected(match self.rule {
            Rule::ladder_rows => "`=>` and the least profit",
            Rule::override_stmt => "`=>` and a factor, as in `=> size * 0.5`,",
            _ => "`=>` and a strategy",
        }))
    }

    /// The clauses of an order.
    fn order_clause(&self) -> Option<Diagnostic> {
        let is_order = matches!(
            self.rule,
            Rule::enter_stmt | Rule::exit_stmt | Rule::quote_stmt
        );
        if !is_order {
            return None;
        }
        let before = if self.at > self.from {
            self.stream.text_of(self.at - 1)
        } else {
            ""
        };
        // `exit all { … }`, `enter not a`: a condition without its word.
        let second = self.from + 1;
        let is_condition = match self.stream.keyword(second) {
            Some(Keyword::All | Keyword::Any) => {
                self.stream.kind(second + 1) == Some(TokenKind::LBrace)
            }
            Some(Keyword::Not) => true,
            _ => false,
        };
        if is_condition && self.rule != Rule::quote_stmt {
            return Some(self.without_when());
        }
        let is_pair = self.tried(Rule::comma)
            && !self.tried_any(&[Rule::clause, Rule::close_args, Rule::close_record]);
        if is_pair {
            return Some(self.expected("`,` and the second price"));
        }
        if self.tried(Rule::close_legs) {
            return Some(self.expected("`buy`, `sell` or `}`"));
        }
        if self.tried(Rule::kw_equity) && before == "of" {
            return Some(
                self.expected("`equity`")
                    .hint("a size is a quantity or a share: `size 10% of equity`"),
            );
        }
        if self.rule == Rule::quote_stmt && self.tried(Rule::kw_at) {
            return Some(self.expected("`at` and a price"));
        }
        if !self.tried(Rule::kw_when) {
            return None;
        }
        let text = self.found_text();
        let is_first = self.at == self.from + 1;
        let is_name = self.found_kind() == Some(TokenKind::Name);
        let place = self.place();
        if self.found_keyword() == Some(Keyword::If) {
            return Some(
                self.plain("the condition of an order stands behind `when`")
                    .fix("write `when`", vec![(place, "when".to_owned())]),
            );
        }
        if self.rule == Rule::exit_stmt && matches!(text, "long" | "short") {
            return Some(
                self.plain("an exit names no side: it closes the position that is open")
                    .hint("write `exit when …` or `exit \"tag\" when …`"),
            );
        }
        if self.rule == Rule::enter_stmt && matches!(text, "long" | "short") {
            return Some(
                self.plain("the side of an entry stands before its tag")
                    .hint("write `enter long \"tag\" when …`"),
            );
        }
        if self.found_kind() == Some(TokenKind::Str) {
            return Some(
                self.plain("the tag of an order stands before its clauses")
                    .hint("write `enter long \"tag\" limit … when …`"),
            );
        }
        // `exit a > b`: a comparison behind the word is the condition.
        let compares = matches!(
            self.found_kind(),
            Some(
                TokenKind::Lt
                    | TokenKind::Le
                    | TokenKind::Gt
                    | TokenKind::Ge
                    | TokenKind::EqEq
                    | TokenKind::Keyword(
                        Keyword::Crosses | Keyword::Is | Keyword::And | Keyword::Or
                    )
            )
        );
        if compares && self.rule == Rule::exit_stmt {
            return Some(self.without_when());
        }
        let what = match self.rule {
            Rule::enter_stmt if is_first => "`long`, `short`, a tag, a clause or `when`",
            Rule::exit_stmt if is_first => "a tag, a clause or `when`",
            _ if is_name => "a clause or `when`",
            _ => "`when` and a condition",
        };
        let report = self.expected(what);
        let sides = ["long", "short"];
        let meant = did_you_mean(text, CLAUSES.iter().chain(&sides).copied());
        Some(match meant.filter(|_| is_name) {
            Some(word) => report.hint(format!("did you mean `{word}`?")),
            None => report,
        })
    }

    /// A condition directly behind the word of an order.
    fn without_when(&self) -> Diagnostic {
        let first = self.stream.span(self.from + 1);
        let start = Span::new(first.file, first.start, first.start);
        Diagnostic::error(Code::Syntax, first, "expected `when` before the condition")
            .fix("write `when`", vec![(start, "when ".to_owned())])
    }

    /// Rows of a router and of a risk table, and the lines of a test.
    fn row(&self) -> Option<Diagnostic> {
        match self.rule {
            Rule::route_row if self.tried(Rule::plus) && self.tried(Rule::EOI) => Some(
                self.expected("a share, `+` and a strategy, `size` or the end of the row")
                    .hint("a mix is written `A 70% + B 30%`"),
            ),
            Rule::route_row | Rule::with_stmt if self.tried(Rule::name) => {
                Some(self.expected("the name of a strategy"))
            }
            Rule::limit_row if self.tried(Rule::limit_action) => {
                let actions = ["reject", "halt", "warn"];
                let report = self.expected("`reject`, `halt`, `halt until next day` or `warn`");
                Some(match did_you_mean(self.found_text(), actions) {
                    Some(word) => report.hint(format!("did you mean `{word}`?")),
                    None => report,
                })
            }
            Rule::limit_row | Rule::value_stmt | Rule::level_stmt | Rule::trail_stmt
                if self.at == self.from + 1
                    && matches!(
                        self.found_kind(),
                        Some(TokenKind::Assign | TokenKind::Colon)
                    )
                    && self.stream.keyword(self.from).is_none() =>
            {
                let word = self.stream.text_of(self.from);
                Some(
                    Diagnostic::error(
                        Code::ForeignOperator,
                        self.place(),
                        format!(
                            "`{word}` is followed by its value, without `{}`",
                            self.found_text()
                        ),
                    )
                    .fix(
                        format!("remove the `{}`", self.found_text()),
                        vec![(self.place(), String::new())],
                    ),
                )
            }
            Rule::expect_stmt if self.at == self.from + 1 => {
                Some(self.expected("an event or a value").hint(
                    "write `expect enter long at bar 4` or `expect sma(close, 2) at bar 4 = 5`",
                ))
            }
            Rule::value_stmt | Rule::limit_row if self.found_kind() == Some(TokenKind::Comma) => {
                Some(
                    Diagnostic::error(
                        Code::ForeignOperator,
                        self.place(),
                        "rows stand beside each other without commas",
                    )
                    .fix("remove the comma", vec![(self.place(), String::new())]),
                )
            }
            Rule::expect_stmt
                if self.at == self.from + 2
                    && matches!(self.stream.text_of(self.at - 1), "buy" | "sell") =>
            {
                Some(self.expected("`at bar` and its number"))
            }
            Rule::expect_stmt if self.tried(Rule::assign) => Some(match self.found_kind() {
                Some(TokenKind::EqEq) => self
                    .plain("the expected value stands behind one `=`")
                    .fix("write `=`", vec![(self.place(), "=".to_owned())]),
                _ => self.expected("`=` and the expected value"),
            }),
            Rule::expect_stmt if self.tried_any(&[Rule::kw_at, Rule::at_bar]) => {
                Some(self.expected(if self.tried(Rule::EOI) {
                    "`at bar` or the end of the line"
                } else {
                    "`at bar` and its number"
                }))
            }
            Rule::column_stmt if self.tried_any(&[Rule::values, Rule::open_values]) => Some(
                self.expected("the bars in brackets")
                    .hint("a column is written `close = [5, 4, 3]`"),
            ),
            Rule::column_stmt | Rule::expect_stmt if self.tried(Rule::close_values) => {
                Some(self.expected("`,` or `]`"))
            }
            _ => None,
        }
    }

    /// Heads of items and of blocks.
    fn heading(&self) -> Option<Diagnostic> {
        let brace = "`{` and what it holds";
        Some(match self.rule {
            Rule::on_head if self.tried(Rule::name) => self
                .expected("an event")
                .hint("the events are `bar`, `trade`, `book` and `fill`"),
            Rule::every_head if self.tried(Rule::number) => {
                self.expected("a duration such as `100ms`")
            }
            Rule::test_head if self.tried(Rule::string) => {
                self.expected("the name of the test in quotes")
            }
            Rule::legs_stmt if self.tried(Rule::string) => self.expected("a symbol in quotes"),
            Rule::legs_stmt if self.tried(Rule::comma) => {
                self.expected("`,` or the end of the legs")
            }
            Rule::universe_stmt if self.tried(Rule::string) => self.expected("symbols in quotes"),
            Rule::screen_head if self.tried(Rule::kw_of) => {
                self.expected("`of` and the strategy that it sweeps")
            }
            Rule::strategy_head if self.tried(Rule::name) && self.at > self.from + 1 => {
                self.expected("an event: `bar`, `trade`, `book` or `fill`")
            }
            Rule::strategy_head if self.tried(Rule::EOI) => {
                self.expected("`{` and the strategy's statements")
            }
            Rule::named_stmt
                if self.at == self.from + 1 && self.stream.text_of(self.from) == "score" =>
            {
                self.expected("the name of a class")
            }
            Rule::edition_item if self.tried(Rule::number) => self.expected("a year"),
            Rule::named_head
            | Rule::router_head
            | Rule::screen_head
            | Rule::test_head
            | Rule::on_head
            | Rule::every_head
            | Rule::zones_head
            | Rule::lead_only
                if self.tried(Rule::EOI) =>
            {
                self.expected(brace)
            }
            _ => return None,
        })
    }

    /// The words behind a value that name another feed, a schedule or a zone.
    pub(super) fn source(&self) -> Option<Diagnostic> {
        let before = (self.at > self.from).then(|| self.stream.text_of(self.at - 1))?;
        Some(match before {
            "@" if self.tried(Rule::number) => self
                .expected("a duration")
                .hint("another timeframe is written `ema(close, 50) @ 4h`"),
            "of" if self.tried(Rule::string) && self.rule == Rule::exit_stmt => self
                .plain("a part of the position is written as its share alone")
                .hint("write `exit 50% when …`"),
            "of" if self.tried(Rule::string) => self
                .expected("a symbol in quotes")
                .hint("another symbol is written `close of \"ETH/USDT\"`"),
            "since" if self.tried(Rule::name) => self.expected("`entry`"),
            "across" if self.tried(Rule::name) => self.expected("`universe`"),
            "within" | ".." if self.tried(Rule::number) && !self.tried(Rule::sum) => self
                .expected("a time of day")
                .hint("a session is written `within 09:30..16:00 \"America/New_York\"`"),
            "every" if self.tried_any(&[Rule::period, Rule::period_word]) => {
                self.expected("`20 bars`, a duration, `day`, `week` or `month`")
            }
            "at" if self.tried(Rule::number) && !self.tried(Rule::sum) => {
                self.expected("a time of day such as `09:30`")
            }
            _ if self.found_kind() == Some(TokenKind::LBracket)
                && self.tried_any(&[Rule::at_tail, Rule::at_sign, Rule::kw_of]) =>
            {
                self.plain("an index stands before `@` and `of`, or behind parentheses")
                    .hint("`e[1] @ 4h` is the bar before on 4h, `(e @ 4h)[1]` the bar before here")
            }
            _ => return None,
        })
    }
}
