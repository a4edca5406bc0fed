//! A funnel in words: a table of conditions, the pairs that exclude each other, a row per symbol.

use std::fmt::Write as _;

use strat_market::format_time;
use strat_report::tables::Table;

use super::bar_text::title;
use super::funnel::{Funnel, Pair};
use super::outline::Statement;
use super::words::cut;
use crate::summary::counted;

/// Widest text of a condition.
const WIDEST: usize = 64;

/// Most pairs that are told.
const MOST_PAIRS: usize = 3;

/// A statement's funnel over all symbols, and over each.
pub struct Counted<'a> {
    /// The statement.
    pub statement: &'a Statement,
    /// Its lookback, in bars.
    pub lookback: usize,
    /// All symbols together.
    pub total: Funnel,
    /// Name of the symbol and its funnel.
    pub symbols: Vec<(String, Funnel)>,
}

/// The tables of a statement.
pub fn text(counted: &Counted<'_>) -> String {
    let total = &counted.total;
    let mut out = format!(
        "{} (line {}): {} of {} bars past the warm-up pass, {}\n\n",
        title(counted.statement),
        counted.statement.line,
        total.through(),
        total.warm,
        share(total.through(), total.warm)
    );
    out.push_str(&conditions(counted));
    for pair in total.excluding().iter().take(MOST_PAIRS) {
        let _ = write!(out, "\n{}", pair_text(counted.statement, total, pair));
    }
    if !total.excluding().is_empty() {
        out.push('\n');
    }
    let passing = passing(counted);
    if !passing.is_empty() {
        let _ = write!(out, "\n{passing}");
    }
    if counted.symbols.len() > 1 {
        let _ = write!(out, "\n{}", symbols(counted));
    }
    out
}

fn conditions(counted: &Counted<'_>) -> String {
    let total = &counted.total;
    let mut table = Table::new([
        ("", true),
        ("condition", false),
        ("left", true),
        ("of all", true),
        ("of those before", true),
        ("alone", true),
        ("of all", true),
        ("without it", true),
    ]);
    table.row(["", "bars", &total.bars.to_string()]);
    let warm = match counted.lookback {
        0 => "past the warm-up (there is none)".to_owned(),
        bars => format!(
            "past the warm-up ({})",
            crate::summary::counted(bars, "bar", "bars")
        ),
    };
    table.row([
        "",
        &warm,
        &total.warm.to_string(),
        &share(total.warm, total.warm),
    ]);
    let mut before = total.warm;
    for (at, condition) in counted.statement.conditions.iter().enumerate() {
        let of = |counts: &[u64]| counts.get(at).copied().unwrap_or(0);
        let (left, alone) = (of(&total.left), of(&total.alone));
        table.row([
            (at + 1).to_string(),
            cut(&condition.text, WIDEST),
            left.to_string(),
            share(left, total.warm),
            share(left, before),
            alone.to_string(),
            share(alone, total.warm),
            of(&total.without).to_string(),
        ]);
        before = left;
    }
    table.render()
}

fn pair_text(statement: &Statement, total: &Funnel, pair: &Pair) -> String {
    let name = |at: usize| {
        let text = statement.conditions.get(at).map_or("", |c| c.text.as_str());
        format!("{} `{}`", at + 1, cut(text, WIDEST))
    };
    let of = |at: usize| total.alone.get(at).copied().unwrap_or(0);
    let together = match pair.common {
        0 => "exclude each other: they never hold together".to_owned(),
        common => format!(
            "{}: they hold together on {}",
            if pair.ratio() < 0.1 {
                "nearly exclude each other"
            } else {
                "get in each other's way"
            },
            counted(usize::try_from(common).unwrap_or(usize::MAX), "bar", "bars")
        ),
    };
    format!(
        "{} and {} {together}; with {} and {} bars of their own, {:.0} were to be expected by chance ({:.1}%).",
        name(pair.first),
        name(pair.second),
        of(pair.first),
        of(pair.second),
        pair.expected,
        pair.ratio() * 100.0
    )
}

/// The bars on which everything holds, where they are few.
fn passing(counted: &Counted<'_>) -> String {
    let named: Vec<String> = counted
        .symbols
        .iter()
        .flat_map(|(symbol, funnel)| {
            let several = counted.symbols.len() > 1;
            funnel.first.iter().map(move |time| match several {
                true => format!("{symbol} {}", format_time(*time)),
                false => format_time(*time),
            })
        })
        .collect();
    let through = counted.total.through();
    if through == 0 || named.len() as u64 != through {
        return String::new();
    }
    format!("passes on: {}\n", named.join(", "))
}

fn symbols(counted: &Counted<'_>) -> String {
    let columns = [("symbol", false), ("bars", true), ("past warm-up", true)];
    let numbers: Vec<String> = (1..=counted.statement.conditions.len())
        .map(|at| format!("left after {at}"))
        .collect();
    let mut table = Table::new(
        columns
            .into_iter()
            .chain(numbers.iter().map(|name| (name.as_str(), true))),
    );
    let all = counted
        .symbols
        .iter()
        .map(|(name, funnel)| (name.as_str(), funnel));
    for (name, funnel) in all.chain([("all", &counted.total)]) {
        let mut cells = vec![
            name.to_owned(),
            funnel.bars.to_string(),
            funnel.warm.to_string(),
        ];
        cells.extend(funnel.left.iter().map(u64::to_string));
        table.row(cells);
    }
    table.render()
}

/// A share with two digits; one that is not nothing never looks like it.
// Counts of bars are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn share(part: u64, of: u64) -> String {
    if of == 0 {
        return "-".to_owned();
    }
    let percent = part as f64 / of as f64 * 100.0;
    if part > 0 && percent < 0.005 {
        return "<0.01%".to_owned();
    }
    format!("{percent:.2}%")
}
