//! The options of `stratc doc`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `stratc doc`.
#[derive(Debug, Args)]
pub struct DocArgs {
    /// Files, or folders whose .strat files are described, those in folders below included
    #[arg(value_name = "PATH", required_unless_present = "stdlib")]
    pub paths: Vec<PathBuf>,
    /// Describe the indicator library
    #[arg(long)]
    pub stdlib: bool,
    /// Folder to write to; Markdown goes to standard output without it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Markdown, one file per source file, or one page of HTML
    #[arg(long, value_enum, default_value_t = DocFormat::Markdown)]
    pub format: DocFormat,
}

/// Form of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocFormat {
    /// Markdown
    Markdown,
    /// One page that needs nothing else
    Html,
}
