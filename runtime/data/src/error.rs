//! Everything that can go wrong between a data file and the bars in memory.
//!
//! Each message says where, what was found, what was expected, and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use strat_market::{Timeframe, format_time};

use crate::key::Key;

/// Why data could not be loaded, saved, listed or imported.
#[derive(Debug)]
#[non_exhaustive]
pub enum DataError {
    /// The data folder does not exist.
    NoFolder {
        /// The folder as it was given.
        dir: PathBuf,
    },
    /// There is a folder but no file for this exchange, symbol and timeframe.
    NoData {
        /// What was asked for.
        key: Box<Key>,
        /// Where it was looked for.
        dir: PathBuf,
        /// What is there instead, as a clause for the message.
        instead: String,
    },
    /// The range begins after it ends.
    BackwardRange {
        /// First instant asked for, nanoseconds since the epoch.
        from: i64,
        /// Last instant asked for, nanoseconds since the epoch.
        to: i64,
    },
    /// There is data, but no bar of it in the range.
    NoBarsInRange {
        /// The file.
        file: PathBuf,
        /// The range in words.
        wanted: String,
        /// Open times of the first and last bar there are, nanoseconds since the epoch.
        first: i64,
        /// See `first`.
        last: i64,
    },
    /// Times do not strictly increase.
    Disorder {
        /// The file.
        file: PathBuf,
        /// Row of the offending time, counted from 0.
        row: usize,
        /// Its time, nanoseconds since the epoch.
        time: i64,
        /// The time of the row before it.
        previous: i64,
        /// What was asked for, to name it in the command that repairs the file.
        key: Box<Key>,
    },
    /// The file cannot be read as market data.
    BadFile {
        /// The file.
        file: PathBuf,
        /// What was found and what was expected.
        problem: String,
    },
    /// One line of a text file cannot be read.
    BadLine {
        /// The file.
        file: PathBuf,
        /// Line of the file, counted from 1 with the header.
        line: u64,
        /// What was found and what was expected.
        problem: String,
    },
    /// Another process is writing the same file, or was stopped while it did.
    Locked {
        /// The lock file.
        lock: PathBuf,
        /// What the lock file says about its owner.
        owner: String,
    },
    /// Real bars would be mixed into synthetic ones or the other way round.
    Mixed {
        /// The file in the way.
        file: PathBuf,
        /// Whether the file in the way is the synthetic one.
        file_is_sample: bool,
    },
    /// The columns handed over to be saved are not of one length.
    UnevenColumns {
        /// Where they should have gone.
        file: PathBuf,
        /// Each column with its length.
        lengths: String,
    },
    /// Bars cannot be joined into bars of this length.
    NotAMultiple {
        /// The timeframe there is.
        from: Timeframe,
        /// The timeframe asked for.
        to: Timeframe,
    },
    /// The file system refused.
    Io {
        /// The file or folder.
        file: PathBuf,
        /// What was being done, as a verb: "read", "write".
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl DataError {
    pub(crate) fn bad_file(file: impl Into<PathBuf>, problem: impl Into<String>) -> Self {
        DataError::BadFile {
            file: file.into(),
            problem: problem.into(),
        }
    }

    pub(crate) fn io(file: impl Into<PathBuf>, doing: &'static str, source: io::Error) -> Self {
        DataError::Io {
            file: file.into(),
            doing,
            source,
        }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataError::NoFolder { dir } => write!(
                f,
                "the data folder {} does not exist; name another one with --data DIR, or make synthetic data to try with `stratc data generate-sample`",
                dir.display()
            ),
            DataError::NoData { key, dir, instead } => {
                write!(f, "no data for {key} in {}; {instead}", dir.display())
            }
            DataError::BackwardRange { from, to } => write!(
                f,
                "the range begins at {} and ends before that, at {}; expected --from to be no later than --to",
                format_time(*from),
                format_time(*to)
            ),
            DataError::NoBarsInRange {
                file,
                wanted,
                first,
                last,
            } => write!(
                f,
                "{} has no bar {wanted}; its bars open from {} to {}",
                file.display(),
                format_time(*first),
                format_time(*last)
            ),
            DataError::Disorder {
                file,
                row,
                time,
                previous,
                key,
            } => {
                let what = if time == previous {
                    "which repeats the time of the row before it".to_owned()
                } else {
                    format!(
                        "which is earlier than the row before it, {}",
                        format_time(*previous)
                    )
                };
                write!(
                    f,
                    "{}: row {row} (counted from 0) has the time {}, {what}; expected times that only increase. `stratc data import {} --symbol {} --timeframe {} --exchange {}` sorts the rows and keeps the last of each repeated time",
                    file.display(),
                    format_time(*time),
                    file.display(),
                    key.symbol,
                    key.timeframe,
                    key.exchange
                )
            }
            DataError::BadFile { file, problem } => write!(f, "{}: {problem}", file.display()),
            DataError::BadLine {
                file,
                line,
                problem,
            } => {
                write!(f, "{}:{line}: {problem}", file.display())
            }
            DataError::Locked { lock, owner } => write!(
                f,
                "{} exists{owner}: another process is writing this data. Wait for it; if none is running, one was stopped half-way: delete that file and try again",
                lock.display()
            ),
            DataError::Mixed {
                file,
                file_is_sample: true,
            } => write!(
                f,
                "{} holds the synthetic sample, which must not be mixed with other data; delete it first, or name another folder with --data DIR",
                file.display()
            ),
            DataError::Mixed {
                file,
                file_is_sample: false,
            } => write!(
                f,
                "{} holds data that are not the synthetic sample and would be mixed with it; name another folder with --data DIR",
                file.display()
            ),
            DataError::UnevenColumns { file, lengths } => write!(
                f,
                "cannot save {}: the columns differ in length ({lengths}); expected one value of each per bar",
                file.display()
            ),
            DataError::NotAMultiple { from, to } => write!(
                f,
                "{from} bars cannot be joined into {to} bars; expected a timeframe that is a whole number of {from} bars"
            ),
            DataError::Io {
                file,
                doing,
                source,
            } => {
                write!(f, "cannot {doing} {}: {source}", file.display())
            }
        }
    }
}

impl std::error::Error for DataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            DataError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
