//! What differs between the tools people compare with, bundled and named.
//!
//! A [`Convention`] is the name of a bundle; [`Rules`] is the bundle itself, whose fill can be
//! overridden. Everything not listed here is the same everywhere: one position at a time, of a
//! plain program long and bought with all cash; an entry while in it and an exit while flat change
//! nothing; an entry and an exit signal on one bar cancel each other. What other plans add stands
//! in [`crate::stream::planned`].

use std::fmt;
use std::str::FromStr;

use strat_abi::Resolved;

/// A named bundle of [`Rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Convention {
    /// Ours: decided at the close, filled at the next open; stops inside the bar. Default of a backtest.
    #[default]
    Strat,
    /// What `vectorbt.Portfolio.from_signals` does with closes only. Default of a screen.
    Vectorbt,
}

/// At which price a signal fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fill {
    /// The close of the bar that decided. Optimistic: that price is known only when it is gone.
    Close,
    /// The open of the next bar.
    NextOpen,
}

/// How the stop of an open position is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StopTest {
    /// Inside the bar, before anything else that happens in it.
    ///
    /// The level is a share below the price paid (slippage included). A bar that opens at or
    /// below it fills at its open; one whose low reaches it fills at the level. The signals of
    /// the bar's close are then evaluated flat, so an entry signal there buys again.
    Intrabar,
    /// On closes, filled at the close that is at or below the level.
    ///
    /// The level is a share below the undisturbed price of the entry (no slippage, no fees). The
    /// stop takes the place of that bar's signals, which are dropped.
    Closes,
}

/// Which bars before the range warm the strategy up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Warmup {
    /// Earlier bars, where there are any: as many as the strategy needs to settle.
    Earlier,
    /// None: the first bar of the range is the first bar the strategy sees.
    FromRange,
}

/// How decisions become fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// The bundle these rules started from.
    pub convention: Convention,
    /// At which price a signal fills.
    pub fill: Fill,
    /// How stops are tested.
    pub stops: StopTest,
    /// Which earlier bars a run should be given.
    pub warmup: Warmup,
}

impl Convention {
    /// Every convention, in the order of documentation.
    pub const ALL: [Self; 2] = [Self::Strat, Self::Vectorbt];

    /// The rules of this convention.
    #[must_use]
    pub const fn rules(self) -> Rules {
        match self {
            Self::Strat => Rules {
                convention: self,
                fill: Fill::NextOpen,
                stops: StopTest::Intrabar,
                warmup: Warmup::Earlier,
            },
            Self::Vectorbt => Rules {
                convention: self,
                fill: Fill::Close,
                stops: StopTest::Closes,
                warmup: Warmup::FromRange,
            },
        }
    }

    /// Its name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strat => "strat",
            Self::Vectorbt => "vectorbt",
        }
    }
}

impl Fill {
    /// Its name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::NextOpen => "next_open",
        }
    }
}

impl Rules {
    /// These rules with another fill.
    #[must_use]
    pub const fn with_fill(mut self, fill: Fill) -> Self {
        self.fill = fill;
        self
    }

    /// How many bars before its range a run should be shown, where there are that many: none, or
    /// enough for every lookback to be filled and every recurrence to have forgotten its seed.
    #[must_use]
    pub fn preload(&self, resolved: &Resolved) -> usize {
        match self.warmup {
            Warmup::FromRange => 0,
            Warmup::Earlier => resolved.settle.unwrap_or(0).max(resolved.lookback),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Convention::default().rules()
    }
}

impl fmt::Display for Convention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Fill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is none of a short list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    what: &'static str,
    given: String,
    known: &'static str,
}

impl UnknownName {
    pub(crate) fn new(what: &'static str, given: &str, known: &'static str) -> Self {
        Self {
            what,
            given: given.to_owned(),
            known,
        }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown {} `{}`; use {}",
            self.what, self.given, self.known
        )
    }
}

impl std::error::Error for UnknownName {}

impl FromStr for Convention {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "strat" => Ok(Self::Strat),
            "vectorbt" => Ok(Self::Vectorbt),
            _ => Err(UnknownName::new(
                "convention",
                name,
                "`strat` or `vectorbt`",
            )),
        }
    }
}

impl FromStr for Fill {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "close" => Ok(Self::Close),
            "next_open" | "next-open" => Ok(Self::NextOpen),
            _ => Err(UnknownName::new("fill", name, "`close` or `next_open`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for convention in Convention::ALL {
            assert_eq!(convention.name().parse(), Ok(convention));
        }
        for fill in [Fill::Close, Fill::NextOpen] {
            assert_eq!(fill.name().parse(), Ok(fill));
        }
        let error = "zipline".parse::<Convention>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown convention `zipline`; use `strat` or `vectorbt`"
        );
    }

    #[test]
    fn preload_covers_lookback_and_settling_under_strat_only() {
        let resolved = |settle| Resolved {
            lookback: 50,
            settle,
            stop: None,
            flags: 0,
        };
        let strat = Convention::Strat.rules();
        assert_eq!(strat.preload(&resolved(Some(700))), 700);
        assert_eq!(strat.preload(&resolved(Some(3))), 50);
        assert_eq!(strat.preload(&resolved(None)), 50);
        assert_eq!(
            Convention::Vectorbt.rules().preload(&resolved(Some(700))),
            0
        );
    }
}
