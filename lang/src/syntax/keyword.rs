//! The reserved words.
//!
//! Few words are reserved, because a strategy wants most of them as names: `step`, `long`, `next`
//! and `size` are ordinary names wherever no statement gives them a meaning. The words that only
//! their place gives one are listed in [`words`](super::words).

/// A word that cannot be a name (but may follow a dot).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// `fn`
    Fn,
    /// `strategy`
    Strategy,
    /// `use`
    Use,
    /// `timeframe`
    Timeframe,
    /// `param`
    Param,
    /// `require`
    Require,
    /// `flag`
    Flag,
    /// `let`
    Let,
    /// `rec`
    Rec,
    /// `state`
    State,
    /// `return`
    Return,
    /// `enter`
    Enter,
    /// `exit`
    Exit,
    /// `stop`
    Stop,
    /// `when`
    When,
    /// `in`
    In,
    /// `if`
    If,
    /// `then`
    Then,
    /// `else`
    Else,
    /// `and`
    And,
    /// `or`
    Or,
    /// `not`
    Not,
    /// `is`
    Is,
    /// `crosses`
    Crosses,
    /// `mod`
    Mod,
    /// `all`
    All,
    /// `any`
    Any,
    /// `true`
    True,
    /// `false`
    False,
    /// `na`
    Na,
    /// `feed`
    Feed,
}

impl Keyword {
    /// All of them with their text.
    pub const ALL: &'static [(&'static str, Keyword)] = &[
        ("fn", Self::Fn),
        ("strategy", Self::Strategy),
        ("use", Self::Use),
        ("timeframe", Self::Timeframe),
        ("param", Self::Param),
        ("require", Self::Require),
        ("flag", Self::Flag),
        ("let", Self::Let),
        ("rec", Self::Rec),
        ("state", Self::State),
        ("return", Self::Return),
        ("enter", Self::Enter),
        ("exit", Self::Exit),
        ("stop", Self::Stop),
        ("when", Self::When),
        ("in", Self::In),
        ("if", Self::If),
        ("then", Self::Then),
        ("else", Self::Else),
        ("and", Self::And),
        ("or", Self::Or),
        ("not", Self::Not),
        ("is", Self::Is),
        ("crosses", Self::Crosses),
        ("mod", Self::Mod),
        ("all", Self::All),
        ("any", Self::Any),
        ("true", Self::True),
        ("false", Self::False),
        ("na", Self::Na),
        ("feed", Self::Feed),
    ];

    /// The keyword of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        // The longest is `timeframe`; most names are told apart by their length or first letter.
        if word.len() > 9 || !word.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        Self::ALL
            .iter()
            .find_map(|(text, keyword)| (*text == word).then_some(*keyword))
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'static str {
        Self::ALL
            .iter()
            .find_map(|(text, keyword)| (*keyword == self).then_some(*text))
            .unwrap_or("")
    }

    /// `fn`, `strategy`, `use`.
    #[must_use]
    pub const fn begins_item(self) -> bool {
        matches!(self, Self::Fn | Self::Strategy | Self::Use)
    }

    /// A word that begins a statement wherever it stands.
    #[must_use]
    pub const fn begins_statement(self) -> bool {
        matches!(
            self,
            Self::Timeframe
                | Self::Param
                | Self::Require
                | Self::Flag
                | Self::Let
                | Self::Rec
                | Self::State
                | Self::Return
                | Self::Enter
                | Self::Exit
                | Self::Stop
        )
    }

    /// `true`, `false`, `na`.
    #[must_use]
    pub const fn is_value(self) -> bool {
        matches!(self, Self::True | Self::False | Self::Na)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_has_one_text() {
        for (text, keyword) in Keyword::ALL {
            assert_eq!(Keyword::of(text), Some(*keyword));
            assert_eq!(keyword.text(), *text);
        }
        assert_eq!(Keyword::of("step"), None);
        assert_eq!(Keyword::of("Let"), None);
        assert_eq!(Keyword::of("timeframes"), None);
    }
}
