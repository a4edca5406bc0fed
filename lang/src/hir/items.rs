//! The items beside strategies and functions, checked.

use super::{NodeId, Portfolio, Risk, Router, Screen, TestCase, Unit};
use crate::source::Span;

/// What a file holds beside its strategies and functions, each kind in written order. An item
/// with errors is left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Items {
    /// The edition of the language that the file names.
    pub edition: Option<u32>,
    /// Its enums.
    pub enums: Vec<Enum>,
    /// Its regimes.
    pub regimes: Vec<Regime>,
    /// Its routers.
    pub routers: Vec<Router>,
    /// Its tables of limits.
    pub risks: Vec<Risk>,
    /// Its screens.
    pub screens: Vec<Screen>,
    /// Its portfolios.
    pub portfolios: Vec<Portfolio>,
    /// Its tests.
    pub tests: Vec<TestCase>,
}

/// An enum: names for the values 0, 1, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// First line of its documentation.
    pub doc: String,
    /// Its values.
    pub values: Vec<String>,
    /// Its place.
    pub span: Span,
}

/// A regime: which of several classes a market is in.
///
/// Its unit has the outputs `class` (the class that is confirmed) and `raw` (the class of the
/// bar by itself), both a number of [`Regime::classes`] and never na; `confidence`, `best` and
/// `second` (the greatest and the next score); then each score and each `let` by name, the fields
/// of a record as `name.field`.
#[derive(Debug, Clone, PartialEq)]
pub struct Regime {
    /// Its name.
    pub name: String,
    /// Its classes, `unknown` last.
    pub classes: Vec<String>,
    /// What is computed bar by bar.
    pub unit: Unit,
    /// Bars in a row, unknown ones left out, that must agree before the class changes; a node of
    /// the unit that is known before the first bar.
    pub confirm: NodeId,
    /// Bars whose changes of class the transition shares are counted over.
    pub transitions: u32,
    /// Its place.
    pub span: Span,
}

impl Regime {
    /// To which classes the last bar's class went on from, as `(class, share)` in the order of the
    /// classes: over the last [`Regime::transitions`] bars, of the neighbouring pairs whose first is
    /// the class of the last bar, the share of each second. Empty where there is no such pair.
    #[must_use]
    pub fn transition_shares(&self, classes: &[u32]) -> Vec<(u32, f64)> {
        let from = classes.len().saturating_sub(self.transitions as usize);
        let last = &classes[from..];
        let Some(current) = last.last() else {
            return Vec::new();
        };
        let mut counts = vec![0_u32; self.classes.len()];
        let mut total = 0_u32;
        for pair in last.windows(2) {
            if pair[0] != *current {
                continue;
            }
            if let Some(count) = counts.get_mut(pair[1] as usize) {
                *count += 1;
                total += 1;
            }
        }
        let shares = (0_u32..).zip(counts).filter(|(_, count)| *count > 0);
        shares
            .map(|(class, count)| (class, f64::from(count) / f64::from(total)))
            .collect()
    }
}
