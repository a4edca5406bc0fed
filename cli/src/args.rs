//! The command line: names, defaults, help.

mod doc;
mod ranking;
mod why;

pub use doc::{DocArgs, DocFormat};
pub use ranking::RankingArgs;
pub use why::WhyArgs;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use strat_engine::{Convention, Fill};
use strat_market::{Exchange, Symbol, Timeframe, When};

use crate::values::{self, FeedArg, ParamArg, PreloadArg};

/// Compiles and runs trading strategies written in Strat.
#[derive(Debug, Parser)]
#[command(
    name = "stratc",
    version,
    propagate_version = true,
    after_help = "New here? `stratc quickstart` takes seconds and needs no network."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report every error and warning of .strat files
    #[command(
        after_help = "Example: stratc check strategies --format concise\n\nExit code: 0 without errors, 1 with errors."
    )]
    Check(CheckArgs),
    /// Explain a code of an error or a warning, with a program that fails and one that is right
    #[command(
        after_help = "Examples:\n  stratc explain E0201\n  stratc explain            lists all codes"
    )]
    Explain(ExplainArgs),
    /// Format .strat files in place
    #[command(after_help = "Example: stratc fmt strategies --check")]
    Fmt(FmtArgs),
    /// Print a stage of the compiler
    #[command(after_help = "Example: stratc emit ir strategies/screens/sma_crossover.strat")]
    Emit(EmitArgs),
    /// Evaluate an expression over bars
    #[command(
        after_help = "Example: stratc eval 'bollinger(close, 20, 2.0)' --symbol BTC/USDT --timeframe 1h --from 2024-06-01 --to 2024-06-07 --format csv"
    )]
    Eval(EvalArgs),
    /// Run strategies: screen a parameter grid, or backtest one parameter set
    #[command(
        after_help = "Examples:\n  stratc run strategies/screens --tier screen --symbol BTC/USDT --timeframe 1h\n  stratc run strategies/screens/sma_crossover.strat --tier backtest --symbol BTC/USDT --timeframe 1h --param fast_window=20"
    )]
    Run(Box<RunArgs>),
    /// Why a strategy traded or did not: its conditions at a bar, or counted over many
    #[command(
        after_help = "Examples:\n  stratc why strategies/screens/rsi_mean_reversion.strat --symbol BTC/USDT --timeframe 1h --at 2024-06-03T14:00\n  stratc why strategies/screens/rsi_mean_reversion.strat --timeframe 1h --funnel"
    )]
    Why(Box<WhyArgs>),
    /// A reference of functions and strategies, from their source
    #[command(
        after_help = "Examples:\n  stratc doc strategies --out reference\n  stratc doc --stdlib --format html --out reference"
    )]
    Doc(DocArgs),
    /// Run the tests that stand in .strat files
    #[command(
        after_help = "Example: stratc test strategies\n\nExit code: 0 where all tests pass, 1 where one fails."
    )]
    Test(TestArgs),
    /// Manage market data
    #[command(subcommand, after_help = "Example: stratc data generate-sample")]
    Data(DataCommand),
    /// From an empty folder to a screen and a backtest, on synthetic data
    #[command(after_help = "Example: stratc quickstart")]
    Quickstart(QuickstartArgs),
}

/// `stratc check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files, or folders whose .strat files are checked, those in folders below included
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Form of the report, on standard output
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub format: ReportFormat,
    /// Apply the fixes that are certain to these files, then report what remains
    #[arg(long)]
    pub fix: bool,
    /// With --fix: print what would change as a unified diff, and write nothing
    #[arg(
        long,
        visible_alias = "dry-run",
        requires = "fix",
        conflicts_with = "format"
    )]
    pub diff: bool,
    /// Show how many bars each `let`, entry, exit and stop needs before its first value
    #[arg(long)]
    pub explain_warmup: bool,
}

/// `stratc explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code such as E0201; without one all codes are listed
    pub code: Option<String>,
    /// What to print: text, or one JSON object
    #[arg(long, value_enum, default_value_t = PageFormat::Text)]
    pub format: PageFormat,
}

/// Form of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// For people
    Text,
    /// Code, summary and page (Markdown); the list without pages
    Json,
}

