//! The table `docs/talib.md`.

use std::fmt::Write as _;

use strat_tests::root;

use crate::judge::{Found, Referee};
use crate::matrix::Row;
use crate::series::Series;

const HEAD: &str = "\
# The library against TA-Lib

Written by `just oracle-full`; do not edit. The oracle is the `ta-lib` crate, called with the
parameters of each row's function: its defaults, both ends of each declared range, and samples
between. A referee computes the same formula in numbers of 31 digits, of each window all that is in
it and nothing that was.

- The first value and every `na` stand on the same bars, whole numbers are equal; otherwise the row
  says FAILS.
- *Difference*: the largest |ours - TA-Lib| / |TA-Lib| where TA-Lib is within 1e-10 of exact
  arithmetic.
- *Ties*: whole numbers that differ because a comparison that decides them ties within 1e-12.
- *Worn*: whole numbers that differ because a running total of TA-Lib carries the rounding of
  larger values that have left it.
- *Further*: values where TA-Lib is further than 1e-10 (relative) from exact arithmetic, and ours is
  nearer, or as near as the doubles of its operands allow. They are listed below.
- *Noise*: values where both are further than 1e-10, but no further than the rounding of their
  operands (a difference of two averages that meet, or of products that cancel), or are the same
  double.

What is excused must be explained by a bound on the rounding of TA-Lib's own order of operations. A
test breaks every output by 1e-8 of its value, and some functions by a constant, a seed or outputs
that change places: each is found.

MAXINDEX, MININDEX and MINMAXINDEX name the newest of equal values, as the crate (0.8.3) does; TA-Lib
0.8.2 names the oldest where the one before has left the window. MAVP is compared with periods from 1
to 41, cut to each set's least and greatest period. With an average other than SMA every period is an
average of its own, of which a static loop holds at most 1000: a period more than 999 above the least
is `na` here, and is not compared. Its three sets with the most averages are compared on the series of
at most 2000 bars.

The referee judges every value of the made-up series and of the middle of the hourly ones. Of the
hourly series as a whole and of the long one it judges every value of a call that differs anywhere,
a number by more than 1e-11. On the long series up to three sets with lengths above 1000 are compared.
";

fn number(x: f64) -> String {
    if x == 0.0 {
        "0".into()
    } else if x.is_infinite() {
        "of 0".into()
    } else {
        format!("{x:.0e}")
    }
}

/// Writes the table.
///
/// # Panics
/// Where the file cannot be written.
pub fn write(rows: &[Row], series: &[(Series, Referee)]) {
    std::fs::write(root().join("docs/talib.md"), text(rows, series)).expect("docs is there");
}

/// The table as text.
pub fn text(rows: &[Row], series: &[(Series, Referee)]) -> String {
    let mut text = HEAD.to_owned();
    let names: Vec<String> = series
        .iter()
        .map(|(s, _)| format!("{} ({})", s.name, s.bars.len()))
        .collect();
    let names = names.join("; ");
    let _ = writeln!(text, "\nSeries (bars): {names}.\n");
    text.push_str("| Function | Sets | Values | Difference | Ties | Worn | Further | Noise |\n");
    text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for row in rows {
        let Found {
            compared,
            largest,
            ties,
            worn,
            further,
            noise,
            ..
        } = row.found;
        let fails = if row.wrong.is_empty() { "" } else { " FAILS" };
        let _ = writeln!(
            text,
            "| {}{fails} | {} | {compared} | {} | {ties} | {worn} | {further} | {noise} |",
            row.info.name,
            row.sets,
            number(largest)
        );
    }
    text.push_str("\n## Where TA-Lib is further than 1e-10 from exact arithmetic\n\n");
    text.push_str("Relative errors; `of 0` where the exact value is 0.\n\n");
    text.push_str("| Function | Series | Values | TA-Lib is off by | Ours is off by |\n");
    text.push_str("|---|---|--:|--:|--:|\n");
    for row in rows {
        for (series, found) in row.series.iter().filter(|(_, f)| f.further + f.worn > 0) {
            let (theirs, ours) = found.errors;
            let _ = writeln!(
                text,
                "| {} | {series} | {} | {} | {} |",
                row.info.name,
                found.further + found.worn,
                number(theirs),
                number(ours)
            );
        }
    }
    text
}
