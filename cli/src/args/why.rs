//! The options of `stratc why`.

use std::path::PathBuf;

use clap::Args;
use strat_engine::{Convention, Fill};
use strat_market::{Symbol, Timeframe, When};

use super::{ExecutorName, SpanArgs, TableFormat};
use crate::values::{self, ParamArg};

/// `stratc why`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("question").required(true).args(["at", "funnel"]))]
pub struct WhyArgs {
    /// The .strat file
    pub file: PathBuf,
    /// Which strategy of the file, where it has several
    #[arg(long, value_name = "NAME")]
    pub strategy: Option<String>,
    /// Explain the bar that opens at this time or contains it (UTC)
    #[arg(long, value_name = "TIME")]
    pub at: Option<When>,
    /// Count the bars that are left after each condition in turn
    #[arg(long)]
    pub funnel: bool,
    /// With --funnel: count the exits as well
    #[arg(long, conflicts_with = "at")]
    pub exits: bool,
    /// What is traded, such as BTC/USDT; --funnel takes several, and without it all there are
    #[arg(
        long,
        visible_alias = "symbols",
        value_delimiter = ',',
        value_name = "SYMBOL"
    )]
    pub symbol: Vec<Symbol>,
    /// Length of the bars, such as 5m, 1h, 4h, 1d; the strategy's own where it says one
    #[arg(long)]
    pub timeframe: Option<Timeframe>,
    #[command(flatten)]
    pub span: SpanArgs,
    /// Value of a parameter, name=value
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = values::param)]
    pub param: Vec<ParamArg>,
    /// Fees of each side, as a share of the amount; for conditions on the open trade
    #[arg(long, value_name = "SHARE", value_parser = values::fees, allow_negative_numbers = true)]
    pub fees: Option<f64>,
    /// Slippage, as a share of the price; for conditions on the open trade
    #[arg(long, value_name = "SHARE", value_parser = values::slippage, allow_negative_numbers = true)]
    pub slippage: Option<f64>,
    /// Cash at the start; for conditions on the open trade
    #[arg(long, value_name = "AMOUNT", value_parser = values::cash, allow_negative_numbers = true)]
    pub cash: Option<f64>,
    /// Bundle of rules that the trades follow: strat (the default) or vectorbt
    #[arg(long, value_name = "NAME")]
    pub convention: Option<Convention>,
    /// Where a signal fills, close or next_open; the convention says it otherwise
    #[arg(long, value_name = "PRICE")]
    pub fill: Option<Fill>,
    /// What computes it
    #[arg(long, value_enum, default_value_t = ExecutorName::Kernel)]
    pub executor: ExecutorName,
    /// What to print: tables, or one JSON object
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}
