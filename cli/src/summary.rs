//! What a printed report says about how its numbers came about.

use strat_engine::abi::Plan;
use strat_engine::{Costs, Rules, Warmup};
use strat_report::number::Exact;

/// Rules and costs, one line each with a name, for strategies with these plans; `preload` earlier
/// bars were there to warm up on.
pub fn assumptions(
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
