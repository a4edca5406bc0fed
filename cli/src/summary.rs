//! What a printed report says about how its numbers came about.

use strat_engine::abi::Plan;
use strat_engine::{Costs, Rules, Warmup};
use strat_report::number::Exact;

/// What a strategy ran with.
pub struct Ran<'a> {
    /// What its results are called.
    pub stem: &'a str,
    /// What it asks of the engine.
    pub plan: &'a Plan,
    /// How its decisions became fills.
    pub rules: Rules,
    /// What trading cost it.
    pub costs: Costs,
    /// Earlier bars that were there to warm up on.
    pub preload: usize,
}

/// Rules and costs, one line each with a name; strategies that ran with the same share them.
pub fn assumptions(ran: &[Ran<'_>]) -> Vec<(&'static str, String)> {
    let mut groups: Vec<Vec<&Ran<'_>>> = Vec::new();
    for one in ran {
        let same = |group: &&mut Vec<&Ran<'_>>| {
            let first = group.first();
            first.is_some_and(|first| (first.rules, first.costs) == (one.rules, one.costs))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    let several = groups.len() > 1;
    let mut lines = Vec::new();
    for group in groups {
        if several {
            let stems: Vec<&str> = group.iter().map(|ran| ran.stem).collect();
            lines.push(("of", stems.join(", ")));
        }
        if let Some(first) = group.first() {
            let plans: Vec<&Plan> = group.iter().map(|ran| ran.plan).collect();
            let preloads = group.iter().map(|ran| ran.preload);
            lines.extend(shared(
                &first.rules,
                &plans,
                &first.costs,
                preloads.max().unwrap_or(0),
            ));
        }
    }
    lines
}

fn shared(
    rules: &Rules,
    plans: &[&Plan],
    costs: &Costs,
    preload: usize,
) -> Vec<(&'static str, String)> {
    let mut lines = vec![("convention", rules.convention.name().to_owned())];
    for (name, mut text) in rules.assumptions(plans) {
        if name == "warm-up" && rules.warmup == Warmup::Earlier {
            let found = match preload {
                0 => "none was".to_owned(),
                bars => counted(bars, "was", "were"),
            };
            text = format!("{}: {found} read.", text.trim_end_matches('.'));
        }
        lines.push((name, text));
    }
    lines.push((
        "costs",
        format!(
            "fees {} of each side, slippage {}, cash {}",
            share(costs.fees()),
            share(costs.slippage()),
            Exact(costs.cash())
        ),
    ));
    lines
}

/// `0.1%`.
fn share(share: f64) -> String {
    let percent = strat_report::number::readable(share * 100.0);
    format!("{percent}%")
}

/// `1 bar`, `7 bars`.
pub fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
