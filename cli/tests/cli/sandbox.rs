//! A folder to work in, and the binary to run there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The screens that come with the tool.
pub const SCREENS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../strategies/screens");

/// A strategy that trades often, with a grid of six.
pub const CROSS: &str = "\
strategy Cross {
    param fast: bars = 3 in 2..4
    param slow: bars = 10 in [8, 10]
    enter long \"up\" when sma(close, fast) crosses above sma(close, slow)
    exit \"down\" when sma(close, fast) crosses below sma(close, slow)
}
";

/// A folder of its own for one test.
pub struct Sandbox {
    dir: TempDir,
}

/// What a run of the binary gave.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Sandbox {
    /// An empty folder.
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder with files in it.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new();
        for (name, text) in files {
            sandbox.write(name, text);
        }
        sandbox
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, with the folders on its way.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Reads a JSON file.
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Names in a folder, sorted; empty where there is no folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The binary with arguments, ready to be changed further.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stratc"));
        command.args(args).current_dir(self.dir.path());
        command
    }

    /// Runs the binary.
    pub fn run(&self, args: &[&str]) -> Ran {
        let ran = Ran::of(self.command(args).output().unwrap());
        // Whatever the input, this is never the user's mistake.
        assert!(
            !matches!(ran.code, None | Some(70 | 101)),
            "{args:?}: {ran:?}"
        );
        ran
    }

    /// Runs the binary, which must succeed; its standard output.
    pub fn succeed(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
        ran.out
    }

    /// Runs the binary, which must fail with this code and these words on standard error, and
    /// print nothing.
    pub fn fail(&self, code: i32, words: &[&str], args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(code), "{args:?}: {ran:?}");
        assert_eq!(ran.out, "", "{args:?}");
        for word in words {
            assert!(
                ran.err.contains(word),
                "{args:?}: no {word:?} in {}",
                ran.err
            );
        }
        ran.err
    }
}

impl Ran {
    /// What a process left.
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The synthetic data, made once per run of the tests.
pub fn data() -> &'static str {
    static DATA: OnceLock<String> = OnceLock::new();
    DATA.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-sample");
        let _ = fs::remove_dir_all(&folder);
        let folder = folder.to_str().unwrap().to_owned();
        Sandbox::new().succeed(&["data", "generate-sample", "--data", &folder]);
        folder
    })
}

/// The arguments that name the bars of most tests: a year of days.
pub fn daily() -> [&'static str; 6] {
    [
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "1d",
        "--data",
        data(),
    ]
}

/// Arguments, then those that name the bars.
pub fn on_days<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &daily()].concat()
}
