//! What a strategy asks for and no tier executes yet: where it stands, and what to do instead.

use strat_lang::hir::{self, FeedKind, Input, Kind, Order, Unit};
use strat_lang::source::Span;

use super::needed::needed;
use super::plan::{asked, words};

/// A construct that no tier executes yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// It, in words that end the sentence "it uses ...".
    pub words: String,
    /// Where it stands first.
    pub span: Span,
    /// What can be done about it.
    pub help: String,
}

/// What no tier executes yet of what a unit asks for, each construct once.
#[must_use]
pub fn missing(unit: &Unit) -> Vec<Missing> {
    let mut found = Found::default();
    let plan = &unit.plan;
    let tick = "it needs the tier `tick`, which is not there yet; `stratc check` and `stratc emit` work on it";
    if !plan.on.is_empty() && plan.on != "bar" {
        let span = plan.on_span.or_else(|| any_place(unit));
        let help = format!(
            "{tick}; without `on {}` a strategy decides on bars",
            plan.on
        );
        found.add(format!("statements that run `on {}`", plan.on), span, &help);
    }
    let legs = "trade one symbol: the series of the other one is `close of \"ETH/USDT\"`, or look at the spread with `stratc eval`";
    for leg in &plan.legs {
        found.add("trades with several legs".to_owned(), Some(leg.span), legs);
    }
    for signal in unit.entries.iter().chain(&unit.exits) {
        for word in words(&signal.order) {
            let help = instead(word);
            found.add(
                format!("`{word}` orders"),
                Some(place(&signal.order, word).unwrap_or(signal.span)),
                help,
            );
        }
        if !signal.legs.is_empty() {
            found.add(
                "trades with several legs".to_owned(),
                Some(signal.span),
                legs,
            );
        }
    }
    for handler in &plan.handlers {
        let words = match &handler.event {
            hir::EventKind::Named(name) => format!("the event handler `on {name}`"),
            hir::EventKind::Every(seconds) => format!("the timer `every {seconds}s`"),
        };
        found.add(words, Some(handler.span), tick);
        if let Some(quote) = handler.quotes.first() {
            found.add(
                "standing quotes (`quote`)".to_owned(),
                Some(quote.span),
                tick,
            );
        }
    }
    found.read(unit, tick);
    found.0
}

/// What can be done about a word of an order.
fn instead(word: &str) -> &'static str {
    match word {
        "limit" | "stop" | "stop_limit" | "oco" => {
            "without it the order fills at the market, at the price of the convention; a level to leave at is `take_profit at …` or `stop at …`"
        }
        "trailing" => "a stop that follows the price is the statement `trail 2%`",
        "bracket" => {
            "without it the order fills at the market; its target and its stop are the statements `take_profit at …` and `stop at …`"
        }
        _ => "without it the order fills at the market, all at once",
    }
}

/// Where a word of an order stands.
fn place(order: &Order, word: &str) -> Option<Span> {
    let mut words = order.words.iter();
    words.find(|(name, _)| *name == word).map(|(_, span)| *span)
}

/// The place of whatever stands in a unit.
fn any_place(unit: &Unit) -> Option<Span> {
    unit.nodes.first().map(|node| node.span)
}

/// Constructs in the order in which they are found, each once.
#[derive(Default)]
struct Found(Vec<Missing>);

impl Found {
    fn add(&mut self, words: String, span: Option<Span>, help: &str) {
        let Some(span) = span else { return };
        if !self.0.iter().any(|m| m.words == words) {
            self.0.push(Missing {
                words,
                span,
                help: help.to_owned(),
            });
        }
    }

    /// What the expressions of a unit read.
    fn read(&mut self, unit: &Unit, tick: &str) {
        let (_, values) = asked(unit);
        let mut units = vec![(unit, false)];
        while let Some((unit, inner)) = units.pop() {
            let needed = needed(unit, if inner { &[] } else { &values });
            for (node, _) in unit.nodes.iter().zip(needed).filter(|(_, needed)| *needed) {
                let at = Some(node.span);
                // A trade is known bar by bar of its own strategy, not on other bars.
                if let (true, Kind::Input(input)) = (inner, node.kind)
                    && input.is_of_trade()
                {
                    self.add(
                        "values of the open trade on other bars (inside `@` or `of`)".to_owned(),
                        at,
                        "take only the series there, and compare it with the trade here",
                    );
                }
                let Kind::Input(Input::Extra(i)) = node.kind else {
                    continue;
                };
                let Some(feed) = unit.feeds.get(i as usize) else {
                    continue;
                };
                match &feed.kind {
                    FeedKind::Book { name, .. } => {
                        self.add(format!("`{name}`, known to tick strategies only"), at, tick);
                    }
                    FeedKind::Rank { .. } => self.add(
                        "`rank(…) across universe`".to_owned(),
                        at,
                        "ranks are of a `portfolio`, which no tier runs yet",
                    ),
                    FeedKind::Due(hir::Calendar { zone, .. }) | FeedKind::Within { zone, .. }
                        if crate::feeds::zone(zone).is_none() =>
                    {
                        self.add(
                            format!("the time zone \"{zone}\", which is not in the database"),
                            at,
                            "write `utc`, or a name of the IANA database, such as \"America/New_York\"",
                        );
                    }
                    FeedKind::Timeframe { unit, .. } | FeedKind::Symbol { unit, .. } => {
                        units.push((unit, true));
                    }
                    _ => {}
                }
            }
        }
    }
}
