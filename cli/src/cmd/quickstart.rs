//! `stratc quickstart`: from an empty folder to a screen and a backtest.

use std::path::{Path, PathBuf};

use strat_data::{Key, Origin, Store};
use strat_market::{Exchange, Timeframe};

use clap::Parser as _;

use crate::args::{Cli, Command, QuickstartArgs, RunArgs};
use crate::cmd::{backtest, screen};
use crate::failure::{Done, Failure};
use crate::{interrupt, settings, terminal};

/// Where the strategies are put.
const SCREENS: &str = "strategies/screens";

/// The strategies that come with the tool.
const FILES: [(&str, &str); 5] = [
    (
        "bollinger_breakout.strat",
        include_str!("../../../strategies/screens/bollinger_breakout.strat"),
    ),
    (
        "ema_rsi_combo.strat",
        include_str!("../../../strategies/screens/ema_rsi_combo.strat"),
    ),
    (
        "rsi_mean_reversion.strat",
        include_str!("../../../strategies/screens/rsi_mean_reversion.strat"),
    ),
    (
        "sma_crossover.strat",
        include_str!("../../../strategies/screens/sma_crossover.strat"),
    ),
    (
        "volatility_breakout.strat",
        include_str!("../../../strategies/screens/volatility_breakout.strat"),
    ),
];

/// Makes data and strategies where there are none, screens them, and backtests one.
pub fn run(args: &QuickstartArgs) -> Done {
    let data = &args.folder.data;
    let data_text = data.display().to_string();
    say(&format!("1. Data: {}", prepare_data(data)?))?;
    say(&format!("2. Strategies: {}", prepare_strategies()?))?;
    settings::start_threads(None)?;

    let market = [
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "1h",
        "--data",
        &data_text,
    ];
    let screening = [
        "run",
        SCREENS,
        "--tier",
        "screen",
        "--out",
        "results/quickstart/screen",
    ];
    say(&format!(
        "3. A screen: every parameter set of every strategy, ranked.\n   {}\n",
        command(&screening, &market)
    ))?;
    screen::run(&*parsed(&screening, &market)?)?;

    let strategy = format!("{SCREENS}/sma_crossover.strat");
    let testing = [
        "run",
        &strategy,
        "--tier",
        "backtest",
        "--out",
        "results/quickstart/backtest",
    ];
    say(&format!(
        "\n4. A backtest: one of them with its defaults, trade by trade.\n   {}\n",
        command(&testing, &market)
    ))?;
    backtest::run(&*parsed(&testing, &market)?)?;

    let folder = if data == Path::new(crate::args::DATA) {
        String::new()
    } else {
        format!(" --data {data_text}")
    };
    say(&format!(
        "\nThe data is synthetic, so the numbers mean nothing yet. Your own: `stratc data import FILE --symbol … --timeframe …`.\n\
         Open {SCREENS}/sma_crossover.strat, change it, and try next:\n\
         \n  stratc check {SCREENS}\
         \n  stratc eval 'rsi(close, 14)' --symbol BTC/USDT --timeframe 1h --from 2024-12-31{folder}\
         \n  stratc run {SCREENS}/sma_crossover.strat --tier backtest --symbol BTC/USDT,ETH/USDT --timeframe 4h --param fast_window=20{folder}"
    ))
}

fn say(text: &str) -> Done {
    terminal::print(&format!("{text}\n"))
}

fn command(what: &[&str], market: &[&str]) -> String {
    format!("stratc {} {}", what.join(" "), market.join(" "))
}

/// The command as it is shown, read as a user's would be.
fn parsed(what: &[&str], market: &[&str]) -> Done<Box<RunArgs>> {
    let words = ["stratc"].iter().chain(what).chain(market);
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Run(args)) => Ok(args),
        Ok(_) => Err(Failure::Internal(
            "the quickstart runs another command".to_owned(),
        )),
        Err(error) => Err(Failure::Internal(error.to_string())),
    }
}

/// Generates the sample, unless the folder has bars of a market that must not be touched.
fn prepare_data(data: &Path) -> Done<String> {
    let store = Store::open(data);
    let key = Key {
        exchange: Exchange::default(),
        symbol: "BTC/USDT"
            .parse()
            .map_err(|e| Failure::Internal(format!("{e}")))?,
        timeframe: Timeframe::H1,
    };
    let listed = if data.is_dir() {
        store.list()?
    } else {
        Vec::new()
    };
    let own = listed
        .into_iter()
        .find(|listed| listed.key.as_ref() == Some(&key));
    if let Some(Ok(extent)) = own.map(|listed| listed.extent)
        && extent.origin == Origin::Market
    {
        return Ok(format!(
            "{} has {} bars of {key}; they are used as they are.",
            data.display(),
            extent.rows
        ));
    }
    let saved = interrupt::hold(|| Ok(strat_data::generate_sample(&store)?))?;
    Ok(format!(
        "a year of synthetic bars of five symbols, {} files in {}.",
        saved.len(),
        data.display()
    ))
}

/// Writes the strategies that are not there.
fn prepare_strategies() -> Done<String> {
    let mut written = 0;
    for (name, text) in FILES {
        let path: PathBuf = Path::new(SCREENS).join(name);
        if path.exists() {
            continue;
        }
        let folder = strat_report::Folder::plan(SCREENS)?;
        interrupt::hold(|| Ok(folder.write(name, text)?))?;
        written += 1;
    }
    Ok(match written {
        0 => format!("those in {SCREENS} are used as they are."),
        written => format!("{written} put into {SCREENS}."),
    })
}
