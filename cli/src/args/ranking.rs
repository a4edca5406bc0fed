//! What only a screen takes.

use clap::Args;
use strat_engine::Figure;

use crate::values;

/// Which screens run, and which of their rows are kept in which order.
#[derive(Debug, Args)]
pub struct RankingArgs {
    /// Screens only: the `screen` item of this name; all of a file without it
    #[arg(long, value_name = "NAME")]
    pub screen: Option<String>,
    /// Screens only: the figure that rows are ranked by, such as total_return; without it what the
    /// `screen` item says, or sharpe_ratio
    #[arg(long, value_name = "FIGURE")]
    pub rank: Option<Figure>,
    /// Screens only: keep the best N rows; without it what the `screen` item says, or all
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub keep: Option<usize>,
}

impl RankingArgs {
    /// The first of these options that is given.
    pub fn given(&self) -> Option<&'static str> {
        [
            (self.screen.is_some(), "--screen"),
            (self.rank.is_some(), "--rank"),
            (self.keep.is_some(), "--keep"),
        ]
        .into_iter()
        .find_map(|(is_given, name)| is_given.then_some(name))
    }
}
