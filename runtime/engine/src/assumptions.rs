//! What a reader of results has to know of how they came about, in sentences.

use strat_abi::{Plan, Side};

use crate::convention::{Fill, Rules, StopTest, Warmup};

impl Rules {
    /// What a reader of results of programs with these plans has to know: what it is about, and a
    /// sentence or two. A plain plan says nothing of its own.
    #[must_use]
    pub fn assumptions(&self, plans: &[&Plan]) -> Vec<(&'static str, String)> {
        let planned = plans.iter().any(|plan| !plan.is_plain());
        let fills = match self.fill {
            Fill::Close => {
                "Signals fill at the close of the bar that decided them: optimistic, since that price is known only when it is gone."
            }
            Fill::NextOpen => "Signals fill at the open of the next bar.",
        };
        let stops = match (self.stops, planned) {
            (StopTest::Intrabar, false) => {
                "Stops are tested inside the bar, before its signals, and fill at the level, or at the open of a bar that opens below it."
            }
            (StopTest::Intrabar, true) => {
                "Stops are tested inside the bar, before its signals, and fill at the level that the close before has set, or at the open of a bar that opens beyond it."
            }
            (StopTest::Closes, false) => {
                "Stops are tested on closes only and fill at that close; the bar's signals are dropped."
            }
            (StopTest::Closes, true) => {
                "Stops and targets are tested on closes only, against the level that the close before has set, and fill at that close; the bar's signals are dropped."
            }
        };
        let warmup = match self.warmup {
            Warmup::Earlier => "Earlier bars, where there are any, warm the strategy up.",
            Warmup::FromRange => "The strategy sees no bar before the range.",
        };
        let mut told = vec![("fills", fills.to_owned()), ("stops", stops.to_owned())];
        let has_target = |plan: &&Plan| !plan.targets.is_empty() || !plan.ladder.is_empty();
        if self.stops == StopTest::Intrabar && plans.iter().any(has_target) {
            told.push((
                "targets",
                "Targets fill at their price without slippage, or at the open of a bar that opens beyond it; where a bar reaches a stop and a target, the stop is taken."
                    .to_owned(),
            ));
        }
        told.push(("warm-up", warmup.to_owned()));
        told.push(("positions", positions(plans)));
        told
    }
}

fn positions(plans: &[&Plan]) -> String {
    let entries = || plans.iter().flat_map(|plan| &plan.entries);
    let short = entries().any(|entry| entry.side == Side::Short);
    let long = entries().any(|entry| entry.side == Side::Long)
        || plans.iter().any(|plan| plan.entries.is_empty());
    let sides = match (long, short) {
        (_, false) => "Long only",
        (false, true) => "Short only",
        (true, true) => "Long or short",
    };
    let size = match (entries().any(|entry| entry.size.is_some()), short) {
        (true, _) => "sized as written but never beyond what the equity pays for",
        (false, true) => "with all the equity",
        (false, false) => "bought with all cash",
    };
    let mut text = format!(
        "{sides}, one position at a time, {size}; an entry and an exit on one bar cancel each other."
    );
    if long && short {
        text.push_str(" An entry of the other side turns the position.");
    }
    if short {
        text.push_str(" Selling short costs no more than fees and slippage.");
    }
    text
}

#[cfg(test)]
mod tests {
    use strat_abi::{EntryPlan, Level, Size};

    use super::*;
    use crate::convention::Convention;

    fn about(plans: &[&Plan], what: &str) -> String {
        let told = Convention::Strat.rules().assumptions(plans);
        let found = told.into_iter().find(|(name, _)| *name == what);
        found.map(|(_, text)| text).unwrap_or_default()
    }

    #[test]
    fn a_plan_is_told() {
        let plain = Plan::default();
        assert_eq!(
            about(&[&plain], "positions"),
            "Long only, one position at a time, bought with all cash; an entry and an exit on one bar cancel each other."
        );
        assert!(about(&[&plain], "targets").is_empty());
        let short = EntryPlan {
            side: Side::Short,
            size: Some(Size::Units(0)),
            ..EntryPlan::default()
        };
        let plan = Plan {
            entries: vec![short],
            targets: vec![Level::Share(0)],
            ..Plan::default()
        };
        let text = about(&[&plan], "positions");
        assert!(
            text.starts_with("Short only, one position at a time, sized as written"),
            "{text}"
        );
        assert!(about(&[&plan, &plain], "positions").starts_with("Long or short"));
        assert!(about(&[&plain, &plan], "targets").starts_with("Targets fill at their price"));
        assert!(about(&[&plan], "stops").contains("beyond it"));
    }
}
