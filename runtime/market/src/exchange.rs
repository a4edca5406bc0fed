//! Names of exchanges and other data sources.
//!
//! A name is the first part of a data file's name, so it holds nothing that could leave the
//! folder or be mistaken for the separator `_`.

use std::fmt;
use std::str::FromStr;

use crate::parse::{ParseError, shown};

/// Name of an exchange or data source in lower case, such as `binance` or `yfinance`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exchange(String);

impl Exchange {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Exchange {
    /// `binance`, what every command takes where no exchange is named.
    fn default() -> Self {
        Exchange("binance".to_owned())
    }
}

impl FromStr for Exchange {
    type Err = ParseError;

    /// Reads a name in any case.
    ///
    /// # Errors
    /// When the text is empty or holds anything but ASCII letters, digits and `-`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let name = text.trim();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.is_empty() || !name.chars().all(fits) {
            return Err(ParseError::new(format!(
                "{} is not the name of an exchange; expected letters, digits and `-` only, such as `binance`",
                shown(text)
            )));
        }
        Ok(Exchange(name.to_ascii_lowercase()))
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case() {
        assert_eq!("Binance".parse::<Exchange>().unwrap(), Exchange::default());
        assert_eq!(" us ".parse::<Exchange>().unwrap().as_str(), "us");
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for bad in [
            "", " ", "../x", "a/b", "a\\b", "a_b", "..", "a.b", "börse", "a\0",
        ] {
            let error = bad.parse::<Exchange>().unwrap_err().to_string();
            assert!(error.contains("is not the name of an exchange"), "{error}");
            assert!(error.contains("binance"), "{error}");
        }
    }
}
