//! One bar in words: ✓, ✗ and na for each condition, with the values that it compared.

use std::fmt::Write as _;

use strat_lang::hir::Side;
use strat_market::format_time;
use strat_report::number::readable;

use super::bar::{Gate, Told, ToldCondition, ToldOperand};
use super::outline::{Joint, Statement, What};
use super::trades::OpenTrade;
use super::words::cut;
use crate::summary::counted;

/// Widest text of a condition before its values.
const WIDEST: usize = 60;

/// How it is told.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether colours are wanted.
    pub colour: bool,
    /// Whether a trade is open on the bar.
    pub in_trade: bool,
}

impl Style {
    /// The mark of a condition, two columns wide.
    fn of(self, holds: Option<bool>) -> String {
        let (mark, colour) = match holds {
            Some(true) => ("✓ ", "32"),
            Some(false) => ("✗ ", "31"),
            None => ("na", "33"),
        };
        self.painted(mark, colour)
    }

    fn painted(self, text: &str, colour: &str) -> String {
        if self.colour {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn strong(self, text: &str) -> String {
        self.painted(text, "1")
    }
}

/// `enter long "entry"`.
pub fn title(statement: &Statement) -> String {
    let what = match (statement.what, statement.side) {
        (What::Enter, Side::Long) => "enter long",
        (What::Enter, Side::Short) => "enter short",
        (What::Exit, _) => "exit",
    };
    format!("{what} \"{}\"", statement.tag)
}

/// `trade open since 2024-01-03T12:00:00Z, long 0.2 at 43000, entered 5 bars ago by "up" …`.
pub fn trade(open: &OpenTrade, convention: &str) -> String {
    let side = if open.quantity < 0.0 { "short" } else { "long" };
    let tag = match open.tag.as_str() {
        "" => String::new(),
        tag => format!(" by \"{tag}\""),
    };
    format!(
        "trade open: {side} {} at {} since the bar of {} ({} ago){tag}, marked at {} (backtest by the convention {convention})",
        readable(open.quantity.abs()),
        readable(open.price),
        format_time(open.since),
        counted(open.bars, "bar", "bars"),
        readable(open.mark),
    )
}

/// Each statement with its conditions.
pub fn text(told: &[Told<'_>], style: Style) -> String {
    let width = told
        .iter()
        .flat_map(|t| &t.conditions)
        .map(|c| widest(c, 0))
        .max()
        .unwrap_or(0)
        .min(WIDEST);
    let mut out = String::new();
    for (at, told) in told.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let _ = writeln!(
            out,
            "{}: {}",
            style.strong(&title(told.statement)),
            verdict(told)
        );
        for condition in &told.conditions {
            line(condition, 0, width, style, &mut out);
        }
    }
    out
}

/// Whether it decided, and what was missing.
pub fn verdict(told: &Told<'_>) -> String {
    let missing = told.missing();
    let of = told.conditions.len();
    let said = match (told.holds, missing.len()) {
        (Some(true), _) => match of {
            1 => "its condition held".to_owned(),
            of => format!("all {of} conditions held"),
        },
        (_, _) if of == 1 => match told.holds {
            None => "its condition is na".to_owned(),
            _ => "its condition did not hold".to_owned(),
        },
        (_, count) => {
            let names: Vec<&str> = missing.iter().flat_map(|c| c.culprits()).collect();
            format!("{count} of {of} conditions missing: {}", names.join("; "))
        }
    };
    match (&told.gate, told.holds) {
        (None, Some(true)) => format!("yes, {said}"),
        (None, _) => format!("no, {said}"),
        (Some(gate), _) => format!("no, {}; {said}", gate_text(gate)),
    }
}

/// What kept a statement from deciding.
pub fn gate_text(gate: &Gate) -> String {
    match gate {
        Gate::Excluded(require) => {
            format!("`require {require}` excludes these parameters")
        }
        Gate::WarmUp(lookback) => {
            format!("it decides nothing on its first {lookback} bars (its warm-up)")
        }
    }
}

/// How wide a condition is with its indentation, its parts included.
fn widest(condition: &ToldCondition<'_>, depth: usize) -> usize {
    let own = label(condition, depth).chars().count();
    let parts = condition.parts.iter().map(|part| widest(part, depth + 1));
    parts.max().unwrap_or(0).max(own)
}

fn label(condition: &ToldCondition<'_>, depth: usize) -> String {
    let joint = match condition.condition.joint {
        Joint::Any if !condition.parts.is_empty() => "any of: ",
        _ => "",
    };
    let text = cut(&condition.condition.text, WIDEST - 8);
    format!("{}{joint}{text}", "  ".repeat(depth))
}

fn line(condition: &ToldCondition<'_>, depth: usize, width: usize, style: Style, out: &mut String) {
    let label = label(condition, depth);
    let blanks = " ".repeat(width.saturating_sub(label.chars().count()));
    let mut values: Vec<String> = condition.operands.iter().map(operand).collect();
    let asks_in_vain = condition.condition.of_trade && !style.in_trade;
    if asks_in_vain && condition.parts.is_empty() && condition.holds.is_none() {
        values.push("no trade is open".to_owned());
    }
    let text = format!(
        "  {} {label}{blanks}  {}",
        style.of(condition.holds),
        values.join(", ")
    );
    let _ = writeln!(out, "{}", text.trim_end());
    for part in &condition.parts {
        line(part, depth + 1, width, style, out);
    }
}

/// `momentum 43.2`, and `fast 10.5 (9.8 the bar before)` for the side of a crossing.
fn operand(told: &ToldOperand<'_>) -> String {
    let text = cut(&told.operand.text, WIDEST);
    let value = |value: f64| match (value.is_nan(), told.operand.is_bool) {
        (true, _) => "na".to_owned(),
        (false, true) => if value == 1.0 { "true" } else { "false" }.to_owned(),
        (false, false) => readable(value),
    };
    match told.before {
        Some(before) => format!(
            "{text} {} ({} the bar before)",
            value(told.value),
            value(before)
        ),
        None => format!("{text} {}", value(told.value)),
    }
}
