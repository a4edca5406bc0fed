//! Event handlers of tick strategies: quotes while their condition holds.

use super::Checker;
use super::scope::Scope;
use super::strategy::statement_word;
use crate::diag::{Code, Diagnostic, suggest};
use crate::hir::{EventHandler, EventKind, Quote};
use crate::source::Span;
use crate::syntax::ast::{Event, Ident, QuoteStmt, Stmt, StmtKind};

/// The events that a strategy can wait for.
pub(super) const EVENTS: &[&str] = &["bar", "trade", "book", "fill"];

/// Most quotes of one strategy.
const MOST_QUOTES: usize = 10_000;

impl<'t> Checker<'t, '_> {
    /// The event behind `on`.
    pub(super) fn event_name(&mut self, word: &Ident) -> Option<String> {
        if EVENTS.contains(&word.name.as_str()) {
            return Some(word.name.clone());
        }
        let report = Diagnostic::error(
            Code::BadEvent,
            word.span,
            format!("there is no event `{}`", word.name),
        );
        let near = suggest::did_you_mean(&word.name, EVENTS.iter().copied());
        self.report(match near {
            Some(near) => report.did_you_mean(word.span, &word.name, near),
            None => report.hint("the events are `bar`, `trade`, `book` and `fill`"),
        });
        None
    }

    /// `on fill { … }`, `every 100ms { … }`
    pub(super) fn event_handler(&mut self, event: &'t Event, body: &'t [Stmt], span: Span) {
        let event = match event {
            Event::Named(word) => self.event_name(word).map(EventKind::Named),
            Event::Every(n, at) => {
                if n.value > 0.0 {
                    Some(EventKind::Every(n.value))
                } else {
                    self.error(Code::BadEvent, *at, "a timer waits longer than nothing");
                    None
                }
            }
        };
        let outer = std::mem::replace(&mut self.is_tick, true);
        let mut quotes = Vec::new();
        self.scopes.push(Scope::default());
        self.event_statements(body, &mut quotes);
        self.pop_scope();
        self.is_tick = outer;
        if let Some(event) = event {
            self.builder.unit.plan.handlers.push(EventHandler {
                event,
                quotes,
                span,
            });
        }
    }

    fn event_statements(&mut self, body: &'t [Stmt], quotes: &mut Vec<Quote>) {
        for stmt in body {
            match &stmt.kind {
                StmtKind::Let { .. } => self.definition(stmt),
                StmtKind::Quote(quote) => {
                    let quote = self.quote(quote, stmt.span);
                    if quotes.len() < MOST_QUOTES {
                        quotes.extend(quote);
                    }
                }
                StmtKind::For { var, lo, hi, body } => {
                    let Some((lo, hi)) = self.loop_ends(lo, hi) else {
                        continue;
                    };
                    for i in lo..=hi {
                        let errors = self.sink.errors();
                        self.push_turn(var, i);
                        self.event_statements(body, quotes);
                        self.pop_scope();
                        // The next turn would say the same.
                        if self.sink.errors() > errors {
                            break;
                        }
                    }
                }
                StmtKind::Error => self.unread(stmt),
                other => {
                    let word = statement_word(other);
                    self.torn = true;
                    self.report(
                        Diagnostic::error(
                            Code::MisplacedStatement,
                            stmt.span,
                            format!("`{word}` does not belong into an event handler"),
                        )
                        .hint("a handler holds `let`, `for` and `quote`"),
                    );
                }
            }
        }
    }

    fn quote(&mut self, quote: &'t QuoteStmt, span: Span) -> Option<Quote> {
        let slot = self.length(&quote.slot, 0, "the slot of a quote");
        let price = self.number(&quote.price);
        let order = self.quote_order(&quote.clauses);
        let when = quote.when.as_ref().map(|e| self.condition(e));
        let is_bid = match quote.side.name.as_str() {
            "bid" => true,
            "ask" => false,
            other => {
                self.report(
                    Diagnostic::error(
                        Code::BadEvent,
                        quote.side.span,
                        format!("a quote stands on the bid or the ask, not on `{other}`"),
                    )
                    .hint("write `quote bid[0] at …` or `quote ask[0] at …`"),
                );
                return None;
            }
        };
        let slot = self.builder.constant(slot?);
        let Some(slot) = slot.filter(|s| *s <= 1e6) else {
            self.error(
                Code::BadEvent,
                quote.slot.span,
                "the slot of a quote is a small whole number",
            );
            return None;
        };
        if when == Some(None) {
            return None;
        }
        Some(Quote {
            is_bid,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to a million
            slot: slot as u32,
            price: price?,
            order: order?,
            when: when.flatten(),
            span,
        })
    }

    /// `for` among the statements of a strategy has nothing to repeat there.
    pub(super) fn stray_loop(&mut self, var: &Ident, span: Span) {
        self.report(
            Diagnostic::error(
                Code::MisplacedStatement,
                span,
                "a `for` repeats quotes, inside an event handler",
            )
            .hint(format!(
                "a sum over a range is `sum({} in 0..4: …)`",
                var.name
            )),
        );
    }
}
