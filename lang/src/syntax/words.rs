//! The words that begin items and statements, by place.
//!
//! Only some of them are reserved ([`Keyword`]). The others begin something where they are listed
//! here and are ordinary names everywhere else, so that a strategy may call a value `score`.

use super::keyword::Keyword;

/// A word that begins an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemWord {
    /// `fn`
    Fn,
    /// `strategy`
    Strategy,
    /// `use`
    Use,
    /// `edition`
    Edition,
    /// `enum`
    Enum,
    /// `regime`
    Regime,
    /// `router`
    Router,
    /// `risk`
    Risk,
    /// `screen`
    Screen,
    /// `portfolio`
    Portfolio,
    /// `test`
    Test,
}

impl ItemWord {
    /// All of them with their text, in the order in which messages list them.
    pub const ALL: &'static [(&'static str, ItemWord)] = &[
        ("strategy", Self::Strategy),
        ("fn", Self::Fn),
        ("regime", Self::Regime),
        ("router", Self::Router),
        ("risk", Self::Risk),
        ("screen", Self::Screen),
        ("portfolio", Self::Portfolio),
        ("test", Self::Test),
        ("enum", Self::Enum),
        ("use", Self::Use),
        ("edition", Self::Edition),
    ];

    /// The item of a word.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find_map(|(word, item)| (*word == text).then_some(*item))
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'static str {
        Self::ALL
            .iter()
            .find_map(|(word, item)| (*item == self).then_some(*word))
            .unwrap_or("")
    }

    /// Whether the word is reserved: then it begins an item wherever it stands.
    #[must_use]
    pub const fn is_reserved(self) -> bool {
        matches!(self, Self::Fn | Self::Strategy | Self::Use)
    }

    /// The item of a reserved word.
    #[must_use]
    pub const fn of_keyword(word: Keyword) -> Option<Self> {
        match word {
            Keyword::Fn => Some(Self::Fn),
            Keyword::Strategy => Some(Self::Strategy),
            Keyword::Use => Some(Self::Use),
            _ => None,
        }
    }

    /// Whether braces follow its header.
    #[must_use]
    pub const fn has_body(self) -> bool {
        !matches!(self, Self::Use | Self::Edition)
    }

    /// What its body holds; nothing for an item without statements.
    #[must_use]
    pub const fn place(self) -> Option<Place> {
        match self {
            Self::Fn => Some(Place::Fn),
            Self::Strategy => Some(Place::Strategy),
            Self::Regime => Some(Place::Regime),
            Self::Router => Some(Place::Router),
            Self::Risk => Some(Place::Risk),
            Self::Screen => Some(Place::Screen),
            Self::Portfolio => Some(Place::Portfolio),
            Self::Test => Some(Place::Test),
            Self::Use | Self::Edition | Self::Enum => None,
        }
    }
}

/// Braces that hold statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The body of a `fn`.
    Fn,
    /// The body of a `strategy`, and of `on`, `every` and `for` in one.
    Strategy,
    /// The body of a `regime`.
    Regime,
    /// The body of a `router`.
    Router,
    /// The body of a `risk` table.
    Risk,
    /// The body of a `screen`.
    Screen,
    /// The body of a `portfolio`.
    Portfolio,
    /// The body of a `test`.
    Test,
    /// The braces of `zones`.
    Zones,
    /// The braces of `execution`.
    Execution,
}

impl Place {
    /// What messages call it, with its article.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fn => "a `fn`",
            Self::Strategy => "a `strategy`",
            Self::Regime => "a `regime`",
            Self::Router => "a `router`",
            Self::Risk => "a `risk` table",
            Self::Screen => "a `screen`",
            Self::Portfolio => "a `portfolio`",
            Self::Test => "a `test`",
            Self::Zones => "a `zones` block",
            Self::Execution => "an `execution` block",
        }
    }

    /// The words that are not reserved and begin a statement here.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Fn => &["zones"],
            Self::Risk => &[],
            Self::Strategy => &[
                "take_profit",
                "trail",
                "pyramid",
                "cooldown",
                "within",
                "legs",
                "zones",
                "execution",
                "on",
                "every",
                "for",
                "quote",
            ],
            Self::Regime => &["score", "confidence", "unknown", "confirm", "transitions"],
            Self::Router => &["override", "suggest", "on"],
            Self::Screen => &[
                "sweep",
                "rank",
                "keep",
                "grid",
                "fees",
                "slippage",
                "convention",
                "cash",
            ],
            Self::Portfolio => &["universe", "rebalance", "hold", "gross", "drift"],
            Self::Test => &["with", "expect"],
            Self::Zones => &["born", "keep", "next", "dies"],
            Self::Execution => &["fees", "slippage", "convention", "cash"],
        }
    }

    /// The reserved words that begin a statement here.
    #[must_use]
    pub const fn keywords(self) -> &'static [&'static str] {
        match self {
            Self::Fn => &["let", "rec", "state", "return"],
            Self::Strategy => &[
                "timeframe",
                "param",
                "require",
                "flag",
                "let",
                "rec",
                "state",
                "enter",
                "exit",
                "stop",
            ],
            Self::Regime | Self::Portfolio => {
                &["timeframe", "param", "require", "let", "rec", "state"]
            }
            Self::Screen | Self::Test => &["timeframe"],
            Self::Router | Self::Risk | Self::Zones | Self::Execution => &[],
        }
    }

    /// Where else a word that begins nothing here begins a statement.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [
            Self::Strategy,
            Self::Regime,
            Self::Router,
            Self::Screen,
            Self::Portfolio,
            Self::Test,
            Self::Zones,
        ]
        .into_iter()
        .find(|place| place.words().contains(&word))
    }
}

/// The words that begin a clause of an order.
pub const CLAUSES: &[&str] = &[
    "market",
    "limit",
    "stop",
    "stop_limit",
    "trailing",
    "bracket",
    "oco",
    "size",
    "day",
    "gtc",
    "ioc",
    "fok",
    "post_only",
    "reduce_only",
    "iceberg",
    "twap",
    "vwap",
    "tolerance",
    "keep",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_has_one_word() {
        for (text, item) in ItemWord::ALL {
            assert_eq!(ItemWord::of(text), Some(*item));
            assert_eq!(item.text(), *text);
            assert_eq!(Keyword::of(text).is_some(), item.is_reserved());
        }
    }

    #[test]
    fn words_of_places_are_not_reserved_and_their_keywords_are() {
        for (_, item) in ItemWord::ALL {
            let Some(place) = item.place() else { continue };
            assert!(place.words().iter().all(|w| Keyword::of(w).is_none()));
            let reserved = |w: &&str| Keyword::of(w).is_some_and(Keyword::begins_statement);
            assert!(place.keywords().iter().all(reserved));
        }
    }
}
