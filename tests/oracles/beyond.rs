//! What the library has beyond TA-Lib, against numpy on a series made by a formula.

use strat_market::Bars;

use crate::specification::evaluate;
use crate::table::read;

#[test]
fn what_numpy_works_out_is_met() {
    let (header, rows) = read(&strat_tests::root().join("tests/oracles/beyond/series.csv"));
    let column = |at: usize| rows.iter().map(|r| r[at]).collect::<Vec<f64>>();
    assert_eq!(header[..5], ["open", "high", "low", "close", "volume"]);
    let bars = Bars {
        time: (0..rows.len() as i64)
            .map(|i| i * 3_600_000_000_000)
            .collect(),
        open: column(0),
        high: column(1),
        low: column(2),
        close: column(3),
        volume: column(4),
    };
    assert!(header.len() > 65);
    let mut wrong = Vec::new();
    // A column is named by the expression that it holds.
    for (at, expr) in header.iter().enumerate().skip(5) {
        let (ours, theirs) = (evaluate(expr, &bars), column(at));
        let far = (0..bars.len()).find(|&t| {
            let (o, w) = (ours[t], theirs[t]);
            o.is_nan() != w.is_nan() || !o.is_nan() && (o - w).abs() > 1e-9 * w.abs()
        });
        if let Some(t) = far {
            wrong.push(format!(
                "{expr}: bar {t} is {}, numpy {}",
                ours[t], theirs[t]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
