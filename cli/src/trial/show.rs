//! A failed test as a small table: its bars, what happened on each, and what was expected there.

use strat_lang::hir::{ExpectedKind, TestCase};
use strat_report::tables::Table;

use super::judge::{Fault, shown};
use super::observe::Observed;

/// Bars around those that a fault is about.
const AROUND: usize = 2;

/// Tests of so few bars are shown whole.
const WHOLE: usize = 16;

/// The bars with what was found on them, the faults marked.
pub fn difference(test: &TestCase, observed: &Observed, faults: &[Fault]) -> String {
    let bars = test.bars.close.len();
    let is_shown = |bar: usize| {
        bars <= WHOLE
            || faults
                .iter()
                .flat_map(|f| &f.bars)
                .any(|at| at.abs_diff(bar) <= AROUND)
    };
    let values = compared(test, faults);
    let has_open = test.bars.open != test.bars.close;
    let mut head = vec![("bar".to_owned(), true)];
    if has_open {
        head.push(("open".to_owned(), true));
    }
    head.push(("close".to_owned(), true));
    if test.strategy.is_some() {
        head.push(("decided".to_owned(), false));
        head.push(("filled".to_owned(), false));
    }
    for (output, _) in &values {
        let name = test.values.outputs.get(*output).map_or("", |(n, _)| n);
        head.push((name.to_owned(), true));
    }
    head.push((String::new(), false));
    let mut table = Table::new(head);
    let mut gap = false;
    for bar in 0..bars {
        if !is_shown(bar) {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) {
            table.row(["…"]);
        }
        let at = |column: &[f64]| shown(column.get(bar).copied().unwrap_or(f64::NAN), &[]);
        let mut cells = vec![bar.to_string()];
        if has_open {
            cells.push(at(&test.bars.open));
        }
        cells.push(at(&test.bars.close));
        if test.strategy.is_some() {
            cells.push(decided(test, observed, bar));
            cells.push(filled(observed, bar));
        }
        for (output, labels) in &values {
            let column = observed.values.get(*output).map_or(&[][..], |v| v);
            let value = column.get(bar).copied().unwrap_or(f64::NAN);
            cells.push(shown(value, labels));
        }
        cells.push(marks(test, faults, bar));
        table.row(cells);
    }
    table.render()
}

/// The values that a fault is about, with the names of what they count.
fn compared<'t>(test: &'t TestCase, faults: &[Fault]) -> Vec<(usize, &'t [String])> {
    let mut out: Vec<(usize, &[String])> = Vec::new();
    for fault in faults {
        let expected = test.expects.get(fault.expect).map(|e| &e.what);
        if let Some(ExpectedKind::Value { output, labels, .. }) = expected
            && !out.iter().any(|(o, _)| o == output)
        {
            out.push((*output, labels));
        }
    }
    out
}

/// The statements that decided on a bar, by their tags.
fn decided(test: &TestCase, observed: &Observed, bar: usize) -> String {
    let Some((unit, _)) = &test.strategy else {
        return String::new();
    };
    let Some(decision) = observed.decisions.get(bar) else {
        return String::new();
    };
    let mut words = Vec::new();
    for (what, signals, bits) in [
        ("enter", &unit.entries, decision.entries),
        ("exit", &unit.exits, decision.exits),
    ] {
        for (i, signal) in signals.iter().enumerate().take(64) {
            if bits >> i & 1 == 0 {
                continue;
            }
            // A tag that was not written says nothing.
            let is_plain = signal.tag == "entry" || signal.tag == "exit";
            words.push(if is_plain {
                what.to_owned()
            } else {
                format!("{what} \"{}\"", signal.tag)
            });
        }
    }
    words.join(", ")
}

fn filled(observed: &Observed, bar: usize) -> String {
    let fills = observed.fills.iter().filter(|f| f.bar == bar);
    let words: Vec<String> = fills
        .map(|f| format!("{} {}", if f.buys { "buy" } else { "sell" }, f.price))
        .collect();
    words.join(", ")
}

/// What was expected on a bar and is not there.
fn marks(test: &TestCase, faults: &[Fault], bar: usize) -> String {
    let mut words = Vec::new();
    for fault in faults.iter().filter(|f| f.bars.contains(&bar)) {
        let Some(expected) = test.expects.get(fault.expect) else {
            continue;
        };
        words.push(match &expected.what {
            ExpectedKind::Value {
                expected: values,
                labels,
                ..
            } => {
                let at = bar - expected.bar.unwrap_or(0).min(bar);
                let value = values.get(at).copied().unwrap_or(f64::NAN);
                format!("expected {}", shown(value, labels))
            }
            _ => expected.text.clone(),
        });
    }
    if words.is_empty() {
        String::new()
    } else {
        format!("<- {}", words.join("; "))
    }
}
