//! `stratc run`: what every tier has in common, and the way to each.

use std::time::Instant;

use crate::args::{RunArgs, Tier};
use crate::cmd::{backtest, screen};
use crate::failure::{Done, Failure};
use crate::settings;

/// Runs strategies in a tier.
pub fn run(args: &RunArgs) -> Done {
    for (at, symbol) in args.symbol.iter().enumerate() {
        if args.symbol.iter().take(at).any(|earlier| earlier == symbol) {
            return Err(Failure::Misuse(format!(
                "--symbol names {symbol} twice; name each symbol once"
            )));
        }
    }
    if let (Some(option), false) = (args.ranking.given(), args.tier == Tier::Screen) {
        return Err(Failure::Misuse(format!(
            "{option} is for --tier screen; the tier `{}` has no rows to choose from",
            args.tier.name()
        )));
    }
    match args.tier {
        Tier::Screen => {
            settings::start_threads(args.threads)?;
            screen::run(args)
        }
        Tier::Backtest => {
            settings::start_threads(args.threads)?;
            backtest::run(args)
        }
        Tier::Tick | Tier::Paper | Tier::Live => Err(Failure::mistake(format!(
            "the tier `{}` is not there yet: on bars, --tier backtest runs a strategy and --tier screen its grid; what needs ticks (`on book`, `quote`) is checked by `stratc check`, and nothing runs it",
            args.tier.name()
        ))),
    }
}

/// Milliseconds since `start`, to the microsecond.
pub fn milliseconds(start: Instant) -> f64 {
    (start.elapsed().as_secs_f64() * 1e6).round() / 1e3
}
