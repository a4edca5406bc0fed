//! The binary `stratc`: checks, formats and runs `.strat` files.
//!
//! | module | owns |
//! |---|---|
//! | `args`, `values` | the command line: names, defaults, help; values of options |
//! | `cmd` | one module per command |
//! | `sources` | `.strat` files from disk, their checks, their diagnostics |
//! | `repairs` | the fixes of `check --fix`: planned in memory, written or shown |
//! | `items` | what a run takes from files: strategies, or their `screen` items |
//! | `strategies` | source to programs, and the values their parameters take |
//! | `market`, `others` | which bars a command runs on, and what is read beside them |
//! | `settings` | convention, fill, costs, warm-up |
//! | `why` | conditions at a bar and counted over many |
//! | `lookback`, `warmup` | bars that a statement needs; the table of all of them |
//! | `doc` | the reference that is made from source |
//! | `target` | where results go |
//! | `summary` | what a printed report says about how it came about |
//! | `trial` | tests of `.strat` files: run, compared, shown |
//! | `terminal`, `progress`, `interrupt` | standard streams, the progress bar, Ctrl-C |
//! | `failure` | how a command fails, and the exit code of that |
//! | `crash` | the last resort: a fault of this program |

mod args;
mod cmd;
mod crash;
mod doc;
mod failure;
mod interrupt;
mod items;
mod lookback;
mod market;
mod others;
mod progress;
mod repairs;
mod settings;
mod sources;
mod strategies;
mod summary;
mod target;
mod terminal;
mod trial;
mod values;
mod warmup;
mod why;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    crash::install();
    interrupt::install();
    ExitCode::from(crash::guard(run))
}

/// Runs the command line; the exit code.
fn run() -> u8 {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            // Where the stream is gone nobody reads it.
            let _ = told.print();
            return u8::try_from(told.exit_code()).unwrap_or(failure::MISUSE);
        }
    };
    match cmd::run(cli.command) {
        Ok(()) => 0,
        Err(failure) => failure.tell(),
    }
}
