//! What a data file is about, and its name.

use std::fmt;

use strat_market::{Exchange, Symbol, Timeframe};

/// Which bars: of whom, of what, how long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The exchange or other source.
    pub exchange: Exchange,
    /// The traded pair.
    pub symbol: Symbol,
    /// The length of the bars.
    pub timeframe: Timeframe,
}

impl Key {
    /// The name of the file: `binance_BTC_USDT_1h.parquet`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!(
            "{}_{}_{}.parquet",
            self.exchange,
            self.symbol.file_form(),
            self.timeframe
        )
    }

    /// Reads a file name back; the inverse of [`Key::file_name`].
    ///
    /// # Errors
    /// What is wrong with the name, and the form that was expected.
    pub(crate) fn from_file_name(name: &str) -> Result<Key, String> {
        const FORM: &str =
            "EXCHANGE_BASE_QUOTE_TIMEFRAME.parquet, such as binance_BTC_USDT_1h.parquet";
        let stem = name.strip_suffix(".parquet").unwrap_or(name);
        let parts: Vec<&str> = stem.split('_').collect();
        let [exchange, base, quote, timeframe] = parts[..] else {
            return Err(format!(
                "the name has {} parts; expected {FORM}",
                parts.len()
            ));
        };
        let key = Key {
            exchange: exchange.parse().map_err(|e| format!("{e}"))?,
            symbol: Symbol::new(base, quote).map_err(|e| format!("{e}"))?,
            timeframe: timeframe.parse().map_err(|e| format!("{e}"))?,
        };
        if key.file_name() == name {
            Ok(key)
        } else {
            Err(format!(
                "the name is not in its usual form and will not be found; rename it to {}",
                key.file_name()
            ))
        }
    }
}

impl fmt::Display for Key {
    /// `BTC/USDT 1h from binance`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} from {}",
            self.symbol, self.timeframe, self.exchange
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let key = Key {
            exchange: "yfinance".parse().unwrap(),
            symbol: "EUR/USD".parse().unwrap(),
            timeframe: Timeframe::D1,
        };
        assert_eq!(key.file_name(), "yfinance_EUR_USD_1d.parquet");
        assert_eq!(
            Key::from_file_name("yfinance_EUR_USD_1d.parquet").unwrap(),
            key
        );
        assert_eq!(key.to_string(), "EUR/USD 1d from yfinance");
    }

    #[test]
    fn other_names_say_what_is_wrong() {
        for (name, words) in [
            (
                "gaps.parquet",
                "the name has 1 parts; expected EXCHANGE_BASE_QUOTE_TIMEFRAME",
            ),
            ("binance_BTC_USDT_1h_old.parquet", "the name has 5 parts"),
            ("binance_BTC_USDT_1y.parquet", "`1y` is not a timeframe"),
            (
                "binance__USDT_1h.parquet",
                "the base of the symbol is empty",
            ),
            ("_BTC_USDT_1h.parquet", "is not the name of an exchange"),
            (
                "binance_btc_USDT_60m.parquet",
                "rename it to binance_BTC_USDT_1h.parquet",
            ),
        ] {
            let error = Key::from_file_name(name).unwrap_err();
            assert!(error.contains(words), "{name}: {error}");
        }
    }
}