/// Form of diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// The source with the place underlined
    Human,
    /// One line each: path:line:column, severity, code, message
    Concise,
    /// One array of objects
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// `stratc fmt`.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Files, or folders whose .strat files are formatted, those in folders below included
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Change nothing; name the files that would change, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
}

/// `stratc test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Files, or folders whose .strat files are tested, those in folders below included
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only tests whose name holds this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// What to print: a report for people, or one JSON object
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}

/// `stratc emit`.
#[derive(Debug, Args)]
pub struct EmitArgs {
    /// Which stage
    #[arg(value_enum)]
    pub stage: Stage,
    /// The file
    pub file: PathBuf,
}

/// A stage of the compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Tokens, one a line with its place
    Tokens,
    /// The syntax tree
    Tree,
    /// The typed tree: types, stages, lookbacks
    Hir,
    /// The graph of series that is compiled
    Ir,
    /// Cranelift's text of the machine code: handler, then kernel
    Clif,
}

/// What runs a program; all three give the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExecutorName {
    /// The plain interpreter
    Interp,
    /// Machine code over columns of bars
    Kernel,
    /// Machine code for one bar at a time
    Handler,
}

/// Bars of one length: where they come from, and which of them.
#[derive(Debug, Args)]
pub struct BarsArgs {
    /// Length of the bars, such as 5m, 1h, 4h, 1d
    #[arg(long)]
    pub timeframe: Timeframe,
    #[command(flatten)]
    pub span: SpanArgs,
}

/// Where bars come from, and which of them.
#[derive(Debug, Clone, Args)]
pub struct SpanArgs {
    /// Exchange or other source of the data
    #[arg(long, default_value_t)]
    pub exchange: Exchange,
    /// Folder of the data files
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// First day or time (UTC); nothing before it is read, but for --preload
    #[arg(long, value_name = "TIME")]
    pub from: Option<When>,
    /// Last day (all of it) or time (UTC)
    #[arg(long, value_name = "TIME")]
    pub to: Option<When>,
    /// Earlier bars to warm up on: a number, or auto for as many as the strategy needs to settle
    #[arg(long, value_name = "N|auto", value_parser = values::preload)]
    pub preload: Option<PreloadArg>,
    /// An external column that the program reads (`feed funding`): name=file, a CSV or Parquet file
    /// with the columns time (of publication) and value
    #[arg(long, value_name = "NAME=FILE", value_parser = values::feed)]
    pub feed: Vec<FeedArg>,
}

impl SpanArgs {
    /// The bars that are meant, of that length.
    pub fn bars(&self, timeframe: Timeframe) -> BarsArgs {
        BarsArgs {
            timeframe,
            span: self.clone(),
        }
    }
}

/// The folder of data files where none is named.
pub const DATA: &str = "data/processed";

/// `stratc eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// The expression, such as 'rsi(close, 14)'
    #[arg(allow_hyphen_values = true, value_name = "EXPR")]
    pub expr: String,
    /// A file whose functions the expression may use, and whose parameters (at their defaults) and `let`s where it has exactly one strategy
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// What is traded, such as BTC/USDT
    #[arg(long)]
    pub symbol: Symbol,
    #[command(flatten)]
    pub bars: BarsArgs,
    /// What computes it
    #[arg(long, value_enum, default_value_t = ExecutorName::Kernel)]
    pub executor: ExecutorName,
    /// A table (cut in the middle on a terminal), CSV or JSON; table by default, CSV with --out
    #[arg(long, value_enum)]
    pub format: Option<SeriesFormat>,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Form of values over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeriesFormat {
    /// Aligned, rounded, for people
    Table,
    /// Exact numbers; a missing value is an empty field
    Csv,
    /// An array of one object per bar, exact numbers; a missing value is null
    Json,
}

