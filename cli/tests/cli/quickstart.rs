//! `quickstart`.

use std::fs;

use crate::sandbox::{SCREENS, Sandbox};

#[test]
fn it_works_in_an_empty_folder_and_again() {
    let sandbox = Sandbox::new();
    let first = sandbox.succeed(&["quickstart"]);
    assert_eq!(sandbox.names("."), ["data", "results", "strategies"]);
    assert_eq!(sandbox.names("results/quickstart/screen").len(), 6);
    assert_eq!(
        sandbox.names("results/quickstart/backtest"),
        ["equity.csv", "metrics.json", "trades.csv"]
    );
    assert!(
        sandbox
            .read("results/quickstart/backtest/trades.csv")
            .lines()
            .count()
            > 10
    );
    for name in sandbox.names("strategies/screens") {
        let original = fs::read_to_string(format!("{SCREENS}/{name}")).unwrap();
        assert_eq!(
            sandbox.read(&format!("strategies/screens/{name}")),
            original
        );
    }
    for words in [
        "synthetic",
        "results/quickstart/screen",
        "results/quickstart/backtest",
        "try next",
    ] {
        assert!(first.contains(words), "{words}: {first}");
    }

    // What the user changed stays.
    let own = sandbox
        .read("strategies/screens/ema_rsi_combo.strat")
        .replace("[20, 50, 100]", "[20]");
    sandbox.write("strategies/screens/ema_rsi_combo.strat", &own);
    let second = sandbox.succeed(&["quickstart"]);
    assert!(second.contains("used as they are"), "{second}");
    assert_eq!(sandbox.read("strategies/screens/ema_rsi_combo.strat"), own);
    assert_eq!(
        sandbox
            .read("results/quickstart/screen/ema_rsi_combo.csv")
            .lines()
            .count(),
        1 + 3
    );
}

#[test]
fn the_commands_it_names_work() {
    let sandbox = Sandbox::new();
    let out = sandbox.succeed(&["quickstart", "--data", "my/bars"]);
    let next = out.split("try next:").nth(1).unwrap();
    let mut ran = 0;
    for line in next
        .lines()
        .filter_map(|line| line.trim().strip_prefix("stratc "))
    {
        let status = sandbox
            .command(&[])
            .arg("--version")
            .output()
            .and_then(|_| {
                std::process::Command::new("sh")
                    .arg("-c")
                    .arg(format!("{} {line}", env!("CARGO_BIN_EXE_stratc")))
                    .current_dir(sandbox.path("."))
                    .output()
            })
            .unwrap();
        assert!(status.status.success(), "{line}: {status:?}");
        ran += 1;
    }
    assert_eq!(ran, 3);
}

#[test]
fn data_of_a_market_are_left_alone() {
    let mut csv = "time,open,high,low,close,volume\n".to_owned();
    for hour in 0..500 {
        let price = 100 + hour * 37 % 23;
        csv.push_str(&format!(
            "{},{price},{},{},{price},5\n",
            1_704_067_200 + hour * 3600,
            price + 1,
            price - 1
        ));
    }
    let sandbox = Sandbox::with(&[("a.csv", &csv)]);
    sandbox.succeed(&[
        "data",
        "import",
        "a.csv",
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "1h",
    ]);
    let out = sandbox.succeed(&["quickstart"]);
    assert!(
        out.contains("has 500 bars of BTC/USDT 1h from binance; they are used"),
        "{out}"
    );
    assert_eq!(
        sandbox.names("data/processed"),
        ["binance_BTC_USDT_1h.parquet"]
    );
}
