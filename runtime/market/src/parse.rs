//! The one error of everything here that is read from text.

use std::fmt;

/// Why a text is not a symbol, timeframe, exchange or time: a plain sentence that names the text,
/// what is wrong with it and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError(String);

impl ParseError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        ParseError(message.into())
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseError {}

/// A text from outside as a message may show it: quoted, control characters escaped, cut at a
/// length a terminal line can carry.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let mut out = String::from("`");
    for (i, c) in text.chars().enumerate() {
        if i == MOST {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.push('`');
    out
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_shown_text_is_short_and_printable() {
        assert_eq!(shown("abc"), "`abc`");
        assert_eq!(shown("a\n\u{1b}"), "`a\\n\\u{1b}`");
        assert_eq!(shown(&"x".repeat(41)), format!("`{}…`", "x".repeat(40)));
        assert_eq!(shown(&"x".repeat(40)), format!("`{}`", "x".repeat(40)));
    }
}
