//! Where results go.

use std::path::Path;

use strat_market::{Symbol, Timeframe};
use strat_report::{Folder, WriteError};

/// The folder of all results that were given no other.
const RESULTS: &str = "results";

/// Symbols that the name of a folder can carry.
const MOST_SYMBOLS: usize = 3;

/// A folder that is made when there is something to put into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The folder as given.
    Given(Folder),
    /// A new one of this name.
    New(String),
}

impl Target {
    /// Checks, before any work is done, that results can be written.
    pub fn plan(
        out: Option<&Path>,
        symbols: &[Symbol],
        timeframe: Timeframe,
    ) -> Result<Self, WriteError> {
        match out {
            Some(path) => Ok(Self::Given(Folder::plan(path)?)),
            None => {
                Folder::plan(RESULTS)?;
                Ok(Self::New(name(symbols, timeframe, &stamp())))
            }
        }
    }

    /// Makes the folder where it is a new one.
    pub fn open(self) -> Result<Folder, WriteError> {
        match self {
            Self::Given(folder) => Ok(folder),
            Self::New(name) => Folder::new_in(Path::new(RESULTS), &name),
        }
    }
}

fn name(symbols: &[Symbol], timeframe: Timeframe, stamp: &str) -> String {
    let what = if symbols.len() <= MOST_SYMBOLS {
        let forms: Vec<String> = symbols.iter().map(Symbol::file_form).collect();
        forms.join("_")
    } else {
        format!("{}_symbols", symbols.len())
    };
    format!("{what}_{timeframe}_{stamp}")
}

/// The time of day, UTC, as `20240131_130000`. It names a folder and is part of no result.
fn stamp() -> String {
    jiff::Timestamp::now().strftime("%Y%m%d_%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let symbols: Vec<Symbol> = ["BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT"]
            .iter()
            .map(|s| s.parse().unwrap())
            .collect();
        let of = |count| name(&symbols[..count], Timeframe::H1, "20240131_130000");
        assert_eq!(of(1), "BTC_USDT_1h_20240131_130000");
        assert_eq!(of(2), "BTC_USDT_ETH_USDT_1h_20240131_130000");
        assert_eq!(of(4), "4_symbols_1h_20240131_130000");
        let stamp = stamp();
        assert_eq!((stamp.len(), stamp.as_bytes()[8]), (15, b'_'));
    }
}
