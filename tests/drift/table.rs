//! The table `docs/drift.md`.

use std::fmt::Write as _;

use strat_tests::root;

use crate::SPIKE;
use crate::measure::{SUBJECTS, Worst};
use crate::walk::Course;

/// Errors of all subjects over one course of prices, with windows of so many bars.
pub type Column = (Course, usize, Vec<Worst>);

/// Writes the table.
///
/// # Panics
/// Where the file cannot be written.
pub fn write(bars: usize, columns: &[Column]) {
    std::fs::write(root().join("docs/drift.md"), text(bars, columns)).expect("docs is there");
}

fn number(x: f64) -> String {
    if x == 0.0 {
        "0".into()
    } else {
        format!("{x:.0e}")
    }
}

fn text(bars: usize, columns: &[Column]) -> String {
    let mut text = format!(
        "\
# Rolling windows over ten million bars

Written by `just drift`; do not edit. Two prices walk around 1e5, within one unit of it, in random
moves up to a size; {bars} bars. Prices are whole numbers of 2^-30, so every sum of them and of
their products is a whole number, which the test keeps without rounding. Handler and kernel give the
same bits on all bars.

A cell is the largest error on any bar, as a share of what the second column names. The exact value
is itself a double, so that 2e-16 is as good as none. In the second table both prices are 1e8 on bar
{SPIKE}; windows that hold the spike and all after it are compared.
"
    );
    for spike in [None, Some(SPIKE)] {
        let title = match spike {
            None => "Small moves",
            Some(_) => "After a spike of 1e8",
        };
        let _ = writeln!(text, "\n## {title}\n");
        let there: Vec<&Column> = columns.iter().filter(|(c, ..)| c.spike == spike).collect();
        text.push_str("| Function | Share of |");
        for (course, n, _) in &there {
            let _ = write!(text, " moves {:e}, N = {n} |", course.move_size);
        }
        text.push_str("\n|---|---|");
        text.push_str(&"--:|".repeat(there.len()));
        text.push('\n');
        for (i, subject) in SUBJECTS.iter().enumerate() {
            let _ = write!(text, "| `{}` | {} |", subject.call, subject.of);
            for (.., worst) in &there {
                let _ = write!(text, " {} |", number(worst[i].error));
            }
            text.push('\n');
        }
    }
    text
}
