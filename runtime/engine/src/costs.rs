//! What trading costs, and the cash it starts from.

use std::fmt;

/// Costs and capital of a run; made by [`Costs::new`], so always within bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    fees: f64,
    slippage: f64,
    cash: f64,
}

/// A cost out of bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CostError {
    /// Fees are a share of the traded amount: 0 or more, less than 1.
    Fees(f64),
    /// Slippage is a share of the price: 0 or more, less than 1.
    Slippage(f64),
    /// Cash is a positive amount.
    Cash(f64),
}

impl Costs {
    /// Fees per side as a share of the traded amount (0.001 = 0.1%), slippage as a share of the
    /// price (buys pay more, sells get less), initial cash in quote units.
    ///
    /// # Errors
    /// A value that is not finite or out of its bounds: `0 <= fees < 1`, `0 <= slippage < 1`, `cash > 0`.
    pub fn new(fees: f64, slippage: f64, cash: f64) -> Result<Self, CostError> {
        let share = 0.0..1.0;
        if !share.contains(&fees) {
            return Err(CostError::Fees(fees));
        }
        if !share.contains(&slippage) {
            return Err(CostError::Slippage(slippage));
        }
        if !(cash.is_finite() && cash > 0.0) {
            return Err(CostError::Cash(cash));
        }
        Ok(Self {
            fees,
            slippage,
            cash,
        })
    }

    /// Fees per side, as a share of the traded amount.
    #[must_use]
    pub const fn fees(&self) -> f64 {
        self.fees
    }

    /// Slippage, as a share of the price.
    #[must_use]
    pub const fn slippage(&self) -> f64 {
        self.slippage
    }

    /// Initial cash, quote units.
    #[must_use]
    pub const fn cash(&self) -> f64 {
        self.cash
    }

    /// The same costs on another capital.
    ///
    /// # Errors
    /// [`CostError::Cash`] unless `cash` is finite and above 0.
    pub fn with_cash(self, cash: f64) -> Result<Self, CostError> {
        Self::new(self.fees, self.slippage, cash)
    }

    /// What a buy pays per unit when the market is at `price`.
    #[inline]
    #[must_use]
    pub fn buy_price(&self, price: f64) -> f64 {
        price * (1.0 + self.slippage)
    }

    /// What a sell gets per unit when the market is at `price`.
    #[inline]
    #[must_use]
    pub fn sell_price(&self, price: f64) -> f64 {
        price * (1.0 - self.slippage)
    }
}

impl Default for Costs {
    /// 0.1% fees, no slippage, 10 000 in cash.
    fn default() -> Self {
        Self {
            fees: 0.001,
            slippage: 0.0,
            cash: 10_000.0,
        }
    }
}

impl fmt::Display for CostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fees(given) => write!(
                f,
                "fees must be a share from 0 up to, but not including, 1, such as 0.001 for 0.1%; got {given}"
            ),
            Self::Slippage(given) => write!(
                f,
                "slippage must be a share from 0 up to, but not including, 1, such as 0.0005 for 0.05%; got {given}"
            ),
            Self::Cash(given) => write!(f, "cash must be a finite amount above 0; got {given}"),
        }
    }
}

impl std::error::Error for CostError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        assert!(Costs::new(0.0, 0.0, 1.0).is_ok());
        assert!(Costs::new(0.999, 0.999, 1e-3).is_ok());
        for bad in [1.0, -0.1, f64::NAN, f64::INFINITY] {
            assert!(matches!(Costs::new(bad, 0.0, 1.0), Err(CostError::Fees(_))));
            assert!(matches!(
                Costs::new(0.0, bad, 1.0),
                Err(CostError::Slippage(_))
            ));
        }
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(Costs::new(0.0, 0.0, bad), Err(CostError::Cash(_))));
        }
    }
}
