//! Routers: from the class of a regime to a mix of strategies and a size.

use super::{NodeId, Unit};
use crate::source::Span;

/// A routing table. Rows are asked in written order; the first of the class whose condition holds
/// decides. The checker has proved that every class has a row without a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Router {
    /// Its name.
    pub name: String,
    /// First line of its documentation.
    pub doc: String,
    /// The regime that it routes by.
    pub regime: String,
    /// The classes, `unknown` last.
    pub classes: Vec<String>,
    /// The regime's unit; its further outputs, named by their text, are [`Router::conditions`].
    pub unit: Unit,
    /// Conditions of rows and overrides, nodes of the unit.
    pub conditions: Vec<NodeId>,
    /// The rows.
    pub rows: Vec<Route>,
    /// Index of a condition, and what the size is multiplied by while it holds.
    pub overrides: Vec<(u32, f64)>,
    /// The share below which a strategy is advised to give way.
    pub suggest: Option<SuggestBelow>,
    /// Whether open trades stay with the strategy that opened them when the mix changes; else they
    /// are closed.
    pub keeps_open: bool,
    /// Its place.
    pub span: Span,
}

/// A row of a router.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Index of its class.
    pub class: u32,
    /// Index of its condition.
    pub when: Option<u32>,
    /// Strategies with their shares of the capital, which add up to 1.
    pub mix: Vec<(String, f64)>,
    /// What position sizes are multiplied by.
    pub size: f64,
    /// Its place.
    pub span: Span,
}

/// `suggest switch when share < 50%`
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SuggestBelow {
    /// The share.
    pub share: f64,
    /// Whether the share itself counts as below.
    pub inclusive: bool,
}

/// What a router decides for one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Routed<'r> {
    /// Index of the row.
    pub row: usize,
    /// Strategies with their shares.
    pub mix: &'r [(String, f64)],
    /// What position sizes are multiplied by, overrides included.
    pub size: f64,
}

impl Routed<'_> {
    /// The strategy with the greatest share; of equal ones the first written.
    #[must_use]
    pub fn primary(&self) -> &str {
        let mut best: Option<&(String, f64)> = None;
        for one in self.mix {
            if best.is_none_or(|b| one.1 > b.1) {
                best = Some(one);
            }
        }
        best.map_or("", |(name, _)| name)
    }

    /// The share of a strategy; 0 where it is not in the mix.
    #[must_use]
    pub fn share(&self, strategy: &str) -> f64 {
        self.mix
            .iter()
            .find(|(name, _)| name == strategy)
            .map_or(0.0, |(_, share)| *share)
    }
}

impl Router {
    /// The decision for a class, with the values of [`Router::conditions`] on the same bar (a value
    /// that is na holds no more than one that is false). None for a class that the router's regime
    /// does not have.
    #[must_use]
    pub fn route(&self, class: u32, conditions: &[Option<bool>]) -> Option<Routed<'_>> {
        let holds = |i: u32| conditions.get(i as usize) == Some(&Some(true));
        let (row, route) = self
            .rows
            .iter()
            .enumerate()
            .find(|(_, r)| r.class == class && r.when.is_none_or(holds))?;
        let overrides = self.overrides.iter().filter(|(when, _)| holds(*when));
        Some(Routed {
            row,
            mix: &route.mix,
            size: overrides.fold(route.size, |size, (_, factor)| size * factor),
        })
    }

    /// Whether a strategy that runs is advised to give way to the primary one of a decision.
    #[must_use]
    pub fn suggests_switch(&self, routed: &Routed<'_>, running: &str) -> bool {
        let Some(below) = self.suggest else {
            return false;
        };
        let share = routed.share(running);
        let is_below = share < below.share || (below.inclusive && share == below.share);
        is_below && routed.primary() != running
    }
}
