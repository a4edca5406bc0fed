//! How a command fails, and the exit code of that.

use strat_compiler::codegen::CodegenError;
use strat_data::DataError;
use strat_engine::{BacktestError, CostError};
use strat_report::WriteError;
use strat_screen::{GridError, ScreenError};

use crate::terminal;

/// Exit code of a mistake in a file, in the data or in what was asked for.
pub const MISTAKE: u8 = 1;
/// Exit code of a command line that says nothing sensible; also what clap uses.
pub const MISUSE: u8 = 2;
/// Exit code of a fault of this program.
pub const INTERNAL: u8 = 70;
/// Exit code after Ctrl-C, as shells have it: 128 and the number of the signal.
pub const INTERRUPTED: u8 = 130;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// The user's mistake: what, where, what was expected, what to do.
    Mistake(String),
    /// The same, and all of it has been printed already.
    Told,
    /// Options that do not go together.
    Misuse(String),
    /// Ctrl-C.
    Interrupted,
    /// A fault of this program.
    Internal(String),
}

impl Failure {
    /// A mistake in one sentence or two.
    pub fn mistake(message: impl Into<String>) -> Self {
        Self::Mistake(message.into())
    }

    /// Tells it on standard error; the exit code.
    pub fn tell(&self) -> u8 {
        match self {
            Self::Mistake(message) => {
                terminal::error(message);
                MISTAKE
            }
            Self::Told => MISTAKE,
            Self::Misuse(message) => {
                terminal::error(message);
                MISUSE
            }
            Self::Interrupted => {
                terminal::tell("interrupted");
                INTERRUPTED
            }
            Self::Internal(message) => {
                terminal::tell(&format!(
                    "internal error: {message}\nThis is a fault of stratc {}, not of your file. Please report it, with the command and the file that led to it.",
                    env!("CARGO_PKG_VERSION"),
                ));
                INTERNAL
            }
        }
    }
}

/// Errors of the libraries whose message is the message.
macro_rules! mistakes {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Mistake(error.to_string())
            }
        })*
    };
}

mistakes!(DataError, WriteError, GridError, BacktestError, CostError);

impl From<ScreenError> for Failure {
    fn from(error: ScreenError) -> Self {
        match error {
            ScreenError::Cancelled => Self::Interrupted,
            ScreenError::Block(_) => Self::Internal(error.to_string()),
            other => Self::Mistake(other.to_string()),
        }
    }
}

impl From<CodegenError> for Failure {
    fn from(error: CodegenError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What every command returns.
pub type Done<T = ()> = Result<T, Failure>;
