//! `why` of conditions on the open trade: they must see the trades of the backtest.

use serde_json::Value;

use crate::sandbox::{Sandbox, on_days};
use crate::why::why;

/// A strategy whose exits look at the trade.
const HELD: &str = "\
strategy Held {
    enter long \"up\" when close crosses above sma(close, 5)
    exit \"late\" when held > 5d and profit < 20%
    exit \"down\" when profit < -4%
    execution {
        fees 0.2%
        slippage 0%
    }
}
";

#[test]
fn the_open_trade_is_that_of_the_backtest() {
    let sandbox = Sandbox::with(&[("a.strat", HELD)]);
    sandbox.succeed(&on_days(&[
        "run", "a.strat", "--tier", "backtest", "--out", "bt",
    ]));
    let trades = sandbox.read("bt/trades.csv");
    let head: Vec<&str> = trades.lines().next().unwrap().split(',').collect();
    let column = |name: &str| head.iter().position(|h| *h == name).unwrap();
    let rows: Vec<Vec<&str>> = trades
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect())
        .collect();
    assert!(rows.len() > 5, "{trades}");
    let mut late = 0;
    for row in rows.iter().take(12) {
        let cell = |name: &str| row[column(name)];
        let day = jiff::SignedDuration::from_hours(24);
        let (bought, sold) = (cell("entry_time"), cell("exit_time"));
        // On the bar of the buy the trade is open, at the price paid.
        let told = why(&sandbox, &["--at", bought]);
        let trade = &told["trade"];
        assert_eq!(trade["since"], bought);
        assert_eq!(trade["bars"], 0);
        assert_eq!(trade["entry_tag"], "up");
        let price: f64 = cell("entry_price").parse().unwrap();
        assert_eq!(trade["entry_price"].as_f64(), Some(price));
        // The exit that closed it decided one bar before the sale.
        if !["late", "down"].contains(&cell("exit_tag")) {
            continue;
        }
        let sold: jiff::Timestamp = sold.parse().unwrap();
        let told = why(&sandbox, &["--at", &(sold - day).to_string()]);
        let exit = told["statements"].as_array().unwrap().iter();
        let deciding = exit.filter(|s| s["kind"] == "exit" && s["decides"] == true);
        let tags: Vec<&str> = deciding.map(|s| s["tag"].as_str().unwrap()).collect();
        assert!(tags.contains(&cell("exit_tag")), "{row:?}: {told}");
        late += usize::from(cell("exit_tag") == "late");
    }
    assert!(late > 0, "{trades}");
}

#[test]
fn without_a_trade_its_conditions_are_na() {
    let sandbox = Sandbox::with(&[("a.strat", HELD)]);
    let told = why(&sandbox, &["--at", "2024-01-02"]);
    assert_eq!(told["trade"], Value::Null);
    let condition = &told["statements"][1]["conditions"][0];
    assert_eq!(condition["text"], "held > 5d");
    assert_eq!(
        (&condition["holds"], &condition["reads_trade"]),
        (&Value::Null, &true.into())
    );
    let text = sandbox.succeed(&on_days(&["why", "a.strat", "--at", "2024-01-02"]));
    for words in [
        "no trade is open (backtest by the convention strat)",
        "na held > 5d",
    ] {
        assert!(text.contains(words), "{text}");
    }
    // Counted, they hold on some bars with a trade, and are na on those without.
    let counted = why(&sandbox, &["--funnel", "--exits"]);
    let held = &counted["statements"][1]["total"];
    assert!(held["na"][0].as_u64().unwrap() > 0, "{held}");
    assert!(held["alone"][0].as_u64().unwrap() > 0, "{held}");
}
