//! Symbols: what is traded and in what it is paid.

use std::fmt;
use std::str::FromStr;

use crate::parse::{ParseError, shown};

/// A traded pair such as `BTC/USDT`, both parts in upper case.
///
/// Parts hold letters, digits, `.` and `-` only: neither the separator of the text form (`/`) nor
/// that of the file form (`_`), so both forms read back to the same symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    base: String,
    quote: String,
}

impl Symbol {
    /// A symbol of a base (`BTC`) and a quote (`USDT`), in any case.
    ///
    /// # Errors
    /// When a part is empty or holds a character that no symbol has.
    pub fn new(base: &str, quote: &str) -> Result<Self, ParseError> {
        Ok(Symbol {
            base: part(base, "base")?,
            quote: part(quote, "quote")?,
        })
    }

    /// What is bought and sold, such as `BTC`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What prices are in, such as `USDT`.
    #[must_use]
    pub fn quote(&self) -> &str {
        &self.quote
    }

    /// The symbol as file names have it: `BTC_USDT`.
    #[must_use]
    pub fn file_form(&self) -> String {
        format!("{}_{}", self.base, self.quote)
    }
}

/// One side of a symbol in upper case.
fn part(text: &str, side: &str) -> Result<String, ParseError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ParseError::new(format!(
            "the {side} of the symbol is empty; expected BASE/QUOTE, such as `BTC/USDT`"
        )));
    }
    let wrong = text
        .chars()
        .find(|&c| !(c.is_alphanumeric() || c == '.' || c == '-'));
    if let Some(c) = wrong {
        return Err(ParseError::new(format!(
            "a symbol cannot hold {} (in its {side} {}); expected BASE/QUOTE of letters, digits, `.` and `-`, such as `BTC/USDT`",
            shown(c.encode_utf8(&mut [0; 4])),
            shown(text),
        )));
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Err(ParseError::new(format!(
            "the {side} {} of the symbol has no letter or digit; expected BASE/QUOTE, such as `BTC/USDT`",
            shown(text)
        )));
    }
    Ok(text.to_uppercase())
}

impl FromStr for Symbol {
    type Err = ParseError;

    /// Reads `BASE/QUOTE`.
    ///
    /// # Errors
    /// When there is not exactly one `/` between two valid parts.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut parts = text.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(base), Some(quote), None) => Symbol::new(base, quote),
            _ => Err(ParseError::new(format!(
                "{} is not a symbol; expected BASE/QUOTE with one `/`, such as `BTC/USDT`",
                shown(text)
            ))),
        }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.base, self.quote))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        let symbol: Symbol = "btc/usdt".parse().unwrap();
        assert_eq!((symbol.base(), symbol.quote()), ("BTC", "USDT"));
        assert_eq!(symbol.to_string(), "BTC/USDT");
        assert_eq!(symbol.file_form(), "BTC_USDT");
        assert_eq!(
            "1000SHIB/USDT".parse::<Symbol>().unwrap().base(),
            "1000SHIB"
        );
        assert_eq!(
            "BRK.B/USD".parse::<Symbol>().unwrap().file_form(),
            "BRK.B_USD"
        );
        assert_eq!(format!("{symbol:>10}|"), "  BTC/USDT|");
    }

    #[test]
    fn errors_say_what_was_expected() {
        let cases = [
            ("BTCUSDT", "`BTCUSDT` is not a symbol"),
            ("", "is not a symbol"),
            ("A/B/C", "with one `/`"),
            ("/USDT", "the base of the symbol is empty"),
            ("BTC/ ", "the quote of the symbol is empty"),
            ("BTC/USDT:USDT", "cannot hold `:`"),
            ("B_C/USDT", "cannot hold `_`"),
            ("../X", "the base `..` of the symbol has no letter or digit"),
            (
                "X/..",
                "the quote `..` of the symbol has no letter or digit",
            ),
            ("a\\b/c", "cannot hold `\\`"),
            ("A\0/B", "cannot hold `\\u{0}`"),
        ];
        for (text, words) in cases {
            let error = text.parse::<Symbol>().unwrap_err().to_string();
            assert!(error.contains(words), "{text:?}: {error}");
            assert!(error.contains("`BTC/USDT`"), "{text:?}: {error}");
        }
    }
}
