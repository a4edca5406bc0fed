//! Tables of limits: what a gate asks before it lets an order through.

use crate::source::Span;

/// A limit that a table may state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LimitKind {
    /// Greatest loss of the equity from its peak, a share; reaching it is a breach.
    MaxPortfolioDrawdown,
    /// Greatest loss of the equity since the day began (UTC), a share; reaching it is a breach.
    MaxDailyLoss,
    /// Share of the equity that one trade risks: the default of `size risk`, and half of the widest
    /// stop that an entry may have.
    MaxSingleTradeRisk,
    /// Greatest value of one position, a share of the equity.
    MaxPositionSize,
    /// Most positions at a time.
    MaxOpenPositions,
    /// Greatest correlation, without its sign, with a symbol that is open.
    MaxCorrelation,
    /// Least ratio of the distance to the target over the distance to the stop.
    MinRiskReward,
    /// Greatest value of all positions over the equity.
    MaxLeverage,
}

/// What a limit's number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitUnit {
    /// A share, written as a percentage.
    Share,
    /// A whole number.
    Count,
    /// A plain number.
    Ratio,
}

/// What the breach of a limit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// The order is refused.
    Reject,
    /// No entry until somebody resumes.
    Halt,
    /// No entry until the next day (UTC).
    HaltUntilNextDay,
    /// It is reported, and nothing else.
    Warn,
}

/// What is known of a kind of limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitRule {
    /// Which.
    pub kind: LimitKind,
    /// Its name in the source.
    pub name: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// What its number counts.
    pub unit: LimitUnit,
    /// Least and greatest value.
    pub bounds: (f64, f64),
    /// Least and greatest value that raises no eyebrow.
    pub usual: (f64, f64),
    /// What a breach does where nothing is written.
    pub breach: Breach,
    /// Whether it is about the account, and halts; else about one order, and rejects.
    pub of_account: bool,
}

/// All limits.
pub const LIMITS: &[LimitRule] = &[
    LimitRule {
        kind: LimitKind::MaxPortfolioDrawdown,
        name: "max_portfolio_drawdown",
        meaning: "loss of the equity from its peak",
        unit: LimitUnit::Share,
        bounds: (0.01, 1.0),
        usual: (0.01, 0.5),
        breach: Breach::Halt,
        of_account: true,
    },
    LimitRule {
        kind: LimitKind::MaxDailyLoss,
        name: "max_daily_loss",
        meaning: "loss of the equity since the day began",
        unit: LimitUnit::Share,
        bounds: (0.01, 1.0),
        usual: (0.01, 0.25),
        breach: Breach::HaltUntilNextDay,
        of_account: true,
    },
    LimitRule {
        kind: LimitKind::MaxSingleTradeRisk,
        name: "max_single_trade_risk",
        meaning: "share of the equity that one trade risks",
        unit: LimitUnit::Share,
        bounds: (0.001, 1.0),
        usual: (0.001, 0.1),
        breach: Breach::Reject,
        of_account: false,
    },
    LimitRule {
        kind: LimitKind::MaxPositionSize,
        name: "max_position_size",
        meaning: "value of one position as a share of the equity",
        unit: LimitUnit::Share,
        bounds: (0.01, 1.0),
        usual: (0.01, 1.0),
        breach: Breach::Reject,
        of_account: false,
    },
    LimitRule {
        kind: LimitKind::MaxOpenPositions,
        name: "max_open_positions",
        meaning: "positions at a time",
        unit: LimitUnit::Count,
        bounds: (1.0, 100.0),
        usual: (1.0, 100.0),
        breach: Breach::Reject,
        of_account: false,
    },
    LimitRule {
        kind: LimitKind::MaxCorrelation,
        name: "max_correlation",
        meaning: "correlation with a symbol that is open",
        unit: LimitUnit::Ratio,
        bounds: (0.0, 1.0),
        usual: (0.0, 1.0),
        breach: Breach::Reject,
        of_account: false,
    },
    LimitRule {
        kind: LimitKind::MinRiskReward,
        name: "min_risk_reward",
        meaning: "distance to the target over distance to the stop",
        unit: LimitUnit::Ratio,
        bounds: (0.1, 100.0),
        usual: (1.0, 10.0),
        breach: Breach::Reject,
        of_account: false,
    },
    LimitRule {
        kind: LimitKind::MaxLeverage,
        name: "max_leverage",
        meaning: "value of all positions over the equity",
        unit: LimitUnit::Ratio,
        bounds: (1.0, 125.0),
        usual: (1.0, 5.0),
        breach: Breach::Reject,
        of_account: false,
    },
];

impl LimitKind {
    /// What is known of it.
    #[must_use]
    pub fn rule(self) -> &'static LimitRule {
        // The table holds every kind, which a test asserts.
        LIMITS
            .iter()
            .find(|rule| rule.kind == self)
            .unwrap_or(&LIMITS[0])
    }
}

/// A table of limits. What it does not state is not limited.
#[derive(Debug, Clone, PartialEq)]
pub struct Risk {
    /// Its name.
    pub name: String,
    /// First line of its documentation.
    pub doc: String,
    /// Its limits in written order, each kind at most once.
    pub limits: Vec<Limit>,
    /// Its place.
    pub span: Span,
}

/// A limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// Which.
    pub kind: LimitKind,
    /// Its value.
    pub value: f64,
    /// What a breach does.
    pub breach: Breach,
    /// Its place.
    pub span: Span,
}

impl Risk {
    /// The limit of a kind, where it is stated.
    #[must_use]
    pub fn limit(&self, kind: LimitKind) -> Option<&Limit> {
        self.limits.iter().find(|l| l.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_every_kind_once() {
        let kinds: std::collections::BTreeSet<LimitKind> = LIMITS.iter().map(|r| r.kind).collect();
        assert_eq!((kinds.len(), LIMITS.len()), (8, 8));
        for rule in LIMITS {
            assert_eq!(rule.kind.rule().name, rule.name);
            assert!(rule.bounds.0 <= rule.usual.0 && rule.usual.1 <= rule.bounds.1);
        }
    }
}
