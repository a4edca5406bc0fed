//! The six figures of [`Metrics`] by name: what a screen may be ranked by.

use std::fmt;
use std::str::FromStr;

use crate::convention::UnknownName;
use crate::metrics::Metrics;

/// One of the six figures of every result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Figure {
    /// [`Metrics::total_return`].
    TotalReturn,
    /// [`Metrics::sharpe_ratio`].
    #[default]
    SharpeRatio,
    /// [`Metrics::max_drawdown`]; the shallowest is the best.
    MaxDrawdown,
    /// [`Metrics::win_rate`].
    WinRate,
    /// [`Metrics::profit_factor`].
    ProfitFactor,
    /// [`Metrics::num_trades`].
    NumTrades,
}

impl Figure {
    /// All of them, in the order of every file.
    pub const ALL: [Self; 6] = [
        Self::TotalReturn,
        Self::SharpeRatio,
        Self::MaxDrawdown,
        Self::WinRate,
        Self::ProfitFactor,
        Self::NumTrades,
    ];

    /// Its name in files, in the source and on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TotalReturn => "total_return",
            Self::SharpeRatio => "sharpe_ratio",
            Self::MaxDrawdown => "max_drawdown",
            Self::WinRate => "win_rate",
            Self::ProfitFactor => "profit_factor",
            Self::NumTrades => "num_trades",
        }
    }

    /// Its name in a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::TotalReturn => "total return",
            Self::SharpeRatio => "Sharpe ratio",
            Self::MaxDrawdown => "drawdown (the shallowest first)",
            Self::WinRate => "win rate",
            Self::ProfitFactor => "profit factor",
            Self::NumTrades => "number of trades",
        }
    }

    /// Its value, the greater the better; none without trades, which say nothing of a strategy.
    #[must_use]
    pub fn of(self, metrics: &Metrics) -> Option<f64> {
        if metrics.num_trades == 0 {
            return None;
        }
        match self {
            Self::TotalReturn => Some(metrics.total_return),
            Self::SharpeRatio => metrics.sharpe_ratio,
            Self::MaxDrawdown => Some(metrics.max_drawdown),
            Self::WinRate => Some(metrics.win_rate),
            Self::ProfitFactor => Some(metrics.profit_factor),
            Self::NumTrades => Some(f64::from(metrics.num_trades)),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Figure {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|figure| figure.name() == name);
        found.ok_or_else(|| {
            UnknownName::new(
                "figure",
                name,
                "`total_return`, `sharpe_ratio`, `max_drawdown`, `win_rate`, `profit_factor` or `num_trades`",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for figure in Figure::ALL {
            assert_eq!(figure.name().parse(), Ok(figure));
        }
        let error = "sharpe".parse::<Figure>().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("unknown figure `sharpe`; use `total_return`,")
        );
    }

    #[test]
    fn sets_without_trades_have_none() {
        for figure in Figure::ALL {
            assert_eq!(figure.of(&Metrics::default()), None);
        }
    }
}