/// `stratc run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// .strat files, or folders whose .strat files are run in the order of their names
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to run them
    #[arg(long, value_enum)]
    pub tier: Tier,
    /// What is traded, such as BTC/USDT; a backtest takes several: BTC/USDT,ETH/USDT
    #[arg(long, required = true, value_delimiter = ',', value_name = "SYMBOL")]
    pub symbol: Vec<Symbol>,
    /// Length of the bars, such as 5m, 1h, 4h, 1d; the strategy's own where it says one
    #[arg(long)]
    pub timeframe: Option<Timeframe>,
    #[command(flatten)]
    pub span: SpanArgs,
    /// Value of a parameter, name=value; a screen also takes several, name=10,20,30
    #[arg(long, value_name = "NAME=VALUE", value_parser = values::param)]
    pub param: Vec<ParamArg>,
    /// Fees of each side, as a share of the amount (0.001 is 0.1%); without it what the strategy's
    /// `execution` says, or 0.001
    #[arg(long, value_name = "SHARE", value_parser = values::fees, allow_negative_numbers = true)]
    pub fees: Option<f64>,
    /// Slippage, as a share of the price: buys pay more, sells get less; without it what the
    /// strategy's `execution` says, or 0
    #[arg(long, value_name = "SHARE", value_parser = values::slippage, allow_negative_numbers = true)]
    pub slippage: Option<f64>,
    /// Cash at the start; without it what the strategy's `execution` says, or 10000
    #[arg(long, value_name = "AMOUNT", value_parser = values::cash, allow_negative_numbers = true)]
    pub cash: Option<f64>,
    /// Bundle of rules: strat or vectorbt; without it what the strategy's `execution` says, or
    /// strat for a backtest and vectorbt for a screen
    #[arg(long, value_name = "NAME")]
    pub convention: Option<Convention>,
    /// Where a signal fills, close or next_open; the convention says it otherwise
    #[arg(long, value_name = "PRICE")]
    pub fill: Option<Fill>,
    #[command(flatten)]
    pub ranking: RankingArgs,
    /// What computes it
    #[arg(long, value_enum, default_value_t = ExecutorName::Kernel)]
    pub executor: ExecutorName,
    /// Number of threads; one per processor without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Folder for the results, used as given; results/SYMBOL_TIMEFRAME_TIME without it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What to print: tables, or one JSON object
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}

/// A way to run a strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tier {
    /// Every parameter set of the grid, ranked
    Screen,
    /// One parameter set, with its trades and its equity
    Backtest,
    /// Tick simulation (not there yet)
    Tick,
    /// Paper trading (not there yet)
    Paper,
    /// Live trading (not there yet)
    Live,
}

impl Tier {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Backtest => "backtest",
            Self::Tick => "tick",
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }
}

/// Form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Aligned, rounded, for people
    Table,
    /// Exact, for programs
    Json,
}

/// `stratc data`.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Make a year of synthetic bars of five symbols, the same on every machine
    #[command(after_help = "Example: stratc data generate-sample")]
    GenerateSample(FolderArgs),
    /// List what there is
    #[command(after_help = "Example: stratc data list --format json")]
    List(ListArgs),
    /// Describe the data of one symbol: range, columns, gaps, oddities
    #[command(after_help = "Example: stratc data info BTC/USDT --timeframe 1h")]
    Info(InfoArgs),
    /// Bring in a CSV or Parquet file, joined with what there is
    #[command(after_help = "Example: stratc data import btc.csv --symbol BTC/USDT --timeframe 1h")]
    Import(ImportArgs),
}

/// The folder alone.
#[derive(Debug, Args)]
pub struct FolderArgs {
    /// Folder of the data files
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
}

/// `stratc data list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    /// What to print
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}

/// `stratc data info`.
#[derive(Debug, Args)]
pub struct InfoArgs {
    /// The symbol, such as BTC/USDT
    pub symbol: Symbol,
    /// Length of the bars
    #[arg(long, default_value_t = Timeframe::H1)]
    pub timeframe: Timeframe,
    /// Exchange or other source of the data
    #[arg(long, default_value_t)]
    pub exchange: Exchange,
    #[command(flatten)]
    pub folder: FolderArgs,
    /// What to print
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}

/// `stratc data import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file: CSV or Parquet with a time, open, high, low, close and volume
    pub file: PathBuf,
    /// Which symbol its bars are of
    #[arg(long)]
    pub symbol: Symbol,
    /// How long its bars are
    #[arg(long)]
    pub timeframe: Timeframe,
    /// Exchange or other source of the data
    #[arg(long, default_value_t)]
    pub exchange: Exchange,
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// `stratc quickstart`.
#[derive(Debug, Args)]
pub struct QuickstartArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
