//! How many bars each value and decision of a strategy needs, and which one needs the most.

use std::fmt::Write as _;

use strat_lang::hir::{Kind, Level, NodeId, Unit, look_formula};
use strat_report::tables::Table;

use crate::failure::Done;
use crate::lookback::{Lookbacks, settling};
use crate::summary::counted;
use crate::why::words::cut;

/// Widest text of a formula.
const WIDEST: usize = 56;

/// A line of the table.
struct Row {
    /// `let fast`, `enter "up"`.
    name: String,
    node: NodeId,
    /// Whether it decides something: the warm-up of the whole is the longest of these.
    decides: bool,
}

/// The table of one strategy, and what it comes to.
pub fn text(unit: &Unit) -> Done<String> {
    let rows = rows(unit);
    let nodes: Vec<NodeId> = rows.iter().map(|row| row.node).collect();
    let lookbacks = Lookbacks::new(unit, &nodes);
    let defaults: Vec<f64> = unit.params.iter().map(|p| p.default).collect();
    let (at_defaults, greatest) = (lookbacks.at(&defaults), lookbacks.greatest());
    let mut table = Table::new([
        ("", false),
        ("lookback", false),
        ("at defaults", true),
        ("greatest", true),
        ("settles after", true),
    ]);
    let mut never = Vec::new();
    for ((row, bars), most) in rows.iter().zip(&at_defaults).zip(&greatest) {
        let settled = settling(unit, row.node, &defaults)?;
        if settled.is_none() && row.decides {
            never.push(row.name.clone());
        }
        table.row([
            row.name.clone(),
            cut(&look_formula(unit, unit.node(row.node).look, &[]), WIDEST),
            bars.to_string(),
            most.to_string(),
            settled.map_or_else(|| "never".to_owned(), |bars| bars.to_string()),
        ]);
    }
    let mut out = format!("{}\n\n{}\n", unit.name, table.render());
    let deciding = rows.iter().zip(&at_defaults).filter(|(row, _)| row.decides);
    // Of several the first: `max_by_key` would take the last.
    let longest = deciding.rev().max_by_key(|(_, bars)| **bars);
    if let Some((row, bars)) = longest {
        let _ = match bars {
            0 => writeln!(out, "Every statement decides from the first bar on."),
            bars => writeln!(
                out,
                "`{}` needs the longest: {} at the defaults.{}",
                row.name,
                counted(*bars, "bar", "bars"),
                because(unit, row, *bars, &rows, &at_defaults)
            ),
        };
    }
    if !never.is_empty() {
        let _ = writeln!(
            out,
            "Never settled, because something keeps what it saw first for good (a recurrence, a zone, a held sample): {}.",
            never.join(", ")
        );
    }
    Ok(out)
}

/// Which of the values that a statement reads make it wait so long.
fn because(unit: &Unit, row: &Row, bars: usize, rows: &[Row], at: &[usize]) -> String {
    let reach = crate::why::outline::reach(unit, row.node);
    let reads = |id: NodeId| reach.get(id.0 as usize) == Some(&true);
    let own = rows.iter().zip(at);
    let most = own
        .filter(|(other, look)| !other.decides && reads(other.node) && **look <= bars)
        .map(|(other, look)| (*look, other.name.as_str()))
        .fold((0, Vec::new()), |(most, mut names), (look, name)| {
            if look > most {
                (look, vec![name])
            } else {
                if look == most {
                    names.push(name);
                }
                (most, names)
            }
        });
    match most {
        (0, _) => String::new(),
        (look, names) => format!(
            " It reads `{}` ({}).",
            names.join("`, `"),
            counted(look, "bar", "bars")
        ),
    }
}

/// `let`s first, then what decides.
fn rows(unit: &Unit) -> Vec<Row> {
    let mut rows = Vec::new();
    for named in &unit.names {
        let nodes = named.worth.nodes();
        let plain = |id: NodeId| {
            let node = unit.node(id);
            !node.stage.series || matches!(node.kind, Kind::Param(_) | Kind::Input(_))
        };
        if nodes.iter().all(|(_, id)| plain(*id)) {
            continue;
        }
        let first = nodes.first().map(|(_, id)| unit.node(*id).look);
        let alike = nodes
            .iter()
            .all(|(_, id)| Some(unit.node(*id).look) == first);
        for (field, id) in nodes.iter().take(if alike { 1 } else { nodes.len() }) {
            let name = match (alike, field.is_empty()) {
                (true, _) | (_, true) => named.name.clone(),
                (false, false) => format!("{}.{field}", named.name),
            };
            rows.push(Row {
                name: format!("let {name}"),
                node: *id,
                decides: false,
            });
        }
    }
    // What a regime or a portfolio gives out; its `let`s stand above.
    let named: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let mut decides = |name: String, node: NodeId| {
        rows.push(Row {
            name,
            node,
            decides: true,
        });
    };
    for signal in &unit.entries {
        decides(format!("enter \"{}\"", signal.tag), signal.when);
    }
    for signal in &unit.exits {
        decides(format!("exit \"{}\"", signal.tag), signal.when);
    }
    if let Some(stop) = unit.stop {
        decides("stop".to_owned(), stop);
    }
    for (node, _) in &unit.plan.stops {
        decides("stop at".to_owned(), *node);
    }
    for trail in &unit.plan.trails {
        match trail.level {
            Level::Share(id) => decides("trail".to_owned(), id),
            Level::At(id) => decides("trail at".to_owned(), id),
        }
    }
    for (name, node) in &unit.outputs {
        if unit.node(*node).stage.series && !named.contains(&format!("let {name}")) {
            decides(name.clone(), *node);
        }
    }
    for (level, _) in &unit.plan.targets {
        match level {
            Level::Share(id) => decides("take_profit".to_owned(), *id),
            Level::At(id) => decides("take_profit at".to_owned(), *id),
        }
    }
    rows
}
