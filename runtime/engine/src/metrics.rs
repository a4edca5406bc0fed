//! The figures of a run, from the sums that accounting keeps.

/// The six figures of a screen's row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Metrics {
    /// Final equity over initial cash, less 1; the open position is valued at the last close.
    pub total_return: f64,
    /// Mean over standard deviation (ddof 1) of the per-bar equity returns, times the root of the
    /// bars per year; the first bar's return is measured from the initial cash, the risk-free rate
    /// is 0. `None` without trades, without variance or with fewer than two bars.
    pub sharpe_ratio: Option<f64>,
    /// Deepest fall of equity below its running maximum, as a share: 0 or negative.
    pub max_drawdown: f64,
    /// Trades with a profit over all trades, the open one included; 0 without trades.
    pub win_rate: f64,
    /// Sum of profits over sum of losses; infinite without losses, 0 without trades.
    pub profit_factor: f64,
    /// Number of trades, the open one included.
    pub num_trades: u32,
}

/// What [`Metrics`] are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sums {
    /// Cash at the start.
    pub initial: f64,
    /// Equity at the last close.
    pub equity: f64,
    /// Least ratio of equity to its running maximum.
    pub worst: f64,
    /// Sum of the per-bar equity returns.
    pub returns: f64,
    /// Sum of their squares.
    pub squares: f64,
    /// Number of bars.
    pub bars: usize,
    /// Number of trades, the open one included.
    pub trades: u32,
    /// Trades with a profit.
    pub wins: u32,
    /// Sum of profits.
    pub won: f64,
    /// Sum of losses, as a positive amount.
    pub lost: f64,
}

impl Sums {
    /// The six figures.
    #[must_use]
    pub fn metrics(&self, bars_per_year: f64) -> Metrics {
        if self.trades == 0 {
            return Metrics::default();
        }
        Metrics {
            total_return: self.equity / self.initial - 1.0,
            sharpe_ratio: sharpe(self.returns, self.squares, self.bars, bars_per_year),
            max_drawdown: self.worst - 1.0,
            win_rate: f64::from(self.wins) / f64::from(self.trades),
            profit_factor: if self.lost == 0.0 {
                f64::INFINITY
            } else {
                self.won / self.lost
            },
            num_trades: self.trades,
        }
    }
}

/// Sharpe ratio from the sums of returns and of their squares; `None` where the returns do not vary.
#[must_use]
pub fn sharpe(returns: f64, squares: f64, bars: usize, bars_per_year: f64) -> Option<f64> {
    if bars < 2 {
        return None;
    }
    let count = bars as f64;
    let mean = returns / count;
    let variance = (squares - returns * mean) / (count - 1.0);
    // Equity that stands still moves by rounding, some 1e-16 a bar, and the subtraction above
    // leaves some 1e-16 of the squares: neither is variance.
    let varies = variance > 1e-28 && variance > 1e-14 * (squares / count);
    let ratio = mean / variance.sqrt() * bars_per_year.sqrt();
    (varies && ratio.is_finite()).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_trades_rank_nowhere() {
        let sums = Sums {
            initial: 10_000.0,
            equity: 10_000.0,
            worst: 1.0,
            returns: 0.0,
            squares: 0.0,
            bars: 100,
            trades: 0,
            wins: 0,
            won: 0.0,
            lost: 0.0,
        };
        assert_eq!(sums.metrics(8760.0), Metrics::default());
        assert_eq!(Metrics::default().sharpe_ratio, None);
    }

    #[test]
    fn sharpe_is_mean_over_sample_deviation() {
        let returns = [0.01f64, -0.02, 0.03, 0.0];
        let (sum, squares) = returns
            .iter()
            .fold((0.0, 0.0), |(s, q), r| (s + r, q + r * r));
        let mean = sum / 4.0;
        let variance = returns.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / 3.0;
        let expected = mean / variance.sqrt() * 365f64.sqrt();
        let found = sharpe(sum, squares, 4, 365.0).unwrap();
        assert!((found / expected - 1.0).abs() < 1e-14, "{found} {expected}");
        assert_eq!(sharpe(0.0, 0.0, 4, 365.0), None);
        assert_eq!(sharpe(4e-16, 4e-32, 4, 365.0), None);
        assert_eq!(sharpe(0.5, 0.25, 1, 365.0), None);
    }
}
