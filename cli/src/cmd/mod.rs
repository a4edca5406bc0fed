//! One module per command.

mod backtest;
mod check;
mod data;
mod doc;
mod emit;
mod eval;
mod explain;
mod fmt;
mod quickstart;
mod run;
mod screen;
mod test;
mod why;

use crate::args::Command;
use crate::failure::Done;

/// Runs a command.
pub fn run(command: Command) -> Done {
    match command {
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Emit(args) => emit::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Why(args) => why::run(&args),
        Command::Doc(args) => doc::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Data(command) => data::run(&command),
        Command::Quickstart(args) => quickstart::run(&args),
    }
}
